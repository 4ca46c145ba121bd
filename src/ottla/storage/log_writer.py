# SPDX-License-Identifier: Apache-2.0
"""The writing half of a partition log: stage, write, roll, flush.

An append patches base offset and leader epoch into the producer's own bytes and *stages* them.
`write_staged` hands everything that was staged since to the kernel with one system call. So a
burst of small requests from one socket costs one write, and no byte of a batch is copied on the
way to the page cache.

Invariants:

* offsets are assigned without holes;
* whatever reads, rolls, flushes or truncates writes the staged bytes first;
* a failed write is taken back: the file ends with the last good batch, and memory says the same.
  When that fails too, or the error is not a full disk, the log is offline for good;
* an fsync error is final: the page cache is not to be trusted any more, nothing is retried.

The base class of `PartitionLog`; see `partition_log` for the whole.
"""

from __future__ import annotations

import errno
import struct
from contextlib import suppress
from typing import TYPE_CHECKING, Final, NamedTuple

from crc32c import crc32c

from ottla.base.errors import StorageError
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.records.batch import (
    CONTROL,
    LOG_APPEND_TIME,
    CorruptRecord,
    iter_headers,
    verify_crc,
)
from ottla.storage.files import DiskFull
from ottla.storage.log_segment import NO_TIMESTAMP, LogSegment
from ottla.storage.log_state import LogState

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import NoReturn

    from ottla.base.clock import Clock
    from ottla.records.batch import BatchHeader
    from ottla.records.control import TransactionMarker
    from ottla.storage.files import FileSystem, OpenFile
    from ottla.storage.log_config import LogConfig
    from ottla.storage.log_segment import SegmentContext
    from ottla.storage.producer_state import ProducedBatch

RELATIVE_OFFSET_MAX: Final = 2**31 - 1
INDEX_SAVE_INTERVAL_MS: Final = 10_000
INDEX_SAVE_BYTES_AT_ONCE: Final = 64 << 20
"""A flush saves index and producers, where recovery begins, so long after the last time, or when so
much was appended since; before `SegmentContext.index_save_bytes` it does neither."""

RECALLED_BYTES_MAX: Final = 4 << 20
"""Of the end of the log, looked at when a producer repeats batches from before a restart."""

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

    __slots__ = (
        "_directories",
        "_files",
        "_port",
        "directory_changes",
        "end_offset",
        "relocations",
        "truncations",
    )

    def __init__(
        self,
        end_offset: int,
        truncations: int,
        files: Sequence[OpenFile],
        directories: Sequence[str],
        port: FileSystem,
        relocations: int = 0,
        directory_changes: int = 0,
    ) -> None:
        self.end_offset = end_offset  # everything below is safe once `run` came back
        self.directory_changes = directory_changes  # so many are
        self.relocations = relocations  # nor have moved to another directory
        self.truncations = truncations  # the log must not have been cut meanwhile
        self._files = files
        self._directories = directories
        self._port = port

    def run(self, synced: set[str] | None = None) -> None:
        """Wait for the disk. Raises StorageError, and then the log is lost until a restart.

        Directories in `synced` are on the disk as they were when all jobs that share the set were
        prepared: those of new logs wait for their log directory once.
        """
        try:
            for file in self._files:
                file.sync()
            for directory in self._directories:
                if synced is not None:
                    if directory in synced:
                        continue
                    synced.add(directory)
                # Renamed since: the log is being deleted, and whoever did it syncs the parent.
                with suppress(FileNotFoundError):
                    self._port.fsync_dir(directory)
        except OSError as error:
            raise StorageError(f"fsync failed, data may be gone: {error}") from error


