"""What a sweep found, as lines and sections."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers.trainings import training

import zebra_core as zebra
from zebra_study.evaluation_plan import EvaluationPlan
from zebra_study.findings import findings
from zebra_study.study import Study
from zebra_study.sweep import CellResult, Sweep, cells_of

SCORES = {"sup": (0.5, 0.6), "sim": (0.6, 0.7), "random": (0.2, 0.9)}
"""Of two seeds: sim is better than sup by .1 with both, random differs by -.3 and .3."""


def study(folder: Path, plugins: zebra.Plugins, baseline: str | None = None, failures: Any = ()) -> Study:
    """Return a sweep of three strategies and two seeds, whose cells have finished but for those that failed."""
    plan = EvaluationPlan((), {"pairs": "nowhere"})
    values = {"strategy": [*SCORES], "seed": [0, 1], "model": "tiny"}
    grid = Sweep(cells_of(values, plan, plugins), plan, folder, plugins)
    results = {
        cell.name: CellResult(
            key=cell.key,
            place=cell.place,
            scores=dict.fromkeys(("a", "b"), SCORES[cell.place["strategy"]][cell.place["seed"]]),
            benchmarks={},
            rows=600,
            steps=30,
        )
        for cell in grid.cells
    }
    failed = {cell.name: "no memory" for cell in grid.cells if cell.place["strategy"] in failures}
    return Study(
        grid, {name: result for name, result in results.items() if name not in failed}, failed, "strategy", baseline
    )


def test_differences(tmp_path: Path, plugins: zebra.Plugins) -> None:
    """sim is better by .1 on all four tests, so it has no p; random is as good on average: (-.3 + .3) / 2 = 0."""
    pytest.importorskip("scipy")
    given = findings(study(tmp_path, plugins))
    assert [section.fault for section in given.sections.values()] == [""] * 3
    rows = {row[0]: row[1:] for row in given.sections["differences"].rows[1:]}
    assert rows["sim"][:2] == [4, pytest.approx(0.1)]
    assert rows["random"][:4] == [
        4,
        pytest.approx(0, abs=1e-9),
        pytest.approx(-0.551, abs=1e-3),
        pytest.approx(0.551, abs=1e-3),
    ]
    lines = {line.name: (line.level, line.fact) for line in given.findings}
    assert lines["random"] == ("look", "+0.000 compared with sup on 4 tests: not significant (p 1)")
    assert lines["sim"][1].startswith("+0.100 compared with sup on 4 tests: ")


def test_scores_over_seeds(tmp_path: Path, plugins: zebra.Plugins) -> None:
    """sup has .5 and .6: the mean is .55, and its interval .55 -+ 12.706 x .05; the cells of one strategy are one row."""
    pytest.importorskip("scipy")
    rows = findings(study(tmp_path, plugins)).sections["scores"].rows[1:]
    assert len(rows) == 2 * 3
    assert rows[0][:3] == ["a", "sup", 2]
    assert rows[0][3:] == pytest.approx([0.55, 0.55 - 0.6353, 0.55 + 0.6353, 0.5, 0.6], abs=1e-3)


def test_curves(tmp_path: Path, plugins: zebra.Plugins) -> None:
    """Each training that has a log is a line in the colour of its strategy; without a log there is no section."""
    sweep = study(tmp_path, plugins)
    assert "curves" not in findings(sweep).sections
    for cell in sweep.grid.cells[:3]:
        training(sweep.grid.folder(cell) / "model", steps=30)
    charts = findings(sweep).sections["curves"].charts
    assert [chart["title"] for chart in charts] == ["loss", "reward accuracy", "token accuracy", "reward margin"]
    values = charts[0]["layer"][0]["data"]["values"]
    assert {(value["run"], value["series"]) for value in values} == {
        (cell.name, cell.place["strategy"]) for cell in sweep.grid.cells[:3]
    }


def test_failed_cells(tmp_path: Path, plugins: zebra.Plugins) -> None:
    """If cells failed nothing is compared; a line says why, and the table has the reason in place of the scores."""
    given = findings(study(tmp_path, plugins, failures=("sim",)))
    assert "differences" not in given.sections
    assert [(line.name, line.level) for line in given.findings] == [("cells", "bad")]
    assert "no memory" in given.findings[0].fact
    rows = given.sections["cells"].rows[1:]
    assert [row[-1] for row in rows] == ["finished"] * 2 + ["no memory"] * 2 + ["finished"] * 2
    assert rows[2][2:-1] == [None] * 4
    assert given.facts.startswith("4 of 6 cells finished; axes: strategy, seed")


def test_the_baseline(tmp_path: Path, plugins: zebra.Plugins) -> None:
    """The others are compared with the value that is named."""
    pytest.importorskip("scipy")
    rows = findings(study(tmp_path, plugins, baseline="sim")).sections["differences"].rows[1:]
    assert {row[0] for row in rows} == {"sup", "random"}
