"""The filter that leaves out instructions asked before."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np
import pyarrow as pa

import zebra_core as zebra

if TYPE_CHECKING:
    from numpy.typing import NDArray

Place = tuple[int, int]


@attrs.frozen
class Dedup:
    """Keep the first instruction of each prompt; case, white space and the form of Unicode make no difference.

    It looks at the whole pool once, before the build.
    """

    def prepared(self, pool: zebra.Pool) -> WithoutRepeats:
        """Return the filter of a pool: it knows which rows repeat a prompt."""
        places, hashes = [], [np.empty(0, np.uint64)]
        for batch in pool.batches():
            places.append(zebra.place_of(batch))
            hashes.append(zebra.prompt_keys(batch["prompt"]))
        prompts = np.concatenate(hashes)
        repeated = np.ones(len(prompts), bool)
        repeated[np.unique(prompts, return_index=True)[1]] = False
        cuts = np.cumsum([len(each) for each in hashes])[:-1]
        parts = zip(places, np.split(repeated, cuts)[1:], strict=True)
        return WithoutRepeats({place: np.flatnonzero(part) for place, part in parts if part.any()})


@attrs.frozen(eq=False)
class WithoutRepeats:
    """Leaves out the rows of each batch of a pool that repeat a prompt; `repeats` has them by the place of the batch."""

    repeats: dict[Place, NDArray[np.int64]]

    def __call__(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Return the batch without the rows that repeat a prompt."""
        rows = self.repeats.get(zebra.place_of(batch))
        if rows is None:
            return batch
        kept = np.ones(batch.num_rows, bool)
        kept[rows] = False
        return batch.filter(pa.array(kept))
