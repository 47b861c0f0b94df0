"""Ranges of rows, the units in which files are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    import zebra_core as zebra


@attrs.frozen(eq=False)
class Range:
    """Rows of a table: `read` returns the columns of a schema, in its types; the rest is as in `zebra.Part`."""

    read: Callable[[pa.Schema], Iterator[pa.RecordBatch | zebra.Rejected]]
    rows: int | None = None
    before: int | Callable[[], int] = 0
    meter: zebra.Meter | None = None
