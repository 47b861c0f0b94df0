"""The pairs of a dataset as columns of numbers: hashes and lengths in place of texts, so that many pairs fit in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import xxhash

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from numpy.typing import NDArray

HASHED = ("id", "prompt", "chosen", "rejected")
NUMBERS = ("margin", "similarity", "confidence")
MODELS = ("chosen_model", "rejected_model")


@attrs.frozen(eq=False)
class Columns:
    """A dataset and its pairs: 64-bit hashes of ids and texts, lengths of responses in characters, numbers, and models."""

    name: str
    dataset: zebra.Dataset
    hashes: Mapping[str, NDArray[np.uint64]]
    lengths: Mapping[str, NDArray[np.int64]]
    numbers: Mapping[str, NDArray[np.float64]]
    models: Mapping[str, pa.DictionaryArray]

    def __len__(self) -> int:
        return len(self.hashes["id"])

    @property
    def longer(self) -> NDArray[np.float64]:
        """By how many characters the chosen response of each pair is longer."""
        return np.asarray(self.lengths["chosen"] - self.lengths["rejected"], dtype=np.float64)

    def models_at(self, row: int) -> tuple[str, str]:
        """Return the chosen and the rejected model of a pair."""
        chosen, rejected = (self.models[name][row].as_py() for name in MODELS)
        return chosen, rejected


def read_columns(name: str, dataset: zebra.Dataset) -> Columns:
    """Read the pairs of a dataset, batch by batch. Raise ZebraError if a file cannot be read."""
    parts: dict[str, list[Any]] = {}
    for batch in dataset.batches([*HASHED, *NUMBERS, *MODELS]):
        for key, values in _columns(batch).items():
            parts.setdefault(key, []).append(values)
    joined = {key: np.concatenate(values) for key, values in parts.items() if key not in MODELS}
    return Columns(
        name,
        dataset,
        {key: joined[key] for key in HASHED},
        {key: joined[f"{key} characters"] for key in ("chosen", "rejected")},
        {key: joined[key] for key in NUMBERS},
        {key: pa.chunked_array(parts[key]).combine_chunks().dictionary_encode() for key in MODELS},
    )


def _columns(batch: pa.RecordBatch) -> dict[str, Any]:
    """Return hashes, lengths, numbers and models of a batch."""
    texts = {name: zebra.message_texts(batch[name]) for name in HASHED}
    columns: dict[str, Any] = {name: _hashes(values.cast(pa.binary()).to_pylist()) for name, values in texts.items()}
    for name in ("chosen", "rejected"):
        columns[f"{name} characters"] = _numbers(pc.utf8_length(texts[name])).astype(np.int64)
    columns |= {name: _numbers(batch[name]).astype(np.float64) for name in NUMBERS}
    return columns | {name: batch[name].cast(pa.string()) for name in MODELS}


def _numbers(column: pa.Array) -> NDArray[Any]:
    """Return a column of numbers; NumPy's own way would import pandas, which takes longer than all else."""
    return np.asarray(column) if column.null_count else np.from_dlpack(column)


def _hashes(texts: Iterable[bytes]) -> NDArray[np.uint64]:
    return np.array([xxhash.xxh3_64_intdigest(text) for text in texts], dtype=np.uint64)
