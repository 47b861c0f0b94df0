"""Options that several commands share, all derived from the recipe and the components, and their way into a recipe."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, get_args

import click

from zebra_core.cli import PLUGINS
from zebra_core.cli.output import echo
from zebra_core.errors import ZebraError
from zebra_core.plugins.options import Option, options_of
from zebra_core.recipe.options import flatten, options_for, read_setting
from zebra_core.recipe.plugin_files import changed_plugins
from zebra_core.recipe.reading import read_recipe
from zebra_core.recipe.recipe import Recipe, flag_of, make_recipe

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from click.shell_completion import CompletionItem

    from zebra_core.plugins.discovery import Plugins

    Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

SCORES = ("scores", "alias", "missing", "normalisation", "superiority", "similarity", "clash", "silence")
"""The fields of a recipe that say where scores come from and what is made of them."""
PAIRING = (
    "scope",
    "threshold",
    "min_gap",
    "min_confidence",
    "length_ratio",
    "pairs",
    "candidates",
    "temperature",
    "max_share",
)
"""The fields of a recipe that restrict pairs, or spread them over more models."""
MEMO, WARNINGS = "zebra.loaded", "zebra.warnings"
"""Where the context keeps the loaded plugins, and the warnings about them that are printed."""


def loaded_plugins(names: Sequence[str] = ()) -> Plugins:
    """Return the plugins of this command, loaded once; `names` are those that the recipe requests.

    Raise ZebraError if the user does not agree to run the loose code among them.
    """
    from zebra_core.plugins.discovery import load_plugins  # noqa: PLC0415

    memo = click.get_current_context().meta
    if memo.get(MEMO, (None,))[0] != tuple(names):
        ask_for_plugins(names)
        warn = partial(_warn_once, memo.setdefault(WARNINGS, set()))
        memo[MEMO] = (tuple(names), load_plugins(names, on_warning=warn))
    plugins: Plugins = memo[MEMO][1]
    return plugins


def ask_for_plugins(names: Sequence[str]) -> None:
    """Ask whether to run the loose code among plugins that the command line does not name.

    Raise ZebraError if the user declines, or if there is no terminal to ask on and no --trust.
    """
    from zebra_core.plugins.consent import ask_consent  # noqa: PLC0415

    context = click.get_current_context()
    ask_consent(names, {*context.meta.get(PLUGINS, ()), *context.params.get("plugins", ())})


def ask_about_recipe(plugins: Plugins, file: str | Path | None) -> None:
    """Ask whether to run the code in the options of components that a recipe's file sets, also in its table `evaluation`.

    Raise ZebraError if the user declines, or if there is no terminal to ask on and no --trust.
    """
    from zebra_core.plugins.consent import ask_about_options  # noqa: PLC0415

    if not file:
        return
    values = read_recipe(file, plugins)
    options, flags = flatten(values.get("options", {}), "the recipe"), values.get("evaluation", {})
    pairs = [(each, option) for each in plugins.components for option in each.options.values() if option.info.code]
    settings = [(each, option, options_for(each, options).get(option.name)) for each, option in pairs]
    settings += [(each, option, flags.get(option.flag_name)) for each, option in pairs if each.kind == "evaluator"]
    ask_about_options(settings)


def _warn_once(shown: set[str], text: str) -> None:
    """Print a warning of the plugins to the standard error, unless this command has printed it."""
    if text not in shown:
        shown.add(text)
        echo(f"Warning: {text}", err=True)


class RecipeOption(click.Option):
    """A flag for a field of the recipe; its type, choices, default and help are those of the field."""

    def __init__(self, option: Option) -> None:
        self.option = option
        name = flag_of(option.name)
        flag = f"{name}/--no-{name.removeprefix('--')}" if option.type is bool else name
        super().__init__([flag, option.name], **click_type(option), default=None, help=option.info.help)
        kind = option.info.kind
        self._custom_shell_complete = completed(kind) if kind else None

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Return the flag and its help with the default; a kind's default is the one that plugins declare."""
        record, default = super().get_help_record(ctx), self.option.default
        kind = self.option.info.kind
        if record is None or self.option.multiple or self.option.type is bool:
            return record
        if kind:
            default = loaded_plugins(requested_plugins(ctx, ())).declared_default(kind)
        return record if default in ("", None) else (record[0], f"{record[1]}  [default: {_shown(default)}]")


def _shown(default: object) -> str:
    return f"{default:g}" if isinstance(default, float) else str(default)


def click_type(option: Option) -> dict[str, Any]:
    """Return the arguments of a click option that follow from the type and the choices of an option."""
    if option.type is bool:
        return {"is_flag": True}
    types = {int: int, float: float}
    if option.multiple:
        item = next(iter(get_args(option.type)), str)
        return {"multiple": True, "type": types.get(item, str), "metavar": option.info.metavar or None}
    if option.choices:
        return {"type": click.Choice(option.choices)}
    return {"type": types.get(option.type, str), "metavar": option.info.metavar or None}


def recipe_options(*names: str) -> Decorator:
    """Add the flags of these fields of the recipe to a command."""
    fields = options_of(Recipe)

    def decorate(command: Callable[..., Any]) -> Callable[..., Any]:
        for name in reversed(names):
            command = _add(command, RecipeOption(fields[name]))
        return command

    return decorate


