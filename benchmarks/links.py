# SPDX-License-Identifier: Apache-2.0
"""Connections that never wait: one question at a time each, and a broken one is opened anew.

What probes a failing cluster must not be the slow part of it: a frozen broker takes connections and
answers nothing, a dead one refuses. So every broker is asked on a connection of its own, all are
watched by one selector, and nobody waits for anybody.
"""

import contextlib
import errno
import selectors
import socket
import struct
import time
from collections.abc import Iterator

from benchmarks.admin import parse_address

RECEIVE_BYTES = 1 << 16
UNDER_WAY = frozenset({0, errno.EINPROGRESS})


class Link:
    """One connection to one broker."""

    def __init__(self, address: str, selector: selectors.BaseSelector) -> None:
        self.address = address
        self.asked_at = float("-inf")
        self.is_busy = False
        self._selector = selector
        self._socket: socket.socket | None = None
        self._output = b""
        self._input = b""

    def ask(self, request: bytes) -> None:
        """Send the question as soon as the connection takes it; OSError when it is refused."""
        self.asked_at, self.is_busy = time.perf_counter(), True
        self._output = request
        self._input = b""
        if self._socket is None:
            self._connect()
        self._watch()

    def progress(self) -> bytes | None:
        """Go on after the selector's word; the whole answer, None until it is there, or OSError."""
        if self._socket is None:
            return None
        if self._output:
            try:
                self._output = self._output[self._socket.send(self._output) :]
            except BlockingIOError:
                return None
            if not self._output:
                self._watch()
            return None
        try:
            received = self._socket.recv(RECEIVE_BYTES)
        except BlockingIOError:
            return None
        if not received:
            raise ConnectionResetError("the broker closed the connection")
        self._input += received
        if len(self._input) < 4 or len(self._input) < struct.unpack_from(">i", self._input)[0] + 4:
            return None
        self.is_busy = False
        return self._input[4:]

    def close(self) -> None:
        """Forget the question and the connection."""
        self.is_busy = False
        if self._socket is not None:
            with contextlib.suppress(KeyError, ValueError):
                self._selector.unregister(self._socket)
            self._socket.close()
            self._socket = None

    def _connect(self) -> None:
        self._socket = socket.socket()
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        code = self._socket.connect_ex(parse_address(self.address))
        if code not in UNDER_WAY:
            self.close()
            raise ConnectionRefusedError(f"{self.address}: {errno.errorcode.get(code, code)}")
        self._selector.register(self._socket, selectors.EVENT_READ, self)

    def _watch(self) -> None:
        if self._socket is not None:
            events = selectors.EVENT_WRITE if self._output else selectors.EVENT_READ
            self._selector.modify(self._socket, events, self)


def answers(selector: selectors.BaseSelector, wait_s: float) -> Iterator[tuple[Link, bytes | None]]:
    """Give the answers that came within the time; None for a connection that broke."""
    for key, _events in selector.select(wait_s):
        link: Link = key.data
        try:
            answer = link.progress()
        except OSError:
            link.close()
            yield link, None
        else:
            if answer is not None:
                yield link, answer
