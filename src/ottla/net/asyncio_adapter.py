# SPDX-License-Identifier: Apache-2.0
"""The one place that knows asyncio's transports: reads bursts, writes answers, pushes back.

A burst is what one read brought. Its frames are given to the `RequestSink` one by one; then the
sink ends the burst (this is where staged appends reach the disk), and only then the answers
leave, in one write. So a hundred pipelined requests cost one system call each way.

Back-pressure has two limits. When the peer does not read its answers, the transport's write
buffer fills and neither further frames are handled nor bytes read until it has drained. When
too many requests of one connection wait for something (`unanswered_max`), likewise.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Protocol, cast

from ottla.net.wire_connection import FrameReader, Reply, ReplyQueue, SharedBuffer
from ottla.protocol.errors import WireError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.net.due_answers import DueAnswers

_logger = logging.getLogger(__name__)

Buffer = bytes | bytearray | memoryview

WRITE_BUFFER_HIGH_BYTES = 1024 * 1024
"""Unsent answer bytes above which a connection is not read any further."""

BURST_ANSWER_BYTES_MAX = 4 * 1024 * 1024
"""Answers gathered within one burst before they are written, so that memory stays bounded."""

JOIN_BYTES_MAX = 64 * 1024
"""Answers up to this size are joined into one piece, since a copy is cheaper than a vector."""

UNANSWERED_MAX = 1000
"""Requests of one connection that may wait for something at the same time."""


class RequestSink(Protocol):
    """Who answers the requests; implemented by the broker's dispatcher."""

    def opened(self, connection: ServerConnection) -> bool:
        """Admit a new connection, or return False to have it closed."""

    def closed(self, connection: ServerConnection) -> None:
        """Forget a connection."""

    def request(self, connection: ServerConnection, start: int, end: int) -> int:
        """Handle the frame at `connection.reader.data[start:end]`; answer through the connection.

        Returns roughly how many bytes of answer were queued. Raises WireError when the peer broke
        the protocol.
        """

    def burst_ended(self) -> None:
        """Finish what the frames of this burst left undone, before any of them is answered."""


