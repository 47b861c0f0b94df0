"""distilabel runs the exported pipeline, and makes the pairs again from the ratings."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from interop import pairs

pytest.importorskip("distilabel", exc_type=ImportError)
pytestmark = [pytest.mark.interop, pytest.mark.filterwarnings("ignore")]


def test_pipeline(exports: Path, tmp_path: Path) -> None:
    """The best generation becomes the chosen one, after the whole prompt."""
    from distilabel.distiset import Distiset

    folder = shutil.copytree(exports / "distilabel", tmp_path / "export")
    subprocess.run([sys.executable, "distilabel-pipeline.py"], cwd=folder, check=True, capture_output=True)
    rows = list(Distiset.load_from_disk(folder / "pairs")["default"]["train"])
    for side, responses in (("chosen", pairs.CHOSEN), ("rejected", pairs.REJECTED)):
        expected = [[*prompt, *pairs.assistant(text)] for prompt, text in zip(pairs.PROMPTS, responses, strict=True)]
        assert [row[side] for row in rows] == expected
    assert {(row["chosen_model"], row["rejected_model"]) for row in rows} == {(pairs.BEST, pairs.WORST)}
