# SPDX-License-Identifier: Apache-2.0
"""What every engine must do, whatever it stands on: a machine for Hypothesis, directed claims.

An engine joins with a `World`: something that opens engines of one cluster (two at least, unless
`engine_count` is 1), and can do to them what `World` lists. Unit tests run it on what needs no
server, `tests/integration/test_engines.py` on a real ZooKeeper and a real etcd.
"""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from ottla.metadata.journal import ControllerFenced, JournalConflict, Snapshot
from ottla.metadata.records import build_metadata_batch
from ottla.protocol.messages.cluster_metadata import TopicRecord

PATIENCE_S = 20
TURNS = 30
"""Of the event loop: what has not happened by then waits for something."""


class World:
    """One cluster; the base of all worlds."""

    engine_count = 2
    epochs_survive = True
    """Whether an epoch that nobody wrote under is remembered over restarts."""
    can_expire = False
    can_fail = False
    has_disk = False

    async def open(self):
        """Return an engine that has joined."""
        raise NotImplementedError

    async def expire(self, engine):
        """End the engine's session without its doing."""
        raise NotImplementedError

    async def fail_next(self, engine, fault):
        """Let the next transaction of an engine suffer."""
        raise NotImplementedError

    def lose_power(self, seed):
        """Forget what was not flushed."""
        raise NotImplementedError

    def end(self):
        """Release what the world holds."""


def topics(*names: str):
    """Make records."""
    return [TopicRecord(name=name, topic_id=bytes(16)) for name in names]


async def append(engine, epoch, offset, *names: str, timestamp_ms=1):
    """Append one batch."""
    return await engine.append(
        topics(*names), expected_offset=offset, controller_epoch=epoch, timestamp_ms=timestamp_ms
    )


async def read_all(engine, offset=0):
    """Read to the end as a follower does."""
    found = []
    while batches := await engine.read(offset):
        found += batches
        offset = batches[-1].next_offset
    return found


async def names_of(engine, offset=0):
    """Return the names of the topics in the log."""
    return [record.name for batch in await read_all(engine, offset) for record in batch.records]


async def some_turns():
    """Let everything happen that does not wait."""
    for _ in range(TURNS):
        await asyncio.sleep(0)


