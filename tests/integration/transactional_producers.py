# SPDX-License-Identifier: Apache-2.0
"""Transactional producers of three libraries behind the same few methods.

Each method returns when the broker has answered, so that a test decides what happens when.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from collections.abc import Coroutine, Mapping

TIMEOUT_S = 20
TRANSACTION_TIMEOUT_MS = 20_000


class TransactionalProducer:
    """One producer with a transactional id; using it as a context closes it."""

    def __init__(
        self,
        bootstrap: str,
        transactional_id: str,
        timeout_ms: int = TRANSACTION_TIMEOUT_MS,
    ) -> None:
        self.bootstrap = bootstrap
        self.transactional_id = transactional_id
        self.timeout_ms = timeout_ms
        self.open()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(Exception):  # a fenced producer may complain
            self.close()

    def open(self) -> None:
        """Get a producer id; whoever had the transactional id before is fenced."""
        raise NotImplementedError

    def begin(self) -> None:
        """Begin a transaction."""
        raise NotImplementedError

    def write(self, topic: str, partition: int, *values: bytes) -> None:
        """Write records and wait until they are in the log."""
        raise NotImplementedError

    def send_offsets(self, group: str, offsets: Mapping[tuple[str, int], int]) -> None:
        """Make a group's offsets part of the transaction."""
        raise NotImplementedError

    def commit(self) -> None:
        """Commit; raises when the broker refuses."""
        raise NotImplementedError

    def abort(self) -> None:
        """Abort."""
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the connections; an open transaction stays open."""
        raise NotImplementedError


class ConfluentProducer(TransactionalProducer):
    """confluent-kafka."""

    def open(self) -> None:
        """Get a producer id."""
        from confluent_kafka import Producer

        self._errors: list[object] = []
        self._producer = Producer(
            {
                "bootstrap.servers": self.bootstrap,
                "transactional.id": self.transactional_id,
                "transaction.timeout.ms": self.timeout_ms,
                "linger.ms": 0,
                "log_level": 0,
                "error_cb": self._errors.append,
            }
        )
        self._producer.init_transactions(TIMEOUT_S)

    def begin(self) -> None:
        """Begin a transaction."""
        self._producer.begin_transaction()

    def write(self, topic: str, partition: int, *values: bytes) -> None:
        """Write records and wait until they are in the log."""
        for value in values:
            self._producer.produce(
                topic, value=value, partition=partition, on_delivery=self._answered
            )
        with suppress(SystemError):  # how a fatal error comes out of a flush with callbacks
            self._producer.flush(TIMEOUT_S)
        assert not self._errors, self._errors

    def send_offsets(self, group: str, offsets: Mapping[tuple[str, int], int]) -> None:
        """Make a group's offsets part of the transaction."""
        from confluent_kafka import Consumer, TopicPartition

        consumer = Consumer(
            {"bootstrap.servers": self.bootstrap, "group.id": group, "log_level": 0}
        )
        self._producer.send_offsets_to_transaction(
            [TopicPartition(*place, offset) for place, offset in offsets.items()],
            consumer.consumer_group_metadata(),
            TIMEOUT_S,
        )
        consumer.close()

    def commit(self) -> None:
        """Commit."""
        self._producer.commit_transaction(TIMEOUT_S)

    def abort(self) -> None:
        """Abort."""
        self._producer.abort_transaction(TIMEOUT_S)

    def close(self) -> None:
        """Let go of the connections."""
        del self._producer

    def _answered(self, error: object, _: object) -> None:
        if error is not None:
            self._errors.append(error)


class AiokafkaProducer(TransactionalProducer):
    """aiokafka, whose loop runs in a thread of its own."""

    def open(self) -> None:
        """Get a producer id."""
        from aiokafka import AIOKafkaProducer

        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

        async def start() -> Any:
            producer = AIOKafkaProducer(
                bootstrap_servers=self.bootstrap,
                transactional_id=self.transactional_id,
                transaction_timeout_ms=self.timeout_ms,
            )
            await producer.start()
            return producer

        self._producer = self._call(start())

    def begin(self) -> None:
        """Begin a transaction."""
        self._call(self._producer.begin_transaction())

    def write(self, topic: str, partition: int, *values: bytes) -> None:
        """Write records and wait until they are in the log."""
        for value in values:
            self._call(self._producer.send_and_wait(topic, value, partition=partition))

    def send_offsets(self, group: str, offsets: Mapping[tuple[str, int], int]) -> None:
        """Make a group's offsets part of the transaction."""
        from aiokafka import TopicPartition

        asked = {TopicPartition(*place): offset for place, offset in offsets.items()}
        self._call(self._producer.send_offsets_to_transaction(asked, group))

    def commit(self) -> None:
        """Commit."""
        self._call(self._producer.commit_transaction())

    def abort(self) -> None:
        """Abort."""
        self._call(self._producer.abort_transaction())

    def close(self) -> None:
        """Let go of the connections."""
        with suppress(Exception):
            self._call(self._producer.stop())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(TIMEOUT_S)
        self._loop.close()

    def _call(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(TIMEOUT_S)


class KafkaPythonProducer(TransactionalProducer):
    """kafka-python."""

    def open(self) -> None:
        """Get a producer id."""
        from kafka import KafkaProducer

        self._producer = KafkaProducer(
            bootstrap_servers=self.bootstrap,
            transactional_id=self.transactional_id,
            transaction_timeout_ms=self.timeout_ms,
            linger_ms=0,
        )
        self._producer.init_transactions()

    def begin(self) -> None:
        """Begin a transaction."""
        self._producer.begin_transaction()

    def write(self, topic: str, partition: int, *values: bytes) -> None:
        """Write records and wait until they are in the log."""
        answers = [self._producer.send(topic, value, partition=partition) for value in values]
        for answer in answers:
            answer.get(TIMEOUT_S)

    def send_offsets(self, group: str, offsets: Mapping[tuple[str, int], int]) -> None:
        """Make a group's offsets part of the transaction."""
        from kafka.structs import OffsetAndMetadata

        from kafka import TopicPartition

        asked = {
            TopicPartition(*place): OffsetAndMetadata(offset, "", -1)
            for place, offset in offsets.items()
        }
        self._producer.send_offsets_to_transaction(asked, group)

    def commit(self) -> None:
        """Commit."""
        self._producer.commit_transaction()

    def abort(self) -> None:
        """Abort."""
        self._producer.abort_transaction()

    def close(self) -> None:
        """Let go of the connections."""
        self._producer.close(timeout=1)


PRODUCERS: dict[str, type[TransactionalProducer]] = {
    "confluent": ConfluentProducer,
    "aiokafka": AiokafkaProducer,
    "kafka-python": KafkaPythonProducer,
}
