# SPDX-License-Identifier: Apache-2.0
"""A parked Produce request and the partitions that it waits for."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ottla.broker.delayed_produce import Awaited, DelayedProduce
from ottla.broker.produce_codec import PartitionOutcome
from ottla.broker.purgatory import Purgatory
from ottla.net.wire_connection import ReplyQueue
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.produce import ProduceResponse

VERSION = 8
HEADER_BYTES = 8  # size and correlation id


class Partition:
    """A partition whose acknowledged end the test moves."""

    index = 0
    leader_id = 2
    leader_epoch = 5

    def __init__(self) -> None:
        self.acknowledged_end = 0
        self.lost_with: ErrorCode | None = None
        self.is_under_min_isr = False
        self.log = SimpleNamespace(truncation_count=0)
        self.observers: list[DelayedProduce] = []
        self.asked_for_all_replicas: set[bool] = set()

    def observe(self, observer):
        """Remember who waits."""
        if observer not in self.observers:
            self.observers.append(observer)

    def forget(self, observer):
        """Forget who waited."""
        if observer in self.observers:
            self.observers.remove(observer)

    def is_acknowledged(self, end_offset, *, all_replicas):
        """Compare with the end that the test set."""
        self.asked_for_all_replicas.add(all_replicas)
        return self.acknowledged_end >= end_offset

    def advance(self, end_offset):
        """Acknowledge more and tell who waits."""
        self.acknowledged_end = end_offset
        for observer in tuple(self.observers):
            observer.partition_advanced(self)


class Bench:
    """A parked request over partitions, one in each topic `t0`, `t1` and so on."""

    def __init__(
        self, *partitions: Partition, ends: tuple[int, ...], timeout_ms: int = 100
    ) -> None:
        self.purgatory = Purgatory()
        self.queue = ReplyQueue()
        self.outcomes = [
            (b"\x00\x02t%d" % at, [PartitionOutcome(at, ErrorCode.NONE, 10 * at)])
            for at in range(len(partitions))
        ]
        self.operation = DelayedProduce(
            awaited=[
                Awaited(partition, end, at, 0, 0)
                for at, (partition, end) in enumerate(zip(partitions, ends, strict=True))
            ],
            outcomes=self.outcomes,
            version=VERSION,
            correlation_id=7,
            all_replicas=True,
            reply=self.queue.defer(lambda: None),
            purgatory=self.purgatory,
        )
        self.purgatory.park(self.operation, timeout_ms)

    def codes(self) -> dict[str, int] | None:
        """Return the error code by topic, None while there is no answer."""
        ready = self.queue.take_ready()
        if not ready:
            return None
        response = ProduceResponse.decode(b"".join(ready)[HEADER_BYTES:], VERSION)
        return {topic.name: topic.partition_responses[0].error_code for topic in response.responses}


def test_it_answers_when_the_last_partition_is_there():
    """Advances that are not enough are not answered; each partition is let go when it is done."""
    first, second = Partition(), Partition()
    bench = Bench(first, second, ends=(5, 3))
    first.advance(4)
    assert bench.codes() is None
    first.advance(5)
    assert bench.codes() is None
    assert first.observers == []
    second.advance(9)
    assert bench.codes() == {"t0": 0, "t1": 0}
    assert second.observers == []
    assert bench.operation.is_complete
    assert len(bench.purgatory) == 0
    assert first.asked_for_all_replicas == {True}


def test_records_that_were_taken_back_are_not_acknowledged():
    """KAFKA_STORAGE_ERROR, although others' records may reach that offset later."""
    partition = Partition()
    bench = Bench(partition, ends=(5,))
    partition.log.truncation_count = 1
    partition.advance(10)
    assert bench.codes() == {"t0": ErrorCode.KAFKA_STORAGE_ERROR}


def test_the_deadline_names_those_that_are_late():
    """What is safe is acknowledged, the rest is REQUEST_TIMED_OUT, and nobody is observed."""
    first, second = Partition(), Partition()
    bench = Bench(first, second, ends=(5, 3))
    first.advance(5)
    assert bench.purgatory.expire(99) == 0
    assert bench.purgatory.expire(100) == 1
    assert bench.codes() == {"t0": 0, "t1": ErrorCode.REQUEST_TIMED_OUT}
    assert first.observers == second.observers == []


def test_after_the_answer_nothing_more_happens():
    """An advance or a deadline that comes later changes nothing."""
    partition = Partition()
    bench = Bench(partition, ends=(5,))
    partition.advance(5)
    bench.operation.partition_advanced(partition)
    assert bench.purgatory.expire(1000) == 0
    assert bench.codes() == {"t0": 0}


@pytest.mark.parametrize("order", [(5, 8), (8, 5)])
def test_a_partition_may_be_awaited_twice(order):
    """A request may name a partition twice; it observes until both are safe."""
    partition = Partition()
    bench = Bench(partition, partition, ends=order)
    partition.advance(5)
    assert bench.codes() is None
    assert partition.observers == [bench.operation]
    partition.advance(8)
    assert bench.codes() == {"t0": 0, "t1": 0}


@pytest.mark.parametrize(
    "code", [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.KAFKA_STORAGE_ERROR]
)
def test_a_partition_that_goes_away_is_answered_at_once(code):
    """A deleted topic or a failed disk does not keep the producer waiting for its timeout."""
    kept, lost = Partition(), Partition()
    bench = Bench(kept, lost, ends=(10, 20))
    lost.lost_with = code
    lost.advance(0)
    assert bench.codes() is None
    kept.advance(10)
    assert bench.codes() == {"t0": ErrorCode.NONE, "t1": code}
