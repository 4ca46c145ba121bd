# SPDX-License-Identifier: Apache-2.0
"""TxnOffsetCommit over the wire: every version, and each error."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from tests.unit.coordinators.group.group_world import DELAY_MS

from ottla.broker.handlers import txn_offset_commit
from ottla.coordinators.pending import Pending
from ottla.coordinators.ports import ProducerIdentity
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.txn_offset_commit import (
    TxnOffsetCommitRequest,
    TxnOffsetCommitRequestPartition,
    TxnOffsetCommitRequestTopic,
)

PRODUCER = ProducerIdentity(9, 1)
PLACE = ("__consumer_offsets", 0)


class Transactions:
    """A transaction coordinator that knows one answer."""

    def __init__(self) -> None:
        self.code = ErrorCode.NONE
        self.asked: list[tuple] = []
        self.pending: Pending | None = None

    def admit(self, transactional_id, producer, places, moment, *, add):
        """Answer for each place."""
        self.asked.append((transactional_id, producer, list(places), add))
        if self.pending is not None:
            return self.pending
        return Pending.of(dict.fromkeys(places, self.code))


@pytest.fixture
def world(group_world, world):
    """Return a broker whose transaction coordinator is told what to say."""
    world.partition(*PLACE)
    group_world.transactions = world.services.transactions = Transactions()
    world.services.admit = world.services.transactions.admit
    world.services.config = SimpleNamespace(
        add_partitions_to_txn_retry_backoff_max_ms=0,
        add_partitions_to_txn_retry_backoff_ms=20,
        transaction_partition_verification_enable=True,
    )
    world.services.moment = lambda: group_world.moment
    return group_world


def request(*indexes: int, topic="t", version=5, **fields: object):
    """Return a request for partitions of one topic."""
    values = {
        "transactional_id": "x",
        "group_id": "g",
        "producer_id": PRODUCER.producer_id,
        "producer_epoch": PRODUCER.producer_epoch,
        **fields,
    }
    return TxnOffsetCommitRequest(
        topics=[
            TxnOffsetCommitRequestTopic(
                name=topic,
                partitions=[
                    TxnOffsetCommitRequestPartition(
                        partition_index=index, committed_offset=7, committed_metadata="m"
                    )
                    for index in indexes
                ],
            )
        ],
        **values,
    )


def codes(answer):
    """Return error codes by topic and partition."""
    return {
        (topic.name, one.partition_index): one.error_code
        for topic in answer.topics
        for one in topic.partitions
    }


@pytest.mark.parametrize("version", txn_offset_commit.VERSIONS)
def test_offsets_are_pending_in_every_version(world, version):
    """Only version 5 has the partition added to the transaction."""
    answer = world.client().ask(request(0, 1, version=version), version)
    assert codes(answer) == {("t", 0): 0, ("t", 1): 0}
    assert world.transactions.asked == [("x", PRODUCER, [PLACE], version >= 5)]
    assert world.fetch(require_stable=True, topics={"t": [0]}) == {
        ("t", 0): ErrorCode.UNSTABLE_OFFSET_COMMIT
    }
    world.end_transaction(9, committed=True, epoch=1)
    assert world.fetch() == {("t", 0): 7, ("t", 1): 7}


def test_a_transaction_that_is_known_is_not_asked_about_again(world):
    """The partition remembers what it was told."""
    client = world.client()
    client.ask(request(0), 5)
    client.ask(request(1), 5)
    assert len(world.transactions.asked) == 1


def test_the_answer_waits_for_the_transaction_coordinator(world):
    """Nothing is written before it has said yes."""
    world.transactions.pending = Pending()
    client = world.client()
    assert client.ask(request(0), 5) is None
    assert world.partition.end_offset == 0
    world.transactions.pending.complete({PLACE: ErrorCode.NONE})
    assert codes(client.answer()) == {("t", 0): 0}
    assert world.partition.end_offset == 1


@pytest.mark.parametrize(
    ("said", "version", "told"),
    [
        (ErrorCode.INVALID_TXN_STATE, 5, ErrorCode.INVALID_TXN_STATE),
        (ErrorCode.INVALID_PRODUCER_ID_MAPPING, 5, ErrorCode.INVALID_PRODUCER_ID_MAPPING),
        (ErrorCode.PRODUCER_FENCED, 5, ErrorCode.INVALID_PRODUCER_EPOCH),
        (ErrorCode.INVALID_PRODUCER_EPOCH, 5, ErrorCode.INVALID_PRODUCER_EPOCH),
        (ErrorCode.TRANSACTION_ABORTABLE, 4, ErrorCode.TRANSACTION_ABORTABLE),
        (ErrorCode.TRANSACTION_ABORTABLE, 3, ErrorCode.INVALID_TXN_STATE),
        (ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, 5, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS),
        (ErrorCode.CONCURRENT_TRANSACTIONS, 5, ErrorCode.CONCURRENT_TRANSACTIONS),
    ],
)
def test_what_the_transaction_coordinator_refuses(world, said, version, told):
    """In the words that a producer of that version understands; nothing is written."""
    world.transactions.code = said
    answer = world.client().ask(request(0, 1, version=version), version)
    assert codes(answer) == {("t", 0): told, ("t", 1): told}
    assert world.partition.end_offset == 0


def test_partitions_that_do_not_exist_are_refused_alone(world):
    """UNKNOWN_TOPIC_OR_PARTITION; a request with nothing else asks nobody."""
    unknown = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    asked = request(0, 99)
    asked.topics.append(request(0, topic="missing").topics[0])
    assert codes(world.client().ask(asked, 5)) == {
        ("t", 0): 0,
        ("t", 99): unknown,
        ("missing", 0): unknown,
    }
    world.transactions.asked.clear()
    answer = world.client().ask(request(0, topic="missing"), 5)
    assert codes(answer) == {("missing", 0): unknown}
    assert world.transactions.asked == []


def test_too_much_metadata(world):
    """OFFSET_METADATA_TOO_LARGE."""
    world.settings.offset_metadata_max_bytes = 0
    answer = world.client().ask(request(0), 5)
    assert codes(answer) == {("t", 0): ErrorCode.OFFSET_METADATA_TOO_LARGE}


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"group_id": ""}, ErrorCode.INVALID_GROUP_ID),
        ({"group_id": "other", "generation_id": 1}, ErrorCode.ILLEGAL_GENERATION),
        ({"member_id": "i-1", "generation_id": 0}, ErrorCode.ILLEGAL_GENERATION),
        ({"member_id": "nobody", "generation_id": 1}, ErrorCode.UNKNOWN_MEMBER_ID),
        (
            {"member_id": "old", "generation_id": 1, "group_instance_id": "i"},
            ErrorCode.FENCED_INSTANCE_ID,
        ),
    ],
)
def test_bug_32_groups_fence_producers(world, fields, code):
    """Bug 32: a producer whose consumer is out of the group cannot commit for it."""
    world.join(instance="i")
    world.pass_time(DELAY_MS)
    assert codes(world.client().ask(request(0, **fields), 5)) == {("t", 0): code}


def test_what_the_runtime_refuses(world):
    """COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR with and without the partition, loading."""
    client = world.client()
    world.partition.refusal = ApiError(ErrorCode.NOT_ENOUGH_REPLICAS)
    assert codes(client.ask(request(0), 5)) == {("t", 0): ErrorCode.COORDINATOR_NOT_AVAILABLE}
    world.groups.runtime.unload(0)
    assert codes(client.ask(request(0), 5)) == {("t", 0): ErrorCode.NOT_COORDINATOR}
    world.begin_load()
    code = ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
    assert codes(client.ask(request(0), 5)) == {("t", 0): code}
    world.services.replicas.partitions.clear()
    assert codes(client.ask(request(0), 5)) == {("t", 0): ErrorCode.NOT_COORDINATOR}
