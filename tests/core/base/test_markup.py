"""Text from elsewhere shows as it is, whatever it contains."""

from __future__ import annotations

import pytest
import yaml
from helpers.hostile import NAMES, Page
from markdown_it import MarkdownIt

from zebra_core.base.markup import code, front_matter, markdown, one_line, printable

MARKDOWN = MarkdownIt("commonmark").enable("table").enable("strikethrough")


def test_hidden_characters_are_shown() -> None:
    """Control characters and overrides of direction become escapes; other scripts, tabs and lines stay."""
    assert printable("a\0\x1b\u202e\ud800b") == "a\\x00\\x1b\\u202e\\ud800b"
    assert printable("שלום\u200f\té\n") == "שלום\u200f\té\n"
    assert one_line(" a\r\n\n b ") == "a\\r b"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("escape", [markdown, code])
def test_a_cell_of_a_table(name: str, escape: object) -> None:
    """A hostile name is the text of one cell, with no tag but that of code."""
    assert callable(escape)
    page = Page(MARKDOWN.render(f"| a | b |\n|---|---|\n| {escape(NAMES[name])} | 2 |\n\n- {escape(NAMES[name])}\n"))
    assert page.tags <= {"table", "thead", "tbody", "tr", "th", "td", "ul", "li", "code"}
    assert page.active == []
    rows = [" ".join(line.split()) for line in page.text.split("\n") if line.strip()]
    assert rows == ["a", "b", one_line(NAMES[name]), "2", one_line(NAMES[name])]


@pytest.mark.parametrize("name", ["org/Model-1.5_b", "no", "a: b", "1e5", "- x", "#", "a\nb: c", *NAMES.values()])
def test_front_matter(name: str) -> None:
    """YAML reads the same values back, in the order given, and the Hub's library finds where they end."""
    from huggingface_hub import ModelCard

    values = {"model": name, "tags": [name, {name: 1}], "next": 1}
    text = front_matter(values)
    assert [*yaml.safe_load(text.removeprefix("---\n").removesuffix("---\n")).items()] == [*values.items()]
    assert ModelCard(f"{text}\n# Title\n").text.strip() == "# Title"
