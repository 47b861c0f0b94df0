"""Read the values of a recipe: from a TOML file, or by the name under which a plugin offers it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from zebra_core.errors import PluginError, ZebraError, reading_fault, unknown
from zebra_core.plugins.component import attributed_to
from zebra_core.plugins.discovery import load_plugins
from zebra_core.recipe.plugin_paths import located
from zebra_core.recipe.recipe import with_sections

if TYPE_CHECKING:
    from zebra_core.plugins.component import BoundComponent
    from zebra_core.plugins.discovery import Plugins


class OfferedRecipe(Protocol):
    """A component that offers a recipe."""

    def __call__(self) -> Path | Mapping[str, Any]:
        """Return the values of a recipe, as a TOML file has them, or the path of that file."""


def read_recipe(recipe: str | Path, plugins: Plugins | None = None) -> dict[str, Any]:
    """Return the plain values of a recipe: a TOML file or, if there is no such file, the name of one that a plugin offers.

    Without `plugins` it is looked for among those of the installed ones. Raise ZebraError, suggesting the closest match, if
    there is neither, and if the file cannot be read or is not TOML.
    """
    path, name = Path(recipe), str(recipe)
    if path.is_dir() or not path.exists():
        offering = load_plugins() if plugins is None else plugins
        if offering.has("recipe", name):
            return with_sections(offered_values(offering.find("recipe", name).bind()))
        if not path.is_dir():
            what, components = "file or recipe", offering.of_kind("recipe")
            raise unknown(what, name, [text for c in components for text in (c.name, *c.aliases)])
    return with_sections(_read_file(path))


def offered_values(recipe: BoundComponent) -> dict[str, Any]:
    """Return the plain values of a recipe that a plugin offers. Raise ComponentError if it gives none."""
    result = recipe()
    with attributed_to(recipe):
        if isinstance(result, Path):
            return _read_file(result)
        if not isinstance(result, Mapping):
            msg = f"it must return the values of a recipe or the Path of a TOML file, got {type(result).__name__}"
            raise PluginError(msg)
    return dict(result)


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return located(tomllib.loads(path.read_text(encoding="utf-8")), path.parent)
    except OSError as error:
        msg = f"cannot read the recipe {str(path)!r}: {error.strerror}"
        raise ZebraError(msg) from error
    except (ValueError, RecursionError) as error:
        msg = f"the recipe {str(path)!r} is not valid TOML: {reading_fault(error)}"
        raise ZebraError(msg) from error
