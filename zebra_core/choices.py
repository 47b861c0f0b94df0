"""Turning the names of a recipe into components, and remembering what was chosen and why."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from zebra_core.errors import ZebraError, nearest
from zebra_core.recipe import DEFAULTS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from zebra_core.components import Component, Made
    from zebra_core.discovery import Plugins
    from zebra_core.recipe import Recipe


@attrs.frozen
class Choice:
    """A component chosen for the run, where it reads from, and why it was chosen."""

    made: Made
    location: str | None
    why: str

    @property
    def component(self) -> Component:
        """The component itself."""
        return self.made.component


@attrs.frozen(eq=False)
class Chooser:
    """Chooses components for a recipe; `chosen` lists every choice made."""

    recipe: Recipe
    plugins: Plugins
    chosen: list[Choice] = attrs.field(factory=list)

    def component(
        self, kind: str, preferred: str = "", why: str = "default", suited: Mapping[str, Any] | None = None
    ) -> Choice:
        """Choose what the recipe names, else what a plugin named by the user offers, else what is preferred, or the default.

        `suited` are options that go with another choice; those of the recipe weigh more.
        """
        name = getattr(self.recipe, kind)
        if name:
            found = self.plugins.find(kind, name)
            return self._keep(found, None, self.recipe.origins.get(kind, "asked for"), suited)
        only = self.plugins.only(kind)
        if only is not None:
            return self._keep(only, None, f"from --plugin {only.plugin}", suited)
        return self._keep(self.plugins.find(kind, preferred or DEFAULTS[kind]), None, why, suited)

    def model(self) -> Choice | None:
        """Choose the model to train where it is one that a plugin makes; None where it is a folder, or a name of the hub."""
        name = self.recipe.model
        if not name:
            offered = ", ".join(c.name for c in self.plugins.of("model"))
            msg = f"no model is named; say --model FOLDER, --model NAME of the Hugging Face hub, or one made here: {offered}"
            raise ZebraError(msg)
        made_here = self.plugins.has("model", name) and not Path(name).exists()
        return self._keep(self.plugins.find("model", name), None, "made here") if made_here else None

    def source(self, kind: str, text: str, why: str) -> Choice:
        """Choose the reader of a location: the one named in front of it, else the only one that does not decline it."""
        component, location = self.plugins.locate(kind, text)
        if component is not None or location is None:
            return self._keep(component or self.plugins.find(kind, text), location, why)
        if ":" not in location and not Path(location).exists():
            raise self._nowhere(kind, location)
        declined = {c: c.made(self._options(c)).declines(location) for c in self.plugins.of(kind)}
        readers = [component for component, reason in declined.items() if reason is None]
        special = [component for component in readers if not component.made().says("general")]
        fitting = special or readers
        if len(fitting) == 1:
            return self._keep(fitting[0], location, f"{why}, read as {fitting[0].name}")
        if fitting:
            msg = f"{location!r} can be read by {' and by '.join(c.name for c in fitting)}; say which: {fitting[0].name}:{location}"
            raise ZebraError(msg)
        general = [component for component in declined if component.made().says("general")] or list(declined)
        told = "; ".join(f"{candidate.name} {declined[candidate]}" for candidate in general if declined[candidate])
        others = len([component for component in declined if component not in general and declined[component]])
        told += f"; {others} others do not recognise it" if others else ""
        msg = f"no {kind} reads {location!r}: {told}"
        raise ZebraError(msg)

    def check_options(self) -> None:
        """Raise ZebraError for options of a component that the run does not use."""
        used = [name for choice in self.chosen for name in _names(choice.component)]
        for name, options in self.recipe.options.items():
            if options and name not in used:
                near = nearest(name, used)
                names = dict.fromkeys(choice.component.name for choice in self.chosen)
                hint = f"did you mean {near!r}?" if near else f"the run uses {', '.join(names)}"
                msg = f"the option {name}.{next(iter(options))} is set, but the run does not use {name!r}; {hint}"
                raise ZebraError(msg)

    def _keep(
        self, component: Component, location: str | None, why: str, suited: Mapping[str, Any] | None = None
    ) -> Choice:
        choice = Choice(component.made(self._options(component), suited), location, why)
        self.chosen.append(choice)
        return choice

    def options_of(self, choices: Iterable[Choice]) -> dict[str, dict[str, Any]]:
        """Return the recipe's options of these choices alone."""
        names = {name for choice in choices for name in _names(choice.component)}
        return {name: held for name, held in self.recipe.options.items() if name in names}

    def _options(self, component: Component) -> dict[str, object]:
        return {k: v for name in _names(component) for k, v in self.recipe.options.get(name, {}).items()}

    def _nowhere(self, kind: str, location: str) -> ZebraError:
        names = [name for c in self.plugins.of(kind) for name in (c.name, *c.aliases)]
        near = nearest(location, names)
        hint = f"did you mean {near!r}? " if near else ""
        hub = (
            f"; for a dataset of the Hugging Face hub say hub:{location}"
            if kind == "pool" and location.count("/") == 1
            else ""
        )
        return ZebraError(
            f"there is no file, folder or {kind} {location!r}; {hint}known: {', '.join(sorted(names))}{hub}"
        )


def pinned(choices: Sequence[Choice], plugins: Plugins) -> tuple[str, ...]:
    """Return what to write in a recipe so that the same components are chosen again, whatever else is installed."""
    names = []
    for choice in choices:
        component = choice.component
        twins = [c for c in plugins.of(component.kind) if component.name in (c.name, *c.aliases)]
        name = component.name if len(twins) == 1 else f"{component.plugin}:{component.name}"
        names.append(name if choice.location is None else f"{name}:{choice.location}")
    return tuple(names)


def _names(component: Component) -> list[str]:
    return [n for name in (component.name, *component.aliases) for n in (name, f"{component.plugin}:{name}")]
