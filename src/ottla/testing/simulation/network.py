# SPDX-License-Identifier: Apache-2.0
"""Hosts, links between them and what may be wrong with a link.

Each machine has a host with an address of its own (10.0.0.1, 10.0.0.2, ...), so ports of two
brokers never clash; a process is reached under its machine's address or name. Links are directed:
`cut_one_way` lets requests arrive whose answers do not. What a fault does to connections that are
open is in `tcp`; a new one is refused when nobody listens, and times out when the link is cut.
"""

from __future__ import annotations

import asyncio
import contextvars
import errno
import itertools
import os
import zlib
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn

from ottla.testing.simulation.process import CURRENT
from ottla.testing.simulation.tcp import SimulatedTransport

if TYPE_CHECKING:
    import random
    from collections.abc import Callable, Iterator

    from ottla.testing.simulation.loop import SimulatedLoop
    from ottla.testing.simulation.process import Process
    from ottla.testing.simulation.tcp import Pipe

_ANY_HOSTS: Final = frozenset(("", "0.0.0.0", "::", "localhost", "127.0.0.1", "::1"))  # noqa: S104 - compared, not bound
_EPHEMERAL_FROM: Final = 40_000
_BYTES_PER_SECOND: Final = 500_000_000
_SYN_PAUSE_S: Final = 1.0  # between the attempts to connect, doubled each time
_CONNECT_TIMEOUT_S: Final = 60.0


class Delay(NamedTuple):
    """How long a segment takes, in seconds, apart from its size."""

    least: float
    most: float
    spike: float = 0.0  # how much longer it may take, now and then
    spike_chance: float = 0.0


LAN = Delay(0.00005, 0.0005, spike=0.02, spike_chance=0.01)
LOOPBACK = Delay(0.00002, 0.00005)


