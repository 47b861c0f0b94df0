"""The lines at the top of the page of a training: whether it learns, and what to change."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zebra_core.training.curves import ACCURACY, LOSS
from zebra_core.training.metrics import HELD_OUT, points
from zebra_report.page import Verdict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zebra_core.training.curves import Curve
    from zebra_report.training.state import State

RISEN = 1.05
"""How far a held-out loss may be above its lowest before it is pointed out."""


def verdicts_of(state: State) -> list[Verdict]:
    """Return the verdicts on a training."""
    return [_status(state), *_loss(state), *_held_out(state), *_accuracy(state)]


def _status(state: State) -> Verdict:
    steps = (
        f"{state.step:,} steps"
        if state.status == "finished" or not state.total
        else f"step {state.step:,} of {state.total:,}"
    )
    if state.status != "interrupted":
        return Verdict("Training", "good", f"{state.status}, {steps}")
    start = f"from {state.checkpoint}" if state.checkpoint else "from the beginning, as there is no checkpoint"
    return Verdict("Training", "look", f"interrupted at {steps}", f"run the same command again; it resumes {start}")


def _loss(state: State) -> Iterator[Verdict]:
    values = [value for _, value in _points(state, LOSS)]
    if len(values) < 2:
        return
    few = max(1, len(values) // 10)
    first, last = sum(values[:few]) / few, sum(values[-few:]) / few
    fact = f"from {first:.3f} to {last:.3f}"
    lost = sum("loss" in entry and entry["loss"] is None for entry in state.entries)
    remedy = f"--set {state.job.trainer}.learning_rate=... is {state.job.options.get('learning_rate', 'not set')}"
    if lost:
        yield Verdict("Loss", "bad", f"{fact}, and not a number at {lost:,} steps", remedy, "curves")
    else:
        yield Verdict("Loss", "good" if last < first else "look", fact, "" if last < first else remedy, "curves")


def _held_out(state: State) -> Iterator[Verdict]:
    measured = _points(state, LOSS, HELD_OUT)
    if len(measured) < 2:
        return
    step, least = min(measured, key=lambda point: point[1])
    last_step, last = measured[-1]
    if last > least * RISEN and last_step > step:
        fact = f"lowest, {least:.3f}, at step {step:,}; {last:.3f} at step {last_step:,}: the model may be learning the pairs by heart"
        yield Verdict("Held-out loss", "look", fact, "fewer steps, a lower learning rate, or more pairs", "curves")
    else:
        yield Verdict("Held-out loss", "good", f"from {measured[0][1]:.3f} to {last:.3f}", section="curves")


def _accuracy(state: State) -> Iterator[Verdict]:
    metrics = state.result.metrics if state.result else {}
    measured = [value for _, value in _points(state, ACCURACY, HELD_OUT)]
    accuracy = metrics.get("accuracy", measured[-1] if measured else None)
    if accuracy is None:
        return
    pairs, longer = metrics.get("pairs"), metrics.get("longer")
    fact = f"{accuracy:.3f}" + (f" on {pairs:,.0f} pairs" if pairs else "")
    if longer is None:
        yield Verdict("Held-out accuracy", "good" if accuracy > 0.5 else "look", fact, section="curves")
        return
    length = max(longer, 1 - longer)
    fact += f"; by length alone it would be {length:.3f}"
    remedy = "" if accuracy > length else "more steps, or pairs of which the longer response is not always the better"
    yield Verdict("Held-out accuracy", "good" if accuracy > length else "look", fact, remedy, "curves")


def _points(state: State, curve: Curve, prefix: str = "") -> list[tuple[int, float]]:
    """Return the points of the first metric of a curve."""
    names = {name for entry in state.entries for name in entry if name.startswith(prefix)}
    logged = curve.logged({name.removeprefix(prefix) for name in names})
    return points(state.entries, prefix + next(iter(logged.values()))) if logged else []
