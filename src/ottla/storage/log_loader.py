# SPDX-License-Identifier: Apache-2.0
"""Opening every log at start: find the partitions' directories, open each, lose nothing.

A directory whose last run ended in order is opened log by log on the spot: that is some file-system
calls each, which threads would not make faster. Nor do they when only the process died: what has to
be checked is in the page cache still, and threads that wait for no disk merely hand the interpreter
to each other (0.8 ms a log with two of them, 0.5 ms with none). After a machine's death the disk
is waited for, so logs are recovered in threads, each with open files of its own, and what recovery
kept is put on disk at once, since some of it may only be in this boot's page cache. After a
process's death the background flush may do that, as it would have done anyway. Only topics
that promise the disk (`flush.profile=ack`, `flush.messages`) get it at once as well: whoever reads
or repeats a record of theirs now must not be told more than is true.

What else may lie in a log directory:

* `-delete` directories of an interrupted removal: reported as leftovers, removed later;
* `-future` directories of an interrupted move: reported, for the move to go on;
* `-stray`, files and names that mean nothing: left alone and mentioned;
* the same partition in two directories (a move between disks that a crash cut short): the one
  with more records serves, the other is set aside as `-stray`;
* a partition whose files cannot be trusted: stays closed, its files untouched, with the reason;
* an I/O error takes its directory offline, and only that.

Called by `LogManager.load`.
"""

from __future__ import annotations

import os
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from ottla.base.errors import OttlaError, StorageError
from ottla.storage.checkpoints import (
    CLEANER_FILE,
    HIGH_WATERMARK_FILE,
    LOG_START_FILE,
    RECOVERY_POINT_FILE,
    CheckpointError,
    TopicPartition,
    read_offsets,
)
from ottla.storage.compaction_swap import settle_merges
from ottla.storage.directory_names import (
    METADATA_DIRECTORY,
    DirectoryState,
    parse_directory_name,
    renamed_directory,
)
from ottla.storage.files import OpenFiles
from ottla.storage.log_config import NEVER
from ottla.storage.log_directory import LastRun
from ottla.storage.log_segment import SegmentContext
from ottla.storage.partition_log import PartitionLog
from ottla.storage.partition_metadata import FILE_NAME as PARTITION_METADATA_FILE
from ottla.storage.partition_metadata import CorruptPartitionMetadata

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ottla.base.clock import Clock
    from ottla.storage.files import FileSystem
    from ottla.storage.log_config import LogConfig
    from ottla.storage.log_directory import LogDirectory

PROGRESS_EVERY = 100
RECOVERY_OPEN_FILES = 32
"""Per thread that recovers: a log is read from one end to the other and put away."""


@dataclass(slots=True)
class LoadReport:
    """What a start found."""

    logs: list[PartitionLog] = field(default_factory=list)
    recovered: list[PartitionLog] = field(default_factory=list)
    """Those of `logs` that were not closed in order."""
    unopened: dict[TopicPartition, str] = field(default_factory=dict)
    leftovers: list[str] = field(default_factory=list)
    """Directories whose removal was interrupted."""
    futures: list[str] = field(default_factory=list)
    """Directories of moves that were interrupted."""
    notes: list[str] = field(default_factory=list)
    """For the operator: what was cut, set aside or left alone."""


class _Found(NamedTuple):
    """One live partition's directory, and what the checkpoints say of it."""

    path: str
    topic: str
    partition: int
    recovery_point: int
    log_start_offset: int
    high_watermark: int
    was_compacted: bool
    last_run: LastRun


