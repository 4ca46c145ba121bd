# SPDX-License-Identifier: Apache-2.0
"""The metadata engine of a broker that may be paused: it stands still as the broker's network does.

A broker that is paused loses its session, as it would with ZooKeeper or etcd after a while, and is
elected again only once it goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.metadata.engines.memory import MemoryEngine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.metadata.engines.memory import MemoryCluster
    from ottla.metadata.journal import Snapshot
    from ottla.metadata.records import JournalBatch
    from ottla.protocol.message import Message
    from ottla.testing.links import Links


class PausableEngine(MemoryEngine):
    """A `MemoryEngine` whose calls wait while the broker is paused."""

    def __init__(self, cluster: MemoryCluster, links: Links, broker_id: int) -> None:
        super().__init__(cluster)
        self._links = links
        self._broker_id = broker_id

    async def campaign(self, broker_id: int) -> int:
        """Become the controller once no other engine is, and the broker is not paused."""
        while True:
            epoch = await super().campaign(broker_id)
            if not self._links.is_paused(self._broker_id):
                return epoch
            self.cluster.expire(self)
            await self._go_on()

    async def depose(self, controller_epoch: int) -> None:
        """End this epoch, whoever holds it."""
        await self._go_on()
        await super().depose(controller_epoch)

    async def wait_deposed(self, controller_epoch: int) -> None:
        """Return once nobody holds this epoch."""
        await super().wait_deposed(controller_epoch)
        await self._go_on()

    async def end_offset(self) -> int:
        """Return where the log ends."""
        await self._go_on()
        return await super().end_offset()

    async def append(
        self,
        records: Sequence[Message],
        *,
        expected_offset: int,
        controller_epoch: int,
        timestamp_ms: int,
    ) -> int:
        """Append one batch."""
        await self._go_on()
        return await super().append(
            records,
            expected_offset=expected_offset,
            controller_epoch=controller_epoch,
            timestamp_ms=timestamp_ms,
        )

    async def read(self, offset: int) -> list[JournalBatch]:
        """Return the batches from `offset` on."""
        await self._go_on()
        return await super().read(offset)

    async def wait_beyond(self, offset: int) -> None:
        """Return once the log ends after `offset`."""
        await super().wait_beyond(offset)
        await self._go_on()

    async def store_snapshot(self, snapshot: Snapshot) -> None:
        """Keep the snapshot and drop the batches behind the one before it."""
        await self._go_on()
        await super().store_snapshot(snapshot)

    async def _go_on(self) -> None:
        await self._links.wait_running(self._broker_id)
