"""A preference dataset on disk, as it is used after it was built."""

from __future__ import annotations

import html
import json
from functools import cached_property
from typing import TYPE_CHECKING, Any, Self

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from zebra_core import storage
from zebra_core.behavior import Behavior
from zebra_core.dataset.contents import TRAIN
from zebra_core.dataset.exported import EXPORT, PROVENANCE, ExportReader, read_export
from zebra_core.dataset.inline_page import InlinePage
from zebra_core.dataset.manifest import MANIFEST, PARTS, Manifest
from zebra_core.dataset.summary import COUNTED, recount
from zebra_core.errors import ZebraError
from zebra_core.plugins.discovery import load_plugins
from zebra_core.pool.prompts import message_texts

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    import datasets
    import pandas as pd
    from numpy.typing import NDArray

    from zebra_core.plugins.discovery import Plugins

SAMPLE = 64_000
"""The number of pairs that `Dataset.samples` reads at most, evenly spread over the shards."""
BATCH = 4_096
"""The number of pairs of a batch that `Dataset.batches` yields, at most."""
TEXTS = ("prompt", "chosen", "rejected")
BEHAVIOR = "behavior.json"
SPLIT = "?split="
"""What separates the folder of a dataset from the name of a split."""


@attrs.define(slots=False, eq=False, repr=False)
class Dataset:
    """A preference dataset in a folder, and the manifest that says how it was made.

    `export` reads the pairs if the folder is an export of the dataset, from which all of it can be restored.
    """

    folder: Path
    manifest: Manifest
    export: ExportReader | None = None

    @classmethod
    def open(cls, location: str | Path, plugins: Plugins | None = None) -> Self:
        """Open a dataset that zebra built, an export that keeps all of it, or a split of one: `FOLDER?split=NAME`.

        `plugins` are those that may have written the export, by default the installed ones. Raise ZebraError if the folder
        holds neither, or lacks the split.
        """
        folder, query, split = str(location).rpartition(SPLIT)
        path = storage.place(folder if query else location)
        try:
            export = read_export(path, plugins) if (path / EXPORT).is_file() else None
            dataset = cls(path, *export) if export else cls(path, Manifest.read(path))
        except ZebraError as error:
            msg = f"{storage.shown(path)} is not a dataset built by zebra: {error}"
            raise ZebraError(msg) from error
        return dataset.split(split) if query else dataset

    def __repr__(self) -> str:
        strategy = self.manifest.recipe.get("strategy", "")
        return f"<Dataset {storage.shown(self.folder)!r}: {self.total:,} pairs by {strategy}>"

    def _repr_html_(self) -> str:
        summary = self.manifest.summary
        rows = "".join(
            f"<tr><td>{html.escape(name)}</td><td>{model.superiority:.3f}</td><td>{model.chosen:,}</td><td>{model.rejected:,}</td></tr>"
            for name, model in summary.models.items()
        )
        head = "<tr><th>model</th><th>superiority</th><th>chosen</th><th>rejected</th></tr>"
        return f"<p>{html.escape(repr(self))}</p><table>{head}{rows}</table>"

    @cached_property
    def _behavior_file(self) -> dict[str, Any]:
        path = self.folder / BEHAVIOR
        if not self.has_behavior:
            msg = f"the parts of {storage.shown(self.folder)} were made from different scores; each has its own {PARTS}/NAME/{BEHAVIOR}"
            raise ZebraError(msg)
        try:
            values: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            msg = f"cannot read {path}: {error}"
            raise ZebraError(msg) from error
        return values

    @cached_property
    def behavior(self) -> Behavior:
        """The behavior of the pool's models.

        Raise ZebraError if behavior.json cannot be read, or if the parts of a mix have different ones (see `has_behavior`).
        """
        return Behavior.from_dict(self._behavior_file)

    @cached_property
    def scores(self) -> NDArray[np.float64]:
        """The scores of the pool's models (models x benchmarks), in the benchmarks' own units."""
        scores = np.array(self._behavior_file["scores"], dtype=np.float64)
        scores.setflags(write=False)
        return scores

    @property
    def has_behavior(self) -> bool:
        """Whether the models have one behavior; those of a mix of datasets from different scores have several."""
        return self.manifest.mix is None or (self.folder / BEHAVIOR).is_file()

    @property
    def total(self) -> int:
        """The number of pairs."""
        return self.manifest.summary.pairs

    @property
    def splits(self) -> tuple[str, ...]:
        """The names of the splits, in order; none if the dataset is not divided."""
        return self.manifest.splits

    @property
    def train_split(self) -> str:
        """The split to train on: `train`, else the first one; empty if the dataset is not divided."""
        return TRAIN if TRAIN in self.splits else next(iter(self.splits), "")

    @property
    def test_split(self) -> str:
        """The split to measure a training on: `test`, else `validation`, empty if there is neither."""
        return next((name for name in ("test", "validation") if name in self.splits), "")

    def split(self, name: str) -> Self:
        """Return the dataset with the pairs of a split alone; `train` is the whole of a dataset that is not divided.

        Its summary counts these pairs. Raise ZebraError if there is no such split.
        """
        if not self.splits and name == TRAIN:
            return self
        shards = tuple(shard for shard in self.manifest.shards if shard.split == name)
        if not name or not shards:
            names, folder = self.splits or (TRAIN,), storage.shown(self.folder)
            msg = f"{folder} has no split {name!r}, only {', '.join(names)}; choose one: {folder}{SPLIT}{names[0]}"
            raise ZebraError(msg)
        part = attrs.evolve(self, manifest=attrs.evolve(self.manifest, shards=shards))
        part.manifest = attrs.evolve(part.manifest, summary=recount(self.manifest.summary, part.batches(COUNTED)))
        return part

    def samples(self) -> Iterator[pa.RecordBatch]:
        """Read at most 64,000 pairs, evenly spread, batch by batch; `prompt`, `chosen` and `rejected` as text.

        Raise ZebraError if a file cannot be read.
        """
        count = 0
        for path in self.files:
            for batch in self.read(path):
                sample = (
                    batch if self._step == 1 else batch.take(np.arange(-count % self._step, len(batch), self._step))
                )
                count += len(batch)
                yield _with_texts(sample)
            pa.default_memory_pool().release_unused()  # else it keeps what the file was decompressed to

    @property
    def _step(self) -> int:
        """The distance between two pairs of the sample."""
        return max(1, -(-self.total // SAMPLE))

    @cached_property
    def table(self) -> pa.Table:
        """The pairs of `samples` as an Arrow table."""
        return pa.Table.from_batches(self.samples())

    @cached_property
    def pairs(self) -> dict[str, list[Any]]:
        """The pairs of `table` as lists, by column."""
        return {name: self.table[name].to_pylist() for name in self.table.column_names}

    @property
    def sampled(self) -> str:
        """What `samples`, `table` and `pairs` hold, in words."""
        count = -(-self.total // self._step)
        return "all pairs" if count == self.total else f"{count:,} of {self.total:,} pairs, evenly spread"

    @property
    def manifest_file(self) -> Path:
        """The file of the manifest."""
        return self.folder / (MANIFEST if self.export is None else PROVENANCE)

    @property
    def files(self) -> list[Path]:
        """The files of the pairs, in order."""
        names = [shard.name for shard in self.manifest.shards]
        if self.export is not None:
            return [self.export.file(self.folder, name) for name in names]
        return [self.folder / "data" / name for name in names]

    def batches(self, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Read all pairs in order, batch by batch, so that the memory stays flat; of some columns if they are named.

        Raise ZebraError if a file cannot be read.
        """
        for path in self.files:
            yield from self.read(path, columns)

    def read(self, path: Path, columns: Sequence[str] | None = None) -> Iterator[pa.RecordBatch]:
        """Read the pairs of one of the files, batch by batch. Raise ZebraError if it cannot be read."""
        names = None if columns is None else list(columns)
        try:
            if self.export is not None:
                batches = self.export.batches(path)
                yield from batches if names is None else (batch.select(names) for batch in batches)
                return
            with pq.ParquetFile(storage.source(path)) as file:
                yield from file.iter_batches(BATCH, columns=names)
        except storage.faults(path) as error:
            msg = f"cannot read {storage.shown(path)}: {getattr(error, 'strerror', None) or error}; build the dataset again"
            raise ZebraError(msg) from error

    def report(self, plugins: Plugins | None = None) -> InlinePage:
        """Return the report of `zebra report`, which a notebook shows inline; `plugins` are the installed ones by default.

        Raise PluginError if no plugin offers reports, and ZebraError if the dataset cannot be read.
        """
        return InlinePage((plugins or load_plugins()).page(self))

    def load(self) -> datasets.Dataset:
        """Return all pairs as a `datasets.Dataset`, ready for TRL: memory-mapped, unless they are restored from an export."""
        import datasets  # noqa: PLC0415  # slow to import

        if self.export is not None:
            return datasets.Dataset(self.to_arrow())
        return datasets.load_dataset("parquet", data_files=[str(path) for path in self.files], split="train")

    def to_arrow(self) -> pa.Table:
        """Return all pairs as an Arrow table."""
        return pa.Table.from_batches(self.batches())

    def to_pandas(self) -> pd.DataFrame:
        """Return all pairs as a pandas data frame; needs pandas, which `datasets` brings."""
        return self.to_arrow().to_pandas()


def _with_texts(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a batch whose prompts and responses are texts."""
    for name in TEXTS:
        batch = batch.set_column(batch.schema.get_field_index(name), name, message_texts(batch[name]))
    return batch
