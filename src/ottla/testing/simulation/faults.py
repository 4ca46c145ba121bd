# SPDX-License-Identifier: Apache-2.0
"""What goes wrong in a run, and when: drawn from the seed.

A fault begins, holds for a while, and ends; several may hold at once. `heal` ends all of them
and starts whatever is down, for the second half of a run, in which everything must go on.

A power cut may take with it what was acknowledged and not yet on disk anywhere: with the default
flush profile a replicated record is safe from the loss of one machine. So a machine loses power
only when those that lost it before are registered and in sync again with everything that they hold
(`Recovery`), unless every record is flushed before it is acknowledged (`is_flushed`).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from ottla.testing.simulated_disk import NO_LIMIT
from ottla.testing.simulation.network import Delay

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Sequence

    from ottla.testing.simulation.engine import EngineService
    from ottla.testing.simulation.node import Node
    from ottla.testing.simulation.world import World

MAY_STILL_LOSE_IT: Final = 2**63 - 1
"""Stands for the registration of a machine whose power goes at a disk call to come."""

SLOW_LINK: Final = Delay(0.005, 0.05, spike=1.0, spike_chance=0.05)


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSettings:
    """How much goes wrong; times in seconds."""

    pause_s: float = 1.5  # between the beginnings of two faults, about
    hold_most_s: float = 8.0
    at_once_max: int = 3
    is_flushed: bool = False
    kinds: tuple[str, ...] = ()
    """Names of the faults to draw from; none: all of them."""


class Recovery(Protocol):
    """Knows how far a broker has come back; asked before another loses its power."""

    def broker_epoch(self, node: Node) -> int:
        """Return the epoch of a broker's last registration, -1 before the first."""

    def is_recovered(self, node: Node, *, since_epoch: int) -> bool:
        """Whether a broker has registered anew since then and is in sync with all that it holds."""


