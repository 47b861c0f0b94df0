"""What is measured of a round's policy: its scores, and its margins on the candidates, each once."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import zebra_core as zebra
from zebra_core.evaluation import SCORES, evaluate
from zebra_core.plugins.component import attributed_to
from zebra_core.training.folder import content_version
from zebra_rounds.candidates import read_margins, write_margins

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    from zebra_rounds.candidates import CandidateSet

EVALUATED = "evaluated.json"


def policy_name(number: int) -> str:
    """Return the name of the policy that a round gives, in scores and pools."""
    return f"policy-{number}"


def policy_margins(
    trainer: zebra.BoundComponent, candidates: CandidateSet, model: str, base: str, path: Path
) -> NDArray[np.float64]:
    """Return the implicit reward margins of a policy against a base on all candidates; `path` keeps them."""
    follows_from = {
        "candidates": zebra.fingerprint([candidates.dataset.manifest_file])[0]["xxh3_128"],
        "policy": content_version(model),
        "base": base,
        "trainer": trainer.options,
    }
    key = zebra.as_json(follows_from)
    margins = read_margins(path, key)
    if margins is None:
        with candidates.run.plugins.stage("measurement") as done:
            with attributed_to(trainer, mistakes=False):
                margins = trainer.instance.margins(candidates.location, model, base)
            done(margins)
        write_margins(margins, path, key)
    return margins


def policy_scores(run: zebra.Run, model: str, number: int, folder: Path) -> dict[str, float]:
    """Return the scores of a policy by benchmark; `folder` keeps everything measured."""
    follows_from: dict[str, Any] = {"model": content_version(model), "evaluators": run.evaluators}
    path, key = folder / EVALUATED, zebra.as_json(follows_from)
    name = policy_name(number)
    if path.is_file() and path.read_text(encoding="utf-8") == key:
        values = json.loads((folder / SCORES).read_text(encoding="utf-8"))
        return dict(values["scores"][name])
    scores = evaluate(run.plugins, run.evaluators, model, folder, name).scores
    zebra.storage.write_durably(path, key)
    return scores
