# SPDX-License-Identifier: Apache-2.0
"""SaslAuthenticate (key 36).

One step of the SASL mechanism that SaslHandshake chose.

Errors: SASL_AUTHENTICATION_FAILED, ILLEGAL_SASL_STATE, UNSUPPORTED_SASL_MECHANISM.

Generated from `definitions/sasl_authenticate.txt` by `make gen`.
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
_h = Format(">h")
_pack_h = _h.pack
_i = Format(">i")
_pack_i = _i.pack
_unpack_i = _i.unpack_from
_q = Format(">q")
_pack_q = _q.pack
_unpack_q = _q.unpack_from
_hB = Format(">hB")
_pack_hB = _hB.pack
_unpack_hB = _hB.unpack_from
_hh = Format(">hh")
_pack_hh = _hh.pack
_unpack_hh = _hh.unpack_from
_q0 = Format(">qx")
_pack_q0 = _q0.pack
_qB = Format(">qB")
_unpack_qB = _qB.unpack_from


class SaslAuthenticateRequest(Message):
    """What the client has to say."""

    __slots__ = ("auth_bytes",)

    API_KEY = 36
    VERSIONS = range(0, 3)
    FLEXIBLE_FROM = 2

    auth_bytes: bytes
    """What the SASL mechanism wants to say."""

    def __init__(self, *, auth_bytes: bytes = b"") -> None:
        self.auth_bytes = auth_bytes


class SaslAuthenticateResponse(Message):
    """What the broker has to say."""

    __slots__ = (
        "error_code",
        "error_message",
        "auth_bytes",
        "session_lifetime_ms",
    )

    API_KEY = 36
    VERSIONS = range(0, 3)
    FLEXIBLE_FROM = 2

    error_code: int
    """Outcome of the whole request; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    auth_bytes: bytes
    """What the SASL mechanism wants to say."""

    session_lifetime_ms: int
    """Milliseconds after which the client has to authenticate again; 0 is never. (versions 1+)
    """

    def __init__(
        self,
        *,
        error_code: int = 0,
        error_message: str | None = "",
        auth_bytes: bytes = b"",
        session_lifetime_ms: int = 0,
    ) -> None:
        self.error_code = error_code
        self.error_message = error_message
        self.auth_bytes = auth_bytes
        self.session_lifetime_ms = session_lifetime_ms


def _write_sasl_authenticate_request_v0_v1(
    message: SaslAuthenticateRequest, parts: list[Buffer]
) -> None:
    payload: Buffer = message.auth_bytes
    length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)


def _read_sasl_authenticate_request_v0_v1(
    data: bytes, offset: int
) -> tuple[SaslAuthenticateRequest, int]:
    message = _new(SaslAuthenticateRequest)
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("SaslAuthenticateRequest.auth_bytes")
    end = offset + length
    message.auth_bytes = data[offset:end]
    offset = end
    return message, offset


def _write_sasl_authenticate_request_v2(
    message: SaslAuthenticateRequest, parts: list[Buffer]
) -> None:
    payload: Buffer = message.auth_bytes
    length = len(payload) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(payload)
    parts.append(b"\x00")


def _read_sasl_authenticate_request_v2(
    data: bytes, offset: int
) -> tuple[SaslAuthenticateRequest, int]:
    message = _new(SaslAuthenticateRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("SaslAuthenticateRequest.auth_bytes")
    end = offset + length - 1
    message.auth_bytes = data[offset:end]
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_sasl_authenticate_response_v0(
    message: SaslAuthenticateResponse, parts: list[Buffer]
) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.error_message.encode()
        length = len(text)
    parts.append(_pack_hh(message.error_code, length))
    parts.append(text)
    payload: Buffer = message.auth_bytes
    length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)


def _read_sasl_authenticate_response_v0(
    data: bytes, offset: int
) -> tuple[SaslAuthenticateResponse, int]:
    message = _new(SaslAuthenticateResponse)
    message.session_lifetime_ms = 0
    message.error_code, length = _unpack_hh(data, offset)
    offset += 4
    if length < 0:
        if length != -1:
            raise null_refused("SaslAuthenticateResponse.error_message")
        message.error_message = None
    else:
        end = offset + length
        message.error_message = data[offset:end].decode()
        offset = end
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("SaslAuthenticateResponse.auth_bytes")
    end = offset + length
    message.auth_bytes = data[offset:end]
    offset = end
    return message, offset


def _write_sasl_authenticate_response_v1(
    message: SaslAuthenticateResponse, parts: list[Buffer]
) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.error_message.encode()
        length = len(text)
    parts.append(_pack_hh(message.error_code, length))
    parts.append(text)
    payload: Buffer = message.auth_bytes
    length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)
    parts.append(_pack_q(message.session_lifetime_ms))


def _read_sasl_authenticate_response_v1(
    data: bytes, offset: int
) -> tuple[SaslAuthenticateResponse, int]:
    message = _new(SaslAuthenticateResponse)
    message.error_code, length = _unpack_hh(data, offset)
    offset += 4
    if length < 0:
        if length != -1:
            raise null_refused("SaslAuthenticateResponse.error_message")
        message.error_message = None
    else:
        end = offset + length
        message.error_message = data[offset:end].decode()
        offset = end
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("SaslAuthenticateResponse.auth_bytes")
    end = offset + length
    message.auth_bytes = data[offset:end]
    offset = end
    (message.session_lifetime_ms,) = _unpack_q(data, offset)
    offset += 8
    return message, offset


def _write_sasl_authenticate_response_v2(
    message: SaslAuthenticateResponse, parts: list[Buffer]
) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_hB(message.error_code, length)
        if length < 128
        else _pack_h(message.error_code) + uvarint(length)
    )
    parts.append(text)
    payload: Buffer = message.auth_bytes
    length = len(payload) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(payload)
    parts.append(_pack_q0(message.session_lifetime_ms))


def _read_sasl_authenticate_response_v2(
    data: bytes, offset: int
) -> tuple[SaslAuthenticateResponse, int]:
    message = _new(SaslAuthenticateResponse)
    message.error_code, length = _unpack_hB(data, offset)
    offset += 3
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.error_message = None
    else:
        end = offset + length - 1
        message.error_message = data[offset:end].decode()
        offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("SaslAuthenticateResponse.auth_bytes")
    end = offset + length - 1
    message.auth_bytes = data[offset:end]
    offset = end
    message.session_lifetime_ms, count = _unpack_qB(data, offset)
    offset += 9
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


SaslAuthenticateRequest.WRITERS = {
    0: _write_sasl_authenticate_request_v0_v1,
    1: _write_sasl_authenticate_request_v0_v1,
    2: _write_sasl_authenticate_request_v2,
}
SaslAuthenticateRequest.READERS = {
    0: _read_sasl_authenticate_request_v0_v1,
    1: _read_sasl_authenticate_request_v0_v1,
    2: _read_sasl_authenticate_request_v2,
}
SaslAuthenticateResponse.WRITERS = {
    0: _write_sasl_authenticate_response_v0,
    1: _write_sasl_authenticate_response_v1,
    2: _write_sasl_authenticate_response_v2,
}
SaslAuthenticateResponse.READERS = {
    0: _read_sasl_authenticate_response_v0,
    1: _read_sasl_authenticate_response_v1,
    2: _read_sasl_authenticate_response_v2,
}
