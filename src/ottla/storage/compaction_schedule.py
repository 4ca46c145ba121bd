# SPDX-License-Identifier: Apache-2.0
"""When which log is compacted: one round at a time, the dirtiest log first.

A round goes through four hands:

    loop        choose the log, describe the job
    subprocess  `compaction_worker` writes the new segments        (a job waits for it in a thread)
    thread      `compaction_swap.prepare`
    loop        `compaction_swap.swap_in`, if the log still has the segments that were compacted
    thread      `compaction_swap.finish`, then the cleaner checkpoint

What a round makes is worthless as soon as one of its inputs has gone meanwhile (retention, a
deleted topic, a truncation): then it is discarded and the log waits for its next turn. A log whose
round fails on rotten data is left alone until a restart; a worker that dies is tried again.

Part of `LogUpkeep`, owned by the event loop.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, NamedTuple, Protocol

from ottla.base.errors import OttlaError, StorageError
from ottla.storage.checkpoints import (
    CLEANER_FILE,
    CheckpointError,
    TopicPartition,
    read_offsets,
    write_offsets,
)
from ottla.storage.compaction import (
    CompactionRules,
    DirtyRange,
    DirtySegment,
    SourceSegment,
    dirty_range,
)
from ottla.storage.compaction_filter import LastRecord
from ottla.storage.compaction_swap import discard, finish, prepare, swap_in
from ottla.storage.compaction_worker import CompactionJob, CompactionResult
from ottla.storage.disk_jobs import SimpleJob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from ottla.base.clock import Clock
    from ottla.storage.disk_jobs import DiskJob
    from ottla.storage.files import FileSystem
    from ottla.storage.log_directory import LogDirectory
    from ottla.storage.log_segment import LogSegment
    from ottla.storage.partition_log import PartitionLog

NEVER_MS = 2**63 - 1


class CorruptSource(OttlaError):  # noqa: N818 - names what was found
    """A round met data that it cannot read; the log is not compacted any more."""


class Worker(Protocol):
    """Whatever carries out a job, in a thread."""

    def run(self, job: CompactionJob) -> CompactionResult:
        """Do one round; raises CorruptSource and StorageError."""

    def cancel(self) -> None:
        """Give up the round that runs; called on the loop."""


class SubprocessWorker:
    """The real one: a process for each round."""

    __slots__ = ("_is_cancelled", "_process")

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._is_cancelled = False

    def run(self, job: CompactionJob) -> CompactionResult:
        """Start the process, feed it, wait for its last line."""
        command = [sys.executable, "-m", "ottla.storage.compaction_worker"]
        pipe = subprocess.PIPE
        with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:  # noqa: S603 - our own module
            self._process = process
            if self._is_cancelled:
                process.terminate()
            assert process.stdin is not None
            assert process.stdout is not None
            _feed(process.stdin, job.to_json())
            message = _last_message(process.stdout)
        if "result" in message:
            return CompactionResult.from_json(message["result"])
        error = str(message.get("error", f"the compaction worker ended with {process.returncode}"))
        if message.get("is_io_error", True):
            raise StorageError(error)
        raise CorruptSource(error)

    def cancel(self) -> None:
        """Stop the process; `run` then raises StorageError."""
        self._is_cancelled = True
        if self._process is not None:
            self._process.terminate()


def _feed(stream: IO[str], text: str) -> None:
    """Write all and close; a reader that is gone shows by its missing answer."""
    try:
        with stream:
            stream.write(text)
    except BrokenPipeError:
        return


def _last_message(lines: Iterable[str]) -> dict[str, dict[str, object]]:
    """Return the last JSON line of the worker that is not mere progress."""
    message: dict[str, dict[str, object]] = {}
    for line in lines:
        fields = json.loads(line)
        if "progress" not in fields:
            message = fields
    return message


@dataclass(frozen=True, slots=True)
class CompactionSettings:
    """The broker's settings; Kafka's name in the comment."""

    is_enabled: bool = True  # log.cleaner.enable
    backoff_ms: int = 15_000  # log.cleaner.backoff.ms
    dedupe_buffer_bytes: int = 128 << 20  # log.cleaner.dedupe.buffer.size
    io_bytes_per_second: float = float("inf")  # log.cleaner.io.max.bytes.per.second
    new_worker: Callable[[], Worker] = SubprocessWorker


class LogPositions(Protocol):
    """Where the schedule learns how far a log may be cleaned."""

    def last_stable_offset(self, log: PartitionLog) -> int:
        """Return the end of what is on all replicas and of no open transaction."""


class LogRegistry(Protocol):
    """The part of `LogManager` that is needed here."""

    directories: list[LogDirectory]

    def __iter__(self) -> Iterator[PartitionLog]:
        """Go through all logs."""

    def directory_of(self, log: PartitionLog) -> LogDirectory:
        """Return the log directory that holds `log`."""

    def logs_in(self, directory: LogDirectory) -> Mapping[TopicPartition, PartitionLog]:
        """Return the logs that one directory holds."""

    def report_failure(self, directory: LogDirectory, reason: str) -> None:
        """Take a directory offline."""


class _Round(NamedTuple):
    """What runs: a log and the segments that it had when the round began."""

    log: PartitionLog
    inputs: tuple[LogSegment, ...]
    worker: Worker


class CompactionSchedule:
    """Chooses, starts and completes rounds; see the module's text."""

    __slots__ = (
        "_clean_until",
        "_clock",
        "_files",
        "_logs",
        "_next_job",
        "_next_look_ms",
        "_positions",
        "_refused",
        "_round",
        "_settings",
        "_stale_checkpoints",
    )

    def __init__(
        self,
        positions: LogPositions,
        logs: LogRegistry,
        files: FileSystem,
        clock: Clock,
        settings: CompactionSettings,
    ) -> None:
        self._positions = positions
        self._logs = logs
        self._files = files
        self._clock = clock
        self._settings = settings
        self._clean_until: dict[TopicPartition, int] = {}  # the cleaner checkpoints
        self._refused: dict[PartitionLog, int] = {}  # no round until the log has grown past this
        self._round: _Round | None = None
        self._next_job: DiskJob | None = None  # of the round that runs
        self._next_look_ms = clock.now_ms() + settings.backoff_ms
        self._stale_checkpoints: dict[LogDirectory, None] = {}

    def begin(self) -> None:
        """Read the cleaner checkpoints; without one a log counts as dirty from its start."""
        for directory in self._logs.directories:
            if directory.is_online:
                try:
                    path = directory.file(CLEANER_FILE)
                    self._clean_until.update(read_offsets(self._files, path))
                except (CheckpointError, OSError):
                    continue

    def stop(self) -> None:
        """Give up the round that runs."""
        self._next_look_ms = NEVER_MS
        if self._round is not None:
            self._round.worker.cancel()

    def unfinished_jobs(self) -> list[DiskJob]:
        """Return the next step of the round that `stop` gave up, so that it leaves no traces."""
        job, self._next_job = self._next_job, None
        return [] if job is None else [job]

    def forget(self, log: PartitionLog) -> None:
        """Take note that a log is out of service; a round on it ends for nothing."""
        self._clean_until.pop((log.topic, log.partition), None)
        self._refused.pop(log, None)
        if self._round is not None and self._round.log is log:
            self._round.worker.cancel()

    def is_at_work_on(self, log: PartitionLog) -> bool:
        """Whether a round is under way on a log, whose files must stay where they are."""
        return self._round is not None and self._round.log is log

    def relocated(self, log: PartitionLog) -> None:
        """Take note that a log goes on in another directory, whose checkpoint does not name it."""
        assert not self.is_at_work_on(log), log
        if (log.topic, log.partition) in self._clean_until:
            self._stale_checkpoints[self._logs.directory_of(log)] = None

    def next_deadline_ms(self) -> int:
        """When `due_jobs` has something to do again."""
        if self._stale_checkpoints and self._round is None:
            return self._clock.now_ms()
        if self._next_job is not None:
            return self._clock.now_ms()
        return NEVER_MS if self._round is not None else self._next_look_ms

    def follow_settings(self, settings: CompactionSettings) -> None:
        """Take changed settings from the next round on."""
        self._settings = settings

    def due_jobs(self, now_ms: int) -> list[DiskJob]:
        """Return the next step of a round, or begin one when it is time and a log is due."""
        if self._next_job is not None:
            return self.unfinished_jobs()
        if self._stale_checkpoints and self._round is None:
            return self._checkpoint_jobs()
        if self._round is not None or now_ms < self._next_look_ms or not self._settings.is_enabled:
            return []
        self._next_look_ms = now_ms + self._settings.backoff_ms
        chosen = self._choose()
        return [] if chosen is None else [self._begin_round(*chosen)]

    def _checkpoint_jobs(self) -> list[DiskJob]:
        """Write the checkpoints of directories to which logs have come."""
        stale, self._stale_checkpoints = list(self._stale_checkpoints), {}
        return [self._checkpoint_job(each) for each in stale if each.is_online]

    def _checkpoint_job(self, directory: LogDirectory) -> DiskJob:
        path, offsets = directory.file(CLEANER_FILE), self._offsets_in(directory)

        def failed(error: OttlaError) -> None:
            self._logs.report_failure(directory, str(error))

        return SimpleJob(lambda: write_offsets(self._files, path, offsets), lambda: None, failed)

    # choosing

    def _choose(self) -> tuple[PartitionLog, DirtyRange] | None:
        """Return the log that needs a round most: overdue ones first, then by dirty share."""
        best: tuple[PartitionLog, DirtyRange] | None = None
        for log in self._logs:
            if not log.config.cleanup_compact or log.is_offline or len(log.segments) < 2:
                continue
            if log.log_end_offset < self._refused.get(log, 0):
                continue
            rules = _rules_of(log)
            found = self._dirty_range(log, rules)
            if found.is_due(rules) and (best is None or _urgency(found) > _urgency(best[1])):
                best = (log, found)
        return best

    def _dirty_range(self, log: PartitionLog, rules: CompactionRules) -> DirtyRange:
        return dirty_range(
            [_describe_segment(each, rules) for each in log.segments],
            rules,
            checkpoint_offset=self._clean_until.get((log.topic, log.partition)),
            log_start_offset=log.log_start_offset,
            last_stable_offset=self._positions.last_stable_offset(log),
            wall_ms=self._clock.wall_ms(),
        )

    # one round

    def _begin_round(self, log: PartitionLog, found: DirtyRange) -> DiskJob:
        worker = self._settings.new_worker()
        self._round = _Round(log, tuple(log.segments[:-1]), worker)
        job = self._describe(log, found)
        results: list[CompactionResult] = []

        def work() -> None:
            discard(self._files, job.directory)
            results.append(worker.run(job))

        return SimpleJob(work, lambda: self._worked(results[0]), self._failed)

    def _describe(self, log: PartitionLog, found: DirtyRange) -> CompactionJob:
        config = log.config
        ends = [each.base_offset for each in log.segments[1:]]
        closed = zip(log.segments, ends, strict=False)
        return CompactionJob(
            directory=log.directory,
            segments=[
                SourceSegment(each.base_offset, end, each.size_bytes, _index_bytes_of(each))
                for each, end in closed
            ],
            first_dirty_offset=found.first_dirty_offset,
            end_offset=found.end_offset,
            wall_ms=self._clock.wall_ms(),
            delete_retention_ms=config.delete_retention_ms,
            segment_bytes=config.segment_bytes,
            segment_index_bytes=config.segment_index_bytes,
            index_interval_bytes=config.index_interval_bytes,
            dedupe_buffer_bytes=self._settings.dedupe_buffer_bytes,
            io_bytes_per_second=self._settings.io_bytes_per_second,
            producers=_last_records_of(log),
        )

    def _worked(self, result: CompactionResult) -> None:
        """Go on to the swap, unless there is nothing to swap any more."""
        assert self._round is not None
        log = self._round.log
        if not result.groups:
            self._refused[log] = log.log_end_offset + 1
            self._round = None
            return
        if not self._is_current():
            self._give_up()
            return
        directory = log.directory
        self._next_job = SimpleJob(
            lambda: prepare(self._files, directory, result.groups),
            lambda: self._prepared(result),
            self._failed,
        )

    def _prepared(self, result: CompactionResult) -> None:
        if not self._is_current():
            self._give_up()
            return
        assert self._round is not None
        log = self._round.log
        try:
            deleted = swap_in(self._files, log, result.groups)
        except OSError as error:
            # Half of the renames may be done: what memory says is not what the folder holds.
            self._failed(StorageError(f"{log.directory}: {error}"), is_fatal=True)
            return
        self._clean_until[log.topic, log.partition] = result.end_offset
        directory = self._logs.directory_of(log)
        offsets = self._offsets_in(directory)
        path = directory.file(CLEANER_FILE)

        def work() -> None:
            finish(self._files, log.directory, deleted)
            write_offsets(self._files, path, offsets)

        self._next_job = SimpleJob(
            work, self._ended, lambda error: self._failed(error, is_fatal=True)
        )

    def _offsets_in(self, directory: LogDirectory) -> dict[TopicPartition, int]:
        """Return the cleaner checkpoints of the logs that one directory holds."""
        keys = self._logs.logs_in(directory)
        return {key: offset for key, offset in self._clean_until.items() if key in keys}

    def _is_current(self) -> bool:
        """Whether the log still has every segment that was compacted, in its place."""
        assert self._round is not None
        log, inputs, _ = self._round
        return self._is_served(log) and tuple(log.segments[: len(inputs)]) == inputs

    def _is_served(self, log: PartitionLog) -> bool:
        registered = self._logs.logs_in(self._logs.directory_of(log))
        return not log.is_offline and registered.get((log.topic, log.partition)) is log

    def _ended(self) -> None:
        self._round = None
        self._next_look_ms = min(self._next_look_ms, self._clock.now_ms())

    def _give_up(self) -> None:
        """Discard what was made; the log has its next turn."""
        assert self._round is not None
        directory = self._round.log.directory
        self._next_job = SimpleJob(
            lambda: discard(self._files, directory), self._abandoned, lambda _: self._abandoned()
        )

    def _abandoned(self) -> None:
        self._round = None

    def _failed(self, error: OttlaError, *, is_fatal: bool = False) -> None:
        assert self._round is not None
        log = self._round.log
        self._round = None
        if isinstance(error, CorruptSource):
            self._refused[log] = NEVER_MS
        # Of a log that was deleted meanwhile the files are gone: that is no failure of the disk.
        if is_fatal and self._is_served(log):
            self._logs.report_failure(self._logs.directory_of(log), str(error))


