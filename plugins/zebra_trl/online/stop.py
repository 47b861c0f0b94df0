"""`--stop-if "completion length > 400"`: a bound of a logged metric, beyond which the training ends."""

from __future__ import annotations

import operator
import re
from typing import TYPE_CHECKING

import attrs

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

LENGTH, CUT = "completions/mean_length", "completions/clipped_ratio"
METRICS = {
    "reward": "reward",
    "reward std": "reward_std",
    "completion length": LENGTH,
    "cut share": CUT,
    "kl": "kl",
    "entropy": "entropy",
    "loss": "loss",
    "gradient norm": "grad_norm",
    "held-out reward": "eval_reward",
    "held-out completion length": f"eval_{LENGTH}",
    "held-out cut share": f"eval_{CUT}",
}
"""What metrics are called, and the names that they are logged under."""
SIGNS: dict[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}
FORM = re.compile(r"\s*([^<>=]+?)\s*(>=|<=|>|<)\s*([-+.\de]+)\s*", re.IGNORECASE)


@attrs.frozen
class Bound:
    """A condition: the metric as it is called and as it is logged, a sign, and the number."""

    called: str
    metric: str
    sign: str
    number: float

    def __str__(self) -> str:
        return f"{self.called} {self.sign} {self.number:g}"

    def is_crossed(self, logged: Mapping[str, object]) -> bool:
        """Return whether the metric was logged, and is beyond the bound."""
        value = logged.get(self.metric)
        return isinstance(value, int | float) and SIGNS[self.sign](value, self.number)


def read_bounds(texts: Sequence[str], rewards: Sequence[str]) -> list[Bound]:
    """Return the bounds of `METRIC > NUMBER`, for rewards of these names. Raise ZebraError for one that cannot be read."""
    single = {f"{prefix}reward {name}": f"{log}rewards/{name}/mean" for name in rewards for prefix, log in _PREFIXES}
    return [_bound(text, {**METRICS, **single}) for text in texts]


_PREFIXES = (("", ""), ("held-out ", "eval_"))


def _bound(text: str, metrics: Mapping[str, str]) -> Bound:
    match = FORM.fullmatch(text)
    try:
        called, sign, number = match.groups() if match else ("", "", "")
        value = float(number)
    except ValueError as error:
        msg = f"--stop-if expects a metric, one of > < >= <=, and a number, such as 'completion length > 400', got {text!r}"
        raise zebra.ZebraError(msg) from error
    logged = {**{name.lower(): metric for name, metric in metrics.items()}, **{name: name for name in metrics.values()}}
    metric = logged.get(called) or logged.get(called.lower())
    if metric is None:
        what, where = "metric", "for --stop-if"
        raise zebra.unknown(what, called, metrics, where)
    return Bound(called, metric, sign, value)
