"""How similar two models are: cosine, pearson, euclidean and rbf."""

from __future__ import annotations

import zebra_core as zebra


@zebra.hookimpl
def zebra_similarities() -> zebra.Components:
    """Offer the similarities by name."""
    from zebra_similarity.measures import Rbf, cosine, euclidean, pearson

    return {"cosine": cosine, "pearson": pearson, "euclidean": euclidean, "rbf": Rbf}


@zebra.hookimpl
def zebra_defaults() -> dict[str, str]:
    """Use the papers' similarity by default."""
    return {"similarity": "cosine"}
