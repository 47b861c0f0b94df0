"""The imputation `evaluate`: models of the pool that have no scores are measured, and become rows of a table."""

from __future__ import annotations

import json

import pytest

from zebra_core.testing import Project

PLUGIN = """from pathlib import Path

import attrs
import zebra_core as zebra


@zebra.hookimpl
def zebra_generators():
    return {"echo": echo}


@zebra.hookimpl
def zebra_evaluators():
    return {"quiz": Quiz}


def echo(prompts, model):
    with open("asked", "a") as file:
        print(model, file=file)
    return [f"{model} says {messages[-1]['content']}" for messages in prompts]


@attrs.frozen
class Quiz:
    quiz: str = zebra.option("", "What to ask.", flag="--quiz", requests=True)
    token: str = zebra.option("", "A key.", secret=True)

    def __call__(self, model, output):
        with open("quizzed", "a") as file:
            print(model, self.quiz, file=file)
        right = (Path(model) / "right").read_text()
        if not right:
            raise zebra.ZebraError(f"{model} is broken")
        name = "GSM8K" if self.quiz == "sums" else "MMLU"
        column = zebra.Benchmark(name, direction="higher", bounds=(0, 100))
        return zebra.ScoreTable.from_rows([("it", {name: float(right)})], [column], {("it", name): 1.5})
"""
MODELS = "expert=echo,novice=echo,a=echo:weights/a,b=echo:weights/b"
RUN = ("run", "--plugin", "quiz.py", "--prompts", "prompts.txt", "--models", MODELS, "--scores", "table.csv")
MEASURE = ("--missing", "evaluate", "--quiz", "hard")


@pytest.fixture
def project(zebra_cli: Project) -> Project:
    """A folder with three prompts, the scores of two models, the weights of two others, and the plugin."""
    zebra_cli.write("quiz.py", PLUGIN)
    zebra_cli.write("prompts.txt", "one\ntwo\nthree\n")
    zebra_cli.write("table.csv", "model,MMLU\nexpert,90\nnovice,20\n")
    for name, right in {"a": "50.5", "b": "70.25"}.items():
        zebra_cli.write(f"weights/{name}/right", right)
    return zebra_cli


def lines(project: Project, name: str) -> list[str]:
    """Return the lines of a file, and remove it."""
    path = project.folder / name
    text = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return text


def test_models_become_rows(project: Project) -> None:
    """Each local model without scores is measured once, before any is asked; its row has its error and its provenance."""
    output = project.run(*RUN, *MEASURE, "--set", "quiz.token=sesame").stderr
    assert "  measuring 'a', model 1 of 2 without scores\n" in output
    assert lines(project, "quizzed") == ["weights/a hard", "weights/b hard"]
    table = json.loads((project.folder / "measured-scores.json").read_text())
    assert table["scores"] == {"a": {"MMLU": 50.5}, "b": {"MMLU": 70.25}}
    assert table["stderr"] == {"a": {"MMLU": 1.5}, "b": {"MMLU": 1.5}}
    provenance = [json.loads(line) for line in lines(project, "measured-scores.provenance.jsonl")]
    assert [(each["model"], each["evaluator"], each["options"]) for each in provenance] == [
        ("a", "quiz", {"quiz": "hard"}),
        ("b", "quiz", {"quiz": "hard"}),
    ]
    manifest = project.manifest()
    superiority = {name: model["superiority"] for name, model in manifest["summary"]["models"].items()}
    assert superiority == pytest.approx({"expert": 1, "b": (70.25 - 20) / 70, "a": (50.5 - 20) / 70, "novice": 0})
    assert manifest["recipe"]["scores"] == ["csv:table.csv", "json:measured-scores.json"]
    assert manifest["recipe"]["evaluation"] == {"quiz": "hard"}
    assert "measured-scores.json" in [file["path"] for file in manifest["inputs"]]
    written = {path.read_bytes() for path in project.folder.rglob("*") if path.is_file()}
    assert not [content for content in written if b"sesame" in content]


