# SPDX-License-Identifier: Apache-2.0
"""What the clocks of one simulated machine show.

The loop's time is the truth. A machine's steady clock runs at a rate of its own, from a start of
its own; its wall clock is that plus an offset, which may jump when somebody sets it. The loop
asks the clock of the running process what time it is, so timers drift along with `now_ms`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.base.clock import Moment

if TYPE_CHECKING:
    from collections.abc import Callable

WALL_START_S = 1_700_000_000.0


class SimulatedClock:
    """A `Clock` (`ottla.base.clock`) of one machine; it goes on while processes come and go."""

    __slots__ = ("_start_s", "_time", "_wall_offset_s", "rate")

    def __init__(
        self,
        time: Callable[[], float],
        *,
        rate: float = 1.0,
        start_s: float = 0.0,
        skew_s: float = 0.0,
    ) -> None:
        assert rate > 0, rate
        self.rate = rate  # seconds that this clock counts in one true second
        self._time = time  # true seconds
        self._start_s = start_s
        self._wall_offset_s = WALL_START_S + skew_s - start_s

    def steady_s(self) -> float:
        """Return the steady reading in seconds."""
        return self._start_s + self._time() * self.rate

    def true_s(self, steady_s: float) -> float:
        """Return the true time at which the steady clock shows `steady_s`."""
        return (steady_s - self._start_s) / self.rate

    def jump(self, seconds: float) -> None:
        """Set the wall clock forward, or back when negative."""
        self._wall_offset_s += seconds

    def now_ms(self) -> int:
        """Return the steady reading."""
        return int(self.steady_s() * 1000)

    def wall_ms(self) -> int:
        """Return the Unix reading."""
        return int((self.steady_s() + self._wall_offset_s) * 1000)

    def moment(self) -> Moment:
        """Return both readings."""
        return Moment(self.now_ms(), self.wall_ms())
