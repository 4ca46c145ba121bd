# SPDX-License-Identifier: Apache-2.0
"""The snapshot files of one log's producer state: which exist, and how the state comes back.

A snapshot named after offset N holds the state just before N. One is kept for every segment's
base offset, and the newest of all, which a flush or a close has written. The state at the end of
the log is the newest usable snapshot plus a replay of the batch headers behind it.

Owned by `PartitionLog`. A snapshot that cannot be read is dropped: the replay then begins earlier.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.records.batch import CONTROL
from ottla.storage.files import read_file, write_file
from ottla.storage.log_segment import LogSegment, segment_path
from ottla.storage.producer_state import CorruptSnapshot, ProducerState

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ottla.storage.files import FileSystem

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
    log_end_offset: int,
) -> ProducerState:
    """Return the state at `log_end_offset`; drops snapshots that are behind it or broken.

    The replay also adds what the transaction indexes miss.
    """
    state = ProducerState()
    replay_from = segments[0].base_offset
    while offsets:
        offset = offsets[-1]
        if segments[0].base_offset <= offset <= log_end_offset:
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
        end = segments[index + 1].base_offset if index + 1 < len(segments) else log_end_offset
        if segment.size_bytes and end > replay_from:
            _replay(state, segment, replay_from)
    return state


def _replay(state: ProducerState, segment: LogSegment, replay_from: int) -> None:
    """Fold the headers of a segment's batches from `replay_from` on into the state."""
    known = {entry.last_offset for entry in segment.aborted}
    for position, header in segment.headers_from(max(replay_from, segment.base_offset)):
        if header.producer_id < 0 or header.base_offset < replay_from:
            continue
        if not header.attributes & CONTROL:
            state.record(header, header.base_offset)
            continue
        batch = segment.read_batch(position, header)
        aborted = state.record_marker(header, header.base_offset, batch)
        if aborted is not None and aborted.last_offset not in known:
            segment.add_aborted(aborted)
