"""Strategies side by side before anyone pays for training, and trained models side by side after."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zebra_core.audit import agreement_of, verdicts_of
from zebra_core.discovery import load_plugins
from zebra_core.errors import ZebraError
from zebra_core.pipeline import prepare
from zebra_core.ranks import rank_correlation
from zebra_core.significance import Difference, holm, paired

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from zebra_core.audit import Agreement
    from zebra_core.discovery import Plugins
    from zebra_core.labels import Labels
    from zebra_core.recipe import Recipe
    from zebra_core.scores import ScoreTable

KEPT = ("id", "source", "chosen_model", "rejected_model", "margin", "similarity", "confidence")


@attrs.frozen(eq=False)
class Planned:
    """The pairs that a strategy would make: columns without texts, with the lengths of the two responses in characters."""

    strategy: str
    rows: int
    pairs: dict[str, list[Any]]

    @property
    def figures(self) -> dict[str, float]:
        """What can be said of them without a judge."""
        count = len(self.pairs["id"])
        models = np.unique([f"{a}\0{b}" for a, b in self._models()], return_counts=True)[1] / max(count, 1)
        lengths = self.lengths[0] - self.lengths[1]
        margin, alike = (np.array(self.pairs[name], dtype=float) for name in ("margin", "similarity"))
        return {
            "pairs": count,
            "kept": count / max(self.rows, 1),
            "model pairs": len(models),
            "as many as": float(1 / (models**2).sum()) if count else 0.0,
            "margin": float(margin.mean()) if count else float("nan"),
            "similarity": float(alike.mean()) if count else float("nan"),
            "chosen longer": float((lengths > 0).mean() + 0.5 * (lengths == 0).mean()) if count else float("nan"),
            "margin ~ length": rank_correlation(margin, lengths),
        }

    @property
    def lengths(self) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        """The lengths of the chosen and of the rejected responses."""
        return np.array(self.pairs["chosen"]), np.array(self.pairs["rejected"])

    def overlap(self, other: Planned) -> float:
        """Return the share of pairs, of those of either, that are the same instruction and models (Jaccard)."""
        mine, theirs = ({*zip(p.pairs["id"], *zip(*p._models(), strict=True), strict=True)} for p in (self, other))  # noqa: SLF001
        return len(mine & theirs) / max(len(mine | theirs), 1)

    def agreement(self, labels: Labels, judge: str) -> Agreement:
        """Return how often a judge agrees."""
        return agreement_of(self.pairs, verdicts_of(self.pairs, labels, judge), self.lengths)

    def _models(self) -> list[tuple[str, str]]:
        return list(zip(self.pairs["chosen_model"], self.pairs["rejected_model"], strict=True))


def plan_strategies(recipe: Recipe, strategies: Sequence[str], plugins: Plugins | None = None) -> list[Planned]:
    """Return what each strategy would make of a recipe's pool, which is read once; no text is kept. Raises what `prepare` raises."""
    plugins = load_plugins(recipe.plugins) if plugins is None else plugins
    runs = [prepare(attrs.evolve(recipe, strategy=name), plugins) for name in strategies]
    found: list[dict[str, list[Any]]] = [{column: [] for column in (*KEPT, "chosen", "rejected")} for _ in runs]
    rows = 0
    for batch in runs[0].pool.batches():
        rows += batch.num_rows
        for run, pairs in zip(runs, found, strict=True):
            _take(run.plan(batch)[0], pairs)
    return [Planned(name, rows, pairs) for name, pairs in zip(strategies, found, strict=True)]


def _take(batch: pa.RecordBatch, pairs: dict[str, list[Any]]) -> None:
    """Add a batch of pairs, of their texts the lengths alone; a response is one message."""
    for column in KEPT:
        pairs[column] += batch[column].to_pylist()
    for side in ("chosen", "rejected"):
        pairs[side] += pc.utf8_length(pc.struct_field(batch[side].flatten(), "content")).to_pylist()


