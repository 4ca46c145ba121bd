# SPDX-License-Identifier: Apache-2.0
"""Claims about AlterPartitionReassignments; moves are tested with the controller."""

from __future__ import annotations

import pytest
from tests.unit.broker.handlers.cluster_admin import add_brokers, add_topic

from ottla.broker.handlers.alter_partition_reassignments import VERSIONS
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.alter_partition_reassignments import (
    AlterPartitionReassignmentsRequest,
    ReassignablePartition,
    ReassignableTopic,
)


@pytest.fixture
def admin(admin):
    """Return a cluster of four brokers and a topic of two."""
    add_brokers(admin, 2, 3, 4)
    add_topic(admin, replicas=(1, 2))
    return admin


def move(*wanted: tuple, may_change_factor=True):
    """Return a request; wanted is (topic, partition, replicas)."""
    return AlterPartitionReassignmentsRequest(
        timeout_ms=1000,
        allow_replication_factor_change=may_change_factor,
        topics=[
            ReassignableTopic(
                name=name,
                partitions=[ReassignablePartition(partition_index=number, replicas=replicas)],
            )
            for name, number, replicas in wanted
        ],
    )


def codes(response):
    """Return each partition's outcome."""
    return [
        ErrorCode.of(partition.error_code)
        for topic in response.responses
        for partition in topic.partitions
    ]


@pytest.mark.parametrize("version", VERSIONS)
def test_a_move_begins_in_every_version(admin, version):
    """New replicas are added to the old ones."""
    response = admin.ask(move(("t", 0, [3, 4])), version)
    assert codes(response) == [ErrorCode.NONE]
    partition = admin.image.partition("t", 0)
    assert set(partition.replicas) == {1, 2, 3, 4}
    assert (partition.adding_replicas, partition.removing_replicas) == ((3, 4), (1, 2))


def test_a_move_is_cancelled(admin):
    """Null replicas bring the old assignment back."""
    admin.ask(move(("t", 0, [3, 4])), 1)
    assert codes(admin.ask(move(("t", 0, None)), 1)) == [ErrorCode.NONE]
    assert admin.image.partition("t", 0).replicas == (1, 2)


@pytest.mark.parametrize(
    ("wanted", "code"),
    [
        (("t", 0, []), ErrorCode.INVALID_REPLICA_ASSIGNMENT),
        (("t", 0, [3, 3]), ErrorCode.INVALID_REPLICA_ASSIGNMENT),
        (("t", 0, [3, 9]), ErrorCode.INVALID_REPLICA_ASSIGNMENT),
        (("t", 0, None), ErrorCode.NO_REASSIGNMENT_IN_PROGRESS),
        (("t", 7, [3, 4]), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
        (("u", 0, [3, 4]), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
    ],
)
def test_what_is_refused(admin, wanted, code):
    """With a text; the partition stays as it is."""
    response = admin.ask(move(wanted), 1)
    assert codes(response) == [code]
    assert response.responses[0].partitions[0].error_message
    assert admin.image.partition("t", 0).replicas == (1, 2)


def test_another_number_of_replicas_needs_leave(admin):
    """INVALID_REPLICATION_FACTOR, from version 1 on, where the request can forbid it."""
    response = admin.ask(move(("t", 0, [3]), may_change_factor=False), 1)
    assert codes(response) == [ErrorCode.INVALID_REPLICATION_FACTOR]
    assert codes(admin.ask(move(("t", 0, [1, 2, 3])), 0)) == [ErrorCode.NONE]


def test_a_partition_is_named_once(admin):
    """INVALID_REQUEST for the second time; the first one counts."""
    response = admin.ask(move(("t", 0, [3, 4]), ("t", 0, [2, 3])), 1)
    assert codes(response) == [ErrorCode.NONE, ErrorCode.INVALID_REQUEST]
