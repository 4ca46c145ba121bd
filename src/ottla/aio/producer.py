# SPDX-License-Identifier: Apache-2.0
"""The producer for asyncio, and the one implementation of it.

    async with Producer(bootstrap_servers="localhost:9092") as producer:
        delivery = await producer.send("orders", b"two dosas", key="table-4")
        print(await delivery)  # RecordMetadata(topic='orders', partition=1, offset=17, ...)

Records gather in `client.accumulator`; one task (`_pump`) takes the batches that are ready, encodes
them, and gives them to `client.produce.Sender`, which knows leaders, retries and sequences.
`try_send` may be called from any thread: it is what the blocking producer is made of.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import re
import time
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final, NoReturn, Self, TypeAlias, Unpack

from ottla.base.errors import OttlaError
from ottla.client.accumulator import RECORD_OVERHEAD_BYTES, Accumulator, cut_values
from ottla.client.cluster import Cluster
from ottla.client.consumer_group_metadata import ConsumerGroupMetadata
from ottla.client.delivery import Deliveries, Delivery, PendingBatch
from ottla.client.errors import (
    BufferFullError,
    ClientClosedError,
    ConfigurationError,
    ProducerFencedError,
    RecordTooLargeError,
    SerializationError,
    UnknownPartitionError,
    WrongLoopError,
)
from ottla.client.interceptor_chain import ProducerChain
from ottla.client.metrics import BatchFailed, BufferFull
from ottla.client.options import read_bootstrap_servers, read_options
from ottla.client.produce import Sender
from ottla.client.producer_options import ProducerKeywords, ProducerOptions
from ottla.client.producer_record import ProducerRecord
from ottla.client.producer_transactions import ProducerTransactions
from ottla.client.serializers import to_bytes
from ottla.client.topic_partition import TopicPartition
from ottla.records.bulk_builder import build_column_batch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from ottla.client.accumulator import TopicRecords
    from ottla.client.metrics import MetricsHook
    from ottla.client.produce import ProducedBatch
    from ottla.client.serializers import Serializer
    from ottla.net.address import Address

_log = logging.getLogger("ottla.producer")

_TIMESTAMP_BOUND: Final = 2**63

_TOPIC_NAME: Final = re.compile(r"[a-zA-Z0-9._-]{1,249}")

Headers: TypeAlias = "Sequence[tuple[str, bytes | str | None]] | Mapping[str, bytes | str | None]"


class Producer:
    """Sends records; see the module's text. Belongs to the loop that it was started in."""

    def __init__(
        self,
        bootstrap_servers: str | Sequence[str] = "localhost:9092",
        **options: Unpack[ProducerKeywords],
    ) -> None:
        """Take the settings of `ProducerOptions`; raises ConfigurationError. Does no I/O."""
        self.options = read_options(ProducerOptions, options)
        self._bootstrap: tuple[Address, ...] = read_bootstrap_servers(bootstrap_servers)
        self._random = random.Random()  # noqa: S311 - spreads records, guards nothing
        self._loop: asyncio.AbstractEventLoop | None = None
        self._cluster: Cluster | None = None
        self._sender: Sender | None = None
        chain = ProducerChain(self.options.interceptors) if self.options.interceptors else None
        self._chain = chain
        self._metrics: MetricsHook | None = None
        self._is_short_of_room = False  # somebody waits, and the metrics hook will hear of it
        self._transactions: ProducerTransactions | None = None
        self._pump_task: asyncio.Task[None] | None = None
        self._refresh_task: asyncio.Task[None] | None = None
        self._work = asyncio.Event()
        self._settled = asyncio.Event()
        self._is_flushing = False
        self._is_closed = False
        self._has_warned = False
        self._buffer_bytes = self.options.buffer_memory
        self._accumulator = Accumulator(
            batch_bytes=self.options.batch_size,
            linger_ms=self.options.linger_ms,
            buffer_bytes=self.options.buffer_memory,
            now_ms=_now_ms,
            wake=self._wake,
        )

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def start(self) -> None:
        """Connect. Raises BrokerUnreachableError or NotABrokerError when no address answers."""
        if self._is_closed:
            raise ClientClosedError("the producer was closed; make a new one")
        if self._loop is not None:
            return
        self._loop = asyncio.get_running_loop()
        self._cluster = Cluster(self._bootstrap, self.options.client_settings())
        self._metrics = self._cluster.settings.metrics
        try:
            await self._cluster.connect()
            if self.options.transactional_id is not None:
                self._transactions = ProducerTransactions(
                    self._cluster,
                    self.options.transactional_id,
                    self.options.transaction_timeout_ms,
                )
                await self._transactions.initialise()
        except BaseException:
            await self._cluster.close()
            self._loop = None
            raise
        self._sender = Sender(self._cluster, self.options.sender_settings(), self._transactions)
        self._pump_task = asyncio.create_task(self._pump(self._sender))
        self._refresh_task = asyncio.create_task(self._refresh_topics())

    async def close(self) -> None:
        """Deliver what is under way (at most `delivery_timeout_ms`), then disconnect.

        A transaction that is open is aborted.
        """
        if self._is_closed or self._loop is None:
            self._is_closed = True
            return
        self._check_loop()
        self._is_closed = True
        assert self._cluster is not None
        assert self._sender is not None
        try:
            await self._flush()
        finally:
            tasks = [task for task in (self._pump_task, self._refresh_task) if task is not None]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._sender.close()
            if self._transactions is not None:
                await self._transactions.close()
            await self._cluster.close()

    # sending

    async def send(
        self,
        topic: str,
        value: Any,
        key: Any = None,
        headers: Headers | None = None,
        partition: int | None = None,
        timestamp_ms: int | None = None,
    ) -> Delivery:
        """Take a record and return its delivery; waits only for room and for a new topic.

        The partition is the given one, or the key's (as Java's client has it), or one that stays
        the same for a batch. Raises SerializationError, RecordTooLargeError, UnknownTopicError,
        UnknownPartitionError, BufferFullError and ClientClosedError; what happens later is
        the delivery's.
        """
        self._check_loop()
        while True:
            delivery = self.try_send(topic, value, key, headers, partition, timestamp_ms)
            if delivery is not None:
                return delivery
            await self.make_ready(topic)

    def try_send(
        self,
        topic: str,
        value: Any,
        key: Any = None,
        headers: Headers | None = None,
        partition: int | None = None,
        timestamp_ms: int | None = None,
    ) -> Delivery | None:
        """Take a record if that needs no waiting; None when `make_ready` must come first.

        May be called from any thread.
        """
        records = self._records(topic, partition)
        if records is None:
            return None
        chain = self._chain
        if chain is not None:
            # Here and not before: a record that has to wait comes a second time, but passes once.
            given = ProducerRecord(topic, value, key, _pairs(headers), partition, timestamp_ms)
            _, value, key, headers, partition, timestamp_ms = chain.on_send(
                given, records.partition_count
            )
        try:
            options = self.options
            if type(value) is not bytes or options.value_serializer is not None:
                value = to_bytes("value", value, options.value_serializer)
            if key is not None or options.key_serializer is not None:
                key = to_bytes("key", key, options.key_serializer)
            size = len(value or b"") + len(key or b"") + RECORD_OVERHEAD_BYTES
            if size > options.max_request_size:
                _refuse_size(topic, size, options.max_request_size)
            if timestamp_ms is None:
                timestamp_ms = time.time_ns() // 1_000_000
            elif not 0 <= timestamp_ms < _TIMESTAMP_BOUND:
                _refuse_timestamp(timestamp_ms)
            return self._accumulator.append(
                records,
                partition,
                key,
                value,
                _read_headers(headers) if headers else (),
                timestamp_ms,
            )
        except Exception as error:
            if chain is not None:
                chain.on_refusal(error)
            raise

    async def send_many(
        self, topic: str, values: Sequence[Any], partition: int | None = None
    ) -> Deliveries:
        """Take many keyless records at the price of a few; batches go to partitions in turn.

        Raises ConfigurationError where interceptors have an `on_send`, which could not see them.
        """
        self._check_loop()
        batches: list[PendingBatch] = []
        for run in self.cut_values(topic, values):
            while (batch := self.try_send_batch(topic, *run, partition)) is None:
                await self.make_ready(topic)
            batches.append(batch)
        return Deliveries(batches)

    def cut_values(
        self, topic: str, values: Sequence[Any]
    ) -> Iterator[tuple[Sequence[bytes], int]]:
        """Return values as bytes in runs of a batch each; raises before anything was taken."""
        if self._chain is not None and self._chain.changes_records:
            raise ConfigurationError(
                "send_many looks at batches and not at records, so the interceptors of this "
                "producer (on_send) would not see them: use send, or a producer without "
                "such interceptors"
            )
        serializer, limit = self.options.value_serializer, self.options.max_request_size
        if serializer is not None or not all(type(value) is bytes for value in values):
            values = [_to_value(value, serializer) for value in values]
        largest = max(map(len, values), default=0) + RECORD_OVERHEAD_BYTES
        if largest > limit:
            _refuse_size(topic, largest, limit)
        return cut_values(values, self.options.batch_size)

    def try_send_batch(
        self, topic: str, values: Sequence[bytes], size_bytes: int, partition: int | None
    ) -> PendingBatch | None:
        """Take one run of values if that needs no waiting; from any thread."""
        records = self._records(topic, partition)
        if records is None:
            return None
        return self._accumulator.append_batch(
            records, partition, values, size_bytes, time.time_ns() // 1_000_000
        )

    async def make_ready(self, topic: str) -> None:
        """Wait until a record of the topic may be taken: learn its partitions, wait for room."""
        self._check_loop()
        self._check_open()
        assert self._cluster is not None
        if not _TOPIC_NAME.fullmatch(topic):
            text = f"topic {topic!r}: a name has 1 to 249 of the characters a-z A-Z 0-9 . _ -"
            raise ValueError(text)
        seconds = self.options.max_block_ms / 1000
        try:
            async with asyncio.timeout(seconds):
                if topic not in self._accumulator.topics:
                    known = await self._cluster.topic(topic, create=True)
                    self._accumulator.set_topic(topic, len(known.partitions), self._random)
                if self._accumulator.is_full:
                    await self._wait_for_room()
        except TimeoutError:
            raise BufferFullError(
                f"buffer_memory={self.options.buffer_memory} bytes are under way and nothing was "
                f"delivered for max_block_ms={self.options.max_block_ms}: "
                "the brokers are slow or away, or the buffer is too small"
            ) from None
        self._check_open()

    async def _wait_for_room(self) -> None:
        began_ms, buffered_bytes = _now_ms(), self._accumulator.buffered_bytes
        stands_for_all = not self._is_short_of_room
        self._is_short_of_room = True
        try:
            while self._accumulator.is_full and not self._is_closed:
                self._settled.clear()
                await self._settled.wait()
        finally:
            if stands_for_all:
                self._is_short_of_room = False
                if self._metrics is not None:
                    self._metrics(BufferFull(buffered_bytes, (_now_ms() - began_ms) / 1000))

    async def partitions_for(self, topic: str) -> int:
        """Return how many partitions a topic has; creates it where the brokers allow that."""
        while (records := self._accumulator.topics.get(topic)) is None:
            await self.make_ready(topic)
        return records.partition_count

    async def flush(self) -> None:
        """Wait until every record has its outcome. What failed is told by its delivery alone."""
        self._check_loop()
        self._check_open()
        await self._flush()

    # transactions

    @contextlib.asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        """Send what is sent inside all at once or not at all.

        Commits at the end of the block; aborts when it raises. Raises TransactionAbortedError
        when something of it could not be stored (it was aborted, and may be done again),
        ProducerFencedError when another producer took the transactional id over,
        TransactionOutcomeUnknownError when nobody told whether the commit was done: do not do the
        work again then, but call `commit_transaction()`.
        """
        await self.begin_transaction()
        try:
            yield
        except ProducerFencedError:
            raise
        except BaseException:
            await self.abort_transaction()
            raise
        await self.commit_transaction()

    async def begin_transaction(self) -> None:
        """Open a transaction; `transaction()` does that and the rest."""
        self._check_loop()
        await self._in_transactions().begin()

    async def commit_transaction(self) -> None:
        """Deliver what was sent and commit; raises as `transaction()` does."""
        self._check_loop()
        transactions = self._in_transactions()
        await self._flush()
        await transactions.commit()

    async def abort_transaction(self) -> None:
        """Let nothing of the open transaction be seen by read_committed consumers."""
        self._check_loop()
        transactions = self._in_transactions()
        await self._flush()
        await transactions.abort()

    async def send_offsets(
        self, offsets: Mapping[tuple[str, int], int], group: ConsumerGroupMetadata | str
    ) -> None:
        """Commit a group's offsets with the open transaction: those of the records to come next.

        `group` is what `consumer.group_metadata()` returns, so that a consumer that has lost its
        partitions cannot commit; or just the id of a group without members.
        """
        self._check_loop()
        member = ConsumerGroupMetadata(group) if isinstance(group, str) else group
        await self._in_transactions().add_offsets(
            {TopicPartition(*name): offset for name, offset in offsets.items()}, member
        )

    # inside

    def _in_transactions(self) -> ProducerTransactions:
        if self._transactions is None:
            raise ConfigurationError(
                "transactions need a name that stays the same: Producer(transactional_id='...')"
            )
        return self._transactions

    async def _flush(self) -> None:
        self._is_flushing = True
        try:
            while not self._accumulator.is_idle:
                self._settled.clear()
                self._work.set()
                await self._settled.wait()
        finally:
            self._is_flushing = False

    async def _pump(self, sender: Sender) -> None:
        accumulator = self._accumulator
        while True:
            self._work.clear()
            for batch in accumulator.take_ready(everything=self._is_flushing):
                await self._hand_over(sender, batch)
            next_ms = accumulator.next_ready_ms()
            pause = None if next_ms is None else max(0.0, next_ms - _now_ms()) / 1000
            try:
                async with asyncio.timeout(pause):
                    await self._work.wait()
            except TimeoutError:
                continue

    async def _hand_over(self, sender: Sender, batch: PendingBatch) -> None:
        try:
            data = build_column_batch(
                batch.values,
                batch.timestamps,
                keys=batch.keys,
                headers=batch.headers,
                codec=self.options.codec,
            )
        except Exception as error:  # noqa: BLE001 - whatever it is, these records alone have it
            if self._metrics is not None:
                figures = (batch.topic, batch.partition, len(batch.values), 0, _age_s(batch), 0)
                self._metrics(BatchFailed(*figures, error))
            self._settle(batch, -1, error)
            return
        future = await sender.send(
            batch.topic, batch.partition, data, len(batch.values), age_s=_age_s(batch)
        )
        future.add_done_callback(partial(self._on_answer, batch))

    def _on_answer(self, batch: PendingBatch, future: asyncio.Future[ProducedBatch]) -> None:
        if future.cancelled():
            error: BaseException | None = ClientClosedError("the producer was closed before")
        else:
            error = future.exception()
        assert error is None or isinstance(error, Exception)
        self._settle(batch, -1 if error is not None else future.result().base_offset, error)

    def _settle(self, batch: PendingBatch, base_offset: int, error: Exception | None) -> None:
        if error is not None and self._transactions is not None:
            self._transactions.doom(error)
        if error is not None and not self._has_warned:
            self._has_warned = True  # the deliveries tell of each, the log of the first
            _log.warning("records for %s-%d failed: %s", batch.topic, batch.partition, error)
        if self._chain is not None:
            self._chain.on_batch(batch, base_offset, error)
        self._accumulator.settle(batch, base_offset, error)
        self._settled.set()

    async def _refresh_topics(self) -> None:
        """Notice new partitions."""
        assert self._cluster is not None
        while True:
            await asyncio.sleep(self.options.metadata_max_age_ms / 1000)
            try:
                metadata = await self._cluster.refresh(tuple(self._accumulator.topics))
            except OttlaError as error:
                _log.info("no fresh metadata: %s", error)
                continue
            for name in tuple(self._accumulator.topics):
                known = metadata.topics.get(name)
                if known is not None and known.partitions:
                    self._accumulator.set_topic(name, len(known.partitions), self._random)

    def _records(self, topic: str, partition: int | None) -> TopicRecords | None:
        """Return where records of a topic go, None when they have to wait."""
        if self._transactions is not None:
            self._transactions.require_open()
        accumulator = self._accumulator
        records = accumulator.topics.get(topic)
        if records is None or self._is_closed or accumulator.buffered_bytes >= self._buffer_bytes:
            self._check_open()
            return None
        if partition is not None and not 0 <= partition < records.partition_count:
            raise UnknownPartitionError(topic, partition, records.partition_count)
        return records

    def _wake(self) -> None:
        """Let the pump look again; from any thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._work.set)

    def _check_open(self) -> None:
        if self._is_closed:
            raise ClientClosedError("the producer was closed; make a new one")
        if self._loop is None:
            raise ClientClosedError(
                "the producer was not started: use `async with` or `await producer.start()`"
            )

    def _check_loop(self) -> None:
        self._check_open()
        if asyncio.get_running_loop() is not self._loop:
            raise WrongLoopError(
                "the producer belongs to the event loop that it was started in; make one per loop"
            )


def _now_ms() -> float:
    return time.monotonic() * 1000


def _age_s(batch: PendingBatch) -> float:
    return (_now_ms() - batch.opened_ms) / 1000


def _to_value(value: object, serializer: Serializer | None) -> bytes:
    encoded = to_bytes("value", value, serializer)
    if encoded is None:
        raise SerializationError("send_many takes no nulls: a tombstone needs a key, use send")
    return encoded


def _refuse_size(topic: str, size: int, limit: int) -> NoReturn:
    raise RecordTooLargeError(
        f"a record of {size} bytes for topic {topic!r} is larger than max_request_size={limit}"
    )


def _refuse_timestamp(timestamp_ms: int) -> NoReturn:
    raise ValueError(f"timestamp_ms={timestamp_ms!r} is not milliseconds since 1970")


def _pairs(headers: Headers | None) -> tuple[tuple[str, bytes | str | None], ...]:
    return tuple(headers.items() if isinstance(headers, Mapping) else headers or ())


def _read_headers(headers: Headers) -> list[tuple[str, bytes | None]]:
    encoded = []
    for name, value in _pairs(headers):
        if not isinstance(name, str):
            raise SerializationError(f"the name {name!r} of a header is not text")
        if not isinstance(value, bytes | str | None):
            text = f"header {name!r} is {value!r}, not bytes, str or None"
            raise SerializationError(text)
        encoded.append((name, value.encode() if isinstance(value, str) else value))
    return encoded
