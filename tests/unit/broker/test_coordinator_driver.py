# SPDX-License-Identifier: Apache-2.0
"""Shards come with their partitions, are read in pieces, woken by time, and dropped when lost."""

from __future__ import annotations

import asyncio
import errno
from typing import TYPE_CHECKING

import pytest
import pytest_asyncio

from ottla.base.clock import SystemClock
from ottla.broker import coordinator_driver
from ottla.broker.burst import Burst
from ottla.broker.coordinator_driver import CoordinatorDriver
from ottla.coordinators.ports import CoordinatorRecord, ProducerIdentity, Result
from ottla.coordinators.runtime import CoordinatorRuntime
from ottla.coordinators.timers import Timers
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.records.control import TransactionMarker

if TYPE_CHECKING:
    from ottla.coordinators.pending import Pending

TOPIC = "__consumer_offsets"
pytestmark = pytest.mark.asyncio


class Words:
    """Keeps the last value of each key."""

    def __init__(self, index: int) -> None:
        self.index = index
        self.values: dict[bytes, bytes | None] = {}
        self.ended: list[bool] = []
        self.timers: Timers[bytes] = Timers()

    def replay(self, record, offset, producer):
        """Keep the value."""
        self.values[record.key] = record.value

    def replay_marker(self, producer, *, committed):
        """Keep the outcome."""
        self.ended.append(committed)

    def loaded(self, moment):
        """Have nothing to do."""
        return Result((), None)

    def deadline_bound_ms(self):
        """Ask the timers."""
        return self.timers.deadline_bound_ms()

    def next_deadline_ms(self):
        """Ask the timers."""
        return self.timers.next_deadline_ms()

    def on_deadline(self, moment):
        """Say that the time has come."""
        name = self.timers.pop_due(moment.now_ms)
        return Result([CoordinatorRecord(name, b"rang")], None)

    def parked(self):
        """Park nobody."""
        return ()


class Bench:
    """A driver over the world's partitions, on the test's loop."""

    def __init__(self, world) -> None:
        self.world = world
        self.runtime: CoordinatorRuntime[Words] = CoordinatorRuntime(Words)
        loop = asyncio.get_running_loop()
        self.burst = Burst(SystemClock(), lambda *_: None, loop.call_soon)
        self.driver = CoordinatorDriver(
            self.runtime, burst=self.burst, clock=SystemClock(), executor=None
        )

    def follow(self, *partitions: object):
        """Lead these from now on."""
        self.driver.follow(partitions)

    async def until(self, condition):
        """Let the loop turn until something holds."""
        for _ in range(2000):
            if condition():
                return
            await asyncio.sleep(0.002)
        raise AssertionError("it never came to that")

    def write(self, index, *pairs: tuple[bytes, bytes]) -> Pending[str]:
        """Write some values."""
        records = [CoordinatorRecord(key, value) for key, value in pairs]
        moment = SystemClock().moment()
        return self.runtime.write(index, lambda _: Result(records, "written"), moment)

    def shard(self, index) -> Words:
        """Return a shard that serves."""
        return dict(self.runtime.active_shards())[index]


@pytest_asyncio.fixture
async def bench(world):
    """Return a driver that is stopped in the end."""
    made = Bench(world)
    yield made
    made.driver.stop()


async def test_a_shard_is_read_in_pieces(world, bench, monkeypatch):
    """Everything in the log is replayed, over several reads and turns, markers included."""
    monkeypatch.setattr(coordinator_driver, "READ_BYTES", 500)
    monkeypatch.setattr(coordinator_driver, "REPLAYED_RECORDS_MAX", 3)
    partition = world.partition(TOPIC)
    bench.follow(partition)
    await bench.until(lambda: bench.runtime.is_active(0))
    for number in range(40):
        bench.write(0, (b"key-%d" % (number % 7), b"value %d" % number))
    producer = ProducerIdentity(5, 0)
    bench.runtime.write_marker(0, producer, TransactionMarker(True, 0), SystemClock().moment())
    bench.burst.end()
    expected = dict(bench.shard(0).values)
    bench.follow()
    assert not bench.runtime.has(0)
    bench.follow(partition)
    assert bench.runtime.is_loading
    with pytest.raises(ApiError) as raised:
        bench.write(0, (b"a", b"b"))
    assert raised.value.code == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
    await bench.until(lambda: bench.runtime.is_active(0))
    assert bench.shard(0).values == expected
    assert bench.shard(0).ended == [True]


