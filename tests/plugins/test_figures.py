"""The report: one page, its figures and tables, in a real browser; and the lints."""

from __future__ import annotations

import csv
import json
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

import zebra_core as zebra
from zebra_core.ranks import rank_correlation
from zebra_core.testing import Project
from zebra_report.figures.models import clusters
from zebra_report.figures.texts import tfidf
from zebra_report.lints import lint_dataset

FIGURES = {"profiles", "similarity", "map", "tree", "frequencies", "distributions"}
TABLES = {"scores", "similarity", "frequencies", "model-pairs", "distributions", "texts", "lints", "cost", "samples"}
BROWSER = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chrome")


def wide_pool(project: Project, models: list[str], rows: int = 30) -> None:
    """Write a pool in which all models answered everything."""
    lines = [{"prompt": f"Question {n}?", **{m: f"{m} says {n}" for m in models}} for n in range(rows)]
    project.write("pool.jsonl", "".join(json.dumps(line) + "\n" for line in lines))


def test_what_is_written(zebra_cli: Project) -> None:
    """A page that needs nothing else, each figure as SVG that is XML, each table as CSV; twice the same."""
    zebra_cli.run("run")
    assert zebra_cli.run("report", "zebra-dataset").stdout == "The report is zebra-dataset/report/report.html\n"
    folder = zebra_cli.folder / "zebra-dataset/report"
    wanted = {f"{name}.svg" for name in FIGURES} | {f"{name}.csv" for name in TABLES} | {"report.html"}
    first = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert {*first} == wanted
    for name in FIGURES:
        ET.fromstring(first[f"{name}.svg"])  # noqa: S314  # our own
    page = first["report.html"].decode()
    assert not re.findall(r'(?:src|href)="(?!#|data:)', page.replace('xlink:href="#', 'href="#'))
    assert page.count("<svg") == len(FIGURES)
    zebra_cli.run("report", "zebra-dataset")
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == first


def test_the_tables_are_the_manifest(zebra_cli: Project) -> None:
    """Frequencies are those of the shards; costs are Table 3's unit costs times the pairs; texts are compared as stated."""
    zebra_cli.run("run")
    zebra_cli.run("report", "zebra-dataset")
    folder = zebra_cli.folder / "zebra-dataset/report"
    tables = {
        name: list(csv.DictReader((folder / f"{name}.csv").read_text().splitlines(keepends=True))) for name in TABLES
    }
    rows = zebra_cli.dataset()
    for row in tables["frequencies"]:
        assert int(row["chosen"]) == sum(held["chosen_model"] == row["model"] for held in rows)
        assert int(row["rejected"]) == sum(held["rejected_model"] == row["model"] for held in rows)
    assert [float(row["USD"]) for row in tables["cost"]] == pytest.approx(
        [151.2, 37.8, 75.6, 0]
    )  # 600 x .252, .063, .126
    assert sum(int(row["pairs"]) for row in tables["model-pairs"]) == 600
    compared = [float(row["mean TF-IDF similarity"]) for row in tables["texts"]]
    assert compared[1] > compared[0] > compared[2]  # most alike models, the pairs, least alike models
    assert len(tables["samples"]) == 12
    margins = [float(m) for m in (re.search(r"margin ([\d.]+)", row["why"])[1] for row in tables["samples"])]  # type: ignore[index]
    assert margins == sorted(margins)


def test_options_of_figures(zebra_cli: Project) -> None:
    """A price of one's own is one more row; a name that is no figure is told."""
    zebra_cli.run("run")
    zebra_cli.run("report", "zebra-dataset", "--set", "cost.unit=0.05")
    assert "yours,0.05,30.0\n" in (zebra_cli.folder / "zebra-dataset/report/cost.csv").read_text()
    said = zebra_cli.run("report", "zebra-dataset", "--set", "costs.unit=1", code=2).stderr
    assert "there is no figure 'costs'; did you mean 'cost'?" in said


