"""Lints on the pairs of a dataset: what a person would stumble over, counted, with examples."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from zebra_core.ranks import rank_correlation
from zebra_core.summary import DOMINANT

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Collection, Iterator

    Pairs = dict[str, list[Any]]

SPECIAL = re.compile(
    r"<\|[^|<>\s]+\|>|</?s>|\[/?INST\]|<(?:pad|eos|bos|unk|start_of_turn|end_of_turn)>|^### ?(?:Human|Assistant):",
    re.MULTILINE,
)
REFUSAL = re.compile(
    r"\W*(?:i['\u2019]?m (?:very |really )?sorry|i am sorry|sorry,|i (?:can(?:no|['\u2019])t|am unable|am not able|won['\u2019]t)|as an ai\b|unfortunately, i (?:can|am))",
    re.IGNORECASE,
)
NEAR = 0.95
"""The share of common words above which two responses are nearly the same."""
LONGER = 0.7
"""The share of pairs whose chosen response is the longer above which length is told as a bias."""
EXAMPLES = 3


@attrs.frozen
class Finding:
    """What a lint found: how many pairs of those looked at, and the ids of some; `count` 0 is a clean bill."""

    lint: str
    fact: str
    count: int
    examples: tuple[str, ...] = ()


def lint(
    pairs: Pairs, total: int, model_pairs: Counter[tuple[str, str]], against: Collection[str] = ()
) -> list[Finding]:
    """Return a finding for each lint, in a fixed order.

    `pairs` are columns (`id`, `prompt`, `chosen`, `rejected` as text, `margin`), `model_pairs` counts the pairs of models of all `total`
    pairs, `against` are prompts of a test set.
    """
    found = [_found(name, fact, pairs, test) for name, (fact, test) in ROWS.items()]
    found.append(_repeated(pairs))
    if against:
        held = {_plain(prompt) for prompt in against}
        fact = "the prompt is one of the test set"
        found.append(_found("test-overlap", fact, pairs, lambda row: _plain(row["prompt"]) in held))
    return [*found, _length(pairs), _dominant(model_pairs, total)]


def _rows(pairs: Pairs) -> Iterator[dict[str, Any]]:
    names = ("id", "prompt", "chosen", "rejected")
    for values in zip(*(pairs[name] for name in names), strict=True):
        yield dict(zip(names, values, strict=True))


def _found(name: str, fact: str, pairs: Pairs, test: Callable[[dict[str, Any]], bool]) -> Finding:
    ids = [str(row["id"]) for row in _rows(pairs) if test(row)]
    return Finding(name, fact, len(ids), tuple(ids[:EXAMPLES]))


def _plain(text: str) -> str:
    return " ".join(text.casefold().split())


def _nearly(row: dict[str, Any]) -> bool:
    one, other = ({*row[side].casefold().split()} for side in ("chosen", "rejected"))
    if (
        _plain(row["chosen"]) == _plain(row["rejected"])
        or not one
        or min(len(one), len(other)) < NEAR * max(len(one), len(other))
    ):
        return False
    return len(one & other) >= NEAR * len(one | other)


ROWS: dict[str, tuple[str, Callable[[dict[str, Any]], bool]]] = {
    "identical": (
        "the two responses are the same, but for case and space",
        lambda row: _plain(row["chosen"]) == _plain(row["rejected"]),
    ),
    "near-identical": ("the two responses have 95 % of their words in common", _nearly),
    "empty": ("a response is empty", lambda row: not (row["chosen"].strip() and row["rejected"].strip())),
    "special-tokens": (
        "a response has tokens of a chat template in its text",
        lambda row: bool(SPECIAL.search(row["chosen"]) or SPECIAL.search(row["rejected"])),
    ),
    "refusal-chosen": (
        "the chosen response refuses, and the rejected one does not",
        lambda row: bool(REFUSAL.match(row["chosen"])) and not REFUSAL.match(row["rejected"]),
    ),
}


def _repeated(pairs: Pairs) -> Finding:
    """Find prompts that stand under several ids."""
    first: dict[str, str] = {}
    ids = [str(row["id"]) for row in _rows(pairs) if first.setdefault(_plain(row["prompt"]), row["id"]) != row["id"]]
    return Finding("repeated-prompt", "the prompt stands under another id before", len(ids), tuple(ids[:EXAMPLES]))


def _length(pairs: Pairs) -> Finding:
    """Tell how far length goes along with being chosen."""
    lengths = np.array([len(c) - len(r) for c, r in zip(pairs["chosen"], pairs["rejected"], strict=True)], dtype=float)
    longer = float(np.mean(lengths > 0) + 0.5 * np.mean(lengths == 0)) if len(lengths) else 0.5
    along = rank_correlation(np.array(pairs["margin"], dtype=float), lengths)
    fact = f"the chosen response is the longer in {longer:.1%} (ties half); rank correlation of margin and difference in length {along:.2f}"
    return Finding("length-bias", fact, int((lengths > 0).sum()) if longer > LONGER else 0)


def _dominant(model_pairs: Counter[tuple[str, str]], total: int) -> Finding:
    """Tell where one pair of models makes up the data."""
    ((better, worse), most), *_ = model_pairs.most_common(1) or [(("", ""), 0)]
    fact = f"the most frequent pair of models makes up {most / max(total, 1):.1%}: {better} over {worse}"
    return Finding("dominant-models", fact, most if most > DOMINANT * total else 0)
