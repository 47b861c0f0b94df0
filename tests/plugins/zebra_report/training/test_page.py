"""The page of a training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from helpers.trainings import lock, logged, training

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_report.page import Page
from zebra_report.training.page import training_page
from zebra_report.training.state import read_training


def page(folder: Path, *, live: bool = False) -> Page:
    state = read_training(folder)
    assert state is not None
    return training_page(state, live=live)


def section(page: Page, part: str) -> zebra.Section:
    value = page.parts[part]
    assert isinstance(value, zebra.Section)
    assert value.fault == ""
    return value


def verdicts(page: Page) -> dict[str, tuple[str, str]]:
    return {verdict.name: (verdict.level, verdict.fact) for verdict in page.verdicts}


def test_a_finished_training(tmp_path: Path) -> None:
    """Its curves are those that DPO logs, its facts those of the job and the result, and its verdicts are good."""
    result = {"rows": 570, "steps": 30, "seconds": 5.4, "metrics": {"pairs": 24, "accuracy": 1.0, "longer": 0.25}}
    written = page(training(tmp_path / "out", **result))
    titles = [chart["title"] for chart in section(written, "curves").charts]
    expected = [
        "loss",
        "reward accuracy",
        "reward margin",
        "rewards",
        "log-probability of a response",
        "token accuracy",
    ]
    assert titles == [*expected, "learning rate", "gradient norm", "entropy"]
    facts = dict(section(written, "facts").rows)  # type: ignore[arg-type]
    assert (facts["steps"], facts["rows"], facts["model"]) == ("30", "570", "models/tiny")
    assert verdicts(written)["Training"] == ("good", "finished, 30 steps")
    assert verdicts(written)["Held-out accuracy"] == ("good", "1.000 on 24 pairs; by length alone it would be 0.750")
    options = dict(section(written, "options").rows)  # type: ignore[arg-type]
    assert (options["loss_type"], options["max_steps"]) == ("sigmoid", "40")


def test_the_table_of_steps(tmp_path: Path) -> None:
    """Every logged step is a row, with what was measured on held-out rows beside it."""
    header, *rows = section(page(training(tmp_path / "out", steps=30)), "curves").rows
    by_step = {row[0]: dict(zip(header, row, strict=True)) for row in rows}
    assert [*by_step] == sorted({entry["step"] for entry in logged()})
    assert by_step[10]["eval_loss"] == pytest.approx(0.2021, abs=1e-4)
    assert by_step[2]["eval_loss"] is None


@pytest.mark.parametrize(
    ("losses", "level", "fact"),
    [
        ([0.7, 0.5], "good", "from 0.700 to 0.500"),
        ([0.5, 0.7], "look", "from 0.500 to 0.700"),
        ([0.7, 0.6, None], "bad", "from 0.700 to 0.600, and not a number at 1 steps"),
    ],
)
def test_loss(tmp_path: Path, losses: list[float | None], level: str, fact: str) -> None:
    """A loss that rises, or is not a number, is pointed out with the learning rate to lower."""
    entries = [{"loss": loss, "step": step} for step, loss in enumerate(losses, 1)]
    written = page(training(tmp_path / "out", entries, steps=3))
    assert verdicts(written)["Loss"] == (level, fact)


def test_learned_by_heart(tmp_path: Path) -> None:
    """A held-out loss that rises from its lowest value is pointed out with the step."""
    entries: list[dict[str, Any]] = [
        {"loss": 1 / step, "eval_loss": abs(step - 3) / 10 + 0.2, "step": step} for step in range(1, 7)
    ]
    level, fact = verdicts(page(training(tmp_path / "out", entries, steps=6)))["Held-out loss"]
    assert level == "look"
    assert fact.startswith("lowest, 0.200, at step 3; 0.500 at step 6")


def test_worse_than_length(tmp_path: Path) -> None:
    """An accuracy that the length of the responses alone would reach is pointed out."""
    metrics = {"pairs": 24, "accuracy": 0.7, "longer": 0.8}
    written = page(training(tmp_path / "out", steps=30, metrics=metrics))
    assert verdicts(written)["Held-out accuracy"] == ("look", "0.700 on 24 pairs; by length alone it would be 0.800")


def test_an_interrupted_training(tmp_path: Path) -> None:
    """It says from where the same command resumes, and where it was resumed before."""
    folder = training(tmp_path / "out.partial", [*logged(), {"step": 20, "resumed": 1.0}])
    (folder / "checkpoint-20").mkdir()
    written = page(tmp_path / "out")
    assert verdicts(written)["Training"] == ("look", "interrupted at step 30 of 40")
    assert written.verdicts[0].remedy == "run the same command again; it resumes from checkpoint-20"
    assert "after step 20" in section(written, "curves").text


def test_nothing_logged_yet(tmp_path: Path) -> None:
    """A training that has just begun has a page without curves."""
    written = page(training(tmp_path / "out.partial", []))
    assert section(written, "curves").text == "Nothing is logged yet."
    assert "<html" in written.html()


def test_only_a_page_of_a_running_training_reloads(zebra_cli: Project) -> None:
    """The page of a running training that is watched has the part that reloads it; written once, or finished, it has not."""
    training(zebra_cli.folder / "out.partial")
    lock(zebra_cli.folder / "out")
    assert "live" in page(zebra_cli.folder / "out", live=True).parts
    output = zebra_cli.run("report", "out").stdout
    assert output == "The page of the training, which is running, is out.report.html\n"
    assert 'data-panel="training"' not in (zebra_cli.folder / "out.report.html").read_text(encoding="utf-8")


def test_watching_a_finished_training(zebra_cli: Project) -> None:
    """Its page is written once, to the file that is named."""
    training(zebra_cli.folder / "out", steps=30)
    output = zebra_cli.run("report", "out", "--watch", "-o", "page.html").stdout
    assert output == "The page of the training, which is finished, is page.html\n"
    assert (zebra_cli.folder / "page.html").is_file()
    assert not (zebra_cli.folder / "out.report.html").exists()
