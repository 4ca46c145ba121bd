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

import os
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
    from collections.abc import Callable, Iterable, Sequence

    from ottla.base.errors import OttlaError
    from ottla.storage.disk_jobs import DiskJob
    from ottla.storage.files import FileSystem
    from ottla.storage.log_directory import LogDirectory
    from ottla.storage.partition_log import PartitionLog

RECOVERY_POINT_PAUSE_MS = 1_000
"""However much is flushed, the file is not written more often."""

Offsets = dict[TopicPartition, int]


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

    def _recovery_due_ms(self, flushed_bytes: int) -> int:
        many = flushed_bytes - self._flushed_bytes >= self._changed_bytes
        pause_ms = RECOVERY_POINT_PAUSE_MS if many else self._recovery_interval_ms
        return self._recovery_written_ms + pause_ms

    def due_jobs(
        self,
        directories: Iterable[LogDirectory],
        logs: Sequence[PartitionLog],
        high_watermark_of: Callable[[PartitionLog], int],
        *,
        flushed_bytes: int,
        now_ms: int,
    ) -> list[DiskJob]:
        """Return the writes that are due."""
        jobs: list[DiskJob] = []
        if now_ms >= self._recovery_due_ms(flushed_bytes):
            self._recovery_written_ms = now_ms
            self._flushed_bytes = flushed_bytes
            points = _by_directory(logs, _recovery_point_of)
            jobs += self._jobs(directories, RECOVERY_POINT_FILE, points)
        if now_ms >= self._due_ms:
            self._due_ms = now_ms + self._interval_ms
            starts = _by_directory(logs, _log_start_of)
            jobs += self._jobs(directories, LOG_START_FILE, starts)
            watermarks = _by_directory(logs, high_watermark_of)
            jobs += self._jobs(directories, HIGH_WATERMARK_FILE, watermarks)
        return jobs

    def jobs_for(
        self,
        directories: Iterable[LogDirectory],
        logs: Sequence[PartitionLog],
        high_watermark_of: Callable[[PartitionLog], int],
    ) -> list[DiskJob]:
        """Return writes of everything, at once: at the end of a start and of a run."""
        directories = list(directories)
        self._in_flight.clear()
        jobs = self._jobs(directories, RECOVERY_POINT_FILE, _by_directory(logs, _recovery_point_of))
        jobs += self._jobs(directories, LOG_START_FILE, _by_directory(logs, _log_start_of))
        watermarks = _by_directory(logs, high_watermark_of)
        jobs += self._jobs(directories, HIGH_WATERMARK_FILE, watermarks)
        return jobs

    def _jobs(
        self, directories: Iterable[LogDirectory], name: str, offsets: dict[str, Offsets]
    ) -> list[DiskJob]:
        """Return a write of one kind of file for each online directory where it changed."""
        jobs = []
        for directory in directories:
            path = directory.file(name)
            content = offsets.get(directory.path, {})
            is_changed = content != self._written.get(path)
            if is_changed and directory.is_online and path not in self._in_flight:
                jobs.append(self._job(directory, path, content))
        return jobs

    def _job(self, directory: LogDirectory, path: str, content: Offsets) -> DiskJob:
        self._in_flight.add(path)

        def done() -> None:
            self._in_flight.discard(path)
            self._written[path] = content

        def failed(error: OttlaError) -> None:
            self._in_flight.discard(path)
            self._report_failure(directory, f"cannot write {path}: {error}")

        return SimpleJob(lambda: write_offsets(self._files, path, content), done, failed)


def _recovery_point_of(log: PartitionLog) -> int:
    """Return below which offset the log is on disk."""
    return log.recovery_point


def _log_start_of(log: PartitionLog) -> int:
    """Return the log start offset, or -1 when the first segment's name says it already."""
    start = log.log_start_offset
    return start if start > log.segments[0].base_offset else -1


def _by_directory(
    logs: Iterable[PartitionLog], offset_of: Callable[[PartitionLog], int]
) -> dict[str, Offsets]:
    """Collect a number of each online log by log directory, leaving out -1."""
    found: dict[str, Offsets] = {}
    for log in logs:
        if not log.is_offline:
            offset = offset_of(log)
            if offset >= 0:
                parent = os.path.dirname(log.directory)
                found.setdefault(parent, {})[log.topic, log.partition] = offset
    return found
