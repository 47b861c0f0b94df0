"""Checks of filters of the pool, and of extra columns of the dataset: from a batch to a batch, and to arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from zebra_core.errors import ZebraError
from zebra_core.pairing.columns import prepare_columns
from zebra_core.pairing.plan import PREFERENCES
from zebra_core.pool.filters import apply_filters, prepare_filters
from zebra_core.pool.pool import POOL
from zebra_core.testing.check import checks_in, fail, skip
from zebra_core.testing.examples.data import make_behavior
from zebra_core.testing.examples.results import fail_if_repeatable, result_of
from zebra_core.testing.examples.toy import make_pool, pairs_of, rows_of, vectors_of

if TYPE_CHECKING:
    from zebra_core.testing.subject import Subject


def _kept(subject: Subject, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return what a filter keeps of a batch of the kit's pool, prepared with that pool if it asks for it."""
    prepared = prepare_filters([subject.bound], make_pool("plain"))
    return apply_filters(prepared, batch)[0]


def _batch() -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(rows_of("plain"), schema=POOL)


def gives_a_part_of_the_pool(subject: Subject) -> None:
    """It returns a valid batch of the schema zebra.POOL, with at most as many rows, whose ids were there before."""
    result_of(subject)
    try:
        kept = _kept(subject, _batch())
    except ZebraError as error:
        fail(str(error))
    strangers = sorted({*kept["id"].to_pylist()} - {*_batch()["id"].to_pylist()})
    if strangers:
        fail(f"it returns an instruction with the id {strangers[0]!r}, which it did not get")


def takes_an_empty_batch(subject: Subject) -> None:
    """It takes a batch without rows."""
    result_of(subject)
    try:
        _kept(subject, _batch()[:0])
    except ZebraError as error:
        fail(f"of a batch without rows it makes an error: {error}")


def looks_at_each_row_alone(subject: Subject) -> None:
    """What it returns for a row does not depend on the others in the batch: every engine cuts batches as it likes."""
    result_of(subject)
    try:
        if subject.kind == "filter":
            whole = _kept(subject, _batch()).to_pylist()
            parts = [row for at in range(0, 24, 5) for row in _kept(subject, _batch()[at : at + 5]).to_pylist()]
        else:
            pairs = pairs_of(7)
            whole = _columns(subject, pairs).to_pylist()
            parts = [row for half in (pairs[:3], pairs[3:]) for row in _columns(subject, half).to_pylist()]
    except ZebraError:
        skip("it does not keep the contract of a batch; see the checks before")
    if whole != parts:
        fail_if_repeatable(subject, "a row gives another result in a batch with other rows")


def _columns(subject: Subject, pairs: pa.RecordBatch) -> pa.RecordBatch:
    """Return pairs with the columns."""
    behavior = make_behavior(vectors_of("plain"))
    (columns,) = prepare_columns([subject.bound], PREFERENCES, behavior)
    return columns(pairs, behavior)


def gives_a_value_per_pair(subject: Subject) -> None:
    """It returns a mapping of new names to Arrow arrays, of one type for all batches, with a value per pair: none if there is no pair."""
    result_of(subject)
    try:
        _columns(subject, pairs_of(7))
        _columns(subject, pairs_of(1))
    except ZebraError as error:
        fail(str(error))


CHECKS = (
    *checks_in(gives_a_part_of_the_pool, takes_an_empty_batch, kinds=("filter",)),
    *checks_in(gives_a_value_per_pair, kinds=("column",)),
    *checks_in(looks_at_each_row_alone, kinds=("filter", "column")),
)
