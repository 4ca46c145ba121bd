# SPDX-License-Identifier: Apache-2.0
"""Our client on Apache Kafka 3.9, the last before the versions that dropped old protocols.

Its features are older: transactions of the first protocol, no groups of the consumer protocol by
default. What the client does with a cluster of today the other modules show.
"""

from __future__ import annotations

import contextlib
import time

import pytest
from tools.kafka.server import KafkaServer

from ottla import Admin, Consumer, Producer
from ottla.client.configs import ConfigResource
from ottla.client.errors import ApiError, UnknownTopicError
from ottla.protocol.errors import ErrorCode

VERSION = "3.9.1"
TIMEOUT_S = 30


@pytest.fixture(scope="module")
def kafka():
    """Return the address of a Kafka of that version."""
    with KafkaServer(version=VERSION) as server:
        yield server.address


@pytest.fixture
def filled(kafka, topic):
    """Return a topic of three partitions, known to the broker."""
    with Admin(kafka) as admin:
        admin.create_topic(topic, partitions=3)
        deadline = time.monotonic() + TIMEOUT_S
        while not is_led(admin, topic):
            assert time.monotonic() < deadline
            time.sleep(0.05)
    return topic


def is_led(admin, topic):
    """Say whether the topic can be used."""
    try:
        return admin.describe_topic(topic).is_led
    except UnknownTopicError:
        return False


@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_produce_and_consume(kafka, filled, codec):
    """Idempotent, in order, with keys and headers, by every codec."""
    with Producer(kafka, compression_type=codec) as producer:
        for number in range(300):
            producer.send(filled, f"{number}", key=f"{number % 7}", headers={"codec": codec})
        producer.send_many(filled, [b"many"] * 100)
    with Consumer(
        filled, bootstrap_servers=kafka, from_beginning=True, stop_at_end=True
    ) as consumer:
        records = list(consumer)
    numbers = [record for record in records if record.key is not None]
    assert len(records) == 400
    assert sorted(int(record.value) for record in numbers) == list(range(300))
    for key in {record.key for record in numbers}:
        of_key = [int(record.value) for record in numbers if record.key == key]
        assert of_key == sorted(of_key)
    assert {record.headers for record in numbers} == {(("codec", codec.encode()),)}


def test_a_group(kafka, filled):
    """The classic protocol: what one member has committed the next goes on from."""
    options = {
        "bootstrap_servers": kafka,
        "group_id": f"group-{filled}",
        "from_beginning": True,
    }
    with Producer(kafka) as producer:
        producer.send_many(filled, [b"%d" % number for number in range(50)], partition=1)
    with Consumer(filled, **options) as consumer:
        assert [next(consumer).offset for _ in range(20)] == list(range(20))
    with Consumer(filled, **options) as consumer:
        assert next(consumer).offset == 20


def test_transactions(kafka, filled):
    """All or nothing, with the offsets of a group."""
    with Producer(kafka, transactional_id=f"copier-{filled}") as producer:
        with producer.transaction():
            producer.send(filled, "kept", partition=0)
            producer.send_offsets({(filled, 2): 5}, f"group-{filled}")
        with contextlib.suppress(OSError), producer.transaction():
            producer.send(filled, "dropped", partition=0)
            raise OSError("no")
        with producer.transaction():
            producer.send(filled, "kept too", partition=0)
    with Consumer(
        filled,
        bootstrap_servers=kafka,
        from_beginning=True,
        isolation_level="read_committed",
        group_id=f"group-{filled}",
    ) as consumer:
        assert [next(consumer).value for _ in range(2)] == [b"kept", b"kept too"]
        assert consumer.committed((filled, 2)) == {(filled, 2): 5}


def test_administration(kafka, filled):
    """Topics, settings, groups and the cluster; errors name what they are about."""
    with Admin(kafka) as admin:
        resource = ConfigResource.topic(filled)
        admin.alter_configs(resource, {"retention.ms": "1000000"})
        deadline = time.monotonic() + TIMEOUT_S
        while admin.describe_configs(resource, ["retention.ms"])[0].value != "1000000":
            assert time.monotonic() < deadline
            time.sleep(0.05)
        assert len(admin.describe_cluster().brokers) == 1
        assert admin.describe_features().finalized["metadata.version"].highest > 0
        with pytest.raises(ApiError, match=filled) as raised:
            admin.create_topic(filled)
        assert raised.value.code is ErrorCode.TOPIC_ALREADY_EXISTS
        admin.delete_topics([filled])


def test_the_consumer_protocol_is_refused_with_advice(kafka, filled):
    """It is an early preview in this version, switched off."""
    with (
        Consumer(
            filled, bootstrap_servers=kafka, group_id="g", group_protocol="consumer"
        ) as consumer,
        pytest.raises(ApiError, match="group_protocol"),
    ):
        consumer.poll(TIMEOUT_S)
