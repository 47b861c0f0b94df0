"""Strategies compared before training."""

from __future__ import annotations

import csv
import json

import numpy as np
import pytest

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_study.strategies import overlaps, preview_strategies


def test_previews_equal_runs(zebra_cli: Project) -> None:
    """The preview of each strategy has the pairs that `zebra run` writes; statistics and overlaps are those of its rows."""
    planned = preview_strategies(zebra.Recipe(), ["sup", "sim", "sup+sim"])
    rows = {}
    for plan in planned:
        zebra_cli.run("run", "--strategy", plan.strategy, "-o", plan.strategy)
        content = zebra_cli.dataset(plan.strategy)
        rows[plan.strategy] = {(row["id"], row["chosen_model"], row["rejected_model"]) for row in content}
        assert {*zip(plan.pairs["id"], *zip(*plan.models, strict=True), strict=True)} == rows[plan.strategy]
        longer = [len(row["chosen"][0]["content"]) - len(row["rejected"][0]["content"]) for row in content]
        share = np.mean([(d > 0) + 0.5 * (d == 0) for d in longer])
        assert plan.statistics["chosen longer"] == pytest.approx(share)
        assert plan.statistics["margin"] == pytest.approx(np.mean([row["margin"] for row in content]))
    for (one, other), share in overlaps(planned).items():
        assert share == len(rows[one] & rows[other]) / len(rows[one] | rows[other])


def test_the_command_before_training(zebra_cli: Project) -> None:
    """With a judge, agreement is that of `zebra audit`; a figure and tables are written, but no dataset."""
    rows = next(zebra.open_pool("demo").batches()).to_pylist()
    labels = [{"id": row["id"], "model": model, "score": len(model)} for row in rows for model in row["models"]]
    zebra_cli.write("labels.jsonl", "".join(json.dumps(label) + "\n" for label in labels))
    zebra_cli.run("compare", "--strategy", "sup", "--strategy", "sim", "--judge", "labels.jsonl", "-o", "out")
    assert {path.name for path in (zebra_cli.folder / "out").iterdir()} == {
        "strategies.csv",
        "overlap.csv",
        "agreement.csv",
        "strategies.svg",
    }
    assert {path.name for path in zebra_cli.folder.iterdir()} == {"labels.jsonl", "out"}
    message = {
        row["strategy"]: row
        for row in csv.DictReader((zebra_cli.folder / "out/agreement.csv").read_text().splitlines())
    }
    zebra_cli.run("run", "--strategy", "sim")
    zebra_cli.run("audit", "zebra-dataset", "--judge", "labels.jsonl", "-o", "audited")
    audited = json.loads((zebra_cli.folder / "audited/audit.json").read_text())["zebra-dataset"]["judge"]["overall"]
    assert float(message["sim"]["agreement"]) == audited["agreement"]
    assert float(message["sim"]["longer wins"]) == audited["longer"]
    assert "there is nothing to compare" in zebra_cli.run("compare", code=2).stderr
