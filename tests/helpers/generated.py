"""Files that are generated and committed: compared with what the code says, and written again on request."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
WRITE = "ZEBRA_WRITE_DOCS"


def check_generated(path: Path, text: str) -> None:
    """Compare a generated file with its text; with ZEBRA_WRITE_DOCS=1, as `make docs-outputs` sets it, write it first."""
    if os.environ.get(WRITE):
        path.write_text(text, encoding="utf-8", newline="\n")
    assert path.read_text(encoding="utf-8") == text, f"{path.name} is out of date: run `make docs-outputs`"
