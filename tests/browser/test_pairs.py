"""Browsing pairs in a real browser: every control, the keyboard, the differences, and texts that somebody made to break the page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from helpers.browser import Browser
from helpers.hostile import NAMES
from helpers.lint_pairs import build
from helpers.served import served

import zebra_core as zebra
from zebra_core.base.markup import printable
from zebra_core.testing import Project
from zebra_report.lints.results import run_lints
from zebra_report.page import Page
from zebra_report.panels.pairs import Browsing

pytestmark = pytest.mark.browser


def page_of(cli: Project, name: str = "zebra-dataset") -> Path:
    """Write a page with the panel alone; return it."""
    dataset, plugins = zebra.Dataset.open(name), zebra.load_plugins()
    panel = Browsing.of(dataset, plugins).panel(run_lints(dataset, plugins, {}))
    return cli.write("page.html", Page("pairs", "", {"pairs": panel}).html())


@pytest.fixture(params=["page", "server"])
def demo(zebra_cli: Project, request: pytest.FixtureRequest) -> Iterator[Path | str]:
    """The 600 pairs of the demo: the file of a page, or the address of a server."""
    zebra_cli.run("run")
    if request.param == "page":
        yield page_of(zebra_cli)
    else:
        with served("zebra-dataset", zebra_cli.folder) as pages:
            yield pages.server.address


def shown(page: Any) -> list[tuple[str, str]]:
    """Return the models of the pairs in the list, once the list is what the controls ask for."""
    page.wait_for_timeout(350)
    texts = page.eval_on_selector_all("[role=option]", "all => all.map(one => one.children[1].textContent)")
    return [tuple(text.split(" over ")) for text in texts]


def status(page: Any) -> str:
    page.wait_for_timeout(350)
    return str(page.locator(".panel [role=status]").text_content())


def id_of(page: Any) -> str:
    page.wait_for_timeout(150)
    return str(page.locator(".pairs-id").text_content()).split(": ")[1].split(",")[0].split(" ")[0]


@pytest.mark.parametrize("width", [1280, 360])
def test_every_control(zebra_cli: Project, browser: Browser, demo: Path | str, width: int) -> None:
    """Each filter, the search and the order give what the rows say, alone and together, and `Clear` ends them; nothing is wider than the window."""
    rows = zebra_cli.dataset()
    tab = browser.tab(width)
    page = tab.open(demo)
    assert status(page) == "All 600 pairs"
    page.get_by_label("Chosen model").select_option("scholar")
    chosen = [row for row in rows if row["chosen_model"] == "scholar"]
    assert status(page) == f"{len(chosen)} of 600 pairs match"
    assert {better for better, _ in shown(page)} == {"scholar"}
    page.get_by_label("Rejected model").select_option("parrot")
    both = [row for row in chosen if row["rejected_model"] == "parrot"]
    assert status(page) == f"{len(both)} of 600 pairs match"
    page.get_by_role("button", name="Clear").click()
    page.get_by_label("Source").select_option("sorting")
    assert status(page) == f"{sum(row['source'] == 'sorting' for row in rows)} of 600 pairs match"
    page.get_by_label("Order").select_option("margin down")
    best = max((row for row in rows if row["source"] == "sorting"), key=lambda row: row["margin"])
    assert shown(page)[0] == (best["chosen_model"], best["rejected_model"])
    page.get_by_role("button", name="Clear").click()
    page.get_by_text("Ranges").click()
    for name in ("margin", "similarity", "confidence"):
        middle = round(sorted(row[name] for row in rows)[300], 2) + 0.005
        for word, count in (
            ("from", sum(row[name] >= middle for row in rows)),
            ("to", sum(row[name] <= middle for row in rows)),
        ):
            bound = page.get_by_label(f"{name.capitalize()}, {word}")
            bound.fill(f"{middle:.3f}")
            assert status(page) == f"{count} of 600 pairs match"
            bound.fill("")
    page.get_by_label("Length, chosen / rejected, from").fill("2")
    longer = sum(len(row["chosen"][0]["content"]) >= 2 * len(row["rejected"][0]["content"]) for row in rows)
    assert status(page) == f"{longer} of 600 pairs match"
    assert page.get_by_text("Ranges (1 set)").is_visible()
    page.get_by_role("button", name="Clear").click()
    page.get_by_label("Search").fill("the ANSWER is")
    texts = [[row[name][0]["content"].lower() for name in ("prompt", "chosen", "rejected")] for row in rows]
    assert status(page) == f"{sum(any('the answer is' in text for text in row) for row in texts)} of 600 pairs match"
    page.get_by_label("Search").fill("no text has this")
    assert status(page) == "0 of 600 pairs match"
    assert page.get_by_text("No pair matches.").is_visible()
    page.get_by_role("button", name="Clear").click()
    assert status(page) == "All 600 pairs"
    wide, inner = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= inner
    assert tab.messages == []


def test_the_keyboard(zebra_cli: Project, browser: Browser, demo: Path | str) -> None:
    """j and k, the arrow keys, Home and End, the buttons and the number of a pair go from one to another, also across 50 of them."""
    ids = [row["id"] for row in zebra_cli.dataset()]
    tab = browser.tab()
    page = tab.open(demo)
    page.locator(".pairs-list").focus()
    for key, place in (
        ("j", 1),
        ("ArrowDown", 2),
        ("ArrowRight", 3),
        ("k", 2),
        ("ArrowUp", 1),
        ("ArrowLeft", 0),
        ("k", 0),
        ("End", 599),
        ("j", 599),
        ("Home", 0),
    ):
        page.keyboard.press(key)
        assert id_of(page) == ids[place], key
        assert page.locator("[aria-selected=true]").count() == 1
    for _ in range(3):
        page.get_by_role("button", name="Next").click()
    assert id_of(page) == ids[3]
    page.get_by_role("button", name="Previous").click()
    assert id_of(page) == ids[2]
    page.get_by_label("Number of the pair").fill("50")
    page.keyboard.press("Enter")
    assert id_of(page) == ids[49]
    page.get_by_role("button", name="Next").click()
    assert id_of(page) == ids[50]
    assert page.locator("[aria-selected=true]").get_attribute("id") == "pairs-50"
    page.get_by_label("Search").focus()
    page.keyboard.type("jk")
    assert page.get_by_label("Search").input_value() == "jk"
    assert tab.messages == []


def test_linked_selection(zebra_cli: Project, browser: Browser, demo: Path | str) -> None:
    """A model that is selected anywhere leaves the pairs that have it, on either side, until all are shown again."""
    rows = zebra_cli.dataset()
    page = browser.tab().open(demo)
    page.locator(".pairs-chosen .pairs-model").click()
    model = rows[0]["chosen_model"]
    expected = sum(model in (row["chosen_model"], row["rejected_model"]) for row in rows)
    assert status(page) == f"{expected} of 600 pairs match"
    assert all(model in pair for pair in shown(page))
    page.get_by_role("button", name="Show all").click()
    assert status(page) == "All 600 pairs"


def test_why(zebra_cli: Project, browser: Browser, demo: Path | str) -> None:
    """A pair has both models' superiority overall and by axis, and the six pairs that its four models could have given."""
    row = zebra_cli.dataset()[0]
    page = browser.tab().open(demo)
    page.wait_for_selector("text=4 models with scores answered, so 6 pairs were possible")
    facts = page.locator(".pairs-why dd").all_text_contents()
    assert facts[:3] == [f"{row[name]:.3f}" for name in ("margin", "similarity", "confidence")]
    scores, possible = [
        table.locator("th, td").all_text_contents() for table in page.locator(".pairs-pair table").all()
    ]
    assert scores[:4] == ["superiority", row["chosen_model"], row["rejected_model"], "difference"]
    assert scores[4:8:3] == ["overall", f"{row['margin']:.3f}"]
    assert {"math", "reasoning", "knowledge"} <= {*scores}
    assert len(possible) == 7 * 5
    assert possible[5] == f"{row['chosen_model']} over {row['rejected_model']}"
    assert possible[9] == "this pair"
    assert {*possible[14::5]} <= {"less desirable", "similarity below the threshold"}


