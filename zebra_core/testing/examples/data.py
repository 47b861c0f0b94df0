"""Data of the checks, drawn with numpy seeds: vectors, a behavior, and the candidates of instructions."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa

from zebra_core.behavior import DECIMALS, Behavior
from zebra_core.pairing.candidates import Candidates, hashed, sample_batch
from zebra_core.scores.table import Benchmark, Direction, ScoreTable
from zebra_core.training.schedule import CandidatePairs

if TYPE_CHECKING:
    from numpy.typing import NDArray

AXES = ("ability", "safety", "over-refusal")
"""The axes of the benchmarks of the example, in turn."""


def draw_vectors(models: int = 7, benchmarks: int = 6, seed: int = 0) -> NDArray[np.float64]:
    """Return ability vectors (models x benchmarks) in [0, 1]; each benchmark has a best model at 1 and a worst at 0."""
    vectors = np.random.default_rng(seed).random((models, benchmarks))
    low, high = vectors.min(axis=0), vectors.max(axis=0)
    return np.asarray((vectors - low) / np.where(high > low, high - low, 1.0))


def draw_table(models: int = 7, *, gaps: bool = False) -> ScoreTable:
    """Return scores of which more is better, less is better, and 50 is best; with `gaps`, two scores are missing."""
    directions: tuple[Direction, ...] = ("higher", "lower", 50.0)
    names = ("more-is-better", "less-is-better", "fifty-is-best")
    benchmarks = [Benchmark(n, "ability", d, (0, 100)) for n, d in zip(names, directions, strict=True)]
    values = np.round(5 + 90 * np.random.default_rng(4).random((models, 3)), 3)
    if gaps:
        values[1, 0] = values[2, 1] = np.nan
    return ScoreTable([f"model-{number}" for number in range(models)], benchmarks, values, np.full(values.shape, 1.5))


def make_behavior(vectors: NDArray[np.float64]) -> Behavior:
    """Return the behavior of models with these vectors, best model first; similarity is 1 minus the mean distance."""
    models, benchmarks = vectors.shape
    similarity = 1 - np.abs(vectors[:, None] - vectors[None]).mean(axis=2)
    names = tuple(f"model-{number}" for number in range(models))
    columns = tuple(f"benchmark-{number}" for number in range(benchmarks))
    axes = tuple(AXES[number % len(AXES)] for number in range(benchmarks))
    superiority = np.round(vectors.mean(axis=1), DECIMALS)
    error = np.full(models, 0.01)
    return Behavior(
        names, columns, vectors, superiority, np.round(similarity, DECIMALS), error, axes, (1.0,) * benchmarks
    ).ranked()


def draw_candidates(behavior: Behavior, answers: int = 4, rows: int = 8, seed: int = 0) -> Candidates:
    """Return instructions that `answers` of the models answered, rated from 1 to 5, with ratings that tie."""
    generator = np.random.default_rng(seed)
    count = len(behavior.models)
    models = np.array([np.sort(generator.choice(count, answers, replace=False)) for _ in range(rows)])
    return Candidates(
        np.arange(rows),
        models,
        np.arange(rows * answers).reshape(rows, answers),
        generator.integers(1, 6, (rows, answers)).astype(np.float64),
        pa.array([f"instruction-{number}" for number in range(rows)]),
        hashed(list(behavior.models)),
        sample_batch(models),
        seed=3,
    )


def draw_candidate_pairs(number: int, instructions: int = 12, pairs: int = 6) -> CandidatePairs:
    """Return the candidates of round `number` of three: so many pairs of each instruction, measured after the first round."""
    count = instructions * pairs
    margin, similarity, confidence, measured = np.random.default_rng(5).random((4, count))
    return CandidatePairs(
        instruction=np.repeat(np.arange(instructions), pairs),
        rank=np.tile(np.arange(pairs), instructions),
        margin=margin,
        similarity=similarity,
        confidence=0.5 + confidence / 2,
        policy_margin=np.zeros(count) if number == 1 else measured * 10 - 5,
        round=number,
        rounds=3,
    )


def writable(value: Any) -> Any:
    """Return a copy of an array, a behavior or candidates that may be written to; anything else as it is.

    A component that writes to what it receives then fails the one check that is for this, and no other.
    """
    if isinstance(value, np.ndarray):
        return value.copy()
    if not isinstance(value, Behavior | Candidates | CandidatePairs):
        return value
    twin = copy.copy(value)
    for field in attrs.fields(type(value)):
        part = getattr(value, field.name)
        if isinstance(part, np.ndarray):
            object.__setattr__(twin, field.name, part.copy())
    return twin
