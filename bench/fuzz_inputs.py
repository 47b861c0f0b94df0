"""Hostile inputs: `make(kind, key, folder)` writes one into a folder, and returns the arguments of the command that reads it."""

from __future__ import annotations

import csv
import gzip
import io
import json
import random
from collections.abc import Callable  # noqa: TC003
from pathlib import Path  # noqa: TC003
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

NAMES, BENCHMARKS = ("a", "b", "c"), ("MMLU", "IFEval", "GSM8K")
LONG, DEEP = "x" * 10_000_000, 3_000
VALUES: tuple[Any, ...] = (
    *(None, "", " ", 0, -0.0, -1, 1.5, True, False, [], {}, [[]], [None], {"": None}, {"role": "user"}),
    *(float("nan"), float("inf"), -float("inf"), 10**400, 2**63, -(2**63) - 1, 1e308, 5e-324),
    *(
        "nan",
        "1e400",
        "-inf",
        "1_000",
        "٣",
        "\x00",
        "a\x00b",
        "\ud800",
        "\ufeff",
        "\u202eabc",
        "a\nb",
        "a\r\nb",
        '"',
        "'",
    ),
    *(
        "../../x",
        "/dev/null",
        "=1+1",
        "{",
        "[",
        "a,b",
        "\t",
        "%s %d {0}",
        "é",
        "e\u0301",
        "[bold]",
        "\x1b[31m",
        "x" * 70_000,
    ),
)
"""What replaces a value of a structure."""
CHUNKS = (
    *(
        b"\x00",
        b"\xff\xfe",
        b"\xef\xbb\xbf",
        b"\xed\xa0\x80",
        b"\xc3",
        b"NaN",
        b"Infinity",
        b"1e400",
        b"-0",
        b"9" * 5_000,
    ),
    *(
        b"[" * DEEP,
        b"]" * DEEP,
        b'{"a":' * DEEP,
        b'"',
        b"'",
        b",",
        b"\n",
        b"\r",
        b"\t",
        b"|",
        b"{}",
        b"null",
        b"\\ud800",
    ),
    *(b'"a":1,"a":2,', b"\xe2\x80\xae", b"#", b"=", b"'''", b'"""', b"[[x]]", b"\x1a", b"\\"),
)
"""What is inserted between bytes."""


def _rows(draw: random.Random) -> list[dict[str, Any]]:
    layout = draw.choice(("ultrafeedback", "long", "wide", "messages", "lists"))
    rows: list[dict[str, Any]] = []
    for number in range(draw.choice((1, 4, 12))):
        prompt: Any = f"question {number}"
        if layout == "messages":
            prompt = [{"role": "user", "content": prompt}]
        answers = {name: f"{name} says {number}" for name in NAMES}
        if layout == "long":
            rows += [{"instruction": prompt, "model": m, "response": r, "rating": 1.0} for m, r in answers.items()]
        elif layout == "wide":
            rows.append({"prompt": prompt, **answers})
        elif layout == "ultrafeedback":
            completions = [{"model": m, "response": r, "overall_score": 1.0} for m, r in answers.items()]
            rows.append({"instruction": prompt, "models": [*NAMES], "completions": completions})
        else:
            rows.append({"prompt": prompt, "models": [*answers], "responses": [*answers.values()]})
    return rows


def swap(draw: random.Random, value: Any) -> Any:
    """Return a structure with one value, at any depth, replaced by a hostile one, removed, or repeated."""
    if isinstance(value, (dict, list)) and value and draw.random() < 0.85:
        keys = list(value) if isinstance(value, dict) else range(len(value))
        key, copy = draw.choice(keys), value.copy()
        if draw.random() < 0.1:
            del copy[key]
        elif isinstance(copy, list) and draw.random() < 0.1:
            copy.append(copy[key])
        elif isinstance(copy, dict) and draw.random() < 0.1:
            copy[str(draw.choice(VALUES))[:99]] = copy.pop(key)
        else:
            copy[key] = swap(draw, copy[key])
        return copy
    return LONG if draw.random() < 0.001 else draw.choice(VALUES)


def scramble(draw: random.Random, data: bytes) -> bytes:
    """Return bytes with a few flipped, cut, repeated or inserted."""
    for _ in range(draw.choice((1, 1, 2, 5))):
        at = draw.randrange(len(data) + 1)
        end = min(len(data), at + draw.randrange(1, 80))
        how = draw.randrange(5)
        if how == 0 and at < len(data):
            data = data[:at] + bytes([data[at] ^ 1 << draw.randrange(8)]) + data[at + 1 :]
        elif how == 1:
            data = data[:at] if draw.random() < 0.5 else data[:at] + data[end:]
        elif how == 2:
            data = data[:end] + data[at:end] * draw.choice((1, 3, 100)) + data[end:]
        else:
            data = data[:at] + draw.choice(CHUNKS) + data[at:]
    return data


