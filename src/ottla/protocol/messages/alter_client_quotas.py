# SPDX-License-Identifier: Apache-2.0
"""AlterClientQuotas (key 49).

Sets or removes limits on rates of users, client ids and addresses.

Errors: INVALID_REQUEST, UNSUPPORTED_VERSION, CLUSTER_AUTHORIZATION_FAILED, NOT_CONTROLLER,
REQUEST_TIMED_OUT.

Generated from `definitions/alter_client_quotas.txt` by `make gen`.
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
_unpack_h = _h.unpack_from
_i = Format(">i")
_pack_i = _i.pack
_unpack_i = _i.unpack_from
_t = Format(">?")
_pack_t = _t.pack
_unpack_t = _t.unpack_from
_dt = Format(">d?")
_pack_dt = _dt.pack
_unpack_dt = _dt.unpack_from
_hB = Format(">hB")
_pack_hB = _hB.pack
_unpack_hB = _hB.unpack_from
_hh = Format(">hh")
_pack_hh = _hh.pack
_unpack_hh = _hh.unpack_from
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ii = Format(">ii")
_pack_ii = _ii.pack
_unpack_ii = _ii.unpack_from
_t0 = Format(">?x")
_pack_t0 = _t0.pack
_tB = Format(">?B")
_unpack_tB = _tB.unpack_from
_dt0 = Format(">d?x")
_pack_dt0 = _dt0.pack
_dtB = Format(">d?B")
_unpack_dtB = _dtB.unpack_from


class AlterClientQuotasRequest(Message):
    """The limits to change."""

    __slots__ = (
        "entries",
        "validate_only",
    )

    API_KEY = 49
    VERSIONS = range(0, 2)
    FLEXIBLE_FROM = 1

    entries: list[AlterClientQuotasRequestEntryData]
    """One entry for each entity."""

    validate_only: bool
    """Whether only to check the request and change nothing."""

    def __init__(
        self,
        *,
        entries: Iterable[AlterClientQuotasRequestEntryData] = (),
        validate_only: bool = False,
    ) -> None:
        self.entries = list(entries)
        self.validate_only = validate_only


class AlterClientQuotasRequestEntryData(Struct):
    """One entry for each entity."""

    __slots__ = (
        "entity",
        "ops",
    )

    entity: list[AlterClientQuotasRequestEntityData]
    """Whom the limits apply to: one or two parts, such as a user and a client id."""

    ops: list[OpData]
    """The limits to set or to remove."""

    def __init__(
        self,
        *,
        entity: Iterable[AlterClientQuotasRequestEntityData] = (),
        ops: Iterable[OpData] = (),
    ) -> None:
        self.entity = list(entity)
        self.ops = list(ops)


class OpData(Struct):
    """The limits to set or to remove."""

    __slots__ = (
        "key",
        "value",
        "remove",
    )

    key: str
    """The limit's name, such as `producer_byte_rate`."""

    value: float
    """The limit; without meaning when the limit is removed."""

    remove: bool
    """Whether to remove the limit rather than to set it."""

    def __init__(self, *, key: str = "", value: float = 0.0, remove: bool = False) -> None:
        self.key = key
        self.value = value
        self.remove = remove


class AlterClientQuotasRequestEntityData(Struct):
    """Whom the limits apply to: one or two parts, such as a user and a client id."""

    __slots__ = (
        "entity_type",
        "entity_name",
    )

    entity_type: str
    """Kind of the entity: `user`, `client-id` or `ip`."""

    entity_name: str | None
    """The entity's name; null is the default of its kind. (may be None)"""

    def __init__(self, *, entity_type: str = "", entity_name: str | None = "") -> None:
        self.entity_type = entity_type
        self.entity_name = entity_name


