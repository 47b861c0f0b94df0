"""Observers: plugins that are notified when a stage starts, ends or fails."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import attrs

from zebra_core.errors import ZebraError
from zebra_core.hookspecs import OBSERVERS
from zebra_core.plugins.component import Component, attributed_to

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pluggy

    from zebra_core.base.trace import Trace


@attrs.frozen(eq=False)
class Observers:
    """The observers of a run. One that fails is reported once by `warn`, and not notified again."""

    manager: pluggy.PluginManager
    warn: Callable[[str], object]
    trace: Trace
    off: set[str] = attrs.field(factory=set)

    @property
    def components(self) -> list[Component]:
        """The observers as `zebra plugins` lists them, each under the name of its hook."""
        return [component for hook in OBSERVERS for component, _ in self._of(hook)]

    def notify(self, hook: str, stage: str, **values: object) -> None:
        """Call the observers of a hook with the arguments that they take."""
        for component, names in self._of(hook):
            if component.plugin in self.off:
                continue
            arguments = {"stage": stage, **values}
            try:
                with self.trace.step(f"{hook}({stage!r})", component.plugin), attributed_to(component):
                    component.factory(*(arguments[name] for name in names))
            except ZebraError as error:
                self.off.add(component.plugin)
                self.warn(f"{error}; at the stage {stage!r}, and it is switched off for the rest of the run")

    @contextmanager
    def stage(self, name: str) -> Iterator[Callable[[object], None]]:
        """Notify the observers that a stage starts, and that it fails if it does; call what this gives with its result."""
        self.notify("zebra_stage_started", name)
        try:
            with self.trace.step(name):
                yield lambda result: self.notify("zebra_stage_done", name, result=result)
        except BaseException as error:
            self.notify("zebra_stage_failed", name, error=error)
            raise

    def _of(self, hook: str) -> list[tuple[Component, tuple[str, ...]]]:
        implementations = getattr(self.manager.hook, hook).get_hookimpls()
        return [
            (Component("observer", hook, each.plugin_name, each.function), each.argnames) for each in implementations
        ]
