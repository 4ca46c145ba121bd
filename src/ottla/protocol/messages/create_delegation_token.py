# SPDX-License-Identifier: Apache-2.0
"""CreateDelegationToken (key 38).

Makes a token by which others can act for a user.

Errors: DELEGATION_TOKEN_AUTH_DISABLED, DELEGATION_TOKEN_REQUEST_NOT_ALLOWED,
DELEGATION_TOKEN_AUTHORIZATION_FAILED, INVALID_PRINCIPAL_TYPE, INVALID_TIMESTAMP,
NOT_CONTROLLER.

Generated from `definitions/create_delegation_token.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    count_refused,
    field_unsupported,
    null_refused,
    read_long_uvarint,
    skip_tagged_fields,
    uvarint,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.protocol.primitives import Buffer

_new = object.__new__
_h = Format(">h")
_pack_h = _h.pack
_unpack_h = _h.unpack_from
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
_i0 = Format(">ix")
_pack_i0 = _i0.pack
_iB = Format(">iB")
_unpack_iB = _iB.unpack_from
_q0 = Format(">qx")
_pack_q0 = _q0.pack
_qB = Format(">qB")
_unpack_qB = _qB.unpack_from
_qqq = Format(">qqq")
_pack_qqq = _qqq.pack
_qqqB = Format(">qqqB")
_pack_qqqB = _qqqB.pack
_unpack_qqqB = _qqqB.unpack_from
_qqqh = Format(">qqqh")
_pack_qqqh = _qqqh.pack
_unpack_qqqh = _qqqh.unpack_from


class CreateDelegationTokenRequest(Message):
    """For whom, and for how long."""

    __slots__ = (
        "owner_principal_type",
        "owner_principal_name",
        "renewers",
        "max_lifetime_ms",
    )

    API_KEY = 38
    VERSIONS = range(1, 4)
    FLEXIBLE_FROM = 2

    owner_principal_type: str | None
    """The kind of the user who shall own the token; null is the one who asks. (versions 3+; may be
    None)
    """

    owner_principal_name: str | None
    """The name of the user who shall own the token; null is the one who asks. (versions 3+; may be
    None)
    """

    renewers: list[CreatableRenewers]
    """Users who may renew the token, besides its owner."""

    max_lifetime_ms: int
    """Milliseconds for which the token can be renewed; -1 takes the broker's limit."""

    def __init__(
        self,
        *,
        owner_principal_type: str | None = "",
        owner_principal_name: str | None = "",
        renewers: Iterable[CreatableRenewers] = (),
        max_lifetime_ms: int = 0,
    ) -> None:
        self.owner_principal_type = owner_principal_type
        self.owner_principal_name = owner_principal_name
        self.renewers = list(renewers)
        self.max_lifetime_ms = max_lifetime_ms


class CreatableRenewers(Struct):
    """Users who may renew the token, besides its owner."""

    __slots__ = (
        "principal_type",
        "principal_name",
    )

    principal_type: str
    """The kind of the user, `User` as a rule."""

    principal_name: str
    """The user's name."""

    def __init__(self, *, principal_type: str = "", principal_name: str = "") -> None:
        self.principal_type = principal_type
        self.principal_name = principal_name


class CreateDelegationTokenResponse(Message):
    """The token."""

    __slots__ = (
        "error_code",
        "principal_type",
        "principal_name",
        "token_requester_principal_type",
        "token_requester_principal_name",
        "issue_timestamp_ms",
        "expiry_timestamp_ms",
        "max_timestamp_ms",
        "token_id",
        "hmac",
        "throttle_time_ms",
    )

    API_KEY = 38
    VERSIONS = range(1, 4)
    FLEXIBLE_FROM = 2

    error_code: int
    """Outcome of the whole request; 0 is success."""

    principal_type: str
    """The kind of the user, `User` as a rule."""

    principal_name: str
    """The user's name."""

    token_requester_principal_type: str
    """The kind of the user who asked for the token. (versions 3+)"""

    token_requester_principal_name: str
    """The name of the user who asked for the token. (versions 3+)"""

    issue_timestamp_ms: int
    """When the token was made, as Unix time in milliseconds."""

    expiry_timestamp_ms: int
    """When the token expires unless it is renewed, as Unix time in milliseconds."""

    max_timestamp_ms: int
    """Until when the token can be renewed, as Unix time in milliseconds."""

    token_id: str
    """The token's id."""

    hmac: bytes
    """The token's secret."""

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    def __init__(
        self,
        *,
        error_code: int = 0,
        principal_type: str = "",
        principal_name: str = "",
        token_requester_principal_type: str = "",
        token_requester_principal_name: str = "",
        issue_timestamp_ms: int = 0,
        expiry_timestamp_ms: int = 0,
        max_timestamp_ms: int = 0,
        token_id: str = "",
        hmac: bytes = b"",
        throttle_time_ms: int = 0,
    ) -> None:
        self.error_code = error_code
        self.principal_type = principal_type
        self.principal_name = principal_name
        self.token_requester_principal_type = token_requester_principal_type
        self.token_requester_principal_name = token_requester_principal_name
        self.issue_timestamp_ms = issue_timestamp_ms
        self.expiry_timestamp_ms = expiry_timestamp_ms
        self.max_timestamp_ms = max_timestamp_ms
        self.token_id = token_id
        self.hmac = hmac
        self.throttle_time_ms = throttle_time_ms


