"""The version of ZEBRA, and of its plugin API, that a plugin needs."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from zebra_core.errors import PluginError
from zebra_core.hookspecs import API_VERSION

if TYPE_CHECKING:
    from importlib.metadata import Distribution

    from zebra_core.plugins.installed import Origin

ZEBRA = "zebra-preference"


def check_version(plugin: str, distribution: Distribution | None) -> None:
    """Raise PluginError if a plugin's distribution requires another version of ZEBRA than the one installed."""
    if distribution is None or distribution.name == ZEBRA:
        return
    requirements = [line for line in distribution.requires or () if ZEBRA in line.lower().replace("_", "-")]
    if not requirements:
        return
    from packaging.requirements import Requirement  # noqa: PLC0415  # only for plugins that name a version

    for requirement in map(Requirement, requirements):
        applies = requirement.marker is None or requirement.marker.evaluate({"extra": ""})
        if applies and not requirement.specifier.contains(version(ZEBRA), prereleases=True):
            needed = f"{ZEBRA}{requirement.specifier}"
            msg = (
                f"plugin {plugin!r} ({distribution.name} {distribution.version}) needs {needed}, but {version(ZEBRA)} is "
                f'installed; upgrade with `pip install -U "{needed}"`, or install another version of {distribution.name}'
            )
            raise PluginError(msg)


def check_api(plugin: str, origin: Origin, declaration: object) -> None:
    """Raise PluginError if a plugin's ZEBRA_API, a version or the first and last one, leaves out this version of the API."""
    if declaration is None:
        return
    versions = declaration if isinstance(declaration, tuple) else (declaration, declaration)
    if len(versions) != 2 or not all(type(number) is int for number in versions):
        msg = f"plugin {plugin!r} ({origin}): ZEBRA_API must be a version such as 1, or the first and the last such as (1, 2), got {declaration!r}"
        raise PluginError(msg)
    first, last = versions
    if first <= API_VERSION <= last:
        return
    upgrade = f"upgrade ZEBRA with `pip install -U {ZEBRA}`"
    if last < API_VERSION:
        upgrade = "upgrade the plugin, or, if it is your own, adapt it and raise its ZEBRA_API"
    supported = f"version {first}" if first == last else f"versions {first} to {last}"
    msg = f"plugin {plugin!r} ({origin}) is for {supported} of the plugin API, but ZEBRA {version(ZEBRA)} has version {API_VERSION}; {upgrade}"
    raise PluginError(msg)
