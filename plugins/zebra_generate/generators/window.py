"""How many requests to have in flight: as many as the server answers faster with."""

from __future__ import annotations

import attrs

FIRST, LARGEST = 16, 512
"""The number of requests to begin with, and the most."""
OVERLOADED = 0.2
"""The share of refusals (429, 503, time-outs) from which a server has too much to do; single ones say nothing."""
FASTER = 1.05
"""By which factor the rate of responses must rise for more requests to be worth it."""
PATIENCE = 4
"""Rounds without a change before a few more requests are tried again."""


@attrs.define
class Window:
    """Adapts `size`, the number of requests in flight, to what a server sustains; a `fixed` one stays.

    It goes by rounds of twice as many replies as there are requests in flight. If many are refusals, the size is halved. If
    the rate of responses is higher than ever before, it is doubled, and after the first setback raised by an eighth. If
    not, the last raise is taken back, and tried again some rounds later. The rate is the size by the mean time that a
    request takes (Little's law), since the times at which replies arrive say little: they come in bursts. A request notes
    the `round` in which it was sent, because a reply says nothing about a size that came later.
    """

    size: int = FIRST
    fixed: bool = False
    round: int = 0
    _replies: int = 0
    _refusals: int = 0
    _seconds: float = 0.0
    _best: float = 0.0
    _before: int = 0
    _doubles: bool = True
    _quiet: int = 0

    def observe(self, sent_in: int, seconds: float, *, refused: bool) -> bool:
        """Count a reply to a request sent in a round, and how long it took. Return whether the size was halved."""
        if self.fixed or sent_in < self.round:
            return False
        self._seconds += seconds
        self._replies += 1
        self._refusals += refused
        if self._refusals >= max(4, OVERLOADED * max(self._replies, self.size)):
            self._halve()
            return True
        if self._replies >= 2 * max(self.size, FIRST):
            self._end_round(self.size * (self._replies - self._refusals) / max(self._seconds, 1e-9))
        return False

    def _halve(self) -> None:
        self._best *= 0.5
        self._resize(max(1, self.size // 2), doubles=False)

    def _end_round(self, rate: float) -> None:
        if rate > self._best * FASTER:
            self._best = rate
            self._raise()
        elif self._before:
            self._resize(self._before, doubles=False)
        else:
            self._best = (self._best + rate) / 2
            self._quiet += 1
            if self._quiet > PATIENCE:
                self._raise()
            else:
                self._restart()

    def _raise(self) -> None:
        before, size = self.size, self.size * 2 if self._doubles else self.size + max(1, self.size // 8)
        self._resize(min(size, LARGEST), doubles=self._doubles)
        self._before = before

    def _resize(self, size: int, *, doubles: bool) -> None:
        self.size, self._doubles, self._before, self._quiet = size, doubles, 0, 0
        self._restart()

    def _restart(self) -> None:
        self.round += 1
        self._replies, self._refusals, self._seconds = 0, 0, 0.0
