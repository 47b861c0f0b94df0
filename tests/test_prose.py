"""The names and the words of the house: locals are nouns, and sentences are plain English."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FILLERS = {"found", "held", "said", "told", "known", "wanted", "there"}
"""Names that say nothing about what they hold."""
AWKWARD = re.compile(
    r"\b(at the most|at the least|whomever|of whom|is no longer one|nobody says|is told|are told|is said|such is"
    r"|where (?:it|there) is no|where there is one|; ZebraError|(?-i:Raises ZebraError))",
    re.IGNORECASE,
)
"""Phrases that a native engineer would not write; docstrings say `Raise ZebraError if`."""
SOURCES = [
    path for folder in ("zebra_core", "plugins", "bench", "tests") for path in sorted((ROOT / folder).rglob("*.py"))
]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_locals_are_nouns(path: Path) -> None:
    """No local, parameter or loop variable is a filler."""
    nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
    names = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    names |= {node.arg for node in nodes if isinstance(node, ast.arg)}
    assert not names & FILLERS


@pytest.mark.parametrize("path", [*SOURCES, *PAGES], ids=lambda path: str(path.relative_to(ROOT)))
def test_sentences_are_plain(path: Path) -> None:
    """No docstring, comment, message or page has one of the awkward phrases."""
    if path == Path(__file__):
        return
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if AWKWARD.search(line)] == []
