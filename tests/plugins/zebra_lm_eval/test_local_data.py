"""Tasks on local files."""

from __future__ import annotations

import json
import subprocess

import pytest
from helpers.lm_eval_tasks import SHORT, arc

from zebra_core.testing import Project

pytestmark = [pytest.mark.eval, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs


def test_our_folder_is_theirs(ready: Project) -> None:
    """The shipped folder is one that the harness takes as it is: it validates every task in it."""
    from zebra_lm_eval.task_loader import OURS

    names = "zebra_mmlu_stem,zebra_mmlu_pro,zebra_hellaswag,zebra_arc_easy,zebra_arc_challenge"
    done = subprocess.run(
        ["lm-eval", "validate", "--include_path", str(OURS), "--tasks", names],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-500:]


def test_few_shot_and_splits(ready: Project) -> None:
    """A folder with a file for each split gives the examples of a few-shot prompt."""
    for split, question in (("test", "Asked?"), ("train", "Shown?")):
        ready.write(f"data/zebra_arc_challenge/{split}.jsonl", json.dumps(arc("B") | {"question": question}) + "\n")
    (ready.folder / "data/zebra_arc_challenge.jsonl").unlink()
    few = ("--set", "lm-eval.num_fewshot=1", "--set", "lm-eval.chat_template=no")
    ready.run("evaluate", "model", "--tasks", "zebra_arc_challenge", "--task-data", "data", *SHORT, *few)
    (path,) = (ready.folder / "model-evaluation").glob("samples_*")
    options = "Options: (A) this (B) that (C) more Output:"
    asked = json.loads(path.read_text())["arguments"]["gen_args_0"]["arg_0"]
    assert asked == f"Q: Shown? {options} B\n\nQ: Asked? {options}"
