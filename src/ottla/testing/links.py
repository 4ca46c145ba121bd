# SPDX-License-Identifier: Apache-2.0
"""The connections of brokers in a test, which can be frozen and cut.

All brokers of one test share a loop, `LinkedLoop`, and through it every connection that a broker
opens or accepts gets a `Gate` in front of its transport. Which broker it belongs to is known from
the context (`Links.running_as`): whatever a broker starts inherits it.

    paused     the broker's gates are shut: it reads nothing, and what it writes is kept; the kernel
               goes on accepting connections, so that to others it looks like a process that stands
               still
    cut off    the connections between two brokers are gone, and new ones find no way

A gate that is open costs one more call for each write.
"""

from __future__ import annotations

import asyncio
import errno
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from ottla.testing.advancing_clock import AdvancingClock, AdvancingLoop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_RUNNING: ContextVar[int | None] = ContextVar("the broker whose code runs", default=None)


class Gate(asyncio.Transport):
    """A transport that can stand still; made by `Links`."""

    def __init__(self, transport: asyncio.Transport) -> None:
        super().__init__()
        self._transport = transport
        self._kept: list[bytes] = []  # written while it was shut
        self._is_shut = False
        self._wants_reading = True

    def shut(self) -> None:
        """Read nothing, and keep what is written."""
        self._is_shut = True
        self._transport.pause_reading()

    def open(self) -> None:
        """Send what was kept, and go on."""
        self._is_shut = False
        if self._kept and not self._transport.is_closing():
            self._transport.writelines(self._kept)
        self._kept.clear()
        if self._wants_reading:
            self._transport.resume_reading()

    # the transport, as protocols use it

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send, or keep a copy until the gate opens."""
        if self._is_shut:
            self._kept.append(bytes(data))
        else:
            self._transport.write(data)

    def writelines(self, list_of_data: Any) -> None:
        """Send, or keep copies until the gate opens."""
        if self._is_shut:
            self._kept += map(bytes, list_of_data)
        else:
            self._transport.writelines(list_of_data)

    def pause_reading(self) -> None:
        """Read nothing, whether the gate is open or not."""
        self._wants_reading = False
        self._transport.pause_reading()

    def resume_reading(self) -> None:
        """Read as soon as the gate is open."""
        self._wants_reading = True
        if not self._is_shut:
            self._transport.resume_reading()

    def get_write_buffer_size(self) -> int:
        """Return how many bytes have not been sent."""
        return self._transport.get_write_buffer_size() + sum(map(len, self._kept))

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set the limits of the transport behind the gate."""
        self._transport.set_write_buffer_limits(high, low)

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what the transport says."""
        return self._transport.get_extra_info(name, default)

    def is_closing(self) -> bool:
        """Whether the transport is closed or about to be."""
        return self._transport.is_closing()

    def close(self) -> None:
        """Close; what was kept is lost."""
        self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        self._transport.abort()


class _Ends(NamedTuple):
    """Whose connection it is, and to which broker it leads; None where a client is or nobody."""

    owner: int
    peer: int | None


class Links:
    """The gates of all brokers on one loop; belongs to that loop."""

    def __init__(self) -> None:
        self._gates: dict[Gate, _Ends] = {}
        self._brokers_by_port: dict[int, int] = {}
        self._cuts: set[frozenset[int | None]] = set()
        self._running: dict[int, asyncio.Event] = {}  # by broker; clear while it is paused

    @contextmanager
    def running_as(self, broker_id: int) -> Iterator[None]:
        """Let everything that is started here belong to a broker."""
        token = _RUNNING.set(broker_id)
        try:
            yield
        finally:
            _RUNNING.reset(token)

    def is_paused(self, broker_id: int) -> bool:
        """Whether a broker stands still."""
        return not self._running_event(broker_id).is_set()

    async def wait_running(self, broker_id: int) -> None:
        """Return at once, or when the broker goes on."""
        await self._running_event(broker_id).wait()

    def pause(self, broker_id: int) -> None:
        """Shut the gates of a broker."""
        self._running_event(broker_id).clear()
        for gate in self._gates_of(broker_id):
            gate.shut()

    def resume(self, broker_id: int) -> None:
        """Open the gates of a broker."""
        self._running_event(broker_id).set()
        for gate in self._gates_of(broker_id):
            gate.open()

    def forget_pause(self, broker_id: int) -> None:
        """Let a broker that is paused be killed: nothing of what it wrote meanwhile is sent."""
        if self.is_paused(broker_id):
            for gate in self._gates_of(broker_id):
                gate.abort()
            self._running_event(broker_id).set()

    def cut(self, one: int, other: int) -> None:
        """End the connections between two brokers, and let there be no new ones."""
        self._cuts.add(frozenset((one, other)))
        for gate, ends in tuple(self._gates.items()):
            if {ends.owner, ends.peer} == {one, other}:
                gate.abort()

    def heal(self, one: int, other: int) -> None:
        """Let two brokers reach each other again."""
        self._cuts.discard(frozenset((one, other)))

    def heal_all(self) -> None:
        """Let all brokers reach each other again."""
        self._cuts.clear()

    # the loop calls these

    def bound(self, owner: int, port: int) -> None:
        """Note which broker listens on a port."""
        self._brokers_by_port[port] = owner

    def peer_at(self, owner: int, port: int) -> int | None:
        """Return which broker is at a port; raises OSError when no link leads there."""
        peer = self._brokers_by_port.get(port)
        if self._is_cut(owner, peer):
            raise OSError(errno.EHOSTUNREACH, f"the link to broker {peer} is cut")
        return peer

    def admit(self, transport: asyncio.Transport, owner: int, peer: int | None) -> Gate:
        """Put a gate in front of a new connection."""
        for gate in [gate for gate in self._gates if gate.is_closing()]:
            del self._gates[gate]
        gate = Gate(transport)
        self._gates[gate] = _Ends(owner, peer)
        if self._is_cut(owner, peer):  # while it was being made
            gate.abort()
        if self.is_paused(owner):
            # asyncio begins to read after it has told the protocol, whatever that has said.
            asyncio.get_running_loop().call_soon(self._shut_if_paused, gate, owner)
        return gate

    def _is_cut(self, owner: int, peer: int | None) -> bool:
        return frozenset((owner, peer)) in self._cuts

    def _shut_if_paused(self, gate: Gate, owner: int) -> None:
        if self.is_paused(owner):
            gate.shut()

    def _gates_of(self, broker_id: int) -> list[Gate]:
        return [gate for gate, ends in self._gates.items() if ends.owner == broker_id]

    def _running_event(self, broker_id: int) -> asyncio.Event:
        event = self._running.get(broker_id)
        if event is None:
            event = self._running[broker_id] = asyncio.Event()
            event.set()
        return event


class _Introduction(asyncio.Protocol):
    """Stands in for a protocol until there is a transport to put a gate in front of."""

    def __init__(self, protocol: asyncio.BaseProtocol, links: Links, ends: _Ends) -> None:
        self.protocol = protocol
        self.gate: Gate | None = None
        self._links = links
        self._ends = ends

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Hand over to the protocol."""
        stream = cast("asyncio.Transport", transport)
        stream.set_protocol(self.protocol)
        self.gate = self._links.admit(stream, *self._ends)
        self.protocol.connection_made(self.gate)


