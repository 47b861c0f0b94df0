"""`zebra sweep`: a grid of runs as one recipe."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import zebra_core as zebra
from zebra_core.cli.component_flags import command_with_flags, take_flags
from zebra_core.cli.options import ask_about_recipe, ask_for_plugins, completed_recipe, loaded_plugins, named_plugins
from zebra_core.evaluation import requested_evaluators
from zebra_core.plugins.consent import trust_option
from zebra_study.commands.compare import show_results
from zebra_study.commands.runner import run_cells
from zebra_study.commands.tables import Destination
from zebra_study.evaluation_plan import EvaluationPlan
from zebra_study.findings import findings
from zebra_study.study import Study
from zebra_study.sweep import EMBEDDED, CellResult, Sweep, cells_of, check_secrets, is_built, read_sweep

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zebra_study.sweep import Cell

TRAINED = {"pairs trained on": "rows", "steps": "steps"}
"""The columns that say how a cell was trained, and the field of a CellResult behind each."""


@click.command(cls=command_with_flags("evaluator"))
@click.argument("recipe", required=False, shell_complete=completed_recipe)
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
    "--jobs",
    default=1,
    show_default=True,
    type=click.IntRange(1),
    help="Cells at once; each has a GPU, if there are any.",
)
@trust_option
@click.option(
    "--report/--no-report",
    default=True,
    envvar="ZEBRA_REPORT",
    help="Write a page of the results beside the cells.  [default: report]",
)
@click.option("--dry-run", is_flag=True, help="Print the cells with their pairs and steps, and what is left to do.")
def sweep(
    recipe: str | None,
    output: Path,
    over: str,
    baseline: str | None,
    jobs: int,
    *,
    report: bool,
    dry_run: bool,
    **arguments: object,
) -> None:
    """Build, train and evaluate every cell of RECIPE, in which lists are axes; finished cells are not run again.

    The same command resumes after an interruption: datasets, checkpoints and finished cells are kept. Without a recipe
    it runs the demo's: six strategies, two trainers, three seeds.
    """
    offering = named_plugins()
    values, table = read_sweep(recipe or EMBEDDED, take_flags(arguments, "evaluator"), offering)
    names = values.get("plugins", [])
    plugins = loaded_plugins([names] if isinstance(names, str) else names)
    evaluation = EvaluationPlan.from_table(table, plugins)
    check_secrets(values, plugins)
    ask_about_recipe(plugins, recipe or EMBEDDED)
    ask_for_plugins([name for each in evaluation.recipes.values() for name in zebra.make_recipe(each).plugins])
    grid = Sweep(cells_of(values, evaluation, plugins), evaluation, output, plugins)
    _check_axis(grid, over, baseline)
    runs, trainings = _prepare(grid)
    finished = grid.finished()
    click.echo(f"  {len(grid.cells)} cells, {len(finished)} of them finished")
    if dry_run:
        _print_plan(grid, runs, trainings, finished)
        return
    with plugins.stage("sweep") as done:
        failures = run_cells([cell for cell in grid.cells if cell.name not in finished], grid, jobs)
        study = Study(grid, grid.finished(), failures, over, baseline)
        _print_results(study)
        if report:
            _report(study)
        _check_failures(study)
        done({name: result.scores for name, result in grid.finished().items()})


def _check_axis(grid: Sweep, over: str, baseline: str | None) -> None:
    """Raise ZebraError if there is no such axis to compare over, or no such value on it."""
    axes = grid.cells[0].place
    if over not in axes and (over != "strategy" or baseline):
        what, where = "axis", "of the sweep"
        raise zebra.unknown(what, over, axes, where)
    values = {str(cell.place.get(over)) for cell in grid.cells}
    if baseline and baseline not in values:
        what, where = f"value of {over}", "in the sweep"
        raise zebra.unknown(what, baseline, values, where)


def _prepare(grid: Sweep) -> tuple[dict[Path, zebra.Run], dict[str, zebra.Training | zebra.Chain]]:
    """Return datasets by folder and trainings by cell, ready to run.

    Raise ZebraError, before anything is built, if a dataset, a training or an evaluation cannot work.
    """
    recipes = [*map(grid.dataset_values, grid.cells), *grid.evaluation.recipes.values()]
    runs = {
        folder: zebra.prepare(zebra.make_recipe(values), grid.plugins)
        for folder, values in {grid.dataset(values): values for values in recipes}.items()
    }
    trainings = {
        cell.name: zebra.prepare_training(zebra.make_recipe(grid.training_values(cell)), grid.plugins)
        for cell in grid.cells
    }
    checked = set()
    for cell in grid.cells:
        model = trainings[cell.name].model
        _check_evaluation(grid, cell, model if model not in checked else None)
        checked.add(model)
    return runs, trainings


def _check_evaluation(grid: Sweep, cell: Cell, model: str | None) -> None:
    """Raise ZebraError if a cell's evaluation cannot work; an evaluator is asked to check only a `model` that is given.

    An evaluator of a dataset that is still to be built cannot check it yet: only its options are.
    """
    plugins, plan = grid.plugins, grid.evaluation
    flags = plan.with_datasets(grid.evaluation_datasets())
    requested = requested_evaluators(plugins, flags, plan.evaluators)
    options = zebra.make_recipe(grid.evaluation_values(cell)).options
    selected = zebra.select_evaluators(plugins, requested, options)
    unbuilt = {str(folder) for folder in grid.evaluation_datasets().values() if not is_built(folder)}
    for name in [name for name, values in selected.items() if unbuilt & {*map(str, values.values())}]:
        plugins.find("evaluator", name).bind(selected.pop(name))
    if model is not None:
        zebra.check_evaluators(plugins, selected, model)


def _print_plan(
    grid: Sweep,
    runs: Mapping[Path, zebra.Run],
    trainings: Mapping[str, zebra.Training | zebra.Chain],
    finished: Mapping[str, CellResult],
) -> None:
    """Print each cell with the pairs of its dataset and the steps of its training; nothing is written."""
    counts = {folder: sum(run.plan(batch)[0].num_rows for batch in run.pool.batches()) for folder, run in runs.items()}
    rows: list[list[Any]] = [["cell", "pairs", "steps", ""]]
    for cell in grid.cells:
        pairs = counts[grid.dataset(grid.dataset_values(cell))]
        steps = trainings[cell.name].steps(pairs)
        status = "finished" if cell.name in finished else "to do"
        rows.append([cell.name, pairs, "?" if steps is None else steps, status])
    Destination().table("plan", rows)


def _print_results(study: Study) -> None:
    """Print and write what the cells gave, and how the values of an axis compare if no cell failed."""
    destination = Destination(folder=study.grid.output)
    destination.table("cells", _rows([*study.cells.values()], [*study.grid.cells[0].place]))
    if not study.failures and study.compared:
        show_results(study.compared, study.baseline, destination)


def _report(study: Study) -> None:
    """Let observers show what was found as a page; without the extra that it needs, say so in a line."""
    try:
        with study.grid.plugins.stage("findings") as done:
            done(findings(study))
    except zebra.ZebraError as error:
        click.echo(f"Warning: there is no page of the sweep: {error}", err=True)


def _check_failures(study: Study) -> None:
    """Raise ZebraError if cells failed."""
    if study.failures:
        reasons = "; ".join(f"{name}: {reason}" for name, reason in study.failures.items())
        msg = f"{len(study.failures)} of {len(study.grid.cells)} cells failed ({reasons}); the others are kept, and the same command tries these again"
        raise zebra.ZebraError(msg)


def _rows(results: Sequence[CellResult], axes: Sequence[str]) -> list[list[Any]]:
    """Return a table of cells, header first: their places on the axes, their scores, and how they were trained."""
    benchmarks = list(dict.fromkeys(name for result in results for name in result.scores))
    rows: list[list[Any]] = [[*axes, *benchmarks, *TRAINED]]
    for result in results:
        scores = [result.scores.get(name, "") for name in benchmarks]
        trained = [getattr(result, field) for field in TRAINED.values()]
        rows.append([*result.place.values(), *scores, *("" if value is None else value for value in trained)])
    return rows
