"""What is in a pool, counted batch by batch."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
import pyarrow.compute as pc

import zebra_core as zebra
from zebra_pools.inspection.scripts import scripts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from zebra_pools.inspection.responses import Responses

MATRIX = 300
"""The number of models up to which it is counted which instructions two of them answered."""
CELLS = 1 << 24
"""The maximum number of cells (instructions x models) that are counted at a time."""
QUANTILES = {"p10": 0.1, "median": 0.5, "p90": 0.9}


@attrs.define(eq=False)
class Profile:
    """What is in the batches that were added.

    `numbers` are the models by their order of appearance; `together[a, b]` is the number of instructions that both answered,
    and on the diagonal of those that one did, with a text that is not empty. It is None if there are more than `MATRIX` models.
    """

    numbers: dict[str | None, int] = attrs.field(factory=dict)
    counts: Counter[str] = attrs.field(factory=Counter)
    answers: Counter[int] = attrs.field(factory=Counter)
    prompts: Counter[str] = attrs.field(factory=Counter)
    rejected: dict[str, list[str]] = attrs.field(factory=dict)
    together: NDArray[np.int64] | None = attrs.field(factory=lambda: np.zeros((0, 0), np.int64))
    _keys: list[NDArray[np.uint64]] = attrs.field(factory=list)
    _prompt_lengths: list[NDArray[np.int64]] = attrs.field(factory=list)
    _responses: list[NDArray[np.int64]] = attrs.field(factory=list)

    def reject(self, row: zebra.Rejected) -> None:
        """Count a row that cannot be used, by its reason up to names and numbers."""
        self.rejected.setdefault(re.sub(r"'[^']*'|\d+", "...", row.reason), []).append(str(row))

    def add(self, responses: Responses) -> None:
        """Count a batch."""
        batch = responses.batch
        texts = zebra.prompt_text(batch["prompt"])
        self._keys.append(zebra.prompt_keys(batch["prompt"]))
        self._prompt_lengths.append(
            pc.fill_null(pc.utf8_length(texts), 0).to_numpy(zero_copy_only=False).astype(np.int64)
        )
        self.prompts += scripts(texts)
        turns = pc.fill_null(pc.list_value_length(batch["prompt"]), 0).to_numpy(zero_copy_only=False)
        lengths = pc.fill_null(pc.utf8_length(responses.texts), 0).to_numpy(zero_copy_only=False).astype(np.int64)
        model = self._numbered(responses)
        self._responses.append(np.stack([model, np.where(responses.empty, 0, lengths)]))
        self.counts += Counter(
            {
                "instructions": batch.num_rows,
                "responses": len(model),
                "empty prompts": int(responses.blank.sum()),
                "several turns": int((turns > 1).sum()),
                "empty responses": int(responses.empty.sum()),
                "responses without a model": int(responses.nameless.sum()),
            }
        )
        self._count_texts(responses, model)

    def _numbered(self, responses: Responses) -> NDArray[np.int64]:
        """Return the number of each response's model."""
        encoded = responses.models.dictionary_encode(null_encoding="encode")
        numbers = [self.numbers.setdefault(name, len(self.numbers)) for name in encoded.dictionary.to_pylist()]
        places: NDArray[np.int64] = np.array(numbers, np.int64)[encoded.indices.to_numpy(zero_copy_only=False)]
        return places

    def _count_texts(self, responses: Responses, model: NDArray[np.int64]) -> None:
        """Count who answered what, and texts that another model, or the same one, gave too."""
        place = np.flatnonzero(~responses.empty & ~responses.nameless)
        row, number = responses.row[place], model[place]
        text = responses.texts.take(place).dictionary_encode().indices.to_numpy(zero_copy_only=False)
        by_model = np.unique(np.stack([row, number]), axis=1)
        by_text = np.unique(np.stack([row, number, text]), axis=1)
        different = np.unique(by_text[[0, 2]], axis=1).shape[1]
        self.counts["second responses of a model"] += len(place) - by_model.shape[1]
        self.counts["responses with the text of another model"] += by_text.shape[1] - different
        self.answers.update(np.bincount(by_model[0], minlength=responses.batch.num_rows).tolist())
        if len(self.numbers) > MATRIX:
            self.together = None
        if self.together is not None:
            size = len(self.numbers) - len(self.together)
            self.together = np.pad(self.together, (0, size))
            step = max(1, CELLS // max(1, len(self.numbers)))
            for start in range(0, responses.batch.num_rows, step):
                part = by_model[:, (by_model[0] >= start) & (by_model[0] < start + step)]
                answered = np.zeros((min(responses.batch.num_rows, step), len(self.numbers)), np.float32)
                answered[part[0] - start, part[1]] = 1
                self.together += (answered.T @ answered).astype(np.int64)

    def repeated_prompts(self) -> int:
        """Return how many instructions have the prompt of an earlier one."""
        every = np.concatenate([np.empty(0, np.uint64), *self._keys])
        return len(every) - len(np.unique(every))

    def prompt_lengths(self) -> dict[str, float]:
        """Return quantiles of the prompts' lengths in characters."""
        return _quantiles(np.concatenate([np.empty(0, np.int64), *self._prompt_lengths]))

    def models(self) -> list[dict[str, Any]]:
        """Return what each model gave, most answers first: responses, empty ones, and quantiles of the lengths of the others."""
        model, length = np.concatenate([np.empty((2, 0), np.int64), *self._responses], axis=1)
        order = np.argsort(model, kind="stable")
        groups = np.split(length[order], np.searchsorted(model[order], np.arange(1, len(self.numbers))))
        rows = [
            {
                "model": name,
                "responses": len(group),
                "empty": int((group == 0).sum()),
                "characters": _quantiles(group[group > 0]),
            }
            for name, group in zip(self.numbers, groups, strict=False)
            if name
        ]
        return sorted(rows, key=lambda row: (-int(row["responses"]), str(row["model"])))


def _quantiles(lengths: NDArray[np.int64]) -> dict[str, float]:
    return {name: float(np.quantile(lengths, share)) for name, share in QUANTILES.items()} if len(lengths) else {}