class LinkedLoop(AdvancingLoop):
    """A loop in which the connections of brokers have gates."""

    def __init__(self, clock: AdvancingClock, links: Links) -> None:
        self._links = links
        super().__init__(clock)

    async def create_connection(  # type: ignore[override]  # what brokers use of it
        self, protocol_factory: Callable[[], asyncio.BaseProtocol], host: str, port: int
    ) -> tuple[asyncio.BaseTransport, asyncio.BaseProtocol]:
        """Connect as asyncio does; OSError where a link is cut."""
        owner = _RUNNING.get()
        if owner is None:
            return await super().create_connection(protocol_factory, host, port)
        ends = _Ends(owner, self._links.peer_at(owner, port))

        def introduce() -> _Introduction:
            return _Introduction(protocol_factory(), self._links, ends)

        _, introduction = await super().create_connection(introduce, host, port)
        assert introduction.gate is not None, "a connection that stands was introduced"
        return introduction.gate, introduction.protocol

    async def create_server(  # type: ignore[override]  # what brokers use of it
        self,
        protocol_factory: Callable[[], asyncio.BaseProtocol],
        host: str | None,
        port: int,
        **options: Any,
    ) -> asyncio.Server:
        """Listen as asyncio does."""
        owner = _RUNNING.get()
        if owner is None:
            return await super().create_server(protocol_factory, host, port, **options)
        ends = _Ends(owner, None)

        def introduce() -> _Introduction:
            return _Introduction(protocol_factory(), self._links, ends)

        server = await super().create_server(introduce, host, port, **options)
        for listening in server.sockets:
            self._links.bound(owner, listening.getsockname()[1])
        return server
