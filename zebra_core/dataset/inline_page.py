"""A page inside a notebook."""

from __future__ import annotations

import html
from pathlib import Path

import attrs

from zebra_core import storage

HEIGHT = 720
"""The height of a page in a notebook, in pixels."""


@attrs.frozen(repr=False)
class InlinePage:
    """A page that needs nothing else, as HTML: a notebook shows it inline, in a frame of its own."""

    html: str

    def __repr__(self) -> str:
        return f"<InlinePage of {len(self.html):,} characters; save(FILE) writes it>"

    def _repr_html_(self) -> str:
        frame = "width:100%;border:0"
        return f'<iframe srcdoc="{html.escape(self.html)}" height="{HEIGHT}" style="{frame}" title="Report"></iframe>'

    def save(self, path: str | Path) -> Path:
        """Write the page to a file, and return its path."""
        storage.write_durably(Path(path), self.html)
        return Path(path)
