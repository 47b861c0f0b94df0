"""Evaluating a trained model: what an evaluator takes and gives, and what several of them measured as one row of scores."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from zebra_core.choices import Chooser
from zebra_core.errors import PluginError, ZebraError
from zebra_core.folder import as_json
from zebra_core.recipe import Recipe
from zebra_core.score_file import add_row
from zebra_core.scores import ScoreTable, join
from zebra_core.sources import known_benchmarks, read_results

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zebra_core.components import Made
    from zebra_core.discovery import Plugins


class Evaluator(Protocol):
    """A component that measures a model; its options are its settings.

    An evaluator may have `check(model)`, which raises ZebraError before anything is measured where it cannot work, and
    `provenance(found)`, which says of what it returned what the scores depend on, as plain values.
    """

    def __call__(self, model: str, output: Path) -> ScoreTable | Path:
        """Return a score table of one row, or the path of a results file that a score source reads.

        `model` is a folder or a name of the Hugging Face hub; what else there is to keep is written to the folder `output`.
        """


@attrs.frozen(eq=False)
class Evaluation:
    """What was measured of a model: a table of one row, and how, an entry for each evaluator."""

    model: str
    table: ScoreTable
    told: tuple[dict[str, Any], ...]
    plugins: Plugins

    @property
    def scores(self) -> dict[str, float]:
        """The scores by benchmark, as the catalogues call them."""
        return _row(self.table)

    def add_to(self, path: Path, *, overwrite: bool = False) -> None:
        """Add the model to a CSV file of scores, and how it was measured to the `.provenance.jsonl` beside it; ZebraError as `add_row`."""
        add_row(path, self.model, self.scores, known_benchmarks(Chooser(Recipe(), self.plugins)), overwrite=overwrite)
        with path.with_suffix(".provenance.jsonl").open("a", encoding="utf-8") as file:
            file.writelines(json.dumps(entry) + "\n" for entry in self.told)


def check(plugins: Plugins, evaluators: Mapping[str, Mapping[str, Any]], model: str) -> list[Made]:
    """Return evaluators (their options by name), ready; ZebraError for an unknown one or option, and where one cannot work."""
    ready = [plugins.find("evaluator", evaluator).made(options) for evaluator, options in evaluators.items()]
    for made in ready:
        says = made.says("check")
        if says:
            with made.component.blamed(mistakes=False):
                says(model)
    return ready


def evaluate(
    plugins: Plugins, evaluators: Mapping[str, Mapping[str, Any]], model: str, output: Path, name: str = ""
) -> Evaluation:
    """Measure a model with evaluators (their options by name), one after the other; scores.json in `output` holds the row.

    `name` is what the model is called in the table (see `name_of`). Raises ZebraError for an unknown evaluator or
    option, before anything is measured for what an evaluator checks, and for whatever it tells.
    """
    ready, called = check(plugins, evaluators, model), name or name_of(model)
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        msg = f"cannot write to the folder {output}: {wrong.strerror}"
        raise ZebraError(msg) from wrong
    try:
        measured = [_measured(plugins, made, model, output, called) for made in ready]
    except BaseException:
        if not any(output.iterdir()):
            output.rmdir()
        raise
    found = Evaluation(called, join([table for table, _ in measured]), tuple(told for _, told in measured), plugins)
    (output / "scores.json").write_text(as_json(found.table.as_dict()), encoding="utf-8")
    return found


def name_of(model: str) -> str:
    """Return what a model is called where nobody says: its folder's name, or the hub's."""
    return Path(model).absolute().name if Path(model).exists() else model


def _measured(plugins: Plugins, made: Made, model: str, output: Path, name: str) -> tuple[ScoreTable, dict[str, Any]]:
    """Call one evaluator; return its table, and how it came about."""
    with made.component.blamed(mistakes=False):
        found = made.call(model, output)
    chooser = Chooser(Recipe(), plugins)
    table = read_results(chooser, found) if isinstance(found, Path) else found
    if isinstance(table, ScoreTable) and not table.models:
        msg = (
            f"{made.component}: it measured nothing that is known for a score ({'; '.join(table.notes)}); see {output}/"
        )
        raise ZebraError(msg)
    if not isinstance(table, ScoreTable) or len(table.models) != 1:
        got = f"one of {len(table.models)}" if isinstance(table, ScoreTable) else type(table).__name__
        msg = f"{made.component}: it must return a ScoreTable of one model, or the Path of one, got {got}"
        raise PluginError(msg)
    table = known_benchmarks(chooser).named(table)
    benchmarks = [attrs.evolve(b, direction=b.measured) if b.direction is None else b for b in table.benchmarks]
    table = attrs.evolve(table, models=(name,), benchmarks=benchmarks)
    options = attrs.asdict(made.call) if attrs.has(type(made.call)) else {}
    provenance = made.says("provenance")
    with made.component.blamed(mistakes=False):
        depends = provenance(found) if provenance else {}
    told = {"model": name, "evaluator": made.name, "date": datetime.now(UTC).isoformat(timespec="seconds")}
    more = {"results": str(found)} if isinstance(found, Path) else {}
    return table, {**told, "scores": _row(table), "options": options, **more, "depends on": depends}


def _row(table: ScoreTable) -> dict[str, float]:
    """Return the scores of a table's one model."""
    found = zip(table.benchmarks, table.values[0], strict=True)
    return {benchmark.name: float(value) for benchmark, value in found if not math.isnan(value)}


def evaluators_asked(
    plugins: Plugins, said: Mapping[str, Mapping[str, Any]], options: Mapping[str, Mapping[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return the evaluators that were asked for (`said`, with what goes with them) with their options of a recipe.

    Raises ZebraError where there is none, or where an option is of an evaluator that is not asked for.
    """
    if not said:
        known = ", ".join(component.name for component in plugins.of("evaluator"))
        msg = f"say what to measure: --pairs DATASET, --tasks NAMES, or --evaluator NAME; known: {known}"
        raise ZebraError(msg)
    for target, held in options.items():
        if plugins.find("evaluator", target).name not in {plugins.find("evaluator", name).name for name in said}:
            msg = f"the option {target}.{next(iter(held))} is set, but nothing asks for the evaluator {target!r}"
            raise ZebraError(msg)
    return {name: {**options.get(name, {}), **given} for name, given in said.items()}
