# SPDX-License-Identifier: Apache-2.0
"""A Kafka connection as a value: frames in, and at a server answers out in order; no I/O.

A frame on the wire is a big-endian int32 size and that many bytes. Two machines live here.

`FrameReader` splits the stream. The driver asks `target()` where the next bytes go, lets the
kernel fill it, and walks the frames of `received(count)`. Idle connections own no memory: they
read into one buffer that all connections of a loop share, and keep only the unfinished tail of a
read. A connection on which a large frame is under way gets a buffer of its own, which grows with
the bytes that really arrive (never with the size that a peer claims) and is kept for the next
large frame until `release()`. So a large batch is received in place, without a copy.

    frames are small:   shared [tail of last read | new bytes ...........]
    a frame is large:   own    [frame so far      | exactly the rest of it]

`ReplyQueue` keeps answers in the order of their requests (clients match them by position), although
requests may be finished in any order: a request that cannot be answered at once leaves a
`Reply` in the queue, and everything behind it waits.

Bytes handed out by `received` are valid until the next `target()`: whoever wants to keep them
copies them.
"""

from __future__ import annotations

import struct
from collections import deque
from typing import TYPE_CHECKING

from ottla.protocol.errors import WireError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

_SIZE = struct.Struct(">i")

SHARED_BUFFER_BYTES = 256 * 1024
"""What one read takes at most while frames are small; larger reads only make others wait longer."""

LARGE_FRAME_BYTES = 64 * 1024
"""Frames above this size are received into a buffer of their connection."""

_GROWTH_START_BYTES = 128 * 1024

FRAME_BYTES_MIN = 8
"""API key, version and correlation id: no request is shorter."""


class SharedBuffer:
    """The memory that the connections of one loop take turns to receive into."""

    __slots__ = ("data", "view")

    def __init__(self, size_bytes: int = SHARED_BUFFER_BYTES) -> None:
        self.data = bytearray(size_bytes)
        self.view = memoryview(self.data)


