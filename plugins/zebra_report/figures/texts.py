"""How similar the paired responses are as texts, compared with the pool's most and least similar models (ZEBRA, section 5.1)."""

from __future__ import annotations

import math
import re
from collections import Counter
from itertools import islice
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

import zebra_core as zebra
from zebra_report.panels.pairs_sample import CARRIED, sample_pairs

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WORD = re.compile(r"\b\w\w+\b")
FEWEST = 20
"""The minimum number of instructions for a comparison."""


@attrs.frozen
class Texts:
    """Mean TF-IDF similarity of the paired responses, compared with the pool's most and least similar models."""

    sample: int = zebra.option(
        500,
        "Number of pairs, and of instructions of the pool, to compare; of at most 5,000 pairs.",
        validator=attrs.validators.ge(1),
    )

    def __call__(self, dataset: zebra.Dataset) -> zebra.Section:
        """Return the table of text similarities."""
        pairs = sample_pairs(dataset, CARRIED)
        places = np.unique(np.linspace(0, len(pairs) - 1, self.sample).astype(int))
        own = [(pairs["chosen"][at].as_py(), pairs["rejected"][at].as_py()) for at in places.tolist()]
        rows: list[list[Any]] = [["responses", "model similarity", "texts compared", "mean TF-IDF similarity"]]
        mean = float(np.mean(pairs["similarity"].to_numpy()[places]))
        rows.append([f"the dataset's pairs ({dataset.manifest.recipe['strategy']})", mean, len(own), tfidf(own)])
        notes = []
        try:
            rows += self._of_pool(dataset)
        except zebra.ZebraError as error:
            notes.append(f"The pool cannot be read again, so there is nothing to compare with: {error}")
        text = "Cosine of TF-IDF vectors of the two responses to one instruction, fitted on the texts compared."
        return zebra.Section("How similar the texts are", text, rows=rows, notes=notes)

    def _of_pool(self, dataset: zebra.Dataset) -> list[list[Any]]:
        if not dataset.has_behavior:
            return []
        built = zebra.make_recipe(dataset.manifest.recipe)
        recipe = zebra.Recipe(pool=built.pool, options=built.options, plugins=built.plugins)
        pool = zebra.open_pool(recipe=recipe, plugins=zebra.load_plugins(built.plugins, recorded=True))
        answers = list(islice(_answers(pool), self.sample))
        behavior = dataset.behavior
        if not behavior.has_similarity:
            return []
        index = {model: i for i, model in enumerate(behavior.models)}
        numbers = {name: index[model.scores_of] for name, model in dataset.manifest.summary.models.items()}
        both = np.zeros_like(behavior.similarity, dtype=int)
        for answer in answers:
            present = sorted({numbers[name] for name in answer if name in numbers})
            both[np.ix_(present, present)] += 1
        upper = np.triu(both >= min(FEWEST, len(answers)), 1)
        if not upper.any():
            return []
        similarity = np.where(upper, behavior.similarity, np.nan)
        rows = []
        for word, pick in (("most", np.nanargmax), ("least", np.nanargmin)):
            i, j = np.unravel_index(pick(similarity), similarity.shape)
            texts = [(one, other) for answer in answers for one, other in _both(answer, numbers, int(i), int(j))]
            name = f"the pool's {word} similar models: {behavior.models[i]}, {behavior.models[j]}"
            rows.append([name, float(similarity[i, j]), len(texts), tfidf(texts)])
        return rows


def tfidf(pairs: Sequence[tuple[str, str]]) -> float:
    """Return the mean cosine of the TF-IDF vectors of pairs of texts, fitted on all of them.

    Words have two letters or more; the weight of one is its count times ln((1 + texts) / (1 + texts with it)) + 1, as in scikit-learn.
    """
    counts = [Counter(WORD.findall(text.lower())) for pair in pairs for text in pair]
    texts_with = Counter(word for words in counts for word in words)
    weights = {word: math.log((1 + len(counts)) / (1 + number)) + 1 for word, number in texts_with.items()}
    cosines = [_cosine(one, other, weights) for one, other in zip(counts[::2], counts[1::2], strict=True)]
    return math.fsum(cosines) / len(cosines)


def _cosine(one: Mapping[str, int], other: Mapping[str, int], weights: Mapping[str, float]) -> float:
    product = sum(count * other.get(word, 0) * weights[word] ** 2 for word, count in one.items())
    squares = [sum((count * weights[word]) ** 2 for word, count in counts.items()) for counts in (one, other)]
    return product / math.sqrt(squares[0] * squares[1]) if all(squares) else 0.0


def _answers(pool: zebra.Pool) -> Any:
    for batch in pool.batches():
        for models, responses in zip(batch["models"].to_pylist(), batch["responses"].to_pylist(), strict=True):
            yield dict(zip(models, responses, strict=True))


def _both(answer: dict[str, str], numbers: dict[str, int], i: int, j: int) -> list[tuple[str, str]]:
    by_model = {numbers[name]: text for name, text in answer.items() if name in numbers and text}
    return [(by_model[i], by_model[j])] if i in by_model and j in by_model else []
