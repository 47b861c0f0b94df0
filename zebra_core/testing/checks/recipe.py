"""Checks of recipes that plugins offer: from nothing to the values of a recipe, or to the file that holds them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_origin

from zebra_core.errors import ZebraError
from zebra_core.plugins.options import options_of
from zebra_core.recipe.options import names_of
from zebra_core.recipe.reading import offered_values
from zebra_core.recipe.recipe import Recipe, make_recipe
from zebra_core.testing.check import checks_in, fail, skip
from zebra_core.testing.examples.results import result_of

if TYPE_CHECKING:
    from zebra_core.testing.subject import Subject


def gives_a_recipe(subject: Subject) -> None:
    """It returns the values of a recipe, or the Path of a TOML file with them; in one for `zebra sweep` lists are axes."""
    result_of(subject)
    try:
        make_recipe(_values(subject))
    except ZebraError as error:
        fail(str(error))


def selects_components_that_exist(subject: Subject) -> None:
    """Each component that it names, and each that it sets options of, is installed; pool and scores may be files."""
    recipe, plugins = _recipe(subject), subject.plugins
    for field, option in options_of(Recipe).items():
        kind, value = option.info.kind, getattr(recipe, field)
        if kind and kind not in ("pool", "score source", "model", "alias"):
            for name in (value,) if isinstance(value, str) else value:
                if name and not plugins.has(kind, name):
                    fail(f"the {kind} {name!r} that it names is not installed")
    targets = {name for component in plugins.components for name in names_of(component)}
    for target in recipe.options:
        if target not in targets:
            fail(f"it sets options of {target!r}, which is not installed")


def _recipe(subject: Subject) -> Recipe:
    """Return the recipe. Raise CheckSkipped if there is none, which another check is for."""
    result_of(subject)
    try:
        return make_recipe(_values(subject))
    except ZebraError:
        skip("it gives no recipe; see gives_a_recipe")


def _values(subject: Subject) -> dict[str, Any]:
    """Return the values of a run: of a sweep, whose lists are axes, the first of each."""
    values, fields = offered_values(subject.bound), options_of(Recipe)
    return {
        name: value[0]
        if isinstance(value, list) and value and name in fields and get_origin(fields[name].type) is not tuple
        else value
        for name, value in values.items()
    }


CHECKS = checks_in(gives_a_recipe, selects_components_that_exist, kinds=("recipe",))
