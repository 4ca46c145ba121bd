# SPDX-License-Identifier: Apache-2.0
"""Worlds of the engines' conformance suite on a real ZooKeeper and a real etcd.

All worlds of a test run share one server; each has a root of its own.
"""

from __future__ import annotations

import asyncio
import itertools

from tests.unit.metadata.engines.conformance import World

from ottla.metadata.engines.cluster_url import open_engine, parse_cluster_url

SESSION_MS = 2000
_numbers = itertools.count(1)


class ServerWorld(World):
    """One cluster on a server; subclasses know how to end a session."""

    can_expire = True
    scheme = ""
    address = ""
    """Set by the fixture that starts the server."""

    def __init__(self) -> None:
        self.root = f"/test-{next(_numbers)}/cluster"

    async def open(self, address=None, **options: str):
        """Return an engine with a session of its own, directly or through another address."""
        texts = {"session-timeout-ms": str(SESSION_MS), **options}
        query = "&".join(f"{name}={value}" for name, value in texts.items())
        url = f"{self.scheme}://{address or self.address}{self.root}?{query}"
        engine = open_engine(parse_cluster_url(url))
        try:
            await engine.join("c")
        except BaseException:
            await engine.close()
            raise
        return engine


class ZooKeeperWorld(ServerWorld):
    """Sessions are ended by somebody who claims to be them and leaves."""

    scheme = "zookeeper"

    async def expire(self, engine):
        """End the engine's session on the server."""
        store = engine._live_store()
        while not store._is_connected:
            await store.ready()
        identity = store._client.client_id
        await asyncio.to_thread(self._leave_as, identity)
        await asyncio.wait_for(store.lost.wait(), 10)

    def _leave_as(self, identity):
        from kazoo.client import KazooClient

        client = KazooClient(self.address, client_id=identity)
        client.start()
        client.stop()
        client.close()


class EtcdWorld(ServerWorld):
    """Sessions are leases, which anybody can revoke."""

    scheme = "etcd"

    async def expire(self, engine):
        """Revoke the engine's lease."""
        store = engine._live_store()
        while store._lease is None:
            await store.ready()
        await store._post("/lease/revoke", {"ID": store._lease})
        await asyncio.wait_for(store.lost.wait(), 10)


WORLDS = {world.scheme: world for world in (ZooKeeperWorld, EtcdWorld)}
