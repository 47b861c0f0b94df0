"""A real browser, in which pages are read and used."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import attrs

CHROMIUM = next((path for name in ("chromium", "google-chrome", "chrome") if (path := shutil.which(name))), None)


@attrs.define
class Tab:
    """A page that is open, and every message and error of its console so far."""

    page: Any
    messages: list[str] = attrs.field(factory=list)

    def open(self, location: Path | str) -> Any:
        """Open a file or an address, wait until all parts are filled, and return the page."""
        self.page.goto(location if isinstance(location, str) else location.resolve().as_uri())
        self.page.wait_for_selector("html[data-ready]", timeout=60_000)
        return self.page


@attrs.frozen
class Browser:
    """A browser that opens tabs of a width and a colour scheme."""

    chromium: Any

    def tab(self, width: int = 1280, scheme: str = "light", **options: Any) -> Tab:
        """Return a new tab, in a context of its own with these options."""
        context = self.chromium.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme, **options)
        tab = Tab(context.new_page())
        tab.page.on("console", lambda message: tab.messages.append(message.text))
        tab.page.on("pageerror", lambda error: tab.messages.append(str(error)))
        return tab
