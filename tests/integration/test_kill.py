# SPDX-License-Identifier: Apache-2.0
"""Kill -9 under load, again and again on the same folder: nothing acknowledged is lost.

A producer of librdkafka keeps five requests in flight while the broker is killed and started again.
At the end every acknowledged record is where the acknowledgement said, offsets have no holes, and
an idempotent producer has written nothing twice and nothing out of order.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest
from tests.integration.foreign_clients import (
    FOREIGN_WARNINGS,
    Found,
    confluent_consumer,
    confluent_producer,
    read_confluent,
)
from tests.integration.raw_client import RawClient

from ottla.protocol.messages.init_producer_id import InitProducerIdRequest

if TYPE_CHECKING:
    from tools.broker_process import BrokerProcess

pytestmark = FOREIGN_WARNINGS

PARTITION_COUNT = 3
KILL_COUNT = 5
PAUSE_S = 0.7  # of load between two kills
TOPIC = "killed"


class Load:
    """A producer that never stops, and what it was promised."""

    def __init__(self, bootstrap: str, **settings: object) -> None:
        self._producer = confluent_producer(
            bootstrap,
            linger_ms=2,
            retry_backoff_ms=20,
            reconnect_backoff_ms=20,
            reconnect_backoff_max_ms=200,
            message_timeout_ms=30_000,
            **settings,
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.sent = [0] * PARTITION_COUNT
        self.promised: list[tuple[int, int, bytes]] = []  # partition, offset, value
        self.errors: list[str] = []

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def finish(self) -> None:
        """Stop and wait until every record has its answer."""
        self._stop.set()
        self._thread.join(40)
        assert not self._thread.is_alive()
        assert self._producer.flush(40) == 0

    def _run(self) -> None:
        while not self._stop.is_set():
            for partition in range(PARTITION_COUNT):
                value = b"%d-%d-" % (partition, self.sent[partition]) + b"x" * 200
                try:
                    self._producer.produce(
                        TOPIC, value=value, partition=partition, on_delivery=self._answered
                    )
                except BufferError:
                    break  # the broker is down and the queue full
                self.sent[partition] += 1
            self._producer.poll(0.002)

    def _answered(self, error, message) -> None:
        if error is not None:
            self.errors.append(str(error))
        else:
            self.promised.append((message.partition(), message.offset(), message.value()))


class Follower:
    """A consumer that lives through all of it."""

    def __init__(self, bootstrap: str) -> None:
        self._consumer = confluent_consumer(
            bootstrap, reconnect_backoff_ms=20, reconnect_backoff_max_ms=200
        )
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.seen: list[list[tuple[int, bytes]]] = [[] for _ in range(PARTITION_COUNT)]

    def start(self) -> None:
        """Begin at the start of the topic."""
        self._thread.start()

    def finish(self, counts: list[int]) -> None:
        """Wait until that many records of each partition were seen, and stop."""
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and any(
            len(seen) < count for seen, count in zip(self.seen, counts, strict=True)
        ):
            time.sleep(0.05)
        self._stop.set()
        self._thread.join(20)
        assert not self._thread.is_alive()

    def _run(self) -> None:
        from confluent_kafka import TopicPartition

        self._consumer.assign([TopicPartition(TOPIC, at, 0) for at in range(PARTITION_COUNT)])
        while not self._stop.is_set():
            for message in self._consumer.consume(1000, 0.1):
                if message.error() is None:
                    place = self.seen[message.partition()]
                    place.append((message.offset(), message.value()))
        self._consumer.close()


def run_load(broker: BrokerProcess, **settings: object) -> tuple[Load, Follower]:
    """Kill and restart the broker several times while a producer and a consumer work."""
    load, follower = Load(broker.bootstrap, **settings), Follower(broker.bootstrap)
    load.start()
    follower.start()
    for _ in range(KILL_COUNT):
        time.sleep(PAUSE_S)
        broker.kill_and_restart()
        assert "Traceback" not in "".join(broker.output)
    time.sleep(PAUSE_S)
    load.finish()
    return load, follower


def read_everything(broker: BrokerProcess) -> list[list[Found]]:
    """Read each partition from its start to its end."""
    from confluent_kafka import TopicPartition

    consumer = confluent_consumer(broker.bootstrap)
    watermarks = [
        consumer.get_watermark_offsets(TopicPartition(TOPIC, at), 10)
        for at in range(PARTITION_COUNT)
    ]
    consumer.close()
    assert [low for low, _ in watermarks] == [0] * PARTITION_COUNT
    found = read_confluent(
        broker.bootstrap, TOPIC, PARTITION_COUNT, sum(high for _, high in watermarks)
    )
    partitions: list[list[Found]] = [[] for _ in range(PARTITION_COUNT)]
    for record in found:
        partitions[record.partition].append(record)
    for (_, high), records in zip(watermarks, partitions, strict=True):
        assert [record.offset for record in records] == list(range(high))
    return partitions


def check_promises(load: Load, partitions: list[list[Found]]) -> None:
    """Every acknowledged record is where its acknowledgement said."""
    assert len(load.promised) > 1000, "the load was no load"
    for partition, offset, value in load.promised:
        assert partitions[partition][offset].value == value


@pytest.mark.parametrize("profile", ["replicated", "ack"])
def test_an_idempotent_producer_through_kills(start_broker, profile):
    """Each record once, in order, no holes, all acknowledged; the reader saw the same."""
    broker = start_broker(
        *("--set", f"num.partitions={PARTITION_COUNT}"),
        *("--set", f"ottla.flush.profile={profile}"),
        *("--set", "log.segment.bytes=1048576"),
    )
    load, follower = run_load(broker)
    assert load.errors == []
    assert len(load.promised) == sum(load.sent)
    partitions = read_everything(broker)
    check_promises(load, partitions)
    for index, records in enumerate(partitions):
        written = [record.value for record in records]
        expected = [b"%d-%d-" % (index, at) + b"x" * 200 for at in range(load.sent[index])]
        assert written == expected
    follower.finish([len(records) for records in partitions])
    for records, seen in zip(partitions, follower.seen, strict=True):
        assert seen == [(record.offset, record.value) for record in records]
    assert broker.stop() == 0


def test_a_producer_without_idempotence_through_kills(start_broker):
    """Retries may write a record twice, but nothing that was acknowledged is missing."""
    broker = start_broker("--set", f"num.partitions={PARTITION_COUNT}")
    load, follower = run_load(broker, enable_idempotence=False, acks="all", max_in_flight=5)
    partitions = read_everything(broker)
    check_promises(load, partitions)
    for index, records in enumerate(partitions):
        values = {record.value for record in records}
        promised = {value for partition, _, value in load.promised if partition == index}
        assert promised <= values
    follower.finish([len(records) for records in partitions])


def test_producer_ids_are_never_given_twice(start_broker):
    """Neither a clean restart nor a kill makes the broker forget which ids it gave away."""
    broker = start_broker()
    given: list[int] = []
    for step in range(4):
        with RawClient(broker.port) as client:
            for _ in range(3):
                answer = client.ask(
                    InitProducerIdRequest(transactional_id=None, transaction_timeout_ms=1000), 4
                )
                assert answer.error_code == 0
                given.append(answer.producer_id)
        if step % 2:
            broker.kill_and_restart()
        else:
            broker.restart()
    assert len(set(given)) == len(given)


def test_topics_and_settings_survive_a_kill(start_broker):
    """What the admin client was told is there after kill -9 at the next moment."""
    from confluent_kafka.admin import AdminClient, ConfigResource, NewTopic, ResourceType

    broker = start_broker()
    admin = AdminClient({"bootstrap.servers": broker.bootstrap, "log_level": 3})
    topics = [
        NewTopic(f"kept-{at}", num_partitions=at + 1, config={"retention.ms": f"{at + 1}000"})
        for at in range(5)
    ]
    for future in admin.create_topics(topics).values():
        future.result(10)
    admin.delete_topics(["kept-3"])["kept-3"].result(10)
    broker.kill_and_restart()
    admin = AdminClient({"bootstrap.servers": broker.bootstrap, "log_level": 3})
    listed = {
        name: len(topic.partitions)
        for name, topic in admin.list_topics(timeout=10).topics.items()
        if name.startswith("kept")
    }
    assert listed == {"kept-0": 1, "kept-1": 2, "kept-2": 3, "kept-4": 5}
    resource = ConfigResource(ResourceType.TOPIC, "kept-4")
    config = admin.describe_configs([resource])[resource].result(10)
    assert config["retention.ms"].value == "5000"
