# SPDX-License-Identifier: Apache-2.0
"""Claims about the engine for coordination services that need a service which misbehaves."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from tests.unit.metadata.engines.conformance import append, names_of, topics
from tests.unit.metadata.engines.store_in_memory import LOST, UNHEARD, MemoryService

from ottla.metadata.engines import store_engine
from ottla.metadata.engines.layout import Layout
from ottla.metadata.engines.store import Stored
from ottla.metadata.engines.store_engine import StoreEngine
from ottla.metadata.journal import (
    ControllerFenced,
    EngineUnavailable,
    JournalConflict,
    Snapshot,
    WrongCluster,
)

LAYOUT = Layout("/ottla")


class Cluster:
    """A service and engines on it."""

    def __init__(self) -> None:
        self.service = MemoryService()

    async def engine(self, timeout_s=5.0):
        """Return an engine that has joined."""
        engine = StoreEngine(self.service.open, "/ottla", timeout_s=timeout_s)
        await engine.join("c")
        return engine

    async def controller(self, broker_id=1, **options: float):
        """Return an engine that is the controller, and its epoch."""
        engine = await self.engine(**options)
        return engine, await engine.campaign(broker_id)


def run(scenario):
    """Run a scenario in a loop of its own."""
    asyncio.run(asyncio.wait_for(scenario(Cluster()), 20))


@pytest.mark.parametrize(
    "faults",
    [
        [first, *others]
        for first in (LOST, UNHEARD, *range(1, 12))
        for others in ((), (LOST,), (UNHEARD,), (2,), (7,))
    ],
)
def test_an_append_without_an_answer_is_in_once(faults):
    """Whether request or answer was lost, or comes at the worst moment: the batch is there once."""

    async def scenario(cluster):
        engine, epoch = await cluster.controller()
        await append(engine, epoch, 0, "before")
        engine._store.faults.extend(faults)
        appends = [append(engine, epoch, n, f"t{n}") for n in (1, 2, 3)]
        assert await asyncio.gather(*appends) == [2, 3, 4]
        for n in itertools.count(4):
            await append(engine, epoch, n, f"t{n}")
            if not cluster.service.late and n > 20:
                break
        assert await names_of(engine) == ["before", *(f"t{m}" for m in range(1, n + 1))]
        await engine.close()

    run(scenario)


@pytest.mark.parametrize("delay", range(1, 25))
def test_a_late_append_does_not_get_past_a_successor(delay):
    """An append that was held up arrives when another controller writes: it changes nothing."""

    async def scenario(cluster):
        first, old = await cluster.controller()
        await append(first, old, 0, "a")
        first._store.faults.append(delay)
        late = asyncio.ensure_future(append(first, old, 1, "late"))
        second = await cluster.engine()
        await second.depose(old)
        new = await second.campaign(2)
        start = await second.end_offset()
        for n in range(start, start + 6):
            await append(second, new, n, f"t{n}")
        outcome = await asyncio.gather(late, return_exceptions=True)
        names = await names_of(second)
        assert names == [*["a", "late"][:start], *(f"t{n}" for n in range(start, start + 6))]
        assert isinstance(outcome[0], int) == ("late" in names), outcome
        await first.close()
        await second.close()

    run(scenario)


def test_a_session_that_the_service_has_ended_cannot_write():
    """Before the engine hears of it, and although nobody follows."""

    async def scenario(cluster):
        engine, epoch = await cluster.controller()
        await append(engine, epoch, 0, "a")
        del cluster.service.keys[LAYOUT.controller]
        with pytest.raises(ControllerFenced):
            await append(engine, epoch, 1, "b")
        assert await names_of(engine) == ["a"]
        await engine.close()

    run(scenario)


def test_nobody_knows_when_the_session_ends_meanwhile():
    """An append whose session ends before it was answered says so; the claim is over."""

    async def scenario(cluster):
        engine, epoch = await cluster.controller()
        store = engine._store
        store.faults.append(UNHEARD)
        pending = asyncio.ensure_future(append(engine, epoch, 0, "a"))
        behind = asyncio.ensure_future(append(engine, epoch, 1, "b"))
        await asyncio.sleep(0)
        store.is_cut_off = True
        await asyncio.sleep(0.01)
        assert not pending.done()
        cluster.service.expire(store)
        with pytest.raises(EngineUnavailable):
            await pending
        with pytest.raises((ControllerFenced, EngineUnavailable)):
            await behind
        await engine.wait_deposed(epoch)
        with pytest.raises(ControllerFenced):
            await append(engine, epoch, 1, "b")
        again = await engine.campaign(1)
        end = await engine.end_offset()
        await append(engine, again, end, "c")
        assert await names_of(engine) == [*["a", "b"][:end], "c"]
        await engine.close()

    run(scenario)


def test_a_service_that_is_silent_is_unavailable():
    """Calls that ask give up after the session's time; those that wait go on."""

    async def scenario(cluster):
        engine = await cluster.engine(timeout_s=0.05)
        other = await cluster.engine()
        waiting = asyncio.ensure_future(engine.wait_beyond(0))
        campaign = asyncio.ensure_future(engine.campaign(1))
        engine._store.is_cut_off = True
        for call in (
            engine.end_offset(),
            engine.read(0),
            engine.load_snapshot(),
            engine.depose(1),
            engine.join("c"),
        ):
            with pytest.raises(EngineUnavailable, match="nobody answers"):
                await call
        assert not waiting.done()
        engine._store.is_cut_off = False
        epoch = await campaign
        await append(engine, epoch, 0, "a")
        await waiting
        await engine.close()
        await other.close()

    run(scenario)


