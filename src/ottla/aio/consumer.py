# SPDX-License-Identifier: Apache-2.0
"""The consumer for asyncio, and the one implementation of it.

    async with Consumer("orders", group_id="kitchen") as consumer:
        async for record in consumer:
            print(record.partition, record.offset, record.value)

Without a group it reads every partition of its topics; with one it shares them with the group's
other members, commits what is finished, and takes part in rebalances whenever the application asks
for more records. It reads ahead of whoever consumes, never more than `prefetch_bytes`. Positions
belong to the consumer, not to a loop over it: who breaks off and begins again goes on behind the
last record that was handed out. Offsets are never reset silently: what is not there any more
raises OffsetOutOfRangeError, a truncated log LogTruncatedError.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Self, Unpack

from ottla.base.errors import OttlaError
from ottla.client.cluster import Cluster
from ottla.client.consumer_options import ConsumerKeywords, ConsumerOptions
from ottla.client.errors import ClientClosedError, ConfigurationError, WrongLoopError
from ottla.client.group_participation import GroupParticipation
from ottla.client.intercepted_batch import no_columns
from ottla.client.offsets import EARLIEST, list_offsets
from ottla.client.options import read_bootstrap_servers, read_options
from ottla.client.partition_reader import PartitionReader
from ottla.client.record_range import read_range
from ottla.client.topic_partition import TopicPartition

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterable, Sequence

    from ottla.client.consumer_group_metadata import ConsumerGroupMetadata
    from ottla.client.consumer_record import ConsumerRecord, RecordBatch
    from ottla.client.record_range import RecordRange

_log = logging.getLogger("ottla.consumer")


class Consumer:
    """Reads records; see the module's text. Belongs to the loop that it was started in."""

    def __init__(
        self,
        *topics: str,
        bootstrap_servers: str | Sequence[str] = "localhost:9092",
        **options: Unpack[ConsumerKeywords],
    ) -> None:
        """Take the settings of `ConsumerOptions`; raises ConfigurationError. Does no I/O.

        Without topics nothing is read before `assign`.
        """
        if not all(isinstance(topic, str) for topic in topics):
            raise ConfigurationError(f"topics are names: Consumer('a', 'b'), not {topics!r}")
        self.topics = topics
        self.options = read_options(ConsumerOptions, options)
        self._bootstrap = read_bootstrap_servers(bootstrap_servers)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._started: tuple[Cluster, PartitionReader] | None = None
        self._group: GroupParticipation | None = None
        self._refresh_task: asyncio.Task[None] | None = None
        self._is_closing = False  # nothing is read any more, but callbacks may still commit
        self._is_closed = False

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, *_: object) -> None:
        await self._close(is_all_finished=kind is None)

    async def start(self) -> None:
        """Connect, and find out where to begin unless a group knows that.

        Raises BrokerUnreachableError or NotABrokerError when no address answers, and
        UnknownTopicError.
        """
        if self._is_closed:
            raise ClientClosedError("the consumer was closed; make a new one")
        if self._loop is not None:
            return
        self._loop = asyncio.get_running_loop()
        cluster = Cluster(self._bootstrap, self.options.client_settings())
        reader = PartitionReader(cluster, self.options)
        try:
            await cluster.connect()
            for topic in self.topics:
                await cluster.topic(topic, create=self.options.allow_auto_create_topics)
            topics = await self._all_topics(cluster)
            if topics != self.topics:
                await cluster.refresh(topics)
            if self._is_subscribed and self.options.group_id is None:
                names = _partitions_of(cluster, topics)
                await reader.replace(await reader.first_offsets(names))
        except BaseException:
            await cluster.close()
            self._loop = None
            raise
        self._started = cluster, reader
        if self.options.group_id is not None:
            self._group = GroupParticipation(
                cluster, self.options, topics, reader, is_member=self._is_subscribed
            )
        reader.may_be_empty = self._is_subscribed and (
            self._group is not None or self.options.topic_pattern is not None
        )
        self._refresh_task = asyncio.create_task(self._refresh_topics(cluster, reader))

    async def close(self) -> None:
        """Commit what is finished (`auto_commit`), leave the group, stop reading, disconnect.

        What was handed out last is finished only when more was asked for. Leaving `async with`
        without an exception says the same: then all of it is.
        """
        await self._close(is_all_finished=False)

    # reading

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> ConsumerRecord:
        """Return the next record, waiting for it; StopAsyncIteration with `stop_at_end`."""
        _, reader = self._ready()
        while (record := reader.next_record()) is None:
            reader.begin_batch(await self.next_batch())
        return record

    async def batches(self) -> AsyncIterator[RecordBatch]:
        """Iterate over whole batches."""
        while True:
            try:
                batch = await self.next_batch()
            except StopAsyncIteration:
                return
            yield batch

    async def next_batch(self) -> RecordBatch:
        """Return the next batch that has records, waiting for it; takes part in rebalances.

        Raises StopAsyncIteration at the end with `stop_at_end`, and what fetching raises.
        """
        _, reader = self._ready()
        self._check_reading()
        await reader.begin_waiting()
        try:
            while True:
                if self._group is not None:
                    await self._group.take_part()
                batch = await reader.next_batch()
                if batch is not None:
                    return batch
                self._check_reading()  # somebody may have closed the consumer meanwhile
        finally:
            reader.end_waiting()

    # offsets of a group

    async def commit(self, offsets: Mapping[tuple[str, int], int] | None = None) -> None:
        """Commit everything that was handed out, or just these offsets of records to come next.

        Raises CommitFailedError when the group has gone on without this member.
        """
        self._ready()
        group = self._in_group("commit")
        if offsets is None:
            await group.commit_handed_out()
        else:
            await group.commit({TopicPartition(*name): at for name, at in offsets.items()})

    async def committed(self, *partitions: tuple[str, int]) -> dict[TopicPartition, int]:
        """Return the committed offsets of those partitions that have one."""
        self._ready()
        names = [TopicPartition(*name) for name in partitions]
        return await self._in_group("committed").committed(names)

    def group_metadata(self) -> ConsumerGroupMetadata:
        """Return what a transaction needs to commit offsets on this member's behalf."""
        self._ready()
        return self._in_group("group_metadata").metadata

    # where to read

    @property
    def assignment(self) -> frozenset[TopicPartition]:
        """The partitions that are read."""
        return frozenset() if self._started is None else frozenset(self._started[1].positions)

    async def assign(
        self, partitions: Mapping[tuple[str, int], int] | Iterable[tuple[str, int]]
    ) -> None:
        """Read these partitions and no others, from the offsets given with them.

        Partitions without an offset begin where the group committed, else where `from_beginning`
        says. A member of a group cannot choose: ConfigurationError.
        """
        cluster, reader = self._ready()
        if self._group is not None and self._is_subscribed:
            raise ConfigurationError(
                f"group {self.options.group_id!r} assigns the partitions of the topics: "
                "leave the topics out to assign by hand and commit all the same"
            )
        given = dict(partitions) if isinstance(partitions, Mapping) else {}
        names = [TopicPartition(*name) for name in partitions]
        for topic in {name.topic for name in names}:
            await cluster.topic(topic, create=self.options.allow_auto_create_topics)
        others = [name for name in names if name not in given]
        if self._group is not None:
            start = await self._group.starting_offsets(others)
        else:
            start = await reader.first_offsets(others)
        start.update({name: given[name] for name in names if name in given})
        await reader.replace(start)

    async def position(self, topic: str, partition: int) -> int:
        """Return the offset of the record that would be handed out next."""
        _, reader = self._ready()
        return reader.handed_out()[self._assigned(reader, topic, partition)]

    async def seek(self, topic: str, partition: int, offset: int) -> None:
        """Go on at another offset of an assigned partition."""
        _, reader = self._ready()
        await reader.seek(self._assigned(reader, topic, partition), offset)

    async def seek_to_time(self, timestamp_ms: int) -> None:
        """Go on with the first record at or after a time, in every assigned partition.

        Partitions without one go on at their end.
        """
        cluster, reader = self._ready()
        found = await list_offsets(cluster, dict.fromkeys(reader.positions, timestamp_ms))
        ends = await reader.end_offsets(found)
        await reader.replace(
            {
                name: listed.offset if listed.offset >= 0 else ends[name]
                for name, listed in found.items()
            }
        )

    async def end_offsets(self) -> dict[TopicPartition, int]:
        """Return where the assigned partitions end now, as this consumer may see them."""
        _, reader = self._ready()
        return await reader.end_offsets(reader.positions)

    async def read_range(
        self,
        starts: Mapping[tuple[str, int], int] | None = None,
        ends: Mapping[tuple[str, int], int] | None = None,
    ) -> RecordRange:
        """Return the records of the partitions that are named, or of all assigned ones, as a whole.

        From the beginning of each unless `starts` says otherwise, up to where it ends now unless
        `ends` does. Positions and commits stay as they are. All of it is in memory at a time.
        Raises ConfigurationError for a partition that is not assigned and where interceptors want
        to see records, and what fetching raises.
        """
        cluster, reader = self._ready()
        if reader.is_intercepted:
            raise no_columns("read_range")
        named = sorted({**(starts or {}), **(ends or {})}) or sorted(reader.positions)
        names = [self._assigned(reader, *name) for name in named]
        listed = await list_offsets(cluster, dict.fromkeys(names, EARLIEST))
        first = {name: each.offset for name, each in listed.items()} | _named(starts)
        last = await reader.end_offsets(names) | _named(ends)
        return await read_range(cluster, self.options.fetch_settings(), first, last)

    async def pause(self, *partitions: tuple[str, int]) -> None:
        """Read these partitions no further until `resume`; the others go on."""
        _, reader = self._ready()
        await reader.pause([self._assigned(reader, *name) for name in partitions])

    async def resume(self, *partitions: tuple[str, int]) -> None:
        """Go on with paused partitions."""
        _, reader = self._ready()
        await reader.resume([self._assigned(reader, *name) for name in partitions])

    # inside

    @property
    def reader(self) -> PartitionReader:
        """What hands the records out, for the blocking consumer. Raises ClientClosedError."""
        return self._ready()[1]

    async def _close(self, *, is_all_finished: bool) -> None:
        if self._is_closing or self._started is None:
            self._is_closing = self._is_closed = True
            return
        cluster, reader = self._ready()
        self._is_closing = True
        if self._refresh_task is not None:
            self._refresh_task.cancel()
            await asyncio.gather(self._refresh_task, return_exceptions=True)
        try:
            if self._group is not None:
                handled = reader.handed_out() if is_all_finished else reader.finished_offsets()
                await self._group.leave(handled)
        finally:
            self._is_closed = True
            await reader.close()
            await cluster.close()

    async def _refresh_topics(self, cluster: Cluster, reader: PartitionReader) -> None:
        """Read new partitions of the topics too, from their beginning: all they have is new."""
        while True:
            await asyncio.sleep(self.options.metadata_max_age_ms / 1000)
            try:
                topics = await self._all_topics(cluster)
                await cluster.refresh(topics)
                if self._group is not None:
                    self._group.note_metadata(topics, cluster.metadata)
                elif not self.options.stop_at_end:
                    new = set(_partitions_of(cluster, topics)) - reader.positions.keys()
                    listed = await list_offsets(cluster, dict.fromkeys(new, EARLIEST))
                    await reader.add({name: first.offset for name, first in listed.items()})
                    reader.wake()  # perhaps there was nothing to read before
            except OttlaError as error:
                _log.info("no fresh metadata: %s", error)

    @property
    def _is_subscribed(self) -> bool:
        return bool(self.topics) or self.options.topic_pattern is not None

    async def _all_topics(self, cluster: Cluster) -> tuple[str, ...]:
        """Return the topics that were named or match."""
        topics = self.topics
        if self.options.topic_pattern is not None:
            matching = await cluster.matching_topics(re.compile(self.options.topic_pattern))
            topics = tuple(dict.fromkeys((*topics, *matching)))
        return topics

    def _in_group(self, what: str) -> GroupParticipation:
        if self._group is None:
            raise ConfigurationError(f"{what} needs a group: Consumer(..., group_id='...')")
        return self._group

    def _assigned(self, reader: PartitionReader, topic: str, partition: int) -> TopicPartition:
        name = TopicPartition(topic, partition)
        if name not in reader.positions:
            known = ", ".join(sorted(map(str, reader.positions))[:10]) or "nothing"
            raise ConfigurationError(f"{name} is not assigned to this consumer, but {known}")
        return name

    def _check_reading(self) -> None:
        if self._is_closing:
            raise ClientClosedError("the consumer was closed; make a new one")

    def _ready(self) -> tuple[Cluster, PartitionReader]:
        if self._is_closed:
            raise ClientClosedError("the consumer was closed; make a new one")
        if self._started is None:
            raise ClientClosedError(
                "the consumer was not started: use `async with` or `await consumer.start()`"
            )
        if asyncio.get_running_loop() is not self._loop:
            raise WrongLoopError(
                "the consumer belongs to the event loop that it was started in; make one per loop"
            )
        return self._started


def _named(offsets: Mapping[tuple[str, int], int] | None) -> dict[TopicPartition, int]:
    return {TopicPartition(*name): offset for name, offset in (offsets or {}).items()}


def _partitions_of(cluster: Cluster, topics: Iterable[str]) -> list[TopicPartition]:
    known = cluster.metadata.topics
    return [
        TopicPartition(topic, partition.partition)
        for topic in topics
        if topic in known
        for partition in known[topic].partitions
    ]
