"""The pool `generate`: a run lets models answer prompts first, and then reads what they answered."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import click

import zebra_core as zebra
from zebra_core.cli.progress_bar import progress
from zebra_generate.asking.ask import Reporting, Settings
from zebra_generate.counting.progress import describe
from zebra_generate.counting.tables import failures, show_tallies
from zebra_generate.keeping.folder import Target
from zebra_generate.keeping.pool import requests_of_pool
from zebra_generate.requests.candidates import Draw
from zebra_generate.requests.models import check_models, read_models
from zebra_generate.requests.prompts import read_prompts
from zebra_generate.requests.request import Model  # noqa: TC001  # a field's type, read at run time
from zebra_generate.requests.rows import rows_of
from zebra_generate.run import generate, requests_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from zebra_core.recipe.resolve import Resolver


CODE = r"(^|[=,:])\s*command:|://(?!(localhost|127\.0\.0\.1)(:\d+)?(/|$))"
"""What a recipe may not name without consent: a program, and the address of another machine, which gets prompts and a key."""


def _models(texts: Iterable[str]) -> tuple[str, ...]:
    """Return models; `a,b` is two of them, but a text with a space, such as a command line, is one."""
    items = [[text] if re.search(r"\s", text) else text.split(",") for text in texts]
    return tuple(item for each in items for item in each if item.strip())


@attrs.define(eq=False)
class Generated:
    """What models answer to prompts: they are asked first, and a finished pool of the same prompts and models is used again.

    Further options, such as temperature and max_tokens, are of the generators that have them.
    """

    prompts: str = zebra.option(
        "", "Prompts that models answer first, for the pool.", flag="--prompts", metavar="FILE|hub:NAME", requests=True
    )
    models: tuple[str, ...] = zebra.option(
        (),
        "Models that answer the prompts, as a,b: NAME=GENERATOR[:LOCATION], a folder, or demo. Repeatable.",
        flag="--models",
        metavar="MODELS",
        requests=True,
        converter=_models,
        code=CODE,
    )
    output: str = zebra.option(
        "", "Folder of what the models answer; PROMPTS-answers if empty.", flag="--answers", metavar="DIR"
    )
    system: str = zebra.option("", "System message of the prompts that have none.", flag="--system")
    limit: int | None = zebra.option(
        None, "Read only this many prompts.", validator=attrs.validators.optional(attrs.validators.ge(1))
    )
    candidates: int | None = zebra.option(
        None,
        "Models that answer each prompt, drawn by the seed; all if not set.",
        validator=attrs.validators.optional(attrs.validators.ge(2)),
    )
    seed: int = zebra.option(0, "Seed of the draw, and of the sampling.")
    batch: int = zebra.option(
        64, "Prompts that a generator gets at a time, unless it takes all.", validator=attrs.validators.ge(1)
    )
    retry_failed: bool = zebra.option(default=False, help="Send the requests again that failed.", flag="--retry-failed")
    sampling: dict[str, Any] = zebra.option(factory=dict, catch_all=True)
    _asked: list[Model] = attrs.field(init=False, factory=list)

    def use(self, resolver: Resolver) -> None:
        """Bind the generators of the models. Raise ZebraError if prompts or models are missing or invalid."""
        for flag, value in (("--prompts", self.prompts), ("--models", self.models)):
            if not value:
                msg = f"the pool `generate` needs prompts, and models that answer them; add {flag}"
                raise zebra.ZebraError(msg)
        if "://" in self.output:
            msg = f"the responses are kept on this machine, and --answers is {zebra.storage.shown(self.output)}; name a folder"
            raise zebra.ZebraError(msg)
        for text in (self.prompts, *self.models):
            zebra.storage.check_secret(text, "--models" if text in self.models else "--prompts")
        self._asked = read_models(self.models, resolver.plugins, lambda each: self._bound(resolver, each), "--models")
        generators = [model.generator.component for model in self._asked]
        for name in self.sampling:
            if not any(name in generator.options for generator in generators):
                what, where = "option", "of the pool 'generate' or of a generator that a model uses"
                options = {*zebra.options_of(Generated), *(option for each in generators for option in each.options)}
                raise zebra.unknown(what, name, options, where)

    def _bound(self, resolver: Resolver, generator: zebra.Component) -> zebra.BoundComponent:
        values = {"seed": self.seed, **self.sampling}
        return resolver.bind(generator, {name: v for name, v in values.items() if name in generator.options})

    def planned_models(self, location: str | None) -> Mapping[str, str]:  # noqa: ARG002  # the prompts are an option
        """Return the models, with the folders of those whose weights are in one.

        Raise ZebraError if there is no such file of prompts, or a generator knows that it will not work.
        """
        check_models(self._asked)
        if not self.prompts.startswith("hub:"):
            next(rows_of(self.prompts, 1), None)
        return {each.name: each.location if Path(each.location).is_dir() else "" for each in self._asked}

    @property
    def _folder(self) -> Path:
        return Path(self.output or f"{_stem(self.prompts)}-answers")

    def __call__(self, location: str | None) -> Path:  # noqa: ARG002
        """Return the folder of the pool. Raise ZebraError if there is none."""
        if not requests_of_pool(self._folder):
            msg = f"there is no pool in {self._folder}; `zebra run` lets the models answer"
            raise zebra.ZebraError(msg)
        return self._folder

    def make(self, location: str | None) -> Path:  # noqa: ARG002
        """Let the models answer, unless they have. Return the folder of the pool."""
        asked = read_prompts(self.prompts, self.system, self.limit)
        requests = requests_of(asked, self._asked, Draw(self.candidates, self.seed))
        settings, target = Settings(self.batch, self.retry_failed), Target(self._folder, reuse=True, flag="--answers")
        with progress("generating", "requests", describe) as on_progress:
            reporting = Reporting(lambda text: click.echo(f"  {text}", err=True), on_progress)
            tallies = generate(requests, target, settings, reporting)
        show_tallies(tallies)
        if failed := failures(tallies):
            click.echo(f"  {failed}")
        if tallies:
            click.echo(f"  the responses are in {zebra.storage.shown(self._folder)}/, for other runs too")
        return self._folder


def _stem(prompts: str) -> str:
    """Return the name of a file of prompts without its suffix, or of a dataset of the Hub."""
    name = prompts.removeprefix("hub:").partition("?")[0].rstrip("/").rpartition("/")[2]
    return Path(name).stem or "prompts"
