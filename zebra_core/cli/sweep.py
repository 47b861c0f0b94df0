"""`zebra sweep`: a grid of runs as one recipe."""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from zebra_core.cli.compare import show_results, write_table
from zebra_core.cli.evaluate import asked_for, evaluator_options
from zebra_core.errors import ZebraError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zebra_core.discovery import Plugins
    from zebra_core.sweep import Cell, Sweep

BUILDING = threading.Lock()
"""Cells of the same dataset wait for each other."""
KILLED = 9


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
    from zebra_core.sweep import EMBEDDED, Sweep, cells_of, read_sweep  # noqa: PLC0415

    values, evaluating = read_sweep(recipe or EMBEDDED, said)
    cells = cells_of(values, evaluating)
    plugins = load_plugins(values.get("plugins", ()))
    trainers, evaluators = (tuple(c.name for c in plugins.of(kind)) for kind in ("trainer", "evaluator"))
    grid = Sweep(cells, evaluating, output, trainers, evaluators)
    steps = _checked(grid, plugins)
    done = grid.finished()
    click.echo(f"  {len(cells)} cells, {len(done)} of them finished")
    if dry_run:
        _show_plan(grid, plugins, steps, done)
        return
    failed = _run([cell for cell in cells if cell.name not in done], grid, jobs)
    _show(grid, failed, over, baseline)


def _checked(grid: Sweep, plugins: Plugins) -> dict[str, Any]:
    """Return each cell's training, ready; ZebraError before anything is built where a training or an evaluation cannot work."""
    from zebra_core.evaluation import check, evaluators_asked  # noqa: PLC0415
    from zebra_core.pipeline import prepare_training  # noqa: PLC0415
    from zebra_core.recipe import make_recipe  # noqa: PLC0415

    pairs = grid.evaluating.pairs
    asked = asked_for({n.replace("-", "_"): v for n, v in grid.evaluating.asked(str(pairs)).items()})
    found = {}
    for cell in grid.cells:
        ready = prepare_training(make_recipe(cell.training_values()), plugins)
        options = cell.evaluation_values(grid.evaluators)["options"]
        check(plugins, evaluators_asked(plugins, asked, options), ready.model)
        found[cell.name] = ready
    return found


def _show_plan(grid: Sweep, plugins: Plugins, trainings: Mapping[str, Any], done: Mapping[str, Any]) -> None:
    """Print each cell with how many pairs its dataset has and how many steps its training takes; nothing is written."""
    from zebra_core.pipeline import prepare  # noqa: PLC0415
    from zebra_core.recipe import make_recipe  # noqa: PLC0415

    counts: dict[Path, int] = {}
    rows: list[list[Any]] = [["cell", "pairs", "steps", ""]]
    for cell in grid.cells:
        values = cell.dataset_values({*grid.trainers, *grid.evaluators})
        folder = grid.dataset(values)
        if folder not in counts:
            run = prepare(make_recipe(values), plugins)
            counts[folder] = sum(run.plan(batch)[0].num_rows for batch in run.pool.batches())
        steps = trainings[cell.name].steps(counts[folder])
        status = "finished" if cell.name in done else "to do"
        rows.append([cell.name, counts[folder], "?" if steps is None else steps, status])
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
        show_results(_results(grid.cells, done, over, benchmarks), baseline, shown)


def _results(cells: Sequence[Cell], done: dict[str, Any], over: str, benchmarks: list[str]) -> Any:
    """Return the cells as systems (the values of one axis) and tests (the other axes, and the benchmark)."""
    import numpy as np  # noqa: PLC0415

    from zebra_core.compare import Results  # noqa: PLC0415

    systems = list(dict.fromkeys(str(cell.place[over]) for cell in cells))
    rest = {tuple(str(v) for axis, v in cell.place.items() if axis != over): None for cell in cells}
    scores = {
        (str(cell.place[over]), tuple(str(v) for axis, v in cell.place.items() if axis != over)): done[cell.name][
            "scores"
        ]
        for cell in cells
    }
    tests = [(benchmark, *place) for benchmark in benchmarks for place in rest]
    values = [[scores[system, test[1:]].get(test[0], float("nan")) for system in systems] for test in tests]
    return Results(tuple(systems), tuple(tests), np.array(values))


def _run(cells: Sequence[Cell], grid: Sweep, jobs: int) -> dict[str, str]:
    """Run cells, each command in a process of its own; return why the failed ones did."""
    devices: queue.Queue[str | None] = queue.Queue()
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    names = visible.split(",") if visible else [str(at) for at in range(jobs)]
    for at in range(jobs):
        devices.put(names[at % len(names)] if jobs > 1 else None)
    with ThreadPoolExecutor(jobs) as pool:
        told = pool.map(lambda cell: (cell.name, _cell(cell, grid, devices)), cells)
        return {name: why for name, why in told if why}


def _cell(cell: Cell, grid: Sweep, devices: queue.Queue[str | None]) -> str:
    """Run one cell; return the last line of what failed, or an empty text."""
    device = devices.get()
    environment = {**os.environ, **({"CUDA_VISIBLE_DEVICES": device} if device is not None else {})}
    try:
        for command in grid.commands(cell):
            run = _built if command[0] == "run" else _done
            why = run(command, cell, grid.output, environment)
            if why:
                return why
        grid.finish(cell)
        click.echo(f"  {cell.name}: finished")
    finally:
        devices.put(device)
    return ""


def _built(command: list[str], cell: Cell, output: Path, environment: dict[str, str]) -> str:
    """Build a dataset, unless another cell has in the meantime; one at a time."""
    with BUILDING:
        whole = (Path(command[command.index("-o") + 1]) / "manifest.json").is_file()
        return "" if whole else _done(command, cell, output, environment)


def _done(command: list[str], cell: Cell, output: Path, environment: dict[str, str]) -> str:
    """Run a command line of zebra; return the last line that it said where it failed, else an empty text."""
    log = output / "cells" / cell.name / "log.txt"
    words = [sys.executable, "-m", "zebra_core", *command]
    with log.open("a", encoding="utf-8") as file:
        done = subprocess.run(words, stdout=file, stderr=file, check=False, env=environment)  # noqa: S603  # our own command
    if not done.returncode:
        return ""
    click.echo(f"  {cell.name}: failed, see {log}", err=True)
    if done.returncode < 0:
        signal = -done.returncode
        return f"killed by signal {signal}" + (", as where there is no memory left" if signal == KILLED else "")
    last = log.read_text(encoding="utf-8").strip().splitlines()[-1:]
    return last[0] if last else f"exit code {done.returncode}"
