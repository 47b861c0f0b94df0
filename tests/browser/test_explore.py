"""The part "Explore the choice" of a report in a real browser: what the page computes is what `zebra run` writes."""

from __future__ import annotations

import json
import random
import shlex
from pathlib import Path
from typing import Any

import pytest

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_report.page import Page, Panel
from zebra_report.panels.explore import explore

pytestmark = pytest.mark.browser
STRATEGIES = ("sup", "sim", "sup+sim", "delta", "max-min", "confident-sim", "hard", "consensus-sim", "consistent")
DRAWN = ("best-random", "random", "rlaif")
MEASURES = ("cosine", "pearson", "euclidean", "rbf")


def page_of(project: Project, *arguments: str) -> Path:
    """Build a dataset, and write a page with the panel alone."""
    project.run("run", *arguments)
    panel = explore(zebra.Dataset.open("zebra-dataset"), zebra.load_plugins())
    assert isinstance(panel, Panel)
    return project.write("page.html", Page("page", "", {"explore": panel}).html())


def drawn_settings(seed: int, strategies: tuple[str, ...], count: int) -> list[dict[str, Any]]:
    """Draw settings: half of the masks leave something out, and a third are off."""
    draw = random.Random(seed)
    result = []
    for number in range(count):
        off = [draw.random() < 1 / 3 for _ in range(3)]
        result.append(
            {
                "strategy": strategies[number % len(strategies)],
                "similarity": draw.choice(MEASURES),
                "threshold": 0.1 if off[0] else round(draw.uniform(0.2, 0.95), 3),
                "min_gap": 0 if off[1] else round(draw.uniform(0, 0.4), 3),
                "min_confidence": 0 if off[2] else round(draw.uniform(0.5, 0.8), 3),
                "pairs": draw.choice([1, 1, 1, 2, 3]),
            }
        )
    return result


def set_controls(page: Any, settings: dict[str, Any]) -> None:
    """Use the controls as a reader does."""
    for name in ("strategy", "similarity"):
        page.select_option(f"select[name={name}]", settings[name])
    for name in ("threshold", "min_gap", "min_confidence", "pairs"):
        if page.locator(f"input[name={name}]").count():
            page.fill(f"input[name={name}]", str(settings[name]))


def check(project: Project, page: Any, settings: dict[str, Any]) -> int:
    """Compare what the page shows with what its command writes; return the number of pairs."""
    set_controls(page, settings)
    explored = page.evaluate("document.querySelector('.explore').explored")
    result = explored["result"]
    command = page.inner_text(".explore-command")
    assert command == explored["command"]
    program, *words = shlex.split(command)
    assert program == "zebra"
    project.run(*words, "--workers", "1", "--overwrite", code=0 if result["pairs"] else 2)
    if not result["pairs"]:
        return 0
    summary = project.manifest(words[words.index("--output") + 1])["summary"]
    assert result["step"] == 1
    assert result["pairs"] == summary["pairs"]
    assert result["leftOut"] == summary["left_out"]
    counts = {(row["chosen"], row["rejected"]): row["count"] for row in result["models"]}
    pairs = summary["model_pairs"]
    assert counts == {(better, worse): count for better in pairs for worse, count in pairs[better].items()}
    for name in ("margin", "similarity", "hardness"):
        assert result[name] == pytest.approx(summary[f"mean_{name}"], abs=1e-9)
    return int(result["pairs"])


def test_page_equals_run(zebra_cli: Project, browser: Any) -> None:
    """For 50 settings of every strategy and measure the demo's page has the pairs that its own command writes."""
    tab = browser.tab()
    page = tab.open(page_of(zebra_cli))
    pairs = [check(zebra_cli, page, each) for each in drawn_settings(18, (*STRATEGIES, *DRAWN), 50)]
    assert sum(0 < count < 600 for count in pairs) > 10
    assert tab.messages == []


def test_ties_are_as_likely_as_not(zebra_cli: Project, browser: Any) -> None:
    """A tie by the ratings has a confidence of 0.5: with a minimum below that an instruction of ties satisfies the masks."""
    page = browser.tab().open(page_of(zebra_cli))
    masks = {"threshold": 0.28, "min_gap": 0.213, "min_confidence": 0.428, "pairs": 2}
    assert check(zebra_cli, page, {"strategy": "rlaif", "similarity": "pearson", **masks}) == 425


@pytest.mark.parametrize(
    "arguments",
    [
        ["--strategy", "sup", "--rule", "consensus", "--set", "consensus.steepness=2.5"],
        ["--scope", "global", "--strategy", "sim"],
        ["--candidates", "3", "--seed", "7", "--length-ratio", "1.5"],
        ["--similarity", "rbf", "--set", "rbf.gamma=0.3", "--set", "consensus-sim.power=2", "--threshold", "0.4"],
        ["--weight", "lookup=3", "--benchmark", "counting=drop", "--pairs", "2", "--rule", "superiority"],
    ],
    ids=["rule", "global", "candidates", "options", "scores"],
)
def test_page_of_other_runs(zebra_cli: Project, browser: Any, arguments: list[str]) -> None:
    """The command keeps what the run was given, and options of components that other settings do not use are left out."""
    page = browser.tab().open(page_of(zebra_cli, *arguments))
    offered = page.eval_on_selector_all("select[name=strategy] option", "all => all.map(each => each.value)")
    for settings in drawn_settings(19, tuple(offered), 4):
        check(zebra_cli, page, settings)