class _Loader:
    """One start; see the module's text."""

    def __init__(
        self,
        files: FileSystem,
        clock: Clock,
        context: SegmentContext,
        config_of: Callable[[str], LogConfig],
        progress: Callable[[int, int], None],
    ) -> None:
        self._files = files
        self._clock = clock
        self._context = context
        self._config_of = config_of
        self._progress = progress
        self._lock = threading.Lock()  # guards `_opened`, which threads count up
        self._opened = 0
        self._total = 0
        self._own_context = threading.local()
        self.report = LoadReport()

    def find(self, directory: LogDirectory) -> list[_Found]:
        """List one directory's live partitions and take note of everything else."""
        try:
            names = self._files.listdir(directory.path)
            recovery_points, starts, watermarks, cleaned = (
                self._checkpoint(directory.file(name))
                for name in (
                    RECOVERY_POINT_FILE,
                    LOG_START_FILE,
                    HIGH_WATERMARK_FILE,
                    CLEANER_FILE,
                )
            )
        except OSError as error:
            directory.fail(f"cannot be listed: {error}")
            return []
        found = []
        for name in sorted(names):
            parsed = parse_directory_name(name)
            path = directory.file(name)
            if parsed is None or name == METADATA_DIRECTORY:
                continue
            if parsed.state is DirectoryState.DELETED:
                self.report.leftovers.append(path)
            elif parsed.state is DirectoryState.FUTURE:
                self.report.futures.append(path)
            elif parsed.state is not DirectoryState.LIVE:
                self.report.notes.append(f"{path} is left alone: a {parsed.state.value} replica")
            else:
                key = (parsed.topic, parsed.partition)
                found.append(
                    _Found(
                        path,
                        *key,
                        recovery_points.get(key, 0),
                        starts.get(key, 0),
                        watermarks.get(key, 0),
                        was_compacted=key in cleaned,
                        last_run=directory.last_run,
                    )
                )
        return found

    def _checkpoint(self, path: str) -> dict[TopicPartition, int]:
        """Read a checkpoint; without it recovery reads more, which is only slower."""
        try:
            return read_offsets(self._files, path)
        except CheckpointError as error:
            self.report.notes.append(f"{error}; everything is checked instead")
            return {}

    def open_all(
        self, found: dict[LogDirectory, list[_Found]], thread_count: int
    ) -> dict[_Found, PartitionLog | OttlaError]:
        """Open what was found; a value is the log or why there is none."""
        every = [each for group in found.values() for each in group]
        self._total = len(every)
        outcome: dict[_Found, PartitionLog | OttlaError] = {}
        cold = []  # what the disk has to be waited for
        for each in every:
            if each.last_run is LastRun.CLEAN:
                outcome[each] = self._try_open(each, self._context)
            elif self._has_to_be_on_disk(each):
                cold.append(each)
            else:
                outcome[each] = self._recover(each)
        if cold:
            with ThreadPoolExecutor(thread_count, "recover") as pool:
                outcome.update(zip(cold, pool.map(self._recover, cold), strict=True))
        self._progress(self._total, self._total)
        return outcome

    def _recover(self, found: _Found) -> PartitionLog | OttlaError:
        """Recover one log, with open files of this thread."""
        context = getattr(self._own_context, "context", None)
        if context is None:
            context = SegmentContext(OpenFiles(self._files, RECOVERY_OPEN_FILES))
            self._own_context.context = context
        try:
            settle_merges(self._files, found.path)
            log = self._try_open(found, context)
            if isinstance(log, PartitionLog) and self._has_to_be_on_disk(found):
                log.flush()
        except OSError as error:
            return StorageError(f"{found.path}: {error}")
        except StorageError as error:
            return error
        return log

    def _has_to_be_on_disk(self, found: _Found) -> bool:
        """Whether what recovery keeps has to be on disk before the log is served."""
        config = self._config_of(found.topic)
        promises_disk = config.flush_profile == "ack" or config.flush_messages != NEVER
        return found.last_run is LastRun.UNCLEAN or promises_disk

    def _try_open(self, found: _Found, context: SegmentContext) -> PartitionLog | OttlaError:
        try:
            log = self._open(found, context)
        except CorruptPartitionMetadata:
            # The file is written without waiting for the disk, so a power cut may leave it empty.
            # The metadata journal knows the id; `LogManager.claim` writes it again.
            path = f"{found.path}/{PARTITION_METADATA_FILE}"
            self._files.rename(path, path + ".corrupt")
            return self._try_open(found, context)
        except OttlaError as error:
            return error
        with self._lock:
            self._opened += 1
            opened = self._opened
        if opened % PROGRESS_EVERY == 0:
            self._progress(opened, self._total)
        return log

    def _open(self, found: _Found, context: SegmentContext) -> PartitionLog:
        return PartitionLog.open(
            found.path,
            found.topic,
            found.partition,
            self._config_of(found.topic),
            files=self._files,
            clock=self._clock,
            clean=found.last_run is LastRun.CLEAN,
            recovery_point=found.recovery_point,
            log_start_offset=found.log_start_offset,
            high_watermark=found.high_watermark,
            was_compacted=found.was_compacted,
            context=context,
        )

    def settle(
        self,
        directory: LogDirectory,
        found: Sequence[_Found],
        outcome: dict[_Found, PartitionLog | OttlaError],
    ) -> None:
        """Put one directory's outcomes into the report."""
        for each in found:
            log = outcome[each]
            key = (each.topic, each.partition)
            if isinstance(log, StorageError) and directory.fail(str(log)):
                self.report.notes.append(f"{directory.path} is offline: {log}")
            if not isinstance(log, PartitionLog):
                self.report.unopened[key] = str(log)
                continue
            if log.corruption is not None:
                self.report.notes.append(f"{each.topic}-{each.partition}: {log.corruption}")
            if each.last_run is not LastRun.CLEAN:
                log.adopt_context(self._context)
                self.report.recovered.append(log)
            self.report.logs.append(log)
        if not directory.is_online:
            self._abandon(directory)

    def _abandon(self, directory: LogDirectory) -> None:
        """Keep the logs of a directory that failed during the start out of service."""
        lost = [log for log in self.report.logs if os.path.dirname(log.directory) == directory.path]
        for log in lost:
            self.report.logs.remove(log)
            self.report.unopened[log.topic, log.partition] = str(directory.failure)

    def resolve_duplicates(self) -> None:
        """Let the fuller of two copies of a partition serve and set the other aside."""
        best: dict[TopicPartition, PartitionLog] = {}
        for log in self.report.logs:
            key = (log.topic, log.partition)
            other = best.get(key)
            if other is None:
                best[key] = log
                continue
            keep, spare = (
                (log, other) if log.log_end_offset > other.log_end_offset else (other, log)
            )
            best[key] = keep
            self._set_aside(keep, spare)
        self.report.logs = list(best.values())
        serving = set(self.report.logs)
        self.report.recovered = [each for each in self.report.recovered if each in serving]

    def _set_aside(self, keep: PartitionLog, spare: PartitionLog) -> None:
        parent = os.path.dirname(spare.directory)
        state = DirectoryState.STRAY
        path = os.path.join(
            parent, renamed_directory(spare.topic, spare.partition, uuid.uuid4().hex, state)
        )
        self._files.rename(spare.directory, path)
        spare.moved_to(path)
        self.report.notes.append(
            f"{spare.topic}-{spare.partition} was in two log directories: "
            f"{keep.directory} serves, the other is kept as {path}"
        )


def load_logs(
    directories: Sequence[LogDirectory],
    files: FileSystem,
    clock: Clock,
    context: SegmentContext,
    config_of: Callable[[str], LogConfig],
    progress: Callable[[int, int], None],
    *,
    thread_count: int,
) -> LoadReport:
    """Open every log of every online directory; what goes wrong is in the report."""
    loader = _Loader(files, clock, context, config_of, progress)
    found = {each: loader.find(each) for each in directories if each.is_online}
    outcome = loader.open_all(found, thread_count)
    for directory, group in found.items():
        loader.settle(directory, group, outcome)
    loader.resolve_duplicates()
    return loader.report
