"""Score tables from CSV files."""

from __future__ import annotations

import csv
import math

import attrs

import zebra_core as zebra
from zebra_leaderboard.cells import Declared, number

SUFFIXES = {".csv": ",", ".tsv": "\t"}


@attrs.frozen(kw_only=True)
class Csv(Declared):
    """A CSV or TSV file: a line per model, a column per benchmark, the model in the first column.

    `model` names another column, `benchmarks` the columns to read (all others if empty). Percent signs, a byte-order
    mark and quoted line breaks are understood; an empty cell or `-` is missing.
    """

    model: str = ""
    benchmarks: tuple[str, ...] = ()

    def declines(self, location: str) -> str | None:
        """Tell why the location is no such file, None where it may be."""
        return None if zebra.storage.place(location).suffix.casefold() in SUFFIXES else "reads .csv and .tsv files"

    def __call__(self, location: str | None) -> zebra.ScoreTable:
        """Read the file; ZebraError for what cannot be read, with the line."""
        if location is None:
            msg = "say which file: --scores csv:FILE"
            raise zebra.ZebraError(msg)
        header, lines = _lines(location)
        model = self.model or header[0]
        columns = self.benchmarks or tuple(name for name in header if name and name != model)
        for name in (model, *columns):
            if name not in header:
                what = f"column of {location!r}"
                raise zebra.unknown(what, name, header)
        percent: dict[str, str] = {}
        rows = []
        for where, line in lines:
            row = dict(zip(header, line, strict=False))
            scores = {name: self._score(where, name, row.get(name, ""), percent) for name in columns}
            name = row.get(model, "").strip()
            if name:
                rows.append((name, scores))
            elif not all(math.isnan(score) for score in scores.values()):
                msg = f"{where}: scores without a model in column {model!r}; name the model, or remove the line"
                raise zebra.ZebraError(msg)
        return zebra.ScoreTable.from_rows(rows, self.described(columns, location))

    def _score(self, where: str, column: str, cell: str, percent: dict[str, str]) -> float:
        try:
            score = number(cell)
        except ValueError as wrong:
            msg = (
                f"{where}: column {column!r} has {cell!r}, which is no number; correct it, "
                'or name the benchmarks: --set csv.benchmarks=["...", "..."]'
            )
            raise zebra.ZebraError(msg) from wrong
        if not math.isnan(score):
            sign = "percent signs" if cell.strip().endswith("%") else "plain numbers"
            if percent.setdefault(column, sign) != sign:
                msg = f"{where}: column {column!r} mixes percent signs and plain numbers ({cell!r}); write the column in one way"
                raise zebra.ZebraError(msg)
        return score


def _lines(location: str) -> tuple[list[str], list[tuple[str, list[str]]]]:
    """Return the header and the other lines with where they end; lines without any text are passed over."""
    try:
        with zebra.storage.place(location).open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(
                file, delimiter=SUFFIXES.get(zebra.storage.place(location).suffix.casefold(), ","), strict=True
            )
            lines = [(f"{location}, line {reader.line_num}", line) for line in reader if any(map(str.strip, line))]
    except UnicodeDecodeError as wrong:
        msg = f"{location} is not UTF-8 (byte {wrong.object[wrong.start]:#x} at {wrong.start}); save it as UTF-8"
        raise zebra.ZebraError(msg) from wrong
    except (OSError, csv.Error) as wrong:
        msg = f"cannot read {location}: {getattr(wrong, 'strerror', None) or wrong}"
        raise zebra.ZebraError(msg) from wrong
    if len(lines) < 2:
        msg = f"{location} has {len(lines)} lines; a score table has a line of column names and a line per model"
        raise zebra.ZebraError(msg)
    header = [name.strip() for name in lines[0][1]]
    twice = {name for name in header if name and header.count(name) > 1}
    if twice:
        msg = f"{location}: the column {twice.pop()!r} stands twice; rename or remove one"
        raise zebra.ZebraError(msg)
    for where, line in lines[1:]:
        if any(cell.strip() for cell in line[len(header) :]):
            msg = f"{where}: {len(line)} cells, but the first line has {len(header)}; quote a cell that holds a comma"
            raise zebra.ZebraError(msg)
    return header, lines[1:]
