# SPDX-License-Identifier: Apache-2.0
"""Collects records into one open batch for each partition, from any number of threads.

The idea of Java's RecordAccumulator: a record costs its sender a lock and a few appends; encoding,
compression and sockets are paid by the batch, in the producer's loop. A batch is ready when it is
full, when it is older than `linger_ms`, or when somebody flushes. Ready batches of a partition
leave in the order in which they were opened.

Keyless records stay with one partition until its batch is full or gone (KIP-480), then move to the
one of two others that has fewer batches under way (KIP-794's idea: slow brokers get less).

No I/O, and the clock is given. Bounded: `is_full` says when `buffer_bytes` are under way.
"""

from __future__ import annotations

import threading
from bisect import bisect_right
from collections import deque
from itertools import accumulate
from typing import TYPE_CHECKING

from ottla.client.delivery import Delivery, PendingBatch
from ottla.client.partitioner import partition_for_key

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from random import Random

RECORD_OVERHEAD_BYTES = 12
"""What lengths, deltas and the rest of a record take beside key and value, about."""


class TopicRecords:
    """The open batches of one topic."""

    __slots__ = ("_random", "open", "partition_count", "sticky", "topic", "under_way")

    def __init__(self, topic: str, partition_count: int, random: Random) -> None:
        assert partition_count > 0
        self.topic = topic
        self.partition_count = partition_count
        self.open: dict[int, PendingBatch] = {}
        self.under_way: dict[int, int] = {}  # closed batches without an outcome, by partition
        self._random = random
        self.sticky = random.randrange(partition_count)

    def move_on(self) -> None:
        """Send keyless records somewhere else from now on."""
        if self.partition_count == 1:
            return
        first = second = self._other()
        while second == first and self.partition_count > 2:
            second = self._other()
        is_second = self.under_way.get(second, 0) < self.under_way.get(first, 0)
        self.sticky = second if is_second else first

    def _other(self) -> int:
        number = self._random.randrange(self.partition_count - 1)
        return number + (number >= self.sticky)


def cut_values(values: Sequence[bytes], batch_bytes: int) -> Iterator[tuple[Sequence[bytes], int]]:
    """Yield runs of values that fill a batch each, with their sizes in it."""
    ends = list(accumulate([len(value) + RECORD_OVERHEAD_BYTES for value in values]))
    start, before = 0, 0
    while start < len(ends):
        stop = max(start + 1, bisect_right(ends, before + batch_bytes))
        yield values[start:stop], ends[stop - 1] - before
        start, before = stop, ends[stop - 1]


