# SPDX-License-Identifier: Apache-2.0
"""The log of one partition: append at the end, read anywhere, cut at both ends.

A partition log is a directory with segments (`log_segment`), the ids of its topic
(`partition.metadata`) and the start offsets of its leader epochs (`leader_epochs`). This module
keeps them in step; the formats are in `docs/internals/on-disk-format.md`.

The idea of the write path: an append patches base offset and leader epoch into the producer's own
bytes and *stages* them. `write_staged` hands everything that was staged since to the kernel with
one system call. So a burst of small requests from one socket costs one write, and no byte of a
batch is copied on the way to the page cache.

Invariants:

* offsets are assigned without holes, and a log never ends inside a batch;
* whatever reads, rolls, flushes or truncates writes the staged bytes first;
* a failed write is taken back: the file ends with the last good batch, and memory says the same.
  When that fails too, or the error is not a full disk, the log is offline for good;
* an fsync error is final: the page cache is not to be trusted any more, nothing is retried.

Owned by the event loop, single-threaded. `LogSlice.read` and `FlushJob.run` are made for threads.
Callers: `ottla.replication` (append, read), `log_manager` (flush, retention, compaction, close).
"""

from __future__ import annotations

import errno
import struct
from bisect import bisect_right
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from crc32c import crc32c

from ottla.base.errors import StorageError
from ottla.base.ids import ZERO_UUID
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.records.batch import CONTROL, LOG_APPEND_TIME, CorruptRecord
from ottla.storage import leader_epochs as epochs_file
from ottla.storage import partition_metadata, recovery
from ottla.storage.files import DiskFull, OpenFiles, read_file, write_file
from ottla.storage.leader_epochs import CorruptLeaderEpochs, LeaderEpochs
from ottla.storage.log_segment import (
    ColdPages,
    ColdSlice,
    LogSegment,
    LogSlice,
    SegmentContext,
    segment_path,
)
from ottla.storage.producer_snapshots import (
    remove_snapshot,
    restore,
    snapshot_offsets,
    write_snapshot,
)
from ottla.storage.producer_state import ProducerState
from ottla.storage.retention import RetentionLimits, SegmentFacts, expired_segments
from ottla.storage.transaction_index import aborted_between

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import NoReturn

    from ottla.base.clock import Clock
    from ottla.records.batch import BatchHeader
    from ottla.storage.files import FileSystem, OpenFile
    from ottla.storage.log_config import LogConfig
    from ottla.storage.producer_state import ProducedBatch
    from ottla.storage.transaction_index import AbortedTransaction

NO_TIMESTAMP: Final = -1
RELATIVE_OFFSET_MAX: Final = 2**31 - 1
KNOWN_POSITION_COUNT_MAX: Final = 64
"""Readers whose next position is remembered: sequential readers then need no search."""

INDEX_SAVE_BYTES: Final = 64 << 20
"""After so many appended bytes a flush also saves index and producers: it bounds recovery."""

UNKNOWN_OFFSET: Final = -1
UNLOADED_EPOCH: Final = -2
"""No batch carries it: the first append reads which leader epoch is the latest."""

_put_front = struct.Struct(">qii").pack_into  # base offset, batch length, leader epoch
_new_result = tuple.__new__


class AppendResult(NamedTuple):
    """Where a batch went."""

    base_offset: int
    last_offset: int
    log_append_time_ms: int  # -1 unless the topic stamps records itself
    log_start_offset: int
    duplicate: bool  # a retry: the offsets are those of the first attempt


class FlushJob:
    """What one flush has to wait for. `run` is made for a thread; nothing else is."""

    __slots__ = ("_directories", "_files", "_port", "end_offset", "truncations")

    def __init__(
        self,
        end_offset: int,
        truncations: int,
        files: Sequence[OpenFile],
        directories: Sequence[str],
        port: FileSystem,
    ) -> None:
        self.end_offset = end_offset  # everything below is safe once `run` came back
        self.truncations = truncations  # the log must not have been cut meanwhile
        self._files = files
        self._directories = directories
        self._port = port

    def run(self) -> None:
        """Wait for the disk. Raises StorageError, and then the log is lost until a restart."""
        try:
            for file in self._files:
                file.sync()
            for directory in self._directories:
                self._port.fsync_dir(directory)
        except OSError as error:
            raise StorageError(f"fsync failed, data may be gone: {error}") from error


