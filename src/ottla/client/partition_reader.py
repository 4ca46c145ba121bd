# SPDX-License-Identifier: Apache-2.0
"""Reads assigned partitions and hands their records out, knowing what the application has done.

Three places per partition: where the next fetch goes on (`Fetcher`'s), what was handed out
(`positions`), and what is finished. Records count as finished when the application asks for more:
one by one when it iterates over records, all of them when it takes whole batches. That is
what may be committed without losing a record to a handler that failed.

Owned by one event loop, except `next_record` and `rest_of_batch`, which another thread may call
while the loop does nothing with the reader.
"""

from __future__ import annotations

import asyncio
from itertools import chain
from typing import TYPE_CHECKING

from ottla.client.consumer_record import ConsumerRecord, RecordBatch
from ottla.client.errors import ConfigurationError, SerializationError
from ottla.client.fetch import Fetcher
from ottla.client.intercepted_batch import InterceptedBatch
from ottla.client.interceptor_chain import ConsumerChain
from ottla.client.metrics import Fetched
from ottla.client.offsets import EARLIEST, LATEST, list_offsets
from ottla.client.topic_partition import TopicPartition

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from ottla.client.cluster import Cluster
    from ottla.client.consumer_options import ConsumerOptions
    from ottla.client.fetch import FetchedBatches


