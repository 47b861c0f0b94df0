"""Exports: a dataset as files of another form, in a folder that is complete or absent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import attrs

from zebra_core import storage
from zebra_core.base.lock import locked
from zebra_core.dataset.folder import check_free, fingerprint, put_in_place
from zebra_core.dataset.manifest import MANIFEST
from zebra_core.dataset.shards import writing
from zebra_core.errors import PluginError
from zebra_core.plugins.component import attributed_to
from zebra_core.records import Record, write_record

if TYPE_CHECKING:
    from pathlib import Path

    from zebra_core.dataset.dataset import Dataset
    from zebra_core.plugins.component import BoundComponent

EXPORT, PROVENANCE = "export.json", "dataset-manifest.json"


class Exporter(Protocol):
    """A component that writes a dataset as files of another form."""

    def __call__(self, dataset: Dataset, output: Path, /) -> None:
        """Write the files to the folder `output`, which is empty. `dataset.batches()` has the pairs, shard by shard."""


@attrs.frozen(kw_only=True)
class ExportJob(Record):
    """What an export was made by and from, kept as `export.json` in its folder.

    `plugin` is the exporter's plugin with its version, and `dataset` the path, size and hash of the dataset's manifest, which
    is copied beside it.
    """

    zebra: str
    exporter: str
    plugin: str
    options: dict[str, Any]
    dataset: dict[str, Any]


def export_dataset(
    dataset: Dataset, exporter: BoundComponent, output: Path, versions: dict[str, str], *, overwrite: bool
) -> None:
    """Write an export to the folder `output`, completely or not at all; `versions` are `zebra` and `plugin` of its job.

    Raise ZebraError if `output` exists, unless it is an empty folder, or an export that may be overwritten.
    """
    manifest = dataset.folder / MANIFEST
    job = ExportJob(exporter=exporter.name, options=exporter.options, dataset=fingerprint([manifest])[0], **versions)
    output = output if output.name else output.resolve()
    staging = output.with_name(output.name + ".partial")
    with locked(output):
        check_free(output, EXPORT, "dataset export", overwrite=overwrite)
        storage.remove(staging)
        try:
            with writing(output):
                staging.mkdir(parents=True)
            _call(exporter, dataset, staging)
            with writing(output):
                write_record(job, staging / EXPORT)
                (staging / PROVENANCE).write_bytes(manifest.read_bytes())
                put_in_place(staging, output)
        except BaseException:
            storage.remove(staging)
            raise


def _call(exporter: BoundComponent, dataset: Dataset, staging: Path) -> None:
    """Call an exporter. Raise PluginError if it writes nothing, or a file that is written beside its own."""
    with attributed_to(exporter):
        with writing(staging):
            exporter.instance(dataset, staging)
        names = {path.name for path in staging.iterdir()}
        if not names:
            msg = "it wrote no file to the folder that it was given"
            raise PluginError(msg)
        for name in names & {EXPORT, PROVENANCE}:
            msg = f"it wrote {name}, which is written by zebra; it must choose another name"
            raise PluginError(msg)
