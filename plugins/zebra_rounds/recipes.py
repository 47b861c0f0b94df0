"""The recipes of rounds, made from the one that the user gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

import zebra_core as zebra
from zebra_core.plugins.protocols import SetsTraining

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

LISTED = "rounds:listed"


def round_recipe(recipe: zebra.Recipe, candidates: zebra.Run, picks: Path) -> zebra.Recipe:
    """Return the recipe of a round's dataset: that of the candidates, with the pairs that a file lists.

    The limit and the draws are those of the user's recipe.
    """
    base = without_options(candidates.recipe, _replaced(candidates, "strategy"))
    listed = {"file": str(picks)}
    return attrs.evolve(
        base,
        strategy=LISTED,
        columns=(*base.columns, LISTED),
        pairs=recipe.pairs,
        temperature=recipe.temperature,
        max_share=recipe.max_share,
        evaluation={},
        options={**base.options, "strategy.listed": listed, "column.listed": listed},
    )


def with_pool(recipe: zebra.Recipe, candidates: zebra.Run, pool: Path, scores: Path) -> zebra.Recipe:
    """Return a recipe that reads another pool, and a table of scores besides its own."""
    pinned = candidates.recipe.scores
    return attrs.evolve(
        without_options(recipe, _replaced(candidates, "pool")), pool=str(pool), scores=(*pinned, str(scores))
    )


def with_training_options(recipe: zebra.Recipe, schedule: zebra.BoundComponent, plugins: zebra.Plugins) -> zebra.Recipe:
    """Return a recipe whose trainers have the options that a schedule sets. Raise ZebraError if none of them has these."""
    if not isinstance(schedule.instance, SetsTraining):
        return recipe
    settings = dict(schedule.instance.training_options)
    names = zebra.trainer_names(recipe.trainer) or [plugins.default("trainer")]
    fitting = [name for name in names if {*settings} <= {*plugins.find("trainer", name).options}]
    if not fitting:
        msg = (
            f"the schedule {schedule.name} sets {', '.join(settings)}, which the trainer {','.join(names)} does not have; "
            "add --trainer dpo, or choose another --schedule"
        )
        raise zebra.ZebraError(msg)
    tables = {name: {**settings, **recipe.options.get(name, {})} for name in fitting}
    return attrs.evolve(recipe, options={**recipe.options, **tables})


def with_recommended(recipe: zebra.Recipe, training: zebra.Training | zebra.Chain) -> zebra.Recipe:
    """Return a recipe for a training that starts from its own model, with the options that the recipe's model recommends."""
    stages = training.stages if isinstance(training, zebra.Chain) else (training,)
    tables = {stage.name: {**stage.recommended, **recipe.options.get(stage.name, {})} for stage in stages}
    return attrs.evolve(recipe, model=training.model, options={**recipe.options, **tables})


def without_options(recipe: zebra.Recipe, components: Iterable[zebra.Component]) -> zebra.Recipe:
    """Return a recipe without the options of components that it no longer uses."""
    dropped = {target for component in components for target in zebra.names_of(component)}
    options: dict[str, Any] = {target: table for target, table in recipe.options.items() if target not in dropped}
    return attrs.evolve(recipe, options=options)


def _replaced(run: zebra.Run, kind: str) -> list[zebra.Component]:
    """Return the run's components of a kind, unless another one in use has the same name."""
    others = {each.component.name for each in run.selections if each.component.kind != kind}
    return [
        each.component for each in run.selections if each.component.kind == kind and each.component.name not in others
    ]
