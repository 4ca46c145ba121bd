# SPDX-License-Identifier: Apache-2.0
"""The subprocess that rewrites the closed segments of one compacted log.

Run as `python -m ottla.storage.compaction_worker`: one job as JSON on standard input, JSON lines
on standard output (progress, then one result or one error), then it ends. A process of its own,
because the work burns CPU per record; niced and paced, because the broker goes first.

It reads closed segments, which nobody changes, and writes new files beside them:

    <base offset>.log.cleaned  .index.cleaned  .timeindex.cleaned  .txnindex.cleaned

all fsynced before the result is printed. It renames and removes nothing: whether the result is
used is decided by the broker (`compaction_swap`), and a crash leaves `.cleaned` files, which the
next start throws away.

`compact` is the work itself, over the file-system port, so that tests run it without a process.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, TextIO

from ottla.base.errors import OttlaError, StorageError
from ottla.records.batch import HEADER_BYTES, MAGIC, CorruptRecord, read_header, verify_crc
from ottla.storage.compaction import SourceSegment, group_segments
from ottla.storage.compaction_filter import (
    BatchFilter,
    FilterCounts,
    KeyOffsetMap,
    LastRecord,
    TransactionTracker,
    note_keys,
)
from ottla.storage.files import LocalFileSystem, OpenFile, read_file
from ottla.storage.log_segment import segment_path
from ottla.storage.offset_index import OffsetIndex
from ottla.storage.time_index import TimeIndex
from ottla.storage.transaction_index import AbortedTransaction, decode_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from ottla.records.batch import BatchHeader
    from ottla.storage.files import FileSystem

CLEANED = ".cleaned"
SUFFIXES = (".log", ".index", ".timeindex", ".txnindex")
_READ_BYTES = 4 << 20
_WRITE_BYTES = 1 << 20
_PROGRESS_BYTES = 16 << 20
_POSITION_MAX = 2**31 - 1
_NICENESS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactionJob:
    """One round on one log."""

    directory: str
    segments: list[SourceSegment]
    """All closed segments, oldest first; those beyond the round's end are left alone."""
    first_dirty_offset: int
    end_offset: int
    """Exclusive end of what may be cleaned; the round ends earlier when the map is full."""
    wall_ms: int
    delete_retention_ms: int
    segment_bytes: int
    segment_index_bytes: int
    index_interval_bytes: int
    dedupe_buffer_bytes: int
    io_bytes_per_second: float
    producers: dict[int, LastRecord] = field(default_factory=dict)

    def to_json(self) -> str:
        """Return the job as the worker's input."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> CompactionJob:
        """Read the worker's input."""
        fields = json.loads(text)
        fields["segments"] = [SourceSegment(*each) for each in fields["segments"]]
        fields["producers"] = {
            int(key): LastRecord(*value) for key, value in fields["producers"].items()
        }
        return cls(**fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactedGroup:
    """One output segment and the inputs that it stands for."""

    base_offset: int
    size_bytes: int
    replaced: list[int]
    """Base offsets of the inputs, oldest first; the first is the output's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompactionResult:
    """What a round made; nothing of it is in force yet."""

    end_offset: int
    """Where the next round's dirty part begins."""
    groups: list[CompactedGroup]
    bytes_read: int
    bytes_written: int
    records_read: int
    records_kept: int

    @classmethod
    def from_json(cls, fields: dict[str, object]) -> CompactionResult:
        """Read the worker's last line."""
        groups = fields.pop("groups")
        assert isinstance(groups, list)
        return cls(groups=[CompactedGroup(**each) for each in groups], **fields)  # type: ignore[arg-type]


class Pacer:
    """Keeps reading and writing below a rate by sleeping."""

    __slots__ = ("_bytes_per_second", "_done_bytes", "_now", "_sleep", "_started")

    def __init__(
        self,
        bytes_per_second: float,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._bytes_per_second = bytes_per_second
        self._now = now
        self._sleep = sleep
        self._started = now()
        self._done_bytes = 0

    def spend(self, size_bytes: int) -> None:
        """Take note of work done, and wait while it is ahead of the rate."""
        self._done_bytes += size_bytes
        ahead = self._done_bytes / self._bytes_per_second - (self._now() - self._started)
        if ahead > 0:
            self._sleep(ahead)


class _Source:
    """Reads batches of the inputs, counted and paced."""

    def __init__(
        self, job: CompactionJob, files: FileSystem, pacer: Pacer, report: Callable[[int], None]
    ) -> None:
        self._directory = job.directory
        self._files = files
        self._pacer = pacer
        self._report = report
        self._reported_bytes = 0
        self.bytes_read = 0

    def batches(self, segment: SourceSegment) -> Iterator[tuple[BatchHeader, memoryview]]:
        """Yield every batch of one segment; `CorruptRecord` names the place of a rotten one."""
        path = segment_path(self._directory, segment.base_offset, ".log")
        file = OpenFile(self._files, path)
        position = 0
        while position < segment.size_bytes:
            left = segment.size_bytes - position
            chunk = memoryview(file.read(min(_READ_BYTES, left), position))
            used = yield from self._batches_in(chunk, path, position)
            if not used:
                size = read_header(chunk).size_bytes
                chunk = memoryview(file.read(min(size, left), position))
                used = yield from self._batches_in(chunk, path, position)
                if not used:
                    raise CorruptRecord(f"{path}: the batch at {position} is cut off")
            position += used
            self._count(used)

    def _batches_in(
        self, chunk: memoryview, path: str, base: int
    ) -> Generator[tuple[BatchHeader, memoryview], None, int]:
        """Yield the whole batches at the front of `chunk`; return how many bytes they have."""
        at = 0
        while at + HEADER_BYTES <= len(chunk):
            header = read_header(chunk, at)
            if header.magic != MAGIC or header.size_bytes < HEADER_BYTES:
                raise CorruptRecord(f"{path}: no batch of magic {MAGIC} at {base + at}")
            if at + header.size_bytes > len(chunk):
                break
            batch = chunk[at : at + header.size_bytes]
            verify_crc(batch)
            yield header, batch
            at += header.size_bytes
        return at

    def _count(self, size_bytes: int) -> None:
        self.bytes_read += size_bytes
        self._pacer.spend(size_bytes)
        if self.bytes_read - self._reported_bytes >= _PROGRESS_BYTES:
            self._reported_bytes = self.bytes_read
            self._report(self.bytes_read)


class _Output:
    """One output segment in the making."""

    def __init__(
        self, job: CompactionJob, files: FileSystem, base_offset: int, pacer: Pacer
    ) -> None:
        self.base_offset = base_offset
        self.size_bytes = 0
        self._directory = job.directory
        self._files = files
        self._interval_bytes = job.index_interval_bytes
        self._pacer = pacer
        self._file = self._create(".log")
        self._pending: list[bytes | memoryview] = []
        self._pending_bytes = 0
        self._index = OffsetIndex()
        self._time_index = TimeIndex()
        self._unindexed_bytes = 0
        self._largest_timestamp_ms = -1
        self._offset_of_largest = 0

    def _create(self, suffix: str) -> OpenFile:
        path = segment_path(self._directory, self.base_offset, suffix) + CLEANED
        file = OpenFile(self._files, path, create=True)
        file.truncate(0)
        return file

    def append(self, header: BatchHeader, batch: bytes | memoryview) -> None:
        """Add a batch; `header` may be the original's, of which offsets are what matters here."""
        kept = read_header(batch)
        if kept.max_timestamp > self._largest_timestamp_ms:
            self._largest_timestamp_ms = kept.max_timestamp
            self._offset_of_largest = header.last_offset - self.base_offset
        if self._unindexed_bytes > self._interval_bytes:
            position = self.size_bytes
            self._index.append(header.last_offset - self.base_offset, position)
            self._time_index.maybe_append(self._largest_timestamp_ms, self._offset_of_largest)
            self._unindexed_bytes = 0
        self._pending.append(batch)
        self._pending_bytes += len(batch)
        self.size_bytes += len(batch)
        self._unindexed_bytes += len(batch)
        if self.size_bytes > _POSITION_MAX:
            raise StorageError(f"segment {self.base_offset} outgrows what an index can address")
        if self._pending_bytes >= _WRITE_BYTES:
            self._write()

    def _write(self) -> None:
        self._file.write(self._pending, self.size_bytes - self._pending_bytes)
        self._pacer.spend(self._pending_bytes)
        self._pending.clear()
        self._pending_bytes = 0

    def finish(self, aborted: Sequence[AbortedTransaction]) -> None:
        """Write what is left and the indexes, all of it durably."""
        if self._pending:
            self._write()
        self._time_index.maybe_append(self._largest_timestamp_ms, self._offset_of_largest)
        self._file.sync()
        contents = {
            ".index": self._index.encode(),
            ".timeindex": self._time_index.encode(),
            ".txnindex": b"".join(each.encode() for each in aborted),
        }
        for suffix, content in contents.items():
            if content or suffix != ".txnindex":
                file = self._create(suffix)
                if content:
                    file.write((content,), 0)
                file.sync()


def compact(
    job: CompactionJob,
    files: FileSystem,
    pacer: Pacer,
    report: Callable[[int], None] = lambda _: None,
) -> CompactionResult:
    """Do one round; raises CorruptRecord, StorageError or OSError, and leaves `.cleaned` files."""
    source = _Source(job, files, pacer, report)
    aborted = _aborted_transactions(job, files)
    keys = _map_keys(job, source, aborted)
    end_offset = keys.next_offset
    inputs = [each for each in job.segments if each.base_offset < end_offset]
    if end_offset == job.first_dirty_offset:
        inputs = []  # not one batch lies whole in the dirty range: nothing to gain
    tracker = TransactionTracker(aborted)
    batch_filter = BatchFilter(
        keys,
        tracker,
        job.producers,
        end_offset=end_offset,
        delete_retention_ms=job.delete_retention_ms,
        wall_ms=job.wall_ms,
    )
    groups = [
        _rewrite(job, files, pacer, source, group, batch_filter, tracker)
        for group in group_segments(
            inputs, segment_bytes=job.segment_bytes, index_bytes=job.segment_index_bytes
        )
    ]
    files.fsync_dir(job.directory)
    return _result(end_offset, groups, source, batch_filter.counts)


def _result(
    end_offset: int, groups: list[CompactedGroup], source: _Source, counts: FilterCounts
) -> CompactionResult:
    return CompactionResult(
        end_offset=end_offset,
        groups=groups,
        bytes_read=source.bytes_read,
        bytes_written=sum(each.size_bytes for each in groups),
        records_read=counts.records_read,
        records_kept=counts.records_kept,
    )


def _aborted_transactions(job: CompactionJob, files: FileSystem) -> list[AbortedTransaction]:
    aborted: list[AbortedTransaction] = []
    for segment in job.segments:
        try:
            content = read_file(
                files, segment_path(job.directory, segment.base_offset, ".txnindex")
            )
        except FileNotFoundError:
            continue
        aborted.extend(decode_entries(content))
    return aborted


def _map_keys(
    job: CompactionJob, source: _Source, aborted: list[AbortedTransaction]
) -> KeyOffsetMap:
    """First pass: the latest offset of each key from the first dirty offset on."""
    keys = KeyOffsetMap(job.dedupe_buffer_bytes)
    keys.next_offset = job.first_dirty_offset
    tracker = TransactionTracker(
        each for each in aborted if each.last_offset >= job.first_dirty_offset
    )
    for segment in job.segments:
        if segment.next_offset <= job.first_dirty_offset:
            continue
        if segment.base_offset >= job.end_offset:
            break
        for header, batch in source.batches(segment):
            if header.last_offset < job.first_dirty_offset:
                continue
            if header.last_offset >= job.end_offset:
                return keys
            if not note_keys(header, batch, keys, tracker, job.first_dirty_offset):
                return keys
        if segment.size_bytes == 0 and segment.next_offset <= job.end_offset:
            keys.next_offset = segment.next_offset  # an earlier round left nothing of it
    return keys


def _rewrite(
    job: CompactionJob,
    files: FileSystem,
    pacer: Pacer,
    source: _Source,
    group: list[SourceSegment],
    batch_filter: BatchFilter,
    tracker: TransactionTracker,
) -> CompactedGroup:
    """Second pass over the segments of one group."""
    output = _Output(job, files, group[0].base_offset, pacer)
    for segment in group:
        for header, batch in source.batches(segment):
            kept = batch_filter.apply(header, batch)
            if kept is not None:
                output.append(header, kept)
    output.finish(tracker.kept)
    tracker.kept = []
    return CompactedGroup(
        base_offset=output.base_offset,
        size_bytes=output.size_bytes,
        replaced=[each.base_offset for each in group],
    )


def main(stdin: TextIO = sys.stdin, stdout: TextIO = sys.stdout) -> int:
    """Do the job on standard input; the exit status says whether it was done."""
    os.nice(_NICENESS)
    job = CompactionJob.from_json(stdin.read())

    def say(message: dict[str, object]) -> None:
        print(json.dumps(message), file=stdout, flush=True)

    try:
        result = compact(
            job,
            LocalFileSystem(),
            Pacer(job.io_bytes_per_second),
            lambda bytes_read: say({"progress": bytes_read}),
        )
    except (OttlaError, OSError) as error:
        say({"error": str(error), "is_io_error": isinstance(error, OSError)})
        return 1
    say({"result": asdict(result)})
    return 0


if __name__ == "__main__":
    sys.exit(main())
