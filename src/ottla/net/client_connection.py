# SPDX-License-Identifier: Apache-2.0
"""One pipelined connection to one broker.

Requests are written as they come, answers are matched by correlation id, so any number may be in
flight. On opening, the versions of both sides are agreed on (ApiVersions, with KIP-511's way back
for older brokers). A request that is not answered in time closes the connection: answers come in
order, so nothing behind it would come either. Whoever awaits an answer then gets an error that
says whether to try again; this module never retries.

Owned by one event loop. Used by `client.cluster`, by brokers among themselves (`broker.peers`), and
by tests that want a bare connection.
"""

from __future__ import annotations

import asyncio
import struct
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, Self, TypeVar, cast
from weakref import WeakKeyDictionary

from ottla.base.version import VERSION
from ottla.net.connection_errors import (
    BrokerUnreachableError,
    ConnectionLostError,
    NotABrokerError,
    RequestTimeoutError,
    UnsupportedApiError,
)
from ottla.net.wire_connection import FrameReader, SharedBuffer
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import ErrorCode, WireError
from ottla.protocol.headers import (
    RequestHeader,
    decode_response_header,
    encode_request_header,
)
from ottla.protocol.messages.api_versions import ApiVersionsRequest, ApiVersionsResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ottla.net.address import Address
    from ottla.protocol.message import Message
    from ottla.protocol.primitives import Buffer

_SIZE = struct.Struct(">i")
_ERROR_CODE = struct.Struct(">h")

RESPONSE_BYTES_MAX = 256 * 1024 * 1024
"""A larger answer is refused before memory is spent on it; fetches ask for far less."""


RESPONSE_BYTES_MIN = 4
"""A correlation id; some answers have no more than that and an error code."""

_SHARED: WeakKeyDictionary[asyncio.AbstractEventLoop, SharedBuffer] = WeakKeyDictionary()
"""What the connections of a loop take turns to receive into."""


def _shared_buffer(loop: asyncio.AbstractEventLoop) -> SharedBuffer:
    buffer = _SHARED.get(loop)
    if buffer is None:
        buffer = _SHARED[loop] = SharedBuffer()
    return buffer


class ConnectionSettings(Protocol):
    """What a connection has to know; `client.settings.ClientSettings` has it."""

    @property
    def client_id(self) -> str:
        """The name that goes into every request."""

    @property
    def connect_timeout_ms(self) -> int:
        """How long connecting may take."""

    @property
    def request_timeout_ms(self) -> int:
        """How long an answer may take, unless the request says otherwise."""

    @property
    def write_buffer_bytes(self) -> int:
        """Unsent bytes above which writers wait."""


class Response(Protocol):
    """What the generated response classes offer.

    A class with an attribute `BORROWS` that is true may be given a view of the connection's own
    receive buffer, which is valid until its next answer: for whoever asks one thing at a time.
    """

    @classmethod
    def decode(cls, data: Any, version: int, offset: int = 0) -> Self:
        """Return the message behind the bytes."""


ResponseT = TypeVar("ResponseT", bound=Response)


class _Pending(NamedTuple):
    api_key: ApiKey
    version: int
    response_class: type[Response]
    future: asyncio.Future[Any]
    timer: asyncio.TimerHandle


