"""Extras: libraries that only some components need."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING

from zebra_core.errors import MissingExtraError

if TYPE_CHECKING:
    from collections.abc import Iterable


def require_extra(extra: str, purpose: str, modules: Iterable[str]) -> None:
    """Raise MissingExtraError, a ZebraError with the command that installs the extra, unless all its modules can be imported.

    `purpose` is the subject of the message, such as "training".
    """
    if not all(find_spec(module) for module in modules):
        msg = f'{purpose} needs the extra `{extra}`: pip install "zebra-preference[{extra}]"'
        raise MissingExtraError(msg)
