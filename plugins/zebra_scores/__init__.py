"""Score tables: general ones, public leaderboards, results of evaluation harnesses, and the tables of the papers."""

from __future__ import annotations

import zebra_core as zebra


@zebra.hookimpl
def zebra_score_sources() -> zebra.Components:
    """Offer the score sources by name."""
    from zebra_scores.embedded import Paper, PaperPrinted
    from zebra_scores.harness.every_eval_ever import EveryEvalEver
    from zebra_scores.harness.inspect_ai import Inspect
    from zebra_scores.harness.lighteval import LightEval
    from zebra_scores.harness.lm_eval import LmEval
    from zebra_scores.helm import Helm
    from zebra_scores.hub_cards import EvalResults, ModelIndex
    from zebra_scores.json_table import Json
    from zebra_scores.layouts import LAYOUTS
    from zebra_scores.long_table import Long, OpenCompass
    from zebra_scores.wide import Csv

    tables = {"csv": Csv, "json": Json, "long": Long, "opencompass": OpenCompass, "helm": Helm}
    runs = {"lm-eval": LmEval, "lighteval": LightEval, "inspect": Inspect, "every-eval-ever": EveryEvalEver}
    cards = {"eval-results": EvalResults, "model-index": ModelIndex}
    return {**tables, **LAYOUTS, **runs, **cards, "paper": Paper, "paper-printed": PaperPrinted}


@zebra.hookimpl
def zebra_aliases() -> zebra.Components:
    """Offer what resolves names of models."""
    from zebra_scores.names import letters

    return {"letters": letters}


@zebra.hookimpl
def zebra_defaults() -> dict[str, str]:
    """Use the paper's scores by default."""
    return {"score source": "paper"}
