"""Trainings one after the other: each starts from the last policy before it, and learns against the reward models before it."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from zebra_core import storage
from zebra_core.errors import Interrupted, ZebraError
from zebra_core.plugins.component import attributed_to
from zebra_core.plugins.protocols import ChecksSuccessor, LearnsAgainstRewards
from zebra_core.training.folder import check_output, is_first_process, wait_for_model
from zebra_core.training.trainer import Training

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from zebra_core.plugins.component import BoundComponent
    from zebra_core.recipe.resolve import Resolver


@attrs.frozen(eq=False)
class Chain:
    """Trainings one after the other, at least two; all are checked, and `stages[0]` starts from the model of the recipe."""

    stages: tuple[Training, ...]

    @property
    def name(self) -> str:
        """The names of the trainers, joined as the folder of the trained model is named by default: `sft-dpo`."""
        return "-".join(stage.name for stage in self.stages)

    @property
    def model(self) -> str:
        """The model that the first stage starts from."""
        return self.stages[0].model

    def starting_from(self, model: str) -> Chain:
        """Return the chain that starts from another model."""
        return attrs.evolve(self, stages=tuple(stage.starting_from(model) for stage in self.stages))

    def steps(self, pairs: int) -> int | None:
        """Return how many optimiser steps all stages take on this many pairs, None if a trainer cannot tell."""
        counts = [stage.steps(pairs) for stage in self.stages]
        return None if None in counts else sum(count or 0 for count in counts)

    def folders(self, output: str | Path) -> tuple[Path, ...]:
        """Return the folder of each stage; that of the last one is `output`.

        The model of `sft` in the chain `sft,dpo` is in `pairs-sft` if `output` is `pairs-sft-dpo`, else in `OUTPUT-sft`.
        """
        last, names = Path(output), [stage.name for stage in self.stages]
        base = last.name.removesuffix(f"-{self.name}")
        earlier = ["-".join([base, *names[:number]]) for number in range(1, len(names))]
        return (*(last.with_name(name) for name in earlier), last)

    def is_done(self, dataset: str, output: str | Path) -> bool:
        """Return whether the folders have the models that these trainings on a dataset give."""
        return self._finished(dataset, self.folders(output)) == len(self.stages)

    def check_free(self, dataset: str | None, output: str | Path, *, overwrite: bool) -> None:
        """Raise ZebraError if a folder that is to be written is in use; None is a dataset that is yet to be built.

        A stage is not run again if its folder has the model that it gives on the dataset.
        """
        folders = self.folders(output)
        first = 0 if dataset is None else self._skipped(dataset, folders)
        if dataset is not None and folders[first] != folders[-1] and not overwrite:
            self._linked(folders)[first].check_same(dataset, folders[first])
        for folder in folders[first:]:
            check_output(folder, overwrite=overwrite)

    def run(
        self,
        dataset: str,
        output: str | Path,
        *,
        overwrite: bool = False,
        resume: bool | None = None,
        log: Callable[[str], None] = lambda _: None,
    ) -> Path:
        """Run the stages that are not finished. Return the folder of the last one's model.

        The last stage is never skipped: as for a single training, its folder must be free, or `overwrite` given. `resume` is about the
        stage that was interrupted. Raise ZebraError if a folder is in use, or a trainer refuses its input.
        """
        folders, first = self.folders(output), is_first_process()
        skipped = self._skipped(dataset, folders)
        if first:
            self.check_free(dataset, output, overwrite=overwrite)
        say = log if first else lambda _: None
        for number, (stage, folder) in enumerate(zip(self._linked(folders), folders, strict=True)):
            place = f"stage {number + 1} of {len(folders)}, {stage.name}"
            if number < skipped:
                say(f"{place}: the model in {folder} is already what it gives")
                continue
            scorers = ", ".join(map(storage.shown, stage.reward_models))
            rewarded = f", rewarded by {scorers}" if scorers else ""
            say(f"{place}: from {storage.shown(stage.model)} to {folder}{rewarded}")
            again = resume and number == skipped == 0  # a finished stage before it is something to resume, too
            with _kept(folders[:number]):
                stage.run(
                    dataset, folder, overwrite=overwrite, resume=None if resume and not again else resume, log=say
                )
            if not first and folder != folders[-1]:
                wait_for_model(folder, stage.job(dataset))
            gc.collect()  # the trainer is in cycles, and its memory is the next one's
        return folders[-1]

    def _linked(self, folders: tuple[Path, ...]) -> list[Training]:
        """Return the stages, each with the folder of the last policy before as its model, and those of the reward models as rewards."""
        linked, policy = [], ""
        scorers: dict[str, str] = {}
        for stage, folder in zip(self.stages, folders, strict=True):
            started = stage.starting_from(policy) if policy else stage
            linked.append(started.with_reward_models(scorers))
            if stage.gives_reward_model:
                scorers[stage.name] = str(folder)
            else:
                policy = str(folder)
        return linked

    def _finished(self, dataset: str, folders: tuple[Path, ...]) -> int:
        """Return how many stages from the first one on are finished."""
        for number, (stage, folder) in enumerate(zip(self._linked(folders), folders, strict=True)):
            if not stage.is_done(dataset, folder):
                return number
        return len(folders)

    def _skipped(self, dataset: str, folders: tuple[Path, ...]) -> int:
        return min(self._finished(dataset, folders), len(folders) - 1)


@contextmanager
def _kept(folders: tuple[Path, ...]) -> Iterator[None]:
    """Add to the message of an error where the models of the earlier stages are kept."""
    try:
        yield
    except ZebraError as error:
        if not folders or type(error) not in (ZebraError, Interrupted):
            raise
        msg = f"{error}; the earlier stages are finished and kept: {', '.join(map(str, folders))}"
        raise type(error)(msg) from error


def select_training(resolver: Resolver) -> Training | Chain:
    """Select the trainer that a recipe names and its model, or several trainers one after the other.

    Raise ZebraError if one is missing or incompatible, if a name is empty or is named twice, if a trainer cannot start from
    what an earlier one gives, and if no trainer learns against a reward model that one before the last gives.
    """
    names = trainer_names(resolver.recipe.trainer)
    if len(names) < 2:
        return Training.from_resolver(resolver)
    components = [resolver.plugins.find("trainer", name) for name in names]
    for number, component in enumerate(components):
        if component in components[:number]:
            msg = (
                f"--trainer {resolver.recipe.trainer} names {component.name} twice, and --set {component.name}.OPTION could not tell "
                "the two apart; train the second time with another `zebra train`, whose --model is the first one's folder"
            )
            raise ZebraError(msg)
    stages: list[Training] = []
    for name in names:
        scorers = [stage.name for stage in stages if stage.gives_reward_model]
        recipe = attrs.evolve(resolver.recipe, trainer=name)
        stages.append(Training.from_resolver(attrs.evolve(resolver, recipe=recipe), scorers))
    _check_order(stages)
    return Chain(tuple(stages))


def _check_order(stages: Sequence[Training]) -> None:
    """Raise ZebraError if a stage cannot start from the last policy before it, or nothing uses a reward model."""
    policy: BoundComponent | None = None
    for number, stage in enumerate(stages):
        if policy and isinstance(policy.instance, ChecksSuccessor):
            with attributed_to(policy, mistakes=False):
                policy.instance.check_successor(stage.name)
        if stage.gives_reward_model:
            _check_used(stage, stages[number + 1 :])
        else:
            policy = stage.trainer.bound


def _check_used(scorer: Training, later: Sequence[Training]) -> None:
    """Raise ZebraError if trainers come after one that gives a reward model, and none of them learns against rewards."""
    if not later or any(stage.learns_against_rewards for stage in later):
        return
    trainers = scorer.plugins.of_kind("trainer")
    able = [trainer.name for trainer in trainers if isinstance(trainer.factory, LearnsAgainstRewards)]
    names, verb = " and ".join(stage.name for stage in later), "does" if len(later) == 1 else "do"
    one = f"name one that does after it ({', '.join(able)}), name" if able else "name"
    msg = (
        f"{scorer.name} gives a reward model, which scores responses, and {names} {verb} not learn against rewards; "
        f"{one} {scorer.name} last, or leave it out"
    )
    raise ZebraError(msg)


def trainer_names(text: str) -> list[str]:
    """Return the names in the recipe's `trainer`, `sft,dpo` for two one after the other. Raise ZebraError if one is empty."""
    names = [name.strip() for name in text.split(",")] if text else []
    if not all(names):
        msg = f"--trainer expects the name of a trainer, or several such as sft,dpo, got {text!r}"
        raise ZebraError(msg)
    return names
