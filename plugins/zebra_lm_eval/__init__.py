"""Evaluation with lm-evaluation-harness: its tasks, and the papers' six. The harness is imported only to evaluate."""

from __future__ import annotations

import zebra_core as zebra


@zebra.hookimpl
def zebra_evaluators() -> zebra.Components:
    """Offer the evaluator `lm-eval`."""
    from zebra_lm_eval.evaluator import LmEval

    return {"lm-eval": LmEval}
