# SPDX-License-Identifier: Apache-2.0
"""Thousands of clients in one process: each is a script that says what it sends next.

A script is a generator. It yields bytes (a whole request) and is resumed with the answer, from the
correlation id on; or it yields a number of seconds and is resumed when they have passed. It holds
no socket and reads no clock, so a test drives it with plain values. `Conversations` gives each
script a connection and runs them all by one epoll and one heap of wake-up times.
"""

import heapq
import itertools
import select
import socket
import struct
import time
from collections.abc import Callable, Generator

from benchmarks.generator import BrokenAnswerError, connect

Script = Generator[bytes | float, bytes | None, None]
RECEIVE_BYTES = 1 << 16
LONGEST_POLL_S = 0.1


class _Talk:
    """A script, its connection and what has come of the next answer."""

    def __init__(self, script: Script, connection: socket.socket) -> None:
        self.script = script
        self.connection = connection
        self.received = b""


class Conversations:
    """Owns the connections of the scripts that were added."""

    def __init__(self, address: str) -> None:
        self.address = address
        self._poller = select.epoll()
        self._talks: dict[int, _Talk] = {}
        self._unstarted: list[_Talk] = []
        self._wake_ups: list[tuple[float, int, _Talk]] = []
        self._order = itertools.count()
        self.open_count = 0

    def add(self, script: Script) -> None:
        """Connect; the script begins with the next `run`."""
        connection = connect(self.address)
        connection.settimeout(None)  # epoll says when there is something to receive
        talk = _Talk(script, connection)
        self._talks[connection.fileno()] = talk
        self._poller.register(connection.fileno(), select.EPOLLIN)
        self._unstarted.append(talk)
        self.open_count += 1

    def run(self, until: Callable[[], bool], timeout_s: float) -> None:
        """Let the scripts talk until the condition holds or all have ended."""
        deadline = time.perf_counter() + timeout_s
        unstarted, self._unstarted = self._unstarted, []
        for talk in unstarted:
            self._resume(talk, None)
        while self.open_count and not until():
            now = time.perf_counter()
            if now > deadline:
                raise BrokenAnswerError(f"not done after {timeout_s} s")
            while self._wake_ups and self._wake_ups[0][0] <= now:
                self._resume(heapq.heappop(self._wake_ups)[2], None)
            pause_s = LONGEST_POLL_S
            if self._wake_ups:
                pause_s = min(pause_s, max(0.0, self._wake_ups[0][0] - now))
            for descriptor, _events in self._poller.poll(pause_s):
                if descriptor in self._talks:
                    self._receive(self._talks[descriptor])

    def wake_all(self) -> None:
        """Resume sleeping scripts with the next `run`."""
        self._wake_ups = [(0.0, order, talk) for _, order, talk in self._wake_ups]
        heapq.heapify(self._wake_ups)

    def close(self) -> None:
        """Close every connection."""
        for talk in list(self._talks.values()):
            self._end(talk)
        self._poller.close()

    def _receive(self, talk: _Talk) -> None:
        received = talk.connection.recv(RECEIVE_BYTES)
        if not received:
            raise BrokenAnswerError("the server closed the connection")
        talk.received += received
        if len(talk.received) < 4:
            return
        end = struct.unpack_from(">i", talk.received)[0] + 4
        if len(talk.received) >= end:
            answer, talk.received = talk.received[4:end], talk.received[end:]
            self._resume(talk, answer)

    def _resume(self, talk: _Talk, answer: bytes | None) -> None:
        try:
            wanted = talk.script.send(answer)
        except StopIteration:
            self._end(talk)
            return
        if isinstance(wanted, bytes):
            talk.connection.sendall(wanted)
        else:
            at = time.perf_counter() + wanted
            heapq.heappush(self._wake_ups, (at, next(self._order), talk))

    def _end(self, talk: _Talk) -> None:
        del self._talks[talk.connection.fileno()]
        talk.connection.close()
        self.open_count -= 1
