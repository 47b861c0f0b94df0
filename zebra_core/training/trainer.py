"""Training on a preference dataset: the contract of trainers, and a training that is ready to run."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from zebra_core import storage
from zebra_core.errors import PluginError, ZebraError
from zebra_core.plugins.component import attributed_to
from zebra_core.plugins.protocols import (
    ChecksModel,
    Distributes,
    Finishes,
    GivesRewardModel,
    LearnsAgainstRewards,
    PlansSteps,
    RecommendsOptions,
)
from zebra_core.training.folder import (
    TRAINING,
    TrainingJob,
    TrainingResult,
    changes,
    check_output,
    content_version,
    is_first_process,
    located_version,
    model_version,
    training_folder,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from zebra_core.plugins.component import BoundComponent, Component
    from zebra_core.plugins.discovery import Plugins
    from zebra_core.recipe.resolve import Resolver, Selection


class Trainer(Protocol):
    """A component that trains a model on a preference dataset; its options are its settings.

    Optional members: `check`, `check_successor`, `gives_reward_model`, `reward_models` with `with_reward_model`, `steps`,
    `distribution`, `margins` and `finished` (see `zebra_core.plugins.protocols`).
    """

    def __call__(self, dataset: str, model: str, output: Path) -> TrainingResult | None:
        """Train `model` (a folder or a Hub name) on a dataset (a folder, a file or a Hub name). Return what it gave.

        Write everything that the trained model needs to the folder `output`; the result is written there as `results.json`.
        The folder may hold what an interrupted call with the same settings left (`checkpoint-*`), to resume from.
        """


@attrs.frozen(eq=False)
class Training:
    """A training that is ready: trainer and model are selected and checked.

    `recommended` are the options that the model recommends and the trainer uses. `called` are the components that the trainer
    calls, such as rewards.
    """

    plugins: Plugins
    trainer: Selection
    model: str
    recommended: dict[str, Any]
    called: tuple[BoundComponent, ...] = ()

    @property
    def name(self) -> str:
        """The trainer's name."""
        return self.trainer.component.name

    @property
    def stages(self) -> tuple[Training, ...]:
        """The training itself: a chain of one."""
        return (self,)

    @classmethod
    def from_resolver(cls, resolver: Resolver, scorers: Sequence[str] = ()) -> Training:
        """Select trainer and model. Raise ZebraError if either is missing or incompatible.

        `scorers` are the trainers before it in a chain that give reward models; the trainer is checked with those.
        """
        generated = resolver.model()
        instance = generated.bound.instance if generated else None
        recommended = dict(instance.recommended_options) if isinstance(instance, RecommendsOptions) else {}
        preferred = "" if resolver.recipe.trainer else implied_trainer(resolver.plugins)
        others = len(resolver.bound)
        trainer = resolver.component("trainer", preferred, recommended=recommended)
        called = tuple(resolver.bound[others:])
        model = generate_model(generated) if generated else resolver.recipe.model
        options = trainer.bound.options
        used = {name: value for name, value in recommended.items() if options.get(name) == value}
        training = cls(resolver.plugins, trainer, model, used, called=called)
        training.with_reward_models(dict.fromkeys(scorers, "")).check()
        return training

    def check(self) -> None:
        """Raise ZebraError if the trainer can tell early that it will not work."""
        bound = self.trainer.bound
        if isinstance(bound.instance, ChecksModel):
            with attributed_to(bound, mistakes=False):
                bound.instance.check(self.model)

    @property
    def gives_reward_model(self) -> bool:
        """Whether the trained model scores responses; others write them."""
        instance = self.trainer.bound.instance
        return isinstance(instance, GivesRewardModel) and bool(instance.gives_reward_model)

    @property
    def learns_against_rewards(self) -> bool:
        """Whether the trainer can learn against a reward model."""
        return isinstance(self.trainer.bound.instance, LearnsAgainstRewards)

    @property
    def reward_models(self) -> tuple[str, ...]:
        """The folders of the reward models that the trainer learns against."""
        instance = self.trainer.bound.instance
        return tuple(instance.reward_models) if isinstance(instance, LearnsAgainstRewards) else ()

    def with_reward_models(self, folders: Mapping[str, str]) -> Training:
        """Return the training with these reward models, by the trainers that gave them, as further rewards, if it can learn against them."""
        bound = self.trainer.bound
        instance = bound.instance
        if not isinstance(instance, LearnsAgainstRewards):
            return self
        with attributed_to(bound, mistakes=False):
            for name, folder in folders.items():
                instance = instance.with_reward_model(name, folder)
        return attrs.evolve(self, trainer=attrs.evolve(self.trainer, bound=attrs.evolve(bound, instance=instance)))

    def starting_from(self, model: str) -> Training:
        """Return the training that starts from another model."""
        return attrs.evolve(self, model=model)

    def steps(self, pairs: int) -> int | None:
        """Return how many optimiser steps a training on this many pairs takes, None if the trainer cannot tell."""
        instance = self.trainer.bound.instance
        return int(instance.steps(pairs)) if isinstance(instance, PlansSteps) else None

    def is_done(self, dataset: str, output: str | Path) -> bool:
        """Return whether the folder `output` has the model that this training on a dataset gives."""
        return TrainingJob.read(output) == self.job(dataset)

    def check_free(self, _dataset: str | None, output: str | Path, *, overwrite: bool) -> None:
        """Raise ZebraError if the folder of the trained model is in use."""
        check_output(Path(output), overwrite=overwrite)

    def check_same(self, dataset: str, output: Path) -> None:
        """Raise ZebraError, with the differences, if the folder has the model of another training."""
        before, now = TrainingJob.read(output), self.job(dataset)
        if before and before != now:
            msg = (
                f"{output} has another model than this training with {self.name} would give ({'; '.join(changes(before, now))}); "
                "add --overwrite to replace it, or choose another --output"
            )
            raise ZebraError(msg)

    def run(
        self,
        dataset: str,
        output: str | Path,
        *,
        overwrite: bool = False,
        resume: bool | None = None,
        log: Callable[[str], None] = lambda _: None,
    ) -> Path:
        """Train on a dataset (a folder, a file, or a Hub name). Return the folder of the trained model.

        `resume` says whether to resume from the checkpoints of an interrupted training; None resumes if there are any.
        Raise ZebraError if `output` exists and may not be overwritten, or the trainer refuses its input.
        """
        with self.plugins.stage("training") as done:
            folder = self._run(dataset, Path(output), log, overwrite=overwrite, resume=resume)
            done(folder)
        return folder

    def _run(
        self, dataset: str, output: Path, log: Callable[[str], None], *, overwrite: bool, resume: bool | None
    ) -> Path:
        bound = self.trainer.bound
        with training_folder(output, self.job(dataset), overwrite=overwrite, resume=resume, log=log) as folder:
            if self.recommended and is_first_process():
                settings = ", ".join(f"{name} {value:g}" for name, value in self.recommended.items())
                log(f"settings that suit the model: {settings}")
            with attributed_to(bound, mistakes=False):
                result = bound.instance(dataset, self.model, folder)
            if is_first_process():
                result = self._checked(result)
                self._check_written(folder)
                result.write(folder)
        if isinstance(bound.instance, Finishes) and is_first_process():
            with attributed_to(bound, mistakes=False):
                bound.instance.finished(output)
        return output

    def job(self, dataset: str) -> TrainingJob:
        """Return everything that the training on a dataset follows from."""
        component, instance = self.trainer.component, self.trainer.bound.instance
        called = {
            bound.component.address: {"plugin": self._plugin_of(bound.component), "options": bound.options}
            for bound in self.called
        }
        scorers = {f"reward model {storage.shown(folder)}": content_version(folder) for folder in self.reward_models}
        return TrainingJob(
            zebra=version("zebra-preference"),
            trainer=component.name,
            plugin=self._plugin_of(component),
            options=self.trainer.bound.options,
            components={**called, **scorers},
            dataset=located_version(dataset),
            model=model_version(self.model),
            distributed=dict(instance.distribution()) if isinstance(instance, Distributes) else {},
        )

    def _plugin_of(self, component: Component) -> str:
        """Return the plugin of a component, with where it is from."""
        return f"{component.plugin} {self.plugins.origins[component.plugin]}"

    def _check_written(self, folder: Path) -> None:
        """Raise PluginError if the trainer has written nothing but checkpoints."""
        names = {path.name for path in folder.iterdir() if not path.name.startswith("checkpoint-")}
        if names <= {TRAINING}:
            msg = f"{self.trainer.component}: it wrote nothing to the output folder, so there is no trained model"
            raise PluginError(msg, self.trainer.component)

    def _checked(self, result: object) -> TrainingResult:
        component = self.trainer.component
        if result is None:
            return TrainingResult()
        if not isinstance(result, TrainingResult):
            msg = f"{component}: it must return a zebra.TrainingResult or None, got {type(result).__name__}"
            raise PluginError(msg, component)
        return result


def implied_trainer(plugins: Plugins) -> str:
    """Return the trainer of a recipe that names none: the only one of a plugin that the user named, else the default.

    Raise ZebraError if a plugin that the user named offers several, none of which is the default.
    """
    sole, default = plugins.sole_component("trainer"), plugins.declared_default("trainer")
    if sole is not None:
        return plugins.unique_name(sole)
    for plugin in plugins.named:
        offered = [trainer for trainer in plugins.of_kind("trainer") if trainer.plugin == plugin]
        if offered and not any(default in trainer.names for trainer in offered):
            names = ", ".join(trainer.name for trainer in offered)
            msg = f"plugin {plugin!r} offers {len(offered)} trainers; add --trainer with one of them: {names}"
            raise ZebraError(msg)
    return plugins.default("trainer")


def generate_model(selection: Selection) -> str:
    """Generate a model in the user's cache, once. Return its folder."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "zebra"
    folder = cache / f"{selection.component.name}-{version('zebra-preference')}"
    if not folder.exists():
        unfinished = folder.with_name(f"{folder.name}.{os.getpid()}")
        selection.bound(unfinished)
        try:
            storage.publish(unfinished, folder)
        except OSError:  # another process was faster
            storage.remove(unfinished)
    return str(folder)
