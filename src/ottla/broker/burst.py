# SPDX-License-Identifier: Apache-2.0
"""What one burst of requests leaves to be done before its answers may go out.

Appends of a burst are staged in their logs; ending the burst writes them, one system call for
each log, and moves high watermarks, which wakes parked requests of other connections.

Bytes that lie in a receive buffer have to be written before the next read: the burst ends with
the frames that one read has brought. Coordinators append bytes of their own, and at other times
too (a timer fires, a transaction's markers are due). They add with `add_soon`: their burst ends
with the present turn of the loop, so that what several connections ask of them is written
together, unless one with borrowed bytes takes it along before. What nobody waits for is added
with `add_later`, and is written with the next appends to its log, or alone after some milliseconds.
"""

from __future__ import annotations

import contextlib
import logging
from typing import TYPE_CHECKING

from ottla.base.clock import Moment
from ottla.base.errors import StorageError
from ottla.storage.files import DiskFull

if TYPE_CHECKING:
    from collections.abc import Callable

    from ottla.base.clock import Clock
    from ottla.replication.partition import Partition

_logger = logging.getLogger(__name__)


LATER_S = 0.01
"""How long appends may wait that nobody waits for."""


class Burst:
    """The partitions that were appended to since the last write; one for each loop."""

    __slots__ = (
        "_call_later",
        "_call_soon",
        "_clock",
        "_ends_soon",
        "_is_timed",
        "_later",
        "_moment",
        "_on_storage_error",
        "_partitions",
        "_wall_ms",
        "is_borrowing",
    )

    def __init__(
        self,
        clock: Clock,
        on_storage_error: Callable[[Partition, StorageError], None],
        call_soon: Callable[[Callable[[], None]], object] | None = None,
        call_later: Callable[[float, Callable[[], None]], object] | None = None,
    ) -> None:
        self._clock = clock
        self._call_soon = call_soon  # the loop's, for appends that no socket has brought
        self._call_later = call_later
        self._partitions: list[Partition] = []
        self._later: dict[Partition, None] = {}  # in a burst, of which the end is not near yet
        self._is_timed = False
        self._ends_soon = False  # the loop has been told
        self.is_borrowing = False  # some of what is staged lies in a receive buffer
        self._wall_ms = 0
        self._moment: Moment | None = None
        self._on_storage_error = on_storage_error

    def wall_ms(self) -> int:
        """Return the Unix time, read once for the burst."""
        if not self._wall_ms:
            self._wall_ms = self._clock.wall_ms()
        return self._wall_ms

    def moment(self) -> Moment:
        """Return the time on both clocks, read once for the burst."""
        moment = self._moment
        if moment is None:
            moment = self._moment = Moment(self._clock.now_ms(), self.wall_ms())
        return moment

    def add(self, partition: Partition) -> None:
        """Have the partition's staged appends written before the next read."""
        self.is_borrowing = True
        self._put(partition)

    def _put(self, partition: Partition) -> None:
        if not partition.is_in_burst:
            partition.begin_burst()
            self._partitions.append(partition)
        elif partition in self._later:
            del self._later[partition]
            self._partitions.append(partition)

    def add_soon(self, partition: Partition) -> None:
        """Have the partition's staged appends written by the end of this turn of the loop."""
        if partition.is_in_burst and partition not in self._later:
            return
        if not (self._ends_soon or self.is_borrowing):
            assert self._call_soon is not None, "this burst has no loop to end it"
            self._ends_soon = True
            self._call_soon(self._end_turn)
        self._put(partition)

    def add_later(self, partition: Partition) -> None:
        """Have the partition's staged appends written some time soon: nobody waits for them."""
        if partition.is_in_burst:
            return
        partition.begin_burst()
        self._later[partition] = None
        if not self._is_timed:
            assert self._call_later is not None, "this burst has no loop to end it"
            self._is_timed = True
            self._call_later(LATER_S, self._end_later)

    def _end_later(self) -> None:
        self._is_timed = False
        for partition in tuple(self._later):
            self.add_soon(partition)

    def _end_turn(self) -> None:
        """End the burst, and those to which that leads: an answer may have more appended."""
        try:
            while self._partitions:
                # What failed is logged, and whoever waits for the partition has been told.
                with contextlib.suppress(StorageError):
                    self.end()
        finally:
            self._ends_soon = False

    def end_reading(self) -> None:
        """Write what is staged if some of it is borrowed; raises like `end`."""
        self._wall_ms = 0
        self._moment = None
        if self.is_borrowing:
            self.end()

    def end(self) -> None:
        """Write everything that is staged.

        Raises StorageError after all partitions were tried, when any of them failed: nothing of
        the burst may then be acknowledged, and the clients ask again.
        """
        self._wall_ms = 0
        self._moment = None
        partitions = self._partitions
        if not partitions:
            return
        self._partitions = []
        self.is_borrowing = False
        failed: StorageError | None = None
        for partition in partitions:
            try:
                partition.finish_burst()
            except StorageError as error:
                _logger.error("%s-%s: %s", partition.topic, partition.index, error)  # noqa: TRY400 - the text says it all
                if not isinstance(error, DiskFull):  # a full disk lost nothing and may be emptied
                    self._on_storage_error(partition, error)
                partition.burst_was_lost()
                failed = error
        if failed is not None:
            raise failed
