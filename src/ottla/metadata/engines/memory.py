# SPDX-License-Identifier: Apache-2.0
"""The engine that lives in memory: for tests, simulations and clusters inside one process.

`MemoryCluster` is the shared truth, `MemoryEngine` the view of one broker. Batches pass through
bytes as they do in every other engine, so that what is read is never the writer's own object.
"""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from operator import itemgetter
from typing import TYPE_CHECKING, NamedTuple

from ottla.metadata.journal import (
    ControllerFenced,
    EngineUnavailable,
    JournalConflict,
    Snapshot,
)
from ottla.metadata.records import (
    build_metadata_batch,
    decode_metadata_batches,
    decode_metadata_record,
    encode_metadata_record,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ottla.metadata.records import JournalBatch
    from ottla.protocol.message import Message

BATCH_BYTES_MAX = 8 << 20


class Claim(NamedTuple):
    """Who is the controller."""

    broker_id: int
    controller_epoch: int
    engine: MemoryEngine
    """Whose session the claim lives in: another engine cannot use it."""


class MemoryCluster:
    """What all engines of one cluster share."""

    def __init__(self, *, batch_bytes_max: int = BATCH_BYTES_MAX) -> None:
        self.batch_bytes_max = batch_bytes_max
        self.cluster_id: str | None = None
        self.claim: Claim | None = None
        self.controller_epoch = 0  # the highest that was given out
        self.start_offset = 0
        self.next_offset = 0
        self.batches: list[tuple[int, bytes]] = []  # base offset and bytes, in order
        self.snapshots: list[tuple[Snapshot, list[bytes]]] = []  # oldest first, at most two
        self.changed = asyncio.Event()
        self.on_append: Callable[[bytes], None] = _keep_nowhere
        """Given each batch before anybody can read it."""

    def load(self, data: bytes) -> None:
        """Take over batches that an earlier engine was given, one behind the other."""
        assert self.next_offset == 0, "only an empty engine can take over"
        for batch in decode_metadata_batches(data):
            assert batch.base_offset == self.next_offset, (batch.base_offset, self.next_offset)
            self.batches.append((batch.base_offset, batch.data))
            self.next_offset = batch.next_offset
            self.controller_epoch = batch.controller_epoch

    def expire(self, engine: MemoryEngine) -> None:
        """Lose the session of an engine: it may write again once it has campaigned anew."""
        if self.claim is not None and self.claim.engine is engine:
            self.claim = None
            self.wake()

    def wake(self) -> None:
        """Let everybody who waits look again."""
        self.changed.set()
        self.changed = asyncio.Event()


class MemoryEngine:
    """One broker's way to a `MemoryCluster`: journal and engine at once."""

    def __init__(self, cluster: MemoryCluster | None = None) -> None:
        self.cluster = cluster if cluster is not None else MemoryCluster()
        self._is_closed = False

    @property
    def batch_bytes_max(self) -> int:
        """What one append may hold."""
        return self.cluster.batch_bytes_max

    async def join(self, cluster_id: str) -> str:
        """Found the cluster unless it exists."""
        if self.cluster.cluster_id is None:
            self.cluster.cluster_id = cluster_id
        return self.cluster.cluster_id

    async def campaign(self, broker_id: int) -> int:
        """Become the controller once no other engine is."""
        assert broker_id >= 0, broker_id
        cluster = self.cluster
        while cluster.claim is not None and cluster.claim.engine is not self:
            self._check_open()
            await cluster.changed.wait()
        self._check_open()
        cluster.controller_epoch += 1
        cluster.claim = Claim(broker_id, cluster.controller_epoch, self)
        cluster.wake()
        return cluster.controller_epoch

    async def depose(self, controller_epoch: int) -> None:
        """End this epoch, whoever holds it."""
        cluster = self.cluster
        if cluster.claim is not None and cluster.claim.controller_epoch == controller_epoch:
            cluster.claim = None
            cluster.wake()

    async def wait_deposed(self, controller_epoch: int) -> None:
        """Return once nobody holds this epoch."""
        cluster = self.cluster
        while cluster.claim is not None and cluster.claim.controller_epoch == controller_epoch:
            await cluster.changed.wait()

    async def close(self) -> None:
        """Give up the claim."""
        self._is_closed = True
        self.cluster.expire(self)
        self.cluster.wake()  # a campaign of this engine ends

    async def end_offset(self) -> int:
        """Return where the log ends."""
        return self.cluster.next_offset

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
        claim = cluster.claim
        if claim is None or claim.engine is not self or claim.controller_epoch != controller_epoch:
            raise ControllerFenced(f"controller epoch {controller_epoch} is over")
        if expected_offset != cluster.next_offset:
            raise JournalConflict(f"the log ends at {cluster.next_offset}, not {expected_offset}")
        batch = build_metadata_batch(
            records,
            base_offset=expected_offset,
            controller_epoch=controller_epoch,
            timestamp_ms=timestamp_ms,
        )
        assert len(batch) <= cluster.batch_bytes_max, f"a batch of {len(batch)} bytes"
        cluster.on_append(batch)
        cluster.batches.append((expected_offset, batch))
        cluster.next_offset = expected_offset + len(records)
        cluster.wake()
        return cluster.next_offset

    async def read(self, offset: int) -> list[JournalBatch]:
        """Return the batches from `offset` on."""
        cluster = self.cluster
        if not cluster.start_offset <= offset <= cluster.next_offset:
            raise JournalConflict(
                f"the log holds {cluster.start_offset} to {cluster.next_offset}, not {offset}"
            )
        first = max(0, bisect_right(cluster.batches, offset, key=itemgetter(0)) - 1)
        whole = b"".join(batch for _, batch in cluster.batches[first:])
        return [batch for batch in decode_metadata_batches(whole) if batch.next_offset > offset]

    async def wait_beyond(self, offset: int) -> None:
        """Return once the log ends after `offset`."""
        while self.cluster.next_offset <= offset:
            await self.cluster.changed.wait()

    async def store_snapshot(self, snapshot: Snapshot) -> None:
        """Keep the snapshot and drop the batches behind the one before it."""
        cluster = self.cluster
        assert snapshot.next_offset <= cluster.next_offset, (snapshot, cluster.next_offset)
        if cluster.snapshots and snapshot.next_offset <= cluster.snapshots[-1][0].next_offset:
            return  # another broker was faster
        encoded = [encode_metadata_record(record) for record in snapshot.records]
        cluster.snapshots.append((snapshot, encoded))
        if len(cluster.snapshots) > 2:
            del cluster.snapshots[0]
        if len(cluster.snapshots) == 2:
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

    def _check_open(self) -> None:
        if self._is_closed:
            raise EngineUnavailable("this engine was closed")


def _keep_nowhere(batch: bytes) -> None:
    del batch
