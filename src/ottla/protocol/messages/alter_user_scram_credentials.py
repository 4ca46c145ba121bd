# SPDX-License-Identifier: Apache-2.0
"""AlterUserScramCredentials (key 51).

Adds, replaces and deletes the SCRAM credentials of users.

Errors: NOT_CONTROLLER, CLUSTER_AUTHORIZATION_FAILED, DUPLICATE_RESOURCE, RESOURCE_NOT_FOUND,
UNACCEPTABLE_CREDENTIAL, UNSUPPORTED_SASL_MECHANISM.

Generated from `definitions/alter_user_scram_credentials.txt` by `make gen`.
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
_i = Format(">i")
_pack_i = _i.pack
_b0 = Format(">bx")
_pack_b0 = _b0.pack
_bB = Format(">bB")
_unpack_bB = _bB.unpack_from
_bi = Format(">bi")
_pack_bi = _bi.pack
_hB = Format(">hB")
_pack_hB = _hB.pack
_unpack_hB = _hB.unpack_from
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_biB = Format(">biB")
_pack_biB = _biB.pack
_unpack_biB = _biB.unpack_from


class AlterUserScramCredentialsRequest(Message):
    """The credentials to change."""

    __slots__ = (
        "deletions",
        "upsertions",
    )

    API_KEY = 51
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    deletions: list[ScramCredentialDeletion]
    """Credentials to delete."""

    upsertions: list[ScramCredentialUpsertion]
    """Credentials to add or to replace."""

    def __init__(
        self,
        *,
        deletions: Iterable[ScramCredentialDeletion] = (),
        upsertions: Iterable[ScramCredentialUpsertion] = (),
    ) -> None:
        self.deletions = list(deletions)
        self.upsertions = list(upsertions)


class ScramCredentialUpsertion(Struct):
    """Credentials to add or to replace."""

    __slots__ = (
        "name",
        "mechanism",
        "iterations",
        "salt",
        "salted_password",
    )

    name: str
    """The user's name."""

    mechanism: int
    """The SCRAM mechanism: 1 SCRAM-SHA-256, 2 SCRAM-SHA-512."""

    iterations: int
    """Rounds of hashing that the salted password went through."""

    salt: bytes
    """Random bytes that went into the hash."""

    salted_password: bytes
    """The password after salting and hashing; the broker never sees it plain."""

    def __init__(
        self,
        *,
        name: str = "",
        mechanism: int = 0,
        iterations: int = 0,
        salt: bytes = b"",
        salted_password: bytes = b"",
    ) -> None:
        self.name = name
        self.mechanism = mechanism
        self.iterations = iterations
        self.salt = salt
        self.salted_password = salted_password


class ScramCredentialDeletion(Struct):
    """Credentials to delete."""

    __slots__ = (
        "name",
        "mechanism",
    )

    name: str
    """The user's name."""

    mechanism: int
    """The SCRAM mechanism: 1 SCRAM-SHA-256, 2 SCRAM-SHA-512."""

    def __init__(self, *, name: str = "", mechanism: int = 0) -> None:
        self.name = name
        self.mechanism = mechanism