class PartitionReader:
    """See the module's text."""

    def __init__(self, cluster: Cluster, options: ConsumerOptions) -> None:
        self.positions: dict[TopicPartition, int] = {}
        """Behind what was handed out as batches; the batch at hand may have unread records."""
        self.must_stop = False
        """Whether the records at hand have to wait for something else, such as a rebalance."""
        self.asked = asyncio.Event()
        """Set while the application waits for more, so that all it was given is finished."""
        self.may_be_empty = False
        """Whether having nothing to read is a reason to wait, and not an error."""
        self._cluster = cluster
        self._options = options
        self._metrics = cluster.settings.metrics
        chain = ConsumerChain(options.interceptors)
        self._chain = chain if chain.changes_records else None
        self._fetcher: Fetcher | None = None
        self._ends: dict[TopicPartition, int] = {}  # where to stop, with stop_at_end
        self._paused: set[TopicPartition] = set()
        self._finished: dict[TopicPartition, int] = {}
        self._batch: RecordBatch | None = None  # whose records are being handed out
        self._rest: Iterator[ConsumerRecord] = iter(())  # those that were not yet
        self._last: ConsumerRecord | None = None  # that was
        self._is_taken_whole = False  # nothing of the batch is finished before more is asked for
        self._is_stuck = False  # a record could not be deserialized
        self._asked_count = 0
        self._woken = asyncio.Event()

    @property
    def is_intercepted(self) -> bool:
        """Whether interceptors want to see records before they are handed out."""
        return self._chain is not None

    # handing out

    async def next_batch(self) -> RecordBatch | None:
        """Return the next batch that has records, waiting for it; None when `wake` was called.

        Raises StopAsyncIteration at the end with `stop_at_end`, and what fetching raises.
        """
        fetcher = await self._ready_fetcher()
        if fetcher is None:
            await self._woken.wait()
            self._woken.clear()
            return None
        fetched = await fetcher.take()
        if fetched is None:
            if fetcher.is_idle and fetcher is self._fetcher:
                await self._stop_fetching()
            return None
        name = fetched.name
        self.positions[name] = fetched.next_offset
        if self._is_at_end(name):
            fetcher.stop(name)
        if not fetched.batches:
            return None
        if self._metrics is not None:
            self._metrics(_event_of(fetched))
        if self._chain is not None:
            return InterceptedBatch(fetched, self._options.deserializers, self._chain)
        return RecordBatch(fetched, self._options.deserializers)

    async def begin_waiting(self) -> None:
        """Note that the application asks for more: what it was given is finished."""
        await self.give_back()
        self._finished.update(self.positions)
        self._asked_count += 1
        self.asked.set()

    def end_waiting(self) -> None:
        """Note that the application has its answer."""
        self.asked.clear()

    def begin_batch(self, batch: RecordBatch) -> None:
        """Let `next_record` hand out the records of a batch."""
        self._batch, self._last = batch, None
        # Decoded when the first record is asked for: a batch may be wanted as a whole only.
        self._rest = chain.from_iterable(() if self.must_stop else (batch,))
        self._is_stuck = self._is_taken_whole = False

    def end_batch(self) -> None:
        """Note that the batch at hand was handed out as a whole."""
        self._batch, self._rest = None, iter(())

    def next_record(self) -> ConsumerRecord | None:
        """Return the next record of the batch at hand; None when more must be asked for.

        Raises SerializationError, again and again until somebody seeks behind that record.
        """
        try:
            for record in self._rest:
                self._last = record
                return record
        except SerializationError:
            self._is_stuck = True  # the batch is still at hand: its rest is not lost
            raise
        if self.must_stop:
            return None  # the batch is still at hand, and is given back
        if not self._is_stuck and self._batch is not None:
            if not self._is_taken_whole:
                name = TopicPartition(self._batch.topic, self._batch.partition)
                self._finished[name] = self._batch.next_offset
            self._batch = None
        return None

    def rest_of_batch(self) -> list[ConsumerRecord]:
        """Return what is left of the batch at hand, up to a record that cannot be read."""
        self._is_taken_whole = True
        records: list[ConsumerRecord] = []
        try:
            while (record := self.next_record()) is not None:
                records.append(record)
        except SerializationError:
            if not records:
                raise  # otherwise it comes again with the next call
        return records

    # what has happened

    def finished_offsets(self) -> dict[TopicPartition, int]:
        """Return, for each partition, the first offset that may not be finished."""
        finished = dict(self._finished)
        batch, last = self._batch, self._last
        if batch is not None and last is not None and not self._is_taken_whole:
            finished[TopicPartition(batch.topic, batch.partition)] = last.offset
        return finished

    def handed_out(self) -> dict[TopicPartition, int]:
        """Return, for each partition, the first offset that the application has not seen."""
        return {**self.positions, **self._unread()}

    def progress(self) -> object | None:
        """Return something that changes with each record taken; None while more is asked for."""
        if self.asked.is_set():
            return None
        return self._asked_count, -1 if self._last is None else self._last.offset

    # what to read

    async def first_offsets(self, names: Collection[TopicPartition]) -> dict[TopicPartition, int]:
        """Return where to begin without a position: the beginning or the end."""
        if not names:
            return {}
        where = EARLIEST if self._options.from_beginning else LATEST
        return await self._list(names, where)

    async def end_offsets(self, names: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
        """Return where partitions end now, as this consumer may see them."""
        return await self._list(names, LATEST)

    async def replace(self, positions: Mapping[TopicPartition, int]) -> None:
        """Read from these positions on and nothing else; what had been read ahead is dropped."""
        if self._options.stop_at_end:
            self._ends = await self.end_offsets(positions)
        # All of it before anybody else runs: who waits for a batch begins anew with what is here.
        self.positions = dict(positions)
        self._finished = dict(positions)
        self._paused &= self.positions.keys()
        self._batch, self._rest = None, iter(())
        await self._stop_fetching()

    async def seek(self, name: TopicPartition, offset: int) -> None:
        """Go on at another offset of one partition; what is finished of the others stays so."""
        finished = self.finished_offsets()
        await self.replace({**self.handed_out(), name: offset})
        self._finished = {**finished, name: offset}

    async def add(self, positions: Mapping[TopicPartition, int]) -> None:
        """Read these partitions too."""
        if self._options.stop_at_end:
            self._ends.update(await self.end_offsets(positions))
        self.positions.update(positions)
        self._finished.update(positions)
        for name, offset in positions.items():
            if self._fetcher is not None and not self._is_at_end(name):
                self._fetcher.start(name, offset)

    def remove(self, names: Collection[TopicPartition]) -> None:
        """Read these partitions no further; what is at hand of them is dropped."""
        batch = self._batch
        if batch is not None and (batch.topic, batch.partition) in names:
            self.end_batch()
        for name in names:
            self.positions.pop(name, None)
            self._finished.pop(name, None)
            self._paused.discard(name)
            if self._fetcher is not None:
                self._fetcher.stop(name)

    async def pause(self, names: Iterable[TopicPartition]) -> None:
        """Read these partitions no further until `resume`."""
        self._paused |= set(names)
        await self.give_back()
        await self._stop_fetching()

    async def resume(self, names: Iterable[TopicPartition]) -> None:
        """Go on with paused partitions."""
        self._paused -= set(names)
        await self._stop_fetching()

    async def give_back(self) -> None:
        """Fetch once more what was not handed out of the batch at hand."""
        unread = self._unread()
        if unread:
            self._finished = self.finished_offsets()
            self.positions.update(unread)
            self.end_batch()
            await self._stop_fetching()

    def interrupt(self) -> None:
        """Hand out no more of the batch at hand, so that the application asks for more."""
        self.must_stop = True
        self._rest = iter(())  # costs those nothing who iterate over records
        self.wake()

    def wake(self) -> None:
        """Let `next_batch` return although nothing has arrived."""
        self._woken.set()
        if self._fetcher is not None:
            self._fetcher.wake()

    async def close(self) -> None:
        """Stop reading; whoever waits for a batch gets None."""
        self._woken.set()
        await self._stop_fetching()

    # inside

    async def _list(self, names: Iterable[TopicPartition], where: int) -> dict[TopicPartition, int]:
        listed = await list_offsets(
            self._cluster,
            dict.fromkeys(names, where),
            isolation_level=self._options.isolation_number,
        )
        return {name: offset.offset for name, offset in listed.items()}

    def _unread(self) -> dict[TopicPartition, int]:
        """Return where the batch at hand was left, empty when there is none."""
        batch = self._batch
        if batch is None:
            return {}
        offset = batch.offset if self._last is None else self._last.offset + 1
        return {TopicPartition(batch.topic, batch.partition): offset}

    async def _stop_fetching(self) -> None:
        fetcher, self._fetcher = self._fetcher, None
        if fetcher is not None:
            await fetcher.close()

    async def _ready_fetcher(self) -> Fetcher | None:
        if self._fetcher is not None:
            return self._fetcher
        wanted = {
            name: offset
            for name, offset in self.positions.items()
            if name not in self._paused and not self._is_at_end(name)
        }
        if not wanted:
            if self.positions and all(map(self._is_at_end, self.positions)):
                raise StopAsyncIteration
            if self.may_be_empty:
                return None
            if not self.positions:
                raise ConfigurationError("nothing is assigned: name topics, or call `assign`")
            raise ConfigurationError("every partition is paused: `resume` one to read on")
        self._fetcher = Fetcher(self._cluster, wanted, self._options.fetch_settings())
        return self._fetcher

    def _is_at_end(self, name: TopicPartition) -> bool:
        return self._options.stop_at_end and self.positions[name] >= self._ends[name]


def _event_of(fetched: FetchedBatches) -> Fetched:
    return Fetched(
        *fetched.name,
        record_count=sum(header.record_count for header, _ in fetched.batches),
        size_bytes=sum(header.size_bytes for header, _ in fetched.batches),
        lag=max(0, fetched.high_watermark - fetched.next_offset),
    )
