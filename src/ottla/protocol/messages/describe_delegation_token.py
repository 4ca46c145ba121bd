# SPDX-License-Identifier: Apache-2.0
"""DescribeDelegationToken (key 41).

Lists delegation tokens.

Errors: DELEGATION_TOKEN_AUTH_DISABLED, DELEGATION_TOKEN_REQUEST_NOT_ALLOWED,
DELEGATION_TOKEN_AUTHORIZATION_FAILED.

Generated from `definitions/describe_delegation_token.txt` by `make gen`.
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
_hB = Format(">hB")
_pack_hB = _hB.pack
_unpack_hB = _hB.unpack_from
_hi = Format(">hi")
_pack_hi = _hi.pack
_unpack_hi = _hi.unpack_from
_i0 = Format(">ix")
_pack_i0 = _i0.pack
_iB = Format(">iB")
_unpack_iB = _iB.unpack_from
_qqq = Format(">qqq")
_pack_qqq = _qqq.pack
_qqqB = Format(">qqqB")
_pack_qqqB = _qqqB.pack
_unpack_qqqB = _qqqB.unpack_from
_qqqh = Format(">qqqh")
_pack_qqqh = _qqqh.pack
_unpack_qqqh = _qqqh.unpack_from


class DescribeDelegationTokenRequest(Message):
    """Whose tokens are wanted."""

    __slots__ = ("owners",)

    API_KEY = 41
    VERSIONS = range(1, 4)
    FLEXIBLE_FROM = 2

    owners: list[DescribeDelegationTokenOwner] | None
    """The users whose tokens are wanted; null means all. (may be None)"""

    def __init__(self, *, owners: Iterable[DescribeDelegationTokenOwner] | None = ()) -> None:
        self.owners = None if owners is None else list(owners)


class DescribeDelegationTokenOwner(Struct):
    """The users whose tokens are wanted; null means all."""

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


class DescribeDelegationTokenResponse(Message):
    """The tokens."""

    __slots__ = (
        "error_code",
        "tokens",
        "throttle_time_ms",
    )

    API_KEY = 41
    VERSIONS = range(1, 4)
    FLEXIBLE_FROM = 2

    error_code: int
    """Outcome of the whole request; 0 is success."""

    tokens: list[DescribedDelegationToken]
    """The tokens that the user may see."""

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    def __init__(
        self,
        *,
        error_code: int = 0,
        tokens: Iterable[DescribedDelegationToken] = (),
        throttle_time_ms: int = 0,
    ) -> None:
        self.error_code = error_code
        self.tokens = list(tokens)
        self.throttle_time_ms = throttle_time_ms


class DescribedDelegationToken(Struct):
    """The tokens that the user may see."""

    __slots__ = (
        "principal_type",
        "principal_name",
        "token_requester_principal_type",
        "token_requester_principal_name",
        "issue_timestamp",
        "expiry_timestamp",
        "max_timestamp",
        "token_id",
        "hmac",
        "renewers",
    )

    principal_type: str
    """The kind of the user, `User` as a rule."""

    principal_name: str
    """The user's name."""

    token_requester_principal_type: str
    """The kind of the user who asked for the token. (versions 3+)"""

    token_requester_principal_name: str
    """The name of the user who asked for the token. (versions 3+)"""

    issue_timestamp: int
    """When the token was made, as Unix time in milliseconds."""

    expiry_timestamp: int
    """When the token expires unless it is renewed, as Unix time in milliseconds."""

    max_timestamp: int
    """Until when the token can be renewed, as Unix time in milliseconds."""

    token_id: str
    """The token's id."""

    hmac: bytes
    """The token's secret."""

    renewers: list[DescribedDelegationTokenRenewer]
    """Users who may renew the token, besides its owner."""

    def __init__(
        self,
        *,
        principal_type: str = "",
        principal_name: str = "",
        token_requester_principal_type: str = "",
        token_requester_principal_name: str = "",
        issue_timestamp: int = 0,
        expiry_timestamp: int = 0,
        max_timestamp: int = 0,
        token_id: str = "",
        hmac: bytes = b"",
        renewers: Iterable[DescribedDelegationTokenRenewer] = (),
    ) -> None:
        self.principal_type = principal_type
        self.principal_name = principal_name
        self.token_requester_principal_type = token_requester_principal_type
        self.token_requester_principal_name = token_requester_principal_name
        self.issue_timestamp = issue_timestamp
        self.expiry_timestamp = expiry_timestamp
        self.max_timestamp = max_timestamp
        self.token_id = token_id
        self.hmac = hmac
        self.renewers = list(renewers)


