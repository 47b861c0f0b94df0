"""`zebra pool`: who answered what, what cannot be used, and a clean copy."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import click

import zebra_core as zebra
from zebra_core.cli.options import loaded_plugins, plugin_options, recipe_from, recipe_options
from zebra_core.cli.progress_bar import progress
from zebra_core.pool.alias_draft import proposals
from zebra_core.pool.filters import apply_filters, prepare_filters
from zebra_core.pool.pool import batches
from zebra_core.recipe.inputs import open_selected_pool, read_models, select_aliases, select_score_sources
from zebra_core.recipe.resolve import Resolver
from zebra_pools.inspection.profile import Profile
from zebra_pools.inspection.report import as_dict, show
from zebra_pools.inspection.responses import Responses
from zebra_pools.inspection.writing import check_output, written_pool

if TYPE_CHECKING:
    from collections.abc import Sequence

    from zebra_core.plugins.component import BoundComponent


@click.command()
@click.argument("pool")
@recipe_options("filters", "scores", "alias")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="Output format; json has all models.",
)
@click.option("-o", "--output", metavar="FILE", help="Write what can be used as one pool, .parquet or .jsonl.")
@click.option("--overwrite", is_flag=True, help="Replace the file.")
@plugin_options
def pool(pool: str, form: str, output: str | None, *, overwrite: bool, **arguments: object) -> None:
    """Show what is in a POOL: who answered what, lengths, what is empty or repeated, and which models have --scores.

    With -o, write what can be used as one pool: named models, one response for each, no empty texts.
    """
    path = zebra.storage.place(output) if output else None
    if path is not None:
        check_output(path, overwrite=overwrite)
    recipe = recipe_from(None, {**arguments, "pool": pool})
    resolver = Resolver(recipe, loaded_plugins(recipe.plugins))
    with resolver.plugins.stage("pool") as done:
        selection, opened = open_selected_pool(resolver)
        done(opened)
    chosen = resolver.components("filter", recipe.filters, recipe.origins.get("filters", ""))
    filters = prepare_filters([each.bound for each in chosen], opened)
    with written_pool(path) if path else nullcontext() as write:
        profile, rows = _profile(opened, filters, write)
        if write is not None and not rows:
            msg = f"nothing of {zebra.storage.shown(pool)} can be used, so there is nothing to write"
            raise zebra.ZebraError(msg)
    content = as_dict(
        profile, selection.location or selection.component.name, selection.component.name, len(opened.files)
    )
    if recipe.scores:
        content["scores"] = _scored(resolver, [row["model"] for row in content["models"]])
    resolver.check_options()
    show(content, profile, form)
    if path:
        click.echo(f"{rows:,} instructions are in {zebra.storage.shown(path)}", err=form == "json")


def _profile(opened: zebra.Pool, filters: Sequence[BoundComponent], write: Any) -> tuple[Profile, int]:
    """Count what is in a pool, and write it if asked; return the profile, and the number of instructions written."""
    profile, rows = Profile(), 0
    with progress("reading") as on_progress:
        done = zebra.Progress(len(opened.parts), opened.rows, on_progress, opened.meters)
        for part in opened.parts:
            for batch in batches(part, profile.reject):
                kept, left_out = apply_filters(filters, batch)
                profile.counts += left_out
                responses = Responses.of(kept)
                profile.add(responses)
                if write is not None and (cleaned := responses.cleaned()).num_rows:
                    write(cleaned)
                    rows += cleaned.num_rows
                done.advance(batch.num_rows, batch.nbytes)
            done.advance(tasks=1)
    return profile, rows


def _scored(resolver: Resolver, models: list[str]) -> dict[str, Any]:
    """Return which models have scores under their name or an alias, and the closest names of the others."""
    names = read_models(resolver, select_score_sources(resolver, None))
    index = select_aliases(resolver).index(names)
    letters = {name: zebra.letters(name) for name in names}
    return {
        "with": [name for name in models if name in index],
        "without": {name: proposals(name, letters)[:1] for name in models if name not in index},
    }