class Network:
    """The hosts of one world."""

    def __init__(self, loop: SimulatedLoop, chance: random.Random) -> None:
        self.loop = loop
        self.stalled: dict[Pipe, None] = {}  # with something to say that cannot pass
        self.cut_chance = 0.1  # that bytes written at once arrive in several pieces
        self.retransmission_timeout_s = 20.0
        """After so long without an answer a connection breaks, give or take a third."""
        self._chance = chance
        self._names: dict[str, str] = {}  # address by name
        self._hosts: dict[str, bool] = {}  # address -> whether the machine is on
        self._cut: set[tuple[str, str]] = set()
        self._delays: dict[tuple[str, str], Delay] = {}
        self._listeners: dict[tuple[str, int], SimulatedServer] = {}
        self._ports: dict[str, itertools.count[int]] = {}

    # hosts

    def add_host(self, name: str) -> str:
        """Connect a machine, and return its address."""
        address = f"10.0.{len(self._hosts) // 250}.{len(self._hosts) % 250 + 1}"
        assert name not in self._names, name
        self._names[name] = address
        self._hosts[address] = True
        self._ports[address] = itertools.count(_EPHEMERAL_FROM)
        return address

    def address(self, host: str) -> str:
        """Return the address behind a name, or an address of the running process's machine."""
        if host in self._hosts:
            return host
        if host in _ANY_HOSTS:
            return _running_process().host
        if host in self._names:
            return self._names[host]
        raise OSError(errno.EHOSTUNREACH, f"no host is called {host!r}")

    def process_ended(self, process: Process) -> None:
        """Close what a killed process had open, as its kernel does."""
        for server in [each for each in self._listeners.values() if each.process is process]:
            server.close()
        for transport in list(process.transports):
            transport.kernel_process_ended()

    def power_lost(self, process: Process) -> None:
        """Switch a machine off together with its process."""
        self._hosts[process.host] = False
        for server in [each for each in self._listeners.values() if each.process is process]:
            server.close()
        for transport in list(process.transports):
            transport.kernel_power_lost()

    def power_on(self, address: str) -> None:
        """Switch a machine on; its kernel knows nothing of earlier connections."""
        if not self._hosts[address]:
            self._hosts[address] = True
            self._release()

    # links and their faults; hosts are names or addresses

    def cut(self, one: str, other: str) -> None:
        """Let nothing pass between two hosts."""
        self.cut_one_way(one, other)
        self.cut_one_way(other, one)

    def cut_one_way(self, source: str, target: str) -> None:
        """Let nothing pass from one host to another; the other way stays open."""
        self._cut.add((self.address(source), self.address(target)))

    def heal(self, one: str | None = None, other: str | None = None) -> None:
        """Open a link again, both ways; without arguments all of them."""
        if one is None or other is None:
            self._cut.clear()
        else:
            a, b = self.address(one), self.address(other)
            self._cut.difference_update(((a, b), (b, a)))
        self._release()

    def isolate(self, host: str) -> None:
        """Cut a host off from all others."""
        mine = self.address(host)
        for other in self._hosts:
            if other != mine:
                self.cut(mine, other)

    def delay(self, one: str, other: str, delay: Delay | None) -> None:
        """Make a link slow both ways; None makes it as fast as the others."""
        a, b = self.address(one), self.address(other)
        for way in ((a, b), (b, a)):
            if delay is None:
                self._delays.pop(way, None)
            else:
                self._delays[way] = delay

    def drop_connections(self, process: Process, other: str) -> int:
        """Break the connections between a process and a host; return how many there were."""
        address = self.address(other)
        broken = [each for each in process.transports if each.remote[0] == address]
        for transport in broken:
            transport.kernel_reset()
        return len(broken)

    def is_open(self, source: str, target: str) -> bool:
        """Whether a segment gets from one address to another."""
        return (source, target) not in self._cut and self._hosts[source] and self._hosts[target]

    def _release(self) -> None:
        for pipe in list(self.stalled):
            pipe.release()

    # what pipes ask

    def latency(self, source: str, target: str, size_bytes: int) -> float:
        """Draw how long a segment takes."""
        delay = self._delays.get((source, target))
        if delay is None:
            delay = LOOPBACK if source == target else LAN
        draw = self._chance.random
        seconds = delay.least + (delay.most - delay.least) * draw()
        if delay.spike_chance and draw() < delay.spike_chance:
            seconds += delay.spike * draw()
        return seconds + size_bytes / _BYTES_PER_SECOND

    def retransmission_timeout(self) -> float:
        """Draw how long a sender waits for an answer before it gives the connection up."""
        return self.retransmission_timeout_s * (0.67 + 0.66 * self._chance.random())

    def retransmission_delay(self) -> float:
        """Draw how long after healing the next retransmission comes."""
        return 0.4 * self._chance.random()

    def segments(self, data: bytes) -> Iterator[bytes]:
        """Cut what was written at once into what arrives at once."""
        draw = self._chance
        while len(data) > 1 and draw.random() < self.cut_chance:
            at = draw.randrange(1, len(data))
            yield data[:at]
            data = data[at:]
        yield data

    def delivered(self, source: str, target: str, segment: bytes | str) -> None:
        """Put a delivery into the trace."""
        if isinstance(segment, str):
            what = segment
        else:
            what = f"{len(segment)} {zlib.crc32(segment):08x}"
        self.loop.trace.add(f"{source}>{target} {what}")

    # what the loop asks

    async def listen(
        self,
        factory: Callable[[], asyncio.BaseProtocol],
        host: str | None,
        port: int,
        *,
        start_serving: bool,
    ) -> SimulatedServer:
        """Bind a port of the running process's machine; 0 takes a free one."""
        process = _running_process()
        address = self.address(host or "")
        if address != process.host:
            raise OSError(errno.EADDRNOTAVAIL, os.strerror(errno.EADDRNOTAVAIL))
        port = port or next(self._ports[address])
        if (address, port) in self._listeners:
            raise OSError(errno.EADDRINUSE, os.strerror(errno.EADDRINUSE))
        server = SimulatedServer(self, process, factory, (address, port))
        self._listeners[address, port] = server
        if start_serving:
            await server.start_serving()
        return server

    def closed(self, server: SimulatedServer) -> None:
        """Free the port of a listener."""
        self._listeners.pop(server.address, None)

    async def connect(
        self, factory: Callable[[], asyncio.BaseProtocol], host: str, port: int
    ) -> tuple[asyncio.Transport, asyncio.BaseProtocol]:
        """Connect the running process; raises ConnectionRefusedError or TimeoutError."""
        process = _running_process()
        remote = (self.address(host), port)
        source, target = process.host, remote[0]
        await self._handshake(source, target)
        server = self._listeners.get(remote)
        if server is None or not server.is_serving():
            text = f"Connect call failed {remote!r}"
            raise ConnectionRefusedError(errno.ECONNREFUSED, text)
        local = (source, next(self._ports[source]))
        here = SimulatedTransport(self, process, contextvars.copy_context(), local, remote)
        there = server.accepts(local)
        here.join(there)
        server.accept(there)
        try:
            await self._pause(self.latency(target, source, 0))
            protocol = factory()
        except BaseException:
            here.kernel_process_ended()
            process.transports.pop(here, None)
            raise
        here.begin(protocol)
        return here, protocol

    async def _handshake(self, source: str, target: str) -> None:
        """Wait until a SYN has passed and its answer can pass."""
        waited, pause = 0.0, _SYN_PAUSE_S
        while not (self.is_open(source, target) and self.is_open(target, source)):
            if waited >= _CONNECT_TIMEOUT_S:
                raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
            await self._pause(pause)
            waited, pause = waited + pause, pause * 2
        await self._pause(self.latency(source, target, 0))

    async def _pause(self, seconds: float) -> None:
        future: asyncio.Future[None] = self.loop.create_future()
        timer = self.loop.call_outside(seconds, _wake, future)
        try:
            await future
        finally:
            timer.cancel()


