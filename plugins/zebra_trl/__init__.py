"""Training with TRL: SFT, DPO and its kin, and a tiny model to try them with. What is heavy is imported when a training starts."""

from __future__ import annotations

import zebra_core as zebra
from zebra_trl.pairs import NAME, Pairs
from zebra_trl.tiny import Tiny
from zebra_trl.trainers import CPO, DPO, KTO, ORPO, SFT, Reward, SimPO


@zebra.hookimpl
def zebra_trainers() -> zebra.Components:
    """Offer TRL's trainers."""
    return {"sft": SFT, "dpo": DPO, "kto": KTO, "reward": Reward, "orpo": ORPO, "cpo": CPO, "simpo": SimPO}


@zebra.hookimpl
def zebra_models() -> zebra.Components:
    """Offer the model `tiny`."""
    return {"tiny": Tiny}


@zebra.hookimpl
def zebra_evaluators() -> zebra.Components:
    """Offer the evaluator `pairs`."""
    return {"pairs": Pairs}


@zebra.hookimpl
def zebra_catalogues() -> zebra.Components:
    """Describe what the evaluator `pairs` measures."""
    return {"pairs": measured}


def measured() -> dict[str, dict[str, object]]:
    """The share of preference pairs of which a model prefers the chosen response."""
    source = "https://arxiv.org/abs/2403.13787"
    return {NAME: {"axis": "preference", "direction": "higher", "bounds": [0, 1], "chance": 0.5, "source": source}}
