"""Check everything that rounds need before anything is written."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import zebra_core as zebra
from zebra_core.plugins.component import attributed_to
from zebra_core.plugins.protocols import AnswersPrompts, ChecksSuccessor, MeasuresPairs
from zebra_rounds.candidates import candidate_recipe
from zebra_rounds.recipes import targets_of, with_training_options, without_options
from zebra_rounds.rounds import Rounds

if TYPE_CHECKING:
    from pathlib import Path


def prepare_rounds(recipe: zebra.Recipe, plugins: zebra.Plugins, schedule: str, count: int, output: Path) -> Rounds:
    """Return rounds that are ready to run.

    Raise ZebraError for whatever a single run would refuse, and if schedule, trainer and evaluation do not fit each other.
    """
    _check(recipe)
    component = plugins.find("schedule", schedule or plugins.default("schedule"))
    bound = component.bind(zebra.options_for(component, recipe.options, plugins))
    recipe = with_training_options(without_options(recipe, targets_of([component], plugins)), bound, plugins)
    run = zebra.prepare(candidate_recipe(recipe), plugins)
    if run.training is None:
        msg = "rounds train a model; add --model, and --trainer if it is not to be the default"
        raise zebra.ZebraError(msg)
    _check_training(run.training, count)
    if isinstance(bound.instance, AnswersPrompts) and not run.evaluators:
        msg = (
            f"with the schedule {bound.name} the policy joins the pool with its scores, and nothing says how to measure it; "
            "add --tasks or another flag of an evaluator, or choose another --schedule"
        )
        raise zebra.ZebraError(msg)
    return Rounds(recipe, run, run.training, bound, count, output)


def _check(recipe: zebra.Recipe) -> None:
    """Raise ZebraError for what a single run or training may do, and rounds may not."""
    if (processes := os.environ.get("WORLD_SIZE", "1")) != "1":
        msg = f"rounds build datasets between trainings, in one process; leave out torchrun, and add --launch torchrun:{processes}"
        raise zebra.ZebraError(msg)
    if recipe.scope != zebra.Recipe().scope:
        msg = f"rounds pick the pairs of each instruction, and the scope is {recipe.scope}; leave out --scope"
        raise zebra.ZebraError(msg)
    if recipe.export:
        msg = "rounds write no exports; leave out --export, and give `zebra export` the folder of a round's dataset"
        raise zebra.ZebraError(msg)


def _check_training(training: zebra.Training | zebra.Chain, count: int) -> None:
    """Raise ZebraError if a round cannot start from the model of the one before, or its policy cannot be measured."""
    stages = training.stages
    last = stages[-1].trainer.bound
    if stages[-1].gives_reward_model:
        msg = (
            f"{last.name} gives a reward model, and each round starts from the policy of the one before; "
            f"name a trainer that learns against it after it, such as --trainer {last.name},grpo"
        )
        raise zebra.ZebraError(msg)
    if not isinstance(last.instance, MeasuresPairs):
        msg = f"the trainer {last.name} does not say how its policy does on pairs, which rounds need; choose another --trainer"
        raise zebra.ZebraError(msg)
    if count > 1 and isinstance(last.instance, ChecksSuccessor):
        with attributed_to(last, mistakes=False):
            last.instance.check_successor(stages[0].name)
