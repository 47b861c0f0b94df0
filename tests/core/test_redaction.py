"""Secrets in URLs are neither printed nor recorded."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest
from helpers.web import PASSWORD, TOKEN, USER, serving

import zebra_core as zebra
from zebra_core.redaction import lacks_secret, redacted
from zebra_core.testing import Project

SHOWN = {
    "https://user:password@host/pool.csv": "https://***@host/pool.csv",
    "https://ghp_123@host/pool.csv": "https://***@host/pool.csv",
    "s3://KEY:sec/re+t@bucket/a b": "s3://***@bucket/a b",
    "zip://a.csv::https://user:pw@host/a.zip": "zip://a.csv::https://***@host/a.zip",
    "https://h/a.csv?token=abc&split=train": "https://h/a.csv?token=***&split=train",
    "https://h/a.csv?sv=2020&sig=ab%2Bc%3D": "https://h/a.csv?sv=2020&sig=***",
    "https://b/a?X-Amz-Credential=AK%2Fus&X-Amz-Date=1&X-Amz-Signature=0af": (
        "https://b/a?X-Amz-Credential=***&X-Amz-Date=1&X-Amz-Signature=***"
    ),
    "https://b/a?AWSAccessKeyId=A&Signature=b&Expires=9": "https://b/a?AWSAccessKeyId=***&Signature=***&Expires=9",
    "https://b/a?access_token=1;api-key=2&X%2DGoog%2DSignature=3": (
        "https://b/a?access_token=***;api-key=***&X%2DGoog%2DSignature=***"
    ),
    "401, message='No', url='https://u:p@h/x?token=1'": "401, message='No', url='https://***@h/x?token=***'",
    "two: https://a:b@c/d and https://e:f@g/h": "two: https://***@c/d and https://***@g/h",
}
KEPT = [
    "https://host:8080/pool@v2.csv",
    "hf://gpt2@main/config.json",
    "hf://datasets/org/name@refs%2Fpr%2F1/a.parquet",
    "hub:org/name?split=train&name=en",
    "long:folder/pool.csv",
    "C:\\pools\\a@b.csv",
    "memory://x/*.csv",
    "https://host/a?design=1&page=2",
    "anna@example.org asks: what is 3 * 4?",
]


@pytest.mark.parametrize("text", SHOWN)
def test_secrets_are_left_out(text: str) -> None:
    """User and password, keys of a bucket and parameters that sign are replaced, the rest stays, and nothing is left to replace."""
    assert redacted(text) == SHOWN[text]
    assert redacted(SHOWN[text]) == SHOWN[text]
    assert lacks_secret(SHOWN[text])


@pytest.mark.parametrize("text", KEPT)
def test_other_locations_stay(text: str) -> None:
    """Ports, revisions, options and addresses that are no login stay as they are."""
    assert redacted(text) == text
    assert not lacks_secret(text)


def test_a_secret_without_its_url() -> None:
    """A message that has the secret of an opened location, and not its URL, does not show it either."""
    with pytest.raises(zebra.ZebraError):
        zebra.storage.place("nowhere://KEY:sec%2Fret-1@bucket/x")
    assert str(zebra.ZebraError("no bucket 'KEY:sec/ret-1', and sec%2Fret-1")) == "no bucket 'KEY:***', and ***"


POOL = "".join(json.dumps({"instruction": f"q {n}", **{m: f"{m} {n}" for m in "abc"}}) + "\n" for n in range(30))
FILES = {
    "/pool.jsonl": POOL.encode(),
    "/scores.csv": b"model,MMLU,IFEval,GSM8K\na,40,10\xc2\xa0,30\nb,80,90,50\nc,30,50,10\n".replace(b"\xc2\xa0", b""),
    "/bad.jsonl": b"no JSON\n",
    "/bad.parquet": b"PAR1 no parquet",
    "/pool.zzz": b"x",
    "/labels.csv": b"id,annotator,model,win\nq,gpt,a,1\n",
    "/words.csv": b"model,MMLU\na,many\n",
}


@pytest.fixture(params=["user", "token"])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of the files, with `{}` for the name of one."""
    with serving(FILES) as host:
        yield {"user": f"http://{USER}:{PASSWORD}@{host}/{{}}", "token": f"http://{host}/{{}}?token={TOKEN}"}[
            request.param
        ]


