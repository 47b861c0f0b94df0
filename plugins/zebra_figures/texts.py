"""How alike the paired responses are as texts, beside those of the pool's most and least similar models (ZEBRA, section 5.1)."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Sequence

FEWEST = 20
"""Of fewer instructions nothing is said."""


@attrs.frozen
class Texts:
    """Mean TF-IDF similarity of the paired responses, beside the pool's most and least similar models."""

    sample: int = 2000
    """How many pairs, and how many instructions of the pool, are looked at."""

    def __call__(self, evidence: zebra.Evidence) -> zebra.Exhibit:
        """Compare texts."""
        pairs = evidence.pairs
        places = np.unique(np.linspace(0, len(pairs["id"]) - 1, self.sample).astype(int))
        own = [(pairs["chosen"][at], pairs["rejected"][at]) for at in places]
        rows: list[list[Any]] = [["responses", "model similarity", "texts compared", "mean TF-IDF similarity"]]
        mean = float(np.mean([pairs["similarity"][at] for at in places]))
        rows.append([f"the dataset's pairs ({evidence.manifest['recipe']['strategy']})", mean, len(own), tfidf(own)])
        notes = []
        try:
            rows += self._of_pool(evidence)
        except zebra.ZebraError as wrong:
            notes.append(f"The pool cannot be read again, so there is nothing to compare with: {wrong}")
        told = "Cosine of TF-IDF vectors of the two responses to one instruction, fitted on the texts compared."
        return zebra.Exhibit("How alike the texts are", told, rows=rows, notes=notes)

    def _of_pool(self, evidence: zebra.Evidence) -> list[list[Any]]:
        recipe = zebra.Recipe(
            pool=evidence.recipe.pool, options=evidence.recipe.options, plugins=evidence.recipe.plugins
        )
        answers = list(islice(_answers(zebra.open_pool(recipe=recipe)), self.sample))
        behavior = evidence.behavior
        index = {model: i for i, model in enumerate(behavior.models)}
        of = {name: index[held["scores_of"]] for name, held in evidence.manifest["summary"]["models"].items()}
        both = np.zeros_like(behavior.similarity, dtype=int)
        for answer in answers:
            there = sorted({of[name] for name in answer if name in of})
            both[np.ix_(there, there)] += 1
        upper = np.triu(both >= min(FEWEST, len(answers)), 1)
        if not upper.any():
            return []
        alike = np.where(upper, behavior.similarity, np.nan)
        found = []
        for word, pick in (("most", np.nanargmax), ("least", np.nanargmin)):
            i, j = np.unravel_index(pick(alike), alike.shape)
            texts = [(one, other) for answer in answers for one, other in _both(answer, of, int(i), int(j))]
            name = f"the pool's {word} similar models: {behavior.models[i]}, {behavior.models[j]}"
            found.append([name, float(alike[i, j]), len(texts), tfidf(texts)])
        return found


def tfidf(pairs: Sequence[tuple[str, str]]) -> float:
    """Return the mean cosine of the TF-IDF vectors of pairs of texts, fitted on all of them."""
    from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415

    texts = [text for pair in pairs for text in pair]
    try:
        vectors = TfidfVectorizer().fit_transform(texts)
    except ValueError:  # no text has a word
        return 0.0
    return float(vectors[::2].multiply(vectors[1::2]).sum(axis=1).mean())


def _answers(pool: zebra.Pool) -> Any:
    for batch in pool.batches():
        for models, responses in zip(batch["models"].to_pylist(), batch["responses"].to_pylist(), strict=True):
            yield dict(zip(models, responses, strict=True))


def _both(answer: dict[str, str], of: dict[str, int], i: int, j: int) -> list[tuple[str, str]]:
    by_model = {of[name]: text for name, text in answer.items() if name in of and text}
    return [(by_model[i], by_model[j])] if i in by_model and j in by_model else []
