"""The preference dataset: a batch of the pool in, a batch of chosen and rejected responses out."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from zebra_core.behavior import DECIMALS
from zebra_core.pairing.candidates import Answers, Candidates, find_answers, group_candidates, hashed, windows
from zebra_core.pool.filters import apply_filters
from zebra_core.pool.pool import DERIVED_ID, MESSAGES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from zebra_core.behavior import Behavior
    from zebra_core.pairing.columns import ExtraColumns
    from zebra_core.pairing.rule import Preference
    from zebra_core.pairing.strategy import Barred, Pairing
    from zebra_core.plugins.component import BoundComponent
    from zebra_core.pool.rejects import Rejected

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
"""TRL's conversational form with an explicit prompt, and the reason for each pair: `margin` is the superiority gap."""

PAIR = np.dtype([("row", np.int64), ("chosen", np.int64), ("rejected", np.int64), ("strength", np.float64)])
"""A picked pair of a batch: its row, the positions of the two responses, and how strongly the rule prefers the chosen one."""

EMPTY_PROMPT, TOO_FEW = "the prompt is empty", "fewer than two models with scores answered"
CROWD = 6
"""The number of candidates above which a strategy chooses among so many pairs of models that it tends to take a few."""
IDENTICAL = "both responses are the same text"


@attrs.frozen
class Tally:
    """What was counted while a dataset was built; tallies add up.

    `bytes` are those of the batches. `left_out` counts by reason: instructions that gave no pair, those that a filter left
    out among them, and picked pairs that were dropped. `answered` counts the responses of each model, `empty` the empty ones, `rated` the instructions with
    ratings, `crowded` those with more than `CROWD` candidates, and `same_as_baseline` the pairs that the plan's baseline
    picks as well. `rejected` are the rows that could
    not be used, and `ids` hashes of the ids that the pool gave.
    """

    rows: int = 0
    bytes: int = 0
    pairs: int = 0
    empty: int = 0
    rated: int = 0
    crowded: int = 0
    same_as_baseline: int = 0
    left_out: Counter[str] = attrs.field(factory=Counter)
    answered: Counter[str] = attrs.field(factory=Counter)
    rejected: tuple[Rejected, ...] = ()
    ids: tuple[NDArray[np.uint64], ...] = attrs.field(default=(), eq=False)

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(getattr(self, f.name) + getattr(other, f.name) for f in attrs.fields(Tally)))


