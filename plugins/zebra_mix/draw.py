"""How many pairs each part gives, and which."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from zebra_mix.rows import Rows
    from zebra_mix.settings import Settings


def bits(values: NDArray[np.uint64], seed: int) -> NDArray[np.uint64]:
    """Return 64 random bits for each value, the same on every machine (splitmix64; Steele, Lea and Flood 2014)."""
    mixed = values + np.uint64(seed * 0x9E3779B97F4A7C15 & (1 << 64) - 1)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))


def amounts(counts: Sequence[int], names: Sequence[str], settings: Settings) -> list[int]:
    """Return the number of pairs of each part, from those that each has.

    With weights, there are as many as possible in these proportions without repeating a pair; without, all. Raise ZebraError
    if more rows are asked for.
    """
    weights = settings.weights or tuple(map(float, counts))
    scarce = min(range(len(counts)), key=lambda number: counts[number] / weights[number])
    most = sum(counts) if not settings.weights else int(counts[scarce] * sum(weights) / weights[scarce] + 1e-9)
    rows = most if settings.rows is None else settings.rows
    if rows > most:
        total, limit = f"{sum(counts):,} pairs", ""
        if settings.weights:
            limit = f", and {names[scarce]} has {counts[scarce]:,} for {weights[scarce] / sum(weights):.1%} of the mix"
        msg = f"--rows {rows} is more than there are without repeating a pair: {total}{limit}; ask for at most {most}"
        raise zebra.ZebraError(msg)
    return rounded([rows * weight / sum(weights) for weight in weights], rows)


def rounded(shares: Sequence[float], total: int) -> list[int]:
    """Return whole numbers that add up to `total`: the largest fractions are rounded up, and of equal ones the first."""
    whole = np.floor(np.array(shares) + 1e-9).astype(int)
    fractions = np.argsort(whole - np.array(shares), kind="stable")
    whole[fractions[: total - int(whole.sum())]] += 1
    return [int(number) for number in whole]


def draw(rows: Rows, amount: Sequence[int], seed: int) -> NDArray[np.bool_]:
    """Return which rows are drawn (n): of each part whole prompts, by chance, of which the last may give only some of its pairs."""
    drawn = np.zeros(len(rows.part), bool)
    for number, count in enumerate(amount):
        own = np.flatnonzero(rows.clean & (rows.part == number))
        order = np.lexsort((own, rows.prompt[own], bits(bits(rows.prompt[own], seed), number)))
        drawn[own[order[:count]]] = True
    return drawn
