"""Score tables: general ones, public leaderboards, results of harnesses, and the embedded table of the papers."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import attrs

import zebra_core as zebra
from zebra_leaderboard.harness import EveryEvalEver, Inspect, LightEval, LmEval
from zebra_leaderboard.helm import Helm
from zebra_leaderboard.hub_cards import EvalResults, ModelIndex
from zebra_leaderboard.json_table import Json
from zebra_leaderboard.layouts import LAYOUTS
from zebra_leaderboard.long_table import Long, OpenCompass
from zebra_leaderboard.wide import Csv

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).parent


@zebra.hookimpl
def zebra_score_sources() -> zebra.Components:
    """Offer the score sources by name."""
    tables = {"csv": Csv, "json": Json, "long": Long, "opencompass": OpenCompass, "helm": Helm}
    runs = {"lm-eval": LmEval, "lighteval": LightEval, "inspect": Inspect, "every-eval-ever": EveryEvalEver}
    cards = {"eval-results": EvalResults, "model-index": ModelIndex}
    return {**tables, **LAYOUTS, **runs, **cards, "paper": Paper, "paper-printed": PaperPrinted}


@attrs.frozen
class Paper:
    """The 16 models and six benchmarks of the papers, with the digits of the authors' own file (benchmark.csv)."""

    def __call__(self, location: str | None) -> Path:  # noqa: ARG002
        """Return the embedded table."""
        return HERE / "paper.json"

    @staticmethod
    def covers(models: Sequence[str]) -> bool:
        """Whether all of a pool's models are among the papers' 17; ultralm-65b is, without scores."""
        return {*models} <= {*Json()(str(HERE / "paper.json")).models, "ultralm-65b"}


@attrs.frozen
class PaperPrinted:
    """Table 4 of ZEBRA as printed, rounded to two decimals."""

    def __call__(self, location: str | None) -> Path:  # noqa: ARG002
        """Return the embedded table."""
        return HERE / "paper-printed.json"
