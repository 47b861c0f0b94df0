"""What a mix was made of: its manifest, its behavior, and the files of its parts."""

from __future__ import annotations

import shutil
from importlib.metadata import version
from typing import TYPE_CHECKING, Any

import attrs

import zebra_core as zebra
from zebra_core.dataset.card import card
from zebra_core.dataset.dataset import BEHAVIOR
from zebra_core.dataset.folder import CARD, RECIPE
from zebra_core.dataset.manifest import MANIFEST, PARTS, Job, ModelUsage, ScoresUsed, Summary
from zebra_core.dataset.summary import COUNTED, recount

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from zebra_core.dataset.manifest import Mix, ShardFile
    from zebra_mix.parts import Part

CONTAMINATED = "contaminated.jsonl"
DIFFERS = "differs by part"


def make_job(parts: Sequence[Part], files: Sequence[Path], plugins: zebra.Plugins) -> Job:
    """Return what the mix follows from: its parts' manifests, and the files of the test sets."""
    return Job(
        zebra=version("zebra-preference"),
        plugins={"mix": str(plugins.origins["mix"])},
        libraries={name: version(name) for name in ("numpy", "pyarrow")},
        recipe=common_recipe([part.dataset.manifest.recipe for part in parts]),
        inputs=tuple(zebra.fingerprint([*(part.dataset.manifest_file for part in parts), *files])),
    )


def common_recipe(recipes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the recipe of all parts: of a choice that differs, lists are joined, and other values are named as a text."""
    common: dict[str, Any] = {}
    for name in dict.fromkeys(name for recipe in recipes for name in recipe):
        values: list[Any] = []
        for recipe in recipes:
            values += [] if recipe.get(name) in values else [recipe.get(name)]
        if len(values) == 1:
            common[name] = values[0]
        elif all(isinstance(value, list | tuple) for value in values):
            common[name] = list(dict.fromkeys(item for value in values for item in value))
        else:
            named = not any(isinstance(value, dict | list | tuple) for value in values)
            words = (word for value in values for word in str(value).split(", "))  # a mix has joined those of its parts
            common[name] = ", ".join(dict.fromkeys(words)) if named else DIFFERS
    return common


def make_manifest(  # noqa: PLR0913, PLR0917  # what a mix is made of
    folder: Path, job: Job, parts: Sequence[Part], mix: Mix, shards: Sequence[ShardFile], left_out: Mapping[str, int]
) -> zebra.Manifest:
    """Return the manifest of the shards in a folder; the summary is counted from what they contain."""
    scores = [part.dataset.manifest.scores for part in parts]
    notes = () if _are_equal(scores) else (f"the scores differ by part; {PARTS}/NAME/{MANIFEST} has them",)
    manifest = zebra.Manifest(
        **attrs.asdict(job, recurse=False),
        scores=scores[0] if not notes else ScoresUsed(max(each.models for each in scores), (), notes, ()),
        summary=_uncounted(parts, left_out),
        remarks=_remarks(parts, mix, left_out),
        shards=tuple(shards),
        mix=mix,
    )
    pairs = zebra.Dataset(folder, manifest).batches(COUNTED)
    return attrs.evolve(manifest, summary=recount(manifest.summary, pairs))


def _uncounted(parts: Sequence[Part], left_out: Mapping[str, int]) -> Summary:
    """Return the summary of a mix before its pairs are counted; the superiority of a model is the mean over the parts that have it."""
    usage: dict[str, list[ModelUsage]] = {}
    for part in parts:
        for name, model in part.dataset.manifest.summary.models.items():
            usage.setdefault(name, []).append(model)
    means = {name: sum(each.superiority for each in models) / len(models) for name, models in usage.items()}
    return Summary(
        rows=sum(part.dataset.total for part in parts),
        pairs=0,
        left_out=dict(sorted(left_out.items(), key=lambda item: (-item[1], item[0]))),
        rejected_rows=0,
        empty_responses=0,
        unscored={},
        models={
            name: ModelUsage(usage[name][0].scores_of, means[name], 0, 0)
            for name in sorted(means, key=lambda name: (-means[name], name))
        },
        model_pairs={},
        mean_margin=0.0,
        mean_similarity=0.0,
    )


def _remarks(parts: Sequence[Part], mix: Mix, left_out: Mapping[str, int]) -> tuple[str, ...]:
    taken = ", ".join(f"{part.pairs:,} of the {part.total:,} pairs of {part.name}" for part in mix.parts)
    remarks = [f"mixed from {taken}; {PARTS}/NAME has the manifest and the recipe of each"]
    if not _are_equal([part.dataset.manifest.recipe for part in parts]):
        remarks.append("the recipes of the parts differ; where they do, the recipe here names what all of them chose")
    if not have_one_behavior(parts):
        remarks.append(
            f"the parts were made from different scores, so that there is no {BEHAVIOR}, and the superiority of a model is the mean over them"
        )
    if any(name != "not drawn" for name in left_out):
        remarks.append(f"the pairs whose prompt is in a test set are left out; {CONTAMINATED} lists them")
    return tuple(remarks)


def have_one_behavior(parts: Sequence[Part]) -> bool:
    """Return whether all parts have the same behavior."""
    if not all(part.dataset.has_behavior for part in parts):
        return False
    return _are_equal([(part.dataset.folder / BEHAVIOR).read_bytes() for part in parts])


def _are_equal(values: Sequence[object]) -> bool:
    return all(value == values[0] for value in values)


def write_files(
    folder: Path, manifest: zebra.Manifest, parts: Sequence[Part], contaminated: Sequence[Mapping[str, Any]]
) -> None:
    """Write what accompanies the shards, and under `parts` what accompanies those of each part."""
    zebra.write_record(manifest, folder / MANIFEST)
    zebra.storage.write_text(folder / CARD, card(manifest, folder / "data"))
    if have_one_behavior(parts):
        (folder / BEHAVIOR).write_bytes((parts[0].dataset.folder / BEHAVIOR).read_bytes())
    if contaminated:
        lines = "".join(zebra.as_json(line, indent=None) for line in contaminated)
        zebra.storage.write_text(folder / CONTAMINATED, lines)
    for part in parts:
        source, target = part.dataset.folder, folder / PARTS / part.name
        zebra.storage.make_folder(target)
        (target / MANIFEST).write_bytes(part.dataset.manifest_file.read_bytes())
        for name in (BEHAVIOR, RECIPE):
            if (source / name).is_file():
                (target / name).write_bytes((source / name).read_bytes())
        if (source / PARTS).is_dir():
            shutil.copytree(source / PARTS, target / PARTS)
