"""One small pool in every layout and format is the same pool."""

from __future__ import annotations

import csv
import gzip
import io
import json
import pickle
import random
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import zebra_core as zebra
from zebra_core.pool.pool import batches
from zebra_core.testing import Project

TEXT = 'Say "three",\nin two lines.'
POOL = [  # id, prompt, {model: response}
    ("q1", "What is 1 + 1?", {"a": "Two.", "b": "2", "c": "It is 2, naturally."}),
    ("q2", TEXT, {"a": "three\nthree", "c": "é"}),
    ("q3", "Say nothing.", {"b": "", "a": "(nothing)"}),
]


def ultrafeedback() -> list[dict[str, Any]]:
    """Completions in another order than models, as in a public copy of UltraFeedback."""
    rows = []
    for name, prompt, answers in POOL:
        completions = [
            {"model": m, "response": r, "overall_score": float(len(r)), "critique": "x"} for m, r in answers.items()
        ]
        rows.append(
            {
                "id": name,
                "source": "test",
                "instruction": prompt,
                "models": [*answers],
                "completions": completions[::-1],
            }
        )
    return rows


def long() -> list[dict[str, Any]]:
    """The rows of one instruction apart from each other."""
    rows = [
        {"instruction_id": name, "instruction": prompt, "generator": model, "output": response, "dataset": "test"}
        for name, prompt, answers in POOL
        for model, response in answers.items()
    ]
    return sorted(rows, key=lambda row: str(row["generator"]))


def wide() -> list[dict[str, Any]]:
    return [
        {"id": name, "prompt": prompt, "source": "test", **{m: answers.get(m) for m in "abc"}}
        for name, prompt, answers in POOL
    ]


def messages() -> list[dict[str, Any]]:
    return [
        {
            "id": name,
            "prompt": [{"role": "user", "content": prompt}],
            "models": [*answers],
            "responses": [*answers.values()],
            "source": "test",
        }
        for name, prompt, answers in POOL
    ]


LAYOUTS = {"ultrafeedback": ultrafeedback, "long": long, "wide": wide, "messages": messages}


def lines(rows: list[dict[str, Any]]) -> bytes:
    return "\n".join(json.dumps(row, ensure_ascii=False) for row in rows).encode()


def comma(rows: list[dict[str, Any]]) -> bytes:
    """Write CSV with JSON in the cells that hold lists."""
    text = io.StringIO()
    writer = csv.DictWriter(text, rows[0])
    writer.writeheader()
    for row in rows:
        writer.writerow({name: json.dumps(cell) if isinstance(cell, list) else cell for name, cell in row.items()})
    return text.getvalue().encode()


def parquet(rows: list[dict[str, Any]]) -> bytes:
    """Write two row groups."""
    sink = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), sink, row_group_size=2)
    return sink.getvalue()


def arrow(rows: list[dict[str, Any]], *, stream: bool = False) -> bytes:
    table, sink = pa.Table.from_pylist(rows), io.BytesIO()
    with (pa.ipc.new_stream if stream else pa.ipc.new_file)(sink, table.schema) as writer:
        writer.write_table(table, max_chunksize=2)
    return sink.getvalue()


FORMATS = {
    "pool.jsonl": lines,
    "pool.ndjson": lambda rows: lines(rows).replace(b"\n", b"\r\n\r\n") + b"\r\n",
    "pool.jsonl.gz": lambda rows: gzip.compress(lines(rows)),
    "pool.jsonl.zst": lambda rows: pa.compress(lines(rows), "zstd", asbytes=True),
    "pool.json": lambda rows: b"\xef\xbb\xbf" + json.dumps(rows).encode(),
    "lines.json": lines,
    "pool.csv": comma,
    "pool.parquet": parquet,
    "pool.arrow": arrow,
    "stream.arrow": lambda rows: arrow(rows, stream=True),
}