def _json(value: Any) -> bytes:
    return json.dumps(value).encode()


def _delimited(rows: list[dict[str, Any]], delimiter: str = ",") -> bytes:
    file = io.StringIO()
    header = list(dict.fromkeys(name for row in rows for name in row))
    writer = csv.writer(file, delimiter=delimiter, lineterminator="\n")
    texts = ([cell if isinstance(cell, str) else json.dumps(cell) for cell in map(row.get, header)] for row in rows)
    writer.writerows([header, *texts])
    return file.getvalue().encode("utf-8", "surrogatepass")


def _markdown(rows: list[dict[str, Any]]) -> bytes:
    header = list(rows[0])
    lines = [header, ["---"] * len(header), *([str(row.get(name, "")) for name in header] for row in rows)]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines).encode("utf-8", "replace")


def _parquet(rows: list[dict[str, Any]]) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(rows), file)
    return file.getvalue()


def _arrow(rows: list[dict[str, Any]]) -> bytes:
    file, table = io.BytesIO(), pa.Table.from_pylist(rows)
    with pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table)
    return file.getvalue()


WRITERS: dict[str, Callable[[list[dict[str, Any]]], bytes]] = {
    "jsonl": lambda rows: b"\n".join(map(_json, rows)),
    "json": _json,
    "csv": _delimited,
    "tsv": lambda rows: _delimited(rows, "\t"),
    "md": _markdown,
    "parquet": _parquet,
    "arrow": _arrow,
    "jsonl.gz": lambda rows: gzip.compress(b"\n".join(map(_json, rows)), mtime=0),
    "jsonl.zst": lambda rows: pa.compress(b"\n".join(map(_json, rows)), "zstd", asbytes=True),
}


def _table(draw: random.Random, folder: Path, name: str, rows: list[dict[str, Any]], formats: str) -> str:
    """Write a hostile table in one of the formats, and return its name."""
    suffix = draw.choice(formats.split())
    whole = draw.random() < 0.5
    hostile = rows
    for _ in range(draw.choice((1, 1, 3)) if whole else 0):
        swapped = swap(draw, hostile)
        if isinstance(swapped, list) and swapped and (suffix == "json" or all(isinstance(r, dict) for r in swapped)):
            hostile = swapped
    try:
        data = WRITERS[suffix](hostile)
    except (pa.ArrowException, OverflowError, UnicodeError, ValueError, TypeError, AttributeError):
        data, whole = WRITERS[suffix](rows), False  # the format cannot hold the value
    (folder / f"{name}.{suffix}").write_bytes(data if whole else scramble(draw, data))
    return f"{name}.{suffix}"


SCORES = b"model,MMLU,IFEval\na,10,1\nb,8,9\nc,3,5\n"
BUILD = ("run", "--no-report", "--workers", "1", "-o", "out", "--scores")


def plain(folder: Path) -> list[str]:
    """Write a good pool and good scores, and return the arguments that build from them."""
    (folder / "scores.csv").write_bytes(SCORES)
    rows = [{"id": f"{n}", "prompt": f"question {n}", **{m: f"{m} says {n}" for m in NAMES}} for n in range(3)]
    (folder / "pool.jsonl").write_bytes(WRITERS["jsonl"](rows))
    return [*BUILD, "scores.csv", "--pool", "pool.jsonl"]


def pool(draw: random.Random, folder: Path) -> list[str]:
    """Write a pool in any layout and format."""
    plain(folder)
    name = _table(draw, folder, "hostile", _rows(draw), "jsonl jsonl json csv parquet arrow jsonl.gz jsonl.zst")
    return [*BUILD, "scores.csv", "--pool", name, *draw.choice(([], [], ["--strict"]))]


def _harness(draw: random.Random) -> Any:
    run = {"model_name": "a", "results": {"mmlu": {"acc,none": 0.6, "acc_stderr,none": 0.1}}, "versions": {"mmlu": 1.0}}
    helm = {
        "header": [{"value": "Model"}, {"value": "MMLU", "lower_is_better": False}],
        "rows": [[{"value": "a"}, {"value": 1}]],
    }
    light = {"config_general": {"model_name": "a"}, "results": {"leaderboard|mmlu|5": {"acc": 0.5, "acc_stderr": 0.1}}}
    inspect = {
        "eval": {"model": "a", "task": "mmlu"},
        "status": "success",
        "results": {"scores": [{"metrics": {"accuracy": {"value": 1}}}]},
    }
    own = {"benchmarks": [{"name": "MMLU"}], "models": [{"model": "a", "scores": {"MMLU": 1}}]}
    return draw.choice((run, helm, light, inspect, own))


