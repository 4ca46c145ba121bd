# SPDX-License-Identifier: Apache-2.0
"""Proposals about in-sync sets on their way to the controller."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from tests.unit.broker.cluster_bench import run, until

from ottla.broker.isr_changes import IsrChanges
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.alter_partition import (
    AlterPartitionResponse,
    AlterPartitionResponsePartitionData,
    AlterPartitionResponseTopicData,
)
from ottla.replication.isr import Committed
from ottla.replication.leadership import IsrProposal

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

    def propose(self, *members: int):
        """Propose an in-sync set."""
        epoch = self.leadership.partition_epoch
        self.changes.propose(self, IsrProposal(3, epoch, tuple((one, -1) for one in members)))

    def isr_decided(self, partition_epoch, isr):
        """Take the set over; the third member has been waiting."""
        self.leadership.partition_epoch = partition_epoch
        self.leadership.isr = Committed(frozenset(isr))
        if len(isr) == 2:
            self.propose(1, 2, 3)


def test_a_proposal_made_while_an_answer_is_taken_over_is_not_lost():
    """Telling a partition that one follower has joined may bring the next proposal at once."""
    controller, partition = Controller(), EagerPartition()

    async def scenario():
        partition.changes = changes = IsrChanges(controller, 1, lambda: 7)
        partition.propose(1, 2)
        await until(lambda: not len(changes))

    run(scenario())
    assert controller.asked == [5, 6]
    assert partition.leadership.isr.isr == {1, 2, 3}


class Link:
    """A controller that answers what the test says, and can be silent for a while."""

    def __init__(self) -> None:
        self.requests = []
        self.outcomes: list[object] = []
        """Of the next requests: an exception, an answer, or a function of the request."""

    async def alter_partitions(self, request):
        """Answer, or fail."""
        self.requests.append(request)
        await asyncio.sleep(0.001)
        outcome = self.outcomes.pop(0)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome(request) if callable(outcome) else outcome


class Partition:
    """A partition that notes what it is told."""

    topic = "t"
    leader_epoch = 3

    def __init__(self, index=0, topic_id=TOPIC_ID, isr=(1,)) -> None:
        self.index = index
        self.topic_id = topic_id
        self.told: list[tuple] = []
        self.leadership = SimpleNamespace(
            leader_epoch=3, partition_epoch=5, isr=Committed(frozenset(isr))
        )

    def isr_decided(self, partition_epoch, isr):
        """Note what was decided."""
        self.told.append(("decided", partition_epoch, isr))
        self.leadership.partition_epoch = partition_epoch

    def isr_refused(self, partition_epoch):
        """Note a refusal."""
        self.told.append(("refused", partition_epoch))


def answers(code=ErrorCode.NONE, *, isr=None, leader_epoch=3):
    """Answer every partition that is asked for."""

    def answer(request):
        return AlterPartitionResponse(
            topics=[
                AlterPartitionResponseTopicData(
                    topic_id=topic.topic_id,
                    partitions=[
                        AlterPartitionResponsePartitionData(
                            partition_index=one.partition_index,
                            error_code=code,
                            leader_epoch=leader_epoch,
                            isr=isr or [each.broker_id for each in one.new_isr_with_epochs],
                            partition_epoch=one.partition_epoch + 1,
                        )
                        for one in topic.partitions
                    ],
                )
                for topic in request.topics
            ]
        )

    return answer


def proposal(*members: int, partition_epoch=5):
    """Propose members, each with its broker epoch."""
    return IsrProposal(3, partition_epoch, tuple((one, one * 10) for one in members))


def settle(link, *proposals: tuple, seconds=5.0):
    """Propose for partitions and let some time pass; return what is still open."""

    async def scenario():
        changes = IsrChanges(link, 1, lambda: 77)
        for partition, proposed in proposals:
            changes.propose(partition, proposed)
        await asyncio.sleep(seconds)
        return len(changes)

    return run(scenario())


def test_a_request_says_who_asks_for_whom():
    """Epochs of broker, leader, partition and every member; partitions grouped by topic."""
    link = Link()
    link.outcomes = [answers()]
    other = Partition(2, topic_id=b"O" * 16)
    open_ = settle(
        link,
        (Partition(0), proposal(1, 2)),
        (Partition(1), proposal(1, 3)),
        (other, proposal(1, 2)),
    )
    assert open_ == 0
    (request,) = link.requests
    assert (request.broker_id, request.broker_epoch) == (1, 77)
    assert [(t.topic_id, [p.partition_index for p in t.partitions]) for t in request.topics] == [
        (TOPIC_ID, [0, 1]),
        (b"O" * 16, [2]),
    ]
    asked = request.topics[0].partitions[1]
    assert (asked.leader_epoch, asked.partition_epoch) == (3, 5)
    assert [(m.broker_id, m.broker_epoch) for m in asked.new_isr_with_epochs] == [(1, 10), (3, 30)]


def test_a_set_that_grows_is_taken_over_at_once():
    """Waiting for the journal would only delay acknowledgements."""
    link, partition = Link(), Partition()
    link.outcomes = [answers()]
    assert settle(link, (partition, proposal(1, 2))) == 0
    assert partition.told == [("decided", 6, (1, 2))]


def test_a_set_that_shrinks_comes_with_the_metadata():
    """Until then nothing more is committed than with the larger one."""
    link, partition = Link(), Partition(isr=(1, 2))
    link.outcomes = [answers()]
    assert settle(link, (partition, proposal(1))) == 0
    assert partition.told == []


def test_an_answer_of_another_leader_epoch_is_not_taken_over():
    """The metadata tells what happened."""
    link, partition = Link(), Partition()
    link.outcomes = [answers(leader_epoch=4)]
    assert settle(link, (partition, proposal(1, 2))) == 0
    assert partition.told == []


@pytest.mark.parametrize("code", [ErrorCode.INELIGIBLE_REPLICA, ErrorCode.INVALID_REQUEST])
def test_what_will_never_be_in_force_is_forgotten(code):
    """The partition goes on with the set that is decided."""
    link, partition = Link(), Partition()
    link.outcomes = [answers(code)]
    assert settle(link, (partition, proposal(1, 2))) == 0
    assert partition.told == [("refused", 5)]


@pytest.mark.parametrize(
    "code",
    [
        ErrorCode.UNKNOWN_TOPIC_ID,
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        ErrorCode.FENCED_LEADER_EPOCH,
        ErrorCode.INVALID_UPDATE_VERSION,
        ErrorCode.NEW_LEADER_ELECTED,
    ],
)
def test_what_the_metadata_tells_is_waited_for(code):
    """The proposal may be in force or not: the partition is told neither."""
    link, partition = Link(), Partition()
    link.outcomes = [answers(code)]
    assert settle(link, (partition, proposal(1, 2))) == 0
    assert partition.told == []
    assert len(link.requests) == 1


@pytest.mark.parametrize(
    "outcome",
    [
        ApiError(ErrorCode.NOT_CONTROLLER),
        ApiError(ErrorCode.REQUEST_TIMED_OUT),
        AlterPartitionResponse(error_code=ErrorCode.STALE_BROKER_EPOCH),
        answers(ErrorCode.UNKNOWN_SERVER_ERROR),
        AlterPartitionResponse(),  # not a word about the partition
    ],
)
def test_what_nobody_knows_is_asked_again(outcome):
    """The proposal stays open, for the controller may have it, until there is an answer."""
    link, partition = Link(), Partition()
    link.outcomes = [outcome, outcome, answers()]
    assert settle(link, (partition, proposal(1, 2))) == 0
    assert len(link.requests) == 3
    assert partition.told == [("decided", 6, (1, 2))]


def test_an_overtaken_proposal_is_not_asked_again():
    """The metadata has brought another partition epoch, or another leader, meanwhile."""
    link = Link()
    overtaken, deposed = Partition(0), Partition(1)

    def fail(request):
        overtaken.leadership.partition_epoch = 9
        deposed.leadership = None
        raise ApiError(ErrorCode.NOT_CONTROLLER)

    link.outcomes = [fail]
    assert settle(link, (overtaken, proposal(1, 2)), (deposed, proposal(1, 2))) == 0
    assert len(link.requests) == 1
    assert overtaken.told == deposed.told == []


def test_what_comes_meanwhile_is_gathered_for_the_next_request():
    """One request is under way at a time."""
    link = Link()
    link.outcomes = [answers(), answers()]

    async def scenario():
        changes = IsrChanges(link, 1, lambda: 77)
        changes.propose(Partition(0), proposal(1, 2))
        await asyncio.sleep(0)
        changes.propose(Partition(1), proposal(1, 2))
        changes.propose(Partition(2), proposal(1, 2))
        await asyncio.sleep(1)

    run(scenario())
    assert [
        [one.partition_index for one in request.topics[0].partitions] for request in link.requests
    ] == [[0], [1, 2]]


def test_nothing_is_asked_after_the_stop():
    """The broker leaves."""
    link = Link()
    link.outcomes = [ApiError(ErrorCode.NOT_CONTROLLER)]

    async def scenario():
        changes = IsrChanges(link, 1, lambda: 77)
        changes.propose(Partition(0), proposal(1, 2))
        await asyncio.sleep(0.02)
        changes.stop()
        await asyncio.sleep(10)
        return len(changes)

    assert run(scenario()) == 0
    assert len(link.requests) == 1