def _write_create_delegation_token_request_v1(
    message: CreateDelegationTokenRequest, parts: list[Buffer]
) -> None:
    if message.owner_principal_type != "":
        raise field_unsupported("CreateDelegationTokenRequest.owner_principal_type", "1")
    if message.owner_principal_name != "":
        raise field_unsupported("CreateDelegationTokenRequest.owner_principal_name", "1")
    count = len(message.renewers)
    parts.append(_pack_i(count))
    for creatable_renewers in message.renewers:
        _write_creatable_renewers_v1(creatable_renewers, parts)
    parts.append(_pack_q(message.max_lifetime_ms))


def _read_create_delegation_token_request_v1(
    data: bytes, offset: int
) -> tuple[CreateDelegationTokenRequest, int]:
    message = _new(CreateDelegationTokenRequest)
    message.owner_principal_type = ""
    message.owner_principal_name = ""
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("CreateDelegationTokenRequest.renewers")
    if count * 4 > len(data) - offset:
        raise count_refused("CreateDelegationTokenRequest.renewers", count)
    renewers: list[CreatableRenewers] = []
    for _ in range(count):
        creatable_renewers, offset = _read_creatable_renewers_v1(data, offset)
        renewers.append(creatable_renewers)
    message.renewers = renewers
    (message.max_lifetime_ms,) = _unpack_q(data, offset)
    offset += 8
    return message, offset


def _write_create_delegation_token_request_v2(
    message: CreateDelegationTokenRequest, parts: list[Buffer]
) -> None:
    if message.owner_principal_type != "":
        raise field_unsupported("CreateDelegationTokenRequest.owner_principal_type", "2")
    if message.owner_principal_name != "":
        raise field_unsupported("CreateDelegationTokenRequest.owner_principal_name", "2")
    count = len(message.renewers) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for creatable_renewers in message.renewers:
        _write_creatable_renewers_v2_v3(creatable_renewers, parts)
    parts.append(_pack_q0(message.max_lifetime_ms))


def _read_create_delegation_token_request_v2(
    data: bytes, offset: int
) -> tuple[CreateDelegationTokenRequest, int]:
    message = _new(CreateDelegationTokenRequest)
    message.owner_principal_type = ""
    message.owner_principal_name = ""
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("CreateDelegationTokenRequest.renewers")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("CreateDelegationTokenRequest.renewers", count)
    renewers: list[CreatableRenewers] = []
    for _ in range(count):
        creatable_renewers, offset = _read_creatable_renewers_v2_v3(data, offset)
        renewers.append(creatable_renewers)
    message.renewers = renewers
    message.max_lifetime_ms, count = _unpack_qB(data, offset)
    offset += 9
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_create_delegation_token_request_v3(
    message: CreateDelegationTokenRequest, parts: list[Buffer]
) -> None:
    if message.owner_principal_type is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.owner_principal_type.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.owner_principal_name is None:
        text = b""
        length = 0
    else:
        text = message.owner_principal_name.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.renewers) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for creatable_renewers in message.renewers:
        _write_creatable_renewers_v2_v3(creatable_renewers, parts)
    parts.append(_pack_q0(message.max_lifetime_ms))


