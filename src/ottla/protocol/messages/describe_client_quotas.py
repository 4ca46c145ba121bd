# SPDX-License-Identifier: Apache-2.0
"""DescribeClientQuotas (key 48).

Lists the limits on users, client ids and addresses.

Errors: CLUSTER_AUTHORIZATION_FAILED, INVALID_REQUEST, UNSUPPORTED_VERSION.

Generated from `definitions/describe_client_quotas.txt` by `make gen`.
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
_b = Format(">b")
_pack_b = _b.pack
_d = Format(">d")
_pack_d = _d.pack
_unpack_d = _d.unpack_from
_h = Format(">h")
_pack_h = _h.pack
_unpack_h = _h.unpack_from
_i = Format(">i")
_pack_i = _i.pack
_unpack_i = _i.unpack_from
_t = Format(">?")
_pack_t = _t.pack
_unpack_t = _t.unpack_from
_bB = Format(">bB")
_pack_bB = _bB.pack
_unpack_bB = _bB.unpack_from
_bh = Format(">bh")
_pack_bh = _bh.pack
_unpack_bh = _bh.unpack_from
_d0 = Format(">dx")
_pack_d0 = _d0.pack
_dB = Format(">dB")
_unpack_dB = _dB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_t0 = Format(">?x")
_pack_t0 = _t0.pack
_tB = Format(">?B")
_unpack_tB = _tB.unpack_from
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from
_ihh = Format(">ihh")
_pack_ihh = _ihh.pack
_unpack_ihh = _ihh.unpack_from


class DescribeClientQuotasRequest(Message):
    """Whose limits are wanted."""

    __slots__ = (
        "components",
        "strict",
    )

    API_KEY = 48
    VERSIONS = range(0, 2)
    FLEXIBLE_FROM = 1

    components: list[ComponentData]
    """What the entities must have; all must match."""

    strict: bool
    """Whether to leave out entities with parts that no component names."""

    def __init__(self, *, components: Iterable[ComponentData] = (), strict: bool = False) -> None:
        self.components = list(components)
        self.strict = strict


class ComponentData(Struct):
    """What the entities must have; all must match."""

    __slots__ = (
        "entity_type",
        "match_type",
        "match",
    )

    entity_type: str
    """Kind of the entity: `user`, `client-id` or `ip`."""

    match_type: int
    """How to compare the name: 0 exactly, 1 the default entity, 2 any name that is set."""

    match: str | None
    """The name to compare with; null where none is needed. (may be None)"""

    def __init__(
        self, *, entity_type: str = "", match_type: int = 0, match: str | None = ""
    ) -> None:
        self.entity_type = entity_type
        self.match_type = match_type
        self.match = match


class DescribeClientQuotasResponse(Message):
    """The limits by entity."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "error_message",
        "entries",
    )

    API_KEY = 48
    VERSIONS = range(0, 2)
    FLEXIBLE_FROM = 1

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    entries: list[EntryData] | None
    """One entry for each entity. (may be None)"""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        error_message: str | None = "",
        entries: Iterable[EntryData] | None = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.error_message = error_message
        self.entries = None if entries is None else list(entries)


class EntryData(Struct):
    """One entry for each entity."""

    __slots__ = (
        "entity",
        "values",
    )

    entity: list[EntityData]
    """Whom the limits apply to: one or two parts, such as a user and a client id."""

    values: list[ValueData]
    """The limits in force."""

    def __init__(
        self, *, entity: Iterable[EntityData] = (), values: Iterable[ValueData] = ()
    ) -> None:
        self.entity = list(entity)
        self.values = list(values)


class ValueData(Struct):
    """The limits in force."""

    __slots__ = (
        "key",
        "value",
    )

    key: str
    """The limit's name, such as `producer_byte_rate`."""

    value: float
    """The limit."""

    def __init__(self, *, key: str = "", value: float = 0.0) -> None:
        self.key = key
        self.value = value


class EntityData(Struct):
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


def _write_describe_client_quotas_request_v0(
    message: DescribeClientQuotasRequest, parts: list[Buffer]
) -> None:
    count = len(message.components)
    parts.append(_pack_i(count))
    for component_data in message.components:
        _write_component_data_v0(component_data, parts)
    parts.append(_pack_t(message.strict))


def _read_describe_client_quotas_request_v0(
    data: bytes, offset: int
) -> tuple[DescribeClientQuotasRequest, int]:
    message = _new(DescribeClientQuotasRequest)
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("DescribeClientQuotasRequest.components")
    if count * 5 > len(data) - offset:
        raise count_refused("DescribeClientQuotasRequest.components", count)
    components: list[ComponentData] = []
    for _ in range(count):
        component_data, offset = _read_component_data_v0(data, offset)
        components.append(component_data)
    message.components = components
    (message.strict,) = _unpack_t(data, offset)
    offset += 1
    return message, offset


