"""Pools of the Hugging Face Hub."""

from __future__ import annotations

import pytest
from helpers.pools import (
    EXPECTED,
    parquet,
    read,
    ultrafeedback,
)

import zebra_core as zebra
from zebra_core.testing import Project


def test_the_hub(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """`hub:NAME` is read through datasets.load_dataset, which takes a local folder for a name too."""
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    zebra_cli.write("data/train.parquet", parquet(ultrafeedback()))
    zebra_cli.write("data/test.parquet", parquet(ultrafeedback()[:1]))
    assert read("hub:data") == EXPECTED
    assert read("ultrafeedback:hub:data?split=test") == EXPECTED[:1]
    rows = [{**row, "completions": [dict(sorted(c.items())) for c in row["completions"]]} for row in ultrafeedback()]
    zebra_cli.write("other/train.parquet", parquet(rows))  # the fields of a completion are in another order
    assert read("hub:other") == EXPECTED
    with pytest.raises(zebra.ZebraError, match="did you mean 'split'"):
        zebra.open_pool("hub:data?spilt=test")
