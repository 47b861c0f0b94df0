"""From prompts and models to a pool: which requests are sent, kept and written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import zebra_core as zebra
from zebra_core.base.lock import locked
from zebra_generate.asking.ask import ask
from zebra_generate.counting.tally import Tally, tally
from zebra_generate.keeping.folder import finish, open_folder
from zebra_generate.keeping.journal import NAME, Journal
from zebra_generate.keeping.pool import hash_of, requests_of_pool, write_shards
from zebra_generate.requests.candidates import Draw
from zebra_generate.requests.request import Request

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from zebra_generate.asking.ask import Reporting, Settings
    from zebra_generate.keeping.folder import Target
    from zebra_generate.requests.prompts import Prompt
    from zebra_generate.requests.request import Model


def requests_of(prompts: Iterable[Prompt], models: Sequence[Model], draw: Draw | None = None) -> list[Request]:
    """Return the requests, prompt by prompt: to all models, or to those that are drawn."""
    drawn = Draw(None) if draw is None else draw
    return [Request(model, prompt) for prompt in prompts for model in drawn.models(models, prompt.id)]


def generate(requests: Sequence[Request], target: Target, settings: Settings, reporting: Reporting) -> dict[str, Tally]:
    """Write the pool of what the models answer, and return what came of the requests, by model.

    Each response is kept when it is there, and not asked for again by the next call of the same kind after an interruption.
    A pool to reuse is left as it is if it is of the same requests. Raise ZebraError if the output exists, unless it may be
    overwritten or reused, or its failures are to be retried, if a generator cannot go on, or if all requests failed;
    Interrupted after Ctrl-C.
    """
    output = target.output
    with locked(output):
        same = target.reuse and requests_of_pool(output) == hash_of(requests)
        if same and not settings.retry_failed:
            reporting.log(f"the pool in {output} has the responses of these prompts and models already")
            return {}
        retry = settings.retry_failed and (same or not target.reuse)
        folder = open_folder(target, retry=retry)
        with Journal.open(folder / NAME) as journal:
            if folder == output:
                _check_same(requests, journal, output)
            ask(requests, journal, settings, reporting)
            tallies = tally((request.model.name, journal[request.key]) for request in requests)
            _check_answered(requests, journal)
            _write(requests, journal, folder)
        finish(folder, output)
    return tallies


def _check_same(requests: Iterable[Request], journal: Journal, output: Path) -> None:
    """Raise ZebraError if a finished pool, whose failures are to be retried, was made of other requests."""
    if any(request.key not in journal for request in requests):
        msg = (
            f"{output} was made of other prompts, models or options, so that --retry-failed would ask for more than failed; "
            "give the same command as before with --retry-failed, or choose another --output"
        )
        raise zebra.ZebraError(msg)


def _check_answered(requests: Sequence[Request], journal: Journal) -> None:
    """Raise ZebraError if there is no response at all."""
    if all(request.key in journal.failed for request in requests):
        reason = journal[requests[0].key].error
        msg = f"all {len(requests):,} requests failed, the first with: {reason}; correct that, and add --retry-failed"
        raise zebra.ZebraError(msg)


def _write(requests: Sequence[Request], journal: Journal, folder: Path) -> None:
    try:
        write_shards(requests, journal, folder)
    except OSError as error:
        msg = f"cannot write {folder}: {error.strerror}; free some space; {journal}"
        raise zebra.ZebraError(msg) from error
