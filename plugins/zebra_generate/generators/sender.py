"""Sends requests to a server, many at a time, again if a fault may pass."""

from __future__ import annotations

import asyncio
import random
import time
from typing import TYPE_CHECKING, Any

import attrs

import zebra_core as zebra
from zebra_generate.generators.replies import Fault, fault_of, response_of
from zebra_generate.generators.window import LARGEST

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from zebra_generate.generators.gate import Gate

FIRST_WAIT, LONGEST_WAIT = 0.2, 30.0
"""Seconds before the second attempt, and at most between two attempts, if the server does not say."""
ENOUGH = 20
"""Requests that fail in every attempt, without a response in between, after which the server is given up."""


@attrs.define(eq=False)
class Sender:
    """Sends the bodies of requests; `results` has what has come and was not taken yet.

    `post` sends a body and returns the reply as plain values; `explain` returns the error for a fault that ends the run.
    """

    bodies: Sequence[dict[str, Any]]
    post: Callable[[dict[str, Any]], Any]
    gate: Gate
    attempts: int
    timeout: float
    explain: Callable[[Fault], zebra.ZebraError]
    results: list[tuple[int, zebra.Response]] = attrs.field(factory=list)
    answered: int = 0
    in_vain: int = 0
    _feeder: asyncio.Task[None] | None = None
    _error: BaseException | None = None
    _changed: asyncio.Event = attrs.field(factory=asyncio.Event)

    async def take(self) -> list[tuple[int, zebra.Response]]:
        """Wait for results and return them, none if all are taken. Raise the error that ends the run once all are taken."""
        if self._feeder is None:
            self._feeder = asyncio.create_task(self._feed())
            self._feeder.add_done_callback(self._note_end)
        while not self.results:
            if self._feeder.done():
                if self._error:
                    raise self._error
                return []
            self._changed.clear()
            await self._changed.wait()
        results, self.results = self.results, []
        return results

    async def stop(self) -> None:
        """Give up the requests that are not answered."""
        if self._feeder is not None:
            self._feeder.cancel()
            await asyncio.wait([self._feeder])

    def _note_end(self, feeder: asyncio.Task[None]) -> None:
        error = None if feeder.cancelled() else feeder.exception()
        self._error = error.exceptions[0] if isinstance(error, BaseExceptionGroup) else error
        self._changed.set()

    async def _feed(self) -> None:
        room = asyncio.Semaphore(2 * LARGEST)
        async with asyncio.TaskGroup() as tasks:
            for number in range(len(self.bodies)):
                await room.acquire()
                task = tasks.create_task(self._answer(number))
                task.add_done_callback(lambda _: room.release())

    async def _answer(self, number: int) -> None:
        response = await self._attempt(self.bodies[number])
        self.results.append((number, response))
        self._changed.set()

    async def _attempt(self, body: dict[str, Any]) -> zebra.Response:
        """Return the response, or the failure of the last attempt. Raise ZebraError if the run cannot go on."""
        for attempt in range(1, self.attempts + 1):
            try:
                response = await self._send(body)
            except Fault as fault:
                limit = 2 if fault.unreachable and not self.answered else self.attempts
                if fault.passing and attempt < limit:
                    await asyncio.sleep(_wait(attempt, fault))
                    continue
                self._give_up_if_hopeless(fault)
                attempts = f" ({attempt} attempts)" if attempt > 1 else ""
                return zebra.Response(None, seed=body.get("seed"), error=f"{fault.reason}{attempts}")
            self.answered, self.in_vain = self.answered + 1, 0
            return response
        raise AssertionError  # the last attempt returns

    async def _send(self, body: dict[str, Any]) -> zebra.Response:
        """Return the response to one attempt. Raise Fault if there is none."""
        async with self.gate.request() as sent_in:
            begun = time.monotonic()
            try:
                reply = await self._reply(body)
                response = response_of(reply, body.get("seed", 0), time.monotonic() - begun)
            except Fault as fault:
                self.gate.observe(sent_in, time.monotonic() - begun, fault)
                raise
            self.gate.observe(sent_in, time.monotonic() - begun)
            return response

    async def _reply(self, body: dict[str, Any]) -> Any:
        """Return the reply of the server as plain values. Raise Fault if there is none."""
        try:
            return await self.post(body)
        except Exception as error:
            raise fault_of(error, self.timeout) from error

    def _give_up_if_hopeless(self, fault: Fault) -> None:
        """Raise ZebraError if no request can be answered, now or any more."""
        self.in_vain += fault.passing
        hopeless = fault.unreachable or fault.status in (401, 402) or self.in_vain >= ENOUGH
        if hopeless or (fault.status in (403, 404) and not self.answered):
            raise self.explain(fault)


def _wait(attempt: int, fault: Fault) -> float:
    """Return how long to wait after an attempt: as the server says, else twice as long each time, drawn below that."""
    longest: float = min(FIRST_WAIT * 2 ** (attempt - 1), LONGEST_WAIT)
    drawn = longest * random.uniform(0.5, 1.0)  # noqa: S311  # it spreads the attempts
    return drawn if fault.retry_after is None else fault.retry_after + drawn * 0.1
