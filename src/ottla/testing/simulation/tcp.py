# SPDX-License-Identifier: Apache-2.0
"""Connections of the simulated network: bytes in order, cut anywhere, and the ways they end.

A connection is two transports and a `Pipe` in each direction. What a process writes lies in the
transport (as in asyncio, uncopied, so that a buffer which is reused too early shows), then in the
pipe, which holds what the two kernels hold: at most `WINDOW_BYTES` that the receiving process has
not taken. The kernels go on while a process is paused, and after it was killed.

    close, end of process   what the pipe holds arrives, then end of file; or a reset, when bytes
                            had arrived that nobody has read
    abort                   likewise, without what the transport still held
    cut link                bytes stay in the pipe; after healing they arrive, all in order. When
                            that takes too long the sender gets a time-out and the receiver, whom
                            nobody tells, keeps a connection that is dead
    power cut               the peer hears nothing; once the machine is up again its kernel
                            answers whatever still comes with a reset

TCP delivers no byte twice and none out of order, so neither can be asked for here. A request that
arrives twice is what a client does that has lost its connection and tries again.
"""

from __future__ import annotations

import asyncio
import errno
import os
from collections import deque
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    import contextvars
    from collections.abc import Callable, Iterable

    from ottla.testing.simulation.loop import SimulatedHandle
    from ottla.testing.simulation.network import Network
    from ottla.testing.simulation.process import Process

WINDOW_BYTES: Final = 1024 * 1024
READ_BYTES_MAX: Final = 256 * 1024
"""What one read brings at most to a protocol without a buffer of its own (as asyncio's)."""

_FIN: Final = "fin"
_RST: Final = "rst"
_Segment = bytes | Literal["fin", "rst"]


class Pipe:
    """One direction of a connection: what has left the sender and not yet arrived."""

    __slots__ = (
        "_in_flight",
        "_last_arrival",
        "_network",
        "_stall_timer",
        "_stalled_count",
        "_unconfirmed_bytes",
        "receiver",
        "sender",
        "unread_bytes",
    )

    def __init__(self, network: Network, sender: SimulatedTransport) -> None:
        self.sender = sender
        self.receiver: SimulatedTransport | None = None  # None until the connection is made
        self.unread_bytes = 0  # sent and not yet taken by the receiving process
        self._network = network
        self._in_flight: deque[_Segment] = deque()
        self._last_arrival = 0.0
        self._stalled_count = 0  # segments whose time has come while the link was cut
        self._unconfirmed_bytes = 0  # taken, but the sender cannot be told
        self._stall_timer: SimulatedHandle | None = None

    @property
    def _way(self) -> tuple[str, str]:
        return self.sender.local[0], self.sender.remote[0]

    def send(self, segment: _Segment) -> None:
        """Put a segment on its way."""
        self._in_flight.append(segment)
        if type(segment) is bytes:
            self.unread_bytes += len(segment)
        self._schedule(self._network.latency(*self._way, len(segment)))

    def _schedule(self, delay: float) -> None:
        loop = self._network.loop
        arrival = max(self._last_arrival, loop.now + delay)
        self._last_arrival = arrival
        loop.call_outside(arrival - loop.now, self._arrive)

    def _arrive(self) -> None:
        """Deliver the next segment in order, or let it wait for the link."""
        if not self._in_flight:
            return  # the connection was reset meanwhile
        source, target = self._way
        if self._stalled_count or not self._network.is_open(source, target):
            self._stalled_count += 1
            self._stall()
            return
        segment = self._in_flight.popleft()
        self._network.delivered(source, target, segment)
        assert self.receiver is not None
        self.receiver.kernel_received(segment)
        if not self._network.is_open(target, source):
            self._stall()  # it has arrived, but the sender does not learn it

    def taken(self, count: int) -> None:
        """Make room: the receiving process has read bytes."""
        source, target = self._way
        if not self._network.is_open(target, source):
            self._unconfirmed_bytes += count
            return
        self.unread_bytes -= count
        if self.sender.wants_room:
            self._network.loop.call_outside(
                self._network.latency(target, source, 0), self.sender.kernel_has_room
            )

    # faults

    def _stall(self) -> None:
        if self._stall_timer is None:
            self._stall_timer = self._network.loop.call_outside(
                self._network.retransmission_timeout(), self._give_up
            )
            self._network.stalled[self] = None

    def release(self) -> None:
        """Go on over a link that is open again; what waited arrives soon."""
        source, target = self._way
        if not self._network.is_open(source, target):
            return
        if self._network.is_open(target, source):
            self._forget_stall()
            self.unread_bytes -= self._unconfirmed_bytes
            self._unconfirmed_bytes = 0
            self._network.loop.call_outside(0.0, self.sender.kernel_has_room)
        count, self._stalled_count = self._stalled_count, 0
        for _ in range(count):
            self._schedule(self._network.retransmission_delay())

    def _forget_stall(self) -> None:
        if self._stall_timer is not None:
            self._stall_timer.cancel()
            self._stall_timer = None
        self._network.stalled.pop(self, None)

    def _give_up(self) -> None:
        self.drop()
        self.sender.kernel_lost(TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT)))

    def drop(self) -> None:
        """Lose what is on its way."""
        self._in_flight.clear()
        self._stalled_count = 0
        self._forget_stall()


