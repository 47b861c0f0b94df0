"""`zebra run` with prompts and models: they answer first, and pairs are made of what they answered."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from helpers.model_server import ModelServer

import zebra_core as zebra
from zebra_core.testing import Project

SKILLED = """import os, time
import attrs
import zebra_core as zebra

SECONDS = float(os.environ.get("SECONDS", "0"))


@zebra.hookimpl
def zebra_generators():
    return {"skilled": Skilled}


@zebra.hookimpl
def zebra_filters():
    return {"mortal": mortal}


@attrs.frozen
class Skilled:
    \"\"\"Answers a prompt in capitals, and notes in the file `asked` what it was asked.\"\"\"

    mark: str = zebra.option("!", "What ends an answer.")

    def __call__(self, prompts, model):
        texts = [messages[-1]["content"] for messages in prompts]
        with open("asked", "a") as file:
            file.writelines(f"{model} {text}\\n" for text in texts)
        time.sleep(SECONDS)
        return [f"{model}: {text.upper()}{self.mark}" for text in texts]


def mortal(batch):
    \"\"\"Keep everything, and die in the middle of the build if a file asks for it.\"\"\"
    if os.path.exists("die"):
        os.kill(os.getpid(), 9)
    return batch
"""
MODELS = ("scholar=skilled", "clerk=skilled", "parrot=skilled:polly")
FLAGS = ("--plugin", "skilled.py", "--prompts", "prompts.txt", "--models", ",".join(MODELS), "--scores", "demo")
RECIPE = """plugins = ["skilled.py"]
scores = ["demo"]

[generate]
prompts = "prompts.txt"
models = ["scholar=skilled", "clerk=skilled", "parrot=skilled:polly"]

