"""Hostile inputs: `make(kind, key, folder)` writes one into a folder, and returns the arguments of the command that reads it."""

from __future__ import annotations

import json
import random
from pathlib import Path  # noqa: TC003
from typing import Any

import fuzz_pools
import fuzz_scores
from fuzz_mutate import DEEP, VALUES, WORDS, WRITERS, Row, scramble, swap, write_table
from fuzz_scores import NAMES

LAYOUTS = ("ultrafeedback", "long", "wide", "messages", "lists")
POOLS = "jsonl jsonl json csv parquet arrow jsonl.gz jsonl.zst"
SCORES = b"model,MMLU,IFEval\na,10,1\nb,8,9\nc,3,5\n"
BUILD = ("run", "--no-report", "--workers", "1", "-o", "out", "--scores")
TEXTS = (*WORDS["texts"], "x" * 5_000, "[" * DEEP)
KINDS = {
    "similarities": "--similarity",
    "strategies": "--strategy",
    "rules": "--rule",
    "pools": "--pool",
    "score_sources": "--scores",
    "imputations": "--missing",
    "normalisations": "--normalisation",
    "superiorities": "--superiority",
    "aliases": "--alias",
    "filters": "--filter",
    "columns": "--column",
    "score_checks": "",
}
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
    "options": {"wide": {"prompt": "prompt"}},
    "shard_rows": 100,
    "compression": "zstd",
    "normalisation": "minmax",
    "plugins": [],
    "silence": [],
    "axes": {},
    "clash": "error",
}


def _rows(draw: random.Random) -> list[Row]:
    layout = draw.choice((*LAYOUTS, *LAYOUTS, *fuzz_pools.ROWS))
    rows: list[Row] = []
    for number in range(draw.choice((1, 4, 12))):
        prompt: Any = f"question {number}"
        if layout == "messages":
            prompt = [{"role": "user", "content": prompt}]
        answers = {name: f"{name} says {number}" for name in NAMES}
        if layout in fuzz_pools.ROWS:
            rows += fuzz_pools.ROWS[layout](number, prompt, answers)
        elif layout == "long":
            rows += [{"instruction": prompt, "model": m, "response": r, "rating": 1.0} for m, r in answers.items()]
        elif layout == "wide":
            rows.append({"prompt": prompt, **answers})
        elif layout == "ultrafeedback":
            completions = [{"model": m, "response": r, "overall_score": 1.0} for m, r in answers.items()]
            rows.append({"instruction": prompt, "models": [*NAMES], "completions": completions})
        else:
            rows.append({"prompt": prompt, "models": [*answers], "responses": [*answers.values()]})
    return rows


def _write(draw: random.Random, folder: Path, name: str) -> str:
    """Write a hostile pool; one whose values have no common type, as JSON."""
    rows = _rows(draw)
    return write_table(draw, folder, name, rows, "jsonl json" if "ans_id" in rows[0] else POOLS)


def plain(folder: Path) -> list[str]:
    """Write a good pool, good scores and good aliases, and return the arguments that build from the first two."""
    (folder / "scores.csv").write_bytes(SCORES)
    (folder / "alias.csv").write_bytes(b"pool,score\na,b\n")
    rows = [{"id": f"{n}", "prompt": f"question {n}", **{m: f"{m} says {n}" for m in NAMES}} for n in range(3)]
    (folder / "pool.jsonl").write_bytes(WRITERS["jsonl"](rows))
    return [*BUILD, "scores.csv", "--pool", "pool.jsonl"]


def pool(draw: random.Random, folder: Path) -> list[str]:
    """Write a pool in any layout and format, a file or a folder of two, and build from it or look into it."""
    plain(folder)
    name = _write(draw, folder, "hostile")
    if draw.random() < 0.1:
        (folder / "parts").mkdir()
        (folder / name).rename(folder / "parts" / name)
        name = "parts"
        _write(draw, folder / "parts", "more")
    if draw.random() < 0.2:
        clean = draw.choice(([], ["-o", "clean.parquet"], ["-o", "clean.jsonl"], ["--scores", "scores.csv"]))
        return ["pool", name, *clean, *draw.choice(([], ["--format", "json"]))]
    return [*BUILD, "scores.csv", "--pool", name, *draw.choice(([], [], ["--strict"]))]