class DescribedDelegationTokenRenewer(Struct):
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


def _write_describe_delegation_token_request_v1(
    message: DescribeDelegationTokenRequest, parts: list[Buffer]
) -> None:
    count = -1 if message.owners is None else len(message.owners)
    parts.append(_pack_i(count))
    if message.owners:
        for describe_delegation_token_owner in message.owners:
            _write_describe_delegation_token_owner_v1(describe_delegation_token_owner, parts)


def _read_describe_delegation_token_request_v1(
    data: bytes, offset: int
) -> tuple[DescribeDelegationTokenRequest, int]:
    message = _new(DescribeDelegationTokenRequest)
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        if count != -1:
            raise null_refused("DescribeDelegationTokenRequest.owners")
        message.owners = None
    else:
        if count * 4 > len(data) - offset:
            raise count_refused("DescribeDelegationTokenRequest.owners", count)
        owners: list[DescribeDelegationTokenOwner] = []
        for _ in range(count):
            describe_delegation_token_owner, offset = _read_describe_delegation_token_owner_v1(
                data, offset
            )
            owners.append(describe_delegation_token_owner)
        message.owners = owners
    return message, offset


def _write_describe_delegation_token_request_v2_v3(
    message: DescribeDelegationTokenRequest, parts: list[Buffer]
) -> None:
    count = 0 if message.owners is None else len(message.owners) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.owners:
        for describe_delegation_token_owner in message.owners:
            _write_describe_delegation_token_owner_v2_v3(describe_delegation_token_owner, parts)
    parts.append(b"\x00")


