"""Opening the pool and reading the scores that a recipe names, or that the pool and the plugins suggest."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from zebra_core.alias import one_name, read_aliases
from zebra_core.catalogue import Known, describe
from zebra_core.errors import PluginError, ZebraError
from zebra_core.pool import Pool
from zebra_core.recipe import DEFAULTS
from zebra_core.scores import ScoreTable, join

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pyarrow as pa

    from zebra_core.choices import Choice, Chooser
    from zebra_core.components import Component


def opened_pool(chooser: Chooser) -> tuple[Choice, Pool]:
    """Open the pool that the recipe names, else the one that a named plugin offers, else the default."""
    recipe = chooser.recipe
    if recipe.pool:
        choice = chooser.source("pool", recipe.pool, recipe.origins.get("pool", "asked for"))
    else:
        choice = chooser.component("pool")
    found = _read(chooser, choice, "pool", Pool)
    parts = [attrs.evolve(part, read=partial(_blamed, choice.component, part.read)) for part in found.parts]
    return choice, Pool(tuple(parts), found.files if choice.location else ())


def score_choices(chooser: Chooser, pool: Pool | None) -> list[Choice]:
    """Choose what the recipe names, else a named plugin's only source, else the one that covers the pool's models."""
    recipe, plugins = chooser.recipe, chooser.plugins
    if recipe.scores:
        return [
            chooser.source("score source", text, recipe.origins.get("scores", "asked for")) for text in recipe.scores
        ]
    only = plugins.only("score source")
    if only is not None:
        return [chooser.source("score source", f"{only.plugin}:{only.name}", f"from --plugin {only.plugin}")]
    if pool is None:
        return [chooser.source("score source", DEFAULTS["scores"], "default")]
    models = sorted(pool.first_models())
    for component in plugins.of("score source"):
        covers = component.made().says("covers")
        if covers is not None and covers(models):
            return [
                chooser.source("score source", f"{component.plugin}:{component.name}", "covers the models of the pool")
            ]
    msg = f"--scores is needed: no embedded table has the models of the pool ({', '.join(models[:5])}, ...)"
    raise ZebraError(msg)


def read_table(chooser: Chooser, sources: list[Choice]) -> ScoreTable:
    """Read the tables, name benchmarks as the catalogues and models as the aliases do, join them, apply what is declared."""
    recipe, known = chooser.recipe, known_benchmarks(chooser)
    names = one_name(read_aliases(recipe.alias)) if recipe.alias else {}
    tables = [known.named(_read(chooser, choice, "score source", ScoreTable)).renamed(names) for choice in sources]
    table = join(tables, recipe.clash)
    if not table.models:
        msg = f"there is not one score in {', '.join(choice.location or choice.component.name for choice in sources)}"
        raise ZebraError(msg)
    return describe(table, recipe.benchmarks, recipe.axes)


def read_models(chooser: Chooser, sources: list[Choice]) -> list[str]:
    """Read the names of the models that the tables have, as they have them."""
    tables = [_read(chooser, choice, "score source", ScoreTable) for choice in sources]
    return list(dict.fromkeys(model for table in tables for model in table.models))


def read_results(chooser: Chooser, path: Path) -> ScoreTable:
    """Read the results of an evaluation by the score source that recognises them."""
    table: ScoreTable = _read(
        chooser, chooser.source("score source", os.fspath(path), "measured"), "score source", ScoreTable
    )
    return table


def known_benchmarks(chooser: Chooser) -> Known:
    """Read every catalogue; one of a plugin that the user named weighs more than those that are installed."""
    offered = sorted(chooser.plugins.of("catalogue"), key=lambda c: c.plugin in chooser.plugins.named)
    return Known.of((component.plugin, component.made()()) for component in offered)


def _read(chooser: Chooser, choice: Choice, kind: str, wanted: type) -> Any:
    """Call a source; where it returns the path of a file, read that file. PluginError for anything but what is wanted."""
    found = choice.made(choice.location)
    if isinstance(found, Path):
        inner = chooser.source(kind, os.fspath(found), "embedded")
        chooser.chosen.remove(inner)
        found = _without_path(inner.made(inner.location), os.fspath(found), choice.component)
    if not isinstance(found, wanted):
        msg = f"{choice.component}: it must return a {wanted.__name__} or a Path, got {type(found).__name__}"
        raise PluginError(msg)
    return found


def _without_path(found: Any, path: str, component: Component) -> Any:
    """Name the component as the source of its benchmarks, not where it happens to be installed."""
    if not isinstance(found, ScoreTable):
        return found
    sources = [attrs.evolve(b, source=str(component)) if b.source == path else b for b in found.benchmarks]
    return attrs.evolve(found, benchmarks=sources)


def _blamed(component: Component, read: Callable[[], Iterator[pa.RecordBatch]]) -> Iterator[pa.RecordBatch]:
    """Read a part; what goes wrong on the way is the reader's."""
    with component.blamed():
        yield from read()
