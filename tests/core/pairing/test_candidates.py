"""The candidates of each instruction: the texts that a strategy or rule may look at."""

from __future__ import annotations

import pickle

import pyarrow as pa

import zebra_core as zebra
from zebra_core.pairing.candidates import find_answers, group_candidates, windows

ROWS = [
    {"id": "q1", "source": "s", "models": ["c", "x", "a"], "responses": ["gamma", "of no scored model", "al"]},
    {"id": "q2", "source": "t", "models": ["a", "b"], "responses": ["one", "two and é"]},
    {"id": "q3", "source": "s", "models": ["b", "a", "c"], "responses": ["beta", "", "delta"]},
    {"id": "q4", "source": "u", "models": ["a"], "responses": ["alone"]},
]


def candidates() -> zebra.Candidates:
    """Return the candidates of the rows above, which have two scored answers each, but for the last."""
    rows = [{**row, "prompt": [{"role": "user", "content": f"ask {row['id']}"}]} for row in ROWS]
    batch = pa.RecordBatch.from_pylist(rows, schema=zebra.POOL)
    (group,) = group_candidates(find_answers(batch, {"a": 0, "b": 1, "c": 2}), ("a", "b", "c"), seed=0)
    return group


def check_texts(group: zebra.Candidates) -> None:
    """Check the texts of all three instructions: ordered as the models, best first, without what cannot be paired."""
    assert group.responses.to_pylist() == ["al", "gamma", "one", "two and é", "beta", "delta"]
    assert group.lengths.tolist() == [[2, 5], [3, 9], [4, 5]]  # "two and é" has 9 characters, in 10 bytes
    assert [prompt[0]["content"] for prompt in group.prompts.to_pylist()] == ["ask q1", "ask q2", "ask q3"]
    assert group.sources.to_pylist() == ["s", "t", "s"]


def test_texts_in_the_order_of_the_models() -> None:
    """Responses, lengths, prompts and sources are those of the candidates; a response without scores or text is no candidate."""
    group = candidates()
    assert group.models.tolist() == [[0, 2], [0, 1], [1, 2]]
    check_texts(group)


def test_texts_of_some_instructions() -> None:
    """A part of the candidates has the texts of that part, also after the whole has been asked."""
    group = candidates()
    check_texts(group)
    assert group[1:].responses.to_pylist() == ["one", "two and é", "beta", "delta"]
    assert group[1:].lengths.tolist() == [[3, 9], [4, 5]]
    assert group[1:].sources.to_pylist() == ["t", "s"]


def test_texts_in_a_window() -> None:
    """Models are renumbered in a window, and the texts stay those of the responses."""
    ((models, part),) = windows(candidates())
    assert models == [0, 1, 2]
    check_texts(part)


def test_texts_in_another_process() -> None:
    """Pickled candidates have their texts."""
    check_texts(pickle.loads(pickle.dumps(candidates())))  # noqa: S301
