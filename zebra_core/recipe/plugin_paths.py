"""The paths of loose plugins, in a recipe and in its file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def located(values: Mapping[str, Any], folder: Path) -> dict[str, Any]:
    """Return the plain values of a recipe in a folder, with the paths of loose plugins relative to the current folder."""
    plugins, hashes = values.get("plugins"), values.get("plugin_hashes")
    if not isinstance(plugins, list) or not isinstance(hashes, Mapping):
        return dict(values)
    paths = {name: relative_path(str(folder / name), Path()) for name in hashes}
    return {
        **values,
        "plugins": [paths.get(name, name) if isinstance(name, str) else name for name in plugins],
        "plugin_hashes": {paths[name]: value for name, value in hashes.items()},
    }


def relative_path(name: str, folder: Path) -> str:
    """Return the path of a loose plugin relative to a folder."""
    return as_plugin(Path(os.path.relpath(name, folder)))


def as_plugin(path: Path) -> str:
    """Return a path that `--plugin` takes for one: it ends in .py, or has a slash."""
    text = path.as_posix()
    return text if text.endswith(".py") or "/" in text else f"./{text}"
