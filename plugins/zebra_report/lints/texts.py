"""Lints on the texts of each pair by itself."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # the type of an option, read at run time
from typing import TYPE_CHECKING

import attrs
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any, TypeAlias

    Mask: TypeAlias = Any  # an Arrow array or chunked array of booleans, one for each row

SPECIAL = (
    r"(?m)<\|[^|<>\s]+\|>|</?s>|\[/?INST\]|<(?:pad|eos|bos|unk|start_of_turn|end_of_turn)>|^### ?(?:Human|Assistant):"
)
REFUSAL = (
    r"(?i)^\W*(?:i['\x{2019}]?m (?:very |really )?sorry|i am sorry|sorry,|"
    r"i (?:can(?:no|['\x{2019}])t|am unable|am not able|won['\x{2019}]t)|as an ai\b|unfortunately, i (?:can|am))"
)
PROBES = 6
"""The number of words of one response that are looked for in the other before all of them are compared."""


def matching(dataset: zebra.Dataset, fact: str, mask: Mask) -> zebra.LintResult:
    """Return the result of a lint that matches the rows of `Dataset.table` where the mask is true."""
    return zebra.LintResult(fact, dataset.table["id"].filter(mask).to_pylist())


def plain(text: str) -> str:
    """Return a text without case, and with single spaces."""
    return " ".join(text.casefold().split())


def identical(dataset: zebra.Dataset) -> zebra.LintResult:
    """The two responses differ only in case and white space."""
    fact = "the two responses differ only in case and white space"
    return matching(dataset, fact, _where(dataset, _identical, _same_ends))


def _same_ends(chosen: pa.Array, rejected: pa.Array) -> Mask:
    """Return which pairs of responses begin and end with the same words, as two that are identical do."""
    return pc.and_(*(pc.equal(*words) for words in zip(_end_words(chosen), _end_words(rejected), strict=True)))


def _end_words(texts: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Return the first and the last word of each text, without case, or 12 characters of a longer one."""
    trimmed = pc.utf8_trim_whitespace(texts)
    first, last = (pc.utf8_slice_codeunits(trimmed, *ends) for ends in ((0, 12), (-12, None)))
    words = [pc.utf8_split_whitespace(first, max_splits=1), pc.utf8_split_whitespace(last, max_splits=1, reverse=True)]
    return pc.utf8_lower(pc.list_element(words[0], 0)), pc.utf8_lower(_last(words[1]))


def _last(lists: pa.ListArray) -> pa.Array:
    """Return the last element of each list, none of which is empty."""
    return lists.flatten().take(pc.subtract(pc.cumulative_sum(pc.list_value_length(lists)), 1))


def _where(
    dataset: zebra.Dataset,
    test: Callable[[str, str], bool],
    first: Callable[[pa.Array, pa.Array], Mask] = lambda chosen, _: np.ones(len(chosen), bool),
) -> Mask:
    """Return where `test` is true of the chosen and the rejected response; it is called only where `first` is true of their columns."""
    parts = [np.empty(0, bool)]
    for batch in dataset.table.select(["chosen", "rejected"]).to_batches():
        some = np.array(first(*batch.columns), bool)
        texts = (column.to_pylist() for column in batch.filter(pa.array(some)).columns)
        some[some] = [test(chosen, rejected) for chosen, rejected in zip(*texts, strict=True)]
        parts.append(some)
    return pa.array(np.concatenate(parts))


def _identical(chosen: str, rejected: str) -> bool:
    return plain(chosen) == plain(rejected)


@attrs.frozen
class NearIdentical:
    """The two responses share nearly all of their words."""

    share: float = zebra.option(
        0.95,
        "Share of common words from which two responses are nearly identical.",
        validator=[attrs.validators.gt(0), attrs.validators.le(1)],
    )

    def __call__(self, dataset: zebra.Dataset) -> zebra.LintResult:
        """Return the pairs whose responses are nearly identical, but not identical."""
        fact = f"the two responses share {100 * self.share:g} % of their words"
        return matching(dataset, fact, _where(dataset, self._nearly))

    def _nearly(self, chosen: str, rejected: str) -> bool:
        one, other = chosen.casefold(), rejected.casefold()
        if sum(word in other for word in _probes(one)) < PROBES * self.share - 2:
            return False
        words, others = {*one.split()}, {*other.split()}
        nearly = bool(words) and len(words & others) >= self.share * len(words | others)
        return nearly and not _identical(chosen, rejected)


def _probes(text: str) -> list[str]:
    """Return some words of a text, evenly spread: of nearly identical texts, most are in the other one too."""
    starts = [text.find(" ", len(text) * part // PROBES) + 1 for part in range(PROBES)]
    ends = [text.find(" ", start) for start in starts]
    return [text[start : end if end > 0 else None] for start, end in zip(starts, ends, strict=True)]


def empty(dataset: zebra.Dataset) -> zebra.LintResult:
    """A response is empty, or white space."""
    sides = (dataset.table[side] for side in ("chosen", "rejected"))
    blank = [pc.or_(pc.equal(pc.binary_length(texts), 0), pc.utf8_is_space(texts)) for texts in sides]
    return matching(dataset, "a response is empty", pc.or_(*blank))


def special_tokens(dataset: zebra.Dataset) -> zebra.LintResult:
    """A response contains tokens of a chat template, such as <|im_end|>."""
    sides = [pc.match_substring_regex(dataset.table[side], SPECIAL) for side in ("chosen", "rejected")]
    return matching(dataset, "a response contains tokens of a chat template", pc.or_(*sides))


def refusal_chosen(dataset: zebra.Dataset) -> zebra.LintResult:
    """The chosen response refuses to answer, and the rejected one does not."""
    chosen, rejected = (pc.match_substring_regex(dataset.table[side], REFUSAL) for side in ("chosen", "rejected"))
    fact = "the chosen response refuses, and the rejected one does not"
    return matching(dataset, fact, pc.and_not(chosen, rejected))


@attrs.frozen
class TestOverlap:
    """The prompt is in a test set, up to case and white space; needs --against."""

    __test__ = False  # not a test, for pytest

    against: Path | None = zebra.option(
        None,
        "Test prompts that must not be in the data: a text file, one per line.",
        flag="--against",
        metavar="FILE",
        requests=True,
    )

    def __call__(self, dataset: zebra.Dataset) -> zebra.LintResult | None:
        """Return the pairs whose prompt is in the file, None without a file. Raise ZebraError if it cannot be read."""
        if self.against is None:
            return None
        try:
            text = self.against.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            msg = f"cannot read the test prompts {str(self.against)!r}: {error}"
            raise zebra.ZebraError(msg) from error
        prompts = {plain(line) for line in text.splitlines() if line.strip()}
        mask = [plain(prompt.as_py()) in prompts for prompt in dataset.table["prompt"]]
        return matching(dataset, "the prompt is in the test set", pa.array(mask, pa.bool_()))