class Conformance(RuleBasedStateMachine):
    """Drives the engines of one cluster against a list."""

    make_world: type

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.world = self.make_world()
        self.count = self.world.engine_count
        self.batches: list[tuple[int, int, list]] = []  # base offset, epoch, records
        self.snapshots: list[Snapshot] = []
        self.epoch = 0  # the highest so far
        self.holder: int | None = None  # whose claim it is
        self.names = 0
        self.engines: list = []
        self.campaigns: dict[int, asyncio.Task] = {}
        self.watchers: list[asyncio.Task] = []  # wait for the present epoch to end

    def run(self, awaitable):
        """Wait for one call."""
        return self.runner.run(_patiently(awaitable))

    @property
    def end(self):
        """Where the log ends."""
        if not self.batches:
            return 0
        base, _, records = self.batches[-1]
        return base + len(records)

    def records(self, count):
        """Make records that are told apart."""
        self.names += count
        return topics(*(f"t{self.names - n}" for n in range(count)))

    def engine(self, number):
        """Return one of the engines."""
        return self.engines[number % self.count]

    @initialize()
    def open(self):
        """Begin with an empty cluster and a controller."""
        self.engines = [self.run(self.world.open()) for _ in range(self.count)]
        self.campaign(0)

    # who decides

    @rule(number=st.integers(0, 1))
    def campaign(self, number):
        """Win an epoch higher than any before; wait while somebody else has one."""
        number %= self.count
        if number in self.campaigns or (self.holder == number and self.campaigns):
            return
        task = self.run(_start(self.engines[number].campaign(number + 1)))
        if self.holder in (None, number):
            self.won(number, self.run(task))
        else:
            self.run(some_turns())
            assert not task.done()
            self.campaigns[number] = task

    def won(self, number, epoch):
        """Take note of a new controller."""
        assert epoch > self.epoch
        self.epoch, self.holder = epoch, number
        self.watchers_return()

    def released(self):
        """Expect a waiting campaign to win now that the claim is gone."""
        self.holder = None
        self.watchers_return()
        if self.campaigns:
            tasks = list(self.campaigns.values())
            done, _ = self.run(asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED))
            (winner,) = [n for n, task in self.campaigns.items() if task in done]
            self.won(winner, self.campaigns.pop(winner).result())

    def watchers_return(self):
        """Expect those who wait for the end of the epoch to be told."""
        watchers, self.watchers = self.watchers, []
        self.run(_all(watchers))

    @rule(number=st.integers(0, 1))
    def depose(self, number):
        """End the present epoch, from either side."""
        self.run(self.engine(number).depose(self.epoch))
        if self.holder is not None:
            self.released()

    @precondition(lambda self: self.epoch > 1)
    @rule(number=st.integers(0, 1), behind=st.integers(1, 3))
    def depose_an_old_epoch(self, number, behind):
        """Depose somebody who is not there any more: harmless, as is waiting for it."""
        self.run(self.engine(number).depose(self.epoch - behind))
        self.run(self.engine(number).wait_deposed(self.epoch - behind))

    @precondition(lambda self: self.holder is not None)
    @rule(number=st.integers(0, 1))
    def wait_deposed(self, number):
        """Wait for the end of the present epoch."""
        watcher = self.run(_start(self.engine(number).wait_deposed(self.epoch)))
        self.run(some_turns())
        assert not watcher.done()
        self.watchers.append(watcher)

    @precondition(lambda self: self.world.can_expire)
    @rule(number=st.integers(0, 1))
    def expire(self, number):
        """Lose a session: its claim is over, its campaign goes on."""
        number %= self.count
        self.run(self.world.expire(self.engines[number]))
        if self.holder == number:
            self.released()

    @rule(number=st.integers(0, 1))
    def restart(self, number):
        """Stop and start: everything is there, the claim is over."""
        number %= self.count
        campaign = self.campaigns.pop(number, None)
        if campaign is not None:
            self.run(_cancel(campaign))
        if self.watchers:  # they may be this engine's
            self.run(_cancel(*self.watchers))
            self.watchers = []
        self.run(self.engines[number].close())
        if not self.world.epochs_survive:
            self.epoch = max([epoch for _, epoch, _ in self.batches], default=0)
        self.engines[number] = self.run(self.world.open())
        if self.holder == number:
            self.released()

    @precondition(lambda self: self.world.has_disk)
    @rule(seed=st.integers(0, 1000))
    def lose_power(self, seed):
        """Lose power: everything that was acknowledged is there."""
        self.run(_cancel(*self.watchers))
        self.watchers = []
        self.engines = []
        self.world.lose_power(seed)
        self.engines = [self.run(self.world.open())]
        self.epoch = max([epoch for _, epoch, _ in self.batches], default=0)
        self.holder = None

    # the log

    @precondition(lambda self: self.holder is not None)
    @rule(counts=st.lists(st.integers(1, 4), min_size=1, max_size=5), stamp=st.integers(0, 2**40))
    def append(self, counts, stamp):
        """Append at the end, several at once: all succeed."""

        async def scenario(groups, offset):
            appends = []
            for group in groups:
                appends.append(
                    self.engine(self.holder).append(
                        group,
                        expected_offset=offset,
                        controller_epoch=self.epoch,
                        timestamp_ms=stamp,
                    )
                )
                offset += len(group)
            return await asyncio.gather(*appends)

        groups = [self.records(count) for count in counts]
        for group, next_offset in zip(groups, self.run(scenario(groups, self.end)), strict=True):
            assert next_offset == self.end + len(group)
            self.batches.append((self.end, self.epoch, group))

    @precondition(lambda self: self.world.can_fail)
    @rule(number=st.integers(0, 1), faults=st.lists(st.integers(-1, 9), max_size=3))
    def fail_next(self, number, faults):
        """Let coming transactions suffer: nobody should notice."""
        for fault in faults:
            self.run(self.world.fail_next(self.engine(number), fault))

    @precondition(lambda self: self.holder is not None)
    @rule(distance=st.integers(-3, 3).filter(bool))
    def append_elsewhere(self, distance):
        """Append at another offset: it leaves no trace."""
        offset = max(0, self.end + distance) if self.end else 1
        with pytest.raises(JournalConflict):
            self.run(append(self.engine(self.holder), self.epoch, offset, "elsewhere"))

    @rule(number=st.integers(0, 1), behind=st.integers(0, 3))
    def append_without_a_claim(self, number, behind):
        """Append as a controller that was replaced, or as none: it is fenced."""
        if behind == 0 and self.holder == number % self.count:
            return
        with pytest.raises(ControllerFenced):
            self.run(append(self.engine(number), self.epoch - behind, self.end, "fenced"))

    @precondition(lambda self: self.holder is not None)
    @rule(number=st.integers(0, 1))
    def wait_for_more(self, number):
        """Wait at the end until somebody writes."""

        async def scenario(records, end):
            reader = self.engine(number)
            waiting = asyncio.ensure_future(reader.wait_beyond(end))
            await some_turns()
            assert not waiting.done()
            await self.engine(self.holder).append(
                records, expected_offset=end, controller_epoch=self.epoch, timestamp_ms=1
            )
            await waiting
            await reader.wait_beyond(end)

        records = self.records(1)
        end = self.end
        self.run(scenario(records, end))
        self.batches.append((end, self.epoch, records))

    @precondition(lambda self: self.batches)
    @rule(number=st.integers(0, 1), data=st.data())
    def store_snapshot(self, number, data):
        """Snapshots may be taken at the end of any batch, newer ones after older ones."""
        ends = [base + len(records) for base, _, records in self.batches]
        if self.snapshots:
            ends = [end for end in ends if end > self.snapshots[-1].next_offset]
        if not ends:
            return
        end = data.draw(st.sampled_from(ends))
        records = tuple(r for base, _, batch in self.batches for r in batch if base < end)
        snapshot = Snapshot(end, self.epoch, 5, records)
        self.run(self.engine(number).store_snapshot(snapshot))
        self.snapshots.append(snapshot)

    @rule(number=st.integers(0, 1), offset=st.integers(0, 30))
    def read_from_within(self, number, offset):
        """Read inside a batch: it begins with that batch; outside of the log it is refused."""
        start = self.snapshots[-2].next_offset if len(self.snapshots) > 1 else 0
        engine = self.engine(number)
        if start <= offset <= self.end:
            expected = [b for b in self.batches if b[0] + len(b[2]) > offset]
            assert self.read(engine, offset) == expected
        else:
            with pytest.raises(JournalConflict):
                self.run(engine.read(offset))

    @invariant()
    def the_story_is_whole(self):
        """Find everything in the newest snapshot and the log after it, from everywhere."""
        for engine in self.engines:
            snapshot = self.run(engine.load_snapshot())
            assert snapshot == (self.snapshots[-1] if self.snapshots else None)
            start = 0 if snapshot is None else snapshot.next_offset
            assert self.read(engine, start) == [b for b in self.batches if b[0] >= start]
            assert self.run(engine.end_offset()) == self.end

    @precondition(lambda self: len(self.snapshots) > 1)
    @invariant()
    def the_story_before_is_whole(self):
        """Find the log to reach back to the snapshot before the newest one."""
        start = self.snapshots[-2].next_offset
        for engine in self.engines:
            assert self.read(engine, start) == [b for b in self.batches if b[0] >= start]

    def read(self, engine, offset):
        """Read to the end."""
        return [
            (batch.base_offset, batch.controller_epoch, list(batch.records))
            for batch in self.run(read_all(engine, offset))
        ]

    def teardown(self):
        """Stop what waits, close everything."""
        self.run(_cancel(*self.campaigns.values(), *self.watchers))
        for engine in self.engines:
            self.run(engine.close())
        self.world.end()
        self.runner.close()


