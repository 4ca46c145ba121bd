# SPDX-License-Identifier: Apache-2.0
"""UnregisterBroker (key 64).

Removes a broker that will not come back from the cluster's memory.

Errors: BROKER_ID_NOT_REGISTERED, CLUSTER_AUTHORIZATION_FAILED, NOT_CONTROLLER,
REQUEST_TIMED_OUT.

Generated from `definitions/unregister_broker.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message
from ottla.protocol.primitives import read_long_uvarint, skip_tagged_fields, uvarint

if TYPE_CHECKING:
    from ottla.protocol.primitives import Buffer

_new = object.__new__
_i0 = Format(">ix")
_pack_i0 = _i0.pack
_iB = Format(">iB")
_unpack_iB = _iB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from


class UnregisterBrokerRequest(Message):
    """The broker."""

    __slots__ = ("broker_id",)

    API_KEY = 64
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    broker_id: int
    """The broker's id."""

    def __init__(self, *, broker_id: int = 0) -> None:
        self.broker_id = broker_id


class UnregisterBrokerResponse(Message):
    """Whether it was removed."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "error_message",
    )

    API_KEY = 64
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    def __init__(
        self, *, throttle_time_ms: int = 0, error_code: int = 0, error_message: str | None = ""
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.error_message = error_message


def _write_unregister_broker_request_v0(
    message: UnregisterBrokerRequest, parts: list[Buffer]
) -> None:
    parts.append(_pack_i0(message.broker_id))


def _read_unregister_broker_request_v0(
    data: bytes, offset: int
) -> tuple[UnregisterBrokerRequest, int]:
    message = _new(UnregisterBrokerRequest)
    message.broker_id, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_unregister_broker_response_v0(
    message: UnregisterBrokerResponse, parts: list[Buffer]
) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, length)
        if length < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_unregister_broker_response_v0(
    data: bytes, offset: int
) -> tuple[UnregisterBrokerResponse, int]:
    message = _new(UnregisterBrokerResponse)
    message.throttle_time_ms, message.error_code, length = _unpack_ihB(data, offset)
    offset += 7
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.error_message = None
    else:
        end = offset + length - 1
        message.error_message = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


UnregisterBrokerRequest.WRITERS = {
    0: _write_unregister_broker_request_v0,
}
UnregisterBrokerRequest.READERS = {
    0: _read_unregister_broker_request_v0,
}
UnregisterBrokerResponse.WRITERS = {
    0: _write_unregister_broker_response_v0,
}
UnregisterBrokerResponse.READERS = {
    0: _read_unregister_broker_response_v0,
}
