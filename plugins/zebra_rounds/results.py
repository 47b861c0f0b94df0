"""What each round gave, kept as `rounds.json`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FILE = "rounds.json"


@attrs.frozen(kw_only=True)
class RoundResult(zebra.Record):
    """What a round gave: its pairs and training, the scores of its policy, and how that does on the candidates.

    `accuracy` is the share of the candidates on which the policy has moved towards the chosen response, and `policy_margin` the
    mean implicit reward margin; `similarity` and `margin` are means over the round's pairs.
    """

    number: int
    pairs: int
    similarity: float
    margin: float
    steps: int | None
    seconds: float | None
    metrics: dict[str, float]
    scores: dict[str, float]
    accuracy: float | None
    policy_margin: float | None

    @classmethod
    def of(
        cls,
        number: int,
        dataset: zebra.Dataset,
        model: Path,
        measured: Mapping[str, float],
        scores: Mapping[str, float],
    ) -> RoundResult:
        """Return the result of a round, from its dataset, its model's folder, and what was measured of the policy."""
        training = zebra.TrainingResult.read(model) or zebra.TrainingResult()
        summary = dataset.manifest.summary
        return cls(
            number=number,
            pairs=dataset.total,
            similarity=summary.mean_similarity,
            margin=summary.mean_margin,
            steps=training.steps,
            seconds=training.seconds,
            metrics=dict(training.metrics),
            scores=dict(scores),
            accuracy=measured.get("accuracy"),
            policy_margin=measured.get("mean margin"),
        )


@attrs.frozen(kw_only=True)
class RoundResults(zebra.Record):
    """The results of all rounds, with the schedule and the trainer that gave them."""

    schedule: str
    trainer: str
    rounds: tuple[RoundResult, ...]


def table_of(results: Sequence[RoundResult]) -> list[list[object]]:
    """Return the results as a table, header first."""
    benchmarks = list(dict.fromkeys(name for result in results for name in result.scores))
    rows: list[list[object]] = [
        ["round", "pairs", "mean similarity", "mean margin", "steps", "candidates right", "policy margin", *benchmarks]
    ]
    for each in results:
        measured = [each.similarity, each.margin, each.steps, each.accuracy, each.policy_margin]
        rows.append([each.number, each.pairs, *measured, *(each.scores.get(name) for name in benchmarks)])
    return rows
