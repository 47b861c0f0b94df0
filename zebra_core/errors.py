"""What is told to the user: one line of fact, reason and remedy."""

from __future__ import annotations

import difflib
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable


class ZebraError(Exception):
    """A mistake that the user can mend; the command line shows its text alone, without a traceback."""


class PluginError(ZebraError):
    """A plugin did not keep to its contract."""


class RowError(ZebraError):
    """A row of a pool is wrong; `row` counts from 0 within the batch at hand, and the reader adds where that is."""

    def __init__(self, row: int, fact: str) -> None:
        super().__init__(fact)
        self.row = row


def blame(call: Any) -> AbstractContextManager[None]:
    """Return the context in which `call` and its result are blamed on the component that it is; a plain function has none."""
    blamed: AbstractContextManager[None] = call.blamed() if hasattr(call, "blamed") else nullcontext()
    return blamed


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name that `name` is most likely a misspelling of, or None where nothing is close."""
    by_folded = {known.casefold(): known for known in names}
    close = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def unknown(what: str, name: str, names: Iterable[str]) -> ZebraError:
    """Return the error for a name that is not known: the closest one first, then the whole list."""
    known = sorted(set(names))
    guess = nearest(name, known)
    hint = f"did you mean {guess!r}? " if guess else ""
    return ZebraError(f"there is no {what} {name!r}; {hint}known: {', '.join(known) or 'none'}")
