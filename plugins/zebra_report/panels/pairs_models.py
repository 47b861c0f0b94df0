"""The models of a dataset as the panel of pairs shows them: superiority overall and by axis, and how similar they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import attrs
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import zebra_core as zebra

MODELS = 300
"""The number of models up to which their similarities are carried."""


@attrs.frozen(eq=False)
class Models:
    """The pool's models with their numbers in the ranked behavior; the parts of a mix may have no behavior in common."""

    behavior: zebra.Behavior | None
    index: Mapping[str, int]
    superiorities: Mapping[str, float | None]

    @classmethod
    def of(cls, dataset: zebra.Dataset) -> Self:
        """Return the models of a dataset. Raise ZebraError if its behavior cannot be read."""
        usage = dataset.manifest.summary.models
        behavior = dataset.behavior.ranked() if dataset.has_behavior else None
        numbers = {name: number for number, name in enumerate(behavior.models if behavior else ())}
        index = {name: numbers[model.scores_of] for name, model in usage.items() if model.scores_of in numbers}
        superiorities = {
            name: None if behavior is None else round(model.superiority, 4) for name, model in usage.items()
        }
        return cls(behavior, index, superiorities)

    def numbers(self, names: Iterable[str]) -> list[int | None]:
        """Return the number of each model in the behavior, None if it has none."""
        return [self.index.get(name) for name in names]

    def named(self, names: Iterable[str], places: Mapping[int, int]) -> dict[str, tuple[int, float | None]]:
        """Return for each of the pool's names the place of its model, -1 if it has none, and its superiority."""
        return {
            name: (places.get(self.index.get(name, -1), -1), self.superiorities.get(name))
            for name in dict.fromkeys(names)
        }

    def described(self, numbers: Sequence[int]) -> dict[str, Any]:
        """Return the models of these numbers as plain values; the similarities are None if they are unknown, or too many."""
        if self.behavior is None:
            return {"names": [], "superiority": [], "axes": {}, "similarity": None}
        some = self.behavior.take(list(numbers))
        axes = {axis: some.on_axis(axis) for axis in dict.fromkeys(some.axes) if axis}
        few = some.has_similarity and len(numbers) <= MODELS
        return {
            "names": list(some.models),
            "superiority": np.round(some.superiority, 4).tolist(),
            "axes": {axis: np.round(values, 3).tolist() for axis, values in axes.items()},
            "similarity": np.round(some.similarity, 3).tolist() if few else None,
        }
