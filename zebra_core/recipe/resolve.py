"""Resolve the names in a recipe to components, and record what was selected and why."""

from __future__ import annotations

from itertools import repeat
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

import attrs

from zebra_core import storage
from zebra_core.errors import PluginError, ZebraError, nearest
from zebra_core.plugins.component import attributed_to
from zebra_core.plugins.protocols import General, SuggestsFlags
from zebra_core.recipe.options import names_of, options_for
from zebra_core.recipe.plugin_files import load_plugins_of
from zebra_core.recipe.recipe import KEYS, Recipe, field_of, flag_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zebra_core.plugins.component import BoundComponent, Component
    from zebra_core.plugins.discovery import Plugins


@attrs.frozen
class Selection:
    """A component selected for the run, the location it reads from, and why it was selected."""

    bound: BoundComponent
    location: str | None
    why: str

    @property
    def component(self) -> Component:
        """The component without its options."""
        return self.bound.component


@attrs.frozen
class Recognition:
    """The answer of a reader to a location: None if it recognises it, else why not ("" if it reads no files).

    A reader that fails does not recognise the location, and `error` is what it raised.
    """

    reader: BoundComponent
    reason: str | None
    error: ZebraError | None = None

    @classmethod
    def of(cls, reader: BoundComponent, location: str) -> Recognition:
        """Ask a reader."""
        try:
            return cls(reader, reader.declines(location))
        except ZebraError as error:
            return cls(reader, "", error)

    @property
    def general(self) -> bool:
        """Whether the reader is general, and yields to a specific one."""
        return isinstance(self.reader.instance, General) and self.reader.instance.general


@runtime_checkable
class UsesComponents(Protocol):
    """A component that calls components of other kinds, such as a pool that generators make."""

    def use(self, resolver: Resolver) -> None:
        """Receive what finds components, and binds them with the options of the recipe (`bind`), before the first call."""