class AlterClientQuotasResponse(Message):
    """Outcomes by entity."""

    __slots__ = (
        "throttle_time_ms",
        "entries",
    )

    API_KEY = 49
    VERSIONS = range(0, 2)
    FLEXIBLE_FROM = 1

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    entries: list[AlterClientQuotasResponseEntryData]
    """One entry for each entity."""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        entries: Iterable[AlterClientQuotasResponseEntryData] = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.entries = list(entries)


class AlterClientQuotasResponseEntryData(Struct):
    """One entry for each entity."""

    __slots__ = (
        "error_code",
        "error_message",
        "entity",
    )

    error_code: int
    """Outcome for this entity; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    entity: list[AlterClientQuotasResponseEntityData]
    """Whom the limits apply to: one or two parts, such as a user and a client id."""

    def __init__(
        self,
        *,
        error_code: int = 0,
        error_message: str | None = "",
        entity: Iterable[AlterClientQuotasResponseEntityData] = (),
    ) -> None:
        self.error_code = error_code
        self.error_message = error_message
        self.entity = list(entity)


class AlterClientQuotasResponseEntityData(Struct):
    """Whom the limits apply to: one or two parts, such as a user and a client id."""

    __slots__ = (
        "entity_type",
        "entity_name",
    )

    entity_type: str
    """Kind of the entity: `user`, `client-id` or `ip`."""

    entity_name: str | None
    """The entity's name; null is the default of its kind. (may be None)"""

    def __init__(self, *, entity_type: str = "", entity_name: str | None = "") -> None:
        self.entity_type = entity_type
        self.entity_name = entity_name


def _write_alter_client_quotas_request_v0(
    message: AlterClientQuotasRequest, parts: list[Buffer]
) -> None:
    count = len(message.entries)
    parts.append(_pack_i(count))
    for alter_client_quotas_request_entry_data in message.entries:
        _write_alter_client_quotas_request_entry_data_v0(
            alter_client_quotas_request_entry_data, parts
        )
    parts.append(_pack_t(message.validate_only))


def _read_alter_client_quotas_request_v0(
    data: bytes, offset: int
) -> tuple[AlterClientQuotasRequest, int]:
    message = _new(AlterClientQuotasRequest)
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("AlterClientQuotasRequest.entries")
    if count * 8 > len(data) - offset:
        raise count_refused("AlterClientQuotasRequest.entries", count)
    entries: list[AlterClientQuotasRequestEntryData] = []
    for _ in range(count):
        alter_client_quotas_request_entry_data, offset = (
            _read_alter_client_quotas_request_entry_data_v0(data, offset)
        )
        entries.append(alter_client_quotas_request_entry_data)
    message.entries = entries
    (message.validate_only,) = _unpack_t(data, offset)
    offset += 1
    return message, offset


def _write_alter_client_quotas_request_v1(
    message: AlterClientQuotasRequest, parts: list[Buffer]
) -> None:
    count = len(message.entries) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for alter_client_quotas_request_entry_data in message.entries:
        _write_alter_client_quotas_request_entry_data_v1(
            alter_client_quotas_request_entry_data, parts
        )
    parts.append(_pack_t0(message.validate_only))


