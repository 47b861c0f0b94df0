"""Results of trained models compared."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_study.results import Results


def test_the_papers_tables(zebra_cli: Project, shared: Path) -> None:
    """From Table 5: Table 1 but for ARC-Challenge (.358, printed .39); SUP+SIM against the baseline t = -2.40, p = .021 (printed .17)."""
    output = zebra_cli.run(
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
    assert "| ARC-easy | 0.404 | 0.398 | 0.357 | **0.410** |" in output


def test_results_of_models(zebra_cli: Project) -> None:
    """Two models of each system are compared one by one; the command prints what Python returns."""
    for name, scores in {"base1": (50, 40), "base2": (60, 30), "sup1": (55, 44), "sup2": (62, 35)}.items():
        zebra_cli.write(f"{name}.csv", f"model,MMLU,GSM8K\nm-{name},{scores[0]},{scores[1]}\n")
    files = [f"{name}={name}{k}.csv" for name in ("base", "sup") for k in (1, 2)]
    zebra_cli.run("compare", *files, "-o", "out", "--format", "latex")
    tables = {name: [zebra.read_scores(f"{name}{k}.csv") for k in (1, 2)] for name in ("base", "sup")}
    result = Results.from_tables(tables)
    assert result.values.tolist() == [[50, 55], [60, 62], [40, 44], [30, 35]]
    assert result.means() == [
        ["benchmark", "base", "sup"],
        ["MMLU", 55, 58.5],
        ["GSM8K", 35, 39.5],
        ["average", 45, 49],
    ]
    (difference, corrected), *_ = result.differences("base").values()
    row = next(csv.DictReader((zebra_cli.folder / "out/differences.csv").read_text().splitlines()))
    assert (float(row["t"]), float(row["p (Holm)"]), float(row["p (permutation)"])) == (
        difference.t,
        corrected,
        difference.p_permutation,
    )
    output = zebra_cli.run("compare", *files[:3], code=2).stderr
    assert (
        output
        == "Error: systems are compared model by model, so each needs the same number of models: base has 2, sup has 1\n"
    )
    assert (
        "there is no system 'rlaif' to compare with"
        in zebra_cli.run("compare", *files, "--baseline", "rlaif", code=2).stderr
    )


def test_lower_can_be_better(zebra_cli: Project) -> None:
    """If lower is better, the lowest is bold, a decrease is a positive difference, and no average mixes directions."""
    for name, scores in {"base": (50, 30), "tuned": (52, 20)}.items():
        zebra_cli.write(f"{name}.csv", f"model,MMLU,toxicity\n{name},{scores[0]},{scores[1]}\n")
    arguments = ["compare", "base.csv", "tuned.csv", "--benchmark", "toxicity=lower", "--format", "markdown"]
    output = zebra_cli.run(*arguments).stdout
    assert "| MMLU | 50.000 | **52.000** |" in output
    assert "| toxicity | 30.000 | **20.000** |" in output
    assert "average" not in output
    assert "| tuned | 2 | 6.000 |" in output  # (2 + 10) / 2


@pytest.mark.parametrize(
    ("form", "benchmark", "system"),
    [
        ("markdown", r"a\|b \*c\* &lt;i&gt; x_1", r"1% \~ {\$}"),
        ("latex", r"a|b *c* <i> x\_1", r"1\% \textasciitilde{} \{\$\}"),
    ],
)
def test_names_that_are_markup(zebra_cli: Project, form: str, benchmark: str, system: str) -> None:
    """The name of a benchmark or of a system ends no cell and starts no markup."""
    for name, score in {"one": 50, "two": 60}.items():
        zebra_cli.write(f"{name}.csv", f'model,"a|b *c* <i> x_1"\n{name},{score}\n')
    files = ["base=one.csv", "1% ~ {$}=two.csv"]
    output = zebra_cli.run("compare", *files, "--benchmark", "a|b *c* <i> x_1=higher", "--format", form).stdout
    assert benchmark in output
    assert system in output
