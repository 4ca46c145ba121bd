# SPDX-License-Identifier: Apache-2.0
"""FindCoordinator (key 10).

Which broker coordinates a group, a transactional id or a share-partition.

Errors: COORDINATOR_NOT_AVAILABLE, INVALID_GROUP_ID, INVALID_REQUEST,
GROUP_AUTHORIZATION_FAILED, TRANSACTIONAL_ID_AUTHORIZATION_FAILED, CLUSTER_AUTHORIZATION_FAILED.

Generated from `definitions/find_coordinator.txt` by `make gen`.
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
_b = Format(">b")
_pack_b = _b.pack
_unpack_b = _b.unpack_from
_h = Format(">h")
_pack_h = _h.pack
_unpack_h = _h.unpack_from
_i = Format(">i")
_pack_i = _i.pack
_unpack_i = _i.unpack_from
_b0 = Format(">bx")
_pack_b0 = _b0.pack
_bB = Format(">bB")
_pack_bB = _bB.pack
_unpack_bB = _bB.unpack_from
_i0 = Format(">ix")
_pack_i0 = _i0.pack
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_unpack_ih = _ih.unpack_from
_hih = Format(">hih")
_pack_hih = _hih.pack
_unpack_hih = _hih.unpack_from
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from
_ihh = Format(">ihh")
_pack_ihh = _ihh.pack
_unpack_ihh = _ihh.unpack_from


class FindCoordinatorRequest(Message):
    """The keys; one up to version 3, a batch from version 4."""

    __slots__ = (
        "key",
        "key_type",
        "coordinator_keys",
    )

    API_KEY = 10
    VERSIONS = range(0, 7)
    FLEXIBLE_FROM = 3

    key: str
    """The group or the transactional id that needs a coordinator. (versions 0-3)"""

    key_type: int
    """What the keys are: 0 groups, 1 transactional ids, 2 share-partitions. (versions 1+)"""

    coordinator_keys: list[str]
    """The groups, transactional ids or share-partitions that need a coordinator. (versions 4+)
    """

    def __init__(
        self, *, key: str = "", key_type: int = 0, coordinator_keys: Iterable[str] = ()
    ) -> None:
        self.key = key
        self.key_type = key_type
        self.coordinator_keys = list(coordinator_keys)


class FindCoordinatorResponse(Message):
    """The coordinators."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "error_message",
        "node_id",
        "host",
        "port",
        "coordinators",
    )

    API_KEY = 10
    VERSIONS = range(0, 7)
    FLEXIBLE_FROM = 3

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    (versions 1+)
    """

    error_code: int
    """Outcome of the whole request; 0 is success. (versions 0-3)"""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (versions 1-3; may be
    None)
    """

    node_id: int
    """The broker that coordinates; -1 when there is none. (versions 0-3)"""

    host: str
    """The host name or address to connect to. (versions 0-3)"""

    port: int
    """The port to connect to. (versions 0-3)"""

    coordinators: list[Coordinator]
    """Coordinators by key. (versions 4+)"""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        error_message: str | None = "",
        node_id: int = 0,
        host: str = "",
        port: int = 0,
        coordinators: Iterable[Coordinator] = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.error_message = error_message
        self.node_id = node_id
        self.host = host
        self.port = port
        self.coordinators = list(coordinators)


