"""Datasets of the Hugging Face Hub, streamed."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl

import zebra_core as zebra
from zebra_pools.columns import conform_batch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa
    from datasets import IterableDataset

ROWS = 1_000
"""Rows per batch."""
ARGUMENTS = ("split", "name", "revision", "data_dir")


def open_hub(
    location: str,
) -> tuple[pa.Schema, int | None, Callable[[pa.Schema], Iterator[pa.RecordBatch | zebra.Rejected]]]:
    """Open `hub:NAME` or `hub:NAME?split=train&name=CONFIG`, the arguments of `datasets.load_dataset`.

    Raise ZebraError, with the reason that `datasets` gives, if the dataset cannot be loaded.
    """
    name, _, query = location.removeprefix("hub:").partition("?")
    arguments = {"split": "train", **dict(parse_qsl(query))}
    stream = _load(name, arguments)
    if stream.features is None:
        stream = stream._resolve_features()  # noqa: SLF001
    rows = getattr((stream.info.splits or {}).get(arguments["split"]), "num_examples", None)
    return stream.features.arrow_schema, rows, partial(_read, name, arguments)


def _read(name: str, arguments: dict[str, str], schema: pa.Schema) -> Iterator[pa.RecordBatch | zebra.Rejected]:
    """Read these columns in the types of the schema, whatever the order of fields in the dataset."""
    stream = _load(name, arguments).select_columns(schema.names).with_format("arrow")
    for table in stream.iter(ROWS):
        for batch in table.combine_chunks().to_batches():
            yield from zebra.convert_or_reject(batch, partial(conform_batch, schema))


def _load(name: str, arguments: dict[str, str]) -> IterableDataset:
    from datasets import load_dataset  # noqa: PLC0415

    if not name:
        msg = "hub: needs the name of a dataset, such as --pool hub:openbmb/UltraFeedback"
        raise zebra.ZebraError(msg)
    for argument in arguments:
        if argument not in ARGUMENTS:
            what, where = "argument", f"of hub:{name}"
            raise zebra.unknown(what, argument, ARGUMENTS, where)
    try:
        return load_dataset(name, streaming=True, **arguments)
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        msg = f"cannot load {name!r} from the Hugging Face Hub: {reason}"
        raise zebra.ZebraError(msg) from error
