"""The dataset card: what a reader on the Hugging Face Hub, or of the folder, sees first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zebra_core.base.markup import code, markdown

if TYPE_CHECKING:
    from zebra_core.dataset.manifest import Manifest

TEMPLATE = """\
---
configs:
- config_name: default
  data_files:{files}
task_categories:
- text-generation
tags:
- preference
- dpo
- zebra
size_categories:
- {size}
---

# Preference dataset without annotation

{pairs:,} pairs of a chosen and a rejected response, made with ZEBRA {version}. No
person and no model judged a response for it: the benchmark scores of the models and the rule below decide which one is chosen.

## How it was made

| choice | value |
|---|---|
{choices}

The pool had {rows:,} instructions. {left_out}Mean margin {margin}, mean similarity {similarity}, mean hardness {hardness}
(similarity x (1 - the size of the margin); 1 is the hardest to tell apart).

## Columns

`prompt`, `chosen` and `rejected` are messages (TRL's conversational form with an explicit prompt). `chosen_model` and
`rejected_model` gave the responses. `margin` is the difference of their mean normalised benchmark scores, `similarity`
is how similar the two models are by these scores, and `confidence` how certain the rule is of the order. `id` and
`source` come from the pool.{columns}

## Models

| model | superiority | chosen | rejected |
|---|---|---|---|
{models}

## Notes

{remarks}`manifest.json` has the recipe, versions, hashes of the inputs and all counts; `zebra run recipe.toml` builds the dataset
again; `behavior.json` has the scores behind it.
"""
SIZES = [
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
]


def card(manifest: Manifest) -> str:
    """Return the card of a dataset, from its manifest."""
    summary = manifest.summary
    columns = _cell(manifest.recipe.get("columns", []))
    left_out = "; ".join(f"{markdown(reason)}: {count:,}" for reason, count in summary.left_out.items())
    return TEMPLATE.format(
        files=_data_files(manifest),
        size=next((name for limit, name in SIZES if summary.pairs < limit), "n>10M"),
        version=manifest.zebra,
        pairs=summary.pairs,
        rows=summary.rows,
        choices="\n".join(f"| {name} | {_cell(value)} |" for name, value in manifest.recipe.items()),
        left_out=f"Left out, by reason: {left_out}. " if left_out else "",
        columns=f" Further columns come from {columns}." if columns else "",
        margin=f"{summary.mean_margin:.3f}",
        similarity=f"{summary.mean_similarity:.3f}",
        hardness=f"{summary.mean_hardness or 0:.3f}",
        models="\n".join(
            f"| {markdown(name)} | {model.superiority:.3f} | {model.chosen:,} | {model.rejected:,} |"
            for name, model in summary.models.items()
        ),
        remarks="".join(f"- {markdown(remark)}\n" for remark in manifest.remarks) + "\n" * bool(manifest.remarks),
    )


def _data_files(manifest: Manifest) -> str:
    """Return what `datasets.load_dataset` reads as which split."""
    splits = dict.fromkeys(shard.split for shard in manifest.shards if shard.split)
    lines = (f"\n  - split: {name}\n    path: data/{name}/*.parquet" for name in splits)
    return "".join(lines) or " data/*.parquet"


def _cell(value: object) -> str:
    items = value if isinstance(value, list) else [value]
    return ", ".join(map(code, items))
