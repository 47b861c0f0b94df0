"""What strategies and rules that look at each instruction say about the instructions of a pool."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

import zebra_core as zebra
from zebra_core.behavior import DECIMALS
from zebra_core.pairing.strategy import Masks
from zebra_core.plugins.component import attributed_to
from zebra_core.plugins.protocols import HasSteepness
from zebra_report.panels.exploration.orders import order_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from zebra_core.pairing.candidates import Candidates
    from zebra_core.pairing.rule import Preference
    from zebra_report.panels.exploration.arrays import Arrays
    from zebra_report.panels.exploration.inputs import Inputs, Planned
    from zebra_report.panels.exploration.orders import Orders

    Floats = NDArray[np.float64]
    Integers = NDArray[np.int64]


@attrs.frozen(eq=False)
class Lead:
    """What a rule prefers at some instructions (n x pairs); `ahead` (n x k) are numbers whose differences that is, if there are any."""

    pairs: Floats
    ahead: Floats | None


PURPOSE = "explore"
"""The purpose of the draws that decide which instructions are looked at."""


@attrs.define(eq=False)
class Rows:
    """What each choice says about the instructions that it is asked about, in the order in which they are added.

    `planned` are choices that look at instructions, by the names of strategy and measure; `steps` and `groups` are, by the name of
    the measure, the step with which instructions are drawn, and the number of each one's group. One in `every` batch is added.
    """

    planned: Mapping[tuple[str, str], Planned]
    inputs: Inputs
    every: int = 1
    steps: dict[str, int] = attrs.field(factory=dict)
    groups: dict[str, list[Integers]] = attrs.field(factory=dict)
    orders: dict[tuple[str, str], list[Orders]] = attrs.field(factory=dict)
    leads: dict[tuple[str, str], list[Lead]] = attrs.field(factory=dict)
    failed: dict[tuple[str, str], str] = attrs.field(factory=dict)
    last: dict[str, Lead] = attrs.field(factory=dict)

    def add(self, part: Candidates, groups: Integers, step: int, fewer: int = 1) -> None:
        """Ask every choice about instructions that were drawn with a step, under another measure than the run's about `fewer`."""
        drawn = (
            np.flatnonzero(part.row_keys(PURPOSE) % np.uint64(step * fewer) == 0) if fewer > 1 else np.arange(len(part))
        )
        some = part[drawn] if fewer > 1 else part
        for measure in self.inputs.behaviors:
            own = measure == self.inputs.measure
            self.steps[measure] = step * self.every * (1 if own else fewer)
            self.groups.setdefault(measure, []).append(groups if own else groups[drawn])
            if own or len(drawn):
                self._ask_all(measure, part if own else some)

    def _ask_all(self, measure: str, part: Candidates) -> None:
        for key, planned in self.planned.items():
            if key[1] != measure or key in self.failed:
                continue
            try:
                self._ask(key, planned, part)
            except zebra.ZebraError as error:
                self.failed[key] = str(error)

    def _ask(self, key: tuple[str, str], planned: Planned, part: Candidates) -> None:
        i, j = np.triu_indices(part.models.shape[1], 1)
        behavior, preference = planned.preference.behavior, planned.preference
        first, second = part.models[:, i], part.models[:, j]
        prefers = preference.of_instructions(part)
        values = planned.pairing.values_of(part, preference.barred_of(part, prefers, 0.0))
        strength = preference.matrix[first, second] if prefers is None else prefers[:, i, j]
        limit, least = self.inputs.recipe.length_ratio, (behavior.similarity, np.abs(behavior.gap))
        like = Masks(length_ratio=limit).like(part) if limit else np.ones(values.shape, bool)
        masked = (*(matrix[first, second] for matrix in least), _confidence(preference, strength, first, second))
        self.orders.setdefault(key, []).append(order_pairs(values, like, masked, self.inputs.recipe.pairs))
        if prefers is not None:
            self.leads.setdefault(key, []).append(self._lead(key, preference, part, strength))

    def _lead(self, key: tuple[str, str], preference: Preference, part: Candidates, pairs: Floats) -> Lead:
        """Return what a rule prefers; under most measures it is the same."""
        last = self.last.get(key[0])
        if last is None or not np.array_equal(last.pairs, pairs):
            self.last[key[0]] = last = make_lead(preference, part, pairs)
        return last

    def packed(self, key: tuple[str, str], arrays: Arrays) -> dict[str, object]:
        """Return what one of the choices says, as the page reads it."""
        joined = {
            field.name: arrays.add(np.concatenate([getattr(each, field.name) for each in self.orders[key]]))
            for field in attrs.fields(type(self.orders[key][0]))
        }
        instructions = {"step": self.steps[key[1]], "groups": arrays.add(np.concatenate(self.groups[key[1]]))}
        leads = self.leads.get(key)
        return {**instructions, **joined, **({} if leads is None else _packed_leads(leads, arrays))}


def steepness_of(preference: Preference) -> float | None:
    """Return the steepness of a rule, from whose values the confidence then follows; None if the scores say how certain it is."""
    instance: Any = getattr(preference.rule, "instance", preference.rule)
    return instance.steepness if isinstance(instance, HasSteepness) else None


def _confidence(preference: Preference, strength: Floats, first: Integers, second: Integers) -> Floats:
    """Return how certain the label of each pair is, whose first model is `first` and whose second one `second`."""
    margin = np.sign(strength) * preference.behavior.gap[first, second]
    return preference.confidence(np.abs(strength), margin, preference.behavior.gap_error(first, second))


def make_lead(preference: Preference, part: Candidates, pairs: Floats) -> Lead:
    """Return what a rule prefers, as differences if they are the same but for the last digit that is kept."""
    i, j = np.triu_indices(part.models.shape[1], 1)
    with attributed_to(preference.rule):
        ahead = np.asarray(preference.rule(preference.behavior, part), np.float64)[:, :, 0]
    differences = np.round(ahead[:, i] - ahead[:, j], DECIMALS)
    same = (
        np.allclose(differences, pairs, rtol=0, atol=2 * 10.0**-DECIMALS)
        and not ((differences == 0) ^ (pairs == 0)).any()
    )
    return Lead(pairs, ahead if same else None)


def _packed_leads(leads: list[Lead], arrays: Arrays) -> dict[str, object]:
    ahead = [lead.ahead for lead in leads if lead.ahead is not None]
    if len(ahead) == len(leads):
        return {"ahead": arrays.add(np.concatenate([each.ravel() for each in ahead]))}
    return {"prefers": arrays.add(np.concatenate([lead.pairs.ravel() for lead in leads]))}
