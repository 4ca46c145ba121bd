# SPDX-License-Identifier: Apache-2.0
"""A cluster in process, and what tests ask of it: topics, records, leaders, kills."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Self

from confluent_kafka import Consumer, KafkaError, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

from ottla.testing.cluster import Cluster

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

TIMEOUT_S = 15


def until(condition: Callable[[], object], timeout_s: float = TIMEOUT_S) -> object:
    """Wait until something is true, and return it."""
    deadline = time.monotonic() + timeout_s
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, "it never comes true"
        time.sleep(0.01)


class TestedCluster:
    """Brokers 1 to n and the clients of one test."""

    __test__ = False  # no test of its own

    def __init__(self, brokers=3, settings=None, **more: object) -> None:
        self.cluster = Cluster(brokers, settings=settings, **more)
        self._open: list[object] = []

    def start(self) -> Self:
        """Start the brokers."""
        self.cluster.__enter__()
        self.admin = AdminClient({**self.base, "socket.timeout.ms": 10_000})
        return self

    def close(self) -> None:
        """Close clients and stop the brokers."""
        for consumer in self._open:
            consumer.close()
        self.cluster.__exit__(None, None, None)

    @property
    def base(self) -> dict[str, object]:
        """What every client needs."""
        return {
            "bootstrap.servers": self.cluster.bootstrap_servers,
            "log_level": 0,
            "reconnect.backoff.ms": 10,
            "reconnect.backoff.max.ms": 50,
            "topic.metadata.refresh.interval.ms": 1000,
        }

    # what there is

    @property
    def image(self):
        """The cluster's state as the broker has applied it that has read furthest."""
        images = [broker._gateway.image for broker in self.cluster.brokers.values()]
        return max(images, key=lambda image: image.next_offset)

    def state(self, topic, partition=0):
        """Return a partition's state."""
        return self.image.partition(topic, partition)

    def leader(self, topic, partition=0) -> int:
        """Return the running leader of a partition, once there is one."""
        return until(
            lambda: (
                found
                if (found := self.state(topic, partition).leader) in self.cluster.brokers
                else None
            )
        )

    def replica(self, broker_id, topic, partition=0):
        """Return a broker's replica."""
        return self.cluster.brokers[broker_id]._replicas.replica(topic, partition)

    @property
    def controller(self) -> int:
        """Return the running controller, once there is one."""
        return until(
            lambda: next(
                (
                    broker_id
                    for broker_id, broker in self.cluster.brokers.items()
                    if broker._gateway.active is not None
                ),
                None,
            )
        )

    def until_in_sync(self, topic, *broker_ids: int, partition=0) -> None:
        """Wait until exactly these replicas are in sync."""
        until(lambda: set(self.state(topic, partition).isr) == set(broker_ids))

    def until_equal(self, topic, *broker_ids: int, partition=0) -> None:
        """Wait until replicas hold the same bytes and know the same watermark."""

        def contents():
            replicas = [self.replica(broker_id, topic, partition) for broker_id in broker_ids]
            return {
                None
                if replica is None
                else (replica.high_watermark, replica.log.log_end_offset, _bytes_of(replica.log))
                for replica in replicas
            }

        until(lambda: len(found := contents()) == 1 and None not in found)

    # what can be done

    def kill(self, broker_id) -> int:
        """Kill a broker."""
        self.cluster.kill(broker_id)
        return broker_id

    def restart(self, *broker_ids: int) -> None:
        """Start brokers again."""
        for broker_id in broker_ids:
            self.cluster.restart(broker_id)

    def create(self, topic, partitions=1, replicas=3, **config: object) -> None:
        """Create a topic; settings with underscores for dots."""
        settings = {key.replace("_", "."): str(value) for key, value in config.items()}
        new = NewTopic(topic, partitions, replicas, config=settings)
        self.admin.create_topics([new])[topic].result(TIMEOUT_S)

    def producer(self, **settings: object) -> Producer:
        """Make a producer that tries for long."""
        return Producer(
            {
                **self.base,
                "acks": "all",
                "linger.ms": 0,
                "retry.backoff.ms": 10,
                "message.timeout.ms": 20_000,
                **{key.replace("_", "."): value for key, value in settings.items()},
            }
        )

    def produce(self, topic, values: Iterable[bytes], *, partition=0, **settings: object):
        """Write records; return the offset, or the error's code, of each."""
        producer = self.producer(**settings)
        outcomes: list[int] = []

        def delivered(error, message):
            outcomes.append(message.offset() if error is None else -error.code())

        for value in values:
            producer.produce(topic, value, partition=partition, on_delivery=delivered)
        assert producer.flush(TIMEOUT_S * 2) == 0
        return outcomes

    def consumer(self, group="readers", **settings: object) -> Consumer:
        """Make a consumer, closed when the test ends."""
        consumer = Consumer(
            {
                **self.base,
                "group.id": group,
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
                "isolation.level": "read_committed",
                "fetch.wait.max.ms": 100,
                **{key.replace("_", "."): value for key, value in settings.items()},
            }
        )
        self._open.append(consumer)
        return consumer

    def read(self, topic, count, *, partition=0, offset=0, **settings: object) -> list[bytes]:
        """Read so many values from an offset on."""
        consumer = self.consumer(**settings)
        consumer.assign([TopicPartition(topic, partition, offset)])
        return take(consumer, count)


def take(consumer: Consumer, count: int, timeout_s: float = TIMEOUT_S) -> list[bytes]:
    """Return so many values of what a consumer is given."""
    values: list[bytes] = []
    deadline = time.monotonic() + timeout_s
    while len(values) < count:
        assert time.monotonic() < deadline, f"{len(values)} of {count} records came"
        for message in consumer.consume(count - len(values), 0.1):
            error = message.error()
            if error is None:
                values.append(message.value())
            elif not error.retriable() and error.code() not in PASSING:
                raise KafkaException(error)
    return values


PASSING = frozenset(
    (
        KafkaError._TRANSPORT,
        KafkaError._ALL_BROKERS_DOWN,
        KafkaError._RESOLVE,
        KafkaError.UNKNOWN_TOPIC_OR_PART,
        KafkaError._PARTITION_EOF,
    )
)
"""What a consumer is told while a cluster changes, and gets over by itself."""


def _bytes_of(log) -> bytes:
    log.write_staged()
    found = log.locate(log.log_start_offset, 1 << 24, log.log_end_offset)
    return b"" if found is None else bytes(found.read())
