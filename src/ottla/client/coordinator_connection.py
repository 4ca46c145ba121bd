# SPDX-License-Identifier: Apache-2.0
"""A connection of its own to the coordinator of one group or transactional id.

Brokers answer the requests of a connection in order, and JoinGroup may wait for minutes, Fetch for
half a second: heartbeats must not stand behind either. So a member has a connection besides those
that everybody shares. It is opened on first use, and again after it broke or the coordinator moved.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ottla.client.coordinators import COORDINATOR_ERRORS, CoordinatorType, find_coordinators
from ottla.client.errors import ClientError
from ottla.client.observed_connection import open_connection
from ottla.protocol.errors import ErrorCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ottla.client.cluster import Cluster
    from ottla.net.client_connection import Connection, ResponseT
    from ottla.protocol.message import Message


class CoordinatorConnection:
    """Asks the coordinator of `key`, wherever it is."""

    def __init__(self, cluster: Cluster, kind: CoordinatorType, key: str) -> None:
        self.cluster = cluster
        self._kind = kind
        self._key = key
        self._connection: Connection | None = None
        self._opening = asyncio.Lock()

    async def ask(
        self,
        request: Message,
        response_class: type[ResponseT],
        *,
        at_most: int = 32767,
        timeout_ms: int | None = None,
    ) -> ResponseT:
        """Return the coordinator's answer; `at_most` bounds the version.

        Raises what a connection raises, once: whether to ask again is the caller's to say.
        """
        connection = await self.opened()
        version = connection.version_for(type(request), at_most=at_most)
        try:
            return await connection.send(
                request, response_class, version=version, timeout_ms=timeout_ms
            )
        except ClientError:
            self.forget()
            raise

    async def opened(self) -> Connection:
        """Return the connection, opened if need be."""
        async with self._opening:
            connection = self._connection
            if connection is not None and connection.is_open:
                return connection
            found = await find_coordinators(self.cluster, self._kind, [self._key])
            connection = await open_connection(found[self._key].address, self.cluster.settings)
            self._connection = connection
            return connection

    @property
    def features(self) -> Mapping[str, int] | None:
        """The finalized features that the coordinator told when it was reached; None: not known."""
        connection = self._connection
        return None if connection is None else connection.features

    def forget(self) -> None:
        """Look for the coordinator anew the next time."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def note_error(self, code: ErrorCode) -> None:
        """Look elsewhere after an answer that says so."""
        if code in COORDINATOR_ERRORS and code is not ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
            self.forget()

    async def close(self) -> None:
        """Disconnect; what was written leaves first."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
            await connection.wait_closed()
