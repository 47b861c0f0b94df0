"""What makes parsers of JSON crash on hostile input, and is checked before they see it: deep nesting, and a leading null."""

from __future__ import annotations

import re

DEEPEST = 100
"""The nesting that is accepted; real data has about five levels."""
_TOKENS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{]|[\]}]', re.DOTALL)


_NULL = re.compile(rb"\s*null")


def is_null(text: bytes) -> bool:
    """Return whether JSON begins with null. Arrow's parser ends the process if a block of lines does."""
    return _NULL.match(text) is not None


def is_too_deep(text: bytes) -> bool:
    """Return whether JSON is nested more than `DEEPEST` levels deep. Brackets within strings do not count."""
    if text.count(b"[") + text.count(b"{") <= DEEPEST:
        return False
    depth = 0
    for token in _TOKENS.finditer(text):
        first = token[0][:1]
        depth += (first in b"[{") - (first in b"]}")
        if depth > DEEPEST:
            return True
    return False
