"""From scores to ability: what to do about missing scores, how scores become comparable, and how they become one number."""

from __future__ import annotations

import zebra_core as zebra


@zebra.hookimpl
def zebra_imputations() -> zebra.Components:
    """Offer what `--missing` names."""
    from zebra_ability.imputations import drop_benchmark, drop_model, mean, refuse
    from zebra_ability.measured import Measured

    filled = {"drop-model": drop_model, "drop-benchmark": drop_benchmark, "mean": mean}
    return {"error": refuse, **filled, "evaluate": Measured}


@zebra.hookimpl
def zebra_normalisations() -> zebra.Components:
    """Offer the normalisations by name."""
    from zebra_ability.normalisations import minmax, rank, within_range, zscore

    return {"minmax": minmax, "range": within_range, "zscore": zscore, "rank": rank}


@zebra.hookimpl
def zebra_superiorities() -> zebra.Components:
    """Offer the superiorities by name."""
    from zebra_ability.superiorities import Mean

    return {"mean": Mean}


@zebra.hookimpl
def zebra_defaults() -> dict[str, str]:
    """Fill in nothing, and take the papers' normalisation and mean."""
    return {"imputation": "error", "normalisation": "minmax", "superiority": "mean"}
