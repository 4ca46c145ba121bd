# SPDX-License-Identifier: Apache-2.0
"""Group commit: one fdatasync of a log serves every append that came within a short window.

Partitions whose promise needs the disk ask for a flush at the end of a burst. The first request
opens a window of `ottla.flush.window.ms`; when it closes, each log that asked is flushed in a
thread of its own turn, and the partition is told. While a log is being flushed, further requests
gather for the next round, so a slow disk makes rounds larger, never more.
"""

from __future__ import annotations

import asyncio
import functools
from typing import TYPE_CHECKING

from ottla.base.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from ottla.replication.partition import Partition
    from ottla.storage.partition_log import FlushJob


class GroupCommit:
    """The flushes that answers wait for; belongs to the event loop."""

    __slots__ = (
        "_executor",
        "_in_flight",
        "_storage_failed",
        "_timer",
        "_waiting",
        "window_ms",
    )

    def __init__(
        self,
        window_ms: int,
        executor: Executor,
        storage_failed: Callable[[Partition, StorageError], None],
    ) -> None:
        self.window_ms = window_ms
        self._executor = executor
        self._storage_failed = storage_failed
        self._waiting: dict[Partition, None] = {}
        self._in_flight: set[Partition] = set()
        self._timer: asyncio.TimerHandle | None = None

    def request(self, partition: Partition) -> None:
        """Have the partition's log flushed soon."""
        self._waiting[partition] = None
        if self._timer is None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(self.window_ms / 1000, self._flush_waiting)

    def _flush_waiting(self) -> None:
        self._timer = None
        loop = asyncio.get_running_loop()
        for partition in [one for one in self._waiting if one not in self._in_flight]:
            del self._waiting[partition]
            if partition.is_retired or partition.log.is_offline:
                continue
            try:
                flush = partition.log.prepare_flush()
            except StorageError as error:
                self._storage_failed(partition, error)
                continue
            if flush is None:  # somebody else's flush was faster
                partition.flushed()
                continue
            self._in_flight.add(partition)
            future = loop.run_in_executor(self._executor, flush.run)
            future.add_done_callback(functools.partial(self._flushed, partition, flush))

    def _flushed(self, partition: Partition, flush: FlushJob, done: asyncio.Future[None]) -> None:
        self._in_flight.discard(partition)
        error = done.exception()
        if isinstance(error, StorageError):
            self._storage_failed(partition, error)
            return
        if error is not None:
            raise error
        partition.log.complete_flush(flush)
        partition.flushed()
        if self._waiting and self._timer is None:
            self._flush_waiting()
