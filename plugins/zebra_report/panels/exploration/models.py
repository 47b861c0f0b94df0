"""What measures, strategies and rules say about the models of a pool, as the page reads it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from zebra_report.panels.exploration.command import choice_words, rule_words
from zebra_report.panels.exploration.rows import steepness_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from zebra_report.panels.exploration.arrays import Arrays
    from zebra_report.panels.exploration.inputs import Choice, Inputs, Planned
    from zebra_report.panels.exploration.rows import Rows


@attrs.frozen(eq=False)
class ModelData:
    """Collects what the page needs about the models at `numbers` in the behaviors, ascending; arrays are put into `arrays`."""

    inputs: Inputs
    planned: Mapping[tuple[str, str], Planned]
    rows: Rows
    numbers: NDArray[np.int64]
    arrays: Arrays

    def triangle(self, matrix: NDArray[Any]) -> int:
        """Add the cells of the models above the diagonal, row by row."""
        return self.arrays.add(self._cells(matrix))

    def _cells(self, matrix: NDArray[Any]) -> NDArray[Any]:
        i, j = np.triu_indices(len(self.numbers), 1)
        cells: NDArray[Any] = matrix[self.numbers[i], self.numbers[j]]
        return cells

    def measures(self) -> list[dict[str, object]]:
        """Return the measures of similarity, each with that of every two models."""
        entries: list[dict[str, object]] = []
        for name, behavior in self.inputs.behaviors.items():
            component = self.inputs.plugins.find("similarity", name)
            words = choice_words(self.inputs, "similarity", component)
            similarity = self.triangle(behavior.similarity)
            entries.append({"name": name, "about": component.summary, "words": words, "similarity": similarity})
        return entries

    def strategies(self) -> list[dict[str, object]]:
        """Return the strategies, each with what it says under each measure; one that says nothing is left out."""
        entries: list[dict[str, object]] = []
        for name, choice in self.inputs.choices.items():
            says = {measure: self._under(name, measure, choice) for measure in self.inputs.behaviors}
            says = {measure: values for measure, values in says.items() if values}
            if says:
                component, rule = choice.strategy.component, choice.rule.name
                words = f"{choice_words(self.inputs, 'strategy', component)} {rule_words(self.inputs, choice)}".strip()
                entries.append({"name": name, "about": component.summary, "rule": rule, "words": words, "says": says})
        return entries

    def _under(self, name: str, measure: str, choice: Choice) -> dict[str, object]:
        """Return what a strategy and its rule say under a measure; nothing if one of them failed."""
        key = (name, measure)
        if key not in self.planned:
            return {}
        planned = self.planned[key]
        if not choice.per_instruction:
            ranks = _ranks(self._cells(planned.pairing.desirability))
            return {"order": self.arrays.add(ranks), **self._rule(planned)}
        if key not in self.rows.orders or key in self.rows.failed:
            return {}
        return {"rows": self.rows.packed(key, self.arrays), **self._rule(planned)}

    def _rule(self, planned: Planned) -> dict[str, object]:
        """Return which model of each pair is chosen (1 the first, -1 the second, 0 neither) and how certain that is.

        Of a rule that looks at each instruction: its steepness, or how certain it is that the first and that the second is chosen.
        """
        preference, gap = planned.preference, planned.preference.behavior.gap
        every = np.arange(len(gap))
        error = preference.behavior.gap_error(every[:, None], every[None, :])
        if not preference.per_instruction:
            sign, strength = np.sign(preference.matrix), np.abs(preference.matrix)
            confidence = preference.confidence(strength, sign * gap, error)
            return {"sign": self.triangle(sign.astype(np.int8)), "confidence": self.triangle(confidence)}
        steepness = steepness_of(preference)
        if steepness is not None:
            return {"steepness": steepness}
        nothing = np.zeros_like(gap)
        return {"certain": [self.triangle(preference.confidence(nothing, side * gap, error)) for side in (1, -1)]}


def _ranks(values: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return whole numbers in the order of the values, 0 for a pair that may not be picked."""
    distinct, ranks = np.unique(values, return_inverse=True)
    return ranks.reshape(-1) + int(len(distinct) > 0 and distinct[0] > -np.inf)
