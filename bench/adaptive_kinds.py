"""The evaluator of bench/adaptive.py: how often a model is right on questions of each kind, the benchmarks of its scores."""

from __future__ import annotations

import sys
from pathlib import Path

import attrs

import zebra_core as zebra

sys.path.insert(0, str(Path(__file__).parent))


@zebra.hookimpl
def zebra_evaluators() -> zebra.Components:
    """Offer the evaluator `kinds`."""
    return {"kinds": Kinds}


@attrs.frozen(kw_only=True)
class Kinds:
    """The share of right answers among sampled responses to the questions of a file, by kind."""

    questions: str = zebra.option(
        "", "File with questions and their right answers.", flag="--questions", metavar="FILE", requests=True
    )

    def __call__(self, model: str, output: Path) -> zebra.ScoreTable:  # noqa: ARG002
        """Return the shares."""
        from adaptive_measure import questions, responses, right

        asked = questions(Path(self.questions))
        shares = right(asked, responses(Path(model), [question.prompt for question in asked], temperature=1.0))
        del shares["exact"]
        benchmarks = [zebra.Benchmark(kind, direction="higher", bounds=(0, 1)) for kind in shares]
        return zebra.ScoreTable.from_rows([(model, shares)], benchmarks)
