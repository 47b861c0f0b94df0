"""The report of a dataset in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from helpers.browser import Browser

from zebra_core.testing import Project

pytestmark = pytest.mark.browser
RUNS = {
    "demo": [],
    "alpaca_eval_pool4_dev": ["--scores", "paper"],
    "recent_pool_dev": ["--scores", "recent_scores_v1.csv"],
}


def report_of(project: Project, request: pytest.FixtureRequest, run: str) -> Path:
    """Build a dataset with its report; return the page."""
    options = RUNS[run]
    if run != "demo":
        shared: Path = request.getfixturevalue("shared")
        scores = options[1] if options[1] == "paper" else str(shared / options[1])
        options = ["--pool", str(shared / f"{run}.parquet"), "--scores", scores, "--missing", "drop-model"]
    project.run("run", *options, "--strategy", "random")
    project.run("report", "zebra-dataset")
    return project.folder / "zebra-dataset/report/report.html"


@pytest.mark.parametrize("run", [*RUNS])
def test_every_width_and_scheme(zebra_cli: Project, request: pytest.FixtureRequest, browser: Browser, run: str) -> None:
    """No console message, every chart with a size, and no horizontal scroll, at 1280 and 360 px, light and dark."""
    path = report_of(zebra_cli, request, run)
    for width in (1280, 360):
        for scheme in ("light", "dark"):
            tab = browser.tab(width, scheme)
            page = tab.open(path)
            assert tab.messages == []
            wide, inner = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
            assert wide <= inner
            heights = page.eval_on_selector_all(
                ".chart svg", "all => all.map(svg => svg.getBoundingClientRect().height)"
            )
            assert len(heights) == page.locator(".chart").count() > 5
            assert min(heights) > 100


def test_a_model_is_selected_everywhere(zebra_cli: Project, browser: Browser) -> None:
    """A click on a model's bar dims the others, shows its pairs alone, and says so; the button ends it."""
    zebra_cli.run("run")
    zebra_cli.run("report", "zebra-dataset")
    tab = browser.tab()
    page = tab.open(zebra_cli.folder / "zebra-dataset/report/report.html")
    bars = page.locator("#frequencies .mark-rect path")
    rows = zebra_cli.dataset()
    bars.first.click()
    status = page.locator(".selection")
    model = (status.text_content() or "").removeprefix("Only ").split()[0]
    count = sum(model in (row["chosen_model"], row["rejected_model"]) for row in rows)
    assert 0 < count < len(rows)
    page.wait_for_function(f"document.querySelector('#pairs').textContent.includes('{count:,} of {len(rows)}')")
    opacities = {*bars.evaluate_all("all => all.map(bar => bar.getAttribute('opacity') ?? '1')")}
    assert opacities == {"1", "0.25"}
    status.get_by_role("button").click()
    assert page.locator(".selection").count() == 0
    assert {*bars.evaluate_all("all => all.map(bar => bar.getAttribute('opacity') ?? '1')")} == {"1"}
    assert tab.messages == []
