"""Rows that cannot be used: each is reported and left out, and the run goes on."""

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
    """A row that cannot be used, and why. A reader yields it in place of the row.

    `line` counts from 1 in `file`; a reader that does not know the line leaves it 0, and it becomes the row's number.
    """

    reason: str
    line: int = 0
    file: str = ""
    unit: str = "row"

    def __str__(self) -> str:
        return f"{self.file}, {self.unit} {self.line}: {self.reason}"

    def as_dict(self) -> dict[str, Any]:
        """Return its entry in `rejected_rows.jsonl`."""
        return {"file": self.file, "line": self.line, "reason": self.reason}


def convert_or_reject(rows: Any, convert: Callable[[Any], Converted]) -> Iterator[Converted | Rejected]:
    """Convert rows together; if that fails, halve them until only the invalid ones are left out.

    `rows` is a record batch, a list, or anything else with a length and slices; `convert` fails with ArrowInvalid or
    RowError. Yield the converted rows, and a Rejected for each invalid one, in the order of the rows.
    """
    try:
        converted = convert(rows)
    except (pa.ArrowInvalid, RowError) as error:
        if len(rows) > 1:
            middle = len(rows) // 2
            yield from convert_or_reject(_cut(rows[:middle]), convert)
            yield from convert_or_reject(_cut(rows[middle:]), convert)
        else:
            yield Rejected(str(error).partition("\n")[0])
    else:
        yield converted


def _cut(rows: Any) -> Any:
    """Copy a slice of a batch: Arrow would validate all the values that the lists of a slice point into."""
    return rows.take(pa.array(range(len(rows)))) if isinstance(rows, pa.RecordBatch) else rows


def describe_rejects(rows: Sequence[Rejected]) -> str:
    """Return how many rows cannot be used, and the first of them, as text."""
    return f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'} of the pool cannot be used (the first: {rows[0]})"


def with_positions(
    items: Iterable[pa.RecordBatch | Rejected], file: str, row: Callable[[int], int]
) -> Iterator[pa.RecordBatch | Rejected]:
    """Fill in the file and line of each Rejected in a stream; `row` turns a number in the stream into one in the file."""
    number = 0
    for item in items:
        if isinstance(item, Rejected):
            number += 1
            yield attrs.evolve(item, file=item.file or file, line=item.line or row(number))
        else:
            number += item.num_rows
            yield item
