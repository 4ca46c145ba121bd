# SPDX-License-Identifier: Apache-2.0
"""Who may connect, how many, how fast, and how long a connection may keep us waiting.

Pure: addresses and milliseconds in, a refusal or None out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


BURST_S = 5
"""An address may open the connections of this many seconds at once: applications start that way."""


class Limits(NamedTuple):
    """The numbers in force; see `docs/configuration.md`."""

    connections_max: int
    connections_per_ip_max: int
    connections_per_second_max: int  # of one address
    first_frame_ms: int
    frame_ms: int
    idle_ms: int
    overrides: Mapping[str, int] = {}  # connections_per_ip_max of single addresses


class ConnectionLimits:
    """Counts the connections of one broker."""

    __slots__ = ("_paid_until_ms", "_per_ip", "_purged_ms", "_total", "limits")

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._total = 0
        self._per_ip: dict[str, int] = {}
        self._paid_until_ms: dict[str, float] = {}  # by address: when its openings are paid off
        self._purged_ms = 0

    def admit(self, host: str, now_ms: int) -> str | None:
        """Count a new connection from `host`, or return why it is refused."""
        self._purge(now_ms)
        if self._total >= self.limits.connections_max:
            return f"{self._total} connections are open (max.connections)"
        of_host = self._per_ip.get(host, 0)
        per_ip_max = self.limits.overrides.get(host, self.limits.connections_per_ip_max)
        if of_host >= per_ip_max:
            return f"{of_host} connections come from {host} (max.connections.per.ip)"
        rate = self.limits.connections_per_second_max
        paid_until_ms = max(self._paid_until_ms.get(host, 0), now_ms) + 1000 / rate
        if paid_until_ms - now_ms > BURST_S * 1000:
            return (
                f"{host} opens more than {rate} connections a second "
                "(ottla.max.connection.creation.rate.per.ip)"
            )
        self._total += 1
        self._per_ip[host] = of_host + 1
        self._paid_until_ms[host] = paid_until_ms
        return None

    def _purge(self, now_ms: int) -> None:
        """Forget addresses that owe nothing any more, about once a second."""
        if now_ms - self._purged_ms >= 1000:
            self._purged_ms = now_ms
            self._paid_until_ms = {
                host: until_ms
                for host, until_ms in self._paid_until_ms.items()
                if until_ms > now_ms
            }

    def release(self, host: str) -> None:
        """Take an admitted connection off the count."""
        self._total -= 1
        left = self._per_ip[host] - 1
        if left:
            self._per_ip[host] = left
        else:
            del self._per_ip[host]


class Watched:
    """What the sweep remembers of one connection between two looks."""

    __slots__ = ("_active_ms", "_frame_count", "_incomplete_since_ms", "_opened_ms")

    def __init__(self, opened_ms: int) -> None:
        self._opened_ms = opened_ms
        self._active_ms = opened_ms  # when a whole frame was last seen to have come
        self._frame_count = 0
        self._incomplete_since_ms: int | None = None

    def look(
        self, limits: Limits, *, frame_count: int, is_between_frames: bool, now_ms: int
    ) -> str | None:
        """Return why the connection is to be closed, or None."""
        if frame_count != self._frame_count:
            self._frame_count = frame_count
            self._active_ms = now_ms
            self._incomplete_since_ms = None
        if is_between_frames:
            self._incomplete_since_ms = None
        elif self._incomplete_since_ms is None:
            self._incomplete_since_ms = now_ms
        if not frame_count and now_ms - self._opened_ms >= limits.first_frame_ms:
            return f"no request within {limits.first_frame_ms} ms"
        since = self._incomplete_since_ms
        if since is not None and now_ms - since >= limits.frame_ms:
            return f"a request that is not complete after {limits.frame_ms} ms"
        if now_ms - self._active_ms >= limits.idle_ms:
            return f"idle for {limits.idle_ms} ms (connections.max.idle.ms)"
        return None

    def idle_ms(self, now_ms: int) -> int:
        """Return for how long no whole frame has come."""
        return now_ms - self._active_ms
