"""Datasets of the Hugging Face hub, streamed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

ROWS = 1_000


def open_hub(location: str) -> tuple[pa.Schema, int | None, Callable[[pa.Schema], Iterator[pa.RecordBatch]]]:
    """Open `hub:NAME` or `hub:NAME?split=train&name=CONFIG`, the arguments of `datasets.load_dataset`.

    Raises ZebraError with what `datasets` says where the dataset cannot be had.
    """
    name, _, query = location.removeprefix("hub:").partition("?")
    said = {"split": "train", **dict(parse_qsl(query))}
    stream = _loaded(name, said)
    if stream.features is None:
        stream = stream._resolve_features()  # noqa: SLF001
    rows = getattr((stream.info.splits or {}).get(said["split"]), "num_examples", None)
    return stream.features.arrow_schema, rows, partial(_read, name, said)


def _read(name: str, said: dict[str, str], wanted: pa.Schema) -> Iterator[pa.RecordBatch]:
    stream = _loaded(name, said).select_columns(wanted.names).with_format("arrow")
    for table in stream.iter(ROWS):
        yield from table.combine_chunks().to_batches()


def _loaded(name: str, said: dict[str, str]) -> Any:
    from datasets import load_dataset  # noqa: PLC0415

    known = ("split", "name", "revision", "data_dir")
    for argument in said:
        if argument not in known:
            what = f"argument of hub:{name}"
            raise zebra.unknown(what, argument, known)
    try:
        return load_dataset(name, streaming=True, **said)
    except Exception as wrong:
        reason = (str(wrong).splitlines() or [type(wrong).__name__])[0]
        msg = f"cannot load {name!r} from the Hugging Face hub: {reason}"
        raise zebra.ZebraError(msg) from wrong
