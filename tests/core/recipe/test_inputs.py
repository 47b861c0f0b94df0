"""Pool and scores of a recipe."""

from __future__ import annotations

import numpy as np
from helpers.tables import NAN, table
from hypothesis import given
from hypothesis import strategies as st

import zebra_core as zebra


@given(
    st.lists(
        st.lists(st.one_of(st.floats(-1e300, 1e300), st.just(NAN)), min_size=3, max_size=3), min_size=1, max_size=6
    )
)
def test_any_table_gives_a_behavior_or_an_error(rows: list[list[float]]) -> None:
    """For any table, the behavior is finite and in [0, 1], or a ZebraError gives the reason."""
    models = [f"m{k}" for k in range(len(rows))]
    try:
        result = table(dict(zip(models, rows, strict=True)), "x", "y", "z")
        behavior = zebra.derive_behavior(result, lambda vectors: vectors @ vectors.T, zebra.Recipe(missing="mean"))
    except zebra.ZebraError as error:
        assert str(error)  # noqa: PT017
        return
    for figures in (behavior.vectors, behavior.superiority):
        assert np.isfinite(figures).all()
        assert 0 <= figures.min() <= figures.max() <= 1
