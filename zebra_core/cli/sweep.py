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
from zebra_core.errors import ZebraError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from zebra_core.sweep import Cell

BUILDING = threading.Lock()
"""Cells of the same dataset wait for each other."""


@click.command()
@click.argument("recipe", type=click.Path(dir_okay=False))
@click.option("--pairs", required=True, metavar="DATASET", help="Preference pairs to evaluate every model on.")
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
@click.option("--dry-run", is_flag=True, help="Print the cells, and what is left to do.")
def sweep(recipe: str, pairs: str, output: Path, over: str, baseline: str | None, jobs: int, *, dry_run: bool) -> None:
    """Build, train and evaluate every cell of RECIPE, in which lists are axes; finished cells are not run again.

    The same command goes on where it was interrupted: datasets, checkpoints and finished cells are kept.
    """
    from zebra_core.discovery import load_plugins  # noqa: PLC0415
    from zebra_core.recipe import read_recipe  # noqa: PLC0415
    from zebra_core.sweep import cells_of, finished  # noqa: PLC0415

    values = read_recipe(recipe)
    cells = cells_of(values, pairs)
    trainers = [c.name for c in load_plugins(values.get("plugins", ())).of("trainer")]
    done = finished(output, cells)
    click.echo(f"  {len(cells)} cells, {len(done)} of them finished")
    if dry_run:
        for cell in cells:
            click.echo(f"  {cell.name}: {'finished' if cell.name in done else 'to do'}")
        return
    failed = _run([cell for cell in cells if cell.name not in done], output, pairs, trainers, jobs)
    done = finished(output, cells)
    benchmarks = list(dict.fromkeys(name for held in done.values() for name in held["scores"]))
    axes = list(cells[0].place)
    rows = [[*axes, *benchmarks, "pairs trained on", "steps"]]
    rows += [
        [
            *held["place"].values(),
            *(held["scores"].get(b, "") for b in benchmarks),
            held["pairs trained on"],
            held["steps"],
        ]
        for held in (done[cell.name] for cell in cells if cell.name in done)
    ]
    shown = {"form": "table", "output": output}
    write_table("cells", rows, shown)
    if failed:
        told = "; ".join(f"{name}: {why}" for name, why in failed.items())
        msg = f"{len(failed)} of {len(cells)} cells failed ({told}); the others are kept, and the same command tries these again"
        raise ZebraError(msg)
    if over in axes and len({str(cell.place[over]) for cell in cells}) > 1:
        show_results(_results(cells, done, over, benchmarks), baseline, shown)


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


def _run(cells: Sequence[Cell], output: Path, pairs: str, trainers: Collection[str], jobs: int) -> dict[str, str]:
    """Run cells, each command in a process of its own; return why the failed ones did."""
    devices: queue.Queue[str | None] = queue.Queue()
    visible = os.environ.get("CUDA_VISIBLE_DEVICES", "")
    names = visible.split(",") if visible else [str(at) for at in range(jobs)]
    for at in range(jobs):
        devices.put(names[at % len(names)] if jobs > 1 else None)
    with ThreadPoolExecutor(jobs) as pool:
        told = pool.map(lambda cell: (cell.name, _cell(cell, output, pairs, trainers, devices)), cells)
        return {name: why for name, why in told if why}


def _cell(cell: Cell, output: Path, pairs: str, trainers: Collection[str], devices: queue.Queue[str | None]) -> str:
    """Run one cell; return the last line of what failed, or an empty text."""
    from zebra_core.sweep import commands, finish  # noqa: PLC0415

    device = devices.get()
    environment = {**os.environ, **({"CUDA_VISIBLE_DEVICES": device} if device is not None else {})}
    try:
        for command in commands(output, cell, pairs, trainers):
            why = (
                _built(command, cell, output, environment)
                if command[0] == "run"
                else _done(command, cell, output, environment)
            )
            if why:
                return why
        finish(output, cell)
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
    last = log.read_text(encoding="utf-8").strip().splitlines()[-1:]
    return last[0] if last else f"exit code {done.returncode}"
