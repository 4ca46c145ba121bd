# SPDX-License-Identifier: Apache-2.0
"""ConsumerGroupHeartbeat over the wire: both versions, and each error."""

from __future__ import annotations

import pytest
from tests.unit.broker.handlers.consumer_group_client import ConsumerGroupClient

from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.consumer_group_heartbeat import ConsumerGroupHeartbeatRequest


@pytest.fixture
def client():
    """Return a client of a coordinator with one topic of two partitions."""
    return ConsumerGroupClient()


def joining(**fields: object):
    """Return a request that joins."""
    return ConsumerGroupHeartbeatRequest(
        **{
            "group_id": "g",
            "member_id": "a",
            "rebalance_timeout_ms": 60_000,
            "subscribed_topic_names": ["t"],
            "topic_partitions": [],
            **fields,
        }
    )


def test_a_member_joins_in_both_versions(client):
    """In version 0 the broker makes the member id, in Kafka's form."""
    answer = client.ask(joining(member_id=""), 0)
    assert (answer.error_code, answer.member_epoch) == (0, 2)
    assert len(answer.member_id) == 22
    (topic,) = answer.assignment.topic_partitions
    assert list(topic.partitions) == [0, 1]
    answer = client.ask(joining(group_id="h", subscribed_topic_regex="t"), 1)
    assert (answer.error_code, answer.member_id, answer.member_epoch) == (0, "a", 2)
    assert answer.heartbeat_interval_ms == 5_000


def test_who_the_client_is_comes_from_its_connection(client):
    """The header's client id and the peer's address, as Kafka shows it."""
    client.ask(joining(), 1)
    member = client.world.described().members[0]
    assert (member.client_id, member.client_host) == ("rdkafka", "/192.0.2.9")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"member_id": ""}, ErrorCode.INVALID_REQUEST),
        ({"group_id": ""}, ErrorCode.INVALID_REQUEST),
        ({"server_assignor": "none"}, ErrorCode.UNSUPPORTED_ASSIGNOR),
        ({"group_id": "other", "member_epoch": 2}, ErrorCode.GROUP_ID_NOT_FOUND),
        ({"member_id": "nobody", "member_epoch": 2}, ErrorCode.UNKNOWN_MEMBER_ID),
        ({"member_id": "a", "member_epoch": 9}, ErrorCode.FENCED_MEMBER_EPOCH),
        ({"member_id": "b", "instance_id": "i"}, ErrorCode.UNRELEASED_INSTANCE_ID),
        (
            {"member_id": "b", "instance_id": "i", "member_epoch": 3},
            ErrorCode.FENCED_INSTANCE_ID,
        ),
        ({"member_id": "c"}, ErrorCode.GROUP_MAX_SIZE_REACHED),
        (
            {"subscribed_topic_names": None, "subscribed_topic_regex": "("},
            ErrorCode.INVALID_REGULAR_EXPRESSION,
        ),
    ],
)
def test_each_error(client, fields, code):
    """Each refusal comes as a response with a sentence."""
    client.world.settings.group_consumer_max_size = 3
    client.ask(joining(), 1)
    client.ask(joining(member_id="s", instance_id="i"), 1)
    client.ask(joining(member_id="last"), 1)
    if code != ErrorCode.GROUP_MAX_SIZE_REACHED:
        client.world.settings.group_consumer_max_size = 9
    answer = client.ask(joining(**fields), 1)
    assert answer.error_code == code
    assert answer.error_message


def test_the_coordinator_may_be_elsewhere_or_busy(client):
    """NOT_COORDINATOR without a shard, COORDINATOR_LOAD_IN_PROGRESS while it is read."""
    client.world.groups.runtime.unload(0)
    assert client.ask(joining(), 1).error_code == ErrorCode.NOT_COORDINATOR
    client.world.groups.runtime.begin_load(0, client.world.partition)
    assert client.ask(joining(), 1).error_code == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS


def test_the_log_may_refuse(client):
    """COORDINATOR_NOT_AVAILABLE when replicas are missing; nothing has changed then."""
    from ottla.protocol.errors import ApiError

    client.world.partition.refusal = ApiError(ErrorCode.NOT_ENOUGH_REPLICAS)
    assert client.ask(joining(), 1).error_code == ErrorCode.COORDINATOR_NOT_AVAILABLE
    assert client.ask(joining(), 1).member_epoch == 2


def test_the_protocol_may_be_switched_off(client):
    """UNSUPPORTED_VERSION makes clients fall back, or say what is wrong."""
    client.world.settings.group_coordinator_rebalance_protocols = ("classic",)
    assert client.ask(joining(), 1).error_code == ErrorCode.UNSUPPORTED_VERSION
