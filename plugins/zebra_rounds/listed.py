"""The strategy and the columns of a file of pairs: what a schedule picked, as a run reads it."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

KEYS = ("id", "chosen_model", "rejected_model")
"""What names a pair in the file, as in a dataset."""
SCORED = ("chosen_scored_as", "rejected_scored_as")
"""The names of the two models in the scores, which may be others than those in the pool."""
DESIRABILITY = "desirability"


@attrs.frozen(slots=False)
class _File:
    """A Parquet file of pairs."""

    file: str = zebra.option("", "Parquet file of the pairs, as `zebra rounds` writes it.", metavar="FILE")

    taken: ClassVar[str] = "pairs"

    @property
    def files(self) -> Sequence[Path]:
        """The file, which a dataset follows from."""
        return (Path(self.file),) if self.file else ()

    @cached_property
    def table(self) -> pa.Table:
        """The pairs. Raise ZebraError if there is no such file, or if it lacks a column."""
        if not self.file:
            msg = f"`listed` takes its {self.taken} from a file of pairs; `zebra rounds` writes one, and sets the option `file` to it"
            raise zebra.ZebraError(msg)
        try:
            table = pq.read_table(self.file)
        except (OSError, pa.ArrowInvalid) as error:
            msg = f"cannot read the pairs in {self.file}: {str(error).splitlines()[0]}"
            raise zebra.ZebraError(msg) from error
        missing = {*KEYS, *SCORED, DESIRABILITY} - {*table.column_names}
        if missing:
            msg = f"the file of pairs {self.file} has no column {', '.join(sorted(missing))}; write it with `zebra rounds`"
            raise zebra.ZebraError(msg)
        return table


@attrs.frozen(slots=False)
class Listed(_File):
    """The pairs that a file lists, by the desirability that it gives each; no others."""

    per_instruction: ClassVar[bool] = True

    @cached_property
    def _pairs(self) -> Mapping[str, list[tuple[str, str, float]]]:
        """The two models, as the scores name them, and the desirability of each pair, by the id of the instruction."""
        pairs: dict[str, list[tuple[str, str, float]]] = {}
        columns = (self.table[name].to_pylist() for name in ("id", *SCORED, DESIRABILITY))
        for key, *pair in zip(*columns, strict=True):
            pairs.setdefault(key, []).append(tuple(pair))
        return pairs

    def __call__(self, behavior: zebra.Behavior, candidates: zebra.Candidates) -> NDArray[np.float64]:
        """Return how desirable each pair is (n x k x k)."""
        count, k = candidates.models.shape
        desirability = np.full((count, k, k), -np.inf)
        for row, (key, models) in enumerate(zip(candidates.ids.to_pylist(), candidates.models.tolist(), strict=True)):
            places = {behavior.models[model]: place for place, model in enumerate(models)}
            for first, second, value in self._pairs.get(key, ()):
                if first in places and second in places:
                    i, j = places[first], places[second]
                    desirability[row, i, j] = desirability[row, j, i] = value
        return desirability


@attrs.frozen(slots=False)
class ListedColumns(_File):
    """The columns that a file has besides: a value for each pair that it lists."""

    taken: ClassVar[str] = "columns"

    @cached_property
    def _values(self) -> dict[tuple[Any, ...], int]:
        """The row of each pair in the file."""
        keys = zip(*(self.table[name].to_pylist() for name in KEYS), strict=True)
        return {key: row for row, key in enumerate(keys)}

    def __call__(self, pairs: pa.RecordBatch, behavior: zebra.Behavior) -> dict[str, pa.Array]:  # noqa: ARG002
        """Return the columns; null for a pair that the file does not list."""
        keys = zip(*(pairs[name].to_pylist() for name in KEYS), strict=True)
        rows = [self._values.get(key) for key in keys]
        taken = self.table.drop([*KEYS, *SCORED, DESIRABILITY]).take(pa.array(rows, pa.int64())).combine_chunks()
        return {name: _array(taken[name]) for name in taken.column_names}


def _array(column: pa.ChunkedArray) -> pa.Array:
    return column.chunk(0) if column.num_chunks else pa.array([], column.type)
