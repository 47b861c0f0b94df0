"""The page of a training, in a real browser."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.accessibility import serious_faults
from helpers.browser import Browser
from helpers.trainings import lock, logged, training

from zebra_report.training.page import training_page
from zebra_report.training.state import read_training

pytestmark = pytest.mark.browser


def write(folder: Path, *, live: bool = False) -> Path:
    """Write the page of a training."""
    state = read_training(folder)
    assert state is not None
    path = folder.with_suffix(".html")
    path.write_text(training_page(state, live=live).html(), encoding="utf-8")
    return path


@pytest.mark.parametrize("width", [1280, 360])
def test_every_width(tmp_path: Path, browser: Browser, width: int) -> None:
    """No console message, every chart is drawn, and nothing is wider than the window."""
    entries = [*logged(), {"step": 20, "resumed": 1.0}]
    training(tmp_path / "out", entries, steps=30, metrics={"pairs": 24, "accuracy": 1.0, "longer": 0.25})
    path = write(tmp_path / "out")
    for scheme in ("light", "dark"):
        tab = browser.tab(width, scheme)
        page = tab.open(path)
        assert tab.messages == []
        assert serious_faults(page) == []
        wide, inner = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert wide <= inner
        assert page.locator(".chart svg").count() == page.locator(".chart").count() == 9
        assert page.locator("progress").count() == 0


def test_a_running_training(tmp_path: Path, browser: Browser) -> None:
    """Its page reloads itself where it was, until it is paused; the last page, of the finished training, no longer does."""
    folder = training(tmp_path / "out.partial", logged()[:10])
    path = lock(tmp_path / "out")
    html = write(tmp_path / "out", live=True)
    tab = browser.tab()
    page = tab.open(html)
    step = logged()[9]["step"]
    assert page.get_by_text(f"Step {step} of 40, as of").is_visible()
    page.evaluate("scrollTo(0, 700)")
    with (folder / "metrics.jsonl").open("a") as log:
        log.write(json.dumps({"loss": 0.1, "step": 39}) + "\n")
    write(tmp_path / "out", live=True)
    page.get_by_text("Step 39 of 40, as of").wait_for(timeout=20_000)
    page.wait_for_selector("html[data-ready]")
    assert page.evaluate("scrollY") == pytest.approx(700, abs=2)
    page.get_by_role("button", name="Pause").click()
    assert page.get_by_role("button", name="Update by itself").is_visible()
    folder.rename(tmp_path / "out")
    path.unlink()
    write(tmp_path / "out")
    page.wait_for_timeout(6_000)
    assert page.locator("progress").count() == 1
    page.get_by_role("button", name="Update now").click()
    page.wait_for_selector("progress", state="detached")
    assert tab.messages == []


def test_reduced_motion(tmp_path: Path, browser: Browser) -> None:
    """Whoever asks for little motion gets a page that reloads only when asked."""
    training(tmp_path / "out.partial")
    lock(tmp_path / "out")
    page = browser.tab(reduced_motion="reduce").open(write(tmp_path / "out", live=True))
    assert page.get_by_role("button", name="Update by itself").is_visible()
