# SPDX-License-Identifier: Apache-2.0
"""What shall go wrong with requests, said beforehand: the n-th of an API is delayed, lost, refused.

    lost = broker.faults.drop_answer("Produce")
    producer.send("orders", "two dosas").result()  # sent again, since the answer did not come
    assert lost.count == 1

Faults are played by `FaultyDispatcher`, the broker's dispatcher in tests. While none is planned,
its `request` is the plain one, so that a test pays nothing for what it does not use.
"""

from __future__ import annotations

import asyncio
import importlib
import re
import struct
import threading
from typing import TYPE_CHECKING, Any, Final

from ottla.broker.context import RequestContext
from ottla.broker.dispatch import Dispatcher
from ottla.broker.handlers import HANDLER_BY_KEY, metadata
from ottla.broker.responses import encode_body
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import ErrorCode, WireError
from ottla.protocol.headers import decode_request_header
from ottla.protocol.messages.metadata import MetadataResponse
from ottla.testing.error_answers import error_answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from ottla.base.errors import StorageError
    from ottla.broker.connection_limits import ConnectionLimits
    from ottla.broker.context import Services
    from ottla.broker.handlers import Handler
    from ottla.net.asyncio_adapter import ServerConnection
    from ottla.protocol.headers import RequestHeader
    from ottla.protocol.messages.metadata import MetadataRequest
    from ottla.replication.partition import Partition

    Effect: TypeAlias = Callable[["FaultyDispatcher", ServerConnection, int, int], int]
    """What happens to the frame of a request instead of `Dispatcher.request`."""

_BETWEEN_BROKERS: Final = re.compile(r"broker-\d+")
"""The client ids under which brokers ask each other."""

_SIZE = struct.Struct(">i")


class Fault:
    """Something that is planned; tells what has become of it."""

    def __init__(
        self, api: ApiKey, effect: Effect, *, nth: int, times: int, client_id: str | None
    ) -> None:
        if nth < 1 or times < 1:
            raise ValueError(f"requests are counted from 1: nth={nth}, times={times}")
        self.api = api
        """The API whose requests it is about."""
        self.effect = effect
        self.count = 0
        """How often it has happened so far."""
        self._client_id = client_id
        self._skip = nth - 1  # requests that go by before
        self._times = times
        self._happened = threading.Condition()

    def __repr__(self) -> str:
        return f"<fault of {self.api.name}, happened {self.count} of {self._times} times>"

    @property
    def is_over(self) -> bool:
        """Whether it has happened as often as it was to."""
        return self.count >= self._times

    def wait(self, timeout_s: float = 10.0) -> None:
        """Wait until it has happened as often as it was to; raises TimeoutError."""
        with self._happened:
            if not self._happened.wait_for(lambda: self.is_over, timeout_s):
                raise TimeoutError(f"{self!r} after {timeout_s:g} s")

    def meets(self, header: RequestHeader) -> bool:
        """Count a request; return whether the fault is to happen to it."""
        if header.api_key != self.api or self.is_over:
            return False
        client_id = header.client_id or ""
        if self._client_id is None:
            if _BETWEEN_BROKERS.fullmatch(client_id):
                return False
        elif client_id != self._client_id:
            return False
        if self._skip:
            self._skip -= 1
            return False
        return True

    def happens(self) -> None:
        """Note that it happens, and let waiters know."""
        with self._happened:
            self.count += 1
            self._happened.notify_all()


class Faults:
    """The faults of one broker; may be used from any thread.

    Each method plans one, which happens to the `nth` request of an API from now on (1 is the next)
    and to those behind it, `times` in all. APIs have Kafka's names: `"Produce"`, or
    `ApiKey.PRODUCE`. With `client_id` only requests of that client count; otherwise those of all
    clients, without what brokers ask each other (as clients `broker-1`, `broker-2` ...). If several
    faults meet in one request, the one that was planned first happens. All raise ValueError for an
    API that there is not.
    """

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._lock = threading.Lock()
        self._dispatcher: FaultyDispatcher | None = None

    def delay(
        self,
        api: ApiKey | str,
        *,
        seconds: float,
        nth: int = 1,
        times: int = 1,
        client_id: str | None = None,
    ) -> Fault:
        """Hold an answer back until `seconds` after the request has come, on the broker's clock.

        The request is handled when it comes. Answers behind it on the same connection wait too.
        """

        def effect(
            dispatcher: FaultyDispatcher, connection: ServerConnection, start: int, end: int
        ) -> int:
            barrier = connection.defer()
            asyncio.get_running_loop().call_later(seconds, barrier.complete, ())
            return dispatcher.request_as_usual(connection, start, end)

        return self._plan(api, effect, nth, times, client_id)

    def drop_connection(
        self, api: ApiKey | str, *, nth: int = 1, times: int = 1, client_id: str | None = None
    ) -> Fault:
        """Close the connection on which a request comes; the request is not handled."""
        return self._plan(api, _drop_connection, nth, times, client_id)

    def drop_answer(
        self, api: ApiKey | str, *, nth: int = 1, times: int = 1, client_id: str | None = None
    ) -> Fault:
        """Handle a request and close its connection; the answer never comes."""
        return self._plan(api, _drop_answer, nth, times, client_id)

    def answer(
        self,
        api: ApiKey | str,
        code: ErrorCode,
        *,
        nth: int = 1,
        times: int = 1,
        client_id: str | None = None,
    ) -> Fault:
        """Answer that all a request names has failed; the request is not handled.

        The code is wherever the answer has room for one: at the top, and for each topic, partition,
        group or whatever the request names.
        """

        def effect(
            dispatcher: FaultyDispatcher, connection: ServerConnection, start: int, end: int
        ) -> int:
            dispatcher.refuse(connection, start, end, code)
            return 0

        return self._plan(api, effect, nth, times, client_id)

    def clear(self) -> None:
        """Plan nothing any more; what has happened already goes on, such as a delay."""
        with self._lock:
            self._faults.clear()
            self._tell()

    def attach(self, dispatcher: FaultyDispatcher) -> None:
        """Play the faults in this dispatcher, that of the broker's present run."""
        with self._lock:
            self._dispatcher = dispatcher
            self._tell()

    def take(self, header: RequestHeader) -> Fault | None:
        """Return the fault that happens to a request."""
        with self._lock:
            due = [fault for fault in self._faults if fault.meets(header)]
            if not due:
                return None
            due[0].happens()
            if due[0].is_over:
                self._faults.remove(due[0])
                self._tell()
            return due[0]

    def _plan(
        self, api: ApiKey | str, effect: Effect, nth: int, times: int, client_id: str | None
    ) -> Fault:
        fault = Fault(_api_key(api), effect, nth=nth, times=times, client_id=client_id)
        with self._lock:
            self._faults.append(fault)
            self._tell()
        return fault

    def _tell(self) -> None:
        if self._dispatcher is not None:
            self._dispatcher.watch(is_on=bool(self._faults))


