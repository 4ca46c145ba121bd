# SPDX-License-Identifier: Apache-2.0
"""Envelope (key 58).

A client's request that a broker forwards to the controller. Between brokers.

Errors: CLUSTER_AUTHORIZATION_FAILED, PRINCIPAL_DESERIALIZATION_FAILURE, UNSUPPORTED_VERSION,
NOT_CONTROLLER.

Generated from `definitions/envelope.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    null_refused,
    read_long_uvarint,
    skip_tagged_fields,
    uvarint,
)

if TYPE_CHECKING:
    from ottla.protocol.primitives import Buffer

_new = object.__new__
_h0 = Format(">hx")
_pack_h0 = _h0.pack
_hB = Format(">hB")
_unpack_hB = _hB.unpack_from


class EnvelopeRequest(Message):
    """The request and who sent it."""

    __slots__ = (
        "request_data",
        "request_principal",
        "client_host_address",
    )

    API_KEY = 58
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    request_data: bytes
    """The forwarded request: header and body."""

    request_principal: bytes | None
    """The user who sent the request, as the broker's principal builder writes it; may be null.
    (may be None)
    """

    client_host_address: bytes
    """The client's address in network byte order."""

    def __init__(
        self,
        *,
        request_data: bytes = b"",
        request_principal: bytes | None = b"",
        client_host_address: bytes = b"",
    ) -> None:
        self.request_data = request_data
        self.request_principal = request_principal
        self.client_host_address = client_host_address


class EnvelopeResponse(Message):
    """The controller's answer."""

    __slots__ = (
        "response_data",
        "error_code",
    )

    API_KEY = 58
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    response_data: bytes | None
    """The answer to the forwarded request: header and body; null on an error. (may be None)"""

    error_code: int
    """Outcome of the whole request; 0 is success."""

    def __init__(self, *, response_data: bytes | None = None, error_code: int = 0) -> None:
        self.response_data = response_data
        self.error_code = error_code


def _write_envelope_request_v0(message: EnvelopeRequest, parts: list[Buffer]) -> None:
    payload: Buffer = message.request_data
    length = len(payload) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(payload)
    if message.request_principal is None:
        payload = b""
        length = 0
    else:
        payload = message.request_principal
        length = len(payload) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(payload)
    payload = message.client_host_address
    length = len(payload) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(payload)
    parts.append(b"\x00")


def _read_envelope_request_v0(data: bytes, offset: int) -> tuple[EnvelopeRequest, int]:
    message = _new(EnvelopeRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("EnvelopeRequest.request_data")
    end = offset + length - 1
    message.request_data = data[offset:end]
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.request_principal = None
    else:
        end = offset + length - 1
        message.request_principal = data[offset:end]
        offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("EnvelopeRequest.client_host_address")
    end = offset + length - 1
    message.client_host_address = data[offset:end]
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_envelope_response_v0(message: EnvelopeResponse, parts: list[Buffer]) -> None:
    if message.response_data is None:
        payload: Buffer = b""
        length = 0
    else:
        payload = message.response_data
        length = len(payload) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(payload)
    parts.append(_pack_h0(message.error_code))


def _read_envelope_response_v0(data: bytes, offset: int) -> tuple[EnvelopeResponse, int]:
    message = _new(EnvelopeResponse)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.response_data = None
    else:
        end = offset + length - 1
        message.response_data = data[offset:end]
        offset = end
    message.error_code, count = _unpack_hB(data, offset)
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


EnvelopeRequest.WRITERS = {
    0: _write_envelope_request_v0,
}
EnvelopeRequest.READERS = {
    0: _read_envelope_request_v0,
}
EnvelopeResponse.WRITERS = {
    0: _write_envelope_response_v0,
}
EnvelopeResponse.READERS = {
    0: _read_envelope_response_v0,
}
