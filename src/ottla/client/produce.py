# SPDX-License-Identifier: Apache-2.0
"""Brings finished record batches to the leaders of their partitions: in order, and once.

The idea: whoever makes batches (`client.accumulator`, a copier of raw batches) gives each to
`Sender.send` and gets a future. Per partition there is one queue; per broker up to five requests
are in flight, each with at most one batch of a partition. When a batch fails for a while (a
leader moved, a connection broke), the partition stops, waits for the answers of all that is in
flight, and then sends everything unanswered again in its old order.

Idempotence: producer id, epoch and sequence are stamped into a batch when it is sent first and
stay the same when it is sent again, so that the broker drops what it already has. When a batch
is refused for good, the batches behind it were refused as well (their sequence has a gap before
it) and are stamped anew. When a batch is given up without knowing its fate, the partition goes
on under a new producer id.

Memory is bounded: `send` waits while `buffer_bytes` are on their way.

Owned by one event loop.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from ottla.base.ids import ZERO_UUID
from ottla.client.batch_split import split_batch
from ottla.client.errors import (
    ClientClosedError,
    ClientError,
    DeliveryTimeoutError,
    is_retriable,
)
from ottla.client.metrics import BatchDelivered, BatchFailed
from ottla.client.partition_queue import PartitionQueue, QueuedBatch
from ottla.client.producer_transactions import ProducerIdentity
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError, ErrorCode, WireError
from ottla.protocol.messages.init_producer_id import (
    InitProducerIdRequest,
    InitProducerIdResponse,
)
from ottla.protocol.messages.produce import (
    PartitionProduceData,
    ProduceRequest,
    ProduceResponse,
    TopicProduceData,
)
from ottla.records.batch import HEADER_BYTES, mark_transactional, write_producer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ottla.client.cluster import Cluster
    from ottla.client.producer_transactions import ProducerTransactions
    from ottla.net.client_connection import Connection

ACKS_ALL: Final = -1
NO_OFFSET: Final = -1

_SEQUENCE_MASK = 0x7FFFFFFF
_LAST_VERSION_WITH_NAMES = 12
_ANY_VERSION = 32767

_STORED = frozenset((ErrorCode.NONE, ErrorCode.DUPLICATE_SEQUENCE_NUMBER))

_PRODUCER_UNKNOWN = frozenset(
    (
        ErrorCode.UNKNOWN_PRODUCER_ID,
        ErrorCode.INVALID_PRODUCER_EPOCH,
        ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER,
    )
)
"""The broker does not know how far this producer had come, so it goes on under a new id."""


class ProducedBatch(NamedTuple):
    """Where a batch went."""

    topic: str
    partition: int
    base_offset: int  # NO_OFFSET when nobody told (acks=0)
    record_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SenderSettings:
    """How batches are sent; Kafka's defaults."""

    acks: int = ACKS_ALL
    idempotent: bool = True
    buffer_bytes: int = 32 * 1024 * 1024
    request_bytes: int = 1024 * 1024
    in_flight_max: int = 5
    delivery_timeout_ms: int = 120_000
    request_timeout_ms: int = 30_000
    allow_auto_create: bool = False  # of a topic that is gone, where brokers allow it

    def __post_init__(self) -> None:
        assert self.acks in (-1, 0, 1), self.acks
        assert self.acks == ACKS_ALL or not self.idempotent, "idempotence needs acks=all"


