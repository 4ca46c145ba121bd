# SPDX-License-Identifier: Apache-2.0
"""Faults that come in the one order in which some safeguards are needed.

Some safeguards answer a chain of four or five events; single faults from the seed would make
that chain once in ten thousand runs. A provocation plays one chain, with its pauses from the seed:
whether harm is done is still a matter of chance, and never so while the safeguard is there.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from ottla.replication.isr import Committed
from ottla.testing.simulation.faults import SLOW_LINK, Faults

if TYPE_CHECKING:
    from ottla.testing.simulation.cluster import Run
    from ottla.testing.simulation.node import Node


class Cast(NamedTuple):
    """Who plays what in a partition of three replicas."""

    leader: Node
    follower: Node
    other: Node
    """The other follower."""


class Provocations(Faults):
    """Faults, and chains of them."""

    def __init__(self, run: Run, kinds: tuple[str, ...]) -> None:
        chains = {
            "late follower": self._late_follower,
            "zombie": self._zombie,
            "successor dies": self._successor_dies,
            "cold cache": self._cold_cache,
        }
        settings = run.settings.faults
        plain = tuple(kind for kind in (*settings.kinds, *kinds) if kind not in chains)
        super().__init__(
            run.world,
            run.cluster.nodes,
            run.clients,
            run.cluster.service,
            run.cluster,
            replace(settings, kinds=plain),
        )
        if not plain:
            self._kinds = []
        self._kinds += [(kind, chains[kind]) for kind in kinds]
        self._cluster = run.cluster

    def _cast(self, *, controller_is_other: bool) -> Cast | None:
        """Give out the roles; None when nobody can play them now."""
        nodes = self._cluster.nodes
        if any(not node.is_running or node.is_paused for node in nodes):
            return None
        claim = self._cluster.service.cluster.claim
        leaders = [
            node
            for node in nodes
            for partition in getattr(self._cluster.brokers[node.name], "_replicas", None) or ()
            if partition.topic == "t" and partition.is_leader and partition.leadership is not None
        ]
        if claim is None or not leaders:
            return None
        controller = nodes[claim.broker_id - 1]
        if not controller_is_other:
            leader = self._chance.choice(leaders)
            followers = [node for node in nodes if node is not leader]
            self._chance.shuffle(followers)
            return Cast(leader, *followers)
        leaders = [node for node in leaders if node is not controller]
        if not leaders:
            return None
        leader = self._chance.choice(leaders)
        (follower,) = (node for node in nodes if node not in (leader, controller))
        return Cast(leader, follower, controller)

    async def _wait(self, least_s: float, most_s: float) -> None:
        await asyncio.sleep(self._chance.uniform(least_s, most_s))

    def _kill_now(self, node: Node) -> None:
        if node.is_running:
            self._tell(f"kill {node.name}")
            node.kill()

    def _start_now(self, node: Node) -> None:
        if not node.is_running:
            self._tell(f"start {node.name}")
            node.start()

    async def _joined(self, leader: Node, follower: Node, *, most_s: float) -> None:
        """Return as soon as a follower is in sync in a partition that `leader` leads."""
        follower_id = int(follower.name[1:])
        ends_at = self._world.now_s + most_s
        while self._world.now_s < ends_at and leader.is_running:
            for partition in getattr(self._cluster.brokers[leader.name], "_replicas", None) or ():
                leadership = partition.leadership
                if partition.topic == "t" and leadership is not None:
                    known = leadership.isr
                    if isinstance(known, Committed) and follower_id in known.isr:
                        return
            await asyncio.sleep(0.002)

    async def _late_follower(self) -> None:
        """Let a follower be far behind when first one leader dies, then the next."""
        cast = self._cast(controller_is_other=False)
        if cast is None:
            return
        network = self._world.network
        try:
            self._kill_now(cast.follower)
            await self._wait(1.0, 3.0)
            for node in (cast.leader, cast.other):
                network.delay(cast.follower.name, node.name, SLOW_LINK)
            self._start_now(cast.follower)
            await self._wait(0.2, 1.0)
            network.delay(cast.leader.name, cast.other.name, SLOW_LINK)
            await self._wait(0.0, 1.0)
            self._kill_now(cast.leader)
            await self._wait(0.05, 0.1)
            await self._joined(cast.other, cast.follower, most_s=2.0)
            self._kill_now(cast.other)
            await self._wait(1.0, 2.0)
        finally:
            for node in cast:
                self._start_now(node)
            for node in (cast.leader, cast.other):
                network.delay(cast.follower.name, node.name, None)
            network.delay(cast.leader.name, cast.other.name, None)

    async def _zombie(self) -> None:
        """Cut a leader off from everybody; it hears of the journal last."""
        cast = self._cast(controller_is_other=True)
        if cast is None:
            return
        network, service = self._world.network, self._service
        leader, follower, controller = cast
        try:
            self._tell(f"{leader.name} is cut off")
            service.cut(leader.name)
            network.cut(leader.name, follower.name)
            network.cut(leader.name, controller.name)
            await self._wait(3.5, 5.0)
            self._tell(f"{leader.name} reaches the other brokers")
            network.heal(leader.name, follower.name)
            network.heal(leader.name, controller.name)
            await self._wait(1.0, 3.0)
        finally:
            network.heal(leader.name, follower.name)
            network.heal(leader.name, controller.name)
            service.uncut(leader.name)

    async def _successor_dies(self) -> None:
        """Let a leader come back with what nobody else has, and its successor die."""
        cast = self._cast(controller_is_other=False)
        if cast is None:
            return
        network = self._world.network
        others = (cast.follower, cast.other)
        try:
            self._tell(f"{cast.leader.name} is cut off")
            for node in others:
                network.cut(cast.leader.name, node.name)
            await self._wait(3.5, 5.0)
            self._kill_now(cast.other)
            await self._wait(0.0, 0.5)
            self._tell(f"{cast.leader.name} is back")
            for node in others:
                network.heal(cast.leader.name, node.name)
                network.delay(cast.leader.name, node.name, SLOW_LINK)
            await self._wait(0.02, 0.1)
            await self._joined(cast.follower, cast.leader, most_s=1.0)
            self._kill_now(cast.follower)
            await self._wait(1.0, 2.0)
        finally:
            for node in others:
                network.heal(cast.leader.name, node.name)
                network.delay(cast.leader.name, node.name, None)
                self._start_now(node)

    async def _cold_cache(self) -> None:
        """Let a broker die while whoever takes over has to read from slow disks."""
        nodes = [node for node in self._cluster.nodes if node.is_running and not node.is_paused]
        if len(nodes) < 2:
            return
        dying = self._chance.choice(nodes)
        try:
            for node in nodes:
                node.disk.is_cold = True
                if node.process is not None:
                    node.process.disk_slowness = 100.0
            self._kill_now(dying)
            await self._wait(1.0, 3.0)
        finally:
            for node in nodes:
                node.disk.is_cold = False
                if node.process is not None:
                    node.process.disk_slowness = 1.0
            self._start_now(dying)
