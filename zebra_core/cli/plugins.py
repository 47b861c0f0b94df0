"""`zebra plugins`: the components that are installed, and one of them in full."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import click

from zebra_core.cli.options import loaded_plugins, plugin_options, recipe_from
from zebra_core.errors import ZebraError, unknown
from zebra_core.hookspecs import KINDS

if TYPE_CHECKING:
    from zebra_core.plugins.component import Component
    from zebra_core.plugins.discovery import Plugins
    from zebra_core.plugins.options import Option


@click.command()
@click.argument("name", required=False)
@plugin_options
@click.option(
    "--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True, help="Output format."
)
@click.option("--times", is_flag=True, help="Show how long the import and each hook of every plugin takes instead.")
def plugins(name: str | None, form: str, times: bool, **arguments: object) -> None:  # noqa: FBT001  # a flag
    """List every component, one line each; with NAME (or KIND.NAME) show one in full, with its options."""
    from zebra_core.cli import output  # noqa: PLC0415

    if name and times:
        msg = "--times is about every plugin, so it takes no NAME; leave one of them out"
        raise ZebraError(msg)
    loaded = loaded_plugins(recipe_from(None, arguments).plugins)
    if times:
        _show_times(loaded, form)
        return
    components = _named(loaded, name) if name else _listed(loaded)
    if form == "json":
        click.echo(json.dumps([_as_dict(loaded, component) for component in components], indent=1, default=str))
    elif name:
        click.echo("\n\n".join(_described(loaded, component) for component in components))
    else:
        rows = [[c.kind, ", ".join((c.name, *c.aliases)), c.plugin, c.summary] for c in components]
        output.table(("kind", "component", "plugin", "what it is"), rows, wrap=False)


def _listed(plugins: Plugins) -> list[Component]:
    """Return the components by kind, then the observers."""
    return [*(component for kind in KINDS for component in plugins.of_kind(kind)), *plugins.observers.components]


def _show_times(plugins: Plugins, form: str) -> None:
    """Show the time of each import and hook, the slowest first. A module counts for the plugin that imports it first."""
    from zebra_core.cli import output  # noqa: PLC0415

    plugins.commands()
    steps = sorted(plugins.trace.steps, key=lambda step: -step.seconds)
    if form == "json":
        click.echo(json.dumps([{"plugin": s.plugin, "step": s.name, "seconds": s.seconds} for s in steps], indent=1))
        return
    total = sum(step.seconds for step in steps)
    rows = [(step.plugin, step.name, f"{step.seconds:.4f}") for step in steps]
    output.table(("plugin", "import or hook", "seconds"), [*rows, ("all", "", f"{total:.4f}")], wrap=False)


def _named(plugins: Plugins, name: str) -> list[Component]:
    """Return the components of a name. Raise ZebraError, suggesting the closest match, for an unknown name."""
    from zebra_core.recipe.options import names_of  # noqa: PLC0415

    installed = _listed(plugins)
    components = [component for component in installed if name in names_of(component)]
    if not components:
        what = "component"
        raise unknown(what, name, [text for c in installed for text in (c.name, *c.aliases)])
    return components


def _described(plugins: Plugins, component: Component) -> str:
    """Return one component in full: where it comes from, its documentation, its options with an example, or its values."""
    from inspect import getdoc  # noqa: PLC0415

    names = ", ".join((component.name, *component.aliases))
    lines = [f"{component.kind} {names}  (plugin {component.plugin}, {plugins.origins[component.plugin]})", ""]
    lines += [f"  {line}".rstrip() for line in (getdoc(component.factory) or "").splitlines()]
    lines += _described_options(component)
    if component.kind == "recipe":
        lines += _described_recipe(component)
    if component.takes_any_option:
        lines += ["", "Other options are passed on to the library behind it."]
    if component.presets:
        lines += ["", "Presets:", *(f"  {name}: {json.dumps(values)}" for name, values in component.presets.items())]
    return "\n".join(lines)


def _described_recipe(component: Component) -> list[str]:
    """Return the values of a recipe, as a TOML file has them."""
    import tomli_w  # noqa: PLC0415

    from zebra_core.recipe.reading import offered_values  # noqa: PLC0415

    return ["", *(f"  {line}" for line in tomli_w.dumps(offered_values(component.bind())).splitlines())]


def _described_options(component: Component) -> list[str]:
    options = list(component.options.values())
    if not options:
        return []
    lines = [line for option in options for line in _described_option(option)]
    return ["", "Options:", *lines, "", f"Example: --set {component.address}.{_example(options)}"]


def _described_option(option: Option) -> list[str]:
    flag = f" (also {option.info.flag})" if option.info.flag else ""
    choices = f"  one of {', '.join(repr(choice) for choice in option.choices)}" if option.choices else ""
    default = "(required)" if option.required else f"= {_shown(option.default)}"
    return [f"  {option.name} {default}{flag}{choices}", f"      {option.info.help}"]


def _example(options: list[Option]) -> str:
    option = next((option for option in options if option.default not in (None, "", [], {})), options[0])
    return f"{option.name}={_shown(option.default) if option.default not in (None, '', [], {}) else 'VALUE'}"


def _shown(default: object) -> str:
    return json.dumps(default, default=str)


def _as_dict(plugins: Plugins, component: Component) -> dict[str, Any]:
    origin = plugins.origins[component.plugin]
    return {
        "kind": component.kind,
        "name": component.name,
        "aliases": list(component.aliases),
        "plugin": component.plugin,
        "from": str(origin),
        "distribution": origin.distribution,
        "version": origin.version,
        "summary": component.summary,
        "options": {name: option.default for name, option in component.options.items()},
    }
