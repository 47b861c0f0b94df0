"""Measure the labels of a dataset against those of a judge, or of people. Nothing that builds a dataset imports this."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

import zebra_core as zebra
from zebra_study.calibration import calibrate

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from zebra_study.calibration import Calibration
    from zebra_study.labels import Labels

    Floats = NDArray[np.float64]

DRAWS = 2000
"""The number of bootstrap draws for an interval."""
MARGINS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
"""The edges of the bins by the size of the superiority gap, whichever response is chosen."""
FEWEST = 10
"""Groups smaller than this are not reported."""


@attrs.frozen
class Agreement:
    """How often labels agree with a judge's: ties left out, as half, and as wrong; NaN if there is nothing to compare.

    `low` and `high` are the 95 % interval over instructions (bootstrap), and `model_error` is the jackknife's standard
    error over models, both with ties left out. `longer` is how often the judge prefers the longer response, on the same
    pairs.
    """

    pairs: int
    ties: int
    agreement: float
    low: float
    high: float
    model_error: float
    ties_half: float
    ties_wrong: float
    longer: float


@attrs.frozen(eq=False)
class Audit:
    """A dataset measured against one judge; `unknown` is the number of pairs that the judge has not labelled."""

    judge: str
    overall: Agreement
    parts: dict[str, dict[str, Agreement]]
    calibration: Calibration
    unknown: int

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return attrs.asdict(self)


def audit(dataset: zebra.Dataset, labels: Labels, judge: str, seed: int = 0) -> Audit:
    """Measure a dataset's labels against a judge's. Raise ZebraError if the judge has labelled none of its pairs."""
    pairs = dataset.pairs
    verdicts = judge_pairs(pairs, labels, judge)
    labelled = np.isfinite(verdicts)
    if not labelled.any():
        msg = (
            f"{judge} has labelled no pair of {dataset.folder}: the first id is {pairs['id'][0]!r}, the first model "
            f"{pairs['chosen_model'][0]!r}; check the ids, or map the names with --alias"
        )
        raise zebra.ZebraError(msg)
    columns = {name: np.array(values, dtype=object)[labelled] for name, values in pairs.items()}
    lengths = [np.array([len(text) for text in columns[side]]) for side in ("chosen", "rejected")]
    longer = np.sign(lengths[0] - lengths[1])
    measurement = _Measurement(verdicts[labelled], columns, longer, np.random.default_rng(seed))
    margin, similarity = (columns[name].astype(float) for name in ("margin", "similarity"))
    edges = np.unique(np.quantile(similarity, [0, 0.25, 0.5, 0.75, 1]))
    sources = sorted({*columns["source"]}, key=str)
    parts = {
        "margin": _binned(measurement, np.abs(margin), np.array(MARGINS)),
        "similarity": _binned(measurement, similarity, edges),
        "source": {str(name): measurement.agreement(columns["source"] == name) for name in sources},
    }
    reported = {
        part: {name: agreement for name, agreement in groups.items() if agreement.pairs >= FEWEST}
        for part, groups in parts.items()
    }
    calibration = calibrate(columns["confidence"].astype(float), verdicts[labelled])
    overall = measurement.agreement(np.ones(labelled.sum(), bool))
    return Audit(judge, overall, reported, calibration, int((~labelled).sum()))


def measure_agreement(
    pairs: Mapping[str, list[Any]], verdicts: Floats, lengths: tuple[Floats, Floats], seed: int = 0
) -> Agreement:
    """Return the agreement on all labelled pairs; `lengths` are those of the chosen and of the rejected responses."""
    labelled = np.isfinite(verdicts)
    columns = {name: np.array(pairs[name], dtype=object)[labelled] for name in ("id", "chosen_model", "rejected_model")}
    longer = np.sign(np.asarray(lengths[0]) - np.asarray(lengths[1]))[labelled]
    measurement = _Measurement(verdicts[labelled], columns, longer, np.random.default_rng(seed))
    return measurement.agreement(np.ones(labelled.sum(), bool))


def judge_pairs(pairs: Mapping[str, list[Any]], labels: Labels, judge: str) -> Floats:
    """Return 1 if the judge agrees with a pair, -1 if not, 0 for a tie, NaN if the pair has no label."""
    rows = zip(pairs["id"], pairs["chosen_model"], pairs["rejected_model"], strict=True)
    return np.array([labels.verdict(judge, row, chosen, rejected) for row, chosen, rejected in rows])


def between_models(labels: Labels, judge: str, models: Iterable[str]) -> dict[str, dict[str, float]]:
    """Return in which share of the instructions a judge prefers the response of each model to that of each later one, ties half.

    Two models that the judge has not labelled on any common instruction have no share.
    """
    names = list(models)
    rows = sorted({row for row, *_ in (*labels.scores.get(judge, ()), *labels.wins.get(judge, ()))})
    scores = labels.table(judge, rows, names)
    shares: dict[str, dict[str, float]] = {}
    for i, j in combinations(range(len(names)), 2):
        verdicts = np.sign(scores[:, i] - scores[:, j])
        if judge in labels.wins:
            verdicts = np.array([labels.verdict(judge, row, names[i], names[j]) for row in rows])
        if np.isfinite(verdicts).any():
            shares.setdefault(names[i], {})[names[j]] = float((np.nanmean(verdicts) + 1) / 2)
    return shares


def between_judges(pairs: Mapping[str, list[Any]], labels: Labels) -> dict[tuple[str, str], tuple[float, int]]:
    """Return how often two judges agree on the pairs that both decide, and the number of those: the limit of any label."""
    verdicts = {judge: judge_pairs(pairs, labels, judge) for judge in labels.judges}
    agreements = {}
    for first, second in combinations(labels.judges, 2):
        product = verdicts[first] * verdicts[second]
        both = np.isfinite(product) & (product != 0)
        if both.any():
            agreements[first, second] = (float((product[both] > 0).mean()), int(both.sum()))
    return agreements


@attrs.frozen(eq=False)
class _Measurement:
    """Verdicts on pairs, with what determines how uncertain their mean is."""

    verdicts: Floats
    columns: dict[str, NDArray[Any]]
    longer: Floats
    rng: np.random.Generator

    def agreement(self, part: NDArray[np.bool_]) -> Agreement:
        """Return the agreement on a part of the pairs."""
        verdicts = self.verdicts[part]
        ties = verdicts == 0
        right = verdicts > 0
        if not (~ties).any():
            nan = float("nan")
            return Agreement(len(verdicts), int(ties.sum()), nan, nan, nan, nan, 0.5 if len(ties) else nan, 0.0, nan)
        low, high = self._interval(part)
        return Agreement(
            len(verdicts),
            int(ties.sum()),
            float(right[~ties].mean()),
            low,
            high,
            self._jackknife(part),
            float((right + 0.5 * ties).mean()),
            float(right.mean()),
            self._longer(part),
        )

    def _interval(self, part: NDArray[np.bool_]) -> tuple[float, float]:
        """Resample instructions, with all pairs of one together."""
        decided = part & (self.verdicts != 0)
        _, rows = np.unique(self.columns["id"][decided].astype(str), return_inverse=True)
        right = np.bincount(rows, self.verdicts[decided] > 0)
        count = np.bincount(rows)
        kinds, sizes = np.unique(np.stack([right, count], axis=1), axis=0, return_counts=True)
        draws = self.rng.multinomial(
            len(count), sizes / len(count), DRAWS
        )  # instructions of one kind are interchangeable
        means = (draws @ kinds[:, 0]) / (draws @ kinds[:, 1])
        low, high = np.quantile(means, [0.025, 0.975])
        return float(low), float(high)

    def _jackknife(self, part: NDArray[np.bool_]) -> float:
        """Leave out each model in turn, with all its pairs; NaN for fewer than three models."""
        decided = part & (self.verdicts != 0)
        chosen, rejected = self.columns["chosen_model"][decided], self.columns["rejected_model"][decided]
        right = self.verdicts[decided] > 0
        without = [right[(chosen != m) & (rejected != m)] for m in sorted({*chosen, *rejected})]
        means = np.array([rest.mean() for rest in without if len(rest)])
        if len(means) < 3:
            return float("nan")
        return float(np.sqrt((len(means) - 1) / len(means) * ((means - means.mean()) ** 2).sum()))

    def _longer(self, part: NDArray[np.bool_]) -> float:
        """Return how often the judge prefers the longer response, equal lengths as half."""
        decided = part & (self.verdicts != 0)
        agree = self.longer[decided] * self.verdicts[decided]
        return float(((agree > 0) + 0.5 * (agree == 0)).mean())


def _binned(measurement: _Measurement, values: Floats, edges: Sequence[float] | Floats) -> dict[str, Agreement]:
    """Return the agreement in each bin; the last bin includes its upper end."""
    agreements = {}
    for low, high in pairwise(edges):
        part = (values >= low) & ((values < high) | (high == edges[-1]) & (values <= high))
        agreements[f"{low:.3g} to {high:.3g}"] = measurement.agreement(part)
    return agreements
