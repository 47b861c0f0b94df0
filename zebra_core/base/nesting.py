"""How deeply JSON is nested: parsers that recurse crash on hostile input, so it is checked before they see it."""

from __future__ import annotations

import re

DEEPEST = 100
"""The nesting that is accepted; real data has about five levels."""
_TOKENS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"|[\[{]|[\]}]', re.DOTALL)


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
