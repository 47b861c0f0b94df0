"""A pool of UltraFeedback's shape for measuring: seeded words with the frequencies of a language, zstd ratio about 3."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

if TYPE_CHECKING:
    from pathlib import Path

WORDS = 20_000
PER_RESPONSE = 165
PER_PROMPT = 30
GROUP = 8_000
CHUNK = 16_000


def model_names(count: int) -> list[str]:
    """The papers' 16 models and ultralm-65b, which has no scores; or as many invented ones as are asked for."""
    if count == 17:
        return [*json.loads((files("zebra_scores") / "paper.json").read_text())["scores"], "ultralm-65b"]
    return [f"model-{number:03d}" for number in range(count)]


def scores(models: list[str], path: Path) -> None:
    """Write scores for invented models."""
    values = np.random.default_rng(1).random((len(models), 6)).round(4)
    header = "model,MMLU,MMLU-Pro,ARC-Challenge,HellaSwag,GSM8K,IFEval"
    path.write_text(
        "\n".join([header, *(f"{m},{','.join(map(str, v))}" for m, v in zip(models, values, strict=True))]) + "\n"
    )


def make(folder: Path, rows: int, models: int, per_row: int, shards: int, *, critiques: bool = False) -> None:
    """Write `shards` parquet files of `rows` instructions in all, each answered by `per_row` of the models.

    With `critiques` each completion carries a text as long as the response, which no run needs.
    """
    folder.mkdir(parents=True, exist_ok=True)
    draw = np.random.default_rng(rows + models + per_row)
    names = pa.array(model_names(models))
    scores(names.to_pylist(), folder.with_suffix(".csv"))
    lengths = draw.integers(2, 11, WORDS)
    letters = draw.choice(list("etaoinshrdlucmfwypvbgkjqxz"), int(lengths.sum()), p=_zipf(26))
    words = pa.array(["".join(w) for w in np.split(letters, np.cumsum(lengths)[:-1])])
    done = 0
    for shard, size in enumerate(np.diff(np.linspace(0, rows, shards + 1).astype(int))):
        with pq.ParquetWriter(
            folder / f"train-{shard:05d}.parquet", _schema(critiques=critiques), compression="zstd"
        ) as file:
            for start in range(0, size, CHUNK):
                n = min(CHUNK, size - start)
                table = _rows(draw, names, words, n, per_row, done, critiques=critiques)
                file.write_table(table, row_group_size=GROUP)
                done += n


def as_json_lines(folder: Path) -> None:
    """Write the same pool as JSON lines beside it."""
    with folder.with_suffix(".jsonl").open("w", encoding="utf-8") as lines:
        for file in sorted(folder.glob("*.parquet")):
            for batch in pq.ParquetFile(file).iter_batches(CHUNK):
                lines.writelines(json.dumps(row) + "\n" for row in batch.to_pylist())


def _zipf(count: int) -> np.ndarray:
    weights = 1 / np.arange(1, count + 1) ** 0.9
    return weights / weights.sum()


def _schema(*, critiques: bool) -> pa.Schema:
    fields = ["model", "response", *(["critique"] if critiques else [])]
    each = pa.struct([(name, pa.string()) for name in fields])
    texts = pa.list_(pa.string())
    return pa.schema(
        [("source", pa.string()), ("instruction", pa.string()), ("models", texts), ("completions", pa.list_(each))]
    )


def _rows(
    draw: np.random.Generator, names: pa.Array, words: pa.Array, n: int, per_row: int, first: int, *, critiques: bool
) -> pa.Table:
    chosen = np.argsort(draw.random((n, len(names))), axis=1)[:, :per_row].ravel()
    prompts = pc.binary_join_element_wise(
        _texts(draw, words, n, PER_PROMPT), pa.array(map(str, range(first, first + n))), " "
    )
    offsets = pa.array(np.arange(n + 1, dtype=np.int32) * per_row)
    models = names.take(pa.array(chosen))
    texts = [_texts(draw, words, n * per_row, PER_RESPONSE) for _ in range(2 if critiques else 1)]
    schema = _schema(critiques=critiques)
    each = pa.StructArray.from_arrays([models, *texts], fields=list(schema.field("completions").type.value_type.fields))
    lists = [pa.ListArray.from_arrays(offsets, values) for values in (models, each)]
    return pa.Table.from_arrays([pa.repeat("bench", n).cast(pa.string()), prompts, *lists], schema=schema)


def _texts(draw: np.random.Generator, words: pa.Array, count: int, mean: int) -> pa.Array:
    lengths = draw.integers(mean // 3, 2 * mean - mean // 3, count)
    ids = np.searchsorted(np.cumsum(_zipf(WORDS)), draw.random(int(lengths.sum()), np.float32)).clip(0, WORDS - 1)
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    return pc.binary_join(pa.ListArray.from_arrays(pa.array(offsets), words.take(pa.array(ids))), " ")