class Sender:
    """Sends batches; see the module's text for its promises."""

    def __init__(
        self,
        cluster: Cluster,
        settings: SenderSettings | None = None,
        transactions: ProducerTransactions | None = None,
    ) -> None:
        self._cluster = cluster
        self._metrics = cluster.settings.metrics
        self._transactions = transactions  # whose identity, and fate, all batches share
        self._settings = settings or SenderSettings()
        self._loop = asyncio.get_running_loop()
        self._partitions: dict[TopicPartition, PartitionQueue] = {}
        self._waiting: dict[TopicPartition, None] = {}  # partitions with queued batches, in turn
        self._requests: dict[int, int] = {}  # in flight, by broker
        self._lanes: dict[int, asyncio.Task[None]] = {}  # brokers that are being written to
        self._identity: ProducerIdentity | None = None
        self._buffered_bytes = 0
        self._room = asyncio.Event()
        self._room.set()
        self._idle = asyncio.Event()
        self._idle.set()
        self._work = asyncio.Event()
        self._refreshing: asyncio.Task[None] | None = None
        self._preparing: asyncio.Task[None] | None = None
        self._task = asyncio.create_task(self._run())

    async def send(
        self,
        topic: str,
        partition: int,
        data: bytearray,
        record_count: int,
        *,
        age_s: float = 0.0,
    ) -> asyncio.Future[ProducedBatch]:
        """Queue one encoded batch, waiting for room; the future tells where it went.

        `data` belongs to the sender from now on: it stamps its own fields into it. `age_s` is how
        long the first record has waited until now; its delivery time-out counts from then.
        """
        assert len(data) > HEADER_BYTES
        opened_s = self._loop.time() - age_s
        while self._buffered_bytes and (
            self._buffered_bytes + len(data) > self._settings.buffer_bytes
        ):
            self._room.clear()
            await self._room.wait()
        name = TopicPartition(topic, partition)
        queue = self._partitions.get(name)
        if queue is None:
            queue = self._partitions[name] = PartitionQueue(name)
        deadline = opened_s + self._settings.delivery_timeout_ms / 1000
        place = (queue.next_place,)
        queue.next_place += 1
        future: asyncio.Future[ProducedBatch] = self._loop.create_future()
        batch = QueuedBatch(data, record_count, future, deadline, place, opened_s)
        self._buffered_bytes += len(data)
        self._idle.clear()
        queue.queued.append(batch)
        self._waiting[name] = None
        self._work.set()
        return batch.future

    async def flush(self) -> None:
        """Wait until every batch has its answer, good or bad."""
        await self._idle.wait()

    async def close(self) -> None:
        """Stop; batches that were not flushed fail."""
        tasks = [self._task, *self._lanes.values()]
        tasks += [task for task in (self._refreshing, self._preparing) if task is not None]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for queue in self._partitions.values():
            for batch in (*queue.in_flight, *queue.failed, *queue.queued):
                self._report(queue, batch, ClientClosedError("the producer was closed before"))
                batch.future.cancel()

    # deciding what leaves

    async def _run(self) -> None:
        while True:
            self._work.clear()
            pause = self._dispatch()
            try:
                async with asyncio.timeout(pause):
                    await self._work.wait()
            except TimeoutError:
                continue

    def _dispatch(self) -> float | None:
        """Start writing to each broker that can take a batch; return when to look again.

        Nothing is waited for here: whatever keeps a batch, its time is up at its deadline.
        """
        look_at: list[float] = []
        for name in list(self._waiting):
            queue = self._partitions[name]
            self._expire(queue)
            if self._transactions is not None and self._transactions.failure is not None:
                self._give_up(queue, self._transactions.failure)
            if queue.is_sendable and queue.resume_at <= self._loop.time():
                self._start(queue)
            if queue.is_sendable and queue.resume_at > self._loop.time():
                look_at.append(queue.resume_at)
            if queue.queued and not queue.in_flight:
                look_at.append(queue.queued[0].deadline)
        return max(0.001, min(look_at) - self._loop.time()) if look_at else None

    def _start(self, queue: PartitionQueue) -> None:
        """Let a partition's batches leave, once they can be stamped."""
        if not self._is_prepared(queue):
            if self._preparing is None:
                self._preparing = asyncio.create_task(self._prepare_waiting())
                self._preparing.add_done_callback(self._on_prepared)
            return
        try:
            self._start_lane(self._cluster.known_leader(*queue.name))
        except (ClientError, ApiError) as error:
            self._hold_up(queue, error)

    async def _prepare_waiting(self) -> None:
        """Bring the producer id, and partitions into the transaction, for all that wait for it."""
        for name in list(self._waiting):
            queue = self._partitions[name]
            is_due = queue.is_sendable and queue.resume_at <= self._loop.time()
            if is_due and not self._is_prepared(queue):
                try:
                    await self._prepare(queue)
                except (ClientError, ApiError) as error:
                    self._hold_up(queue, error)

    def _on_prepared(self, task: asyncio.Task[None]) -> None:
        self._preparing = None
        error = None if task.cancelled() else task.exception()
        if isinstance(error, Exception):  # a bug of ours, which would only come again
            for name in list(self._waiting):
                self._give_up(self._partitions[name], error)
        self._work.set()

    async def _prepare(self, queue: PartitionQueue) -> None:
        if self._transactions is not None:
            await self._transactions.add_partition(queue.name)
            if queue.identity != self._transactions.identity:  # a transaction ended in between
                queue.forget_identity()
                queue.identity = self._transactions.identity
                queue.next_sequence = 0
                queue.is_new_to_broker = True
        elif self._settings.idempotent and queue.identity is None:
            if self._identity is None:
                self._identity = await self._new_identity()
            queue.identity = self._identity
            queue.next_sequence = 0
            queue.is_new_to_broker = True

    async def _new_identity(self) -> ProducerIdentity:
        request = InitProducerIdRequest(transactional_id=None, transaction_timeout_ms=60_000)
        response = await self._cluster.call(request, InitProducerIdResponse)
        if response.error_code:
            code = ErrorCode.of(response.error_code)
            raise ApiError(code, f"no producer id was given: {code.description}")
        return ProducerIdentity(response.producer_id, response.producer_epoch)

    def _expire(self, queue: PartitionQueue) -> None:
        now = self._loop.time()
        while queue.queued and queue.queued[0].deadline <= now and not queue.in_flight:
            batch = queue.queued.popleft()
            seconds = self._settings.delivery_timeout_ms / 1000
            text = f"a batch for {queue.name} could not be delivered within {seconds:g} s"
            error = DeliveryTimeoutError(text)
            if batch.attempts:
                self._renew_identity(queue, error)
            self._finish(queue, batch, error=error)
        if not queue.queued:
            self._waiting.pop(queue.name, None)

    def _renew_identity(self, queue: PartitionQueue, error: Exception) -> None:
        if self._transactions is not None:
            self._transactions.doom(error)  # which brings a new one, once it is aborted
            return
        if self._identity == queue.identity:
            self._identity = None
        queue.forget_identity()

    def _hold_up(self, queue: PartitionQueue, error: Exception) -> None:
        """Try again later, or fail what is queued when that cannot help."""
        if is_retriable(error):
            queue.resume_at = self._loop.time() + next(self._cluster.pauses())
            self._refresh_soon()
            return
        if self._transactions is not None:
            self._transactions.doom(error)
        self._give_up(queue, error)

    def _give_up(self, queue: PartitionQueue, error: Exception) -> None:
        while queue.queued:
            self._finish(queue, queue.queued.popleft(), error=error)
        self._waiting.pop(queue.name, None)

    def _refresh_soon(self) -> None:
        if self._refreshing is None:
            refresh = self._cluster.refresh_quietly(
                allow_auto_create=self._settings.allow_auto_create
            )
            self._refreshing = asyncio.create_task(refresh)
            self._refreshing.add_done_callback(self._on_refreshed)

    def _on_refreshed(self, task: asyncio.Task[None]) -> None:
        self._refreshing = None
        if not task.cancelled():
            task.exception()  # the attempt that follows meets the same error and reports it
        self._work.set()

    # one broker

    def _start_lane(self, node_id: int) -> None:
        if node_id in self._lanes:
            return
        if self._requests.get(node_id, 0) >= self._settings.in_flight_max:
            return
        task = asyncio.create_task(self._write_to(node_id))
        self._lanes[node_id] = task
        task.add_done_callback(lambda _: self._end_lane(node_id))

    def _end_lane(self, node_id: int) -> None:
        del self._lanes[node_id]
        self._work.set()  # what came in the meantime needs a new one

    async def _write_to(self, node_id: int) -> None:
        """Write requests to a broker until it has enough or nothing is left for it."""
        try:
            connection = await self._cluster.connection(node_id)
            while self._requests.get(node_id, 0) < self._settings.in_flight_max:
                taken = list(self._take(node_id))
                if not taken:
                    return
                self._send_request(node_id, connection, taken)
                await connection.drained()
                if self._settings.acks == 0:
                    self._finish_unanswered(taken)
        except (ClientError, ApiError) as error:
            for queue in list(self._queues_of(node_id)):
                self._hold_up(queue, error)

    def _queues_of(self, node_id: int) -> Iterator[PartitionQueue]:
        """Yield the partitions that could send a batch to this broker, in turn."""
        now = self._loop.time()
        for name in list(self._waiting):
            queue = self._partitions[name]
            if not queue.is_sendable or queue.resume_at > now:
                continue
            if not self._is_prepared(queue):
                continue
            if self._cluster.leads(node_id, *name):
                yield queue

    def _is_prepared(self, queue: PartitionQueue) -> bool:
        """Whether batches can be stamped, and brokers expect them."""
        if self._transactions is None:
            return queue.identity is not None or not self._settings.idempotent
        return queue.identity == self._transactions.identity and self._transactions.has(queue.name)

    def _take(self, node_id: int) -> Iterator[tuple[PartitionQueue, QueuedBatch]]:
        """Move the first batch of each waiting partition in flight, up to a request's size."""
        room = self._settings.request_bytes
        for queue in self._queues_of(node_id):
            batch = queue.queued[0]
            if room < self._settings.request_bytes and len(batch.data) > room:
                return
            room -= len(batch.data)
            queue.queued.popleft()
            self._stamp(queue, batch)
            queue.in_flight.append(batch)
            del self._waiting[queue.name]
            if queue.queued:
                self._waiting[queue.name] = None  # behind the others
            yield queue, batch

    def _stamp(self, queue: PartitionQueue, batch: QueuedBatch) -> None:
        batch.attempts += 1
        if queue.identity is None or batch.base_sequence >= 0:
            return
        batch.base_sequence = queue.next_sequence
        queue.next_sequence = (queue.next_sequence + batch.record_count) & _SEQUENCE_MASK
        if self._transactions is not None:
            mark_transactional(batch.data)
        write_producer(batch.data, *queue.identity, batch.base_sequence)

    def _send_request(
        self, node_id: int, connection: Connection, taken: list[tuple[PartitionQueue, QueuedBatch]]
    ) -> None:
        try:
            request, version = self._make_request(connection, taken)
            if self._settings.acks == 0:
                connection.post(request, version=version)
                return
            future = connection.send(
                request,
                ProduceResponse,
                version=version,
                timeout_ms=self._settings.request_timeout_ms,
            )
        except ClientError as error:
            self._fail(taken, error)
            return
        self._requests[node_id] = self._requests.get(node_id, 0) + 1
        future.add_done_callback(partial(self._on_answer, node_id, taken))

    def _make_request(
        self, connection: Connection, taken: list[tuple[PartitionQueue, QueuedBatch]]
    ) -> tuple[ProduceRequest, int]:
        topics: dict[str, list[PartitionProduceData]] = {}
        for queue, batch in taken:
            data = PartitionProduceData(index=queue.name.partition, records=batch.data)
            topics.setdefault(queue.name.topic, []).append(data)
        known = self._cluster.metadata.topics
        ids = {name: known[name].topic_id for name in topics}
        at_most = _LAST_VERSION_WITH_NAMES if ZERO_UUID in ids.values() else _ANY_VERSION
        transactions = self._transactions
        if transactions is not None:
            at_most = min(at_most, transactions.last_produce_version)
        version = connection.version_for(ProduceRequest, at_most=at_most)
        request = ProduceRequest(
            transactional_id=None if transactions is None else transactions.transactional_id,
            acks=self._settings.acks,
            timeout_ms=self._settings.request_timeout_ms,
            topic_data=[
                TopicProduceData(name=name, topic_id=ids[name], partition_data=partitions)
                for name, partitions in topics.items()
            ],
        )
        return request, version

    # answers

    def _on_answer(
        self,
        node_id: int,
        taken: list[tuple[PartitionQueue, QueuedBatch]],
        future: asyncio.Future[ProduceResponse],
    ) -> None:
        self._requests[node_id] -= 1
        error = future.exception()
        if error is not None:
            assert isinstance(error, Exception)
            self._fail(taken, error)
            return
        by_id = {topic.topic_id: topic.name for topic in self._cluster.metadata.topics.values()}
        answers = {
            TopicPartition(topic.name or by_id.get(topic.topic_id, ""), partition.index): partition
            for topic in future.result().responses
            for partition in topic.partition_responses
        }
        for queue, batch in taken:
            answer = answers.get(queue.name)
            if answer is None:
                missing = WireError(f"{queue.name} is missing in the answer to Produce")
                self._fail([(queue, batch)], missing)
            elif answer.error_code in _STORED:
                queue.is_new_to_broker = False
                self._land(queue, batch)
                self._finish(queue, batch, answer.base_offset)
            else:
                code = ErrorCode.of(answer.error_code)
                text = answer.error_message or code.description
                self._fail([(queue, batch)], ApiError(code, f"{queue.name}: {text}"))
        self._work.set()

    def _finish_unanswered(self, taken: list[tuple[PartitionQueue, QueuedBatch]]) -> None:
        """With acks=0 a batch is done when it is written."""
        for queue, batch in taken:
            if batch in queue.in_flight:  # not when writing failed
                self._land(queue, batch)
                self._finish(queue, batch)

    def _fail(self, taken: list[tuple[PartitionQueue, QueuedBatch]], error: Exception) -> None:
        for queue, batch in taken:
            self._on_failure(queue, batch, error)
        self._work.set()

    def _on_failure(self, queue: PartitionQueue, batch: QueuedBatch, error: Exception) -> None:
        """Keep a batch for another attempt, or give it up."""
        code = error.code if isinstance(error, ApiError) else None
        follows_a_failure = not queue.is_in_order or queue.in_flight[0] is not batch
        if self._loop.time() >= batch.deadline:
            self._renew_identity(queue, error)
            self._finish(queue, batch, error=error)
        elif code is ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER and follows_a_failure:
            queue.failed.append(batch)  # those before it go first
        elif code in _PRODUCER_UNKNOWN and queue.identity is not None:
            queue.failed.append(batch)
            self._renew_identity(queue, error)
        elif code is ErrorCode.MESSAGE_TOO_LARGE and batch.record_count > 1:
            queue.refuse(batch)
            queue.failed.extend(self._halves(batch))
        elif is_retriable(error):
            queue.failed.append(batch)
        else:
            if self._transactions is not None:
                self._transactions.doom(error)
            queue.refuse(batch)
            self._finish(queue, batch, error=error)
        self._land(queue, batch)

    def _land(self, queue: PartitionQueue, batch: QueuedBatch) -> None:
        """Take a batch out of flight; when none is left, line up what has to go again."""
        queue.in_flight.remove(batch)
        if queue.in_flight or queue.is_in_order:
            return
        has_failed = bool(queue.failed)
        queue.line_up()
        if queue.queued:
            self._waiting[queue.name] = None
        if has_failed:
            queue.resume_at = self._loop.time() + next(self._cluster.pauses())
            self._refresh_soon()

    def _halves(self, batch: QueuedBatch) -> list[QueuedBatch]:
        halves = [
            QueuedBatch(
                half.data,
                half.record_count,
                self._loop.create_future(),
                batch.deadline,
                (*batch.place, index),
                batch.opened_s,
            )
            for index, half in enumerate(split_batch(batch.data))
        ]
        self._buffered_bytes += sum(len(half.data) for half in halves) - len(batch.data)
        joined = asyncio.gather(*(half.future for half in halves))
        joined.add_done_callback(partial(_answer_whole, batch))
        return halves

    def _finish(
        self,
        queue: PartitionQueue,
        batch: QueuedBatch,
        base_offset: int = NO_OFFSET,
        *,
        error: Exception | None = None,
    ) -> None:
        self._buffered_bytes -= len(batch.data)
        self._room.set()
        if not self._buffered_bytes:
            self._idle.set()
        self._report(queue, batch, error)
        if batch.future.done():
            return  # the caller has gone
        if error is not None:
            batch.future.set_exception(error)
        else:
            produced = ProducedBatch(*queue.name, base_offset, batch.record_count)
            batch.future.set_result(produced)

    def _report(self, queue: PartitionQueue, batch: QueuedBatch, error: Exception | None) -> None:
        if self._metrics is None:
            return
        size, age_s = len(batch.data), self._loop.time() - batch.opened_s
        figures = (*queue.name, batch.record_count, size, age_s, batch.attempts)
        self._metrics(BatchDelivered(*figures) if error is None else BatchFailed(*figures, error))


def _answer_whole(batch: QueuedBatch, joined: asyncio.Future[list[ProducedBatch]]) -> None:
    """Answer for a batch that was cut in two when both halves have their answers."""
    if batch.future.done():
        return
    if joined.cancelled():
        batch.future.cancel()
    elif (error := joined.exception()) is not None:
        batch.future.set_exception(error)
    else:
        first, _ = joined.result()
        batch.future.set_result(first._replace(record_count=batch.record_count))
