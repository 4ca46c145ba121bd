# SPDX-License-Identifier: Apache-2.0
"""Opening a log that was not closed: what is on the disk is judged batch by batch.

Everything below the recovery point was on the disk when the log lived, so only what lies behind it
is read and checked. Checked is each batch's CRC, and what the CRC does not cover: magic, length
within the file, offsets that go on where the last batch ended, leader epochs that never fall.

What a start waits for is the walk from batch to batch (3 us each) and the reading (0.1 ms a MB from
the page cache), hardly the CRC (0.03 ms a MB). So batches are read many at a time, one walk serves
the indexes, the leader epochs and the producers, and it begins at the last index entry that a flush
has saved (`log_writer`); up to the recovery point it looks at headers only.

What the first bad batch means depends on where it lies:

* *Torn tail*: behind the recovery point and the high watermark, and no valid batch after it. It is
  cut off: nobody was promised it.
* *Out of order or rotten*: behind the recovery point, but valid batches follow or the high
  watermark is above. The bytes are copied to a `.corrupt` file, cut off, and reported as
  `Corruption`. A power cut does this to bytes that were never flushed.
* *Rot*: below the recovery point. `CorruptLog` is raised and nothing is touched until somebody
  asks for a repair.
* *Lost tail*: the log ends properly, but below the recovery point or the high watermark.
  Reported as `Corruption`.

Recovery changes nothing that it would judge differently the next time: a crash in the middle of it
leads to the same log.

Called by `PartitionLog.open`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from ottla.base.errors import OttlaError
from ottla.records.batch import (
    HEADER_BYTES,
    LENGTH_PREFIX_BYTES,
    MAGIC,
    CorruptRecord,
    compute_crc,
    read_header,
)
from ottla.storage.files import OpenFile, write_file
from ottla.storage.log_segment import (
    DELETED,
    LogSegment,
    header_at,
    read_headers,
    segment_path,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ottla.records.batch import BatchHeader
    from ottla.storage.files import FileSystem
    from ottla.storage.leader_epochs import LeaderEpochs
    from ottla.storage.producer_snapshots import ProducerReplay

    FoundBatch: TypeAlias = tuple[int, BatchHeader, memoryview | None]
    """Position, header, and the bytes when they are to be checked."""

CORRUPT: Final = ".corrupt"
CLEANED: Final = ".cleaned"
SWAP: Final = ".swap"
TEMPORARY: Final = ".tmp"
SEARCH_BYTES: Final = 1 << 20
CHUNK_BYTES: Final = 256 << 10
"""What is read at once where whole batches are checked."""
INT32_MAX: Final = 2**31 - 1


class Corruption(NamedTuple):
    """Records that opening a log had to give up."""

    path: str  # the segment's `.log` file
    position: int  # where the first bad byte range begins in it
    offset: int  # the first offset that is gone: the log now ends there
    reason: str
    kept: tuple[str, ...]  # where the bytes were copied to


class CorruptLog(OttlaError):  # noqa: N818 - names what was found
    """A batch is damaged that had been safe on the disk; the log stays closed and untouched."""

    def __init__(self, corruption: Corruption) -> None:
        super().__init__(
            f"{corruption.path} is damaged at byte {corruption.position} (offset "
            f"{corruption.offset}), below its recovery point: {corruption.reason}. "
            "Restore the partition from another replica or a backup, or ask for a repair, "
            "which keeps a copy and cuts the log there."
        )
        self.corruption = corruption


class Recovered(NamedTuple):
    """The outcome of `recover_segments`."""

    segment_count: int  # of the oldest segments: these survive, the others were set aside
    log_end_offset: int
    corruption: Corruption | None


class _Damage(NamedTuple):
    """The first bad batch."""

    number: int  # of the segment
    position: int
    offset: int
    reason: str


def recover_segments(
    segments: Sequence[LogSegment],
    epochs: LeaderEpochs,
    producers: ProducerReplay,
    *,
    recovery_point: int,
    high_watermark: int,
    holes_allowed: bool,
    index_interval_bytes: int,
    repair: bool,
) -> Recovered:
    """Check the segments behind the recovery point and cut the log at the first bad batch.

    Indexes and leader epochs are completed on the way, and `producers` sees every batch that is
    walked over. Raises CorruptLog.
    """
    damage = None
    end_offset = segments[0].base_offset
    rebuild = not epochs.entries  # every batch has to be seen for its leader epoch
    for number, segment in enumerate(segments):
        next_base = segments[number + 1].base_offset if number + 1 < len(segments) else None
        if next_base is not None and next_base <= recovery_point and not rebuild:
            end_offset = next_base
            continue
        check = _SegmentCheck(
            segment, epochs, producers, recovery_point, next_base, holes_allowed=holes_allowed
        )
        reason = check.run(index_interval_bytes, rebuild=rebuild)
        end_offset = check.expected_offset
        if reason is not None:
            damage = _Damage(number, check.position, check.expected_offset, reason)
            break
        if next_base is not None and next_base > end_offset and not holes_allowed:
            reason = f"offsets {end_offset} to {next_base - 1} are missing"
            damage = _Damage(number, segment.size_bytes, end_offset, reason)
            break
        if next_base is not None:
            segment.save_indexes(final=True)  # nothing will be appended that would save them
    if damage is None:
        lost = None
        reached = max(recovery_point, high_watermark)
        if end_offset < reached:
            reason = f"the log had reached offset {reached}"
            last = segments[-1]
            lost = Corruption(last.log_path, last.size_bytes, end_offset, reason, ())
        return Recovered(len(segments), end_offset, lost)
    producers.give_up()  # it has seen what is cut now
    return _cut(segments, damage, recovery_point, high_watermark, repair=repair)


def _cut(
    segments: Sequence[LogSegment],
    damage: _Damage,
    recovery_point: int,
    high_watermark: int,
    *,
    repair: bool,
) -> Recovered:
    """Tell a torn tail from rot, keep what rot destroys, and cut."""
    segment = segments[damage.number]
    found = Corruption(segment.log_path, damage.position, damage.offset, damage.reason, ())
    if damage.offset < recovery_point and not repair:
        raise CorruptLog(found)
    later = segments[damage.number + 1 :]
    is_torn = (
        damage.offset >= max(recovery_point, high_watermark)
        and not any(other.size_bytes for other in later)
        and not _valid_batch_behind(segment, damage)
    )
    if not is_torn:
        kept = [_keep_copy(segment, damage)]
        for other in later:
            kept += other.set_aside(CORRUPT)
        found = found._replace(kept=tuple(filter(None, kept)))
    else:
        for other in later:
            other.set_aside(None)
    segment.cut(damage.position, damage.offset)
    return Recovered(damage.number + 1, damage.offset, None if is_torn else found)


class _SegmentCheck:
    """A walk over one segment's batches."""

    def __init__(
        self,
        segment: LogSegment,
        epochs: LeaderEpochs,
        producers: ProducerReplay,
        recovery_point: int,
        next_base: int | None,
        *,
        holes_allowed: bool,
    ) -> None:
        self._segment = segment
        self._epochs = epochs
        self._producers = producers
        self._recovery_point = recovery_point
        self._holes_allowed = holes_allowed and next_base is not None
        self._last_offset_max = segment.base_offset + INT32_MAX
        if next_base is not None:
            self._last_offset_max = min(self._last_offset_max, next_base - 1)
        self._last: tuple[int, BatchHeader] | None = None  # that seemed right
        self._reason: str | None = None  # what is wrong with the batch behind it
        self.position = 0
        self.expected_offset = segment.base_offset

    def run(self, index_interval_bytes: int, *, rebuild: bool) -> str | None:
        """Check from an index entry below the recovery point on; say what is wrong.

        With `rebuild` the indexes are made again from the first batch on.
        """
        segment = self._segment
        if not segment.exists:
            return None
        reason = self._walk(index_interval_bytes, rebuild=rebuild)
        if reason is not None and self.position == 0 and segment.index.positions:
            self._producers.give_up()  # it would see everything twice
            reason = self._walk(index_interval_bytes, rebuild=True)  # the index may be the liar
        if reason is not None:
            self._blame_unverified()
        return reason

    def _blame_unverified(self) -> None:
        """Step back when the last good batch was not read whole and is bad after all.

        Where a length is wrong, the damage shows only at what seems to be the next batch.
        """
        if self._last is not None:
            position, header = self._last
            batch = self._segment.read_batch(position, header)
            if compute_crc(batch) != header.crc:
                self.position, self.expected_offset = position, header.base_offset

    def _walk(self, index_interval_bytes: int, *, rebuild: bool) -> str | None:
        segment = self._segment
        start, indexed_offset = self._begin(rebuild=rebuild)
        self._last = None
        self.position = start
        self.expected_offset = segment.base_offset
        batches = read_batches(
            segment.open_log().read, start, segment.size_bytes, self._recovery_point
        )
        try:
            first = next(batches, None)
            reason = first and self._take_first(first, indexed_offset, index_interval_bytes)
        except CorruptRecord as error:
            if start > 0:
                self.position = 0  # an index entry that points to no batch
            return str(error)
        if first is None or reason is not None:
            return reason
        try:
            segment.count_in(self._sound(batches, first), index_interval_bytes)
        except CorruptRecord as error:
            return str(error)
        return self._reason

    def _take_first(
        self, first: FoundBatch, indexed_offset: int | None, index_interval_bytes: int
    ) -> str | None:
        """Take over the batch where the walk begins, indexed or not; say what is wrong."""
        segment = self._segment
        position, header, batch = first
        reason = self._judge(header, is_at=position)
        if reason is None and header.base_offset >= self._recovery_point:
            reason = _judge_crc(header, batch)
        self._epochs.truncate_from_end(header.base_offset + 1)
        if indexed_offset is not None:
            if header.last_offset != indexed_offset:
                self.position = 0
                return "its index is of another log"
            segment.count_indexed(header)
        elif reason is None:
            segment.count_in([(position, header)], index_interval_bytes)
        if reason is not None:
            return reason
        if header.partition_leader_epoch >= 0:
            self._epochs.assign(header.partition_leader_epoch, header.base_offset)
        self._producers.begin(segment.base_offset if position == 0 else header.base_offset)
        if header.producer_id >= 0:
            self._producers.take(segment, position, header)
        self._accept(position, header)
        return None

    def _sound(
        self, batches: Iterator[FoundBatch], first: FoundBatch
    ) -> Iterator[tuple[int, BatchHeader]]:
        """Yield the batches behind the first up to the one that is wrong, `_reason` says why.

        After kill -9 every batch behind the last index entry comes through here.
        """
        segment = self._segment
        recovery_point, last_offset_max = self._recovery_point, self._last_offset_max
        position, header, _ = first
        known_epoch = header.partition_leader_epoch
        expected = header.next_offset
        try:
            for at, found, batch in batches:
                (
                    base_offset, _, leader_epoch, _, _, _, last_offset_delta, _, _,
                    producer_id, _, _, _,
                ) = found  # fmt: skip
                last_offset = base_offset + last_offset_delta
                if (
                    base_offset != expected
                    or leader_epoch != known_epoch
                    or last_offset > last_offset_max
                ):
                    self.expected_offset = expected
                    self._reason = self._judge(found)
                    if self._reason is not None:
                        return
                    if leader_epoch >= 0:
                        self._epochs.assign(leader_epoch, base_offset)
                    known_epoch = leader_epoch
                if base_offset >= recovery_point:
                    self._reason = _judge_crc(found, batch)
                    if self._reason is not None:
                        return
                if producer_id >= 0:
                    self._producers.take(segment, at, found)
                position, header, expected = at, found, last_offset + 1
                yield at, found
        finally:
            self._accept(position, header)

    def _accept(self, position: int, header: BatchHeader) -> None:
        """Count all batches up to this one to the log."""
        self._last = position, header
        self.position = position + header.size_bytes
        self.expected_offset = header.next_offset

    def _begin(self, *, rebuild: bool) -> tuple[int, int | None]:
        """Return where to begin, and the last offset of the batch there if it is indexed."""
        segment = self._segment
        if rebuild:
            segment.reset_indexes()
            return segment.begin_scan()
        segment.read_index_files()
        begin_at = self._recovery_point
        if segment.base_offset <= self._producers.replay_from < begin_at:
            begin_at = self._producers.replay_from  # one walk serves both
        trusted = segment.index.truncate_offset(begin_at - segment.base_offset)
        segment.time_index.truncate(trusted)
        if not segment.time_index.timestamps:
            segment.reset_indexes()  # the largest timestamp so far is unknown
        return segment.begin_scan()

    def _judge(self, header: BatchHeader, *, is_at: int | None = None) -> str | None:
        """Return what is wrong with a batch's place in the log, None when nothing is.

        The first batch of a walk says where it `is_at`.
        """
        if is_at:
            is_next = header.base_offset >= self._segment.base_offset
        elif self._holes_allowed or is_at is not None:
            is_next = header.base_offset >= self.expected_offset
        else:
            is_next = header.base_offset == self.expected_offset
        if not is_next:
            return f"base offset {header.base_offset} follows {self.expected_offset - 1}"
        if header.last_offset > self._last_offset_max:
            return f"offset {header.last_offset} does not belong here"
        if -1 < header.partition_leader_epoch < self._epochs.epoch_of(header.base_offset):
            return f"leader epoch falls to {header.partition_leader_epoch}"
        return None


