"""The files for NeMo-RL fit the form that its guide describes. NeMo-RL itself is not on the package index."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from interop import pairs
from interop.schemas import check_rows

pytestmark = [pytest.mark.interop, pytest.mark.filterwarnings("ignore")]


def lines(folder: Path) -> list[Any]:
    """Return the rows of an export."""
    return [json.loads(line) for file in folder.glob("data/*.jsonl") for line in file.read_text("utf-8").splitlines()]


def test_ranked(exports: Path) -> None:
    """A lower rank is better, so the chosen response has rank 0."""
    rows = lines(exports / "nemo-rl")
    check_rows(rows, "nemo-rl")
    assert [row["context"] for row in rows] == pairs.PROMPTS
    for side, responses in enumerate((pairs.CHOSEN, pairs.REJECTED)):
        expected = [{"rank": side, "completion": pairs.assistant(text)} for text in responses]
        assert [row["completions"][side] for row in rows] == expected


def test_binary(exports: Path) -> None:
    """The prompt may be messages, the responses are texts."""
    rows = lines(exports / "nemo-rl-binary")
    check_rows(rows, "nemo-rl-binary")
    assert [row["prompt"] for row in rows] == pairs.PROMPTS
    assert [row["chosen"] for row in rows] == pairs.CHOSEN
    assert [row["rejected"] for row in rows] == pairs.REJECTED


@pytest.mark.parametrize(
    ("form", "name"), [("nemo-rl", "PreferenceDataset"), ("nemo-rl-binary", "BinaryPreferenceDataset")]
)
def test_configuration(exports: Path, form: str, name: str) -> None:
    """The configuration names the class that reads each form."""
    settings = yaml.safe_load((exports / form / "nemo-rl.yaml").read_text(encoding="utf-8"))
    assert settings["data"]["default"]["dataset_name"] == name
    assert settings["dpo"]["reference_policy_kl_penalty"] == 0.1
