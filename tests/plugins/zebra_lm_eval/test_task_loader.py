"""Tasks: files, folders, groups and tags."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from helpers.lm_eval_tasks import SHORT, arc

from zebra_core.testing import Project

pytestmark = [pytest.mark.eval, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs


def test_groups_and_tags(ready: Project) -> None:
    """A tag and a group of the harness, and what is in them, take local files too; ARC as log-likelihoods, MMLU-STEM of one subject missing."""
    for name in ("arc_easy", "arc_challenge"):
        ready.write(f"data/{name}.jsonl", json.dumps(arc("B")) + "\n")
    message = ready.run("evaluate", "model", "--tasks", "ai2_arc", "--task-data", "data").stdout
    assert re.search(r"ARC-Challenge +\d+.*\n  ARC-Easy", message)
    message = ready.run("evaluate", "model", "--tasks", "mmlu_stem", "--task-data", "data", code=2).stderr
    assert (
        "data has no mmlu_abstract_algebra.jsonl (.json, .csv, .parquet) and no mmlu_abstract_algebra/test.jsonl, and nothing for mmlu_"
        in message
    )


def test_task_files_and_folders(ready: Project) -> None:
    """A task file, and one in a folder, relative as the user says them, take local rows; a task within a group that is asked for is asked once."""
    text = "include: {}/zebra_arc_easy.yaml\ntask: {}\n"
    from zebra_lm_eval.task_loader import OURS

    for name in ("mine", "folder/other"):
        ready.write(f"{name}.yaml", text.format(OURS, Path(name).name))
        ready.write(f"data/{Path(name).name}.jsonl", json.dumps(arc("B")) + "\n")
    words = ("--tasks", "mine.yaml,other", "--set", 'lm-eval.task_folders=["folder"]', "--task-data", "data", *SHORT)
    ready.write("tasks/own.txt", "kept")
    message = ready.run("evaluate", "model", *words, "-o", ".").stdout
    assert (
        ready.folder / "tasks/own.txt"
    ).read_text() == "kept"  # nothing of the user's goes, wherever the output does
    assert re.search(r"mine +1\.0000.*\n  other +1\.0000", message)
    message = ready.run(
        "evaluate", "model", "--tasks", "zebra_demo_*,zebra_demo,zebra_demo_sorting", "--limit", "1", *SHORT
    ).stdout
    assert message.count("sorting ") == 1


def test_every_group_of_the_harness_can_be_gone_through() -> None:
    """Also those in whose files other groups stand whole."""
    from zebra_lm_eval.task_loader import leaf_tasks, task_manager

    index = task_manager((), everything=True).task_index
    assert all([*leaf_tasks(index, [name])] for name in index if index[name].kind.name == "GROUP")
    assert len([*leaf_tasks(index, ["mmlu"])]) == 57
