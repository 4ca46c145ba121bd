# SPDX-License-Identifier: Apache-2.0
"""One replica on its way from one log directory to another of the same broker.

    /a/orders-3                  serves, and is appended to
    /b/orders-3.<uuid>-future    a copy that is not complete yet

The copy is made in *passes*. The loop says which bytes of which segments are still to come, a
thread copies and fsyncs them, the loop takes note. What is closed is copied once, with its indexes.
When little is left, the loop itself copies the rest and *hands over*: the copy gets the live name,
and the very same `PartitionLog` goes on in the new directory. So whoever holds the log need not
know: parked requests, coordinators, flushes under way.

    step                                            after a crash
    ----------------------------------------------  ------------------------------------------------
    passes                                          the old directory serves; the move begins anew
    loop: rest copied, copy renamed to its name     both have the name: the fuller one serves
    thread: new parent fsynced, then the old        likewise, or only the new one is there
    directory renamed to `-delete`

Two rules make that safe for a power cut as well. The log's recovery point may not lie behind what
was fsynced of the copy: a hand-over waits for a pass that covers it. And nothing that is written
after the hand-over counts as flushed before the new directory's name is durable (see
`PartitionLog.relocated_to`).

What was copied is forgotten when the log was truncated, and a segment when it is not the one that
was copied any more (retention, compaction).

Owned by the event loop; `CopyPass.run` is made for a thread. Driven by `log_moves`.
"""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NamedTuple

from ottla.base.errors import OttlaError, StorageError
from ottla.storage import leader_epochs, partition_metadata
from ottla.storage.files import DiskFull, OpenFile, read_file, write_file
from ottla.storage.log_segment import segment_path
from ottla.storage.producer_snapshots import SUFFIX as SNAPSHOT
from ottla.storage.producer_snapshots import snapshot_offsets

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ottla.storage.files import FileSystem
    from ottla.storage.log_directory import LogDirectory
    from ottla.storage.log_segment import LogSegment
    from ottla.storage.partition_log import PartitionLog

PASS_BYTES: Final = 64 << 20
"""After so much a thread comes back, so that a broker that stops does not wait for long."""
CHUNK_BYTES: Final = 1 << 20
HAND_OVER_BYTES_MAX: Final = 1 << 20
"""The loop copies no more than this by itself, half a millisecond's work; after each pass that did
not get there twice as much, since a busy log would never arrive."""
HAND_OVER_DOUBLINGS_MAX: Final = 4
HAND_OVER_TRIES_MAX: Final = 8
"""When the recovery point was ahead of the copy so often, the loop waits for the disk once."""

NOT_COPIED = -1

INDEX_SUFFIXES = (".index", ".timeindex", ".txnindex")
_SEGMENT_SUFFIXES = (".log", *INDEX_SUFFIXES)
_BASE_DIGITS = 20


class SourceGone(OttlaError):  # noqa: N818 - names what happened
    """A file went while it was copied: retention, compaction, a deleted topic."""


class SourceFailed(StorageError):  # noqa: N818 - names what happened
    """The directory that serves cannot be read."""


class _Piece(NamedTuple):
    """What one pass copies of one segment."""

    segment: LogSegment
    source: str  # path of the `.log` file
    start: int
    end: int
    is_whole: bool  # closed, and complete with this piece: the indexes come along


class _Copy(NamedTuple):
    """What the copy has of one segment."""

    segment: LogSegment
    size_bytes: int
    is_whole: bool


