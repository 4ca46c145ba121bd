# SPDX-License-Identifier: Apache-2.0
"""SaslHandshake (key 17).

Chooses the SASL mechanism of a connection.

Errors: UNSUPPORTED_SASL_MECHANISM, ILLEGAL_SASL_STATE.

Generated from `definitions/sasl_handshake.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message
from ottla.protocol.primitives import count_refused, null_refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.protocol.primitives import Buffer

_new = object.__new__
_h = Format(">h")
_pack_h = _h.pack
_unpack_h = _h.unpack_from
_hi = Format(">hi")
_pack_hi = _hi.pack
_unpack_hi = _hi.unpack_from


class SaslHandshakeRequest(Message):
    """The mechanism."""

    __slots__ = ("mechanism",)

    API_KEY = 17
    VERSIONS = range(0, 2)
    FLEXIBLE_FROM = None

    mechanism: str
    """The SASL mechanism that the client wants to use, such as `PLAIN`."""

    def __init__(self, *, mechanism: str = "") -> None:
        self.mechanism = mechanism


class SaslHandshakeResponse(Message):
    """The mechanisms that the broker offers."""

    __slots__ = (
        "error_code",
        "mechanisms",
    )

    API_KEY = 17
    VERSIONS = range(0, 2)
    FLEXIBLE_FROM = None

    error_code: int
    """Outcome of the whole request; 0 is success."""

    mechanisms: list[str]
    """The SASL mechanisms that the listener offers."""

    def __init__(self, *, error_code: int = 0, mechanisms: Iterable[str] = ()) -> None:
        self.error_code = error_code
        self.mechanisms = list(mechanisms)


def _write_sasl_handshake_request_v0_v1(message: SaslHandshakeRequest, parts: list[Buffer]) -> None:
    text: Buffer = message.mechanism.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_sasl_handshake_request_v0_v1(
    data: bytes, offset: int
) -> tuple[SaslHandshakeRequest, int]:
    message = _new(SaslHandshakeRequest)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("SaslHandshakeRequest.mechanism")
    end = offset + length
    message.mechanism = data[offset:end].decode()
    offset = end
    return message, offset


def _write_sasl_handshake_response_v0_v1(
    message: SaslHandshakeResponse, parts: list[Buffer]
) -> None:
    count = len(message.mechanisms)
    parts.append(_pack_hi(message.error_code, count))
    for string in message.mechanisms:
        text: Buffer = string.encode()
        length = len(text)
        parts.append(_pack_h(length))
        parts.append(text)


def _read_sasl_handshake_response_v0_v1(
    data: bytes, offset: int
) -> tuple[SaslHandshakeResponse, int]:
    message = _new(SaslHandshakeResponse)
    message.error_code, count = _unpack_hi(data, offset)
    offset += 6
    if count < 0:
        raise null_refused("SaslHandshakeResponse.mechanisms")
    if count * 2 > len(data) - offset:
        raise count_refused("SaslHandshakeResponse.mechanisms", count)
    mechanisms: list[str] = []
    for _ in range(count):
        (length,) = _unpack_h(data, offset)
        offset += 2
        if length < 0:
            raise null_refused("SaslHandshakeResponse.mechanisms")
        end = offset + length
        text = data[offset:end].decode()
        offset = end
        mechanisms.append(text)
    message.mechanisms = mechanisms
    return message, offset


SaslHandshakeRequest.WRITERS = {
    0: _write_sasl_handshake_request_v0_v1,
    1: _write_sasl_handshake_request_v0_v1,
}
SaslHandshakeRequest.READERS = {
    0: _read_sasl_handshake_request_v0_v1,
    1: _read_sasl_handshake_request_v0_v1,
}
SaslHandshakeResponse.WRITERS = {
    0: _write_sasl_handshake_response_v0_v1,
    1: _write_sasl_handshake_response_v0_v1,
}
SaslHandshakeResponse.READERS = {
    0: _read_sasl_handshake_response_v0_v1,
    1: _read_sasl_handshake_response_v0_v1,
}