def _read_alter_client_quotas_request_v1(
    data: bytes, offset: int
) -> tuple[AlterClientQuotasRequest, int]:
    message = _new(AlterClientQuotasRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterClientQuotasRequest.entries")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("AlterClientQuotasRequest.entries", count)
    entries: list[AlterClientQuotasRequestEntryData] = []
    for _ in range(count):
        alter_client_quotas_request_entry_data, offset = (
            _read_alter_client_quotas_request_entry_data_v1(data, offset)
        )
        entries.append(alter_client_quotas_request_entry_data)
    message.entries = entries
    message.validate_only, count = _unpack_tB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_client_quotas_request_entry_data_v0(
    message: AlterClientQuotasRequestEntryData, parts: list[Buffer]
) -> None:
    count = len(message.entity)
    parts.append(_pack_i(count))
    for alter_client_quotas_request_entity_data in message.entity:
        _write_alter_client_quotas_request_entity_data_v0(
            alter_client_quotas_request_entity_data, parts
        )
    count = len(message.ops)
    parts.append(_pack_i(count))
    for op_data in message.ops:
        _write_op_data_v0(op_data, parts)


def _read_alter_client_quotas_request_entry_data_v0(
    data: bytes, offset: int
) -> tuple[AlterClientQuotasRequestEntryData, int]:
    message = _new(AlterClientQuotasRequestEntryData)
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("AlterClientQuotasRequestEntryData.entity")
    if count * 4 > len(data) - offset:
        raise count_refused("AlterClientQuotasRequestEntryData.entity", count)
    entity: list[AlterClientQuotasRequestEntityData] = []
    for _ in range(count):
        alter_client_quotas_request_entity_data, offset = (
            _read_alter_client_quotas_request_entity_data_v0(data, offset)
        )
        entity.append(alter_client_quotas_request_entity_data)
    message.entity = entity
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("AlterClientQuotasRequestEntryData.ops")
    if count * 11 > len(data) - offset:
        raise count_refused("AlterClientQuotasRequestEntryData.ops", count)
    ops: list[OpData] = []
    for _ in range(count):
        op_data, offset = _read_op_data_v0(data, offset)
        ops.append(op_data)
    message.ops = ops
    return message, offset


def _write_alter_client_quotas_request_entry_data_v1(
    message: AlterClientQuotasRequestEntryData, parts: list[Buffer]
) -> None:
    count = len(message.entity) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for alter_client_quotas_request_entity_data in message.entity:
        _write_alter_client_quotas_request_entity_data_v1(
            alter_client_quotas_request_entity_data, parts
        )
    count = len(message.ops) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for op_data in message.ops:
        _write_op_data_v1(op_data, parts)
    parts.append(b"\x00")


def _read_alter_client_quotas_request_entry_data_v1(
    data: bytes, offset: int
) -> tuple[AlterClientQuotasRequestEntryData, int]:
    message = _new(AlterClientQuotasRequestEntryData)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterClientQuotasRequestEntryData.entity")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("AlterClientQuotasRequestEntryData.entity", count)
    entity: list[AlterClientQuotasRequestEntityData] = []
    for _ in range(count):
        alter_client_quotas_request_entity_data, offset = (
            _read_alter_client_quotas_request_entity_data_v1(data, offset)
        )
        entity.append(alter_client_quotas_request_entity_data)
    message.entity = entity
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterClientQuotasRequestEntryData.ops")
    count -= 1
    if count * 11 > len(data) - offset:
        raise count_refused("AlterClientQuotasRequestEntryData.ops", count)
    ops: list[OpData] = []
    for _ in range(count):
        op_data, offset = _read_op_data_v1(data, offset)
        ops.append(op_data)
    message.ops = ops
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_op_data_v0(message: OpData, parts: list[Buffer]) -> None:
    text: Buffer = message.key.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    parts.append(_pack_dt(message.value, message.remove))


def _read_op_data_v0(data: bytes, offset: int) -> tuple[OpData, int]:
    message = _new(OpData)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("OpData.key")
    end = offset + length
    message.key = data[offset:end].decode()
    offset = end
    message.value, message.remove = _unpack_dt(data, offset)
    offset += 9
    return message, offset


def _write_op_data_v1(message: OpData, parts: list[Buffer]) -> None:
    text: Buffer = message.key.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_dt0(message.value, message.remove))


def _read_op_data_v1(data: bytes, offset: int) -> tuple[OpData, int]:
    message = _new(OpData)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("OpData.key")
    end = offset + length - 1
    message.key = data[offset:end].decode()
    offset = end
    message.value, message.remove, count = _unpack_dtB(data, offset)
    offset += 10
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_client_quotas_request_entity_data_v0(
    message: AlterClientQuotasRequestEntityData, parts: list[Buffer]
) -> None:
    text: Buffer = message.entity_type.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    if message.entity_name is None:
        text = b""
        length = -1
    else:
        text = message.entity_name.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_alter_client_quotas_request_entity_data_v0(
    data: bytes, offset: int
) -> tuple[AlterClientQuotasRequestEntityData, int]:
    message = _new(AlterClientQuotasRequestEntityData)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("AlterClientQuotasRequestEntityData.entity_type")
    end = offset + length
    message.entity_type = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("AlterClientQuotasRequestEntityData.entity_name")
        message.entity_name = None
    else:
        end = offset + length
        message.entity_name = data[offset:end].decode()
        offset = end
    return message, offset


