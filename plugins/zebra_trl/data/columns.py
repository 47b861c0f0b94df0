"""The columns of a dataset that settings name: kept beside the texts, and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import datasets

import zebra_core as zebra

if TYPE_CHECKING:
    from datasets import Dataset

    from zebra_trl.settings import Settings

ALONE = {"KTO": "KTO takes responses one by one", "Distillation": "a teacher teaches on prompts alone"}
"""Trainers that do not take pairs, and so do not order them."""


def named_columns(settings: Settings) -> list[str]:
    """Return the columns that the settings name."""
    return [settings.curriculum_by] if settings.curriculum else []


def check_columns(settings: Settings, rows: Dataset) -> None:
    """Raise ZebraError if the dataset lacks a column that the settings name, or it is of another type."""
    if settings.curriculum:
        _check_order(settings, rows)


def _check_order(settings: Settings, rows: Dataset) -> None:
    """Raise ZebraError if the pairs cannot be ordered."""
    by = settings.curriculum_by
    numeric = _columns_of(rows, "int", "uint", "float")
    why = ALONE.get(settings.kind, "")
    if not why and by not in numeric:
        has = f"column {by!r} has no numbers" if by in rows.column_names else f"dataset has no column {by!r}"
        remedy = f"; name another one with --set {settings.name}.curriculum_by=NAME: {', '.join(numeric)}"
        why = f"the {has}{remedy if numeric else ', and none with numbers'}"
    if why:
        msg = f"--curriculum orders pairs by their {by}, but {why}"
        raise zebra.ZebraError(msg)


def _columns_of(rows: Dataset, *types: str) -> list[str]:
    """Return the columns with values of these types, such as `float` for float32 and float64."""
    features = rows.features.items()
    return [name for name, kind in features if isinstance(kind, datasets.Value) and kind.dtype.startswith(types)]
