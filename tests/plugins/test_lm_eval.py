"""The papers' tasks on lm-evaluation-harness, with small local files; needs the extras eval and train."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import zebra_core as zebra
from zebra_core.testing import Project

pytestmark = [pytest.mark.eval, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs
pytest.importorskip("lm_eval")
pytest.importorskip("trl")

SHORT = ("--set", "lm-eval.max_new_tokens=8")
NAMES = ("MMLU-STEM", "MMLU-Pro", "HellaSwag", "ARC-Easy", "ARC-Challenge", "IFEval")


def arc(right: str, digits: bool = False) -> dict[str, Any]:  # noqa: FBT001, FBT002
    """Return a row of ARC whose right option is of this letter."""
    labels = ["1", "2", "3"] if digits else ["A", "B", "C"]
    key = labels["ABC".index(right)]
    return {"question": "Which?", "choices": {"text": ["this", "that", "more"], "label": labels}, "answerKey": key}


def hellaswag(right: int) -> dict[str, Any]:
    """Return a row of HellaSwag."""
    return {
        "activity_label": "Baking bread",
        "ctx_a": "A man opens the oven.",
        "ctx_b": "he",
        "endings": ["flies [title] off.", "takes out bread."],
        "label": str(right),
    }


def mmlu(subject: str, right: int) -> dict[str, Any]:
    """Return a row of MMLU."""
    return {"question": "Which?", "subject": subject, "choices": ["a", "b", "c", "d"], "answer": right}


def mmlu_pro(right: int) -> dict[str, Any]:
    """Return a row of MMLU-Pro."""
    options = [f"option {number}" for number in range(10)]
    return {"question": "Which?", "options": options, "answer": "ABCDEFGHIJ"[right], "answer_index": right}


def ifeval(instruction: str) -> dict[str, Any]:
    """Return a row of IFEval."""
    return {"key": 1, "prompt": "Say something.", "instruction_id_list": [instruction], "kwargs": [{}]}


ROWS: dict[str, list[dict[str, Any]]] = {
    "zebra_mmlu_stem": [
        mmlu("astronomy", 1),
        mmlu("college_physics", 3),
        mmlu("world_religions", 1),
    ],  # B, D; the third is no STEM
    "zebra_mmlu_pro": [mmlu_pro(9), mmlu_pro(1), mmlu_pro(0), mmlu_pro(5)],  # J, B, A, F
    "zebra_hellaswag": [hellaswag(1), hellaswag(1), hellaswag(0)],
    "zebra_arc_easy": [arc("B"), arc("B", digits=True), arc("C"), arc("B")],
    "zebra_arc_challenge": [arc("A"), arc("C", digits=True)],
    "ifeval": [ifeval("punctuation:no_comma"), ifeval("detectable_format:title")],
}
ALWAYS_B = {"MMLU-STEM": 50, "MMLU-Pro": 25, "HellaSwag": 200 / 3, "ARC-Easy": 75, "ARC-Challenge": 0, "IFEval": 50}
"""What a model scores that says (B) to everything: it has no comma, and no title in double angular brackets."""


@pytest.fixture(scope="module", autouse=True)
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Work offline, on one thread, with caches of this module's own."""
    with pytest.MonkeyPatch.context() as patch:
        import datasets

        for name in ("XDG_CACHE_HOME", "HF_DATASETS_CACHE"):
            patch.setenv(name, str(tmp_path_factory.mktemp("cache")))
        patch.setenv("HF_HUB_OFFLINE", "1")
        patch.setattr(datasets.config, "HF_DATASETS_CACHE", Path(os.environ["HF_DATASETS_CACHE"]))
        yield