def overlaps(planned: Sequence[Planned]) -> dict[tuple[str, str], float]:
    """Return how far the pairs of each two strategies are the same."""
    return {(one.strategy, other.strategy): one.overlap(other) for one, other in combinations(planned, 2)}


@attrs.frozen(eq=False)
class Results:
    """Scores of several systems on the same tests: `values` is (tests x systems), a test is a benchmark and what it was run on.

    `lower` are the benchmarks of which less is better.
    """

    systems: tuple[str, ...]
    tests: tuple[tuple[str, ...], ...]
    values: np.ndarray[Any, Any]
    lower: frozenset[str] = frozenset()

    @classmethod
    def of(cls, tables: Mapping[str, Sequence[ScoreTable]]) -> Results:
        """Join score tables of systems: the k-th model of a system is compared with the k-th of the others, benchmark by benchmark.

        Raises ZebraError where systems have other benchmarks, or another number of models.
        """
        rows = {name: [(t, i) for t in held for i in range(len(t.models))] for name, held in tables.items()}
        counts = {name: len(held) for name, held in rows.items()}
        if len({*counts.values()}) != 1:
            told = ", ".join(f"{name} has {count}" for name, count in counts.items())
            msg = f"systems are compared model by model, so each needs as many: {told}"
            raise ZebraError(msg)
        names: dict[str, list[str]] = {
            name: [b.name for t in held for b in t.benchmarks] for name, held in tables.items()
        }
        shared = [b for b in dict.fromkeys(next(iter(names.values()))) if all(b in other for other in names.values())]
        if not shared:
            msg = "the systems have no benchmark in common"
            raise ZebraError(msg)
        count = next(iter(counts.values()))
        tests = tuple((benchmark, str(k + 1)) for benchmark in shared for k in range(count))
        values = np.array(
            [[_cell(rows[name][k], benchmark) for name in tables] for benchmark in shared for k in range(count)]
        )
        lower = frozenset(
            b.name for held in tables.values() for t in held for b in t.benchmarks if b.direction == "lower"
        )
        return cls(tuple(tables), tests, values, lower)

    def means(self) -> list[list[Any]]:
        """Return the mean of each system on each benchmark (ZEBRA, Table 1), with a header.

        The average over benchmarks stands last, unless less is better on one of them.
        """
        benchmarks = list(dict.fromkeys(test[0] for test in self.tests))
        rows = [[b, *np.nanmean(self.values[[t[0] == b for t in self.tests]], axis=0).tolist()] for b in benchmarks]
        average = (
            [] if self.lower & {*benchmarks} else [["average", *np.nanmean([row[1:] for row in rows], axis=0).tolist()]]
        )
        return [["benchmark", *self.systems], *rows, *average]

    def differences(self, baseline: str, seed: int = 0) -> dict[str, tuple[Difference, float]]:
        """Return how each other system differs from the baseline over all tests (ZEBRA, Table 2), and Holm's p of the t-test.

        A positive difference is better, also where less is.
        """
        if baseline not in self.systems:
            msg = f"there is no system {baseline!r} to compare with; known: {', '.join(self.systems)}"
            raise ZebraError(msg)
        signed = self.values * np.array([-1 if test[0] in self.lower else 1 for test in self.tests])[:, None]
        base = signed[:, self.systems.index(baseline)]
        found = {}
        for at, name in enumerate(self.systems):
            if name != baseline:
                both = np.isfinite(base) & np.isfinite(signed[:, at])
                found[name] = paired(signed[both, at], base[both], seed)
        corrected = holm([difference.p_t for difference in found.values()])
        return {name: (difference, p) for (name, difference), p in zip(found.items(), corrected, strict=True)}


def _cell(row: tuple[ScoreTable, int], benchmark: str) -> float:
    table, at = row
    names = [b.name for b in table.benchmarks]
    return float(table.values[at, names.index(benchmark)]) if benchmark in names else float("nan")
