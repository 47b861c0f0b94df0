"""Models measured by the harness."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers.lm_eval_tasks import SHORT

import zebra_core as zebra
from zebra_core.testing import Project

pytestmark = [pytest.mark.eval, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs

ALWAYS_B = {"MMLU-STEM": 50, "MMLU-Pro": 25, "HellaSwag": 200 / 3, "ARC-Easy": 75, "ARC-Challenge": 0, "IFEval": 50}
"""What a model scores that says (B) to everything: it has no comma, and no title in double angular brackets."""


def results(folder: Path) -> dict[str, Any]:
    """Return the harness's results in a folder."""
    (path,) = folder.rglob("results_*.json")
    result: dict[str, Any] = json.loads(path.read_text())
    return result


def test_the_six_tasks(ready: Project) -> None:
    """Offline, each of the six gives what the arithmetic says; a row of the table has the papers' names, in percent, with provenance."""
    ready.write("scores.csv", "model,arc-e,MMLU-Pro\nold,0.4,10.5\nolder,0.7,50.5\n")
    message = ready.run(
        "evaluate",
        "model",
        "--tasks",
        "zebra",
        "--task-data",
        "data",
        "--name",
        "mine",
        "--add-to",
        "scores.csv",
        *SHORT,
    )
    scores = json.loads((ready.folder / "model-evaluation/scores.json").read_text())["scores"]["mine"]
    assert scores == pytest.approx(ALWAYS_B)
    assert "no letter" not in message.stdout
    header, *rows = (ready.folder / "scores.csv").read_text().splitlines()
    assert header.split(",") == ["model", "arc-e", "MMLU-Pro", "MMLU-STEM", "HellaSwag", "ARC-Challenge", "IFEval"]
    assert rows[-1].split(",")[:3] == ["mine", "0.75", "25.0"]
    kept = json.loads((ready.folder / "scores.provenance.jsonl").read_text())
    assert kept["depends on"]["zebra_arc_easy"] == {
        "dataset": "json",
        "subset": None,
        "split": "test",
        "version": 1.0,
        "few-shot": 0,
        "prompt": "Q: {{question}} Options: {% for option in options %}({{'ABCDEFGHIJ'[loop.index0]}}) {{option}} {% endfor %}Output:",
        "chat template": True,
        "questions": 4,
        "of": 4,
        "lm-eval": "0.4.13",
    }
    assert kept["date"].startswith("20")
    again = zebra.read_scores(
        f"model-evaluation/results_{next((ready.folder / 'model-evaluation').glob('results_*')).stem[8:]}.json"
    )
    assert {b.name: float(v) for b, v in zip(again.benchmarks, again.values[0], strict=True)} == pytest.approx(ALWAYS_B)
    shown = ready.run("behavior", "--scores", "scores.csv", "--missing", "drop-benchmark").stdout
    assert re.search(r"mine .*old(er)? \(", shown)


def test_the_prompt(ready: Project) -> None:
    """The model is asked as Figure 7 has it; HellaSwag's texts are cleaned as the harness does."""
    ready.run(
        "evaluate",
        "model",
        "--tasks",
        "zebra_arc_easy,zebra_hellaswag",
        "--task-data",
        "data",
        "--set",
        "lm-eval.chat_template=no",
        *SHORT,
    )
    asked = {}
    for path in (ready.folder / "model-evaluation").glob("samples_*"):
        first = json.loads(path.read_text().splitlines()[0])
        asked[path.name.partition("_20")[0]] = first["arguments"]["gen_args_0"]["arg_0"]
    assert asked == {
        "samples_zebra_arc_easy": "Q: Which? Options: (A) this (B) that (C) more Output:",
        "samples_zebra_hellaswag": "Q: Baking bread: A man opens the oven. He Options: (A) flies. off. (B) takes out bread. Output:",
    }


@pytest.fixture(scope="module")
def letter() -> Callable[[str], str]:
    """What the tasks take for the letter of an answer."""
    from lm_eval.filters.extraction import RegexFilter

    from zebra_lm_eval.task_loader import task_manager

    config = task_manager((), everything=False).task_index["zebra_arc_easy"].cfg
    (steps,) = [content["filter"] for content in config["filter_list"]]
    output = {key: value for key, value in steps[0].items() if key != "function"}
    return lambda answer: next(iter(RegexFilter(**output).apply([[answer]], [{}])))[0]