def _read_create_delegation_token_request_v3(
    data: bytes, offset: int
) -> tuple[CreateDelegationTokenRequest, int]:
    message = _new(CreateDelegationTokenRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.owner_principal_type = None
    else:
        end = offset + length - 1
        message.owner_principal_type = data[offset:end].decode()
        offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.owner_principal_name = None
    else:
        end = offset + length - 1
        message.owner_principal_name = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("CreateDelegationTokenRequest.renewers")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("CreateDelegationTokenRequest.renewers", count)
    renewers: list[CreatableRenewers] = []
    for _ in range(count):
        creatable_renewers, offset = _read_creatable_renewers_v2_v3(data, offset)
        renewers.append(creatable_renewers)
    message.renewers = renewers
    message.max_lifetime_ms, count = _unpack_qB(data, offset)
    offset += 9
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_creatable_renewers_v1(message: CreatableRenewers, parts: list[Buffer]) -> None:
    text: Buffer = message.principal_type.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.principal_name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_creatable_renewers_v1(data: bytes, offset: int) -> tuple[CreatableRenewers, int]:
    message = _new(CreatableRenewers)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("CreatableRenewers.principal_type")
    end = offset + length
    message.principal_type = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("CreatableRenewers.principal_name")
    end = offset + length
    message.principal_name = data[offset:end].decode()
    offset = end
    return message, offset


def _write_creatable_renewers_v2_v3(message: CreatableRenewers, parts: list[Buffer]) -> None:
    text: Buffer = message.principal_type.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.principal_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_creatable_renewers_v2_v3(data: bytes, offset: int) -> tuple[CreatableRenewers, int]:
    message = _new(CreatableRenewers)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("CreatableRenewers.principal_type")
    end = offset + length - 1
    message.principal_type = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("CreatableRenewers.principal_name")
    end = offset + length - 1
    message.principal_name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_create_delegation_token_response_v1(
    message: CreateDelegationTokenResponse, parts: list[Buffer]
) -> None:
    if message.token_requester_principal_type != "":
        raise field_unsupported("CreateDelegationTokenResponse.token_requester_principal_type", "1")
    if message.token_requester_principal_name != "":
        raise field_unsupported("CreateDelegationTokenResponse.token_requester_principal_name", "1")
    text: Buffer = message.principal_type.encode()
    length = len(text)
    parts.append(_pack_hh(message.error_code, length))
    parts.append(text)
    text = message.principal_name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.token_id.encode()
    length = len(text)
    parts.append(
        _pack_qqqh(
            message.issue_timestamp_ms,
            message.expiry_timestamp_ms,
            message.max_timestamp_ms,
            length,
        )
    )
    parts.append(text)
    payload: Buffer = message.hmac
    length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)
    parts.append(_pack_i(message.throttle_time_ms))


