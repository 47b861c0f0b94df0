"""From prompts and models to a pool: a file of JSON lines in the layout `messages`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import attrs

import zebra_core as zebra
from zebra_core.base.lock import locked
from zebra_generate.journal import Journal, key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from zebra_generate.prompts import Prompt


@attrs.frozen
class Model:
    """A model that is to answer: its name in the pool, its generator, and what the generator calls it."""

    name: str
    generator: zebra.BoundComponent
    location: str
    settings: str = attrs.field(init=False)

    @settings.default
    def _settings(self) -> str:
        generator = self.generator
        return key_of(self.name, generator.component.plugin, generator.name, generator.options, self.location)

    def key(self, prompt: Prompt) -> str:
        """Return the key of the model's response to a prompt: it changes with the model, its settings and the prompt."""
        return key_of(self.settings, prompt.id, prompt.messages)

    def answer(self, prompts: Sequence[Prompt]) -> Sequence[str | None]:
        """Return the model's responses. Raise PluginError if the generator breaks its contract."""
        responses = self.generator([[{**message} for message in prompt.messages] for prompt in prompts], self.location)
        if fault := _fault(responses, len(prompts)):
            msg = f"{self.generator.component}: {fault}"
            raise zebra.PluginError(msg, self.generator.component)
        checked: Sequence[str | None] = responses
        return checked


def _fault(responses: Any, count: int) -> str:
    """Return what is wrong with what a generator returned, empty if nothing is."""
    if not isinstance(responses, list | tuple):
        return f"a generator returns a list of texts, got {type(responses).__name__}"
    if len(responses) != count:
        return f"a generator returns one response per prompt, got {len(responses)} for {count} prompts"
    wrong = [type(each).__name__ for each in responses if not (each is None or isinstance(each, str))]
    if wrong:
        return f"a response is text, or None if it failed, got {wrong[0]}"
    if any(not _is_unicode(each) for each in responses if each):
        return "a response has half of a surrogate pair, which is not Unicode"
    return ""


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


@attrs.frozen
class Answers:
    """How many responses a model gave: in all, missing and empty ones."""

    given: int
    missing: int
    empty: int


def generate(  # noqa: PLR0913  # what to do, where, and how it is reported
    prompts: Sequence[Prompt],
    models: Sequence[Model],
    output: Path,
    *,
    batch: int,
    overwrite: bool,
    log: Callable[[str], object],
    on_progress: Callable[[zebra.Progress], object],
) -> dict[str, Answers]:
    """Write the pool `output` of the responses of all models, and return what each gave.

    A generator gets `batch` prompts at a time. Each response is kept beside the output when it is there, and not asked for
    again by the next call of the same kind after an interruption. Raise ZebraError if the output exists, unless it may be
    overwritten, if a generator fails, or if no model responded; Interrupted after Ctrl-C.
    """
    with locked(output):
        if output.is_dir() or (output.exists() and not overwrite):
            remedy = "choose another --output" if output.is_dir() else "add --overwrite, or choose another --output"
            msg = f"{output} exists already; {remedy}"
            raise zebra.ZebraError(msg)
        journal = Journal.open(output.with_name(f"{output.name}.partial"))
        if journal.responses:
            log(f"resuming an interrupted run: {len(journal.responses):,} responses are there")
        _ask(prompts, models, journal, batch, on_progress)
        rows = list(_rows(prompts, models, journal))
        if not rows:
            msg = "no model responded to any prompt, so there is no pool; look at what the generator prints"
            raise zebra.ZebraError(msg)
        try:
            zebra.storage.write_durably(output, "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows))
        except OSError as error:
            msg = f"cannot write {output}: {error.strerror}; free some space; {journal}"
            raise zebra.ZebraError(msg) from error
        answers = {model.name: _count(model, prompts, journal) for model in models}
        journal.remove()
    return answers


def _ask(
    prompts: Sequence[Prompt],
    models: Sequence[Model],
    journal: Journal,
    batch: int,
    on_progress: Callable[[zebra.Progress], object],
) -> None:
    """Ask every model for the responses that the journal lacks."""
    progress = zebra.Progress(len(models), len(models) * len(prompts), on_progress)
    try:
        for model in models:
            pending = [prompt for prompt in prompts if model.key(prompt) not in journal.responses]
            progress.advance(len(prompts) - len(pending), before=True)
            for start in range(0, len(pending), batch):
                asked = pending[start : start + batch]
                responses = zip(map(model.key, asked), model.answer(asked), strict=True)
                given = {key: response for key, response in responses if response is not None}
                journal.add(given)
                progress.advance(len(asked), sum(map(len, given.values())))
    except KeyboardInterrupt as error:
        msg = f"interrupted; {journal}"
        raise zebra.Interrupted(msg) from error
    except zebra.ZebraError as error:
        msg = f"{error}; {journal}"
        raise zebra.ZebraError(msg) from error


def _rows(prompts: Sequence[Prompt], models: Sequence[Model], journal: Journal) -> Iterator[dict[str, Any]]:
    """Yield the rows of the pool: each prompt with the models that responded, if any did."""
    for prompt in prompts:
        responses = {model.name: journal.responses.get(model.key(prompt)) for model in models}
        given = {name: response for name, response in responses.items() if response is not None}
        if given:
            source = {"source": prompt.source} if prompt.source else {}
            texts = {"models": [*given], "responses": [*given.values()]}
            yield {"id": prompt.id, **source, "prompt": [*prompt.messages], **texts}


def _count(model: Model, prompts: Sequence[Prompt], journal: Journal) -> Answers:
    responses = [journal.responses.get(model.key(prompt)) for prompt in prompts]
    given = [response for response in responses if response is not None]
    return Answers(len(given), len(prompts) - len(given), sum(not response.strip() for response in given))
