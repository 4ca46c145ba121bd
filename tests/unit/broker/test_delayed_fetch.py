# SPDX-License-Identifier: Apache-2.0
"""A Fetch request between its looks, over partitions that the test moves."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ottla.broker.delayed_fetch import DelayedFetch
from ottla.broker.fetch_codec import AskedPartition, FetchRequestView
from ottla.broker.fetch_sessions import FetchTurn, SessionPartition
from ottla.net.wire_connection import ReplyQueue
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.fetch import FetchResponse

VERSION = 11
HEADER_BYTES = 8
BATCH_BYTES = 100


class Log:
    """A log of equal batches, one offset each."""

    log_start_offset = 0

    def __init__(self) -> None:
        self.log_end_offset = 0
        self.looks = 0
        self.asked_bytes: list[int] = []

    def locate(self, offset, max_bytes, end, *, minimum_one_batch):
        """Return a slice of whole batches."""
        self.looks += 1
        self.asked_bytes.append(max_bytes)
        count = min(end - offset, max(max_bytes // BATCH_BYTES, 1 if minimum_one_batch else 0))
        if count <= 0:
            return None
        data = bytes([offset]) * (count * BATCH_BYTES)
        return SimpleNamespace(read_nowait=lambda: data, size=len(data))


class Partition:
    """A partition over such a log."""

    topic, index, log_start_offset, reported_last_stable_offset = "t", 0, 0, 0

    def __init__(self) -> None:
        self.log = Log()
        self.high_watermark = 0
        self.observers: list[DelayedFetch] = []

    def readable_end(self, *, committed_only):
        """Let everything be read."""
        return self.high_watermark

    def observe(self, observer):
        """Remember who waits."""
        self.observers.append(observer)

    def forget(self, observer):
        """Forget who waited."""
        self.observers.remove(observer)

    def append(self, count=1):
        """Append batches and tell who waits."""
        self.log.log_end_offset += count
        self.high_watermark += count
        for observer in tuple(self.observers):
            observer.partition_advanced(self)


class Bench:
    """A request over partitions 0, 1 and so on of one topic."""

    def __init__(
        self, *partitions: Partition | None, min_bytes=1, max_bytes=10_000, partition_bytes=10_000
    ) -> None:
        self.partitions = partitions
        self.completed = 0
        self.queue = ReplyQueue()
        asked = [
            AskedPartition("t", b"", at, 0, partition_bytes, -1, -1)
            for at in range(len(partitions))
        ]
        request = FetchRequestView(-1, 500, min_bytes, max_bytes, 0, 0, -1, asked, [], "")
        turn = FetchTurn([SessionPartition(one) for one in asked], None, is_incremental=False)
        self.fetch = DelayedFetch(self, request, turn, version=VERSION, correlation_id=1)
        self.fetch.look(turn.partitions())

    # what the path offers

    fetch_bytes_max = 1_000_000

    def find(self, asked, replica_id):
        """Return the partition, or that there is none."""
        partition = self.partitions[asked.partition]
        if partition is None:
            return None, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        return partition, ErrorCode.NONE

    def completed_early(self):
        """Count."""
        self.completed += 1

    def park(self) -> None:
        """Let the request wait."""
        self.fetch.park(self.queue.defer(lambda: None))

    def sizes(self) -> dict[int, int] | None:
        """Return the bytes by partition, None while there is no answer."""
        ready = self.queue.take_ready()
        if not ready:
            return None
        response = FetchResponse.decode(b"".join(ready)[HEADER_BYTES:], VERSION)
        return {
            one.partition_index: len(one.records or b"")
            for topic in response.responses
            for one in topic.partitions
        }


def test_a_request_with_enough_needs_no_waiting():
    """min_bytes reached, an error, or nothing asked for."""
    partition = Partition()
    partition.append(2)
    assert Bench(partition, min_bytes=200).fetch.is_satisfied
    assert not Bench(partition, min_bytes=201).fetch.is_satisfied
    assert Bench(partition, None, min_bytes=10_000).fetch.is_satisfied
    assert Bench().fetch.is_satisfied


def test_only_what_moved_is_looked_at_again():
    """Waking costs what happened and not what is followed."""
    partitions = [Partition() for _ in range(50)]
    bench = Bench(*partitions, min_bytes=300)
    bench.park()
    partitions[7].append()
    partitions[7].append()
    partitions[9].append()
    assert [partition.log.looks for partition in partitions].count(0) == 48
    assert (partitions[7].log.looks, partitions[9].log.looks) == (2, 1)
    sizes = bench.sizes()
    assert (sizes[7], sizes[9], sum(sizes.values())) == (200, 100, 300)
    assert bench.completed == 1
    assert all(partition.observers == [] for partition in partitions)


def test_a_second_look_replaces_the_first():
    """Bytes that were found before are not counted twice, nor lost."""
    partition = Partition()
    partition.append()
    bench = Bench(partition, min_bytes=250)
    bench.park()
    partition.append()
    assert bench.sizes() is None
    partition.append()
    assert bench.sizes() == {0: 300}


def test_the_budget_is_given_out_in_order():
    """The second partition gets what the first left, and the limit holds over several looks."""
    first, second = Partition(), Partition()
    first.append(3)
    second.append(3)
    bench = Bench(first, second, max_bytes=400, min_bytes=10_000)
    assert second.log.asked_bytes == [100]
    bench.park()
    first.append(5)
    bench.fetch.on_deadline()
    assert sum(bench.sizes().values()) <= 400


def test_the_deadline_answers_what_there_is():
    """Nothing at all, if that is so, and only once."""
    partition = Partition()
    bench = Bench(partition)
    bench.park()
    bench.fetch.on_deadline()
    assert bench.sizes() == {0: 0}
    assert bench.completed == 0
    assert partition.observers == []


@pytest.mark.parametrize("gone", [True, False])
def test_a_wake_after_the_answer_changes_nothing(gone):
    """Observers may be told in a round that began before they forgot."""
    partition = Partition()
    bench = Bench(partition)
    bench.park()
    partition.append()
    assert bench.sizes() == {0: 100}
    if gone:
        bench.partitions = (None,)
    bench.fetch.partition_advanced(partition)
    assert bench.sizes() is None
