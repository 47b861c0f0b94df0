"""Rows that cannot be used: found, told and left out, so that they cost themselves and not the run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import attrs
import pyarrow as pa

from zebra_core.errors import RowError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Converted = TypeVar("Converted")


@attrs.frozen
class Rejected:
    """A row that cannot be used, and why: it stands in a reader's stream where the row would have stood.

    `line` counts from 1 in `file`. A reader that knows the line says so; else the row's place in the part is taken.
    """

    reason: str
    line: int = 0
    file: str = ""
    unit: str = "row"

    def __str__(self) -> str:
        return f"{self.file}, {self.unit} {self.line}: {self.reason}"

    def as_dict(self) -> dict[str, Any]:
        """Return what `rejected_rows.jsonl` says of it."""
        return {"file": self.file, "line": self.line, "reason": self.reason}


def convert_or_reject(rows: Any, convert: Callable[[Any], Converted]) -> Iterator[Converted | Rejected]:
    """Convert rows together; where Arrow cannot, or `convert` raises RowError, halve them until those at fault stand alone.

    `rows` is a record batch, a list, or anything else with a length and slices. Yields what was converted, and a Rejected
    for each row that was not, in the order of the rows.
    """
    try:
        made = convert(rows)
    except (pa.ArrowInvalid, RowError) as wrong:
        if len(rows) > 1:
            middle = len(rows) // 2
            yield from convert_or_reject(_cut(rows[:middle]), convert)
            yield from convert_or_reject(_cut(rows[middle:]), convert)
        else:
            yield Rejected(str(wrong).partition("\n")[0])
    else:
        yield made


def _cut(rows: Any) -> Any:
    """Give a slice of a batch its own values: Arrow looks at all that a slice of a list points into."""
    return rows.take(pa.array(range(len(rows)))) if isinstance(rows, pa.RecordBatch) else rows


def describe_rejects(rows: Sequence[Rejected]) -> str:
    """Say how many rows cannot be used, and the first of them."""
    return f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'} of the pool cannot be used (the first: {rows[0]})"


def with_positions(
    items: Iterable[pa.RecordBatch | Rejected], file: str, row: Callable[[int], int]
) -> Iterator[pa.RecordBatch | Rejected]:
    """Say of each Rejected in a stream where it is: `row` turns its number in the stream into that in the file."""
    number = 0
    for item in items:
        if isinstance(item, Rejected):
            number += 1
            yield attrs.evolve(item, file=item.file or file, line=item.line or row(number))
        else:
            number += item.num_rows
            yield item
