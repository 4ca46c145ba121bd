# SPDX-License-Identifier: Apache-2.0
"""Putting compacted segments in the place of those they were made of, safe at every step.

The worker leaves files with the suffix `.cleaned`. Three steps follow, each of which may be the
last before a crash:

1. `prepare`, in a thread. A *plan* `<base offset>.merge` names the segments that the new one
   covers, one base offset a line. Then the index files become `.swap`, then the `.log` file, with
   an fsync of the directory after each: where a `.log.swap` exists, all else that belongs to it
   does.
2. `swap_in`, on the loop, renames only. The covered segments become `.deleted` and the new files
   get their final names; the log serves the new segment from here on. Readers of the old files go
   on with the descriptors they have.
3. `finish`, in a thread. fsync of the directory, then `.deleted` files and plans go.

The plan is there because nobody orders these renames but the file system: with the `.log` of the
new segment in place and an old one not yet gone, the log would hold records twice. A start reads
it (`settle_merges`, before `recovery.settle_transient_files` looks at `.swap` files):

    the `.log` of the new segment is    then
    ----------------------------------  -------------------------------------------------------
    `.cleaned`                          step 1 was cut short: forget the plan
    `.swap`, or has its final name      the covered segments go, if they have not gone already

`discard` gives up an outcome that the broker does not want any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.storage.compaction_worker import CLEANED, SUFFIXES
from ottla.storage.files import read_file, write_file
from ottla.storage.log_segment import DELETED, segment_path
from ottla.storage.producer_snapshots import SUFFIX as SNAPSHOT
from ottla.storage.recovery import SWAP

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ottla.storage.compaction_worker import CompactedGroup
    from ottla.storage.files import FileSystem
    from ottla.storage.partition_log import PartitionLog

MERGE = ".merge"


def prepare(files: FileSystem, directory: str, groups: Sequence[CompactedGroup]) -> None:
    """Step 1. Raises OSError; `discard` then cleans up."""
    for group in groups:
        lines = "".join(f"{base_offset}\n" for base_offset in group.replaced)
        path = segment_path(directory, group.base_offset, MERGE)
        write_file(files, path, lines.encode("ascii"))
    for suffixes in (SUFFIXES[1:], SUFFIXES[:1]):
        for group in groups:
            for suffix in suffixes:
                path = segment_path(directory, group.base_offset, suffix)
                _rename_if_there(files, path + CLEANED, path + SWAP)
        files.fsync_dir(directory)


def swap_in(files: FileSystem, log: PartitionLog, groups: Sequence[CompactedGroup]) -> list[str]:
    """Step 2: let the log serve the new segments; return the files that `finish` removes."""
    deleted: list[str] = []
    by_base = {segment.base_offset: segment for segment in log.segments}
    for group in groups:
        for base_offset in group.replaced:
            for suffix in SUFFIXES:
                path = segment_path(log.directory, base_offset, suffix)
                if _rename_if_there(files, path, path + DELETED):
                    deleted.append(path + DELETED)
        for suffix in reversed(SUFFIXES):
            path = segment_path(log.directory, group.base_offset, suffix)
            _rename_if_there(files, path + SWAP, path)
        old = [by_base[base_offset] for base_offset in group.replaced]
        log.replace_segments(old, group.base_offset, group.size_bytes)
        deleted += [
            # Snapshots are kept at the beginnings of segments, which these no longer are.
            *(segment_path(log.directory, each, SNAPSHOT) for each in group.replaced[1:]),
            segment_path(log.directory, group.base_offset, MERGE),
        ]
    return deleted


def finish(files: FileSystem, directory: str, deleted: Iterable[str]) -> None:
    """Step 3. Raises OSError."""
    files.fsync_dir(directory)
    for path in deleted:
        _unlink_if_there(files, path)
    files.fsync_dir(directory)


def discard(files: FileSystem, directory: str) -> None:
    """Remove what a worker and `prepare` have made; the log itself is untouched.

    The plans go first: one without its new segment would say that the swap was complete.
    """
    names = files.listdir(directory)
    for suffixes in ((MERGE,), (CLEANED, SWAP)):
        due = [name for name in names if name.endswith(suffixes)]
        for name in due:
            _unlink_if_there(files, f"{directory}/{name}")
        if due:
            files.fsync_dir(directory)


def settle_merges(files: FileSystem, directory: str) -> None:
    """Carry out, at start, the plans that a crash left. Raises OSError."""
    names = set(files.listdir(directory))
    plans = sorted(name for name in names if name.endswith(MERGE))
    for plan in plans:
        if plan.removesuffix(MERGE) + ".log" + CLEANED in names:
            continue
        covered = [int(line) for line in read_file(files, f"{directory}/{plan}").split()]
        for base_offset in covered[1:]:
            for suffix in SUFFIXES:
                _unlink_if_there(files, segment_path(directory, base_offset, suffix))
    if plans:
        files.fsync_dir(directory)
        for plan in plans:
            _unlink_if_there(files, f"{directory}/{plan}")
        files.fsync_dir(directory)


def _rename_if_there(files: FileSystem, source: str, target: str) -> bool:
    try:
        files.rename(source, target)
    except FileNotFoundError:
        return False
    return True


def _unlink_if_there(files: FileSystem, path: str) -> None:
    try:
        files.unlink(path)
    except FileNotFoundError:
        return
