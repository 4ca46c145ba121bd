# SPDX-License-Identifier: Apache-2.0
"""How fast replicas that are moved here may copy (KIP-73), the follower's side of it.

All throttled replicas of a broker share the rate. What they have copied is paid for by waiting:
each waits until the rate would have brought everything that was copied so far.
"""

from __future__ import annotations

STANDSTILL_MS = 1000
"""How long a replica waits before it looks again whether a rate of 0 still holds."""


class CopyThrottle:
    """The account of one broker; owned by the event loop."""

    __slots__ = ("_paid_until_ms",)

    def __init__(self) -> None:
        self._paid_until_ms = 0.0

    def copied(self, size_bytes: int, bytes_per_second: int, now_ms: int) -> int:
        """Take note of copied bytes; return for how long whoever copied them has to wait."""
        if bytes_per_second <= 0:
            return STANDSTILL_MS
        begin_ms = max(self._paid_until_ms, now_ms)
        self._paid_until_ms = begin_ms + size_bytes * 1000 / bytes_per_second
        return int(self._paid_until_ms - now_ms)