class Coordinator(Struct):
    """Coordinators by key."""

    __slots__ = (
        "key",
        "node_id",
        "host",
        "port",
        "error_code",
        "error_message",
    )

    key: str
    """The key that was asked for."""

    node_id: int
    """The broker that coordinates; -1 when there is none."""

    host: str
    """The host name or address to connect to."""

    port: int
    """The port to connect to."""

    error_code: int
    """Outcome for this key; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    def __init__(
        self,
        *,
        key: str = "",
        node_id: int = 0,
        host: str = "",
        port: int = 0,
        error_code: int = 0,
        error_message: str | None = "",
    ) -> None:
        self.key = key
        self.node_id = node_id
        self.host = host
        self.port = port
        self.error_code = error_code
        self.error_message = error_message


def _write_find_coordinator_request_v0(
    message: FindCoordinatorRequest, parts: list[Buffer]
) -> None:
    if message.key_type != 0:
        raise field_unsupported("FindCoordinatorRequest.key_type", "0")
    if message.coordinator_keys:
        raise field_unsupported("FindCoordinatorRequest.coordinator_keys", "0")
    text: Buffer = message.key.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)


def _read_find_coordinator_request_v0(
    data: bytes, offset: int
) -> tuple[FindCoordinatorRequest, int]:
    message = _new(FindCoordinatorRequest)
    message.key_type = 0
    message.coordinator_keys = []
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("FindCoordinatorRequest.key")
    end = offset + length
    message.key = data[offset:end].decode()
    offset = end
    return message, offset


def _write_find_coordinator_request_v1_v2(
    message: FindCoordinatorRequest, parts: list[Buffer]
) -> None:
    if message.coordinator_keys:
        raise field_unsupported("FindCoordinatorRequest.coordinator_keys", "1-2")
    text: Buffer = message.key.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    parts.append(_pack_b(message.key_type))


def _read_find_coordinator_request_v1_v2(
    data: bytes, offset: int
) -> tuple[FindCoordinatorRequest, int]:
    message = _new(FindCoordinatorRequest)
    message.coordinator_keys = []
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("FindCoordinatorRequest.key")
    end = offset + length
    message.key = data[offset:end].decode()
    offset = end
    (message.key_type,) = _unpack_b(data, offset)
    offset += 1
    return message, offset


def _write_find_coordinator_request_v3(
    message: FindCoordinatorRequest, parts: list[Buffer]
) -> None:
    if message.coordinator_keys:
        raise field_unsupported("FindCoordinatorRequest.coordinator_keys", "3")
    text: Buffer = message.key.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_b0(message.key_type))


def _read_find_coordinator_request_v3(
    data: bytes, offset: int
) -> tuple[FindCoordinatorRequest, int]:
    message = _new(FindCoordinatorRequest)
    message.coordinator_keys = []
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("FindCoordinatorRequest.key")
    end = offset + length - 1
    message.key = data[offset:end].decode()
    offset = end
    message.key_type, count = _unpack_bB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_find_coordinator_request_v4_v6(
    message: FindCoordinatorRequest, parts: list[Buffer]
) -> None:
    if message.key != "":
        raise field_unsupported("FindCoordinatorRequest.key", "4-6")
    count = len(message.coordinator_keys) + 1
    parts.append(
        _pack_bB(message.key_type, count)
        if count < 128
        else _pack_b(message.key_type) + uvarint(count)
    )
    for string in message.coordinator_keys:
        text: Buffer = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    parts.append(b"\x00")


def _read_find_coordinator_request_v4_v6(
    data: bytes, offset: int
) -> tuple[FindCoordinatorRequest, int]:
    message = _new(FindCoordinatorRequest)
    message.key = ""
    message.key_type, count = _unpack_bB(data, offset)
    offset += 2
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("FindCoordinatorRequest.coordinator_keys")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("FindCoordinatorRequest.coordinator_keys", count)
    coordinator_keys: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("FindCoordinatorRequest.coordinator_keys")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        coordinator_keys.append(text)
    message.coordinator_keys = coordinator_keys
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_find_coordinator_response_v0(
    message: FindCoordinatorResponse, parts: list[Buffer]
) -> None:
    if message.coordinators:
        raise field_unsupported("FindCoordinatorResponse.coordinators", "0")
    text: Buffer = message.host.encode()
    length = len(text)
    parts.append(_pack_hih(message.error_code, message.node_id, length))
    parts.append(text)
    parts.append(_pack_i(message.port))


def _read_find_coordinator_response_v0(
    data: bytes, offset: int
) -> tuple[FindCoordinatorResponse, int]:
    message = _new(FindCoordinatorResponse)
    message.throttle_time_ms = 0
    message.error_message = ""
    message.coordinators = []
    message.error_code, message.node_id, length = _unpack_hih(data, offset)
    offset += 8
    if length < 0:
        raise null_refused("FindCoordinatorResponse.host")
    end = offset + length
    message.host = data[offset:end].decode()
    offset = end
    (message.port,) = _unpack_i(data, offset)
    offset += 4
    return message, offset


def _write_find_coordinator_response_v1_v2(
    message: FindCoordinatorResponse, parts: list[Buffer]
) -> None:
    if message.coordinators:
        raise field_unsupported("FindCoordinatorResponse.coordinators", "1-2")
    if message.error_message is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.error_message.encode()
        length = len(text)
    parts.append(_pack_ihh(message.throttle_time_ms, message.error_code, length))
    parts.append(text)
    text = message.host.encode()
    length = len(text)
    parts.append(_pack_ih(message.node_id, length))
    parts.append(text)
    parts.append(_pack_i(message.port))


def _read_find_coordinator_response_v1_v2(
    data: bytes, offset: int
) -> tuple[FindCoordinatorResponse, int]:
    message = _new(FindCoordinatorResponse)
    message.coordinators = []
    message.throttle_time_ms, message.error_code, length = _unpack_ihh(data, offset)
    offset += 8
    if length < 0:
        if length != -1:
            raise null_refused("FindCoordinatorResponse.error_message")
        message.error_message = None
    else:
        end = offset + length
        message.error_message = data[offset:end].decode()
        offset = end
    message.node_id, length = _unpack_ih(data, offset)
    offset += 6
    if length < 0:
        raise null_refused("FindCoordinatorResponse.host")
    end = offset + length
    message.host = data[offset:end].decode()
    offset = end
    (message.port,) = _unpack_i(data, offset)
    offset += 4
    return message, offset


def _write_find_coordinator_response_v3(
    message: FindCoordinatorResponse, parts: list[Buffer]
) -> None:
    if message.coordinators:
        raise field_unsupported("FindCoordinatorResponse.coordinators", "3")
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
    text = message.host.encode()
    length = len(text) + 1
    parts.append(
        _pack_iB(message.node_id, length)
        if length < 128
        else _pack_i(message.node_id) + uvarint(length)
    )
    parts.append(text)
    parts.append(_pack_i0(message.port))


def _read_find_coordinator_response_v3(
    data: bytes, offset: int
) -> tuple[FindCoordinatorResponse, int]:
    message = _new(FindCoordinatorResponse)
    message.coordinators = []
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
    message.node_id, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("FindCoordinatorResponse.host")
    end = offset + length - 1
    message.host = data[offset:end].decode()
    offset = end
    message.port, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_find_coordinator_response_v4_v6(
    message: FindCoordinatorResponse, parts: list[Buffer]
) -> None:
    if message.error_code != 0:
        raise field_unsupported("FindCoordinatorResponse.error_code", "4-6")
    if message.node_id != 0:
        raise field_unsupported("FindCoordinatorResponse.node_id", "4-6")
    if message.host != "":
        raise field_unsupported("FindCoordinatorResponse.host", "4-6")
    if message.port != 0:
        raise field_unsupported("FindCoordinatorResponse.port", "4-6")
    count = len(message.coordinators) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for coordinator in message.coordinators:
        _write_coordinator_v4_v6(coordinator, parts)
    parts.append(b"\x00")


def _read_find_coordinator_response_v4_v6(
    data: bytes, offset: int
) -> tuple[FindCoordinatorResponse, int]:
    message = _new(FindCoordinatorResponse)
    message.error_code = 0
    message.error_message = ""
    message.node_id = 0
    message.host = ""
    message.port = 0
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("FindCoordinatorResponse.coordinators")
    count -= 1
    if count * 14 > len(data) - offset:
        raise count_refused("FindCoordinatorResponse.coordinators", count)
    coordinators: list[Coordinator] = []
    for _ in range(count):
        coordinator, offset = _read_coordinator_v4_v6(data, offset)
        coordinators.append(coordinator)
    message.coordinators = coordinators
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_coordinator_v4_v6(message: Coordinator, parts: list[Buffer]) -> None:
    text: Buffer = message.key.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.host.encode()
    length = len(text) + 1
    parts.append(
        _pack_iB(message.node_id, length)
        if length < 128
        else _pack_i(message.node_id) + uvarint(length)
    )
    parts.append(text)
    if message.error_message is None:
        text = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_ihB(message.port, message.error_code, length)
        if length < 128
        else _pack_ih(message.port, message.error_code) + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_coordinator_v4_v6(data: bytes, offset: int) -> tuple[Coordinator, int]:
    message = _new(Coordinator)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("Coordinator.key")
    end = offset + length - 1
    message.key = data[offset:end].decode()
    offset = end
    message.node_id, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("Coordinator.host")
    end = offset + length - 1
    message.host = data[offset:end].decode()
    offset = end
    message.port, message.error_code, length = _unpack_ihB(data, offset)
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
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


FindCoordinatorRequest.WRITERS = {
    0: _write_find_coordinator_request_v0,
    1: _write_find_coordinator_request_v1_v2,
    2: _write_find_coordinator_request_v1_v2,
    3: _write_find_coordinator_request_v3,
    4: _write_find_coordinator_request_v4_v6,
    5: _write_find_coordinator_request_v4_v6,
    6: _write_find_coordinator_request_v4_v6,
}
FindCoordinatorRequest.READERS = {
    0: _read_find_coordinator_request_v0,
    1: _read_find_coordinator_request_v1_v2,
    2: _read_find_coordinator_request_v1_v2,
    3: _read_find_coordinator_request_v3,
    4: _read_find_coordinator_request_v4_v6,
    5: _read_find_coordinator_request_v4_v6,
    6: _read_find_coordinator_request_v4_v6,
}
FindCoordinatorResponse.WRITERS = {
    0: _write_find_coordinator_response_v0,
    1: _write_find_coordinator_response_v1_v2,
    2: _write_find_coordinator_response_v1_v2,
    3: _write_find_coordinator_response_v3,
    4: _write_find_coordinator_response_v4_v6,
    5: _write_find_coordinator_response_v4_v6,
    6: _write_find_coordinator_response_v4_v6,
}
FindCoordinatorResponse.READERS = {
    0: _read_find_coordinator_response_v0,
    1: _read_find_coordinator_response_v1_v2,
    2: _read_find_coordinator_response_v1_v2,
    3: _read_find_coordinator_response_v3,
    4: _read_find_coordinator_response_v4_v6,
    5: _read_find_coordinator_response_v4_v6,
    6: _read_find_coordinator_response_v4_v6,
}
