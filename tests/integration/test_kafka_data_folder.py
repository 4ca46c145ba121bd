# SPDX-License-Identifier: Apache-2.0
"""Ottla starts on a data folder that Apache Kafka wrote, and every topic and record is there.

The folder is made by a real Kafka: several topics, all codecs, a compacted topic, a transaction, a
topic that was deleted again, stopped in order or killed. Ottla then serves it, and Kafka serves it
again afterwards: nothing was damaged.
"""

from __future__ import annotations

import shutil

import pytest
from confluent_kafka import Consumer, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from tools.kafka.server import KafkaServer

CODECS = ["none", "gzip", "snappy", "lz4", "zstd"]
RECORDS_PER_TOPIC = 120
PARTITIONS = 3
TIMEOUT_S = 30


def expected_records(codec):
    """Name the records of one topic: (key, value, headers) by number."""
    return [
        (b"key %d" % n, b"%s value %d " % (codec.encode(), n) * 20, [("number", b"%d" % n)])
        for n in range(RECORDS_PER_TOPIC)
    ]


def write_with(bootstrap):
    """Fill a running Kafka."""
    admin = AdminClient({"bootstrap.servers": bootstrap})
    topics = [NewTopic(f"data-{codec}", PARTITIONS, 1) for codec in CODECS]
    topics.append(NewTopic("table", 1, 1, config={"cleanup.policy": "compact"}))
    topics.append(NewTopic("bought.and-sold", 1, 1))
    topics.append(NewTopic("gone", 2, 1))
    for future in admin.create_topics(topics).values():
        future.result(TIMEOUT_S)
    for codec in CODECS:
        producer = Producer({"bootstrap.servers": bootstrap, "compression.type": codec})
        for key, value, headers in expected_records(codec):
            producer.produce(
                f"data-{codec}", value, key, headers=headers, timestamp=1_700_000_000_000
            )
        assert producer.flush(TIMEOUT_S) == 0
    producer = Producer({"bootstrap.servers": bootstrap, "enable.idempotence": True})
    for number in range(50):
        producer.produce("table", b"%d" % number, b"key %d" % (number % 5))
    assert producer.flush(TIMEOUT_S) == 0
    write_transactions(bootstrap)
    admin.delete_topics(["gone"])["gone"].result(TIMEOUT_S)


def write_transactions(bootstrap):
    """Commit one transaction and abort one."""
    producer = Producer({"bootstrap.servers": bootstrap, "transactional.id": "trade"})
    producer.init_transactions(TIMEOUT_S)
    for value, ends in (
        (b"kept", producer.commit_transaction),
        (b"void", producer.abort_transaction),
    ):
        producer.begin_transaction()
        producer.produce("bought.and-sold", value)
        producer.flush(TIMEOUT_S)
        ends(TIMEOUT_S)


def read_all(bootstrap, topic, partitions=PARTITIONS, isolation="read_committed"):
    """Read a whole topic with librdkafka; returns (key, value, headers, timestamp) sorted."""
    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "unused",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "auto.offset.reset": "earliest",
            "isolation.level": isolation,
            "check.crcs": True,
        }
    )
    consumer.assign([TopicPartition(topic, number, 0) for number in range(partitions)])
    found, ended = [], set()
    while len(ended) < partitions:
        message = consumer.poll(TIMEOUT_S)
        assert message is not None, f"{topic}: nothing came"
        if message.error() is None:
            found.append(
                (message.key(), message.value(), message.headers(), message.timestamp()[1])
            )
        else:
            assert message.error().name() == "_PARTITION_EOF", message.error()
            ended.add(message.partition())
    consumer.close()
    return sorted(found, key=repr)


def check_content(bootstrap):
    """Compare every record with what was written."""
    topics = AdminClient({"bootstrap.servers": bootstrap}).list_topics(timeout=TIMEOUT_S).topics
    assert {*(f"data-{codec}" for codec in CODECS), "table", "bought.and-sold"} <= set(topics)
    assert "gone" not in topics
    for codec in CODECS:
        assert len(topics[f"data-{codec}"].partitions) == PARTITIONS
        wanted = sorted(((*each, 1_700_000_000_000) for each in expected_records(codec)), key=repr)
        assert read_all(bootstrap, f"data-{codec}") == wanted
    table = read_all(bootstrap, "table", 1)
    assert {(key, value) for key, value, _, _ in table} == {
        (b"key %d" % (number % 5), b"%d" % number) for number in range(50)
    }
    assert [each[1] for each in read_all(bootstrap, "bought.and-sold", 1)] == [b"kept"]
    both = read_all(bootstrap, "bought.and-sold", 1, "read_uncommitted")
    assert sorted(each[1] for each in both) == [b"kept", b"void"]


@pytest.fixture(scope="module")
def kafka_folder(tmp_path_factory):
    """Make two folders by Kafka: one stopped in order, one as a kill left it."""
    directory = tmp_path_factory.mktemp("kafka")
    kafka = KafkaServer(directory / "clean")
    kafka.start()
    write_with(kafka.address)
    kafka.kill()
    shutil.copytree(directory / "clean", directory / "killed")
    kafka.start()
    kafka.stop()
    return directory


def check_news(bootstrap):
    """Look for the record that Ottla added."""
    found = [each[1] for each in read_all(bootstrap, "data-none")]
    assert len(found) == RECORDS_PER_TOPIC + 1
    assert b"by Ottla" in found


@pytest.mark.slow
@pytest.mark.parametrize("state", ["clean", "killed"])
def test_a_folder_of_kafka_is_served_and_not_damaged(kafka_folder, start_broker, tmp_path, state):
    """Topics, keys, values, headers, timestamps and transactions; and Kafka can take over again."""
    shutil.copytree(kafka_folder / state, tmp_path / "kafka")
    broker = start_broker(data_dir=tmp_path / "kafka" / "data")
    check_content(broker.bootstrap)
    producer = Producer({"bootstrap.servers": broker.bootstrap})
    producer.produce("data-none", b"by Ottla", b"new")
    assert producer.flush(TIMEOUT_S) == 0
    broker.restart()
    check_news(broker.bootstrap)
    assert broker.stop() == 0
    if state == "killed":
        with KafkaServer(tmp_path / "kafka") as kafka:
            check_news(kafka.address)