def scores(draw: random.Random, folder: Path) -> list[str]:
    """Write scores in any form, and show, use or match them."""
    plain(folder)
    write = draw.choice((fuzz_scores.tables, fuzz_scores.boards, fuzz_scores.logs, fuzz_scores.runs))
    name = write(draw, folder)
    form = draw.choice(("table", "json", "csv"))
    commands = (
        ["scores", "--scores", name, "--format", form],
        ["behavior", "--scores", name],
        [*BUILD[:-1], "--scores"],
    )
    chosen = draw.choice((commands[0], commands[0], commands[1], [*commands[2], name, "--pool", "pool.jsonl"]))
    return chosen if draw.random() < 0.9 else ["alias", "pool.jsonl", name, "-o", "draft.csv"]


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{json.dumps(str(k))} = {_toml(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, float):
        return repr(value)
    return json.dumps("" if value is None else value)


def recipe(draw: random.Random, folder: Path) -> list[str]:
    """Write a recipe with wrong values, or damaged TOML."""
    plain(folder)
    names = draw.sample([*RECIPE], draw.randrange(1, len(RECIPE)))
    content = {name: RECIPE[name] for name in dict.fromkeys(["pool", "scores", *names])}
    how = draw.random()
    swapped = swap(draw, content) if how < 0.7 else content
    table = swapped if isinstance(swapped, dict) else {"pool": swapped}
    text = "".join(f"{json.dumps(str(k))} = {_toml(v)}\n" for k, v in table.items())
    data = text.encode("utf-8", "surrogatepass")
    (folder / "recipe.toml").write_bytes(scramble(draw, data) if 0.7 < how < 0.95 else data)
    return ["run", "recipe.toml", "--no-report", "--workers", "1", "-o", "out"]


def alias(draw: random.Random, folder: Path) -> list[str]:
    """Write an alias file, or draft one for a hostile pool."""
    command = plain(folder)
    if draw.random() < 0.2:
        name = _write(draw, folder, "hostile")
        return ["alias", name, "scores.csv", *draw.choice(([], ["-o", "draft.csv"]))]
    rows = [{"pool": m, "score": s} for m, s in zip(NAMES, "bca", strict=True)]
    return [*command, "--alias", write_table(draw, folder, "names", rows, "csv")]


def judge(draw: random.Random, folder: Path) -> list[str]:
    """Write a table of labels for the dataset that lies beside the folder."""
    single = [{"id": f"{n}", "model": m, "score": float(n)} for n in range(3) for m in NAMES]
    pairs = [{"id": f"{n}", "model_a": "a", "model_b": "b", "winner": "a", "annotator": "x"} for n in range(3)]
    name = write_table(draw, folder, "judge", draw.choice((single, pairs)), "csv jsonl parquet")
    return ["audit", "../out", "--judge", name, *draw.choice(([], ["-o", "audit"]))]


def options(draw: random.Random, folder: Path) -> list[str]:
    """Return a build with options, most of them hostile; an argument has no NUL, and of surrogates those of undecodable bytes."""
    command = plain(folder)
    good = WORDS["options"]
    for _ in range(draw.choice((1, 1, 2, 3))):
        name, how = draw.choice([*good]), draw.random()
        hostile = draw.choice(TEXTS) if how < 0.8 else str(draw.choice(VALUES))[:2_000]
        value = draw.choice(good[name]) if how < 0.5 else hostile
        command += [name, value.replace("\x00", "").replace("\ud800", "\udcff")]
    return command


def plugin(draw: random.Random, folder: Path) -> list[str]:
    """Write a plugin whose component returns or does what it must not."""
    command, kind = plain(folder), draw.choice([*KINDS])
    result, where = draw.choice(WORDS["results"]), draw.randrange(10)
    component = f"lambda *a: {result}" if where else result
    hook = result if where == 1 else f"{{{draw.choice(('x', 'x', 'x', 'a b', 'cosine'))!r}: {component}}}"
    text = (
        f"import numpy as np\nimport zebra_core as zebra\n\n@zebra.hookimpl\ndef zebra_{kind}():\n    return {hook}\n"
    )
    data = text.encode() if draw.random() < 0.95 else scramble(draw, text.encode())
    (folder / "odd.py").write_bytes(data)
    if kind == "imputations":
        (folder / "scores.csv").write_bytes(SCORES.replace(b"b,8,9", b"b,8,"))
    return [*command, "--plugin", "./odd.py", *((KINDS[kind], "x") if KINDS[kind] else ())]


CLASSES = {make.__name__: make for make in (pool, scores, recipe, alias, judge, options, plugin)}


def make(kind: str, key: str, folder: Path) -> list[str]:
    """Write the input of a class that follows from `key`, and return its command."""
    return CLASSES[kind](random.Random(key), folder)
