"""Flags that components declare for their options, and their way into a command and a recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import attrs
import click

from zebra_core.cli import PLUGINS
from zebra_core.cli.options import ask_about_recipe, click_type, loaded_plugins, recipe_from, requested_plugins
from zebra_core.plugins.flags import component_flags
from zebra_core.recipe.options import options_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zebra_core.plugins.component import Component
    from zebra_core.plugins.options import Option
    from zebra_core.recipe.recipe import Recipe


class ComponentCommand(click.Command):
    """A command with a flag for every option that components of its `kinds` declare one for.

    The flags are those of the loaded plugins, so that a plugin given with `--plugin` adds its own.
    """

    kinds: tuple[str, ...] = ()

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Load the plugins that the arguments name before the flags are parsed."""
        ctx.meta[PLUGINS] = requested_plugins(ctx, args)
        return super().parse_args(ctx, args)

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the command's own parameters, then the components' flags, then --help."""
        own = super().get_params(ctx)
        with ctx.scope(cleanup=False):
            plugins = loaded_plugins(requested_plugins(ctx, ()))
        flags = [
            _component_option(kind, *entry) for kind in self.kinds for entry in component_flags(plugins, kind).items()
        ]
        taken = {name for parameter in own for name in parameter.opts}
        return [*own[:-1], *(flag for flag in flags if not {*flag.opts} & taken), *own[-1:]]


def command_with_flags(*kinds: str) -> type[ComponentCommand]:
    """Return the class of a command that has the flags of components of these kinds."""
    return type("ComponentCommand", (ComponentCommand,), {"kinds": kinds})


def _component_option(kind: str, flag: str, owners: list[tuple[Component, Option]]) -> click.Option:
    option = owners[0][1]
    names = ", ".join(component.name for component, _ in owners)
    return click.Option(
        [flag, _parameter(kind, option.flag_name)],
        **click_type(attrs.evolve(option, type=_plain_type(option.type))),
        default=None,
        help=f"{option.info.help}  [{kind}: {names}]" if len(owners) < 4 else option.info.help,
    )


def _plain_type(kind: Any) -> Any:
    """Return the type of an option that may also be None."""
    types = [choice for choice in get_args(kind) if choice is not type(None)]
    return types[0] if type(None) in get_args(kind) and len(types) == 1 else kind


def _parameter(kind: str, name: str) -> str:
    return f"{kind.replace(' ', '_')}__{name}"


def take_flags(arguments: dict[str, Any], kind: str) -> dict[str, Any]:
    """Take the components' flags of a kind out of a command's arguments; return values by the flag's name."""
    prefix = _parameter(kind, "")
    flags = {name: arguments.pop(name) for name in list(arguments) if name.startswith(prefix)}
    return {
        name.removeprefix(prefix): list(value) if isinstance(value, tuple) else value
        for name, value in flags.items()
        if value not in (None, (), "")
    }


def recipe_of_run(recipe: str | None, arguments: dict[str, Any]) -> Recipe:
    """Return the recipe of a run, a file or the name of one, with the flags of a command that has those of components too.

    Raise ZebraError if the user does not agree to run the code that it names.
    """
    pool, trainer, evaluation = (take_flags(arguments, kind) for kind in ("pool", "trainer", "evaluator"))
    chosen = recipe_from(recipe, arguments)
    ask_about_recipe(loaded_plugins(chosen.plugins), recipe)
    chosen = with_flags(with_trainer_flags(chosen, trainer), "pool", pool)
    return attrs.evolve(chosen, evaluation={**chosen.evaluation, **evaluation})


def with_trainer_flags(recipe: Recipe, flags: Mapping[str, Any]) -> Recipe:
    """Return the recipe with the values of a trainer's own flags set for the trainer that it selects.

    Of several trainers, every one that declares a flag gets its value; the last of them alone if the option is `final`.
    """
    if not flags:
        return recipe
    from zebra_core.training.chain import trainer_names  # noqa: PLC0415
    from zebra_core.training.trainer import implied_trainer  # noqa: PLC0415

    plugins = loaded_plugins(recipe.plugins)
    targets = trainer_names(recipe.trainer) or [implied_trainer(plugins)]
    tables = {target: dict(recipe.options.get(target, {})) for target in targets}
    for flag, value in flags.items():
        owners = {
            target: option
            for target in targets
            for option in plugins.find("trainer", target).options.values()
            if option.flag_name == flag
        }
        final = [target for target, option in owners.items() if option.info.final][-1:]
        for target in final or owners or targets:
            tables[target][owners[target].name if target in owners else flag] = value
    return attrs.evolve(recipe, options={**recipe.options, **tables})


def with_flags(recipe: Recipe, kind: str, flags: Mapping[str, Any]) -> Recipe:
    """Return the recipe with the values of flags set for the components of a kind that declare them."""
    if not flags:
        return recipe
    plugins = loaded_plugins(recipe.plugins)
    options = {target: dict(table) for target, table in recipe.options.items()}
    for owners in component_flags(plugins, kind).values():
        for component, option in owners:
            if option.flag_name in flags:
                values = {**options_for(component, options, plugins), option.name: flags[option.flag_name]}
                value = component.bind(values).options[option.name]
                options.setdefault(component.name, {})[option.name] = value
    return attrs.evolve(recipe, options=options)
