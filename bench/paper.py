"""What the papers found, recomputed: `python bench/paper.py > docs/explanation/paper.md`. Table 5 of ZEBRA is beside it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import zebra_core as zebra
from zebra_study.results import Results

if TYPE_CHECKING:
    from zebra_study.significance import Difference

PRINTED_1 = {
    "Baseline": (0.36, 0.15, 0.28, 0.40, 0.40, 0.31),
    "SUP": (0.33, 0.15, 0.30, 0.40, 0.37, 0.31),
    "SIM": (0.34, 0.15, 0.29, 0.36, 0.33, 0.29),
    "SUP+SIM": (0.30, 0.14, 0.23, 0.41, 0.39, 0.29),
}
"""Table 1, in the order of Table 5's benchmarks, and the average."""
PRINTED_2 = {
    "SUP": (-0.3541, 0.7282, -0.0066, 0.7345),
    "SIM": (-0.4374, 0.6680, -0.0047, 0.7585),
    "SUP+SIM": (-1.4472, 0.1684, -0.0296, 0.2011),
}
"""Table 2: t, p, mean difference, p of the permutation test."""
TAU = 0.1

PAGE = """\
# What the papers found, recomputed

Written by `python bench/paper.py` from the papers' own tables (Table 4, the scores, is the score source `paper`; Table 5, the results,
is `bench/table5.csv`).

## Table 1: means of Table 5

{table1}

{holds1}

## Table 2: against the baseline, over all 40 rows of Table 5

| | t printed | t | p printed | p | p, Holm | difference printed | difference | permutation printed | permutation | d_z |
|---|---|---|---|---|---|---|---|---|---|---|
{table2}

{holds2}

## Table 4 and Figure 10: behavior

- MB-SIM of llama-2-7b-chat and llama-2-13b-chat is {llama:.3f} (printed 0.996), of GPT-4 and Bard {bard:.3f} (printed 0.994): **holds**.
- The threshold tau = {tau} excludes {excluded} of {pairs} pairs of models ({who}): it hardly ever acts.
- Where every model answers, SUP is {sup} and SUP+SIM is {both}: one strategy {same} the other, since the best model's nearest relative is
  the second best.
- The IFEval scores of the three llama-2 chat models are those of their base models (25.19, 24.82 and 24.07; the chat models have 39.86, 39.85 and
  49.58 on the Open LLM Leaderboard v2): **does not hold**. `zebra run` warns of such values (`base-model-value`) where both stand in a table.
"""


def main() -> None:
    """Recompute, and print the page."""
    results = Results.from_csv(str(Path(__file__).with_name("table5.csv")))
    behavior = zebra.derive_behavior(zebra.read_scores("paper")).ranked()
    index = {name: at for at, name in enumerate(behavior.models)}
    upper = np.triu(np.ones_like(behavior.similarity, dtype=bool), 1)
    low = np.argwhere(upper & (behavior.similarity < TAU))
    nearest = [behavior.similarity[0, j] for j in range(1, len(index))]
    sup, both = (
        (behavior.models[0], behavior.models[1]),
        (behavior.models[0], behavior.models[1 + int(np.argmax(nearest))]),
    )
    print(
        PAGE.format(
            table1=_table1(results),
            holds1=_holds1(results),
            table2=_table2(results),
            holds2=_holds2(results),
            llama=behavior.similarity[index["llama-2-7b-chat"], index["llama-2-13b-chat"]],
            bard=behavior.similarity[index["gpt-4"], index["bard"]],
            tau=TAU,
            excluded=len(low),
            pairs=int(upper.sum()),
            who="; ".join(f"{behavior.models[i]} and {behavior.models[j]}" for i, j in low),
            sup=" over ".join(sup),
            both=" over ".join(both),
            same="is" if sup == both else "is not",
        ),
        end="",
    )


def _means(results: Results) -> dict[str, list[float]]:
    header, *rows = results.means()
    return {name: [row[at] for row in rows] for at, name in enumerate(header) if at}


def _table1(results: Results) -> str:
    header = ["", *(row[0] for row in results.means()[1:])]
    lines = [f"| {' | '.join(header)} |", "|---" * len(header) + "|"]
    for name, means in _means(results).items():
        cells = [f"{mean:.3f} ({output:.2f})" for mean, output in zip(means, PRINTED_1[name], strict=True)]
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def _holds1(results: Results) -> str:
    names = [row[0] for row in results.means()[1:]]
    off = [
        f"{name} on {benchmark} ({mean:.3f}, printed {output:.2f})"
        for name, means in _means(results).items()
        for benchmark, mean, output in zip(names, means, PRINTED_1[name], strict=True)
        if abs(mean - output) > 0.0101
    ]
    return f"In brackets what is printed. Within a hundredth it **holds**, except {', '.join(off)}."


def _differences(results: Results) -> dict[str, tuple[Difference, float]]:
    return results.differences("Baseline")


def _table2(results: Results) -> str:
    lines = []
    for name, (d, corrected) in _differences(results).items():
        t, p, delta, permuted = PRINTED_2[name]
        cells = (t, d.t, p, d.p_t, corrected, delta, d.delta, permuted, d.p_permutation, d.effect)
        lines.append(
            f"| {name} | {' | '.join(f'{cell:.4f}' if abs(cell) < 0.1 else f'{cell:.3f}' for cell in cells)} |"
        )
    return "\n".join(lines)


def _holds2(results: Results) -> str:
    d, corrected = _differences(results)["SUP+SIM"]
    return (
        f"It **does not hold**. SUP+SIM is worse than the baseline by {-d.delta:.3f}, t = {d.t:.2f}, p = {d.p_t:.3f} (printed p = .17); the "
        f"permutation test gives {d.p_permutation:.3f}. After Holm's correction for three comparisons it is p = {corrected:.3f}. What SUP and SIM "
        "differ by may be chance, as printed, though with other figures. Which rows the papers tested is not said; over all of them it is this."
    )


if __name__ == "__main__":
    main()
