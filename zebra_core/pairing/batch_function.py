"""The batch function for users of `datasets`: a table of a pool in, a table of preferences out."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import attrs
import pyarrow as pa

from zebra_core.errors import ZebraError
from zebra_core.plugins.component import attributed_items, attributed_to
from zebra_core.pool.pool import ConvertsBatches, Part, batches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zebra_core.pairing.plan import Plan
    from zebra_core.plugins.component import BoundComponent
    from zebra_core.pool.rejects import Rejected


@attrs.frozen(eq=False)
class BatchFunction:
    """Pairs the responses in a table of any layout with a row per instruction; it can be pickled.

        pairs = zebra.batch_function(zebra.Recipe(scores=("leaderboard.csv",)))
        dataset.with_format("arrow").map(pairs, batched=True, remove_columns=dataset.column_names)

    Return the rows that `zebra run` writes for the same recipe. An invalid row gives none. Raise ZebraError if the
    columns fit no layout.
    """

    plan: Plan
    readers: tuple[BoundComponent, ...]

    def __call__(self, table: pa.Table) -> pa.Table:
        """Turn a table of instructions and responses into one of the dataset's schema."""
        reader, layout = self._reader(table.schema)

        def read() -> Iterator[pa.RecordBatch | Rejected]:
            for batch in table.combine_chunks().to_batches():
                yield from attributed_items(reader.component, partial(layout.convert, batch))

        return pa.Table.from_batches([self.plan(batch)[0] for batch in batches(Part("batch", read))], self.plan.schema)

    def _reader(self, schema: pa.Schema) -> tuple[BoundComponent, ConvertsBatches]:
        """Return the first reader that can convert batches of a schema, and its instance."""
        reasons = {}
        for reader in self.readers:
            layout = reader.instance
            if not isinstance(layout, ConvertsBatches):
                continue
            with attributed_to(reader):
                reasons[reader.name] = layout.mismatch(schema)
            if reasons[reader.name] is None:
                return reader, layout
        details = "; ".join(f"{name} {reason}" for name, reason in reasons.items())
        msg = f"the batch fits no layout with a row per instruction: {details}"
        raise ZebraError(msg)
