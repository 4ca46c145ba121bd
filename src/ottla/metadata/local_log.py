# SPDX-License-Identifier: Apache-2.0
"""Metadata batches in a partition log on this broker's disk, with snapshots beside it.

    <metadata.log.dir or first log.dir>/
        bootstrap.checkpoint                     features to begin with, if Kafka made the folder
        __cluster_metadata-0/
            00000000000000000000.log ...         batches of metadata records
            <20-digit offset>-<10-digit epoch>.checkpoint    snapshots, the newest two are kept

The layout is KRaft's, so a folder written by Apache Kafka opens as it is, and Kafka's dump tool
reads ours (`--cluster-metadata-decoder`).

For a single broker this is the journal itself (`engines.local`); every broker of a cluster keeps
its copy of the journal in one, byte by byte with the journal's offsets, so that it starts without
reading everything again and notices when the engine has lost what it once told.

What is flushed survives. At most what was appended since can be torn by a crash, and it is cut
off at the next start. Damage anywhere else means that acknowledged changes are gone; `open` keeps
the bytes and refuses to go on with half of the truth.

Owned by one task; only waiting for the disk happens in threads.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from ottla.base.errors import StorageError
from ottla.metadata.journal import JournalConflict, Snapshot
from ottla.metadata.records import BadMetadata, decode_metadata_batches
from ottla.metadata.snapshot import (
    decode_snapshot,
    encode_snapshot,
    parse_snapshot_name,
    snapshot_name,
)
from ottla.records.batch import CorruptRecord, iter_headers, read_header
from ottla.storage.files import read_file, write_file
from ottla.storage.log_config import LogConfig
from ottla.storage.partition_log import PartitionLog
from ottla.storage.recovery import CORRUPT, CorruptLog

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from concurrent.futures import Executor

    from ottla.base.clock import Clock
    from ottla.metadata.records import JournalBatch
    from ottla.storage.files import FileSystem

Result = TypeVar("Result")

TOPIC = "__cluster_metadata"
BOOTSTRAP = "bootstrap.checkpoint"
SNAPSHOTS_KEPT = 2
READ_BYTES = 16 << 20


class LocalMetadataLog:
    """One folder `__cluster_metadata-0`; made by `open`."""

    def __init__(
        self, log: PartitionLog, files: FileSystem, clock: Clock, executor: Executor | None
    ) -> None:
        self._log = log
        self._files = files
        self._clock = clock
        self._executor = executor  # None: asyncio's own threads
        self._snapshots = self._list_snapshots()
        self._failure: StorageError | None = None
        if self._snapshots and self._snapshots[-1][0] > log.log_end_offset:
            # The log was taken away, or a reset was cut short: the snapshot tells the whole story.
            log.truncate_fully_at(self._snapshots[-1][0])
        self._trim()  # the snapshots are safe at once, where the log began only later

    @classmethod
    def open(
        cls,
        folder: str,
        *,
        files: FileSystem,
        clock: Clock,
        executor: Executor | None = None,
        segment_bytes: int = 1 << 30,
        is_copy: bool = False,
    ) -> LocalMetadataLog:
        """Open the metadata log in `folder` (a log directory), or begin an empty one.

        Of a copy, what is damaged is dropped, as what a power cut takes of its unflushed tail is:
        the engine has it. Raises StorageError when the only record of changes is damaged.
        """
        directory = f"{folder}/{TOPIC}-0"
        if files.stat(directory) is not None and not is_copy:
            _refuse_damage(directory, files.listdir(directory))
        config = LogConfig(
            cleanup_delete=False,
            file_delete_delay_ms=0,
            retention_ms=-1,
            segment_bytes=segment_bytes,
        )
        try:
            log = PartitionLog.open(
                directory,
                TOPIC,
                0,
                config,
                files=files,
                clock=clock,
                clean=False,
            )
        except CorruptLog as error:
            raise StorageError(f"the metadata log is damaged: {error}") from error
        if log.corruption is not None and not is_copy:
            _refuse_damage(directory, files.listdir(directory))
        if log.corruption is not None:
            for path in log.corruption.kept:
                files.unlink(path)
        log.flush()  # what a killed process left in the page cache counts from here on
        return cls(log, files, clock, executor)

    @property
    def start_offset(self) -> int:
        """The first offset that can be read."""
        return self._log.log_start_offset

    @property
    def next_offset(self) -> int:
        """Where the log ends."""
        return self._log.log_end_offset

    @property
    def flushed_offset(self) -> int:
        """Everything below is on the disk."""
        return self._log.recovery_point

    @property
    def latest_epoch(self) -> int:
        """The highest controller epoch that log or snapshots know, 0 when they are empty."""
        epochs = (epoch for _, epoch in self._snapshots)
        return max(0, self._log.leader_epochs.latest, *epochs)

    async def close(self) -> None:
        """Leave files behind that any tool can read."""
        if self._failure is None:
            await self._in_thread(self._log.close)

    def append_batch(self, data: bytes) -> None:
        """Add one whole batch that begins where the log ends; `flush` makes it safe.

        Offsets and epoch of the batch stay as they are. Raises JournalConflict when it does not
        begin there, and StorageError, from then on for every call, when the disk refuses.
        """
        self.raise_failure()
        header = read_header(data)
        assert header.size_bytes == len(data), "one batch at a time"
        log = self._log
        if header.base_offset != log.log_end_offset:
            raise JournalConflict(
                f"the log ends at {log.log_end_offset}, the batch begins at {header.base_offset}"
            )
        try:
            log.append(
                memoryview(bytearray(data)),
                [header],
                header.partition_leader_epoch,
                header.max_timestamp,
            )
        except StorageError as error:
            self._failure = error
            raise

    async def flush(self) -> None:
        """Wait until everything that was appended before this call is on the disk.

        Raises StorageError, from then on for every call: whether the last batches will be there
        after a restart is not known.
        """
        self.raise_failure()
        log = self._log
        try:
            job = log.prepare_flush()
            if job is None:
                return
            await self._in_thread(job.run)
        except StorageError as error:
            self._failure = error
            raise
        log.complete_flush(job)

    async def read(self, offset: int) -> list[JournalBatch]:
        """Return flushed batches from the one that holds `offset` on; none at the end.

        Raises JournalConflict outside of the log.
        """
        log = self._log
        if not log.log_start_offset <= offset <= log.log_end_offset:
            raise JournalConflict(
                f"the log holds {log.log_start_offset} to {log.log_end_offset}, not {offset}"
            )
        found = log.locate(offset, READ_BYTES, log.recovery_point)
        if found is None:
            return []
        data = found.read_nowait()
        if data is None:
            data = await self._in_thread(found.read)
        assert isinstance(data, memoryview), data
        whole = 0
        for position, header in iter_headers(data, partial_tail=True):
            whole = position + header.size_bytes
        batches = decode_metadata_batches(data[:whole])
        return [batch for batch in batches if batch.next_offset > offset]

    async def store_snapshot(self, snapshot: Snapshot) -> None:
        """Write a snapshot of what is flushed, then drop what lies behind the one before it."""
        assert snapshot.next_offset <= self._log.recovery_point, snapshot.next_offset
        await self._write_snapshot(snapshot)
        obsolete = self._snapshots[:-SNAPSHOTS_KEPT]
        self._snapshots = self._snapshots[-SNAPSHOTS_KEPT:]
        self._log.roll()
        self._trim()
        await self._remove(obsolete)

    async def reset_to(self, snapshot: Snapshot) -> None:
        """Begin anew behind a snapshot that lies past the log's end.

        For a copy that stayed behind for so long that the journal no longer reaches back to it.
        """
        assert snapshot.next_offset > self._log.log_end_offset, snapshot.next_offset
        self.raise_failure()
        await self._write_snapshot(snapshot)
        obsolete = self._snapshots[:-1]
        self._snapshots = self._snapshots[-1:]
        self._log.truncate_fully_at(snapshot.next_offset)
        await self._remove(obsolete)

    async def load_snapshot(self) -> Snapshot | None:
        """Return the newest snapshot that can be read."""
        for next_offset, epoch in reversed(self._snapshots):
            path = f"{self._log.directory}/{snapshot_name(next_offset, epoch)}"
            try:
                snapshot = decode_snapshot(read_file(self._files, path), next_offset, epoch)
            except (CorruptRecord, BadMetadata):
                continue  # the one before it and a longer log tell the same story
            if next_offset > 0:
                return snapshot
        return None

    def load_bootstrap(self) -> Snapshot | None:
        """Return what a freshly formatted folder of Kafka begins with."""
        path = f"{self._log.directory.rpartition('/')[0]}/{BOOTSTRAP}"
        if self._log.log_end_offset > 0 or self._files.stat(path) is None:
            return None
        batches = decode_metadata_batches(read_file(self._files, path))
        return Snapshot(0, 0, -1, tuple([record for batch in batches for record in batch.records]))

    def _trim(self) -> None:
        """Give up what lies behind the snapshot before the newest one.

        Should the newest be damaged, the one before it and the log still tell the whole story.
        """
        kept = self._snapshots[-SNAPSHOTS_KEPT:]
        if len(kept) == SNAPSHOTS_KEPT and kept[0][0] > self._log.log_start_offset:
            self._log.advance_log_start_offset(kept[0][0])

    async def _write_snapshot(self, snapshot: Snapshot) -> None:
        name = snapshot_name(snapshot.next_offset, snapshot.controller_epoch)
        path = f"{self._log.directory}/{name}"
        await self._in_thread(lambda: write_file(self._files, path, encode_snapshot(snapshot)))
        self._snapshots = self._list_snapshots()

    async def _remove(self, snapshots: Sequence[tuple[int, int]]) -> None:
        """Unlink snapshots, and the segments that the log has given up."""
        paths = [f"{self._log.directory}/{snapshot_name(*identity)}" for identity in snapshots]
        paths += self._log.take_deleted_files(self._clock.now_ms())

        def unlink() -> None:
            for path in paths:
                self._files.unlink(path)

        await self._in_thread(unlink)

    def _list_snapshots(self) -> list[tuple[int, int]]:
        """Return (next offset, epoch) of every snapshot, oldest first."""
        identities = map(parse_snapshot_name, self._files.listdir(self._log.directory))
        return sorted(identity for identity in identities if identity is not None)

    def raise_failure(self) -> None:
        """Raise the StorageError after which nothing is accepted any more, if there was one."""
        if self._failure is not None:
            raise self._failure

    async def _in_thread(self, work: Callable[[], Result]) -> Result:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)


def _refuse_damage(directory: str, names: Sequence[str]) -> None:
    damaged = sorted(name for name in names if name.endswith(CORRUPT))
    if damaged:
        raise StorageError(
            f"acknowledged changes of the cluster are damaged in {directory}: the bytes are in "
            f"{', '.join(damaged)}. Restore the folder from a copy, or remove these files to go "
            "on with what is left"
        )
