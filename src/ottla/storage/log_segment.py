# SPDX-License-Identifier: Apache-2.0
"""One segment of a partition log: a `.log` file of record batches and the indexes beside it.

All files of a segment are named after its base offset, the first offset that it may hold:

    00000000000000000042.log        batches back to back, exactly the bytes of the wire
    00000000000000000042.index      sparse: offset -> position          (offset_index)
    00000000000000000042.timeindex  sparse: timestamp -> offset         (time_index)
    00000000000000000042.txnindex   aborted transactions, when any      (transaction_index)
    00000000000000000042.snapshot   producers as of that offset         (producer_state)

The idea: the `.log` file is the truth, all else can be rebuilt from it. Indexes live in memory for
the active segment; those of older segments are read on demand and dropped again when many are in
memory. A `LogSlice` is a range of a `.log` file that can be read by the loop (when it is in the
page cache) or in a thread (when it is not), without either of them knowing the segment.

Invariants: only the active segment grows. `size_bytes` counts staged bytes too; the log writes
them before anybody reads.

Owned by `PartitionLog`, and like it by the event loop.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from ottla.records.batch import (
    HEADER,
    HEADER_BYTES,
    LENGTH_PREFIX_BYTES,
    MAGIC,
    BatchHeader,
    CorruptRecord,
)
from ottla.records.record import decode_records
from ottla.storage.files import OpenFile, read_file
from ottla.storage.offset_index import OffsetIndex
from ottla.storage.time_index import TimeIndex
from ottla.storage.transaction_index import ENTRY_BYTES as TRANSACTION_ENTRY_BYTES
from ottla.storage.transaction_index import AbortedTransaction, valid_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ottla.records.record import Record
    from ottla.storage.files import FileSystem, OpenFiles

NO_TIMESTAMP: Final = -1
UNKNOWN_TIMESTAMP: Final = -2
"""The segment's largest timestamp is in a file that nobody has read yet."""

REBUILD_INTERVAL_BYTES: Final = 4096
"""Kafka's default of `index.interval.bytes`, for entries that have to be made afterwards."""

INDEX_SAVE_BYTES_MIN: Final = 256 << 10
INDEX_SAVE_BYTES_MAX: Final = 2 << 20
RECOVERY_WALK_BYTES: Final = 4 << 30
"""Recovery begins where a log's index was saved last. So this is about what a start after kill -9
walks over, in four seconds, unless very much was appended in the last ten. Saving costs 0.1 ms, the
first time for a segment 0.5 ms, since three files are made: it is rare while logs are few."""
SCAN_BYTES_SMALL: Final = 4096
SCAN_BYTES_LARGE: Final = 64 * 1024
SCAN_SKIP_BYTES_MIN: Final = 16 * 1024
"""Less than this between two headers is cheaper read than skipped by a call for each."""
LOADED_INDEX_COUNT_MAX: Final = 64
"""Indexes of older segments that stay in memory: 3 MiB each for a segment of 1 GiB at most."""

DELETED: Final = ".deleted"

FRONT: Final = struct.Struct(">qi11xi")
"""Of a batch header: base offset, batch length, last offset delta."""

_unpack_front = FRONT.unpack_from
_unpack_header = HEADER.unpack_from
_new_header = tuple.__new__


def segment_path(directory: str, base_offset: int, suffix: str) -> str:
    """Return the path of one of a segment's files."""
    return f"{directory}/{base_offset:020d}{suffix}"


class SegmentContext:
    """What all segments of a process share: the open files, and which indexes are in memory."""

    __slots__ = ("_loaded", "files", "index_save_bytes", "open_files")

    def __init__(self, open_files: OpenFiles) -> None:
        self.open_files = open_files
        self.files = open_files.files
        self.index_save_bytes = INDEX_SAVE_BYTES_MAX
        """A flush saves a log's index once so much was appended since the last time."""
        self._loaded: dict[LogSegment, None] = {}  # in order of loading

    def share_walk(self, log_count: int) -> None:
        """Bound what a recovery has to walk over, for all of so many logs together."""
        share = RECOVERY_WALK_BYTES // max(1, log_count)
        self.index_save_bytes = max(INDEX_SAVE_BYTES_MIN, min(INDEX_SAVE_BYTES_MAX, share))

    def index_loaded(self, segment: LogSegment) -> None:
        """Make room for the index that `segment` is about to hold."""
        if len(self._loaded) >= LOADED_INDEX_COUNT_MAX:
            oldest = next(iter(self._loaded))
            del self._loaded[oldest]
            oldest.unload_indexes()
        self._loaded[segment] = None

    def index_dropped(self, segment: LogSegment) -> None:
        """Take note that the segment is gone, or active and therefore not to be unloaded."""
        self._loaded.pop(segment, None)


