"""What the labels of a dataset are worth, measured where someone has labels. Nothing that builds a dataset imports this."""

from __future__ import annotations

from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from zebra_core.errors import ZebraError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from zebra_core.labels import Labels
    from zebra_core.report import Evidence

    Floats = NDArray[np.float64]

DRAWS = 2000
"""How often instructions are drawn anew for an interval."""
MARGINS = (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0)
BINS = 10
"""How many bins of confidence a calibration has."""
FEWEST = 10
"""A part of fewer pairs is not told by itself."""


@attrs.frozen
class Agreement:
    """How often labels agree with a judge's: ties left out, as half, and as wrong; NaN where there is nothing to compare.

    `low` and `high` are the 95 % interval over instructions (bootstrap), `model_error` the jackknife's standard error over models,
    both with ties left out; `longer` is how often the longer response is the judge's, on the same pairs.
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


@attrs.frozen
class Calibration:
    """How well confidence says how often labels are right: the expected calibration error, and its bins."""

    error: float
    bins: tuple[tuple[float, float, int], ...]
    """Mean confidence, agreement, and number of pairs of each bin that has some."""


@attrs.frozen(eq=False)
class Audit:
    """A dataset measured against one judge."""

    judge: str
    overall: Agreement
    parts: dict[str, dict[str, Agreement]]
    calibration: Calibration
    unknown: int
    """Pairs of which the judge says nothing."""

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, for JSON."""
        return attrs.asdict(self)


def audit(evidence: Evidence, labels: Labels, judge: str, seed: int = 0) -> Audit:
    """Measure a dataset's labels against a judge's; ZebraError where the judge knows none of its pairs."""
    pairs = evidence.pairs
    verdicts = verdicts_of(pairs, labels, judge)
    known = np.isfinite(verdicts)
    if not known.any():
        msg = (
            f"{judge} has labelled no pair of {evidence.folder}: of the ids, the first is {pairs['id'][0]!r}, of the models "
            f"{pairs['chosen_model'][0]!r}; check the ids, or map the names with --alias"
        )
        raise ZebraError(msg)
    columns = {name: np.array(values, dtype=object)[known] for name, values in pairs.items()}
    lengths = [np.array([len(text) for text in columns[side]]) for side in ("chosen", "rejected")]
    measured = _Measured(verdicts[known], columns, np.sign(lengths[0] - lengths[1]), np.random.default_rng(seed))
    margin, alike = (columns[name].astype(float) for name in ("margin", "similarity"))
    edges = np.unique(np.quantile(alike, [0, 0.25, 0.5, 0.75, 1]))
    parts = {
        "margin": _binned(measured, margin, np.array(MARGINS)),
        "similarity": _binned(measured, alike, edges),
        "source": {str(name): measured.of(columns["source"] == name) for name in sorted({*columns["source"]}, key=str)},
    }
    kept = {
        what: {name: found for name, found in held.items() if found.pairs >= FEWEST} for what, held in parts.items()
    }
    sure = calibration(columns["confidence"].astype(float), verdicts[known])
    return Audit(judge, measured.of(np.ones(known.sum(), bool)), kept, sure, int((~known).sum()))


def agreement_of(
    pairs: dict[str, list[Any]], verdicts: Floats, lengths: tuple[Floats, Floats], seed: int = 0
) -> Agreement:
    """Return the agreement on all pairs of which the judge says something; `lengths` are those of chosen and rejected responses."""
    known = np.isfinite(verdicts)
    columns = {name: np.array(pairs[name], dtype=object)[known] for name in ("id", "chosen_model", "rejected_model")}
    longer = np.sign(np.asarray(lengths[0]) - np.asarray(lengths[1]))[known]
    return _Measured(verdicts[known], columns, longer, np.random.default_rng(seed)).of(np.ones(known.sum(), bool))


