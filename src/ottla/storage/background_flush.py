# SPDX-License-Identifier: Apache-2.0
"""Puts appended data on disk in the background, so that a crash never finds much to check.

Every second all logs are looked over (one comparison each), and what lies behind a recovery point
is flushed. Until the next time those logs are watched, ten times a second, for an early flush: when
they have grown by 8 MiB, or when `flush.ms` is up. A flush covers many logs of one directory, so a
thousand busy logs take a few threads and not a thousand. When the disk does not keep up, logs wait
here and not in the threads: a flush that begins later covers more.

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
FLUSH_SLICE_LOGS = 256
"""Preparing a flush costs some microseconds: after so many logs the loop does something else."""
FLUSH_IN_FLIGHT_LOGS_MAX = 512
"""Each keeps a file open and stands in front of those who read cold pages in the same threads."""
WATCH_INTERVAL_MS = 100
CROWDED_INTERVAL_MS = 20


class BackgroundFlush:
    """The flushes of one broker's logs."""

    __slots__ = (
        "_directory_of",
        "_in_flight",
        "_look_due_ms",
        "_queue",
        "_report_failure",
        "_scan_due_ms",
        "_watched",
        "flush_bytes",
        "flushed_bytes",
        "interval_ms",
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
        self.interval_ms = interval_ms
        self.flush_bytes = flush_bytes
        self._scan_due_ms = now_ms
        self._look_due_ms = now_ms
        self._watched: dict[PartitionLog, tuple[int, int]] = {}  # (last flush, size then)
        self._in_flight: set[PartitionLog] = set()
        self._queue: list[PartitionLog] = []  # due, and not begun yet
        self.flushed_bytes = 0  # in all: checkpoints follow when it has grown

    def next_deadline_ms(self) -> int:
        """When `due_jobs` has something to do again."""
        if self._watched or self._queue:
            return min(self._scan_due_ms, self._look_due_ms)
        return self._scan_due_ms

    def due_jobs(self, logs: Iterable[PartitionLog], now_ms: int) -> list[DiskJob]:
        """Return flushes that are due; of very many only the first, the others come next time."""
        if now_ms >= self._scan_due_ms:
            self._scan_due_ms = now_ms + self.interval_ms
            self._scan(logs)
        elif not self._queue and self._watched and now_ms >= self._look_due_ms:
            self._queue = [log for log in self._watched if self._is_early(log, now_ms)]
        room = FLUSH_IN_FLIGHT_LOGS_MAX - len(self._in_flight)
        count = max(0, min(FLUSH_SLICE_LOGS, room, len(self._queue)))
        due = self._queue[len(self._queue) - count :]
        del self._queue[len(self._queue) - count :]
        self._look_due_ms = now_ms + self._pause_ms(room - count)
        due = [log for log in due if log not in self._in_flight and not log.is_offline]
        for log in due:
            last_size = self._watched.get(log, (0, log.size_bytes))[1]
            self.flushed_bytes += max(0, log.size_bytes - last_size)
            self._watched[log] = (now_ms, log.size_bytes)
        return self.jobs_for(due)

    def _scan(self, logs: Iterable[PartitionLog]) -> None:
        """Have all logs flushed that have something to flush; those that wait already go first."""
        busy = [log for log in logs if log.recovery_point < log.log_end_offset]
        known = {*self._queue, *self._in_flight}
        self._queue[:0] = [log for log in busy if log not in known]
        known.update(busy)
        self._watched = {log: seen for log, seen in self._watched.items() if log in known}

    def _pause_ms(self, room: int) -> int:
        """How long nothing else can be due, with `room` for so many more logs in flight."""
        if not self._queue:
            return WATCH_INTERVAL_MS
        return 0 if room > 0 else CROWDED_INTERVAL_MS

    def _is_early(self, log: PartitionLog, now_ms: int) -> bool:
        """Whether a watched log cannot wait for the next scan."""
        last_ms, last_size = self._watched[log]
        return log.recovery_point < log.log_end_offset and (
            now_ms - last_ms >= log.config.flush_ms
            or log.size_bytes - last_size >= self.flush_bytes
        )

    def forget(self, log: PartitionLog) -> None:
        """Take note that a log is gone."""
        self._watched.pop(log, None)
        if log in self._queue:
            self._queue.remove(log)

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
        self._in_flight.update(log for log, _ in pairs)

        def work() -> None:
            synced: set[str] = set()
            for _, job in pairs:
                job.run(synced)

        def done() -> None:
            for log, job in pairs:
                self._in_flight.discard(log)
                log.complete_flush(job)

        def failed(error: OttlaError) -> None:
            self._in_flight.difference_update(log for log, _ in pairs)
            self._report_failure(directory, str(error))

        return SimpleJob(work, done, failed)
