"""The page that compares datasets, in a real browser."""

from __future__ import annotations

import pytest
from helpers.accessibility import serious_faults
from helpers.browser import Browser
from helpers.compared import FIRST, build, build_both

from zebra_core.testing import Project

pytestmark = pytest.mark.browser
HOSTILE = "<img src=x onerror=alert(1)></script><script>document.title = 'taken'</script>"


@pytest.mark.parametrize("width", [1280, 360])
def test_every_width(zebra_cli: Project, browser: Browser, width: int) -> None:
    """No console message, every chart is drawn, and nothing is wider than the window."""
    build_both(zebra_cli)
    build(zebra_cli, "third", {**FIRST, "r0": ("Add 1.", "One.", "word " * 500)})
    zebra_cli.run("report", "first", "second", "third")
    for scheme in ("light", "dark"):
        tab = browser.tab(width, scheme)
        page = tab.open(zebra_cli.folder / "comparison.html")
        assert tab.messages == []
        assert serious_faults(page) == []
        wide, inner = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= inner
        assert page.locator(".chart svg").count() == page.locator(".chart").count() == 2 + 1 + 1 + 4


def test_pairs_to_read(zebra_cli: Project, browser: Browser) -> None:
    """What differs, the dataset, a word and the selected model filter the pairs; a page has ten of them."""
    build_both(zebra_cli)
    many = {f"n{n}": (f"Count {n}.", f"{n}.", "No.") for n in range(12)}
    build(zebra_cli, "first", {**FIRST, **many}, "--overwrite")
    build(zebra_cli, "third", {key: (prompt, "So many.", "No.") for key, (prompt, *_) in many.items()})
    zebra_cli.run("report", "first", "second", "third")
    tab = browser.tab()
    page = tab.open(zebra_cli.folder / "comparison.html")
    cards = page.locator("article.differing")
    assert cards.count() == 10
    page.get_by_role("button", name="Next").click()
    assert cards.count() == 2 + 12 - 10
    page.get_by_label("What differs").select_option("reversed")
    assert cards.count() == 1
    assert cards.first.locator(".response.chosen .said").all_inner_texts() == ["Three.", "None."]
    page.get_by_label("What differs").select_option("all")
    page.get_by_label("Compared with").select_option("third")
    page.get_by_label("Search").fill("Count 11")
    assert cards.locator("h3").all_inner_texts() == ["Count 11."]
    page.get_by_label("Search").fill("")
    page.evaluate("zebra.select('clerk')")
    assert page.get_by_text("No such instruction").is_visible()
    assert tab.messages == []


def test_texts_stay_texts(zebra_cli: Project, browser: Browser) -> None:
    """Markup in names, prompts and responses is shown as it is, and runs nothing."""
    build(zebra_cli, "first", {"r0": (HOSTILE, HOSTILE, "No.")})
    build(zebra_cli, "second", {"r0": (HOSTILE, "Yes.", HOSTILE)})
    zebra_cli.run("report", "first", "second")
    tab = browser.tab()
    page = tab.open(zebra_cli.folder / "comparison.html")
    assert page.title().startswith("first and second")
    assert page.locator("article.differing h3").inner_text() == HOSTILE
    assert page.locator("article.differing img").count() == 0
    assert tab.messages == []
