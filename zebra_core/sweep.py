"""A grid of runs as one recipe: lists are axes, each cell is built, trained and evaluated, and a finished cell is not run again."""

from __future__ import annotations

import json
from importlib.metadata import version
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import tomli_w
import xxhash

from zebra_core.errors import ZebraError
from zebra_core.folder import as_json, fingerprint
from zebra_core.recipe import DEFAULTS, Recipe, make_recipe

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

AXES = tuple(
    field.name
    for field in attrs.fields(Recipe)
    if str(field.type) in ("str", "int", "float", "Scope", "Missing", "Normalisation")
)
"""What may be a list in the recipe of a sweep: whatever is one value in that of a run."""
OF_TRAINING = ("trainer", "model")


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

    def dataset_values(self, trainers: Collection[str]) -> dict[str, Any]:
        """Return the recipe of the dataset alone."""
        values = {name: value for name, value in self.values.items() if name not in OF_TRAINING}
        options = {name: held for name, held in self.values.get("options", {}).items() if name not in trainers}
        return {**values, "options": options}

    def training_values(self) -> dict[str, Any]:
        """Return the recipe of the training alone; the cell's seed, where it is an axis, seeds the training too."""
        trainer = self.values.get("trainer", DEFAULTS["trainer"])
        options = {name: dict(held) for name, held in self.values.get("options", {}).items() if name == trainer}
        if "seed" in self.place:
            options.setdefault(trainer, {})["seed"] = self.place["seed"]
        kept = {name: self.values[name] for name in (*OF_TRAINING, "plugins") if name in self.values}
        return {**kept, "options": options}


def cells_of(values: Mapping[str, Any], pairs: str) -> list[Cell]:
    """Return the cells of a recipe whose lists are axes, evaluated on `pairs`; ZebraError where there is no list, or a bad recipe."""
    axes = {name: value for name, value in values.items() if name in AXES and isinstance(value, list)}
    if not axes:
        msg = f"the recipe has no list, so there is nothing to sweep over; lists may be: {', '.join(AXES)}"
        raise ZebraError(msg)
    if not values.get("model"):
        msg = 'the recipe names no model to train; add model = "...", or a list of them'
        raise ZebraError(msg)
    held = [pairs] if not Path(pairs).exists() else fingerprint(_files(Path(pairs)))
    found = []
    for choice in product(*axes.values()):
        place = dict(zip(axes, choice, strict=True))
        cell = {**values, **place}
        make_recipe(cell)
        key = xxhash.xxh3_64_hexdigest(as_json([version("zebra-preference"), cell, held]).encode())
        found.append(Cell(place, cell, key))
    return found


def _files(path: Path) -> list[Path]:
    top = path / "data" if (path / "data").is_dir() else path
    return sorted(file for file in (top, *top.rglob("*")) if file.is_file())


def dataset_folder(output: Path, cell: Cell, trainers: Collection[str]) -> Path:
    """Return the folder of a cell's dataset, which cells of the same dataset share."""
    key = xxhash.xxh3_64_hexdigest(as_json(cell.dataset_values(trainers)).encode())
    return output / "datasets" / key[:12]


def commands(output: Path, cell: Cell, pairs: str, trainers: Collection[str]) -> list[list[str]]:
    """Return the command lines that finish a cell, from where it is; its recipes are written."""
    folder = output / "cells" / cell.name
    folder.mkdir(parents=True, exist_ok=True)
    dataset, model = dataset_folder(output, cell, trainers), folder / "model"
    (folder / "dataset.toml").write_text(tomli_w.dumps(cell.dataset_values(trainers)), encoding="utf-8")
    (folder / "training.toml").write_text(tomli_w.dumps(cell.training_values()), encoding="utf-8")
    found = []
    if not (dataset / "manifest.json").is_file():
        found.append(["run", str(folder / "dataset.toml"), "-o", str(dataset), "--no-report"])
    if not (model / "results.json").is_file():
        found.append(["train", str(dataset), "--recipe", str(folder / "training.toml"), "-o", str(model)])
    return [*found, ["evaluate", str(model), "--pairs", pairs, "-o", str(folder / "evaluation"), "--name", cell.name]]


def finish(output: Path, cell: Cell) -> None:
    """Write down what a cell gave, after which it is not run again."""
    folder = output / "cells" / cell.name
    scores = json.loads((folder / "evaluation/scores.json").read_text(encoding="utf-8"))[cell.name]
    held = json.loads((folder / "model/results.json").read_text(encoding="utf-8"))
    steps = {"pairs trained on": held["rows"], "steps": held["steps"]}
    (folder / "cell.json.tmp").write_text(
        as_json({"key": cell.key, "place": cell.place, "scores": scores, **steps}), encoding="utf-8"
    )
    (folder / "cell.json.tmp").rename(folder / "cell.json")


def finished(output: Path, cells: Sequence[Cell]) -> dict[str, dict[str, Any]]:
    """Return what each finished cell gave, by its name."""
    paths = {cell.name: output / "cells" / cell.name / "cell.json" for cell in cells}
    return {name: json.loads(path.read_text(encoding="utf-8")) for name, path in paths.items() if path.is_file()}
