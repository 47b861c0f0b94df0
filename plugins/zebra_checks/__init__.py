"""Warnings about scores that a careful person would give."""

from __future__ import annotations

import zebra_core as zebra


@zebra.hookimpl
def zebra_score_checks() -> zebra.Components:
    """Offer the checks under the names that silence them."""
    from zebra_checks import checks

    return {
        "out-of-range": checks.out_of_range,
        "off-its-column": checks.off_its_column,
        "at-chance": checks.at_chance,
        "identical-models": checks.identical,
        "derived-benchmark": checks.derived,
        "gamed-row": checks.gamed,
        "base-model-value": checks.as_its_base,
        "few-benchmarks": checks.too_few,
        "dominant-benchmark": checks.decides_alone,
    }
