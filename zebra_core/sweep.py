"""A grid of runs as one recipe: lists are axes, each cell is built, trained and evaluated, and a finished cell is not run again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import tomli_w
import xxhash

from zebra_core.errors import ZebraError, unknown
from zebra_core.folder import as_json, fingerprint
from zebra_core.recipe import DEFAULTS, Recipe, make_recipe, read_recipe

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

EMBEDDED = Path(__file__).with_suffix(".toml")
"""The recipe of `zebra sweep` where none is named."""
AXES = tuple(
    field.name
    for field in attrs.fields(Recipe)
    if str(field.type) in ("str", "int", "float", "Scope", "Missing", "Normalisation")
)
"""What may be a list in the recipe of a sweep: whatever is one value in that of a run."""
OF_TRAINING = ("trainer", "model")


def _names(value: Any) -> Any:
    """Take a list of names for the text that the command line takes."""
    listed = isinstance(value, (list, tuple)) and all(isinstance(name, str) for name in value)
    return ",".join(value) if listed else value


@attrs.frozen(kw_only=True)
class Evaluating:
    """What every cell is evaluated on: `pairs` (a dataset, or the recipe of one), and tasks, with their local files."""

    pairs: Any = attrs.field(default="", validator=attrs.validators.instance_of((str, dict)))
    tasks: Any = attrs.field(default="", converter=_names, validator=attrs.validators.instance_of(str))
    task_data: str = attrs.field(default="", validator=attrs.validators.instance_of(str))
    limit: float = attrs.field(
        default=0, validator=[attrs.validators.instance_of((int, float)), attrs.validators.ge(0)]
    )

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> Evaluating:
        """Take what a recipe's table `evaluation` says; ZebraError for an unknown key, a bad value, or where there is nothing."""
        known = [field.name for field in attrs.fields(cls)]
        for name in values:
            if name not in known:
                what = "key of [evaluation]"
                raise unknown(what, name, known)
        try:
            found = cls(**values)
        except (TypeError, ValueError) as wrong:
            msg = f"[evaluation] does not hold: {wrong.args[0]}"
            raise ZebraError(msg) from wrong
        if not found.pairs and not found.tasks:
            msg = "nothing says what to evaluate the models on; say --pairs DATASET or --tasks NAMES, or have a table [evaluation]"
            raise ZebraError(msg)
        if isinstance(found.pairs, Mapping):
            make_recipe(found.pairs)
        return found

    def key(self) -> list[Any]:
        """Return what a cell's result depends on: what is said, and the local files that it names."""
        built = isinstance(self.pairs, Mapping)
        files = local_files(make_recipe(self.pairs)) if built else _fingerprints([self.pairs])
        return [self.pairs if built else "", self.tasks, self.limit, files, _fingerprints([self.task_data])]

    def asked(self, pairs: str) -> dict[str, Any]:
        """Return what `zebra evaluate` is asked, by option; `pairs` is where a dataset that was built is."""
        said = {"pairs": pairs, "tasks": self.tasks, "task_data": self.task_data, "limit": self.limit}
        return {name: value for name, value in said.items() if value}