def _read_describe_delegation_token_request_v2_v3(
    data: bytes, offset: int
) -> tuple[DescribeDelegationTokenRequest, int]:
    message = _new(DescribeDelegationTokenRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.owners = None
    else:
        count -= 1
        if count * 3 > len(data) - offset:
            raise count_refused("DescribeDelegationTokenRequest.owners", count)
        owners: list[DescribeDelegationTokenOwner] = []
        for _ in range(count):
            describe_delegation_token_owner, offset = _read_describe_delegation_token_owner_v2_v3(
                data, offset
            )
            owners.append(describe_delegation_token_owner)
        message.owners = owners
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_delegation_token_owner_v1(
    message: DescribeDelegationTokenOwner, parts: list[Buffer]
) -> None:
    text: Buffer = message.principal_type.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.principal_name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_describe_delegation_token_owner_v1(
    data: bytes, offset: int
) -> tuple[DescribeDelegationTokenOwner, int]:
    message = _new(DescribeDelegationTokenOwner)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribeDelegationTokenOwner.principal_type")
    end = offset + length
    message.principal_type = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribeDelegationTokenOwner.principal_name")
    end = offset + length
    message.principal_name = data[offset:end].decode()
    offset = end
    return message, offset


def _write_describe_delegation_token_owner_v2_v3(
    message: DescribeDelegationTokenOwner, parts: list[Buffer]
) -> None:
    text: Buffer = message.principal_type.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.principal_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_describe_delegation_token_owner_v2_v3(
    data: bytes, offset: int
) -> tuple[DescribeDelegationTokenOwner, int]:
    message = _new(DescribeDelegationTokenOwner)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeDelegationTokenOwner.principal_type")
    end = offset + length - 1
    message.principal_type = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeDelegationTokenOwner.principal_name")
    end = offset + length - 1
    message.principal_name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_delegation_token_response_v1(
    message: DescribeDelegationTokenResponse, parts: list[Buffer]
) -> None:
    count = len(message.tokens)
    parts.append(_pack_hi(message.error_code, count))
    for described_delegation_token in message.tokens:
        _write_described_delegation_token_v1(described_delegation_token, parts)
    parts.append(_pack_i(message.throttle_time_ms))


def _read_describe_delegation_token_response_v1(
    data: bytes, offset: int
) -> tuple[DescribeDelegationTokenResponse, int]:
    message = _new(DescribeDelegationTokenResponse)
    message.error_code, count = _unpack_hi(data, offset)
    offset += 6
    if count < 0:
        raise null_refused("DescribeDelegationTokenResponse.tokens")
    if count * 38 > len(data) - offset:
        raise count_refused("DescribeDelegationTokenResponse.tokens", count)
    tokens: list[DescribedDelegationToken] = []
    for _ in range(count):
        described_delegation_token, offset = _read_described_delegation_token_v1(data, offset)
        tokens.append(described_delegation_token)
    message.tokens = tokens
    (message.throttle_time_ms,) = _unpack_i(data, offset)
    offset += 4
    return message, offset


def _write_describe_delegation_token_response_v2(
    message: DescribeDelegationTokenResponse, parts: list[Buffer]
) -> None:
    count = len(message.tokens) + 1
    parts.append(
        _pack_hB(message.error_code, count)
        if count < 128
        else _pack_h(message.error_code) + uvarint(count)
    )
    for described_delegation_token in message.tokens:
        _write_described_delegation_token_v2(described_delegation_token, parts)
    parts.append(_pack_i0(message.throttle_time_ms))


def _read_describe_delegation_token_response_v2(
    data: bytes, offset: int
) -> tuple[DescribeDelegationTokenResponse, int]:
    message = _new(DescribeDelegationTokenResponse)
    message.error_code, count = _unpack_hB(data, offset)
    offset += 3
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeDelegationTokenResponse.tokens")
    count -= 1
    if count * 30 > len(data) - offset:
        raise count_refused("DescribeDelegationTokenResponse.tokens", count)
    tokens: list[DescribedDelegationToken] = []
    for _ in range(count):
        described_delegation_token, offset = _read_described_delegation_token_v2(data, offset)
        tokens.append(described_delegation_token)
    message.tokens = tokens
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_delegation_token_response_v3(
    message: DescribeDelegationTokenResponse, parts: list[Buffer]
) -> None:
    count = len(message.tokens) + 1
    parts.append(
        _pack_hB(message.error_code, count)
        if count < 128
        else _pack_h(message.error_code) + uvarint(count)
    )
    for described_delegation_token in message.tokens:
        _write_described_delegation_token_v3(described_delegation_token, parts)
    parts.append(_pack_i0(message.throttle_time_ms))


def _read_describe_delegation_token_response_v3(
    data: bytes, offset: int
) -> tuple[DescribeDelegationTokenResponse, int]:
    message = _new(DescribeDelegationTokenResponse)
    message.error_code, count = _unpack_hB(data, offset)
    offset += 3
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeDelegationTokenResponse.tokens")
    count -= 1
    if count * 32 > len(data) - offset:
        raise count_refused("DescribeDelegationTokenResponse.tokens", count)
    tokens: list[DescribedDelegationToken] = []
    for _ in range(count):
        described_delegation_token, offset = _read_described_delegation_token_v3(data, offset)
        tokens.append(described_delegation_token)
    message.tokens = tokens
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_described_delegation_token_v1(
    message: DescribedDelegationToken, parts: list[Buffer]
) -> None:
    if message.token_requester_principal_type != "":
        raise field_unsupported("DescribedDelegationToken.token_requester_principal_type", "1")
    if message.token_requester_principal_name != "":
        raise field_unsupported("DescribedDelegationToken.token_requester_principal_name", "1")
    text: Buffer = message.principal_type.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.principal_name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.token_id.encode()
    length = len(text)
    parts.append(
        _pack_qqqh(message.issue_timestamp, message.expiry_timestamp, message.max_timestamp, length)
    )
    parts.append(text)
    payload: Buffer = message.hmac
    length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)
    count = len(message.renewers)
    parts.append(_pack_i(count))
    for described_delegation_token_renewer in message.renewers:
        _write_described_delegation_token_renewer_v1(described_delegation_token_renewer, parts)