def conformance_of(world, *, examples=30, steps=25):
    """Make the test case of one engine."""
    case = type(f"Conformance{world.__name__}", (Conformance,), {"make_world": world}).TestCase
    case.settings = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    return case


async def _patiently(awaitable):
    return await asyncio.wait_for(awaitable, PATIENCE_S)


async def _start(awaitable):
    task = asyncio.ensure_future(awaitable)
    await asyncio.sleep(0)
    return task


async def _all(tasks):
    await asyncio.gather(*tasks)


async def _cancel(*tasks: asyncio.Task):
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


# Directed claims, for engines with more than one broker. Each takes a world.


async def the_first_founds_the_cluster(world):
    """Give the id of whoever came first to whoever comes later."""
    first, second = await world.open(), await world.open()
    founded = await first.join("ours")
    assert await second.join("theirs") == founded == await first.join("again")
    return first, second


async def two_writers_never_both_succeed(world):
    """Keep a controller that does not know of its successor from writing between its batches."""
    first, second = await world.open(), await world.open()
    old = await first.campaign(1)
    accepted = [await append(first, old, 0, "before") - 1]
    stale = [asyncio.ensure_future(append(first, old, n, f"old-{n}")) for n in range(1, 20)]
    await second.depose(old)
    new = await second.campaign(2)
    start = await second.end_offset()
    fresh = [
        asyncio.ensure_future(append(second, new, n, f"new-{n}")) for n in range(start, start + 20)
    ]
    more = [asyncio.ensure_future(append(first, old, n, "late")) for n in range(start, start + 9)]
    outcomes = await asyncio.gather(*stale, *fresh, *more, return_exceptions=True)
    failures = [each for each in outcomes if isinstance(each, Exception)]
    assert all(isinstance(each, ControllerFenced | JournalConflict) for each in failures), failures
    accepted += [each - 1 for each in outcomes if isinstance(each, int)]
    assert len(accepted) == len(set(accepted))
    batches = await read_all(first)
    assert [batch.base_offset for batch in batches] == sorted(accepted)
    assert [batch.controller_epoch for batch in batches] == [old] * start + [new] * 20
    return first, second


