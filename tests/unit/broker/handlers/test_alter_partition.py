# SPDX-License-Identifier: Apache-2.0
"""Claims about AlterPartition; the rules are tested with the controller."""

from __future__ import annotations

import pytest
from tests.unit.broker.handlers.cluster_admin import add_brokers, add_topic, resign

from ottla.broker.handlers.alter_partition import VERSIONS
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.alter_partition import (
    AlterPartitionRequest,
    AlterPartitionRequestPartitionData,
    AlterPartitionRequestTopicData,
    BrokerState,
)
from ottla.protocol.messages.cluster_metadata import PartitionChangeRecord


@pytest.fixture
def topic_id(admin):
    """Return the topic of brokers 1 to 3, led by 1, of which 3 is not in sync."""
    add_brokers(admin, 2, 3)
    return add_topic(admin, replicas=(1, 2, 3), isr=(1, 2))


def proposal(
    admin,
    topic_id,
    *members: int,
    partition=0,
    leader_epoch=3,
    partition_epoch=5,
    epochs=None,
    version=3,
):
    """Return broker 1's proposal."""
    epochs = epochs or {1: -1, 2: 20, 3: 30}
    data = AlterPartitionRequestPartitionData(
        partition_index=partition,
        leader_epoch=leader_epoch,
        new_isr=list(members) if version < 3 else [],
        new_isr_with_epochs=[
            BrokerState(broker_id=each, broker_epoch=epochs.get(each, -1))
            for each in (members if version >= 3 else ())
        ],
        leader_recovery_state=0,
        partition_epoch=partition_epoch,
    )
    return AlterPartitionRequest(
        broker_id=1,
        broker_epoch=admin.image.brokers[1].broker_epoch,
        topics=[AlterPartitionRequestTopicData(topic_id=topic_id, partitions=[data])],
    )


def code_of(response):
    """Return the one partition's outcome."""
    return ErrorCode.of(response.topics[0].partitions[0].error_code)


@pytest.mark.parametrize("version", VERSIONS)
def test_a_proposal_is_granted_in_every_version(admin, topic_id, version):
    """The answer says the whole state of the partition."""
    response = admin.ask(proposal(admin, topic_id, 1, 2, 3, version=version), version)
    answer = response.topics[0].partitions[0]
    assert (response.error_code, answer.error_code) == (0, 0)
    assert (answer.leader_id, answer.leader_epoch, answer.partition_epoch) == (1, 3, 6)
    assert answer.isr == [1, 2, 3]
    assert admin.image.partition("t", 0).isr == (1, 2, 3)


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"partition": 7}, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
        ({"leader_epoch": 2}, ErrorCode.FENCED_LEADER_EPOCH),
        ({"partition_epoch": 4}, ErrorCode.INVALID_UPDATE_VERSION),
        ({"epochs": {3: 29}}, ErrorCode.INELIGIBLE_REPLICA),
    ],
)
def test_what_is_refused_by_partition(admin, topic_id, fields, code):
    """Old epochs, another incarnation, no such partition; nothing changes."""
    assert code_of(admin.ask(proposal(admin, topic_id, 1, 2, 3, **fields), 3)) is code
    assert admin.image.partition("t", 0).isr == (1, 2)


def test_an_unknown_topic(admin, topic_id):
    """UNKNOWN_TOPIC_ID."""
    response = admin.ask(proposal(admin, b"?" * 16, 1, 2, 3), 3)
    assert code_of(response) is ErrorCode.UNKNOWN_TOPIC_ID


@pytest.mark.parametrize("members", [(), (2, 3), (1, 1), (1, 9)])
def test_a_set_that_cannot_be(admin, topic_id, members):
    """Nobody, without the leader, somebody twice, no replica: INVALID_REQUEST."""
    assert code_of(admin.ask(proposal(admin, topic_id, *members), 3)) is ErrorCode.INVALID_REQUEST


def test_a_move_that_takes_the_leader_away(admin):
    """It is done, and NEW_LEADER_ELECTED tells the old leader."""
    add_brokers(admin, 2, 3)
    topic_id = add_topic(admin, replicas=(2, 1), isr=(2, 1))
    admin.apply(
        PartitionChangeRecord(
            topic_id=topic_id, partition_id=0, replicas=[2, 3, 1], adding_replicas=[3],
            removing_replicas=[1],
        )
    )  # fmt: skip
    response = admin.ask(proposal(admin, topic_id, 1, 2, 3, partition_epoch=6), 3)
    assert code_of(response) is ErrorCode.NEW_LEADER_ELECTED
    assert admin.image.partition("t", 0).replicas == (2, 3)


@pytest.mark.parametrize(
    ("broker_id", "epoch", "code"),
    [
        (9, 90, ErrorCode.BROKER_ID_NOT_REGISTERED),
        (2, 19, ErrorCode.STALE_BROKER_EPOCH),
    ],
)
def test_who_may_not_ask(admin, topic_id, broker_id, epoch, code):
    """The whole request is refused."""
    request = proposal(admin, topic_id, 1, 2, 3)
    request.broker_id, request.broker_epoch = broker_id, epoch
    with pytest.raises(ApiError) as caught:
        admin.ask(request, 3)
    assert caught.value.code is code


def test_only_the_controller_decides(admin, topic_id):
    """NOT_CONTROLLER: the leader asks whoever is."""
    request = proposal(admin, topic_id, 1, 2, 3)
    resign(admin)
    with pytest.raises(ApiError) as caught:
        admin.ask(request, 3)
    assert caught.value.code is ErrorCode.NOT_CONTROLLER
