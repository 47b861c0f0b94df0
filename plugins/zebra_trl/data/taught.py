"""The responses of a teacher to the prompts of a dataset, from the pool that the dataset was built from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import datasets
import pyarrow as pa
import pyarrow.compute as pc

import zebra_core as zebra
from zebra_core.dataset.folder import fingerprint
from zebra_trl.data import load
from zebra_trl.models.teacher import best_model

if TYPE_CHECKING:
    from collections.abc import Callable

    from datasets import Dataset


def read_taught(location: str, teacher: str, log: Callable[[str], None]) -> Dataset:
    """Return each prompt of a dataset once, with the teacher's response as `chosen`; the best model is the default teacher.

    Prompts that the teacher did not answer are left out. Raise ZebraError if the dataset has no pool, the pool cannot be read
    again or has changed, or the teacher is not in it.
    """
    dataset = _with_pool(location)
    rows = load.read(location)
    first = {name: place for place, name in reversed([*enumerate(rows["id"])])}
    why = "as asked"
    if not teacher:
        teacher, superiority = best_model(dataset.manifest)
        why = f"the best model by superiority, {superiority:.3f}"
    responses = _responses(dataset, teacher, pa.array([*first], pa.string()))
    log(f"taught by {teacher} ({why}), which answered {len(responses):,} of {len(first):,} prompts")
    answered = [name for name in rows["id"] if name in responses and first.pop(name, None) is not None]
    places = {name: place for place, name in reversed([*enumerate(rows["id"])])}
    texts = [responses[name] for name in answered]
    messages = not isinstance(rows.features["chosen"], datasets.Value)
    chosen = [[{"role": "assistant", "content": text}] for text in texts] if messages else texts
    prompts = rows.select([places[name] for name in answered]).select_columns(["prompt"])
    return prompts.add_column("chosen", chosen)


def _with_pool(location: str) -> zebra.Dataset:
    """Return the dataset at a location. Raise ZebraError if no single pool is known for it."""
    remedy = "name the folder of a model as the teacher, --teacher FOLDER, or train with sft"
    try:
        dataset = zebra.Dataset.open(location)
    except zebra.ZebraError as error:
        msg = f"distill learns from the pool that a dataset was built from, but {error}; {remedy}"
        raise zebra.ZebraError(msg) from error
    if dataset.manifest.mix is not None:
        msg = f"distill learns from the pool that a dataset was built from, and the parts of the mix {location} have several; {remedy}"
        raise zebra.ZebraError(msg)
    return dataset


def _responses(dataset: zebra.Dataset, teacher: str, ids: pa.Array) -> dict[str, str]:
    """Return the teacher's responses by id. Raise ZebraError if it has none."""
    responses: dict[str, str] = {}
    names: set[str] = set()
    for batch in _pool(dataset).batches():
        used = batch.filter(pc.is_in(batch["id"], value_set=ids))
        columns = (used[name].to_pylist() for name in ("id", "models", "responses"))
        for name, models, texts in zip(*columns, strict=True):
            names.update(models)
            if teacher in models:
                responses.setdefault(name, texts[models.index(teacher)])
    if not responses:
        what, where = "teacher", "in the pool of the dataset; the folder of a model has a config.json"
        raise zebra.unknown(what, teacher, names, where)
    return responses


def _pool(dataset: zebra.Dataset) -> zebra.Pool:
    """Open the pool of a dataset again. Raise ZebraError if that is not possible, or if it has changed."""
    recipe = zebra.make_recipe(dataset.manifest.recipe)
    name = zebra.storage.shown(dataset.folder)
    try:
        plugins = zebra.load_plugins(recipe.plugins, recorded=True)
        selected = zebra.Recipe(pool=recipe.pool, options=recipe.options, plugins=recipe.plugins)
        pool = zebra.open_pool(recipe=selected, plugins=plugins)
        hashes = {file.get("xxh3_128") for file in dataset.manifest.inputs}
        changed = [file["path"] for file in fingerprint(pool.files) if file.get("xxh3_128") not in hashes]
    except zebra.ZebraError as error:
        msg = f"the pool of {name} cannot be read again, and distill learns from its responses: {error}"
        raise zebra.ZebraError(msg) from error
    if changed:
        msg = f"the pool of {name} has changed since the dataset was built ({changed[0]}); build the dataset again with `zebra run`"
        raise zebra.ZebraError(msg)
    return pool
