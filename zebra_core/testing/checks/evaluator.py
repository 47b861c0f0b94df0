"""Checks of evaluators: from a model and an output folder to a ScoreTable of one row."""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from zebra_core.errors import ZebraError
from zebra_core.plugins.protocols import StatesProvenance
from zebra_core.recipe.inputs import benchmark_index
from zebra_core.recipe.recipe import Recipe
from zebra_core.recipe.resolve import Resolver
from zebra_core.testing.check import checks_in, fail, skip
from zebra_core.testing.examples.calls import example_of, read_measured

if TYPE_CHECKING:
    from zebra_core.scores.table import ScoreTable
    from zebra_core.testing.subject import Subject


def measure(subject: Subject, folder: Path) -> tuple[Any, ScoreTable]:
    """Return what an evaluator returned, and its table. Raise CheckSkipped if it fails, which another check is for."""
    try:
        result = subject.call(*example_of(subject, folder).arguments)
        return result, read_measured(subject, result)
    except (ZebraError, AssertionError):
        skip("it does not work on the example; see works_on_an_example")


def gives_one_row(subject: Subject) -> None:
    """The table has one model, and a score on every benchmark."""
    with TemporaryDirectory() as folder:
        _, table = measure(subject, Path(folder))
    if len(table.models) != 1:
        fail(f"its table must have one row, for the one model, got {len(table.models)}")
    if np.isnan(table.values).any() or not table.benchmarks:
        fail("a score is missing in its table")


def knows_directions(subject: Subject) -> None:
    """Every benchmark has a direction, or a metric with one, or is in a catalogue: it is known whether more is better."""
    with TemporaryDirectory() as folder:
        _, measured = measure(subject, Path(folder))
    table = benchmark_index(Resolver(Recipe(), subject.plugins)).canonicalise(measured)
    unclear = [b.name for b in table.benchmarks if b.direction is None and b.measured is None]
    if unclear:
        fail(f"no direction is known for {', '.join(unclear[:4])}; set it, or offer a catalogue that describes them")


def states_plain_provenance(subject: Subject) -> None:
    """If it has `provenance`, that returns values that JSON can hold."""
    if not isinstance(subject.instance, StatesProvenance):
        skip("it has no `provenance`")
    with TemporaryDirectory() as folder:
        result, _ = measure(subject, Path(folder))
        try:
            json.dumps(dict(subject.instance.provenance(result)), allow_nan=False)
        except (TypeError, ValueError) as error:
            fail(f"its provenance cannot be written as JSON: {error}")


CHECKS = checks_in(gives_one_row, knows_directions, states_plain_provenance, kinds=("evaluator",))
