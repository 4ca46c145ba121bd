# SPDX-License-Identifier: Apache-2.0
"""The engine of a single broker: a partition log on its own disk.

    <metadata.log.dir or first log.dir>/
        bootstrap.checkpoint                     features to begin with, if Kafka made the folder
        __cluster_metadata-0/
            00000000000000000000.log ...         batches of metadata records
            <20-digit offset>-<10-digit epoch>.checkpoint    snapshots, the newest two are kept

An append returns once its batch is on the disk, and the next one starts only then. Therefore at
most the last batch of the log can be torn by a crash, and nobody was told that it succeeded: it
is cut off at the next start. Damage anywhere else means that acknowledged changes are gone;
the engine keeps a copy and refuses to start rather than go on with half of the truth.

The layout is KRaft's, so a folder written by Apache Kafka opens as it is, and Kafka's dump tool
reads ours (`--cluster-metadata-decoder`).

Owned by the controller gateway's task; only waiting for the disk happens in threads.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

from ottla.base.errors import StorageError
from ottla.metadata.journal import (
    ControllerFenced,
    JournalConflict,
    Registration,
    Snapshot,
)
from ottla.metadata.records import BadMetadata, build_metadata_batch, decode_metadata_batches
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
    from collections.abc import Callable, Mapping, Sequence
    from concurrent.futures import Executor

    from ottla.base.clock import Clock
    from ottla.metadata.records import JournalBatch
    from ottla.protocol.message import Message
    from ottla.storage.files import FileSystem

Result = TypeVar("Result")

TOPIC = "__cluster_metadata"
BOOTSTRAP = "bootstrap.checkpoint"
SNAPSHOTS_KEPT = 2
READ_BYTES = 16 << 20


class LocalEngine:
    """Journal and engine in one folder; made by `open`."""

    def __init__(
        self, log: PartitionLog, files: FileSystem, clock: Clock, executor: Executor | None
    ) -> None:
        self._log = log
        self._files = files
        self._clock = clock
        self._executor = executor  # None: asyncio's own threads
        self._snapshots = self._list_snapshots()
        self._controller_epoch = max(
            [0, log.leader_epochs.latest, *(epoch for _, epoch in self._snapshots)]
        )
        self._registrations: dict[int, Registration] = {}
        self._grown = asyncio.Event()
        self._failure: StorageError | None = None
        if self._snapshots and self._snapshots[-1][0] > log.log_end_offset:
            # The log was taken away; the snapshot tells the whole story up to its offset.
            log.truncate_fully_at(self._snapshots[-1][0])

    @classmethod
    def open(
        cls,
        folder: str,
        *,
        files: FileSystem,
        clock: Clock,
        executor: Executor | None = None,
        segment_bytes: int = 1 << 30,
    ) -> LocalEngine:
        """Open the metadata log in `folder` (a log directory), or begin an empty one."""
        directory = f"{folder}/{TOPIC}-0"
        if files.stat(directory) is not None:
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
        if log.corruption is not None:
            _refuse_damage(directory, files.listdir(directory))
        log.flush()  # what a killed process left in the page cache counts from here on
        return cls(log, files, clock, executor)

    @property
    def next_offset(self) -> int:
        """Where the log ends."""
        return self._log.log_end_offset

    async def close(self) -> None:
        """Leave files behind that any tool can read."""
        if self._failure is None:
            await self._in_thread(self._log.close)

    async def campaign(self, broker_id: int) -> int:
        """Become the controller: there is nobody else."""
        assert broker_id >= 0, broker_id
        self._controller_epoch += 1
        return self._controller_epoch

    async def register(self, broker_id: int, incarnation_id: bytes) -> Registration:
        """Announce this broker to itself."""
        before = self._registrations.get(broker_id)
        session = 1 if before is None else before.session + 1
        registration = Registration(broker_id, incarnation_id, session)
        self._registrations[broker_id] = registration
        return registration

    async def registered(self) -> Mapping[int, Registration]:
        """Return the one broker."""
        return dict(self._registrations)

    async def append(
        self,
        records: Sequence[Message],
        *,
        expected_offset: int,
        controller_epoch: int,
        timestamp_ms: int,
    ) -> int:
        """Append one batch and wait until it is on the disk."""
        assert records, "a batch holds at least one record"
        if self._failure is not None:
            raise self._failure
        if controller_epoch != self._controller_epoch:
            raise ControllerFenced(f"epoch {controller_epoch} is over")
        log = self._log
        if expected_offset != log.log_end_offset:
            raise JournalConflict(f"the log ends at {log.log_end_offset}, not {expected_offset}")
        batch = bytearray(
            build_metadata_batch(
                records,
                base_offset=expected_offset,
                controller_epoch=controller_epoch,
                timestamp_ms=timestamp_ms,
            )
        )
        try:
            log.append(memoryview(batch), [read_header(batch)], controller_epoch, timestamp_ms)
            job = log.prepare_flush()
            assert job is not None, "something was appended"
            await self._in_thread(job.run)
        except StorageError as error:
            # Whether the batch will be there after a restart is not known: stop here.
            self._failure = error
            raise
        log.complete_flush(job)
        self._grown.set()
        self._grown = asyncio.Event()
        return log.log_end_offset

    async def read(self, offset: int) -> list[JournalBatch]:
        """Return the batches from `offset` on, at least one unless the log ends there."""
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

    async def wait_beyond(self, offset: int) -> None:
        """Return once the log ends after `offset`."""
        while self._log.recovery_point <= offset:
            await self._grown.wait()

    async def store_snapshot(self, snapshot: Snapshot) -> None:
        """Write the snapshot, then drop what lies behind the one before it."""
        assert snapshot.next_offset <= self._log.recovery_point, snapshot.next_offset
        name = snapshot_name(snapshot.next_offset, snapshot.controller_epoch)
        path = f"{self._log.directory}/{name}"
        await self._in_thread(lambda: write_file(self._files, path, encode_snapshot(snapshot)))
        self._snapshots = self._list_snapshots()
        obsolete = self._snapshots[:-SNAPSHOTS_KEPT]
        self._snapshots = self._snapshots[-SNAPSHOTS_KEPT:]
        paths = [f"{self._log.directory}/{snapshot_name(*identity)}" for identity in obsolete]
        self._log.roll()
        if len(self._snapshots) == SNAPSHOTS_KEPT:
            # Should the newest snapshot be damaged, the one before it and the log still do.
            self._log.advance_log_start_offset(self._snapshots[0][0])
        paths += self._log.take_deleted_files(self._clock.now_ms())
        await self._in_thread(lambda: self._unlink(paths))

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
        return self._load_bootstrap()

    def _load_bootstrap(self) -> Snapshot | None:
        """Return what a freshly formatted folder of Kafka begins with."""
        path = f"{self._log.directory.rpartition('/')[0]}/{BOOTSTRAP}"
        if self._log.log_end_offset > 0 or self._files.stat(path) is None:
            return None
        batches = decode_metadata_batches(read_file(self._files, path))
        return Snapshot(0, 0, -1, tuple([record for batch in batches for record in batch.records]))

    def _list_snapshots(self) -> list[tuple[int, int]]:
        """Return (next offset, epoch) of every snapshot, oldest first."""
        identities = map(parse_snapshot_name, self._files.listdir(self._log.directory))
        return sorted(identity for identity in identities if identity is not None)

    def _unlink(self, paths: list[str]) -> None:
        for path in paths:
            self._files.unlink(path)

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
