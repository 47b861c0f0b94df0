"""The gate that lets requests through."""

from __future__ import annotations

import asyncio
import time

from zebra_generate.generators.gate import Gate
from zebra_generate.generators.replies import Fault
from zebra_generate.generators.window import Window


def test_no_more_than_there_is_room_for() -> None:
    """As many requests as the window has room for are busy at a time, in the order in which they came, and all get through."""
    order, most = [], 0

    async def request(gate: Gate, number: int) -> None:
        nonlocal most
        async with gate.request():
            order.append(number)
            most = max(most, gate.busy)
            await asyncio.sleep(0.001)

    async def run() -> Gate:
        gate = Gate(Window(3, fixed=True))
        await asyncio.gather(*(request(gate, number) for number in range(20)))
        return gate

    gate = asyncio.run(run())
    assert (order, most, gate.busy) == ([*range(20)], 3, 0)


def test_a_request_that_is_cancelled() -> None:
    """A place in the queue that is given up takes no room: of three requests, the last follows the first."""

    async def run() -> list[int]:
        gate, busy = Gate(Window(1, fixed=True)), []

        async def request() -> None:
            async with gate.request():
                busy.append(gate.busy)

        async with gate.request():
            given_up, last = (asyncio.create_task(request()) for _ in range(2))
            await asyncio.sleep(0)
            given_up.cancel()
            await asyncio.sleep(0)
        await asyncio.wait_for(last, 1)
        return [*busy, gate.busy]

    assert asyncio.run(run()) == [1, 0]


def test_a_pause() -> None:
    """If the window is halved, the next request waits as long as the server asked."""

    async def run() -> float:
        gate = Gate(Window(4))
        for _ in range(4):
            gate.observe(0, 0.01, Fault("429", refusing=True, retry_after=0.2))
        begun = time.monotonic()
        async with gate.request():
            return time.monotonic() - begun

    assert asyncio.run(run()) >= 0.19
