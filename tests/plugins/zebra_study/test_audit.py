"""Agreement with labels: figures by hand, the published ones from real labels, and a build path that cannot reach them."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_study.audit import audit, between_judges, between_models
from zebra_study.calibration import calibrate, fit_steepness
from zebra_study.labels import Labels, read_labels


@pytest.fixture
def small(zebra_cli: Project) -> Project:
    """Six instructions answered by scholar and parrot, so scholar's response is chosen; it is the longer in four."""
    rows = [
        {"id": f"i{n}", "prompt": f"P{n}", "scholar": "x" * (9 if n < 4 else 1), "parrot": "y" * 5} for n in range(6)
    ]
    zebra_cli.write("pool.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    zebra_cli.run("run", "--pool", "wide:pool.jsonl", "--scores", "demo", "--strategy", "sup", "-o", "pairs")
    return zebra_cli


def by_response(wins: dict[str, tuple[float | None, float | None]], judge: str = "") -> str:
    """Return a table of labels of responses: scores of scholar and parrot by instruction."""
    lines = ["id,model,score,annotator"]
    for row, (one, other) in wins.items():
        for model, score in (("scholar", one), ("parrot", other)):
            lines.append(f"{row},{model},{'' if score is None else score},{judge or 'me'}")
    return "\n".join(lines) + "\n"


def test_by_hand(small: Project) -> None:
    """Of six pairs the judge agrees with three, disagrees with one, ties one, and has no label for one."""
    small.write(
        "labels.csv",
        by_response({"i0": (1, 0), "i1": (1, 0), "i2": (0, 1), "i3": (2, 2), "i4": (3, 1), "i5": (None, 1)}),
    )
    result = audit(zebra.Dataset.open("pairs"), read_labels("labels.csv"), "me")
    content = result.overall
    assert (content.pairs, content.ties, result.unknown) == (5, 1, 1)
    assert content.agreement == 3 / 4
    assert content.ties_half == 3.5 / 5
    assert content.ties_wrong == 3 / 5
    assert content.longer == 2 / 4  # i0 and i1: chosen is longer and wins; i2: longer and loses; i4: shorter and wins
    assert 0.25 <= content.low < 0.75 < content.high <= 1
    output = small.run("audit", "pairs", "--judge", "labels.csv", "-o", "audited").stdout
    assert "pairs (strategy sup) and me" in output
    assert "the judge has not labelled 1 pairs" in output
    assert json.loads((small.folder / "audited/audit.json").read_text())["pairs"]["me"]["overall"]["agreement"] == 0.75
    assert "confidence" in (small.folder / "audited/reliability.svg").read_text()


def test_between_models() -> None:
    """Of three instructions with both labels the judge prefers a to b in one, b to a in one, and neither in one; c has none."""
    scores = {("i", "a"): 2.0, ("i", "b"): 1.0, ("j", "a"): 0.0, ("j", "b"): 3.0, ("k", "a"): 1.0, ("k", "b"): 1.0}
    labels = Labels({"me": {**scores, ("l", "a"): 5.0}}, {"other": {("i", "b", "a"): 1.0}})
    assert between_models(labels, "me", ["a", "b", "c"]) == {"a": {"b": 0.5}}
    assert between_models(labels, "other", ["a", "b"]) == {"a": {"b": 0.0}}


def test_only_ties(small: Project) -> None:
    """If a judge decides no pair, every label is half right; the results are written all the same."""
    small.write("labels.csv", by_response({f"i{n}": (1, 1) for n in range(6)}))
    assert "-> 0.50 (6)" in small.run("audit", "pairs", "--judge", "labels.csv", "-o", "audited").stdout
    overall = json.loads((small.folder / "audited/audit.json").read_text())["pairs"]["me"]["overall"]
    assert (overall["pairs"], overall["ties"], overall["agreement"]) == (6, 6, None)
    assert (small.folder / "audited/reliability.svg").is_file()


def test_labels_of_pairs(small: Project) -> None:
    """The same labels as winners, in either order of the two models, give the same result."""
    lines = ["id,model_a,model_b,winner", "i0,scholar,parrot,a", "i1,parrot,scholar,b", "i2,scholar,parrot,parrot"]
    lines += ["i3,parrot,scholar,tie", "i4,scholar,parrot,model_a", "i5,scholar,parrot,neither"]
    small.write("labels.csv", "\n".join(lines) + "\n")
    result = audit(zebra.Dataset.open("pairs"), read_labels("labels.csv"), "judge")
    assert (result.overall.pairs, result.overall.ties, result.overall.agreement, result.unknown) == (5, 1, 0.75, 1)


def test_two_judges(small: Project) -> None:
    """They agree on one of the two pairs that both decide."""
    one = by_response({"i0": (1, 0), "i1": (1, 0), "i2": (1, 1)}, "one")
    other = by_response({"i0": (1, 0), "i1": (0, 1), "i2": (1, 0)}, "other")
    small.write("labels.csv", one + other.partition("\n")[2])
    labels = read_labels("labels.csv")
    assert between_judges(zebra.Dataset.open("pairs").pairs, labels) == {("one", "other"): (0.5, 2)}
    assert "one and other agree in 0.500 of 2 pairs" in small.run("audit", "pairs", "--judge", "labels.csv").stdout
    assert (
        "there is no annotator 'othr' in labels.csv; did you mean 'other'?"
        in small.run("audit", "pairs", "--judge", "labels.csv", "--annotator", "othr", code=2).stderr
    )


def test_a_judge_without_labels_of_the_dataset_is_left_out(small: Project) -> None:
    """Of three judges, one labelled other instructions and one other models: the third is audited, the others are named."""
    labels = by_response({"i0": (1, 0)}, "able") + by_response({"z0": (1, 0)}, "elsewhere").partition("\n")[2]
    small.write("labels.csv", labels + "i0,other,1,stranger\n")
    output = small.run("audit", "pairs", "--judge", "labels.csv")
    assert "pairs (strategy sup) and able" in output.stdout
    assert output.stderr == "Note: left out elsewhere, stranger: no label for a pair of pairs\n"
    small.write("none.csv", by_response({"z0": (1, 0)}, "elsewhere"))
    message = small.run("audit", "pairs", "--judge", "none.csv", code=2).stderr
    assert message.startswith("Error: elsewhere has labelled no pair of pairs")
    named = small.run("audit", "pairs", "--judge", "labels.csv", "--annotator", "stranger", code=2).stderr
    assert named.startswith("Error: stranger has labelled no pair of pairs")


def test_labels_nested_too_deeply_are_refused(small: Project) -> None:
    """A line of JSON with 2,000 levels does not reach Arrow's parser, which would end the process."""
    small.write("labels.jsonl", '{"id": "i0", "model": "scholar", "score": ' + "[" * 2_000 + "]" * 2_000 + "}\n")
    message = small.run("audit", "pairs", "--judge", "labels.jsonl", code=2).stderr
    assert message == "Error: labels.jsonl, line 1 is nested too deeply for a table of labels; remove it\n"
    small.write("labels.jsonl", 'null\n{"id": "i0", "model": "scholar", "score": 1}\n')
    message = small.run("audit", "pairs", "--judge", "labels.jsonl", code=2).stderr
    assert message == "Error: labels.jsonl, line 1 is null, and not an object; remove it\n"


def test_a_winner_that_is_a_list_decides_nothing(small: Project) -> None:
    """JSON may have any value as a winner; a table in which none decides has no labels."""
    pair = {"model_a": "scholar", "model_b": "parrot"}
    rows = [{"id": ["i0"], **pair, "winner": ["a"]}, {"id": ["i1"], **pair, "winner": []}]
    small.write("labels.jsonl", "\n".join(map(json.dumps, rows)))
    with pytest.raises(zebra.ZebraError, match=r"labels.jsonl is not a table of labels"):
        read_labels("labels.jsonl")


def test_calibration_by_hand() -> None:
    """Bins of two, two and one: |.52 - .5|, |.92 - 1|, and a tie, which is half right: |.7 - .5|; without it, two of two."""
    result = calibrate(np.array([0.52, 0.52, 0.92, 0.92, 0.7]), np.array([1.0, -1, 1, 1, 0]))
    assert result.error == pytest.approx((2 * 0.02 + 2 * 0.08 + 0.2) / 5)
    assert result.decided == pytest.approx((2 * 0.02 + 2 * 0.08) / 4)
    assert [count for *_, count in result.bins] == [2, 1, 2]


def test_the_steepness_of_the_highest_likelihood() -> None:
    """Of four labels of value .5, three are right: sigmoid(.5 s) = 3/4 at s = 2 ln 3; a tie is half, and all wrong gives 0."""
    assert fit_steepness(np.full(4, 0.5), np.array([1.0, 1, 1, 0])) == pytest.approx(2 * np.log(3))
    assert fit_steepness(np.full(2, 0.5), np.array([1.0, 0.5])) == pytest.approx(2 * np.log(3))
    assert fit_steepness(np.full(2, 0.5), np.zeros(2)) == pytest.approx(0)
    assert fit_steepness(np.array([0.5]), np.ones(1)) == pytest.approx(100)


def test_calibrate(small: Project) -> None:
    """The steepness that the audit prints and writes makes confidence the agreement: 3 of 4, and a tie as half, are 3.5 of 5."""
    wins: dict[str, tuple[float | None, float | None]] = {
        "i0": (1, 0),
        "i1": (1, 0),
        "i2": (0, 1),
        "i3": (2, 2),
        "i4": (3, 1),
    }
    small.write("labels.csv", by_response(wins))
    for how, share in (("ties-half", 3.5 / 5), ("decided", 3 / 4)):
        output = small.run("audit", "pairs", "--judge", "labels.csv", "-o", "audited", "--calibrate", how).stdout
        setting = output.partition("--set ")[2].split()[0]
        assert setting.startswith("rule.superiority.steepness=")
        assert setting.partition("=")[2] in (small.folder / "audited/calibrated.toml").read_text()
        build = ("--pool", "wide:pool.jsonl", "--scores", "demo", "--strategy", "sup", "--overwrite")
        for arguments in (("run", *build, "--set", setting), ("run", "audited/calibrated.toml", *build)):
            small.run(*arguments, "-o", "again")
            assert {round(row["confidence"], 3) for row in small.dataset("again")} == {round(share, 3)}


def test_what_cannot_be_calibrated(small: Project) -> None:
    """Two judges, a rule without the option, a steepness of 0, and labels no better than chance end with one line each."""
    small.write("labels.csv", by_response({"i0": (1, 0)}, "one") + "i0,scholar,1,two\ni0,parrot,0,two\n")
    command = ("audit", "pairs", "--judge", "labels.csv", "--calibrate")
    assert "got 1 and 2; name one dataset, and one of one, two with --annotator" in small.run(*command, code=2).stderr
    small.write("labels.csv", by_response({"i0": (0, 1)}))
    assert "no more often than chance" in small.run(*command, code=2).stderr
    build = ("run", "--pool", "wide:pool.jsonl", "--scores", "demo", "--strategy", "sup", "-o", "pairs", "--overwrite")
    small.run(*build, "--set", "superiority.steepness=0")
    assert "a superiority.steepness of 0 leaves nothing to fit" in small.run(*command, code=2).stderr
    small.run(*build, "--rule", "safety-first", "--set", "safety-first.axis=knowledge", "--set", "safety-first.floor=0")
    assert "the rule safety-first has no option steepness to fit" in small.run(*command, code=2).stderr


def test_the_jackknife_by_hand(zebra_cli: Project) -> None:
    """Three pairs of models with agreement 1, 0, 1: leaving a model out leaves one of them, so the error is that of 1, 0, 1."""
    rows = [
        {"id": f"{a}{b}", "prompt": f"{a}{b}", "models": [a, b], "responses": [a, b]}
        for a, b in (("scholar", "trader"), ("scholar", "parrot"), ("trader", "parrot"))
    ]
    zebra_cli.write(
        "pool.jsonl",
        "".join(json.dumps(row | {"prompt": [{"role": "user", "content": row["prompt"]}]}) + "\n" for row in rows),
    )
    zebra_cli.run("run", "--pool", "pool.jsonl", "--scores", "demo", "--threshold", "-1", "-o", "pairs")
    lines = [
        "id,model_a,model_b,winner",
        "scholartrader,scholar,trader,a",
        "scholarparrot,scholar,parrot,b",
        "traderparrot,trader,parrot,a",
    ]
    zebra_cli.write("labels.csv", "\n".join(lines) + "\n")
    content = audit(zebra.Dataset.open("pairs"), read_labels("labels.csv"), "judge").overall
    assert content.agreement == pytest.approx(2 / 3)
    assert content.model_error == pytest.approx(np.sqrt(2 / 3 * np.sum((np.array([1, 0, 1]) - 2 / 3) ** 2)))


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("labels.txt", "", "a table of labels is a .parquet, .csv or .jsonl file"),
        (
            "labels.csv",
            "id,model,score,score\n1,a,2,3\n",
            "the labels 'labels.csv' have the column 'score' 2 times; keep one",
        ),
        ("labels.csv", "a,b\n1,2\n", "labels.csv is not a table of labels: it needs the columns id, model and score"),
        (
            "labels.csv",
            "id,model,score\nother,scholar,1\n",
            "judge has labelled no pair of pairs: the first id is 'i0'",
        ),
        (
            "labels.csv",
            "id,model,score\ni0,scholar,good\n",
            "labels.csv: the score of scholar on i0 is not a number: 'good'",
        ),
        ("labels.parquet", "no", "cannot read the labels 'labels.parquet'"),
    ],
)
def test_mistakes(small: Project, name: str, text: str, message: str) -> None:
    """One line of fact, reason and remedy."""
    small.write(name, text)
    output = small.run("audit", "pairs", "--judge", name, code=2).stderr
    assert output.startswith("Error: ")
    assert message in output
    assert output.count("\n") == 1