@attrs.frozen(eq=False)
class Resolver:
    """Selects components for a recipe; `selections` lists the choices made so far.

    `used` has the names of other components in use, and `bound` those that components call.
    """

    recipe: Recipe
    plugins: Plugins
    selections: list[Selection] = attrs.field(factory=list)
    used: set[str] = attrs.field(factory=set)
    bound: list[BoundComponent] = attrs.field(factory=list)

    def component(
        self, kind: str, preferred: str = "", why: str = "default", recommended: Mapping[str, Any] | None = None
    ) -> Selection:
        """Select the component that the recipe names, else one of a plugin the user named, else `preferred` or the default.

        `recommended` are options that another selection suggests; options of the recipe take precedence.
        """
        field = field_of(kind)
        name = getattr(self.recipe, field)
        sole = self.plugins.sole_component(kind)
        if name:
            component, why = self.plugins.find(kind, name), self.recipe.origins.get(field, "from the recipe")
        elif sole is not None:
            component, why = sole, f"from --plugin {sole.plugin}"
        else:
            component = self.plugins.find(kind, preferred or self.plugins.default(kind))
        return self._select(component, None, why, recommended)

    def every(self, kind: str) -> list[BoundComponent]:
        """Return all components of a kind, with their options."""
        return [self.bind(component) for component in self.plugins.of_kind(kind)]

    def bind(self, component: Component, defaults: Mapping[str, Any] | None = None) -> BoundComponent:
        """Bind a component that another one calls; options of the recipe take precedence over `defaults`."""
        self.used.update(names_of(component))
        self.bound.append(component.bind({**(defaults or {}), **self._options(component)}))
        return self.bound[-1]

    def requested(self, kind: str) -> list[Component]:
        """Return the components of a kind that the recipe requests by setting an option for that, such as one of `--prompts`."""
        components = self.plugins.of_kind(kind)
        requesting = [{n for n, option in each.options.items() if option.info.requests} for each in components]
        return [each for each, names in zip(components, requesting, strict=True) if names & self._options(each).keys()]

    def components(self, kind: str, names: Sequence[str], why: str) -> list[Selection]:
        """Select the components of a kind with these names, in this order."""
        return [self._select(self.plugins.find(kind, name), None, why) for name in names]

    def model(self) -> Selection | None:
        """Select the model to train if a plugin generates it. Return None if it is a folder or a name on the Hub."""
        name = self.recipe.model
        if not name:
            offered = ", ".join(component.name for component in self.plugins.of_kind("model"))
            msg = f"no model is named; add --model with a folder, a name on the Hugging Face Hub, or a generated model: {offered}"
            raise ZebraError(msg)
        generated = self.plugins.has("model", name) and not storage.place(name).exists()
        return self._select(self.plugins.find("model", name), None, "generated locally") if generated else None

    def source(self, kind: str, text: str, why: str) -> Selection:
        """Select the reader of a location: the one named in front of it, else the only one that recognises it."""
        storage.check_secret(text, flag_of(field_of(kind)))
        component, location = self.plugins.locate(kind, text)
        if component is not None or location is None:
            return self._select(component or self.plugins.find(kind, text), location, why)
        if ":" not in location and not storage.place(location).exists():
            raise self._no_such_location(kind, location)
        component = self._recognise(kind, location)
        return self._select(component, location, f"{why}, read as {component.name}")

    def _recognise(self, kind: str, location: str) -> Component:
        """Return the reader that recognises a location; a specific reader is preferred to a general one."""
        readers = [component.bind(self._options(component)) for component in self.plugins.of_kind(kind)]
        answers = [Recognition.of(reader, location) for reader in readers]
        for answer in answers:
            if isinstance(answer.error, PluginError):
                self.plugins.warn(f"{answer.error}; it counts as one that cannot read {location}")
        accepting = [answer for answer in answers if answer.reason is None]
        matches = [answer for answer in accepting if not answer.general] or accepting
        if not matches:
            raise _unrecognised(kind, location, answers)
        if len(matches) > 1:
            names = " and by ".join(match.reader.name for match in matches)
            msg = f"{location!r} can be read by {names}; name one of them: {matches[0].reader.name}:{location}"
            raise ZebraError(msg)
        return matches[0].reader.component

    def check_options(self) -> None:
        """Raise ZebraError for options of a component that the run does not use."""
        used = self._used()
        for target, options in self.recipe.options.items():
            if options and target not in used:
                exists = any(target in names_of(component) for component in self.plugins.components)
                near = None if exists else nearest(target, [*sorted(used), *KEYS])
                selected = dict.fromkeys(selection.component.name for selection in self.selections)
                hint = f"did you mean {near!r}?" if near else f"the run uses {', '.join(selected)}"
                msg = f"the option {target}.{next(iter(options))} is set, but the run does not use {target!r}; {hint}"
                raise ZebraError(msg)

    def used_options(self) -> dict[str, dict[str, Any]]:
        """Return the recipe's options for the components selected and used so far, without secrets."""
        components = [c for c in self.plugins.components if {*names_of(c)} & self._used()]
        secret = {(t, o.name) for c in components for t in names_of(c) for o in c.options.values() if o.info.secret}
        tables = {
            target: {name: value for name, value in table.items() if (target, name) not in secret}
            for target, table in self.recipe.options.items()
            if target in self._used()
        }
        return {target: table for target, table in tables.items() if table}

    def _used(self) -> set[str]:
        return {*self.used, *(name for selection in self.selections for name in names_of(selection.component))}

    def _select(
        self, component: Component, location: str | None, why: str, recommended: Mapping[str, Any] | None = None
    ) -> Selection:
        self._check_ambiguous(component)
        selection = Selection(component.bind(self._options(component), recommended), location, why)
        self.selections.append(selection)
        if isinstance(selection.bound.instance, UsesComponents):
            with attributed_to(selection.bound, mistakes=False):
                selection.bound.instance.use(self)
        return selection

    def _options(self, component: Component) -> dict[str, Any]:
        return options_for(component, self.recipe.options, self.plugins)

    def _check_ambiguous(self, component: Component) -> None:
        """Raise ZebraError if an option could be meant for this component and for one selected before."""
        for selection in self.selections:
            other = selection.component
            if other.kind == component.kind:
                continue
            for target in {*component.names} & {*other.names} & {*self.recipe.options}:
                for option in self.recipe.options[target]:
                    if option in component.options and option in other.options:
                        msg = (
                            f"the option {target}.{option} could be meant for the {other.kind} or the {component.kind} "
                            f"{component.name!r}; use {other.address}.{option} or {component.address}.{option}"
                        )
                        raise ZebraError(msg)

    def _no_such_location(self, kind: str, location: str) -> ZebraError:
        names = [name for component in self.plugins.of_kind(kind) for name in (component.name, *component.aliases)]
        near = nearest(location, names)
        hint = f"did you mean {near!r}? " if near else ""
        on_hub = kind == "pool" and location.count("/") == 1
        hub = f"; for a dataset on the Hugging Face Hub use hub:{location}" if on_hub else ""
        return ZebraError(
            f"there is no file, folder or {kind} {location!r}; {hint}known: {', '.join(sorted(names))}{hub}"
        )


def _unrecognised(kind: str, location: str, answers: Sequence[Recognition]) -> ZebraError:
    """Return the error for a location that no reader recognises, with the reasons of the general readers, if any."""
    for answer in answers:
        if answer.error is not None and not isinstance(answer.error, PluginError):
            return answer.error
    general = [answer for answer in answers if answer.general] or answers
    reasons = "; ".join(f"{answer.reader.name} {answer.reason}" for answer in general if answer.reason)
    others = sum(bool(answer.reason) for answer in answers if answer not in general)
    more = f"; {others} other readers do not recognise it" if others else ""
    remedy = next(filter(None, map(_suggestion, answers, repeat(location))), None)
    return ZebraError(f"no {kind} reads {location!r}: {reasons}{more}{f'; {remedy}' if remedy else ''}")


def _suggestion(answer: Recognition, location: str) -> str | None:
    """Return what a reader says would make a location readable, if it knows."""
    reader = answer.reader
    if not isinstance(reader.instance, SuggestsFlags):
        return None
    with attributed_to(reader, mistakes=False):
        return reader.instance.suggests(location)


def pinned(selections: Sequence[Selection], plugins: Plugins) -> tuple[str, ...]:
    """Return what to write in a recipe so that it selects the same components again, whatever else is installed."""
    names = []
    for selection in selections:
        name = plugins.unique_name(selection.component)
        names.append(name if selection.location is None else f"{name}:{selection.location}")
    return tuple(names)


def resolver_for(recipe: Recipe | None, plugins: Plugins | None, **fields: Any) -> Resolver:
    """Return a resolver for a recipe, with the given fields replaced unless they are empty."""
    recipe = attrs.evolve(recipe or Recipe(), **{name: value for name, value in fields.items() if value})
    return Resolver(recipe, load_plugins_of(recipe) if plugins is None else plugins)
