"""Warnings about scores: what a careful person would question in a table, with the rows concerned."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

import attrs

from zebra_core.errors import PluginError, unknown
from zebra_core.plugins.component import attributed_to

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Sequence

    from zebra_core.plugins.component import BoundComponent
    from zebra_core.scores.table import ScoreTable

Doubt: TypeAlias = tuple[str, ...]
"""A text, and the models it concerns; none if it concerns a benchmark."""
MOST = 4
"""The number of rows that a warning names."""


class ScoreCheck(Protocol):
    """A component that questions scores; the first line of its docstring is the warning, and its name silences it."""

    def __call__(self, table: ScoreTable, /) -> Iterable[Doubt]:
        """Return a text for each doubt, with the models it concerns. The table has directions, and may have gaps."""


@attrs.frozen
class ScoreWarning:
    """A warning about scores: `name` silences it, `rows` are the models or benchmarks concerned."""

    name: str
    text: str
    rows: tuple[str, ...]

    def __str__(self) -> str:
        shown = ", ".join(self.rows[:MOST]) + (f" and {len(self.rows) - MOST} more" if len(self.rows) > MOST else "")
        return f"[{self.name}] {self.text}: {shown} (--silence {self.name})"


def check_scores(
    table: ScoreTable,
    checks: Iterable[BoundComponent],
    silence: Sequence[str] = (),
    models: Collection[str] = (),
    warn: Callable[[str], None] = lambda _: None,
) -> list[ScoreWarning]:
    """Return the warnings about a described table, whose cells may be missing; with `models`, only those that concern one.

    `warn` gets a line for a check that fails. Raise ZebraError for a name in `silence` that is not a check.
    """
    by_name = {check.name: check for check in checks}
    for name in silence:
        if name not in by_name:
            what = "warning"
            raise unknown(what, name, by_name)
    warnings = []
    for name, check in by_name.items():
        try:
            doubts = _doubts(check, table) if name not in silence else []
        except PluginError as error:
            warn(f"{error}; its warning is left out")
            continue
        rows = tuple(row for row, *who in doubts if not models or not who or not {*who}.isdisjoint(models))
        if rows:
            warnings.append(ScoreWarning(name, _text(check), rows))
    return warnings


def _doubts(check: BoundComponent, table: ScoreTable) -> list[Doubt]:
    with attributed_to(check):
        doubts = [*check.instance(table)]
        for doubt in doubts:
            if not (isinstance(doubt, tuple) and doubt and all(isinstance(text, str) for text in doubt)):
                msg = f"a score check must return tuples of texts, each with one or more, got {doubt!r:.60}"
                raise PluginError(msg)
    return doubts


def _text(check: BoundComponent) -> str:
    """Return the first line of a check's docstring, as the rest of a sentence."""
    summary = check.component.summary.removesuffix(".")
    return summary[:1].lower() + summary[1:]