class Faults:
    """Draws faults for the machines of one world, and brings them about."""

    def __init__(
        self,
        world: World,
        brokers: Sequence[Node],
        clients: Sequence[Node],
        service: EngineService,
        recovery: Recovery,
        settings: FaultSettings | None = None,
    ) -> None:
        self.events: list[str] = []  # what was done when, for whoever looks into a failing seed
        self.looked: Callable[[], None] = _nobody_looks
        self._world = world
        self._brokers = brokers
        self._clients = clients
        self._service = service
        self._settings = settings or FaultSettings()
        self._chance: random.Random = world.random("faults")
        self._busy: dict[str, None] = {}  # machines that already suffer
        self._open: dict[asyncio.Task[None], None] = {}
        self._recovery = recovery
        self._lost_power: dict[Node, int] = {}  # and the registration that ended with it
        kinds = {
            "kill": self._kill,
            "power": self._power,
            "disk crash": self._disk_crash,
            "pause": self._pause,
            "cut": self._cut,
            "one way": self._cut_one_way,
            "isolate": self._isolate,
            "slow link": self._slow_link,
            "drop": self._drop,
            "slow disk": self._slow_disk,
            "clock": self._clock,
            "engine down": self._engine_down,
            "engine cut": self._engine_cut,
            "engine lies": self._engine_lies,
            "sessions": self._sessions,
        }
        wanted = self._settings.kinds or tuple(kinds)
        self._kinds = [(name, kinds[name]) for name in wanted]

    async def run(self, seconds: float) -> None:
        """Let things go wrong for a while."""
        loop = self._world.loop
        ends_at = loop.now + seconds
        while loop.now < ends_at:
            pause_s = self._chance.expovariate(1 / self._settings.pause_s)
            await asyncio.sleep(min(pause_s, ends_at - loop.now))
            if loop.now < ends_at and len(self._open) < self._settings.at_once_max:
                name, fault = self._chance.choice(self._kinds)
                task = loop.create_task(fault(), name=name)
                self._open[task] = None
                task.add_done_callback(self._closed)

    def _closed(self, task: asyncio.Task[None]) -> None:
        self._open.pop(task, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._world.failed("a fault failed", error)

    async def heal(self) -> None:
        """End everything that is wrong, and start what is down."""
        for task in list(self._open):
            task.cancel()
        if self._open:
            await asyncio.wait(list(self._open))
        self._tell("everything is healed")
        self._world.network.heal()
        self._service.heal()
        for node in self._brokers:
            node.disk.crash_at(NO_LIMIT)
            if node.is_paused:
                node.resume()
            if not node.is_running:
                node.start()

    def _tell(self, text: str) -> None:
        self.events.append(f"{self._world.loop.now:.3f} {text}")
        self._world.trace.add(text)
        self.looked()

    async def _hold(self, *, most_s: float | None = None) -> None:
        await asyncio.sleep(self._chance.uniform(0.05, most_s or self._settings.hold_most_s))

    def _victim(self, *, among: Sequence[Node] | None = None) -> Node | None:
        """Choose a running machine that does not suffer yet."""
        candidates = [
            node
            for node in (among or self._brokers)
            if node.name not in self._busy and node.is_running and not node.is_paused
        ]
        return self._chance.choice(candidates) if candidates else None

    # machines

    async def _kill(self) -> None:
        if (node := self._victim()) is not None:
            self._tell(f"kill {node.name}")
            node.kill()
            await self._stay_down(node)

    async def _power(self) -> None:
        node = self._victim()
        if node is None or not self._may_cut_power():
            return
        self._tell(f"cut the power of {node.name}")
        self._lost_power[node] = self._recovery.broker_epoch(node)
        node.cut_power()
        await self._stay_down(node)

    async def _disk_crash(self) -> None:
        node = self._victim()
        if node is None:
            return
        power = self._may_cut_power() and self._chance.random() < 0.5
        calls = self._chance.randint(1, 200)
        self._tell(f"crash {node.name} at disk call {calls}{' with its power' if power else ''}")
        node.crash_at_disk_call(calls, power=power)
        self._busy[node.name] = None
        if power:
            self._lost_power[node] = MAY_STILL_LOSE_IT
        try:
            await self._hold()
        finally:
            del self._busy[node.name]
            node.disk.crash_at(NO_LIMIT)
            if power:
                self._lost_power[node] = self._recovery.broker_epoch(node)
                if node.is_running:
                    del self._lost_power[node]
            if not node.is_running:
                self._tell(f"start {node.name}")
                node.start()

    def _may_cut_power(self) -> bool:
        if self._settings.is_flushed:
            return True
        for node, epoch in list(self._lost_power.items()):
            if self._recovery.is_recovered(node, since_epoch=epoch):
                del self._lost_power[node]
        return not self._lost_power

    async def _stay_down(self, node: Node) -> None:
        self._busy[node.name] = None
        try:
            await self._hold()
        finally:
            del self._busy[node.name]
            self._tell(f"start {node.name}")
            node.start()

    async def _pause(self) -> None:
        node = self._victim()
        if node is None:
            return
        self._tell(f"pause {node.name}")
        node.pause()
        self._busy[node.name] = None
        try:
            await self._hold()
        finally:
            del self._busy[node.name]
            self._tell(f"resume {node.name}")
            node.resume()

    async def _slow_disk(self) -> None:
        node = self._victim()
        if node is None or node.process is None:
            return
        process = node.process
        self._tell(f"slow disk of {node.name}")
        process.disk_slowness = 10 ** self._chance.uniform(1, 3)
        try:
            await self._hold()
        finally:
            process.disk_slowness = 1.0

    async def _clock(self) -> None:
        node = self._chance.choice(self._brokers)
        seconds = self._chance.uniform(-60, 60)
        self._tell(f"set the clock of {node.name} by {seconds:.1f} s")
        node.clock.jump(seconds)

    # links

    def _two(self) -> tuple[str, str]:
        first, second = self._chance.sample([*self._brokers, *self._clients], 2)
        return first.name, second.name

    async def _cut(self) -> None:
        one, other = self._two()
        self._tell(f"cut {one} from {other}")
        self._world.network.cut(one, other)
        await self._healed_later(one, other)

    async def _cut_one_way(self) -> None:
        source, target = self._two()
        self._tell(f"cut the way from {source} to {target}")
        self._world.network.cut_one_way(source, target)
        await self._healed_later(source, target)

    async def _healed_later(self, one: str, other: str) -> None:
        try:
            await self._hold()
        finally:
            self._tell(f"heal {one} and {other}")
            self._world.network.heal(one, other)

    async def _isolate(self) -> None:
        node = self._chance.choice(self._brokers)
        others = [each.name for each in self._brokers if each is not node]
        self._tell(f"isolate {node.name} from the other brokers")
        for other in others:
            self._world.network.cut(node.name, other)
        try:
            await self._hold()
        finally:
            self._tell(f"{node.name} is isolated no more")
            for other in others:
                self._world.network.heal(node.name, other)

    async def _slow_link(self) -> None:
        one, other = self._two()
        self._tell(f"slow link between {one} and {other}")
        self._world.network.delay(one, other, SLOW_LINK)
        try:
            await self._hold()
        finally:
            self._world.network.delay(one, other, None)

    async def _drop(self) -> None:
        one, other = self._two()
        process = self._world.nodes[one].process
        if process is not None:
            self._tell(f"drop the connections between {one} and {other}")
            self._world.network.drop_connections(process, other)

    # the engine

    async def _engine_down(self) -> None:
        self._tell("the engine is down")
        self._service.set_down(True)
        try:
            await self._hold()
        finally:
            self._tell("the engine is up")
            self._service.set_down(False)

    async def _engine_cut(self) -> None:
        node = self._chance.choice(self._brokers)
        self._tell(f"cut {node.name} from the engine")
        self._service.cut(node.name)
        try:
            await self._hold(most_s=12.0)
        finally:
            self._tell(f"{node.name} reaches the engine again")
            self._service.uncut(node.name)

    async def _engine_lies(self) -> None:
        faults = self._service.faults
        self._tell("the engine loses replies and reads stale")
        faults.lost_reply_chance = 0.3
        faults.stale_read_chance = 0.3
        try:
            await self._hold()
        finally:
            faults.lost_reply_chance = 0.0
            faults.stale_read_chance = 0.0

    async def _sessions(self) -> None:
        self._tell("all sessions with the engine are over")
        self._service.expire_all()


def _nobody_looks() -> None:
    """Stand in until somebody wants to look at every fault."""