def _judge_crc(header: BatchHeader, batch: memoryview | None) -> str | None:
    assert batch is not None, header
    return None if compute_crc(batch) == header.crc else "the batch's CRC does not match"


def read_batches(
    read: Callable[[int, int], bytes], position: int, end: int, whole_from: int
) -> Iterator[FoundBatch]:
    """Yield the batches in [position, end), read by `read(size, position)`.

    Their bytes come along from the first one on whose base offset is not below `whole_from`; many
    are read at once. Raises CorruptRecord where the bytes are not a whole batch.
    """
    for at, header in read_headers(read, position, end):
        position = at
        if header.base_offset >= whole_from:
            break
        yield at, header, None
    else:
        return
    chunk = memoryview(b"")
    chunk_at = position
    while position < end:
        at = position - chunk_at
        if at + HEADER_BYTES > len(chunk):
            chunk = memoryview(read(min(CHUNK_BYTES, end - position), position))
            chunk_at, at = position, 0
        header = header_at(chunk, at, position, end)
        size = header[1] + LENGTH_PREFIX_BYTES
        if at + size > len(chunk):
            # The next header comes along, so that large batches are not read one and a half times.
            wanted = min(max(CHUNK_BYTES, size + HEADER_BYTES), end - position)
            chunk = memoryview(read(wanted, position))
            chunk_at, at = position, 0
            if size > len(chunk):
                raise CorruptRecord(f"the batch at {position} is cut off")
        yield position, header, chunk[at : at + size]
        position += size


