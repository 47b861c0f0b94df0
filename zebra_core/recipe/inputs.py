"""Open the pool and read the scores that a recipe names, or that the pool and the plugins suggest."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import attrs

from zebra_core import storage
from zebra_core.errors import PluginError, ZebraError
from zebra_core.plugins.component import attributed_items, attributed_to
from zebra_core.pool.aliases import Aliases, read_aliases
from zebra_core.pool.pool import MakesPool, Part, Pool, check_items
from zebra_core.redaction import redacted
from zebra_core.scores.catalogue import BenchmarkIndex, apply_declarations
from zebra_core.scores.checks import ScoreWarning, check_scores
from zebra_core.scores.imputation import complete
from zebra_core.scores.table import ScoreTable, join

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import pyarrow as pa

    from zebra_core.plugins.component import Component
    from zebra_core.pool.rejects import Rejected
    from zebra_core.recipe.resolve import Resolver, Selection

Input = TypeVar("Input", Pool, ScoreTable)


def make_selected_pool(resolver: Resolver) -> None:
    """Make the pool that the recipe requests, if it is one that is made first."""
    selection = _select_pool(resolver)
    if isinstance(selection.bound.instance, MakesPool):
        with resolver.plugins.stage("generation") as done, attributed_to(selection.bound, mistakes=False):
            done(selection.bound.instance.make(selection.location))


def open_selected_pool(resolver: Resolver) -> tuple[Selection, Pool]:
    """Open the pool that the recipe names or requests, else the one that a named plugin offers, else the default."""
    selection = _select_pool(resolver)
    pool = _read(resolver, selection, "pool", Pool)
    parts = [attrs.evolve(part, read=partial(_attributed, selection.component, part)) for part in pool.parts]
    embedded = not (selection.location or isinstance(selection.bound.instance, MakesPool))
    return selection, Pool(tuple(parts), () if embedded else pool.files)


def planned_models(resolver: Resolver) -> dict[str, str] | None:
    """Return the models of a pool that is made first, see `MakesPool`; None for any other pool."""
    name = resolver.recipe.pool
    if name and resolver.plugins.locate("pool", name)[0] is None:
        return None  # a location, whose reader is recognised by its content
    selection = _select_pool(resolver)
    maker = selection.bound.instance
    if not isinstance(maker, MakesPool):
        return None
    with attributed_to(selection.bound, mistakes=False):
        return dict(maker.planned_models(selection.location))


def _select_pool(resolver: Resolver) -> Selection:
    recipe, requested = resolver.recipe, resolver.requested("pool")
    if recipe.pool:
        return resolver.source("pool", recipe.pool, recipe.origins.get("pool", "from the recipe"))
    if len(requested) > 1:
        names = ", ".join(resolver.plugins.unique_name(component) for component in requested)
        msg = f"several pools are requested by their options; add --pool with one of them: {names}"
        raise ZebraError(msg)
    if requested:
        (component,) = requested
        return resolver.source("pool", f"{component.plugin}:{component.name}", "requested by its options")
    return resolver.component("pool")


def select_score_sources(resolver: Resolver, pool: Pool | None, *, required: bool = True) -> list[Selection]:
    """Select the sources that the recipe names, else a named plugin's only source, else one that covers the pool's models.

    Raise ZebraError if there is none, unless none is `required`.
    """
    recipe, plugins = resolver.recipe, resolver.plugins
    kind = "score source"
    if recipe.scores:
        why = recipe.origins.get("scores", "from the recipe")
        return [resolver.source(kind, text, why) for text in recipe.scores]
    sole = plugins.sole_component(kind)
    if sole is not None:
        return [resolver.source(kind, f"{sole.plugin}:{sole.name}", f"from --plugin {sole.plugin}")]
    if pool is None:
        return [resolver.source(kind, plugins.default(kind), "default")]
    models = sorted(pool.first_models())
    for component in plugins.of_kind(kind):
        if component.bind().covers(models):
            return [resolver.source(kind, f"{component.plugin}:{component.name}", "covers the models of the pool")]
    if not required:
        return []
    msg = f"add --scores: no embedded table has the models of the pool ({', '.join(models[:5])}, ...)"
    raise ZebraError(msg)


def read_table(resolver: Resolver, sources: list[Selection]) -> ScoreTable:
    """Read and join the tables, with the names of catalogues and aliases, and apply what the recipe declares."""
    recipe, index = resolver.recipe, benchmark_index(resolver)
    names = select_aliases(resolver).canonical_names()
    tables = [
        index.canonicalise(_read(resolver, source, "score source", ScoreTable)).renamed(names) for source in sources
    ]
    table = join(tables, recipe.clash)
    if not table.models:
        msg = f"there is no score in {', '.join(source.location or source.component.name for source in sources)}"
        raise ZebraError(msg)
    return apply_declarations(table, recipe.benchmarks, recipe.axes)


def complete_table(resolver: Resolver, table: ScoreTable) -> ScoreTable:
    """Return a table without gaps. An imputation is selected only if there are gaps, or if the recipe names one."""
    if not (table.gaps.any() or resolver.recipe.missing):
        return table
    return complete(table, resolver.component("imputation").bound)


def read_complete_table(resolver: Resolver) -> ScoreTable:
    """Read the scores of a recipe without a pool, and complete them."""
    return complete_table(resolver, read_table(resolver, select_score_sources(resolver, None)))


def check_table(resolver: Resolver, table: ScoreTable, models: Collection[str] = ()) -> list[ScoreWarning]:
    """Return the warnings about a table that the recipe does not silence; with `models`, only those that concern one."""
    checks = resolver.every("score check")
    return check_scores(table, checks, resolver.recipe.silence, models, resolver.plugins.warn)


def select_aliases(resolver: Resolver) -> Aliases:
    """Return the names of models that stand for others: an alias file, or a component that resolves them."""
    name = resolver.recipe.alias
    if resolver.plugins.has("alias", name) and not storage.place(name).exists():
        return Aliases({}, resolver.component("alias").bound)
    return Aliases(read_aliases(name) if name else {})


def read_models(resolver: Resolver, sources: list[Selection]) -> list[str]:
    """Return the names of the models in the tables, as the tables spell them."""
    tables = [_read(resolver, source, "score source", ScoreTable) for source in sources]
    return list(dict.fromkeys(model for table in tables for model in table.models))


def read_results(resolver: Resolver, path: Path) -> ScoreTable:
    """Read the results of an evaluation with the score source that recognises them."""
    return _read(resolver, resolver.source("score source", os.fspath(path), "measured"), "score source", ScoreTable)


def benchmark_index(resolver: Resolver) -> BenchmarkIndex:
    """Read every catalogue. One of a plugin that the user named takes precedence over the installed ones."""
    plugins = resolver.plugins
    catalogues = sorted(plugins.of_kind("catalogue"), key=lambda catalogue: catalogue.plugin in plugins.named)
    return BenchmarkIndex.from_catalogues((catalogue.plugin, catalogue.bind()()) for catalogue in catalogues)


def _read(resolver: Resolver, selection: Selection, kind: str, result_type: type[Input]) -> Input:
    """Call a source. If it returns the path of a file, read that file. Raise PluginError for any other type."""
    result = selection.bound(selection.location)
    if isinstance(result, Path):
        inner = resolver.source(kind, os.fspath(result), "embedded")
        resolver.selections.remove(inner)
        result = _without_path(inner.bound(inner.location), os.fspath(result), selection.component)
    if not isinstance(result, result_type):
        msg = f"{selection.component}: it must return a {result_type.__name__} or a Path, got {type(result).__name__}"
        raise PluginError(msg, selection.component)
    return _without_secrets(result)


def _without_secrets(result: Input) -> Input:
    """Leave the secrets in the locations of score tables out of what the table says about its origin."""
    if not isinstance(result, ScoreTable):
        return result
    benchmarks = [attrs.evolve(b, source=redacted(b.source)) for b in result.benchmarks]
    return attrs.evolve(result, benchmarks=benchmarks, notes=tuple(map(redacted, result.notes)))


def _without_path(result: object, path: str, component: Component) -> object:
    """Name the component as the source of its benchmarks, not the path where it happens to be installed."""
    if not isinstance(result, ScoreTable):
        return result
    benchmarks = [attrs.evolve(b, source=str(component)) if b.source == path else b for b in result.benchmarks]
    return attrs.evolve(result, benchmarks=benchmarks)


def _attributed(component: Component, part: Part) -> Iterator[pa.RecordBatch | Rejected]:
    """Read a part, attributing failures to its reader, and items that are not of a pool."""
    return attributed_items(component, lambda: check_items(part.read()))
