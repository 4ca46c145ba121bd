# SPDX-License-Identifier: Apache-2.0
"""A clock that goes on by itself, and on which a test can let hours pass at once.

    broker.clock.advance(hours=169)  # what is kept for a week is gone

A broker reads the time in two ways: from its `Clock`, and from its event loop, which wakes it when
something is due. So there are two parts here, `AdvancingClock` and `AdvancingLoop`, and both show
the same time. The loop is asyncio's own: uvloop keeps its time where Python cannot reach it.
"""

from __future__ import annotations

import asyncio
import time
from datetime import timedelta
from typing import Final

from ottla.base.clock import Moment

STEP_S: Final = 0.2
"""How far time goes at once where brokers watch each other.

A controller that finds itself more than 0.25 s late takes nobody for dead; followers have to be
asked and to answer in between.
"""

STEPS_MAX: Final = 300
"""More of them would take longer than a test likes to wait."""

STEP_PAUSE_S: Final = 0.005
"""For answers among brokers on their way between two steps."""

SETTLE_TURNS: Final = 50
"""Turns of the loop after which everything has happened that waits for no disk and no peer."""


class AdvancingClock:
    """A `Clock` (`ottla.base.clock`); one for all brokers of a loop, whatever becomes of them."""

    def __init__(self, *, has_peers: bool = False) -> None:
        self._has_peers = has_peers
        self._steady_offset_ms = 0
        self._wall_offset_ms = 0
        self._loop: AdvancingLoop | None = None

    def now_ms(self) -> int:
        """Return the steady reading."""
        return time.monotonic_ns() // 1_000_000 + self._steady_offset_ms

    def wall_ms(self) -> int:
        """Return milliseconds since 1970, with what was advanced."""
        return time.time_ns() // 1_000_000 + self._wall_offset_ms

    def moment(self) -> Moment:
        """Return both readings."""
        return Moment(self.now_ms(), self.wall_ms())

    def advance(
        self,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
        milliseconds: float = 0,
    ) -> None:
        """Let time pass for the brokers, and return when they have done what became due.

        What is still under way then has to wait for the disk or for another broker. Clients live in
        the time of the machine: to a broker they have been silent for so long, and their records
        bear earlier times than its own. In a cluster up to a minute passes in steps of 0.2 seconds,
        between which brokers hear of each other; more takes 300 larger steps, and to brokers these
        look as if their machine had stood still.

        Raises ValueError for a time that is negative, RuntimeError in a cluster whose brokers run
        in the caller's own loop.
        """
        delta = timedelta(
            days=days, hours=hours, minutes=minutes, seconds=seconds, milliseconds=milliseconds
        )
        if delta < timedelta():
            raise ValueError(f"time does not go back: {delta}")
        if self._loop is None:
            raise RuntimeError("the brokers run in your own loop, whose time is the machine's")
        ms = delta // timedelta(milliseconds=1)
        asyncio.run_coroutine_threadsafe(self._advance(ms), self._loop).result()

    def return_to_present(self) -> None:
        """Show the machine's date again; what is due has to be nothing, so no broker may run."""
        self._wall_offset_ms = 0

    def begin(self, loop: AdvancingLoop) -> None:
        """Let a loop follow this clock."""
        self._loop = loop

    @property
    def offset_s(self) -> float:
        """By how many seconds a loop that follows it is ahead of the machine's."""
        return self._steady_offset_ms / 1000

    async def _advance(self, ms: int) -> None:
        count = 1
        if self._has_peers:
            count = min(max(round(ms / (STEP_S * 1000)), 1), STEPS_MAX)
        for number in range(count):
            step_ms = ms * (number + 1) // count - ms * number // count
            self._steady_offset_ms += step_ms
            self._wall_offset_ms += step_ms
            if self._has_peers:
                await asyncio.sleep(STEP_PAUSE_S)
        for _ in range(SETTLE_TURNS):
            await asyncio.sleep(0)


class AdvancingLoop(asyncio.SelectorEventLoop):
    """A loop whose timers ring when an `AdvancingClock` says so."""

    def __init__(self, clock: AdvancingClock) -> None:
        self._clock = clock
        super().__init__()
        clock.begin(self)

    def time(self) -> float:
        """Return the seconds that the clock's steady reading shows."""
        return super().time() + self._clock.offset_s
