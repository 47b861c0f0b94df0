"""Pages can be read and used by everybody: the rules of axe-core."""

from __future__ import annotations

import pytest
from helpers.browser import Browser

from zebra_core.testing import Project

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 360])
def test_axe(zebra_cli: Project, browser: Browser, width: int, scheme: str) -> None:
    """axe-core finds nothing serious in the report of the demo, with everything unfolded."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    zebra_cli.run("run")
    zebra_cli.run("report", "zebra-dataset")
    page = browser.tab(width, scheme).open(zebra_cli.folder / "zebra-dataset/report/report.html")
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    assert page.locator(".chart svg").count() == page.locator(".chart").count() > 5
    violations = axe.run(page).response["violations"]
    serious = [rule for rule in violations if rule["impact"] in ("serious", "critical")]
    assert [(rule["id"], rule["nodes"][0]["html"]) for rule in serious] == []


def test_keyboard(zebra_cli: Project, browser: Browser) -> None:
    """The first tab stop skips the contents; the tables and folded parts can be reached, and opened with Enter."""
    zebra_cli.run("run")
    zebra_cli.run("report", "zebra-dataset")
    page = browser.tab().open(zebra_cli.folder / "zebra-dataset/report/report.html")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    summary = page.locator("summary").first
    summary.focus()
    page.keyboard.press("Enter")
    assert page.locator("details").first.evaluate("part => part.open")
