"""The finished dataset."""

from __future__ import annotations

import pytest
from helpers.small_pool import ARGUMENTS, rows, write

import zebra_core as zebra
from zebra_core.testing import Project


def test_datasets_opens_the_folder(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """`datasets.load_dataset(folder)` returns the pairs as its train split, and the Hub's library reads the card."""
    import datasets
    from huggingface_hub import DatasetCard

    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    write(zebra_cli, rows())
    zebra_cli.run(*ARGUMENTS, "-o", "out")
    result = datasets.load_dataset("out", cache_dir=str(zebra_cli.folder / "cache"))
    assert result["train"].to_list() == zebra_cli.dataset("out")
    assert DatasetCard.load("out/README.md").data.to_dict()["configs"][0]["data_files"] == "data/*.parquet"


def test_a_sample_is_even(zebra_cli: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sample takes every n-th pair over all shards."""
    from zebra_core.dataset import dataset as module

    zebra_cli.run("run", "--shard-rows", "100")
    monkeypatch.setattr(module, "SAMPLE", 200)
    dataset = zebra.Dataset.open("zebra-dataset")
    ids = [row["id"] for row in zebra_cli.dataset()]
    assert dataset.pairs["id"] == ids[::3]
    assert dataset.sampled == "200 of 600 pairs, evenly spread"


def test_the_report_in_a_notebook(zebra_cli: Project) -> None:
    """It is the page of `zebra report`, in a frame that cannot be left by what is in it; `save` writes it."""
    zebra_cli.run("run")
    zebra_cli.run("report", "zebra-dataset")
    page = zebra.Dataset.open("zebra-dataset").report()
    expected = (zebra_cli.folder / "zebra-dataset/report/report.html").read_text(encoding="utf-8")
    assert page.html == expected
    shown = page._repr_html_()
    assert shown.startswith('<iframe srcdoc="&lt;!doctype html&gt;')
    assert shown.count("<") == 2
    assert page.save("page.html").read_text(encoding="utf-8") == expected


def test_charts_in_a_notebook(zebra_cli: Project) -> None:
    """`plot` gives Altair's charts of the similarities and of the scores; lower is better on the second benchmark."""
    altair = pytest.importorskip("altair")
    zebra_cli.run("run")
    behavior = zebra.Dataset.open("zebra-dataset").behavior
    chart = behavior.plot()
    assert isinstance(chart, altair.LayerChart)
    cells = behavior.chart["data"]["values"]
    assert {(cell["model"], cell["other"]): cell["similarity"] for cell in cells}["scholar", "scholar"] == 1
    assert len(cells) == len(behavior.models) ** 2
    benchmarks = (zebra.Benchmark("up", direction="higher"), zebra.Benchmark("down", direction="lower"))
    table = zebra.ScoreTable(("a", "b", "c"), benchmarks, [[1, 10], [3, 30], [2, 20]])
    assert isinstance(table.plot(), altair.LayerChart)
    scores = {(cell["model"], cell["other"]): cell["score"] for cell in table.chart["data"]["values"]}
    assert scores == {
        ("a", "up"): 0, ("b", "up"): 1, ("c", "up"): 0.5, ("a", "down"): 1, ("b", "down"): 0, ("c", "down"): 0.5,
    }  # fmt: skip