@pytest.mark.parametrize("line", [b'{"id": "1", "sco\xc3re": 1}', b'{"id": "1", "model": "\xc3", "score": 1}'])
def test_labels_that_are_not_utf8(small: Project, line: bytes) -> None:
    """A byte that is not UTF-8, in a name or in a value, is a mistake of the table."""
    (small.folder / "labels.jsonl").write_bytes(line + b"\n")
    assert (
        "cannot read the labels 'labels.jsonl'" in small.run("audit", "pairs", "--judge", "labels.jsonl", code=2).stderr
    )


def test_the_build_path_cannot_reach_labels() -> None:
    """Nothing that `zebra run` imports reads labels (import-linter enforces the layers)."""
    script = "import sys, zebra_core.pipeline, zebra_core as z; z.load_plugins(); print([m for m in sys.modules if m in ('zebra_study.audit', 'zebra_study.labels')])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def four_of(shared: Path, pool: str, judged: set[str], seed: int) -> zebra.Pool:
    """Return a pool in which four of the judged models answered each instruction, drawn anew."""
    import pyarrow.parquet as pq

    rng = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for row in pq.read_table(shared / f"{pool}.parquet").to_pylist():
        location = [content for content in row["completions"] if content["model"] in judged]
        drawn = [location[k] for k in rng.permutation(len(location))[:4]]
        rows.append({
            "id": row["instruction_id"], "prompt": [{"role": "user", "content": row["instruction"]}],
            "models": [content["model"] for content in drawn], "responses": [content["response"] for content in drawn], "source": row["source"],
        })  # fmt: skip
    return zebra.Pool.from_rows(rows)


