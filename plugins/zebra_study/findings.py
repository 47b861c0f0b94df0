"""What a sweep found, as sections: which difference is significant, scores over seeds, and the curves of all trainings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

import zebra_core as zebra
from zebra_core.training.curves import ACCURACY, LOSS, MARGIN, TOKEN_ACCURACY, chart_curve
from zebra_core.training.metrics import read_metrics
from zebra_study.charts import difference_chart, score_chart
from zebra_study.significance import interval

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from zebra_study.study import Study
    from zebra_study.sweep import CellResult

PAGE = "sweep.html"
SEED = "seed"
LEVEL = 0.05
"""The p, after Holm's correction, below which a difference is significant."""
DIFFERENCES = ("mean difference", "low", "high", "t", "p (t-test)", "p (Holm)", "p (permutation)", "effect size d_z")
CURVES = (LOSS, ACCURACY, TOKEN_ACCURACY, MARGIN)


def findings(study: Study) -> zebra.Findings:
    """Return what a sweep found. Raise ZebraError if the log of a training cannot be read."""
    grid = study.grid
    sections = {
        "differences": differences_section(study),
        "scores": scores_section(study),
        "curves": curves_section(study),
    }
    shown = {name: section for name, section in sections.items() if section is not None}
    axes = ", ".join(grid.cells[0].place)
    facts = f"{len(study.cells)} of {len(grid.cells)} cells finished; axes: {axes}; ZEBRA {zebra.__version__}"
    lines = [*_failures(study), *_significance(study)]
    return zebra.Findings(
        grid.output.resolve().name, facts, grid.output / PAGE, {**shown, "cells": cells_section(study)}, lines
    )


def _failures(study: Study) -> Iterator[zebra.Finding]:
    if study.failures:
        fact = (
            f"{len(study.failures)} failed: {'; '.join(f'{name}: {reason}' for name, reason in study.failures.items())}"
        )
        yield zebra.Finding("cells", "bad", fact, "the same command tries these again", "cells")


def _significance(study: Study) -> Iterator[zebra.Finding]:
    """Yield a line for each value of the axis: whether it differs from the baseline."""
    for name, (difference, p) in study.differences.items():
        fact = f"{difference.delta:+.3f} compared with {study.against} on {difference.count:,} tests"
        if p < LEVEL:
            word = "better" if difference.delta > 0 else "worse"
            yield zebra.Finding(name, "good", f"{fact}: significantly {word} (p {p:.2g})", section="differences")
        else:
            reason = "all differences are equal" if np.isnan(p) else f"p {p:.2g}"
            yield zebra.Finding(
                name,
                "look",
                f"{fact}: not significant ({reason})",
                "more seeds or benchmarks would tell more",
                "differences",
            )


def differences_section(study: Study) -> zebra.Section | None:
    """Return how each value of the axis differs from the baseline, with the interval of the mean; None without a test."""
    if not study.differences:
        return None
    rows: list[list[Any]] = [["system", "tests", *DIFFERENCES]]
    for name, (d, p) in study.differences.items():
        numbers = [d.delta, d.low, d.high, d.t, d.p_t, p, d.p_permutation, d.effect]
        rows.append([name, d.count, *(None if np.isnan(number) else number for number in numbers)])
    values = [
        {"system": name, "mean difference": delta, "low": low, "high": high, "p": p, "verdict": _verdict(p)}
        for name, _, delta, low, high, _, _, p, *_ in rows[1:]
    ]
    text = (
        f"Mean difference from {study.against} over all tests, as shares of each benchmark's range, with its 95% interval. More is "
        f"better. Significant is a p below {LEVEL} in a paired t-test, after Holm's correction."
    )
    return zebra.Section(f"Which {study.over} makes a difference", text, [difference_chart(values)], rows)


def scores_section(study: Study) -> zebra.Section | None:
    """Return the mean of each benchmark for the cells that differ in their seed alone, with its interval; None without cells."""
    groups: dict[str, list[CellResult]] = {}
    for cell in study.cells.values():
        name = ", ".join(str(value) for axis, value in cell.place.items() if axis != SEED)
        groups.setdefault(name or "all", []).append(cell)
    scores: dict[str, dict[str, NDArray[np.float64]]] = {}
    for name, cells in groups.items():
        for benchmark in dict.fromkeys(benchmark for cell in cells for benchmark in cell.scores):
            values = [cell.scores[benchmark] for cell in cells if benchmark in cell.scores]
            scores.setdefault(benchmark, {})[name] = np.array(values)
    if not scores:
        return None
    rows: list[list[Any]] = [["benchmark", "cells", "seeds", "mean", "low", "high", "lowest", "highest"]]
    for benchmark, by_group in scores.items():
        for name, array in by_group.items():
            numbers = (array.mean(), *interval(array), array.min(), array.max())
            rows.append([benchmark, name, len(array), *map(float, numbers)])
    charts = [score_chart(benchmark, by_group) for benchmark, by_group in scores.items()]
    text = (
        "Ticks are the scores with each seed, points their means, lines the 95% interval of the mean (Student's t), cut at the edge: "
        "two or three seeds say little about a mean."
    )
    return zebra.Section("Scores over seeds", text, charts, rows)


def curves_section(study: Study) -> zebra.Section | None:
    """Return the curves of all trainings, coloured by the axis that is compared; None if nothing was logged.

    Trainers have charts of their own: their losses are not comparable.
    """
    runs = {
        cell.name: read_metrics(study.grid.folder(cell) / "model")
        for cell in study.grid.cells
        if cell.name in study.cells
    }
    trainers: dict[str, dict[str, Any]] = {}
    for name, entries in runs.items():
        if entries:
            trainers.setdefault(str(study.cells[name].place.get("trainer", "")), {})[name] = entries
    groups = {name: str(study.cells[name].place.get(study.over, name)) for name in runs}
    charts = [
        {**chart, "title": f"{curve.title}, {trainer}" if trainer else curve.title}
        for trainer, logged in trainers.items()
        for curve in CURVES
        if (chart := chart_curve(curve, logged, groups))
    ]
    text = f"Each line is the training of a cell, coloured by {study.over}."
    return zebra.Section("Curves of the trainings", text, charts) if charts else None


def cells_section(study: Study) -> zebra.Section:
    """Return the table of all cells: their places on the axes, scores, how they were trained, and why if they failed."""
    axes = list(study.grid.cells[0].place)
    benchmarks = list(dict.fromkeys(name for cell in study.cells.values() for name in cell.scores))
    rows: list[list[Any]] = [[*axes, *benchmarks, "pairs trained on", "steps", "state"]]
    for cell in study.grid.cells:
        result = study.cells.get(cell.name)
        scores = [result.scores.get(name) if result else None for name in benchmarks]
        trained = [result.rows, result.steps] if result else [None, None]
        state = "finished" if result else study.failures.get(cell.name, "not run")
        rows.append([*map(str, cell.place.values()), *scores, *trained, state])
    return zebra.Section("All cells", "", rows=rows)


def _verdict(p: float | None) -> str:
    return "significant" if p is not None and p < LEVEL else "not significant"
