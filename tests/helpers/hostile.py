"""Names that somebody may give a model, a benchmark or a file to break a page; and what a page makes of its input."""

from __future__ import annotations

from html.parser import HTMLParser

NAMES = {
    "script": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "closing": "</title></svg></textarea>--><svg onload=alert(1)>",
    "link": "[a](javascript:alert(1)) ](javascript:alert(2)) <javascript:alert(3)>",
    "image": "![x](https://example.org/x.png) https://example.org www.example.org",
    "math": "$\\mathdefault{x$ $\\frac{1}{$ a_b^c $y$",
    "cells": "a | b || c \\| d | `e | f` ``g``",
    "code": "`` ` ``` `",
    "emphasis": "*a* _b_ __c__ ~~d~~ ***",
    "lines": "a\n\n# b\r\n- c\n| d |\n---\n",
    "list": "1. a",
    "heading": "# a",
    "front matter": "a\n---\nlicense: x: y # z",
    "NUL": "a\0b\x1b[31mc\x07",
    "override": "a\u202egnp.exe\u202c \u2066b\u2069",
    "long": "l" * 5000,
    "underscore": "_hidden",
    "entity": "&lt;b&gt; &amp; &#60;",
    "template": "{{ 7 * 7 }} {% raw %} {name} %s",
    "formula": "=1+1",
    "rich": "[bold]x[/] [/nothing] :smile:",
}


class Page(HTMLParser):
    """The tags of a page, its attributes that run code or load something, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.active: list[str] = []
        self.pieces: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag, and what of it may run or load."""
        self.tags.add(tag)
        for name, value in attrs:
            target = (value or "").strip().casefold()
            if name.startswith("on") or (
                name in ("src", "href", "xlink:href") and not target.startswith(("#", "data:,", "data:image/png;"))
            ):
                self.active.append(f"{tag} {name}={value}")

    def handle_data(self, data: str) -> None:
        """Keep the text."""
        self.pieces.append(data)

    @property
    def text(self) -> str:
        """The text of the page."""
        return "".join(self.pieces)
