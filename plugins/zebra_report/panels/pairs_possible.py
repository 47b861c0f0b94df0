"""What else an instruction could have given: every pair of its candidates, and what removed it."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any, Self

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import zebra_core as zebra
from zebra_core.pairing.candidates import find_answers, group_candidates
from zebra_core.pairing.rule import Preference
from zebra_core.pairing.strategy import Pairing
from zebra_core.pool.filters import apply_filters, prepare_filters
from zebra_core.pool.pool import batches
from zebra_core.recipe.inputs import open_selected_pool
from zebra_core.recipe.resolve import Resolver

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

Entry = dict[str, Any]
"""What an instruction could have given: `models`, `pairs` and `more`, as plain values."""

REASONS = (
    "less desirable",
    "similarity below the threshold",
    "superiority gap too small",
    "confidence too low",
    "too unlike in length",
    "a tie by the rule",
    "never picked by the strategy",
)
"""Why a pair was not made, by its number; each but the first is a mask, and the first mask that applies counts."""
LISTED = 30
"""The number of possible pairs of an instruction that are listed, the most desirable first; the others are counted."""
BYTES = 512 * 2**20
"""The size of the part of a pool that is read again for a page."""
NEAR = 64
"""The number of a pool's parts that are searched for one instruction."""


@attrs.frozen(eq=False)
class Possible:
    """The pool of a dataset, opened again, with the strategy, the rule and the masks that paired it.

    `behavior` is ranked, and `index` has the number in it of each of the pool's models with scores.
    """

    recipe: zebra.Recipe
    pool: zebra.Pool
    filters: tuple[zebra.BoundComponent, ...]
    behavior: zebra.Behavior
    index: Mapping[str, int]
    preference: Preference
    pairing: Pairing

    @classmethod
    def of(cls, dataset: zebra.Dataset, plugins: zebra.Plugins) -> Self:
        """Open the pool again as the manifest records it. Raise ZebraError if that is not possible."""
        manifest = dataset.manifest
        if manifest.mix is not None:
            msg = "the pairs are a mix of datasets, each from a pool of its own; see the reports of its parts"
            raise zebra.ZebraError(msg)
        behavior = dataset.behavior.ranked()
        if not behavior.has_similarity:
            msg = f"the similarity of {len(behavior.models):,} models is not stored"
            raise zebra.ZebraError(msg)
        recorded = zebra.make_recipe(manifest.recipe)
        if not {*recorded.plugins} <= {*plugins.named}:
            plugins = zebra.load_plugins(recorded.plugins, recorded=True)
        resolver = Resolver(recorded, plugins)
        pool = open_selected_pool(resolver)[1]
        selected = resolver.components("filter", recorded.filters, "recorded")
        filters = prepare_filters([selection.bound for selection in selected], pool)
        preference = Preference(behavior, resolver.component("rule").bound)
        barred = preference.barred(recorded.min_confidence)
        strategy = resolver.component("strategy").bound
        pairing = Pairing.prepare(behavior, strategy, recorded.masks, barred, recorded.sampling)
        numbers = {name: number for number, name in enumerate(behavior.models)}
        index = {name: numbers[model.scores_of] for name, model in manifest.summary.models.items()}
        return cls(recorded, pool, filters, behavior, index, preference, pairing)

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why a pair was not made, by its number, for this recipe."""
        recipe, first = self.recipe, REASONS[0]
        if recipe.scope == "global":
            first = "not the models of the whole pool"
        elif recipe.temperature:
            first = "not drawn"
        elif recipe.max_share < 1:
            first = "less desirable, or its models had their share"
        elif recipe.pairs > 1:
            first = "less desirable, or made as well"
        return (first, *REASONS[1:])

    def of_id(self, name: str, place: float) -> list[Entry]:
        """Return what was possible for an instruction that is about at `place` of the pool, in [0, 1]."""
        entries = defaultdict[str, list[Entry]](list)
        for part in self._parts_near(place):
            for batch in batches(part):
                self.add(batch, pa.array([name], pa.string()), entries)
                if entries:
                    return entries[name]
        return []

    def _parts_near(self, place: float) -> list[zebra.Part]:
        parts = self.pool.parts
        centres = [(part.number + 0.5) / len(parts) for part in parts]
        return sorted(parts, key=lambda part: abs(centres[part.number] - place))[:NEAR]

    def add(self, batch: pa.RecordBatch, ids: pa.Array, entries: dict[str, list[Entry]]) -> None:
        """Add what was possible for those instructions of a batch that have one of the ids."""
        if not pc.any(pc.is_in(batch["id"], ids)).as_py():
            return
        kept, _ = apply_filters(self.filters, batch)
        rows = kept.filter(pc.is_in(kept["id"], ids))
        answers = find_answers(rows, self.index)
        drawn = self.recipe.candidates
        for group in group_candidates(answers, self.behavior.models, self.recipe.seed, drawn):
            for name, entry in zip(group.ids.to_pylist(), self._entries(group), strict=True):
                entries[name].append(entry)

    def _entries(self, group: zebra.Candidates) -> Iterator[Entry]:
        """Yield for each instruction its models, its pairs, the most desirable first, and how many more a reason removed.

        A pair is the preferred model, the other one, the confidence, and the number of the reason.
        """
        first, second = np.triu_indices(group.models.shape[1], 1)
        one, other = group.models[:, first], group.models[:, second]
        preferences = self.preference.of_instructions(group)
        strength = self.preference.matrix[one, other] if preferences is None else preferences[:, first, second]
        margin = np.where(strength < 0, -1, 1) * self.behavior.gap[one, other]
        confidence = self.preference.confidence(np.abs(strength), margin, self.behavior.gap_error(one, other))
        barred = self.preference.barred_of(group, preferences, self.recipe.min_confidence)
        values = self.pairing.values_of(group, barred)
        reasons = self._reasons(group, strength, confidence, values)
        order = np.argsort(-values, axis=1, kind="stable")
        better, worse = np.where(strength < 0, other, one), np.where(strength < 0, one, other)
        for row, places in enumerate(order):
            listed, rest = places[:LISTED], places[LISTED:]
            columns = (better, worse, np.round(confidence, 3), reasons)
            yield {
                "models": group.models[row].tolist(),
                "pairs": [
                    list(pair) for pair in zip(*(column[row, listed].tolist() for column in columns), strict=True)
                ],
                "more": np.bincount(reasons[row, rest], minlength=len(REASONS)).tolist() if len(rest) else [],
            }

    def _reasons(
        self,
        group: zebra.Candidates,
        strength: NDArray[np.float64],
        confidence: NDArray[np.float64],
        values: NDArray[np.float64],
    ) -> NDArray[np.int64]:
        """Return the number of the reason for which each pair was not made (n x pairs)."""
        first, second = np.triu_indices(group.models.shape[1], 1)
        one, other = group.models[:, first], group.models[:, second]
        masks = self.recipe.masks
        unlike = ~masks.like(group) if masks.length_ratio else np.zeros(strength.shape, bool)
        conditions = [
            self.behavior.similarity[one, other] < masks.threshold,
            np.abs(self.behavior.gap[one, other]) < masks.min_gap,
            confidence < masks.min_confidence,
            unlike,
            strength == 0,
            values == -np.inf,
        ]
        return np.select(conditions, range(1, len(REASONS)), 0)
