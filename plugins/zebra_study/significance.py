"""Whether two systems differ on the same tests: the paired t-test, a permutation test, effect size, and Holm's correction."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

SHUFFLES = 10_000
"""As many as in ZEBRA, Table 2."""
AT_ONCE = 1_000


@attrs.frozen
class Difference:
    """How one system differs from another over `count` tests.

    Mean difference, t and its two-sided p, the p of the permutation test, the effect size d_z = mean / standard deviation of
    the differences (Cohen 1988), and the 95 % interval of the mean difference. NaN if all differences are equal.
    """

    count: int
    delta: float
    t: float
    p_t: float
    p_permutation: float
    effect: float
    low: float
    high: float


def paired(system: NDArray[np.float64], baseline: NDArray[np.float64], seed: int = 0) -> Difference:
    """Compare two systems' scores on the same tests (both of shape (tests)); a positive difference favours `system`.

    The permutation test flips the signs of differences at random, 10,000 times, and counts mean differences at least as
    far from 0 as the observed one, which counts too. Raise ZebraError for fewer than two tests, and without the extra
    `report`.
    """
    student_t = _student_t()
    differences = np.asarray(system, dtype=float) - np.asarray(baseline, dtype=float)
    count = len(differences)
    if count < 2:
        msg = f"a test of significance needs at least two pairs of scores, got {count}"
        raise zebra.ZebraError(msg)
    delta, spread = float(differences.mean()), float(differences.std(ddof=1))
    p_permutation = _permutation_p(differences, seed)
    if not spread > 1e-15:
        nan = float("nan")
        return Difference(count, delta, nan, nan, p_permutation, nan, nan, nan)
    statistic = delta / (spread / np.sqrt(count))
    p_t = float(2 * student_t.sf(abs(statistic), count - 1))
    return Difference(count, delta, float(statistic), p_t, p_permutation, delta / spread, *interval(differences))


def interval(values: NDArray[np.float64], level: float = 0.95) -> tuple[float, float]:
    """Return the interval of the mean of independent values (Student's t), the mean alone if there is a single one."""
    mean, count = float(values.mean()), len(values)
    if count < 2:
        return mean, mean
    error = float(values.std(ddof=1)) / np.sqrt(count)
    half = float(_student_t().ppf((1 + level) / 2, count - 1) * error)
    return mean - half, mean + half


def _student_t() -> Any:
    zebra.require_extra("report", "a test of significance", ["scipy"])
    from scipy.stats import t  # noqa: PLC0415  # an extra

    return t


def _permutation_p(differences: NDArray[np.float64], seed: int) -> float:
    rng = np.random.default_rng(seed)
    least, hits = abs(differences.mean()) - 1e-12, 0
    for _ in range(SHUFFLES // AT_ONCE):
        signs = rng.integers(0, 2, (AT_ONCE, len(differences))) * 2 - 1
        hits += int((np.abs((signs * differences).mean(axis=1)) >= least).sum())
    return (hits + 1) / (SHUFFLES + 1)


def holm(ps: Sequence[float]) -> list[float]:
    """Return p-values corrected for their number, step down (Holm 1979); NaN stays NaN and is not counted."""
    order = [at for at in np.argsort(ps) if np.isfinite(ps[at])]
    corrected, least = [float("nan")] * len(ps), 0.0
    for rank, at in enumerate(order):
        least = max(least, min(1.0, (len(order) - rank) * ps[at]))
        corrected[at] = least
    return corrected
