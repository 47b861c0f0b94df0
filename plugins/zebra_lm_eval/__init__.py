"""Evaluating with lm-evaluation-harness: its tasks, and the papers' six. The harness is imported when a model is measured."""

from __future__ import annotations

import zebra_core as zebra
from zebra_lm_eval.evaluator import LmEval


@zebra.hookimpl
def zebra_evaluators() -> zebra.Components:
    """Offer the evaluator `lm-eval`."""
    return {"lm-eval": LmEval}
