# SPDX-License-Identifier: Apache-2.0
"""One suite for every engine: what `metadata.journal` promises, searched by Hypothesis.

A new engine joins with one `World` and one line at the end of this file. The machine keeps a
model of the log and compares after every step; `restart` and, where the engine has a disk,
`lose_power` come at any time.
"""

from __future__ import annotations

import asyncio
import gc

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

from ottla.base.clock import ManualClock
from ottla.metadata.engines.local import LocalEngine
from ottla.metadata.engines.memory import MemoryCluster, MemoryEngine
from ottla.metadata.journal import ControllerFenced, JournalConflict, Snapshot
from ottla.protocol.messages.cluster_metadata import TopicRecord
from ottla.testing.simulated_disk import SimulatedDisk


class MemoryWorld:
    """An engine over a dictionary."""

    has_disk = False

    def __init__(self) -> None:
        self._cluster = MemoryCluster()

    def open(self):
        """Return a broker's view."""
        return MemoryEngine(self._cluster)

    async def close(self, engine):
        """Give up what the engine holds."""
        await engine.close()


class LocalWorld:
    """An engine over a disk that forgets what was not flushed."""

    has_disk = True

    def __init__(self) -> None:
        self._disk = SimulatedDisk()
        self._disk.mkdir("/data")
        self._disk.fsync_dir("/")

    def open(self):
        """Open the folder."""
        return LocalEngine.open(
            "/data", files=self._disk, clock=ManualClock(), segment_bytes=1 << 20
        )

    async def close(self, engine):
        """Close the log as a clean shutdown does."""
        await engine.close()

    def lose_power(self, seed):
        """Take away what was not flushed."""
        gc.collect()  # a dead process holds no files
        self._disk.restart_machine(seed)


