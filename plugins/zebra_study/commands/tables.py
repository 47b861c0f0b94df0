"""Tables as the commands print and write them: for a terminal, Markdown, LaTeX or CSV."""

from __future__ import annotations

import csv
import io
import math
from typing import TYPE_CHECKING, Any

import attrs
import click

import zebra_core as zebra
from zebra_core.cli import output

if TYPE_CHECKING:
    from collections.abc import Callable, Collection
    from pathlib import Path

Cells = list[list[str]]
BOLD = {"latex": "\\textbf{%s}", "markdown": "**%s**", "table": "\0%s"}
"""How the best value is marked; on a terminal, cells that start with NUL are printed in bold."""
_LATEX = {character: f"\\{character}" for character in "&%$#_{}"} | {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


@attrs.frozen
class Destination:
    """Where tables go: printed in a format (table, markdown, latex or csv), and written to a folder as CSV if given."""

    form: str = "table"
    folder: Path | None = None

    def table(self, name: str, rows: list[list[Any]], lower: Collection[str] | None = None) -> None:
        """Print and write a table, header first.

        With `lower`, the names of the rows on which less is better, the best value of each row is printed in bold.
        """
        plain = io.StringIO()
        csv.writer(plain, lineterminator="\n").writerows(rows)
        self.write(f"{name}.csv", plain.getvalue())
        if self.form == "csv":
            click.echo(plain.getvalue())
            return
        escape = _ESCAPES.get(self.form, str)
        cells = [[escape(_shown(cell)) for cell in row] for row in rows]
        if lower is not None:
            _mark_best(rows, cells, lower, BOLD[self.form])
        _RENDERERS[self.form](cells)

    def write(self, name: str, text: str) -> None:
        """Write a file to the folder, if there is one. Raise ZebraError if it cannot be written."""
        if self.folder is None:
            return
        path = self.folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            zebra.storage.write_durably(path, text)
        except OSError as error:
            msg = f"cannot write {path}: {error.strerror}"
            raise zebra.ZebraError(msg) from error


def _mark_best(rows: list[list[Any]], cells: Cells, lower: Collection[str], bold: str) -> None:
    for row, line in zip(rows[1:], cells[1:], strict=True):
        best = (min if row[0] in lower else max)(value for value in row[1:] if not math.isnan(value))
        line[1:] = [bold % text if value == best else text for value, text in zip(row[1:], line[1:], strict=True)]


def _markdown(cells: Cells) -> None:
    lines = [cells[0], ["---", *["---:"] * (len(cells[0]) - 1)], *cells[1:]]
    click.echo("\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n")


def _latex(cells: Cells) -> None:
    body = [" & ".join(line) + " \\\\" for line in cells]
    rules = ["\\begin{tabular}{l" + "r" * (len(cells[0]) - 1) + "}", "\\toprule", body[0], "\\midrule", *body[1:]]
    click.echo("\n".join([*rules, "\\bottomrule", "\\end{tabular}"]) + "\n")


def _terminal(cells: Cells) -> None:
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False)
    for at, name in enumerate(cells[0]):
        table.add_column(name, justify="right" if at else "left")
    for row in cells[1:]:
        table.add_row(*(output.cell(text.removeprefix("\0"), "bold" if text.startswith("\0") else "") for text in row))
    output.console().print(table)
    click.echo()


def _latex_text(text: str) -> str:
    return "".join(_LATEX.get(character, character) for character in zebra.markup.one_line(text))


_ESCAPES: dict[str, Callable[[str], str]] = {"markdown": zebra.markup.markdown, "latex": _latex_text}
_RENDERERS: dict[str, Callable[[Cells], None]] = {"markdown": _markdown, "latex": _latex, "table": _terminal}


def _shown(cell: object) -> str:
    if isinstance(cell, float):
        return "-" if math.isnan(cell) else f"{cell:.4f}" if 0 < abs(cell) < 0.01 else f"{cell:.3f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
