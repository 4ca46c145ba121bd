# SPDX-License-Identifier: Apache-2.0
"""DescribeUserScramCredentials (key 50).

Which users have SCRAM credentials of which kind; never the secrets.

Errors: CLUSTER_AUTHORIZATION_FAILED, DUPLICATE_RESOURCE, RESOURCE_NOT_FOUND,
UNKNOWN_SERVER_ERROR.

Generated from `definitions/describe_user_scram_credentials.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    count_refused,
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
_hB = Format(">hB")
_pack_hB = _hB.pack
_unpack_hB = _hB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_bi0 = Format(">bix")
_pack_bi0 = _bi0.pack
_biB = Format(">biB")
_unpack_biB = _biB.unpack_from
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from


class DescribeUserScramCredentialsRequest(Message):
    """The users."""

    __slots__ = ("users",)

    API_KEY = 50
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    users: list[UserName] | None
    """The users whose credentials are wanted; null or empty means all. (may be None)"""

    def __init__(self, *, users: Iterable[UserName] | None = ()) -> None:
        self.users = None if users is None else list(users)


class UserName(Struct):
    """The users whose credentials are wanted; null or empty means all."""

    __slots__ = ("name",)

    name: str
    """The user's name."""

    def __init__(self, *, name: str = "") -> None:
        self.name = name


class DescribeUserScramCredentialsResponse(Message):
    """Their credentials."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "error_message",
        "results",
    )

    API_KEY = 50
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    results: list[DescribeUserScramCredentialsResult]
    """Outcomes by user."""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        error_message: str | None = "",
        results: Iterable[DescribeUserScramCredentialsResult] = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.error_message = error_message
        self.results = list(results)


class DescribeUserScramCredentialsResult(Struct):
    """Outcomes by user."""

    __slots__ = (
        "user",
        "error_code",
        "error_message",
        "credential_infos",
    )

    user: str
    """The user's name."""

    error_code: int
    """Outcome for this user; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    credential_infos: list[CredentialInfo]
    """The user's credentials, without their secrets."""

    def __init__(
        self,
        *,
        user: str = "",
        error_code: int = 0,
        error_message: str | None = "",
        credential_infos: Iterable[CredentialInfo] = (),
    ) -> None:
        self.user = user
        self.error_code = error_code
        self.error_message = error_message
        self.credential_infos = list(credential_infos)


class CredentialInfo(Struct):
    """The user's credentials, without their secrets."""

    __slots__ = (
        "mechanism",
        "iterations",
    )

    mechanism: int
    """The SCRAM mechanism: 1 SCRAM-SHA-256, 2 SCRAM-SHA-512."""

    iterations: int
    """Rounds of hashing that the salted password went through."""

    def __init__(self, *, mechanism: int = 0, iterations: int = 0) -> None:
        self.mechanism = mechanism
        self.iterations = iterations


def _write_describe_user_scram_credentials_request_v0(
    message: DescribeUserScramCredentialsRequest, parts: list[Buffer]
) -> None:
    count = 0 if message.users is None else len(message.users) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.users:
        for user_name in message.users:
            _write_user_name_v0(user_name, parts)
    parts.append(b"\x00")


def _read_describe_user_scram_credentials_request_v0(
    data: bytes, offset: int
) -> tuple[DescribeUserScramCredentialsRequest, int]:
    message = _new(DescribeUserScramCredentialsRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.users = None
    else:
        count -= 1
        if count * 2 > len(data) - offset:
            raise count_refused("DescribeUserScramCredentialsRequest.users", count)
        users: list[UserName] = []
        for _ in range(count):
            user_name, offset = _read_user_name_v0(data, offset)
            users.append(user_name)
        message.users = users
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_user_name_v0(message: UserName, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_user_name_v0(data: bytes, offset: int) -> tuple[UserName, int]:
    message = _new(UserName)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("UserName.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_user_scram_credentials_response_v0(
    message: DescribeUserScramCredentialsResponse, parts: list[Buffer]
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
    count = len(message.results) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for describe_user_scram_credentials_result in message.results:
        _write_describe_user_scram_credentials_result_v0(
            describe_user_scram_credentials_result, parts
        )
    parts.append(b"\x00")


def _read_describe_user_scram_credentials_response_v0(
    data: bytes, offset: int
) -> tuple[DescribeUserScramCredentialsResponse, int]:
    message = _new(DescribeUserScramCredentialsResponse)
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
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeUserScramCredentialsResponse.results")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("DescribeUserScramCredentialsResponse.results", count)
    results: list[DescribeUserScramCredentialsResult] = []
    for _ in range(count):
        describe_user_scram_credentials_result, offset = (
            _read_describe_user_scram_credentials_result_v0(data, offset)
        )
        results.append(describe_user_scram_credentials_result)
    message.results = results
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_user_scram_credentials_result_v0(
    message: DescribeUserScramCredentialsResult, parts: list[Buffer]
) -> None:
    text: Buffer = message.user.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.error_message is None:
        text = b""
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
    count = len(message.credential_infos) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for credential_info in message.credential_infos:
        _write_credential_info_v0(credential_info, parts)
    parts.append(b"\x00")


def _read_describe_user_scram_credentials_result_v0(
    data: bytes, offset: int
) -> tuple[DescribeUserScramCredentialsResult, int]:
    message = _new(DescribeUserScramCredentialsResult)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeUserScramCredentialsResult.user")
    end = offset + length - 1
    message.user = data[offset:end].decode()
    offset = end
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
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeUserScramCredentialsResult.credential_infos")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("DescribeUserScramCredentialsResult.credential_infos", count)
    credential_infos: list[CredentialInfo] = []
    for _ in range(count):
        credential_info, offset = _read_credential_info_v0(data, offset)
        credential_infos.append(credential_info)
    message.credential_infos = credential_infos
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_credential_info_v0(message: CredentialInfo, parts: list[Buffer]) -> None:
    parts.append(_pack_bi0(message.mechanism, message.iterations))


def _read_credential_info_v0(data: bytes, offset: int) -> tuple[CredentialInfo, int]:
    message = _new(CredentialInfo)
    message.mechanism, message.iterations, count = _unpack_biB(data, offset)
    offset += 6
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


DescribeUserScramCredentialsRequest.WRITERS = {
    0: _write_describe_user_scram_credentials_request_v0,
}
DescribeUserScramCredentialsRequest.READERS = {
    0: _read_describe_user_scram_credentials_request_v0,
}
DescribeUserScramCredentialsResponse.WRITERS = {
    0: _write_describe_user_scram_credentials_response_v0,
}
DescribeUserScramCredentialsResponse.READERS = {
    0: _read_describe_user_scram_credentials_response_v0,
}
