"""Strategies before training, results after: against scipy, the papers' Table 5, and counts by hand."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pytest

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_study.results import Results
from zebra_study.significance import holm, paired
from zebra_study.strategies import overlaps, preview_strategies

stats = pytest.importorskip("scipy.stats")


@pytest.mark.parametrize("seed", range(5))
def test_as_scipy(seed: int) -> None:
    """t, its p and the permutation test on random scores are those of scipy, the latter within three standard errors."""
    rng = np.random.default_rng(seed)
    one, other = rng.normal(0.1, 1, 25), rng.normal(size=25)
    ours, theirs = paired(one, other, seed), stats.ttest_rel(one, other)
    assert (ours.t, ours.p_t) == pytest.approx((theirs.statistic, theirs.pvalue), rel=1e-10)
    wanted = stats.permutation_test(
        (one, other), lambda a, b: np.mean(a - b), permutation_type="samples", n_resamples=10_000, random_state=seed
    ).pvalue
    assert abs(ours.p_permutation - wanted) < 3 * np.sqrt(2 * wanted * (1 - wanted) / 10_000) + 1e-4
    assert ours.effect == pytest.approx(ours.t / np.sqrt(25))
    assert paired(one, other, seed) == ours


def test_few_differences_by_hand() -> None:
    """Of the 8 signs of (1, 1, 1) two are as far from 0; equal differences have no t."""
    found = paired(np.array([2.0, 3, 4]), np.array([1.0, 2, 3]))
    assert found.p_permutation == pytest.approx(0.25, abs=0.02)
    assert found.delta == 1
    assert np.isnan(found.t)
    with pytest.raises(zebra.ZebraError, match="needs at least two pairs of scores, got 1"):
        paired(np.array([1.0]), np.array([2.0]))


def test_holm_by_hand() -> None:
    """.01 x 3, then .02 x 2, then .03: never below the one before; what is unknown counts for nothing."""
    assert holm([0.03, 0.01, float("nan"), 0.02])[:2] == [pytest.approx(0.04), pytest.approx(0.03)]
    assert holm([0.9, 0.8]) == [1.0, 1.0]


def test_the_papers_tables(zebra_cli: Project, shared: Path) -> None:
    """From Table 5: Table 1 but for ARC-Challenge (.358, printed .39); SUP+SIM against the baseline t = -2.40, p = .021 (printed .17)."""
    said = zebra_cli.run(
        "compare", "--table", str(shared / "paper/table5_results.csv"), "-o", "out", "--format", "markdown"
    ).stdout
    rows = {
        row["benchmark"]: row for row in csv.DictReader((zebra_cli.folder / "out/means.csv").read_text().splitlines())
    }
    printed = list(csv.DictReader((shared / "paper/table1_averages.csv").read_text(encoding="utf-8-sig").splitlines()))
    names = {
        "MMLU": "MMLU-STEM",
        "MMLU-Pro": "MMLU-pro",
        "ARC-Easy": "ARC-easy",
        "ARC-Challenge": "ARC-challenge",
        "IFeval": "IFeval",
    }
    off = []
    for row in printed:
        system = "Baseline" if row["Strategy"] == "RLAIF" else row["Strategy"]
        off += [
            (system, name) for name, ours in names.items() if abs(float(rows[ours][system]) - float(row[name])) > 0.0101
        ]
    assert off == [("SUP+SIM", "ARC-Challenge")]
    assert float(rows["ARC-challenge"]["SUP+SIM"]) == pytest.approx(0.358, abs=0.0005)
    differences = {
        row["system"]: row
        for row in csv.DictReader((zebra_cli.folder / "out/differences.csv").read_text().splitlines())
    }
    assert float(differences["SUP+SIM"]["t"]) == pytest.approx(-2.40, abs=0.005)
    assert float(differences["SUP+SIM"]["p (t-test)"]) == pytest.approx(0.021, abs=0.0005)
    assert "| ARC-easy | 0.404 | 0.398 | 0.357 | **0.410** |" in said


def test_results_of_models(zebra_cli: Project) -> None:
    """Two models of each system are compared one by one; the command prints what Python gives."""
    for name, scores in {"base1": (50, 40), "base2": (60, 30), "sup1": (55, 44), "sup2": (62, 35)}.items():
        zebra_cli.write(f"{name}.csv", f"model,MMLU,GSM8K\nm-{name},{scores[0]},{scores[1]}\n")
    files = [f"{name}={name}{k}.csv" for name in ("base", "sup") for k in (1, 2)]
    zebra_cli.run("compare", *files, "-o", "out", "--format", "latex")
    tables = {name: [zebra.read_scores(f"{name}{k}.csv") for k in (1, 2)] for name in ("base", "sup")}
    found = Results.from_tables(tables)
    assert found.values.tolist() == [[50, 55], [60, 62], [40, 44], [30, 35]]
    assert found.means() == [["benchmark", "base", "sup"], ["MMLU", 55, 58.5], ["GSM8K", 35, 39.5], ["average", 45, 49]]
    (difference, corrected), *_ = found.differences("base").values()
    row = next(csv.DictReader((zebra_cli.folder / "out/differences.csv").read_text().splitlines()))
    assert (float(row["t"]), float(row["p (Holm)"]), float(row["p (permutation)"])) == (
        difference.t,
        corrected,
        difference.p_permutation,
    )
    said = zebra_cli.run("compare", *files[:3], code=2).stderr
    assert (
        said
        == "Error: systems are compared model by model, so each needs the same number of models: base has 2, sup has 1\n"
    )
    assert (
        "there is no system 'rlaif' to compare with"
        in zebra_cli.run("compare", *files, "--baseline", "rlaif", code=2).stderr
    )


def test_less_can_be_better(zebra_cli: Project) -> None:
    """Where less is better the least is bold, a decrease is a positive difference, and no average mixes directions."""
    for name, scores in {"base": (50, 30), "tuned": (52, 20)}.items():
        zebra_cli.write(f"{name}.csv", f"model,MMLU,toxicity\n{name},{scores[0]},{scores[1]}\n")
    arguments = ["compare", "base.csv", "tuned.csv", "--benchmark", "toxicity=lower", "--format", "markdown"]
    said = zebra_cli.run(*arguments).stdout
    assert "| MMLU | 50.000 | **52.000** |" in said
    assert "| toxicity | 30.000 | **20.000** |" in said
    assert "average" not in said
    assert "| tuned | 2 | 6.000 |" in said  # (2 + 10) / 2


def test_strategies_are_what_run_makes(zebra_cli: Project) -> None:
    """The plan of each strategy has the pairs that `zebra run` writes; figures and overlaps are those of its rows."""
    planned = preview_strategies(zebra.Recipe(), ["sup", "sim", "sup+sim"])
    rows = {}
    for plan in planned:
        zebra_cli.run("run", "--strategy", plan.strategy, "-o", plan.strategy)
        held = zebra_cli.dataset(plan.strategy)
        rows[plan.strategy] = {(row["id"], row["chosen_model"], row["rejected_model"]) for row in held}
        assert {*zip(plan.pairs["id"], *zip(*plan.models, strict=True), strict=True)} == rows[plan.strategy]
        longer = [len(row["chosen"][0]["content"]) - len(row["rejected"][0]["content"]) for row in held]
        share = np.mean([(d > 0) + 0.5 * (d == 0) for d in longer])
        assert plan.statistics["chosen longer"] == pytest.approx(share)
        assert plan.statistics["margin"] == pytest.approx(np.mean([row["margin"] for row in held]))
    for (one, other), share in overlaps(planned).items():
        assert share == len(rows[one] & rows[other]) / len(rows[one] | rows[other])


def test_the_command_before_training(zebra_cli: Project) -> None:
    """With a judge, agreement is that of `zebra audit`; a figure and tables are written; no dataset is."""
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
    told = {
        row["strategy"]: row
        for row in csv.DictReader((zebra_cli.folder / "out/agreement.csv").read_text().splitlines())
    }
    zebra_cli.run("run", "--strategy", "sim")
    zebra_cli.run("audit", "zebra-dataset", "--judge", "labels.jsonl", "-o", "audited")
    audited = json.loads((zebra_cli.folder / "audited/audit.json").read_text())["zebra-dataset"]["judge"]["overall"]
    assert float(told["sim"]["agreement"]) == audited["agreement"]
    assert float(told["sim"]["longer wins"]) == audited["longer"]
    assert "there is nothing to compare" in zebra_cli.run("compare", code=2).stderr