@attrs.frozen
class Cell:
    """One run of a sweep: its place on each axis, its recipe, and the hash of all that goes into it."""

    place: dict[str, Any]
    values: dict[str, Any]
    key: str

    @property
    def name(self) -> str:
        """A name for folders and tables: its places, and the first of its key."""
        words = [Path(str(value)).name.replace("+", "-") or axis for axis, value in self.place.items()]
        return "_".join([*words, self.key[:8]])

    def dataset_values(self, others: Collection[str]) -> dict[str, Any]:
        """Return the recipe of the dataset alone; `others` are the trainers and evaluators, whose options are not of it."""
        values = {name: value for name, value in self.values.items() if name not in OF_TRAINING}
        options = {name: held for name, held in self._options() if _bare(name) not in others}
        return {**values, "options": options}

    def training_values(self) -> dict[str, Any]:
        """Return the recipe of the training alone; the cell's seed, where it is an axis, seeds the training too."""
        trainer = self.values.get("trainer", DEFAULTS["trainer"])
        options = {name: dict(held) for name, held in self._options() if _bare(name) == _bare(trainer)}
        if "seed" in self.place:
            options.setdefault(trainer, {})["seed"] = self.place["seed"]
        kept = {name: self.values[name] for name in (*OF_TRAINING, "plugins") if name in self.values}
        return {**kept, "options": options}

    def _options(self) -> Iterable[tuple[str, Any]]:
        options: dict[str, Any] = self.values.get("options", {})
        return options.items()

    def evaluation_values(self, evaluators: Collection[str]) -> dict[str, Any]:
        """Return the recipe of the evaluation alone: plugins, and the options of evaluators."""
        options = {name: held for name, held in self._options() if _bare(name) in evaluators}
        return {"plugins": list(make_recipe(self.values).plugins), "options": options}


@attrs.frozen
class Sweep:
    """A sweep that is ready: its cells, what they are evaluated on, its folder, and the names of all trainers and evaluators."""

    cells: tuple[Cell, ...]
    evaluating: Evaluating
    output: Path
    trainers: tuple[str, ...]
    evaluators: tuple[str, ...]

    def dataset(self, values: Mapping[str, Any]) -> Path:
        """Return the folder of a dataset, which whatever wants the same one, of the same files, shares."""
        return self.output / "datasets" / _hash(values, local_files(make_recipe(values)))[:12]

    def dataset_values(self, cell: Cell) -> dict[str, Any]:
        """Return the recipe of a cell's dataset."""
        return cell.dataset_values({*self.trainers, *self.evaluators})

    def commands(self, cell: Cell) -> list[list[str]]:
        """Return the command lines that finish a cell, from where it is; its recipes are written."""
        folder = self.output / "cells" / cell.name
        folder.mkdir(parents=True, exist_ok=True)
        values, pairs = self.dataset_values(cell), self.evaluating.pairs
        dataset, model = self.dataset(values), folder / "model"
        training, evaluation = folder / "training.toml", folder / "evaluation.toml"
        training.write_text(tomli_w.dumps(cell.training_values()), encoding="utf-8")
        evaluation.write_text(tomli_w.dumps(cell.evaluation_values(self.evaluators)), encoding="utf-8")
        found = [self._built(folder / "dataset.toml", values)]
        if isinstance(pairs, Mapping):
            found.append(self._built(folder / "pairs.toml", pairs))
            pairs = str(self.dataset(pairs))
        if not (model / "results.json").is_file():
            found.append(["train", str(dataset), "--recipe", str(training), "-o", str(model)])
        asked = [word for name, value in self.evaluating.asked(pairs).items() for word in (_flag(name), str(value))]
        more = ["--recipe", str(evaluation), "-o", str(folder / "evaluation"), "--name", cell.name]
        return [*(words for words in found if words), ["evaluate", str(model), *asked, *more]]

    def _built(self, recipe: Path, values: Mapping[str, Any]) -> list[str]:
        """Write the recipe of a dataset; return the command line that builds it, nothing where it is there."""
        recipe.write_text(tomli_w.dumps(values), encoding="utf-8")
        folder = self.dataset(values)
        return [] if (folder / "manifest.json").is_file() else ["run", str(recipe), "-o", str(folder), "--no-report"]

    def finish(self, cell: Cell) -> None:
        """Write down what a cell gave, after which it is not run again."""
        folder = self.output / "cells" / cell.name
        measured = json.loads((folder / "evaluation/scores.json").read_text(encoding="utf-8"))
        held = json.loads((folder / "model/results.json").read_text(encoding="utf-8"))
        steps = {"pairs trained on": held["rows"], "steps": held["steps"]}
        scores = {"scores": measured["scores"][cell.name], "benchmarks": measured["benchmarks"]}
        text = as_json({"key": cell.key, "place": cell.place, **scores, **steps})
        (folder / "cell.json.tmp").write_text(text, encoding="utf-8")
        (folder / "cell.json.tmp").rename(folder / "cell.json")

    def finished(self) -> dict[str, dict[str, Any]]:
        """Return what each finished cell gave, by its name."""
        paths = {cell.name: self.output / "cells" / cell.name / "cell.json" for cell in self.cells}
        return {name: json.loads(path.read_text(encoding="utf-8")) for name, path in paths.items() if path.is_file()}