class PartitionLog:
    """One partition's log. Made by `open`; see the module's text for what it promises."""

    __slots__ = (
        "_active",
        "_bases",
        "_bytes_since_save",
        "_clock",
        "_config",
        "_context",
        "_deleted",
        "_directory_changed",
        "_epochs",
        "_index_interval",
        "_known_positions",
        "_latest_epoch",
        "_producers",
        "_roll_at_bytes",
        "_roll_at_ms",
        "_roll_at_offset",
        "_snapshots",
        "_staged",
        "_staged_bytes",
        "_staged_offset",
        "_truncations",
        "corruption",
        "directory",
        "is_offline",
        "log_end_offset",
        "log_start_offset",
        "partition",
        "recovery_point",
        "segments",
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
        self._context = context
        self._clock = clock
        self.directory = directory
        self.topic = topic
        self.partition = partition
        self.topic_id = ZERO_UUID
        self.segments: list[LogSegment] = []  # oldest first, the last is the active one
        self._bases: list[int] = []  # their base offsets
        self.log_start_offset = 0  # first readable offset
        self.log_end_offset = 0  # next offset to be assigned; counts staged batches
        self.recovery_point = 0  # everything below is on the disk
        self.is_offline = False  # a disk error was final: nothing is written any more
        self.corruption: recovery.Corruption | None = None  # what opening the log had to cut
        self._producers: ProducerState | None = None  # None: not in memory
        self._epochs: LeaderEpochs | None = None  # likewise
        self._latest_epoch = UNLOADED_EPOCH  # of the last append or the file
        self._snapshots: list[int] = []  # offsets of the snapshot files
        self._deleted: list[tuple[int, list[str]]] = []  # (since, paths) that wait for removal
        self._staged: list[memoryview] = []
        self._staged_bytes = 0
        self._staged_offset = 0  # log end offset before the first staged batch
        self._known_positions: dict[int, tuple[LogSegment, int]] | None = None
        self._directory_changed = False
        self._bytes_since_save = 0
        self._truncations = 0
        self.config = config

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
    ) -> PartitionLog:
        """Open the log in `directory`, or begin an empty one there.

        `clean` says that the log was closed properly; else it is recovered (see `recovery`) from
        the recovery point on. `context` is what all logs of a process share. Raises CorruptLog
        when records are damaged that had been safe, unless `repair` asks to cut them off, and
        StorageError when the disk refuses.
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
                log._recover(recovery_point, high_watermark, repair=repair)
        except OSError as error:
            raise StorageError(f"cannot open {directory}: {error}") from error
        if log.log_start_offset > log.log_end_offset:
            log.truncate_fully_at(log.log_start_offset)
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
        elif topic_id != ZERO_UUID:
            partition_metadata.write_topic_id(self._context.files, self.directory, topic_id)
            self._directory_changed = True
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

    def _add_segment(self, base_offset: int, size_bytes: int, *, exists: bool) -> LogSegment:
        segment = LogSegment(
            self._context, self.directory, base_offset, size_bytes, exists=exists, is_active=False
        )
        self.segments.append(segment)
        self._bases.append(base_offset)
        return segment

    def _load_tail(self) -> bool:
        """Find the end of a cleanly closed log; False when it does not end as it should."""
        segment = self._active
        if segment.size_bytes:
            try:
                segment.index  # noqa: B018 - loading it scans the tail
            except CorruptRecord:
                return False
        self.log_end_offset = segment.scanned_end_offset
        return not (self._snapshots and self._snapshots[-1] > self.log_end_offset)

    def _recover(self, recovery_point: int, high_watermark: int, *, repair: bool) -> None:
        """Judge what an unclean stop left; see `recovery`."""
        stored = self._read_epochs()
        epochs = LeaderEpochs(list(stored.entries) if stored else [])
        recovered = recovery.recover_segments(
            self.segments,
            epochs,
            recovery_point=recovery_point,
            high_watermark=high_watermark,
            holes_allowed=self._config.cleanup_compact,
            index_interval_bytes=self._config.index_interval_bytes,
            repair=repair,
        )
        del self.segments[recovered.segment_count :]
        del self._bases[recovered.segment_count :]
        self._activate(self.segments[-1])
        self.corruption = recovered.corruption
        self.log_end_offset = recovered.log_end_offset
        self.recovery_point = min(recovery_point, self.log_end_offset)
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
        self._restore_producers()

    def _activate(self, segment: LogSegment) -> None:
        """Let appends go to `segment` from now on."""
        segment.is_active = True
        self._context.index_dropped(segment)
        self._active = segment
        self._roll_at_bytes = -1  # the next append sets the limits

    def close(self) -> None:
        """Write everything, wait for the disk, and leave files that Kafka's tools accept."""
        self.flush()
        with self._disk():
            self._active.save_indexes(final=True)
            self._save_producers()
        for segment in self.segments:
            segment.forget_files()

    @contextmanager
    def _disk(self) -> Iterator[None]:
        """Turn an error of the disk into the end of this log's service."""
        try:
            yield
        except OSError as error:
            self.is_offline = True
            raise StorageError(f"{self.directory}: {error}") from error

    @property
    def config(self) -> LogConfig:
        """The topic's settings; assign new ones at any time."""
        return self._config

    @config.setter
    def config(self, config: LogConfig) -> None:
        self._config = config
        self._index_interval = config.index_interval_bytes
        self._roll_at_bytes = -1  # the next append sets the limits

    @property
    def size_bytes(self) -> int:
        """Of all segments, staged batches included."""
        return sum(segment.size_bytes for segment in self.segments)

    # producers and epochs, read on demand

    @property
    def producer_state(self) -> ProducerState:
        """What is known of idempotent and transactional producers."""
        producers = self._producers
        if producers is None:
            producers = self._restore_producers()
        return producers

    @property
    def first_unstable_offset(self) -> int | None:
        """Where the oldest open transaction began: readers of committed records stop there."""
        producers = self._producers
        if producers is None:
            producers = self._restore_producers()
        return producers.first_unstable_offset

    def _restore_producers(self) -> ProducerState:
        self.write_staged()  # the replay reads them
        with self._disk():
            self._producers = restore(
                self._context.files,
                self.directory,
                self._snapshots,
                self.segments,
                log_end_offset=self.log_end_offset,
            )
        self.expire_producers(self._clock.wall_ms())
        return self._producers

    def expire_producers(self, wall_ms: int) -> int:
        """Forget producers that were silent for `producer.id.expiration.ms`; return how many."""
        if self._producers is None:
            return 0
        return self._producers.expire(wall_ms, self._config.producer_id_expiration_ms)

    def _save_producers(self) -> None:
        """Write a snapshot of the producers as of the log's end, unless there is one."""
        offset = self.log_end_offset
        snapshots = self._snapshots
        if (snapshots and snapshots[-1] == offset) or not self._active.exists:
            return
        write_snapshot(self._context.files, self.directory, offset, self.producer_state)
        if snapshots and snapshots[-1] not in self._bases:
            remove_snapshot(self._context.files, self.directory, snapshots.pop())
        snapshots.append(offset)

    @property
    def leader_epochs(self) -> LeaderEpochs:
        """The start offsets of the leader epochs."""
        epochs = self._epochs
        if epochs is None:
            epochs = self._read_epochs() or self._epochs_of_batches()
            self._set_epochs(epochs)
        return epochs

    def _read_epochs(self) -> LeaderEpochs | None:
        """Read the file; None when it is missing or not to be understood."""
        try:
            data = read_file(self._context.files, f"{self.directory}/{epochs_file.FILE_NAME}")
            return LeaderEpochs.decode(data)
        except (FileNotFoundError, CorruptLeaderEpochs):
            return None

    def _epochs_of_batches(self) -> LeaderEpochs:
        """Make the epochs again from the log: every batch carries its own."""
        epochs = LeaderEpochs()
        for segment in self.segments:
            for _, header in segment.headers():
                if header.partition_leader_epoch > epochs.latest:
                    epochs.assign(header.partition_leader_epoch, header.base_offset)
        return epochs

    def _set_epochs(self, epochs: LeaderEpochs) -> None:
        self._epochs = epochs
        self._latest_epoch = epochs.latest

    def _save_epochs(self) -> None:
        if self._epochs is not None and (self._epochs.entries or self._active.exists):
            path = f"{self.directory}/{epochs_file.FILE_NAME}"
            write_file(self._context.files, path, self._epochs.encode(), durable=False)
            self._directory_changed = True

    def begin_leader_epoch(self, leader_epoch: int) -> None:
        """Take note that whatever is appended from now on is of this leader epoch."""
        if leader_epoch >= 0 and self.leader_epochs.assign(leader_epoch, self.log_end_offset):
            with self._disk():
                self._save_epochs()
        self._latest_epoch = leader_epoch

    def end_offset_for_epoch(self, leader_epoch: int) -> tuple[int, int]:
        """Return (epoch, end offset) of the greatest epoch up to the given; (-1, -1) if none."""
        return self.leader_epochs.end_offset_for(leader_epoch, self.log_end_offset)

    # appending

    def append(
        self,
        records: memoryview,
        headers: Sequence[BatchHeader],
        leader_epoch: int,
        wall_ms: int,
    ) -> AppendResult:
        """Assign offsets to the validated batches in `records` and stage them.

        `records` is patched in place and must not change until `write_staged`. Batches of a
        producer id come one at a time, as the protocol has it. Raises ApiError, with nothing
        staged, when a sequence or a producer epoch is out of order.
        """
        # hot: benchmarks/micro/partition_log_append.py
        header = headers[0]
        if header[9] >= 0:  # producer id
            earlier = self._check_producer(header, headers, records)
            if earlier is not None:
                return AppendResult(
                    earlier.base_offset,
                    earlier.last_offset,
                    earlier.timestamp_ms if header.attributes & LOG_APPEND_TIME else NO_TIMESTAMP,
                    self.log_start_offset,
                    duplicate=True,
                )
        if leader_epoch != self._latest_epoch:
            self.begin_leader_epoch(leader_epoch)
        size = len(records)
        base_offset = self.log_end_offset
        segment = self._active
        position = segment.size_bytes
        if (
            position + size > self._roll_at_bytes
            or header[8] > self._roll_at_ms
            or base_offset + header[6] > self._roll_at_offset
        ):
            segment = self._make_room(size, headers, wall_ms)
            position = segment.size_bytes
        if not self._staged:
            self._staged_offset = base_offset
        offset = base_offset
        start = position
        for header in headers:
            (
                _,
                batch_length,
                _,
                _,
                _,
                attributes,
                last_offset_delta,
                _,
                max_timestamp,
                producer_id,
                _,
                _,
                _,
            ) = header
            _put_front(records, position - start, offset, batch_length, leader_epoch)
            last_offset = offset + last_offset_delta
            if max_timestamp > segment.largest_timestamp_ms:
                segment.largest_timestamp_ms = max_timestamp
                segment.offset_of_largest = last_offset
            if segment.unindexed_bytes > self._index_interval:
                segment.add_index_entries(last_offset, position)
                if self._is_index_full(segment):
                    self._roll_at_bytes = 0
            batch_bytes = batch_length + 12
            segment.unindexed_bytes += batch_bytes
            position += batch_bytes
            if producer_id >= 0:
                if attributes & CONTROL:
                    at = position - start - batch_bytes
                    self._record_marker(header, offset, records[at:], segment)
                else:
                    assert self._producers is not None
                    self._producers.record(header, offset)
            offset = last_offset + 1
        assert position - start == size, "the headers describe other bytes"
        self._staged.append(records)
        self._staged_bytes += size
        segment.size_bytes = position
        self.log_end_offset = offset
        return _new_result(
            AppendResult,
            (
                base_offset,
                offset - 1,
                max_timestamp if attributes & LOG_APPEND_TIME else NO_TIMESTAMP,
                self.log_start_offset,
                False,
            ),
        )

    def _check_producer(
        self, header: BatchHeader, headers: Sequence[BatchHeader], records: memoryview
    ) -> ProducedBatch | None:
        """Check sequence and epoch of the one batch; return the earlier one that it repeats."""
        producers = self._producers
        if producers is None:
            producers = self._restore_producers()
        if len(headers) > 1:
            raise ApiError(
                ErrorCode.INVALID_RECORD, "batches of a producer id are appended one at a time"
            )
        if header[5] & CONTROL:
            producers.check_marker(header, records)
            return None
        return producers.check(header)

    def _record_marker(
        self, header: BatchHeader, offset: int, batch: memoryview, segment: LogSegment
    ) -> None:
        """Let the producer state follow a control batch; an aborted transaction is indexed."""
        aborted = self.producer_state.record_marker(header, offset, batch)
        if aborted is not None:
            with self._disk():
                segment.add_aborted(aborted)

    def _make_room(self, size: int, headers: Sequence[BatchHeader], wall_ms: int) -> LogSegment:
        """Roll if the active segment may not take the batches; set the limits `append` looks at."""
        if self.is_offline:
            raise StorageError(f"{self.directory} is offline")
        segment = self._active
        config = self._config
        end = self.log_end_offset + sum(header.last_offset_delta + 1 for header in headers)
        if segment.size_bytes:
            if self._roll_at_bytes < 0:
                self.write_staged()
                _, first_header = next(segment.headers())
                self._roll_at_ms = self._roll_time(segment, first_header.max_timestamp)
            if (
                segment.size_bytes + size > config.segment_bytes
                or headers[0].max_timestamp > self._roll_at_ms
                or end - 1 - segment.base_offset > RELATIVE_OFFSET_MAX
                or self._is_index_full(segment)
            ):
                segment = self.roll()
        if not segment.size_bytes:
            first = headers[0].max_timestamp
            self._roll_at_ms = self._roll_time(segment, first if first >= 0 else wall_ms)
        self._roll_at_bytes = config.segment_bytes
        self._roll_at_offset = segment.base_offset + RELATIVE_OFFSET_MAX
        return segment

    def _roll_time(self, segment: LogSegment, first_timestamp_ms: int) -> int:
        """Return the record time from which on the segment is too old to be appended to.

        Kafka's jitter is random; here it follows from the segment, which a simulation can repeat.
        """
        jitter_max = min(self._config.segment_jitter_ms, self._config.segment_ms)
        jitter = crc32c(segment.log_path.encode()) % jitter_max if jitter_max else 0
        return first_timestamp_ms + self._config.segment_ms - jitter

    def _is_index_full(self, segment: LogSegment) -> bool:
        limit = self._config.segment_index_bytes
        return len(segment.index) >= limit // 8 or len(segment.time_index) >= limit // 12

    def write_staged(self) -> None:
        """Hand everything that is staged to the kernel, with one system call.

        Raises DiskFull when there is no room (everything staged is taken back, the log goes on)
        and StorageError when the disk failed (the log is offline).
        """
        staged = self._staged
        if not staged:
            return
        segment = self._active
        position = segment.size_bytes - self._staged_bytes
        try:
            if self.is_offline:
                raise OSError(errno.EIO, "the log is offline")  # noqa: TRY301 - one way to undo
            if not segment.exists:
                self._directory_changed = True
            segment.open_log().write(staged, position)
        except OSError as error:
            self._take_back(segment, position, error)
        self._bytes_since_save += self._staged_bytes
        staged.clear()
        self._staged_bytes = 0

    def _take_back(self, segment: LogSegment, position: int, error: OSError) -> NoReturn:
        """Undo the staged appends after a failed write: file and memory end where they did."""
        end_offset = self._staged_offset
        self._staged.clear()
        self._staged_bytes = 0
        self._known_positions = None
        self.log_end_offset = end_offset
        segment.size_bytes = position
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT) and not self.is_offline
        try:
            segment.cut(position, end_offset)
            # An epoch may begin where the failed append would have been: it still does.
            self._forget_tail(self.leader_epochs.truncate_from_end(end_offset + 1))
        except (OSError, CorruptRecord, StorageError):
            is_full = False
        if is_full:
            raise DiskFull(f"{self.directory}: no room for {end_offset}: {error}") from error
        self.is_offline = True
        raise StorageError(f"{self.directory}: {error}") from error

    def _forget_tail(self, epochs_changed: bool) -> None:
        """Bring epochs, producers and snapshots back to the log end offset, which went back."""
        self._truncations += 1
        self._known_positions = None
        self._roll_at_bytes = -1
        self.recovery_point = min(self.recovery_point, self.log_end_offset)
        if epochs_changed:
            self._save_epochs()
        self._latest_epoch = self.leader_epochs.latest
        self._producers = None
        self._restore_producers()

    def roll(self) -> LogSegment:
        """Close the active segment and begin a new one at the log end offset."""
        self.write_staged()
        old = self._active
        if not old.size_bytes and old.base_offset == self.log_end_offset:
            return old
        with self._disk():
            self._save_producers()
            old.become_inactive()
            segment = self._add_segment(self.log_end_offset, 0, exists=False)
            segment.open_log()  # an empty file keeps the log end offset when older ones go
        self._directory_changed = True
        self._activate(segment)
        return segment

    # reading

    def locate(
        self,
        fetch_offset: int,
        max_bytes: int,
        max_offset: int,
        *,
        minimum_one_batch: bool = True,
    ) -> LogSlice | None:
        """Find the bytes from the batch that holds `fetch_offset` on, up to `max_bytes`.

        Nothing from `max_offset` on is in the slice. None means that nothing is there, or that
        the first batch is larger than `max_bytes` and `minimum_one_batch` does not ask for it.
        Raises ApiError OFFSET_OUT_OF_RANGE outside of the log. Never waits for the disk.
        """
        # hot: benchmarks/micro/partition_log_locate.py
        if self._staged:
            self.write_staged()
        end_offset = self.log_end_offset
        if not self.log_start_offset <= fetch_offset <= end_offset:
            raise ApiError(
                ErrorCode.OFFSET_OUT_OF_RANGE,
                f"offset {fetch_offset} is not in {self.log_start_offset}..{end_offset}",
            )
        if fetch_offset >= max_offset or fetch_offset == end_offset:
            return None
        known = self._known_positions
        found = known.get(fetch_offset) if known is not None else None
        if found is None:
            try:
                found = self._find_nowait(fetch_offset)
            except ColdPages:
                return self._cold_slice(fetch_offset, max_bytes, max_offset)
            if found is None:
                return None
        segment, position = found
        if position == segment.size_bytes:  # remembered as the end, before the log was rolled
            found = self._find_nowait(fetch_offset)
            if found is None:
                return None
            segment, position = found
        end, next_offset = self._readable_end(segment, max_offset)
        available = end - position
        if available <= max_bytes:
            size = available
            if size <= 0:
                return None
        else:
            size = segment.index.boundary_at_or_before(position + max_bytes) - position
            next_offset = UNKNOWN_OFFSET
            if size <= 0:  # no index entry in reach: read at least the first batch
                front = segment.open_log().read_nowait(12, position)
                if front is None or len(front) < 12:
                    return self._cold_slice(fetch_offset, max_bytes, max_offset)
                batch_bytes = int.from_bytes(front[8:12], "big") + 12
                if batch_bytes > max_bytes and not minimum_one_batch:
                    return None
                size = min(max(batch_bytes, max_bytes), available)
                if size != batch_bytes:
                    return LogSlice(segment.open_log(), position, size, fetch_offset)
        file = segment.open_log()
        self._remember(file, segment, position + size, next_offset)
        return LogSlice(file, position, size, fetch_offset)

    def _find_nowait(self, offset: int) -> tuple[LogSegment, int] | None:
        """Return segment and position of the batch that holds `offset` or follows it."""
        number = bisect_right(self._bases, offset) - 1
        for segment in self.segments[max(0, number) :]:
            if segment.size_bytes:
                position = segment.find_position_nowait(offset)
                if position is not None:
                    return segment, position
        return None

    def _cold_slice(self, offset: int, max_bytes: int, max_offset: int) -> LogSlice:
        """Return a slice whose beginning is looked for by the thread that reads it."""
        segment = self.segments[bisect_right(self._bases, offset) - 1]
        start, _ = segment.index.span(offset - segment.base_offset)
        end, _ = self._readable_end(segment, max_offset)
        return ColdSlice(segment.open_log(), start, end, offset, max_bytes)

    def _readable_end(self, segment: LogSegment, max_offset: int) -> tuple[int, int]:
        """Return where in the segment readers have to stop, and the offset that follows there."""
        if max_offset >= self.log_end_offset and segment is self._active:
            return segment.size_bytes, self.log_end_offset
        number = bisect_right(self._bases, segment.base_offset)
        if number < len(self._bases) and max_offset >= self._bases[number]:
            return segment.size_bytes, self._bases[number]
        known = self._known_positions
        if known is not None and (found := known.get(max_offset)) and found[0] is segment:
            return found[1], max_offset
        batch = segment.find_batch(max_offset)
        return (batch[0] if batch else segment.size_bytes), max_offset

    def _remember(
        self, file: OpenFile, segment: LogSegment, position: int, next_offset: int
    ) -> None:
        """Remember which offset begins at `position`, where a sequential reader goes on."""
        if next_offset == UNKNOWN_OFFSET:
            front = file.read_nowait(8, position)
            if front is None or len(front) < 8:
                return
            next_offset = int.from_bytes(front, "big")
        known = self._known_positions
        if known is None:
            known = self._known_positions = {}
        elif len(known) >= KNOWN_POSITION_COUNT_MAX and next_offset not in known:
            del known[next(iter(known))]
        known[next_offset] = (segment, position)

    def offset_for_timestamp(self, timestamp_ms: int) -> tuple[int, int, int] | None:
        """Return (timestamp, offset, leader epoch) of the first record not older than the given.

        Reads and decodes the one batch that holds it, which may wait for the disk.
        """
        self.write_staged()
        for segment in self.segments:
            if not segment.size_bytes or segment.load_largest_timestamp() < timestamp_ms:
                continue
            record = segment.first_at_or_after(timestamp_ms, self.log_start_offset)
            if record is not None:
                epoch = self.leader_epochs.epoch_of(record.offset)
                return record.timestamp_ms, record.offset, epoch
        return None

    def max_timestamp(self) -> tuple[int, int]:
        """Return (timestamp, offset) of the record with the largest timestamp; (-1, -1) if none."""
        self.write_staged()
        largest = max(self.segments, key=_largest_timestamp)
        timestamp_ms = largest.load_largest_timestamp() if largest.size_bytes else NO_TIMESTAMP
        if timestamp_ms == NO_TIMESTAMP:
            return NO_TIMESTAMP, -1
        record = largest.first_at_or_after(timestamp_ms, self.log_start_offset)
        return (record.timestamp_ms, record.offset) if record else (NO_TIMESTAMP, -1)

    def aborted_transactions(self, start_offset: int, end_offset: int) -> list[AbortedTransaction]:
        """Return the aborted transactions with records or marker in [start, end)."""
        found: list[AbortedTransaction] = []
        number = max(0, bisect_right(self._bases, start_offset) - 1)
        for segment in self.segments[number:]:
            some, is_complete = aborted_between(segment.aborted, start_offset, end_offset)
            found += some
            if is_complete:
                break
        return found

    # flushing

    def prepare_flush(self) -> FlushJob | None:
        """Write what is staged and return what remains to be waited for; None when nothing is."""
        self.write_staged()
        if self.recovery_point >= self.log_end_offset and not self._directory_changed:
            return None
        with self._disk():
            files = []
            for number, segment in enumerate(self.segments):
                is_last = number == len(self.segments) - 1
                if is_last or self._bases[number + 1] > self.recovery_point:
                    files += segment.files_to_sync()
            if self._bytes_since_save >= INDEX_SAVE_BYTES:
                self._bytes_since_save = 0
                self._active.save_indexes()
                self._save_producers()
        directories = [self.directory] if self._directory_changed else []
        self._directory_changed = False
        return FlushJob(
            self.log_end_offset, self._truncations, files, directories, self._context.files
        )

    def complete_flush(self, job: FlushJob) -> None:
        """Take note that `job.run` has come back; without it nothing counts as flushed."""
        if job.truncations == self._truncations:
            self.recovery_point = max(self.recovery_point, job.end_offset)

    def flush(self) -> None:
        """Wait until everything is on the disk. Raises StorageError, for good."""
        job = self.prepare_flush()
        if job is not None:
            try:
                job.run()
            except StorageError:
                self.is_offline = True
                raise
            self.complete_flush(job)

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
                self._directory_changed = True

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


def _largest_timestamp(segment: LogSegment) -> int:
    return segment.load_largest_timestamp() if segment.size_bytes else NO_TIMESTAMP
