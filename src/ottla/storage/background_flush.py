# SPDX-License-Identifier: Apache-2.0
"""Puts appended data on disk in the background, so that a crash never finds much to check.

Every second all logs are looked over (one comparison each) for data behind the recovery point.
Those that have some are looked at ten times a second and flushed when they have waited a second
(or `flush.ms`, when that is shorter) or have grown by 8 MiB. A flush covers many logs of one
directory, so a thousand busy logs take a few threads and not a thousand.

Invariants: one flush of a log at a time; a recovery point moves only when its fsync has come back;
a failed fsync takes the whole directory offline and is never tried again.

Part of `LogUpkeep`. The group commit of the `ack` profile is not here: replication does it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.base.errors import OttlaError, StorageError
from ottla.storage.disk_jobs import SimpleJob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ottla.storage.disk_jobs import DiskJob
    from ottla.storage.log_directory import LogDirectory
    from ottla.storage.partition_log import FlushJob, PartitionLog

FLUSH_CHUNK_LOGS = 64
DIRTY_LOOK_MS = 100


class BackgroundFlush:
    """The flushes of one broker's logs."""

    __slots__ = (
        "_directory_of",
        "_dirty",
        "_flush_bytes",
        "_in_flight",
        "_interval_ms",
        "_look_due_ms",
        "_report_failure",
        "_scan_due_ms",
        "flushed_bytes",
    )

    def __init__(
        self,
        directory_of: Callable[[PartitionLog], LogDirectory],
        report_failure: Callable[[LogDirectory, str], None],
        *,
        interval_ms: int,
        flush_bytes: int,
        now_ms: int,
    ) -> None:
        self._directory_of = directory_of
        self._report_failure = report_failure
        self._interval_ms = interval_ms
        self._flush_bytes = flush_bytes
        self._scan_due_ms = now_ms
        self._look_due_ms = now_ms
        self._dirty: dict[PartitionLog, tuple[int, int]] = {}  # (since when, its size then)
        self._in_flight: set[PartitionLog] = set()
        self.flushed_bytes = 0  # in all: checkpoints follow when it has grown

    def next_deadline_ms(self) -> int:
        """When `due_jobs` has something to do again."""
        if self._dirty:
            return min(self._scan_due_ms, self._look_due_ms)
        return self._scan_due_ms

    def due_jobs(self, logs: Iterable[PartitionLog], now_ms: int) -> list[DiskJob]:
        """Return the flushes that are due."""
        if now_ms >= self._scan_due_ms:
            self._scan_due_ms = now_ms + self._interval_ms
            for log in logs:
                if log.recovery_point < log.log_end_offset and log not in self._dirty:
                    self._dirty[log] = (now_ms, log.size_bytes)
        if not self._dirty or now_ms < self._look_due_ms:
            return []
        self._look_due_ms = now_ms + DIRTY_LOOK_MS
        return self.jobs_for([log for log in list(self._dirty) if self._is_due(log, now_ms)])

    def _is_due(self, log: PartitionLog, now_ms: int) -> bool:
        if log in self._in_flight:
            return False
        if log.is_offline or log.recovery_point >= log.log_end_offset:
            del self._dirty[log]
            return False
        since_ms, size_bytes = self._dirty[log]
        wait_ms = min(self._interval_ms, log.config.flush_ms)
        return now_ms - since_ms >= wait_ms or log.size_bytes - size_bytes >= self._flush_bytes

    def forget(self, log: PartitionLog) -> None:
        """Take note that a log is gone."""
        self._dirty.pop(log, None)

    def jobs_for(self, logs: Iterable[PartitionLog]) -> list[DiskJob]:
        """Return jobs that put on disk what is in `logs` now, some logs of one directory each."""
        groups: dict[LogDirectory, list[tuple[PartitionLog, FlushJob]]] = {}
        for log in logs:
            directory = self._directory_of(log)
            try:
                job = log.prepare_flush()
            except StorageError as error:
                self._report_failure(directory, str(error))
                continue
            if job is not None:
                groups.setdefault(directory, []).append((log, job))
        return [
            self._job(directory, pairs[start : start + FLUSH_CHUNK_LOGS])
            for directory, pairs in groups.items()
            for start in range(0, len(pairs), FLUSH_CHUNK_LOGS)
        ]

    def _job(self, directory: LogDirectory, pairs: list[tuple[PartitionLog, FlushJob]]) -> DiskJob:
        for log, _ in pairs:
            # What arrives from now on waits anew.
            size_bytes = log.size_bytes
            since_ms, old_size = self._dirty.get(log, (0, 0))
            self.flushed_bytes += max(0, size_bytes - old_size)
            self._dirty[log] = (max(since_ms, self._look_due_ms - DIRTY_LOOK_MS), size_bytes)
            self._in_flight.add(log)

        def work() -> None:
            for _, job in pairs:
                job.run()

        def done() -> None:
            for log, job in pairs:
                log.complete_flush(job)
                self._in_flight.discard(log)

        def failed(error: OttlaError) -> None:
            self._in_flight.difference_update(log for log, _ in pairs)
            self._report_failure(directory, str(error))

        return SimpleJob(work, done, failed)
