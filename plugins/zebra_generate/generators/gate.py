"""A gate that lets through as many requests as the window has room for."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import attrs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from zebra_generate.generators.window import Window


@attrs.define
class Gate:
    """Counts the requests in flight; what comes when there is no room waits, and everything waits during a pause."""

    window: Window
    busy: int = 0
    resumes: float = 0.0
    waiting: deque[asyncio.Future[None]] = attrs.field(factory=deque)

    @asynccontextmanager
    async def request(self) -> AsyncIterator[int]:
        """Return a context for one request, with the round in which it is sent."""
        await self._enter()
        try:
            yield self.window.round
        finally:
            self.busy -= 1
            self._wake()

    async def _enter(self) -> None:
        while True:
            pause = self.resumes - time.monotonic()
            if pause > 0:
                await asyncio.sleep(pause)
            elif self.busy < self.window.size:
                self.busy += 1
                return
            else:
                place = asyncio.get_running_loop().create_future()
                self.waiting.append(place)
                await place

    def observe(self, sent_in: int, *, refused: bool, retry_after: float = 0.0) -> None:
        """Tell the window of a reply; if it is halved, pause for as long as the server asks."""
        if self.window.observe(sent_in, time.monotonic(), refused=refused) and retry_after:
            self.resumes = max(self.resumes, time.monotonic() + retry_after)

    def _wake(self) -> None:
        room = self.window.size - self.busy
        while room > 0 and self.waiting:
            place = self.waiting.popleft()
            if not place.done():
                place.set_result(None)
                room -= 1
