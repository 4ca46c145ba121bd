# SPDX-License-Identifier: Apache-2.0
"""Restoring an engine: what it takes over, what it refuses, and what survives lost answers."""

from __future__ import annotations

import asyncio

import pytest
from tests.unit.metadata.engines.conformance import append, names_of, topics
from tests.unit.metadata.engines.store_in_memory import UNHEARD, MemoryService

from ottla.metadata.engines.store_engine import StoreEngine
from ottla.metadata.journal import JournalConflict, Snapshot, WrongCluster

SNAPSHOT = Snapshot(40, 7, 1000, tuple(topics("a", "b")))


def run(scenario):
    """Run a scenario against a service of its own."""
    asyncio.run(scenario(MemoryService()))


def engine_on(service, root="/ottla"):
    """Return an engine with a session of its own."""
    return StoreEngine(service.open, root, timeout_s=1)


async def with_journal(service, *names: str, cluster_id="c"):
    """Let a cluster have some batches; nobody is in office afterwards."""
    engine = engine_on(service)
    await engine.join(cluster_id)
    epoch = await engine.campaign(1)
    for offset, name in enumerate(names):
        await append(engine, epoch, offset, name)
    await engine.close()


async def assert_restored(service):
    """Readers start from the snapshot, and a new controller appends behind it."""
    engine = engine_on(service)
    assert await engine.join("other") == "c"
    assert await engine.end_offset() == 40
    with pytest.raises(JournalConflict):
        await engine.read(0)
    found = await engine.load_snapshot()
    assert (found.next_offset, found.controller_epoch) == (40, 7)
    assert [record.name for record in found.records] == ["a", "b"]
    epoch = await engine.campaign(2)
    assert epoch > 7
    await append(engine, epoch, 40, "after")
    assert await names_of(engine, 40) == ["after"]


def test_an_empty_service():
    """The cluster is founded with what the brokers know."""

    async def scenario(service):
        await engine_on(service).restore("c", SNAPSHOT)
        await assert_restored(service)

    run(scenario)


def test_an_old_backup():
    """Batches from before the loss go: they would have a hole behind them."""

    async def scenario(service):
        await with_journal(service, *(f"old-{n}" for n in range(9)))
        await engine_on(service).restore("c", SNAPSHOT)
        await assert_restored(service)

    run(scenario)


def test_answers_that_are_lost():
    """Asking again after an unheard success is a success."""

    async def scenario(service):
        engine = engine_on(service)
        engine._live_store().faults = [UNHEARD, UNHEARD]  # the piece, and everything else
        await engine.restore("c", SNAPSHOT)
        await assert_restored(service)

    run(scenario)


def test_a_large_state_is_cut_into_pieces():
    """What does not fit into one value is whole again for its reader."""

    async def scenario(service):
        large = SNAPSHOT._replace(records=tuple(topics(*(f"t{n:0200}" for n in range(4000)))))
        await engine_on(service).restore("c", large)
        found = await engine_on(service).load_snapshot()
        assert len(found.records) == 4000
        assert sum("/snap/" in key for key in service.keys) > 1

    run(scenario)


def test_a_service_that_is_not_behind():
    """Nothing is thrown away that the brokers at hand have not seen."""

    async def scenario(service):
        await with_journal(service, *(f"t{n}" for n in range(40)))
        before = dict(service.keys)
        with pytest.raises(JournalConflict, match="nothing to restore"):
            await engine_on(service).restore("c", SNAPSHOT)
        assert service.keys == before

    run(scenario)


def test_another_cluster():
    """Its journal stays what it is."""

    async def scenario(service):
        await with_journal(service, "x", cluster_id="theirs")
        before = dict(service.keys)
        with pytest.raises(WrongCluster, match="holds cluster theirs"):
            await engine_on(service).restore("c", SNAPSHOT)
        assert service.keys == before

    run(scenario)


def test_a_controller_in_office():
    """Brokers have to be stopped first."""

    async def scenario(service):
        engine = engine_on(service)
        await engine.join("c")
        await engine.campaign(3)
        with pytest.raises(JournalConflict, match="broker 3 is the controller"):
            await engine_on(service).restore("c", SNAPSHOT)

    run(scenario)
