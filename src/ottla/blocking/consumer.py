# SPDX-License-Identifier: Apache-2.0
"""The consumer for programs without an event loop.

    with Consumer("orders", group_id="kitchen") as consumer:
        for record in consumer:
            print(record.partition, record.offset, record.value)

A thin front of `ottla.aio.consumer`, which reads ahead in a thread of its own. Whole batches come
over from there; their records are decoded and handed out in the caller's thread. Rebalance
callbacks run in a thread of their own, where they may use the consumer, while the caller waits.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final, Literal, Self, TypeVar, Unpack

from ottla.aio.consumer import Consumer as AsyncConsumer
from ottla.base.loop_thread import LoopThread

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from ottla.client.consumer_group_metadata import ConsumerGroupMetadata
    from ottla.client.consumer_options import (
        ConsumerKeywords,
        ConsumerOptions,
        RebalanceCallback,
    )
    from ottla.client.consumer_record import ConsumerRecord, RecordBatch
    from ottla.client.partition_reader import PartitionReader
    from ottla.client.record_range import RecordRange
    from ottla.client.topic_partition import TopicPartition

Result = TypeVar("Result")

_CALLBACKS: Final[tuple[Literal["on_assigned", "on_revoked", "on_lost"], ...]] = (
    "on_assigned",
    "on_revoked",
    "on_lost",
)


class Consumer:
    """Reads records; see the module's text. One thread at a time may read."""

    def __init__(
        self,
        *topics: str,
        bootstrap_servers: str | Sequence[str] = "localhost:9092",
        **options: Unpack[ConsumerKeywords],
    ) -> None:
        """Take the settings of `ConsumerOptions`, connect, and find out where to begin.

        Raises ConfigurationError, UnknownTopicError, and BrokerUnreachableError or
        NotABrokerError when no address answers.
        """
        for name in _CALLBACKS:
            callback = options.get(name)
            if callback is not None:
                options[name] = _in_own_thread(callback)
        self._thread = LoopThread("ottla-consumer")
        self._consumer, self._reader = self._thread.run_first(
            _start(topics, bootstrap_servers, options)
        )
        self._next_record = self._reader.next_record

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *traceback: object) -> None:
        self._thread.run_last(self._consumer.__aexit__(kind, *traceback))

    @property
    def options(self) -> ConsumerOptions:
        """The settings with their defaults."""
        return self._consumer.options

    def close(self) -> None:
        """Commit what is finished (`auto_commit`), leave the group, stop reading, disconnect.

        What was handed out last is finished only when more was asked for. Leaving `with` without
        an exception says the same: then all of it is.
        """
        self._thread.run_last(self._consumer.close())

    # reading

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> ConsumerRecord:
        """Return the next record, waiting for it; StopIteration with `stop_at_end`."""
        while (record := self._next_record()) is None:
            if self._load(None) is None:
                raise StopIteration
        return record

    def batches(self) -> Iterator[RecordBatch]:
        """Iterate over whole batches."""
        while (batch := self._load(None)) is not None:
            self._reader.end_batch()
            yield batch

    def poll(self, timeout_s: float) -> list[ConsumerRecord]:
        """Return the records that are there, or come within `timeout_s`; may be none."""
        records = self._reader.rest_of_batch()
        if not records:
            try:
                self._load(timeout_s)
            except TimeoutError:
                return []
            records = self._reader.rest_of_batch()
        return records

    # offsets of a group

    def commit(self, offsets: Mapping[tuple[str, int], int] | None = None) -> None:
        """Commit everything that was handed out, or just these offsets of records to come next."""
        self._run(self._consumer.commit(offsets))

    def committed(self, *partitions: tuple[str, int]) -> dict[TopicPartition, int]:
        """Return the committed offsets of those partitions that have one."""
        return self._run(self._consumer.committed(*partitions))

    def group_metadata(self) -> ConsumerGroupMetadata:
        """Return what a transaction needs to commit offsets on this member's behalf."""

        async def ask() -> ConsumerGroupMetadata:
            return self._consumer.group_metadata()

        return self._run(ask())

    # where to read

    @property
    def assignment(self) -> frozenset[TopicPartition]:
        """The partitions that are read."""
        return self._consumer.assignment

    def assign(self, partitions: Mapping[tuple[str, int], int] | Iterable[tuple[str, int]]) -> None:
        """Read these partitions and no others, from the offsets given with them."""
        self._run(self._consumer.assign(partitions))

    def position(self, topic: str, partition: int) -> int:
        """Return the offset of the record that would be handed out next."""
        return self._run(self._consumer.position(topic, partition))

    def seek(self, topic: str, partition: int, offset: int) -> None:
        """Go on at another offset of an assigned partition."""
        self._run(self._consumer.seek(topic, partition, offset))

    def seek_to_time(self, timestamp_ms: int) -> None:
        """Go on with the first record at or after a time, in every assigned partition."""
        self._run(self._consumer.seek_to_time(timestamp_ms))

    def end_offsets(self) -> dict[TopicPartition, int]:
        """Return where the assigned partitions end now, as this consumer may see them."""
        return self._run(self._consumer.end_offsets())

    def read_range(
        self,
        starts: Mapping[tuple[str, int], int] | None = None,
        ends: Mapping[tuple[str, int], int] | None = None,
    ) -> RecordRange:
        """Return the records of the partitions that are named, or of all assigned ones, as a whole.

        From the beginning of each unless `starts` says otherwise, up to where it ends now unless
        `ends` does. Positions and commits stay as they are. All of it is in memory at a time.
        """
        return self._run(self._consumer.read_range(starts, ends))

    def pause(self, *partitions: tuple[str, int]) -> None:
        """Read these partitions no further until `resume`; the others go on."""
        self._run(self._consumer.pause(*partitions))

    def resume(self, *partitions: tuple[str, int]) -> None:
        """Go on with paused partitions."""
        self._run(self._consumer.resume(*partitions))

    # inside

    def _load(self, timeout_s: float | None) -> RecordBatch | None:
        return self._run(_load(self._consumer, timeout_s))

    def _run(self, work: Coroutine[Any, Any, Result]) -> Result:
        return self._thread.run(work)


async def _start(
    topics: tuple[str, ...], bootstrap_servers: str | Sequence[str], options: ConsumerKeywords
) -> tuple[AsyncConsumer, PartitionReader]:
    consumer = AsyncConsumer(*topics, bootstrap_servers=bootstrap_servers, **options)
    await consumer.start()
    return consumer, consumer.reader


async def _load(consumer: AsyncConsumer, timeout_s: float | None) -> RecordBatch | None:
    """Bring the next batch to hand and return it, None at the end; TimeoutError when none comes.

    It is at hand before the caller's thread knows: a caller that was interrupted finds it again.
    """
    try:
        async with asyncio.timeout(timeout_s):
            batch = await consumer.next_batch()
    except StopAsyncIteration:
        return None
    consumer.reader.begin_batch(batch)
    return batch


def _in_own_thread(callback: RebalanceCallback) -> RebalanceCallback:
    """Let a callback use the blocking consumer, whose loop must not stand still for that."""

    async def call(names: frozenset[TopicPartition]) -> None:
        await asyncio.to_thread(callback, names)

    return call
