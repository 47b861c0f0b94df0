"""Rounds of pairing and training: the command `zebra rounds`, the schedules, and the strategy and column that they pick through."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zebra_core as zebra

if TYPE_CHECKING:
    import click


@zebra.hookimpl
def zebra_commands() -> list[click.Command]:
    """Add `zebra rounds`."""
    return [zebra.lazy_command("rounds", "zebra_rounds.command:rounds", "Pair and train in rounds.")]


@zebra.hookimpl
def zebra_schedules() -> zebra.Components:
    """Offer the schedules by name."""
    from zebra_rounds.schedules import EasyToHard, Mix, OnPolicy, Uncertain, static

    return {
        "static": static,
        "easy-to-hard": EasyToHard,
        "uncertain": Uncertain,
        "mix": Mix,
        "on-policy": OnPolicy,
    }


@zebra.hookimpl
def zebra_strategies() -> zebra.Components:
    """Offer the strategy of a file."""
    from zebra_rounds.listed import Listed

    return {"listed": Listed}


@zebra.hookimpl
def zebra_columns() -> zebra.Components:
    """Offer the columns of a file."""
    from zebra_rounds.listed import ListedColumns

    return {"listed": ListedColumns}


@zebra.hookimpl
def zebra_defaults() -> dict[str, str]:
    """Pick the same pairs in every round by default, as the papers do."""
    return {"schedule": "static"}
