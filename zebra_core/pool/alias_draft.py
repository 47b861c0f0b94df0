"""Draft an alias file: identical names are filled in, similar ones are proposed, and nothing is guessed."""

from __future__ import annotations

import csv
import difflib
import io
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

NEAR = 3
"""The number of names proposed for one."""
CUTOFF = 0.7
HEAD = """\
# Which name of the score tables stands for which name of the pool. Names that are the same are filled in. The others are
# proposals: delete the '# ' of the line that is right, after looking at both names (a base model is not its chat model, and
# a mini model is not the large one). A pool's name on several lines has several names in the tables.
"""


def draft_alias_file(pool: Iterable[str], scores: Iterable[str]) -> str:
    """Return the text of an alias file, which `read_aliases` reads."""
    scored = {name: letters(name) for name in sorted(scores)}
    sink = io.StringIO()
    writer = csv.writer(sink, lineterminator="\n")
    sink.write(HEAD)
    writer.writerow(["pool", "score", "note"])
    for name in sorted(pool):
        if name in scored:
            writer.writerow([name, name, "same name"])
            continue
        near = proposals(name, scored)
        if not near:
            sink.write("# ")
            writer.writerow([name, "", "nothing near"])
        for other in near:
            sink.write("# ")
            writer.writerow([name, other, "same letters" if scored[other] == letters(name) else "near"])
    return sink.getvalue()


def proposals(name: str, scored: dict[str, str]) -> list[str]:
    """Return the names that differ only in spelling, else the closest ones, best first."""
    text = letters(name)
    by_letters: dict[str, list[str]] = {}
    for other, key in scored.items():
        by_letters.setdefault(key, []).append(other)
    close = [text] if text in by_letters else difflib.get_close_matches(text, by_letters, n=NEAR, cutoff=CUTOFF)
    return [other for key in close for other in by_letters[key]][:NEAR]


def letters(name: str) -> str:
    """Return a model's name without organisation, case and separators."""
    return re.sub(r"[^a-z0-9.]", "", name.rpartition("/")[2].casefold())