class LogSegment:
    """One segment. Its log appends to it; everything else about one file set is done here."""

    __slots__ = (
        "_aborted",
        "_context",
        "_index",
        "_time_index",
        "base_offset",
        "directory",
        "exists",
        "is_active",
        "largest_timestamp_ms",
        "log_path",
        "offset_of_largest",
        "scanned_end_offset",
        "size_bytes",
        "unindexed_bytes",
    )

    def __init__(
        self,
        context: SegmentContext,
        directory: str,
        base_offset: int,
        size_bytes: int = 0,
        *,
        exists: bool,
        is_active: bool,
    ) -> None:
        self._context = context
        self._index: OffsetIndex | None = None  # None: not in memory
        self._time_index: TimeIndex | None = None
        self._aborted: list[AbortedTransaction] | None = None
        self.directory = directory
        self.base_offset = base_offset
        self.log_path = segment_path(directory, base_offset, ".log")
        self.exists = exists  # whether there is a `.log` file: made by the first append
        self.is_active = is_active
        self.size_bytes = size_bytes
        self.unindexed_bytes = 0  # appended since the last index entry
        self.scanned_end_offset = base_offset  # behind the last batch that a scan has seen
        # The next two are facts only once `load_largest_timestamp` ran or nothing was there.
        self.largest_timestamp_ms = NO_TIMESTAMP if not size_bytes else UNKNOWN_TIMESTAMP
        self.offset_of_largest = base_offset
        if not size_bytes:
            self._index = OffsetIndex()
            self._time_index = TimeIndex()
            self._aborted = []

    def __repr__(self) -> str:
        return f"LogSegment({self.log_path!r}, {self.size_bytes} bytes)"

    # files

    def path(self, suffix: str) -> str:
        """Return the path of one of the segment's files."""
        return segment_path(self.directory, self.base_offset, suffix)

    @property
    def files(self) -> FileSystem:
        """The file system that the segment is on."""
        return self._context.files

    def open_log(self) -> OpenFile:
        """Return the `.log` file; it is made when the segment has none yet."""
        file = self._context.open_files.get(self.log_path, create=not self.exists)
        self.exists = True
        return file

    def adopt_context(self, context: SegmentContext) -> None:
        """Share open files with other segments; indexes in memory count in the new context."""
        if not self.is_active and self._index is not None and self.size_bytes:
            self.save_indexes()
            self.unload_indexes()
        self.forget_files()
        self._context.index_dropped(self)
        self._context = context

    def moved_to(self, directory: str) -> None:
        """Take note that the partition's directory was renamed."""
        self._context.open_files.forget(self.log_path)
        self.directory = directory
        self.log_path = self.path(".log")

    def relocated_to(self, directory: str) -> None:
        """Take note that a copy in another directory takes the place of these files.

        Of the active segment only the log was copied: its indexes are written anew when they are.
        """
        self.forget_files()
        self.moved_to(directory)
        if self.is_active:
            for index in (self._index, self._time_index):
                if index is not None:
                    index.saved_count = 0

    def forget_files(self) -> None:
        """Close the segment's files as far as nobody reads them."""
        for suffix in (".log", ".index", ".timeindex", ".txnindex"):
            self._context.open_files.forget(self.path(suffix))

    def files_to_sync(self) -> list[OpenFile]:
        """Return what has to be on the disk before the segment's batches count as safe."""
        if not self.exists:
            return []
        files = [self.open_log()]
        if self._aborted:
            files.append(self._context.open_files.get(self.path(".txnindex")))
        return files

    def mark_deleted(self) -> list[str]:
        """Rename the segment's files to `.deleted`; return the paths to unlink later.

        Readers that hold a slice keep reading. The caller makes the renames durable.
        """
        context = self._context
        context.open_files.forget(self.log_path)
        context.index_dropped(self)
        renamed = []
        for suffix in (".log", ".index", ".timeindex", ".txnindex", ".snapshot"):
            path = self.path(suffix)
            context.open_files.forget(path)
            try:
                context.files.rename(path, path + DELETED)
            except FileNotFoundError:
                continue
            renamed.append(path + DELETED)
        self.exists = False
        return renamed

    def set_aside(self, suffix: str | None) -> list[str]:
        """Take the segment out of the log for good; return the `.log` path when it is kept.

        Its `.log` file gets `suffix`, or goes like the others when that is None.
        """
        context = self._context
        context.open_files.forget(self.log_path)
        context.index_dropped(self)
        if not self.exists:
            return []
        self.exists = False
        if suffix is None:
            context.files.unlink(self.log_path)
        else:
            context.files.rename(self.log_path, self.log_path + suffix)
        for other in (".index", ".timeindex", ".txnindex"):
            context.open_files.forget(self.path(other))
            try:
                context.files.unlink(self.path(other))
            except FileNotFoundError:
                continue
        return [] if suffix is None else [self.log_path + suffix]

    # indexes

    @property
    def index(self) -> OffsetIndex:
        """The offset index, read from its file when it is not in memory."""
        if self._index is None:
            self._load_indexes()
        assert self._index is not None
        return self._index

    @property
    def time_index(self) -> TimeIndex:
        """The time index, likewise."""
        if self._time_index is None:
            self._load_indexes()
        assert self._time_index is not None
        return self._time_index

    @property
    def aborted(self) -> list[AbortedTransaction]:
        """The aborted transactions whose marker is in this segment, in the order of the markers."""
        if self._aborted is None:
            data = self._read_optional(".txnindex")
            self._aborted = list(valid_entries(data, self.base_offset))
        return self._aborted

    def unload_indexes(self) -> None:
        """Drop the indexes from memory; they are in their files."""
        assert not self.is_active, self
        self._index = None
        self._time_index = None
        self._aborted = None

    def become_inactive(self) -> None:
        """Take note that the log rolled: nothing is appended any more."""
        self.save_indexes(final=True)
        self.is_active = False
        self._context.index_loaded(self)

    def add_index_entries(self, last_offset: int, position: int) -> int:
        """Index the batch at `position`, whose timestamp is counted and whose size is not yet.

        Returns how many entries the offset index has now.
        """
        # hot: benchmarks/micro/partition_log_append.py, for every `index.interval.bytes`
        index, time_index = self._index, self._time_index
        assert index is not None
        assert time_index is not None
        index.offsets.append(last_offset - self.base_offset)
        index.positions.append(position)
        largest = self.largest_timestamp_ms
        timestamps = time_index.timestamps
        if not timestamps or largest > timestamps[-1]:
            time_index.maybe_append(largest, self.offset_of_largest - self.base_offset)
        self.unindexed_bytes = 0
        return len(index.offsets)

    def add_aborted(self, transaction: AbortedTransaction) -> None:
        """Remember an aborted transaction, in memory and in the file."""
        entries = self.aborted
        file = self._context.open_files.get(self.path(".txnindex"), create=True)
        file.write((transaction.encode(),), len(entries) * len(transaction.encode()))
        entries.append(transaction)

    def save_indexes(self, *, final: bool = False) -> None:
        """Append to the index files what memory has more; `final` completes the time index."""
        if not self.exists:
            return
        if final and self.size_bytes and self._time_index is not None:
            self.time_index.maybe_append(
                self.largest_timestamp_ms, self.offset_of_largest - self.base_offset
            )
        for suffix, index, entry_bytes in (
            (".index", self._index, 8),
            (".timeindex", self._time_index, 12),
        ):
            if index is not None and (index.saved_count < len(index) or final):
                # A file that is longer than what was believed of it ends in junk.
                file = self._context.open_files.get(self.path(suffix), create=True)
                tail = index.encode(index.saved_count)
                if tail:
                    file.write((tail,), index.saved_count * entry_bytes)
                file.truncate(len(index) * entry_bytes)
                index.saved_count = len(index)

    def _load_indexes(self) -> None:
        """Read both index files and scan the log behind their last entry."""
        self.read_index_files()
        try:
            self.complete_indexes()
        except CorruptRecord:
            if not self.index.positions:
                raise
            # The entry may be rotten. If it is the log, then the second scan says so.
            self._index, self._time_index = OffsetIndex(), TimeIndex()
            self.complete_indexes()

    def read_index_files(self) -> None:
        """Read both index files as they are, without a look at the log."""
        if not self.is_active:
            self._context.index_loaded(self)
        self._index = OffsetIndex.decode(self._read_optional(".index"), self.size_bytes)
        self._time_index = TimeIndex.decode(self._read_optional(".timeindex"))

    def truncate_indexes(self, position: int, offset: int) -> None:
        """Forget what the indexes say about `offset` and behind, which begins at `position`."""
        saved = self.index.saved_count, self.time_index.saved_count
        self.index.truncate(position)
        self.time_index.truncate(offset - self.base_offset)
        if self.index.saved_count < saved[0]:
            self._truncate_file(".index", self.index.saved_count * 8)
        if self.time_index.saved_count < saved[1]:
            self._truncate_file(".timeindex", self.time_index.saved_count * 12)
        self.truncate_aborted(offset)

    def truncate_aborted(self, offset: int) -> None:
        """Forget the aborted transactions whose marker is at `offset` or behind."""
        data = self._read_optional(".txnindex")
        kept = [entry for entry in self.aborted if entry.last_offset < offset]
        if len(kept) * TRANSACTION_ENTRY_BYTES < len(data):
            self._truncate_file(".txnindex", len(kept) * TRANSACTION_ENTRY_BYTES)
        self._aborted = kept

    def _truncate_file(self, suffix: str, size: int) -> None:
        """Cut one of the index files, so that it says nothing about what comes there next."""
        self._context.open_files.get(self.path(suffix)).truncate(size)

    def cut(self, position: int, offset: int) -> None:
        """Cut everything from `position` on, where the batch of `offset` begins or would begin.

        Needs no room on the disk: the index files are not completed.
        """
        assert position <= self.size_bytes, (position, self)
        if self.exists:
            self.open_log().truncate(position)
        self.truncate_indexes(position, offset)
        self.size_bytes = position
        self.complete_indexes()

    def reset_indexes(self) -> None:
        """Forget both indexes: they are made again from the log."""
        self._index, self._time_index = OffsetIndex(), TimeIndex()

    def complete_indexes(self) -> None:
        """Index the batches behind the last entry, and find where the segment ends.

        Raises CorruptRecord when the log does not continue with whole batches.
        """
        position, expected = self.begin_scan()
        batches = read_headers(self.open_log().read, position, self.size_bytes)
        if expected is not None:
            at, header = next(batches)
            if header.last_offset != expected:
                raise CorruptRecord(f"{self.log_path}: the index entry for {at} is wrong")
            self.count_indexed(header)
        self.count_in(batches, REBUILD_INTERVAL_BYTES)

    def begin_scan(self) -> tuple[int, int | None]:
        """Return where a scan for what the indexes miss begins, and which batch is there.

        The batch is named by its last offset; None when the scan begins with an unindexed one.
        """
        index, time_index = self._index, self._time_index
        assert index is not None
        assert time_index is not None
        self.unindexed_bytes = 0
        self.scanned_end_offset = self.base_offset
        if time_index.timestamps:
            self.largest_timestamp_ms = time_index.timestamps[-1]
            self.offset_of_largest = time_index.offsets[-1] + self.base_offset
        else:
            self.largest_timestamp_ms = NO_TIMESTAMP
            self.offset_of_largest = self.base_offset
        if not index.positions:
            return 0, None
        return index.positions[-1], index.offsets[-1] + self.base_offset

    def count_in(self, batches: Iterable[tuple[int, BatchHeader]], interval_bytes: int) -> None:
        """Take over batches (position, header) that a scan finds behind those counted so far.

        What an error of the scan leaves are the batches in front of it.
        """
        # After kill -9 this runs for every batch that no index knows, hence the local names.
        unindexed_bytes, end_offset = self.unindexed_bytes, self.scanned_end_offset
        largest_timestamp_ms = self.largest_timestamp_ms
        try:
            for position, header in batches:
                (
                    base_offset, batch_length, _, _, _, _, last_offset_delta, _, max_timestamp,
                    _, _, _, _,
                ) = header  # fmt: skip
                end_offset = base_offset + last_offset_delta + 1
                if max_timestamp > largest_timestamp_ms:
                    self.largest_timestamp_ms = largest_timestamp_ms = max_timestamp
                    self.offset_of_largest = end_offset - 1
                if unindexed_bytes > interval_bytes:
                    self.add_index_entries(end_offset - 1, position)
                    unindexed_bytes = 0
                unindexed_bytes += batch_length + LENGTH_PREFIX_BYTES
        finally:
            self.unindexed_bytes, self.scanned_end_offset = unindexed_bytes, end_offset

    def count_indexed(self, header: BatchHeader) -> None:
        """Take over the batch of the last index entry, where a scan begins."""
        if header.max_timestamp > self.largest_timestamp_ms:
            self.largest_timestamp_ms = header.max_timestamp
            self.offset_of_largest = header.last_offset
        self.unindexed_bytes = header.size_bytes
        self.scanned_end_offset = header.next_offset

    def load_largest_timestamp(self) -> int:
        """Return the largest timestamp of the segment's records, -1 when none has one."""
        if self.largest_timestamp_ms == UNKNOWN_TIMESTAMP and not self._read_last_time_entry():
            self._load_indexes()
        return self.largest_timestamp_ms

    def _read_last_time_entry(self) -> bool:
        """Take the largest timestamp from the end of the file: enough for retention."""
        path = self.path(".timeindex")
        found = self._context.files.stat(path)
        if found is None or found.size_bytes < 12 or found.size_bytes % 12:
            return False
        data = OpenFile(self._context.files, path).read(12, found.size_bytes - 12)
        last = TimeIndex.decode(data)
        if not last.timestamps:
            return False
        self.largest_timestamp_ms = last.timestamps[0]
        self.offset_of_largest = last.offsets[0] + self.base_offset
        return True

    def modified_ms(self) -> int:
        """Return when the `.log` file was last written, by the wall clock; 0 when there is none."""
        found = self._context.files.stat(self.log_path)
        return found.modified_ms if found else 0

    def _read_optional(self, suffix: str) -> bytes:
        if not self.exists:
            return b""
        try:
            return read_file(self._context.files, self.path(suffix))
        except FileNotFoundError:
            return b""

    # finding batches

    def headers(self, position: int = 0) -> Iterator[tuple[int, BatchHeader]]:
        """Yield (position, header) of the batches from `position` on, waiting for the disk."""
        if self.size_bytes > position:
            yield from read_headers(self.open_log().read, position, self.size_bytes)

    def headers_from(self, offset: int) -> Iterator[tuple[int, BatchHeader]]:
        """Yield (position, header) of the batches from the one that holds `offset` on."""
        start, _ = self.index.span(max(0, offset - self.base_offset))
        for position, header in self.headers(start):
            if header.last_offset >= offset:
                yield position, header

    def find_batch(self, offset: int) -> tuple[int, BatchHeader] | None:
        """Return the first batch that ends at or behind `offset`; None when there is none."""
        return next(self.headers_from(offset), None)

    def find_position_nowait(self, offset: int) -> int | None:
        """Return where the batch that holds `offset` begins, without waiting for the disk.

        None when there is none; raises ColdPages when the disk would have to be waited for.
        """
        # hot: benchmarks/micro/partition_log_locate.py, 0.2 us per batch that is walked over
        file = self.open_log()
        position, _ = self.index.span(max(0, offset - self.base_offset))
        end = self.size_bytes
        chunk: memoryview | None = None
        at = chunk_bytes = 0
        while position < end:
            if at + FRONT.size > chunk_bytes:
                chunk = file.read_nowait(min(SCAN_BYTES_SMALL, end - position), position)
                chunk_bytes = 0 if chunk is None else len(chunk)
                if chunk is None or chunk_bytes < FRONT.size:
                    raise ColdPages
                at = 0
            assert chunk is not None
            base_offset, batch_length, last_offset_delta = _unpack_front(chunk, at)
            if base_offset + last_offset_delta >= offset:
                return position
            size = batch_length + LENGTH_PREFIX_BYTES
            if size < HEADER_BYTES:
                raise CorruptRecord(f"{self.log_path}: the bytes at {position} are not a batch")
            position += size
            at += size
        return None

    def read_batch(self, position: int, header: BatchHeader) -> bytes:
        """Return the bytes of one batch."""
        return self.open_log().read(header.size_bytes, position)

    def first_at_or_after(self, timestamp_ms: int, start_offset: int) -> Record | None:
        """Return the first record from `start_offset` on that is not older than `timestamp_ms`."""
        offset = self.base_offset + self.time_index.offset_before(timestamp_ms)
        for position, header in self.headers_from(max(offset, start_offset)):
            if header.max_timestamp < timestamp_ms:
                continue
            for record in decode_records(memoryview(self.read_batch(position, header))):
                if record.timestamp_ms >= timestamp_ms and record.offset >= start_offset:
                    return record
        return None


