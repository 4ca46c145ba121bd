# SPDX-License-Identifier: Apache-2.0
"""ExpireDelegationToken (key 40).

Lets a delegation token expire earlier or at once.

Errors: DELEGATION_TOKEN_AUTH_DISABLED, DELEGATION_TOKEN_REQUEST_NOT_ALLOWED,
DELEGATION_TOKEN_NOT_FOUND, DELEGATION_TOKEN_OWNER_MISMATCH, DELEGATION_TOKEN_EXPIRED,
NOT_CONTROLLER.

Generated from `definitions/expire_delegation_token.txt` by `make gen`.
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
_i = Format(">i")
_pack_i = _i.pack
_unpack_i = _i.unpack_from
_q = Format(">q")
_pack_q = _q.pack
_unpack_q = _q.unpack_from
_q0 = Format(">qx")
_pack_q0 = _q0.pack
_qB = Format(">qB")
_unpack_qB = _qB.unpack_from
_hqi = Format(">hqi")
_pack_hqi = _hqi.pack
_unpack_hqi = _hqi.unpack_from
_hqi0 = Format(">hqix")
_pack_hqi0 = _hqi0.pack
_hqiB = Format(">hqiB")
_unpack_hqiB = _hqiB.unpack_from


class ExpireDelegationTokenRequest(Message):
    """The token."""

    __slots__ = (
        "hmac",
        "expiry_time_period_ms",
    )

    API_KEY = 40
    VERSIONS = range(1, 3)
    FLEXIBLE_FROM = 2

    hmac: bytes
    """The token's secret."""

    expiry_time_period_ms: int
    """Milliseconds from now until the token expires; a negative number ends it at once."""

    def __init__(self, *, hmac: bytes = b"", expiry_time_period_ms: int = 0) -> None:
        self.hmac = hmac
        self.expiry_time_period_ms = expiry_time_period_ms


class ExpireDelegationTokenResponse(Message):
    """When it expires."""

    __slots__ = (
        "error_code",
        "expiry_timestamp_ms",
        "throttle_time_ms",
    )

    API_KEY = 40
    VERSIONS = range(1, 3)
    FLEXIBLE_FROM = 2

    error_code: int
    """Outcome of the whole request; 0 is success."""

    expiry_timestamp_ms: int
    """When the token expires unless it is renewed, as Unix time in milliseconds."""

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    def __init__(
        self, *, error_code: int = 0, expiry_timestamp_ms: int = 0, throttle_time_ms: int = 0
    ) -> None:
        self.error_code = error_code
        self.expiry_timestamp_ms = expiry_timestamp_ms
        self.throttle_time_ms = throttle_time_ms


def _write_expire_delegation_token_request_v1(
    message: ExpireDelegationTokenRequest, parts: list[Buffer]
) -> None:
    payload: Buffer = message.hmac
    length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)
    parts.append(_pack_q(message.expiry_time_period_ms))


def _read_expire_delegation_token_request_v1(
    data: bytes, offset: int
) -> tuple[ExpireDelegationTokenRequest, int]:
    message = _new(ExpireDelegationTokenRequest)
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("ExpireDelegationTokenRequest.hmac")
    end = offset + length
    message.hmac = data[offset:end]
    offset = end
    (message.expiry_time_period_ms,) = _unpack_q(data, offset)
    offset += 8
    return message, offset


def _write_expire_delegation_token_request_v2(
    message: ExpireDelegationTokenRequest, parts: list[Buffer]
) -> None:
    payload: Buffer = message.hmac
    length = len(payload) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(payload)
    parts.append(_pack_q0(message.expiry_time_period_ms))


def _read_expire_delegation_token_request_v2(
    data: bytes, offset: int
) -> tuple[ExpireDelegationTokenRequest, int]:
    message = _new(ExpireDelegationTokenRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ExpireDelegationTokenRequest.hmac")
    end = offset + length - 1
    message.hmac = data[offset:end]
    offset = end
    message.expiry_time_period_ms, count = _unpack_qB(data, offset)
    offset += 9
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_expire_delegation_token_response_v1(
    message: ExpireDelegationTokenResponse, parts: list[Buffer]
) -> None:
    parts.append(
        _pack_hqi(message.error_code, message.expiry_timestamp_ms, message.throttle_time_ms)
    )


def _read_expire_delegation_token_response_v1(
    data: bytes, offset: int
) -> tuple[ExpireDelegationTokenResponse, int]:
    message = _new(ExpireDelegationTokenResponse)
    message.error_code, message.expiry_timestamp_ms, message.throttle_time_ms = _unpack_hqi(
        data, offset
    )
    offset += 14
    return message, offset


def _write_expire_delegation_token_response_v2(
    message: ExpireDelegationTokenResponse, parts: list[Buffer]
) -> None:
    parts.append(
        _pack_hqi0(message.error_code, message.expiry_timestamp_ms, message.throttle_time_ms)
    )


def _read_expire_delegation_token_response_v2(
    data: bytes, offset: int
) -> tuple[ExpireDelegationTokenResponse, int]:
    message = _new(ExpireDelegationTokenResponse)
    message.error_code, message.expiry_timestamp_ms, message.throttle_time_ms, count = _unpack_hqiB(
        data, offset
    )
    offset += 15
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


ExpireDelegationTokenRequest.WRITERS = {
    1: _write_expire_delegation_token_request_v1,
    2: _write_expire_delegation_token_request_v2,
}
ExpireDelegationTokenRequest.READERS = {
    1: _read_expire_delegation_token_request_v1,
    2: _read_expire_delegation_token_request_v2,
}
ExpireDelegationTokenResponse.WRITERS = {
    1: _write_expire_delegation_token_response_v1,
    2: _write_expire_delegation_token_response_v2,
}
ExpireDelegationTokenResponse.READERS = {
    1: _read_expire_delegation_token_response_v1,
    2: _read_expire_delegation_token_response_v2,
}
