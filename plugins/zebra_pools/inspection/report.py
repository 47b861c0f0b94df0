"""What `zebra pool` prints: tables for people, JSON for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

import zebra_core as zebra
from zebra_core.cli import output
from zebra_pools.inspection.scripts import NONE, OTHER, PATTERNS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from zebra_pools.inspection.profile import Profile

ROWS, SIDE = 40, 10
"""The numbers of models that are listed, and that are shown against each other."""
SCRIPTS = (*PATTERNS, OTHER, NONE)
LEFT_OUT = (
    "empty prompts",
    "empty responses",
    "responses without a model",
    "second responses of a model",
    "responses with the text of another model",
)


def as_dict(profile: Profile, location: str, reader: str, files: int) -> dict[str, Any]:
    """Return the content of a pool as plain values."""
    counts, models = profile.counts, profile.models()
    order = [profile.numbers[row["model"]] for row in models]
    together = profile.together
    return {
        "pool": location,
        "reader": reader,
        "files": files,
        "instructions": counts["instructions"],
        "responses": counts["responses"],
        "answers_per_instruction": {str(k): profile.answers[k] for k in sorted(profile.answers)},
        "prompts": {
            "characters": profile.prompt_lengths(),
            "several_turns": counts["several turns"],
            "repeated": profile.repeated_prompts(),
            "scripts": {name: profile.prompts[name] for name in SCRIPTS if profile.prompts[name]},
        },
        "counts": {name: counts[name] for name in LEFT_OUT},
        "filters": {name: count for name, count in counts.items() if name.startswith("filter ")},
        "rejected": {reason: len(rows) for reason, rows in profile.rejected.items()},
        "models": models,
        "together": None if together is None else [[int(together[a, b]) for b in order] for a in order],
    }


def show(content: Mapping[str, Any], profile: Profile, form: str) -> None:
    """Print the content of a pool."""
    if form == "json":
        click.echo(zebra.as_json(content), nl=False)
        return
    files = f" ({content['files']:,} files)" if content["files"] > 1 else ""
    output.line(f"pool {content['pool']}{files}, read as {content['reader']}")
    per = content["answers_per_instruction"]
    output.line(
        f"{content['instructions']:,} instructions, {content['responses']:,} responses, {len(content['models']):,} models"
    )
    output.line(f"models per instruction: {', '.join(f'{k} ({count:,} times)' for k, count in per.items()) or 'none'}")
    prompts = content["prompts"]
    output.line(f"prompts: {_lengths(prompts['characters'])} characters; scripts: {_listed(prompts['scripts'])}")
    for count, what in (
        (prompts["several_turns"], "prompts have several turns"),
        (prompts["repeated"], "prompts repeat an earlier one; --filter dedup"),
    ):
        if count:
            output.line(f"{count:,} {what}")
    for name, count in (content["counts"] | content["filters"]).items():
        if count:
            output.line(f"{count:,} {name}")
    for rows in profile.rejected.values():
        output.line(f"{len(rows):,} {'row' if len(rows) == 1 else 'rows'} cannot be used (the first: {rows[0]})")
    click.echo()
    _show_models(content)
    _show_together(content)


def _show_models(content: Mapping[str, Any]) -> None:
    """Print a row for each model, with its score's state if scores are given."""
    scores, total = content.get("scores"), max(1, content["instructions"])
    header = ["model", "responses", "share", "empty", "p10", "median", "p90", *(["scores"] if scores else [])]
    rows = []
    for row in content["models"][:ROWS]:
        lengths = [f"{row['characters'][name]:,.0f}" if row["characters"] else "-" for name in ("p10", "median", "p90")]
        cells = [
            row["model"],
            f"{row['responses']:,}",
            f"{row['responses'] / total:.0%}",
            f"{row['empty']:,}",
            *lengths,
        ]
        rows.append([*cells, *([_state(row["model"], scores)] if scores else [])])
    output.table(header, rows, right=True)
    if len(content["models"]) > ROWS:
        click.echo(f"... and {len(content['models']) - ROWS:,} more models; --format json has them all")
    if scores:
        count = len(scores["with"])
        click.echo(f"\n{count:,} of {len(content['models']):,} models have scores")


def _state(model: str, scores: Mapping[str, Any]) -> str:
    if model not in scores["without"]:
        return "yes"
    close = scores["without"][model]
    return f"no; closest: {close[0]}" if close else "no"


def _show_together(content: Mapping[str, Any]) -> None:
    """Print how many instructions each two models answered, of the models with the most answers."""
    together = content["together"]
    if together is None or len(together) < 2:
        return
    pairs = {together[a][b] for a in range(len(together)) for b in range(a)}
    if len(pairs) == 1:
        click.echo(f"\nInstructions that any two models have in common: {pairs.pop():,}")
        return
    names = [row["model"] for row in content["models"][:SIDE]]
    letters = [f"({number})" for number in range(1, len(names) + 1)]
    click.echo("\nInstructions that two models have in common:")
    rows = [
        [f"{mark} {name}", *(f"{together[a][b]:,}" for b in range(len(names)))]
        for a, (mark, name) in enumerate(zip(letters, names, strict=True))
    ]
    output.table(["model", *letters], rows, right=True)
    if len(together) > SIDE:
        click.echo(f"... and {len(together) - SIDE:,} more models; --format json has them all")


def _lengths(characters: Mapping[str, float]) -> str:
    return (
        " / ".join(f"{value:,.0f}" for value in characters.values()) + " (p10 / median / p90)" if characters else "no"
    )


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in counts.items()) or "none"
