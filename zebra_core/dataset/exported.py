"""An export on disk: the record of how it was made, and the way back to the pairs of the dataset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import attrs

from zebra_core.dataset.manifest import Manifest
from zebra_core.errors import ZebraError
from zebra_core.plugins.component import attributed_to
from zebra_core.plugins.discovery import load_plugins
from zebra_core.records import Record, read_record

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import pyarrow as pa

    from zebra_core.plugins.component import BoundComponent
    from zebra_core.plugins.discovery import Plugins

EXPORT, PROVENANCE = "export.json", "dataset-manifest.json"


@attrs.frozen(kw_only=True)
class ExportJob(Record):
    """What an export was made by and from, kept as `export.json` in its folder.

    `plugin` is the exporter's plugin with its version, and `dataset` the path, size and hash of the dataset's manifest, which
    is copied beside it. `lost` says what the form does not keep of a dataset, empty if nothing.
    """

    zebra: str
    exporter: str
    plugin: str
    options: dict[str, Any]
    dataset: dict[str, Any]
    lost: str = ""


@runtime_checkable
class RestoresPairs(Protocol):
    """An exporter that writes a file per shard (`zebra.write_shards`) from which all columns can be restored.

    Its exports are datasets, too: `zebra train`, `report`, `audit` and `export` take them.
    """

    def restored(self, file: Path) -> Iterator[pa.RecordBatch]:
        """Yield the pairs of a file that it wrote, with the columns that the dataset has, in the same order."""


@runtime_checkable
class LosesColumns(Protocol):
    """An exporter whose form has no place for a part of the dataset."""

    lost: str
    """What the form does not keep, as the object of a sentence: "the rejected responses"."""


@attrs.frozen
class ExportReader:
    """Reads the shards of an export as the exporter restores them."""

    exporter: BoundComponent

    def file(self, folder: Path, shard: str) -> Path:
        """Return the file that stands for a shard. Raise ZebraError if it is missing."""
        name = shard.removesuffix(".parquet")
        files = sorted((folder / "data").glob(f"{name}.*"))
        if not files:
            msg = f"{folder} has no file data/{name}.*; export the dataset again"
            raise ZebraError(msg)
        return files[0]

    def batches(self, file: Path) -> Iterator[pa.RecordBatch]:
        """Yield the pairs of a file. Raise ComponentError if the exporter cannot restore them."""
        with attributed_to(self.exporter):
            yield from self.exporter.instance.restored(file)


def read_export(folder: Path, plugins: Plugins | None = None) -> tuple[Manifest, ExportReader]:
    """Return the manifest of the dataset that an export was made from, and what reads its pairs.

    Raise ZebraError if the export does not keep the whole dataset, or its exporter is not installed.
    """
    job = read_record(ExportJob, folder / EXPORT)
    if job.lost:
        msg = (
            f"it is an export as {job.exporter}, which does not keep {job.lost}; use the dataset that it was made from"
        )
        raise ZebraError(msg)
    bound = (plugins or load_plugins()).find("exporter", job.exporter).bind(job.options)
    if not isinstance(bound.instance, RestoresPairs):
        msg = f"it is an export as {job.exporter}, which is not read back; use the dataset that it was made from"
        raise ZebraError(msg)
    return read_record(Manifest, folder / PROVENANCE), ExportReader(bound)
