"""The model card: what was trained, on what, how, and what came out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

TEMPLATE = """\
---
{base}library_name: {library}
tags:
- zebra
- trl
- {trainer}
---

# Trained with {name} on preferences without annotation

| | |
|---|---|
| base model | `{model}` |
| dataset | `{dataset}` |
{rows}
![loss, accuracy and margin](curves.svg)

## The dataset

{data}

## Settings

| setting | value |
|---|---|
{settings}

`training.json` has them again, `metrics.jsonl` every figure that was logged, `results.json` what is above.
"""
NAMES = {
    "accuracy": "held-out reward accuracy",
    "loss": "held-out loss",
    "token_accuracy": "held-out token accuracy",
    "longer": "share of held-out pairs whose chosen response is the longer",
    "pairs": "held-out rows",
    "rows": "rows trained on",
    "steps": "steps",
    "seconds": "seconds",
}


def card(job: dict[str, Any], results: dict[str, Any], manifest: dict[str, Any], *, adapter: bool) -> str:
    """Return the card, from what was to be done, what came out, and the dataset's manifest where zebra built it."""
    model, dataset = job["model"]["location"], job["dataset"]["location"]
    return TEMPLATE.format(
        base="" if Path(model).is_absolute() else f"base_model: {model}\n",
        library="peft" if adapter else "transformers",
        trainer=job["trainer"],
        name=job["trainer"].upper() if len(job["trainer"]) < 5 else job["trainer"],
        model=Path(model).name if Path(model).is_absolute() else model,
        dataset=Path(dataset).name if Path(dataset).is_absolute() else dataset,
        rows="".join(f"| {NAMES[name]} | {_figure(value)} |\n" for name, value in results.items() if name in NAMES),
        data=_data(manifest),
        settings="\n".join(f"| {name} | `{value}` |" for name, value in _flat(job["options"]).items()),
    )


def _data(manifest: dict[str, Any]) -> str:
    """Say how the dataset was made."""
    if not manifest:
        return "It was not built by ZEBRA, so nothing is known here of how it was made."
    recipe, summary = manifest["recipe"], manifest["summary"]
    scores = ", ".join(f"`{name}`" for name in recipe.get("scores", []))
    models = ", ".join(
        f"{name} ({model['chosen']:,} chosen, {model['rejected']:,} rejected)"
        for name, model in list(summary["models"].items())[:12]
    )
    return (
        f"{summary['pairs']:,} pairs of {summary['rows']:,} instructions, built with ZEBRA {manifest['zebra']}: strategy "
        f"`{recipe['strategy']}`, similarity `{recipe['similarity']}`, rule `{recipe['rule']}`, scores {scores}; mean margin "
        f"{summary['mean_margin']:.3f}, mean similarity {summary['mean_similarity']:.3f}. No response was judged: which one is "
        f"chosen follows from the benchmark scores of the models.\n\nModels: {models}."
    )


def _flat(options: dict[str, Any]) -> dict[str, Any]:
    """Return the settings that do something."""
    ours = {name: value for name, value in options.items() if name != "others" and value and value != "off"}
    if not options.get("curriculum"):
        ours = {name: value for name, value in ours.items() if name not in ("curriculum_by", "stages")}
    return {**ours, **options.get("others", {})}


def _figure(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:.3f}"
