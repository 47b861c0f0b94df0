"""A grid of runs as one recipe: lists are axes; each cell is built, trained and evaluated, and a finished one is not run again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_origin

import attrs
import tomli_w
import xxhash

import zebra_core as zebra
from zebra_study.local_files import local_files

if TYPE_CHECKING:
    from zebra_study.evaluation_plan import EvaluationPlan

EMBEDDED = Path(__file__).with_suffix(".toml")
"""The recipe of `zebra sweep` if none is named."""
AXES = tuple(
    name for name, option in zebra.options_of(zebra.Recipe).items() if get_origin(option.type) not in (tuple, dict)
)
"""What may be a list in the recipe of a sweep: every field of a recipe that has a single value."""
OF_TRAINING = ("trainer", "model")
RESULT = "cell.json"


@attrs.frozen(kw_only=True)
class CellResult(zebra.Record):
    """What a finished cell gave, kept as `cell.json`: scores by benchmark, and what the trainer reported."""

    key: str
    place: dict[str, Any]
    scores: dict[str, float]
    benchmarks: dict[str, dict[str, Any]]
    rows: int | None
    steps: int | None


@attrs.frozen
class Cell:
    """One run of a sweep: its place on each axis, its recipe, and the hash of everything that goes into it."""

    place: dict[str, Any]
    values: dict[str, Any]
    key: str

    @property
    def name(self) -> str:
        """A name for folders and tables: its values on the axes, and the start of its key."""
        words = [re.sub("[+,]", "-", Path(str(value)).name) or axis for axis, value in self.place.items()]
        return "_".join([*words, self.key[:8]])


@attrs.frozen(eq=False)
class Sweep:
    """A sweep that is ready: its cells, what they are evaluated on, its folder, and the plugins."""

    cells: tuple[Cell, ...]
    evaluation: EvaluationPlan
    output: Path
    plugins: zebra.Plugins

    def dataset_values(self, cell: Cell) -> dict[str, Any]:
        """Return the recipe of a cell's dataset: without training, and without options of trainers and evaluators."""
        values = {name: value for name, value in cell.values.items() if name not in OF_TRAINING}
        later = self._targets("trainer") | self._targets("evaluator")
        options = {target: table for target, table in _options(cell).items() if target not in later}
        return {**values, "options": options}

    def training_values(self, cell: Cell) -> dict[str, Any]:
        """Return the recipe of a cell's training; if the seed is an axis, it also seeds each trainer that has one."""
        names = zebra.trainer_names(cell.values.get("trainer", "")) or [self.plugins.default("trainer")]
        trainers = {name: self.plugins.find("trainer", name) for name in names}
        targets = {target for trainer in trainers.values() for target in zebra.names_of(trainer)}
        options = {target: dict(t) for target, t in _options(cell).items() if target in targets}
        for name, trainer in trainers.items():
            if "seed" in cell.place and "seed" in trainer.options:
                options.setdefault(name, {})["seed"] = cell.place["seed"]
        own = {key: cell.values[key] for key in (*OF_TRAINING, "plugins") if key in cell.values}
        return {**own, "options": options}

    def evaluation_values(self, cell: Cell) -> dict[str, Any]:
        """Return the recipe of a cell's evaluation: plugins, and the options of evaluators."""
        targets = self._targets("evaluator")
        options = {target: table for target, table in _options(cell).items() if target in targets}
        return {"plugins": list(zebra.make_recipe(cell.values).plugins), "options": options}

    def _targets(self, kind: str) -> set[str]:
        return {target for component in self.plugins.of_kind(kind) for target in zebra.names_of(component)}

    def dataset(self, values: Mapping[str, Any]) -> Path:
        """Return the folder of a dataset, shared by all cells with the same recipe, defaults and files."""
        files = local_files(zebra.make_recipe(values))
        return self.output / "datasets" / _hash(values, _defaults(values, self.plugins), files)[:12]

    def evaluation_datasets(self) -> dict[str, Path]:
        """Return the folders of the datasets that the evaluation needs, by flag."""
        return {name: self.dataset(values) for name, values in self.evaluation.recipes.items()}

    def folder(self, cell: Cell) -> Path:
        """Return the folder of a cell."""
        return self.output / "cells" / cell.name

    def write_recipes(self, cell: Cell) -> None:
        """Write the recipes of a cell's steps to its folder."""
        folder = self.folder(cell)
        folder.mkdir(parents=True, exist_ok=True)
        recipes: dict[str, Mapping[str, Any]] = {
            "dataset": self.dataset_values(cell),
            "training": self.training_values(cell),
            "evaluation": self.evaluation_values(cell),
            **self.evaluation.recipes,
        }
        for name, values in recipes.items():
            zebra.storage.write_text(folder / f"{name}.toml", tomli_w.dumps(values))

    def commands(self, cell: Cell) -> list[list[str]]:
        """Return the command lines that finish a cell from its current state; its recipes must be written.

        They have --trust: the code that the recipes name is that of the sweep, to which the user has agreed.
        """
        folder, dataset = self.folder(cell), self.dataset(self.dataset_values(cell))
        model = folder / "model"
        built = self.evaluation_datasets()
        targets = {"dataset": dataset, **built}
        commands = [
            ["run", str(folder / f"{name}.toml"), "-o", str(target), "--no-report", "--trust"]
            for name, target in targets.items()
            if not is_built(target)
        ]
        if zebra.TrainingResult.read(model) is None:
            recipe = str(folder / "training.toml")
            commands.append(["train", str(dataset), "--recipe", recipe, "-o", str(model), "--trust"])
        flags = self.evaluation.with_datasets(built)
        words = [word for name, value in flags.items() for word in (f"--{name.replace('_', '-')}", str(value))]
        words += [word for name in self.evaluation.evaluators for word in ("--evaluator", name)]
        words += [word for name in self.evaluation_values(cell)["plugins"] for word in ("--plugin", name)]
        more = [
            "--recipe",
            str(folder / "evaluation.toml"),
            "-o",
            str(folder / "evaluation"),
            "--name",
            cell.name,
            "--trust",
        ]
        return [*commands, ["evaluate", str(model), *words, *more]]

    def finish(self, cell: Cell) -> None:
        """Write down what a cell gave, after which it is not run again."""
        folder = self.folder(cell)
        measured = json.loads((folder / "evaluation/scores.json").read_text(encoding="utf-8"))
        training = zebra.TrainingResult.read(folder / "model") or zebra.TrainingResult()
        result = CellResult(
            key=cell.key,
            place=cell.place,
            scores=measured["scores"][cell.name],
            benchmarks=measured["benchmarks"],
            rows=training.rows,
            steps=training.steps,
        )
        zebra.write_record(result, folder / RESULT)

    def finished(self) -> dict[str, CellResult]:
        """Return what each finished cell gave, by its name."""
        paths = {cell.name: self.folder(cell) / RESULT for cell in self.cells}
        return {name: zebra.read_record(CellResult, path) for name, path in paths.items() if path.is_file()}


