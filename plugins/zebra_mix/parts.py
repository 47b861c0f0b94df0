"""The datasets that are mixed, and the columns that they have together."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pyarrow as pa

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

SPLIT = "?split="
COLUMN = "part"
"""The column that names the dataset that a pair is from, if there are several."""


@attrs.frozen(eq=False)
class Part:
    """A dataset that is mixed: its name in the mix, and the split that is read of it, empty for all pairs."""

    name: str
    dataset: zebra.Dataset
    split: str

    @property
    def schema(self) -> pa.Schema:
        """The columns of its pairs."""
        return next(self.dataset.batches()).schema.remove_metadata()


def open_parts(locations: Sequence[str], plugins: zebra.Plugins, *, divided: bool) -> list[Part]:
    """Open the datasets. Raise ZebraError if one cannot be read, is named twice, or has splits that nobody chose from.

    `divided` says whether the result is divided anew, so that all splits are read.
    """
    parts: list[Part] = []
    for location in locations:
        dataset, split = (
            zebra.Dataset.open(location, plugins),
            location.rpartition(SPLIT)[2] if SPLIT in location else "",
        )
        if dataset.splits and not split and not divided:
            msg = (
                f"{location} has the splits {', '.join(dataset.splits)}, which would be mixed with each other; name the one to read, "
                f"{location}{SPLIT}{dataset.splits[0]}, or divide all pairs anew with --split"
            )
            raise zebra.ZebraError(msg)
        for other in parts:
            if _path(other.dataset) == _path(dataset) and (not split or other.split in ("", split)):
                msg = f"{location} is named twice, and no pair is repeated; give it a greater weight instead"
                raise zebra.ZebraError(msg)
        parts.append(Part(_name(dataset, parts), dataset, split))
    return parts


def _path(dataset: zebra.Dataset) -> Path:
    return dataset.folder.resolve()


def _name(dataset: zebra.Dataset, others: Sequence[Part]) -> str:
    """Return the name of a dataset's folder, with a number if another one has that name."""
    name, taken = _path(dataset).name, {part.name for part in others}
    candidates = (name, *(f"{name}-{number}" for number in range(2, len(others) + 2)))
    return next(candidate for candidate in candidates if candidate not in taken)


def check_output(parts: Sequence[Part], output: Path) -> None:
    """Raise ZebraError if the output is one of the datasets that are mixed."""
    for part in parts:
        if _path(part.dataset) == output.resolve():
            msg = f"{output} is one of the datasets that are mixed, and would be replaced; choose another --output"
            raise zebra.ZebraError(msg)


def common_schema(parts: Sequence[Part]) -> pa.Schema:
    """Return the columns of the mix: those of all parts, and `part` if there are several.

    Raise ZebraError if a column is of different types.
    """
    columns: dict[str, tuple[Part, pa.Field]] = {}
    for part in parts:
        for field in part.schema:
            first, other = columns.setdefault(field.name, (part, field))
            if field.type != other.type:
                msg = (
                    f"the column {field.name!r} is {other.type} in {first.name} and {field.type} in {part.name}; build one of them again "
                    "without it, or with the same --column"
                )
                raise zebra.ZebraError(msg)
    fields = [field for _, field in columns.values()]
    if len(parts) > 1 and COLUMN not in columns:
        fields.append(pa.field(COLUMN, pa.string()))
    return pa.schema(fields)
