"""The report: one page, its figures and tables, in a real browser; and the lints."""

from __future__ import annotations

FIGURES = {"profiles", "similarity", "map", "tree", "frequencies", "distributions"}
