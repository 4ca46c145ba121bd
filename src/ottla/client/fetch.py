# SPDX-License-Identifier: Apache-2.0
"""Reads partitions from given offsets on, ahead of whoever consumes them.

The idea: one request per broker is always under way while there is room. What arrives is checked
for whole batches (headers only) and queued; the next request leaves at once, so that decoding
and network overlap. Memory is bounded by `prefetch_bytes`: what waits, what is asked for and what
the batch at hand becomes when it is decoded have to fit.

Offsets are never reset silently: an offset that does not exist, or a log that was truncated
behind our back, ends the iteration with an error that names partition and offset. Leaders that
move and connections that break are retried.

    fetcher = Fetcher(cluster, {TopicPartition("orders", 0): 0})
    async for fetched in fetcher:
        for record in fetched.records(): ...

Owned by one event loop.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from ottla.base.errors import OttlaError
from ottla.base.ids import ZERO_UUID
from ottla.client.errors import (
    LogTruncatedError,
    OffsetOutOfRangeError,
    is_retriable,
)
from ottla.client.offsets import READ_COMMITTED, READ_UNCOMMITTED
from ottla.client.read_committed import AbortedTransactions
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.fetch import (
    FetchPartition,
    FetchRequest,
    FetchResponse,
    FetchTopic,
    PartitionData,
)
from ottla.records.batch import BatchHeader, iter_headers, verify_crc
from ottla.records.record import decode_records

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from ottla.client.cluster import Cluster
    from ottla.net.client_connection import Connection
    from ottla.records.record import Record

_LAST_VERSION_WITH_NAMES: Final = 12
_FIRST_WITH_EPOCH: Final = 12  # KIP-595: brokers compare it with their log
_NO_EPOCH: Final = -1
_ANY_VERSION: Final = 32767

_STALE_METADATA = frozenset(
    (
        ErrorCode.NOT_LEADER_OR_FOLLOWER,
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
        ErrorCode.UNKNOWN_TOPIC_ID,
        ErrorCode.INCONSISTENT_TOPIC_ID,
        ErrorCode.LEADER_NOT_AVAILABLE,
        ErrorCode.REPLICA_NOT_AVAILABLE,
        ErrorCode.FENCED_LEADER_EPOCH,
        ErrorCode.UNKNOWN_LEADER_EPOCH,
        ErrorCode.OFFSET_NOT_AVAILABLE,
        ErrorCode.KAFKA_STORAGE_ERROR,
    )
)


_ANSWERS_SHARE: Final = 1 / 8
"""Of the prefetch: what all brokers together may answer at a time."""
_WAITING_SHARE: Final = 1 / 2
"""Of the prefetch: what waits and what is asked for. The rest is for copies and decoded records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchSettings:
    """How much is asked for at a time; Kafka's defaults."""

    max_wait_ms: int = 500
    min_bytes: int = 1
    max_bytes: int = 50 * 1024 * 1024
    partition_max_bytes: int = 1024 * 1024
    prefetch_bytes: int = 16 * 1024 * 1024
    isolation_level: int = READ_UNCOMMITTED
    check_crcs: bool = True
    rack: str = ""  # of this client: brokers may name a nearer replica than the leader
    replica_max_age_ms: int = 300_000  # how long such a replica is asked before the leader again
    vanished_topic_ms: int = 5_000  # how long a topic may be unknown before that is an error


class FetchedBatches(NamedTuple):
    """Whole batches of one partition, from `offset` on; the first may begin before it."""

    name: TopicPartition
    offset: int  # the first one that was asked for
    next_offset: int  # where the next fetch goes on
    high_watermark: int
    batches: tuple[tuple[BatchHeader, memoryview], ...]  # without control batches and aborted ones

    def records(self) -> list[Record]:
        """Decode the records from `offset` up to `next_offset`."""
        records: list[Record] = []
        for _, batch in self.batches:
            records += decode_records(batch)
        if not self.batches:
            return records
        first, last = self.batches[0][0], self.batches[-1][0]
        if self.offset <= first.base_offset and last.next_offset <= self.next_offset:
            return records
        return [record for record in records if self.offset <= record.offset < self.next_offset]


@dataclass(slots=True, eq=False)
class _Position:
    name: TopicPartition
    offset: int
    aborted: AbortedTransactions
    epoch: int = _NO_EPOCH  # of the batch before `offset`, once one was fetched
    replica: int | None = None  # to be asked instead of the leader (KIP-392)
    replica_until: float = 0.0
    resume_at: float = 0.0
    unknown_since: float | None = None


