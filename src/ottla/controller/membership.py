# SPDX-License-Identifier: Apache-2.0
"""Who was heard from when: what the active controller knows and no record says.

Every broker in service has a deadline, a session after its last heartbeat. Whoever misses it is
overdue, and whoever is known to be dead is overdue at once: its connection was reset and a new
one refused, so no process is there any more. A controller that has just been elected has heard
from nobody and gives everybody a full session. Nothing here survives the controller, and nothing
has to.

The table holds one entry for each broker in service or newly heard from, so it is bounded by the
registered brokers: the caller checks first whether a heartbeat is a known broker's, in the image
that it has. It does not wait for the heartbeat's records to be written: an engine that is slow
would make everybody overdue. And it forgets the overdue once their fencing is written, not before:
if that fails, they have to be fenced again.

Owned by whoever drives the active controller.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.metadata.image import ClusterImage


class Membership:
    """The sessions of the brokers."""

    def __init__(self, session_timeout_ms: int) -> None:
        assert session_timeout_ms > 0, session_timeout_ms
        self.session_timeout_ms = session_timeout_ms
        """Replaced when `broker.session.timeout.ms` changes; holds from the next heartbeat on."""
        self._deadlines_ms: dict[int, int] = {}

    def start(self, image: ClusterImage, now_ms: int) -> None:
        """Begin anew: every broker in service has a full session."""
        deadline_ms = now_ms + self.session_timeout_ms
        self._deadlines_ms = {
            broker_id: deadline_ms
            for broker_id, broker in sorted(image.brokers.items())
            if not broker.fenced
        }

    def heartbeat(self, broker_id: int, now_ms: int) -> None:
        """Note that a registered broker has been heard from: a heartbeat or a registration."""
        self._deadlines_ms[broker_id] = now_ms + self.session_timeout_ms

    def died(self, broker_id: int, now_ms: int) -> None:
        """Note that a broker's process is gone: it is overdue at once."""
        deadline_ms = self._deadlines_ms.get(broker_id)
        if deadline_ms is not None:
            self._deadlines_ms[broker_id] = min(deadline_ms, now_ms)

    def suspect(self, broker_id: int, deadline_ms: int) -> None:
        """Give a broker in service less than a full session: there is a doubt about it."""
        known_ms = self._deadlines_ms.get(broker_id)
        if known_ms is not None:
            self._deadlines_ms[broker_id] = min(known_ms, deadline_ms)

    def forget(self, broker_ids: Iterable[int]) -> None:
        """Drop brokers that have been fenced or unregistered, until they are heard from again."""
        for broker_id in broker_ids:
            self._deadlines_ms.pop(broker_id, None)

    def is_alive(self, broker_id: int, now_ms: int) -> bool:
        """Whether the broker has been heard from within its session and is not known to be dead."""
        deadline_ms = self._deadlines_ms.get(broker_id)
        return deadline_ms is not None and now_ms < deadline_ms

    def overdue(self, now_ms: int) -> list[int]:
        """Return the brokers whose session is over, ascending; they stay so until forgotten."""
        return sorted(b for b, deadline_ms in self._deadlines_ms.items() if deadline_ms <= now_ms)

    def next_deadline_ms(self) -> int | None:
        """Return when somebody is overdue unless heard from, or None when nobody is in service."""
        return min(self._deadlines_ms.values(), default=None)
