# SPDX-License-Identifier: Apache-2.0
"""All partition logs of a broker: which exist, in which directory, and how they come and go.

The manager owns the registry (topic, partition) -> `PartitionLog` and the log directories. What
exists is decided elsewhere: the metadata journal is the truth about topics, a directory without a
topic is a stray, a topic without a directory gets an empty log (`claim`).

A log's life on disk:

    create     mkdir and partition.metadata, without fsync: ten thousand take seconds; one fsync of
               the log directory follows in the background
    delete     renamed to `-delete` at once, removed in a thread after file.delete.delay.ms
    set aside  renamed to `-stray`: nothing knows it, and only a human may throw it away
    move       copied to another log directory, where it goes on (`log_moves`)

Background work comes as jobs (`due_jobs`, see `disk_jobs`), driven by the broker.

Failure: one I/O error that cannot be taken back takes a directory offline with all its logs
(`report_failure`); `on_directory_failure` tells the broker, which exits when none is left.

Owned by the event loop. Topic `__cluster_metadata` is not here: the metadata engine has it.
"""

from __future__ import annotations

import os
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ottla.base.errors import StorageError
from ottla.base.ids import ZERO_UUID
from ottla.storage.directory_names import (
    DirectoryState,
    directory_name,
    parse_future_name,
    renamed_directory,
)
from ottla.storage.files import OpenFiles
from ottla.storage.log_config import LogConfig
from ottla.storage.log_loader import LoadReport, load_logs
from ottla.storage.log_segment import SegmentContext
from ottla.storage.log_upkeep import LogUpkeep, UpkeepSettings
from ottla.storage.partition_log import PartitionLog
from ottla.storage.partition_metadata import write_topic_id

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from ottla.base.clock import Clock
    from ottla.storage.checkpoints import TopicPartition
    from ottla.storage.disk_jobs import DiskJob
    from ottla.storage.files import FileSystem
    from ottla.storage.log_directory import LogDirectory
    from ottla.storage.log_move import LogMove

CLOSE_THREAD_COUNT = 16
"""Closing waits for the disk, not for the processor: many waits at once."""
PREFERRED_COUNT_MAX = 10_000
"""Wishes for logs that are not here yet; the oldest one goes."""
CLOSE_FLUSH_LOGS = 1024
"""Each log keeps a file open from the preparation of its flush to the end of it."""


@dataclass(frozen=True, slots=True)
class LoadSettings:
    """How logs are opened at start."""

    recovery_thread_count: int = 4
    """Unclean logs are checked in this many threads."""
    open_file_count_max: int = 384


