"""Checks of exporters: from a dataset to files in a folder."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

from zebra_core.dataset.dataset import Dataset
from zebra_core.dataset.export import export_dataset
from zebra_core.dataset.exported import ExportReader, LosesColumns, RestoresPairs
from zebra_core.errors import ZebraError
from zebra_core.testing.check import checks_in, fail, skip
from zebra_core.testing.examples.results import result_of
from zebra_core.testing.examples.toy import toy_dataset

if TYPE_CHECKING:
    from zebra_core.testing.subject import Subject


Example = Literal["plain", "hostile", "single"]


def _export(subject: Subject, name: Example, output: Path) -> Dataset:
    """Export an example, and return it."""
    dataset = Dataset.open(toy_dataset(name))
    export_dataset(dataset, subject.bound, output, {"zebra": "0", "plugin": "0"}, overwrite=False)
    return dataset


def writes_files(subject: Subject) -> None:
    """It writes one file or more to the folder that it gets, none of them with a name that ZEBRA uses."""
    result_of(subject)
    with TemporaryDirectory() as folder:
        try:
            _export(subject, "plain", Path(folder, "export"))
        except ZebraError as error:
            fail(str(error))


def writes_to_its_folder_only(subject: Subject) -> None:
    """It writes nothing beside its folder."""
    result_of(subject)
    with TemporaryDirectory() as folder:
        output = Path(folder, "export")
        output.mkdir()
        try:
            subject.call(Dataset.open(toy_dataset()), output)
        except ZebraError as error:
            fail(f"it raises an error: {error}")
        others = sorted(path.name for path in Path(folder).iterdir() if path != output)
        if others:
            fail(f"it writes {others[0]} beside its folder")


def takes_any_pairs(subject: Subject) -> None:
    """It takes a dataset of one pair without a source, and texts with markup or control characters."""
    result_of(subject)
    for name in ("single", "hostile"):
        with TemporaryDirectory() as folder:
            try:
                subject.call(Dataset.open(toy_dataset(name)), Path(folder))
            except ZebraError as error:
                fail(f"of the dataset {name!r} it makes an error: {error}")


def restores_what_it_wrote(subject: Subject) -> None:
    """If it has `restored`, and no `lost`, that gives the pairs again: the same columns, in the same order."""
    exporter = subject.bound.instance
    if not isinstance(exporter, RestoresPairs) or isinstance(exporter, LosesColumns):
        skip("it does not restore the pairs: it has no `restored`, or says what is `lost`")
    result_of(subject)
    names: tuple[Example, ...] = ("plain", "hostile", "single")
    for name in names:
        with TemporaryDirectory() as folder:
            dataset = _export(subject, name, Path(folder, "export"))
            export = Dataset(Path(folder, "export"), dataset.manifest, ExportReader(subject.bound))
            if not export.to_arrow().equals(dataset.to_arrow()):
                fail(f"the pairs that it restores of the dataset {name!r} are not those that it wrote")


CHECKS = checks_in(
    writes_files, writes_to_its_folder_only, takes_any_pairs, restores_what_it_wrote, kinds=("exporter",)
)
