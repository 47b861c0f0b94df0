"""Names of models that differ between a pool and the scores only in how they are written."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import zebra_core as zebra

if TYPE_CHECKING:
    from collections.abc import Sequence


def letters(name: str, models: Sequence[str]) -> str | None:
    """The only model with the same letters, digits and dots, whatever its organisation, case and separators."""
    same = _by_letters(tuple(models)).get(zebra.letters(name), [])
    return same[0] if len(same) == 1 else None


@lru_cache(maxsize=4)
def _by_letters(models: tuple[str, ...]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for model in models:
        groups.setdefault(zebra.letters(model), []).append(model)
    return groups
