# SPDX-License-Identifier: Apache-2.0
"""Markers are written until every partition has one: nothing that was decided is left hanging."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from tests.unit.coordinators.transaction.world import World

from ottla.base.errors import StorageError
from ottla.broker.transaction_markers import PAUSE_MS_MAX, MarkerWriter, TransactionMarkers
from ottla.coordinators.pending import Pending
from ottla.coordinators.ports import ProducerIdentity
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.records.control import TransactionMarker

A, B = ("a", 0), ("b", 1)
PRODUCER = ProducerIdentity(7, 3)
MARKER = TransactionMarker(True, 5)


class Timers:
    """A loop's `call_later`, fired by hand."""

    def __init__(self) -> None:
        self.calls = []

    def call_later(self, delay_s, callback):
        """Keep a call."""
        self.calls.append((round(delay_s * 1000), callback))

    def fire(self):
        """Do what is waiting; return the pauses."""
        calls, self.calls = self.calls, []
        for _, callback in calls:
            callback()
        return [pause_ms for pause_ms, _ in calls]


class Writer:
    """Answers each write with what the test has laid ready, with success else."""

    def __init__(self) -> None:
        self.codes: dict[tuple[str, int], list[ErrorCode]] = {}
        self.held: dict[tuple[str, int], Pending[None]] = {}
        self.written = []

    def write(self, topic, index, producer, marker, moment):
        """Take a marker."""
        place = topic, index
        self.written.append((place, producer, marker.committed))
        if place in self.held:
            return self.held[place]
        codes = self.codes.get(place)
        if codes:
            raise ApiError(codes.pop(0))
        return Pending.of(None)


class Driver:
    """A coordinator whose transactions are seen through by `TransactionMarkers`."""

    def __init__(self) -> None:
        self.world = World()
        self.timers = Timers()
        self.writer = Writer()
        self.topics = {"a": 2, "b": 2}
        self.markers = TransactionMarkers(
            write=self.writer.write,
            image=lambda: SimpleNamespace(
                partition=lambda topic, index: (
                    object() if index < self.topics.get(topic, 0) else None
                )
            ),
            clock=self.world.clock,
            call_later=self.timers.call_later,
        )
        self.markers.coordinator = self.world.coordinator

    def hand_over(self):
        """Give what the coordinator wants to be done to the driver."""
        due, self.world.due[:] = list(self.world.due), []
        for one in due:
            self.markers.due(one)

    def decide(self, *partitions: tuple[str, int], serial=None):
        """Commit a transaction."""
        producer = self.world.init()
        self.world.add(producer, *partitions, serial=serial)
        self.world.end(producer, serial=serial)
        self.hand_over()
        return producer

    @property
    def label(self):
        """The state that the transaction is in."""
        return self.world.state().state.label


@pytest.fixture
def driver():
    """Return a coordinator with its driver."""
    return Driver()


def test_a_transaction_is_completed_when_all_have_their_marker(driver):
    """One marker for each partition, with the raised epoch, then Complete."""
    producer = driver.decide(A, B)
    raised = producer._replace(producer_epoch=producer.producer_epoch + 1)
    assert driver.writer.written == [(A, raised, True), (B, raised, True)]
    assert driver.label == "CompleteCommit"
    assert len(driver.markers) == 0


def test_an_empty_transaction_needs_no_marker(driver):
    """It is complete at once."""
    driver.world.end(driver.world.init(), commit=False)
    driver.hand_over()
    assert (driver.writer.written, driver.label) == ([], "CompleteAbort")


def test_complete_waits_for_the_last_marker(driver):
    """Written is not enough: a marker counts when it is committed."""
    driver.writer.held[B] = Pending()
    driver.decide(A, B)
    assert driver.label == "PrepareCommit"
    driver.writer.held[B].complete(None)
    assert driver.label == "CompleteCommit"