def _read_create_delegation_token_response_v1(
    data: bytes, offset: int
) -> tuple[CreateDelegationTokenResponse, int]:
    message = _new(CreateDelegationTokenResponse)
    message.token_requester_principal_type = ""
    message.token_requester_principal_name = ""
    message.error_code, length = _unpack_hh(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("CreateDelegationTokenResponse.principal_type")
    end = offset + length
    message.principal_type = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("CreateDelegationTokenResponse.principal_name")
    end = offset + length
    message.principal_name = data[offset:end].decode()
    offset = end
    message.issue_timestamp_ms, message.expiry_timestamp_ms, message.max_timestamp_ms, length = (
        _unpack_qqqh(data, offset)
    )
    offset += 26
    if length < 0:
        raise null_refused("CreateDelegationTokenResponse.token_id")
    end = offset + length
    message.token_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("CreateDelegationTokenResponse.hmac")
    end = offset + length
    message.hmac = data[offset:end]
    offset = end
    (message.throttle_time_ms,) = _unpack_i(data, offset)
    offset += 4
    return message, offset


def _write_create_delegation_token_response_v2(
    message: CreateDelegationTokenResponse, parts: list[Buffer]
) -> None:
    if message.token_requester_principal_type != "":
        raise field_unsupported("CreateDelegationTokenResponse.token_requester_principal_type", "2")
    if message.token_requester_principal_name != "":
        raise field_unsupported("CreateDelegationTokenResponse.token_requester_principal_name", "2")
    text: Buffer = message.principal_type.encode()
    length = len(text) + 1
    parts.append(
        _pack_hB(message.error_code, length)
        if length < 128
        else _pack_h(message.error_code) + uvarint(length)
    )
    parts.append(text)
    text = message.principal_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.token_id.encode()
    length = len(text) + 1
    parts.append(
        _pack_qqqB(
            message.issue_timestamp_ms,
            message.expiry_timestamp_ms,
            message.max_timestamp_ms,
            length,
        )
        if length < 128
        else _pack_qqq(
            message.issue_timestamp_ms, message.expiry_timestamp_ms, message.max_timestamp_ms
        )
        + uvarint(length)
    )
    parts.append(text)
    payload: Buffer = message.hmac
    length = len(payload) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(payload)
    parts.append(_pack_i0(message.throttle_time_ms))


def _read_create_delegation_token_response_v2(
    data: bytes, offset: int
) -> tuple[CreateDelegationTokenResponse, int]:
    message = _new(CreateDelegationTokenResponse)
    message.token_requester_principal_type = ""
    message.token_requester_principal_name = ""
    message.error_code, length = _unpack_hB(data, offset)
    offset += 3
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("CreateDelegationTokenResponse.principal_type")
    end = offset + length - 1
    message.principal_type = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("CreateDelegationTokenResponse.principal_name")
    end = offset + length - 1
    message.principal_name = data[offset:end].decode()
    offset = end
    message.issue_timestamp_ms, message.expiry_timestamp_ms, message.max_timestamp_ms, length = (
        _unpack_qqqB(data, offset)
    )
    offset += 25
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("CreateDelegationTokenResponse.token_id")
    end = offset + length - 1
    message.token_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("CreateDelegationTokenResponse.hmac")
    end = offset + length - 1
    message.hmac = data[offset:end]
    offset = end
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_create_delegation_token_response_v3(
    message: CreateDelegationTokenResponse, parts: list[Buffer]
) -> None:
    text: Buffer = message.principal_type.encode()
    length = len(text) + 1
    parts.append(
        _pack_hB(message.error_code, length)
        if length < 128
        else _pack_h(message.error_code) + uvarint(length)
    )
    parts.append(text)
    text = message.principal_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.token_requester_principal_type.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.token_requester_principal_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.token_id.encode()
    length = len(text) + 1
    parts.append(
        _pack_qqqB(
            message.issue_timestamp_ms,
            message.expiry_timestamp_ms,
            message.max_timestamp_ms,
            length,
        )
        if length < 128
        else _pack_qqq(
            message.issue_timestamp_ms, message.expiry_timestamp_ms, message.max_timestamp_ms
        )
        + uvarint(length)
    )
    parts.append(text)
    payload: Buffer = message.hmac
    length = len(payload) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(payload)
    parts.append(_pack_i0(message.throttle_time_ms))


def _read_create_delegation_token_response_v3(
    data: bytes, offset: int
) -> tuple[CreateDelegationTokenResponse, int]:
    message = _new(CreateDelegationTokenResponse)
    message.error_code, length = _unpack_hB(data, offset)
    offset += 3
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("CreateDelegationTokenResponse.principal_type")
    end = offset + length - 1
    message.principal_type = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("CreateDelegationTokenResponse.principal_name")
    end = offset + length - 1
    message.principal_name = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("CreateDelegationTokenResponse.token_requester_principal_type")
    end = offset + length - 1
    message.token_requester_principal_type = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("CreateDelegationTokenResponse.token_requester_principal_name")
    end = offset + length - 1
    message.token_requester_principal_name = data[offset:end].decode()
    offset = end
    message.issue_timestamp_ms, message.expiry_timestamp_ms, message.max_timestamp_ms, length = (
        _unpack_qqqB(data, offset)
    )
    offset += 25
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("CreateDelegationTokenResponse.token_id")
    end = offset + length - 1
    message.token_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("CreateDelegationTokenResponse.hmac")
    end = offset + length - 1
    message.hmac = data[offset:end]
    offset = end
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


CreateDelegationTokenRequest.WRITERS = {
    1: _write_create_delegation_token_request_v1,
    2: _write_create_delegation_token_request_v2,
    3: _write_create_delegation_token_request_v3,
}
CreateDelegationTokenRequest.READERS = {
    1: _read_create_delegation_token_request_v1,
    2: _read_create_delegation_token_request_v2,
    3: _read_create_delegation_token_request_v3,
}
CreateDelegationTokenResponse.WRITERS = {
    1: _write_create_delegation_token_response_v1,
    2: _write_create_delegation_token_response_v2,
    3: _write_create_delegation_token_response_v3,
}
CreateDelegationTokenResponse.READERS = {
    1: _read_create_delegation_token_response_v1,
    2: _read_create_delegation_token_response_v2,
    3: _read_create_delegation_token_response_v3,
}
