# SPDX-License-Identifier: Apache-2.0
"""An operator who changes the cluster while it suffers: topics come and go, partitions move.

What an operation has led to is not judged here: a refusal is as good as a success, since it may be
what the moment asks for. What must hold is checked elsewhere: nothing that clients were promised
is lost, and once everything is healed every partition has all its replicas in sync.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ottla.base.errors import OttlaError
from ottla.client import admin
from ottla.protocol.messages.alter_partition_reassignments import (
    AlterPartitionReassignmentsRequest,
    AlterPartitionReassignmentsResponse,
    ReassignablePartition,
    ReassignableTopic,
)
from ottla.protocol.messages.elect_leaders import (
    ElectLeadersRequest,
    ElectLeadersResponse,
)

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

    from ottla.client.cluster import Cluster
    from ottla.client.topic_partition import TopicPartition

REQUEST_TIMEOUT_MS = 3_000
PREFERRED = 0


class Operator:
    """One operator; `run` works until it is cancelled."""

    def __init__(
        self,
        chance: random.Random,
        new_client: Callable[[], Cluster],
        partitions: Sequence[TopicPartition],
        broker_ids: Sequence[int],
        pause_s: float,
    ) -> None:
        self._chance = chance
        self._new_client = new_client
        self._partitions = partitions
        self._broker_ids = broker_ids
        self._pause_s = pause_s
        self._topic_count = 0
        self._topics: list[str] = []  # that were made and not deleted yet

    async def run(self) -> None:
        """Change something from time to time."""
        operations = (self._create, self._delete, self._move, self._elect)
        while True:
            await asyncio.sleep(self._chance.expovariate(1 / self._pause_s))
            client = self._new_client()
            try:
                await client.connect()
                async with asyncio.timeout(REQUEST_TIMEOUT_MS / 1000):
                    await self._chance.choice(operations)(client)
            except (OttlaError, TimeoutError):
                continue
            finally:
                await client.close()

    async def _create(self, client: Cluster) -> None:
        self._topic_count += 1
        name = f"passing-{self._topic_count}"
        self._topics.append(name)
        await admin.create_topic(client, name, partition_count=self._chance.randint(1, 3))

    async def _delete(self, client: Cluster) -> None:
        if self._topics:
            name = self._topics.pop(self._chance.randrange(len(self._topics)))
            await admin.delete_topics(client, [name])

    async def _move(self, client: Cluster) -> None:
        """Give a partition other replicas, in another order, or fewer of them."""
        topic, partition = self._chance.choice(self._partitions)
        count = self._chance.choice((2, 3, 3))
        replicas = self._chance.sample(self._broker_ids, min(count, len(self._broker_ids)))
        moved = ReassignablePartition(partition_index=partition, replicas=replicas)
        await client.call_controller(
            AlterPartitionReassignmentsRequest(
                timeout_ms=REQUEST_TIMEOUT_MS,
                topics=[ReassignableTopic(name=topic, partitions=[moved])],
            ),
            AlterPartitionReassignmentsResponse,
        )

    async def _elect(self, client: Cluster) -> None:
        """Let preferred replicas lead."""
        await client.call_controller(
            ElectLeadersRequest(
                election_type=PREFERRED, topic_partitions=None, timeout_ms=REQUEST_TIMEOUT_MS
            ),
            ElectLeadersResponse,
        )
