"""A component under test, with its options and the example that its author gives."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs

from zebra_core.plugins.options import catch_all_of
from zebra_core.recipe.recipe import Recipe
from zebra_core.recipe.resolve import Resolver, UsesComponents
from zebra_core.testing.check import skip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zebra_core.plugins.component import BoundComponent, Component
    from zebra_core.plugins.discovery import Plugins


@attrs.frozen(eq=False, slots=False)
class Subject:
    """A component under test.

    `location` is an example of what a pool reader or score source reads, and `model` a model for a trainer or evaluator.
    `requested` are the plugins that another process loads to have the component, None if it cannot have it.
    """

    component: Component
    plugins: Plugins
    options: Mapping[str, Any] = attrs.field(factory=dict)
    location: str | None = None
    model: str = ""
    requested: tuple[str, ...] | None = None

    def __str__(self) -> str:
        options = ", ".join(f"{name}={value!r}" for name, value in self.options.items())
        return f"{self.component.address}[{options}]" if options else self.component.address

    @property
    def kind(self) -> str:
        """The kind of the component."""
        return self.component.kind

    @cached_property
    def bound(self) -> BoundComponent:
        """The component with its options. Raise CheckSkipped if it needs options that are not given."""
        missing = [
            name for name, option in self.component.options.items() if option.required and name not in self.options
        ]
        if missing:
            skip(f"it needs a value of {', '.join(missing)}: give one with options=[{{...}}], or --set OPTION=VALUE")
        return self.bind(self.options)

    def bind(self, options: Mapping[str, Any]) -> BoundComponent:
        """Return the component with other options, and what it needs before the first call. Raise ZebraError as a run does."""
        bound = self.component.bind(options)
        if isinstance(bound.instance, UsesComponents):
            bound.instance.use(Resolver(Recipe(), self.plugins))
        return bound

    @property
    def settings(self) -> dict[str, Any]:
        """All options as a recipe gives them, with their values; undeclared ones beside the others."""
        options = self.bound.options
        rest = catch_all_of(self.component.factory) if self.component.takes_any_option else None  # type: ignore[arg-type]
        undeclared = options.pop(rest) if rest else {}
        return {**options, **undeclared}

    @property
    def instance(self) -> Any:
        """What the component's factory made of the options."""
        return self.bound.instance

    def call(self, *arguments: Any, **keywords: Any) -> Any:
        """Call the component. Raise PluginError, which names it, if it fails in another way than by a ZebraError."""
        return self.bound(*arguments, **keywords)