def verdicts_of(pairs: dict[str, list[Any]], labels: Labels, judge: str) -> Floats:
    """Return 1 where the judge agrees with a pair, -1 where not, 0 for a tie, NaN where it says nothing."""
    rows = zip(pairs["id"], pairs["chosen_model"], pairs["rejected_model"], strict=True)
    return np.array([labels.verdict(judge, row, chosen, rejected) for row, chosen, rejected in rows])


def between_judges(pairs: dict[str, list[Any]], labels: Labels) -> dict[tuple[str, str], tuple[float, int]]:
    """Return how often two judges agree on the pairs that both decide, and how many those are: what a label can reach."""
    verdicts = {judge: verdicts_of(pairs, labels, judge) for judge in labels.judges}
    found = {}
    for one, other in combinations(labels.judges, 2):
        product = verdicts[one] * verdicts[other]
        both = np.isfinite(product) & (product != 0)
        if both.any():
            found[one, other] = (float((product[both] > 0).mean()), int(both.sum()))
    return found


def calibration(confidence: Floats, verdicts: Floats) -> Calibration:
    """Return the expected calibration error over ten bins of confidence from .5 to 1, ties left out (Guo et al. 2017, Eq. 3)."""
    decided = verdicts != 0
    sure, right = confidence[decided], verdicts[decided] > 0
    places = np.clip(((sure - 0.5) * 2 * BINS).astype(int), 0, BINS - 1)
    bins = [
        (float(sure[places == at].mean()), float(right[places == at].mean()), int((places == at).sum()))
        for at in range(BINS)
        if (places == at).any()
    ]
    error = sum(abs(said - was) * count for said, was, count in bins) / max(int(decided.sum()), 1)
    return Calibration(float(error), tuple(bins))


@attrs.frozen(eq=False)
class _Measured:
    """Verdicts on pairs, and what is needed to say how sure their mean is."""

    verdicts: Floats
    columns: dict[str, NDArray[Any]]
    longer: Floats
    rng: np.random.Generator

    def of(self, part: NDArray[np.bool_]) -> Agreement:
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
        """Draw instructions anew, all pairs of one together."""
        decided = part & (self.verdicts != 0)
        _, rows = np.unique(self.columns["id"][decided].astype(str), return_inverse=True)
        right = np.bincount(rows, self.verdicts[decided] > 0)
        count = np.bincount(rows)
        kinds, sizes = np.unique(np.stack([right, count], axis=1), axis=0, return_counts=True)
        draws = self.rng.multinomial(
            len(count), sizes / len(count), DRAWS
        )  # instructions of one kind are as good as each other
        means = (draws @ kinds[:, 0]) / (draws @ kinds[:, 1])
        low, high = np.quantile(means, [0.025, 0.975])
        return float(low), float(high)

    def _jackknife(self, part: NDArray[np.bool_]) -> float:
        """Leave out each model in turn, with all its pairs; NaN for fewer than three models."""
        decided = part & (self.verdicts != 0)
        chosen, rejected = self.columns["chosen_model"][decided], self.columns["rejected_model"][decided]
        right = self.verdicts[decided] > 0
        without = [right[(chosen != m) & (rejected != m)] for m in sorted({*chosen, *rejected})]
        means = np.array([held.mean() for held in without if len(held)])
        if len(means) < 3:
            return float("nan")
        return float(np.sqrt((len(means) - 1) / len(means) * ((means - means.mean()) ** 2).sum()))

    def _longer(self, part: NDArray[np.bool_]) -> float:
        """Return how often the judge prefers the longer response, equal lengths as half."""
        decided = part & (self.verdicts != 0)
        agree = self.longer[decided] * self.verdicts[decided]
        return float(((agree > 0) + 0.5 * (agree == 0)).mean())


def _binned(measured: _Measured, values: Floats, edges: Sequence[float] | Floats) -> dict[str, Agreement]:
    """Return the agreement in each bin; the last one holds its end."""
    found = {}
    for low, high in pairwise(edges):
        part = (values >= low) & ((values < high) | (high == edges[-1]) & (values <= high))
        found[f"{low:.3g} to {high:.3g}"] = measured.of(part)
    return found