TOY = """
import numpy as np
import zebra_core as zebra


class Short:
    \"\"\"The two shortest responses; those of equal length never.\"\"\"

    per_instruction = True

    def __call__(self, behavior, candidates):
        lengths = candidates.lengths.astype(float)
        total = -(lengths[:, :, None] + lengths[:, None, :])
        return np.where(lengths[:, :, None] == lengths[:, None, :], -np.inf, total)


class Longer:
    \"\"\"The longer response is chosen.\"\"\"

    per_instruction = True

    def __call__(self, behavior, candidates):
        return np.sign(candidates.lengths[:, :, None] - candidates.lengths[:, None, :]).astype(float)


def middle(behavior):
    \"\"\"The two nearest to the middle, if they are alike.\"\"\"
    far = np.abs(behavior.superiority - 0.5)
    return np.where(behavior.similarity > 0.8, -far[:, None] - far[None, :], -np.inf)


@zebra.hookimpl
def zebra_strategies():
    return {"short": Short, "middle": middle}


@zebra.hookimpl
def zebra_rules():
    return {"longer": Longer}
"""


@pytest.mark.parametrize("rule", ["", "longer"])
def test_page_of_a_plugin(zebra_cli: Project, browser: Any, rule: str) -> None:
    """Strategies and rules of a plugin are explored too; a model may have two names, and responses may be empty or the same."""
    draw = random.Random(3)
    names = ["a", "b", "c", "d", "second a", "unscored"]
    texts = ["", "yes", "no", "maybe", "perhaps", "certainly not"]
    lines = [
        {
            "instruction": f"question {number}" if number % 50 else " ",
            "models": names,
            "completions": [{"model": name, "response": draw.choice(texts)} for name in names],
        }
        for number in range(300)
    ]
    zebra_cli.write("pool.jsonl", "\n".join(map(json.dumps, lines)))
    zebra_cli.write("scores.csv", "model,MMLU,IFEval,BBH\na,90,80,70\nb,80,85,60\nc,50,75,70\nd,20,30,40\ne,0,0,0\n")
    zebra_cli.write("alias.csv", "pool,score\nsecond a,a\n")
    zebra_cli.write("toy.py", TOY)
    files = ["--pool", "pool.jsonl", "--scores", "scores.csv", "--alias", "alias.csv", "--plugin", "./toy.py"]
    path = page_of(zebra_cli, *files, "--strategy", "short", "--rule", rule or "superiority")
    page = browser.tab().open(path)
    for settings in drawn_settings(21, ("short", "middle", "consensus-sim", "sup", "random"), 10):
        check(zebra_cli, page, settings)


def test_summary_and_buttons(zebra_cli: Project, browser: Any) -> None:
    """The summary compares with the run, a button goes back to it, and another one copies the command."""
    tab = browser.tab(permissions=["clipboard-read", "clipboard-write"])
    page = tab.open(page_of(zebra_cli, "--strategy", "sup"))
    summary = page.locator(".explore [role=status]")
    assert summary.inner_text() == "600 pairs of 600 instructions, 15 pairs of models; the run had 600 and 15."
    page.select_option("select[name=strategy]", "sim")
    page.wait_for_selector(".explore [role=status]:has-text(' 9 pairs of models')")
    page.click("text=Copy the command")
    page.wait_for_selector("text=Copied")
    assert page.evaluate("navigator.clipboard.readText()") == page.inner_text(".explore-command")
    page.click("text=Back to the run")
    assert page.input_value("select[name=strategy]") == "sup"
    assert "--strategy sup --output" in page.inner_text(".explore-command")
    assert tab.messages == []


def test_keyboard_on_a_small_screen(zebra_cli: Project, browser: Any) -> None:
    """At 360 px nothing is cut off; a slider moves by an arrow key, and a number that is not allowed changes nothing."""
    page = browser.tab(360, "dark").open(page_of(zebra_cli))
    page.focus("input[name=threshold]")
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    explored = "document.querySelector('.explore').explored.settings"
    assert page.evaluate(f"{explored}.threshold") == 0.11
    assert page.input_value("input[name=threshold]") == "0.11"
    page.fill("input[name=min_confidence]", "1")
    assert page.evaluate(f"{explored}.min_confidence") == 0
    assert page.get_attribute("input[name=min_confidence]", "aria-invalid") == "true"
    page.fill("input[name=min_confidence]", "0.99")
    assert page.get_attribute("input[name=min_confidence]", "aria-invalid") is None
    page.wait_for_selector(".explore [role=status]:has-text('ends with an error')")
    wide, inner = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide <= inner


def test_selected_model(zebra_cli: Project, browser: Any) -> None:
    """A model that is selected anywhere in the page filters the pairs of models; a click on its name selects it."""
    page = browser.tab().open(page_of(zebra_cli, "--strategy", "sup"))
    page.locator(".explore button.plain", has_text="scholar").first.click()
    cells = page.locator(".explore .scroll").last.locator("tbody tr").all_inner_texts()
    assert cells
    assert all("scholar" in cell for cell in cells)
    assert page.locator(".selection").inner_text().startswith("Only scholar")


@pytest.mark.parametrize("pool", ["alpaca_eval_pool4_dev", "recent_pool_dev"])
def test_page_of_real_pools(zebra_cli: Project, browser: Any, shared: Path, pool: str) -> None:
    """The same on real responses, of 4 and of 47 models per instruction; there the run's own measure is explored in full."""
    scores = "paper" if "pool4" in pool else str(shared / "recent_scores_v1.csv")
    files = ["--pool", str(shared / f"{pool}.parquet"), "--scores", scores, "--missing", "drop-model"]
    page = browser.tab().open(page_of(zebra_cli, *files))
    for settings in drawn_settings(20, (*STRATEGIES[5:], "best-random"), 5):
        wide = {"similarity": "cosine", "pairs": 1} if pool.startswith("recent") else {}
        check(zebra_cli, page, {**settings, **wide, "threshold": settings["threshold"] + 0.05})
