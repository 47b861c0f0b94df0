"""The report of a dataset that somebody made to break it, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.browser import Browser
from helpers.hostile import NAMES
from helpers.hostile_dataset import build

from zebra_core.base.markup import printable

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1280, 360])
def test_texts_stay_texts(tmp_path: Path, browser: Browser, width: int) -> None:
    """Nothing runs, no dialog opens, nothing is loaded, no element of a name exists, and every name can be read."""
    tab = browser.tab(width)
    dialogs, requests = [], []
    tab.page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    tab.page.on("request", lambda request: requests.append(request.url))
    page = tab.open(build(tmp_path).folder / "report/report.html")
    assert (dialogs, tab.messages) == ([], [])
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    assert page.locator("img, iframe, object, [onerror], [onload], a[href^='javascript']").count() == 0
    words = " ".join(page.evaluate("document.body.textContent").split())
    for name in NAMES.values():
        assert " ".join(printable(name).split()) in words
    wide, inner = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= inner
