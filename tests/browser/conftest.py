"""A real browser, in which pages are read and used."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from helpers.browser import CHROMIUM, Browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser of the tests; they are skipped without Playwright or chromium."""
    library = pytest.importorskip("playwright.sync_api")
    if CHROMIUM is None:
        pytest.skip("needs chromium")
    with library.sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield Browser(chromium)
        chromium.close()