def read(location: str) -> list[tuple[str, list[dict[str, str]], dict[str, str], str]]:
    """Return id, prompt, the response of each model that gave one, and the source."""
    pool = zebra.open_pool(location)
    rows = [row for part in pool.parts for batch in batches(part) for row in batch.to_pylist()]
    assert pool.rows in (None, len(rows))
    answered = [{m: r for m, r in zip(row["models"], row["responses"], strict=True) if r} for row in rows]
    return sorted(
        (row["id"], row["prompt"], answers, row["source"]) for row, answers in zip(rows, answered, strict=True)
    )


EXPECTED = [
    (name, [{"role": "user", "content": prompt}], {m: r for m, r in answers.items() if r}, "test")
    for name, prompt, answers in POOL
]


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layout_and_format(zebra_cli: Project, layout: str, name: str) -> None:
    """The layout is recognised, and the pool is the same from any of them; a folder with the file and a README, too."""
    zebra_cli.write(f"folder/{name}", FORMATS[name](LAYOUTS[layout]()))
    zebra_cli.write("folder/README.md", "# Nothing to read here")
    zebra_cli.write("folder/.cache/old.jsonl", "{")
    assert read(f"folder/{name}") == EXPECTED
    assert read("folder") == read(f"{layout}:folder/{name}") == EXPECTED


def test_other_arrow_types(zebra_cli: Project) -> None:
    """Large and dictionary-encoded text, large lists, and fields in another order are read as any other."""
    item = pa.struct([("response", pa.large_string()), ("model", pa.dictionary(pa.int32(), pa.string()))])
    schema = pa.schema(
        [
            ("completions", pa.large_list(item)),
            ("models", pa.large_list(pa.large_string())),
            ("instruction", pa.large_string()),
            ("id", pa.string()),
            ("source", pa.dictionary(pa.int8(), pa.large_string())),
        ]
    )
    rows = [
        {**row, "completions": [{k: c[k] for k in ("model", "response")} for c in row["completions"]]}
        for row in ultrafeedback()
    ]
    table = pa.concat_tables([pa.Table.from_pylist(rows[:1], schema), pa.Table.from_pylist(rows[1:], schema)])
    with pa.ipc.new_stream(str(zebra_cli.folder / "pool.arrow"), schema) as writer:
        writer.write_table(table)
    assert read("pool.arrow") == EXPECTED


def test_a_folder_with_a_file_per_model(zebra_cli: Project) -> None:
    """What evaluation scripts write: one file of answers per model; instructions are gathered over the files."""
    for model in "abc":
        zebra_cli.write(f"outputs/{model}.json", json.dumps([row for row in long() if row["generator"] == model]))
    assert read("outputs") == EXPECTED
    bare = [{k: v for k, v in row.items() if k in ("instruction", "generator", "output")} for row in long()]
    zebra_cli.write("bare.jsonl", lines(bare))
    found = {prompt[0]["content"]: answers for _, prompt, answers, _ in read_bare("bare.jsonl")}
    assert found == {prompt: {m: r for m, r in answers.items() if r} for _, prompt, answers in POOL}


