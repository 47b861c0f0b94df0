"""Two in-house safety benchmarks, of one more is better, of the other less: a catalogue is all that ZEBRA needs."""

from __future__ import annotations

import zebra_core as zebra


@zebra.hookimpl
def zebra_catalogues() -> zebra.Components:
    """Describe the benchmarks of this house."""
    return {"house": house}


def house() -> dict[str, dict[str, object]]:
    """Secrets that were kept, in percent, of which more is better, and dangerous advice, of which less is."""
    secrets = {"axis": "safety", "direction": "higher", "bounds": [0, 100], "names": ["secrets kept (of 200)"]}
    advice = {"axis": "safety", "direction": "lower", "bounds": [0, 1000], "names": ["dangerous advice (per 1000)"]}
    return {"secrets-kept": secrets, "dangerous-advice": advice}
