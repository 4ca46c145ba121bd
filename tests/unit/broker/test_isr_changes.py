# SPDX-License-Identifier: Apache-2.0
"""Proposals about in-sync sets on their way to the controller."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from ottla.broker.isr_changes import IsrChanges
from ottla.protocol.messages.alter_partition import (
    AlterPartitionResponse,
    AlterPartitionResponsePartitionData,
    AlterPartitionResponseTopicData,
)
from ottla.replication.isr import Committed
from ottla.replication.leadership import IsrProposal

pytestmark = pytest.mark.asyncio

TOPIC_ID = b"T" * 16


class Controller:
    """Grants every proposal with the next partition epoch."""

    def __init__(self) -> None:
        self.asked = []

    async def alter_partitions(self, request):
        """Answer after a turn of the loop."""
        await asyncio.sleep(0)
        data = request.topics[0].partitions[0]
        self.asked.append(data.partition_epoch)
        granted = AlterPartitionResponsePartitionData(
            partition_index=data.partition_index,
            leader_id=1,
            leader_epoch=data.leader_epoch,
            isr=[state.broker_id for state in data.new_isr_with_epochs],
            partition_epoch=data.partition_epoch + 1,
        )
        topic = AlterPartitionResponseTopicData(topic_id=TOPIC_ID, partitions=[granted])
        return AlterPartitionResponse(topics=[topic])


class EagerPartition:
    """Proposes the next member as soon as it is told that one has joined."""

    topic_id = TOPIC_ID
    topic = "t"
    index = 0
    leader_epoch = 3

    def __init__(self) -> None:
        self.changes = None
        self.leadership = SimpleNamespace(
            leader_epoch=3, partition_epoch=5, isr=Committed(frozenset((1,)))
        )

    def propose(self, *members: int) -> None:
        """Propose an in-sync set."""
        epoch = self.leadership.partition_epoch
        self.changes.propose(self, IsrProposal(3, epoch, tuple((one, -1) for one in members)))

    def isr_decided(self, partition_epoch, isr):
        """Take the set over; the third member has been waiting."""
        self.leadership.partition_epoch = partition_epoch
        self.leadership.isr = Committed(frozenset(isr))
        if len(isr) == 2:
            self.propose(1, 2, 3)


async def test_a_proposal_made_while_an_answer_is_taken_over_is_not_lost():
    """Telling a partition that one follower has joined may bring the next proposal at once."""
    controller, partition = Controller(), EagerPartition()
    partition.changes = changes = IsrChanges(controller, 1, lambda: 7)
    partition.propose(1, 2)
    await changes._task
    assert controller.asked == [5, 6]
    assert partition.leadership.isr.isr == {1, 2, 3}
