"""The columns of a dataset that settings name: kept beside the texts, and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import datasets

import zebra_core as zebra
from zebra_trl.settings import DPOSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from datasets import Dataset

    from zebra_trl.settings import Settings

ALONE = {"KTO": "KTO takes responses one by one", "Distillation": "a teacher teaches on prompts alone"}
"""Trainers that do not take pairs, and so do not order them."""


def named_columns(settings: Settings) -> list[str]:
    """Return the columns that the settings name."""
    order = [settings.curriculum_by] if settings.curriculum else []
    return [*order, settings.sft_where] if isinstance(settings, DPOSettings) and settings.sft_where else order


def check_columns(settings: Settings, rows: Dataset) -> None:
    """Raise ZebraError if the dataset lacks a column that the settings name, or it is of another type."""
    if settings.curriculum:
        _check_order(settings, rows)
    if isinstance(settings, DPOSettings) and settings.sft_where:
        _check_marks(settings, rows)


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


def _check_marks(settings: DPOSettings, rows: Dataset) -> None:
    """Raise ZebraError unless the column `sft_where` has a truth value in each row."""
    name = settings.sft_where
    boolean = _columns_of(rows, "bool")
    others = ", ".join(column for column in boolean if column != name)
    remedy = f"name another column with --set {settings.name}.sft_where=NAME: {others}" if others else "leave it out"
    if name not in rows.column_names:
        problem = f"the dataset has no column {name!r}"
    elif name not in boolean:
        feature = rows.features[name]
        problem = f"the column {name!r} has {getattr(feature, 'dtype', feature)}"
    elif empty := rows.with_format("arrow")[:][name].null_count:
        problem, remedy = f"the column {name!r} has none in {empty:,} of {len(rows):,} rows", "fill them in"
    else:
        return
    msg = f"sft_where names a column of truth values, but {problem}; {remedy}"
    raise zebra.ZebraError(msg)


def report_marks(settings: Settings, rows: Dataset, log: Callable[[str], None]) -> None:
    """Log how many pairs are learned from by their chosen response alone, if any can be."""
    if isinstance(settings, DPOSettings) and settings.sft_where:
        log(f"{sum(rows[settings.sft_where]):,} of {len(rows):,} pairs are learned from by their chosen response alone")


def _columns_of(rows: Dataset, *types: str) -> list[str]:
    """Return the columns with values of these types, such as `float` for float32 and float64."""
    features = rows.features.items()
    return [name for name, kind in features if isinstance(kind, datasets.Value) and kind.dtype.startswith(types)]