def _rules_of(log: PartitionLog) -> CompactionRules:
    """Return the topic's settings that decide when a round is due."""
    config = log.config
    return CompactionRules(
        config.min_cleanable_dirty_ratio,
        config.min_compaction_lag_ms,
        config.max_compaction_lag_ms,
    )


def _describe_segment(segment: LogSegment, rules: CompactionRules) -> DirtySegment:
    """Collect what the decision needs; timestamps cost a read, so only where a lag is set."""
    largest = first = 0
    if segment.size_bytes and not segment.is_active:
        if rules.min_compaction_lag_ms > 0:
            largest = segment.load_largest_timestamp()
        if rules.max_compaction_lag_ms < NEVER_MS:
            first = next(segment.headers())[1].max_timestamp
    return DirtySegment(segment.base_offset, segment.size_bytes, largest, first)


def _index_bytes_of(segment: LogSegment) -> int:
    """Return an upper bound of the larger index' size, without reading it."""
    return segment.size_bytes // 4096 * 12


def _last_records_of(log: PartitionLog) -> dict[int, LastRecord]:
    """Return what each known producer wrote last."""
    return {
        producer_id: LastRecord(
            entry.batches[-1].last_offset if entry.batches else -1, entry.producer_epoch
        )
        for producer_id, entry in log.producer_state.entries.items()
    }


def _urgency(found: DirtyRange) -> tuple[bool, float]:
    return found.is_overdue, found.dirty_ratio