class CopyPass:
    """One pass: `run` in a thread."""

    __slots__ = (
        "_begins",
        "_files",
        "_kept",
        "_source",
        "_target",
        "end_offset",
        "pieces",
        "truncations",
    )

    def __init__(
        self, move: LogMove, pieces: Sequence[_Piece], end_offset: int, *, begins: bool
    ) -> None:
        log = move.log
        self._begins = begins  # whatever is there already is worthless
        self._files = move.files
        self._source = log.directory
        self._target = move.path
        self._kept = frozenset(log.bases)
        self.pieces = pieces
        self.end_offset = end_offset  # of the log, when all of it is copied with this; else -1
        self.truncations = log.truncation_count

    def run(self) -> None:
        """Copy, and wait for the disk. Raises SourceGone, SourceFailed, DiskFull, OSError."""
        try:
            self._remove_stale()
            for piece in self.pieces:
                self._copy_segment(piece)
            self._copy_small_files()
            self._files.fsync_dir(self._target)
        except OSError as error:
            if error.errno in (errno.ENOSPC, errno.EDQUOT):
                raise DiskFull(f"no room in {self._target}") from error
            raise

    def _remove_stale(self) -> None:
        """Remove what was copied of segments that the log has no more; all of it at a beginning."""
        for name in self._files.listdir(self._target):
            base = name[:_BASE_DIGITS]
            is_kept = base.isdigit() and int(base) in self._kept
            if self._begins or (name.endswith(_SEGMENT_SUFFIXES) and not is_kept):
                self._files.unlink(f"{self._target}/{name}")

    def _copy_segment(self, piece: _Piece) -> None:
        base_offset = piece.segment.base_offset
        with _reading():
            source = OpenFile(self._files, piece.source)
        target = OpenFile(self._files, segment_path(self._target, base_offset, ".log"), create=True)
        target.truncate(piece.start)
        position = piece.start
        while position < piece.end:
            with _reading():
                data = source.read(min(CHUNK_BYTES, piece.end - position), position)
            if not data:
                raise SourceGone(f"{piece.source} was cut")
            target.write((data,), position)
            position += len(data)
        target.sync()
        if piece.is_whole:
            for suffix in INDEX_SUFFIXES:
                # The others can be made again, and are not waited for where they are written.
                must_sync = suffix == ".txnindex"
                self._copy_file(
                    segment_path(self._source, base_offset, suffix), must_sync=must_sync
                )

    def _copy_small_files(self) -> None:
        with _reading():
            names = self._files.listdir(self._source)
        snapshots = {name for name in names if name.endswith(SNAPSHOT)}
        copied = {name for name in self._files.listdir(self._target) if name.endswith(SNAPSHOT)}
        for name in sorted(copied - snapshots):
            self._files.unlink(f"{self._target}/{name}")
        for name in sorted(snapshots - copied):
            self._copy_file(f"{self._source}/{name}", must_sync=False)
        for name in (leader_epochs.FILE_NAME, partition_metadata.FILE_NAME):
            self._copy_file(f"{self._source}/{name}", must_sync=True)

    def _copy_file(self, source: str, *, must_sync: bool) -> None:
        """Copy a small file, if there is one."""
        try:
            with _reading():
                content = read_file(self._files, source)
        except SourceGone:
            return
        target = f"{self._target}/{os.path.basename(source)}"
        file = OpenFile(self._files, target, create=True)
        file.truncate(0)
        file.write((content,), 0)
        if must_sync:
            file.sync()


