# SPDX-License-Identifier: Apache-2.0
"""A connection that tells a metrics hook of itself and of its requests.

A class of its own: connections of clients without a hook, and of brokers, stay as they are.
"""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, Any, Self

from ottla.client.metrics import (
    ConnectionClosed,
    ConnectionOpened,
    RequestAnswered,
    RequestFailed,
)
from ottla.client.settings import ClientSettings
from ottla.net.client_connection import Connection, ConnectionSettings, ResponseT

if TYPE_CHECKING:
    from ottla.net.address import Address
    from ottla.protocol.message import Message


async def open_connection(address: Address, settings: ClientSettings) -> Connection:
    """Open a connection of a client; raises what `Connection.open` does."""
    kind = Connection if settings.metrics is None else ObservedConnection
    return await kind.open(address, settings)


class ObservedConnection(Connection):
    """See the module's text."""

    def __init__(self, address: Address, settings: ConnectionSettings) -> None:
        super().__init__(address, settings)
        assert isinstance(settings, ClientSettings)
        assert settings.metrics is not None
        self._metrics = settings.metrics
        self._broker = str(address)
        self._has_agreed = False  # one that never did is not told of as closed either

    @classmethod
    async def open(cls, address: Address, settings: ConnectionSettings) -> Self:
        """Connect and agree on versions, as `Connection.open`."""
        loop = asyncio.get_running_loop()
        began_s = loop.time()
        connection = await super().open(address, settings)
        connection._note_opened(loop.time() - began_s)  # noqa: SLF001 - still inside the class
        return connection

    def send(
        self,
        request: Message,
        response_class: type[ResponseT],
        *,
        version: int | None = None,
        timeout_ms: int | None = None,
    ) -> asyncio.Future[ResponseT]:
        """Write a request now, as `Connection.send`."""
        future = super().send(request, response_class, version=version, timeout_ms=timeout_ms)
        api = type(request).__name__.removesuffix("Request")
        future.add_done_callback(partial(self._on_outcome, api, self._loop.time()))
        return future

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail what is pending, and tell."""
        super().connection_lost(exc)
        if self._has_agreed:
            self._note_closed()

    def _note_opened(self, latency_s: float) -> None:
        self._has_agreed = True
        self._metrics(ConnectionOpened(self._broker, latency_s))
        if self._gone.is_set():  # lost between the agreement and now
            self._note_closed()

    def _note_closed(self) -> None:
        self._metrics(ConnectionClosed(self._broker, str(self._closed_by)))

    def _on_outcome(self, api: str, began_s: float, future: asyncio.Future[Any]) -> None:
        if future.cancelled():
            return  # whoever asked has gone
        latency_s = self._loop.time() - began_s
        error = future.exception()
        if error is None:
            self._metrics(RequestAnswered(api, self._broker, latency_s))
        else:
            self._metrics(RequestFailed(api, self._broker, latency_s, error))
