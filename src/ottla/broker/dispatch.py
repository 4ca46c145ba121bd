# SPDX-License-Identifier: Apache-2.0
"""From a frame to its handler and back: the broker's `RequestSink`.

Produce and Fetch take the data plane's road, and so do commits of offsets that repeat an earlier
one. Every other request is decoded by its generated class,
handled, and encoded; a handler that is a coroutine is run as a task while its answer's place is
kept, and likewise a `Pending` answer of a coordinator is waited for. What a handler raises
becomes an answer: an `ApiError` its own code, anything else UNKNOWN_SERVER_ERROR and a traceback
in the log, never at the peer. A `WireError` closes the connection.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import logging
import struct
from typing import TYPE_CHECKING, Any, NamedTuple

from ottla.broker.commit_path import CommitPath
from ottla.broker.connection_state import ConnectionState
from ottla.broker.context import RequestContext
from ottla.broker.forwarding import Forwarding
from ottla.broker.handlers import HANDLER_BY_KEY, Handler
from ottla.broker.handlers.fetch import FetchPath
from ottla.broker.handlers.produce import ProducePath
from ottla.broker.responses import encode_body, error_response
from ottla.coordinators.pending import Pending
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import ApiError, ErrorCode, WireError
from ottla.protocol.headers import decode_request_header

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from ottla.base.errors import StorageError
    from ottla.broker.connection_limits import ConnectionLimits
    from ottla.broker.context import Services
    from ottla.net.asyncio_adapter import ServerConnection
    from ottla.net.wire_connection import Reply
    from ottla.protocol.headers import RequestHeader
    from ottla.replication.partition import Partition

_logger = logging.getLogger(__name__)

CONTROL_PLANE_BYTES_MAX = 4 * 1024 * 1024
"""Every byte of such a request may become an object of 56 bytes: this bounds memory and time."""

_FRAME_START = struct.Struct(">hhi")  # api key, version, correlation id
_SIZE = struct.Struct(">i")


class LoadedHandler(NamedTuple):
    """A handler whose module has been imported."""

    request_class: Any  # a generated message class
    handle: Callable[[Any, RequestContext], Any]


class Dispatcher:
    """Gives each request to its handler; one for each loop."""

    def __init__(
        self,
        services: Services,
        limits: ConnectionLimits,
        storage_failed: Callable[[Partition, StorageError], None],
    ) -> None:
        self.services = services
        self._limits = limits
        self._burst = services.burst
        self._produce = ProducePath(services, self._burst)
        self._fetch = FetchPath(services, storage_failed)
        self._commit = CommitPath(services)
        self._forwarding = Forwarding(services)
        self._loaded: dict[int, LoadedHandler] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self.connections: dict[ServerConnection, None] = {}
        self.is_closed = False  # the server's: what it accepted last is not to be kept

    # the RequestSink

    def opened(self, connection: ServerConnection) -> bool:
        """Admit a connection unless a limit says no, or the listeners were closed meanwhile."""
        if self.is_closed:
            return False
        now_ms = self.services.clock.now_ms()
        refusal = self._limits.admit(connection.peer_host, now_ms)
        if refusal is not None:
            _logger.warning(
                "refusing %s:%s: %s", connection.peer_host, connection.peer_port, refusal
            )
            return False
        connection.opened_ms = now_ms
        self.services.last_connection_serial += 1
        connection.serial = self.services.last_connection_serial
        connection.attributes = ConnectionState()
        self.connections[connection] = None
        return True

    def closed(self, connection: ServerConnection) -> None:
        """Forget a connection."""
        if self.connections.pop(connection, self) is None:
            self._limits.release(connection.peer_host)
            state = connection.attributes
            liveness = self.services.controller.liveness
            if (
                liveness is not None
                and isinstance(state, ConnectionState)
                and state.broker_id is not None
            ):
                liveness.connection_lost(state.broker_id)

    def request(self, connection: ServerConnection, start: int, end: int) -> int:
        """Handle one frame; see `RequestSink`."""
        api_key, version, correlation_id = _FRAME_START.unpack_from(connection.reader.data, start)
        state = connection.attributes
        assert isinstance(state, ConnectionState)
        if api_key == 0 and 3 <= version <= 13:
            return self._produce.request(connection, state, start, end, version, correlation_id)
        if api_key == 1 and 4 <= version <= 18:
            return self._fetch.request(connection, start, end, version, correlation_id)
        if api_key == 8 and self._commit.request(
            connection, state, start, end, version, correlation_id
        ):
            return 0
        self._control_plane(connection, start, end, api_key, version)
        return 0

    def burst_ended(self) -> None:
        """Write what the burst staged, before any of it is acknowledged."""
        self._burst.end_reading()

    # the control plane

    def _control_plane(
        self, connection: ServerConnection, start: int, end: int, api_key: int, version: int
    ) -> None:
        handler = HANDLER_BY_KEY.get(api_key)
        if (
            handler is None
            or version not in handler.versions
            or (handler.is_between_brokers and not self.services.controller.is_clustered)
        ):
            self._refuse_version(connection, start, api_key, version)
            return
        if end - start > CONTROL_PLANE_BYTES_MAX:
            raise WireError(
                f"{handler.key.name} of {end - start} bytes: such requests have at most "
                f"{CONTROL_PLANE_BYTES_MAX}"
            )
        frame_view = connection.reader.view[:end]
        header, position = decode_request_header(frame_view, start)
        if handler.is_forwarded and self._forwarding.is_needed:
            self._forward(connection, header, handler, bytes(frame_view[start:]))
            return
        loaded = self._loaded.get(api_key) or self._load(handler)
        body = bytes(frame_view[position:])
        request = loaded.request_class.decode(body, version, may_have_rest=True)
        context = RequestContext(header, connection, self.services, self.services.clock.now_ms())
        try:
            outcome = loaded.handle(request, context)
            if type(outcome) is Pending:
                self._wait_for(connection, header, handler, outcome)
                return
            frame = b"" if inspect.isawaitable(outcome) else _encode(header, outcome)
        except WireError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever a handler raises becomes an answer
            self._answer_error(connection, None, header, handler, error)
            return
        if frame:
            connection.answer_one(frame)
        else:
            self._run(connection, header, handler, outcome)

    def _wait_for(
        self,
        connection: ServerConnection,
        header: RequestHeader,
        handler: Handler,
        pending: Pending[Any],
    ) -> None:
        """Answer with what a coordinator says, now or once it has been committed."""
        if pending.is_done and pending.error is None:
            connection.answer_one(_encode(header, pending.value))
            return
        reply = connection.defer()

        def finish(done: Pending[Any]) -> None:
            if done.error is not None:
                self._answer_error(connection, reply, header, handler, done.error)
                return
            try:
                frame = _encode(header, done.value)
            except Exception as error:  # noqa: BLE001 - an answer that cannot be encoded is a bug
                self._answer_error(connection, reply, header, handler, error)
            else:
                reply.complete((frame,))

        pending.when_done(finish)

    def _run(
        self,
        connection: ServerConnection,
        header: RequestHeader,
        handler: Handler,
        outcome: Awaitable[Any],
    ) -> None:
        reply = connection.defer()

        async def finish() -> None:
            try:
                response = await outcome
                frame = _encode(header, response)
            except WireError as error:
                _logger.warning(
                    "closing %s:%s: %s", connection.peer_host, connection.peer_port, error
                )
                connection.close()
                reply.complete(())
            except Exception as error:  # noqa: BLE001 - whatever a handler raises becomes an answer
                self._answer_error(connection, reply, header, handler, error)
            else:
                reply.complete((frame,))

        task = asyncio.get_running_loop().create_task(finish())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _forward(
        self,
        connection: ServerConnection,
        header: RequestHeader,
        handler: Handler,
        request_data: bytes,
    ) -> None:
        reply = connection.defer()

        async def finish() -> None:
            try:
                answer = await self._forwarding.forward(request_data, connection.peer_host)
            except Exception as error:  # noqa: BLE001 - whatever goes wrong becomes an answer
                self._answer_error(connection, reply, header, handler, error)
            else:
                reply.complete((_SIZE.pack(len(answer)), answer))

        task = asyncio.get_running_loop().create_task(finish())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _load(self, handler: Handler) -> LoadedHandler:
        module = importlib.import_module(f"ottla.broker.handlers.{handler.module}")
        loaded = self._loaded[handler.key] = LoadedHandler(module.REQUEST, module.handle)
        return loaded

    def _refuse_version(
        self, connection: ServerConnection, start: int, api_key: int, version: int
    ) -> None:
        """Answer a version that is not served, where the protocol has a way to say so.

        Only ApiVersions has: a version 0 body with the ranges that are served. For any other API
        the client was told what there is, and the connection is closed.
        """
        if api_key == ApiKey.API_VERSIONS:
            from ottla.broker.handlers import api_versions  # noqa: PLC0415 - like every handler

            correlation_id = _FRAME_START.unpack_from(connection.reader.data, start)[2]
            body = api_versions.refusal().encode(0)
            frame = _SIZE.pack(4 + len(body)) + _SIZE.pack(correlation_id) + body
            connection.answer_one(frame)
            return
        raise WireError(f"API key {api_key} version {version} is not served here")

    def _answer_error(
        self,
        connection: ServerConnection,
        reply: Reply | None,
        header: RequestHeader,
        handler: Handler,
        error: Exception,
    ) -> None:
        """Answer with the error in the response's own field, or close when it has none."""
        if isinstance(error, ApiError):
            code, message = error.code, error.message
        else:
            _logger.error("%s failed", handler.module, exc_info=error)
            code, message = ErrorCode.UNKNOWN_SERVER_ERROR, None
        response = error_response(handler, code, message)
        try:
            frame = None if response is None else _encode(header, response)
        except ValueError:  # only other versions have the field
            frame = None
        if frame is None:
            connection.close()
            if reply is not None:
                reply.complete(())
            return
        if reply is not None:
            reply.complete((frame,))
        else:
            connection.answer_one(frame)


def _encode(header: RequestHeader, response: Any) -> bytes:
    body = encode_body(header, response)
    return _SIZE.pack(len(body)) + body
