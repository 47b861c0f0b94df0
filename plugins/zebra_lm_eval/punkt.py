"""The sentence splitter that two of IFEval's kinds of instructions need: NLTK downloads it, where there is a network."""

from __future__ import annotations

import io
from contextlib import contextmanager, redirect_stdout
from typing import TYPE_CHECKING

import nltk

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

NEEDING = ("length_constraints:number_sentences", "change_case:capital_word_frequency")


@contextmanager
def punkt(tasks: Iterable[str]) -> Iterator[None]:
    """Load IFEval, which asks for the splitter as it is imported; say how to have it where it cannot be had."""
    if "ifeval" not in tasks:
        yield
        return
    with redirect_stdout(io.StringIO()):  # it says that it has downloaded it, also where it could not
        yield
    try:
        nltk.data.find("tokenizers/punkt_tab")
    except LookupError:
        print(  # noqa: T201
            f"  ifeval: NLTK cannot download punkt_tab, which {' and '.join(NEEDING)} need; where there is a network: "
            "python -m nltk.downloader punkt_tab, and copy the folder nltk_data here"
        )