[options.skilled]
mark = "?"
"""


@pytest.fixture
def project(zebra_cli: Project) -> Project:
    """A folder with 12 prompts and the plugin."""
    zebra_cli.write("skilled.py", SKILLED)
    zebra_cli.write("prompts.txt", "".join(f"question {n}\n" for n in range(12)))
    return zebra_cli


def asked(project: Project) -> list[str]:
    """Return what the generator was asked since the last call."""
    path = project.folder / "asked"
    lines = path.read_text().splitlines() if path.exists() else []
    path.unlink(missing_ok=True)
    return lines


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder by its name."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def test_flags_are_the_recipe(project: Project) -> None:
    """Flags, a recipe with [generate] and the recipe that a run writes build the same bytes; only the first one asks."""
    project.run("run", *FLAGS, "--set", "skilled.mark=?", "-o", "flags")
    assert len(asked(project)) == 3 * 12
    project.write("recipe.toml", RECIPE)
    project.run("run", "recipe.toml", "--trust", "-o", "recipe")
    project.run("run", "flags/recipe.toml", "--trust", "-o", "again")
    zebra.build(zebra.make_recipe(tomllib.loads(RECIPE)), project.folder / "python")
    assert asked(project) == []
    expected = contents(project.folder / "flags")
    for name in ("recipe", "again", "python"):
        assert contents(project.folder / name) == expected
    pair = project.dataset("again")[5]
    assert pair["chosen"] == [{"role": "assistant", "content": "scholar: QUESTION 5?"}]
    assert pair["rejected"][0]["content"] == "clerk: QUESTION 5?"  # 0.987, 0.321 and 0.022 are the superiorities
    assert [file["path"] for file in project.manifest("again")["inputs"]] == ["prompts-answers/part-00000.parquet"]


def test_the_pool_is_kept_for_other_runs(project: Project) -> None:
    """Another strategy asks nothing, another model only that one, and another option of the generator asks all again."""
    project.run("run", *FLAGS)
    asked(project)
    output = project.run("run", *FLAGS, "--strategy", "max-min", "-o", "other").stderr
    assert "the pool in prompts-answers has the responses of these prompts and models already\n" in output
    assert asked(project) == []
    output = project.run("run", *FLAGS, "--models", "courier=skilled", "-o", "more").stderr
    assert "resuming an earlier run: 36 of 48 requests are done\n" in output
    assert asked(project) == [f"courier question {n}" for n in range(12)]
    assert pq.read_table(project.folder / "prompts-answers").num_rows == 48
    project.run("run", *FLAGS, "--set", "skilled.mark=?", "-o", "marked")
    assert len(asked(project)) == 36
    project.run("run", *FLAGS, "--overwrite")
    assert asked(project) == []  # the journal has them all
    assert contents(project.folder / "zebra-dataset").keys() == contents(project.folder / "marked").keys()


def test_the_options(project: Project) -> None:
    """System message, limit, candidates, seed, sampling and the folder are options of the stage."""
    project.run(
        "run",
        *FLAGS,
        "--system",
        "Be brief.",
        "--answers",
        "told",
        "--set",
        "generate.limit=4",
        *(word for option in ("candidates=2", "seed=3", 'mark="."') for word in ("--set", f"generate.{option}")),
    )
    rows = pq.read_table(project.folder / "told").to_pylist()
    assert len(rows) == 4 * 2
    assert {row["prompt"][0]["content"] for row in rows} == {"Be brief."}
    assert {row["response"][-1] for row in rows} == {"."}
    options = project.manifest()["recipe"]["options"]["generate"]
    assert options == {
        "prompts": "prompts.txt",
        "models": list(MODELS),
        "system": "Be brief.",
        "output": "told",
        "limit": 4,
        "candidates": 2,
        "seed": 3,
        "mark": ".",
    }


def test_failures(project: Project) -> None:
    """Failed requests are rows, a run does not ask them again, and with --retry-failed it asks nothing else."""
    project.write("skilled.py", SKILLED.replace('[f"{model}', "[None if text == 'question 3' else f\"{model}"))
    output = project.run("run", *FLAGS).stderr
    assert (
        "  3 requests failed; the column `error` of the pool has the reasons, and --retry-failed sends them again\n"
        in output
    )
    assert project.manifest()["summary"]["pairs"] == 11
    asked(project)
    project.run("run", *FLAGS, "-o", "again")
    assert asked(project) == []
    project.write("skilled.py", SKILLED)
    project.run("run", *FLAGS, "--retry-failed", "-o", "retried")
    assert asked(project) == [f"{name} question 3" for name in ("scholar", "clerk", "polly")]
    assert project.manifest("retried")["summary"]["pairs"] == 12


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--strategy", "sip"], "there is no strategy 'sip'; did you mean"),
        (["--filter", "dedop"], "there is no filter 'dedop'"),
        (["--trainer", "dpu", "--model", "tiny"], "there is no trainer 'dpu'"),
        (["--trained", "x"], "--trained is the folder of a trained model, but nothing is trained"),
        (["--prompts", "absent.txt"], "cannot read the prompts absent.txt"),
        (
            ["--set", "generate.temprature=1"],
            "there is no option 'temprature' of the pool 'generate' or of a generator",
        ),
        (["--set", "openai.timeout=1"], "the option openai.timeout is set, but the run does not use 'openai'"),
        (["--models", "scholar=demo"], "--models scholar is given twice"),
        (
            ["--models", "tutor=skilled"],
            "no table has scores of 'tutor', and responses of a model without scores cannot be paired",
        ),
        (["--models", "gpt-4o"], "got 'gpt-4o'"),
        (["--models", "courier=demo:currier"], "there is no responder 'currier' of the demo; did you mean 'courier'?"),
        pytest.param(
            ["--models", "courier=openai:x", "--set", "openai.base_url=host"],
            "'host' is not the address of a server",
            marks=pytest.mark.generate,
        ),
        (["--set", "generate.candidates=1"], "'candidates' must be >= 2"),
        (["--pool", "demo"], "the option generate.prompts is set, but the run does not use 'generate'"),
        (["--tasks", "x"], "an evaluation is asked for, but no model is measured; add --trainer or --model"),
        (["-o", "."], ". exists already; add --overwrite"),
    ],
)
def test_mistakes_come_before_the_questions(project: Project, arguments: list[str], message: str) -> None:
    """What is wrong anywhere in the recipe is one line, and nothing is asked or written."""
    output = project.run("run", *FLAGS, *arguments, code=2).stderr
    assert message in output
    assert output.count("\n") == 1
    assert asked(project) == []
    assert project.names == ["prompts.txt", "skilled.py"]


def test_a_model_without_scores(project: Project) -> None:
    """The error has the command that measures it, with the table of the run, if its weights are in a folder."""
    project.write("my model/config.json", "{}")
    project.write("mine.csv", "model,x\nscholar,1\nclerk,2\n")
    models = ("--plugin", "skilled.py", "--models", "skilled:my model", "--models", "demo:clerk")
    arguments = ("--prompts", "prompts.txt", *models, "--scores", "mine.csv")
    assert project.run("run", *arguments, code=2).stderr == (
        "Error: no table has scores of 'my model', and responses of a model without scores cannot be paired; measure 'my model' with `zebra evaluate "
        "'my model' --name 'my model' --tasks NAMES --add-to mine.csv`, or all such models with --missing evaluate, "
        "or ask other models\n"
    )
    others = ("run", *arguments[:-1], "demo", "--tasks", "arc_easy,gsm8k")
    assert (
        "`zebra evaluate 'my model' --name 'my model' --tasks arc_easy,gsm8k --add-to scores.csv`, and add --scores scores.csv, or all"
        in project.run(*others, code=2).stderr
    )
    project.run("run", *FLAGS, "--models", "tutor=skilled", "--missing", "drop-model")
    assert project.manifest()["summary"]["unscored"] == {"tutor": {"closest": None, "responses": 12}}


def test_one_model_is_too_few(project: Project) -> None:
    """Nothing is asked if no two models have scores."""
    arguments = (
        "--plugin",
        "skilled.py",
        "--prompts",
        "prompts.txt",
        "--models",
        "scholar=skilled",
        "--scores",
        "demo",
    )
    assert (
        "a pair needs two models with scores, and only 1 would answer" in project.run("run", *arguments, code=2).stderr
    )
    assert asked(project) == []


def given(project: Project, model: str, *flags: str) -> str:
    """Return the error of a recipe that names a model, and prompts that are missing."""
    project.write("recipe.toml", f'[generate]\nprompts = "absent.txt"\nmodels = ["demo", {json.dumps(model)}]\n')
    return project.run("run", "recipe.toml", "--plugin", "skilled.py", *flags, code=2).stderr


@pytest.mark.parametrize(
    "model",
    [
        "x=command:./answer",
        "command:./answer",
        "x=openai:m@https://example.org/v1",
        "x=openai:m@http://localhost:1@example.org/v1",
        "a=demo:clerk,x=openai:m@http://localhost.example.org",
    ],
)
def test_a_recipe_of_programs_and_servers(project: Project, model: str) -> None:
    """Somebody's recipe runs a program, or sends prompts and a key to another machine, only after consent."""
    assert ", which runs code or sends data; read it, then add --trust to run it" in given(project, model)