def read_sweep(recipe: str | Path, said: Mapping[str, Any]) -> tuple[dict[str, Any], Evaluating]:
    """Return a recipe whose lists are axes, and what it is evaluated on, under what the command line says."""
    values = read_recipe(recipe)
    held = values.pop("evaluation", {})
    if not isinstance(held, Mapping):
        msg = f'the recipe {str(recipe)!r}: evaluation must be a table, such as [evaluation] with pairs = "held_out" below it'
        raise ZebraError(msg)
    return values, Evaluating.of({**held, **{name: value for name, value in said.items() if value}})


def cells_of(values: Mapping[str, Any], evaluating: Evaluating) -> tuple[Cell, ...]:
    """Return the cells of a recipe whose lists are axes; ZebraError where there is no list, or a bad recipe."""
    axes = {name: value for name, value in values.items() if name in AXES and isinstance(value, list)}
    if not axes:
        msg = f"the recipe has no list, so there is nothing to sweep over; lists may be: {', '.join(AXES)}"
        raise ZebraError(msg)
    for name, listed in axes.items():
        if not listed or any(listed.count(value) > 1 for value in listed):
            msg = f"the list {name!r} of the recipe must have values, each once, got {listed}"
            raise ZebraError(msg)
    if not values.get("model"):
        msg = 'the recipe names no model to train; add model = "...", or a list of them'
        raise ZebraError(msg)
    found, key = [], evaluating.key()
    for choice in product(*axes.values()):
        place = dict(zip(axes, choice, strict=True))
        cell = {**values, **place}
        found.append(Cell(place, cell, _hash(cell, local_files(make_recipe(cell)), key)))
    return tuple(found)


def local_files(recipe: Recipe) -> list[Any]:
    """Return path, size and hash of every local file that a recipe names; of a model's folder all but its checkpoints."""
    folders = [path for held in recipe.options.values() for path in held.get("task_folders", ())]
    return _fingerprints([recipe.pool, recipe.alias, recipe.model, *recipe.scores, *recipe.plugins, *folders])


def _fingerprints(texts: Iterable[str]) -> list[Any]:
    """Return path, size and hash of the local files among locations: `PATH`, `READER:PATH`, or a plugin's name."""
    places = [place for text in texts if text for place in (text, text.partition(":")[2], f"{text}.py")]
    paths = [Path(place) for place in dict.fromkeys(places) if place and "://" not in place]
    files = [file for path in paths if path.exists() for file in _files(path)]
    return [_fingerprint(file, file.stat().st_mtime_ns) for file in files]


@cache
def _fingerprint(file: Path, _written: int) -> dict[str, Any]:
    """Hash a file once for all cells: a model has gigabytes."""
    return fingerprint([file])[0]


def _files(path: Path) -> list[Path]:
    top = path / "data" if (path / "manifest.json").is_file() else path
    within = (file for file in top.rglob("*") if "__pycache__" not in file.parts and "checkpoint-" not in str(file))
    return sorted(file for file in (top, *within) if file.is_file())


def _hash(*held: Any) -> str:
    return xxhash.xxh3_64_hexdigest(as_json([version("zebra-preference"), *held]).encode())


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"


def _bare(name: str) -> str:
    """Return a component's name without its plugin's."""
    return name.rpartition(":")[2]