class _ListeningSocket:
    """What a server's owner asks its socket."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address

    def getsockname(self) -> tuple[str, int]:
        """Return host and port."""
        return self._address


class SimulatedServer(asyncio.AbstractServer):
    """A listener; as `asyncio.Server`, as far as anybody asks."""

    def __init__(
        self,
        network: Network,
        process: Process,
        factory: Callable[[], asyncio.BaseProtocol],
        address: tuple[str, int],
    ) -> None:
        self.process = process
        self.address = address
        self._network = network
        self._factory = factory
        self._context = contextvars.copy_context()
        self._is_serving = False
        self._is_closed = False

    @property
    def sockets(self) -> tuple[_ListeningSocket, ...]:
        """The one socket; none once it is closed."""
        return () if self._is_closed else (_ListeningSocket(self.address),)

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """Return the loop."""
        return self._network.loop

    def is_serving(self) -> bool:
        """Whether connections are accepted."""
        return self._is_serving

    async def start_serving(self) -> None:
        """Accept connections."""
        self._is_serving = not self._is_closed

    async def serve_forever(self) -> NoReturn:
        """Accept connections until cancelled."""
        await self.start_serving()
        try:
            await self._network.loop.create_future()
        finally:
            self.close()
        raise AssertionError("the future above is never done")

    def close(self) -> None:
        """Free the port; accepted connections stay."""
        self._is_closed = True
        self._is_serving = False
        self._network.closed(self)

    async def wait_closed(self) -> None:
        """Return: nothing is left to wait for."""

    def accepts(self, remote: tuple[str, int]) -> SimulatedTransport:
        """Return this end of a new connection."""
        return SimulatedTransport(
            self._network, self.process, self._context.copy(), self.address, remote
        )

    def accept(self, transport: SimulatedTransport) -> None:
        """Let the process take the connection, as soon as it has a turn."""
        self._network.loop.call_soon(self._begin, transport, context=self._context)

    def _begin(self, transport: SimulatedTransport) -> None:
        transport.begin(self._factory())


def _wake(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)


def _running_process() -> Process:
    process = CURRENT.get()
    if process is None:
        raise OSError(errno.ENETUNREACH, "only a process on a node reaches the network")
    return process