class LogWriter(LogState):
    """Appends, and what makes them safe."""

    __slots__ = (
        "_bytes_since_save",
        "_entry_count_ample",
        "_index_interval",
        "_index_save_due_ms",
        "_relocations",
        "_roll_at_bytes",
        "_roll_at_ms",
        "_roll_at_offset",
        "_staged_bytes",
        "_staged_offset",
        "_truncations",
        "_unsynced_parent",
        "recovery_point",
    )

    def __init__(
        self, context: SegmentContext, directory: str, config: LogConfig, clock: Clock
    ) -> None:
        super().__init__(context, directory, config, clock)
        self.recovery_point = 0  # everything below is on the disk
        self._staged_bytes = 0
        self._staged_offset = 0  # log end offset before the first staged batch
        self._bytes_since_save = 0
        self._index_save_due_ms = 0  # not before, unless very much was appended
        self._truncations = 0
        self._relocations = 0  # to other log directories
        self._unsynced_parent: str | None = None  # the log directory, until it holds the name
        self.config = config

    @property
    def config(self) -> LogConfig:
        """The topic's settings; assign new ones at any time."""
        return self._config

    @config.setter
    def config(self, config: LogConfig) -> None:
        self._config = config
        self._index_interval = config.index_interval_bytes
        self._entry_count_ample = config.segment_index_bytes // 12  # no index is full below
        self._roll_at_bytes = -1  # the next append sets the limits

    # appending

    def append(
        self,
        records: memoryview,
        headers: Sequence[BatchHeader],
        leader_epoch: int,
        wall_ms: int,
        marker: TransactionMarker | None = None,
    ) -> AppendResult:
        """Assign offsets to the validated batches in `records` and stage them.

        `records` is patched in place and must not change until `write_staged`. Batches of a
        producer id come one at a time, as the protocol has it. `marker` is what a control batch
        says, if the caller knows. Raises ApiError, with nothing staged, when a sequence or a
        producer epoch is out of order.
        """
        # hot: benchmarks/micro/partition_log_append.py
        header = headers[0]
        if header[9] >= 0:  # producer id
            earlier = self._check_producer(header, headers, records, marker)
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
                _, batch_length, _, _, _, attributes, last_offset_delta, _, max_timestamp,
                producer_id, _, _, _,
            ) = header  # fmt: skip
            _put_front(records, position - start, offset, batch_length, leader_epoch)
            last_offset = offset + last_offset_delta
            if max_timestamp > segment.largest_timestamp_ms:
                segment.largest_timestamp_ms = max_timestamp
                segment.offset_of_largest = last_offset
            if segment.unindexed_bytes > self._index_interval:
                entry_count = segment.add_index_entries(last_offset, position)
                if entry_count >= self._entry_count_ample and self._is_index_full(segment):
                    self._roll_at_bytes = 0
            batch_bytes = batch_length + 12
            segment.unindexed_bytes += batch_bytes
            position += batch_bytes
            if producer_id >= 0:
                if attributes & CONTROL:
                    at = position - start - batch_bytes
                    self._record_marker(header, offset, records[at:], segment, marker)
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

    def append_copied(self, records: memoryview) -> int:
        """Stage the batches in `records` as another replica has them; return the log end offset.

        Offsets, leader epochs and timestamps stay as they are; offsets may leave holes, as a
        compacted log has them. `records` must not change until `write_staged`. A batch that the
        end of `records` cuts off is left out. Raises CorruptRecord, with nothing of it and what
        follows staged, when a batch is damaged or does not follow on.
        """
        # hot: benchmarks/micro/replica_fetch.py
        producers = self.producer_state  # brought into memory before anything is staged
        latest_epoch = self.leader_epochs.latest
        run_start = run_end = 0  # of the bytes that go into one segment
        try:
            for start, header in iter_headers(records, partial_tail=True):
                size = header.size_bytes
                batch = records[start : start + size]
                verify_crc(batch)
                offset, epoch = header.base_offset, header.partition_leader_epoch
                if offset < self.log_end_offset or epoch < latest_epoch:
                    raise CorruptRecord(
                        f"a batch at offset {offset} of leader epoch {epoch} does not follow on "
                        f"{self.log_end_offset} of epoch {latest_epoch}"
                    )
                segment = self._active
                if (
                    segment.size_bytes + size > self._roll_at_bytes
                    or header.max_timestamp > self._roll_at_ms
                    or header.last_offset > self._roll_at_offset
                ):
                    self._stage(records, run_start, run_end)
                    run_start = run_end = start
                    if header.last_offset - segment.base_offset > RELATIVE_OFFSET_MAX:
                        self.write_staged()
                        self.log_end_offset = offset  # behind a hole that no segment can hold
                        self.roll()
                    segment = self._make_room(size, (header,), self._clock.wall_ms())
                if epoch != latest_epoch:
                    self._begin_copied_epoch(epoch, offset)
                    latest_epoch = epoch
                if not self._staged and run_start == run_end:
                    self._staged_offset = self.log_end_offset
                self._account(segment, header, offset, segment.size_bytes)
                if header.producer_id >= 0:
                    if header.attributes & CONTROL:
                        self._record_marker(header, offset, batch, segment, None)
                    else:
                        producers.record(header, offset)
                segment.size_bytes += size
                run_end = start + size
                self.log_end_offset = offset + header.last_offset_delta + 1
        finally:
            self._stage(records, run_start, run_end)
        return self.log_end_offset

    def _stage(self, records: memoryview, start: int, end: int) -> None:
        """Stage a run of batches that the active segment has made room for."""
        if end > start:
            self._staged.append(records[start:end])
            self._staged_bytes += end - start

    def _account(
        self, segment: LogSegment, header: BatchHeader, offset: int, position: int
    ) -> None:
        """Let times and indexes of a segment follow a batch at `position`."""
        last_offset = offset + header.last_offset_delta
        if header.max_timestamp > segment.largest_timestamp_ms:
            segment.largest_timestamp_ms = header.max_timestamp
            segment.offset_of_largest = last_offset
        if segment.unindexed_bytes > self._index_interval:
            entry_count = segment.add_index_entries(last_offset, position)
            if entry_count >= self._entry_count_ample and self._is_index_full(segment):
                self._roll_at_bytes = 0
        segment.unindexed_bytes += header.size_bytes

    def _begin_copied_epoch(self, leader_epoch: int, start_offset: int) -> None:
        """Take note that another leader's epoch begins at an offset of this log."""
        if self.leader_epochs.assign(leader_epoch, start_offset):
            with self._disk():
                self._save_epochs()
        self._latest_epoch = leader_epoch

    def _check_producer(
        self,
        header: BatchHeader,
        headers: Sequence[BatchHeader],
        records: memoryview,
        marker: TransactionMarker | None,
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
            producers.check_marker(header, records, marker)
            return None
        try:
            return producers.check(header)
        except ApiError:
            if not producers.needs_recall(header.producer_id):
                raise
            producers.recall(header.producer_id, self._recent_headers())
            return producers.check(header)

    def _recent_headers(self) -> list[BatchHeader]:
        """Return the headers at the end of the log, oldest first, waiting for the disk."""
        self.write_staged()
        recent: list[BatchHeader] = []
        left = RECALLED_BYTES_MAX
        with self._disk():
            for segment in reversed(self.segments):
                start = segment.index.boundary_at_or_before(max(0, segment.size_bytes - left))
                recent[:0] = [header for _, header in segment.headers(start)]
                left -= segment.size_bytes - start
                if left <= 0:
                    break
        return recent

    def _record_marker(
        self,
        header: BatchHeader,
        offset: int,
        batch: memoryview,
        segment: LogSegment,
        marker: TransactionMarker | None,
    ) -> None:
        """Let the producer state follow a control batch; an aborted transaction is indexed."""
        aborted = self.producer_state.record_marker(header, offset, batch, marker)
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
                self._directory_changes += 1
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
        self._producers_end = self.log_end_offset
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
        self._directory_changes += 1
        self._activate(segment)
        return segment

    def _activate(self, segment: LogSegment) -> None:
        """Let appends go to `segment` from now on."""
        segment.is_active = True
        self._context.index_dropped(segment)
        self._active = segment
        self._roll_at_bytes = -1  # the next append sets the limits

    # flushing

    def prepare_flush(self) -> FlushJob | None:
        """Write what is staged and return what remains to be waited for; None when nothing is."""
        self.write_staged()
        is_directory_changed = self._directory_changes > self._directory_changes_synced
        if self.recovery_point >= self.log_end_offset and not is_directory_changed:
            return None
        with self._disk():
            files = []
            for number, segment in enumerate(self.segments):
                is_last = number == len(self.segments) - 1
                if is_last or self._bases[number + 1] > self.recovery_point:
                    files += segment.files_to_sync()
            if self._bytes_since_save >= self._context.index_save_bytes:
                self._save_for_recovery()
        # Asked again, since saving makes files. A job that is under way does not count: this one
        # may be the first to come back.
        is_directory_changed = self._directory_changes > self._directory_changes_synced
        directories = [self.directory] if is_directory_changed else []
        if self._unsynced_parent is not None:
            directories.append(self._unsynced_parent)
        return FlushJob(
            self.log_end_offset,
            self._truncations,
            files,
            directories,
            self._context.files,
            self._relocations,
            self._directory_changes,
        )

    def _save_for_recovery(self) -> None:
        """Write what lets recovery begin at the log's end, unless that was done lately."""
        now_ms = self._clock.now_ms()
        if now_ms >= self._index_save_due_ms or self._bytes_since_save >= INDEX_SAVE_BYTES_AT_ONCE:
            self._index_save_due_ms = now_ms + INDEX_SAVE_INTERVAL_MS
            self._bytes_since_save = 0
            self._active.save_indexes()
            self._save_producers()

    def complete_flush(self, job: FlushJob) -> None:
        """Take note that `job.run` has come back; without it nothing counts as flushed."""
        if job.relocations != self._relocations:
            return  # it was about the files in another directory
        self._unsynced_parent = None
        self._directory_changes_synced = max(self._directory_changes_synced, job.directory_changes)
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
