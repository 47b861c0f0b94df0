"""Ask models: send the requests that are not done, and keep each response when it is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

import zebra_core as zebra
from zebra_core.plugins.component import attributed_items
from zebra_core.pool.generator import AnswersInAnyOrder
from zebra_generate.asking.checked import checked
from zebra_generate.asking.waiting import Waiting
from zebra_generate.counting.progress import Requests

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator, Mapping, Sequence

    from zebra_generate.counting.prices import Price
    from zebra_generate.keeping.journal import Journal
    from zebra_generate.requests.request import Model, Request


@attrs.frozen
class Settings:
    """How to ask: prompts per call of a generator, whether to send again what failed, and the prices of the models."""

    batch: int = 64
    retry_failed: bool = False
    prices: Mapping[str, Price] = attrs.field(factory=dict)


@attrs.frozen
class Reporting:
    """Whom to tell: of an event, in words, and of the progress after each request."""

    log: Callable[[str], object]
    on_progress: Callable[[zebra.Progress], object]


def ask(requests: Sequence[Request], journal: Journal, settings: Settings, reporting: Reporting) -> None:
    """Ask every model for the responses that the journal lacks, and for those that failed if they are to be retried.

    Raise ZebraError if a generator cannot go on, and Interrupted after Ctrl-C.
    """
    again = journal.failed if settings.retry_failed else set()
    kept = [request for request in requests if request.key in journal and request.key not in again]
    if kept:
        reporting.log(f"resuming an earlier run: {len(kept):,} of {len(requests):,} requests are done")
    progress = Requests(1, len(requests), reporting.on_progress, prices=settings.prices)
    for request in kept:
        progress.count(request.model.name, journal[request.key], before=True)
    pending = Pending(requests, {request.key for request in kept}, settings.batch)
    try:
        _ask_each(pending, journal, progress)
    except KeyboardInterrupt as error:
        msg = f"interrupted; {journal}"
        raise zebra.Interrupted(msg) from error
    except zebra.ZebraError as error:
        msg = f"{error}; {journal}"
        raise zebra.ZebraError(msg) from error


@attrs.frozen
class Pending:
    """Requests, the keys of those that are done, and how many prompts a generator gets at a time."""

    requests: Sequence[Request]
    done: Container[str]
    batch: int

    @property
    def models(self) -> list[Model]:
        """The models that are asked."""
        return [*dict.fromkeys(request.model for request in self.requests)]

    def all_of(self, model: Model) -> list[Request]:
        """Return the requests to a model that are not done."""
        return [each for each in self.requests if each.model is model and each.key not in self.done]

    def batches_of(self, model: Model) -> Iterator[list[Request]]:
        """Yield the same in batches. A batch is always a part of the same prompts.

        So a generator whose responses depend on the batch gives the same ones after an interruption.
        """
        own = [request for request in self.requests if request.model is model]
        for start in range(0, len(own), self.batch):
            if batch := [each for each in own[start : start + self.batch] if each.key not in self.done]:
                yield batch


def _ask_each(pending: Pending, journal: Journal, progress: Requests) -> None:
    """Ask one model after the other. Raise ZebraError at the end if the responses of some come later."""
    waiting = []
    for model in pending.models:
        try:
            for request, response in _responses(model, pending):
                journal.add({request.key: response})
                progress.count(model.name, response)
        except zebra.ComponentError as error:
            if not isinstance(error.__cause__, Waiting):
                raise
            waiting.append(str(error.__cause__))
    if waiting:
        raise zebra.ZebraError("; ".join(waiting))


def _responses(model: Model, pending: Pending) -> Iterator[tuple[Request, zebra.Response]]:
    """Yield the responses to the requests to a model that are not done."""
    instance = model.generator.instance
    if isinstance(instance, AnswersInAnyOrder):
        requests = pending.all_of(model)
        yield from _streamed(model, requests, instance) if requests else ()
        return
    for requests in pending.batches_of(model):
        yield from zip(requests, _called(model, requests), strict=True)


def _streamed(
    model: Model, pending: Sequence[Request], instance: AnswersInAnyOrder
) -> Iterator[tuple[Request, zebra.Response]]:
    component, missing = model.generator.component, {*range(len(pending))}
    messages = [request.messages for request in pending]
    for number, response in attributed_items(component, lambda: instance.stream(messages, model.location)):
        if number not in missing:
            msg = f"{component}: a stream yields the index of each prompt once, got {number!r}"
            raise zebra.PluginError(msg, component)
        missing.discard(number)
        yield pending[number], checked(response, component)
    if missing:
        msg = f"{component}: {len(missing)} of {len(pending)} prompts have no response"
        raise zebra.PluginError(msg, component)


def _called(model: Model, pending: Sequence[Request]) -> list[zebra.Response]:
    component = model.generator.component
    responses = model.generator([request.messages for request in pending], model.location)
    fault = ""
    if not isinstance(responses, list | tuple):
        fault = f"a generator returns a list of responses, got {type(responses).__name__}"
    elif len(responses) != len(pending):
        fault = f"a generator returns one response per prompt, got {len(responses)} for {len(pending)} prompts"
    if fault:
        msg = f"{component}: {fault}"
        raise zebra.PluginError(msg, component)
    return [checked(response, component) for response in responses]
