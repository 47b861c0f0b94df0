"""What `zebra mix` is asked for."""

from __future__ import annotations

import math
import re

import attrs

import zebra_core as zebra

NAME = re.compile(r"\w+(\.\w+)*")
"""The name of a split, as `datasets` takes it."""
TOLERANCE = 1e-6
"""How far from 1 the shares of the splits may add up to."""


@attrs.frozen(kw_only=True)
class Settings:
    """How datasets are mixed; `weights` is empty if all their pairs are taken, `split` if the result is not divided."""

    weights: tuple[float, ...] = ()
    rows: int | None = None
    split: dict[str, float] = attrs.field(factory=dict)
    near_duplicates: float = 0.8
    decontaminate: tuple[str, ...] = ()
    seed: int = 0


def read_weights(text: str, datasets: int) -> tuple[float, ...]:
    """Return the weights of datasets. Raise ZebraError unless there is a number above 0 for each."""
    if not text:
        return ()
    weights = tuple(_number(word) for word in text.split(","))
    if len(weights) != datasets or not all(weight > 0 for weight in weights):
        msg = f"--weights needs a number above 0 for each of the {datasets} datasets, got {text!r}; write such as --weights {','.join('21111'[:datasets])}"
        raise zebra.ZebraError(msg)
    return weights


def read_split(text: str) -> dict[str, float]:
    """Return the share of each split. Raise ZebraError unless the shares are above 0 and add up to 1."""
    if not text:
        return {}
    pairs = [(name.strip(), _number(share)) for name, _, share in (word.partition("=") for word in text.split(","))]
    names, shares = [name for name, _ in pairs], [share for _, share in pairs]
    if not all(map(NAME.fullmatch, names)) or len({*names}) < len(names):
        msg = f"--split needs a different name for each split, of letters, digits and underscores, got {text!r}; write such as --split train=0.95,test=0.05"
        raise zebra.ZebraError(msg)
    if not all(share > 0 for share in shares) or abs(sum(shares) - 1) > TOLERANCE:
        msg = f"the shares of --split must be above 0 and add up to 1, got {text!r}; write such as --split train=0.95,test=0.05"
        raise zebra.ZebraError(msg)
    return dict(pairs)


def _number(text: str) -> float:
    """Return a number, NaN for anything else."""
    try:
        value = float(text)
    except ValueError:
        return math.nan
    return value if math.isfinite(value) else math.nan
