"""`zebra generate`, from the command line."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from zebra_core.testing import Project

ANSWER = """import json, sys
style, log = sys.argv[1], open("asked", "a")
for line in sys.stdin:
    prompt = json.loads(line)[-1]["content"]
    print(style, prompt, file=log)
    print(json.dumps(f"{style}: {prompt}\\nDone."))
"""
PLUGIN = """import attrs
import zebra_core as zebra


@zebra.hookimpl
def zebra_generators():
    return {"shout": Shout}


@attrs.frozen
class Shout:
    marks: int = zebra.option(1, "Exclamation marks.", flag="--marks")

    def __call__(self, prompts, model):
        return [f"{model} {messages[-1]['content'].upper()}{'!' * self.marks}" for messages in prompts]
"""


WATCH = """import zebra_core as zebra


@zebra.hookimpl
def zebra_stage_done(stage, result):
    with open("seen", "a") as file:
        print(stage, result, file=file)
"""


@pytest.fixture
def project(zebra_cli: Project) -> Project:
    """A folder with 20 prompts, a program that answers them, and a plugin."""
    zebra_cli.write("answer.py", ANSWER)
    zebra_cli.write("shout.py", PLUGIN)
    zebra_cli.write("prompts.txt", "".join(f"question {n}\n" for n in range(20)))
    return zebra_cli


def program(name: str) -> tuple[str, str]:
    return "--model", f"{name}=command:{sys.executable} answer.py {name}"


def test_from_prompts_to_pairs(project: Project) -> None:
    """The pool of a program and of a plugin's generator is one that `zebra run` builds a dataset from."""
    shout = ("--plugin", "shout", "--model", "parrot=shout:loud", "--marks", "2")
    output = project.run("generate", "prompts.txt", *program("scholar"), *shout, "-o", "pool.jsonl").stdout
    assert [line.split() for line in output.splitlines()[:3]] == [
        ["model", "responses", "missing", "empty"],
        ["scholar", "20", "0", "0"],
        ["parrot", "20", "0", "0"],
    ]
    assert output.endswith("\nThe pool is pool.jsonl; zebra run --pool pool.jsonl reads it\n")
    project.run("run", "--pool", "pool.jsonl", "--scores", "demo")
    pairs = project.dataset()
    assert len(pairs) == 20
    assert pairs[3]["chosen"] == [{"role": "assistant", "content": "scholar: question 3\nDone."}]
    assert pairs[3]["rejected"] == [{"role": "assistant", "content": "loud QUESTION 3!!"}]


def test_observers(project: Project) -> None:
    """The stage `generation` is started, and done with the path of the pool."""
    project.write("watch.py", WATCH)
    watched = ("--plugin", "shout", "--plugin", "watch", "--model", "a=shout", "-o", "pool.jsonl")
    project.run("generate", "prompts.txt", *watched)
    assert (project.folder / "seen").read_text() == "generation pool.jsonl\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "a"], "--model expects NAME=GENERATOR[:LOCATION], such as mine=command:./answer.py, got 'a'"),
        (["--model", "a=comand:x"], "there is no generator 'comand'; did you mean 'command'?"),
        (["--model", "a=command:x", "--model", "a=shout"], "--model a is given twice"),
        (["--model", "a=shout", "--set", "shout.mark=1"], "there is no option 'mark'"),
        (["--model", "a=shout", "--set", "command.x=1"], "the option command.x is set, but no --model uses its"),
        (["--model", "a=command:x", "--marks", "1"], "the option --marks is set, but no --model uses its generator"),
        (["--model", "a=command:/absent"], "cannot run the command '/absent'"),
        (["--model", "a=shout", "-o", "pool.parquet"], "pool.parquet does not end in .jsonl"),
    ],
)
def test_mistakes(project: Project, arguments: list[str], message: str) -> None:
    """A mistake is one line, and leaves nothing behind."""
    before = {path.name for path in project.folder.iterdir()}
    asked = ("generate", "prompts.txt", "--plugin", "shout", "-o", "pool.jsonl")
    assert message in project.run(*asked, *arguments, code=2).stderr
    assert {path.name for path in project.folder.iterdir()} - {"__pycache__"} == before


def test_a_kill(project: Project) -> None:
    """After a kill the same command asks only for what is missing, and the pool is complete."""
    project.write(
        "answer.py",
        ANSWER.replace("for line", "import time\nfor line").replace(
            "    print(json", "    time.sleep(0.1)\n    print(json"
        ),
    )
    command = ("generate", "prompts.txt", *program("scholar"), "-o", "pool.jsonl", "--batch", "2")
    process = subprocess.Popen([sys.executable, "-m", "zebra_core", *command], start_new_session=True)
    journal = project.folder / "pool.jsonl.partial"
    while not journal.exists() or journal.read_text().count("scholar") < 6:
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    kept = journal.read_text().count("scholar")
    assert not (project.folder / "pool.jsonl").exists()
    (project.folder / "asked").unlink()
    output = project.run(*command)
    assert f"resuming an interrupted run: {kept} responses are there\n" in output.stderr
    assert len((project.folder / "asked").read_text().splitlines()) == 20 - kept
    assert (project.folder / "pool.jsonl").read_text().count("scholar: question") == 20
    assert not journal.exists()
