"""The figures and tables of the report, in the order of the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zebra_report.figures.about import Cost, overview, score_table
from zebra_report.figures.lint_table import LintTable
from zebra_report.figures.models import heat_map, profiles, scatter, tree
from zebra_report.figures.pairs import distributions, frequencies, model_pairs
from zebra_report.figures.texts import Texts

if TYPE_CHECKING:
    import zebra_core as zebra

FIGURES: zebra.Components = {
    "overview": overview,
    "lints": LintTable,
    "frequencies": frequencies,
    "model-pairs": model_pairs,
    "distributions": distributions,
    "texts": Texts,
    "similarity": heat_map,
    "map": scatter,
    "tree": tree,
    "profiles": profiles,
    "scores": score_table,
    "cost": Cost,
}
