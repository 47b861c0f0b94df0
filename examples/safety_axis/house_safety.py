"""An in-house safety benchmark: a catalogue is all that ZEBRA needs to know of it."""

from __future__ import annotations

import zebra_core as zebra


@zebra.hookimpl
def zebra_catalogues() -> zebra.Components:
    """Describe the benchmarks of this house."""
    return {"house": house}


def house() -> dict[str, dict[str, object]]:
    """How many of 200 attempts to have a secret told were turned down, in percent."""
    secrets = {"axis": "safety", "direction": "higher", "bounds": [0, 100], "names": ["secrets kept (of 200)"]}
    return {"secrets-kept": {**secrets, "source": "examples/safety_axis"}}
