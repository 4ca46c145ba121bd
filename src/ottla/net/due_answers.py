# SPDX-License-Identifier: Apache-2.0
"""Answers that became ready while another connection was served, and are not written yet.

A record that is appended completes the Fetch that waits for it. Its answer goes out before the
producer's own, since the producer has its record safe and the reader waits for it; and it does not
wait for the end of the turn of the loop, which costs the reader the other's system call and a
round of the loop. When very many wait for one record the producer goes first.

Owned by the event loop; shared by all connections of a server.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

FEW: Final = 4
"""Connections that are written to before the one that is served: a tenth of a millisecond."""


class AnsweringConnection(Protocol):
    """A connection with answers that are ready."""

    def write_ready(self) -> None:
        """Write them."""


class DueAnswers:
    """Connections that have something to write by the end of this turn of the loop."""

    __slots__ = ("_connections", "_is_scheduled", "call_soon")

    def __init__(self, call_soon: Callable[[Callable[[], None]], object]) -> None:
        self.call_soon = call_soon
        """The loop's."""
        self._connections: list[AnsweringConnection] = []
        self._is_scheduled = False

    def add(self, connection: AnsweringConnection) -> None:
        """Have a connection write by the end of this turn; once until it has written."""
        self._connections.append(connection)
        if not self._is_scheduled:
            self._is_scheduled = True
            self.call_soon(self._end_turn)

    def write_few(self) -> None:
        """Write now what is due, unless that are very many connections."""
        if 0 < len(self._connections) <= FEW:
            self._write()

    def _end_turn(self) -> None:
        self._is_scheduled = False
        self._write()

    def _write(self) -> None:
        connections, self._connections = self._connections, []
        for connection in connections:
            connection.write_ready()
