# SPDX-License-Identifier: Apache-2.0
"""Connections to the other brokers of the cluster, opened when they are first needed.

A connection has a purpose (heartbeats and questions, fetching), so that a large answer of one
holds up nobody else. Addresses come from the image: the broker's registration, or the controller's
record. A connection that was lost is opened again at the next request; whoever asks decides how
often.

Belongs to the event loop.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, NamedTuple

from ottla.net.address import Address
from ottla.net.client_connection import Connection
from ottla.net.connection_errors import ClientError
from ottla.protocol.errors import ApiError, ErrorCode, WireError

if TYPE_CHECKING:
    from collections.abc import Callable

    from ottla.metadata.image import ClusterImage
    from ottla.net.client_connection import ResponseT
    from ottla.protocol.message import Message

CONTROL = "control"
HEARTBEAT = "heartbeat"
"""Heartbeats have a connection to themselves: an answer that comes late closes it."""

KNOCK_TIMEOUT_S = 0.3
"""How long a door may stay neither open nor closed."""


class PeerSettings(NamedTuple):
    """What connections between brokers have to know."""

    client_id: str
    connect_timeout_ms: int
    request_timeout_ms: int
    write_buffer_bytes: int = 1024 * 1024


class Peers:
    """All connections that this broker has opened to others."""

    def __init__(
        self, *, image: Callable[[], ClusterImage], listener: str, settings: PeerSettings
    ) -> None:
        self.listener = listener
        """Name of the listener through which brokers talk to each other."""
        self._image = image
        self._settings = settings
        self._connections: dict[tuple[Address, str], Connection] = {}
        self._opening: dict[tuple[Address, str], asyncio.Lock] = {}
        self._is_closed = False

    def address_of(self, broker_id: int) -> Address:
        """Return where a registered broker is; raises ApiError BROKER_NOT_AVAILABLE."""
        broker = self._image().brokers.get(broker_id)
        endpoint = None if broker is None else broker.endpoint(self.listener)
        if endpoint is None:
            raise ApiError(
                ErrorCode.BROKER_NOT_AVAILABLE,
                f"broker {broker_id} has no listener {self.listener} that is known here",
            )
        return Address(endpoint.host, endpoint.port)

    def address_of_controller(self) -> Address:
        """Return where the controller is, as far as is known; raises ApiError NOT_CONTROLLER."""
        known = self._image().controller
        endpoint = None if known is None else known.endpoint(self.listener)
        if endpoint is None:
            raise ApiError(ErrorCode.NOT_CONTROLLER, "no controller is elected yet")
        return Address(endpoint.host, endpoint.port)

    async def connect(self, address: Address, purpose: str) -> Connection:
        """Return the open connection for a purpose; raises ClientError."""
        key = (address, purpose)
        connection = self._connections.get(key)
        if connection is not None and connection.is_open:
            return connection
        async with self._opening.setdefault(key, asyncio.Lock()):
            connection = self._connections.get(key)
            if connection is None or not connection.is_open:
                self._forget_closed()
                connection = await Connection.open(address, self._settings)
                if self._is_closed:
                    connection.close()
                else:
                    self._connections[key] = connection
        return connection

    def open_connection(self, address: Address, purpose: str) -> Connection | None:
        """Return the connection for a purpose if there is one."""
        return self._connections.get((address, purpose))

    async def ask(
        self,
        address: Address,
        request: Message,
        response_class: type[ResponseT],
        *,
        purpose: str = CONTROL,
        timeout_ms: int | None = None,
    ) -> ResponseT:
        """Send one request and return its answer; raises ClientError, WireError."""
        connection = await self.connect(address, purpose)
        return await connection.send(request, response_class, timeout_ms=timeout_ms)

    async def ask_controller(
        self,
        request: Message,
        response_class: type[ResponseT],
        *,
        purpose: str = CONTROL,
        timeout_ms: int | None = None,
    ) -> ResponseT:
        """Ask the controller; raises ApiError when it gives no answer.

        NOT_CONTROLLER says that the question never left and may be asked again; with
        REQUEST_TIMED_OUT it may have been carried out.
        """
        address = self.address_of_controller()
        try:
            connection = await self.connect(address, purpose)
        except (ClientError, WireError) as error:
            raise ApiError(
                ErrorCode.NOT_CONTROLLER, f"the controller at {address} gives no answer: {error}"
            ) from error
        try:
            return await connection.send(request, response_class, timeout_ms=timeout_ms)
        except (ClientError, WireError) as error:
            raise ApiError(ErrorCode.REQUEST_TIMED_OUT, str(error)) from error

    async def is_gone(self, address: Address) -> bool:
        """Whether nobody listens at an address: the process that did has ended.

        A silent host proves nothing; only a refusal does. Nothing is said on the connection: a
        process that is frozen would not answer, and the kernel accepts for it.
        """
        try:
            async with asyncio.timeout(KNOCK_TIMEOUT_S):
                transport, _ = await asyncio.get_running_loop().create_connection(
                    asyncio.Protocol, address.host, address.port
                )
        except ConnectionRefusedError:
            return True
        except (OSError, TimeoutError):
            return False
        transport.close()
        return False

    def close(self) -> None:
        """Close every connection, for good."""
        self._is_closed = True
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def _forget_closed(self) -> None:
        for key, connection in tuple(self._connections.items()):
            if not connection.is_open:
                del self._connections[key]
                self._opening.pop(key, None)