def scores(draw: random.Random, folder: Path) -> list[str]:
    """Write a score table of any format."""
    if draw.random() < 0.3:
        data = json.dumps(swap(draw, _harness(draw))).encode()
        name = draw.choice(("results_1.json", "scores.json"))
        (folder / name).write_bytes(data if draw.random() < 0.7 else scramble(draw, data))
    else:
        wide = [{"model": m, **{b: float(n + len(m)) for n, b in enumerate(BENCHMARKS)}} for m in NAMES]
        long = [{"model": m, "benchmark": b, "score": n} for n, m in enumerate(NAMES) for b in BENCHMARKS]
        name = _table(draw, folder, "scores", draw.choice((wide, wide, long)), "csv tsv json md parquet")
    if draw.random() < 0.3:
        plain(folder) if name != "scores.csv" else None
        return ["behavior", "--scores", name]
    return ["scores", "--scores", name, "--format", draw.choice(("table", "json", "csv"))]


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(k))} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, float):
        return repr(value)
    return json.dumps("" if value is None else value)


RECIPE: dict[str, Any] = {
    "pool": "pool.jsonl",
    "scores": ["scores.csv"],
    "strategy": "sup",
    "rule": "superiority",
    "seed": 1,
    "threshold": 0.1,
    "min_gap": 0.0,
    "pairs": 1,
    "similarity": "cosine",
    "missing": "error",
    "scope": "instruction",
    "weights": {"MMLU": 1.0},
    "benchmarks": {"MMLU": "higher"},
    "options": {"rbf": {"gamma": 0.5}},
    "shard_rows": 100,
    "compression": "zstd",
    "normalisation": "minmax",
    "plugins": [],
    "silence": [],
    "axes": {},
    "clash": "error",
}


def recipe(draw: random.Random, folder: Path) -> list[str]:
    """Write a recipe with wrong values, or damaged TOML."""
    plain(folder)
    names = draw.sample([*RECIPE], draw.randrange(1, len(RECIPE)))
    content = {name: RECIPE[name] for name in dict.fromkeys(["pool", "scores", *names])}
    hostile = draw.random() < 0.7
    swapped = swap(draw, content) if hostile else content
    table = swapped if isinstance(swapped, dict) else {"pool": swapped}
    text = "".join(f"{json.dumps(str(k))} = {_toml(v)}\n" for k, v in table.items())
    data = text.encode("utf-8", "surrogatepass")
    (folder / "recipe.toml").write_bytes(data if hostile else scramble(draw, data))
    return ["run", "recipe.toml", "--no-report", "--workers", "1", "-o", "out"]


def alias(draw: random.Random, folder: Path) -> list[str]:
    """Write an alias file."""
    command = plain(folder)
    rows = [{"pool": m, "score": s} for m, s in zip(NAMES, "bca", strict=True)]
    return [*command, "--alias", _table(draw, folder, "alias", rows, "csv")]


def judge(draw: random.Random, folder: Path) -> list[str]:
    """Write a table of labels for the dataset that lies beside the folder."""
    single = [{"id": f"{n}", "model": m, "score": float(n)} for n in range(3) for m in NAMES]
    pairs = [{"id": f"{n}", "model_a": "a", "model_b": "b", "winner": "a", "annotator": "x"} for n in range(3)]
    name = _table(draw, folder, "judge", draw.choice((single, pairs)), "csv jsonl parquet")
    return ["audit", "../out", "--judge", name, *draw.choice(([], ["-o", "audit"]))]


