# SPDX-License-Identifier: Apache-2.0
"""Time as an argument.

State machines are given milliseconds; only drivers hold a clock. Two readings exist, and the
names say which is meant: `now_ms` grows steadily and measures deadlines, `wall_ms` is the Unix
time that is stamped on records and may jump.
"""

from __future__ import annotations

import time
from typing import NamedTuple, Protocol


class Moment(NamedTuple):
    """Both readings at once, for state machines that measure and stamp."""

    now_ms: int
    wall_ms: int


class Clock(Protocol):
    """Where drivers read the time."""

    def now_ms(self) -> int:
        """Return milliseconds since an arbitrary start; never goes back."""

    def wall_ms(self) -> int:
        """Return milliseconds since the Unix epoch; may jump when the machine's clock is set."""

    def moment(self) -> Moment:
        """Return both readings."""


class SystemClock:
    """The machine's own clocks."""

    __slots__ = ()

    def now_ms(self) -> int:
        """Return the monotonic clock in milliseconds."""
        return time.monotonic_ns() // 1_000_000

    def wall_ms(self) -> int:
        """Return the Unix time in milliseconds."""
        return time.time_ns() // 1_000_000

    def moment(self) -> Moment:
        """Return both readings."""
        return Moment(self.now_ms(), self.wall_ms())


class ManualClock:
    """A clock that stands still until it is told to move, for tests and simulations."""

    __slots__ = ("_now_ms", "_wall_ms")

    def __init__(self, now_ms: int = 0, wall_ms: int = 1_700_000_000_000) -> None:
        self._now_ms = now_ms
        self._wall_ms = wall_ms

    def now_ms(self) -> int:
        """Return the steady reading."""
        return self._now_ms

    def wall_ms(self) -> int:
        """Return the Unix reading."""
        return self._wall_ms

    def moment(self) -> Moment:
        """Return both readings."""
        return Moment(self._now_ms, self._wall_ms)

    def advance(self, ms: int) -> None:
        """Move both readings forward by `ms` milliseconds."""
        if ms < 0:
            raise ValueError(f"time does not go back: {ms} ms")
        self._now_ms += ms
        self._wall_ms += ms