def _write_alter_client_quotas_request_entity_data_v1(
    message: AlterClientQuotasRequestEntityData, parts: list[Buffer]
) -> None:
    text: Buffer = message.entity_type.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.entity_name is None:
        text = b""
        length = 0
    else:
        text = message.entity_name.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_alter_client_quotas_request_entity_data_v1(
    data: bytes, offset: int
) -> tuple[AlterClientQuotasRequestEntityData, int]:
    message = _new(AlterClientQuotasRequestEntityData)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AlterClientQuotasRequestEntityData.entity_type")
    end = offset + length - 1
    message.entity_type = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.entity_name = None
    else:
        end = offset + length - 1
        message.entity_name = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_client_quotas_response_v0(
    message: AlterClientQuotasResponse, parts: list[Buffer]
) -> None:
    count = len(message.entries)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for alter_client_quotas_response_entry_data in message.entries:
        _write_alter_client_quotas_response_entry_data_v0(
            alter_client_quotas_response_entry_data, parts
        )


def _read_alter_client_quotas_response_v0(
    data: bytes, offset: int
) -> tuple[AlterClientQuotasResponse, int]:
    message = _new(AlterClientQuotasResponse)
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("AlterClientQuotasResponse.entries")
    if count * 8 > len(data) - offset:
        raise count_refused("AlterClientQuotasResponse.entries", count)
    entries: list[AlterClientQuotasResponseEntryData] = []
    for _ in range(count):
        alter_client_quotas_response_entry_data, offset = (
            _read_alter_client_quotas_response_entry_data_v0(data, offset)
        )
        entries.append(alter_client_quotas_response_entry_data)
    message.entries = entries
    return message, offset


def _write_alter_client_quotas_response_v1(
    message: AlterClientQuotasResponse, parts: list[Buffer]
) -> None:
    count = len(message.entries) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for alter_client_quotas_response_entry_data in message.entries:
        _write_alter_client_quotas_response_entry_data_v1(
            alter_client_quotas_response_entry_data, parts
        )
    parts.append(b"\x00")