class FrameReader:
    """Splits one connection's byte stream into frames; owned by the connection's driver."""

    __slots__ = (
        "_filled",
        "_frame_bytes",
        "_own",
        "_own_view",
        "_position",
        "_shared",
        "_tail",
        "data",
        "frame_bytes_max",
        "frame_bytes_min",
        "view",
    )

    def __init__(
        self,
        shared: SharedBuffer,
        frame_bytes_max: int,
        frame_bytes_min: int = FRAME_BYTES_MIN,
    ) -> None:
        self._shared = shared
        self._own: bytearray | None = None
        self._own_view: memoryview | None = None
        self._tail = b""  # bytes that the next target() puts in front of what it returns
        self._filled = 0  # bytes of the large frame that is under way in the own buffer
        self._frame_bytes = 0  # its size with the size field; 0 when no large frame is under way
        self._position = 0  # end of the last frame that was handed out
        self.frame_bytes_max = frame_bytes_max
        self.frame_bytes_min = frame_bytes_min
        self.data: bytearray = shared.data  # where the frames of the last read lie
        self.view: memoryview = shared.view

    @property
    def is_idle(self) -> bool:
        """Whether no byte of an unfinished frame is held."""
        return not self._tail and not self._frame_bytes

    @property
    def is_in_shared_memory(self) -> bool:
        """Whether the frames of the last read lie where the next connection's read goes."""
        return self.data is self._shared.data

    @property
    def buffered_bytes(self) -> int:
        """Memory that this connection holds at the moment."""
        return len(self._tail) + (len(self._own) if self._own is not None else 0)

    def target(self) -> memoryview:
        """Return the memory for the next read; never empty."""
        if self._frame_bytes:
            return self._large_frame_target()
        if self._own is not None and self._own_view is not None:
            self.data, self.view = self._own, self._own_view
        else:
            self.data, self.view = self._shared.data, self._shared.view
        tail_bytes = len(self._tail)
        if tail_bytes:
            self.view[:tail_bytes] = self._tail
            return self.view[tail_bytes:]
        return self.view

    def received(self, count: int) -> Iterator[tuple[int, int]]:
        """Yield (start, end) of each whole frame, the size field left out, within `data`.

        `count` is the number of bytes that were put into the last `target()`. The caller may stop
        early; `finish()` then keeps the frames that were not asked for. Raises WireError on a
        size that is negative, too small for a request header or above the limit.
        """
        if self._frame_bytes:
            limit = self._filled = self._filled + count
        else:
            limit = self._filled = len(self._tail) + count
            self._tail = b""
        self._position = 0
        return self._frames(limit)

    def _frames(self, limit: int) -> Iterator[tuple[int, int]]:
        data = self.data
        unpack_size = _SIZE.unpack_from
        position = 0
        while limit - position >= 4:
            (size,) = unpack_size(data, position)
            if size < self.frame_bytes_min or size > self.frame_bytes_max:
                raise WireError(
                    f"a frame of {size} bytes: sizes from {self.frame_bytes_min} to "
                    f"{self.frame_bytes_max} are accepted (socket.request.max.bytes)"
                )
            end = position + 4 + size
            if end > limit:
                break
            self._position = end
            yield position + 4, end
            position = end

    def finish(self) -> None:
        """Keep what the walk did not hand out; to be called after each walk."""
        position, limit = self._position, self._filled
        rest = limit - position
        self._filled = 0
        self._frame_bytes = 0
        if rest == 0:
            return
        frame_bytes = 4 + _SIZE.unpack_from(self.data, position)[0] if rest >= 4 else 4
        if frame_bytes <= LARGE_FRAME_BYTES or frame_bytes <= rest:
            self._tail = bytes(self.view[position:limit])
            if rest > len(self.data) - LARGE_FRAME_BYTES:
                self._grow_own(2 * len(self.data))  # leave room behind frames that had to wait
            return
        self._start_large_frame(position, rest, frame_bytes)

    def release(self) -> None:
        """Give back the connection's own buffer when nothing is under way in it."""
        if self.is_idle and self._own is not None:
            self._own = self._own_view = None
            self.data, self.view = self._shared.data, self._shared.view

    def _start_large_frame(self, position: int, rest: int, frame_bytes: int) -> None:
        source = self.view
        if self._own is None:
            self._grow_own(min(frame_bytes, max(_GROWTH_START_BYTES, 2 * rest)))
        assert self._own is not None
        assert self._own_view is not None
        if position or source is not self._own_view:
            if len(self._own) <= rest:
                self._grow_own(min(frame_bytes, 2 * rest))
            if source is self._own_view:
                # The frames in front of it are in use until the next target(), which moves it.
                self._tail = bytes(source[position : position + rest])
            else:
                self._own_view[:rest] = source[position : position + rest]
        self.data, self.view = self._own, self._own_view
        self._filled = rest
        self._frame_bytes = frame_bytes
        self._position = 0

    def _large_frame_target(self) -> memoryview:
        assert self._own is not None
        assert self._own_view is not None
        filled = self._filled
        if self._tail:
            self._own_view[:filled] = self._tail
            self._tail = b""
        if filled == len(self._own):
            kept = self._own_view
            self._grow_own(min(self._frame_bytes, 2 * filled))
            self._own_view[:filled] = kept[:filled]
            self.data, self.view = self._own, self._own_view
        return self._own_view[filled : self._frame_bytes]

    def _grow_own(self, size_bytes: int) -> None:
        if self._own is None or len(self._own) < size_bytes:
            self._own = bytearray(size_bytes)
            self._own_view = memoryview(self._own)


class Reply:
    """The place of one answer that is still to come."""

    __slots__ = ("_on_complete", "buffers", "is_complete")

    def __init__(self, on_complete: Callable[[], None]) -> None:
        self.buffers: Sequence[bytes | bytearray | memoryview] = ()
        self.is_complete = False
        self._on_complete = on_complete

    def complete(self, buffers: Sequence[bytes | bytearray | memoryview]) -> None:
        """Fill the place; an empty sequence means that the request gets no answer."""
        assert not self.is_complete, "a request is answered once"
        self.buffers = buffers
        self.is_complete = True
        self._on_complete()


class ReplyQueue:
    """Answers of one connection in the order of the requests."""

    __slots__ = ("_replies",)

    def __init__(self) -> None:
        self._replies: deque[Reply] = deque()

    def __len__(self) -> int:
        return len(self._replies)

    def defer(self, on_complete: Callable[[], None]) -> Reply:
        """Reserve the next place."""
        reply = Reply(on_complete)
        self._replies.append(reply)
        return reply

    def enqueue(self, buffers: Sequence[bytes | bytearray | memoryview]) -> None:
        """Put a finished answer behind those that are still to come."""
        reply = Reply(_nothing)
        reply.buffers = buffers
        reply.is_complete = True
        self._replies.append(reply)

    def take_ready(self) -> list[bytes | bytearray | memoryview]:
        """Return the buffers of all answers that nothing stands in front of."""
        ready: list[bytes | bytearray | memoryview] = []
        replies = self._replies
        while replies and replies[0].is_complete:
            ready.extend(replies.popleft().buffers)
        return ready


def _nothing() -> None:
    """Stand for a callback that is not needed."""