def test_a_service_that_takes_nothing_more_ends_the_term():
    """A full service answers, but not with a yes: the append says why, and the claim is over."""

    async def scenario(cluster):
        engine, epoch = await cluster.controller(timeout_s=0.05)
        await append(engine, epoch, 0, "a")
        engine._store.is_full = True
        with pytest.raises(EngineUnavailable, match="no space is left"):
            await append(engine, epoch, 1, "b")
        with pytest.raises(ControllerFenced):
            await append(engine, epoch, 1, "b")
        campaign = asyncio.ensure_future(engine.campaign(1))
        await asyncio.sleep(0.01)
        assert not campaign.done()
        engine._store.is_full = False
        await append(engine, await campaign, 1, "c")
        assert await names_of(engine) == ["a", "c"]
        await engine.close()

    run(scenario)


def test_a_closed_engine_says_so():
    """Nothing waits for an engine that was closed, and nothing opens it again."""

    async def scenario(cluster):
        engine, epoch = await cluster.controller()
        engine._store.is_cut_off = True
        pending = asyncio.ensure_future(append(engine, epoch, 0, "a"))
        await asyncio.sleep(0)
        await engine.close()
        with pytest.raises(EngineUnavailable):
            await pending
        for call in (engine.campaign(1), engine.wait_beyond(0), engine.read(0)):
            with pytest.raises(EngineUnavailable, match="closed"):
                await call

    run(scenario)


def test_an_own_claim_of_before_is_not_waited_for():
    """A claim that was made without an answer, or in a lost session, is replaced at once."""

    async def scenario(cluster):
        engine = await cluster.engine()
        engine._store.faults.append(UNHEARD)
        first = await engine.campaign(1)
        claim = cluster.service.keys[LAYOUT.controller]
        cluster.service.expire(engine._store)
        cluster.service.keys[LAYOUT.controller] = claim  # the service has not noticed yet
        second = await engine.campaign(1)
        assert second > first
        await append(engine, second, 0, "a")
        await engine.close()

    run(scenario)


@pytest.mark.parametrize("fault", [LOST, UNHEARD, 1, 2, 3, 4, 5, 6])
def test_a_late_depose_spares_the_successor(fault):
    """A depose that was held up does not end the epoch that came after."""

    async def scenario(cluster):
        first, old = await cluster.controller()
        second = await cluster.engine()
        second._store.faults.append(fault)
        await second.depose(old)
        new = await second.campaign(2)
        for n in range(8):
            await append(second, new, n, f"t{n}")
        await first.close()
        await second.close()

    run(scenario)


def test_another_engine_than_the_cluster_was_in():
    """Keys that are missing are named: somebody removed them, or the root is wrong."""

    async def scenario(cluster):
        engine, _ = await cluster.controller()
        cluster.service.keys.clear()
        for call in (engine.end_offset(), engine.read(0), engine.wait_beyond(0)):
            with pytest.raises(WrongCluster, match="holds no cluster"):
                await call
        cluster.service.keys[LAYOUT.head] = Stored(b"{}", 0)
        with pytest.raises(WrongCluster, match="cluster is missing"):
            await engine.join("c")
        await engine.close()

    run(scenario)


