"""The dataset card: what a reader on the Hugging Face Hub, or of the folder, sees first."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from zebra_core.base.markup import code, front_matter, markdown
from zebra_core.dataset.contents import dataset_info

if TYPE_CHECKING:
    from pathlib import Path

    from zebra_core.dataset.manifest import Manifest

TEMPLATE = """\
{metadata}
# Preference dataset without annotation

{pairs:,} pairs of a chosen and a rejected response, made with ZEBRA {version}. No
person and no model judged a response for it: the benchmark scores of the models and the rule below decide which one is chosen.

## How it was made

| choice | value |
|---|---|
{choices}

{read} {left_out}Mean margin {margin}, mean similarity {similarity}, mean hardness {hardness}
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

{remarks}{origin} The texts are those of the pools, whose terms apply to them.
"""
BUILT = """\
`manifest.json` has the recipe, versions, hashes of the inputs and all counts; `zebra run recipe.toml` builds the dataset
again; `behavior.json` has the scores behind it."""
MIXED = """\
`zebra mix` made this dataset of {parts}. `manifest.json` has the hashes of their manifests, and all counts."""
SIZES = [
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
]
ON_THE_HUB = re.compile(r"hf://datasets/([\w.-]+/[\w.-]+?)(?:@|/|$)")


def card(manifest: Manifest, data: Path) -> str:
    """Return the card of a dataset, from its manifest and the footers of the files in `data`."""
    summary = manifest.summary
    columns = _cell(manifest.recipe.get("columns", []))
    left_out = "; ".join(f"{markdown(reason)}: {count:,}" for reason, count in summary.left_out.items())
    return TEMPLATE.format(
        metadata=front_matter(_metadata(manifest, data)),
        version=manifest.zebra,
        pairs=summary.pairs,
        read=f"The {'parts' if manifest.mix else 'pool'} had {summary.rows:,} {'pairs' if manifest.mix else 'instructions'}.",
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
        origin=_origin(manifest),
        remarks="".join(f"- {markdown(remark)}\n" for remark in manifest.remarks) + "\n" * bool(manifest.remarks),
    )


def _metadata(manifest: Manifest, data: Path) -> dict[str, Any]:
    """Return what the Hub reads. Licence and language are not known: the texts are those of the pool."""
    files = [{"split": name, "path": f"data/{name}/*.parquet"} for name in manifest.splits]
    sources = [match[1] for file in manifest.inputs if (match := ON_THE_HUB.match(file["path"]))]
    return {
        "configs": [{"config_name": "default", "data_files": files or "data/*.parquet"}],
        "dataset_info": dataset_info(manifest, data),
        "task_categories": ["text-generation"],
        "tags": ["preference", "dpo", "zebra"],
        "size_categories": [next((name for limit, name in SIZES if manifest.summary.pairs < limit), "n>10M")],
        **({"source_datasets": list(dict.fromkeys(sources))} if sources else {}),
    }


def _origin(manifest: Manifest) -> str:
    """Return what the dataset was made from, and where that is recorded."""
    if manifest.mix is None:
        return BUILT
    parts = [f"{part.pairs:,} of {part.total:,} pairs of {code(part.name)}" for part in manifest.mix.parts]
    return MIXED.format(parts=", ".join(parts))


def _cell(value: object) -> str:
    items = value if isinstance(value, list) else [value]
    return ", ".join(map(code, items))