async def a_successor_fences_before_it_writes(world):
    """Fence the old controller although the log still ends where it left it."""
    first, second = await world.open(), await world.open()
    old = await first.campaign(1)
    await append(first, old, 0, "a")
    await second.depose(old)
    new = await second.campaign(2)
    with pytest.raises(ControllerFenced):
        await append(first, old, 1, "b")
    await append(second, new, 1, "c")
    assert await names_of(first) == ["a", "c"]
    return first, second


async def deposed_appends_leave_no_trace(world):
    """Let a deposed epoch write nothing, even when nobody follows."""
    first, second = await world.open(), await world.open()
    epoch = await first.campaign(1)
    await append(first, epoch, 0, "a")
    await second.depose(epoch)
    await first.wait_deposed(epoch)
    with pytest.raises(ControllerFenced):
        await append(first, epoch, 1, "b")
    assert await names_of(second) == ["a"]
    assert await first.campaign(1) > epoch
    return first, second


async def a_campaign_waits_for_the_end_of_the_other(world):
    """Follow a controller that leaves with one that waited."""
    first, second = await world.open(), await world.open()
    epoch = await first.campaign(1)
    waiting = asyncio.ensure_future(second.campaign(2))
    await asyncio.sleep(0.05)
    assert not waiting.done()
    await append(first, epoch, 0, "a")
    await first.close()
    assert await waiting > epoch
    return (second,)


async def a_large_batch_and_a_large_snapshot(world):
    """Get through whole what is just allowed."""
    first, second = await world.open(), await world.open()
    epoch = await first.campaign(1)
    small = len(build_metadata_batch(topics(""), base_offset=0, controller_epoch=1, timestamp_ms=0))
    room = min(first.batch_bytes_max, 1 << 20) - small - 20
    await append(first, epoch, 0, "x" * room)
    records = tuple(topics(*(f"{n:0100d}" for n in range(15_000))))
    snapshot = Snapshot(1, epoch, 7, records)
    await first.store_snapshot(snapshot)
    assert await second.load_snapshot() == snapshot
    assert await names_of(second) == ["x" * room]
    return first, second


async def trimming_follows_the_snapshots(world):
    """Keep the log back to the snapshot before the newest one, and no further."""
    first, second = await world.open(), await world.open()
    epoch = await first.campaign(1)
    for offset in range(12):
        await append(first, epoch, offset, f"t{offset}")
    for end in (3, 7, 10):
        await second.store_snapshot(Snapshot(end, epoch, 1, tuple(topics(f"s{end}"))))
    await first.store_snapshot(Snapshot(8, epoch, 1, ()))  # too late: there is a newer one
    assert (await first.load_snapshot()).next_offset == 10
    assert await names_of(first, 7) == [f"t{n}" for n in range(7, 12)]
    for offset in (0, 6, 13):
        with pytest.raises(JournalConflict):
            await first.read(offset)
    return first, second


async def batches_keep_their_bytes(world):
    """Read what was written, byte by byte."""
    (engine,) = (await world.open(),)
    epoch = await engine.campaign(1)
    await append(engine, epoch, 0, "a", "b", timestamp_ms=77)
    (batch,) = await engine.read(1)
    assert batch.data == build_metadata_batch(
        topics("a", "b"), base_offset=0, controller_epoch=epoch, timestamp_ms=77
    )
    return (engine,)


async def many_batches_are_read_from_the_beginning(world):
    """Read everything in order, as a broker does that comes late."""
    first, second = await world.open(), await world.open()
    epoch = await first.campaign(1)
    await asyncio.gather(*(append(first, epoch, n, f"t{n}") for n in range(300)))
    await second.wait_beyond(299)
    assert await names_of(second) == [f"t{n}" for n in range(300)]
    assert await second.read(300) == []
    return first, second


async def an_expired_session_is_over(world):
    """Append nothing after it, even before anybody follows; a new campaign helps."""
    first, second = await world.open(), await world.open()
    epoch = await first.campaign(1)
    await append(first, epoch, 0, "a")
    await world.expire(first)
    await asyncio.gather(first.wait_deposed(epoch), second.wait_deposed(epoch))
    with pytest.raises(ControllerFenced):
        await append(first, epoch, 1, "b")
    again = await first.campaign(1)
    await append(first, again, 1, "c")
    assert await names_of(second) == ["a", "c"]
    return first, second


CLAIMS = (
    the_first_founds_the_cluster,
    two_writers_never_both_succeed,
    a_successor_fences_before_it_writes,
    deposed_appends_leave_no_trace,
    a_campaign_waits_for_the_end_of_the_other,
    a_large_batch_and_a_large_snapshot,
    trimming_follows_the_snapshots,
    batches_keep_their_bytes,
    many_batches_are_read_from_the_beginning,
    an_expired_session_is_over,
)


def check(claim, world):
    """Run a directed claim in a loop of its own."""

    async def scenario():
        for engine in await claim(world):
            await engine.close()

    asyncio.run(_patiently(scenario()))