class ColdPages(Exception):  # noqa: N818 - a state of the page cache, caught where it is raised
    """What was to be read without waiting is not in the page cache."""


def read_headers(
    read: Callable[[int, int], bytes], position: int, end: int
) -> Iterator[tuple[int, BatchHeader]]:
    """Yield (position, header) of the batches in [position, end), read by `read(size, position)`.

    Raises CorruptRecord where the bytes are not a whole batch.
    """
    chunk = b""
    chunk_at = position
    chunk_bytes = SCAN_BYTES_SMALL
    while position < end:
        at = position - chunk_at
        if at + HEADER_BYTES > len(chunk):
            # Small batches are read many at a time, of large ones only the header.
            is_near = chunk and at - len(chunk) <= SCAN_SKIP_BYTES_MIN
            chunk_bytes = SCAN_BYTES_LARGE if is_near else SCAN_BYTES_SMALL
            chunk, chunk_at, at = read(min(chunk_bytes, end - position), position), position, 0
        header = header_at(chunk, at, position, end)
        yield position, header
        position += header[1] + LENGTH_PREFIX_BYTES


def header_at(chunk: bytes | memoryview, at: int, position: int, end: int) -> BatchHeader:
    """Return the header at `at` of a chunk, which is at `position` of a file that ends at `end`.

    Raises CorruptRecord when a whole batch cannot be there.
    """
    if len(chunk) - at < HEADER_BYTES:
        raise CorruptRecord(f"{len(chunk) - at} bytes at {position} are no batch header")
    header: BatchHeader = _new_header(BatchHeader, _unpack_header(chunk, at))
    size = header[1] + LENGTH_PREFIX_BYTES
    if header[3] != MAGIC or size < HEADER_BYTES or header[6] < 0:
        raise CorruptRecord(f"the bytes at {position} are not a batch")
    if size > end - position:
        raise CorruptRecord(f"the batch at {position} has {size} bytes, the file ends before")
    return header