def _read_described_delegation_token_v1(
    data: bytes, offset: int
) -> tuple[DescribedDelegationToken, int]:
    message = _new(DescribedDelegationToken)
    message.token_requester_principal_type = ""
    message.token_requester_principal_name = ""
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribedDelegationToken.principal_type")
    end = offset + length
    message.principal_type = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribedDelegationToken.principal_name")
    end = offset + length
    message.principal_name = data[offset:end].decode()
    offset = end
    message.issue_timestamp, message.expiry_timestamp, message.max_timestamp, length = _unpack_qqqh(
        data, offset
    )
    offset += 26
    if length < 0:
        raise null_refused("DescribedDelegationToken.token_id")
    end = offset + length
    message.token_id = data[offset:end].decode()
    offset = end
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        raise null_refused("DescribedDelegationToken.hmac")
    end = offset + length
    message.hmac = data[offset:end]
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("DescribedDelegationToken.renewers")
    if count * 4 > len(data) - offset:
        raise count_refused("DescribedDelegationToken.renewers", count)
    renewers: list[DescribedDelegationTokenRenewer] = []
    for _ in range(count):
        described_delegation_token_renewer, offset = _read_described_delegation_token_renewer_v1(
            data, offset
        )
        renewers.append(described_delegation_token_renewer)
    message.renewers = renewers
    return message, offset


def _write_described_delegation_token_v2(
    message: DescribedDelegationToken, parts: list[Buffer]
) -> None:
    if message.token_requester_principal_type != "":
        raise field_unsupported("DescribedDelegationToken.token_requester_principal_type", "2")
    if message.token_requester_principal_name != "":
        raise field_unsupported("DescribedDelegationToken.token_requester_principal_name", "2")
    text: Buffer = message.principal_type.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.principal_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.token_id.encode()
    length = len(text) + 1
    parts.append(
        _pack_qqqB(message.issue_timestamp, message.expiry_timestamp, message.max_timestamp, length)
        if length < 128
        else _pack_qqq(message.issue_timestamp, message.expiry_timestamp, message.max_timestamp)
        + uvarint(length)
    )
    parts.append(text)
    payload: Buffer = message.hmac
    length = len(payload) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(payload)
    count = len(message.renewers) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for described_delegation_token_renewer in message.renewers:
        _write_described_delegation_token_renewer_v2_v3(described_delegation_token_renewer, parts)
    parts.append(b"\x00")


def _read_described_delegation_token_v2(
    data: bytes, offset: int
) -> tuple[DescribedDelegationToken, int]:
    message = _new(DescribedDelegationToken)
    message.token_requester_principal_type = ""
    message.token_requester_principal_name = ""
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedDelegationToken.principal_type")
    end = offset + length - 1
    message.principal_type = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedDelegationToken.principal_name")
    end = offset + length - 1
    message.principal_name = data[offset:end].decode()
    offset = end
    message.issue_timestamp, message.expiry_timestamp, message.max_timestamp, length = _unpack_qqqB(
        data, offset
    )
    offset += 25
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedDelegationToken.token_id")
    end = offset + length - 1
    message.token_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedDelegationToken.hmac")
    end = offset + length - 1
    message.hmac = data[offset:end]
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribedDelegationToken.renewers")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("DescribedDelegationToken.renewers", count)
    renewers: list[DescribedDelegationTokenRenewer] = []
    for _ in range(count):
        described_delegation_token_renewer, offset = _read_described_delegation_token_renewer_v2_v3(
            data, offset
        )
        renewers.append(described_delegation_token_renewer)
    message.renewers = renewers
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_described_delegation_token_v3(
    message: DescribedDelegationToken, parts: list[Buffer]
) -> None:
    text: Buffer = message.principal_type.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
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
        _pack_qqqB(message.issue_timestamp, message.expiry_timestamp, message.max_timestamp, length)
        if length < 128
        else _pack_qqq(message.issue_timestamp, message.expiry_timestamp, message.max_timestamp)
        + uvarint(length)
    )
    parts.append(text)
    payload: Buffer = message.hmac
    length = len(payload) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(payload)
    count = len(message.renewers) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for described_delegation_token_renewer in message.renewers:
        _write_described_delegation_token_renewer_v2_v3(described_delegation_token_renewer, parts)
    parts.append(b"\x00")


