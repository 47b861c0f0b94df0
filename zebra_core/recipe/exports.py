"""The exports that a recipe or `zebra export` asks for."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import attrs

from zebra_core.dataset.export import export_dataset, export_job
from zebra_core.dataset.exported import EXPORT, ExportJob
from zebra_core.dataset.staging import check_free
from zebra_core.records import read_record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zebra_core.dataset.dataset import Dataset
    from zebra_core.plugins.discovery import Plugins
    from zebra_core.recipe.resolve import Selection


@attrs.frozen
class Export:
    """An export that is ready to be written: its exporter is selected, and `output` is the folder to write."""

    plugins: Plugins
    exporter: Selection
    output: Path

    def check_free(self, *, overwrite: bool) -> None:
        """Raise ZebraError if the folder is in use, unless it holds an export that may be overwritten."""
        check_free(self.output, EXPORT, "dataset export", overwrite=overwrite)

    def is_done(self, dataset: Dataset) -> bool:
        """Return whether the folder already has what would be written."""
        done = (self.output / EXPORT).is_file()
        return done and read_record(ExportJob, self.output / EXPORT) == export_job(
            dataset, self.exporter.bound, self._versions
        )

    def write(self, dataset: Dataset, *, overwrite: bool, log: Callable[[str], None] = lambda _: None) -> None:
        """Write a dataset to the folder. Raise ZebraError if it may not be overwritten, or cannot be written."""
        with self.plugins.stage("export") as done:
            export_dataset(dataset, self.exporter.bound, self.output, self._versions, overwrite=overwrite, log=log)
            done(self.output)

    @property
    def _versions(self) -> dict[str, str]:
        plugin = self.exporter.component.plugin
        return {"zebra": version("zebra-preference"), "plugin": f"{plugin} {self.plugins.origins[plugin]}"}