def test_what_fails_is_tried_again_for_as_long_as_it_takes(driver):
    """With longer and longer pauses, and only where it is missing; a full disk included."""
    driver.writer.codes[B] = [ErrorCode.KAFKA_STORAGE_ERROR] * 5 + [
        ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.NOT_LEADER_OR_FOLLOWER,
        ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
    ]  # fmt: skip
    driver.decide(A, B)
    pauses = []
    while driver.label == "PrepareCommit":
        pauses += driver.timers.fire()
    assert pauses == [20, 40, 80, 160, 320, 640, PAUSE_MS_MAX, PAUSE_MS_MAX, PAUSE_MS_MAX]
    assert [place for place, *_ in driver.writer.written] == [A] + [B] * 10
    assert driver.label == "CompleteCommit"


def test_a_large_transaction_holds_nobody_up(driver, monkeypatch):
    """Its markers are written over several turns of the loop; what failed comes after a pause."""
    monkeypatch.setattr("ottla.broker.transaction_markers.MARKERS_PER_TURN", 2)
    driver.writer.codes["a", 3] = [ErrorCode.NOT_ENOUGH_REPLICAS]
    driver.decide(*(("a", index) for index in range(6)))
    pauses = []
    while driver.label == "PrepareCommit":
        pauses += driver.timers.fire()
    assert pauses == [0, 20, 0]
    assert [index for (_, index), *_ in driver.writer.written] == [0, 1, 2, 3, 3, 4, 5]


def test_a_partition_that_is_gone_counts_as_done(driver):
    """Its topic was deleted while the transaction was open."""
    driver.topics = {"a": 2}
    driver.writer.codes[B] = [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]
    driver.decide(A, B)
    assert driver.label == "CompleteCommit"


def test_bug_28_a_later_epoch_in_the_partition_counts_as_done(driver):
    """Bug 28: its transaction has been ended already, and this marker must end no other."""
    driver.writer.codes[B] = [ErrorCode.INVALID_PRODUCER_EPOCH]
    driver.decide(A, B)
    assert driver.label == "CompleteCommit"


def test_bug_28_a_fenced_coordinator_stops(driver):
    """Bug 28: another one has written markers, and sees to the transaction."""
    driver.writer.codes[A] = [ErrorCode.TRANSACTION_COORDINATOR_FENCED]
    driver.writer.held[B] = Pending()
    driver.decide(A, B)
    assert len(driver.markers) == 0
    driver.writer.held[B].complete(None)
    assert driver.timers.calls == []
    assert driver.label == "PrepareCommit"


def test_bug_27_a_load_takes_over(driver):
    """Bug 27: the shard was read again meanwhile; what it asks for replaces what was under way."""
    driver.writer.held[A] = first = Pending()
    driver.decide(A)
    driver.world.reload()
    driver.writer.held[A] = second = Pending()
    driver.hand_over()
    first.complete(None)
    assert driver.label == "PrepareCommit"
    second.complete(None)
    assert driver.label == "CompleteCommit"


def test_no_marker_is_written_for_a_transaction_that_is_complete(driver):
    """Under V1 it would end the next one, which has the same epoch."""
    driver.writer.codes[B] = [ErrorCode.KAFKA_STORAGE_ERROR]
    producer = driver.decide(A, B, serial=1)
    driver.world.reload()
    driver.world.finish()  # by the hand of another coordinator, as it were
    driver.world.add(producer, A, serial=2)
    driver.writer.written.clear()
    assert driver.timers.fire() == [20]
    assert driver.writer.written == []
    assert len(driver.markers) == 0
    assert driver.label == "Ongoing"


def test_complete_is_written_until_it_is_there(driver):
    """A refused append is tried again; without a shard a load will ask for everything again."""
    driver.writer.held[A] = Pending()
    driver.decide(A)
    driver.world.refuse_next()
    driver.writer.held[A].complete(None)
    assert driver.label == "PrepareCommit"
    driver.timers.fire()
    assert driver.label == "CompleteCommit"
    driver.writer.held[A] = Pending()
    driver.decide(A)
    driver.world.coordinator.runtime.unload(0)
    driver.writer.held[A].complete(None)
    assert len(driver.markers) == 0
    assert driver.timers.calls == []


