"""Figures of a report: what a figure component receives and returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import attrs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zebra_core.dataset.dataset import Dataset


@attrs.frozen
class Section:
    """A figure or table of a report, and the text that explains it.

    `svg` is a drawing, `rows` a table with its header first, and `notes` are lines below.
    """

    title: str
    text: str
    svg: str = ""
    rows: Sequence[Sequence[object]] = ()
    notes: Sequence[str] = ()


class Figure(Protocol):
    """A component that draws one figure, or makes one table, of a dataset."""

    def __call__(self, dataset: Dataset) -> Section | None:
        """Return the section, or None if the dataset has nothing of the kind to show."""
