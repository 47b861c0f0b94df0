"""The recipes of rounds, made from the one that the user gave."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import attrs

import zebra_core as zebra
from zebra_core.plugins.protocols import SetsTraining
from zebra_core.training.trainer import implied_trainer

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

LISTED = "rounds:listed"


def round_recipe(recipe: zebra.Recipe, candidates: zebra.Run, picks: Path) -> zebra.Recipe:
    """Return the recipe of a round's dataset: that of the candidates, with the pairs that a file lists.

    The limit and the draws are those of the user's recipe.
    """
    base = without_options(candidates.recipe, targets_of(candidates.plugins.of_kind("strategy"), candidates.plugins))
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
    plugins = candidates.plugins
    replaced = [*plugins.of_kind("pool"), *plugins.of_kind("generator")]
    base = without_options(recipe, targets_of(replaced, plugins))
    return attrs.evolve(base, pool=str(pool), scores=(*candidates.recipe.scores, str(scores)))


def with_training_options(recipe: zebra.Recipe, schedule: zebra.BoundComponent, plugins: zebra.Plugins) -> zebra.Recipe:
    """Return a recipe whose trainers have the options that a schedule sets. Raise ZebraError if none of them has these."""
    if not isinstance(schedule.instance, SetsTraining):
        return recipe
    settings = dict(schedule.instance.training_options)
    names = zebra.trainer_names(recipe.trainer) or [implied_trainer(plugins)]
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
    tables = {stage.name: {**stage.recommended, **recipe.options.get(stage.name, {})} for stage in training.stages}
    return attrs.evolve(recipe, model=training.model, options={**recipe.options, **tables})


def without_options(recipe: zebra.Recipe, targets: Iterable[str]) -> zebra.Recipe:
    """Return a recipe without the options of components that it no longer uses."""
    dropped = {*targets}
    options: dict[str, Any] = {target: table for target, table in recipe.options.items() if target not in dropped}
    return attrs.evolve(recipe, options=options)


def targets_of(components: Sequence[zebra.Component], plugins: zebra.Plugins) -> set[str]:
    """Return what addresses these components, and none of another kind."""
    kinds = {each.kind for each in components}
    others = {target for each in plugins.components if each.kind not in kinds for target in zebra.names_of(each)}
    return {target for each in components for target in zebra.names_of(each)} - others
