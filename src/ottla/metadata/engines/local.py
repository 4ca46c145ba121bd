# SPDX-License-Identifier: Apache-2.0
"""The engine of a single broker: the metadata log on its own disk is the journal.

An append returns once its batch is on the disk, and the next one starts only then. Therefore at
most the last batch of the log can be torn by a crash, and nobody was told that it succeeded; see
`metadata.local_log` for files and damage.

There is nobody to elect: campaigning succeeds at once, and an epoch ends only when it is given
up or followed by the next.

Owned by the controller gateway's task.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ottla.metadata.journal import ControllerFenced, JournalConflict
from ottla.metadata.local_log import LocalMetadataLog
from ottla.metadata.records import build_metadata_batch

if TYPE_CHECKING:
    from collections.abc import Sequence
    from concurrent.futures import Executor

    from ottla.base.clock import Clock
    from ottla.metadata.journal import Snapshot
    from ottla.metadata.records import JournalBatch
    from ottla.protocol.message import Message
    from ottla.storage.files import FileSystem

BATCH_BYTES_MAX = 8 << 20
"""What KRaft allows; the log itself has no limit."""


class LocalEngine:
    """Journal and engine in one folder; made by `open`."""

    def __init__(self, log: LocalMetadataLog) -> None:
        self._log = log
        self._controller_epoch = log.latest_epoch
        self._is_controller = False
        self._changed = asyncio.Event()

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
        """Open the metadata log in `folder` (a log directory), or begin an empty one there."""
        return cls(
            LocalMetadataLog.open(
                folder, files=files, clock=clock, executor=executor, segment_bytes=segment_bytes
            )
        )

    @property
    def next_offset(self) -> int:
        """Where the log ends."""
        return self._log.next_offset

    @property
    def batch_bytes_max(self) -> int:
        """What one append should hold at most."""
        return BATCH_BYTES_MAX

    async def join(self, cluster_id: str) -> str:
        """Return the id as it is: the broker's folder says which cluster this is."""
        return cluster_id

    async def campaign(self, broker_id: int) -> int:
        """Become the controller: there is nobody else."""
        assert broker_id >= 0, broker_id
        self._controller_epoch += 1
        self._is_controller = True
        self._wake()
        return self._controller_epoch

    async def depose(self, controller_epoch: int) -> None:
        """End this epoch."""
        if controller_epoch == self._controller_epoch:
            self._is_controller = False
            self._wake()

    async def wait_deposed(self, controller_epoch: int) -> None:
        """Return once the epoch was given up or followed by another."""
        while self._may_write(controller_epoch):
            await self._changed.wait()

    async def close(self) -> None:
        """Leave files behind that any tool can read."""
        self._is_controller = False
        self._wake()
        await self._log.close()

    async def end_offset(self) -> int:
        """Return where what is safe ends."""
        return self._log.flushed_offset

    async def append(
        self,
        records: Sequence[Message],
        *,
        expected_offset: int,
        controller_epoch: int,
        timestamp_ms: int,
    ) -> int:
        """Append one batch and wait until it is on the disk.

        Raises StorageError, from then on for every call, when the disk refuses.
        """
        assert records, "a batch holds at least one record"
        log = self._log
        if not self._may_write(controller_epoch):
            raise ControllerFenced(f"controller epoch {controller_epoch} is over")
        log.raise_failure()
        if expected_offset != log.next_offset:
            raise JournalConflict(f"the log ends at {log.next_offset}, not {expected_offset}")
        log.append_batch(
            build_metadata_batch(
                records,
                base_offset=expected_offset,
                controller_epoch=controller_epoch,
                timestamp_ms=timestamp_ms,
            )
        )
        await log.flush()
        self._wake()
        return expected_offset + len(records)

    async def read(self, offset: int) -> list[JournalBatch]:
        """Return the batches from `offset` on, at least one unless the log ends there."""
        return await self._log.read(offset)

    async def wait_beyond(self, offset: int) -> None:
        """Return once the log ends after `offset`."""
        while self._log.flushed_offset <= offset:
            await self._changed.wait()

    async def store_snapshot(self, snapshot: Snapshot) -> None:
        """Write the snapshot, then drop what lies behind the one before it."""
        await self._log.store_snapshot(snapshot)

    async def load_snapshot(self) -> Snapshot | None:
        """Return the newest snapshot that can be read, or what Kafka's format tool left."""
        return await self._log.load_snapshot() or self._log.load_bootstrap()

    def _may_write(self, controller_epoch: int) -> bool:
        return self._is_controller and controller_epoch == self._controller_epoch

    def _wake(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()