def _valid_batch_behind(segment: LogSegment, damage: _Damage) -> bool:
    """Look for a batch behind the bad one that is whole and has its CRC right.

    Lengths are not to be trusted any more, so every byte that could be a magic is tried.
    """
    file = segment.open_log()
    position = damage.position + 1
    while position + HEADER_BYTES <= segment.size_bytes:
        chunk = file.read(min(SEARCH_BYTES + HEADER_BYTES, segment.size_bytes - position), position)
        for match in re.finditer(b"\x02", chunk):
            at = match.start() - 16
            if 0 <= at <= len(chunk) - HEADER_BYTES:
                header = read_header(chunk, at)
                if _is_batch(file, segment, position + at, header, damage.offset):
                    return True
        position += SEARCH_BYTES
    return False


def _is_batch(
    file: OpenFile, segment: LogSegment, position: int, header: BatchHeader, offset: int
) -> bool:
    """Whether a candidate is a batch; the cheap tests come first."""
    size = header.size_bytes
    return (
        header.magic == MAGIC
        and HEADER_BYTES <= size <= segment.size_bytes - position
        and offset <= header.base_offset <= segment.base_offset + INT32_MAX
        and 0 <= header.record_count <= header.last_offset_delta + 1
        and compute_crc(file.read(size, position)) == header.crc
    )


