# SPDX-License-Identifier: Apache-2.0
"""Writes the offset checkpoints of every log directory, often enough and not more.

    recovery points      every 60 s, or at most once a second when 64 MiB were flushed meanwhile:
                         what lies behind them is read again after a crash
    log start offsets    every 5 s, when they changed: deleted records must not come back
    high watermarks      every 5 s, when they changed

The numbers are collected on the loop and written in a thread. A file may only say less than the
logs have, never more; so a recovery point is taken from logs whose fsync has come back.

Part of `LogUpkeep`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from ottla.storage.checkpoints import (
    HIGH_WATERMARK_FILE,
    LOG_START_FILE,
    RECOVERY_POINT_FILE,
    TopicPartition,
    write_offsets,
)
from ottla.storage.disk_jobs import SimpleJob

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.base.errors import OttlaError
    from ottla.storage.disk_jobs import DiskJob
    from ottla.storage.files import FileSystem
    from ottla.storage.log_directory import LogDirectory
    from ottla.storage.partition_log import PartitionLog

RECOVERY_POINT_PAUSE_MS = 1_000
"""However much is flushed, the file is not written more often."""

Offsets = dict[TopicPartition, int]
LogsIn = Callable[["LogDirectory"], Mapping[TopicPartition, "PartitionLog"]]
OffsetOf = Callable[["PartitionLog"], int]


class CheckpointWriter:
    """The checkpoint files of one broker."""

    __slots__ = (
        "_changed_bytes",
        "_due_ms",
        "_files",
        "_flushed_bytes",
        "_in_flight",
        "_interval_ms",
        "_recovery_interval_ms",
        "_recovery_written_ms",
        "_report_failure",
        "_written",
    )

    def __init__(
        self,
        files: FileSystem,
        report_failure: Callable[[LogDirectory, str], None],
        *,
        interval_ms: int,
        recovery_interval_ms: int,
        recovery_bytes: int,
        now_ms: int,
    ) -> None:
        self._files = files
        self._report_failure = report_failure
        self._interval_ms = interval_ms
        self._recovery_interval_ms = recovery_interval_ms
        self._changed_bytes = recovery_bytes
        self._due_ms = now_ms + interval_ms
        self._recovery_written_ms = now_ms
        self._flushed_bytes = 0  # of all logs, when recovery points were last written
        self._written: dict[str, Offsets] = {}  # what each file says
        self._in_flight: set[str] = set()

    def next_deadline_ms(self, flushed_bytes: int) -> int:
        """When `due_jobs` has something to do again."""
        return min(self._due_ms, self._recovery_due_ms(flushed_bytes))

    def hurry(self) -> None:
        """Write everything at the next opportunity: logs have moved to other directories."""
        self._due_ms = self._recovery_written_ms = 0
        self._flushed_bytes = -self._changed_bytes

    def _recovery_due_ms(self, flushed_bytes: int) -> int:
        many = flushed_bytes - self._flushed_bytes >= self._changed_bytes
        pause_ms = RECOVERY_POINT_PAUSE_MS if many else self._recovery_interval_ms
        return self._recovery_written_ms + pause_ms

    def due_jobs(
        self,
        directories: Iterable[LogDirectory],
        logs_in: LogsIn,
        high_watermark_of: OffsetOf,
        *,
        flushed_bytes: int,
        now_ms: int,
    ) -> list[DiskJob]:
        """Return the writes that are due."""
        jobs: list[DiskJob] = []
        if now_ms >= self._recovery_due_ms(flushed_bytes):
            self._recovery_written_ms = now_ms
            self._flushed_bytes = flushed_bytes
            for directory in directories:
                jobs += self._recovery_job(directory, logs_in)
        if now_ms >= self._due_ms:
            self._due_ms = now_ms + self._interval_ms
            for directory in directories:
                jobs += self._offset_jobs(directory, logs_in, high_watermark_of)
        return jobs

    def jobs_for(
        self,
        directories: Iterable[LogDirectory],
        logs_in: LogsIn,
        high_watermark_of: OffsetOf,
    ) -> list[DiskJob]:
        """Return writes of everything, at once: at the end of a start and of a run."""
        self._in_flight.clear()
        jobs: list[DiskJob] = []
        for directory in directories:
            jobs += self._recovery_job(directory, logs_in)
            jobs += self._offset_jobs(directory, logs_in, high_watermark_of)
        return jobs

    def _recovery_job(self, directory: LogDirectory, logs_in: LogsIn) -> list[DiskJob]:
        points = {
            key: log.recovery_point for key, log in logs_in(directory).items() if not log.is_offline
        }
        return self._jobs(directory, RECOVERY_POINT_FILE, points)

    def _offset_jobs(
        self, directory: LogDirectory, logs_in: LogsIn, high_watermark_of: OffsetOf
    ) -> list[DiskJob]:
        """Return what is due every five seconds for one directory."""
        logs = {key: log for key, log in logs_in(directory).items() if not log.is_offline}
        starts = {
            key: log.log_start_offset
            for key, log in logs.items()
            # Else the name of the first segment says it already.
            if log.log_start_offset > log.segments[0].base_offset
        }
        jobs = self._jobs(directory, LOG_START_FILE, starts)
        watermarks = {key: high_watermark_of(log) for key, log in logs.items()}
        return jobs + self._jobs(directory, HIGH_WATERMARK_FILE, watermarks)

    def _jobs(self, directory: LogDirectory, name: str, content: Offsets) -> list[DiskJob]:
        """Return the write of one file, if what it says has changed."""
        path = directory.file(name)
        is_changed = content != self._written.get(path, {})
        if not is_changed or not directory.is_online or path in self._in_flight:
            return []
        return [self._job(directory, path, content)]

    def _job(self, directory: LogDirectory, path: str, content: Offsets) -> DiskJob:
        self._in_flight.add(path)

        def done() -> None:
            self._in_flight.discard(path)
            self._written[path] = content

        def failed(error: OttlaError) -> None:
            self._in_flight.discard(path)
            self._report_failure(directory, f"cannot write {path}: {error}")

        return SimpleJob(lambda: write_offsets(self._files, path, content), done, failed)