class Connection(asyncio.BufferedProtocol):
    """A connection that has agreed on versions; made by `open`."""

    def __init__(self, address: Address, settings: ConnectionSettings) -> None:
        self.address = address
        self.versions: Mapping[int, range] = {}  # what the broker serves, by API key
        self.features: Mapping[str, int] = {}  # the levels that are in force in the cluster
        self._settings = settings
        self._loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._reader = FrameReader(
            _shared_buffer(self._loop), RESPONSE_BYTES_MAX, frame_bytes_min=RESPONSE_BYTES_MIN
        )
        self._pending: dict[int, _Pending] = {}
        self._correlation_id = 0
        self._closed_by: Exception | None = None
        self._gone = asyncio.Event()
        self._writable = asyncio.Event()
        self._writable.set()

    @classmethod
    async def open(cls, address: Address, settings: ConnectionSettings) -> Self:
        """Connect and agree on versions.

        Raises BrokerUnreachableError or NotABrokerError.
        """
        connection = await cls._connect(address, settings)
        try:
            await connection._negotiate()  # noqa: SLF001 - still inside the class
        except ConnectionLostError as error:
            text = "closed the connection at the first request"
            raise NotABrokerError(address, text, retriable=True) from error
        except WireError as error:
            raise NotABrokerError(address, "does not answer in Kafka's protocol") from error
        except BaseException:
            connection.close()
            raise
        return connection

    @classmethod
    async def _connect(cls, address: Address, settings: ConnectionSettings) -> Self:
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(settings.connect_timeout_ms / 1000):
                _, connection = await loop.create_connection(
                    lambda: cls(address, settings), address.host, address.port
                )
        except TimeoutError as error:
            seconds = settings.connect_timeout_ms / 1000
            raise BrokerUnreachableError(address, f"no connection in {seconds:g} s") from error
        except ConnectionRefusedError as error:
            raise BrokerUnreachableError(address, "connection refused", refused=True) from error
        except OSError as error:
            reason = error.strerror or str(error)
            refused = "Connect call failed" in reason  # several addresses, each refused
            raise BrokerUnreachableError(address, reason, refused=refused) from error
        return connection

    @property
    def is_open(self) -> bool:
        """Whether requests can be sent."""
        return self._closed_by is None

    @property
    def in_flight(self) -> int:
        """Requests that wait for their answer."""
        return len(self._pending)

    def version_for(self, request_class: type[Message], *, at_most: int = 32767) -> int:
        """Return the highest version that both sides know; raise UnsupportedApiError if none."""
        key = ApiKey.of(request_class.API_KEY)
        ours = request_class.VERSIONS
        theirs = self.versions.get(key)
        if theirs is None:
            raise UnsupportedApiError(f"the broker at {self.address} does not serve {key.name}")
        version = min(ours.stop - 1, theirs.stop - 1, at_most)
        if version < max(ours.start, theirs.start):
            raise UnsupportedApiError(
                f"the broker at {self.address} serves {key.name} in versions {theirs.start} to "
                f"{theirs.stop - 1}, this client needs {ours.start} to "
                f"{min(ours.stop - 1, at_most)}"
            )
        return version

    def send(
        self,
        request: Message,
        response_class: type[ResponseT],
        *,
        version: int | None = None,
        timeout_ms: int | None = None,
    ) -> asyncio.Future[ResponseT]:
        """Write a request now; the future brings its answer.

        The future fails with ConnectionLostError, RequestTimeoutError or WireError.
        """
        if version is None:
            version = self.version_for(type(request))
        key = ApiKey.of(request.API_KEY)
        correlation_id = self._write(request, version)
        future: asyncio.Future[ResponseT] = self._loop.create_future()
        timeout_s = (timeout_ms or self._settings.request_timeout_ms) / 1000
        timer = self._loop.call_later(timeout_s, self._expire, correlation_id, timeout_s)
        self._pending[correlation_id] = _Pending(key, version, response_class, future, timer)
        return future

    def post(self, request: Message, *, version: int | None = None) -> None:
        """Write a request that gets no answer (Produce with acks=0)."""
        if version is None:
            version = self.version_for(type(request))
        self._write(request, version)

    async def drained(self) -> None:
        """Wait until the peer has taken most of what was written."""
        await self._writable.wait()
        if self._closed_by is not None:
            raise self._lost()

    def close(self) -> None:
        """Close after what was written has left; whoever awaits an answer gets an error."""
        if self._closed_by is None and self._transport is not None:
            self._transport.close()
        self._fail_all(ConnectionLostError(f"the connection to {self.address} was closed"))

    async def wait_closed(self) -> None:
        """Wait until the last written byte has left, after `close`."""
        await self._gone.wait()

    # asyncio calls these

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        self._transport = cast("asyncio.Transport", transport)
        self._transport.set_write_buffer_limits(high=self._settings.write_buffer_bytes)

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail what is pending."""
        self._gone.set()
        reason = f": {exc}" if exc else ""
        self._shut(ConnectionLostError(f"{self.address} closed the connection{reason}"))

    def pause_writing(self) -> None:
        """Let `drained` wait."""
        self._writable.clear()

    def resume_writing(self) -> None:
        """Let `drained` go on."""
        self._writable.set()

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - asyncio's signature
        """Return where the kernel puts the next bytes."""
        return self._reader.target()

    def buffer_updated(self, nbytes: int) -> None:
        """Deliver the answers that the last read completed."""
        if self._closed_by is not None:
            return
        reader = self._reader
        try:
            for start, end in reader.received(nbytes):
                self._deliver(start, end)
                if self._closed_by is not None:
                    return
        except WireError as error:
            self._shut(WireError(f"{self.address}: {error}"))
        else:
            reader.finish()

    # private

    async def _negotiate(self) -> None:
        request = ApiVersionsRequest(client_software_name="ottla", client_software_version=VERSION)
        version = ApiVersionsRequest.VERSIONS.stop - 1
        answer = await self.send(request, _AnyApiVersions, version=version)
        if answer.response.error_code == ErrorCode.UNSUPPORTED_VERSION:
            version = min(version, _highest_api_versions(answer.response))
            answer = await self.send(request, _AnyApiVersions, version=version)
        if answer.response.error_code:
            code = ErrorCode.of(answer.response.error_code)
            self.close()
            raise NotABrokerError(self.address, f"refuses to name its versions ({code.name})")
        self.versions = {
            entry.api_key: range(entry.min_version, entry.max_version + 1)
            for entry in answer.response.api_keys or ()
        }
        self.features = {
            feature.name: feature.max_version_level
            for feature in answer.response.finalized_features
        }

    def _write(self, request: Message, version: int) -> int:
        if self._closed_by is not None:
            raise self._lost()
        assert self._transport is not None
        self._correlation_id = correlation_id = (self._correlation_id + 1) & 0x7FFFFFFF
        header = RequestHeader(request.API_KEY, version, correlation_id, self._settings.client_id)
        parts: list[Buffer] = [b"", encode_request_header(header)]
        request.encode_into(parts, version)  # payloads are not copied
        parts[0] = _SIZE.pack(sum(map(len, parts)))
        self._transport.writelines(parts)
        return correlation_id

    def _deliver(self, start: int, end: int) -> None:
        (correlation_id,) = _SIZE.unpack_from(self._reader.data, start)
        pending = self._pending.pop(correlation_id, None)
        if pending is None:
            raise WireError(f"{self.address} answers request {correlation_id}, which is not open")
        pending.timer.cancel()
        if pending.future.done():
            return  # the caller has gone
        view = self._reader.view
        # Whoever waits is woken in a later turn, and others may have received into the memory that
        # is shared by then: only a large answer, in this connection's own memory, stays there.
        borrows = (
            getattr(pending.response_class, "BORROWS", False)
            and not self._reader.is_in_shared_memory
        )
        frame: Buffer = view[start:end] if borrows else bytes(view[start:end])
        try:
            _, body_start = decode_response_header(frame, pending.api_key, pending.version)
            message = pending.response_class.decode(frame, pending.version, body_start)
        except WireError as error:
            pending.future.set_exception(error)
            raise
        pending.future.set_result(message)

    def _expire(self, correlation_id: int, timeout_s: float) -> None:
        pending = self._pending.pop(correlation_id)
        text = f"{self.address} did not answer {pending.api_key.name} within {timeout_s:g} s"
        if not pending.future.done():
            pending.future.set_exception(RequestTimeoutError(text))
        self._shut(ConnectionLostError(f"{text}, so the connection was closed"))

    def _shut(self, reason: Exception) -> None:
        if self._transport is not None and self._closed_by is None:
            self._transport.abort()
        self._fail_all(reason)

    def _fail_all(self, reason: Exception) -> None:
        if self._closed_by is not None:
            return
        self._closed_by = reason
        pending, self._pending = self._pending, {}
        for waiting in pending.values():
            waiting.timer.cancel()
            if not waiting.future.done():
                waiting.future.set_exception(reason)
        self._writable.set()

    def _lost(self) -> ConnectionLostError:
        return ConnectionLostError(f"the connection to {self.address} is closed: {self._closed_by}")


class _AnyApiVersions:
    """Decodes an ApiVersions answer, also the version 0 body that refuses a newer request."""

    def __init__(self, response: ApiVersionsResponse) -> None:
        self.response = response

    @classmethod
    def decode(cls, data: bytes, version: int, offset: int = 0) -> Self:
        """Look at the error code first: it comes first in every version."""
        if len(data) < offset + 2:
            raise WireError("an ApiVersions answer without an error code")
        (error_code,) = _ERROR_CODE.unpack_from(data, offset)
        if error_code == ErrorCode.UNSUPPORTED_VERSION:
            version = 0
        return cls(ApiVersionsResponse.decode(data, version, offset))


def _highest_api_versions(refusal: ApiVersionsResponse) -> int:
    """Return the version to ask with after a refusal; 0 when the broker does not say (KIP-511)."""
    for entry in refusal.api_keys or ():
        if entry.api_key == ApiKey.API_VERSIONS:
            return entry.max_version
    return 0
