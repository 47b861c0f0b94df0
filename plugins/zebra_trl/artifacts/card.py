"""The model card: what was trained, on what, how, and with which results."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import zebra_core as zebra
from zebra_trl.models.teacher import best_model

TEMPLATE = """\
{metadata}
# Trained with {name} {learned}

| | |
|---|---|
| base model | {model} |
| dataset | {dataset} |
{teacher}{rows}
![{curves}](curves.svg)

## The dataset

{data}

## Settings

| setting | value |
|---|---|
{settings}

`training.json` has the settings, `metrics.jsonl` every logged number, and `results.json` the results above.
"""
NAMES = {
    "accuracy": "held-out reward accuracy",
    "loss": "held-out loss",
    "token_accuracy": "held-out token accuracy",
    "longer": "share of held-out pairs whose chosen response is longer",
    "pairs": "held-out rows",
    "reward": "held-out reward",
    "length": "tokens of a response to a held-out prompt",
    "prompts": "held-out prompts",
    "stopped_at_step": "step after which --stop-if ended the training",
    "rows": "rows trained on",
    "steps": "steps",
    "seconds": "seconds",
}
NAME_ON_HUB = re.compile(r"(?:[A-Za-z0-9][\w.-]{0,95}/)?[A-Za-z0-9][\w.-]{0,95}")


def card(
    job: zebra.TrainingJob, result: zebra.TrainingResult, manifest: zebra.Manifest | None, *, adapter: bool
) -> str:
    """Return the card: the training, its results, and how the dataset was made if it has a manifest."""
    model, dataset = job.model["location"], job.dataset["location"]
    online = bool(job.options.get("reward"))
    numbers = {**result.metrics, "rows": result.rows, "steps": result.steps, "seconds": result.seconds}
    text = TEMPLATE.format(
        metadata=zebra.markup.front_matter(_metadata(job, adapter=adapter)),
        name=zebra.markup.markdown(job.trainer.upper() if len(job.trainer) < 5 else job.trainer),
        model=zebra.markup.code(Path(model).name if Path(model).is_absolute() else model),
        dataset=zebra.markup.code(Path(dataset).name if Path(dataset).is_absolute() else dataset),
        teacher=_teacher(job, manifest),
        learned="against rewards without annotation" if online else "on preferences without annotation",
        curves="reward, length and KL divergence" if online else "loss, accuracy and margin",
        rows="".join(f"| {_label(name)} | {_shown(value)} |\n" for name, value in numbers.items() if _label(name)),
        data=_data(manifest),
        settings="\n".join(
            f"| {zebra.markup.markdown(name)} | {zebra.markup.code(value)} |"
            for name, value in {**_effective(job.options), **_of_components(job.components), **job.distributed}.items()
        ),
    )
    return zebra.storage.shown(text)


def _teacher(job: zebra.TrainingJob, manifest: zebra.Manifest | None) -> str:
    """Return the row of the teacher that a distillation chose, empty for other trainings; a named one is a setting."""
    if job.trainer != "distill" or job.options.get("teacher") or manifest is None:
        return ""
    best, superiority = best_model(manifest)
    return f"| teacher | {zebra.markup.code(best)}, the best model by superiority ({superiority:.3f}) |\n"


def _label(name: str) -> str:
    """Return what a number is called, empty if it is not shown; that of a single reward is `reward NAME`."""
    return NAMES.get(name) or (f"held-out {zebra.markup.markdown(name)}" if name.startswith("reward ") else "")


def _of_components(components: dict[str, Any]) -> dict[str, Any]:
    """Return the options of the components that the trainer called, by address."""
    return {
        f"{address}.{name}": value
        for address, entry in components.items()
        for name, value in entry.get("options", {}).items()
    }


def _metadata(job: zebra.TrainingJob, *, adapter: bool) -> dict[str, Any]:
    """Return what the Hub reads. A model or dataset of this machine has no name there."""
    model, dataset = (_name_on_hub(each) for each in (job.model, job.dataset))
    return {
        **({"base_model": model} if model else {}),
        **({"datasets": [dataset]} if dataset else {}),
        "library_name": "peft" if adapter else "transformers",
        "pipeline_tag": "text-classification" if job.trainer == "reward" else "text-generation",
        "tags": ["zebra", "trl", job.trainer],
    }


def _name_on_hub(place: dict[str, Any]) -> str:
    """Return the name of a model or dataset on the Hub, empty if it is not from there."""
    name = str(place["location"]).removeprefix("hub:").partition("?")[0]
    return name if place.keys() == {"location"} and NAME_ON_HUB.fullmatch(name) else ""


def _data(manifest: zebra.Manifest | None) -> str:
    """Return how the dataset was made, as text."""
    if manifest is None:
        return "It was not built by ZEBRA, so its origin is unknown."
    recipe, summary = manifest.recipe, manifest.summary
    choices = {name: zebra.markup.code(recipe[name]) for name in ("strategy", "similarity", "rule")}
    scores = ", ".join(map(zebra.markup.code, recipe.get("scores", [])))
    models = ", ".join(
        f"{zebra.markup.markdown(name)} ({model.chosen:,} chosen, {model.rejected:,} rejected)"
        for name, model in list(summary.models.items())[:12]
    )
    return (
        f"{summary.pairs:,} pairs of {summary.rows:,} instructions, built with ZEBRA {manifest.zebra}: strategy "
        f"{choices['strategy']}, similarity {choices['similarity']}, rule {choices['rule']}, scores {scores}; mean margin "
        f"{summary.mean_margin:.3f}, mean similarity {summary.mean_similarity:.3f}. No person and no model "
        f"judged a response for it: the benchmark scores of the models and the rule decide which one is chosen.\n\nModels: {models}."
    )


def _effective(options: dict[str, Any]) -> dict[str, Any]:
    """Return the settings with an effect."""
    own = {name: value for name, value in options.items() if name != "others" and value and value != "off"}
    if not options.get("curriculum"):
        own = {name: value for name, value in own.items() if name not in ("curriculum_by", "stages")}
    return {**own, **options.get("others", {})}


def _shown(value: float | None) -> str:
    return f"{value:,}" if isinstance(value, int) else "" if value is None else f"{value:.3f}"