def test_differences(zebra_cli: Project, browser: Browser) -> None:
    """Words of one response alone are <ins> or <del>, underlined or struck through, unless the box is not checked; lints filter."""
    build(zebra_cli)
    rows = [
        {"id": "d", "prompt": "Where?", "scholar": "the cat sat on the mat today", "parrot": "a cat sat near the mat"},
        {"id": "none", "prompt": "Who?", "scholar": "You", "parrot": "Me"},
        {"id": "empty", "prompt": "What?", "scholar": "one  two", "parrot": "one three"},
    ]
    zebra_cli.write("other.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    zebra_cli.run("run", "--pool", "wide:other.jsonl", "--scores", "demo", "--strategy", "sup", "-o", "other")
    page = browser.tab().open(page_of(zebra_cli, "other"))
    assert page.locator("ins").all_text_contents() == ["the ", "on ", "today"]
    assert page.locator("del").all_text_contents() == ["a ", "near "]
    assert page.get_by_text("57 % of the words are in both responses.").is_visible()
    lines = [
        page.locator(tag).first.evaluate("one => getComputedStyle(one).textDecorationLine") for tag in ("ins", "del")
    ]
    assert lines == ["underline", "line-through"]
    page.get_by_label("Mark differences").uncheck()
    page.wait_for_timeout(100)
    assert page.locator("ins, del").count() == 0
    assert page.locator(".pairs-chosen .pairs-text").text_content() == rows[0]["scholar"]
    page.get_by_label("Mark differences").check()
    page.get_by_role("button", name="Next").click()
    assert page.get_by_text("No word is in both responses.").is_visible()
    page = browser.tab().open(page_of(zebra_cli))
    page.get_by_label("Lint").select_option("identical")
    assert status(page) == "2 of 7 pairs match"


def test_hostile_texts(zebra_cli: Project, browser: Browser) -> None:
    """A text is shown as it is, in the list, the prompt and the responses; no tag of it is one of the page, and nothing runs."""
    names = [name for name in NAMES.values() if len(name) < 1000]
    rows = [
        {"id": name, "prompt": name, "source": name, "scholar": f"{name} one", "parrot": f"two {name}"}
        for name in names
    ]
    zebra_cli.write("pool.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    zebra_cli.run("run", "--pool", "wide:pool.jsonl", "--scores", "demo", "--strategy", "sup")
    tab = browser.tab()
    page = tab.open(page_of(zebra_cli))
    page.evaluate("() => { window.alert = () => { throw new Error('a text ran') } }")
    page.locator(".pairs-list").focus()
    for place, name in enumerate(names):
        expected = printable(name.replace("\r\n", "\n"))
        texts = page.locator(".pairs-text").all_text_contents()
        assert texts == [expected, f"{expected} one", f"two {expected}"]
        assert page.locator(".panel img, .panel script, .panel svg, .panel a").count() == 0
        page.keyboard.press("j")
        page.wait_for_timeout(60 if place else 150)
    assert tab.messages == []