def _read_described_delegation_token_v3(
    data: bytes, offset: int
) -> tuple[DescribedDelegationToken, int]:
    message = _new(DescribedDelegationToken)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedDelegationToken.principal_type")
    end = offset + length - 1
    message.principal_type = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedDelegationToken.principal_name")
    end = offset + length - 1
    message.principal_name = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedDelegationToken.token_requester_principal_type")
    end = offset + length - 1
    message.token_requester_principal_type = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedDelegationToken.token_requester_principal_name")
    end = offset + length - 1
    message.token_requester_principal_name = data[offset:end].decode()
    offset = end
    message.issue_timestamp, message.expiry_timestamp, message.max_timestamp, length = _unpack_qqqB(
        data, offset
    )
    offset += 25
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedDelegationToken.token_id")
    end = offset + length - 1
    message.token_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedDelegationToken.hmac")
    end = offset + length - 1
    message.hmac = data[offset:end]
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribedDelegationToken.renewers")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("DescribedDelegationToken.renewers", count)
    renewers: list[DescribedDelegationTokenRenewer] = []
    for _ in range(count):
        described_delegation_token_renewer, offset = _read_described_delegation_token_renewer_v2_v3(
            data, offset
        )
        renewers.append(described_delegation_token_renewer)
    message.renewers = renewers
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_described_delegation_token_renewer_v1(
    message: DescribedDelegationTokenRenewer, parts: list[Buffer]
) -> None:
    text: Buffer = message.principal_type.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.principal_name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_described_delegation_token_renewer_v1(
    data: bytes, offset: int
) -> tuple[DescribedDelegationTokenRenewer, int]:
    message = _new(DescribedDelegationTokenRenewer)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribedDelegationTokenRenewer.principal_type")
    end = offset + length
    message.principal_type = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("DescribedDelegationTokenRenewer.principal_name")
    end = offset + length
    message.principal_name = data[offset:end].decode()
    offset = end
    return message, offset


def _write_described_delegation_token_renewer_v2_v3(
    message: DescribedDelegationTokenRenewer, parts: list[Buffer]
) -> None:
    text: Buffer = message.principal_type.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.principal_name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_described_delegation_token_renewer_v2_v3(
    data: bytes, offset: int
) -> tuple[DescribedDelegationTokenRenewer, int]:
    message = _new(DescribedDelegationTokenRenewer)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedDelegationTokenRenewer.principal_type")
    end = offset + length - 1
    message.principal_type = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribedDelegationTokenRenewer.principal_name")
    end = offset + length - 1
    message.principal_name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


DescribeDelegationTokenRequest.WRITERS = {
    1: _write_describe_delegation_token_request_v1,
    2: _write_describe_delegation_token_request_v2_v3,
    3: _write_describe_delegation_token_request_v2_v3,
}
DescribeDelegationTokenRequest.READERS = {
    1: _read_describe_delegation_token_request_v1,
    2: _read_describe_delegation_token_request_v2_v3,
    3: _read_describe_delegation_token_request_v2_v3,
}
DescribeDelegationTokenResponse.WRITERS = {
    1: _write_describe_delegation_token_response_v1,
    2: _write_describe_delegation_token_response_v2,
    3: _write_describe_delegation_token_response_v3,
}
DescribeDelegationTokenResponse.READERS = {
    1: _read_describe_delegation_token_response_v1,
    2: _read_describe_delegation_token_response_v2,
    3: _read_describe_delegation_token_response_v3,
}
