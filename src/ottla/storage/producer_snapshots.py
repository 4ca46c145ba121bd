# SPDX-License-Identifier: Apache-2.0
"""The snapshot files of one log's producer state: which exist, and how the state comes back.

A snapshot named after offset N holds the state just before N. One is kept for every segment's
base offset, and the newest of all, which a flush or a close has written. The state at the end of
the log is the newest usable snapshot plus a replay of the batch headers behind it.

Owned by `PartitionLog`. A snapshot that cannot be read is dropped: the replay then begins earlier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.records.batch import CONTROL, CorruptRecord
from ottla.storage.files import read_file, write_file
from ottla.storage.log_segment import LogSegment, segment_path
from ottla.storage.producer_state import CorruptSnapshot, ProducerState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ottla.records.batch import BatchHeader
    from ottla.storage.files import FileSystem
    from ottla.storage.transaction_index import AbortedTransaction

SUFFIX = ".snapshot"


def snapshot_offsets(names: Iterable[str]) -> list[int]:
    """Return the offsets of the snapshots among a directory's names, rising."""
    return sorted(int(name[:20]) for name in names if len(name) == 29 and name.endswith(SUFFIX))


def write_snapshot(files: FileSystem, directory: str, offset: int, state: ProducerState) -> None:
    """Write the state just before `offset`. Not durable: it can be replayed from the log."""
    write_file(files, segment_path(directory, offset, SUFFIX), state.encode(), durable=False)


def remove_snapshot(files: FileSystem, directory: str, offset: int) -> None:
    """Remove one; harmless when it is gone already."""
    try:
        files.unlink(segment_path(directory, offset, SUFFIX))
    except FileNotFoundError:
        return


def restore(
    files: FileSystem,
    directory: str,
    offsets: list[int],
    segments: Sequence[LogSegment],
    *,
    end_offset: int,
) -> ProducerState:
    """Return the state at `end_offset`; drops snapshots that are behind it or broken.

    The replay also adds what the transaction indexes miss.
    """
    state = ProducerState()
    replay_from = segments[0].base_offset
    while offsets:
        offset = offsets[-1]
        if segments[0].base_offset <= offset <= end_offset:
            try:
                state = ProducerState.decode(
                    read_file(files, segment_path(directory, offset, SUFFIX))
                )
            except (CorruptSnapshot, FileNotFoundError):
                pass
            else:
                replay_from = offset
                break
        offsets.pop()
        remove_snapshot(files, directory, offset)
    for index, segment in enumerate(segments):
        end = segments[index + 1].base_offset if index + 1 < len(segments) else end_offset
        if segment.size_bytes and end > replay_from:
            _replay(state, segment, replay_from, end_offset)
    return state


def _replay(state: ProducerState, segment: LogSegment, replay_from: int, end_offset: int) -> None:
    """Fold the headers of a segment's batches in [replay_from, end_offset) into the state."""
    for position, header in segment.headers_from(max(replay_from, segment.base_offset)):
        if header.base_offset >= end_offset:
            return
        if header.producer_id >= 0 and header.base_offset >= replay_from:
            aborted = _fold(state, segment, position, header)
            if aborted is not None:
                _index_aborted(segment, aborted)


def _fold(
    state: ProducerState, segment: LogSegment, position: int, header: BatchHeader
) -> AbortedTransaction | None:
    """Take a batch of a producer id over into the state; return what its marker has aborted."""
    if not header.attributes & CONTROL:
        state.record(header, header.base_offset)
        return None
    return state.record_marker(header, header.base_offset, segment.read_batch(position, header))


def _index_aborted(segment: LogSegment, aborted: AbortedTransaction) -> None:
    """Add a transaction to the segment's index unless it is there."""
    if all(entry.last_offset != aborted.last_offset for entry in segment.aborted):
        segment.add_aborted(aborted)


class ProducerReplay:
    """The state that comes out of a walk which recovery makes anyway, over the end of a log.

    The batches met are folded into the newest snapshot that a flush had covered; for the walk to
    be of use it begins at `replay_from` or below. When it does not, or when something is cut off
    afterwards, `restore` walks once more.
    """

    __slots__ = ("_aborted", "_is_of_use", "_state", "_walked_from", "replay_from")

    def __init__(
        self,
        files: FileSystem,
        directory: str,
        offsets: Sequence[int],
        *,
        start_offset: int,
        recovery_point: int,
    ) -> None:
        self._state = ProducerState()
        self.replay_from = start_offset
        self._walked_from: int | None = None
        self._aborted: list[tuple[LogSegment, AbortedTransaction]] = []
        self._is_of_use = True
        covered = [offset for offset in offsets if offset <= recovery_point]
        if covered:
            self.replay_from = covered[-1]
            try:
                data = read_file(files, segment_path(directory, covered[-1], SUFFIX))
                self._state = ProducerState.decode(data)
            except (CorruptSnapshot, FileNotFoundError):
                self._is_of_use = False

    def begin(self, offset: int) -> None:
        """Take note that the walk meets every batch from `offset` on."""
        if self._walked_from is None:
            self._walked_from = offset

    def take(self, segment: LogSegment, position: int, header: BatchHeader) -> None:
        """Take over one batch of a producer id."""
        if header.base_offset < self.replay_from or not self._is_of_use:
            return
        try:
            aborted = _fold(self._state, segment, position, header)
        except CorruptRecord:
            self._is_of_use = False  # `restore` will say it: it is no reason to cut the log there
            return
        if aborted is not None:
            self._aborted.append((segment, aborted))

    def give_up(self) -> None:
        """Take note that the walk was not over the log as it is now."""
        self._is_of_use = False

    def finish(self, log_end_offset: int) -> ProducerState | None:
        """Return the state at the end of the log and complete the transaction indexes.

        None when the walk did not give it, and then nothing has changed.
        """
        is_covered = self._walked_from is not None and self._walked_from <= self.replay_from
        if not self._is_of_use or not is_covered or self.replay_from > log_end_offset:
            return None
        for segment, aborted in self._aborted:
            _index_aborted(segment, aborted)
        return self._state
