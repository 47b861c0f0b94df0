"""Optional members of components: a component that has one takes part in what the member is for.

Test for a member with `isinstance(bound.instance, ChecksModel)`; a component declares it by simply having it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, Self, TypeVar, runtime_checkable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from zebra_core.base.arrays import Matrix

_Call = TypeVar("_Call", bound=Any)


@runtime_checkable
class DeclinesLocation(Protocol):
    """A pool reader or score source that recognises its own files."""

    def declines(self, location: str) -> str | None:
        """Return why the location cannot be read, as the rest of a sentence ("has no column prompt"), or None if it can."""


@runtime_checkable
class SuggestsFlags(Protocol):
    """A pool reader or score source that knows how to make a file readable that no reader recognises."""

    def suggests(self, location: str) -> str | None:
        """Return what to do, with the exact flags filled in with the file's own names ("add --set long.prompt=question"), or None."""


@runtime_checkable
class General(Protocol):
    """A reader of a general layout: it yields to a specific reader that recognises the same file."""

    general: bool


@runtime_checkable
class CoversModels(Protocol):
    """A score source with an embedded table that can be chosen without being named."""

    def covers(self, models: Sequence[str]) -> bool:
        """Return whether the table has scores of all these models."""


@runtime_checkable
class ReadsFiles(Protocol):
    """A component whose result depends on files, which the manifest lists with their hashes."""

    files: Sequence[Path]


@runtime_checkable
class PerInstruction(Protocol):
    """A strategy or rule that also receives the candidates of each instruction if `per_instruction` is True."""

    per_instruction: bool


@runtime_checkable
class Pairwise(Protocol):
    """A similarity, strategy or rule that can be asked about some of the models: the others do not change its answer.

    For a similarity and a rule, the value of a pair depends on its two models alone. For a strategy, which of two pairs
    is more desirable depends on their models alone. A function has the member if it is decorated with `pairwise`.
    """

    pairwise: bool


def pairwise(call: _Call) -> _Call:
    """Declare a function to be `Pairwise`, and return it."""
    call.pairwise = True
    return call


@runtime_checkable
class HasStandardError(Protocol):
    """A superiority that knows how uncertain it is."""

    def stderr(self, errors: Matrix, weights: Matrix) -> Matrix:
        """Return the standard error of each model (models), NaN if unknown.

        `errors` are those of the normalised scores (models x benchmarks), NaN if unknown, and `weights` (benchmarks).
        """


@runtime_checkable
class HasDefaultRule(Protocol):
    """A strategy that belongs to a rule: the rule becomes the default of a run with this strategy."""

    default_rule: str


@runtime_checkable
class HasSteepness(Protocol):
    """A rule that says how certain its labels are: the confidence of a pair is sigmoid(steepness x the rule's value).

    None leaves it to the scores (`zebra_core.pairing.confidence`), and the rule's value is then the superiority gap. If it is an
    option, `zebra audit --calibrate` fits it.
    """

    steepness: float | None


@runtime_checkable
class HasBaseline(Protocol):
    """A strategy to compare with another: the run reports if both pick the same pairs."""

    baseline: str


@runtime_checkable
class ChecksModel(Protocol):
    """A trainer, evaluator or generator that can tell early that it will not work."""

    def check(self, model: str) -> None:
        """Raise ZebraError if the model, an option or a library is missing or incompatible."""


@runtime_checkable
class ChecksSuccessor(Protocol):
    """A trainer whose model another trainer cannot always start from, as an adapter."""

    def check_successor(self, trainer: str) -> None:
        """Raise ZebraError if the next trainer of a chain, named `trainer`, cannot start from the model that this one gives."""


@runtime_checkable
class GivesRewardModel(Protocol):
    """A trainer whose model scores responses if `gives_reward_model` is True: no trainer starts from it, but others learn against it."""

    gives_reward_model: bool


@runtime_checkable
class LearnsAgainstRewards(Protocol):
    """A trainer that can learn against reward models.

    `reward_models` are the folders of those that it has; `training.json` has the hash of each.
    """

    reward_models: Sequence[str]

    def with_reward_model(self, name: str, folder: str) -> Self:
        """Return the trainer with one more reward, of weight 1: the model in a folder, which the trainer `name` gave.

        The folder is empty if the model is yet to be trained; such a trainer is checked, and not called.
        """


@runtime_checkable
class PlansSteps(Protocol):
    """A trainer that knows how long a training takes."""

    def steps(self, pairs: int) -> int:
        """Return the number of optimiser steps that a training on this many pairs takes."""


@runtime_checkable
class Distributes(Protocol):
    """A trainer that several processes run together."""

    def distribution(self) -> Mapping[str, object]:
        """Return how the processes share the training that this one takes part in, as plain values; empty for one process."""


@runtime_checkable
class MeasuresPairs(Protocol):
    """A trainer that can tell by how much a model prefers the chosen response of each pair."""

    def margins(self, dataset: str, model: str, base: str) -> Matrix:
        """Return the implicit reward margin of each pair of a dataset (rows), in its order; NaN where a pair has no room.

        With the likelihoods that `model` and `base` (what it was trained from) give a response to its prompt, that is
        log(model(chosen) / base(chosen)) - log(model(rejected) / base(rejected)), without beta (Rafailov et al. 2023, section 4).
        It is 0 if both are the same model. Two calls give the same numbers.
        """


@runtime_checkable
class Finishes(Protocol):
    """A trainer with work left once the model's folder is in place, such as an upload."""

    def finished(self, output: Path) -> None:
        """Do that work; `output` is the folder of the trained model."""


@runtime_checkable
class SetsTraining(Protocol):
    """A schedule that has the trainer use what it picked, such as an order or a column of the dataset."""

    training_options: Mapping[str, object]


@runtime_checkable
class AnswersPrompts(Protocol):
    """A schedule for which the policy answers the pool's prompts after each round, and joins the pool and the scores.

    `sampling` are options of the generator, such as `temperature` and `max_tokens`.
    """

    sampling: Mapping[str, object]


@runtime_checkable
class RecommendsOptions(Protocol):
    """A model that needs other settings than the trainer's defaults; options set by the user take precedence."""

    recommended_options: Mapping[str, object]


@runtime_checkable
class StatesProvenance(Protocol):
    """An evaluator that records what its scores depend on, such as prompts and versions."""

    def provenance(self, results: object) -> Mapping[str, object]:
        """Return plain values, from what calling the evaluator returned."""


@runtime_checkable
class HasPresets(Protocol):
    """A component whose option `preset` stands for a set of other options."""

    presets: Mapping[str, Mapping[str, object]]


@runtime_checkable
class TakesLints(Protocol):
    """A figure that also receives the results of the lints, a `LintResult` by name, if `takes_lints` is True."""

    takes_lints: bool


@runtime_checkable
class Follows(Protocol):
    """A figure that says which figure it follows on the page; "" puts it first.

    It is a class attribute; a function has the member if it is decorated with `follows`. A name that no figure has, and
    figures that follow each other, are no error: they are at the end of the page, with a note.
    """

    follows: str


def follows(figure: str) -> Callable[[_Call], _Call]:
    """Return a decorator that declares a function to be a figure that `Follows` another one."""

    def declare(call: _Call) -> _Call:
        call.follows = figure
        return call

    return declare
