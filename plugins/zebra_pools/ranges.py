"""What of a file can be read apart from the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    import zebra_core as zebra


@attrs.frozen(eq=False)
class Range:
    """Rows of a table: `read` gives the columns wanted, in the types wanted; `rows` and `before` as in zebra.Part."""

    read: Callable[[pa.Schema], Iterator[pa.RecordBatch | zebra.Rejected]]
    rows: int | None = None
    before: int | Callable[[], int] = 0
