# SPDX-License-Identifier: Apache-2.0
"""The engine that lives in memory: for tests, simulations and clusters inside one process.

`MemoryCluster` is the shared truth, `MemoryEngine` the view of one broker. Batches pass through
bytes as they do in every other engine, so that what is read is never the writer's own object.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ottla.metadata.journal import (
    ControllerFenced,
    JournalConflict,
    Registration,
    Snapshot,
)
from ottla.metadata.records import (
    build_metadata_batch,
    decode_metadata_batches,
    decode_metadata_record,
    encode_metadata_record,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ottla.metadata.records import JournalBatch
    from ottla.protocol.message import Message


class MemoryCluster:
    """What all engines of one cluster share."""

    def __init__(self) -> None:
        self.controller_epoch = 0
        self.start_offset = 0
        self.next_offset = 0
        self.batches: list[tuple[int, bytes]] = []  # base offset and bytes, in order
        self.snapshots: list[tuple[Snapshot, list[bytes]]] = []  # oldest first, at most two
        self.registrations: dict[int, Registration] = {}
        self.sessions = 0
        self.grown = asyncio.Event()


class MemoryEngine:
    """One broker's way to a `MemoryCluster`: journal and engine at once."""

    def __init__(self, cluster: MemoryCluster | None = None) -> None:
        self.cluster = cluster if cluster is not None else MemoryCluster()

    async def campaign(self, broker_id: int) -> int:
        """Become the controller."""
        assert broker_id >= 0, broker_id
        self.cluster.controller_epoch += 1
        return self.cluster.controller_epoch

    async def register(self, broker_id: int, incarnation_id: bytes) -> Registration:
        """Announce this broker."""
        cluster = self.cluster
        cluster.sessions += 1
        registration = Registration(broker_id, incarnation_id, cluster.sessions)
        cluster.registrations[broker_id] = registration
        return registration

    async def registered(self) -> Mapping[int, Registration]:
        """Return the announced brokers."""
        return dict(self.cluster.registrations)

    async def append(
        self,
        records: Sequence[Message],
        *,
        expected_offset: int,
        controller_epoch: int,
        timestamp_ms: int,
    ) -> int:
        """Append one batch."""
        assert records, "a batch holds at least one record"
        cluster = self.cluster
        if controller_epoch != cluster.controller_epoch:
            raise ControllerFenced(f"epoch {controller_epoch} is over")
        if expected_offset != cluster.next_offset:
            raise JournalConflict(f"the log ends at {cluster.next_offset}, not {expected_offset}")
        batch = build_metadata_batch(
            records,
            base_offset=expected_offset,
            controller_epoch=controller_epoch,
            timestamp_ms=timestamp_ms,
        )
        cluster.batches.append((expected_offset, batch))
        cluster.next_offset = expected_offset + len(records)
        cluster.grown.set()
        cluster.grown = asyncio.Event()
        return cluster.next_offset

    async def read(self, offset: int) -> list[JournalBatch]:
        """Return the batches from `offset` on."""
        cluster = self.cluster
        if not cluster.start_offset <= offset <= cluster.next_offset:
            raise JournalConflict(
                f"the log holds {cluster.start_offset} to {cluster.next_offset}, not {offset}"
            )
        whole = b"".join(batch for _, batch in cluster.batches)
        return [batch for batch in decode_metadata_batches(whole) if batch.next_offset > offset]

    async def wait_beyond(self, offset: int) -> None:
        """Return once the log ends after `offset`."""
        while self.cluster.next_offset <= offset:
            await self.cluster.grown.wait()

    async def store_snapshot(self, snapshot: Snapshot) -> None:
        """Keep the snapshot and drop the batches behind the one before it."""
        cluster = self.cluster
        assert snapshot.next_offset <= cluster.next_offset, (snapshot, cluster.next_offset)
        encoded = [encode_metadata_record(record) for record in snapshot.records]
        cluster.snapshots.append((snapshot, encoded))
        if len(cluster.snapshots) > 2:
            del cluster.snapshots[0]
            cluster.start_offset = cluster.snapshots[0][0].next_offset
            cluster.batches = [
                (base, batch) for base, batch in cluster.batches if base >= cluster.start_offset
            ]

    async def load_snapshot(self) -> Snapshot | None:
        """Return the newest snapshot."""
        if not self.cluster.snapshots:
            return None
        snapshot, encoded = self.cluster.snapshots[-1]
        decoded = (decode_metadata_record(data) for data in encoded)
        return snapshot._replace(records=tuple(record for record in decoded if record is not None))
