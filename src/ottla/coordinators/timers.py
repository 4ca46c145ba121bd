# SPDX-License-Identifier: Apache-2.0
"""Timers as data: names with deadlines, asked for by whoever holds the clock.

A shard has many timers that are moved all the time (every heartbeat moves one) and rarely fire.
Moving a timer to a later time therefore only changes a dictionary; its entry in the heap stays
where it is and is put right when it comes to the top.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable

Name = TypeVar("Name", bound="Hashable")


class Timers(Generic[Name]):
    """Deadlines by name; a name has one deadline at most."""

    __slots__ = ("_deadlines", "_heap", "_ticket")

    def __init__(self) -> None:
        self._deadlines: dict[Name, int] = {}
        self._heap: list[tuple[int, int, Name]] = []  # at most one current entry for each name
        self._ticket = 0  # breaks ties in the order of setting, so that names are never compared

    def __len__(self) -> int:
        return len(self._deadlines)

    def __contains__(self, name: Name) -> bool:
        return name in self._deadlines

    def deadline_ms(self, name: Name) -> int | None:
        """Return when the timer fires, or None when it is not set."""
        return self._deadlines.get(name)

    def set(self, name: Name, deadline_ms: int) -> None:
        """Have `name` fire at `deadline_ms`, instead of when it would have."""
        # hot: once for each heartbeat
        before = self._deadlines.get(name)
        self._deadlines[name] = deadline_ms
        if before is None or deadline_ms < before:
            self._push(deadline_ms, name)
            if len(self._heap) > 2 * len(self._deadlines) + 64:
                self._rebuild()

    def cancel(self, name: Name) -> None:
        """Let the timer not fire; harmless when it is not set."""
        self._deadlines.pop(name, None)

    def deadline_bound_ms(self) -> int | None:
        """Return a time before which nothing fires, or None when no timer is set.

        It may be too early by as much as timers have moved; `next_deadline_ms` puts that right.
        """
        # hot: once for each heartbeat
        return self._heap[0][0] if self._heap else None

    def next_deadline_ms(self) -> int | None:
        """Return the earliest deadline, or None when no timer is set."""
        heap, deadlines = self._heap, self._deadlines
        while heap:
            at_ms, _, name = heap[0]
            deadline_ms = deadlines.get(name)
            if deadline_ms == at_ms:
                return at_ms
            heapq.heappop(heap)
            if deadline_ms is not None and deadline_ms > at_ms:
                self._push(deadline_ms, name)
        return None

    def pop_due(self, now_ms: int) -> Name | None:
        """Take the earliest timer whose deadline has come, or None."""
        deadline_ms = self.next_deadline_ms()
        if deadline_ms is None or deadline_ms > now_ms:
            return None
        name = heapq.heappop(self._heap)[2]
        del self._deadlines[name]
        return name

    def _push(self, deadline_ms: int, name: Name) -> None:
        self._ticket += 1
        heapq.heappush(self._heap, (deadline_ms, self._ticket, name))

    def _rebuild(self) -> None:
        """Leave out entries of timers that were cancelled or moved to an earlier time."""
        self._heap = []
        for name, deadline_ms in self._deadlines.items():
            self._ticket += 1
            self._heap.append((deadline_ms, self._ticket, name))
        heapq.heapify(self._heap)