@pytest.mark.parametrize(
    ("strategy", "low", "high"), [("sup", 0.741, 0.794), ("sim", 0.524, 0.596), ("sup+sim", 0.672, 0.748)]
)
def test_real_labels(zebra_cli: Project, shared: Path, strategy: str, low: float, high: float) -> None:
    """GPT-4's labels of the paper's models: agreement lies in the intervals published with the data (nine models, four at random)."""
    names = {
        row["name"]: row["alpaca_eval_model"]
        for row in csv.DictReader((shared / "alias_paper_pool.csv").read_text().splitlines())
    }
    zebra_cli.write(
        "names.csv", "pool,score\n" + "".join(f"{name},{model}\n" for name, model in names.items() if model)
    )
    labels = read_labels(str(shared / "judge_dev.parquet"), "names.csv")
    judged = {name for name, model in names.items() if any(m == model for _, m in labels.scores["alpaca_eval_gpt4"])}
    assert len(judged) == 9
    figures = []
    for seed in range(16):
        pool = four_of(shared, "alpaca_eval_pool_dev", judged, seed)
        zebra_cli.write(
            "pool.py",
            "import zebra_core as zebra\nPOOL = None\n@zebra.hookimpl\ndef zebra_pools():\n    return {'drawn': lambda _: POOL}\n",
        )
        plugins = zebra.load_plugins(["./pool.py"])
        plugins.manager.get_plugin("pool").POOL = pool  # type: ignore[union-attr]
        zebra.build(zebra.Recipe(pool="drawn", scores=("paper",), strategy=strategy), f"pairs{seed}", plugins=plugins)
        figures.append(audit(zebra.Dataset.open(f"pairs{seed}"), labels, "alpaca_eval_gpt4").overall.agreement)
    assert low <= np.mean(figures) <= high, figures
