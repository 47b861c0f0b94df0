"""The batch function for those who are inside `datasets` already: a table of a pool in, a table of preferences out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import pyarrow as pa

from zebra_core.dataset import PREFERENCES
from zebra_core.errors import ZebraError
from zebra_core.pool import Part, batches

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zebra_core.components import Made
    from zebra_core.dataset import Plan
    from zebra_core.rejects import Rejected


@attrs.frozen(eq=False)
class BatchFunction:
    """Pairs the responses of a table of any layout that has a row per instruction; it can be pickled.

        pairs = zebra.batch_function(zebra.Recipe(scores=("leaderboard.csv",)))
        dataset.with_format("arrow").map(pairs, batched=True, remove_columns=dataset.column_names)

    Gives the rows that `zebra run` writes for the same recipe. A row that cannot be used gives none; ZebraError where the
    columns are of no layout.
    """

    plan: Plan
    readers: tuple[Made, ...]

    def __call__(self, table: pa.Table) -> pa.Table:
        """Turn a table of instructions and responses into one of the dataset's schema."""
        reader = self._reader(table.schema)

        def read() -> Iterator[pa.RecordBatch | Rejected]:
            for batch in table.combine_chunks().to_batches():
                with reader.blamed():
                    yield from reader.call.converted(batch)

        return pa.Table.from_batches([self.plan(batch)[0] for batch in batches(Part("batch", read))], PREFERENCES)

    def _reader(self, schema: pa.Schema) -> Made:
        misfits = {}
        for reader in self.readers:
            misfits[reader.name] = reader.call.misfit(schema)
            if misfits[reader.name] is None:
                return reader
        told = "; ".join(f"{name} {reason}" for name, reason in misfits.items())
        msg = f"the batch is of no layout with a row per instruction: {told}"
        raise ZebraError(msg)