class LogManager:
    """The registry of all logs; see the module's text."""

    __slots__ = (
        "_clock",
        "_context",
        "_default_config",
        "_directory_of",
        "_files",
        "_load_settings",
        "_logs",
        "_logs_in",
        "_preferred",
        "directories",
        "on_directory_failure",
        "on_relocation",
        "unopened",
        "upkeep",
    )

    def __init__(
        self,
        directories: Sequence[LogDirectory],
        files: FileSystem,
        clock: Clock,
        default_config: LogConfig | None = None,
        *,
        upkeep: UpkeepSettings | None = None,
        loading: LoadSettings | None = None,
    ) -> None:
        self.directories = list(directories)
        self.unopened: dict[TopicPartition, str] = {}
        """Partitions whose files are here but could not be opened, and why."""
        self.on_directory_failure: Callable[[LogDirectory, list[PartitionLog]], None] | None = None
        self.on_relocation: Callable[[PartitionLog], None] | None = None
        """Told of logs that go on in another directory."""
        self._preferred: dict[TopicPartition, LogDirectory] = {}  # of logs that are to be made
        self._files = files
        self._clock = clock
        self._default_config = default_config or LogConfig()
        self._load_settings = loading or LoadSettings()
        self._context = SegmentContext(OpenFiles(files, self._load_settings.open_file_count_max))
        self._logs: dict[TopicPartition, PartitionLog] = {}
        self._directory_of = {each.path: each for each in directories}
        self._logs_in: dict[str, dict[TopicPartition, PartitionLog]] = {
            path: {} for path in self._directory_of
        }
        self.upkeep = LogUpkeep(self, files, clock, upkeep or UpkeepSettings())

    # the registry

    def __len__(self) -> int:
        return len(self._logs)

    def __iter__(self) -> Iterator[PartitionLog]:
        return iter(self._logs.values())

    def get(self, topic: str, partition: int) -> PartitionLog | None:
        """Return a log that is open and online, None otherwise."""
        log = self._logs.get((topic, partition))
        return None if log is None or log.is_offline else log

    def directory_of(self, log: PartitionLog) -> LogDirectory:
        """Return the log directory that holds `log`."""
        return self._directory_of[os.path.dirname(log.directory)]

    def logs_in(self, directory: LogDirectory) -> Mapping[TopicPartition, PartitionLog]:
        """Return the logs that one directory holds."""
        return self._logs_in[directory.path]

    def directory_at(self, path: str) -> LogDirectory:
        """Return the log directory of this path."""
        return self._directory_of[path]

    def find_directory(self, path: str) -> LogDirectory | None:
        """Return the log directory of this absolute path, if it is one of this broker's."""
        return self._directory_of.get(os.path.normpath(path))

    def has_online_directory(self) -> bool:
        """Whether anything can be served at all."""
        return any(each.is_online for each in self.directories)

    # start

    def load(
        self,
        config_of: Callable[[str], LogConfig] | None = None,
        progress: Callable[[int, int], None] | None = None,
    ) -> LoadReport:
        """Open every log of every directory; to be called once, before anything else.

        `config_of` gives a topic's settings, `progress` is told (opened, all) now and then, from
        any thread. What cannot be opened is in the report and in `unopened`, never an exception.
        """
        report = load_logs(
            self.directories,
            self._files,
            self._clock,
            self._context,
            config_of or (lambda _: self._default_config),
            progress or (lambda _opened, _all: None),
            thread_count=self._load_settings.recovery_thread_count,
        )
        for log in report.logs:
            self._add(log)
        self.unopened = dict(report.unopened)
        for path in report.leftovers:
            self.upkeep.remove_directory(path, at_ms=self._clock.now_ms())
        self.upkeep.begin()
        report.notes += [note for path in report.futures if (note := self._resume(path))]
        if report.recovered:
            self._run_all(self.upkeep.start_checkpoint_jobs(self.directories))
        for directory in self.directories:
            self._mark_running(directory)
        return report

    def _mark_running(self, directory: LogDirectory) -> None:
        if directory.is_online:
            try:
                directory.mark_running()
            except StorageError as error:
                self.report_failure(directory, str(error))

    def _add(self, log: PartitionLog) -> None:
        assert (log.topic, log.partition) not in self._logs, log
        self._logs[log.topic, log.partition] = log
        self._logs_in[os.path.dirname(log.directory)][log.topic, log.partition] = log
        self._context.share_walk(len(self._logs))

    def _drop(self, log: PartitionLog) -> None:
        del self._logs[log.topic, log.partition]
        del self._logs_in[os.path.dirname(log.directory)][log.topic, log.partition]
        self._context.share_walk(len(self._logs))

    # creation and removal

    def claim(self, topic: str, partition: int, topic_id: bytes, config: LogConfig) -> PartitionLog:
        """Return the log of a partition that the metadata knows, made now if there is none.

        A log of an earlier topic of the same name is set aside. Raises StorageError when the
        partition's directory is offline or no directory is left.
        """
        log = self._logs.get((topic, partition))
        if log is not None and log.is_offline:
            raise StorageError(f"{log.directory} is offline")
        if log is not None and log.topic_id == ZERO_UUID:
            self._identify(log, topic_id)
        if log is not None and topic_id not in {log.topic_id, ZERO_UUID}:
            self.set_aside(topic, partition)
            log = None
        if log is None:
            return self.create_log(topic, partition, topic_id, config)
        log.config = config
        return log

    def _identify(self, log: PartitionLog, topic_id: bytes) -> None:
        """Write the topic id that a crash or an older Kafka left out."""
        if topic_id != ZERO_UUID:
            with self.directory_of(log).failing("cannot write a topic id"):
                write_topic_id(self._files, log.directory, topic_id)
            log.topic_id = topic_id

    def create_log(
        self, topic: str, partition: int, topic_id: bytes, config: LogConfig
    ) -> PartitionLog:
        """Begin an empty log in the directory with the fewest; raises StorageError."""
        key = (topic, partition)
        if key in self.unopened:
            raise StorageError(f"{topic}-{partition} could not be opened: {self.unopened[key]}")
        assert key not in self._logs, key
        name = directory_name(topic, partition)
        directory = self._preferred.pop(key, None)
        if directory is None or not directory.is_online:
            directory = self._roomiest(name)
        path = directory.file(name)
        with directory.failing("cannot make a partition's directory"):
            if self._files.stat(path) is None:
                self._files.mkdir(path)
        log = PartitionLog.open(
            path,
            topic,
            partition,
            config,
            files=self._files,
            clock=self._clock,
            clean=True,
            topic_id=topic_id,
            context=self._context,
        )
        log.was_created()
        self._add(log)
        self.upkeep.directory_entry_changed(directory)
        return log

    def _roomiest(self, name: str) -> LogDirectory:
        """Return the online directory with the fewest logs; the first of several."""
        leaving = self.upkeep.moves.leaving
        online = [
            each for each in self.directories if each.is_online and each.file(name) not in leaving
        ]
        if not online:
            raise StorageError("every log directory is offline")
        return min(online, key=lambda each: len(self._logs_in[each.path]))

    def delete_log(self, topic: str, partition: int) -> None:
        """Take a log out of service and have its files removed later; harmless when there is none.

        Raises StorageError when the directory refuses.
        """
        log = self._logs.get((topic, partition))
        self.unopened.pop((topic, partition), None)
        if log is not None:
            path = self._retire(log, DirectoryState.DELETED)
            delay_ms = log.config.file_delete_delay_ms
            self.upkeep.remove_directory(path, at_ms=self._clock.now_ms() + delay_ms)

    def set_aside(self, topic: str, partition: int) -> None:
        """Take a log out of service and keep its files for a human, as `-stray`."""
        self._retire(self._logs[topic, partition], DirectoryState.STRAY)

    def _retire(self, log: PartitionLog, state: DirectoryState) -> str:
        """Rename a log's directory and forget the log; return the new path."""
        directory = self.directory_of(log)
        name = renamed_directory(log.topic, log.partition, uuid.uuid4().hex, state)
        path = directory.file(name)
        self._drop(log)
        self.upkeep.forget(log)
        if not log.is_offline:
            with directory.failing("cannot rename a partition's directory"):
                self._files.rename(log.directory, path)
            log.moved_to(path)
            self.upkeep.directory_entry_changed(directory)
        return path

    # moves between directories

    def move(self, topic: str, partition: int, directory: LogDirectory) -> None:
        """Have a log move to another directory; to its own, or elsewhere, ends a move under way.

        Raises StorageError when the directory takes nothing.
        """
        log = self._logs[topic, partition]
        moves = self.upkeep.moves
        if moves.target_of(log) is directory:
            return
        is_there = self.directory_of(log) is directory
        name = directory_name(topic, partition)
        if not is_there and (
            not directory.accepts_appends or directory.file(name) in moves.leaving
        ):
            raise StorageError(directory.refusal)
        moves.cancel(log)
        if not is_there:
            moves.begin(log, directory)

    @property
    def moves(self) -> Iterable[LogMove]:
        """The moves that are under way."""
        return self.upkeep.moves

    def prefer(self, topic: str, partition: int, directory: LogDirectory) -> None:
        """Remember where a log is to be made that is not here yet."""
        if len(self._preferred) >= PREFERRED_COUNT_MAX:
            del self._preferred[next(iter(self._preferred))]
        self._preferred[topic, partition] = directory

    def relocated(self, log: PartitionLog, before: LogDirectory) -> None:
        """Take note that a log goes on in another directory."""
        key = (log.topic, log.partition)
        del self._logs_in[before.path][key]
        self._logs_in[os.path.dirname(log.directory)][key] = log
        self.upkeep.relocated(log)
        if self.on_relocation is not None:
            self.on_relocation(log)

    def _resume(self, path: str) -> str | None:
        """Go on with a move that an earlier run began; return what the operator should know."""
        key = parse_future_name(os.path.basename(path))
        log = None if key is None else self._logs.get(key)
        directory = self._directory_of[os.path.dirname(path)]
        if (
            log is None
            or self.directory_of(log) is directory
            or self.upkeep.moves.target_of(log) is not None
        ):
            return f"{path} is left alone: a future replica"
        self.upkeep.moves.begin(log, directory, path)
        return None

    # background work

    def due_jobs(self, now_ms: int) -> list[DiskJob]:
        """Do what is due on the loop; return what is due in threads (see `disk_jobs`)."""
        return self.upkeep.due_jobs(now_ms)

    def next_deadline_ms(self) -> int:
        """When `due_jobs` wants to be called again."""
        return self.upkeep.next_deadline_ms()

    # failure

    def report_failure(self, directory: LogDirectory, reason: str) -> None:
        """Take a directory offline with all its logs; the broker hears of it once."""
        directory.fail(reason)
        lost = [log for key, log in self.logs_in(directory).items() if key not in self.unopened]
        for log in lost:
            log.is_offline = True
            self.unopened[log.topic, log.partition] = reason
        if lost and self.on_directory_failure is not None:
            self.on_directory_failure(directory, lost)

    # end

    def close(self, broker_epoch: int = -1, *, clean: bool = True) -> None:
        """Put everything on disk and give the directories back. Waits for the disk.

        With `clean` false (after a failure) nothing is claimed to be in order.
        """
        self.upkeep.stop()
        if clean:
            while jobs := self.upkeep.unfinished_jobs():
                self._run_all(jobs)
            self._close_logs()
            self._run_all(self.upkeep.checkpoint_jobs(self.directories))
            for directory in self.directories:
                self._mark_clean(directory, broker_epoch)
        for directory in self.directories:
            directory.close()
        self._logs.clear()

    def _close_logs(self) -> None:
        """Flush in threads, then close each log, which has nothing to wait for any more."""
        logs = self._online_logs()
        for start in range(0, len(logs), CLOSE_FLUSH_LOGS):
            self._run_all(self.upkeep.flush_jobs(logs[start : start + CLOSE_FLUSH_LOGS]))
        for log in self._online_logs():
            try:
                log.close()
            except StorageError as error:
                self.report_failure(self.directory_of(log), str(error))

    def _online_logs(self) -> list[PartitionLog]:
        return [log for log in self._logs.values() if not log.is_offline]

    def _run_all(self, jobs: Sequence[DiskJob]) -> None:
        """Run jobs in threads of our own and wait for them: before and after a run."""
        if jobs:
            with ThreadPoolExecutor(min(CLOSE_THREAD_COUNT, len(jobs)), "disk") as pool:
                list(pool.map(lambda job: job.run(), jobs))
        for job in jobs:
            job.finish()

    def _mark_clean(self, directory: LogDirectory, broker_epoch: int) -> None:
        if directory.is_online:
            try:
                directory.mark_clean(broker_epoch)
            except StorageError as error:
                self.report_failure(directory, str(error))
