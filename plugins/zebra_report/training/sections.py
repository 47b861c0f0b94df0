"""The sections of the page of a training: its facts, its curves, and every metric that it logged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import zebra_core as zebra
from zebra_core.training.curves import CURVES, chart_curve
from zebra_core.training.metrics import HELD_OUT, points, resumed_steps, spread

if TYPE_CHECKING:
    from collections.abc import Iterator

    from zebra_report.training.state import State

MOST = 200
"""The number of logged steps in the table."""
OUTSIDE = ("step", "epoch", "resumed")
HELD_OUT_WORDS = {
    "pairs": "held-out rows",
    "loss": "held-out loss",
    "accuracy": "held-out reward accuracy",
    "token_accuracy": "held-out token accuracy",
    "longer": "held-out pairs whose chosen response is longer",
}
"""What the metrics of a result are called, as in the model card."""


def sections_of(state: State) -> dict[str, zebra.Section]:
    """Return the sections of a training."""
    return {"curves": _curves(state), "metrics": _metrics(state), "facts": _facts(state), "options": _options(state)}


def _curves(state: State) -> zebra.Section:
    charts = [chart for curve in CURVES if (chart := chart_curve(curve, {"": state.entries}))]
    resumed = resumed_steps(state.entries)
    marks = ["Lines are of the rows trained on, diamonds of held-out rows."]
    if resumed:
        marks.append(
            f"Dashed lines are where the training was resumed: after step {', '.join(f'{n:,}' for n in resumed)}."
        )
    text = " ".join(marks) if charts else "Nothing is logged yet."
    return zebra.Section("Curves", text, charts, _steps(state) if charts else ())


def _steps(state: State) -> list[list[Any]]:
    """Return a table of the drawn metrics by step, evenly spread."""
    names = list(dict.fromkeys(name for entry in state.entries for name in entry))
    drawn = [name for curve in CURVES for name in curve.logged(names).values()]
    drawn += [HELD_OUT + name for name in drawn if HELD_OUT + name in names]
    values = {name: dict(points(state.entries, name)) for name in drawn}
    steps = sorted({step for each in values.values() for step in each})
    return [
        ["step", *drawn],
        *([step, *(_digits(values[name].get(step)) for name in drawn)] for step in spread(steps, MOST)),
    ]


def _metrics(state: State) -> zebra.Section:
    rows: list[list[Any]] = [["metric", "entries", "first", "last", "lowest", "highest"]]
    for name in sorted({name for entry in state.entries for name in entry if name not in OUTSIDE}):
        values = [value for _, value in points(state.entries, name)]
        if values:
            rows.append([name, len(values), *map(_digits, (values[0], values[-1], min(values), max(values)))])
    text = f"Every number that the training has logged; {HELD_OUT} marks what was measured on held-out rows."
    return zebra.Section("All metrics", text, rows=rows if len(rows) > 1 else ())


def _digits(value: float | None) -> float | str | None:
    """Return a number as it is, but a small one, such as a learning rate, as a text that has its digits."""
    return value if not value or abs(value) >= 0.001 else f"{value:.3g}"


def _facts(state: State) -> zebra.Section:
    rows = [[name, value if isinstance(value, str) else _number(value)] for name, value in _lines(state)]
    return zebra.Section("The training", "", rows=[["what", "value"], *rows])


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"


def _lines(state: State) -> Iterator[tuple[str, str | float]]:
    job, result = state.job, state.result
    yield "trainer", f"{job.trainer} ({job.plugin})"
    yield "model", job.model.get("location", "")
    yield "dataset", job.dataset.get("location", "")
    yield "status", state.status
    unfinished = state.status != "finished" and state.total
    yield "steps", f"{state.step:,} of {state.total:,}" if unfinished else state.step
    tokens = points(state.entries, "num_tokens")
    if tokens:
        yield "tokens", int(tokens[-1][1])
    if result is not None:
        if result.rows is not None:
            yield "rows", result.rows
        if result.seconds is not None:
            yield "time", zebra.clock(result.seconds)
        for name, value in result.metrics.items():
            yield HELD_OUT_WORDS.get(name, f"held out: {name}"), int(value) if name == "pairs" else float(value)
    for step in resumed_steps(state.entries):
        yield "resumed after step", step
    yield "ZEBRA", job.zebra


def _options(state: State) -> zebra.Section:
    """Return the options that are set; those of the trainer's library are among them."""
    options = {name: value for name, value in state.job.options.items() if name != "others"}
    rows = [[name, _shown(value)] for name, value in {**options, **state.job.options.get("others", {})}.items()]
    text = f"Options of {state.job.trainer}, changed by --set {state.job.trainer}.NAME=VALUE."
    return zebra.Section("Options", text, rows=[["option", "value"], *rows] if rows else ())


def _shown(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(map(_shown, value)) or "-"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, float) else str(value) or "-"
