"""What a careful person would question in a score table: each check yields texts with the models they concern."""

from __future__ import annotations

import re
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from numpy.typing import NDArray

    Doubt = tuple[str, ...]

CHAT = {"chat", "instruct", "it", "sft", "dpo", "rlhf", "rlvr"}
"""Words in the name of a model trained to converse that the name of its base model lacks."""
PRINTED = 0.0051
"""Two values printed with two decimals are equal if they are this close."""


def _cells(table: zebra.ScoreTable, marked: NDArray[np.bool_]) -> Iterator[Doubt]:
    for i, j in np.argwhere(marked):
        yield f"{table.models[i]} has {table.values[i, j]:g} on {table.benchmarks[j].name}", table.models[i]


def out_of_range(table: zebra.ScoreTable) -> Iterator[Doubt]:
    """A score is outside the range of its benchmark."""
    bounds = np.array([b.bounds or (-np.inf, np.inf) for b in table.benchmarks], np.float64).reshape(-1, 2)
    return _cells(table, (table.values < bounds[:, 0]) | (table.values > bounds[:, 1]))


def off_its_column(table: zebra.ScoreTable) -> Iterator[Doubt]:
    """A score is 100 times off the others of its benchmark.

    It is 20 times below (or above) every other one, and among them if multiplied (or divided) by 100.
    """
    marked = np.zeros(table.values.shape, bool)
    for j in range(table.values.shape[1]):
        filled = np.flatnonzero(table.values[:, j] > 0)
        if len(filled) < 4:
            continue
        values = table.values[filled, j]
        for i, value in zip(filled, values.tolist(), strict=True):
            others = values[filled != i]
            low, high = float(others.min()), float(others.max())
            below = value * 20 < low and low / 2 <= value * 100 <= high * 2
            above = value > high * 20 and low / 2 <= value / 100 <= high * 2
            marked[i, j] = below or above
    return _cells(table, marked)


def at_chance(table: zebra.ScoreTable) -> Iterator[Doubt]:
    """A score is what guessing gives, or less."""
    chance = np.array([b.chance or -np.inf if b.direction == "higher" else -np.inf for b in table.benchmarks])
    return _cells(table, table.values <= chance)


def identical(table: zebra.ScoreTable) -> Iterator[Doubt]:
    """Models have the same scores throughout."""
    groups: dict[bytes, list[str]] = {}
    for model, row in zip(table.models, table.values, strict=True):
        if (~np.isnan(row)).sum() > 1:
            groups.setdefault(row.tobytes(), []).append(model)
    return ((" = ".join(names), *names) for names in groups.values() if len(names) > 1)


def derived(table: zebra.ScoreTable) -> Iterator[Doubt]:
    """A benchmark counts twice.

    Its column repeats another one, or is the mean of all others, on five models or more.
    """
    for j, benchmark in enumerate(table.benchmarks):
        for k in range(j):
            both = ~np.isnan(table.values[:, [j, k]]).any(axis=1)
            if both.sum() >= 5 and _follows(table.values[both, j], table.values[both, k]):
                yield (f"{benchmark.name} follows from {table.benchmarks[k].name}",)
        complete = table.values[~np.isnan(table.values).any(axis=1)]
        others = np.delete(complete, j, axis=1)
        if len(complete) >= 5 and others.shape[1] > 1 and np.abs(complete[:, j] - others.mean(axis=1)).max() < 0.01:
            yield (f"{benchmark.name} is the mean of the others",)


def _follows(x: NDArray[np.float64], y: NDArray[np.float64]) -> bool:
    if not (np.ptp(x) > 0 and np.ptp(y) > 0):
        return False
    with np.errstate(all="ignore"):
        return bool(abs(np.corrcoef(x / np.abs(x).max(), y / np.abs(y).max())[0, 1]) > 1 - 1e-9)


def gamed(table: zebra.ScoreTable) -> Iterator[Doubt]:
    """A row is gamed, or the same in each column."""
    for model, row in zip(table.models, table.values, strict=True):
        scores = row[~np.isnan(row)]
        if re.fullmatch(r"null[-_ ]?model", model, flags=re.IGNORECASE) or (len(scores) > 2 and np.ptp(scores) == 0):
            yield model, model


def as_its_base(table: zebra.ScoreTable) -> Iterator[Doubt]:
    """A chat model has the value of its base model.

    The value is probably a copy.
    """
    for i, j in _chat_and_base(table.models):
        same = np.abs(table.values[i] - table.values[j]) < PRINTED
        for k in np.flatnonzero(same & (table.values[i] != 0)):
            text = f"{table.models[i]} has on {table.benchmarks[k].name} what {table.models[j]} has ({table.values[j, k]:g})"
            yield text, table.models[i]


def _chat_and_base(models: Iterable[str]) -> Iterator[tuple[int, int]]:
    """Yield the numbers of a chat model and of a base model of the same family, by their names."""
    families: dict[str, tuple[list[int], list[int]]] = {}
    for number, model in enumerate(models):
        words = re.split(r"[-_ ]+", model.rpartition("/")[2].casefold())
        chats, bases = families.setdefault("-".join(w for w in words if w not in CHAT | {"hf", "base"}), ([], []))
        (chats if CHAT & {*words} else bases).append(number)
    for chats, bases in families.values():
        yield from product(chats, bases)


def too_few(table: zebra.ScoreTable) -> Iterator[Doubt]:
    """There are fewer than three benchmarks."""
    if len(table.benchmarks) < 3:
        yield (", ".join(b.name for b in table.benchmarks),)


def decides_alone(table: zebra.ScoreTable) -> Iterator[Doubt]:
    """One benchmark decides the order of the models alone."""
    complete = table.values[~np.isnan(table.values).any(axis=1)]
    if len(complete) < 4 or len(table.benchmarks) < 3:
        return
    values = np.column_stack([zebra.oriented(complete[:, k], b) for k, b in enumerate(table.benchmarks)])
    spread = np.ptp(values, axis=0)
    if not (np.isfinite(spread).all() and (spread > 0).all()):
        return
    shares = (values - values.min(axis=0)) / spread
    order = np.argsort(shares @ np.array([b.weight for b in table.benchmarks]))
    agreeing = [b.name for k, b in enumerate(table.benchmarks) if (np.diff(shares[order, k]) >= 0).all()]
    if len(agreeing) == 1:
        yield (agreeing[0],)