class SimulatedTransport(asyncio.Transport):
    """One end of a connection, as a process sees it, and its kernel's share of it."""

    def __init__(
        self,
        network: Network,
        process: Process,
        context: contextvars.Context,
        local: tuple[str, int],
        remote: tuple[str, int],
    ) -> None:
        super().__init__({"peername": remote, "sockname": local})
        self.local = local
        self.remote = remote
        self.pipe = Pipe(network, self)  # from here to the peer
        self.process = process
        self._network = network
        self._loop = network.loop
        self._context = context
        self._protocol: asyncio.BaseProtocol | None = None
        self._is_kernel_open = True
        self._is_closing = False
        self._is_lost = False  # connection_lost was or will be called
        self._eof_was_written = False
        self._incoming: deque[bytes] = deque()  # arrived, not read by the process
        self._has_eof = False  # the peer sends nothing more
        self._eof_was_given = False
        self._is_reading = False
        self._read_is_due = False
        self._outgoing: deque[memoryview] = deque()  # written, not taken by the kernel
        self._outgoing_bytes = 0
        self._write_is_paused = False
        self._high_bytes = 64 * 1024
        self._low_bytes = 16 * 1024
        process.transports[self] = None

    def __repr__(self) -> str:
        return f"<transport {self.local[0]}:{self.local[1]} to {self.remote[0]}:{self.remote[1]}>"

    def join(self, peer: SimulatedTransport) -> None:
        """Connect the two ends."""
        self.pipe.receiver = peer
        peer.pipe.receiver = self

    def begin(self, protocol: asyncio.BaseProtocol) -> None:
        """Tell the protocol that the connection is there, and read from the next turn on."""
        self._protocol = protocol
        protocol.connection_made(self)
        self._is_reading = not self._is_closing
        self._read_soon()

    # asyncio's interface: the process calls these

    def get_protocol(self) -> asyncio.BaseProtocol:
        """Return the protocol."""
        assert self._protocol is not None
        return self._protocol

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Give what comes to another protocol."""
        self._protocol = protocol

    def is_closing(self) -> bool:
        """Whether nothing more can be written."""
        return self._is_closing

    def is_reading(self) -> bool:
        """Whether bytes are given to the protocol."""
        return self._is_reading and not self._is_closing

    def pause_reading(self) -> None:
        """Let bytes wait in the kernel."""
        self._is_reading = False

    def resume_reading(self) -> None:
        """Go on reading."""
        if not self._is_closing and not self._is_reading:
            self._is_reading = True
            self._read_soon()

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Set when the protocol is told to pause and to resume writing."""
        if high is None:
            high = 64 * 1024 if low is None else 4 * low
        self._high_bytes = high
        self._low_bytes = high // 4 if low is None else low

    def get_write_buffer_limits(self) -> tuple[int, int]:
        """Return the low and the high limit."""
        return self._low_bytes, self._high_bytes

    def get_write_buffer_size(self) -> int:
        """Return how many bytes the kernel has not taken."""
        return self._outgoing_bytes

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Send bytes; what the kernel has no room for is not copied."""
        self.writelines((data,))

    def writelines(self, list_of_data: Iterable[bytes | bytearray | memoryview]) -> None:
        """Send the buffers one after the other."""
        if self._eof_was_written:
            raise RuntimeError("Cannot call write() after write_eof()")
        if self._is_lost or self._is_closing or self.process.is_dead:
            return
        for data in list_of_data:
            if data:
                view = memoryview(data).cast("B")
                self._outgoing.append(view)
                self._outgoing_bytes += len(view)
        self._pump()
        if self._outgoing_bytes > self._high_bytes and not self._write_is_paused:
            self._write_is_paused = True
            self._guarded(self.get_protocol().pause_writing)

    def can_write_eof(self) -> bool:
        """Whether this end can stop sending and still read: yes."""
        return True

    def write_eof(self) -> None:
        """Send nothing more after what was written."""
        if not self._eof_was_written and not self._is_closing:
            self._eof_was_written = True
            self._pump()

    def close(self) -> None:
        """Close once everything written has left."""
        if self._is_closing or self.process.is_dead:
            return
        self._is_closing = True
        if not self._outgoing:
            self._lose(None)

    def abort(self) -> None:
        """Close at once."""
        if not self.process.is_dead:
            self._force_close(None)

    # inside the process

    def _force_close(self, error: BaseException | None) -> None:
        self._outgoing.clear()
        self._outgoing_bytes = 0
        self._is_closing = True
        self._lose(error)

    def _lose(self, error: BaseException | None) -> None:
        if self._is_lost:
            return
        self._is_lost = True
        self._loop.call_soon(self._call_connection_lost, error, context=self._context)

    def _call_connection_lost(self, error: BaseException | None) -> None:
        self.process.transports.pop(self, None)
        self._kernel_close()
        assert self._protocol is not None
        self._protocol.connection_lost(error)  # type: ignore[arg-type]

    def _pump(self) -> None:
        """Move bytes from the transport into the kernel, as many as there is room for."""
        outgoing, pipe = self._outgoing, self.pipe
        room = WINDOW_BYTES - pipe.unread_bytes
        if outgoing and room > 0:
            if self._outgoing_bytes <= room:
                data = b"".join(outgoing)
                outgoing.clear()
            else:
                data = self._take(room)
            self._outgoing_bytes -= len(data)
            for segment in self._network.segments(data):
                pipe.send(segment)
        if outgoing or not self._is_kernel_open:
            return
        if self._is_closing:
            self._lose(None)
        elif self._eof_was_written:
            pipe.send(_FIN)

    def _take(self, room: int) -> bytes:
        taken = bytearray()
        while len(taken) < room:
            view = self._outgoing.popleft()
            rest = room - len(taken)
            taken += view[:rest]
            if len(view) > rest:
                self._outgoing.appendleft(view[rest:])
        return bytes(taken)

    def _has_room(self) -> None:
        if self._is_lost:
            return
        self._pump()
        if self._write_is_paused and self._outgoing_bytes <= self._low_bytes:
            self._write_is_paused = False
            self._guarded(self.get_protocol().resume_writing)

    def _read_soon(self) -> None:
        if (self._incoming or self._has_eof) and not self._read_is_due:
            self._read_is_due = True
            self._loop.call_soon(self._read, context=self._context)

    def _read(self) -> None:
        """Give the protocol what one read brings."""
        self._read_is_due = False
        if not self._is_reading or self._is_closing:
            return
        if self._incoming:
            self._guarded(self._give_bytes)
            self._read_soon()
        elif self._has_eof and not self._eof_was_given:
            self._eof_was_given = True
            self._guarded(self._give_eof)

    def _give_bytes(self) -> None:
        protocol = self._protocol
        data = self._incoming.popleft()
        while self._incoming and len(data) + len(self._incoming[0]) <= READ_BYTES_MAX:
            data += self._incoming.popleft()
        if isinstance(protocol, asyncio.BufferedProtocol):
            target = memoryview(protocol.get_buffer(-1))
            count = min(len(target), len(data))
            target[:count] = data[:count]
            if count < len(data):
                self._incoming.appendleft(data[count:])
            self._taken(count)
            protocol.buffer_updated(count)
        else:
            assert isinstance(protocol, asyncio.Protocol)
            self._taken(len(data))
            protocol.data_received(data)

    def _taken(self, count: int) -> None:
        peer = self.pipe.receiver
        assert peer is not None
        peer.pipe.taken(count)

    def _give_eof(self) -> None:
        protocol = self._protocol
        assert isinstance(protocol, asyncio.Protocol | asyncio.BufferedProtocol)
        if not protocol.eof_received():
            self.close()

    def _guarded(self, call: Callable[[], Any]) -> None:
        """Call the protocol; a failure there ends the connection, as in asyncio."""
        try:
            call()
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001 - asyncio does the same
            if self.process.is_dead:
                return
            self._loop.call_exception_handler(
                {
                    "message": f"a protocol failed on {self!r}",
                    "exception": error,
                    "transport": self,
                    "protocol": self._protocol,
                }
            )
            self._force_close(error)

    # the kernel

    @property
    def wants_room(self) -> bool:
        """Whether the process waits for room in the pipe."""
        return bool(self._outgoing)

    def _in_process(self, call: Callable[[], None]) -> None:
        """Let the process do something now, or when it is resumed."""
        process = self.process
        if process.is_dead:
            return
        if process.is_paused:
            self._loop.call_soon(call, context=self._context)
        else:
            self._context.run(call)

    def kernel_has_room(self) -> None:
        """Let the process send more: the receiver has taken bytes."""
        if self._outgoing and self._is_kernel_open:
            self._in_process(self._has_room)

    def kernel_received(self, segment: _Segment) -> None:
        """Take a segment that has arrived."""
        if segment is _RST:
            self.kernel_lost(ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET)))
            return
        if not self._is_kernel_open:
            self.pipe.send(_RST)
            return
        if segment is _FIN:
            self._has_eof = True
        else:
            assert isinstance(segment, bytes)
            self._incoming.append(segment)
        if self._is_reading and not self._read_is_due:
            self._read_is_due = True
            self._in_process(self._read)

    def kernel_lost(self, error: OSError) -> None:
        """End the connection: a reset, or nobody has confirmed anything for too long."""
        if not self._is_kernel_open:
            return
        self._is_kernel_open = False
        self._incoming.clear()
        self.pipe.drop()
        if not self._is_lost:
            self._in_process(lambda: self._force_close(error))

    def _kernel_close(self) -> None:
        """Tell the peer that the process has closed its end, or has ended."""
        if not self._is_kernel_open:
            return
        self._is_kernel_open = False
        if self._incoming:
            self._incoming.clear()
            self.pipe.send(_RST)
        elif not self._eof_was_written:
            self.pipe.send(_FIN)

    def kernel_process_ended(self) -> None:
        """Close what a killed process had open."""
        self._outgoing.clear()
        self._kernel_close()

    def kernel_power_lost(self) -> None:
        """Let nothing leave the machine any more."""
        self._outgoing.clear()
        self._incoming.clear()
        self._is_kernel_open = False
        self.pipe.drop()

    def kernel_reset(self) -> None:
        """Break the connection at both ends, as a box in between may do."""
        error = ConnectionResetError(errno.ECONNRESET, os.strerror(errno.ECONNRESET))
        self.kernel_lost(error)
        if self.pipe.receiver is not None:
            self.pipe.receiver.kernel_lost(error)