class AlterUserScramCredentialsResponse(Message):
    """Outcomes by user."""

    __slots__ = (
        "throttle_time_ms",
        "results",
    )

    API_KEY = 51
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    results: list[AlterUserScramCredentialsResult]
    """Outcomes by user."""

    def __init__(
        self, *, throttle_time_ms: int = 0, results: Iterable[AlterUserScramCredentialsResult] = ()
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.results = list(results)


class AlterUserScramCredentialsResult(Struct):
    """Outcomes by user."""

    __slots__ = (
        "user",
        "error_code",
        "error_message",
    )

    user: str
    """The user's name."""

    error_code: int
    """Outcome for this user; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    def __init__(
        self, *, user: str = "", error_code: int = 0, error_message: str | None = ""
    ) -> None:
        self.user = user
        self.error_code = error_code
        self.error_message = error_message


def _write_alter_user_scram_credentials_request_v0(
    message: AlterUserScramCredentialsRequest, parts: list[Buffer]
) -> None:
    count = len(message.deletions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for scram_credential_deletion in message.deletions:
        _write_scram_credential_deletion_v0(scram_credential_deletion, parts)
    count = len(message.upsertions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for scram_credential_upsertion in message.upsertions:
        _write_scram_credential_upsertion_v0(scram_credential_upsertion, parts)
    parts.append(b"\x00")


def _read_alter_user_scram_credentials_request_v0(
    data: bytes, offset: int
) -> tuple[AlterUserScramCredentialsRequest, int]:
    message = _new(AlterUserScramCredentialsRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterUserScramCredentialsRequest.deletions")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("AlterUserScramCredentialsRequest.deletions", count)
    deletions: list[ScramCredentialDeletion] = []
    for _ in range(count):
        scram_credential_deletion, offset = _read_scram_credential_deletion_v0(data, offset)
        deletions.append(scram_credential_deletion)
    message.deletions = deletions
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterUserScramCredentialsRequest.upsertions")
    count -= 1
    if count * 9 > len(data) - offset:
        raise count_refused("AlterUserScramCredentialsRequest.upsertions", count)
    upsertions: list[ScramCredentialUpsertion] = []
    for _ in range(count):
        scram_credential_upsertion, offset = _read_scram_credential_upsertion_v0(data, offset)
        upsertions.append(scram_credential_upsertion)
    message.upsertions = upsertions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_scram_credential_upsertion_v0(
    message: ScramCredentialUpsertion, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    payload: Buffer = message.salt
    length = len(payload) + 1
    parts.append(
        _pack_biB(message.mechanism, message.iterations, length)
        if length < 128
        else _pack_bi(message.mechanism, message.iterations) + uvarint(length)
    )
    parts.append(payload)
    payload = message.salted_password
    length = len(payload) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(payload)
    parts.append(b"\x00")


def _read_scram_credential_upsertion_v0(
    data: bytes, offset: int
) -> tuple[ScramCredentialUpsertion, int]:
    message = _new(ScramCredentialUpsertion)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ScramCredentialUpsertion.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    message.mechanism, message.iterations, length = _unpack_biB(data, offset)
    offset += 6
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ScramCredentialUpsertion.salt")
    end = offset + length - 1
    message.salt = data[offset:end]
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ScramCredentialUpsertion.salted_password")
    end = offset + length - 1
    message.salted_password = data[offset:end]
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_scram_credential_deletion_v0(
    message: ScramCredentialDeletion, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_b0(message.mechanism))


def _read_scram_credential_deletion_v0(
    data: bytes, offset: int
) -> tuple[ScramCredentialDeletion, int]:
    message = _new(ScramCredentialDeletion)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ScramCredentialDeletion.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    message.mechanism, count = _unpack_bB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_user_scram_credentials_response_v0(
    message: AlterUserScramCredentialsResponse, parts: list[Buffer]
) -> None:
    count = len(message.results) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for alter_user_scram_credentials_result in message.results:
        _write_alter_user_scram_credentials_result_v0(alter_user_scram_credentials_result, parts)
    parts.append(b"\x00")


def _read_alter_user_scram_credentials_response_v0(
    data: bytes, offset: int
) -> tuple[AlterUserScramCredentialsResponse, int]:
    message = _new(AlterUserScramCredentialsResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterUserScramCredentialsResponse.results")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("AlterUserScramCredentialsResponse.results", count)
    results: list[AlterUserScramCredentialsResult] = []
    for _ in range(count):
        alter_user_scram_credentials_result, offset = _read_alter_user_scram_credentials_result_v0(
            data, offset
        )
        results.append(alter_user_scram_credentials_result)
    message.results = results
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_user_scram_credentials_result_v0(
    message: AlterUserScramCredentialsResult, parts: list[Buffer]
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
    parts.append(b"\x00")


def _read_alter_user_scram_credentials_result_v0(
    data: bytes, offset: int
) -> tuple[AlterUserScramCredentialsResult, int]:
    message = _new(AlterUserScramCredentialsResult)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AlterUserScramCredentialsResult.user")
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
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


AlterUserScramCredentialsRequest.WRITERS = {
    0: _write_alter_user_scram_credentials_request_v0,
}
AlterUserScramCredentialsRequest.READERS = {
    0: _read_alter_user_scram_credentials_request_v0,
}
AlterUserScramCredentialsResponse.WRITERS = {
    0: _write_alter_user_scram_credentials_response_v0,
}
AlterUserScramCredentialsResponse.READERS = {
    0: _read_alter_user_scram_credentials_response_v0,
}
