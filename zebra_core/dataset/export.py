"""Exports: a dataset as files of another form, in a folder that is complete or absent."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Protocol

from zebra_core import storage
from zebra_core.dataset.dataset import BEHAVIOR
from zebra_core.dataset.exported import EXPORT, PROVENANCE, ExportJob, LosesColumns
from zebra_core.dataset.folder import fingerprint
from zebra_core.dataset.manifest import PARTS
from zebra_core.dataset.shards import writing
from zebra_core.dataset.staging import DATA, DONE, JOB, staging_folder
from zebra_core.errors import ComponentError, OutputError, PluginError
from zebra_core.plugins.component import attributed_to
from zebra_core.records import as_json, write_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zebra_core.dataset.dataset import Dataset
    from zebra_core.plugins.component import BoundComponent

OWN_FILES = (EXPORT, PROVENANCE, BEHAVIOR, PARTS)
"""What is written beside an exporter's files."""


class Exporter(Protocol):
    """A component that writes a dataset as files of another form.

    Optional members: `restored` and `lost` (see `zebra_core.dataset.exported`).
    """

    def __call__(self, dataset: Dataset, output: Path, /) -> None:
        """Write the files to the folder `output`. `dataset.batches()` has the pairs, shard by shard.

        An exporter that writes a file per shard does so with `zebra.write_shards`, and after an interruption is called again
        with the folder that has the finished ones; for any other the folder is always empty.
        """


def export_dataset(  # noqa: PLR0913  # what an export is made by and from
    dataset: Dataset,
    exporter: BoundComponent,
    output: Path,
    versions: dict[str, str],
    *,
    overwrite: bool,
    log: Callable[[str], None] = lambda _: None,
) -> None:
    """Write an export to the folder `output`, completely or not at all; finished shards survive an interruption.

    `versions` are `zebra` and `plugin` of its job, and `log` gets lines for the user. Raise ZebraError if `output` exists, unless
    it is an empty folder, or an export that may be overwritten.
    """
    job = export_job(dataset, exporter, versions)
    with staging_folder(output, job, EXPORT, "dataset export", overwrite=overwrite, log=log) as folder:
        _call(exporter, dataset, folder)
        with writing(output):
            write_record(job, folder / EXPORT)
            (folder / PROVENANCE).write_bytes(dataset.manifest_file.read_bytes())
            for file in (dataset.folder / BEHAVIOR, *(dataset.folder / PARTS).rglob("*")):
                if file.is_file():
                    _copy(file, folder / file.relative_to(dataset.folder))


def _copy(file: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_bytes(file.read_bytes())


def export_job(dataset: Dataset, exporter: BoundComponent, versions: dict[str, str]) -> ExportJob:
    """Return everything that an export follows from."""
    lost = exporter.instance.lost if isinstance(exporter.instance, LosesColumns) else ""
    (manifest,) = fingerprint([dataset.manifest_file])
    return ExportJob(exporter=exporter.name, options=exporter.options, dataset=manifest, lost=lost, **versions)


def _call(exporter: BoundComponent, dataset: Dataset, folder: Path) -> None:
    """Call an exporter.

    Raise OutputError if it cannot write, and PluginError if it writes nothing, or a file that is written beside its own.
    """
    try:
        with attributed_to(exporter), writing(folder):
            exporter.instance(dataset, folder)
    except ComponentError as error:
        if isinstance(error.__cause__, OutputError):
            raise OutputError(str(error)) from error
        raise
    with attributed_to(exporter):
        names = {path.name for path in folder.iterdir()} - {JOB, DONE}
        if not names:
            msg = "it wrote no file to the folder that it was given"
            raise PluginError(msg)
        for name in names.intersection(OWN_FILES):
            msg = f"it wrote {name}, which is written by zebra; it must choose another name"
            raise PluginError(msg)


def write_shards(dataset: Dataset, output: Path, suffix: str, write: Callable[[Path, Path], None]) -> None:
    """Write each shard of a dataset as a file with this suffix under `output`/data, several at once.

    `write` gets the shard's file, whose pairs `dataset.read` has, and the path to write. A shard that an interrupted export
    finished is not written again.
    """

    def write_one(shard: Path) -> None:
        name = shard.relative_to(dataset.folder / DATA).with_suffix(suffix)
        target, marker = output / DATA / name, (output / DONE / name).with_suffix(".json")
        if marker.exists():
            return
        storage.make_folder(target.parent)
        storage.make_folder(marker.parent)
        unfinished = storage.unfinished_name(target)
        write(shard, unfinished)
        storage.publish(unfinished, target)
        storage.write_durably(marker, as_json({}))

    with ThreadPoolExecutor(os.cpu_count() or 1) as threads:
        futures = [threads.submit(write_one, shard) for shard in dataset.files]
        try:
            for future in futures:
                future.result()
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise
