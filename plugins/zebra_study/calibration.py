"""Whether confidence says how often labels are right, and the steepness with which it does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

import zebra_core as zebra

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

BINS = 10
"""The number of bins of confidence in a calibration."""
STEEPEST = 100.0
"""The highest steepness of a fit, which pairs whose labels are all right would make infinite."""


@attrs.frozen
class Calibration:
    """How well confidence predicts how often labels are right: the expected calibration error, and its bins.

    A tie is half right, as in a win rate; `decided` is the error with ties left out. Each of `bins` is (mean confidence,
    agreement, number of pairs); empty bins are left out.
    """

    error: float
    decided: float
    bins: tuple[tuple[float, float, int], ...]


@attrs.frozen
class Fit:
    """The steepness that a judge's labels give a rule, and the calibration error before and after.

    `after` is measured on the half of the instructions that another fit has not seen, both ways.
    """

    rule: str
    steepness: float
    before: float
    after: float

    @property
    def setting(self) -> str:
        """What `--set` takes."""
        return f"{self.rule}.steepness={self.steepness:.4g}"

    @property
    def recipe(self) -> str:
        """The lines of a recipe."""
        return f"[options.{self.rule}]\nsteepness = {self.steepness:.4g}\n"


def calibrate(confidence: Floats, verdicts: Floats) -> Calibration:
    """Return the expected calibration error over ten bins of confidence from .5 to 1 (Guo et al. 2017, Eq. 3)."""
    decided = verdicts != 0
    error, bins = _error(confidence, (1 + verdicts) / 2)
    return Calibration(error, _error(confidence[decided], (1 + verdicts[decided]) / 2)[0], bins)


def _error(confidence: Floats, right: Floats) -> tuple[float, tuple[tuple[float, float, int], ...]]:
    places = np.clip(((confidence - 0.5) * 2 * BINS).astype(int), 0, BINS - 1)
    bins = tuple(
        (float(confidence[places == at].mean()), float(right[places == at].mean()), int((places == at).sum()))
        for at in range(BINS)
        if (places == at).any()
    )
    return float(sum(abs(mean - share) * count for mean, share, count in bins) / max(len(right), 1)), bins


def fit_dataset(dataset: zebra.Dataset, verdicts: Floats, plugins: zebra.Plugins, *, decided: bool = False) -> Fit:
    """Fit the steepness of a dataset's rule to verdicts on its pairs, with ties as half right, or left out if `decided`.

    Raise ZebraError if the rule has no such option, or its labels are no better than chance.
    """
    recipe = dataset.manifest.recipe
    component = plugins.find("rule", recipe["rule"])
    if "steepness" not in component.options:
        msg = f"the rule {component.name} has no option steepness to fit; build the dataset with --rule consensus or superiority"
        raise zebra.ZebraError(msg)
    steepness = component.bind(zebra.options_for(component, recipe.get("options", {}))).instance.steepness
    if steepness == 0:
        msg = f"a {component.name}.steepness of 0 leaves nothing to fit; build the dataset without it"
        raise zebra.ZebraError(msg)
    pairs = {name: np.array(dataset.pairs[name]) for name in ("id", "margin", "confidence")}
    used = np.isfinite(verdicts) & (verdicts != 0 if decided else True)
    right, confidence = (1 + verdicts[used]) / 2, pairs["confidence"][used]
    values = pairs["margin"][used] if steepness is None else _log_odds(confidence) / steepness
    fitted = fit_steepness(values, right)
    if fitted == 0:
        msg = f"the labels of {dataset.folder} agree with the judge no more often than chance; there is no confidence to fit"
        raise zebra.ZebraError(msg)
    after = _error(_cross_fitted(values, right, pairs["id"][used].astype(str)), right)[0]
    return Fit(component.address, fitted, _error(confidence, right)[0], after)


def fit_steepness(values: Floats, right: Floats) -> float:
    """Return the steepness of the highest likelihood, in [0, 100], of sigmoid(steepness x value) for labels right in [0, 1]."""
    low, high = 0.0, STEEPEST
    for _ in range(60):
        middle = (low + high) / 2
        flatter = float((values * (_sigmoid(middle * values) - right)).sum()) > 0
        low, high = (low, middle) if flatter else (middle, high)
    return low


def _cross_fitted(values: Floats, right: Floats, ids: NDArray[np.str_]) -> Floats:
    """Return the confidence of each pair, fitted on the half of the instructions that it is not of."""
    names, rows = np.unique(ids, return_inverse=True)
    half = (np.random.default_rng(0).permutation(len(names)) % 2 == 0)[rows]
    return np.where(
        half,
        _sigmoid(fit_steepness(values[~half], right[~half]) * values),
        _sigmoid(fit_steepness(values[half], right[half]) * values),
    )


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-np.clip(values, -700, 700))))


def _log_odds(confidence: Floats) -> Floats:
    inside = np.clip(confidence, 1e-15, 1 - 1e-15)
    return np.asarray(np.log(inside / (1 - inside)))
