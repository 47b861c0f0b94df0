"""The manifest: how a dataset was made, and what came of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

from zebra_core.records import Record, read_record
from zebra_core.scores.checks import ScoreWarning  # noqa: TC001  # read at run time

if TYPE_CHECKING:
    from pathlib import Path

MANIFEST = "manifest.json"
PARTS = "parts"
"""The folder of a mix that has the manifest and the behavior of each of its parts."""


@attrs.frozen(kw_only=True)
class Job(Record):
    """Everything that a dataset's bytes follow from: versions, recipe and inputs (path, size and hash of each file)."""

    zebra: str
    plugins: dict[str, str]
    libraries: dict[str, str]
    recipe: dict[str, Any]
    inputs: tuple[dict[str, Any], ...]


@attrs.frozen
class ScoresUsed:
    """The score table of a run: how many models, the benchmarks, notes on what was done to it, and warnings."""

    models: int
    benchmarks: tuple[dict[str, Any], ...]
    notes: tuple[str, ...]
    warnings: tuple[ScoreWarning, ...]


@attrs.frozen
class ModelUsage:
    """How often a model's responses were chosen and rejected; `scores_of` is its name in the scores."""

    scores_of: str
    superiority: float
    chosen: int
    rejected: int


@attrs.frozen
class UnscoredModel:
    """A model of the pool without scores: how many responses it gave, and the closest name that has scores."""

    responses: int
    closest: str | None


@attrs.frozen(kw_only=True)
class Summary:
    """What a run counted. `left_out` counts by reason; `model_pairs[better][worse]` counts pairs of models.

    `mean_hardness` is None in a manifest from before it was measured.
    """

    rows: int
    pairs: int
    left_out: dict[str, int]
    rejected_rows: int
    empty_responses: int
    unscored: dict[str, UnscoredModel]
    models: dict[str, ModelUsage]
    model_pairs: dict[str, dict[str, int]]
    mean_margin: float
    mean_similarity: float
    mean_hardness: float | None = None


@attrs.frozen
class ShardFile:
    """A file of the dataset under `data/`, and the number of its pairs; that of a split is in a folder of its own."""

    name: str
    pairs: int

    @property
    def split(self) -> str:
        """The split that the file is of, empty if the dataset is not divided."""
        return self.name.rpartition("/")[0]


@attrs.frozen(kw_only=True)
class MixedPart:
    """A dataset that is part of a mix: `dataset` is path, size and hash of its manifest, which is kept under `parts/NAME`.

    `pairs` are those that the mix has, of the `total`; `split` is the one that was read, empty for all. `weight` is the share of
    the mix that it was given relative to the others, None if all pairs were taken.
    """

    name: str
    dataset: dict[str, Any]
    split: str
    total: int
    pairs: int
    weight: float | None


@attrs.frozen(kw_only=True)
class Mix:
    """How a mix was made: of which datasets, and with which options.

    `rows` is the number of pairs that was asked for, None for as many as there are. `split` has the share of each split that was
    asked for; prompts at least as alike as `near_duplicates` (Jaccard similarity) are in one. `ngram` consecutive words, shared
    with a prompt of the files `decontaminated`, kept a pair out; each file has path, size and hash.
    """

    parts: tuple[MixedPart, ...]
    seed: int
    rows: int | None
    split: dict[str, float]
    near_duplicates: float
    decontaminated: tuple[dict[str, Any], ...]
    ngram: int


@attrs.frozen(kw_only=True)
class Manifest(Job):
    """The manifest of a dataset, kept as `manifest.json` in its folder; `mix` says of what it was mixed, if it was."""

    scores: ScoresUsed
    summary: Summary
    remarks: tuple[str, ...]
    shards: tuple[ShardFile, ...]
    mix: Mix | None = None

    @property
    def splits(self) -> tuple[str, ...]:
        """The names of the splits, in order; none if the dataset is not divided."""
        return tuple(dict.fromkeys(shard.split for shard in self.shards if shard.split))

    @classmethod
    def read(cls, folder: Path) -> Manifest:
        """Read the manifest in a dataset's folder. Raise ZebraError if there is none, or of another version."""
        return read_record(cls, folder / MANIFEST)

    @property
    def job(self) -> Job:
        """What the dataset followed from."""
        return Job(**{field.name: getattr(self, field.name) for field in attrs.fields(Job)})
