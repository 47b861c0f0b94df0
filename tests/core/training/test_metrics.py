"""The log of a training."""

from __future__ import annotations

from pathlib import Path

import pytest

import zebra_core as zebra
from zebra_core.training.metrics import displayed_metrics, points, read_metrics, resumed_steps, spread


def test_a_line_that_is_being_written(tmp_path: Path) -> None:
    """Lines that are not yet whole, and ones without a step, are left out; without a log there is no entry."""
    assert read_metrics(tmp_path) == []
    (tmp_path / "metrics.jsonl").write_text('{"loss": 1, "step": 1}\n[1]\n{"loss": 2}\n{"loss": 3, "step": 2.0}\n{"los')
    assert read_metrics(tmp_path) == [{"loss": 1, "step": 1}, {"loss": 3, "step": 2}]


def test_a_log_that_cannot_be_read(tmp_path: Path) -> None:
    """The error names the file and the reason."""
    (tmp_path / "metrics.jsonl").mkdir()
    with pytest.raises(zebra.ZebraError, match=r"cannot read .*metrics.jsonl"):
        read_metrics(tmp_path)


def test_points() -> None:
    """Of a step that was logged twice the last value counts, and one that is not finite has none."""
    entries = [{"step": 2, "loss": 0.5}, {"step": 1, "loss": 1.0}, {"step": 2, "loss": 0.4}, {"step": 3, "loss": None}]
    assert points(entries, "loss") == [(1, 1.0), (2, 0.4)]
    assert points(entries, "accuracy") == []
    assert resumed_steps([*entries, {"step": 2, "resumed": 1.0}]) == [2]


def test_displayed() -> None:
    """The first name that is logged counts: the accuracy of rewards, not that of tokens."""
    names = ["loss", "mean_token_accuracy", "rewards/accuracies"]
    assert displayed_metrics(names) == {"loss": "loss", "accuracy": "rewards/accuracies"}


@pytest.mark.parametrize(("most", "expected"), [(10, [0, 1, 2, 3, 4]), (3, [0, 2, 4]), (2, [1, 4]), (1, [4])])
def test_spread(most: int, expected: list[int]) -> None:
    """At most so many are kept, evenly spread, and the last is one of them."""
    assert [*spread(range(5), most)] == expected
    assert [*spread([], most)] == []
