"""Every strategy picks what a plain reference picks."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import paper
import pytest
import reference
from helpers.installed import installed_plugins, paper_behavior
from hypothesis import given, settings
from hypothesis import strategies as st

import zebra_core as zebra
from zebra_core.pool.pool import batches

STRATEGIES = ["sup", "sim", "sup+sim"]


def planned(derived: zebra.Behavior, strategy: str, **masks: float) -> zebra.Plan:
    """Make the plan of a run for a behavior at hand."""
    from zebra_core.pairing.plan import Plan
    from zebra_core.pairing.rule import Preference
    from zebra_core.pairing.strategy import Masks, Pairing

    ranked = derived.ranked()
    preference = Preference(ranked, installed_plugins().find("rule", "superiority").bind())
    made = installed_plugins().find("strategy", strategy).bind()
    index = {model: number for number, model in enumerate(ranked.models)}
    return Plan(ranked, index, Pairing.prepare(ranked, made, Masks(**masks), preference.barred(0)), preference)


def built(plan: zebra.Plan, answered: list[list[str]]) -> dict[str, tuple[str, str]]:
    """Build the pairs of instructions numbered 0, 1, ..., answered by these models."""
    rows = [
        {
            "id": str(number),
            "prompt": [{"role": "user", "content": f"question {number}"}],
            "models": models,
            "responses": [f"answer {place} of {model}" for place, model in enumerate(models)],
        }
        for number, models in enumerate(answered)
    ]
    made = [row for b in batches(zebra.Pool.from_rows(rows).parts[0]) for row in plan(b)[0].to_pylist()]
    return {row["id"]: (row["chosen_model"], row["rejected_model"]) for row in made}


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_all_sets_of_four(strategy: str) -> None:
    """On each of the 1,820 sets of four of the papers' 16 models the pick is the reference's."""
    sets = [list(models) for models in combinations(paper_behavior().models, 4)]
    assert len(sets) == 1820
    result = built(planned(paper_behavior(), strategy), sets)
    assert result == {str(n): reference.pick(paper_behavior(), models, strategy) for n, models in enumerate(sets)}


@settings(max_examples=150)
@given(
    rows=st.lists(
        st.lists(st.sampled_from([*paper.MODELS, "unknown-1", "unknown-2"]), max_size=16), min_size=1, max_size=8
    ),
    strategy=st.sampled_from(STRATEGIES),
    threshold=st.sampled_from([-1.0, 0.1, 0.8, 0.95, 2.0]),
    min_gap=st.sampled_from([0.0, 0.05, 0.3]),
)
def test_any_row(rows: list[list[str]], strategy: str, threshold: float, min_gap: float) -> None:
    """Unknown and repeated models, none or one with scores, any number of them and any mask: the pick is the reference's."""
    result = built(planned(paper_behavior(), strategy, threshold=threshold, min_gap=min_gap), rows)
    expected = {
        str(n): reference.pick(paper_behavior(), models, strategy, threshold, min_gap) for n, models in enumerate(rows)
    }
    assert result == {n: pair for n, pair in expected.items() if pair}


@settings(max_examples=150)
@given(
    scores=st.lists(st.tuples(*[st.integers(0, 3)] * 2), min_size=3, max_size=9).filter(
        lambda s: all(len({row[k] for row in s}) > 1 for k in (0, 1))
    ),
    strategy=st.sampled_from(STRATEGIES),
)
def test_ties(scores: list[tuple[int, int]], strategy: str) -> None:
    """If models tie in superiority or similarity, the pick is the reference's, for any order of table and row."""
    models = [f"m{k}" for k in range(len(scores))]
    benchmarks = [zebra.Benchmark("MMLU", direction="higher"), zebra.Benchmark("IFEval", direction="higher")]
    derived = zebra.derive_behavior(
        zebra.ScoreTable(models, benchmarks, np.array(scores, float)), plugins=installed_plugins()
    )
    turned = zebra.ScoreTable(models[::-1], benchmarks, np.array(scores[::-1], float))
    expected = reference.pick(derived, models, strategy)
    for behavior in (derived, zebra.derive_behavior(turned, plugins=installed_plugins())):
        result = built(planned(behavior, strategy), [models, models[::-1]])
        assert result == ({"0": expected, "1": expected} if expected else {})


def test_many_models_on_a_row() -> None:
    """Rows with more models than are compared pair by pair also give the reference's picks."""
    generator = np.random.default_rng(3)
    models = [f"m{k:02d}" for k in range(40)]
    table = zebra.ScoreTable(models, [zebra.Benchmark(b, direction="higher") for b in "xyz"], generator.random((40, 3)))
    derived = zebra.derive_behavior(table, plugins=installed_plugins())
    rows = [[str(m) for m in generator.permutation(models)[: generator.integers(7, 40)]] for _ in range(30)]
    for strategy in STRATEGIES:
        result = built(planned(derived, strategy, threshold=0.9), [*rows, *rows])
        expected = {str(n): reference.pick(derived, row, strategy, 0.9) for n, row in enumerate([*rows, *rows])}
        assert result == {n: pair for n, pair in expected.items() if pair}