def secrets_in(project: Project) -> list[str]:
    """Return the files in a project's folder that have a secret."""
    files = [path for path in project.folder.rglob("*") if path.is_file()]
    return [str(path) for path in files if any(s.encode() in path.read_bytes() for s in (PASSWORD, TOKEN))]


def printed(project: Project, *words: str, code: int = 0) -> str:
    """Run zebra. Return what it printed, which has no secret."""
    result = project.run(*words, code=code)
    assert not [secret for secret in (PASSWORD, TOKEN) if secret in result.stdout + result.stderr], result.output
    return result.stdout + result.stderr


def test_what_a_run_writes(zebra_cli: Project, url: str) -> None:
    """Messages, manifest, recipe, card and report have the location without the secret, and the data is that of the file."""
    pool, scores = url.format("pool.jsonl"), url.format("scores.csv")
    assert redacted(pool) in printed(zebra_cli, "run", "--pool", pool, "--scores", scores, "--report")
    zebra_cli.write("pool.jsonl", FILES["/pool.jsonl"])
    zebra_cli.write("scores.csv", FILES["/scores.csv"])
    zebra_cli.run("run", "--pool", "pool.jsonl", "--scores", "scores.csv", "-o", "local")
    assert zebra_cli.dataset() == zebra_cli.dataset("local")
    assert zebra_cli.manifest()["inputs"][0] == {"path": redacted(pool), "bytes": len(POOL), "key": "one"}
    assert zebra_cli.manifest()["recipe"]["pool"] == f"wide:{redacted(pool)}"
    printed(zebra_cli, "report", "zebra-dataset")
    assert "was recorded without its secret" in (zebra_cli.folder / "zebra-dataset/report/report.html").read_text()
    assert secrets_in(zebra_cli) == []


def test_the_recorded_recipe(zebra_cli: Project, url: str) -> None:
    """It ends in a message that says how to give the secret, and works once it is given; what was interrupted resumes."""
    pool, scores = url.format("pool.jsonl"), url.format("scores.csv")
    zebra_cli.run("run", "--pool", pool, "--scores", scores)
    recipe = ("run", "zebra-dataset/recipe.toml", "-o", "again")
    message = printed(zebra_cli, *recipe, code=2)
    assert f"wide:{redacted(pool)} was recorded without its secret" in message
    assert "`zebra run recipe.toml --pool URL`" in message
    assert "--scores URL" in printed(zebra_cli, *recipe, "--pool", pool, code=2)
    printed(zebra_cli, *recipe, "--pool", pool, "--scores", scores)
    assert zebra_cli.manifest("again")["recipe"] == zebra_cli.manifest()["recipe"]


@pytest.mark.parametrize("name", ["nothing.jsonl", "bad.jsonl", "bad.parquet", "pool.zzz", "scores.csv"])
def test_a_pool_that_cannot_be_read(zebra_cli: Project, url: str, name: str) -> None:
    """A file that is missing, damaged, of no format or of no layout is named without the secret."""
    assert "***" in printed(zebra_cli, "run", "--pool", url.format(name), code=2)


@pytest.mark.parametrize("name", ["nothing.csv", "words.csv", "pool.zzz", "bad.parquet"])
def test_scores_that_cannot_be_read(zebra_cli: Project, url: str, name: str) -> None:
    """So is a table of scores, or of labels."""
    for words in (("scores", "--scores"), ("run", "--scores"), ("behavior", "--scores")):
        assert "***" in printed(zebra_cli, *words, url.format(name), code=2)
    zebra_cli.run("run")
    printed(zebra_cli, "audit", "zebra-dataset", "--judge", url.format(name), code=2)
    printed(zebra_cli, "compare", f"a={url.format(name)}", "b=x", code=2)


