# SPDX-License-Identifier: Apache-2.0
"""Where requests wait for a condition or a deadline, whichever comes first.

The purgatory knows deadlines only; the condition is the parked operation's own business: it
observes its partitions and completes itself. Time is an argument, so that a test can expire
anything at once. `PurgatoryTimer` is the driver: it is told when a deadline becomes the earliest,
sleeps until then and calls `expire`.

An operation that completed early stays in the heap until its deadline passes or until completed
ones outnumber the waiting ones, when the heap is rebuilt: so its size stays within twice the
number of requests that really wait.
"""

from __future__ import annotations

import asyncio
import heapq
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from ottla.base.clock import Clock


class ParkedOperation(Protocol):
    """A request that waits."""

    is_complete: bool

    def on_deadline(self) -> None:
        """Answer with what there is: the time is up."""


class Purgatory:
    """Deadlines of parked operations; owned by the event loop."""

    __slots__ = ("_completed", "_heap", "_ticket", "on_earliest")

    def __init__(self, on_earliest: Callable[[int], None] | None = None) -> None:
        self.on_earliest = on_earliest  # told when a new deadline precedes all others
        self._heap: list[tuple[int, int, ParkedOperation]] = []
        self._ticket = 0  # breaks ties, so that operations are never compared
        self._completed = 0

    def __len__(self) -> int:
        return len(self._heap) - self._completed

    def park(self, operation: ParkedOperation, deadline_ms: int) -> None:
        """Call `operation.on_deadline()` once `deadline_ms` has passed, unless it completes."""
        self._ticket += 1
        heap = self._heap
        if self.on_earliest is not None and (not heap or deadline_ms < heap[0][0]):
            self.on_earliest(deadline_ms)
        heapq.heappush(heap, (deadline_ms, self._ticket, operation))

    def completed(self) -> None:
        """Take note that a parked operation completed before its deadline."""
        self._completed += 1
        if self._completed > 64 and self._completed * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if not entry[2].is_complete]
            heapq.heapify(self._heap)
            self._completed = 0

    def next_deadline_ms(self) -> int | None:
        """Return when `expire` has something to do, or None."""
        heap = self._heap
        while heap and heap[0][2].is_complete:
            heapq.heappop(heap)
            self._completed -= 1
        return heap[0][0] if heap else None

    def expire(self, now_ms: int) -> int:
        """Call `on_deadline` of each operation whose deadline has passed; return how many."""
        heap = self._heap
        expired = 0
        while heap and heap[0][0] <= now_ms:
            operation = heapq.heappop(heap)[2]
            if operation.is_complete:
                self._completed -= 1
            else:
                operation.on_deadline()
                expired += 1
        return expired


class PurgatoryTimer:
    """Sleeps until a purgatory's next deadline; belongs to the event loop."""

    __slots__ = ("_clock", "_purgatory", "_timer")

    def __init__(self, purgatory: Purgatory, clock: Clock) -> None:
        self._purgatory = purgatory
        self._clock = clock
        self._timer: asyncio.TimerHandle | None = None
        purgatory.on_earliest = self._arm

    def stop(self) -> None:
        """Expire nothing more."""
        if self._timer is not None:
            self._timer.cancel()
        self._purgatory.on_earliest = None

    def _arm(self, deadline_ms: int) -> None:
        if self._timer is not None:
            self._timer.cancel()
        delay_ms = max(deadline_ms - self._clock.now_ms(), 0) + 1  # never a moment too early
        self._timer = asyncio.get_running_loop().call_later(delay_ms / 1000, self._expire)

    def _expire(self) -> None:
        self._timer = None
        self._purgatory.expire(self._clock.now_ms())
        deadline_ms = self._purgatory.next_deadline_ms()
        if deadline_ms is not None and self._timer is None:
            self._arm(deadline_ms)
