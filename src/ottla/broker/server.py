# SPDX-License-Identifier: Apache-2.0
"""Opens the listeners and watches over the connections that come in through them."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from ottla.base.errors import OttlaError
from ottla.broker.connection_limits import ConnectionLimits, Limits, Watched
from ottla.net.asyncio_adapter import ServerConnection
from ottla.net.due_answers import DueAnswers
from ottla.net.wire_connection import SharedBuffer

if TYPE_CHECKING:
    from ottla.base.clock import Clock
    from ottla.broker.config import BrokerConfig
    from ottla.broker.dispatch import Dispatcher
    from ottla.broker.listeners import Endpoint

_logger = logging.getLogger(__name__)

SWEEP_MS = 1000
"""How often connections are looked at; time limits are kept to within this."""

SWEEP_SLICE = 100
"""Connections that are looked at in one go (0.1 ms); requests are served between the slices."""

BUFFER_KEPT_MS = 5000
"""A connection that is quiet for longer gives its receive buffer back."""

BACKLOG_MIN = 1024
"""Connections that may wait to be accepted, whatever a small configured backlog says."""


class PortInUse(OttlaError):  # noqa: N818 - names the state of the port
    """Another program listens where this broker was told to."""


def limits_of(config: BrokerConfig) -> Limits:
    """Return the connection limits that a configuration asks for."""
    return Limits(
        connections_max=config.max_connections,
        connections_per_ip_max=config.max_connections_per_ip,
        connections_per_second_max=min(
            config.max_connection_creation_rate,
            config.ottla_max_connection_creation_rate_per_ip,
        ),
        first_frame_ms=config.ottla_connection_first_request_timeout_ms,
        frame_ms=config.ottla_request_read_timeout_ms,
        idle_ms=config.connections_max_idle_ms,
        overrides=config.connections_per_ip_overrides,
    )


class Server:
    """The listeners of one broker, on one loop."""

    def __init__(
        self, config: BrokerConfig, dispatcher: Dispatcher, limits: ConnectionLimits, clock: Clock
    ) -> None:
        self._config = config
        self._dispatcher = dispatcher
        self._limits = limits
        self._clock = clock
        self._shared = SharedBuffer()
        self._servers: list[asyncio.Server] = []
        self._watched: dict[ServerConnection, Watched] = {}
        self._to_look_at: list[ServerConnection] = []  # in this sweep
        self._slice_pause_s = SWEEP_MS / 1000
        self._sweeper: asyncio.TimerHandle | None = None
        self.addresses: dict[str, tuple[str, int]] = {}  # bound address by listener name

    async def open(self, endpoints: tuple[Endpoint, ...]) -> None:
        """Bind every endpoint; connections are accepted from `start_serving` on.

        Raises PortInUse.
        """
        due = DueAnswers(asyncio.get_running_loop().call_soon)
        for endpoint in endpoints:
            await self._open_one(endpoint, due)

    async def start_serving(self) -> None:
        """Accept connections."""
        for server in self._servers:
            await server.start_serving()
        self._schedule_sweep()

    async def finish_accepting(self) -> None:
        """Accept no more, and let connections that were just accepted become whole.

        asyncio forgets to close a socket that it accepted in the turn before its server closes.
        """
        loop = asyncio.get_running_loop()
        if isinstance(loop, asyncio.SelectorEventLoop):
            for server in self._servers:
                for listening in server.sockets:
                    loop.remove_reader(listening.fileno())
            await asyncio.sleep(0)

    def stop_accepting(self) -> None:
        """Close the listeners; open connections stay."""
        for server in self._servers:
            server.close()

    def close(self) -> None:
        """Close the listeners and every connection, sending what is ready to go."""
        self.stop_accepting()
        self._dispatcher.is_closed = True
        if self._sweeper is not None:
            self._sweeper.cancel()
        for connection in tuple(self._dispatcher.connections):
            connection.close()

    async def _open_one(self, endpoint: Endpoint, due: DueAnswers) -> None:
        loop = asyncio.get_running_loop()
        frame_bytes_max = self._config.socket_request_max_bytes
        name = endpoint.name

        def make_connection() -> ServerConnection:
            return ServerConnection(self._dispatcher, self._shared, frame_bytes_max, name, due)

        try:
            server = await loop.create_server(
                make_connection,
                endpoint.host or None,
                endpoint.port,
                backlog=max(BACKLOG_MIN, self._config.socket_listen_backlog_size),
                reuse_address=True,
                start_serving=False,
            )
        except OSError as error:
            raise PortInUse(
                f"{endpoint.host or '*'}:{endpoint.port} cannot be opened "
                f"({error.strerror or error}): stop the program that uses it, "
                "or choose another with --listen HOST:PORT"
            ) from None
        self._servers.append(server)
        host, port = server.sockets[0].getsockname()[:2]
        self.addresses[name] = (host, port)

    # watching

    def _schedule_sweep(self) -> None:
        self._sweeper = asyncio.get_running_loop().call_later(self._slice_pause_s, self._sweep)

    def _sweep(self) -> None:
        """Look at the next slice of the connections; all have their turn within SWEEP_MS."""
        now_ms = self._clock.now_ms()
        connections = self._dispatcher.connections
        if not self._to_look_at:
            self._to_look_at = [*dict.fromkeys((*self._watched, *connections))]
            slices = max(1, -(-len(self._to_look_at) // SWEEP_SLICE))
            self._slice_pause_s = SWEEP_MS / 1000 / slices
        for connection in self._to_look_at[-SWEEP_SLICE:]:
            if connection in connections:
                self._look_at(connection, now_ms)
            else:
                self._watched.pop(connection, None)
        del self._to_look_at[-SWEEP_SLICE:]
        self._schedule_sweep()

    def _look_at(self, connection: ServerConnection, now_ms: int) -> None:
        watched = self._watched.get(connection)
        if watched is None:
            watched = self._watched[connection] = Watched(connection.opened_ms)
        reason = watched.look(
            self._limits.limits,
            frame_count=connection.frame_count,
            is_between_frames=connection.reader.is_idle or connection.is_held_back,
            now_ms=now_ms,
        )
        if connection.unsent_bytes > self._config.ottla_connection_write_buffer_max_bytes:
            reason = f"{connection.unsent_bytes} bytes of answers are not taken"
        if reason is not None and not len(connection.replies):
            _logger.info("closing %s:%s: %s", connection.peer_host, connection.peer_port, reason)
            connection.abort()
        elif watched.idle_ms(now_ms) >= BUFFER_KEPT_MS:
            connection.reader.release()


def reachable_host(host: str) -> str:
    """Return an address under which a broker bound to `host` can be reached from this machine."""
    return {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared, not bound
