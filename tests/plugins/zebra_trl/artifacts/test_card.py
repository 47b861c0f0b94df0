"""The card of a trained model."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest
import yaml
from helpers.hostile import NAMES, Page
from markdown_it import MarkdownIt

import zebra_core as zebra
from zebra_trl.artifacts.card import card


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name(demo: Path, name: str) -> None:
    """Whatever model, dataset, trainer, options, components and models of the pool are called, it is text, in the front matter too."""
    manifest = zebra.Manifest.read(demo)
    text = NAMES[name]
    models = {f"{text}{n}": usage for n, usage in enumerate(manifest.summary.models.values())}
    choices = dict.fromkeys(("strategy", "similarity", "rule"), text)
    hostile = attrs.evolve(
        manifest,
        recipe={**manifest.recipe, **choices, "scores": [text]},
        summary=attrs.evolve(manifest.summary, models=models),
    )
    job = zebra.TrainingJob(
        zebra="1", trainer=text, plugin=text, options={text: text}, dataset={"location": text}, model={"location": text}
    )
    page = card(job, zebra.TrainingResult(rows=1), hostile, adapter=False)
    front, body = page.removeprefix("---\n").split("\n---\n", 1)
    values = yaml.safe_load(front)
    assert set(values) == {"library_name", "pipeline_tag", "tags"}
    assert values["tags"] == ["zebra", "trl", text]
    html = Page(MarkdownIt("commonmark").enable("table").render(body))
    assert html.tags == {"h1", "h2", "p", "table", "thead", "tbody", "tr", "th", "td", "code", "img"}
    assert html.active == ["img src=curves.svg"]
    assert not [
        line for line in body.splitlines() if line.startswith("|") and len(line.replace("\\|", "").split("|")) != 4
    ]


@pytest.mark.parametrize(
    ("trainer", "adapter", "library", "task"),
    [("dpo", False, "transformers", "text-generation"), ("reward", True, "peft", "text-classification")],
)
def test_the_front_matter(trainer: str, library: str, task: str, *, adapter: bool) -> None:
    """The Hub's library reads what the model is for; a model and a dataset of this machine have no name on the Hub."""
    from huggingface_hub import ModelCard

    on_the_hub = {"location": "org/base"}, {"location": "hub:org/pairs?split=test"}
    here = {"location": "base", "files": [["config.json", 2]]}, {"location": "pairs", "manifest": "0"}
    cards = []
    for model, dataset in (on_the_hub, here):
        job = zebra.TrainingJob(zebra="1", trainer=trainer, plugin="trl", options={}, dataset=dataset, model=model)
        page = ModelCard(card(job, zebra.TrainingResult(rows=1), None, adapter=adapter))
        cards.append(page.data.to_dict())
    common = {"library_name": library, "pipeline_tag": task, "tags": ["zebra", "trl", trainer]}
    assert cards == [{"base_model": "org/base", "datasets": ["org/pairs"], **common}, common]


def test_the_teacher_of_a_distillation(demo: Path) -> None:
    """The card names the teacher, once, whether it was named or is the best model of the pool."""
    places = {"dataset": {"location": "pairs"}, "model": {"location": "base"}}
    for teacher, row in (("", "`scholar`, the best model by superiority (0.987)"), ("clerk", "`clerk`")):
        job = zebra.TrainingJob(zebra="1", trainer="distill", plugin="trl", options={"teacher": teacher}, **places)
        page = card(job, zebra.TrainingResult(rows=1), zebra.Manifest.read(demo), adapter=False)
        assert [line for line in page.splitlines() if line.startswith("| teacher |")] == [f"| teacher | {row} |"]
