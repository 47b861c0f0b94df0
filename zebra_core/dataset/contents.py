"""What the files of a dataset hold: columns, rows and sizes, as a card describes them to `datasets` and to the Hub."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from zebra_core import storage

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from zebra_core.dataset.manifest import Manifest

TRAIN = "train"
"""The split of a dataset that is not divided."""
FLOATS = {"halffloat": "float16", "float": "float32", "double": "float64"}
"""The names of `datasets` for types that Arrow names otherwise."""


def dataset_info(manifest: Manifest, data: Path) -> dict[str, Any]:
    """Return the `dataset_info` of a card: the columns, and the rows and bytes of each split of the files in `data`.

    `num_bytes` are those of the columns without compression, as the files' footers have them. The columns are left out if
    `datasets` has no name for the type of one.
    """
    splits: dict[str, dict[str, Any]] = {}
    schema, download = pa.schema([]), 0
    for shard in manifest.shards:
        path = data / shard.name
        with pq.ParquetFile(storage.source(path)) as file:
            schema, footer = file.schema_arrow, file.metadata
        name = shard.split or TRAIN
        split = splits.setdefault(name, {"name": name, "num_bytes": 0, "num_examples": 0})
        split["num_bytes"] += sum(footer.row_group(group).total_byte_size for group in range(footer.num_row_groups))
        split["num_examples"] += shard.pairs
        download += path.stat().st_size
    described = features(schema)
    return {
        **({} if described is None else {"features": described}),
        "splits": list(splits.values()),
        "download_size": download,
        "dataset_size": sum(split["num_bytes"] for split in splits.values()),
    }


def features(fields: Iterable[pa.Field]) -> list[dict[str, Any]] | None:
    """Return columns as `datasets` writes its features to YAML, None if it has no name for the type of one."""
    try:
        return [{"name": field.name, **_feature(field.type)} for field in fields]
    except TypeError:
        return None


def _feature(kind: pa.DataType) -> dict[str, Any]:
    if pa.types.is_struct(kind):
        return {"struct": [{"name": field.name, **_feature(field.type)} for field in kind]}
    if pa.types.is_list(kind):
        (item,) = _feature(kind.value_type).items()
        return {"list": item[1] if item[0] in ("dtype", "struct") else dict([item])}
    if pa.types.is_floating(kind):
        return {"dtype": FLOATS[str(kind)]}
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind) or pa.types.is_string(kind):
        return {"dtype": str(kind)}
    msg = f"no name is known for {kind}"
    raise TypeError(msg)
