"""The result of a lint."""

from __future__ import annotations

import numpy as np
import pytest

import zebra_core as zebra


def test_the_count_is_that_of_the_ids() -> None:
    """Without a count it is the number of ids, of whatever they come from; with one it is that, as an int."""
    assert zebra.LintResult("odd", (name for name in "ab")) == zebra.LintResult("odd", ["a", "b"], 2)
    assert zebra.LintResult("odd").count == 0
    assert type(zebra.LintResult("odd", count=np.int64(3)).count) is int


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ((5,), TypeError),
        (("odd", "r1"), TypeError),
        (("odd", [1]), TypeError),
        (("odd", (), 0.5), TypeError),
        (("odd", (), -1), ValueError),
    ],
    ids=["fact", "one-id", "numbers", "fraction", "negative"],
)
def test_wrong_values(values: tuple[object, ...], error: type[Exception]) -> None:
    """A value of another type, and a negative count, are refused where the lint makes its result."""
    with pytest.raises(error):
        zebra.LintResult(*values)  # type: ignore[arg-type]