def test_facts_of_the_paper(zebra_cli: Project, plugins: zebra.Plugins) -> None:
    """Of the paper's 16 models llama-2-7b and 13b are the most alike (.996), GPT-4 is nearest to Bard, starchat and pythia are apart."""
    models = list(zebra.read_scores("paper").models)
    wide_pool(zebra_cli, models)
    zebra_cli.run("run", "--pool", "pool.jsonl", "--scores", "paper")
    dataset = zebra.Dataset.open("zebra-dataset")
    behavior = dataset.behavior
    heat = plugins.find("figure", "similarity").bind()(dataset)
    assert "The two most similar are llama-2-13b-chat and llama-2-7b-chat (0.996)." in heat.text
    alike = behavior.similarity[behavior.models.index("gpt-4")].copy()
    alike[behavior.models.index("gpt-4")] = -1
    assert behavior.models[int(alike.argmax())] == "bard"
    mean = dict(zip(behavior.models, behavior.similarity.mean(axis=1), strict=True))
    assert sorted(mean, key=mean.__getitem__)[:2] == ["starchat", "pythia-12b"]
    group = dict(zip(behavior.models, clusters(behavior.similarity).tolist(), strict=True))
    assert {name for name in group if group[name] != group["gpt-4"]} == {
        "starchat"
    }  # the others join below .27, starchat at .56
    for name in FIGURES - {"distributions", "frequencies", "profiles"}:
        drawn = plugins.find("figure", name).bind()(dataset).svg
        assert all(model in drawn for model in models), name
    frequencies = plugins.find("figure", "frequencies").bind()(dataset)
    assert "14 of the pool's 16 models are in no pair" in frequencies.text  # every model answered: SUP is one pair


def test_tfidf_by_hand() -> None:
    """Three texts a, ab, b: idf of each word is ln(4/3) + 1 of sklearn's smoothing, equal, so cosines are 1/sqrt 2 and 0."""
    assert tfidf([("aa", "aa bb"), ("bb", "cc")]) == pytest.approx(_by_hand(), abs=1e-12)


def _by_hand() -> float:
    idf = {"aa": np.log(5 / 3) + 1, "bb": np.log(5 / 3) + 1, "cc": np.log(5 / 2) + 1}
    both = np.array([idf["aa"], idf["bb"]])
    return float((idf["aa"] * both[0] / (idf["aa"] * np.linalg.norm(both)) + 0) / 2)


def test_rank_correlation_is_that_of_scipy() -> None:
    """Also where values are equal."""
    stats = pytest.importorskip("scipy.stats")
    rng = np.random.default_rng(0)
    for _ in range(20):
        one, other = rng.integers(0, 6, 40), rng.normal(size=40).round(1)
        assert rank_correlation(one, other) == pytest.approx(stats.spearmanr(one, other).statistic, abs=1e-12)