class Conformance(RuleBasedStateMachine):
    """Drives one engine against a list."""

    make_world: type

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.world = self.make_world()
        self.batches: list[tuple[int, int, list]] = []  # base offset, epoch, records
        self.snapshots: list[Snapshot] = []
        self.epoch = 0
        self.names = 0
        self.engine = None

    def run(self, awaitable):
        """Wait for one call."""
        return self.runner.run(awaitable)

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
        return [TopicRecord(name=f"t{self.names - n}", topic_id=bytes(16)) for n in range(count)]

    @initialize()
    def open(self):
        """Begin with an empty cluster and a controller."""
        self.engine = self.world.open()
        self.campaign(1)

    @rule(broker=st.integers(1, 3))
    def campaign(self, broker):
        """Win an epoch that is higher than any before, except for unused ones of dead processes."""
        epoch = self.run(self.engine.campaign(broker))
        assert epoch > self.epoch
        self.epoch = epoch

    def begin_anew(self):
        """Open the engine as a new process does."""
        self.engine = self.world.open()
        self.epoch = max([epoch for _, epoch, _ in self.batches], default=0)
        self.campaign(1)

    @rule(count=st.integers(1, 4), timestamp_ms=st.integers(0, 2**40))
    def append(self, count, timestamp_ms):
        """Append at the end of the log under the present epoch: it succeeds."""
        records = self.records(count)
        expected = self.end
        next_offset = self.run(
            self.engine.append(
                records,
                expected_offset=expected,
                controller_epoch=self.epoch,
                timestamp_ms=timestamp_ms,
            )
        )
        assert next_offset == expected + count
        self.batches.append((expected, self.epoch, records))

    @rule(distance=st.integers(-3, 3).filter(bool))
    def append_elsewhere(self, distance):
        """Append at another offset: it leaves no trace."""
        with pytest.raises(JournalConflict):
            self.run(
                self.engine.append(
                    self.records(1),
                    expected_offset=max(0, self.end + distance) if self.end else 1,
                    controller_epoch=self.epoch,
                    timestamp_ms=0,
                )
            )

    @precondition(lambda self: self.epoch > 1)
    @rule(behind=st.integers(1, 3))
    def append_under_an_old_epoch(self, behind):
        """Append as a controller that was replaced: it is fenced."""
        with pytest.raises(ControllerFenced):
            self.run(
                self.engine.append(
                    self.records(1),
                    expected_offset=self.end,
                    controller_epoch=self.epoch - behind,
                    timestamp_ms=0,
                )
            )

    @rule()
    def wait_for_more(self):
        """Wait at the end until somebody writes."""

        async def scenario(records, end):
            waiting = asyncio.ensure_future(self.engine.wait_beyond(end))
            await asyncio.sleep(0)
            assert not waiting.done()
            await self.engine.append(
                records, expected_offset=end, controller_epoch=self.epoch, timestamp_ms=1
            )
            await asyncio.wait_for(waiting, 10)
            await self.engine.wait_beyond(end)

        records = self.records(1)
        end = self.end
        self.run(scenario(records, end))
        self.batches.append((end, self.epoch, records))

    @precondition(lambda self: self.batches)
    @rule(data=st.data())
    def store_snapshot(self, data):
        """Snapshots may be taken at the end of any batch, newer ones after older ones."""
        ends = [base + len(records) for base, _, records in self.batches]
        if self.snapshots:
            ends = [end for end in ends if end > self.snapshots[-1].next_offset]
        if not ends:
            return
        end = data.draw(st.sampled_from(ends))
        records = tuple(r for base, _, batch in self.batches for r in batch if base < end)
        snapshot = Snapshot(end, self.epoch, 5, records)
        self.run(self.engine.store_snapshot(snapshot))
        self.snapshots.append(snapshot)

    @rule()
    def restart(self):
        """Stop and start: everything is there, the old epoch is over."""
        self.run(self.world.close(self.engine))
        self.begin_anew()

    @precondition(lambda self: self.world.has_disk)
    @rule(seed=st.integers(0, 1000))
    def lose_power(self, seed):
        """Lose power: everything that was acknowledged is there."""
        self.engine = None
        self.world.lose_power(seed)
        self.begin_anew()

    @invariant()
    def the_story_is_whole(self):
        """Find everything in the newest snapshot and the log after it."""
        if self.engine is None:
            return
        snapshot = self.run(self.engine.load_snapshot())
        assert snapshot == (self.snapshots[-1] if self.snapshots else None)
        start = 0 if snapshot is None else snapshot.next_offset
        assert self.read_all(start) == [b for b in self.batches if b[0] >= start]

    @precondition(lambda self: len(self.snapshots) > 1)
    @invariant()
    def the_story_before_is_whole(self):
        """Find the log to reach back to the snapshot before the newest one."""
        start = self.snapshots[-2].next_offset
        assert self.read_all(start) == [b for b in self.batches if b[0] >= start]

    @rule(offset=st.integers(0, 30))
    def read_from_within(self, offset):
        """Read inside a batch: it begins with that batch; outside of the log it is refused."""
        start = self.snapshots[-2].next_offset if len(self.snapshots) > 1 else 0
        if start <= offset <= self.end:
            expected = [b for b in self.batches if b[0] + len(b[2]) > offset]
            assert self.read_all(offset) == expected
        elif offset > self.end:
            with pytest.raises(JournalConflict):
                self.run(self.engine.read(offset))

    def read_all(self, offset):
        """Read to the end as a follower does."""
        found = []
        while batches := self.run(self.engine.read(offset)):
            for batch in batches:
                found.append((batch.base_offset, batch.controller_epoch, list(batch.records)))
                offset = batch.next_offset
        return found

    def teardown(self):
        """Close the loop."""
        self.runner.close()


def conformance_of(world):
    """Make the test case of one engine."""
    case = type(f"Conformance{world.__name__}", (Conformance,), {"make_world": world}).TestCase
    case.settings = settings(
        max_examples=20,
        stateful_step_count=20,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    return case


TestMemoryEngine = conformance_of(MemoryWorld)
TestLocalEngine = conformance_of(LocalWorld)
