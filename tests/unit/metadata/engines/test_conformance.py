# SPDX-License-Identifier: Apache-2.0
"""The suite of `conformance` on every engine that needs no server.

The engine for ZooKeeper and etcd is among them: on a service in a dictionary that loses requests
and answers, where Hypothesis finds orders that no real server would show in a year.
"""

from __future__ import annotations

import gc

import pytest
from tests.unit.metadata.engines.conformance import CLAIMS, World, check, conformance_of
from tests.unit.metadata.engines.store_in_memory import MemoryService

from ottla.base.clock import ManualClock
from ottla.metadata.engines.local import LocalEngine
from ottla.metadata.engines.memory import MemoryCluster, MemoryEngine
from ottla.metadata.engines.store_engine import StoreEngine
from ottla.testing.simulated_disk import SimulatedDisk


class MemoryWorld(World):
    """Engines over one object."""

    can_expire = True

    def __init__(self) -> None:
        self._cluster = MemoryCluster()

    async def open(self):
        """Return a broker's view."""
        engine = MemoryEngine(self._cluster)
        await engine.join("c")
        return engine

    async def expire(self, engine):
        """End the session."""
        self._cluster.expire(engine)


class LocalWorld(World):
    """An engine over a disk that forgets what was not flushed."""

    engine_count = 1
    epochs_survive = False
    has_disk = True

    def __init__(self) -> None:
        self._disk = SimulatedDisk()
        self._disk.mkdir("/data")
        self._disk.fsync_dir("/")

    async def open(self):
        """Open the folder."""
        engine = LocalEngine.open(
            "/data", files=self._disk, clock=ManualClock(), segment_bytes=1 << 20
        )
        await engine.join("c")
        return engine

    def lose_power(self, seed):
        """Take away what was not flushed."""
        gc.collect()  # a dead process holds no files
        self._disk.restart_machine(seed)


class StoreWorld(World):
    """The engine for coordination services, on one that fails on request."""

    can_expire = True
    can_fail = True

    def __init__(self) -> None:
        self._service = MemoryService()

    async def open(self):
        """Return an engine with a session of its own."""
        engine = StoreEngine(self._service.open, "/ottla", timeout_s=5)
        await engine.join("c")
        return engine

    async def expire(self, engine):
        """End the session that the engine has now."""
        self._service.expire(engine._live_store())

    async def fail_next(self, engine, fault):
        """Let a coming commit suffer."""
        engine._live_store().faults.append(fault)


TestMemoryEngine = conformance_of(MemoryWorld)
TestLocalEngine = conformance_of(LocalWorld)
TestStoreEngine = conformance_of(StoreWorld, examples=60)


@pytest.mark.parametrize("world", [MemoryWorld, StoreWorld])
@pytest.mark.parametrize("claim", CLAIMS)
def test_claims(world, claim):
    """Each directed claim holds."""
    check(claim, world())
