"""The generator for batch files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_generate.asking.waiting import Waiting
from zebra_generate.generators import batch
from zebra_generate.generators.batch import Batch

PROMPTS = [[{"role": "user", "content": f"question {number}"}] for number in range(3)]


def requests_in(folder: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line) for path in sorted(folder.glob("*.requests.jsonl")) for line in path.read_text().splitlines()
    ]


def result_of(request: dict[str, Any]) -> dict[str, Any]:
    message = {"role": "assistant", "content": f"to {request['body']['messages'][-1]['content']}"}
    body = {
        "choices": [{"finish_reason": "stop", "message": message}],
        "usage": {"prompt_tokens": 2, "completion_tokens": 3},
    }
    return {"custom_id": request["custom_id"], "response": {"status_code": 200, "body": body}, "error": None}


def save(folder: Path, results: list[dict[str, Any]], name: str = "results.jsonl") -> None:
    (folder / name).write_text("".join(json.dumps(result) + "\n" for result in results))


def test_requests_and_results(tmp_path: Path) -> None:
    """The first call writes requests, the next reads results in any order, with a failure for each that failed."""
    generator = Batch(folder=tmp_path, temperature=0.5, max_tokens=7)
    with pytest.raises(
        Waiting, match=r"3 requests to 'org/m' are in .*org-m-0.requests.jsonl; send them to the batch API"
    ):
        generator(PROMPTS, "org/m")
    requests = requests_in(tmp_path)
    assert [(each["method"], each["url"]) for each in requests] == [("POST", "/v1/chat/completions")] * 3
    body = requests[0]["body"]
    assert body == {
        "model": "org/m",
        "messages": PROMPTS[0],
        "temperature": 0.5,
        "max_tokens": 7,
        "seed": generator.request_seed(PROMPTS[0]),
    }
    failed = {"custom_id": requests[1]["custom_id"], "response": {"status_code": 400, "body": {"no": 1}}, "error": None}
    odd = {"custom_id": requests[2]["custom_id"], "response": {"status_code": 200, "body": {}}, "error": None}
    save(tmp_path, [odd, failed, result_of(requests[0])])
    assert generator(PROMPTS, "org/m") == [
        zebra.Response("to question 0", "stop", 2, 3, body["seed"]),
        zebra.Response(None, seed=requests[1]["body"]["seed"], error='400: {"no": 1}'),
        zebra.Response(None, seed=requests[2]["body"]["seed"], error="the reply has no choice with a message"),
    ]


def test_some_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is there is given, and only the rest is written again, in files that are not too large."""
    generator = Batch(folder=tmp_path)
    with pytest.raises(Waiting):
        generator(PROMPTS, "m")
    save(tmp_path, [result_of(requests_in(tmp_path)[1])])
    monkeypatch.setattr(batch, "MOST", 1)
    given = generator.stream(PROMPTS, "m")
    assert next(given)[0] == 1
    with pytest.raises(Waiting, match=r"2 requests to 'm' are in .*m-0.requests.jsonl and .*m-1.requests.jsonl"):
        next(given)
    assert [each["body"]["messages"] for each in requests_in(tmp_path)] == [PROMPTS[0], PROMPTS[2]]


def test_a_file_that_has_no_results(tmp_path: Path) -> None:
    """It is an error that names the file."""
    (tmp_path / "notes.jsonl").write_text("hello\n")
    with pytest.raises(zebra.ZebraError, match=r"notes.jsonl is not a file of results of the batch API"):
        Batch(folder=tmp_path)(PROMPTS, "m")


def test_the_command(zebra_cli: Project) -> None:
    """The requests to all models are written before the command ends, and the pool once the results are there."""
    zebra_cli.write("prompts.txt", "One?\nTwo?\n")
    command = (
        "generate",
        "prompts.txt",
        "--model",
        "a=batch:m",
        "--model",
        "b=batch:n",
        "--model",
        "c=demo:clerk",
        "-o",
        "pool",
    )
    output = zebra_cli.run(*command, code=2)
    assert "2 requests to 'm' are in batches/m-0.requests.jsonl" in output.stderr
    assert "2 requests to 'n' are in batches/n-0.requests.jsonl" in output.stderr
    assert "2 responses are kept" in output.stderr
    folder = zebra_cli.folder / "batches"
    save(folder, [result_of(request) for request in requests_in(folder)])
    lines = [line.split()[:3] for line in zebra_cli.run(*command).stdout.splitlines()[1:4]]
    assert lines == [["a", "2", "0"], ["b", "2", "0"], ["c", "2", "0"]]
