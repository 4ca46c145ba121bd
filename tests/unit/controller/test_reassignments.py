# SPDX-License-Identifier: Apache-2.0
"""Claims about moves of partitions."""

from __future__ import annotations

import pytest

from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.alter_partition_reassignments import (
    AlterPartitionReassignmentsRequest,
    ReassignablePartition,
    ReassignableTopic,
)
from ottla.protocol.messages.create_partitions import CreatePartitionsTopic


@pytest.fixture
def cluster(cluster_of, broker):
    """Return six brokers and a partition on the first three."""
    cluster = cluster_of(*(broker(n) for n in range(1, 7)), elr=1)
    cluster.create("t", 2, 3)
    cluster.put(replicas=[1, 2, 3], isr=[1, 2, 3], leader=1)
    return cluster


def move(cluster, replicas, *, name="t", number=0, times=1, **fields: object):
    """Ask for a move; return the outcome."""
    partitions = [ReassignablePartition(partition_index=number, replicas=replicas)] * times
    topic = ReassignableTopic(name=name, partitions=partitions)
    asked = AlterPartitionReassignmentsRequest(topics=[topic], **fields)
    response = cluster.do("alter_partition_reassignments", asked)
    answer = response.responses[0].partitions[-1]
    code = ErrorCode(answer.error_code)
    assert (answer.error_message is None) == (code is ErrorCode.NONE)
    return code.name


def shape(cluster):
    """Return replicas, those added, those removed, in-sync ones."""
    partition = cluster.partition()
    return (
        partition.replicas,
        partition.adding_replicas,
        partition.removing_replicas,
        tuple(sorted(partition.isr)),
    )


def test_a_move_begins(cluster):
    """Old and new replicas together, the new ones first; the leader stays."""
    epoch = cluster.partition().leader_epoch
    assert move(cluster, [4, 2, 5]) == "NONE"
    assert shape(cluster) == ((4, 2, 5, 1, 3), (4, 5), (1, 3), (1, 2, 3))
    assert (cluster.partition().leader, cluster.partition().leader_epoch) == (1, epoch)


def test_what_is_so_already_needs_no_record(cluster):
    """The same assignment, or the same move once more."""
    end = cluster.image.next_offset
    assert move(cluster, [1, 2, 3]) == "NONE"
    assert cluster.image.next_offset == end
    move(cluster, [4, 2, 5])
    end = cluster.image.next_offset
    assert move(cluster, [4, 2, 5]) == "NONE"
    assert cluster.image.next_offset == end


def test_another_order_is_done_at_once(cluster):
    """It changes the preferred leader, not the leader."""
    assert move(cluster, [3, 2, 1]) == "NONE"
    assert shape(cluster) == ((3, 2, 1), (), (), (1, 2, 3))
    assert cluster.partition().leader == 1


def test_fewer_replicas(cluster):
    """Done at once when those that stay are in sync, else when they are."""
    cluster.put(number=1, replicas=[1, 2, 3], isr=[1, 3], leader=1)
    assert move(cluster, [2, 3]) == "NONE"
    assert shape(cluster) == ((2, 3), (), (), (2, 3))
    assert cluster.partition().leader == 2
    assert move(cluster, [2, 3], number=1) == "NONE"
    assert cluster.partition("t", 1).removing_replicas == (1,)
    assert cluster.partition("t", 1).leader == 1


def test_a_cancelled_move(cluster):
    """Everything is as before; the new replicas are dropped in a new leader epoch."""
    move(cluster, [4, 2, 5])
    cluster.put(isr=[1, 2, 3, 4])
    epoch = cluster.partition().leader_epoch
    assert move(cluster, None) == "NONE"
    assert shape(cluster) == ((2, 1, 3), (), (), (1, 2, 3))
    assert cluster.partition().leader_epoch == epoch + 1
    assert move(cluster, None) == "NO_REASSIGNMENT_IN_PROGRESS"


def test_another_target(cluster):
    """What only the first target added is dropped; a cancellation still knows the beginning."""
    move(cluster, [4, 2, 5])
    cluster.put(isr=[1, 2, 3, 4])
    assert move(cluster, [5, 6, 2]) == "NONE"
    assert shape(cluster) == ((5, 6, 2, 1, 3), (5, 6), (1, 3), (1, 2, 3))
    assert move(cluster, None) == "NONE"
    assert set(cluster.partition().replicas) == {1, 2, 3}


@pytest.mark.parametrize("target", [None, [1, 2, 3]])
def test_the_only_replica_in_sync_is_not_dropped(cluster, target):
    """It is a new one, and the old ones lack records: the way back would lose them."""
    move(cluster, [4, 2, 5])
    cluster.put(isr=[4], leader=4)
    assert move(cluster, target) == "INVALID_REPLICA_ASSIGNMENT"
    assert cluster.partition().adding_replicas == (4, 5)


@pytest.mark.parametrize(
    ("replicas", "fields", "code"),
    [
        ([1], {"name": "u"}, "UNKNOWN_TOPIC_OR_PARTITION"),
        ([1], {"number": 2}, "UNKNOWN_TOPIC_OR_PARTITION"),
        ([1], {"number": -1}, "UNKNOWN_TOPIC_OR_PARTITION"),
        ([1, 2, 3], {"times": 2}, "INVALID_REQUEST"),
        ([], {}, "INVALID_REPLICA_ASSIGNMENT"),
        ([1, 1], {}, "INVALID_REPLICA_ASSIGNMENT"),
        ([1, 99], {}, "INVALID_REPLICA_ASSIGNMENT"),
        ([1, 2], {"allow_replication_factor_change": False}, "INVALID_REPLICATION_FACTOR"),
        ([4, 5, 6], {"allow_replication_factor_change": False}, "NONE"),
        (None, {}, "NO_REASSIGNMENT_IN_PROGRESS"),
    ],
)
def test_moves_that_are_refused(cluster, replicas, fields, code):
    """Each row of the module's table."""
    assert move(cluster, replicas, **fields) == code


def test_new_partitions_have_as_many_replicas_as_the_move_aims_at(cluster):
    """Those that are about to be removed do not count."""
    move(cluster, [4, 5])
    cluster.do("create_partitions", [CreatePartitionsTopic(name="t", count=3)])
    assert len(cluster.partition("t", 2).replicas) == 2