@pytest.mark.parametrize("model", ["x=demo:clerk", "x=skilled:m@http://localhost:1/v1"])
def test_a_recipe_that_needs_no_consent(project: Project, model: str) -> None:
    """Models of this machine, and of the server that the environment names, are used without a question."""
    assert "cannot read the prompts absent.txt" in given(project, model)


def start(project: Project, **environment: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "zebra_core", "run", *FLAGS, "--filter", "mortal", "--set", "generate.batch=2"]
    return subprocess.Popen(command, start_new_session=True, cwd=project.folder, env={**os.environ, **environment})


def test_kills(project: Project) -> None:
    """Killed while models answer, and again while pairs are built, the same command goes on, and the dataset is the same."""
    process = start(project, SECONDS="0.2")
    journal = project.folder / "prompts-answers.partial/_journal.jsonl"
    while not journal.exists() or journal.read_text().count("scholar") < 6:
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    kept = len(journal.read_text().splitlines())
    asked(project)
    assert not (project.folder / "zebra-dataset").exists()
    project.write("die", "")
    assert start(project).wait() != 0
    assert len(asked(project)) == 36 - kept
    assert not (project.folder / "zebra-dataset").exists()
    (project.folder / "die").unlink()
    assert start(project).wait() == 0
    assert asked(project) == []
    resumed = contents(project.folder / "zebra-dataset")
    for name in ("zebra-dataset", "prompts-answers"):
        (project.folder / name).rename(project.folder / f"old-{name}")
    assert start(project).wait() == 0
    assert contents(project.folder / "zebra-dataset") == resumed
    pool = "prompts-answers/part-00000.parquet"
    assert (project.folder / pool).read_bytes() == (project.folder / f"old-{pool}").read_bytes()