def test_lints(zebra_cli: Project) -> None:
    """Each lint counts what was put there, and `--fail-on` ends with an error that says where."""
    answers = [
        ("Same  text", "same text"),
        ("one two three", "one two  three "),
        ("I'm sorry, but I can't help.", "Mix it."),
        ("Fine.</s>", "No <|im_end|> no"),
        (" ".join(map(str, range(100))), " ".join(map(str, range(1, 100)))),
        ("Good.", "Bad."),
        ("Good.", "Bad."),
    ]
    prompts = [f"Prompt {n}" for n in range(6)] + ["prompt  5"]
    rows = [
        {"id": f"r{n}", "prompt": p, "scholar": a, "parrot": b}
        for n, (p, (a, b)) in enumerate(zip(prompts, answers, strict=True))
    ]
    zebra_cli.write("pool.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    zebra_cli.run("run", "--pool", "wide:pool.jsonl", "--scores", "demo")
    results = lint_dataset(zebra.Dataset.open("zebra-dataset"), ["PROMPT 3", "other"])
    found = {result.lint: result for result in results}
    counts = {name: held.count for name, held in found.items()}
    assert counts == {
        "identical": 2, "near-identical": 1, "empty": 0, "special-tokens": 1, "refusal-chosen": 1, "repeated-prompt": 1,
        "test-overlap": 1, "length-bias": 5, "dominant-models": 7,
    }  # fmt: skip
    assert found["refusal-chosen"].examples == ("r2",)
    assert found["test-overlap"].examples == ("r3",)
    zebra_cli.run("report", "zebra-dataset", "--fail-on", "empty")
    said = zebra_cli.run("report", "zebra-dataset", "--fail-on", "refusal-chosen", code=2).stderr
    assert (
        said
        == "Error: refusal-chosen: 1 pairs (the chosen response refuses, and the rejected one does not), such as r2\n"
    )
    zebra_cli.write("test.txt", "Prompt 3\n")
    assert "test-overlap: 1 pairs" in zebra_cli.run("report", "zebra-dataset", "--against", "test.txt", code=2).stderr
    assert (
        "did you mean 'identical'?" in zebra_cli.run("report", "zebra-dataset", "--fail-on", "identic", code=2).stderr
    )
    assert "is not a dataset built by zebra" in zebra_cli.run("report", ".", code=2).stderr


def test_a_sample_is_even(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more pairs than are looked at every n-th is, over all shards."""
    from zebra_core.dataset import dataset as module

    zebra_cli.run("run", "--shard-rows", "100")
    monkeypatch.setattr(module, "SAMPLE", 200)
    dataset = zebra.Dataset.open("zebra-dataset")
    ids = [row["id"] for row in zebra_cli.dataset()]
    assert dataset.pairs["id"] == ids[::3]
    assert dataset.sampled == "200 of 600 pairs, evenly spread"


def test_a_figure_of_a_plugin(zebra_cli: Project) -> None:
    """It stands in the page; what is no exhibit is blamed on it."""
    plugin = "import zebra_core as zebra\n@zebra.hookimpl\ndef zebra_figures():\n    return {'mine': mine}\ndef mine(dataset):\n"
    zebra_cli.write(
        "mine.py", f"{plugin}    return zebra.Section('Mine & yours', 'Words.', rows=[['n'], [dataset.total]])\n"
    )
    zebra_cli.run("run")
    zebra_cli.run("report", "zebra-dataset", "--plugin", "mine")
    assert "Mine &amp; yours" in (zebra_cli.folder / "zebra-dataset/report/report.html").read_text()
    assert (zebra_cli.folder / "zebra-dataset/report/mine.csv").read_text() == "n\n600\n"
    zebra_cli.write("mine.py", f"{plugin}    return 5\n")
    said = zebra_cli.run("report", "zebra-dataset", "--plugin", "mine", code=2).stderr
    assert said == "Error: figure 'mine' of plugin 'mine': a figure returns a zebra.Section or None, got int\n"


@pytest.mark.skipif(not BROWSER, reason="needs chromium")
@pytest.mark.parametrize("run", ["demo", "alpaca_eval_pool4_dev", "recent_pool_dev"])
def test_in_a_browser(zebra_cli: Project, shared: Path, run: str) -> None:
    """No console error, every figure with a size, and no horizontal scroll at 390 px."""
    scores = {"alpaca_eval_pool4_dev": "paper", "recent_pool_dev": str(shared / "recent_scores_v1.csv")}
    pool = (
        []
        if run == "demo"
        else ["--pool", str(shared / f"{run}.parquet"), "--scores", scores[run], "--missing", "drop-model"]
    )
    zebra_cli.run("run", *pool, "--strategy", "random")
    zebra_cli.run("report", "zebra-dataset")
    page = zebra_cli.folder / "zebra-dataset/report/report.html"
    probe = (
        "<script>addEventListener('load', () => { const root = document.documentElement; root.dataset.probe = JSON.stringify({"
        "wide: root.scrollWidth, window: innerWidth, svgs: [...document.querySelectorAll('svg')].map(s => s.getBoundingClientRect().height),"
        "clipped: [...document.querySelectorAll('section')].filter(s => s.getBoundingClientRect().right > innerWidth).map(s => s.id)}) })</script>"
    )
    page.write_text(page.read_text().replace("</body>", f"{probe}</body>"))
    flags = ["--headless", "--no-sandbox", "--disable-gpu", "--window-size=390,900", "--enable-logging=stderr", "--v=0"]
    done = subprocess.run(
        [str(BROWSER), *flags, "--dump-dom", f"file://{page}"], capture_output=True, text=True, timeout=120, check=True
    )
    assert "CONSOLE" not in done.stderr
    found = json.loads(re.search(r'data-probe="([^"]*)"', done.stdout)[1].replace("&quot;", '"'))  # type: ignore[index]
    assert found["wide"] <= found["window"]
    assert found["clipped"] == []
    assert len(found["svgs"]) == len(FIGURES)
    assert min(found["svgs"]) > 100