OPTIONS = (
    *("--threshold", "--min-gap", "--min-confidence", "--pairs", "--seed", "--shard-rows", "--compression", "--weight"),
    *(
        "--axis",
        "--benchmark",
        "--missing",
        "--similarity",
        "--strategy",
        "--rule",
        "--engine",
        "--scope",
        "--set",
        "--plugin",
    ),
    *("--silence", "--clash", "--normalisation", "--pool", "--scores", "--alias", "--output", "--preset"),
)
TEXTS = (
    *(
        "rbf.gamma=0.5",
        "rbf.gamma=",
        "rbf.gamma=nan",
        "rbf.gamma=[1",
        "rbf.=1",
        ".=",
        "=",
        "rbf",
        "rbf.gamma=1e400",
        "x.y=1",
    ),
    *(
        "MMLU=1",
        "MMLU=-1",
        "MMLU=nan",
        "MMLU=1e400",
        "MMLU=higher",
        "MMLU=drop",
        "MMLU=",
        "=1",
        "math=1",
        "zstd:99",
        "gzip",
    ),
    *(
        "long:pool.jsonl",
        "csv:scores.csv",
        "hub:",
        "hub:../x",
        ":",
        "no:local",
        "rbf",
        "delta",
        "sim",
        "rank",
        "drop-model",
    ),
    *(
        "1",
        "0",
        "-1",
        "1e400",
        "nan",
        "inf",
        "9" * 30,
        "",
        " ",
        "é",
        "\ud800",
        "x" * 5_000,
        "[" * DEEP,
        "a\nb",
        "~nobody/x",
    ),
)


def options(draw: random.Random, folder: Path) -> list[str]:
    """Return a build with hostile options; an argument of a process has no NUL, and only the surrogates of undecodable bytes."""
    command = plain(folder)
    for _ in range(draw.choice((1, 1, 2, 3))):
        name = draw.choice(OPTIONS)
        value = draw.choice(TEXTS) if draw.random() < 0.8 else str(draw.choice(VALUES))[:2_000]
        command += [name, value.replace("\x00", "").replace("\ud800", "\udcff")]
    return command


RESULTS = (
    *(
        "None",
        "1",
        "'text'",
        "[]",
        "{}",
        "object()",
        "np.zeros((1, 1))",
        "np.zeros((3, 2))",
        "np.zeros(3)",
        "np.zeros((3, 3, 3))",
    ),
    *(
        "np.full((3, 3), np.nan)",
        "np.full((3, 3), np.inf)",
        "np.full((3, 3), -np.inf)",
        "np.eye(3) * 1e308",
        "np.ones((3, 3), bool)",
    ),
    *(
        "np.array([['x'] * 3] * 3)",
        "np.ones((3, 3), object)",
        "np.ones((3, 3), complex)",
        "print('noise')",
        "1 / 0",
        "[][1]",
    ),
    *(
        "(_ for _ in ()).throw(ValueError('a\\nb'))",
        "(_ for _ in ()).throw(ValueError())",
        "(_ for _ in ()).throw(KeyError(1))",
    ),
    *(
        "(_ for _ in ()).throw(MemoryError())",
        "(_ for _ in ()).throw(RecursionError())",
        "(_ for _ in ()).throw(StopIteration())",
    ),
    *(
        "(_ for _ in ()).throw(AssertionError('x' * 5000))",
        "(_ for _ in ()).throw(OSError('no'))",
        "(lambda f: f(f))(lambda f: f(f))",
    ),
    *(
        "__import__('sys').exit(3)",
        "__import__('sys').exit()",
        "np.triu(np.ones((3, 3)))",
        "np.arange(9.0).reshape(3, 3) * -5",
    ),
    *(
        "zebra.Pool([], [])",
        "zebra.Pool([zebra.Part('p', lambda: iter([1]))], [])",
        "'missing.csv'",
        "lambda *a: 1",
        "type",
        "...",
    ),
)
KINDS = {
    "similarities": "--similarity",
    "strategies": "--strategy",
    "rules": "--rule",
    "pools": "--pool",
    "score_sources": "--scores",
}


def plugin(draw: random.Random, folder: Path) -> list[str]:
    """Write a plugin whose component returns or does what it must not."""
    command, kind = plain(folder), draw.choice([*KINDS])
    result, where = draw.choice(RESULTS), draw.randrange(10)
    component = f"lambda *a: {result}" if where else result
    hook = result if where == 1 else f"{{{draw.choice(('x', 'x', 'x', 'a b', 'cosine'))!r}: {component}}}"
    text = (
        f"import numpy as np\nimport zebra_core as zebra\n\n@zebra.hookimpl\ndef zebra_{kind}():\n    return {hook}\n"
    )
    data = text.encode() if draw.random() < 0.95 else scramble(draw, text.encode())
    (folder / "odd.py").write_bytes(data)
    return [*command, "--plugin", "./odd.py", KINDS[kind], "x"]


CLASSES = {make.__name__: make for make in (pool, scores, recipe, alias, judge, options, plugin)}


def make(kind: str, key: str, folder: Path) -> list[str]:
    """Write the input of a class that follows from `key`, and return its command."""
    return CLASSES[kind](random.Random(key), folder)
