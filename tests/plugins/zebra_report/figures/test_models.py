"""The figures of models."""

from __future__ import annotations

import json

import numpy as np
import pytest
from helpers.reports import FIGURES

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_report.figures.clusters import clusters, dendrogram, linkage
from zebra_report.figures.models import principal_components


def wide_pool(project: Project, models: list[str], rows: int = 30) -> None:
    """Write a pool in which all models answered everything."""
    lines = [{"prompt": f"Question {n}?", **{m: f"{m} says {n}" for m in models}} for n in range(rows)]
    project.write("pool.jsonl", "".join(json.dumps(line) + "\n" for line in lines))


def test_facts_of_the_paper(zebra_cli: Project, plugins: zebra.Plugins) -> None:
    """Of the paper's 16 models llama-2-7b and 13b are the most alike (.996), GPT-4 is nearest to Bard, starchat and pythia are apart."""
    models = list(zebra.read_scores("paper").models)
    wide_pool(zebra_cli, models)
    zebra_cli.run("run", "zebra-paper", "--pool", "pool.jsonl", "--scores", "paper")
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
        drawn = json.dumps(plugins.find("figure", name).bind()(dataset).charts)
        assert all(f'"{model}"' in drawn for model in models), name
    frequencies = plugins.find("figure", "frequencies").bind()(dataset)
    assert "14 of the pool's 16 models are in no pair" in frequencies.text  # every model answered: SUP is one pair


def test_linkage_by_hand() -> None:
    """0 and 1 join at .1, 2 and 3 at .2, and these two at the mean of .5, .6, .7 and .8, which is .65."""
    distance = np.array([[0, 0.1, 0.5, 0.6], [0.1, 0, 0.7, 0.8], [0.5, 0.7, 0, 0.2], [0.6, 0.8, 0.2, 0]])
    expected = [[0, 1, 0.1, 2], [2, 3, 0.2, 2], [4, 5, 0.65, 4]]
    assert linkage(distance) == pytest.approx(np.array(expected))
    assert clusters(1 - distance).tolist() == [0, 0, 1, 1]
    lines, order = dendrogram(linkage(distance))
    assert order == [0, 1, 2, 3]
    assert lines[-1] == {"x": pytest.approx(0.65), "x2": pytest.approx(0.65), "y": 0.5, "y2": 2.5, "cluster": 0}
    assert [line["cluster"] for line in lines] == [1, 1, 1, 2, 2, 2, 0, 0, 0]


def test_linkage_is_that_of_scipy() -> None:
    """The merges of 40 models are those of scipy's average linkage, and so are the clusters."""
    hierarchy = pytest.importorskip("scipy.cluster.hierarchy")
    squareform = pytest.importorskip("scipy.spatial.distance").squareform
    vectors = np.random.default_rng(3).random((40, 6))
    distance = np.abs(vectors[:, None] - vectors[None]).mean(axis=2)
    expected = hierarchy.linkage(squareform(distance, checks=False), "average")
    assert linkage(distance) == pytest.approx(expected)
    groups = hierarchy.fcluster(expected, 0.4, "distance")
    own = clusters(1 - distance)
    assert len({*zip(groups, own, strict=True)}) == len({*groups}) == len({*own})


def test_principal_components_by_hand() -> None:
    """Points on the line y = x / 2: one component, along (2, 1) / sqrt 5, has all of the variance."""
    places, shares = principal_components(np.array([[-2.0, -1.0], [0.0, 0.0], [2.0, 1.0]]))
    assert places[:, 0] == pytest.approx([-np.sqrt(5), 0, np.sqrt(5)])
    assert shares == pytest.approx([1, 0])