class Fetcher:
    """Reads ahead; iterate over it from one task."""

    def __init__(
        self,
        cluster: Cluster,
        offsets: Mapping[TopicPartition, int],
        settings: FetchSettings | None = None,
    ) -> None:
        assert offsets
        self._cluster = cluster
        self._settings = settings or FetchSettings()
        self._loop = asyncio.get_running_loop()
        self._positions = {
            name: _Position(name, offset, AbortedTransactions()) for name, offset in offsets.items()
        }
        self._arrived: deque[tuple[FetchedBatches, int]] = deque()  # with their sizes
        self._arrived_bytes = 0
        self._news = asyncio.Event()  # something arrived or failed
        self._room = asyncio.Event()  # something was taken or changed
        self._failure: Exception | None = None
        self._is_woken = False
        self._requests: dict[int, asyncio.Task[None]] = {}  # by broker
        self._task = asyncio.create_task(self._run())

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Stop fetching; whoever waits for more is told that there is none."""
        self._positions.clear()
        self._arrived.clear()
        self._news.set()
        tasks = [self._task, *self._requests.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def start(self, name: TopicPartition, offset: int) -> None:
        """Read another partition as well."""
        self._positions[name] = _Position(name, offset, AbortedTransactions())
        self._room.set()

    def stop(self, name: TopicPartition) -> None:
        """Read a partition no further; what had arrived of it is dropped."""
        self._positions.pop(name, None)
        if any(fetched.name == name for fetched, _ in self._arrived):
            kept = [(fetched, size) for fetched, size in self._arrived if fetched.name != name]
            self._arrived = deque(kept)
            self._arrived_bytes = sum(size for _, size in kept)
            self._room.set()

    def wake(self) -> None:
        """Let `take` return although nothing has arrived."""
        self._is_woken = True
        self._news.set()

    @property
    def is_idle(self) -> bool:
        """Whether every partition was stopped."""
        return not self._positions

    async def take(self) -> FetchedBatches | None:
        """Return what arrived next; None when `wake` was called or every partition was stopped."""
        while not self._arrived:
            if self._failure is not None:
                raise self._failure
            if self._is_woken or not self._positions:
                self._is_woken = False
                return None
            self._news.clear()
            await self._news.wait()
        fetched, size = self._arrived.popleft()
        self._arrived_bytes -= size
        self._room.set()
        return fetched

    def __aiter__(self) -> AsyncIterator[FetchedBatches]:
        return self

    async def __anext__(self) -> FetchedBatches:
        """Return what arrived next; StopAsyncIteration once every partition was stopped."""
        while (fetched := await self.take()) is None:
            if self.is_idle:
                raise StopAsyncIteration
        return fetched

    # asking

    async def _run(self) -> None:
        try:
            while True:
                self._room.clear()
                pause = self._ask_brokers()
                try:
                    async with asyncio.timeout(pause):
                        await self._room.wait()
                except TimeoutError:
                    await self._cluster.refresh_quietly()
        except OttlaError as error:
            self._fail(error)

    def _ask_brokers(self) -> float | None:
        """Start a request to each idle broker; return when to try held-up partitions again."""
        now = self._loop.time()
        by_broker: dict[int, list[_Position]] = {}
        resume_at: list[float] = []
        for position in self._positions.values():
            if position.resume_at > now:
                resume_at.append(position.resume_at)
                continue
            try:
                broker = self._broker_for(position, now)
            except ApiError:
                self._hold_up(position)
                resume_at.append(position.resume_at)
                continue
            by_broker.setdefault(broker, []).append(position)
        all_answers = int(self._settings.prefetch_bytes * _ANSWERS_SHARE)
        share = max(1, min(self._settings.max_bytes, all_answers // max(1, len(by_broker))))
        room = int(self._settings.prefetch_bytes * _WAITING_SHARE) - self._arrived_bytes
        for broker, positions in by_broker.items():
            if broker not in self._requests and (len(self._requests) + 1) * share <= room:
                task = asyncio.create_task(self._ask(broker, positions, share))
                self._requests[broker] = task
        return max(0.001, min(resume_at) - now) if resume_at else None

    def _broker_for(self, position: _Position, now: float) -> int:
        """Return whom to ask; raises ApiError when nobody leads the partition."""
        replica = position.replica
        if replica is None:
            return self._cluster.known_leader(*position.name)
        if now < position.replica_until and replica in self._cluster.metadata.brokers:
            return replica
        position.replica = None
        return self._cluster.known_leader(*position.name)

    async def _ask(self, broker: int, positions: list[_Position], max_bytes: int) -> None:
        try:
            connection = await self._cluster.connection(broker)
            request, version = self._make_request(connection, positions, max_bytes)
            timeout_ms = self._settings.max_wait_ms + self._cluster.settings.request_timeout_ms
            response = await connection.send(
                request, FetchResponse, version=version, timeout_ms=timeout_ms
            )
            self._read(response, {position.name: position for position in positions})
        except OttlaError as error:
            if not is_retriable(error):
                self._fail(error)
            for position in positions:
                position.replica = None
                self._hold_up(position)
        finally:
            del self._requests[broker]
            self._room.set()

    def _make_request(
        self, connection: Connection, positions: list[_Position], max_bytes: int
    ) -> tuple[FetchRequest, int]:
        settings = self._settings
        known = self._cluster.metadata.topics
        ids = {position.name.topic: known[position.name.topic].topic_id for position in positions}
        at_most = _LAST_VERSION_WITH_NAMES if ZERO_UUID in ids.values() else _ANY_VERSION
        version = connection.version_for(FetchRequest, at_most=at_most)
        topics: dict[str, list[FetchPartition]] = {}
        for position in positions:
            # A follower that is behind would find that the logs part.
            compares = version >= _FIRST_WITH_EPOCH and position.replica is None
            partition = FetchPartition(
                partition=position.name.partition,
                current_leader_epoch=known[position.name.topic]
                .partitions[position.name.partition]
                .leader_epoch,
                fetch_offset=position.offset,
                last_fetched_epoch=position.epoch if compares else _NO_EPOCH,
                partition_max_bytes=settings.partition_max_bytes,
            )
            topics.setdefault(position.name.topic, []).append(partition)
        request = FetchRequest(
            max_wait_ms=settings.max_wait_ms,
            min_bytes=settings.min_bytes,
            max_bytes=max_bytes,
            isolation_level=settings.isolation_level,
            rack_id=settings.rack,
            topics=[
                FetchTopic(topic=name, topic_id=ids[name], partitions=partitions)
                for name, partitions in topics.items()
            ],
        )
        return request, version

    # answers

    def _read(self, response: FetchResponse, asked: Mapping[TopicPartition, _Position]) -> None:
        if response.error_code:
            code = ErrorCode.of(response.error_code)
            raise ApiError(code, f"fetch: {code.description}")
        names = {topic.topic_id: topic.name for topic in self._cluster.metadata.topics.values()}
        for topic in response.responses:
            topic_name = topic.topic or names.get(topic.topic_id, "")
            for data in topic.partitions:
                position = asked.get(TopicPartition(topic_name, data.partition_index))
                # One that was stopped, and perhaps started anew elsewhere, is not waiting for this.
                if position is not None and self._positions.get(position.name) is position:
                    self._read_partition(position, data)

    def _read_partition(self, position: _Position, data: PartitionData) -> None:
        if data.error_code:
            self._read_error(position, ErrorCode.of(data.error_code), data)
            return
        if data.diverging_epoch.end_offset >= 0:
            self._fail(
                LogTruncatedError(
                    f"{position.name} was truncated at offset {data.diverging_epoch.end_offset}, "
                    f"and {position.offset} was to be read next"
                )
            )
            return
        position.unknown_since = None
        if data.preferred_read_replica >= 0:
            position.replica = data.preferred_read_replica
            position.replica_until = self._loop.time() + self._settings.replica_max_age_ms / 1000
        if not data.records:
            return
        fetched, size = self._gather(position, data)
        if fetched.next_offset == position.offset:
            return
        position.offset = fetched.next_offset
        # Brokers fill an answer in the order of the question: let the others go first next time.
        self._positions[position.name] = self._positions.pop(position.name)
        self._arrived.append((fetched, size))
        self._arrived_bytes += size
        self._news.set()

    def _gather(self, position: _Position, data: PartitionData) -> tuple[FetchedBatches, int]:
        assert data.records is not None
        view = memoryview(data.records)
        is_committed_only = self._settings.isolation_level == READ_COMMITTED
        if is_committed_only:
            position.aborted.add(data.aborted_transactions or ())
        kept: list[tuple[BatchHeader, memoryview]] = []
        next_offset, size = position.offset, 0
        for start, header in iter_headers(view, partial_tail=True):
            size += header.size_bytes
            if header.next_offset <= position.offset:
                continue  # the sparse index of the broker made it begin earlier
            batch = view[start : start + header.size_bytes]
            if self._settings.check_crcs:
                verify_crc(batch)
            next_offset = header.next_offset
            position.epoch = header.partition_leader_epoch
            if is_committed_only and position.aborted.hides(header, batch):
                continue
            if not header.is_control:
                kept.append((header, batch))
        fetched = FetchedBatches(
            position.name, position.offset, next_offset, data.high_watermark, tuple(kept)
        )
        return fetched, size

    def _read_error(self, position: _Position, code: ErrorCode, data: PartitionData) -> None:
        replica, position.replica = position.replica, None
        if code is ErrorCode.OFFSET_OUT_OF_RANGE and replica is not None:
            return  # that replica may be behind: the leader knows
        if code is ErrorCode.OFFSET_OUT_OF_RANGE:
            self._fail(
                OffsetOutOfRangeError(
                    str(position.name), position.offset, data.log_start_offset, data.high_watermark
                )
            )
        elif code in _STALE_METADATA and not self._is_gone(position, code):
            self._hold_up(position)
        else:
            self._fail(ApiError(code, f"{position.name}: {code.description}"))

    def _is_gone(self, position: _Position, code: ErrorCode) -> bool:
        """Say whether a topic has been unknown for so long that it must have been deleted."""
        if code is not ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
            return False
        now = self._loop.time()
        if position.unknown_since is None:
            position.unknown_since = now
        return now - position.unknown_since > self._settings.vanished_topic_ms / 1000

    def _hold_up(self, position: _Position) -> None:
        position.resume_at = self._loop.time() + next(self._cluster.pauses())

    def _fail(self, error: Exception) -> None:
        self._failure = self._failure or error
        self._news.set()