@pytest.fixture(scope="module")
def says_b(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny model that has learnt to say (B), whatever it is asked."""
    folder = tmp_path_factory.mktemp("says_b")
    prompts = [
        "Which?",
        "Q: Which? Options: (A) this (B) that Output:",
        "Say something.",
        "Q: Baking bread: A man Output:",
    ]
    rows = [
        {"prompt": [{"role": "user", "content": p}], "completion": [{"role": "assistant", "content": "(B)"}]}
        for p in prompts
    ]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows * 40))
    options = {"sft": {"learning_rate": 1e-2, "num_train_epochs": 2, "held_out": 0}}
    recipe = zebra.make_recipe({"trainer": "sft", "model": "tiny", "options": options})
    return zebra.prepare_training(recipe).run(str(folder / "rows.jsonl"), folder / "model")


@pytest.fixture
def ready(zebra_cli: Project, says_b: Path) -> Project:
    """A folder with the model, and a file of rows for each of the six tasks."""
    for name, rows in ROWS.items():
        zebra_cli.write(f"data/{name}.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    (zebra_cli.folder / "model").symlink_to(says_b)
    return zebra_cli


def results(folder: Path) -> dict[str, Any]:
    """Return the harness's results in a folder."""
    (path,) = folder.rglob("results_*.json")
    found: dict[str, Any] = json.loads(path.read_text())
    return found


def test_the_six_tasks(ready: Project) -> None:
    """Offline, each of the six gives what the arithmetic says; a row of the table has the papers' names, in percent, with provenance."""
    ready.write("scores.csv", "model,arc-e,MMLU-Pro\nold,0.4,10.5\nolder,0.7,50.5\n")
    told = ready.run(
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
    assert "no letter" not in told.stdout
    header, *rows = (ready.folder / "scores.csv").read_text().splitlines()
    assert header.split(",") == ["model", "arc-e", "MMLU-Pro", "MMLU-STEM", "HellaSwag", "ARC-Challenge", "IFEval"]
    assert rows[-1].split(",")[:3] == ["mine", "0.75", "25.0"]
    kept = json.loads((ready.folder / "scores.provenance.jsonl").read_text())
    assert kept["depends on"]["zebra_arc_easy"] == {
        "version": 1.0,
        "few-shot": 0,
        "prompt": "Q: {{question}} Options: {% for option in options %}({{'ABCDEFGHIJ'[loop.index0]}}) {{option}} {% endfor %}Output:",
        "chat template": True,
        "questions": 4,
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
    (steps,) = [held["filter"] for held in config["filter_list"]]
    said = {key: value for key, value in steps[0].items() if key != "function"}
    return lambda answer: next(iter(RegexFilter(**said).apply([[answer]], [{}])))[0]


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


def test_groups_and_tags(ready: Project) -> None:
    """A tag and a group of the harness, and what is in them, take local files too; ARC as log-likelihoods, MMLU-STEM of one subject missing."""
    for name in ("arc_easy", "arc_challenge"):
        ready.write(f"data/{name}.jsonl", json.dumps(arc("B")) + "\n")
    told = ready.run("evaluate", "model", "--tasks", "ai2_arc", "--task-data", "data").stdout
    assert re.search(r"ARC-Challenge +\d+.*\n  ARC-Easy", told)
    told = ready.run("evaluate", "model", "--tasks", "mmlu_stem", "--task-data", "data", code=2).stderr
    assert (
        "data has no mmlu_abstract_algebra.jsonl (.json, .csv, .parquet) and no mmlu_abstract_algebra/test.jsonl, and nothing for mmlu_"
        in told
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--tasks", "zebra_arc_eazy"), "there is no task 'zebra_arc_eazy'; did you mean 'zebra_arc_easy'?"),
        (("--tasks", "zebra_arc_easy"), "needs allenai/ai2_arc of the Hugging Face Hub, which cannot be reached"),
        (("--tasks", "zebra", "--task-data", "nowhere"), "there is no folder of task data nowhere"),
        (
            ("--tasks", "mine.yaml"),
            "cannot read the task file mine.yaml: ScannerError: mapping values are not allowed",
        ),
        (("--tasks", "mine", "--set", 'lm-eval.task_folders=["."]'), "mine.yaml: ScannerError"),
        (("--tasks", "zebra_arc_easy", "--task-data", "empty"), "empty has no zebra_arc_easy.jsonl"),
        (
            ("--tasks", "zebra_arc_easy", "--task-data", "wrong"),
            "zebra_arc_easy.jsonl: KeyError: 'choices'; docs/how-to/evaluate.md",
        ),
        (("--tasks", "zebra", "--set", "lm-eval.batch_size=-1"), "batch_size"),
        (("--limit", "3"), "the evaluator `lm-eval` needs tasks; add --tasks zebra"),
        (("--tasks", "zebra", "--set", "lm-eval.backend=vllm"), "the backend vllm needs vLLM, which is not installed"),
        (
            ("--tasks", "zebra", "--set", "pairs.dataset=x"),
            "the option pairs.dataset is set, but the evaluator 'pairs' is not requested",
        ),
        (
            ("--tasks", "zebra_arc_easy", "--task-data", "data", "--set", "lm-eval.max_new_tokens=5000"),
            "model has too few positions",
        ),
    ],
)
def test_mistakes(ready: Project, words: tuple[str, ...], told: str) -> None:
    """One line of fact, reason and remedy."""
    ready.write("mine.yaml", "task: mine\ndataset_path: json\n  bad: [\n")
    (ready.folder / "empty").mkdir()
    ready.write("wrong/zebra_arc_easy.jsonl", '{"question": "Which?"}\n')
    found = ready.run("evaluate", "model", *words, code=2).stderr
    assert told in found
    assert "Error: " in found.splitlines()[-1]


def test_no_splitter(ready: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """IFEval without the splitter that one of its rows needs is told before anything is answered."""
    import nltk

    monkeypatch.setattr(nltk.data, "path", [])
    ready.write("data/ifeval.jsonl", json.dumps(ifeval("length_constraints:number_sentences")) + "\n")
    told = ready.run("evaluate", "model", "--tasks", "ifeval", "--task-data", "data", *SHORT, code=2).stderr
    assert "ifeval needs punkt_tab, which NLTK cannot download; on a machine with a network, run" in told


def test_task_files_and_folders(ready: Project) -> None:
    """A task file, and one in a folder, relative as the user says them, take local rows; a task within a group that is asked for is asked once."""
    text = "include: {}/zebra_arc_easy.yaml\ntask: {}\n"
    from zebra_lm_eval.task_loader import OURS

    for name in ("mine", "folder/other"):
        ready.write(f"{name}.yaml", text.format(OURS, Path(name).name))
        ready.write(f"data/{Path(name).name}.jsonl", json.dumps(arc("B")) + "\n")
    words = ("--tasks", "mine.yaml,other", "--set", 'lm-eval.task_folders=["folder"]', "--task-data", "data", *SHORT)
    ready.write("tasks/own.txt", "kept")
    told = ready.run("evaluate", "model", *words, "-o", ".").stdout
    assert (
        ready.folder / "tasks/own.txt"
    ).read_text() == "kept"  # nothing of the user's goes, wherever the output does
    assert re.search(r"mine +1\.0000.*\n  other +1\.0000", told)
    told = ready.run(
        "evaluate", "model", "--tasks", "zebra_demo_*,zebra_demo,zebra_demo_sorting", "--limit", "1", *SHORT
    ).stdout
    assert told.count("sorting ") == 1


def test_every_group_of_the_harness_can_be_gone_through() -> None:
    """Also those in whose files other groups stand whole."""
    from zebra_lm_eval.task_loader import leaf_tasks, task_manager

    index = task_manager((), everything=True).task_index
    assert all([*leaf_tasks(index, [name])] for name in index if index[name].kind.name == "GROUP")
    assert len([*leaf_tasks(index, ["mmlu"])]) == 57


def test_memory() -> None:
    """A model that runs out of memory is told with the batch's size, and the remedy."""
    import torch

    from zebra_lm_eval.run import _explained_errors

    with (
        pytest.raises(zebra.ZebraError, match=r"m ran out of memory on batches of 4; add --set lm-eval\.batch_size=1"),
        _explained_errors("m", 4),
    ):
        torch.empty(10**15)
    with pytest.raises(RuntimeError, match="shape"), _explained_errors("m", 4):
        torch.empty(2).reshape(3)
