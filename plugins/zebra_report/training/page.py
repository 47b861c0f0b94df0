"""The page of a training, which reloads itself while the training runs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from zebra_report.page import Page, Panel
from zebra_report.training.sections import sections_of
from zebra_report.training.verdicts import verdicts_of

if TYPE_CHECKING:
    from zebra_report.training.state import State

RELOADED = 5
"""Seconds between reloads of the page of a training that runs."""


def training_page(state: State, *, live: bool = False) -> Page:
    """Return the page of a training; a `live` one reloads itself."""
    job = state.job
    model, dataset = (Path(str(each.get("location", ""))).name for each in (job.model, job.dataset))
    facts = f"{job.trainer} of {model} on {dataset}: {state.status}, ZEBRA {job.zebra}"
    panel = {"live": _live_panel(state)} if live else {}
    return Page(state.output.name, facts, {**panel, **sections_of(state)}, verdicts_of(state))


def page_of(state: State) -> Path:
    """Return the file of a training's page: beside the model's folder, which does not exist before the training has finished."""
    return state.output.with_name(f"{state.output.name}.report.html")


def _live_panel(state: State) -> Panel:
    data = {
        "step": state.step,
        "total": state.total,
        "every": RELOADED,
        "updated": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    return Panel("training", "Progress", "", data)