def is_built(folder: Path) -> bool:
    """Return whether a dataset is complete."""
    return (folder / "manifest.json").is_file()


def read_sweep(
    recipe: str | Path, flags: Mapping[str, Any], plugins: zebra.Plugins | None = None
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a recipe whose lists are axes, and its table `evaluation`, overridden by flags of the command line.

    It is a file, or the name of one that the plugins offer. Raise ZebraError if a location in it has a secret.
    """
    values = zebra.read_recipe(recipe, plugins)
    if zebra.storage.shown(repr(values)) != repr(values):
        msg = (
            f"the recipe {str(recipe)!r} has a secret in a location, and a sweep writes its recipes to the folder of each "
            "cell; take it out, and set it in the environment or in the configuration of fsspec"
        )
        raise zebra.ZebraError(msg)
    table = values.pop("evaluation", {})
    if not isinstance(table, Mapping):
        msg = f'the recipe {str(recipe)!r}: evaluation must be a table, such as [evaluation] followed by pairs = "held_out"'
        raise zebra.ZebraError(msg)
    return values, {**table, **flags}


def check_secrets(values: Mapping[str, Any], plugins: zebra.Plugins) -> None:
    """Raise ZebraError if a recipe sets a secret option: a sweep writes its recipes to the folder of each cell."""
    tables = zebra.make_recipe({"options": values.get("options", {})}).options
    for component in plugins.components:
        for name in zebra.options_for(component, tables):
            if name in component.options and component.options[name].info.secret:
                msg = f"the recipe sets the secret {component.name}.{name}, and a sweep writes its recipes to the folder of each cell; set it in the environment"
                raise zebra.ZebraError(msg)


def cells_of(values: Mapping[str, Any], evaluation: EvaluationPlan, plugins: zebra.Plugins) -> tuple[Cell, ...]:
    """Return the cells of a recipe whose lists are axes. Raise ZebraError if it has no list, or is invalid."""
    axes = {name: value for name, value in values.items() if name in AXES and isinstance(value, list)}
    if not axes:
        msg = f"the recipe has no list, so there is nothing to sweep over; lists may be: {', '.join(AXES)}"
        raise zebra.ZebraError(msg)
    for name, listed in axes.items():
        if not listed or any(listed.count(value) > 1 for value in listed):
            msg = f"the list {name!r} of the recipe must have values, each once, got {listed}"
            raise zebra.ZebraError(msg)
    if not values.get("model"):
        msg = 'the recipe names no model to train; add model = "...", or a list of them'
        raise zebra.ZebraError(msg)
    cells = []
    key = [evaluation.key(), *(_defaults(each, plugins) for each in (values, *evaluation.recipes.values()))]
    for choice in product(*axes.values()):
        place = dict(zip(axes, choice, strict=True))
        cell = {**values, **place}
        cells.append(Cell(place, cell, _hash(cell, local_files(zebra.make_recipe(cell)), key)))
    return tuple(cells)


def _defaults(values: Mapping[str, Any], plugins: zebra.Plugins) -> dict[str, str]:
    """Return the defaults that plugins declare for the components that a recipe leaves open."""
    kinds = {name: option.info.kind for name, option in zebra.options_of(zebra.Recipe).items() if option.info.kind}
    return {name: plugins.declared_default(kind) for name, kind in kinds.items() if not values.get(name)}


def _options(cell: Cell) -> dict[str, dict[str, Any]]:
    """Return the options in a cell's recipe by target; they were checked when the cell was made."""
    return zebra.make_recipe(cell.values).options


def _hash(*values: object) -> str:
    return xxhash.xxh3_64_hexdigest(zebra.as_json([version("zebra-preference"), *values]).encode())
