"""The version of ZEBRA that an installed plugin needs."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from zebra_core.errors import PluginError

if TYPE_CHECKING:
    from importlib.metadata import Distribution

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
