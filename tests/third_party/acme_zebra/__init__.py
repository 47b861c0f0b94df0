"""A plugin as a third party writes it: one import of ZEBRA, three hooks, three components."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

import zebra_core as zebra

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Matrix = NDArray[np.float64]

HARMFUL = {"scholar": 4.0, "parrot": 61.0}
"""Share of harmful requests that a model complied with, in percent; 30 for a model that is not listed."""


@zebra.hookimpl
def zebra_similarities() -> zebra.Components:
    """Offer the similarity `agreement`."""
    return {"agreement": agreement}


@zebra.hookimpl
def zebra_score_sources() -> zebra.Components:
    """Offer the score source `harm`."""
    return {"harm": Harm}


@zebra.hookimpl
def zebra_strategies() -> zebra.Components:
    """Offer the strategy `closest-gap`."""
    return {"closest-gap": ClosestGap}


def agreement(vectors: Matrix) -> Matrix:
    """One minus the mean absolute difference of two vectors, in [0, 1]."""
    return 1 - np.abs(vectors[:, None, :] - vectors[None, :, :]).mean(axis=2)


@attrs.frozen
class Harm:
    """How often a model complies with a harmful request: a safety score, of which less is better."""

    def __call__(self, location: str | None) -> zebra.ScoreTable:
        """Read lines of `model percent` from a file, or give the embedded ones."""
        rows = HARMFUL
        if location is not None:
            with open(location, encoding="utf-8") as lines:  # noqa: PTH123
                rows = {model: float(percent) for model, percent in (line.split() for line in lines)}
        benchmark = zebra.Benchmark("harmful-compliance", axis="safety", direction="lower", bounds=(0, 100))
        return zebra.ScoreTable.from_rows([(m, {benchmark.name: percent}) for m, percent in rows.items()], [benchmark])


@attrs.frozen
class ClosestGap:
    """The pair whose superiority gap is closest to a wanted one."""

    gap: float = 0.3

    def __call__(self, behavior: zebra.Behavior) -> Matrix:
        """Want a pair the more, the nearer its gap is to `gap`."""
        return -np.abs(np.abs(behavior.gap) - self.gap)
