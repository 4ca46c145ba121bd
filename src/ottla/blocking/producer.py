# SPDX-License-Identifier: Apache-2.0
"""The producer for programs without an event loop; safe from any thread.

    with Producer(bootstrap_servers="localhost:9092") as producer:
        producer.send("orders", b"two dosas", key="table-4")

A thin front of `ottla.aio.producer`, which runs in a thread of its own. A record goes into that
producer's accumulator from the caller's thread, so that sending costs no hand-over between threads.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Self, Unpack

from ottla.aio.producer import Producer as AsyncProducer
from ottla.base.loop_thread import LoopThread
from ottla.client.delivery import Deliveries
from ottla.client.errors import ProducerFencedError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ottla.aio.producer import Headers
    from ottla.client.consumer_group_metadata import ConsumerGroupMetadata
    from ottla.client.delivery import Delivery, PendingBatch
    from ottla.client.producer_options import ProducerKeywords, ProducerOptions


class Producer:
    """Sends records; see the module's text."""

    def __init__(
        self,
        bootstrap_servers: str | Sequence[str] = "localhost:9092",
        **options: Unpack[ProducerKeywords],
    ) -> None:
        """Take the settings of `ProducerOptions`, and connect.

        Raises ConfigurationError, and BrokerUnreachableError or NotABrokerError when no address
        answers.
        """
        self._thread = LoopThread("ottla-producer")
        self._producer = self._thread.run_first(_start(bootstrap_servers, options))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def options(self) -> ProducerOptions:
        """The settings with their defaults."""
        return self._producer.options

    def send(
        self,
        topic: str,
        value: Any,
        key: Any = None,
        headers: Headers | None = None,
        partition: int | None = None,
        timestamp_ms: int | None = None,
    ) -> Delivery:
        """Take a record and return its delivery; see `ottla.aio.producer.Producer.send`."""
        delivery = self._producer.try_send(topic, value, key, headers, partition, timestamp_ms)
        while delivery is None:
            self._thread.run(self._producer.make_ready(topic))
            delivery = self._producer.try_send(topic, value, key, headers, partition, timestamp_ms)
        return delivery

    def send_many(
        self, topic: str, values: Sequence[Any], partition: int | None = None
    ) -> Deliveries:
        """Take many keyless records at the price of a few; batches go to partitions in turn.

        Raises ConfigurationError where interceptors have an `on_send`, which could not see them.
        """
        batches: list[PendingBatch] = []
        for run in self._producer.cut_values(topic, values):
            while (batch := self._producer.try_send_batch(topic, *run, partition)) is None:
                self._thread.run(self._producer.make_ready(topic))
            batches.append(batch)
        return Deliveries(batches)

    def partitions_for(self, topic: str) -> int:
        """Return how many partitions a topic has; creates it where the brokers allow that."""
        return self._thread.run(self._producer.partitions_for(topic))

    def flush(self, timeout_s: float | None = None) -> None:
        """Wait until every record has its outcome. What failed is told by its delivery alone."""
        self._thread.run(self._producer.flush(), timeout_s)

    # transactions

    @contextlib.contextmanager
    def transaction(self) -> Iterator[None]:
        """Send what is sent inside all at once or not at all; see the one for asyncio."""
        self.begin_transaction()
        try:
            yield
        except ProducerFencedError:
            raise
        except BaseException:
            self.abort_transaction()
            raise
        self.commit_transaction()

    def begin_transaction(self) -> None:
        """Open a transaction; `transaction()` does that and the rest."""
        self._thread.run(self._producer.begin_transaction())

    def commit_transaction(self) -> None:
        """Deliver what was sent and commit; raises as `transaction()` does."""
        self._thread.run(self._producer.commit_transaction())

    def abort_transaction(self) -> None:
        """Let nothing of the open transaction be seen by read_committed consumers."""
        self._thread.run(self._producer.abort_transaction())

    def send_offsets(
        self, offsets: Mapping[tuple[str, int], int], group: ConsumerGroupMetadata | str
    ) -> None:
        """Commit a group's offsets with the open transaction: those of the records to come next."""
        self._thread.run(self._producer.send_offsets(offsets, group))

    def close(self) -> None:
        """Deliver what is under way (at most `delivery_timeout_ms`), then disconnect."""
        self._thread.run_last(self._producer.close())


async def _start(
    bootstrap_servers: str | Sequence[str], options: ProducerKeywords
) -> AsyncProducer:
    producer = AsyncProducer(bootstrap_servers, **options)
    await producer.start()
    return producer