def test_a_pool_is_only_read_by_other_commands(project: Project) -> None:
    """`zebra pool` and the report read the pool of a run, but ask nothing if there is none."""
    arguments = ("pool", "generate", "--plugin", "skilled.py", "--set", "generate.prompts=prompts.txt")
    models = ("--set", f"generate.models={json.dumps(MODELS)}")
    assert "there is no pool in prompts-answers; `zebra run`" in project.run(*arguments, *models, code=2).stderr
    project.run("run", *FLAGS)
    assert "12 instructions, 36 responses, 3 models" in project.run(*arguments, *models).stdout


@pytest.mark.generate
def test_no_secret_is_written(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key from the environment, from `--set` or from a recipe, and a password in an address, are in no file and no message."""
    key, word = "sk-verysecret123", "hunter2-secret"
    monkeypatch.setenv("OPENAI_API_KEY", key)
    outputs = []
    with ModelServer(key=key).running() as server, ModelServer().running() as without_key:
        address = without_key.url.replace("://", f"://me:{word}@")
        run = (
            "run",
            "--prompts",
            "prompts.txt",
            "--models",
            f"scholar=openai:m@{server.url},demo:clerk",
            "--scores",
            "demo",
        )
        outputs.append(project.run(*run, "-o", "a"))
        monkeypatch.delenv("OPENAI_API_KEY")
        outputs.append(
            project.run(
                *run, "--set", f"openai.api_key={key}", "--set", "openai.retries=1", "-o", "b", "--answers", "b-pool"
            )
        )
        project.write("recipe.toml", f'[options.openai]\napi_key = "{key}"\n')
        outputs.append(project.run(run[0], "recipe.toml", *run[1:], "-o", "c", "--answers", "c-pool"))
        (project.folder / "recipe.toml").unlink()
        private = ("--models", f"scholar=openai:m@{address},demo:clerk", "--set", f"openai.api_key={key}")
        outputs.append(project.run(*run[:3], *private, "--scores", "demo", "-o", "d", "--answers", "d-pool"))
        assert project.manifest("b")["recipe"]["options"]["openai"] == {"retries": 1}
        output = project.run("run", "d/recipe.toml", "--trust", "-o", "e", code=2)
        assert (
            "was recorded without its secret; give the whole location again, such as `zebra run recipe.toml --models"
            in output.stderr
        )
    files = [path for path in project.folder.rglob("*") if path.is_file()]
    assert {"recipe.toml", "manifest.json", "_journal.jsonl", "part-00000.parquet"} <= {path.name for path in files}
    for secret in (key, word):
        assert not [path for path in files if secret.encode() in path.read_bytes()]
        assert not [each for each in [*outputs, output] if secret in each.output]
