"""The figures and tables of a report, in the order in which they stand. matplotlib and its kin are imported when one is drawn."""

from __future__ import annotations

import zebra_core as zebra
from zebra_figures.about import Cost, overview, score_table
from zebra_figures.lints import lints
from zebra_figures.models import heat_map, profiles, scatter, tree
from zebra_figures.pairs import distributions, frequencies, model_pairs, samples
from zebra_figures.texts import Texts


@zebra.hookimpl
def zebra_figures() -> zebra.Components:
    """Offer the figures."""
    return {
        "overview": overview,
        "scores": score_table,
        "profiles": profiles,
        "similarity": heat_map,
        "map": scatter,
        "tree": tree,
        "frequencies": frequencies,
        "model-pairs": model_pairs,
        "distributions": distributions,
        "texts": Texts,
        "lints": lints,
        "cost": Cost,
        "samples": samples,
    }
