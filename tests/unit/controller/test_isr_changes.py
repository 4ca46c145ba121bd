# SPDX-License-Identifier: Apache-2.0
"""Claims about in-sync sets that leaders propose."""

from __future__ import annotations

import pytest

from ottla.metadata.snapshot import broker_record
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.alter_partition import (
    AlterPartitionRequest,
    AlterPartitionRequestPartitionData,
    AlterPartitionRequestTopicData,
    BrokerState,
)
from ottla.protocol.messages.alter_partition_reassignments import (
    AlterPartitionReassignmentsRequest,
    ReassignablePartition,
    ReassignableTopic,
)
from ottla.protocol.messages.delete_topics import DeleteTopicState


@pytest.fixture
def cluster(cluster_of, broker):
    """Return five brokers, one fenced, one leaving, and a partition of three that 1 leads."""
    cluster = cluster_of(
        broker(1),
        broker(2),
        broker(3),
        broker(4, fenced=True),
        broker(5, leaving=True),
        elr=1,
        static={"min.insync.replicas": "2"},
    )
    cluster.create("t", 1, 3)
    cluster.put(replicas=[1, 2, 3, 4, 5], isr=[1, 2], leader=1)
    return cluster


def proposal(cluster, isr, *, number=0, epochs=None, **fields: object):
    """Propose an in-sync set of the partition as it is now; `epochs` None is version 2."""
    partition = cluster.partition("t", 0)
    fields.setdefault("leader_epoch", partition.leader_epoch)
    fields.setdefault("partition_epoch", partition.partition_epoch)
    data = AlterPartitionRequestPartitionData(partition_index=number, **fields)
    if epochs is None:
        data.new_isr = list(isr)
    else:
        data.new_isr_with_epochs = [
            BrokerState(broker_id=b, broker_epoch=e) for b, e in zip(isr, epochs, strict=True)
        ]
    return data


def propose(cluster, *proposals: object, sender=1, topic_id=None, broker_epoch=None):
    """Send proposals; return the outcome of each."""
    topic_id = topic_id or cluster.image.topics_by_name["t"].topic_id
    topic = AlterPartitionRequestTopicData(topic_id=topic_id, partitions=proposals)
    asked = AlterPartitionRequest(
        broker_id=sender,
        broker_epoch=sender * 10 if broker_epoch is None else broker_epoch,
        topics=[topic],
    )
    (answer,) = cluster.do("alter_partition", asked).topics
    assert answer.topic_id == topic_id
    return answer.partitions


def move(cluster, replicas):
    """Start a move."""
    partition = ReassignablePartition(partition_index=0, replicas=replicas)
    topic = ReassignableTopic(name="t", partitions=[partition])
    asked = AlterPartitionReassignmentsRequest(topics=[topic])
    response = cluster.do("alter_partition_reassignments", asked)
    assert response.responses[0].partitions[0].error_code == ErrorCode.NONE


@pytest.mark.parametrize("epochs", [None, (10, 20, 30), (-1, -1, -1)])
def test_a_follower_joins(cluster, epochs):
    """The answer has the partition's new state; so do both versions of the request."""
    before = cluster.partition()
    (answer,) = propose(cluster, proposal(cluster, (1, 2, 3), epochs=epochs))
    after = cluster.partition()
    assert after.isr == (1, 2, 3)
    assert after.leader_epoch == before.leader_epoch
    assert answer.error_code == ErrorCode.NONE
    assert (answer.partition_index, answer.leader_id, answer.isr) == (0, 1, [1, 2, 3])
    assert (answer.leader_epoch, answer.partition_epoch) == (
        before.leader_epoch,
        before.partition_epoch + 1,
    )


def test_a_follower_leaves(cluster):
    """Below the minimum it stays eligible."""
    propose(cluster, proposal(cluster, (1,)))
    assert cluster.partition().isr == (1,)
    assert cluster.partition().eligible_leader_replicas == (2,)


@pytest.mark.parametrize(
    ("isr", "fields", "code"),
    [
        ((1, 2, 3), {"leader_epoch": 99}, "NOT_CONTROLLER"),
        ((1, 2, 3), {"partition_epoch": 99}, "NOT_CONTROLLER"),
        ((1, 2, 3), {"leader_epoch": 0}, "FENCED_LEADER_EPOCH"),
        ((1, 2, 3), {"partition_epoch": 0}, "INVALID_UPDATE_VERSION"),
        ((), {}, "INVALID_REQUEST"),
        ((1, 3, 3), {}, "INVALID_REQUEST"),
        ((1, 9), {}, "INVALID_REQUEST"),
        ((2, 3), {}, "INVALID_REQUEST"),
        ((1, 2, 3), {"leader_recovery_state": 7}, "INVALID_REQUEST"),
        ((1, 2, 3), {"leader_recovery_state": 1}, "INVALID_REQUEST"),
        ((1,), {"leader_recovery_state": 1}, "INVALID_REQUEST"),
        ((1, 2, 4), {}, "INELIGIBLE_REPLICA"),
        ((1, 2, 5), {}, "INELIGIBLE_REPLICA"),
        ((1, 2, 3), {"epochs": (10, 20, 29)}, "INELIGIBLE_REPLICA"),
    ],
)
def test_proposals_that_are_refused(cluster, isr, fields, code):
    """Each row of the module's table; nothing changes."""
    before = cluster.image.next_offset
    (answer,) = propose(cluster, proposal(cluster, isr, **fields))
    assert ErrorCode(answer.error_code).name == code
    assert cluster.image.next_offset == before