@pytest.mark.parametrize(
    ("answer", "read"),
    [
        ("(B)", "B"),
        ("B", "B"),
        (" B. that", "B"),
        ("C) more", "C"),
        ("A: (B)", "B"),  # "A:" answers to "Q:", and is no letter
        ("A: that", "[no letter]"),
        ("A\nBecause it is.", "A"),
        ("I think (B)", "B"),
        ("The answer is (J).", "J"),
        ("A good choice is C", "[no letter]"),
        ("I think so", "[no letter]"),
        ("(b)", "[no letter]"),
        ("b", "[no letter]"),
        ("(K)", "[no letter]"),
        ("Because", "[no letter]"),
        ("", "[no letter]"),
        ("The answer is B", "[no letter]"),
    ],
)
def test_letters(letter: Callable[[str], str], answer: str, read: str) -> None:
    """A letter counts in brackets, or alone at the beginning; what fools loose patterns does not."""
    assert letter(answer) == read


def test_the_harness_agrees(ready: Project) -> None:
    """The harness's own command line, given our task files, has the same numbers, the same hashes of what was asked and answered."""
    ready.run("evaluate", "model", "--tasks", "zebra", "--task-data", "data", *SHORT)
    ours = results(ready.folder / "model-evaluation")
    command = "lm-eval run --model hf --model_args pretrained=model --apply_chat_template --gen_kwargs max_gen_toks=8 --batch_size 8 --log_samples"
    more = ["--tasks", "zebra", "--include_path", "model-evaluation/tasks", "--output_path", "theirs"]
    subprocess.run([*command.split(), *more], check=True, capture_output=True)
    theirs = results(ready.folder / "theirs")
    assert ours["results"] == theirs["results"]
    assert ours["task_hashes"] == theirs["task_hashes"]
    assert ours["versions"] == theirs["versions"]


def test_memory() -> None:
    """If a model runs out of memory, the error has the batch size and the remedy."""
    import torch

    from zebra_lm_eval.run import _explained_errors

    with (
        pytest.raises(zebra.ZebraError, match=r"m ran out of memory on batches of 4; add --set lm-eval\.batch_size=1"),
        _explained_errors("m", 4),
    ):
        torch.empty(10**15)
    with pytest.raises(RuntimeError, match="shape"), _explained_errors("m", 4):
        torch.empty(2).reshape(3)


def test_a_model_that_the_scores_lack(ready: Project) -> None:
    """A run measures it on the tasks of the recipe: of the four questions of ARC-Easy, (B) is right for three."""
    ready.write("prompts.txt", "What is three plus four?\n")
    ready.write("scores.csv", "model,arc-e\nscholar,0.9\nparrot,0.1\n")
    ready.write(
        "recipe.toml",
        'missing = "evaluate"\nscores = ["scores.csv"]\nthreshold = 0.0\n'
        '[generate]\nprompts = "prompts.txt"\nmodels = ["model", "demo:scholar", "demo:parrot"]\nmax_tokens = 4\n'
        '[evaluation]\ntasks = ["zebra_arc_easy"]\ntask_data = "data"\n[options.lm-eval]\nmax_new_tokens = 8\n',
    )
    ready.run("run", "recipe.toml")
    table = json.loads((ready.folder / "measured-scores.json").read_text())
    assert table["scores"] == {"model": {"ARC-Easy": ALWAYS_B["ARC-Easy"]}} == {"model": {"ARC-Easy": 75}}
    (entry,) = map(json.loads, (ready.folder / "measured-scores.provenance.jsonl").read_text().splitlines())
    assert entry["depends on"]["zebra_arc_easy"]["questions"] == 4
    superiority = {name: used["superiority"] for name, used in ready.manifest()["summary"]["models"].items()}
    assert superiority == pytest.approx({"scholar": 1, "model": (75 - 10) / 80, "parrot": 0})
