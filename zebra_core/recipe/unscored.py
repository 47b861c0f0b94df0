"""Models of the pool that the score tables lack: measured if the recipe asks for it, else named before a model is asked."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from zebra_core import storage
from zebra_core.errors import ZebraError, nearest
from zebra_core.plugins.component import attributed_to
from zebra_core.plugins.flags import requesting_flags
from zebra_core.recipe.inputs import read_models, select_aliases, select_score_sources
from zebra_core.scores.rows import listed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from zebra_core.pool.pool import Pool
    from zebra_core.recipe.resolve import Resolver, Selection


@runtime_checkable
class MeasuresModels(Protocol):
    """An imputation that also gives scores to the models of the pool that the tables lack."""

    def measure(self, models: Mapping[str, str], resolver: Resolver) -> Path:
        """Return a table with scores of models, each given with the folder of its weights, "" if it is not on this machine.

        `resolver` has the recipe and the plugins. Raise ZebraError if a model cannot be measured.
        """


FEWEST = 2
"""How many models a pool needs."""
NEW_TABLE = "scores.csv"
"""The table that a command adds a model to if the recipe names none that can have another row."""


def select_complete_sources(resolver: Resolver, pool: Pool, planned: Mapping[str, str] | None) -> list[Selection]:
    """Select the sources of scores, and one for the models of the pool that are measured because the others lack them.

    `planned` are the models of a pool that is yet to be made, with the folders of their weights. Raise ZebraError if one has
    no scores, unless the recipe says what to do about that.
    """
    measurer = _measurer(resolver)
    if measurer is None and planned is None:
        return select_score_sources(resolver, pool)
    places = dict.fromkeys(sorted(pool.models()), "") if planned is None else planned
    sources = select_score_sources(resolver, pool, required=measurer is None)
    index = select_aliases(resolver).index(read_models(resolver, sources))
    lacking = {name: place for name, place in places.items() if name not in index}
    if lacking and measurer is not None:
        with attributed_to(measurer, mistakes=False):
            table = measurer.measure(lacking, resolver)
        sources.append(resolver.source("score source", str(table), "measured"))
    elif lacking and resolver.recipe.missing in ("", resolver.plugins.default("imputation")):
        raise _unscored(resolver, lacking, sources, list(index))
    elif planned is not None and len(places) - len(lacking) < FEWEST:
        msg = f"a pair needs two models with scores, and only {len(places) - len(lacking)} would answer; name another model"
        raise ZebraError(msg)
    return sources


def _measurer(resolver: Resolver) -> MeasuresModels | None:
    """Return the imputation that the recipe names, if it measures models."""
    if not resolver.recipe.missing:
        return None
    instance = resolver.component("imputation").bound.instance
    return instance if isinstance(instance, MeasuresModels) else None


def measures(resolver: Resolver) -> bool:
    """Return whether the imputation that the recipe names measures models."""
    return _measurer(resolver) is not None


def _unscored(
    resolver: Resolver, lacking: Mapping[str, str], sources: list[Selection], scored: list[str]
) -> ZebraError:
    """Return the error for models that are to answer, but have no scores, with the command that measures the first."""
    name, place = next(iter(lacking.items()))
    near = nearest(name, scored)
    hint = f" (the closest name to {name!r} is {near!r}, and --alias maps names)" if near else ""
    fact = f"no table has scores of {listed(lacking)}, and responses of a model without scores cannot be paired{hint}"
    tables = [source.location for source in sources if source.location and source.location.endswith(".csv")]
    table = next((path for path in tables if storage.is_local(storage.place(path))), NEW_TABLE)
    reading = "" if table in tables else f", and add --scores {table}"
    remedy = f"add a row per model to {table}{reading}"
    if place:
        words = ["zebra", "evaluate", place, "--name", name, *_evaluation(resolver), "--add-to", table]
        remedy = f"measure {name!r} with `{shlex.join(words)}`{reading}{_automatic(resolver)}"
    return ZebraError(f"{fact}; {remedy}, or ask other models")


def _automatic(resolver: Resolver) -> str:
    """Return which flag has a run measure models, if there is one."""
    measurers = [each.name for each in resolver.plugins.of_kind("imputation") if hasattr(each.factory, "measure")]
    return f", or all such models with --missing {measurers[0]}" if measurers else ""


def _evaluation(resolver: Resolver) -> list[str]:
    """Return the flags of the evaluation that the recipe asks for, else the first one that there is."""
    flags = requesting_flags(resolver.plugins, "evaluator")
    given = {option.info.flag: resolver.recipe.evaluation.get(option.flag_name) for option in flags}
    values = {flag: ",".join(v) if isinstance(v, list) else str(v) for flag, v in given.items() if v}
    examples = {option.info.flag: option.info.metavar for option in flags[:1]}
    return [word for pair in (values or examples).items() for word in pair]
