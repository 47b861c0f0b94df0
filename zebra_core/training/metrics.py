"""The log of a training's metrics: what a trainer writes to `metrics.jsonl`, one entry per logged step."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any

from zebra_core.errors import ZebraError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

METRICS = "metrics.jsonl"
"""The file in the folder of a training that its metrics are logged to: one JSON object with a `step` per line."""
HELD_OUT = "eval_"
"""What the name of a metric begins with if it was measured on held-out rows."""
RESUMED = "resumed"
"""The key of an entry that says that the training was resumed at this step."""
DISPLAYED = {
    "loss": ("loss",),
    "accuracy": ("rewards/accuracies", "accuracy", "mean_token_accuracy"),
    "margin": ("rewards/margins", "margin"),
    "reward": ("reward",),
    "length": ("completions/mean_length",),
    "KL": ("kl",),
}
"""The metrics that are displayed, and the names that trainers log them under; the first one present counts."""


def displayed_metrics(names: Collection[str]) -> dict[str, str]:
    """Return which of the logged names to display, by what to call them."""
    logged = {word: next((name for name in aliases if name in names), "") for word, aliases in DISPLAYED.items()}
    return {word: name for word, name in logged.items() if name}


def read_metrics(folder: Path) -> list[dict[str, Any]]:
    """Return the entries that a training has logged, in order; none if it has no log.

    A line that is still being written, and one without a step, is left out. Raise ZebraError if the log cannot be read.
    """
    path = folder / METRICS
    try:
        lines = path.read_bytes().splitlines()
    except FileNotFoundError:
        return []
    except OSError as error:
        msg = f"cannot read {path}: {error.strerror}; check who may read it"
        raise ZebraError(msg) from error
    return [entry for line in lines if (entry := _entry(line)) is not None]


def points(entries: Collection[dict[str, Any]], name: str) -> list[tuple[int, float]]:
    """Return the steps at which a metric was logged and its finite values, in order; of a step the last value."""
    values = {entry["step"]: entry[name] for entry in entries if _is_finite(entry.get(name))}
    return sorted(values.items())


def resumed_steps(entries: Collection[dict[str, Any]]) -> list[int]:
    """Return the steps at which a training was resumed, in order."""
    return sorted({entry["step"] for entry in entries if RESUMED in entry})


def spread(values: Sequence[Any], most: int) -> Sequence[Any]:
    """Return at most so many of the values, evenly spread, with the last one."""
    step = max(1, -(-len(values) // most))
    return values[::-1][::step][::-1]


def _entry(line: bytes) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    step = entry.get("step") if isinstance(entry, dict) else None
    return {**entry, "step": int(step)} if isinstance(step, int | float) and math.isfinite(step) else None


def _is_finite(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
