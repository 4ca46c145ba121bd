# SPDX-License-Identifier: Apache-2.0
"""What brokers have kept of the journal on their own disks, to make a lost engine whole again.

Every broker of a cluster keeps an exact copy of the journal. When the engine has lost it, or was
restored from an old backup, the copy that reaches furthest holds everything that any broker has
ever acted upon, and the journal goes on from there.

The brokers must not be running, which their locks make sure of.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from ottla.broker.metadata_log import MetadataLog
from ottla.metadata.engines.local import LocalEngine
from ottla.metadata.journal import Snapshot
from ottla.metadata.local_log import TOPIC
from ottla.metadata.snapshot import image_records
from ottla.storage.log_directory import DirectoryLock, find_cluster_id

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.base.clock import Clock
    from ottla.storage.files import FileSystem


class JournalCopy(NamedTuple):
    """The state of a cluster as a broker has seen it."""

    folder: str
    cluster_id: str
    snapshot: Snapshot


class _NoSnapshots:
    """Reading needs none to be written."""

    metadata_log_max_record_bytes_between_snapshots = 1 << 62
    metadata_log_max_snapshot_interval_ms = 0


async def read_copy(folder: str, files: FileSystem, clock: Clock) -> JournalCopy | None:
    """Return the copy in a broker's log directory, None where there is none.

    Raises StorageError when it is damaged, or a broker is using the folder.
    """
    cluster_id = find_cluster_id([folder], files)
    if cluster_id is None or files.stat(os.path.join(folder, f"{TOPIC}-0")) is None:
        return None
    lock = DirectoryLock(folder)
    try:
        engine = LocalEngine.open(folder, files=files, clock=clock)
        log = MetadataLog(
            engine=engine, copy=None, clock=clock, cluster_id=cluster_id, settings=_NoSnapshots()
        )
        await log.start()
        await engine.close()
    finally:
        lock.release()
    image = log.image
    return JournalCopy(
        folder,
        cluster_id,
        Snapshot(
            image.next_offset,
            image.controller_epoch,
            clock.wall_ms(),
            tuple(image_records(image)),
        ),
    )


async def newest_copy(
    folders: Iterable[str], files: FileSystem, clock: Clock
) -> JournalCopy | None:
    """Return the copy that reaches furthest, None when no folder has one."""
    copies = [await read_copy(folder, files, clock) for folder in folders]
    found = [copy for copy in copies if copy is not None and copy.snapshot.next_offset > 0]
    return max(found, key=lambda copy: copy.snapshot.next_offset, default=None)