class Accumulator:
    """See the module's text."""

    def __init__(
        self,
        *,
        batch_bytes: int,
        linger_ms: float,
        buffer_bytes: int,
        now_ms: Callable[[], float],
        wake: Callable[[], object],
    ) -> None:
        """`wake` is called, from any thread, when there is a new batch to look after."""
        self._batch_bytes = batch_bytes
        self._linger_ms = linger_ms
        self._buffer_bytes = buffer_bytes
        self._now_ms = now_ms
        self._wake = wake
        self._lock = threading.Lock()
        self.topics: dict[str, TopicRecords] = {}
        """The topics that were added; senders look theirs up here."""
        self._ready: deque[PendingBatch] = deque()
        self._unsettled = 0  # batches, open ones included
        self.buffered_bytes = 0
        """Keys and values without an outcome yet."""

    @property
    def is_idle(self) -> bool:
        """Whether every record has its outcome."""
        return not self._unsettled

    @property
    def is_full(self) -> bool:
        """Whether whoever sends must wait; a single record that is larger than all room fits."""
        return self.buffered_bytes >= self._buffer_bytes

    def set_topic(self, topic: str, partition_count: int, random: Random) -> None:
        """Add a topic, or note that it has more partitions now."""
        with self._lock:
            known = self.topics.get(topic)
            if known is None:
                self.topics[topic] = TopicRecords(topic, partition_count, random)
            else:
                known.partition_count = max(partition_count, known.partition_count)

    # any thread

    def append(
        self,
        records: TopicRecords,
        partition: int | None,
        key: bytes | None,
        value: bytes | None,
        headers: Sequence[tuple[str, bytes | None]],
        timestamp_ms: int,
    ) -> Delivery:
        """Take a record; `partition` None leaves the choice to us."""
        # hot: benchmarks/clients.py
        size = RECORD_OVERHEAD_BYTES
        if value is not None:
            size += len(value)
        if key is not None:
            size += len(key)
        for name, header_value in headers:
            size += len(name) + len(header_value or b"") + 2
        is_news = False
        with self._lock:
            is_free = partition is None and key is None
            if is_free:
                number = records.sticky
            elif partition is not None:
                number = partition
            else:
                assert key is not None
                number = partition_for_key(key, records.partition_count)
            batch = records.open.get(number)
            while batch is not None and batch.size_bytes + size > self._batch_bytes:
                self._close(records, batch)
                if is_free:
                    records.move_on()
                    number = records.sticky
                batch, is_news = records.open.get(number), True
            if batch is None:
                batch = PendingBatch(records.topic, number, self._now_ms(), self._lock)
                records.open[number] = batch
                self._unsettled += 1
                is_news = True
            place = len(batch.values)
            if key is not None and batch.keys is None:
                batch.keys = [None] * place
            if batch.keys is not None:
                batch.keys.append(key)
            if headers:
                batch.headers[place] = headers
            batch.values.append(value)  # type: ignore[attr-defined]  # a list while it is open
            batch.timestamps.append(timestamp_ms)  # type: ignore[attr-defined]
            batch.size_bytes += size
            self.buffered_bytes += size
        if is_news:
            self._wake()
        return Delivery(batch, place)

    def append_batch(
        self,
        records: TopicRecords,
        partition: int | None,
        values: Sequence[bytes],
        size_bytes: int,
        timestamp_ms: int,
    ) -> PendingBatch:
        """Take a whole batch of keyless values; what its partition had collected goes first."""
        with self._lock:
            number = records.sticky if partition is None else partition
            open_batch = records.open.get(number)
            if open_batch is not None:
                self._close(records, open_batch)
            batch = PendingBatch(records.topic, number, self._now_ms(), self._lock)
            batch.values = values
            batch.timestamps = [timestamp_ms] * len(values)
            batch.size_bytes = size_bytes
            self.buffered_bytes += size_bytes
            self._unsettled += 1
            records.open[number] = batch
            self._close(records, batch)
            if partition is None:
                records.move_on()
        self._wake()
        return batch

    # the loop's thread

    def take_ready(self, *, everything: bool = False) -> list[PendingBatch]:
        """Return the batches that are to leave now, in order; they stay counted until settled."""
        now_ms = self._now_ms()
        with self._lock:
            for records in self.topics.values():
                for batch in list(records.open.values()):
                    if everything or now_ms - batch.opened_ms >= self._linger_ms:
                        self._close(records, batch)
                        if batch.partition == records.sticky:
                            records.move_on()
            ready = list(self._ready)
            self._ready.clear()
        return ready

    def next_ready_ms(self) -> float | None:
        """Return when a batch will be ready next, None when none is open; has passed if one is."""
        with self._lock:
            if self._ready:
                return float("-inf")
            opened = [
                batch.opened_ms
                for records in self.topics.values()
                for batch in records.open.values()
            ]
        return min(opened) + self._linger_ms if opened else None

    def settle(self, batch: PendingBatch, base_offset: int, error: Exception | None) -> None:
        """Note what became of a batch that was taken."""
        with self._lock:
            self.buffered_bytes -= batch.size_bytes
            self._unsettled -= 1
            self.topics[batch.topic].under_way[batch.partition] -= 1
        batch.settle(base_offset, error)

    def _close(self, records: TopicRecords, batch: PendingBatch) -> None:
        del records.open[batch.partition]
        under_way = records.under_way
        under_way[batch.partition] = under_way.get(batch.partition, 0) + 1
        self._ready.append(batch)
