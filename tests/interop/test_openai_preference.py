"""The lines for OpenAI's fine-tuning API fit its documented form, and Together's own check, which takes the same lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from interop import pairs
from interop.schemas import check_rows

pytestmark = [pytest.mark.interop, pytest.mark.filterwarnings("ignore")]
FILE = "openai-preference/preferences.jsonl"


def test_schema(exports: Path) -> None:
    """Every line has the documented keys and no others, with the chosen response as the preferred output."""
    rows = [json.loads(line) for line in (exports / FILE).read_text(encoding="utf-8").splitlines()]
    check_rows(rows, "openai-preference")
    assert [row["input"]["messages"] for row in rows] == pairs.PROMPTS
    assert [row["preferred_output"] for row in rows] == [pairs.assistant(text) for text in pairs.CHOSEN]
    assert [row["non_preferred_output"] for row in rows] == [pairs.assistant(text) for text in pairs.REJECTED]


def test_together(exports: Path) -> None:
    """Together's check of a file before it is uploaded passes."""
    files = pytest.importorskip("together.utils.files", exc_type=ImportError)
    report = files.check_file(exports / FILE)
    assert (report["is_check_passed"], report["num_samples"]) == (True, 10), report["message"]
