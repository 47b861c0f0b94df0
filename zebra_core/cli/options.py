"""Options that several commands share, and their way into a recipe."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from zebra_core.errors import ZebraError
from zebra_core.recipe import DEFAULTS, make_recipe, read_recipe, read_setting

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.shell_completion import CompletionItem

    from zebra_core.recipe import Recipe

    Command = Callable[..., Any]

OF_THE_TRAINER = ("preset", "lora", "curriculum", "report_to", "push_to_hub")
"""Options of the command line that are the trainer's own."""


def completed(kind: str) -> Callable[[click.Context, click.Parameter, str], list[CompletionItem]]:
    """Complete the names of the components of a kind."""

    def names(_: click.Context, __: click.Parameter, start: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem  # noqa: PLC0415

        from zebra_core.discovery import load_plugins  # noqa: PLC0415

        offered = load_plugins().of(kind)
        return [
            CompletionItem(name, help=c.summary)
            for c in offered
            for name in (c.name, *c.aliases)
            if name.startswith(start)
        ]

    return names


def score_options(command: Command) -> Command:
    """Add the options that say where scores come from and what is made of them."""
    for option in reversed(
        [
            click.option(
                "--scores",
                multiple=True,
                metavar="FILE|NAME",
                shell_complete=completed("score source"),
                help="Score table: a file, or a name such as paper. Repeat to join several.",
            ),
            click.option(
                "--alias",
                metavar="FILE.csv",
                help="Score name of each pool name: columns pool,score; see `zebra alias`.",
            ),
            click.option(
                "--missing",
                type=click.Choice(["error", "drop-model", "drop-benchmark", "mean"]),
                help="What to do where a score is missing.  [default: error]",
            ),
            click.option(
                "--similarity",
                metavar="NAME",
                shell_complete=completed("similarity"),
                help="How alike two models are.  [default: cosine]",
            ),
            click.option(
                "--benchmark",
                "directions",
                multiple=True,
                metavar="NAME=DIRECTION",
                help="higher, lower, the value that is best, or drop. Repeatable.",
            ),
            click.option(
                "--weight",
                "weights",
                multiple=True,
                metavar="BENCHMARK=NUMBER",
                help="How much a benchmark counts.  [default: 1] Repeatable.",
            ),
            click.option(
                "--axis",
                "axes",
                multiple=True,
                metavar="AXIS=NUMBER",
                help="How much an axis counts; axes not named count nothing. Repeatable.",
            ),
            click.option(
                "--normalisation",
                type=click.Choice(["minmax", "range", "zscore", "rank"]),
                help="How scores are brought to [0, 1].  [default: minmax]",
            ),
            click.option(
                "--clash",
                type=click.Choice(["error", "first", "last"]),
                help="Which table wins where two fill one cell differently.  [default: error]",
            ),
            click.option(
                "--silence", multiple=True, metavar="WARNING", help="A warning about scores that is known. Repeatable."
            ),
        ]
    ):
        command = option(command)
    return command


def plugin_options(command: Command) -> Command:
    """Add the options that load plugins and set the options of components."""
    for option in reversed(
        [
            click.option(
                "--plugin",
                "plugins",
                multiple=True,
                metavar="NAME|FILE",
                help="Plugin to use: installed, a module or a file. no:NAME switches one off. Repeatable.",
            ),
            click.option(
                "--set",
                "settings",
                multiple=True,
                metavar="COMPONENT.OPTION=VALUE",
                help="Set an option of a component, such as rbf.gamma=0.5; see `zebra plugins`. Repeatable.",
            ),
        ]
    ):
        command = option(command)
    return command


def recipe_from(file: str | None, said: dict[str, Any]) -> Recipe:
    """Make the recipe of a file under what the command line says; `settings` become options, what is not said is None."""
    values = read_recipe(file) if file else {}
    origins = dict.fromkeys(values, f"from {file}")
    options = {name: dict(held) for name, held in _table(values.get("options", {}), file).items()}
    for text in said.pop("settings", ()):
        component, option, value = read_setting(text)
        options.setdefault(component, {})[option] = value
    _declare(values, said, origins)
    _of_the_trainer(values, said, options)
    for name, value in said.items():
        if value not in (None, ()):
            values[name] = list(value) if isinstance(value, tuple) else value
            origins[name] = "--plugin" if name == "plugins" else f"--{name.replace('_', '-')}"
    return make_recipe({**values, **({"options": options} if options else {})}, origins)


def _of_the_trainer(values: dict[str, Any], said: dict[str, Any], options: dict[str, dict[str, Any]]) -> None:
    """Put the command line's options that are short for `--set TRAINER.NAME=...` where those are."""
    trainer = said.get("trainer") or values.get("trainer") or DEFAULTS["trainer"]
    for name in OF_THE_TRAINER:
        value = said.pop(name, None)
        if value:
            options.setdefault(trainer, {})[name] = list(value) if isinstance(value, tuple) else value


def _declare(values: dict[str, Any], said: dict[str, Any], origins: dict[str, str]) -> None:
    """Put what the command line declares of benchmarks and axes into the recipe's tables."""
    benchmarks = {name: dict(held) for name, held in values.get("benchmarks", {}).items()}
    for option, prop in (("directions", "direction"), ("weights", "weight")):
        for text in said.pop(option, ()):
            name, value = _assigned(text, f"--{'benchmark' if prop == 'direction' else 'weight'}")
            benchmarks.setdefault(name, {})[prop] = value
    axes = {**values.get("axes", {}), **dict(_assigned(text, "--axis") for text in said.pop("axes", ()))}
    for name, held in (("benchmarks", benchmarks), ("axes", axes)):
        if held:
            values[name], origins[name] = held, "command line"


def _assigned(text: str, option: str) -> tuple[str, Any]:
    """Read NAME=VALUE, where the value is a number or a word."""
    name, equals, value = text.rpartition("=")
    if not (equals and name.strip() and value.strip()):
        msg = f"{option} wants NAME=VALUE, got {text!r}"
        raise ZebraError(msg)
    try:
        return name.strip(), float(value)
    except ValueError:
        return name.strip(), value.strip()


def _table(options: Any, file: str | None) -> dict[str, Any]:
    if not isinstance(options, dict) or not all(isinstance(held, dict) for held in options.values()):
        msg = f"the recipe {file!r}: options must be tables, such as [options.rbf] with gamma = 0.5 below it"
        raise ZebraError(msg)
    return options
