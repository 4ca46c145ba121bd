# SPDX-License-Identifier: Apache-2.0
"""The background work on all logs: free space, flush, checkpoints, retention, removals, compaction.

One `LogUpkeep` belongs to a `LogManager`. `due_jobs(now_ms)` does on the loop what is short and
returns jobs for threads (`disk_jobs`) for what waits for the disk; `next_deadline_ms` says when to
call again.

    work                        when                                      where
    --------------------------  ----------------------------------------  -------------------------
    free space, failed logs     every second                              loop
    flush                       `background_flush`                        thread
    directory entries           once after logs came or went              thread
    checkpoints                 `checkpoint_writer`                       thread
    retention, producer expiry  log.retention.check.interval.ms, some     loop; unlinking in a
                                logs at a time                            thread
    removal of deleted logs     after file.delete.delay.ms                thread
    compaction                  `compaction_schedule`                     subprocess
    moves between directories   `log_moves`                               thread, handed over on
                                                                          the loop

Owned by the event loop.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ottla.base.errors import StorageError
from ottla.storage.background_flush import BackgroundFlush
from ottla.storage.checkpoint_writer import CheckpointWriter
from ottla.storage.compaction_schedule import CompactionSchedule, CompactionSettings
from ottla.storage.disk_jobs import SimpleJob
from ottla.storage.log_config import NEVER
from ottla.storage.log_moves import LogMoves

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ottla.base.clock import Clock
    from ottla.base.errors import OttlaError
    from ottla.storage.disk_jobs import DiskJob
    from ottla.storage.files import FileSystem
    from ottla.storage.log_directory import LogDirectory
    from ottla.storage.log_manager import LogManager
    from ottla.storage.partition_log import PartitionLog

LOOK_INTERVAL_MS = 1_000
RETENTION_SLICE_LOGS = 50
RETENTION_SLICE_PAUSE_MS = 20


@dataclass(frozen=True, slots=True)
class UpkeepSettings:
    """How often; Kafka's name in the comment where there is one."""

    flush_interval_ms: int = 1_000
    flush_bytes: int = 8 << 20
    recovery_checkpoint_interval_ms: int = 60_000  # log.flush.offset.checkpoint.interval.ms
    recovery_checkpoint_bytes: int = 64 << 20
    checkpoint_interval_ms: int = 5_000  # replica.high.watermark.checkpoint.interval.ms
    retention_interval_ms: int = 300_000  # log.retention.check.interval.ms
    compaction: CompactionSettings = field(default_factory=CompactionSettings)


