"""Deprecation of hooks and arguments, as docs/reference/stability.md describes it, tried with toy hooks."""

from __future__ import annotations

from types import SimpleNamespace

import pluggy
import pytest
from helpers.generated import DOCS

import zebra_core as zebra
from zebra_core import hookspecs
from zebra_core.plugins.installed import Origin

HOOK = "zebra_toys is deprecated since 0.2 and will be removed in 0.4: implement zebra_similarities"
ARGUMENT = "the argument `speed` of zebra_toy_moved is deprecated since 0.2 and will be removed in 0.4: take `stage`"


@hookspecs.hookspec(warn_on_impl=DeprecationWarning(HOOK))
def zebra_toys() -> zebra.Components:  # type: ignore[empty-body]
    """Offer toys."""


@hookspecs.hookspec(warn_on_impl_args={"speed": DeprecationWarning(ARGUMENT)})
def zebra_toy_moved(stage: str, speed: float) -> None:
    """Observe that a toy moves."""


@zebra.hookimpl(specname="zebra_toys")
def toys() -> zebra.Components:
    """Offer no toy."""
    return {}


@zebra.hookimpl(specname="zebra_toy_moved")
def moved(stage: str, speed: float) -> None:
    """Take the deprecated argument."""


@zebra.hookimpl(specname="zebra_toy_moved")
def moved_at(stage: str) -> None:
    """Take the other argument only."""


@pytest.fixture
def plugins() -> zebra.Plugins:
    """No plugin, and hooks of which one, and an argument of another, are deprecated."""
    manager = pluggy.PluginManager("zebra")
    manager.add_hookspecs(hookspecs)
    manager.add_hookspecs(SimpleNamespace(zebra_toys=zebra_toys, zebra_toy_moved=zebra_toy_moved))
    return zebra.Plugins(manager)


@pytest.mark.parametrize(
    ("implementations", "deprecated"),
    [
        ({"a": toys}, [HOOK]),
        ({"a": moved}, [ARGUMENT]),
        ({"a": moved_at}, []),
        ({"a": toys, "b": moved}, [HOOK, ARGUMENT]),
    ],
    ids=["hook", "argument", "neither", "both"],
)
def test_a_plugin_that_uses_what_is_deprecated(
    plugins: zebra.Plugins, implementations: dict[str, object], deprecated: list[str]
) -> None:
    """It is loaded, with one warning for each deprecated hook or argument: since when, until when, and what to do."""
    plugins.add("old", SimpleNamespace(**implementations), Origin("acme", "1.0"))
    warnings = [f"plugin 'old' (acme 1.0): {text}" for text in deprecated]
    assert plugins.warnings == warnings
    assert "old" in plugins.origins
    if deprecated == [HOOK]:
        assert f"Warning: {warnings[0]}\n" in (DOCS / "reference/stability.md").read_text(encoding="utf-8")
