"""Lints of a dataset: what a lint component receives and returns."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Protocol

import attrs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from zebra_core.dataset.dataset import Dataset


def _as_ids(ids: Iterable[str]) -> tuple[str, ...]:
    if isinstance(ids, str):
        msg = f"ids must be a list of strings, got {ids!r}"
        raise TypeError(msg)
    return tuple(ids)


@attrs.frozen
class LintResult:
    """The result of a lint: what it checks, and how many pairs it matches; a `count` of 0 means that all is well.

    `fact` is true of the pairs that match ("a response is empty"), `ids` are those of `Dataset.pairs` that do, and `count`
    is their number, unless it is given: of all pairs, for example. If `failed`, the lint could not run, and `fact` is the
    error. Raise TypeError for a value of another type, and ValueError for a negative count.
    """

    fact: str
    ids: tuple[str, ...] = attrs.field(default=(), converter=_as_ids)
    count: int = attrs.field(converter=operator.index)
    failed: bool = attrs.field(default=False, kw_only=True)

    @count.default
    def _number_of_ids(self) -> int:
        return len(self.ids)

    def __attrs_post_init__(self) -> None:
        if not all(isinstance(text, str) for text in (self.fact, *self.ids)):
            msg = f"fact and ids of a LintResult must be strings, got {self.fact!r} and {self.ids!r}"
            raise TypeError(msg)
        if self.count < 0:
            msg = f"the count of a LintResult must be at least 0, got {self.count}"
            raise ValueError(msg)


class Lint(Protocol):
    """A component that looks for one flaw of a dataset's pairs."""

    def __call__(self, dataset: Dataset) -> LintResult | None:
        """Return what matches, or None if the lint does not apply, such as one that compares with a file if none is given."""
