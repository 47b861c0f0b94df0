"""Rounds: pick pairs by a schedule, build their dataset, train on it, measure the policy, and begin again with it."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import attrs
import numpy as np

import zebra_core as zebra
from zebra_core.cli.train import train_command
from zebra_core.plugins.component import attributed_to
from zebra_core.plugins.protocols import AnswersPrompts
from zebra_core.training.relaunch import launch_command
from zebra_core.training.schedule import checked_picks
from zebra_rounds.candidates import CandidateSet, candidate_recipe, summary_of, write_picks
from zebra_rounds.on_policy import Policy
from zebra_rounds.policy import policy_margins, policy_scores
from zebra_rounds.recipes import round_recipe, with_recommended
from zebra_rounds.results import FILE, RoundResult, RoundResults

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray


@attrs.frozen(eq=False)
class Rounds:
    """Rounds that are ready to run: everything is selected and checked, and nothing is written.

    `recipe` is that of a single run, and `run` the one that writes the candidates, with the training of the first round.
    `schedule` picks the pairs of each of the `count` rounds. All files are in the folder `output`. Only with `overwrite` is
    something replaced that other rounds have written, and only with `resume` is an interrupted training not begun anew. `launch`
    says how the trainings run in several processes, if they do, and with `report` observers show each round's dataset.
    """

    recipe: zebra.Recipe
    run: zebra.Run
    training: zebra.Training | zebra.Chain
    schedule: zebra.BoundComponent
    count: int
    output: Path
    overwrite: bool = False
    resume: bool = True
    launch: str | None = None
    report: bool = False
    log: Callable[[str], None] = lambda _: None

    def execute(self) -> RoundResults:
        """Run what is not finished. Return what each round gave. Raise ZebraError as builds and trainings do."""
        recipe, candidates = self.recipe, self._candidates(self.run, self.output / "candidates")
        margins, results = np.zeros(candidates.dataset.total), []
        for number in range(1, self.count + 1):
            self.log(f"round {number} of {self.count}, schedule {self.schedule.name}")
            dataset = self._dataset(recipe, candidates, margins, number)
            self._train(dataset, number)
            scores = self._scores(number)
            if number < self.count and isinstance(self.schedule.instance, AnswersPrompts):
                policy = Policy(number, self._folder(number), self.schedule.instance.sampling)
                recipe = policy.join(recipe, candidates.run, scores)
                run = zebra.prepare(candidate_recipe(recipe), self.run.plugins)
                candidates = self._candidates(run, self._folder(number) / "candidates")
            margins = self._margins(candidates, number)
            results.append(RoundResult.of(number, dataset, self.model(number), summary_of(margins), scores))
        trained = RoundResults(schedule=self.schedule.name, trainer=self.training.name, rounds=tuple(results))
        zebra.write_record(trained, self.output / FILE)
        return trained

    @property
    def shown(self) -> zebra.Run:
        """The run that writes the candidates, with the limit and the draws of the user's recipe."""
        names = ("pairs", "temperature", "max_share")
        given = {name: getattr(self.recipe, name) for name in names}
        return attrs.evolve(self.run, recipe=attrs.evolve(self.run.recipe, **given))

    def _folder(self, number: int) -> Path:
        return self.output / f"round-{number}"

    def model(self, number: int) -> Path:
        """Return the folder of the model that a round gives."""
        return self._folder(number) / "model"

    def _candidates(self, run: zebra.Run, folder: Path) -> CandidateSet:
        return CandidateSet(run, self._built(run, folder))

    def _built(self, run: zebra.Run, folder: Path) -> zebra.Dataset:
        """Return the dataset of a run, which is written unless it has been."""
        return run.existing(folder) or run.write(folder, overwrite=self.overwrite, log=self.log)

    def _dataset(
        self, recipe: zebra.Recipe, candidates: CandidateSet, margins: NDArray[np.float64], number: int
    ) -> zebra.Dataset:
        """Return the dataset of the pairs that the schedule picks for a round."""
        pairs = candidates.pairs(margins, number, self.count)
        with attributed_to(self.schedule):
            picked = checked_picks(self.schedule.instance(pairs), pairs)
        picks = self._folder(number) / "picks.parquet"
        zebra.storage.make_folder(picks.parent)
        write_picks(candidates, margins, picked, picks)
        run = zebra.prepare(round_recipe(recipe, candidates.run, picks), self.run.plugins)
        dataset = self._built(run, self._folder(number) / "dataset")
        self.log(f"{dataset.total:,} pairs picked of {len(pairs):,} candidates")
        if self.report:
            with self.run.plugins.stage("summary") as done:
                done(dataset)
        return dataset

    def _train(self, dataset: zebra.Dataset, number: int) -> None:
        """Train on a round's dataset from the model of the round before, unless that is done."""
        training = self.training if number == 1 else self.training.starting_from(str(self.model(number - 1)))
        location, model = str(dataset.folder), self.model(number)
        if training.is_done(location, model):
            self.log(f"the model in {model} is already what this round gives")
            return
        resume = None if self.resume else False
        if self.launch is None:
            training.run(location, model, overwrite=self.overwrite, resume=resume, log=self.log)
            return
        recipe = with_recommended(self.recipe, training)
        words = train_command(recipe, training, location, str(model), overwrite=self.overwrite, resume=resume)
        code = subprocess.run(launch_command(self.launch, words), check=False).returncode  # noqa: S603  # our own command
        if code:
            msg = f"the training of round {number} ended with the exit code {code}; what is finished is kept, and the same command resumes"
            raise zebra.ZebraError(msg)

    def _scores(self, number: int) -> dict[str, float]:
        """Return the scores of a round's policy, none if nothing is to be measured."""
        if not self.run.evaluators:
            return {}
        return policy_scores(self.run, str(self.model(number)), number, self._folder(number) / "evaluation")

    def _margins(self, candidates: CandidateSet, number: int) -> NDArray[np.float64]:
        """Return the margins of a round's policy, against the model of the first round, on candidates."""
        last = self.training.stages[-1]
        path = self._folder(number) / "policy_margins.parquet"
        return policy_margins(last.trainer.bound, candidates, str(self.model(number)), self.training.model, path)
