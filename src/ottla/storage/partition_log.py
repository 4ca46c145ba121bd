# SPDX-License-Identifier: Apache-2.0
"""The log of one partition: append at the end, read anywhere, cut at both ends.

A partition log is a directory with segments (`log_segment`), the id of its topic
(`partition_metadata`) and the start offsets of its leader epochs (`leader_epochs`); the bytes are
described in `docs/internals/on-disk-format.md`. Four modules share the work, each the base of the
next:

* `log_reader`: segments, and finding a batch in them;
* `log_state`: producers, leader epochs, times;
* `log_writer`: staging, writing, rolling, flushing; the promises about failures are there;
* this one: opening and closing, cutting at both ends.

Owned by the event loop, single-threaded. `LogSlice.read` and `FlushJob.run` are made for threads.
Callers: `ottla.replication` (append, read), `log_manager` (flush, retention, compaction, close).
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from ottla.base.errors import StorageError
from ottla.base.ids import ZERO_UUID
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.records.batch import CorruptRecord
from ottla.storage import leader_epochs as epochs_file
from ottla.storage import partition_metadata, recovery
from ottla.storage.files import OpenFiles
from ottla.storage.leader_epochs import LeaderEpochs
from ottla.storage.log_segment import NO_TIMESTAMP, LogSegment, SegmentContext, segment_path
from ottla.storage.log_writer import AppendResult, FlushJob, LogWriter
from ottla.storage.producer_snapshots import ProducerReplay, remove_snapshot, snapshot_offsets
from ottla.storage.producer_state import ProducerState
from ottla.storage.retention import RetentionLimits, SegmentFacts, expired_segments

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.base.clock import Clock
    from ottla.storage.files import FileSystem
    from ottla.storage.log_config import LogConfig

__all__ = ["AppendResult", "FlushJob", "PartitionLog"]


class PartitionLog(LogWriter):
    """One partition's log. Made by `open`; see the module's text."""

    __slots__ = (
        "_deleted",
        "corruption",
        "partition",
        "stored_high_watermark",
        "topic",
        "topic_id",
    )

    def __init__(
        self,
        context: SegmentContext,
        directory: str,
        topic: str,
        partition: int,
        config: LogConfig,
        clock: Clock,
    ) -> None:
        super().__init__(context, directory, config, clock)
        self.topic = topic
        self.partition = partition
        self.topic_id = ZERO_UUID
        self.corruption: recovery.Corruption | None = None  # what opening the log had to cut
        self.stored_high_watermark = 0
        """The high watermark as it stood in the checkpoint when the log was opened."""
        self._deleted: list[tuple[int, list[str]]] = []  # (since, paths) that wait for removal

    def __repr__(self) -> str:
        return f"PartitionLog({self.directory!r}, {self.log_start_offset}..{self.log_end_offset})"

    # life

    @classmethod
    def open(
        cls,
        directory: str,
        topic: str,
        partition: int,
        config: LogConfig,
        *,
        files: FileSystem,
        clock: Clock,
        clean: bool,
        recovery_point: int = 0,
        log_start_offset: int = 0,
        high_watermark: int = 0,
        topic_id: bytes = ZERO_UUID,
        context: SegmentContext | None = None,
        repair: bool = False,
        was_compacted: bool = False,
    ) -> PartitionLog:
        """Open the log in `directory`, or begin an empty one there.

        `clean` says that the log was closed properly; else it is recovered (see `recovery`) from
        the recovery point on. `context` is what all logs of a process share. Raises CorruptLog
        when records are damaged that had been safe, unless `repair` asks to cut them off, and
        StorageError when the disk refuses. `was_compacted` says that holes between offsets are no
        damage, although the topic's policy may be another one by now.
        """
        context = context or SegmentContext(OpenFiles(files))
        log = cls(context, directory, topic, partition, config, clock)
        try:
            names = log._list_directory()
            names = recovery.settle_transient_files(files, directory, names)
            log._load_topic_id(names, topic_id)
            log._find_segments(names, log_start_offset)
            log.log_start_offset = max(log_start_offset, log.segments[0].base_offset)
            if clean and log._load_tail():
                log.recovery_point = log.log_end_offset
            else:
                log._recover(
                    recovery_point, high_watermark, repair=repair, was_compacted=was_compacted
                )
        except OSError as error:
            raise StorageError(f"cannot open {directory}: {error}") from error
        if log.log_start_offset > log.log_end_offset:
            log.truncate_fully_at(log.log_start_offset)
        log.stored_high_watermark = min(
            max(high_watermark, log.log_start_offset), log.log_end_offset
        )
        return log

    def _list_directory(self) -> list[str]:
        files = self._context.files
        try:
            return files.listdir(self.directory)
        except FileNotFoundError:
            files.mkdir(self.directory)
            files.fsync_dir(self.directory.rpartition("/")[0] or ".")
            return []

    def _load_topic_id(self, names: Sequence[str], topic_id: bytes) -> None:
        if partition_metadata.FILE_NAME in names:
            self.topic_id = partition_metadata.read_topic_id(self._context.files, self.directory)
        if self.topic_id == ZERO_UUID and topic_id != ZERO_UUID:
            partition_metadata.write_topic_id(self._context.files, self.directory, topic_id)
            self._directory_changes += 1
            self.topic_id = topic_id

    def _find_segments(self, names: Sequence[str], log_start_offset: int) -> None:
        """Make the segments of the `.log` files, or an empty first one."""
        bases = sorted(int(name[:20]) for name in names if len(name) == 24 and name[20:] == ".log")
        for base_offset in bases:
            found = self._context.files.stat(segment_path(self.directory, base_offset, ".log"))
            assert found is not None, base_offset
            self._add_segment(base_offset, found.size_bytes, exists=True)
        if not bases:
            self._add_segment(log_start_offset, 0, exists=False)
        self._activate(self.segments[-1])
        self._snapshots = snapshot_offsets(names)
        if epochs_file.FILE_NAME not in names and not self.size_bytes:
            self._set_epochs(LeaderEpochs())

    def _load_tail(self) -> bool:
        """Find the end of a cleanly closed log; False when it does not end as it should."""
        segment = self._active
        if segment.size_bytes:
            try:
                segment.index  # noqa: B018 - loading it scans the tail
            except CorruptRecord:
                return False
        self.log_end_offset = self._producers_end = segment.scanned_end_offset
        return not (self._snapshots and self._snapshots[-1] > self.log_end_offset)

    def _recover(
        self, recovery_point: int, high_watermark: int, *, repair: bool, was_compacted: bool
    ) -> None:
        """Judge what an unclean stop left; see `recovery`."""
        stored = self._read_epochs()
        epochs = LeaderEpochs(list(stored.entries) if stored else [])
        replay = ProducerReplay(
            self._context.files,
            self.directory,
            self._snapshots,
            start_offset=self._bases[0],
            recovery_point=recovery_point,
        )
        recovered = recovery.recover_segments(
            self.segments,
            epochs,
            replay,
            recovery_point=recovery_point,
            high_watermark=high_watermark,
            holes_allowed=self._config.cleanup_compact or was_compacted,
            index_interval_bytes=self._config.index_interval_bytes,
            repair=repair,
        )
        del self.segments[recovered.segment_count :]
        del self._bases[recovered.segment_count :]
        self._activate(self.segments[-1])
        self.corruption = recovered.corruption
        self.log_end_offset = recovered.log_end_offset
        self.recovery_point = min(recovery_point, self.log_end_offset)
        self._producers_end = self.log_end_offset
        epochs.truncate_from_end(self.log_end_offset)
        self._set_epochs(epochs)
        if stored is None or stored.entries != epochs.entries:
            self._save_epochs()  # replacing a file costs a millisecond: ten thousand logs feel it
        # Neither snapshots nor entries of the transaction index count that a flush did not cover.
        for number, segment in enumerate(self.segments):
            if number == len(self.segments) - 1 or self._bases[number + 1] > recovery_point:
                segment.truncate_aborted(self.recovery_point)
        while self._snapshots and self._snapshots[-1] > self.recovery_point:
            remove_snapshot(self._context.files, self.directory, self._snapshots.pop())
        self._restore_producers(replay)

    def close(self) -> None:
        """Write everything, wait for the disk, and leave files that Kafka's tools accept."""
        self.flush()
        with self._disk():
            self._active.save_indexes(final=True)
            self._save_producers()
        for segment in self.segments:
            segment.forget_files()

    # cutting

    def truncate_to(self, offset: int) -> None:
        """Cut the log so that it ends at `offset`, or before the batch that holds it."""
        self.write_staged()
        if offset >= self.log_end_offset:
            return
        if offset <= self.segments[0].base_offset:
            self.truncate_fully_at(offset)
            return
        with self._disk():
            while self.segments[-1].base_offset > offset:
                self._remove_segment(len(self.segments) - 1)
            segment = self.segments[-1]
            self._activate(segment)
            position = segment.size_bytes
            batch = segment.find_batch(offset)
            if batch is not None:
                position = batch[0]
                offset = min(offset, batch[1].base_offset)
            segment.cut(position, offset)
            # Before anything takes the place of what is cut: when a power cut loses some of the
            # new bytes, old ones must not stand there, whose checksums are right.
            segment.open_log().sync()
            self.log_end_offset = offset
            self.log_start_offset = min(self.log_start_offset, offset)
            self._forget_tail(self.leader_epochs.truncate_from_end(offset))
            self._context.files.fsync_dir(self.directory)

    def truncate_fully_at(self, offset: int) -> None:
        """Drop everything and begin anew at `offset`."""
        if self._staged:
            self.write_staged()
        with self._disk():
            while self.segments:
                self._remove_segment(len(self.segments) - 1)
            segment = self._add_segment(offset, 0, exists=False)
            self._activate(segment)
            segment.open_log()  # an empty file keeps the log end offset
            self.log_start_offset = self.log_end_offset = self.recovery_point = offset
            for snapshot in self._snapshots:
                remove_snapshot(self._context.files, self.directory, snapshot)
            self._snapshots = []
            self._set_epochs(LeaderEpochs())
            self._save_epochs()
            self._producers = ProducerState()
            self._known_positions = None
            self._truncations += 1
            self._context.files.fsync_dir(self.directory)

    def advance_log_start_offset(self, offset: int) -> None:
        """Make records below `offset` unreadable; segments that lie below it go."""
        if offset <= self.log_start_offset:
            return
        if offset > self.log_end_offset:
            raise ApiError(
                ErrorCode.OFFSET_OUT_OF_RANGE,
                f"offset {offset} is behind the log end offset {self.log_end_offset}",
            )
        self.log_start_offset = offset
        count = max(0, bisect_right(self._bases, offset) - 1)
        with self._disk():
            for _ in range(count):
                self._remove_segment(0)
            if self.leader_epochs.truncate_from_start(offset):
                self._save_epochs()
            if count:
                self._directory_changes += 1

    def delete_old_segments(self, wall_ms: int, high_watermark: int) -> int:
        """Remove the segments that retention has given up; return how many."""
        self.write_staged()
        config = self._config
        expiry = expired_segments(
            self._segment_facts(),
            RetentionLimits(config.cleanup_delete, config.retention_ms, config.retention_bytes),
            wall_ms=wall_ms,
            high_watermark=high_watermark,
            log_start_offset=self.log_start_offset,
        )
        if expiry.roll:
            self.roll()
        if expiry.segment_count:
            self.advance_log_start_offset(expiry.log_start_offset)
        return expiry.segment_count

    def _segment_facts(self) -> list[SegmentFacts]:
        facts = []
        for number, segment in enumerate(self.segments):
            is_last = number == len(self.segments) - 1
            end_offset = self.log_end_offset if is_last else self._bases[number + 1]
            largest = segment.load_largest_timestamp() if segment.size_bytes else NO_TIMESTAMP
            if largest == NO_TIMESTAMP:
                largest = segment.modified_ms()
            facts.append(SegmentFacts(segment.base_offset, end_offset, segment.size_bytes, largest))
        return facts

    def _remove_segment(self, number: int) -> None:
        """Take a segment out and give its files the suffix `.deleted`."""
        segment = self.segments.pop(number)
        del self._bases[number]
        self._known_positions = None
        self._deleted.append((self._clock.now_ms(), segment.mark_deleted()))
        if segment.base_offset in self._snapshots:
            self._snapshots.remove(segment.base_offset)

    def take_deleted_files(self, now_ms: int) -> list[str]:
        """Return the `.deleted` files whose delay is over, for a thread to unlink."""
        delay_ms = self._config.file_delete_delay_ms
        due = [paths for since_ms, paths in self._deleted if now_ms - since_ms >= delay_ms]
        if due:
            self._deleted = [each for each in self._deleted if each[1] not in due]
        return [path for paths in due for path in paths]

    def replace_segments(self, old: Sequence[LogSegment], base_offset: int, size: int) -> None:
        """Put a compacted segment, whose files are in place, where `old` were."""
        number = self.segments.index(old[0])
        new = LogSegment(
            self._context, self.directory, base_offset, size, exists=True, is_active=False
        )
        self.segments[number : number + len(old)] = [new]
        self._bases[number : number + len(old)] = [base_offset]
        self._known_positions = None
        for segment in old:
            segment.forget_files()
            self._context.index_dropped(segment)

    def adopt_context(self, context: SegmentContext) -> None:
        """Share open files with the other logs from now on: after a recovery in a thread."""
        self._context = context
        with self._disk():
            for segment in self.segments:
                segment.adopt_context(context)

    def moved_to(self, directory: str) -> None:
        """Take note that the directory was renamed: readers and later writes follow."""
        self.directory = directory
        for segment in self.segments:
            segment.moved_to(directory)

    def relocated_to(
        self, directory: str, synced_end_offset: int, snapshots: Sequence[int]
    ) -> None:
        """Go on in another log directory, where a copy of all files has the live name by now.

        `synced_end_offset` is how far the copy is on the disk, `snapshots` says which producer
        snapshots it has. Flushes that are under way count for nothing, and none counts before the
        new log directory holds the name durably.
        """
        assert not self._staged, "the copy has what was written"
        assert synced_end_offset >= self.recovery_point, "what was flushed stays flushed"
        for segment in self.segments:
            segment.relocated_to(directory)
        self.directory = directory
        self._relocations += 1
        self._unsynced_parent = directory.rpartition("/")[0]
        self._directory_changes += 1
        self._deleted.clear()
        self._snapshots = [offset for offset in self._snapshots if offset in snapshots]

    def was_created(self) -> None:
        """Take note that the log directory may not hold the log's name durably yet."""
        self._unsynced_parent = self.directory.rpartition("/")[0]

    @property
    def truncation_count(self) -> int:
        """Rises whenever the end of the log goes back, as after a write that failed."""
        return self._truncations
