"""`zebra sweep`: a grid of runs as one recipe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zebra_core.cli.cells import run_cells
from zebra_core.cli.compare import show_results, write_table
from zebra_core.cli.evaluate import asked_for, evaluator_options
from zebra_core.errors import ZebraError, unknown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zebra_core.discovery import Plugins
    from zebra_core.pipeline import Run
    from zebra_core.sweep import Cell, Sweep
    from zebra_core.training import Training


@click.command()
@click.argument("recipe", required=False, type=click.Path(dir_okay=False))
@evaluator_options
@click.option(
    "-o",
    "--output",
    default="zebra-sweep",
    show_default=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Folder of all cells.",
)
@click.option("--over", default="strategy", show_default=True, help="The axis whose values are compared at the end.")
@click.option("--baseline", help="The value that the others are compared with.  [default: the first]")
@click.option(
    "--jobs", default=1, show_default=True, type=click.IntRange(1), help="Cells at once; with GPUs each has one."
)
@click.option("--dry-run", is_flag=True, help="Print the cells with their pairs and steps, and what is left to do.")
def sweep(
    recipe: str | None, output: Path, over: str, baseline: str | None, jobs: int, *, dry_run: bool, **said: Any
) -> None:
    """Build, train and evaluate every cell of RECIPE, in which lists are axes; finished cells are not run again.

    The same command goes on where it was interrupted: datasets, checkpoints and finished cells are kept. Without a recipe
    it is the demo's: five strategies, two trainers, three seeds.
    """
    from zebra_core.discovery import load_plugins  # noqa: PLC0415
    from zebra_core.recipe import make_recipe  # noqa: PLC0415
    from zebra_core.sweep import EMBEDDED, Sweep, cells_of, read_sweep  # noqa: PLC0415

    values, evaluating = read_sweep(recipe or EMBEDDED, said)
    cells = cells_of(values, evaluating)
    plugins = load_plugins(make_recipe(cells[0].values).plugins)
    trainers, evaluators = (tuple(c.name for c in plugins.of(kind)) for kind in ("trainer", "evaluator"))
    grid = Sweep(cells, evaluating, output, trainers, evaluators)
    _check_axis(grid, over, baseline)
    runs, trainings = _checked(grid, plugins)
    done = grid.finished()
    click.echo(f"  {len(cells)} cells, {len(done)} of them finished")
    if dry_run:
        _show_plan(grid, runs, trainings, done)
        return
    failed = run_cells([cell for cell in cells if cell.name not in done], grid, jobs)
    _show(grid, failed, over, baseline)


def _check_axis(grid: Sweep, over: str, baseline: str | None) -> None:
    """Raise ZebraError where there is no such axis to compare over, or no such value on it."""
    axes = grid.cells[0].place
    if over not in axes and (over != "strategy" or baseline):
        what = "axis of the sweep"
        raise unknown(what, over, axes)
    values = {str(cell.place.get(over)) for cell in grid.cells}
    if baseline and baseline not in values:
        what = f"value of {over} in the sweep"
        raise unknown(what, baseline, values)


def _checked(grid: Sweep, plugins: Plugins) -> tuple[dict[Path, Run], dict[str, Training]]:
    """Return datasets by folder and trainings by cell, ready; ZebraError before anything is built where one of them, or an evaluation, cannot work."""
    from zebra_core.evaluation import check, evaluators_asked  # noqa: PLC0415
    from zebra_core.pipeline import prepare, prepare_training  # noqa: PLC0415
    from zebra_core.recipe import make_recipe  # noqa: PLC0415

    pairs = grid.evaluating.pairs
    wanted = [grid.dataset_values(cell) for cell in grid.cells]
    wanted += [pairs] if isinstance(pairs, dict) else []
    runs = {grid.dataset(values): values for values in wanted}
    ready = {folder: prepare(make_recipe(values), plugins) for folder, values in runs.items()}
    asked = asked_for(grid.evaluating.asked(str(pairs)))
    trainings, models = {}, set()
    for cell in grid.cells:
        trainings[cell.name] = prepare_training(make_recipe(cell.training_values()), plugins)
        wanted_of = evaluators_asked(plugins, asked, cell.evaluation_values(grid.evaluators)["options"])
        if isinstance(pairs, dict):  # a dataset that is built yet
            plugins.find("evaluator", "pairs").made(wanted_of.pop("pairs"))
        if trainings[cell.name].model not in models:  # the pairs are read for it
            check(plugins, wanted_of, trainings[cell.name].model)
            models.add(trainings[cell.name].model)
    return ready, trainings


def _show_plan(
    grid: Sweep, runs: Mapping[Path, Run], trainings: Mapping[str, Training], done: Mapping[str, Any]
) -> None:
    """Print each cell with how many pairs its dataset has and how many steps its training takes; nothing is written."""
    counts = {folder: sum(run.plan(batch)[0].num_rows for batch in run.pool.batches()) for folder, run in runs.items()}
    rows: list[list[Any]] = [["cell", "pairs", "steps", ""]]
    for cell in grid.cells:
        pairs = counts[grid.dataset(grid.dataset_values(cell))]
        steps = trainings[cell.name].steps(pairs)
        status = "finished" if cell.name in done else "to do"
        rows.append([cell.name, pairs, "?" if steps is None else steps, status])
    write_table("plan", rows, {"form": "table", "output": None})


def _show(grid: Sweep, failed: dict[str, str], over: str, baseline: str | None) -> None:
    """Print and write what the finished cells gave, and how the values of an axis compare; ZebraError where cells failed."""
    done = grid.finished()
    benchmarks = list(dict.fromkeys(name for held in done.values() for name in held["scores"]))
    axes, trained = list(grid.cells[0].place), ("pairs trained on", "steps")
    held = [done[cell.name] for cell in grid.cells if cell.name in done]
    rows = [[*axes, *benchmarks, *trained]]
    rows += [
        [*one["place"].values(), *(one["scores"].get(b, "") for b in benchmarks), *(one[name] for name in trained)]
        for one in held
    ]
    shown = {"form": "table", "output": grid.output}
    write_table("cells", rows, shown)
    if failed:
        told = "; ".join(f"{name}: {why}" for name, why in failed.items())
        msg = (
            f"{len(failed)} of {len(grid.cells)} cells failed ({told}); the others are kept, and the same command tries "
            "these again"
        )
        raise ZebraError(msg)
    if over in axes and len({str(cell.place[over]) for cell in grid.cells}) > 1:
        show_results(_results(grid.cells, done, over), baseline, shown)


def _results(cells: Sequence[Cell], done: dict[str, Any], over: str) -> Any:
    """Return the cells as systems (the values of one axis) and tests (the other axes, and the benchmark), as shares of the benchmark's range."""
    import numpy as np  # noqa: PLC0415

    from zebra_core.compare import Results  # noqa: PLC0415

    found: dict[tuple[str, ...], dict[str, float]] = {}
    lower = set()
    for cell in cells:
        held = done[cell.name]
        rest = tuple(str(value) for axis, value in cell.place.items() if axis != over)
        for benchmark, value in held["scores"].items():
            said = held["benchmarks"].get(benchmark, {})
            low, high = said.get("bounds", (0, 1))
            found.setdefault((benchmark, *rest), {})[str(cell.place[over])] = (value - low) / (high - low)
            lower |= {benchmark} if said.get("direction") == "lower" else set()
    systems = tuple(dict.fromkeys(str(cell.place[over]) for cell in cells))
    benchmarks = list(dict.fromkeys(test[0] for test in found))
    tests = tuple(sorted(found, key=lambda test: benchmarks.index(test[0])))
    values = [[found[test].get(system, float("nan")) for system in systems] for test in tests]
    return Results(systems, tests, np.array(values), frozenset(lower))