def _write_describe_client_quotas_request_v1(
    message: DescribeClientQuotasRequest, parts: list[Buffer]
) -> None:
    count = len(message.components) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for component_data in message.components:
        _write_component_data_v1(component_data, parts)
    parts.append(_pack_t0(message.strict))


def _read_describe_client_quotas_request_v1(
    data: bytes, offset: int
) -> tuple[DescribeClientQuotasRequest, int]:
    message = _new(DescribeClientQuotasRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeClientQuotasRequest.components")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("DescribeClientQuotasRequest.components", count)
    components: list[ComponentData] = []
    for _ in range(count):
        component_data, offset = _read_component_data_v1(data, offset)
        components.append(component_data)
    message.components = components
    message.strict, count = _unpack_tB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_component_data_v0(message: ComponentData, parts: list[Buffer]) -> None:
    text: Buffer = message.entity_type.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    if message.match is None:
        text = b""
        length = -1
    else:
        text = message.match.encode()
        length = len(text)
    parts.append(_pack_bh(message.match_type, length))
    parts.append(text)


def _read_component_data_v0(data: bytes, offset: int) -> tuple[ComponentData, int]:
    message = _new(ComponentData)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ComponentData.entity_type")
    end = offset + length
    message.entity_type = data[offset:end].decode()
    offset = end
    message.match_type, length = _unpack_bh(data, offset)
    offset += 3
    if length < 0:
        if length != -1:
            raise null_refused("ComponentData.match")
        message.match = None
    else:
        end = offset + length
        message.match = data[offset:end].decode()
        offset = end
    return message, offset


def _write_component_data_v1(message: ComponentData, parts: list[Buffer]) -> None:
    text: Buffer = message.entity_type.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.match is None:
        text = b""
        length = 0
    else:
        text = message.match.encode()
        length = len(text) + 1
    parts.append(
        _pack_bB(message.match_type, length)
        if length < 128
        else _pack_b(message.match_type) + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_component_data_v1(data: bytes, offset: int) -> tuple[ComponentData, int]:
    message = _new(ComponentData)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ComponentData.entity_type")
    end = offset + length - 1
    message.entity_type = data[offset:end].decode()
    offset = end
    message.match_type, length = _unpack_bB(data, offset)
    offset += 2
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.match = None
    else:
        end = offset + length - 1
        message.match = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_client_quotas_response_v0(
    message: DescribeClientQuotasResponse, parts: list[Buffer]
) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.error_message.encode()
        length = len(text)
    parts.append(_pack_ihh(message.throttle_time_ms, message.error_code, length))
    parts.append(text)
    count = -1 if message.entries is None else len(message.entries)
    parts.append(_pack_i(count))
    if message.entries:
        for entry_data in message.entries:
            _write_entry_data_v0(entry_data, parts)


def _read_describe_client_quotas_response_v0(
    data: bytes, offset: int
) -> tuple[DescribeClientQuotasResponse, int]:
    message = _new(DescribeClientQuotasResponse)
    message.throttle_time_ms, message.error_code, length = _unpack_ihh(data, offset)
    offset += 8
    if length < 0:
        if length != -1:
            raise null_refused("DescribeClientQuotasResponse.error_message")
        message.error_message = None
    else:
        end = offset + length
        message.error_message = data[offset:end].decode()
        offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        if count != -1:
            raise null_refused("DescribeClientQuotasResponse.entries")
        message.entries = None
    else:
        if count * 8 > len(data) - offset:
            raise count_refused("DescribeClientQuotasResponse.entries", count)
        entries: list[EntryData] = []
        for _ in range(count):
            entry_data, offset = _read_entry_data_v0(data, offset)
            entries.append(entry_data)
        message.entries = entries
    return message, offset


def _write_describe_client_quotas_response_v1(
    message: DescribeClientQuotasResponse, parts: list[Buffer]
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
    count = 0 if message.entries is None else len(message.entries) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    if message.entries:
        for entry_data in message.entries:
            _write_entry_data_v1(entry_data, parts)
    parts.append(b"\x00")


def _read_describe_client_quotas_response_v1(
    data: bytes, offset: int
) -> tuple[DescribeClientQuotasResponse, int]:
    message = _new(DescribeClientQuotasResponse)
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
        message.entries = None
    else:
        count -= 1
        if count * 3 > len(data) - offset:
            raise count_refused("DescribeClientQuotasResponse.entries", count)
        entries: list[EntryData] = []
        for _ in range(count):
            entry_data, offset = _read_entry_data_v1(data, offset)
            entries.append(entry_data)
        message.entries = entries
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_entry_data_v0(message: EntryData, parts: list[Buffer]) -> None:
    count = len(message.entity)
    parts.append(_pack_i(count))
    for entity_data in message.entity:
        _write_entity_data_v0(entity_data, parts)
    count = len(message.values)
    parts.append(_pack_i(count))
    for value_data in message.values:
        _write_value_data_v0(value_data, parts)


def _read_entry_data_v0(data: bytes, offset: int) -> tuple[EntryData, int]:
    message = _new(EntryData)
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("EntryData.entity")
    if count * 4 > len(data) - offset:
        raise count_refused("EntryData.entity", count)
    entity: list[EntityData] = []
    for _ in range(count):
        entity_data, offset = _read_entity_data_v0(data, offset)
        entity.append(entity_data)
    message.entity = entity
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("EntryData.values")
    if count * 10 > len(data) - offset:
        raise count_refused("EntryData.values", count)
    values: list[ValueData] = []
    for _ in range(count):
        value_data, offset = _read_value_data_v0(data, offset)
        values.append(value_data)
    message.values = values
    return message, offset


def _write_entry_data_v1(message: EntryData, parts: list[Buffer]) -> None:
    count = len(message.entity) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for entity_data in message.entity:
        _write_entity_data_v1(entity_data, parts)
    count = len(message.values) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for value_data in message.values:
        _write_value_data_v1(value_data, parts)
    parts.append(b"\x00")


def _read_entry_data_v1(data: bytes, offset: int) -> tuple[EntryData, int]:
    message = _new(EntryData)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("EntryData.entity")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("EntryData.entity", count)
    entity: list[EntityData] = []
    for _ in range(count):
        entity_data, offset = _read_entity_data_v1(data, offset)
        entity.append(entity_data)
    message.entity = entity
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("EntryData.values")
    count -= 1
    if count * 10 > len(data) - offset:
        raise count_refused("EntryData.values", count)
    values: list[ValueData] = []
    for _ in range(count):
        value_data, offset = _read_value_data_v1(data, offset)
        values.append(value_data)
    message.values = values
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_value_data_v0(message: ValueData, parts: list[Buffer]) -> None:
    text: Buffer = message.key.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    parts.append(_pack_d(message.value))


def _read_value_data_v0(data: bytes, offset: int) -> tuple[ValueData, int]:
    message = _new(ValueData)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ValueData.key")
    end = offset + length
    message.key = data[offset:end].decode()
    offset = end
    (message.value,) = _unpack_d(data, offset)
    offset += 8
    return message, offset


def _write_value_data_v1(message: ValueData, parts: list[Buffer]) -> None:
    text: Buffer = message.key.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_d0(message.value))


def _read_value_data_v1(data: bytes, offset: int) -> tuple[ValueData, int]:
    message = _new(ValueData)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ValueData.key")
    end = offset + length - 1
    message.key = data[offset:end].decode()
    offset = end
    message.value, count = _unpack_dB(data, offset)
    offset += 9
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_entity_data_v0(message: EntityData, parts: list[Buffer]) -> None:
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


def _read_entity_data_v0(data: bytes, offset: int) -> tuple[EntityData, int]:
    message = _new(EntityData)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("EntityData.entity_type")
    end = offset + length
    message.entity_type = data[offset:end].decode()
    offset = end
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("EntityData.entity_name")
        message.entity_name = None
    else:
        end = offset + length
        message.entity_name = data[offset:end].decode()
        offset = end
    return message, offset


def _write_entity_data_v1(message: EntityData, parts: list[Buffer]) -> None:
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


def _read_entity_data_v1(data: bytes, offset: int) -> tuple[EntityData, int]:
    message = _new(EntityData)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("EntityData.entity_type")
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


DescribeClientQuotasRequest.WRITERS = {
    0: _write_describe_client_quotas_request_v0,
    1: _write_describe_client_quotas_request_v1,
}
DescribeClientQuotasRequest.READERS = {
    0: _read_describe_client_quotas_request_v0,
    1: _read_describe_client_quotas_request_v1,
}
DescribeClientQuotasResponse.WRITERS = {
    0: _write_describe_client_quotas_response_v0,
    1: _write_describe_client_quotas_response_v1,
}
DescribeClientQuotasResponse.READERS = {
    0: _read_describe_client_quotas_response_v0,
    1: _read_describe_client_quotas_response_v1,
}