class LogUpkeep:
    """All background work of one broker's logs; see the module's text."""

    __slots__ = (
        "_changed_entries",
        "_checkpoints",
        "_clock",
        "_compaction",
        "_files",
        "_flush",
        "_logs",
        "_look_due_ms",
        "_removals",
        "_retention_due_ms",
        "_retention_interval_ms",
        "_retention_queue",
        "high_watermark_of",
        "moves",
    )

    def __init__(
        self, logs: LogManager, files: FileSystem, clock: Clock, settings: UpkeepSettings
    ) -> None:
        self.high_watermark_of: Callable[[PartitionLog], int] = _log_end
        """Set by the replication layer; until then all replicas have what the log has."""
        now_ms = clock.now_ms()
        self._logs = logs
        self._files = files
        self._clock = clock
        self._flush = BackgroundFlush(
            logs.directory_of,
            logs.report_failure,
            interval_ms=settings.flush_interval_ms,
            flush_bytes=settings.flush_bytes,
            now_ms=now_ms,
        )
        self._checkpoints = CheckpointWriter(
            files,
            logs.report_failure,
            interval_ms=settings.checkpoint_interval_ms,
            recovery_interval_ms=settings.recovery_checkpoint_interval_ms,
            recovery_bytes=settings.recovery_checkpoint_bytes,
            now_ms=now_ms,
        )
        self._compaction = CompactionSchedule(self, logs, files, clock, settings.compaction)
        self.moves = LogMoves(
            logs,
            files,
            clock,
            is_compacted=self._compaction.is_at_work_on,
            remove_directory=lambda path, at_ms: self.remove_directory(path, at_ms=at_ms),
        )
        self._look_due_ms = now_ms
        self._retention_interval_ms = settings.retention_interval_ms
        self._retention_due_ms = now_ms + settings.retention_interval_ms
        self._retention_queue: list[PartitionLog] = []
        self._removals: dict[str, int] = {}  # path of a directory to remove -> not before
        self._changed_entries: dict[LogDirectory, None] = {}

    def last_stable_offset(self, log: PartitionLog) -> int:
        """Return the end of what is on all replicas and of no open transaction."""
        high_watermark = self.high_watermark_of(log)
        return log.last_stable_offset(high_watermark)

    def follow_settings(self, settings: UpkeepSettings) -> None:
        """Take over the settings that may change while the broker runs."""
        self._flush.interval_ms = settings.flush_interval_ms
        self._flush.flush_bytes = settings.flush_bytes
        self._compaction.follow_settings(settings.compaction)

    # life

    def begin(self) -> None:
        """Take up work after loading."""
        self._compaction.begin()

    def stop(self) -> None:
        """Give up what runs; the manager asks for what a close needs."""
        self._compaction.stop()
        self.moves.stop()
        self._retention_queue.clear()

    def unfinished_jobs(self) -> list[DiskJob]:
        """Return what has to be brought to its end before the logs are closed; ask until none."""
        return self._compaction.unfinished_jobs() + self.moves.unfinished_jobs()

    def directory_entry_changed(self, directory: LogDirectory) -> None:
        """Have the directory's entries made durable."""
        self._changed_entries[directory] = None

    def remove_directory(self, path: str, *, at_ms: int) -> None:
        """Have a retired partition's directory removed, not before `at_ms`."""
        self._removals[path] = at_ms

    def forget(self, log: PartitionLog) -> None:
        """Take note that a log is out of service."""
        self._flush.forget(log)
        self._compaction.forget(log)
        self.moves.cancel(log)

    def relocated(self, log: PartitionLog) -> None:
        """Take note that a log goes on in another directory."""
        self._compaction.relocated(log)
        self._checkpoints.hurry()

    def flush_jobs(self, logs: Iterable[PartitionLog]) -> list[DiskJob]:
        """Return jobs that put on disk what is in `logs` now."""
        return self._flush.jobs_for(logs)

    def checkpoint_jobs(self, directories: Iterable[LogDirectory]) -> list[DiskJob]:
        """Return jobs that write all checkpoints of `directories` now."""
        return self._checkpoints.jobs_for(directories, self._logs.logs_in, self.high_watermark_of)

    def start_checkpoint_jobs(self, directories: Iterable[LogDirectory]) -> list[DiskJob]:
        """Return jobs that write all checkpoints after a start.

        Nobody has said yet what is committed: what was known before still holds, and no more.
        """
        return self._checkpoints.jobs_for(
            directories, self._logs.logs_in, lambda log: log.stored_high_watermark
        )

    # due work

    def next_deadline_ms(self) -> int:
        """When `due_jobs` has something to do again."""
        if self._changed_entries:
            return self._clock.now_ms()
        return min(
            self._look_due_ms,
            self._flush.next_deadline_ms(),
            self._checkpoints.next_deadline_ms(self._flush.flushed_bytes),
            self._retention_due_ms,
            self._compaction.next_deadline_ms(),
            self.moves.next_deadline_ms(),
            *self._removals.values(),
        )

    def due_jobs(self, now_ms: int) -> list[DiskJob]:
        """Do what is due on the loop and return what is due in threads."""
        if now_ms >= self._look_due_ms:
            self._look_due_ms = now_ms + LOOK_INTERVAL_MS
            self._look_after_directories(now_ms)
        jobs = self._flush.due_jobs(self._logs, now_ms)
        jobs += self._checkpoints.due_jobs(
            self._logs.directories,
            self._logs.logs_in,
            self.high_watermark_of,
            flushed_bytes=self._flush.flushed_bytes,
            now_ms=now_ms,
        )
        jobs += self._entry_jobs()
        jobs += self._removal_jobs(now_ms)
        if now_ms >= self._retention_due_ms:
            jobs += self._retain_some(now_ms)
        jobs += self._compaction.due_jobs(now_ms)
        jobs += self.moves.due_jobs(now_ms)
        return jobs

    def _look_after_directories(self, now_ms: int) -> None:
        """Renew the space checks, and spread the word about what has failed."""
        for directory in self._logs.directories:
            directory.check_space(now_ms)
            if directory.failure is not None:
                self._logs.report_failure(directory, directory.failure)
        for log in list(self._logs):
            if log.is_offline and self._logs.directory_of(log).is_online:
                reason = f"{log.directory} could not be written"
                self._logs.report_failure(self._logs.directory_of(log), reason)

    def _entry_jobs(self) -> list[DiskJob]:
        """Make new, renamed and removed partitions' directory entries durable."""
        changed = [each for each in self._changed_entries if each.is_online]
        self._changed_entries.clear()
        return [
            self._job(each, lambda path=each.path: self._files.fsync_dir(path))  # type: ignore[misc]
            for each in changed
        ]

    def _removal_jobs(self, now_ms: int) -> list[DiskJob]:
        """Remove the directories of deleted logs whose delay is over."""
        due = [path for path, at_ms in self._removals.items() if now_ms >= at_ms]
        jobs = []
        for path in due:
            del self._removals[path]
            directory = self._logs.directory_at(os.path.dirname(path))
            if directory.is_online:
                jobs.append(self._job(directory, lambda path=path: remove_tree(self._files, path)))  # type: ignore[misc]
        return jobs

    def _retain_some(self, now_ms: int) -> list[DiskJob]:
        """Apply retention and forget idle producers on some logs, and go on with others soon."""
        if not self._retention_queue:
            self._retention_queue = list(self._logs)
        some = self._retention_queue[-RETENTION_SLICE_LOGS:]
        del self._retention_queue[-RETENTION_SLICE_LOGS:]
        is_done = not self._retention_queue
        pause_ms = self._retention_interval_ms if is_done else RETENTION_SLICE_PAUSE_MS
        self._retention_due_ms = now_ms + pause_ms
        paths: dict[LogDirectory, list[str]] = {}
        for log in some:
            if not log.is_offline:
                paths.setdefault(self._logs.directory_of(log), []).extend(self._retain(log, now_ms))
        return [
            self._job(directory, lambda due=due: _unlink_all(self._files, due))  # type: ignore[misc]
            for directory, due in paths.items()
            if due
        ]

    def _retain(self, log: PartitionLog, now_ms: int) -> list[str]:
        """Apply retention to one log; return the files that may be unlinked now."""
        wall_ms = self._clock.wall_ms()
        try:
            log.delete_old_segments(wall_ms, self.high_watermark_of(log))
            log.expire_producers(wall_ms)
            _roll_for_compaction(log, wall_ms)
        except StorageError as error:
            self._logs.report_failure(self._logs.directory_of(log), str(error))
            return []
        return log.take_deleted_files(now_ms)

    def _job(self, directory: LogDirectory, work: Callable[[], None]) -> DiskJob:
        """Return a job whose failure is the directory's."""

        def failed(error: OttlaError) -> None:
            self._logs.report_failure(directory, str(error))

        return SimpleJob(work, lambda: None, failed)


def _log_end(log: PartitionLog) -> int:
    return log.log_end_offset


def _roll_for_compaction(log: PartitionLog, wall_ms: int) -> None:
    """Close an active segment whose records have waited for `max.compaction.lag.ms`.

    Only closed segments are compacted: a log that nobody writes to would wait for ever.
    """
    config = log.config
    active = log.segments[-1]
    if config.cleanup_compact and config.max_compaction_lag_ms < NEVER and active.size_bytes:
        log.write_staged()
        _, first = next(active.headers())
        if wall_ms - first.max_timestamp > config.max_compaction_lag_ms:
            log.roll()


def _unlink_all(files: FileSystem, paths: Iterable[str]) -> None:
    for path in paths:
        try:
            files.unlink(path)
        except FileNotFoundError:
            continue


def remove_tree(files: FileSystem, path: str) -> None:
    """Remove a directory with all that is in it; what is gone already is fine."""
    found = files.stat(path)
    if found is None:
        return
    for name in files.listdir(path):
        inner = os.path.join(path, name)
        entry = files.stat(inner)
        if entry is not None and entry.is_directory:
            remove_tree(files, inner)
        elif entry is not None:
            files.unlink(inner)
    files.rmdir(path)
