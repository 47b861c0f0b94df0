"""The local files that a recipe depends on: if one changes, so does the key of a cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Iterator


def local_files(recipe: zebra.Recipe) -> list[dict[str, Any]]:
    """Return path, size and hash of every local file that a recipe names; of a model's folder all but its checkpoints."""
    return fingerprints([recipe.pool, recipe.alias, recipe.model, *recipe.scores, *recipe.plugins, recipe.options])


def fingerprints(values: object) -> list[dict[str, Any]]:
    """Return path, size and hash of the local files among all strings in values: `PATH`, `READER:PATH`, or a plugin's name."""
    places = [place for text in _strings(values) for place in (text, text.partition(":")[2], f"{text}.py")]
    paths = [Path(place) for place in dict.fromkeys(places) if place and "://" not in place and "\0" not in place]
    files = [file for path in paths if path.exists() for file in _files(path)]
    return [_fingerprint(file, file.stat().st_mtime_ns) for file in files]


def _strings(values: object) -> Iterator[str]:
    if isinstance(values, str):
        if values:
            yield values
    elif isinstance(values, Mapping):
        yield from _strings(values.values())
    elif isinstance(values, Iterable):
        for value in values:
            yield from _strings(value)


@cache
def _fingerprint(file: Path, _written: int) -> dict[str, Any]:
    """Hash a file once for all cells: a model has gigabytes."""
    return zebra.fingerprint([file])[0]


def _files(path: Path) -> list[Path]:
    """Return the files of a path; of a dataset only its data."""
    top = path / "data" if (path / "manifest.json").is_file() else path
    within = (file for file in top.rglob("*") if "__pycache__" not in file.parts and "checkpoint-" not in str(file))
    return sorted(file for file in (top, *within) if file.is_file())
