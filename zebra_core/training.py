"""Training on a preference dataset: what a trainer takes and gives, and a training that is ready to run."""

from __future__ import annotations

import os
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from zebra_core import storage
from zebra_core.checkpoints import is_first_process, training_folder, training_job

if TYPE_CHECKING:
    from collections.abc import Callable

    from zebra_core.choices import Choice, Chooser
    from zebra_core.discovery import Plugins


class Trainer(Protocol):
    """A component that trains a model on a preference dataset; its options are its settings.

    A trainer may have `check(model)`, which raises ZebraError before anything is built where the training cannot work,
    `steps(pairs)`, which says how many steps it takes, and `finished(output)`, called when the folder is in its place.
    """

    def __call__(self, dataset: str, model: str, output: Path) -> object:
        """Train `model` (a folder or a hub's name) on a dataset (a folder, a file or a hub's name).

        What the trained model needs is written to the folder `output`. It may hold what an interrupted call with the same
        settings left there (`checkpoint-*`), from which the training goes on.
        """


@attrs.frozen(eq=False)
class Training:
    """A training that is ready: trainer and model are chosen, and nothing speaks against them."""

    plugins: Plugins
    trainer: Choice
    options: dict[str, Any]
    model: str
    suited: dict[str, Any]

    @classmethod
    def of(cls, chooser: Chooser) -> Training:
        """Choose trainer and model; ZebraError where there is no such, or the training cannot work."""
        found = chooser.model()
        suited = found.made.says("suited", {}) if found else {}
        trainer = chooser.component("trainer", suited=suited)
        model = _made(found) if found else chooser.recipe.model
        check = trainer.made.says("check")
        if check:
            with trainer.component.blamed(mistakes=False):
                check(model)
        options = _plain(trainer)
        taken = {name: value for name, value in suited.items() if options.get(name) == value}
        return cls(chooser.plugins, trainer, options, model, taken)

    def steps(self, pairs: int) -> int | None:
        """Return how many steps a training on so many pairs takes, None where the trainer does not say."""
        says = self.trainer.made.says("steps")
        return None if says is None else int(says(pairs))

    def run(
        self,
        dataset: str,
        output: str | Path,
        *,
        overwrite: bool = False,
        resume: bool | None = None,
        say: Callable[[str], None] = lambda _: None,
    ) -> Path:
        """Train on a dataset (a folder, a file, or a hub's name), and return the folder of the trained model.

        `resume` is whether to go on from the checkpoints of an interrupted training; None does where there are some. Raises
        ZebraError where `output` exists and may not be overwritten, and for whatever the trainer cannot use.
        """
        output, component = Path(output), self.trainer.component
        chosen = {"trainer": component.name, "plugin": f"{component.plugin} {self.plugins.origins[component.plugin]}"}
        job = training_job(
            {"zebra": version("zebra-preference"), **chosen, "options": self.options}, dataset, self.model
        )
        with (
            training_folder(output, job, overwrite=overwrite, resume=resume, say=say) as folder,
            component.blamed(mistakes=False),
        ):
            if self.suited and is_first_process():
                say(
                    f"settings that suit the model: {', '.join(f'{name} {value:g}' for name, value in self.suited.items())}"
                )
            self.trainer.made.call(dataset, self.model, folder)
        finished = self.trainer.made.says("finished")
        if finished and is_first_process():
            with component.blamed(mistakes=False):
                finished(output)
        self.plugins.done("training", output)
        return output


def _plain(choice: Choice) -> dict[str, Any]:
    """Return the options that a component was made with, as plain values."""
    made = choice.made.call
    return attrs.asdict(made) if attrs.has(type(made)) else {}


def _made(choice: Choice) -> str:
    """Make a model in the user's cache, once, and return its folder."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "zebra"
    folder = cache / f"{choice.component.name}-{version('zebra-preference')}"
    if not folder.exists():
        making = folder.with_name(f"{folder.name}.{os.getpid()}")
        choice.made(making)
        try:
            making.rename(folder)
        except OSError:  # another process was faster
            storage.remove(making)
    return str(folder)