class FaultyDispatcher(Dispatcher):
    """A dispatcher that looks at every request while a fault is planned."""

    def __init__(
        self,
        services: Services,
        limits: ConnectionLimits,
        storage_failed: Callable[[Partition, StorageError], None],
        *,
        faults: Faults,
    ) -> None:
        super().__init__(services, limits, storage_failed)
        self._faults = faults
        self.request_as_usual = super().request
        faults.attach(self)

    def watch(self, *, is_on: bool) -> None:
        """Look at requests from now on, or no longer."""
        if is_on:
            self.request = self._request_watched  # type: ignore[method-assign]
        else:
            self.request = self.request_as_usual  # type: ignore[method-assign]

    def _request_watched(self, connection: ServerConnection, start: int, end: int) -> int:
        header, _ = decode_request_header(connection.reader.data, start)
        fault = self._faults.take(header)
        if fault is None:
            return self.request_as_usual(connection, start, end)
        return fault.effect(self, connection, start, end)

    def refuse(self, connection: ServerConnection, start: int, end: int, code: ErrorCode) -> None:
        """Answer that everything has failed; with a version that is not served, as usual."""
        header, position = decode_request_header(connection.reader.data, start)
        handler = HANDLER_BY_KEY[header.api_key]
        if header.api_version not in handler.versions:
            self.request_as_usual(connection, start, end)
            return
        body = bytes(connection.reader.view[position:end])
        request = _request_class(handler).decode(body, header.api_version, may_have_rest=True)
        if handler.key == ApiKey.PRODUCE and request.acks == 0:
            raise WireError(f"a test wants {code.name}, and the client no answer")
        if handler.key == ApiKey.METADATA:
            context = RequestContext(header, connection, self.services, 0)
            answer = encode_body(header, _failed_metadata(request, context, code))
        else:
            response = error_answer(handler, request, header.api_version, code)
            answer = encode_body(header, response)
        connection.answer_one(_SIZE.pack(len(answer)) + answer)


def _drop_connection(
    dispatcher: FaultyDispatcher, connection: ServerConnection, start: int, end: int
) -> int:
    del dispatcher, connection, start, end
    raise WireError("a test wants this request to be lost")


def _drop_answer(
    dispatcher: FaultyDispatcher, connection: ServerConnection, start: int, end: int
) -> int:
    connection.defer()  # never completed: no answer gets past this place
    size = dispatcher.request_as_usual(connection, start, end)
    asyncio.get_running_loop().call_soon(connection.close)  # once the burst has been written
    return size


def _failed_metadata(
    request: MetadataRequest, context: RequestContext, code: ErrorCode
) -> MetadataResponse:
    """Return an answer of which only the topics are missing: without brokers clients ignore it."""
    request.allow_auto_topic_creation = False
    response = metadata.handle(request, context)
    assert isinstance(response, MetadataResponse), "nothing is created that it could wait for"
    if not response.topics:
        response.error_code = code
    for topic in response.topics:
        topic.error_code, topic.partitions = code, []
    return response


def _request_class(handler: Handler) -> Any:
    module = importlib.import_module(f"ottla.protocol.messages.{handler.module}")
    return getattr(module, "".join(map(str.capitalize, handler.module.split("_"))) + "Request")


def _api_key(api: ApiKey | str) -> ApiKey:
    if isinstance(api, ApiKey):
        return api
    name = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", api).upper()
    if name not in ApiKey.__members__:
        raise ValueError(f"there is no API {api!r}; Kafka's names are meant, such as 'Produce'")
    return ApiKey[name]