def test_a_long_pool_that_does_not_fit_in_memory(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Shuffled rows of 3,000 instructions, divided into some 30 buckets: each instruction once, with all its answers."""
    draw = random.Random(3)
    expected = {f"q{n}": {m: f"{m} says {n}" for m in draw.sample("abcdef", 4)} for n in range(3_000)}
    rows = [{"prompt": q, "model": m, "response": r} for q, answers in expected.items() for m, r in answers.items()]
    draw.shuffle(rows)
    text = lines(rows).splitlines()
    text.insert(5_000, b"{")
    zebra_cli.write("pool.jsonl", b"\n".join(text))
    monkeypatch.setattr("zebra_pools.long.BUCKET", 1 << 16)
    monkeypatch.setattr("zebra_pools.json_lines.BLOCK", 1 << 16)
    parts = zebra.open_pool("pool.jsonl").parts
    assert len(parts) > 20
    told: list[zebra.Rejected] = []
    found = [row for part in parts for batch in batches(part, told.append) for row in batch.to_pylist()]
    assert len(found) == len(expected)
    assert {r["prompt"][0]["content"]: dict(zip(r["models"], r["responses"], strict=True)) for r in found} == expected
    assert [(row.file, row.line) for row in told] == [("pool.jsonl", 5_001)]
    again = [row for part in parts for batch in batches(part) for row in batch.to_pylist()]
    sent = [row for part in parts for b in batches(pickle.loads(pickle.dumps(part))) for row in b.to_pylist()]  # noqa: S301
    assert again == sent == found


def read_bare(location: str) -> list[tuple[str, list[dict[str, str]], dict[str, str], str]]:
    """Read a pool without a source, whose rows cannot be sorted by it."""
    pool = zebra.open_pool(location)
    rows = [row for part in pool.parts for batch in batches(part) for row in batch.to_pylist()]
    assert all(row["id"].startswith("xxh3:") for row in rows)
    return [
        (row["id"], row["prompt"], {m: r for m, r in zip(row["models"], row["responses"], strict=True) if r}, "")
        for row in rows
    ]


def test_options_name_other_columns(zebra_cli: Project) -> None:
    """`long` and `wide` read the columns that their options name; a column that is not there is named."""
    rows = [{"q": prompt, "who": m, "said": r, "n": name} for name, prompt, answers in POOL for m, r in answers.items()]
    zebra_cli.write("pool.jsonl", lines(rows))
    options = {"prompt": "q", "model": "who", "response": "said", "id": "n"}
    pool = zebra.open_pool("pool.jsonl", recipe=zebra.Recipe(options={"long": options}))
    assert pool.models() == {*"abc"}
    with pytest.raises(zebra.ZebraError, match=r"no column 'whom' \(its columns: q, who, said, n\)"):
        zebra.open_pool("long:pool.jsonl", recipe=zebra.Recipe(options={"long": {**options, "model": "whom"}}))


@pytest.mark.parametrize(("option", "rating"), [("", 4.0), ("fine-grained_score", 3.5)])
def test_ratings_of_ultrafeedback(zebra_cli: Project, option: str, rating: float) -> None:
    """Ratings are `overall_score`, or the field that the option names."""
    completion = {"model": "a", "response": "x", "overall_score": 4, "fine-grained_score": 3.5}
    zebra_cli.write("pool.jsonl", lines([{"instruction": "q", "models": ["a"], "completions": [completion]}]))
    pool = zebra.open_pool("pool.jsonl", recipe=zebra.Recipe(options={"ultrafeedback": {"rating": option}}))
    assert next(batches(pool.parts[0]))["ratings"].to_pylist() == [[rating]]


def test_several_turns(zebra_cli: Project) -> None:
    """A prompt of several messages comes through as it is, in every layout that has a prompt."""
    turns = [{"role": role, "content": role[::-1]} for role in ("system", "user", "assistant", "user")]
    for number, row in enumerate(
        [
            {"prompt": turns, "models": ["a"], "responses": ["x"]},
            {"prompt": turns, "model": "a", "response": "x"},
            {"prompt": turns, "a": "x", "b": "y"},
            {"instruction": turns, "completions": [{"model": "a", "response": "x"}]},
        ]
    ):
        zebra_cli.write(f"{number}.jsonl", lines([row]))
        assert read_bare(f"{number}.jsonl")[0][1] == turns


def test_the_hub(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """`hub:NAME` is read through datasets.load_dataset, which takes a local folder for a name too."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    zebra_cli.write("data/train.parquet", parquet(ultrafeedback()))
    zebra_cli.write("data/test.parquet", parquet(ultrafeedback()[:1]))
    assert read("hub:data") == EXPECTED
    assert read("ultrafeedback:hub:data?split=test") == EXPECTED[:1]
    with pytest.raises(zebra.ZebraError, match="did you mean 'split'"):
        zebra.open_pool("hub:data?spilt=test")


def test_only_what_is_wanted_is_read() -> None:
    """Of a parquet file's leaves, critiques and columns that no layout wants stay on disk."""
    from zebra_pools.columns import leaves
    from zebra_pools.ultrafeedback import UltraFeedback

    file = pq.ParquetFile(io.BytesIO(parquet([{**row, "notes": "long"} for row in ultrafeedback()])))
    paths = [file.schema.column(k).path for k in range(len(file.schema.names))]
    read = leaves(paths, UltraFeedback().schema_for(file.schema_arrow))
    assert {path.split(".")[-1] for path in paths} - {path.split(".")[-1] for path in read} == {"critique", "notes"}


def test_parts_can_be_sent_to_another_process(zebra_cli: Project) -> None:
    """A part of a pool is pickled with its reader, and reads the same."""
    for name in ("pool.jsonl", "pool.parquet", "pool.csv"):
        zebra_cli.write(name, FORMATS[name](ultrafeedback()))
        part = zebra.open_pool(name).parts[0]
        sent = pickle.loads(pickle.dumps(part))  # noqa: S301
        assert [b.to_pylist() for b in sent.read()] == [b.to_pylist() for b in part.read()]


def test_many_batches(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of many batches gives each row once, in order, and errors count rows over all batches."""
    rows = [{**ultrafeedback()[0], "id": str(n), "instruction": f"{n} {'words ' * 400}"} for n in range(20_000)]
    zebra_cli.write("pool.jsonl", lines(rows))
    pool = zebra.open_pool("pool.jsonl")
    found = [batch["id"].to_pylist() for batch in pool.parts[0].read()]
    assert len(found) > 1
    assert [name for batch in found for name in batch] == [str(n) for n in range(20_000)]
    monkeypatch.setattr("zebra_pools.json_lines.RANGE", 1 << 20)  # read in some fifty ranges, as a large file is
    pool = zebra.open_pool("pool.jsonl")
    assert len(pool.parts) > 40
    assert [n for part in pool.parts for b in part.read() for n in b["id"].to_pylist()] == [
        str(n) for n in range(20_000)
    ]
    rows[19_000] |= {"models": ["a", "b", "other"]}
    zebra_cli.write("pool.jsonl", lines(rows))
    told: list[zebra.Rejected] = []
    kept = [
        n
        for part in zebra.open_pool("pool.jsonl").parts
        for b in batches(part, told.append)
        for n in b["id"].to_pylist()
    ]
    assert [str(row) for row in told] == [
        "pool.jsonl, row 19001: `models` and `completions` name different models (c, other)"
    ]
    assert kept == [str(n) for n in range(20_000) if n != 19_000]


def test_a_folder_of_two_layouts(zebra_cli: Project) -> None:
    """A file of another layout in the folder is named."""
    zebra_cli.write("pool/1.jsonl", lines(ultrafeedback()))
    zebra_cli.write("pool/2.jsonl", lines(wide()))
    with pytest.raises(zebra.ZebraError, match=r"2.jsonl has no column 'completions'"):
        zebra.open_pool("pool")


def shared_pools(shared: Path) -> list[Path]:
    return [shared / f"{name}.parquet" for name in ("alpaca_eval_pool_dev", "alpaca_eval_pool4_dev", "recent_pool_dev")]


def test_real_pools(shared: Path) -> None:
    """The real pools are recognised, with 12, 12 and 56 models; one without instructions says what it lacks."""
    assert [len(zebra.open_pool(str(path)).models()) for path in shared_pools(shared)] == [12, 12, 56]
    with pytest.raises(zebra.ZebraError, match="long has no column 'instruction' or 'prompt'"):
        zebra.open_pool(str(shared / "recent_pool_dev_long.parquet"))
