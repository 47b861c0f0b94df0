"""The loose plugins of a recipe: where their files are, and whether they have changed since the recipe was saved."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from zebra_core import storage
from zebra_core.errors import ZebraError
from zebra_core.plugins.discovery import load_plugins
from zebra_core.plugins.trust import digest_of
from zebra_core.recipe.plugin_paths import as_plugin, relative_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zebra_core.plugins.discovery import Plugins
    from zebra_core.recipe.recipe import Recipe


def load_plugins_of(recipe: Recipe) -> Plugins:
    """Load the plugins of a recipe, with a warning for each that has changed. Raise ZebraError instead if `strict`."""
    changes = changed_plugins(recipe)
    plugins = load_plugins(recipe.plugins)
    for change in changes:
        plugins.warn(change)
    return plugins


def pin_plugins(recipe: Recipe, plugins: Plugins) -> Recipe:
    """Return the recipe with each loose plugin as the path of its file, and the hash of the file."""
    names = tuple(as_plugin(plugins.files[name]) if name in plugins.files else name for name in recipe.plugins)
    files = {as_plugin(file): file for name, file in plugins.files.items() if name in recipe.plugins}
    return attrs.evolve(recipe, plugins=names, plugin_hashes={name: digest(file) for name, file in files.items()})


def relative_to(recipe: Recipe, folder: Path) -> Recipe:
    """Return the recipe as it is saved in a folder: with the paths of loose plugins relative to it, if it is a local one."""
    local = storage.is_local(folder)
    return _with_paths(
        recipe, {name: relative_path(name, folder) if local else _absolute(name) for name in recipe.plugin_hashes}
    )


def changed_plugins(recipe: Recipe) -> list[str]:
    """Return a warning for each loose plugin that has changed since the recipe was saved. Raise ZebraError if `strict`."""
    warnings = []
    for name, expected in recipe.plugin_hashes.items():
        file = Path(name)
        if name in recipe.plugins and _source(file).is_file() and digest(file) != expected:
            fact = f"{name} has changed since the recipe was saved ({expected}, now {digest(file)})"
            if recipe.strict:
                msg = f"{fact}; restore the file, or remove the line of plugin_hashes from the recipe"
                raise ZebraError(msg)
            warnings.append(f"{fact}, so the result may differ")
    return warnings


def digest(path: Path) -> str:
    """Return the SHA-256 of the file of a loose plugin."""
    return digest_of(_source(path))


def _source(path: Path) -> Path:
    return path / "__init__.py" if path.is_dir() else path


def _with_paths(recipe: Recipe, paths: Mapping[str, str]) -> Recipe:
    return attrs.evolve(
        recipe,
        plugins=tuple(paths.get(name, name) for name in recipe.plugins),
        plugin_hashes={paths[name]: value for name, value in recipe.plugin_hashes.items()},
    )


def _absolute(name: str) -> str:
    return str(Path(name).absolute())
