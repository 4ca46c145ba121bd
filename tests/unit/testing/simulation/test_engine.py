# SPDX-License-Identifier: Apache-2.0
"""The faulty engine: what it may do wrong, and what it may not."""

from __future__ import annotations

import asyncio

import pytest

from ottla.metadata.journal import ControllerFenced, EngineUnavailable, JournalConflict
from ottla.protocol.messages.cluster_metadata import NoOpRecord
from ottla.testing.simulation.engine import EngineFaults, EngineService
from ottla.testing.simulation.world import World


def run(scenario, faults=None, seed=1):
    """Run `scenario(service, a, b)` with two idle machines."""
    with World(seed) as world:
        service = EngineService(world, faults)
        nodes = [world.add_node(name) for name in "ab"]
        for node in nodes:
            node.start(lambda _node: asyncio.Event().wait())
        world.run(scenario(service, *nodes))
        assert world.failures == []


def append(engine, epoch, offset):
    """Append one record."""
    return engine.append(
        [NoOpRecord()], expected_offset=offset, controller_epoch=epoch, timestamp_ms=0
    )


def test_calls_take_time_and_do_what_they_say():
    """Without faults it is the memory engine, only slower."""

    async def scenario(service, a, b):
        one, two = a.call(service.open), b.call(service.open)
        began = service.world.now_s
        assert await a.run(one.join("x")) == "x"
        assert await b.run(two.join("y")) == "x"
        epoch = await a.run(one.campaign(1))
        assert await a.run(append(one, epoch, 0)) == 1
        await b.run(two.wait_beyond(0))
        assert [batch.base_offset for batch in await b.run(two.read(0))] == [0]
        with pytest.raises(ControllerFenced):
            await b.run(append(two, epoch, 1))
        assert service.world.now_s > began

    run(scenario)


def test_pipelined_appends_arrive_in_order():
    """Calls of one session do not overtake each other, however long each takes."""

    async def scenario(service, a, _):
        engine = a.call(service.open)
        epoch = await a.run(engine.campaign(1))
        calls = [a.run(append(engine, epoch, offset)) for offset in range(50)]
        assert [await call for call in calls] == list(range(1, 51))

    run(scenario, EngineFaults(slow_chance=0.5))


def test_a_reply_may_be_lost_after_the_append():
    """Whether an append that failed is in, only reading tells."""
    outcomes = set()

    async def scenario(service, a, _):
        engine = a.call(service.open)
        epoch = await a.run(engine.campaign(1))
        service.faults.lost_reply_chance = 1.0
        with pytest.raises(EngineUnavailable):
            await a.run(append(engine, epoch, 0))
        outcomes.add(await a.run(engine.end_offset()))
        service.set_down(True)
        with pytest.raises(EngineUnavailable):
            await a.run(append(engine, epoch, 1))
        service.heal()
        outcomes.add(await a.run(engine.end_offset()))
        with pytest.raises(JournalConflict):
            await a.run(append(engine, epoch, 0))

    run(scenario)
    assert outcomes == {1}


def test_stale_reads_have_no_holes():
    """A stale read is a prefix."""

    async def scenario(service, a, _):
        engine = a.call(service.open)
        epoch = await a.run(engine.campaign(1))
        for offset in range(10):
            await a.run(append(engine, epoch, offset))
        lengths = set()
        for _ in range(50):
            batches = await a.run(engine.read(0))
            assert [batch.base_offset for batch in batches] == list(range(len(batches)))
            lengths.add(len(batches))
        assert len(lengths) > 3
        assert await a.run(engine.end_offset()) == 10

    run(scenario, EngineFaults(stale_read_chance=0.8))


@pytest.mark.parametrize("fault", ["kill", "pause", "cut"])
def test_a_silent_process_loses_its_session(fault):
    """Whoever is dead, paused or cut off is replaced after the session's time-out, not before."""

    async def scenario(service, a, b):
        one, two = a.call(service.open), b.call(service.open)
        epoch = await a.run(one.campaign(1))
        if fault == "cut":
            service.cut("a")
        else:
            getattr(a, fault)()
        began = service.world.now_s
        assert await b.run(two.campaign(2)) == epoch + 1
        assert 5.5 < service.world.now_s - began < 8
        if fault == "pause":
            a.resume()
        service.heal()
        if fault != "kill":
            with pytest.raises(ControllerFenced):
                await a.run(append(one, epoch, 0))

    run(scenario)


def test_deposing_is_quicker_than_a_session():
    """Whoever knows that a controller is dead need not wait."""

    async def scenario(service, a, b):
        one, two = a.call(service.open), b.call(service.open)
        epoch = await a.run(one.campaign(1))
        a.kill()
        await b.run(two.depose(epoch))
        began = service.world.now_s
        await b.run(two.campaign(2))
        assert service.world.now_s - began < 1

    run(scenario)
