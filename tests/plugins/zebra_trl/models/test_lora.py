"""Adapters."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.trained_models import settings, trained

from zebra_core.testing import Project

pytestmark = [pytest.mark.train, pytest.mark.filterwarnings("ignore")]  # the libraries' own warnings are theirs


def test_adapters(zebra_cli: Project, demo: Path) -> None:
    """LoRA saves an adapter, or the merged model, which can be trained on; an invalid setting, and an adapter as a model, give one line."""
    trained(zebra_cli, demo, "dpo", "--lora", "r=4,alpha=8", max_steps=3)
    content = json.loads((zebra_cli.folder / "out/adapter_config.json").read_text())
    assert (content["r"], content["lora_alpha"]) == (4, 8)
    assert not (zebra_cli.folder / "out/model.safetensors").exists()
    output = zebra_cli.run("train", str(demo), "--model", "out", "-o", "next", code=2).stderr
    assert (
        output
        == "Error: out is an adapter; train it with --lora ...,merge=true to get a complete model to continue from\n"
    )
    trained(zebra_cli, demo, "dpo", "--overwrite", "--lora", "r=4,merge=true", max_steps=3)
    zebra_cli.run("train", str(demo), "--model", "out", "-o", "next", *settings("dpo", max_steps=2))
    assert (
        "there is no part of --lora 'rank'"
        in zebra_cli.run("train", "x", "--model", "tiny", "--lora", "rank=4", code=2).stderr
    )


@pytest.mark.parametrize("trainer", ["dpo", "reward"])
def test_adapters_are_measured(zebra_cli: Project, demo: Path, trainer: str) -> None:
    """An adapter prefers what the merged model prefers, also as a reward model."""
    result = []
    for lora in ("r=4", "r=4,merge=true"):
        trained(zebra_cli, demo, trainer, "--overwrite", "--lora", lora, max_steps=10, learning_rate=1e-2)
        zebra_cli.run("evaluate", "out", "--pairs", str(demo))
        result.append(json.loads((zebra_cli.folder / "out-evaluation/pairs.json").read_text()))
    assert result[0]["accuracy"] == result[1]["accuracy"] != 0.5
    assert result[0]["mean margin"] == pytest.approx(result[1]["mean margin"], rel=1e-3)
