"""The installed plugins, and the behavior of the papers' models; loaded once, when a test first needs them."""

from __future__ import annotations

from functools import cache

import zebra_core as zebra


@cache
def installed_plugins() -> zebra.Plugins:
    """Return the installed plugins."""
    return zebra.load_plugins()


@cache
def paper_behavior() -> zebra.Behavior:
    """Return the behavior of the papers' 16 models."""
    return zebra.derive_behavior(zebra.read_scores("paper", plugins=installed_plugins()), plugins=installed_plugins())
