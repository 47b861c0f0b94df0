"""Filters: what leaves out instructions of the pool, or changes their texts, before they are paired."""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING, Protocol, runtime_checkable

import attrs
import pyarrow as pa

from zebra_core.errors import PluginError, RowError, ZebraError
from zebra_core.plugins.component import BoundComponent, attributed_to
from zebra_core.pool.pool import Part, Pool, batches, check_schema, complete, place_of, with_place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Filter(Protocol):
    """A component that leaves out instructions of the pool, or changes texts.

    It receives a batch of the schema `zebra.POOL` and returns one of the same schema with at most as many rows. What it
    returns depends on the batch alone, so that the dataset is the same whatever builds it. It can be pickled.
    """

    def __call__(self, batch: pa.RecordBatch, /) -> pa.RecordBatch:
        """Return the instructions to keep. Raise ZebraError if it cannot decide."""


@runtime_checkable
class PreparesFilter(Protocol):
    """A filter that looks at the whole pool once, before the build: it cannot be used on batches from elsewhere."""

    def prepared(self, pool: Pool) -> Filter:
        """Return the filter to apply; `pool` is as the filters before this one leave it, `zebra.place_of` tells its batches apart."""


def prepare_filters(filters: Sequence[BoundComponent], pool: Pool | None) -> tuple[BoundComponent, ...]:
    """Return the filters to apply, in order; each that needs the pool is asked to look at it, as those before it leave it.

    Raise ZebraError if one needs the pool and there is none.
    """
    prepared: list[BoundComponent] = []
    for bound in filters:
        if not isinstance(bound.instance, PreparesFilter):
            prepared.append(bound)
        elif pool is None:
            msg = f"the filter {bound.name!r} needs the whole pool, and a batch is only a part; use `zebra run`, or leave it out"
            raise ZebraError(msg)
        else:
            with attributed_to(bound):
                ready = bound.instance.prepared(filtered_pool(pool, prepared))
            if not callable(ready):
                msg = f"{bound.component}: `prepared` must return the filter to apply, got {type(ready).__name__}"
                raise PluginError(msg, bound.component)
            prepared.append(attrs.evolve(bound, instance=ready))
    return tuple(prepared)


def filtered_pool(pool: Pool, filters: Sequence[BoundComponent]) -> Pool:
    """Return a pool as the filters leave it; rows that cannot be used are left out too."""
    if not filters:
        return pool
    parts = (Part(part.name, partial(_filtered_batches, part, filters), filtered=True) for part in pool.parts)
    return Pool(parts, pool.files)


def _filtered_batches(part: Part, filters: Sequence[BoundComponent]) -> Iterator[pa.RecordBatch]:
    for batch in batches(part):
        yield apply_filters(filters, batch)[0]


def apply_filters(filters: Sequence[BoundComponent], batch: pa.RecordBatch) -> tuple[pa.RecordBatch, Counter[str]]:
    """Return what the filters keep of a batch, and how many instructions each left out, by `filter NAME`."""
    left_out: Counter[str] = Counter()
    place = place_of(batch)
    for bound in filters:
        with attributed_to(bound):
            kept = with_place(_checked(bound.instance(batch), batch), place)
        left_out[f"filter {bound.name}"] += batch.num_rows - kept.num_rows
        batch = kept
    return batch, +left_out


def _checked(kept: object, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return what a filter returned, with an id on every row. Raise PluginError if it is not a part of a pool's batch."""
    if not isinstance(kept, pa.RecordBatch):
        msg = f"a filter must return an Arrow record batch, got {type(kept).__name__}"
        raise PluginError(msg)
    check_schema(kept, "what a filter returns")
    if kept.num_rows > batch.num_rows:
        msg = f"a filter must not add instructions: it got {batch.num_rows} and returned {kept.num_rows}"
        raise PluginError(msg)
    try:
        return complete(kept)
    except (pa.ArrowInvalid, RowError) as error:
        msg = f"a filter must return valid instructions: {error}"
        raise PluginError(msg) from error