@pytest.mark.parametrize(
    "place", ["http://{}@localhost:1/pool.csv", "http://localhost:1/pool.csv?sig={}", "zzz://k:{}@b/x.csv"]
)
def test_nobody_answers(zebra_cli: Project, place: str) -> None:
    """A refused connection, and an unknown protocol, are reported without the secret."""
    for words in (("run", "--pool"), ("scores", "--scores"), ("alias", "demo"), ("run", "--alias")):
        assert "***" in printed(zebra_cli, *words, place.format(PASSWORD), code=2)


def test_tables_and_comparisons(zebra_cli: Project, url: str) -> None:
    """Every command that reads a location shows it without the secret, and so do the files that it writes."""
    pool, scores = url.format("pool.jsonl"), url.format("scores.csv")
    for form in ("table", "json", "csv"):
        printed(zebra_cli, "scores", "--scores", scores, "--format", form)
    printed(zebra_cli, "behavior", "--scores", scores)
    printed(zebra_cli, "alias", pool, scores, "-o", "alias.csv")
    printed(
        zebra_cli, "compare", "--pool", pool, "--scores", scores, "--strategy", "sup", "--strategy", "sim", "-o", "c"
    )
    printed(zebra_cli, "compare", f"one={scores}", f"two={scores}")
    zebra_cli.run("run", "--pool", pool, "--scores", scores)
    printed(zebra_cli, "audit", "zebra-dataset", "--judge", url.format("labels.csv"), "-o", "a", code=2)
    assert secrets_in(zebra_cli) == []


EVALUATOR = """
import attrs
import numpy as np
import zebra_core as zebra

@zebra.hookimpl
def zebra_evaluators():
    return {"remote": Remote}

@attrs.frozen
class Remote:
    place: str = ""

    def __call__(self, model, output):
        if "fail" in model:
            raise OSError(f"no answer from {self.place}")
        benchmark = zebra.Benchmark("MMLU", direction="higher", source=self.place)
        return zebra.ScoreTable((model,), [benchmark], np.array([[1.0]]))
"""


def test_what_an_evaluation_adds(zebra_cli: Project, url: str) -> None:
    """Options, sources and failures of an evaluator are recorded and printed without secrets, and the row has none."""
    zebra_cli.write("remote.py", EVALUATOR)
    words = ("--plugin", "remote.py", "--evaluator", "remote", "--set", f"remote.place={url.format('x')}")
    printed(zebra_cli, "evaluate", "good", *words, "--add-to", "ours.csv")
    assert "no answer from http" in printed(zebra_cli, "evaluate", "fail", *words, code=2)
    assert secrets_in(zebra_cli) == []


def test_a_sweep_takes_no_secret(zebra_cli: Project) -> None:
    """A sweep, whose recipes are copied to the folders of its cells, refuses a recipe with a secret before it writes one."""
    pool = f'pool = "https://{USER}:{PASSWORD}@localhost:1/pool.csv"\n'
    zebra_cli.write("recipe.toml", f'model = "tiny"\nstrategy = ["sup", "sim"]\n{pool}')
    assert "has a secret in a location" in printed(zebra_cli, "sweep", "recipe.toml", code=2)
    assert not (zebra_cli.folder / "zebra-sweep").exists()


def test_a_traceback(zebra_cli: Project) -> None:
    """With ZEBRA_DEBUG the errors of libraries are printed too, without the secret."""
    place = f"http://{USER}:{PASSWORD}@localhost:1/pool.csv?token={TOKEN}"
    command = [sys.executable, "-m", "zebra_core", "run", "--pool", place]
    done = subprocess.run(command, check=False, capture_output=True, text=True, env={**os.environ, "ZEBRA_DEBUG": "1"})
    assert "Traceback" in done.stderr
    assert "***" in done.stderr
    assert not [secret for secret in (PASSWORD, TOKEN) if secret in done.stderr]