class LogSlice:
    """A range of a `.log` file that begins with a whole batch, ready to be read anywhere."""

    __slots__ = ("base_offset", "file", "position", "size")

    def __init__(self, file: OpenFile, position: int, size: int, base_offset: int) -> None:
        self.file = file
        self.position = position
        self.size = size  # bytes; the last batch may be cut off
        self.base_offset = base_offset  # the offset that was asked for

    def read_nowait(self) -> memoryview | None:
        """Return the bytes when all of them are in the page cache, else None."""
        data = self.file.read_nowait(self.size, self.position)
        return data if data is not None and len(data) == self.size else None

    def read(self) -> memoryview:
        """Return the bytes, waiting for the disk: for a thread."""
        return memoryview(self.file.read(self.size, self.position))


class ColdSlice(LogSlice):
    """A slice whose first batch has yet to be found on the disk, by the thread that reads it."""

    __slots__ = ("_end", "_max_bytes")

    def __init__(
        self, file: OpenFile, scan_from: int, end: int, base_offset: int, max_bytes: int
    ) -> None:
        super().__init__(file, scan_from, min(max_bytes, end - scan_from), base_offset)
        self._end = end
        self._max_bytes = max_bytes

    def read_nowait(self) -> memoryview | None:
        """Return None: the thread has to look for the batch."""
        return None

    def read(self) -> memoryview:
        """Find the batch that holds the offset and return the bytes from there on."""
        for position, header in read_headers(self.file.read, self.position, self._end):
            if header.last_offset >= self.base_offset:
                wanted = max(self._max_bytes, header.size_bytes)
                return memoryview(self.file.read(min(wanted, self._end - position), position))
        return memoryview(b"")
