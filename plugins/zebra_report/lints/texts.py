"""Lints on the texts of each pair by itself."""

from __future__ import annotations

from pathlib import Path  # noqa: TC003  # the type of an option, read at run time
from typing import TYPE_CHECKING

import attrs
import numpy as np
import pyarrow as pa

import zebra_core as zebra
from zebra_report.facts import ALIKE, SAME, common_words, digest, facts_of

if TYPE_CHECKING:
    from numpy.typing import NDArray


def matching(dataset: zebra.Dataset, fact: str, mask: NDArray[np.bool_]) -> zebra.LintResult:
    """Return the result of a lint that matches the pairs of `Dataset.samples` where the mask is true."""
    return zebra.LintResult(fact, facts_of(dataset).ids.filter(pa.array(mask)).to_pylist())


def identical(dataset: zebra.Dataset) -> zebra.LintResult:
    """The two responses differ only in case and white space."""
    fact = "the two responses differ only in case and white space"
    return matching(dataset, fact, facts_of(dataset).common == SAME)


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
        common = facts_of(dataset).common if self.share >= ALIKE else self._common(dataset)
        fact = f"the two responses share {100 * self.share:g} % of their words"
        return matching(dataset, fact, (common >= self.share) & (common < SAME))

    def _common(self, dataset: zebra.Dataset) -> NDArray[np.float64]:
        """Return the share of common words of each pair, exact from a low share on."""
        columns = ((batch[side].to_pylist() for side in ("chosen", "rejected")) for batch in dataset.samples())
        pairs = (pair for texts in columns for pair in zip(*texts, strict=True))
        return np.array([common_words(chosen, rejected, self.share) for chosen, rejected in pairs])


def empty(dataset: zebra.Dataset) -> zebra.LintResult:
    """A response is empty, or white space."""
    blank = facts_of(dataset).empty
    return matching(dataset, "a response is empty", blank["chosen"] | blank["rejected"])


def special_tokens(dataset: zebra.Dataset) -> zebra.LintResult:
    """A response contains tokens of a chat template, such as <|im_end|>."""
    special = facts_of(dataset).special
    return matching(dataset, "a response contains tokens of a chat template", special["chosen"] | special["rejected"])


def refusal_chosen(dataset: zebra.Dataset) -> zebra.LintResult:
    """The chosen response refuses to answer, and the rejected one does not."""
    refusal = facts_of(dataset).refusal
    fact = "the chosen response refuses, and the rejected one does not"
    return matching(dataset, fact, refusal["chosen"] & ~refusal["rejected"])


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
        tests = np.array([digest(line) for line in text.splitlines() if line.strip()], "V16")
        return matching(dataset, "the prompt is in the test set", np.isin(facts_of(dataset).prompts, tests))
