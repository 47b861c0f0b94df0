"""What well-known benchmarks measure: axis, direction, range and chance level, with the source of each."""

from __future__ import annotations

from pathlib import Path

import zebra_core as zebra


@zebra.hookimpl
def zebra_catalogues() -> zebra.Components:
    """Offer the catalogue."""
    return {"benchmarks": benchmarks}


def benchmarks() -> Path:
    """Eighty-odd well-known benchmarks, from knowledge to bias; see docs/reference/benchmarks.md."""
    return Path(__file__).parent / "catalogue.toml"