class ServerConnection(asyncio.BufferedProtocol):
    """One accepted connection; lives on the loop that accepted it."""

    __slots__ = (
        "_due",
        "_out",
        "_sink",
        "_transport",
        "_walk_is_on",
        "_write_is_due",
        "_write_is_paused",
        "attributes",
        "closed",
        "frame_count",
        "listener",
        "local_host",
        "local_port",
        "opened_ms",
        "peer_host",
        "peer_port",
        "reader",
        "replies",
        "serial",
    )

    def __init__(
        self,
        sink: RequestSink,
        shared: SharedBuffer,
        frame_bytes_max: int,
        listener: str,
        due: DueAnswers,
    ) -> None:
        self._due = due
        self._sink = sink
        self._transport: asyncio.Transport | None = None
        self._out: list[Buffer] = []
        self._walk_is_on = False
        self._write_is_due = False  # by the end of this turn of the loop
        self._write_is_paused = False
        self.reader = FrameReader(shared, frame_bytes_max)
        self.replies = ReplyQueue()
        self.listener = listener
        self.closed = False
        self.peer_host = ""
        self.peer_port = 0
        self.local_host = ""
        self.local_port = 0
        self.opened_ms = 0
        self.serial = 0  # rises with every connection that the sink admits
        self.frame_count = 0  # whole frames handled so far
        self.attributes: object = None  # what the sink keeps per connection

    # asyncio calls these

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Learn both addresses and ask for admission."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=WRITE_BUFFER_HIGH_BYTES)
        peer = transport.get_extra_info("peername")
        local = transport.get_extra_info("sockname")
        if isinstance(peer, tuple) and isinstance(local, tuple):
            self.peer_host, self.peer_port = peer[0], peer[1]
            self.local_host, self.local_port = local[0], local[1]
        if not self._sink.opened(self):
            self.abort()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002 - asyncio's signature
        """Forget the connection; answers that are still to come go nowhere."""
        self.closed = True
        self._transport = None
        self._out.clear()
        self._sink.closed(self)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's signature
        """Return where the kernel puts the next bytes."""
        return self.reader.target()

    def buffer_updated(self, nbytes: int) -> None:
        """Handle the frames that the last read completed."""
        self._walk(nbytes)

    def eof_received(self) -> bool:
        """Close when the peer has closed its side: nobody would read further answers."""
        return False

    def pause_writing(self) -> None:
        """Stop reading: the peer does not take its answers."""
        self._write_is_paused = True
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """Go on with the frames that were left, then with reading."""
        self._write_is_paused = False
        self._walk_left_frames()

    # the sink calls these

    def answer(self, buffers: Sequence[Buffer]) -> None:
        """Send an answer to the request in hand, behind those of earlier requests."""
        if len(self.replies):
            self.replies.enqueue(buffers)
        else:
            self._out.extend(buffers)

    def answer_one(self, buffer: bytes) -> None:
        """Send an answer that is one piece; the cheap road for the data plane."""
        if len(self.replies):
            self.replies.enqueue((buffer,))
        else:
            self._out.append(buffer)

    def defer(self) -> Reply:
        """Reserve the place of an answer that is still to come."""
        return self.replies.defer(self._reply_completed)

    def close(self) -> None:
        """Close after what was written or is ready has been sent."""
        self.write_ready()
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once and send nothing more."""
        self._out.clear()
        if self._transport is not None:
            self._transport.abort()

    @property
    def unsent_bytes(self) -> int:
        """Answer bytes that the peer has not taken yet."""
        return self._transport.get_write_buffer_size() if self._transport is not None else 0

    @property
    def is_held_back(self) -> bool:
        """Whether requests wait here because the peer does not take its answers."""
        return self._write_is_paused

    # inside

    def _walk(self, count: int) -> None:
        self._walk_is_on = True
        try:
            self._handle_frames(count)
        except WireError as error:
            _logger.warning("closing %s:%s: %s", self.peer_host, self.peer_port, error)
            self._finish_burst()
            self.close()
        except Exception:
            # A bug of ours. The burst must end all the same: what its requests staged lies in the
            # receive buffer, which the next read overwrites.
            _logger.exception("closing %s:%s after a failure", self.peer_host, self.peer_port)
            self._finish_burst()
            self.close()
        else:
            self._finish_burst()
        finally:
            self._walk_is_on = False

    def _handle_frames(self, count: int) -> None:
        reader, request = self.reader, self._sink.request
        answer_bytes = 0
        left_some = False
        try:
            for start, end in reader.received(count):
                self.frame_count += 1
                answer_bytes += request(self, start, end)
                if answer_bytes > BURST_ANSWER_BYTES_MAX or len(self.replies) >= UNANSWERED_MAX:
                    left_some = True
                    break
        finally:
            reader.finish()
        if left_some and self._transport is not None:
            self._transport.pause_reading()
            self._due.call_soon(self._walk_left_frames)

    def _walk_left_frames(self) -> None:
        """Go on where a burst was cut short, unless there is still a reason to wait."""
        if self._transport is None or self._write_is_paused or self._walk_is_on:
            return
        if len(self.replies) >= UNANSWERED_MAX:
            return  # the next completed reply comes here again
        if self._transport.is_closing():
            return
        self._transport.resume_reading()
        if not self.reader.is_idle:
            self.reader.target()
            self._walk(0)

    def _finish_burst(self) -> None:
        try:
            self._sink.burst_ended()
        except Exception:  # noqa: BLE001 - nothing of this burst may be answered; the sink has logged it
            self.abort()
            return
        self._due.write_few()
        if len(self.replies):
            self._out.extend(self.replies.take_ready())
        self._write_out()

    def _reply_completed(self) -> None:
        """Send what is ready by the end of this turn: many replies may complete together."""
        if not (self.closed or self._write_is_due or self._walk_is_on):
            self._write_is_due = True
            self._due.add(self)

    def write_ready(self) -> None:
        """Write the answers that have become ready; `DueAnswers` says when.

        A failure ends this connection and reaches nobody else: it is another one that is served.
        """
        if not self._write_is_due:
            return  # they went out on another occasion
        self._write_is_due = False
        if self.closed:
            return
        try:
            self._take_and_write()
        except Exception:
            _logger.exception("closing %s:%s after a failure", self.peer_host, self.peer_port)
            self.abort()

    def _take_and_write(self) -> None:
        was_full = len(self.replies) >= UNANSWERED_MAX
        self._out.extend(self.replies.take_ready())
        self._write_out()
        if was_full:
            self._due.call_soon(self._walk_left_frames)

    def _write_out(self) -> None:
        out = self._out
        if not out or self._transport is None:
            return
        if len(out) == 1:
            self._transport.write(out[0])
        elif sum(map(len, out)) <= JOIN_BYTES_MAX:
            self._transport.write(b"".join(out))
        else:
            self._transport.writelines(out)
        self._out = []
