# SPDX-License-Identifier: Apache-2.0
"""librdkafka's members of the consumer protocol (KIP-848) on a real broker."""

from __future__ import annotations

import time

import confluent_kafka
import pytest

DEADLINE_S = 40
PARTITIONS = 6
OFTEN = (
    *("--set", "group.consumer.heartbeat.interval.ms=200"),
    *("--set", "group.consumer.assignment.interval.ms=0"),
)
"""Members talk often, so that tests need not wait for them."""


@pytest.fixture
def broker(start_broker):
    """Return a broker whose members talk often."""
    return start_broker(*OFTEN)


def consumer_of(broker, group, **settings: object):
    """Make a member of the consumer protocol."""
    return confluent_kafka.Consumer(
        {
            "bootstrap.servers": broker.bootstrap,
            "group.id": group,
            "group.protocol": "consumer",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
            **{name.replace("_", "."): value for name, value in settings.items()},
        }
    )


def create_topic(broker, name, partitions=PARTITIONS):
    """Create a topic and write a record to each partition."""
    from confluent_kafka.admin import AdminClient, NewTopic

    admin = AdminClient({"bootstrap.servers": broker.bootstrap})
    admin.create_topics([NewTopic(name, partitions, 1)])[name].result(20)
    producer = confluent_kafka.Producer({"bootstrap.servers": broker.bootstrap})
    for partition in range(partitions):
        producer.produce(name, value=f"{name}-{partition}", partition=partition)
    assert producer.flush(20) == 0
    return admin


def poll_until(consumers, is_done):
    """Poll all members until a condition holds; return what was read."""
    values = []
    until = time.monotonic() + DEADLINE_S
    while not is_done(values):
        assert time.monotonic() < until, [len(one.assignment()) for one in consumers]
        for consumer in consumers:
            message = consumer.poll(0.05)
            if message is not None and message.error() is None:
                values.append(message.value().decode())
    return values


def sizes(consumers):
    """Return how many partitions each member has."""
    return sorted(len(one.assignment()) for one in consumers)


def test_members_share_a_topic(broker):
    """One member reads everything, a second one takes half, and it comes back when that leaves."""
    create_topic(broker, "t")
    first = consumer_of(broker, "shared")
    first.subscribe(["t"])
    values = poll_until([first], lambda seen: len(seen) == PARTITIONS)
    assert sorted(values) == [f"t-{partition}" for partition in range(PARTITIONS)]
    first.commit(asynchronous=False)
    second = consumer_of(broker, "shared")
    second.subscribe(["t"])
    poll_until([first, second], lambda _: sizes([first, second]) == [3, 3])
    second.close()
    poll_until([first], lambda _: sizes([first]) == [PARTITIONS])
    first.close()


def test_offsets_outlive_members(broker):
    """What was committed under an epoch is where the next member begins."""
    create_topic(broker, "t", 1)
    first = consumer_of(broker, "committed")
    first.subscribe(["t"])
    assert poll_until([first], lambda seen: len(seen) == 1) == ["t-0"]
    first.commit(asynchronous=False)
    first.close()
    second = consumer_of(broker, "committed")
    second.subscribe(["t"])
    poll_until([second], lambda _: sizes([second]) == [1])
    partition = confluent_kafka.TopicPartition("t", 0)
    assert second.committed([partition], timeout=20)[0].offset == 1
    second.close()


def test_an_expression_finds_topics(broker):
    """The coordinator matches it; topics that do not match are not read."""
    for name in ("orders-1", "orders-2", "other"):
        create_topic(broker, name, 1)
    member = consumer_of(broker, "expression")
    member.subscribe(["^orders-.*"])
    values = poll_until([member], lambda seen: len(seen) == 2)
    assert sorted(values) == ["orders-1-0", "orders-2-0"]
    member.close()


def test_a_group_survives_its_coordinator(broker):
    """After kill -9 members go on with their epochs and partitions."""
    create_topic(broker, "t")
    members = [consumer_of(broker, "survivors") for _ in range(2)]
    for member in members:
        member.subscribe(["t"])
    poll_until(members, lambda _: sizes(members) == [3, 3])
    before = [sorted(one.partition for one in member.assignment()) for member in members]
    broker.kill()
    broker.start()
    producer = confluent_kafka.Producer({"bootstrap.servers": broker.bootstrap})
    for partition in range(PARTITIONS):
        producer.produce("t", value=f"again-{partition}", partition=partition)
    assert producer.flush(20) == 0
    poll_until(members, lambda seen: sum(one.startswith("again") for one in seen) == PARTITIONS)
    after = [sorted(one.partition for one in member.assignment()) for member in members]
    assert after == before
    for member in members:
        member.close()


def test_a_group_is_described(broker):
    """Librdkafka's admin client sees state, members and assignments."""
    admin = create_topic(broker, "t", 2)
    member = consumer_of(broker, "described", group_instance_id="i")
    member.subscribe(["t"])
    poll_until([member], lambda _: sizes([member]) == [2])
    listed = admin.list_consumer_groups(request_timeout=20).result()
    (group,) = [one for one in listed.valid if one.group_id == "described"]
    assert group.type.name == "CONSUMER"
    described = admin.describe_consumer_groups(["described"], request_timeout=20)["described"]
    description = described.result()
    assert description.state.name == "STABLE"
    (one,) = description.members
    assert one.group_instance_id == "i"
    assert len(one.assignment.topic_partitions) == 2
    member.close()


@pytest.mark.parametrize("assignor", ["range", "cooperative-sticky"])
def test_a_group_changes_its_protocol_and_back(broker, assignor):
    """Classic members take in one of the consumer protocol, share with it, and outlive it."""
    admin = create_topic(broker, "t")
    classic = {
        "group_protocol": "classic",
        "partition_assignment_strategy": assignor,
        "heartbeat_interval_ms": 200,
        "session_timeout_ms": 6_000,
    }
    members = [consumer_of(broker, "migrating", **classic) for _ in range(2)]
    for member in members:
        member.subscribe(["t"])
    poll_until(members, lambda _: sizes(members) == [3, 3])

    new = consumer_of(broker, "migrating")
    new.subscribe(["t"])
    poll_until([*members, new], lambda _: sizes([*members, new]) == [2, 2, 2])
    described = admin.describe_consumer_groups(["migrating"], request_timeout=20)["migrating"]
    assert described.result().type.name == "CONSUMER"
    read = [
        confluent_kafka.TopicPartition("t", one.partition, 1) for one in members[0].assignment()
    ]
    members[0].commit(offsets=read, asynchronous=False)

    new.close()
    poll_until(members, lambda _: sizes(members) == [3, 3])
    described = admin.describe_consumer_groups(["migrating"], request_timeout=20)["migrating"]
    assert described.result().type.name == "CLASSIC"
    for member in members:
        member.close()
