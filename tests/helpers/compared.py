"""Two datasets of five pairs each, of which two are the same, one is reversed, one is another pair, and one is in one alone."""

from __future__ import annotations

import json
from collections.abc import Mapping

from zebra_core.testing import Project

FIRST = {
    "r0": ("Add 1.", "One.", "No."),
    "r1": ("Add 2.", "Two.", "No."),
    "r2": ("Add 3.", "Three.", "None."),
    "r3": ("Add 4.", "Four.", "No."),
    "r4": ("Add 5.", "Five.", "No."),
}
"""Prompt, the scholar's response, which is chosen, and the parrot's, by id."""
SECOND = {
    "r0": FIRST["r0"],
    "r1": FIRST["r1"],
    "r2": ("Add 3.", "None.", "Three."),
    "r3": ("Add 4.", "Four.", "What?"),
    "r5": ("Add 6.", "Six.", "No."),
}


def build(project: Project, name: str, rows: Mapping[str, tuple[str, str, str]], *options: str) -> None:
    """Build a dataset of rows."""
    lines = [
        json.dumps({"id": key, "prompt": prompt, "scholar": chosen, "parrot": rejected})
        for key, (prompt, chosen, rejected) in rows.items()
    ]
    project.write(f"{name}.jsonl", "\n".join(lines))
    project.run(
        *("run", "--pool", f"wide:{name}.jsonl", "--scores", "demo", "--rule", "superiority", "-o", name, *options)
    )


def build_both(project: Project) -> None:
    """Build the datasets `first` and `second`."""
    build(project, "first", FIRST)
    build(project, "second", SECOND)
