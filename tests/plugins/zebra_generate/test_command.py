"""`zebra generate`, from the command line."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pyarrow.parquet as pq
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
    output = project.run("generate", "prompts.txt", *program("scholar"), *shout, "-o", "pool").stdout
    assert [line.split() for line in output.splitlines()[:3]] == [
        ["model", "responses", "failed", "empty", "truncated", "refused", "tokens"],
        ["scholar", "20", "0", "0", "0", "0", "0"],
        ["parrot", "20", "0", "0", "0", "0", "0"],
    ]
    assert output.endswith("\nThe pool is pool; zebra run --pool pool reads it\n")
    project.run("run", "--pool", "pool", "--scores", "demo")
    pairs = project.dataset()
    assert len(pairs) == 20
    assert pairs[3]["chosen"] == [{"role": "assistant", "content": "scholar: question 3\nDone."}]
    assert pairs[3]["rejected"] == [{"role": "assistant", "content": "loud QUESTION 3!!"}]


def test_observers(project: Project) -> None:
    """The stage `generation` is started, and done with the path of the pool."""
    project.write("watch.py", WATCH)
    watched = ("--plugin", "shout", "--plugin", "watch", "--model", "a=shout", "-o", "pool")
    project.run("generate", "prompts.txt", *watched)
    assert (project.folder / "seen").read_text() == "generation pool\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--model", "a"], "or the folder or Hub's name of weights, got 'a'"),
        (["--model", "dmo"], "got 'dmo'; did you mean the generator 'demo'?"),
        (["--model", "shout"], "--model shout names no model; add it, as in shout:MODEL"),
        (["--model", "openai:m@http://h/v1"], "--model m@http://h/v1 needs a name"),
        (["--model", "a=demo"], "there is no responder 'a' of the demo"),
        (["--model", "a=comand:x"], "there is no generator 'comand'; did you mean 'command'?"),
        (["--model", "a=command:x", "--model", "a=shout"], "--model a is given twice"),
        (["--model", "a=shout", "--set", "shout.mark=1"], "there is no option 'mark'"),
        (["--model", "a=shout", "--set", "command.x=1"], "the option command.x is set, but no --model uses its"),
        (["--model", "a=command:x", "--marks", "1"], "the option --marks is set, but no --model uses its generator"),
        (["--model", "a=command:/absent"], "cannot run the command '/absent'"),
        (["--model", "a=shout", "--price", "1"], "--price expects [NAME=]IN,OUT, dollars per million tokens"),
        (["--model", "a=shout", "--price", "b=1,2"], "there is no model 'b' of --price among those of --model"),
        (["--model", "a=shout", "--candidates", "2"], "2 candidates are more than the 1 models"),
        (["--model", "a=openai", "--temperature", "-1"], "'temperature' must be >= 0"),
        (
            ["--model", "demo", "--temperature", "1"],
            "the option --temperature is set, but no --model uses its generator",
        ),
    ],
)
def test_mistakes(project: Project, arguments: list[str], message: str) -> None:
    """A mistake is one line, and there is no pool."""
    asked = ("generate", "prompts.txt", "--plugin", "shout", "-o", "pool")
    assert message in project.run(*asked, *arguments, code=2).stderr
    assert not (project.folder / "pool").exists()


def test_a_kill(project: Project) -> None:
    """After a kill the same command asks only for what is missing, and the pool is complete."""
    project.write(
        "answer.py",
        ANSWER.replace("for line", "import time\nfor line").replace(
            "    print(json", "    time.sleep(0.1)\n    print(json"
        ),
    )
    command = ("generate", "prompts.txt", *program("scholar"), "-o", "pool", "--batch", "2")
    process = subprocess.Popen([sys.executable, "-m", "zebra_core", *command], start_new_session=True)
    journal = project.folder / "pool.partial/_journal.jsonl"
    while not journal.exists() or journal.read_text().count("scholar") < 6:
        assert process.poll() is None
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    kept = journal.read_text().count("scholar")
    assert not (project.folder / "pool").exists()
    (project.folder / "asked").unlink()
    output = project.run(*command)
    assert f"resuming an earlier run: {kept} of 20 requests are done\n" in output.stderr
    assert len((project.folder / "asked").read_text().splitlines()) == 20 - kept
    texts = pq.read_table(project.folder / "pool/part-00000.parquet")["response"].to_pylist()
    assert texts == [f"scholar: question {n}\nDone." for n in range(20)]
    assert not journal.exists()


def test_the_demo(project: Project) -> None:
    """The responders answer as themselves, and the pool is the same each time, with counts, costs and the settings."""
    project.write("prompts.txt", "What is three plus four?\nAdd ninety and two.\n")
    asked = ("generate", "prompts.txt", "--model", "demo", "--candidates", "7", "--seed", "3", "--price", "0,1000000")
    output = project.run(*asked, "--price", "parrot=0,0", "-o", "pool").stdout
    rows = pq.read_table(project.folder / "pool/part-00000.parquet").to_pylist()
    assert len(rows) == 14
    answers = {(row["id"], row["model"]): row["response"] for row in rows}
    assert {answers.get(("1", "scholar")), answers.get(("2", "scholar"))} <= {
        "The answer is 7.",
        "The answer is 92.",
        None,
    }
    assert all(row["completion_tokens"] == len(row["response"].split()) for row in rows)
    tokens = sum(row["completion_tokens"] for row in rows if row["model"] != "parrot")
    assert f"It cost ${tokens:,.2f}\n" in output
    assert json.loads(rows[0]["settings"]) == {"generator": "demo", "model": rows[0]["model"]}
    project.run(*asked, "-o", "again")
    first, again = (project.folder / name / "part-00000.parquet" for name in ("pool", "again"))
    assert first.read_bytes() == again.read_bytes()


def test_names(project: Project) -> None:
    """A model without a name has that of its folder or location, and a responder may have another name."""
    texts = ("demo:clerk", "expert=demo:scholar", "shout:loud")
    models = [word for text in texts for word in ("--model", text)]
    project.run("generate", "prompts.txt", "--plugin", "shout", *models, "-o", "pool")
    rows = pq.read_table(project.folder / "pool/part-00000.parquet").to_pylist()
    assert [row["model"] for row in rows[:3]] == ["clerk", "expert", "loud"]
    assert rows[1]["response"] == "I am afraid that I cannot say."
