"""Figures of a report: what a figure component receives and returns."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import attrs

from zebra_core import charts

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zebra_core.dataset.dataset import Dataset


@attrs.frozen
class Section:
    """A part of a report: a title, a text that explains it, and charts or a table or both.

    `charts` are Vega-Lite specifications with data of their own (`zebra.charts` has their look), `rows` is a table with its
    header first, and `notes` are lines below.
    """

    title: str
    text: str
    charts: Sequence[Mapping[str, Any]] = ()
    rows: Sequence[Sequence[object]] = ()
    notes: Sequence[str] = ()

    @property
    def fault(self) -> str:
        """What is wrong with the section; empty if nothing is."""
        if not all(isinstance(text, str) for text in (self.title, self.text, *self.notes)):
            return "title, text and notes of a zebra.Section must be strings"
        if not isinstance(self.charts, list | tuple):
            return f"charts of a zebra.Section must be a list, got {type(self.charts).__name__}"
        if len({len(row) for row in self.rows}) > 1:
            return "the rows of a zebra.Section must have one length, that of the header"
        return next((reason for chart in self.charts if (reason := charts.fault(chart))), "")


class Figure(Protocol):
    """A component that draws one figure, or makes one table, of a dataset."""

    def __call__(self, dataset: Dataset) -> Section | None:
        """Return the section, or None if the dataset has nothing of the kind to show."""
