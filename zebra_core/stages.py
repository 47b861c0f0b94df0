"""One stage by itself: a pool, a score table, behavior, an alias file, batches of pairs, an export."""

from __future__ import annotations

from typing import TYPE_CHECKING

from zebra_core import storage
from zebra_core.pairing.batch_function import BatchFunction
from zebra_core.pool.alias_draft import draft_alias_file
from zebra_core.pool.pool import ConvertsBatches
from zebra_core.recipe.exports import Export
from zebra_core.recipe.inputs import (
    check_table,
    complete_table,
    open_selected_pool,
    read_complete_table,
    read_models,
    read_table,
    select_score_sources,
)
from zebra_core.recipe.planning import make_behavior, make_plan
from zebra_core.recipe.resolve import Resolver, resolver_for

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from zebra_core.behavior import Behavior, Similarity
    from zebra_core.dataset.dataset import Dataset
    from zebra_core.plugins.discovery import Plugins
    from zebra_core.pool.pool import Pool
    from zebra_core.recipe.recipe import Recipe
    from zebra_core.scores.checks import ScoreWarning
    from zebra_core.scores.table import ScoreTable


def export(  # noqa: PLR0913  # the flags of `zebra export`
    dataset: Dataset,
    form: str,
    output: str | Path,
    *,
    overwrite: bool = False,
    recipe: Recipe | None = None,
    plugins: Plugins | None = None,
    log: Callable[[str], None] = lambda _: None,
) -> Path:
    """Write a dataset as files of another form to the folder `output`, as `zebra export` does, and return the folder.

    `form` is the name of an exporter, whose options are those of `recipe`; `log` gets lines for the user. Raise ZebraError if `output` exists and may not be
    overwritten, or cannot be written.
    """
    resolver, folder = resolver_for(recipe, plugins), storage.place(output)
    (selection,) = resolver.components("exporter", [form], "--format")
    resolver.check_options()
    Export(resolver.plugins, selection, folder).write(dataset, overwrite=overwrite, log=log)
    return folder


def batch_function(recipe: Recipe | None = None, plugins: Plugins | None = None) -> BatchFunction:
    """Return the function that turns batches of a pool into preference data, for `datasets.map`.

    `recipe.pool` may name a layout; otherwise it is recognised from the columns of each batch. Raise ZebraError for the
    scope `global` and for a filter that needs the whole pool.
    """
    resolver = resolver_for(recipe, plugins)
    plan = make_plan(resolver, make_behavior(resolver, read_complete_table(resolver)), None)
    if resolver.recipe.pool:
        resolver.component("pool")
    resolver.check_options()
    named = [selection.bound for selection in resolver.selections if selection.component.kind == "pool"]
    readers = named or [component.bind() for component in resolver.plugins.of_kind("pool")]
    return BatchFunction(plan, tuple(reader for reader in readers if isinstance(reader.instance, ConvertsBatches)))


def read_scores(*scores: str, recipe: Recipe | None = None, plugins: Plugins | None = None) -> ScoreTable:
    """Read and join score tables, each a name or a file, and complete them as `recipe.missing` says."""
    return read_complete_table(resolver_for(recipe, plugins, scores=scores))


def inspect_scores(recipe: Recipe, plugins: Plugins) -> tuple[ScoreTable, list[ScoreWarning]]:
    """Read and join the score tables of a recipe as they are, with warnings; as `zebra scores` does."""
    resolver = Resolver(recipe, plugins)
    with plugins.stage("scores") as done:
        table = read_table(resolver, select_score_sources(resolver, None))
        warnings = check_table(resolver, table)
        resolver.check_options()
        done(table)
    return table, warnings


def draft_aliases(recipe: Recipe, plugins: Plugins | None = None) -> str:
    """Draft the alias file of the recipe's pool and scores, as `zebra alias` does."""
    resolver = resolver_for(recipe, plugins)
    with resolver.plugins.stage("alias") as done:
        models = open_selected_pool(resolver)[1].models()
        draft = draft_alias_file(models, read_models(resolver, select_score_sources(resolver, None)))
        done(draft)
    return draft


def derive_behavior(
    table: ScoreTable, similarity: str | Similarity = "", recipe: Recipe | None = None, plugins: Plugins | None = None
) -> Behavior:
    """Derive the behavior of a table's models; `similarity` is a component's name, or a function.

    Missing scores, normalisation and superiority are what the recipe says, else the default.
    """
    name = similarity if isinstance(similarity, str) else ""
    resolver = resolver_for(recipe, plugins, similarity=name)
    function = None if isinstance(similarity, str) else similarity
    return make_behavior(resolver, complete_table(resolver, table), function)


def inspect_behavior(recipe: Recipe, plugins: Plugins) -> tuple[ScoreTable, Behavior, list[ScoreWarning]]:
    """Read the scores of a recipe and derive the behavior of their models, with warnings; as `zebra behavior` does."""
    resolver = Resolver(recipe, plugins)
    with plugins.stage("scores") as done:
        joined = read_table(resolver, select_score_sources(resolver, None))
        warnings = check_table(resolver, joined)
        table = complete_table(resolver, joined)
        done(table)
    behavior = make_behavior(resolver, table)
    resolver.check_options()
    return table, behavior, warnings


def open_pool(pool: str = "", recipe: Recipe | None = None, plugins: Plugins | None = None) -> Pool:
    """Open a response pool: a reader's name, a file, a folder, or `hub:NAME`."""
    return open_selected_pool(resolver_for(recipe, plugins, pool=pool))[1]
