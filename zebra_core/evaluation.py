"""Evaluate a trained model: the contract of evaluators, and what several of them measured as one row of scores."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from zebra_core import storage
from zebra_core.base.lock import locked
from zebra_core.errors import PluginError, ZebraError, unknown
from zebra_core.plugins.component import attributed_to
from zebra_core.plugins.flags import component_flags, requesting_flags
from zebra_core.plugins.protocols import ChecksModel, StatesProvenance
from zebra_core.recipe.inputs import benchmark_index, read_results
from zebra_core.recipe.options import names_of, options_for
from zebra_core.recipe.recipe import Recipe
from zebra_core.recipe.resolve import Resolver
from zebra_core.records import as_json
from zebra_core.redaction import redacted
from zebra_core.scores.csv_row import add_row, check_row
from zebra_core.scores.table import ScoreTable, join

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zebra_core.plugins.component import BoundComponent, Component
    from zebra_core.plugins.discovery import Plugins

    Evaluators = Mapping[str, Mapping[str, Any]]

SCORES = "scores.json"
NAMES = "evaluators"
"""The key of a recipe's table `evaluation` that names evaluators; every other key is a flag of one."""
LONGEST_WAIT = 60
"""Seconds to wait until another process has added its row to a table: what was measured is not lost for a moment's wait."""


class Evaluator(Protocol):
    """A component that measures a model; its options are its settings.

    Optional members: `check` and `provenance` (see `zebra_core.plugins.protocols`).
    """

    def __call__(self, model: str, output: Path) -> ScoreTable | Path:
        """Return a score table of one row, or the path of a results file that a score source reads.

        `model` is a folder or a name on the Hugging Face Hub; anything else worth keeping is written to the folder `output`.
        """


@attrs.frozen(eq=False)
class Evaluation:
    """What was measured of a model: a table of one row, and how, with one entry of `provenance` per evaluator.

    Everything measured is in `folder`.
    """

    model: str
    table: ScoreTable
    provenance: tuple[dict[str, Any], ...]
    plugins: Plugins
    folder: Path

    @property
    def scores(self) -> dict[str, float]:
        """The scores by benchmark, under the catalogues' names."""
        return _row(self.table)

    def add_to(self, path: Path, *, overwrite: bool = False) -> None:
        """Add the model to a CSV file of scores, and its provenance to the `.provenance.jsonl` beside it.

        Raise ZebraError as `zebra_core.scores.csv_row.add_row` does.
        """
        index, beside = benchmark_index(Resolver(Recipe(), self.plugins)), path.with_suffix(".provenance.jsonl")
        with locked(path, wait=LONGEST_WAIT):
            check_row(path, self.model, overwrite=overwrite)
            before = beside.read_text(encoding="utf-8") if beside.exists() else ""
            storage.write_durably(
                beside, before + "".join(redacted(json.dumps(entry)) + "\n" for entry in self.provenance)
            )
            add_row(path, self.model, self.scores, index, overwrite=overwrite)


def check_evaluators(plugins: Plugins, evaluators: Evaluators, model: str) -> list[BoundComponent]:
    """Return evaluators (options by name), ready to run. Raise ZebraError if one is unknown or cannot work."""
    ready = [plugins.find("evaluator", name).bind(options) for name, options in evaluators.items()]
    for bound in ready:
        if isinstance(bound.instance, ChecksModel):
            with attributed_to(bound, mistakes=False):
                bound.instance.check(model)
    return ready


def evaluate(plugins: Plugins, evaluators: Evaluators, model: str, output: Path, name: str = "") -> Evaluation:
    """Measure a model with evaluators (options by name), one after the other; scores.json in `output` holds the row.

    `name` is the model's name in the table (see `name_of`). Raise ZebraError for an unknown evaluator or option, and for
    a model that an evaluator refuses; one with a `check` refuses before anything is measured.
    """
    with plugins.stage("evaluation") as done:
        evaluation = _evaluate(plugins, evaluators, model, output, name or name_of(model))
        done(evaluation)
    return evaluation


def _evaluate(plugins: Plugins, evaluators: Evaluators, model: str, output: Path, name: str) -> Evaluation:
    ready = check_evaluators(plugins, evaluators, model)
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"cannot write to the folder {output}: {error.strerror}"
        raise ZebraError(msg) from error
    with locked(output):
        try:
            measured = [_measure(plugins, bound, model, output, name) for bound in ready]
        except BaseException:
            if not any(output.iterdir()):
                output.rmdir()
            raise
        table, provenance = join([table for table, _ in measured]), tuple(entry for _, entry in measured)
        storage.write_durably(output / SCORES, as_json(table.as_dict()))
    return Evaluation(name, table, provenance, plugins, output)


def name_of(model: str) -> str:
    """Return the default name of a model: its folder's name, or its name on the Hub."""
    return Path(model).absolute().name if Path(model).exists() else model