class LogMove:
    """One move; see the module's text."""

    __slots__ = (
        "_complete_pass_count",
        "_copied",
        "_synced_end",
        "_tries",
        "_truncations",
        "files",
        "log",
        "path",
        "target",
    )

    def __init__(
        self, log: PartitionLog, target: LogDirectory, path: str, files: FileSystem
    ) -> None:
        self.log = log
        self.target = target
        self.path = path  # of the copy
        self.files = files
        self._copied: dict[int, _Copy] = {}  # by base offset
        self._synced_end = NOT_COPIED  # log end offset up to which the copy is complete and on disk
        self._complete_pass_count = 0  # passes with which the copy had all there was
        self._truncations = log.truncation_count
        self._tries = 0

    @property
    def size_bytes(self) -> int:
        """Of the copy."""
        return sum(copy.size_bytes for copy in self._copied.values())

    @property
    def end_offset(self) -> int:
        """Everything below is in the copy."""
        if self._synced_end != NOT_COPIED:
            return self._synced_end
        log = self.log
        for segment, base_offset in zip(log.segments, log.bases, strict=True):
            copy = self._copied.get(base_offset)
            if copy is None or copy.segment is not segment or not copy.is_whole:
                return max(base_offset, log.log_start_offset)
        return log.log_end_offset

    def next_pass(self) -> CopyPass:
        """Return what is to be copied next."""
        log = self.log
        log.write_staged()
        self._forget_stale()
        pieces: list[_Piece] = []
        budget = PASS_BYTES
        last = log.segments[-1]
        for segment in log.segments:
            copy = self._copied.get(segment.base_offset)
            done = 0 if copy is None else copy.size_bytes
            if not segment.exists or (copy and done == segment.size_bytes and copy.is_whole):
                continue
            if copy and done == segment.size_bytes and segment is last:
                continue
            end = min(segment.size_bytes, done + budget)
            is_whole = segment is not last and end == segment.size_bytes
            pieces.append(_Piece(segment, segment.log_path, done, end, is_whole))
            budget -= end - done
            if budget <= 0:
                break
        end_offset = log.log_end_offset if budget > 0 else NOT_COPIED
        return CopyPass(self, pieces, end_offset, begins=not self._copied)

    def _forget_stale(self) -> None:
        """Forget what was copied of bytes that the log does not have any more."""
        log = self.log
        if log.truncation_count != self._truncations:
            self._truncations = log.truncation_count
            self._copied.clear()
            self._synced_end = NOT_COPIED
        by_base = dict(zip(log.bases, log.segments, strict=True))
        stale = [base for base, copy in self._copied.items() if by_base.get(base) != copy.segment]
        for base in stale:
            del self._copied[base]
            self._synced_end = NOT_COPIED

    def copied(self, done: CopyPass) -> None:
        """Take note that a pass has come back."""
        if done.truncations != self._truncations:
            return
        for piece in done.pieces:
            self._copied[piece.segment.base_offset] = _Copy(
                piece.segment, piece.end, piece.is_whole
            )
        self._synced_end = done.end_offset
        self._complete_pass_count += done.end_offset != NOT_COPIED
        self._forget_stale()

    def may_hand_over(self) -> bool:
        """Whether so little is left that the loop can do it; counts how often it could not be."""
        log = self.log
        log.write_staged()
        self._forget_stale()
        if self._synced_end == NOT_COPIED:
            return False
        doublings = min(self._complete_pass_count - 1, HAND_OVER_DOUBLINGS_MAX)
        if self._left_bytes() > HAND_OVER_BYTES_MAX << doublings:
            return False
        if self._synced_end >= log.recovery_point:
            return True
        self._tries += 1
        return self._tries > HAND_OVER_TRIES_MAX

    def _left_bytes(self) -> int:
        return sum(segment.size_bytes - self._done_bytes(segment) for segment in self.log.segments)

    def _done_bytes(self, segment: LogSegment) -> int:
        copy = self._copied.get(segment.base_offset)
        return 0 if copy is None else copy.size_bytes

    def hand_over(self) -> None:
        """Let the log go on in the new directory. Raises OSError, and then nothing has changed."""
        log, files = self.log, self.files
        must_sync = self._synced_end < log.recovery_point
        for segment in log.segments:
            copy = self._copied.get(segment.base_offset)
            if segment.exists and not (copy is not None and copy.is_whole):
                self._copy_rest(segment, must_sync=must_sync)
        log.write_epochs_to(self.path)
        snapshots = snapshot_offsets(files.listdir(self.path))
        for offset in snapshots:
            if offset not in log.snapshots:
                files.unlink(segment_path(self.path, offset, SNAPSHOT))
        live = self.target.file(os.path.basename(log.directory))
        files.rename(self.path, live)
        log.relocated_to(live, log.log_end_offset if must_sync else self._synced_end, snapshots)

    def _copy_rest(self, segment: LogSegment, *, must_sync: bool) -> None:
        """Copy what the passes have not, on the loop: it is little, and in the page cache."""
        files = self.files
        path = segment_path(self.path, segment.base_offset, ".log")
        file = OpenFile(files, path, create=True)
        done = self._done_bytes(segment)
        if segment.size_bytes > done:
            file.write((segment.open_log().read(segment.size_bytes - done, done),), done)
        if must_sync:
            file.sync()
        # The indexes of the active segment are in memory, and saved when they are due.
        suffixes = (".txnindex",) if segment.is_active else INDEX_SUFFIXES
        for suffix in suffixes:
            source = segment.path(suffix)
            if files.stat(source) is not None:
                target = segment_path(self.path, segment.base_offset, suffix)
                write_file(files, target, read_file(files, source), durable=must_sync)


@contextmanager
def _reading() -> Iterator[None]:
    """Tell errors of the old directory from those of the new one."""
    try:
        yield
    except FileNotFoundError as error:
        raise SourceGone(str(error)) from error
    except OSError as error:
        raise SourceFailed(str(error)) from error
