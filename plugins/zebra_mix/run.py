"""A mix from beginning to end: open, read prompts, draw, divide, write."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
import numpy as np

import zebra_core as zebra
from zebra_core.dataset.manifest import MANIFEST, Mix, MixedPart
from zebra_core.dataset.shards import writing
from zebra_core.dataset.staging import staging_folder
from zebra_core.recipe.resolve import Resolver
from zebra_mix.draw import amounts, draw
from zebra_mix.near import find_clusters
from zebra_mix.parts import check_output, common_schema, open_parts
from zebra_mix.provenance import make_job, make_manifest, write_files
from zebra_mix.rows import TestSet, read_rows
from zebra_mix.splits import divide
from zebra_mix.write import Source, write_shards

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    import pyarrow as pa
    from numpy.typing import NDArray

    from zebra_mix.parts import Part
    from zebra_mix.rows import Rows
    from zebra_mix.settings import Settings

FILTER, NGRAM = "decontaminate", 13
"""The filter that knows the prompts of a test set, and its option `ngram` unless one is set: what GPT-3's authors used."""
ABSENT = -1


@attrs.frozen(eq=False)
class Ingredients:
    """What is mixed, and how: the parts, the test sets, and the settings."""

    parts: Sequence[Part]
    tests: Sequence[TestSet]
    settings: Settings

    @property
    def test_files(self) -> list[Path]:
        """The files of the test sets."""
        return [file for test in self.tests for file in test.filter.instance.files]


def prepare(locations: Sequence[str], settings: Settings, recipe: zebra.Recipe, plugins: zebra.Plugins) -> Ingredients:
    """Open the datasets, and read the test sets. Raise ZebraError if one cannot be read."""
    parts = open_parts(locations, plugins, divided=bool(settings.split))
    resolver = Resolver(recipe, plugins)
    tests = []
    for location in settings.decontaminate:
        component = plugins.find("filter", FILTER)
        tests.append(TestSet(location, resolver.bind(component, {"ngram": NGRAM, "against": location})))
    resolver.check_options()
    return Ingredients(parts, tests, settings)


def mix(
    ingredients: Ingredients,
    output: Path,
    plugins: zebra.Plugins,
    *,
    overwrite: bool = False,
    log: Callable[[str], None] = lambda _: None,
) -> zebra.Dataset:
    """Write the mix to the folder `output`, completely or not at all, and return it.

    Raise ZebraError if `output` exists and may not be overwritten, or if there are too few pairs for what is asked.
    """
    parts = ingredients.parts
    check_output(parts, output)
    schema, job = common_schema(parts), make_job(parts, ingredients.test_files, plugins)
    with staging_folder(output, job, MANIFEST, "dataset", overwrite=overwrite, log=log) as folder:
        rows = read_rows(parts, ingredients.tests)
        split = _assign(ingredients, rows)
        shards, renamed = [], rows.ambiguous()
        for number, name in enumerate(ingredients.settings.split or ("",)):
            sources = []
            for at, part in enumerate(parts):
                own = rows.part == at
                drawn = (split == number)[own]
                sources.append(Source(part, drawn, renamed[own], schema, several=len(parts) > 1))
            shards += write_shards(sources, folder, name)
        made = _record(ingredients, rows, split)
        manifest = make_manifest(folder, job, parts, made, shards, _left_out(ingredients, rows, split))
        with writing(output):
            write_files(folder, manifest, parts, rows.listed)
    return zebra.Dataset(output, manifest)


def _assign(ingredients: Ingredients, rows: Rows) -> NDArray[np.int64]:
    """Return the number of the split that each row is in (n), `ABSENT` if it is in none."""
    parts, settings = ingredients.parts, ingredients.settings
    counts = np.bincount(rows.part[rows.clean], minlength=len(parts)).tolist()
    if not all(counts):
        part = parts[counts.index(0)]
        msg = f"no pair of {part.name} is left: the prompts of all {part.dataset.total:,} are in a test set; check --decontaminate"
        raise zebra.ZebraError(msg)
    drawn = draw(rows, amounts(counts, [part.name for part in parts], settings), settings.seed)
    split = np.where(drawn, 0, ABSENT)
    if settings.split:
        clusters = find_clusters(_prompts(parts, drawn), settings.near_duplicates)
        split[drawn] = divide(clusters.of(rows.prompt[drawn]), settings.split, settings.seed)
    return split


def _prompts(parts: Sequence[Part], drawn: NDArray[np.bool_]) -> Iterator[pa.Array]:
    """Yield the prompts of the drawn rows, batch by batch."""
    start = 0
    for batch in (batch for part in parts for batch in part.dataset.batches(["prompt"])):
        chosen = np.flatnonzero(drawn[start : start + len(batch)])
        start += len(batch)
        if chosen.size:
            yield batch["prompt"].take(chosen)


def _record(ingredients: Ingredients, rows: Rows, split: NDArray[np.int64]) -> Mix:
    parts, settings = ingredients.parts, ingredients.settings
    taken = np.bincount(rows.part[split != ABSENT], minlength=len(parts)).tolist()
    manifests = zebra.fingerprint(part.dataset.manifest_file for part in parts)
    weights = settings.weights or (None,) * len(parts)
    return Mix(
        parts=tuple(
            MixedPart(name=p.name, dataset=m, split=p.split, total=p.dataset.total, pairs=count, weight=weight)
            for p, m, count, weight in zip(parts, manifests, taken, weights, strict=True)
        ),
        seed=settings.seed,
        rows=settings.rows,
        split=settings.split,
        near_duplicates=settings.near_duplicates,
        decontaminated=tuple(zebra.fingerprint(ingredients.test_files)),
        ngram=max((test.filter.instance.ngram for test in ingredients.tests), default=0),
    )


def _left_out(ingredients: Ingredients, rows: Rows, split: NDArray[np.int64]) -> dict[str, int]:
    """Count the pairs that are not in the mix, by reason."""
    counts = {
        f"prompt in {zebra.storage.shown(test.location)}": int((rows.test == number).sum())
        for number, test in enumerate(ingredients.tests)
    }
    counts["not drawn"] = int((rows.clean & (split == ABSENT)).sum())
    return {reason: count for reason, count in counts.items() if count}