def _add(command: Callable[..., Any], option: click.Option) -> Callable[..., Any]:
    """Add a parameter to a function that is still to become a command, as click's own decorators do."""
    if not hasattr(command, "__click_params__"):
        command.__click_params__ = []  # type: ignore[attr-defined]
    command.__click_params__.append(option)  # type: ignore[attr-defined]
    return command


def completed(kind: str) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """Return a completion of the names of the components of a kind."""

    def names(_: click.Context, __: click.Parameter, start: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem  # noqa: PLC0415

        from zebra_core.plugins.discovery import load_plugins  # noqa: PLC0415

        return [
            CompletionItem(name, help=component.summary)
            for component in load_plugins().of_kind(kind)
            for name in (component.name, *component.aliases)
            if name.startswith(start)
        ]

    return names


def completed_recipe(context: click.Context, parameter: click.Parameter, start: str) -> list[CompletionItem]:
    """Return the completions of a recipe: the names that plugins offer, and the shell's own for files."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415

    return [*completed("recipe")(context, parameter, start), CompletionItem(start, type="file")]


def score_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that say where scores come from and what is made of them."""
    for flag, name, metavar, text in reversed(
        (
            ("--benchmark", "directions", "NAME=DIRECTION", "higher, lower, the best value, or drop. Repeatable."),
            ("--weight", "weights", "BENCHMARK=NUMBER", "Weight of a benchmark.  [default: 1] Repeatable."),
            ("--axis", "axes", "AXIS=NUMBER", "Weight of an axis; axes not named have weight 0. Repeatable."),
        )
    ):
        command = click.option(flag, name, multiple=True, metavar=metavar, help=text)(command)
    return recipe_options(*SCORES)(command)


def plugin_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options that load plugins and set the options of components."""
    settings = click.option(
        "--set",
        "settings",
        multiple=True,
        metavar="COMPONENT.OPTION=VALUE",
        help="Set an option of a component, such as rbf.gamma=0.5; see `zebra plugins NAME`. Repeatable.",
    )
    plugins = click.option(
        "--plugin",
        "plugins",
        multiple=True,
        metavar="NAME|FILE",
        help="Plugin to load: installed, a module or a file. no:NAME switches one off. Repeatable.",
    )
    return plugins(settings(command))


def requested_plugins(ctx: click.Context, args: Sequence[str]) -> tuple[str, ...]:
    """Return the plugins named before the command and among its arguments."""
    names = list(ctx.meta.get(PLUGINS, ()))
    for at, word in enumerate(args):
        if word == "--plugin" and at + 1 < len(args):
            names.append(args[at + 1])
        elif word.startswith("--plugin="):
            names.append(word.partition("=")[2])
    return tuple(dict.fromkeys(names))


def named_plugins() -> Plugins:
    """Return the installed plugins with those that the command line names: the ones whose recipes have names."""
    return loaded_plugins(requested_plugins(click.get_current_context(), ()))


def recipe_from(recipe: str | None, arguments: Mapping[str, Any]) -> Recipe:
    """Return a recipe, a file or the name of one, overridden by the command line.

    `arguments` are fields of the recipe, with `settings` for `--set`, and the declarations of `--benchmark`, `--weight`
    and `--axis`; None means not given.
    """
    values, remaining = (read_recipe(recipe, named_plugins()) if recipe else {}), dict(arguments)
    make_recipe(values)  # refuses a value of the wrong type before the command line is merged into it
    origins = dict.fromkeys(values, f"from {recipe}")
    options = {
        target: dict(table) for target, table in flatten(values.get("options", {}), f"the recipe {recipe!r}").items()
    }
    for text in remaining.pop("settings", ()):
        target, name, value = read_setting(text)
        options.setdefault(target, {})[name] = value
    before = click.get_current_context().meta.get(PLUGINS, ()) if click.get_current_context(silent=True) else ()
    remaining["plugins"] = tuple(dict.fromkeys((*before, *remaining.get("plugins", ()))))
    _declare(values, remaining, origins)
    for name, value in remaining.items():
        if value not in (None, ()):
            values[name] = list(value) if isinstance(value, tuple) else value
            origins[name] = flag_of(name)
    chosen = make_recipe({**values, **({"options": options} if options else {})}, origins)
    for change in changed_plugins(chosen):
        click.echo(f"Warning: {change}", err=True)
    return chosen


def _declare(values: dict[str, Any], arguments: dict[str, Any], origins: dict[str, str]) -> None:
    """Move what the command line declares about benchmarks and axes into the recipe's tables."""
    benchmarks = {name: dict(table) for name, table in values.get("benchmarks", {}).items()}
    for argument, property_, flag in (("directions", "direction", "--benchmark"), ("weights", "weight", "--weight")):
        for text in arguments.pop(argument, ()):
            name, value = _assigned(text, flag)
            benchmarks.setdefault(name, {})[property_] = value
    axes = {**values.get("axes", {}), **dict(_assigned(text, "--axis") for text in arguments.pop("axes", ()))}
    for name, table in (("benchmarks", benchmarks), ("axes", axes)):
        if table:
            values[name], origins[name] = table, "command line"


def _assigned(text: str, flag: str) -> tuple[str, Any]:
    """Read NAME=VALUE, where the value is a number or a word."""
    name, equals, value = text.rpartition("=")
    if not (equals and name.strip() and value.strip()):
        msg = f"{flag} expects NAME=VALUE, got {text!r}"
        raise ZebraError(msg)
    try:
        return name.strip(), float(value)
    except ValueError:
        return name.strip(), value.strip()
