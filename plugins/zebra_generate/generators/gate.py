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

    from zebra_generate.generators.replies import Fault
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
        if self.busy < self.window.size and not self.waiting:
            self.busy += 1
        else:
            place = asyncio.get_running_loop().create_future()
            self.waiting.append(place)
            await place  # who ends it has counted it as busy
        while (pause := self.resumes - time.monotonic()) > 0:  # noqa: ASYNC110  # another reply may prolong it
            await asyncio.sleep(pause)

    def observe(self, sent_in: int, seconds: float, fault: Fault | None = None) -> None:
        """Tell the window of a reply that took some seconds; if it is halved, pause for as long as the server asks."""
        refused = fault is not None and fault.refusing
        retry_after = (fault and fault.retry_after) or 0.0
        if self.window.observe(sent_in, seconds, refused=refused) and retry_after:
            self.resumes = max(self.resumes, time.monotonic() + retry_after)

    def _wake(self) -> None:
        while self.busy < self.window.size and self.waiting:
            place = self.waiting.popleft()
            if not place.done():  # it is cancelled
                place.set_result(None)
                self.busy += 1