def test_after_a_stop_nothing_is_written(driver):
    """What is left is done after the next start."""
    driver.writer.codes[A] = [ErrorCode.KAFKA_STORAGE_ERROR]
    driver.decide(A)
    driver.markers.stop()
    driver.timers.fire()
    assert len(driver.writer.written) == 1


class FakePartition:
    """A led partition that commits when it is told to."""

    def __init__(self) -> None:
        self.topic, self.index = A
        self.log = SimpleNamespace(truncation_count=0)
        self.high_watermark = 0
        self.lost_with = None
        self.observers = []
        self.refusal: Exception | None = None
        self.is_in_burst = False

    def append_marker(self, producer_id, producer_epoch, marker, wall_ms):
        """Stage a marker at offset 9."""
        if self.refusal is not None:
            raise self.refusal
        return SimpleNamespace(last_offset=9)

    def observe(self, observer):
        """Take an observer."""
        self.observers.append(observer)

    def forget(self, observer):
        """Let it go."""
        self.observers.remove(observer)

    def tell(self):
        """Say that something moved."""
        for observer in tuple(self.observers):
            observer.partition_advanced(self)


class Bench:
    """A writer of markers on one partition."""

    def __init__(self) -> None:
        self.partition = FakePartition()
        self.bursts = []
        self.group_markers = []
        replicas = SimpleNamespace(
            get=lambda topic, index: (
                self.partition if topic == "a" or topic.startswith("__") else None
            )
        )
        groups = SimpleNamespace(write_marker=self.write_group_marker)
        burst = SimpleNamespace(add_soon=self.bursts.append)
        self.writer = MarkerWriter(replicas, groups, burst)
        self.moment = World().moment

    def write_group_marker(self, index, producer, marker, moment):
        """Take a marker for the group coordinator."""
        self.group_markers.append((index, producer, marker))
        return Pending.of(None)

    def write(self, topic="a", index=0):
        """Write a marker."""
        return self.writer.write(topic, index, PRODUCER, MARKER, self.moment)


def test_a_marker_counts_when_it_is_committed():
    """It is staged in the burst, and done when the high watermark covers it."""
    bench = Bench()
    pending = bench.write()
    assert bench.bursts == [bench.partition]
    bench.partition.high_watermark = 9
    bench.partition.tell()
    assert not pending.is_done
    bench.partition.high_watermark = 10
    bench.partition.tell()
    assert pending.error_code is ErrorCode.NONE
    assert bench.partition.observers == []


def test_a_marker_may_be_committed_at_once():
    """Then nobody waits."""
    bench = Bench()
    bench.partition.high_watermark = 10
    assert bench.write().is_done
    assert bench.partition.observers == []


@pytest.mark.parametrize(
    ("lost_with", "code"),
    [
        (None, ErrorCode.KAFKA_STORAGE_ERROR),
        (ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION),
    ],
)
def test_a_marker_may_be_lost(lost_with, code):
    """The burst was taken back, or the partition went: it has to be written again."""
    bench = Bench()
    pending = bench.write()
    bench.partition.lost_with = lost_with
    bench.partition.log.truncation_count += 1
    bench.partition.high_watermark = 100
    bench.partition.tell()
    assert pending.error_code is code
    assert bench.partition.observers == []


def test_offsets_end_with_their_group_coordinator():
    """It has to know which commits count."""
    bench = Bench()
    assert bench.write("__consumer_offsets", 3).is_done
    assert bench.group_markers == [(3, PRODUCER, MARKER)]
    assert bench.bursts == []


def test_what_cannot_be_written_is_told():
    """No such partition here, or an append that is refused."""
    bench = Bench()
    with pytest.raises(ApiError) as caught:
        bench.write("missing")
    assert caught.value.code is ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    bench.partition.refusal = StorageError("the disk is gone")
    with pytest.raises(ApiError) as caught:
        bench.write()
    assert caught.value.code is ErrorCode.KAFKA_STORAGE_ERROR