def _keep_copy(segment: LogSegment, damage: _Damage) -> str:
    """Copy the bytes from the damage on to a file of their own; return its path, "" if none."""
    rest = segment.size_bytes - damage.position
    if rest <= 0:
        return ""
    path = segment_path(segment.directory, damage.offset, ".log" + CORRUPT)
    data = segment.open_log().read(rest, damage.position)
    write_file(segment.files, path, data)
    return path


def settle_transient_files(files: FileSystem, directory: str, names: Sequence[str]) -> list[str]:
    """Finish or undo what a crash interrupted; return the names that are there afterwards.

    `.swap` is a finished compaction: it replaces the segments that it covers. `.cleaned` is an
    unfinished one, `.deleted` and `.tmp` are on their way out.
    """
    if not any(name.endswith((DELETED, CLEANED, SWAP, TEMPORARY)) for name in names):
        return list(names)
    kept = set(names)
    for name in sorted(names):
        if name.endswith((DELETED, CLEANED, TEMPORARY)):
            files.unlink(f"{directory}/{name}")
            kept.discard(name)
    for name in sorted(kept):
        if name.endswith(".log" + SWAP):
            _finish_swap(files, directory, kept, int(name[:20]))
    for name in sorted(kept):
        if name.endswith(SWAP):  # of an index whose log was renamed before the crash
            files.rename(f"{directory}/{name}", f"{directory}/{name.removesuffix(SWAP)}")
            kept.discard(name)
            kept.add(name.removesuffix(SWAP))
    files.fsync_dir(directory)
    return sorted(kept)


def _finish_swap(files: FileSystem, directory: str, names: set[str], base_offset: int) -> None:
    """Put a compacted segment in the place of those that it covers."""
    swapped = segment_path(directory, base_offset, ".log" + SWAP)
    found = files.stat(swapped)
    end_offset = base_offset + 1
    if found is not None:
        for _, header in read_headers(OpenFile(files, swapped).read, 0, found.size_bytes):
            end_offset = header.next_offset
    for name in sorted(names):
        covered = name[:20].isdigit() and base_offset <= int(name[:20]) < end_offset
        if covered and name[20:] in (".log", ".index", ".timeindex", ".txnindex"):
            files.unlink(f"{directory}/{name}")
            names.discard(name)
    for suffix in (".index", ".timeindex", ".txnindex", ".log"):
        name = f"{base_offset:020d}{suffix}"
        if name + SWAP in names:
            files.rename(f"{directory}/{name}{SWAP}", f"{directory}/{name}")
            names.discard(name + SWAP)
            names.add(name)
