# SPDX-License-Identifier: Apache-2.0
"""The metadata engine with the faults that the port allows (`metadata.journal`).

`EngineService` is the consensus service that all brokers of a world share; `FaultyEngine` is one
process's session with it. What may go wrong:

    every call        takes a while; calls of one session arrive, and are answered, in order
    unavailable       calls fail with EngineUnavailable, waits go on waiting
    lost replies      an append or a campaign has happened and EngineUnavailable is raised
    stale reads       `read` stops short of the newest batches; `end_offset` is never old
    late news         `wait_beyond` and `wait_deposed` return a while after the fact
    session expiry    a process that is dead, paused or cut off for `session_timeout_s` loses what
                      it had claimed; nobody tells it

`append` itself is as atomic as the port promises: that part is `MemoryCluster`.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from ottla.metadata.engines.memory import MemoryCluster, MemoryEngine
from ottla.metadata.journal import EngineUnavailable
from ottla.testing.simulation.process import CURRENT

if TYPE_CHECKING:
    from collections.abc import Awaitable, Sequence

    from ottla.metadata.journal import Snapshot
    from ottla.metadata.records import JournalBatch
    from ottla.protocol.message import Message
    from ottla.testing.simulation.process import Process
    from ottla.testing.simulation.world import World

_T = TypeVar("_T")

_WATCH_S = 0.25
"""How often the service looks whether sessions are over."""


@dataclass(slots=True)
class EngineFaults:
    """How likely each fault is; times in seconds."""

    delay_most_s: float = 0.004
    slow_chance: float = 0.02
    slow_most_s: float = 0.3
    lost_reply_chance: float = 0.0
    stale_read_chance: float = 0.0
    session_timeout_s: float = 6.0
    gives_up_after_s: float = 1.0
    """How long a call waits for a service that does not answer."""


class EngineService:
    """The service, as it would run on machines of its own."""

    def __init__(
        self, world: World, faults: EngineFaults | None = None, *, batch_bytes_max: int = 1 << 20
    ) -> None:
        self.world = world
        self.faults = faults or EngineFaults()
        self.cluster = MemoryCluster(batch_bytes_max=batch_bytes_max)
        self.chance = world.random("engine")
        self._is_down = False
        self._cut_hosts: dict[str, None] = {}
        self._sessions: list[FaultyEngine] = []
        self._is_watching = False

    def open(self) -> FaultyEngine:
        """Begin a session of the running process."""
        process = CURRENT.get()
        assert process is not None, "only a process has a session"
        session = FaultyEngine(self, process)
        self._sessions.append(session)
        if not self._is_watching:
            self._is_watching = True
            self._watch()
        return session

    def set_down(self, is_down: bool) -> None:
        """Let the service answer nobody, or everybody again."""
        self.world.trace.add(f"engine {'down' if is_down else 'up'}")
        self._is_down = is_down

    def cut(self, host: str) -> None:
        """Let the service answer one machine no longer."""
        self._cut_hosts[self.world.network.address(host)] = None

    def uncut(self, host: str) -> None:
        """Answer that machine again."""
        self._cut_hosts.pop(self.world.network.address(host), None)

    def heal(self) -> None:
        """Answer everybody again."""
        self._cut_hosts.clear()
        self.set_down(False)

    def expire_all(self) -> None:
        """Lose every session at once."""
        for session in self._sessions:
            self.cluster.expire(session.inner)

    def answers(self, process: Process) -> bool:
        """Whether a call of this process gets an answer now."""
        return not self._is_down and process.host not in self._cut_hosts

    def _watch(self) -> None:
        """Keep the sessions of those alive who could have sent a heartbeat."""
        now = self.world.loop.now
        kept = []
        for session in self._sessions:
            process = session.process
            if not (process.is_dead or process.is_paused) and self.answers(process):
                session.last_seen = now
            elif now - session.last_seen > self.faults.session_timeout_s and not self._is_down:
                self.cluster.expire(session.inner)
                if process.is_dead:
                    continue
            kept.append(session)
        self._sessions = kept
        self.world.loop.call_outside(_WATCH_S, self._watch)


class FaultyEngine:
    """A `MetadataJournal` and `ClusterEngine` whose service is far away."""

    def __init__(self, service: EngineService, process: Process) -> None:
        self.inner = MemoryEngine(service.cluster)
        self.process = process
        self.last_seen = service.world.loop.now
        self._service = service
        self._last_request = 0.0
        self._last_reply = 0.0

    @property
    def batch_bytes_max(self) -> int:
        """What one append may hold."""
        return self.inner.batch_bytes_max

    # the way there and back

    def _delay(self) -> float:
        faults, chance = self._service.faults, self._service.chance
        if chance.random() < faults.slow_chance:
            return faults.slow_most_s * chance.random()
        return faults.delay_most_s * chance.random()

    async def _request(self) -> None:
        """Travel to the service, in the order of the calls."""
        if not self._service.answers(self.process):
            await asyncio.sleep(self._service.faults.gives_up_after_s)
        if not self._service.answers(self.process):
            raise EngineUnavailable("the engine does not answer")
        loop = asyncio.get_running_loop()
        self._last_request = max(self._last_request, loop.time() + self._delay())
        await asyncio.sleep(self._last_request - loop.time())
        if not self._service.answers(self.process):
            raise EngineUnavailable("the engine does not answer any more")

    async def _reply(self, *, loss_chance: float = 0.0) -> None:
        loop = asyncio.get_running_loop()
        self._last_reply = max(self._last_reply, loop.time() + self._delay())
        await asyncio.sleep(self._last_reply - loop.time())
        if loss_chance and self._service.chance.random() < loss_chance:
            raise EngineUnavailable("the connection broke before the reply")
        if not self._service.answers(self.process):
            raise EngineUnavailable("the reply was lost")

    async def _call(self, work: Awaitable[_T], *, loss_chance: float = 0.0) -> _T:
        """Do what was asked, and travel back with the result."""
        result = await work
        await self._reply(loss_chance=loss_chance)
        return result

    async def _reachable(self) -> None:
        """Wait until the service can tell this process something."""
        while not self._service.answers(self.process):  # noqa: ASYNC110 - a client polls, too
            await asyncio.sleep(_WATCH_S)
        await asyncio.sleep(self._delay())

    # ClusterEngine

    async def join(self, cluster_id: str) -> str:
        """Found the cluster unless it exists."""
        await self._request()
        return await self._call(self.inner.join(cluster_id))

    async def campaign(self, broker_id: int) -> int:
        """Become the controller once no other engine is."""
        await self._request()
        return await self._call(
            self.inner.campaign(broker_id), loss_chance=self._service.faults.lost_reply_chance
        )

    async def depose(self, controller_epoch: int) -> None:
        """End this epoch, whoever holds it."""
        await self._request()
        await self._call(self.inner.depose(controller_epoch))

    async def wait_deposed(self, controller_epoch: int) -> None:
        """Return some time after nobody holds this epoch."""
        await self.inner.wait_deposed(controller_epoch)
        await self._reachable()

    async def close(self) -> None:
        """Give up the claim."""
        await self.inner.close()

    # MetadataJournal

    async def end_offset(self) -> int:
        """Return where the log ends."""
        await self._request()
        return await self._call(self.inner.end_offset())

    async def append(
        self,
        records: Sequence[Message],
        *,
        expected_offset: int,
        controller_epoch: int,
        timestamp_ms: int,
    ) -> int:
        """Append one batch; the reply may be lost."""
        await self._request()
        work = self.inner.append(
            records,
            expected_offset=expected_offset,
            controller_epoch=controller_epoch,
            timestamp_ms=timestamp_ms,
        )
        return await self._call(work, loss_chance=self._service.faults.lost_reply_chance)

    async def read(self, offset: int) -> list[JournalBatch]:
        """Return batches from `offset` on, perhaps not the newest ones."""
        await self._request()
        batches = await self._call(self.inner.read(offset))
        chance = self._service.chance
        if batches and chance.random() < self._service.faults.stale_read_chance:
            return batches[: chance.randrange(len(batches))]
        return batches

    async def wait_beyond(self, offset: int) -> None:
        """Return some time after the log ends after `offset`."""
        await self.inner.wait_beyond(offset)
        await self._reachable()

    async def store_snapshot(self, snapshot: Snapshot) -> None:
        """Keep the snapshot."""
        await self._request()
        await self._call(self.inner.store_snapshot(snapshot))

    async def load_snapshot(self) -> Snapshot | None:
        """Return the newest snapshot."""
        await self._request()
        return await self._call(self.inner.load_snapshot())