def test_a_damaged_snapshot_is_passed_over():
    """The one before it and a longer log tell the same story."""

    async def scenario(cluster):
        engine, epoch = await cluster.controller()
        for n in range(4):
            await append(engine, epoch, n, f"t{n}")
        for end in (2, 4):
            await engine.store_snapshot(Snapshot(end, epoch, 1, tuple(topics(f"s{end}"))))
        service = cluster.service
        (key,) = [key for key in service.keys if key.startswith(f"{LAYOUT.snapshots}/{4:020d}")]
        service.keys[key] = Stored(service.keys[key].value[:-1], 0)
        assert (await engine.load_snapshot()).next_offset == 2
        assert await names_of(engine, 2) == ["t2", "t3"]
        await engine.close()

    run(scenario)


def test_pieces_of_snapshots_that_were_given_up_go():
    """What a writer left that died before it moved the pointer is removed with the next one."""

    async def scenario(cluster):
        engine, epoch = await cluster.controller()
        for n in range(4):
            await append(engine, epoch, n, f"t{n}")
        left = LAYOUT.piece_named(f"{2:020d}-00ff00ff-0000")
        cluster.service.keys[left] = Stored(b"half", 0)
        for end in (1, 2, 3):
            await engine.store_snapshot(Snapshot(end, epoch, 1, ()))
        pieces = [key for key in cluster.service.keys if key.startswith(LAYOUT.snapshots)]
        assert left not in pieces
        assert len(pieces) == 2
        batches = [key for key in cluster.service.keys if key.startswith(LAYOUT.batches)]
        assert batches == [LAYOUT.batch(2), LAYOUT.batch(3)]
        await engine.close()

    run(scenario)


@pytest.mark.parametrize("faults", [[], [LOST] * 3, [UNHEARD] * 3, [1, UNHEARD, 2]])
def test_a_lost_cluster_is_restored_from_a_copy(faults):
    """The journal goes on behind the snapshot, under the same id and a higher epoch."""

    async def scenario(cluster):
        copy = Snapshot(100, 7, 1, tuple(topics("kept")))
        engine = StoreEngine(cluster.service.open, "/ottla", timeout_s=5)
        engine._live_store().faults.extend(faults)
        await engine.restore("old", copy)
        assert await engine.join("new") == "old"
        assert await engine.load_snapshot() == copy
        assert await engine.end_offset() == 100
        assert await engine.read(100) == []
        with pytest.raises(JournalConflict):
            await engine.read(99)
        epoch = await engine.campaign(1)
        assert epoch > 7
        await append(engine, epoch, 100, "next")
        assert await names_of(engine, 100) == ["next"]
        with pytest.raises(WrongCluster, match="holds a cluster"):
            await engine.restore("old", copy)
        await engine.close()

    run(scenario)


def test_waiting_appends_share_a_transaction():
    """A hundred appends at once cost a few transactions."""

    async def scenario(cluster):
        engine, epoch = await cluster.controller()
        before = cluster.service.commits
        await asyncio.gather(*(append(engine, epoch, n, f"t{n}") for n in range(100)))
        assert cluster.service.commits - before <= 3
        large = "x" * 200_000
        await asyncio.gather(*(append(engine, epoch, n, large) for n in range(100, 110)))
        assert len(await engine.read(100)) > 0
        with pytest.raises(JournalConflict):
            await append(engine, epoch, 109, "a")
        await engine.close()

    run(scenario)


def test_a_follower_reads_the_head_once_for_each_append():
    """The look that finds the log longer leaves the watch for the next append."""

    async def scenario(cluster):
        engine, epoch = await cluster.controller()
        follower = await cluster.engine()
        reads = []
        get = follower._store.get

        async def counted(key, **how: bool):
            reads.append(key)
            return await get(key, **how)

        follower._store.get = counted
        for offset in range(5):
            waiting = asyncio.create_task(follower.wait_beyond(offset))
            for _ in range(10):
                await asyncio.sleep(0)
            await append(engine, epoch, offset, f"t{offset}")
            await waiting
        assert reads == [LAYOUT.head] * 6

    run(scenario)


def test_a_watch_that_was_dropped_is_made_up_for(monkeypatch):
    """A service that tells of nothing is looked at again after a while."""
    monkeypatch.setattr(store_engine, "POLL_S", 0.01)

    async def scenario(cluster):
        engine, epoch = await cluster.controller()
        follower = await cluster.engine()
        cluster.service.wake = lambda _: None
        waiting = asyncio.create_task(follower.wait_beyond(0))
        for _ in range(10):
            await asyncio.sleep(0)
        await append(engine, epoch, 0, "t")
        await waiting

    run(scenario)