def test_only_those_who_join_are_looked_at(cluster):
    """A member that is leaving may stay until somebody takes over from it."""
    cluster.put(isr=[1, 2, 5])
    (answer,) = propose(cluster, proposal(cluster, (1, 2, 3, 5), epochs=(10, 20, 30, 50)))
    assert answer.error_code == ErrorCode.NONE


def test_proposals_of_others(cluster):
    """From a follower, or from an earlier run of the leader."""
    (answer,) = propose(cluster, proposal(cluster, (1, 2, 3)), sender=2)
    assert answer.error_code == ErrorCode.INVALID_REQUEST
    with pytest.raises(ApiError) as refused:
        propose(cluster, proposal(cluster, (1, 2, 3)), broker_epoch=9)
    assert refused.value.code is ErrorCode.STALE_BROKER_EPOCH


def test_unknown_partitions(cluster):
    """Topics by id and partitions by number."""
    (answer,) = propose(cluster, proposal(cluster, (1,)), topic_id=b"x" * 16)
    assert answer.error_code == ErrorCode.UNKNOWN_TOPIC_ID
    answers = propose(cluster, *(proposal(cluster, (1,), number=n) for n in (1, -1)))
    assert [a.error_code for a in answers] == [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION] * 2


def test_a_leader_that_repeats_itself_is_right(cluster):
    """The answer was lost: the same proposal succeeds and changes nothing."""
    again = proposal(cluster, (1, 2, 3))
    propose(cluster, again)
    end = cluster.image.next_offset
    (answer,) = propose(cluster, again)
    assert answer.error_code == ErrorCode.NONE
    assert answer.partition_epoch == cluster.partition().partition_epoch
    assert cluster.image.next_offset == end


def test_proposals_of_one_request_see_each_other(cluster):
    """The second of two for one partition is too late."""
    first, second = proposal(cluster, (1, 2, 3)), proposal(cluster, (1,))
    answers = propose(cluster, first, second)
    assert [a.error_code for a in answers] == [0, ErrorCode.INVALID_UPDATE_VERSION]


def test_recovery_ends_with_the_first_change(cluster):
    """An unclean leader is alone until it says that it has recovered."""
    cluster.put(isr=[1], leader=1, leader_recovery_state=1)
    (answer,) = propose(cluster, proposal(cluster, (1, 2), leader_recovery_state=1))
    assert answer.error_code == ErrorCode.INVALID_REQUEST
    (answer,) = propose(cluster, proposal(cluster, (1,), leader_recovery_state=1))
    assert answer.error_code == ErrorCode.NONE
    (answer,) = propose(cluster, proposal(cluster, (1,)))
    assert (answer.error_code, answer.leader_recovery_state) == (0, 0)
    assert cluster.partition().leader_recovery_state == 0


def test_a_move_that_takes_the_leader_away(cluster):
    """It is completed at once, and the old leader told who leads now."""
    move(cluster, [3, 2])
    (answer,) = propose(cluster, proposal(cluster, (1, 2, 3)))
    assert answer.error_code == ErrorCode.NEW_LEADER_ELECTED
    after = cluster.partition()
    assert (after.replicas, after.isr, after.leader) == ((3, 2), (3, 2), 3)


def test_bug_10_a_restarted_follower_does_not_join_by_an_old_fetch(cluster):
    """KIP-903: the proposal names the epoch in which the follower fetched; it is over."""
    late = proposal(cluster, (1, 2, 3), epochs=(10, 20, 30))
    ask = cluster.image.brokers[3]._replace(broker_epoch=31, fenced=False)
    cluster.image, _ = cluster.image.apply([broker_record(ask)])
    (answer,) = propose(cluster, late)
    assert answer.error_code == ErrorCode.INELIGIBLE_REPLICA
    assert cluster.partition().isr == (1, 2)


def test_bug_12_a_command_from_before_a_move_is_refused(cluster):
    """KIP-570: what was sent before a replica was dropped does not count afterwards."""
    late = proposal(cluster, (1, 2, 3))
    cluster.put(replicas=[1, 2, 3])
    move(cluster, [1, 2])
    (answer,) = propose(cluster, late)
    assert answer.error_code == ErrorCode.FENCED_LEADER_EPOCH


def test_bug_13_a_replica_removed_and_added_again_has_to_fetch_anew(cluster):
    """Both in one batch: it is not in sync, and proposals from before do not bring it back."""
    cluster.put(replicas=[1, 2, 3], isr=[1, 2, 3])
    late = proposal(cluster, (1, 2, 3), epochs=(10, 20, 30))
    before = cluster.image
    move(cluster, [1, 2])
    move(cluster, [1, 2, 3])
    assert cluster.image.next_offset == before.next_offset + 2
    partition = cluster.partition()
    assert (partition.replicas, partition.isr) == ((1, 2, 3), (1, 2))
    assert partition.adding_replicas == (3,)
    (answer,) = propose(cluster, late)
    assert answer.error_code == ErrorCode.FENCED_LEADER_EPOCH
    assert cluster.partition().isr == (1, 2)


def test_bug_14_a_topic_made_anew_is_another_topic(cluster):
    """KIP-516: a proposal for the deleted topic does not touch its namesake."""
    old_id = cluster.image.topics_by_name["t"].topic_id
    late = proposal(cluster, (1, 2, 3))
    cluster.do("delete_topics", [DeleteTopicState(name="t")])
    cluster.create("t", 1, 3)
    before = cluster.partition()
    (answer,) = propose(cluster, late, topic_id=old_id)
    assert answer.error_code == ErrorCode.UNKNOWN_TOPIC_ID
    assert cluster.partition() == before
