"""Checks of score sources and catalogues: from a location to a ScoreTable, and to descriptions of benchmarks."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import numpy as np

from zebra_core.errors import ZebraError
from zebra_core.plugins.protocols import DeclinesLocation
from zebra_core.recipe.inputs import benchmark_index
from zebra_core.recipe.recipe import Recipe
from zebra_core.recipe.resolve import Resolver
from zebra_core.scores.catalogue import BenchmarkIndex, key, read_catalogue
from zebra_core.scores.table import ScoreTable
from zebra_core.testing.check import checks_in, fail, skip
from zebra_core.testing.examples.calls import example_of, read_inner
from zebra_core.testing.examples.foreign import foreign_files
from zebra_core.testing.examples.results import result_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from zebra_core.testing.subject import Subject

CELLS = 40
"""The number of scores of the example that are looked for in its file."""


def read_example(subject: Subject) -> ScoreTable:
    """Return the table of the example. Raise CheckSkipped if there is none, which another check is for."""
    arguments = example_of(subject, Path()).arguments
    try:
        table = read_inner(subject, subject.call(*arguments))
    except ZebraError:
        skip("it does not read the example; see works_on_an_example")
    if not isinstance(table, ScoreTable):
        skip("it gives no table for the example; see gives_a_score_table")
    return table


def gives_a_score_table(subject: Subject) -> None:
    """It returns a zebra.ScoreTable with at least one score, or the path of a file that another source reads."""
    arguments = example_of(subject, Path()).arguments
    result_of(subject)
    table = read_inner(subject, subject.call(*arguments))
    if not isinstance(table, ScoreTable):
        fail(f"it must return a zebra.ScoreTable or a Path, got {type(table).__name__}")
    if np.isnan(table.values).all():
        fail("the table of the example has no score")


def gives_errors_of_at_least_zero(subject: Subject) -> None:
    """A standard error is at least 0, and NaN, not 0, if it is unknown: not every score is certain."""
    table = read_example(subject)
    errors = table.stderr[~np.isnan(table.stderr)]
    if (errors < 0).any():
        fail(f"a standard error is {errors.min():g}")
    if errors.size and not errors.any() and table.values.size > 1:
        fail("every standard error is 0, as if every score were certain; leave out what is unknown, or use NaN")


def knows_directions(subject: Subject) -> None:
    """Every benchmark has a direction, or a metric with one, or is in a catalogue: it is known whether more is better."""
    table = benchmark_index(Resolver(Recipe(), subject.plugins)).canonicalise(read_example(subject))
    unclear = [b.name for b in table.benchmarks if b.direction is None and b.measured is None]
    if unclear:
        fail(f"no direction is known for {', '.join(unclear[:4])}; set it, or offer a catalogue that describes them")


def takes_foreign_files(subject: Subject) -> None:
    """An empty file, or one of another format, is declined or a ZebraError that says why: nothing else is raised."""
    if not isinstance(subject.instance, DeclinesLocation):
        skip("it reads no files, or does not recognise them: it has no `declines`")
    with TemporaryDirectory() as folder:
        for path in foreign_files(Path(folder), subject.location):
            _read_foreign(subject, path)


def _read_foreign(subject: Subject, path: Path) -> None:
    """Raise CheckFailed if anything but a ZebraError comes of a file."""
    try:
        subject.instance.declines(str(path))
        subject.instance(str(path))
    except ZebraError:
        return
    except Exception as error:  # noqa: BLE001  # what this is for
        fail(
            f"of {path.name} it raises {type(error).__name__}: {error}; raise a zebra.ZebraError that says what is wrong"
        )


def never_makes_a_missing_score_zero(subject: Subject) -> None:
    """A score that is missing in the file is missing in the table, or an error: never 0."""
    table = read_example(subject)
    path = Path(subject.location or "")
    if not path.is_file():
        skip("the example is not a file, from which a score can be taken out")
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        skip("the example is not a text, from which a score can be taken out")
    count = 0
    for model, benchmark, pattern in _cells_in(table, text):
        for blank in ("", "null", "-"):
            count += 1
            _check_without(subject, re.sub(pattern, blank, text), path.name, (model, benchmark))
    if not count:
        skip("no score of the example is in its file as it is in the table")


def _cells_in(table: ScoreTable, text: str) -> Iterator[tuple[str, str, str]]:
    """Yield scores that are not 0 with a pattern of their spelling in a text, if they are in it exactly once."""
    for row, column in list(zip(*np.nonzero(~np.isnan(table.values)), strict=True))[:CELLS]:
        value = float(table.values[row, column])
        for number in dict.fromkeys((repr(value), f"{value:g}", repr(value / 100), f"{value / 100:g}")):
            pattern = rf"(?<![\w.]){re.escape(number)}(?![\w.])"
            if value and len(re.findall(pattern, text)) == 1:
                yield table.models[row], table.benchmarks[column].name, pattern
                break


def _check_without(subject: Subject, text: str, name: str, cell: tuple[str, str]) -> None:
    """Raise CheckFailed if a cell is 0 in the table of a file from which it was taken out."""
    with TemporaryDirectory() as folder:
        path = Path(folder, name)
        path.write_text(text, encoding="utf-8")
        try:
            table = read_inner(subject, subject.call(str(path)))
        except ZebraError:
            return
    model, benchmark = cell
    columns = [b.name for b in table.benchmarks]
    if model in table.models and benchmark in columns:
        value = table.values[table.models.index(model), columns.index(benchmark)]
        if value == 0:
            fail(
                f"the score of {model!r} on {benchmark!r} is 0 if it is missing in the file; it must be NaN, or left out"
            )


def describes_benchmarks(subject: Subject) -> None:
    """Its descriptions have the properties of a zebra.Benchmark, each with a valid value."""
    result_of(subject)
    try:
        BenchmarkIndex.from_catalogues([(subject.component.plugin, subject.call())])
    except ZebraError as error:
        fail(str(error))


def knows_the_direction_of_each(subject: Subject) -> None:
    """Each benchmark has a direction: `higher`, `lower`, or the best value."""
    unclear = [
        name for name, entry in _entries(subject).items() if isinstance(entry, dict) and "direction" not in entry
    ]
    if unclear:
        fail(f"no direction is known for {', '.join(unclear[:4])}")


def spells_each_once(subject: Subject) -> None:
    """No spelling stands for two benchmarks; case, spaces and punctuation make no difference."""
    owners: dict[str, str] = {}
    for name, entry in _entries(subject).items():
        spellings = entry.get("names", []) if isinstance(entry, dict) else []
        for spelling in {key(str(text)) for text in (name, *spellings)}:
            if owners.setdefault(spelling, name) != name:
                fail(f"{owners[spelling]!r} and {name!r} have the spelling {spelling!r} in common")


def _entries(subject: Subject) -> Mapping[str, object]:
    """Return the descriptions of a catalogue. Raise CheckSkipped if there are none, which another check is for."""
    result_of(subject)
    try:
        return read_catalogue(subject.call(), "the catalogue")
    except ZebraError:
        skip("it gives no descriptions by name; see describes_benchmarks")


CHECKS = (
    *checks_in(
        gives_a_score_table,
        gives_errors_of_at_least_zero,
        knows_directions,
        takes_foreign_files,
        never_makes_a_missing_score_zero,
        kinds=("score source",),
    ),
    *checks_in(describes_benchmarks, knows_the_direction_of_each, spells_each_once, kinds=("catalogue",)),
)
