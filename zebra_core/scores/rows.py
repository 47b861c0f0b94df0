"""The rows and cells of a score table: the names in them, and the words for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zebra_core.errors import ZebraError, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


def cells(count: int) -> str:
    """Return the word for a number of cells."""
    return "cell" if count == 1 else "cells"


def listed(names: Iterable[str], most: int = 8) -> str:
    """Return names as text, in quotation marks, and how many more there are."""
    marks = [repr(name) for name in names]
    more = f" and {len(marks) - most} more" if len(marks) > most else ""
    return ", ".join(marks[:most]) + more


def check_names(
    rows: Sequence[tuple[str, Mapping[str, float]]],
    benchmarks: Sequence[str],
    errors: Iterable[tuple[str, str]],
) -> None:
    """Raise ZebraError if a row or an error names a benchmark that is not declared, or an error a model without a row."""
    for model, scores in rows:
        for name in scores:
            if name not in benchmarks:
                msg = f"the scores of {model!r} name the benchmark"
                raise _unknown(msg, name, benchmarks)
    models = {model for model, _ in rows}
    for model, name in errors:
        if name not in benchmarks:
            msg = f"the standard errors of {model!r} name the benchmark"
            raise _unknown(msg, name, benchmarks)
        if model not in models:
            msg = "the standard errors name the model"
            raise _unknown(msg, model, sorted(models))


def _unknown(fact: str, name: str, names: Sequence[str]) -> ZebraError:
    near = nearest(name, names)
    hint = f"; did you mean {near!r}?" if near else ""
    return ZebraError(f"{fact} {name!r}, which the table does not have{hint}")