def _measure(
    plugins: Plugins, bound: BoundComponent, model: str, output: Path, name: str
) -> tuple[ScoreTable, dict[str, Any]]:
    """Call one evaluator. Return its table, and the entry of provenance."""
    with attributed_to(bound, mistakes=False):
        results = bound.instance(model, output)
        stated = bound.instance.provenance(results) if isinstance(bound.instance, StatesProvenance) else {}
    resolver = Resolver(Recipe(), plugins)
    table = read_results(resolver, results) if isinstance(results, Path) else results
    table = benchmark_index(resolver).canonicalise(_checked(bound, table, output))
    benchmarks = [attrs.evolve(b, direction=b.measured) if b.direction is None else b for b in table.benchmarks]
    table = attrs.evolve(table, models=(name,), benchmarks=benchmarks)
    entry = {
        "model": name,
        "evaluator": bound.name,
        "date": datetime.now(UTC).isoformat(timespec="seconds"),
        "scores": _row(table),
        "options": bound.options,
        **({"results": str(results)} if isinstance(results, Path) else {}),
        "depends on": stated,
    }
    return table, entry


def _checked(bound: BoundComponent, table: object, output: Path) -> ScoreTable:
    """Return an evaluator's table. Raise ZebraError if it is empty, PluginError if it is not of one model."""
    component = bound.component
    if isinstance(table, ScoreTable) and not table.models:
        msg = (
            f"{component}: it measured nothing that is recognised as a score ({'; '.join(table.notes)}); see {output}/"
        )
        raise ZebraError(msg)
    if not isinstance(table, ScoreTable) or len(table.models) != 1:
        got = f"one of {len(table.models)}" if isinstance(table, ScoreTable) else type(table).__name__
        msg = f"{component}: it must return a ScoreTable of one model, or the Path of one, got {got}"
        raise PluginError(msg, component)
    return table


def _row(table: ScoreTable) -> dict[str, float]:
    """Return the scores of a table's one model."""
    cells = zip(table.benchmarks, table.values[0], strict=True)
    return {benchmark.name: float(value) for benchmark, value in cells if not math.isnan(value)}


def select_evaluators(plugins: Plugins, requested: Evaluators, options: Evaluators) -> dict[str, dict[str, Any]]:
    """Return the requested evaluators with their options: those of the recipe, overridden by those of the request.

    Raise ZebraError if none is requested, or if an option addresses an evaluator that is not.
    """
    if not requested:
        raise _nothing_requested(plugins.of_kind("evaluator"))
    selected = {plugins.find("evaluator", name): values for name, values in requested.items()}
    used = {target for component in selected for target in names_of(component)}
    for target, table in options.items():
        if target not in used and table:
            msg = f"the option {target}.{next(iter(table))} is set, but the evaluator {target!r} is not requested"
            raise ZebraError(msg)
    return {c.name: {**options_for(c, options, plugins), **values} for c, values in selected.items()}


def evaluators_of(resolver: Resolver) -> dict[str, dict[str, Any]]:
    """Return the evaluators that the table `evaluation` of a recipe requests, with their options, which count as used.

    Raise ZebraError for an unknown key, and if it requests none.
    """
    recipe, plugins = resolver.recipe, resolver.plugins
    flags = {name: value for name, value in recipe.evaluation.items() if name != NAMES}
    keys = [option.flag_name for owners in component_flags(plugins, "evaluator").values() for _, option in owners]
    for name in flags:
        if name not in keys:
            what, where = "key", "of [evaluation]"
            raise unknown(what, name, [NAMES, *keys], where)
    names = recipe.evaluation.get(NAMES, ())
    requested = requested_evaluators(plugins, flags, [names] if isinstance(names, str) else names)
    if not requested:
        ways = [*(option.flag_name for option in requesting_flags(plugins, "evaluator")), NAMES]
        msg = f"nothing says what to measure; add [evaluation] to the recipe with one of {', '.join(ways)}, or such a flag"
        raise ZebraError(msg)
    components = {name: plugins.find("evaluator", name) for name in requested}
    for component in components.values():
        resolver.bind(component)
    return {name: {**options_for(c, recipe.options, plugins), **requested[name]} for name, c in components.items()}


def requested_evaluators(
    plugins: Plugins, flags: Mapping[str, Any], evaluators: Sequence[str] = ()
) -> dict[str, dict[str, Any]]:
    """Return the evaluators that are named, or requested by a flag, with the values of their flags.

    `flags` are values by the flag's name, such as `task_data` for `--task-data`. A flag that does not request its evaluator on its own
    applies only if that evaluator is requested.
    """
    requested: dict[str, dict[str, Any]] = {plugins.find("evaluator", name).name: {} for name in evaluators}
    owners = [owner for entry in component_flags(plugins, "evaluator").values() for owner in entry]
    for component, option in owners:
        if option.flag_name in flags and option.info.requests:
            requested.setdefault(component.name, {})
    for component, option in owners:
        if option.flag_name in flags:
            requested.setdefault(component.name, {})[option.name] = flags[option.flag_name]
    return requested


def _nothing_requested(evaluators: Sequence[Component]) -> ZebraError:
    flags = [o.info.flag for c in evaluators for o in c.options.values() if o.info.flag and o.info.requests]
    ways = ", ".join([*flags, "--evaluator NAME"])
    return ZebraError(
        f"no evaluator is requested; add {ways}; known evaluators: {', '.join(c.name for c in evaluators)}"
    )
