"""The preference dataset: a batch of the pool in, a batch of chosen and rejected responses out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zebra_core.behavior import DECIMALS
from zebra_core.candidates import Answers, Candidates, answers, candidates, hashed
from zebra_core.confidence import confidence
from zebra_core.pool import DERIVED_ID, MESSAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from zebra_core.behavior import Behavior
    from zebra_core.pairing import Pairing
    from zebra_core.preference import Preference
    from zebra_core.rejects import Rejected

PREFERENCES = pa.schema(
    [
        ("id", pa.string()),
        ("prompt", MESSAGES),
        ("chosen", MESSAGES),
        ("rejected", MESSAGES),
        ("chosen_model", pa.string()),
        ("rejected_model", pa.string()),
        ("margin", pa.float64()),
        ("similarity", pa.float64()),
        ("confidence", pa.float64()),
        ("source", pa.string()),
    ]
)
"""TRL's conversational form with an explicit prompt, and why each pair was made: `margin` is the superiority gap."""

EMPTY_PROMPT, TOO_FEW = "the prompt is empty", "fewer than two models with scores answered"
MASKED = "no pair keeps to the threshold and the least gap"
TIED = "every other pair is a tie or is not wanted"
IDENTICAL = "both responses are the same text"


@attrs.frozen
class Tally:
    """What was counted while a dataset was made; tallies add up.

    `bytes` are those of the batches, `left_out` counts by reason: instructions that gave no pair, and pairs that were picked and not kept. `answered`
    counts the responses of each model, `empty` the empty ones, `rated` the instructions with ratings, `as_rival` the pairs
    that the plan's rival strategy picks as well, `rejected` are the rows that could not be used. `ids` are hashes of the ids that the pool gave.
    """

    rows: int = 0
    bytes: int = 0
    pairs: int = 0
    empty: int = 0
    rated: int = 0
    as_rival: int = 0
    left_out: Counter[str] = attrs.field(factory=Counter)
    answered: Counter[str] = attrs.field(factory=Counter)
    rejected: tuple[Rejected, ...] = ()
    ids: tuple[NDArray[np.uint64], ...] = attrs.field(default=(), eq=False)

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, f.name) + getattr(other, f.name) for f in attrs.fields(Tally)))


@attrs.frozen(eq=False)
class Plan:
    """All that a batch needs to become preference data; it can be pickled and sent to another process.

    `index` maps the pool's name of a model to its number in `behavior`, which is ranked. `rival` is a strategy whose
    pairs are counted where they are the same, to tell the user when a choice makes no difference.
    """

    behavior: Behavior
    index: Mapping[str, int]
    pairing: Pairing
    preference: Preference
    rival: Pairing | None = None
    seed: int = 0

    def __call__(self, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, Tally]:
        """Turn a batch of the pool's schema into one of the dataset's, and say what was counted."""
        found = answers(batch, self.index)
        groups = list(candidates(found, self.behavior.models, self.seed))
        paired = [self._pairs(group) for group in groups]
        pairs = np.concatenate([np.empty((0, 3), np.int64), *(pairs for pairs, _ in paired)])
        made, alike = self._gather(found, pairs[np.argsort(pairs[:, 0], kind="stable")])
        blank = int(found.blank.sum())
        few = batch.num_rows - blank - sum(len(group) for group in groups)
        tally = Tally(
            rows=batch.num_rows,
            bytes=batch.nbytes,
            pairs=made.num_rows,
            empty=int(found.empty.sum()),
            left_out=+Counter({EMPTY_PROMPT: blank, TOO_FEW: few, IDENTICAL: alike}),
            rated=int(len(batch["ratings"]) - batch["ratings"].null_count),
            answered=_by_name(found),
            ids=(_given_ids(found),),
        )
        return made, sum((counted for _, counted in paired), tally)

    def _pairs(self, group: Candidates) -> tuple[NDArray[np.int64], Tally]:
        """Return (row, place of the chosen response, place of the rejected one) for each pair of the group."""
        said = self.preference.of(group)
        tied = None if said is None else said == 0
        picks = self.pairing.pick(group, tied)
        first, second = group.places[picks.at, picks.first], group.places[picks.at, picks.second]
        better = self.preference.first_is_chosen(group, picks, said)
        pairs = np.column_stack(
            [group.rows[picks.at], np.where(better, first, second), np.where(better, second, first)]
        )
        masked = self.pairing.masked(group[picks.none])
        left_out = +Counter({MASKED: masked, TIED: len(picks.none) - masked})
        as_rival = 0 if self.rival is None else picks.shared(self.rival.pick(group, tied))
        return pairs, Tally(as_rival=as_rival, left_out=left_out)

    def _gather(self, found: Answers, pairs: NDArray[np.int64]) -> tuple[pa.RecordBatch, int]:
        """Fetch the texts of the pairs with Arrow's kernels; a pair of two equal texts is left out and counted."""
        chosen, rejected = (found.texts.take(pa.array(pairs[:, side])) for side in (1, 2))
        differ = pc.not_equal(chosen, rejected).to_numpy(zero_copy_only=False)
        if not differ.all():
            pairs, chosen, rejected = pairs[differ], chosen.filter(pa.array(differ)), rejected.filter(pa.array(differ))
        rows = found.batch.select(["id", "prompt", "source"]).take(pa.array(pairs[:, 0]))
        better, worse = found.model[pairs[:, 1]], found.model[pairs[:, 2]]
        names = pa.array(found.names, pa.string())
        margin = np.round(self.behavior.superiority[better] - self.behavior.superiority[worse], DECIMALS)
        columns = [
            rows["id"],
            rows["prompt"],
            _as_messages(chosen),
            _as_messages(rejected),
            names.take(pa.array(found.name[pairs[:, 1]])),
            names.take(pa.array(found.name[pairs[:, 2]])),
            pa.array(margin),
            pa.array(self.behavior.similarity[better, worse]),
            pa.array(confidence(margin, self.behavior.gap_error(better, worse))),
            rows["source"],
        ]
        return pa.RecordBatch.from_arrays(columns, schema=PREFERENCES), int((~differ).sum())


def _by_name(found: Answers) -> Counter[str]:
    counts = np.bincount(found.name[~found.empty], minlength=len(found.names))
    return +Counter({name or "": int(n) for name, n in zip(found.names, counts, strict=True)})


def _given_ids(found: Answers) -> NDArray[np.uint64]:
    ids = found.batch["id"]
    return hashed(ids.filter(pc.invert(pc.starts_with(ids, DERIVED_ID))).to_pylist())


def _as_messages(texts: pa.Array) -> pa.ListArray:
    messages = pa.StructArray.from_arrays(
        [pa.repeat("assistant", len(texts)).cast(pa.string()), texts], ["role", "content"]
    )
    return pa.ListArray.from_arrays(pa.array(np.arange(len(texts) + 1, dtype=np.int32)), messages)
