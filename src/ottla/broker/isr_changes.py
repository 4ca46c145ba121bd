# SPDX-License-Identifier: Apache-2.0
"""Brings leaders' proposals about in-sync sets to the controller (AlterPartition, KIP-497).

Proposals that come while a request is under way are gathered for the next one. What a partition is
told depends on what the controller can still do with the proposal:

    answer                                      the partition
    ------------------------------------------  ------------------------------------------------
    success                                     takes over a set that has grown; one that has
                                                shrunk comes with the metadata
    INELIGIBLE_REPLICA, INVALID_REQUEST         forgets the proposal: it will never be in force
    UNKNOWN_TOPIC..., FENCED_LEADER_EPOCH,      waits for the metadata, which tells it what it
    INVALID_UPDATE_VERSION, NEW_LEADER_ELECTED  missed; the proposal may even have been accepted
    no answer, NOT_CONTROLLER, anything else    is asked for again: nobody knows

Belongs to the event loop.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Final, Protocol

from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.alter_partition import (
    AlterPartitionRequest,
    AlterPartitionRequestPartitionData,
    AlterPartitionRequestTopicData,
    AlterPartitionResponse,
    BrokerState,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ottla.protocol.messages.alter_partition import AlterPartitionResponsePartitionData
    from ottla.replication.leadership import IsrProposal
    from ottla.replication.partition import Partition

_logger = logging.getLogger(__name__)

RETRY_PAUSE_S: Final = 0.05

_NEVER_IN_FORCE = frozenset((ErrorCode.INELIGIBLE_REPLICA, ErrorCode.INVALID_REQUEST))
_METADATA_TELLS = frozenset(
    (
        ErrorCode.UNKNOWN_TOPIC_ID,
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        ErrorCode.FENCED_LEADER_EPOCH,
        ErrorCode.INVALID_UPDATE_VERSION,
        ErrorCode.NEW_LEADER_ELECTED,
    )
)


class ControllerLink(Protocol):
    """The way to the controller; `ControllerGateway` is one."""

    async def alter_partitions(self, request: AlterPartitionRequest) -> AlterPartitionResponse:
        """Propose in-sync sets; raises ApiError when the controller cannot be reached."""


class IsrChanges:
    """The proposals of one broker that are not settled."""

    def __init__(
        self, link: ControllerLink, broker_id: int, broker_epoch: Callable[[], int]
    ) -> None:
        self._link = link
        self._broker_id = broker_id
        self._broker_epoch = broker_epoch
        self._open: dict[Partition, IsrProposal] = {}
        self._task: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._open)

    def propose(self, partition: Partition, proposal: IsrProposal) -> None:
        """Ask for another in-sync set of a partition."""
        self._open[partition] = proposal
        if self._task is None:
            self._task = asyncio.get_running_loop().create_task(self._settle_all())

    def stop(self) -> None:
        """Ask for nothing more."""
        if self._task is not None:
            self._task.cancel()
        self._open.clear()

    async def _settle_all(self) -> None:
        while self._open:
            asked = dict(self._open)
            try:
                response = await self._link.alter_partitions(self._request(asked))
                if response.error_code:
                    raise ApiError(ErrorCode.of(response.error_code))  # noqa: TRY301 - one way to wait
            except ApiError as error:
                _logger.info("in-sync sets cannot be changed now: %s", error)
                self._drop_overtaken()
                await asyncio.sleep(RETRY_PAUSE_S)
                continue
            if not self._settle(asked, response):
                await asyncio.sleep(RETRY_PAUSE_S)
            self._drop_overtaken()
        self._task = None

    def _drop_overtaken(self) -> None:
        """Forget proposals that the metadata has answered meanwhile."""
        for partition, proposal in tuple(self._open.items()):
            leadership = partition.leadership
            if (
                leadership is None
                or leadership.leader_epoch != proposal.leader_epoch
                or leadership.partition_epoch != proposal.partition_epoch
            ):
                del self._open[partition]

    def _request(self, asked: dict[Partition, IsrProposal]) -> AlterPartitionRequest:
        topics: dict[bytes, AlterPartitionRequestTopicData] = {}
        for partition, proposal in asked.items():
            topic = topics.get(partition.topic_id)
            if topic is None:
                topic = topics[partition.topic_id] = AlterPartitionRequestTopicData(
                    topic_id=partition.topic_id, partitions=[]
                )
            topic.partitions.append(
                AlterPartitionRequestPartitionData(
                    partition_index=partition.index,
                    leader_epoch=proposal.leader_epoch,
                    new_isr_with_epochs=[
                        BrokerState(broker_id=broker_id, broker_epoch=broker_epoch)
                        for broker_id, broker_epoch in proposal.members
                    ],
                    leader_recovery_state=0,
                    partition_epoch=proposal.partition_epoch,
                )
            )
        return AlterPartitionRequest(
            broker_id=self._broker_id,
            broker_epoch=self._broker_epoch(),
            topics=list(topics.values()),
        )

    def _settle(
        self, asked: dict[Partition, IsrProposal], response: AlterPartitionResponse
    ) -> bool:
        """Tell the partitions; False when some of them are asked for again."""
        answers = {
            (topic.topic_id, answer.partition_index): answer
            for topic in response.topics
            for answer in topic.partitions
        }
        are_settled = True
        for partition, proposal in asked.items():
            if self._open.get(partition) is not proposal:
                continue
            answer = answers.get((partition.topic_id, partition.index))
            if answer is None or not self._settle_one(partition, proposal, answer):
                are_settled = False
            elif self._open.get(partition) is proposal:  # telling it may bring the next one
                del self._open[partition]
        return are_settled

    def _settle_one(
        self,
        partition: Partition,
        proposal: IsrProposal,
        answer: AlterPartitionResponsePartitionData,
    ) -> bool:
        code = ErrorCode.of(answer.error_code)
        if partition.leadership is None:
            return True
        if code is ErrorCode.NONE:
            # Only what grows is taken over at once. What shrinks may come with another
            # min.insync.replicas, which this broker does not know before it reads the journal.
            grows = partition.leadership.isr.isr <= set(answer.isr)
            if grows and answer.leader_epoch == partition.leader_epoch:
                partition.isr_decided(answer.partition_epoch, tuple(answer.isr))
            return True
        if code in _NEVER_IN_FORCE:
            _logger.info(
                "%s-%s: the in-sync set %s is refused: %s",
                partition.topic,
                partition.index,
                [broker_id for broker_id, _ in proposal.members],
                code.name,
            )
            partition.isr_refused(proposal.partition_epoch)
            return True
        return code in _METADATA_TELLS
