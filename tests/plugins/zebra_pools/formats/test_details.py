"""How answers are joined, what is left out and why, and what the formats have beside texts."""

from __future__ import annotations

import json
import pickle
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from helpers.pool_formats import LARGE, SAMPLES, SKY, SMALL, SUM, TIME, assistant, completion, user
from helpers.pools import lines, parquet

import zebra_core as zebra
from zebra_core.pool.pool import batches
from zebra_core.testing import Project


def read(location: object, **options: dict[str, Any]) -> tuple[list[dict[str, Any]], list[zebra.Rejected]]:
    """Return the rows of a pool, and what was left out."""
    rejected: list[zebra.Rejected] = []
    pool = zebra.open_pool(str(location), recipe=zebra.Recipe(options=options))
    return [
        row for part in pool.parts for batch in batches(part, rejected.append) for row in batch.to_pylist()
    ], rejected


def write(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(parquet(rows) if path.suffix == ".parquet" else lines(rows))
    return path


def templated(folder: Path) -> Path:
    """Write samples of two models with chat templates of their own."""
    for model, mark in (("org__one", "<|user|>"), ("org__two", "[INST]")):
        rows = [
            {
                "doc_id": n,
                "doc": {"question": f"q{n}"},
                "arguments": {"gen_args_0": {"arg_0": f"{mark}q{n}"}},
                "resps": [[f"{model} {n}"]],
            }
            for n in range(2)
        ]
        write(folder / model / f"samples_quiz_{TIME}.jsonl", rows)
    return folder


def test_a_prompt_that_differs_from_that_of_its_id(tmp_path: Path) -> None:
    """It is left out with the file and the row of both; a field of the document is the same for all models."""
    rows, rejected = read(templated(tmp_path))
    assert [row["models"] for row in rows] == [["org/one"], ["org/one"]]
    assert [(r.file, r.line, r.reason) for r in rejected] == [
        (
            f"org__two/samples_quiz_{TIME}.jsonl",
            n + 1,
            f"its prompt differs from that of the id 'quiz/{n}' in org__one/samples_quiz_{TIME}.jsonl, row {n + 1}",
        )
        for n in range(2)
    ]
    rows, rejected = read(tmp_path, **{"lm-eval-samples": {"prompt": "question"}})
    assert [(row["id"], row["prompt"][0]["content"], row["models"]) for row in rows] == [
        (f"quiz/{n}", f"q{n}", ["org/one", "org/two"]) for n in range(2)
    ]
    assert rejected == []


def test_long_rows_with_one_id_and_two_prompts(tmp_path: Path) -> None:
    """The layout `long` joins by id only what asks the same, up to white space; a missing prompt is that of the id."""
    prompts = ["What now?", "What  now?\n", None, "What then?"]
    rows = [{"id": "x", "prompt": p, "model": m, "response": m} for p, m in zip(prompts, "abcd", strict=True)]
    result, rejected = read(write(tmp_path / "pool.jsonl", rows))
    assert [row["models"] for row in result] == [["a", "b", "c"]]
    assert [(row.line, row.reason) for row in rejected] == [
        (4, "its prompt differs from that of the id 'x' in pool.jsonl, row 1")
    ]


@pytest.mark.parametrize(("name", "drop"), [("mt_bench", "bench/question.jsonl"), ("batch", "batch/requests.jsonl")])
def test_answers_without_questions(zebra_cli: Project, name: str, drop: str) -> None:
    """They are refused with one line that names the file to add."""
    location = SAMPLES[name].write(zebra_cli.folder)
    (zebra_cli.folder / drop).unlink()
    error = zebra_cli.run("run", "--pool", location, code=2).stderr
    assert "has answers without their questions; " in error
    assert error.count("\n") == 1


def test_the_folder_of_a_benchmark(tmp_path: Path) -> None:
    """Of MT-Bench's folder only the answers and the questions are read, not the judgments."""
    SAMPLES["mt_bench"].write(tmp_path)
    write(
        tmp_path / "bench/model_judgment/gpt-4.jsonl",
        [{"question_id": 1, "model": "a", "judge": ["gpt-4"], "score": 9}],
    )
    assert read(tmp_path / "bench") == read(tmp_path / "bench/model_answer")
    assert len(read(tmp_path / "bench")[0]) == 2


def test_an_answer_to_no_question_or_to_several(tmp_path: Path) -> None:
    """Both are left out with the reason; a request that several files have alike is one."""
    requests = [("r1", "one"), ("r2", "two"), ("r2", "zwei"), ("r1", "one")]
    write(tmp_path / "requests.jsonl", [{"custom_id": i, "body": {"messages": [user(p)]}} for i, p in requests])
    answers = [{"custom_id": i, "response": {"body": completion("m", "text")}} for i in ("r1", "r2", "r3")]
    write(tmp_path / "output.jsonl", answers)
    rows, rejected = read(tmp_path)
    assert [(row["id"], row["prompt"][0]["content"]) for row in rows] == [("r1", "one")]
    assert [row.reason for row in rejected] == [
        "several questions have the id 'r2', with different prompts",
        "no question has the id 'r3'",
    ]


def test_what_failed_is_listed(tmp_path: Path) -> None:
    """A request of the batch that failed is left out with the reason that the server gave."""
    _, rejected = read(SAMPLES["batch"].write(tmp_path))
    assert [(row.file, row.line, row.reason) for row in rejected] == [
        ("m-small.jsonl", 3, "the request failed (too late)")
    ]


def test_likelihoods_are_left_out_by_file(tmp_path: Path) -> None:
    """A task without responses is one line, not one for each row."""
    _, rejected = read(SAMPLES["lm_eval"].write(tmp_path))
    assert [row.file.rpartition("/")[2] for row in rejected] == [f"samples_choice_{TIME}.jsonl"] * 2
    assert {row.reason for row in rejected} == {
        "has likelihoods of given answers, and no responses; the file is left out"
    }


def test_files_of_one_name_are_named_after_their_folders(tmp_path: Path) -> None:
    """`MODEL/outputs.json` of several models; in other folders, the path without the suffix is the model."""
    for model in ("one", "org/two"):
        write(tmp_path / "same" / model / "outputs.jsonl", [{"instruction": "q", "output": model}])
        write(tmp_path / "other" / f"{model}.jsonl", [{"instruction": "q", "output": model}])
    for folder in ("same", "other"):
        ((row,), _) = read(tmp_path / folder)
        assert dict(zip(row["models"], row["responses"], strict=True)) == {"one": "one", "org/two": "org/two"}


def test_trees_of_several_turns(tmp_path: Path) -> None:
    """A reply's prompt is the conversation above it; without a name it is a person's; deleted ones are left out; the rank is the rating."""
    texts = [("m1", None, "prompter", "Hi"), ("m2", "m1", "assistant", "Hello"), ("m3", "m2", "prompter", "Why?")]
    rows = [{"message_id": i, "parent_id": p, "role": r, "text": t, "rank": None} for i, p, r, t in texts]
    rows += [
        {
            "message_id": f"m{n}",
            "parent_id": "m3",
            "role": "assistant",
            "text": f"So {n}",
            "rank": n - 4,
            "deleted": n == 6,
            "model_name": None if n == 4 else "bot",
        }
        for n in (4, 5, 6)
    ]
    result, rejected = read(write(tmp_path / "oasst.jsonl", rows))
    prompts = {row["id"]: [(m["role"], m["content"]) for m in row["prompt"]] for row in result}
    assert prompts == {"m1": [("user", "Hi")], "m3": [("user", "Hi"), ("assistant", "Hello"), ("user", "Why?")]}
    last = next(row for row in result if row["id"] == "m3")
    assert (last["models"], last["responses"], last["ratings"]) == (["human", "bot"], ["So 4", "So 5"], [0.0, -1.0])
    assert rejected == []


def test_a_reply_to_nothing(tmp_path: Path) -> None:
    """A reply whose parent is missing, or a circle of messages, is left out."""
    rows = [
        {"message_id": "a", "parent_id": "b", "role": "prompter", "text": "x"},
        {"message_id": "b", "parent_id": "a", "role": "prompter", "text": "x"},
        {"message_id": "c", "parent_id": "a", "role": "assistant", "text": "x"},
        {"message_id": "d", "parent_id": "z", "role": "assistant", "text": "x"},
    ]
    assert [row.reason for row in read(write(tmp_path / "o.jsonl", rows))[1]] == [
        f"no question has the id {i!r}" for i in "az"
    ]


def test_ratings_and_turns_of_lists(tmp_path: Path) -> None:
    """Nectar's rank is negated, and its transcript becomes turns; distilabel's ratings are the pool's."""
    answers = [{"answer": "x", "model": "a", "rank": 2.0}, {"answer": "y", "model": "b", "rank": 1.0}]
    prompt = "\n\nHuman: Hi \n\nAssistant: Hello\n\nHuman: Why?\n\nAssistant: "
    ((row,), _) = read(write(tmp_path / "n.jsonl", [{"prompt": prompt, "answers": answers}]))
    assert row["ratings"] == [-2.0, -1.0]
    assert row["prompt"] == [user("Hi"), assistant("Hello"), user("Why?")]
    rows, _ = read(SAMPLES["distilabel"].write(tmp_path))
    assert [row["ratings"] for row in rows] == [[5.0, 2.0]] * 2


def test_a_battle_over_different_prompts(tmp_path: Path) -> None:
    """It is left out: the two models did not answer the same."""
    row = {
        "model_a": "a",
        "model_b": "b",
        "conversation_a": [user("x"), assistant("1")],
        "conversation_b": [user("y"), assistant("2")],
    }
    rows, rejected = read(write(tmp_path / "b.jsonl", [row]))
    assert (rows, [r.reason for r in rejected]) == ([], ["its two models were asked differently"])


@pytest.mark.parametrize("name", ["battles.jsonl", "battles.parquet"])
def test_turns_as_text(tmp_path: Path, name: str) -> None:
    """Where the turns of a battle are JSON in a text, its first turn is read as from a list; an id may be a number."""
    texts = {"prompt": '["a?", "b?"]', "response_a": '["x", "y"]', "response_b": "[null]"}
    path = write(tmp_path / name, [{"id": 7, "model_a": "a", "model_b": "b", **texts}])
    (row,), rejected = read(path)
    assert not rejected
    assert (row["id"], row["prompt"][0]["content"], row["responses"]) == ("7", "a?", ["x", ""])


def test_half_a_surrogate_pair(tmp_path: Path) -> None:
    """A text that is not Unicode is left out by its row, and the rows around it are read."""
    rows = [
        {"model": m, "conversation": [user("q"), assistant(t)]} for m, t in (("a", "x"), ("b", "\ud800"), ("c", "z"))
    ]
    (tmp_path / "c.jsonl").write_text("\n".join(map(json.dumps, rows)))
    ((row,), rejected) = read(tmp_path / "c.jsonl")
    assert row["models"] == ["a", "c"]
    assert [(r.line, r.reason) for r in rejected] == [(2, "a text has half of a surrogate pair, which is not Unicode")]


def test_lines_that_are_no_rows(tmp_path: Path) -> None:
    """What is not JSON, or no object, is left out with its line."""
    good = json.dumps({"model": "a", "conversation": [user("q"), assistant("x")]})
    (tmp_path / "c.jsonl").write_text(
        "\n".join([good, "{", "[1]", good.replace('"a"', '"b"'), good.replace('"a"', "null")])
    )
    ((row,), rejected) = read(tmp_path / "c.jsonl")
    assert row["models"] == ["a", "b"]
    assert [(r.line, r.reason[:8]) for r in rejected] == [(2, "not JSON"), (3, "expected"), (5, "names no")]


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "cut": lambda data: data[: len(data) // 2],
    "zeros": lambda data: data[:60] + bytes(60) + data[120:],
    "other": lambda _: b"no archive",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_log(zebra_cli: Project, damage: str) -> None:
    """An archive that is cut, or has other bytes, ends with one line that names it."""
    SAMPLES["inspect"].write(zebra_cli.folder)
    log = zebra_cli.folder / "runs/a.eval"
    log.write_bytes(DAMAGES[damage](log.read_bytes()))
    error = zebra_cli.run("run", "--pool", "inspect-samples:runs", "--scores", "paper", code=2).stderr
    assert error.splitlines()[-1].startswith("Error: ")
    assert "a.eval" in error


def test_a_pool_that_does_not_fit_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shuffled conversations of 500 prompts, divided into many buckets: each prompt once, and the same in another process."""
    rows = [
        {"model": m, "conversation": [user(f"q{n}"), assistant(f"{m} says {n}")]} for n in range(500) for m in "abc"
    ]
    random.Random(4).shuffle(rows)
    path = write(tmp_path / "pool.parquet", rows)
    monkeypatch.setattr("zebra_pools.joining.BUCKET", 1 << 12)
    pool = zebra.open_pool(str(path))
    assert len(pool.parts) > 5
    result = [row for batch in pool.batches() for row in batch.to_pylist()]
    assert sorted(row["prompt"][0]["content"] for row in result) == sorted(f"q{n}" for n in range(500))
    assert all(sorted(row["models"]) == [*"abc"] for row in result)
    sent = zebra.Pool(pickle.loads(pickle.dumps(pool.parts)))  # noqa: S301
    assert [row for batch in sent.batches() for row in batch.to_pylist()] == result


def test_a_dataset_of_the_hub(zebra_cli: Project) -> None:
    """A format is recognised, and read, through `datasets` too; here from a local folder."""
    rows = [
        {"conversation_hash": "h", "model": m, "conversation": [user(p), assistant(m)]}
        for p in (SUM, SKY)
        for m in (LARGE, SMALL)
    ]
    write(zebra_cli.folder / "chats/train.parquet", rows)
    zebra_cli.write("scores.csv", f"model,MMLU\n{LARGE},80\n{SMALL},50\nother,10\n")
    zebra_cli.run("run", "--pool", "hub:./chats", "--scores", "scores.csv")
    assert zebra_cli.manifest()["recipe"]["pool"] == "conversations:hub:./chats"
    assert [row["chosen_model"] for row in zebra_cli.dataset()] == [LARGE, LARGE]


def test_samples_that_lack_something(tmp_path: Path) -> None:
    """A sample without id, input or text is left out with the reason, in the harness's tables and in logs."""
    samples: list[dict[str, Any]] = [
        {"doc_id": 0, "doc": {}, "arguments": {"gen_args_0": {"arg_0": "q"}}, "resps": [["a"]]},
        {"doc": {}, "arguments": {"gen_args_0": {"arg_0": "q"}}, "resps": [["a"]]},
        {"doc_id": 2, "doc": {}, "arguments": {}, "resps": [["a"]]},
    ]
    rows, rejected = read(write(tmp_path / "org__m/samples_quiz.jsonl", samples))
    assert [(row["id"], row["models"]) for row in rows] == [("quiz/0", ["org/m"])]
    assert [(row.line, row.reason) for row in rejected] == [(2, "has no doc_id"), (3, "has no text in `arguments`")]
    output = {"choices": [{"message": assistant("a")}]}
    parts = [
        {"id": 1, "input": "q", "output": output},
        {"id": 2, "output": output},
        {"input": "q", "output": output},
        7,
    ]
    (tmp_path / "log.json").write_text(json.dumps({"eval": {"task": "quiz", "model": "m"}, "samples": parts}))
    rows, rejected = read(tmp_path / "log.json")
    assert [row["id"] for row in rows] == ["quiz/1"]
    assert [row.reason for row in rejected] == ["has no input of text", "has no id", "expected an object, got 7"]