async def test_a_new_topic_is_served_at_once(world, bench):
    """There is nothing to read: the client that had it created is not told to come back later."""
    bench.follow(world.partition(TOPIC))
    assert bench.runtime.is_active(0)
    assert not bench.runtime.is_loading


async def test_an_answer_leaves_with_the_burst(world, bench):
    """A write outside of a socket's burst is committed by the end of the loop's turn."""
    bench.follow(world.partition(TOPIC), world.partition(TOPIC, 1))
    await bench.until(lambda: bench.runtime.is_active(1))
    written = bench.write(1, (b"a", b"1"))
    assert not written.is_done
    await asyncio.sleep(0)
    assert written.value == "written"


async def test_time_wakes_a_shard(world, bench):
    """The driver sleeps until the earliest deadline, also one that is set later."""
    bench.follow(world.partition(TOPIC))
    await bench.until(lambda: bench.runtime.is_active(0))
    shard = bench.shard(0)
    now_ms = SystemClock().now_ms()
    shard.timers.set(b"late", now_ms + 100_000)
    bench.write(0, (b"a", b"1"))
    shard.timers.set(b"soon", now_ms + 5)
    bench.write(0, (b"a", b"2"))
    await bench.until(lambda: b"soon" in shard.values)
    assert b"late" not in shard.values


async def test_a_shard_whose_appends_were_taken_back_is_read_again(world, bench, monkeypatch):
    """Who waits is told NOT_COORDINATOR; the new shard has what the disk has."""
    monkeypatch.setattr(coordinator_driver, "RELOAD_PAUSE_S", 0.001)
    bench.follow(world.partition(TOPIC))
    await bench.until(lambda: bench.runtime.is_active(0))
    bench.write(0, (b"kept", b"1"))
    bench.burst.end()
    lost = bench.write(0, (b"lost", b"1"))
    world.disk.fail_next("pwritev", errno.ENOSPC)
    await asyncio.sleep(0)
    assert lost.error is not None
    assert lost.error.code == ErrorCode.NOT_COORDINATOR
    await bench.until(lambda: bench.runtime.is_active(0))
    assert bench.shard(0).values == {b"kept": b"1"}


async def test_a_shard_that_cannot_write_what_time_brought_is_read_again(world, bench, monkeypatch):
    """A full disk at the moment of a deadline costs a reload, not the coordinator."""
    monkeypatch.setattr(coordinator_driver, "RELOAD_PAUSE_S", 0.001)
    bench.follow(world.partition(TOPIC))
    await bench.until(lambda: bench.runtime.is_active(0))
    first = bench.shard(0)
    first.timers.set(b"now", 0)
    world.directory.accepts_appends = False
    bench.driver._expire()
    assert not bench.runtime.has(0)
    world.directory.accepts_appends = True
    await bench.until(lambda: bench.runtime.is_active(0))
    assert bench.shard(0) is not first


async def test_bug_34_a_log_that_cannot_be_read_is_not_taken_for_an_empty_one(
    world, bench, monkeypatch
):
    """Bug 34: the shard does not serve, and clients are not told that there is nothing."""

    def fail(*_: object) -> None:
        raise coordinator_driver.CorruptRecord("rot")

    partition = world.partition(TOPIC)
    world.append(partition, b"a")
    monkeypatch.setattr(coordinator_driver, "decode_batches", fail)
    bench.follow(partition)
    await bench.until(lambda: not bench.runtime.has(0))
    with pytest.raises(ApiError) as raised:
        bench.runtime.read(0, lambda shard: shard.values)
    assert raised.value.code == ErrorCode.NOT_COORDINATOR


async def test_a_partition_that_goes_takes_its_shard_along(world, bench):
    """Retired or led by another: everybody who waits is told, and a new log is read anew."""
    partition = world.partition(TOPIC)
    bench.follow(partition)
    await bench.until(lambda: bench.runtime.is_active(0))
    waiting = bench.write(0, (b"a", b"1"))
    partition.retire()
    assert waiting.error is not None
    assert not bench.runtime.has(0)
    bench.follow(partition)
    assert not bench.runtime.has(0)


async def test_stopping_tells_everyone(world, bench):
    """NOT_COORDINATOR for who waits; nothing is loaded or armed afterwards."""
    bench.follow(world.partition(TOPIC), world.partition(TOPIC, 1))
    await bench.until(lambda: bench.runtime.is_active(1))
    waiting = bench.write(1, (b"a", b"1"))
    bench.driver.stop()
    assert waiting.error is not None
    assert not bench.runtime.has(0)