def test_the_same_run_measures_nothing(project: Project) -> None:
    """The same flags, and the recipe that the run wrote, build the same bytes without measuring or asking again."""
    project.run(*RUN, *MEASURE)
    for name in ("quizzed", "asked"):
        lines(project, name)
    project.run(*RUN, *MEASURE, "-o", "again")
    project.run("run", "zebra-dataset/recipe.toml", "--trust", "-o", "third")
    assert (lines(project, "quizzed"), lines(project, "asked")) == ([], [])
    contents = [
        {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
        for folder in (project.folder / name for name in ("zebra-dataset", "again", "third"))
    ]
    assert contents[0] == contents[1] == contents[2]


def test_an_evaluation_that_fails(project: Project) -> None:
    """What was measured before a failure is kept, and nothing is asked; the same command measures the rest."""
    project.write("weights/b/right", "")
    assert "weights/b is broken" in project.run(*RUN, *MEASURE, code=2).stderr
    assert lines(project, "quizzed") == ["weights/a hard", "weights/b hard"]
    project.write("weights/b/right", "70.25")
    project.run(*RUN, *MEASURE)
    assert lines(project, "quizzed") == ["weights/b hard"]


def test_other_options_measure_again(project: Project) -> None:
    """A row that was measured in another way is replaced."""
    project.run(*RUN, *MEASURE)
    project.write("weights/a/right", "30")
    project.run(*RUN, *MEASURE, "--quiz", "easy", "-o", "easy")
    assert lines(project, "quizzed")[2:] == ["weights/a easy", "weights/b easy"]
    table = json.loads((project.folder / "measured-scores.json").read_text())
    assert table["scores"] == {"a": {"MMLU": 30}, "b": {"MMLU": 70.25}}


def test_without_a_table(project: Project) -> None:
    """If all models are local, no table of scores is needed."""
    models = ("--models", "a=echo:weights/a,b=echo:weights/b")
    project.run(*RUN[:5], *models, *MEASURE, "--threshold", "0")
    assert project.manifest()["recipe"]["scores"] == ["json:measured-scores.json"]
    assert [(pair["chosen_model"], pair["rejected_model"]) for pair in project.dataset()] == [("b", "a")] * 3


def test_a_pool_from_elsewhere(project: Project) -> None:
    """The models of any pool can be measured if an option names their folders."""
    rows = [
        {"prompt": prompt, "model": name, "response": f"{name} {prompt}"}
        for prompt in "xyz"
        for name in ("expert", "a")
    ]
    project.write("pool.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    run = ("run", "--plugin", "quiz.py", "--pool", "pool.jsonl", "--scores", "table.csv", *MEASURE)
    assert "'a' has no scores, and cannot be measured" in project.run(*run, code=2).stderr
    project.run(*run, "--set", 'evaluate.models={a = "weights/a"}')
    assert [pair["rejected_model"] for pair in project.dataset()] == ["a"] * 3


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            ["--models", "cloud=echo:api,other=echo:api", *MEASURE],
            "'cloud', 'other' has no scores, and cannot be measured: only models in a folder on this machine are; add its row",
        ),
        (["--missing", "evaluate"], "nothing says what to measure; add [evaluation] to the recipe with one of"),
        ([*MEASURE, "--quiz", "sums"], "scores are missing, also after measuring models: 'expert x GSM8K'"),
        ([*MEASURE, "--set", "evaluate.tabel=x"], "there is no option 'tabel' of imputation 'evaluate'"),
    ],
)
def test_mistakes(project: Project, arguments: list[str], message: str) -> None:
    """A mistake is one message, and nothing is asked."""
    assert message in project.run(*RUN, *arguments, code=2).stderr.splitlines()[-1]
    assert lines(project, "asked") == []
    assert not (project.folder / "zebra-dataset").exists()
