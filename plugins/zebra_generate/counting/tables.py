"""The table of what came of the requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zebra_core.cli.output import table

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zebra_generate.counting.tally import Tally


def show_tallies(tallies: Mapping[str, Tally]) -> None:
    """Print a row per model, if there is one, and how to send failed requests again."""
    if not tallies:
        return
    rows = [[name, *map("{:,}".format, _counts(each))] for name, each in tallies.items()]
    table(["model", "responses", "failed", "empty", "truncated", "refused", "tokens"], rows, right=True)


def failures(tallies: Mapping[str, Tally]) -> str:
    """Return how many requests failed, and how to send them again, empty if none did."""
    failed = sum(each.failed for each in tallies.values())
    if not failed:
        return ""
    return f"{failed:,} requests failed; the column `error` of the pool has the reasons, and --retry-failed sends them again"


def _counts(tally: Tally) -> tuple[int, ...]:
    return tally.responses, tally.failed, tally.empty, tally.truncated, tally.refused, tally.completion_tokens
