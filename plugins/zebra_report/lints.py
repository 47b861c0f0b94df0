"""Lints on the pairs of a dataset: what a careful reader would question, counted, with examples."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator

    Pairs = dict[str, list[Any]]
    Row = dict[str, str]

OVERLAP = "test-overlap"
SPECIAL = re.compile(
    r"<\|[^|<>\s]+\|>|</?s>|\[/?INST\]|<(?:pad|eos|bos|unk|start_of_turn|end_of_turn)>|^### ?(?:Human|Assistant):",
    re.MULTILINE,
)
REFUSAL = re.compile(
    r"\W*(?:i['\u2019]?m (?:very |really )?sorry|i am sorry|sorry,|i (?:can(?:no|['\u2019])t|am unable|am not able|won['\u2019]t)|as an ai\b|unfortunately, i (?:can|am))",
    re.IGNORECASE,
)
NEAR = 0.95
"""The share of common words above which two responses are nearly identical."""
LONGER = 0.7
"""The share of pairs whose chosen response is the longer one above which length counts as a bias."""
EXAMPLES = 3


@attrs.frozen
class LintResult:
    """The result of a lint: the number of pairs it matched, and the ids of some; a `count` of 0 means all is well."""

    lint: str
    fact: str
    count: int
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        example = f", such as {self.examples[0]}" if self.examples else ""
        return f"{self.lint}: {self.count:,} pairs ({self.fact}){example}"


def lint_dataset(dataset: zebra.Dataset, against: Collection[str] = ()) -> list[LintResult]:
    """Return the result of every lint on a dataset's sample; `against` are prompts of a test set."""
    nested = dataset.manifest.summary.model_pairs
    counts = {(better, worse): count for better, others in nested.items() for worse, count in others.items()}
    return lint(dataset.pairs, dataset.total, Counter(counts), against)


def lint(
    pairs: Pairs, total: int, model_pairs: Counter[tuple[str, str]], against: Collection[str] = ()
) -> list[LintResult]:
    """Return the result of every lint, in a fixed order.

    `pairs` are columns (`id`, `prompt`, `chosen`, `rejected` as text, `margin`), `model_pairs` counts the pairs of models
    among all `total` pairs, and `against` are prompts of a test set.
    """
    results = [_matching(name, fact, pairs, test) for name, (fact, test) in ROWS.items()]
    results.append(_repeated(pairs))
    if against:
        prompts = {_plain(prompt) for prompt in against}
        fact = "the prompt is in the test set"
        results.append(_matching(OVERLAP, fact, pairs, lambda row: _plain(row["prompt"]) in prompts))
    return [*results, _length(pairs), _dominant(model_pairs, total)]


def _rows(pairs: Pairs) -> Iterator[Row]:
    names = ("id", "prompt", "chosen", "rejected")
    for values in zip(*(pairs[name] for name in names), strict=True):
        yield dict(zip(names, values, strict=True))


def _matching(name: str, fact: str, pairs: Pairs, test: Callable[[Row], bool]) -> LintResult:
    ids = [str(row["id"]) for row in _rows(pairs) if test(row)]
    return LintResult(name, fact, len(ids), tuple(ids[:EXAMPLES]))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _nearly(row: Row) -> bool:
    one, other = ({*row[side].casefold().split()} for side in ("chosen", "rejected"))
    identical = _plain(row["chosen"]) == _plain(row["rejected"])
    if identical or not one or min(len(one), len(other)) < NEAR * max(len(one), len(other)):
        return False
    return len(one & other) >= NEAR * len(one | other)


ROWS: dict[str, tuple[str, Callable[[Row], bool]]] = {
    "identical": (
        "the two responses differ only in case and white space",
        lambda row: _plain(row["chosen"]) == _plain(row["rejected"]),
    ),
    "near-identical": ("the two responses share 95 % of their words", _nearly),
    "empty": ("a response is empty", lambda row: not (row["chosen"].strip() and row["rejected"].strip())),
    "special-tokens": (
        "a response contains tokens of a chat template",
        lambda row: bool(SPECIAL.search(row["chosen"]) or SPECIAL.search(row["rejected"])),
    ),
    "refusal-chosen": (
        "the chosen response refuses, and the rejected one does not",
        lambda row: bool(REFUSAL.match(row["chosen"])) and not REFUSAL.match(row["rejected"]),
    ),
}


def _repeated(pairs: Pairs) -> LintResult:
    """Count prompts that appear under several ids."""
    first: dict[str, str] = {}
    ids = [str(row["id"]) for row in _rows(pairs) if first.setdefault(_plain(row["prompt"]), row["id"]) != row["id"]]
    return LintResult("repeated-prompt", "the prompt also appears under another id", len(ids), tuple(ids[:EXAMPLES]))


def _length(pairs: Pairs) -> LintResult:
    """Measure how closely length goes along with being chosen."""
    lengths = np.array([len(c) - len(r) for c, r in zip(pairs["chosen"], pairs["rejected"], strict=True)], dtype=float)
    longer = float(np.mean(lengths > 0) + 0.5 * np.mean(lengths == 0)) if len(lengths) else 0.5
    correlation = zebra.rank_correlation(np.array(pairs["margin"], dtype=float), lengths)
    fact = f"the chosen response is longer in {longer:.1%} (ties half); rank correlation of margin and difference in length {correlation:.2f}"
    return LintResult("length-bias", fact, int((lengths > 0).sum()) if longer > LONGER else 0)


def _dominant(model_pairs: Counter[tuple[str, str]], total: int) -> LintResult:
    """Report whether one pair of models dominates the data."""
    ((better, worse), most), *_ = model_pairs.most_common(1) or [(("", ""), 0)]
    fact = f"the most frequent pair of models makes up {most / max(total, 1):.1%}: {better} over {worse}"
    return LintResult("dominant-models", fact, most if most > zebra.DOMINANT_SHARE * total else 0)
