"""Lints on the texts of each pair by itself."""

from __future__ import annotations

import re
from pathlib import Path  # noqa: TC003  # the type of an option, read at run time
from typing import TYPE_CHECKING

import attrs

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Callable

    Row = dict[str, str]

SPECIAL = re.compile(
    r"<\|[^|<>\s]+\|>|</?s>|\[/?INST\]|<(?:pad|eos|bos|unk|start_of_turn|end_of_turn)>|^### ?(?:Human|Assistant):",
    re.MULTILINE,
)
REFUSAL = re.compile(
    r"\W*(?:i['\u2019]?m (?:very |really )?sorry|i am sorry|sorry,|i (?:can(?:no|['\u2019])t|am unable|am not able|won['\u2019]t)|as an ai\b|unfortunately, i (?:can|am))",
    re.IGNORECASE,
)


def matching(dataset: zebra.Dataset, fact: str, test: Callable[[Row], bool]) -> zebra.LintResult:
    """Return the result of a lint whose `test` is true of a row's texts."""
    names = ("id", "prompt", "chosen", "rejected")
    rows = (dict(zip(names, row, strict=True)) for row in zip(*(dataset.pairs[name] for name in names), strict=True))
    return zebra.LintResult(fact, [row["id"] for row in rows if test(row)])


def plain(text: str) -> str:
    """Return a text without case, and with single spaces."""
    return " ".join(text.casefold().split())


def identical(dataset: zebra.Dataset) -> zebra.LintResult:
    """The two responses differ only in case and white space."""
    fact = "the two responses differ only in case and white space"
    return matching(dataset, fact, _identical)


def _identical(row: Row) -> bool:
    return plain(row["chosen"]) == plain(row["rejected"])


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
        return matching(dataset, f"the two responses share {100 * self.share:g} % of their words", self._nearly)

    def _nearly(self, row: Row) -> bool:
        one, other = ({*row[side].casefold().split()} for side in ("chosen", "rejected"))
        if _identical(row) or not one or min(len(one), len(other)) < self.share * max(len(one), len(other)):
            return False
        return len(one & other) >= self.share * len(one | other)


def empty(dataset: zebra.Dataset) -> zebra.LintResult:
    """A response is empty, or white space."""
    return matching(dataset, "a response is empty", lambda row: not (row["chosen"].strip() and row["rejected"].strip()))


def special_tokens(dataset: zebra.Dataset) -> zebra.LintResult:
    """A response contains tokens of a chat template, such as <|im_end|>."""
    fact = "a response contains tokens of a chat template"
    return matching(dataset, fact, lambda row: any(SPECIAL.search(row[side]) for side in ("chosen", "rejected")))


def refusal_chosen(dataset: zebra.Dataset) -> zebra.LintResult:
    """The chosen response refuses to answer, and the rejected one does not."""
    fact = "the chosen response refuses, and the rejected one does not"
    return matching(
        dataset, fact, lambda row: bool(REFUSAL.match(row["chosen"])) and not REFUSAL.match(row["rejected"])
    )


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
        return matching(dataset, "the prompt is in the test set", lambda row: plain(row["prompt"]) in prompts)