def _read_alter_client_quotas_response_v1(
    data: bytes, offset: int
) -> tuple[AlterClientQuotasResponse, int]:
    message = _new(AlterClientQuotasResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterClientQuotasResponse.entries")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("AlterClientQuotasResponse.entries", count)
    entries: list[AlterClientQuotasResponseEntryData] = []
    for _ in range(count):
        alter_client_quotas_response_entry_data, offset = (
            _read_alter_client_quotas_response_entry_data_v1(data, offset)
        )
        entries.append(alter_client_quotas_response_entry_data)
    message.entries = entries
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_client_quotas_response_entry_data_v0(
    message: AlterClientQuotasResponseEntryData, parts: list[Buffer]
) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.error_message.encode()
        length = len(text)
    parts.append(_pack_hh(message.error_code, length))
    parts.append(text)
    count = len(message.entity)
    parts.append(_pack_i(count))
    for alter_client_quotas_response_entity_data in message.entity:
        _write_alter_client_quotas_response_entity_data_v0(
            alter_client_quotas_response_entity_data, parts
        )


def _read_alter_client_quotas_response_entry_data_v0(
    data: bytes, offset: int
) -> tuple[AlterClientQuotasResponseEntryData, int]:
    message = _new(AlterClientQuotasResponseEntryData)
    message.error_code, length = _unpack_hh(data, offset)
    offset += 4
    if length < 0:
        if length != -1:
            raise null_refused("AlterClientQuotasResponseEntryData.error_message")
        message.error_message = None
    else:
        end = offset + length
        message.error_message = data[offset:end].decode()
        offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("AlterClientQuotasResponseEntryData.entity")
    if count * 4 > len(data) - offset:
        raise count_refused("AlterClientQuotasResponseEntryData.entity", count)
    entity: list[AlterClientQuotasResponseEntityData] = []
    for _ in range(count):
        alter_client_quotas_response_entity_data, offset = (
            _read_alter_client_quotas_response_entity_data_v0(data, offset)
        )
        entity.append(alter_client_quotas_response_entity_data)
    message.entity = entity
    return message, offset


def _write_alter_client_quotas_response_entry_data_v1(
    message: AlterClientQuotasResponseEntryData, parts: list[Buffer]
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
    count = len(message.entity) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for alter_client_quotas_response_entity_data in message.entity:
        _write_alter_client_quotas_response_entity_data_v1(
            alter_client_quotas_response_entity_data, parts
        )
    parts.append(b"\x00")


def _read_alter_client_quotas_response_entry_data_v1(
    data: bytes, offset: int
) -> tuple[AlterClientQuotasResponseEntryData, int]:
    message = _new(AlterClientQuotasResponseEntryData)
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
        raise null_refused("AlterClientQuotasResponseEntryData.entity")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("AlterClientQuotasResponseEntryData.entity", count)
    entity: list[AlterClientQuotasResponseEntityData] = []
    for _ in range(count):
        alter_client_quotas_response_entity_data, offset = (
            _read_alter_client_quotas_response_entity_data_v1(data, offset)
        )
        entity.append(alter_client_quotas_response_entity_data)
    message.entity = entity
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_client_quotas_response_entity_data_v0(
    message: AlterClientQuotasResponseEntityData, parts: list[Buffer]
) -> None:
    text: Buffer = message.entity_type.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    if message.entity_name is None:
        text = b""
        length = -1
    else:
        text = message.entity_name.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_alter_client_quotas_response_entity_data_v0(
    data: bytes, offset: int
) -> tuple[AlterClientQuotasResponseEntityData, int]:
    message = _new(AlterClientQuotasResponseEntityData)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("AlterClientQuotasResponseEntityData.entity_type")
    end = offset + length
    message.entity_type = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("AlterClientQuotasResponseEntityData.entity_name")
        message.entity_name = None
    else:
        end = offset + length
        message.entity_name = data[offset:end].decode()
        offset = end
    return message, offset


def _write_alter_client_quotas_response_entity_data_v1(
    message: AlterClientQuotasResponseEntityData, parts: list[Buffer]
) -> None:
    text: Buffer = message.entity_type.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.entity_name is None:
        text = b""
        length = 0
    else:
        text = message.entity_name.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_alter_client_quotas_response_entity_data_v1(
    data: bytes, offset: int
) -> tuple[AlterClientQuotasResponseEntityData, int]:
    message = _new(AlterClientQuotasResponseEntityData)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AlterClientQuotasResponseEntityData.entity_type")
    end = offset + length - 1
    message.entity_type = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.entity_name = None
    else:
        end = offset + length - 1
        message.entity_name = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


AlterClientQuotasRequest.WRITERS = {
    0: _write_alter_client_quotas_request_v0,
    1: _write_alter_client_quotas_request_v1,
}
AlterClientQuotasRequest.READERS = {
    0: _read_alter_client_quotas_request_v0,
    1: _read_alter_client_quotas_request_v1,
}
AlterClientQuotasResponse.WRITERS = {
    0: _write_alter_client_quotas_response_v0,
    1: _write_alter_client_quotas_response_v1,
}
AlterClientQuotasResponse.READERS = {
    0: _read_alter_client_quotas_response_v0,
    1: _read_alter_client_quotas_response_v1,
}