@attrs.frozen(eq=False, repr=False)
class Plan:
    """Everything that turns a batch into preference data; it can be pickled and sent to another process.

    `index` maps the pool's name of a model to its number in `behavior`, which is ranked. `baseline` is a strategy whose
    identical picks are counted, to report when the choice of strategy makes no difference. If `windowed`, the matrices
    are computed for the models of a few instructions at a time. `filters` are applied to each batch first, in order,
    and `columns` are added to the pairs.
    """

    behavior: Behavior
    index: Mapping[str, int]
    pairing: Pairing
    preference: Preference
    baseline: Pairing | None = None
    seed: int = 0
    windowed: bool = False
    filters: tuple[BoundComponent, ...] = ()
    columns: tuple[ExtraColumns, ...] = ()

    def __repr__(self) -> str:
        return f"<Plan: strategy {self.pairing.name} over {len(self.behavior.models)} models>"

    @property
    def schema(self) -> pa.Schema:
        """The schema of the pairs, with the extra columns."""
        return pa.schema([*PREFERENCES, *(field for extra in self.columns for field in extra.fields)])

    def __call__(self, batch: pa.RecordBatch) -> tuple[pa.RecordBatch, Tally]:
        """Turn a batch of the pool's schema into one of the dataset's. Return it with what was counted."""
        kept, filtered = apply_filters(self.filters, batch)
        answers = find_answers(kept, self.index)
        results, widths = [], Counter[int]()
        for plan, part in self._parts(answers):
            results.append(plan._picked(part))  # noqa: SLF001
            widths[part.models.shape[1]] += len(part)
        pairs = np.concatenate([np.empty(0, PAIR), *(pairs for pairs, _ in results)])
        data, identical = self._gather(answers, pairs[np.argsort(pairs["row"], kind="stable")])
        for extra in self.columns:
            data = extra(data, self.behavior)
        blank = int(answers.blank.sum())
        few = kept.num_rows - blank - widths.total()
        tally = Tally(
            rows=batch.num_rows,
            bytes=batch.nbytes,
            pairs=data.num_rows,
            empty=int(answers.empty.sum()),
            left_out=+Counter({EMPTY_PROMPT: blank, TOO_FEW: few, IDENTICAL: identical}) + filtered,
            rated=int(len(kept["ratings"]) - kept["ratings"].null_count),
            crowded=sum(count for width, count in widths.items() if width > CROWD),
            answered=_by_name(answers),
            ids=(_given_ids(answers),),
        )
        return data, sum((counts for _, counts in results), tally)

    def values_of(self, batch: pa.RecordBatch) -> Iterator[tuple[Candidates, NDArray[np.float64]]]:
        """Yield candidates of a batch with how much each of their pairs is wanted, see `Pairing.values_of`."""
        kept, _ = apply_filters(self.filters, batch)
        for plan, part in self._parts(find_answers(kept, self.index)):
            yield part, plan.pairing.values_of(part, plan._ruled(part)[1])  # noqa: SLF001

    def _parts(self, answers: Answers) -> Iterator[tuple[Plan, Candidates]]:
        """Yield the candidates of a batch, part by part, each with the plan whose matrices have its models."""
        for group in group_candidates(answers, self.behavior.models, self.seed, self.pairing.sampling.candidates):
            if not self.windowed:
                yield self, group
                continue
            for models, part in windows(group):
                yield self._over(models), part

    def _over(self, models: list[int]) -> Plan:
        """Return the plan for some of the models, with its matrices."""
        behavior = self.behavior.take(models)
        preference = attrs.evolve(self.preference, behavior=behavior)
        barred = preference.barred(self.pairing.masks.min_confidence)
        pairing = self.pairing.over(behavior, barred)
        baseline = None if self.baseline is None else self.baseline.over(behavior, barred)
        return attrs.evolve(
            self, behavior=behavior, pairing=pairing, preference=preference, baseline=baseline, windowed=False
        )

    def _ruled(self, group: Candidates) -> tuple[NDArray[np.float64] | None, Barred | None]:
        """Return what a per-instruction rule prefers and bars (n x k x k), None for any other rule."""
        preferences = self.preference.of_instructions(group)
        return preferences, self.preference.barred_of(group, preferences, self.pairing.masks.min_confidence)

    def _picked(self, group: Candidates) -> tuple[NDArray[np.void], Tally]:
        """Return the pairs of candidates whose models all have a place in the matrices, each a `PAIR`."""
        preferences, barred = self._ruled(group)
        picks = self.pairing.pick(group, barred)
        first, second = group.places[picks.at, picks.first], group.places[picks.at, picks.second]
        strength = self.preference.of_picks(group, picks, preferences)
        pairs = np.empty(len(picks.at), PAIR)
        pairs["row"], pairs["strength"] = group.rows[picks.at], np.abs(strength)
        pairs["chosen"] = np.where(strength > 0, first, second)
        pairs["rejected"] = np.where(strength > 0, second, first)
        left_out = self.pairing.without_pair(group[picks.none], None if barred is None else barred[picks.none])
        same = 0 if self.baseline is None else picks.shared(self.baseline.pick(group, barred))
        return pairs, Tally(same_as_baseline=same, left_out=left_out)

    def _gather(self, answers: Answers, pairs: NDArray[np.void]) -> tuple[pa.RecordBatch, int]:
        """Fetch the texts of the pairs with Arrow's kernels; a pair of two identical texts is dropped and counted."""
        chosen, rejected = (answers.texts.take(pa.array(pairs[side])) for side in ("chosen", "rejected"))
        differ = pc.not_equal(chosen, rejected).to_numpy(zero_copy_only=False)
        if not differ.all():
            pairs, chosen, rejected = pairs[differ], chosen.filter(pa.array(differ)), rejected.filter(pa.array(differ))
        rows = answers.batch.select(["id", "prompt", "source"]).take(pa.array(pairs["row"]))
        better, worse = answers.model[pairs["chosen"]], answers.model[pairs["rejected"]]
        names = pa.array(answers.names, pa.string())
        margin = np.round(self.behavior.superiority[better] - self.behavior.superiority[worse], DECIMALS)
        columns = [
            rows["id"],
            rows["prompt"],
            _as_messages(chosen),
            _as_messages(rejected),
            names.take(pa.array(answers.name[pairs["chosen"]])),
            names.take(pa.array(answers.name[pairs["rejected"]])),
            pa.array(margin),
            pa.array(self.behavior.pair_similarity(better, worse)),
            pa.array(self.preference.confidence(pairs["strength"], margin, self.behavior.gap_error(better, worse))),
            rows["source"],
        ]
        return pa.RecordBatch.from_arrays(columns, schema=PREFERENCES), int((~differ).sum())


def _by_name(answers: Answers) -> Counter[str]:
    counts = np.bincount(answers.name[~answers.empty], minlength=len(answers.names))
    return +Counter({name or "": int(n) for name, n in zip(answers.names, counts, strict=True)})


def _given_ids(answers: Answers) -> NDArray[np.uint64]:
    ids = answers.batch["id"]
    return hashed(ids.filter(pc.invert(pc.starts_with(ids, DERIVED_ID))).to_pylist())


def _as_messages(texts: pa.Array) -> pa.ListArray:
    messages = pa.StructArray.from_arrays(
        [pa.repeat("assistant", len(texts)).cast(pa.string()), texts], ["role", "content"]
    )
    return pa.ListArray.from_arrays(pa.array(np.arange(len(texts) + 1, dtype=np.int32)), messages)
