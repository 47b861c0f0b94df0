"""The installed plugins, found by their entry points; ZEBRA_PLUGINS says which of them are loaded."""

from __future__ import annotations

import os
from importlib.metadata import entry_points
from typing import TYPE_CHECKING

import attrs

from zebra_core.errors import unknown

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from importlib.metadata import EntryPoint

GROUP = "zebra"
"""The group of entry points that plugins use."""
ONLY = "ZEBRA_PLUGINS"
"""The environment variable that names the installed plugins to load, separated by commas; all if it is not set."""


@attrs.frozen
class Origin:
    """Where a plugin comes from: a distribution and its version, or a file and its hash."""

    distribution: str
    version: str = ""

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}".strip()


def installed_plugins() -> dict[str, tuple[EntryPoint, Origin]]:
    """Return the installed plugins by name; if two distributions use the same name, the second is `distribution.name`."""
    return dict(_plugins())


def installed_names() -> set[str]:
    """Return the names of the installed plugins, without loading any."""
    return set(installed_plugins())


def names_to_load(installed: Mapping[str, object], requested: list[str]) -> list[str]:
    """Return the installed plugins that a run loads: those of ZEBRA_PLUGINS, or all, and those requested, without `no:NAME`.

    Raise ZebraError, suggesting the closest match, for a name that is not installed.
    """
    blocked = [name.removeprefix("no:") for name in requested if name.startswith("no:")]
    only = os.environ.get(ONLY)
    listed = list(installed) if only is None else [name.strip() for name in only.split(",") if name.strip()]
    for names, place in ((blocked, ""), (listed, f"in {ONLY}")):
        for name in names:
            if name not in installed:
                what = "installed plugin"
                raise unknown(what, name, installed, place)
    return [name for name in installed if name not in blocked and (name in listed or name in requested)]


def left_out() -> str:
    """Return why installed plugins may not be loaded, to end a sentence with; empty if ZEBRA_PLUGINS is not set."""
    only = os.environ.get(ONLY)
    return "" if only is None else f", for {ONLY} is {only!r}; add the plugin to it, or unset it"


def _plugins() -> Iterator[tuple[str, tuple[EntryPoint, Origin]]]:
    owners: dict[str, str] = {}
    entries = entry_points(group=GROUP)
    for entry in sorted(entries, key=lambda entry: (entry.name, entry.dist.name if entry.dist else "")):
        origin = Origin(entry.dist.name, entry.dist.version) if entry.dist else Origin("unknown distribution")
        if owners.get(entry.name) == origin.distribution:
            continue
        name = f"{origin.distribution}.{entry.name}" if entry.name in owners else entry.name
        owners[name] = origin.distribution
        yield name, (entry, origin)
