"""The figures of models."""

from __future__ import annotations

import json

from helpers.reports import FIGURES

import zebra_core as zebra
from zebra_core.testing import Project
from zebra_report.figures.models import clusters


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
        drawn = plugins.find("figure", name).bind()(dataset).svg
        assert all(model in drawn for model in models), name
    frequencies = plugins.find("figure", "frequencies").bind()(dataset)
    assert "14 of the pool's 16 models are in no pair" in frequencies.text  # every model answered: SUP is one pair
