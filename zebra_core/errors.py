"""Errors whose message is meant for the user: fact, reason, remedy."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

from zebra_core.redaction import redacted_message

if TYPE_CHECKING:
    from collections.abc import Iterable


class ZebraError(Exception):
    """A mistake that the user can correct. The command line prints the message alone, without a traceback.

    Secrets in URLs are left out of the message.
    """

    def __init__(self, text: str = "") -> None:
        super().__init__(redacted_message(text))


class ComponentError(ZebraError):
    """An error raised inside a component; the message starts with the component's kind, name and plugin.

    `component` is the `zebra_core.plugins.component.Component`, or None before the error has been attributed to one.
    """

    def __init__(self, text: str, component: object = None) -> None:
        super().__init__(text)
        self.component = component


class PluginError(ComponentError):
    """A plugin broke its contract."""


class RowError(ZebraError):
    """A row of a pool is invalid. `row` counts from 0 within the current batch; the reader adds the offset."""

    def __init__(self, row: int, fact: str) -> None:
        super().__init__(fact)
        self.row = row


class MissingExtraError(ZebraError):
    """A library is not installed that only some components need; the message has the command that installs it."""


class OutputError(ZebraError):
    """The output cannot be written; finished files are kept."""


class Interrupted(ZebraError):  # noqa: N818
    """The user interrupted the run; the same command resumes it."""


def reading_fault(error: Exception) -> str:
    """Return why a text file cannot be read, with the remedy if it is not UTF-8."""
    if isinstance(error, UnicodeDecodeError):
        return f"it is not UTF-8 (byte {error.object[error.start]:#04x} at {error.start}); save it as UTF-8"
    return getattr(error, "strerror", None) or str(error)


def nearest(name: str, names: Iterable[str]) -> str | None:
    """Return the name that `name` is most likely a misspelling of, or None if nothing is close."""
    by_folded = {candidate.casefold(): candidate for candidate in names}
    close = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None


def unknown(what: str, name: str, names: Iterable[str], where: str = "") -> ZebraError:
    """Return the error for an unknown name: the closest match first, then the whole list.

    `where` says where the name is missing, such as "in labels.csv".
    """
    valid = sorted(set(names))
    guess = nearest(name, valid)
    hint = f"did you mean {guess!r}? " if guess else ""
    return ZebraError(f"there is no {what} {name!r}{where and f' {where}'}; {hint}known: {', '.join(valid) or 'none'}")
