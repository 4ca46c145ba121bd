# SPDX-License-Identifier: Apache-2.0
"""DescribeCluster (key 60).

The cluster's id, controller and brokers, without topics.

Errors: CLUSTER_AUTHORIZATION_FAILED, UNSUPPORTED_ENDPOINT_TYPE, MISMATCHED_ENDPOINT_TYPE,
INVALID_REQUEST.

Generated from `definitions/describe_cluster.txt` by `make gen`.
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
_i = Format(">i")
_pack_i = _i.pack
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
_t0 = Format(">?x")
_pack_t0 = _t0.pack
_tB = Format(">?B")
_unpack_tB = _tB.unpack_from
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from
_tb0 = Format(">?bx")
_pack_tb0 = _tb0.pack
_tbB = Format(">?bB")
_unpack_tbB = _tbB.unpack_from
_tbt0 = Format(">?b?x")
_pack_tbt0 = _tbt0.pack
_tbtB = Format(">?b?B")
_unpack_tbtB = _tbtB.unpack_from


class DescribeClusterRequest(Message):
    """What is wanted."""

    __slots__ = (
        "include_cluster_authorized_operations",
        "endpoint_type",
        "include_fenced_brokers",
    )

    API_KEY = 60
    VERSIONS = range(0, 3)
    FLEXIBLE_FROM = 0

    include_cluster_authorized_operations: bool
    """Whether to say what the user may do with the cluster."""

    endpoint_type: int
    """Who is described: 1 brokers, 2 controllers. (versions 1+)"""

    include_fenced_brokers: bool
    """Whether to list fenced brokers as well. (versions 2+)"""

    def __init__(
        self,
        *,
        include_cluster_authorized_operations: bool = False,
        endpoint_type: int = 1,
        include_fenced_brokers: bool = False,
    ) -> None:
        self.include_cluster_authorized_operations = include_cluster_authorized_operations
        self.endpoint_type = endpoint_type
        self.include_fenced_brokers = include_fenced_brokers


class DescribeClusterResponse(Message):
    """The cluster."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "error_message",
        "endpoint_type",
        "cluster_id",
        "controller_id",
        "brokers",
        "cluster_authorized_operations",
    )

    API_KEY = 60
    VERSIONS = range(0, 3)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    endpoint_type: int
    """Who is described: 1 brokers, 2 controllers. (versions 1+)"""

    cluster_id: str
    """The cluster's id."""

    controller_id: int
    """The broker to send controller requests to; -1 when there is none."""

    brokers: list[DescribeClusterBroker]
    """The brokers of the cluster."""

    cluster_authorized_operations: int
    """What the user may do with the cluster, one bit for each operation; the smallest int32 when
    not asked for.
    """

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        error_message: str | None = None,
        endpoint_type: int = 1,
        cluster_id: str = "",
        controller_id: int = -1,
        brokers: Iterable[DescribeClusterBroker] = (),
        cluster_authorized_operations: int = -2147483648,
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.error_message = error_message
        self.endpoint_type = endpoint_type
        self.cluster_id = cluster_id
        self.controller_id = controller_id
        self.brokers = list(brokers)
        self.cluster_authorized_operations = cluster_authorized_operations


class DescribeClusterBroker(Struct):
    """The brokers of the cluster."""

    __slots__ = (
        "broker_id",
        "host",
        "port",
        "rack",
        "is_fenced",
    )

    broker_id: int
    """The broker's id."""

    host: str
    """The host name or address to connect to."""

    port: int
    """The port to connect to."""

    rack: str | None
    """The rack that the broker runs in; null when it has none. (may be None)"""

    is_fenced: bool
    """Whether the broker is fenced: alive, but not in service. (versions 2+)"""

    def __init__(
        self,
        *,
        broker_id: int = 0,
        host: str = "",
        port: int = 0,
        rack: str | None = None,
        is_fenced: bool = False,
    ) -> None:
        self.broker_id = broker_id
        self.host = host
        self.port = port
        self.rack = rack
        self.is_fenced = is_fenced


def _write_describe_cluster_request_v0(
    message: DescribeClusterRequest, parts: list[Buffer]
) -> None:
    if message.endpoint_type != 1:
        raise field_unsupported("DescribeClusterRequest.endpoint_type", "0")
    if message.include_fenced_brokers:
        raise field_unsupported("DescribeClusterRequest.include_fenced_brokers", "0")
    parts.append(_pack_t0(message.include_cluster_authorized_operations))


def _read_describe_cluster_request_v0(
    data: bytes, offset: int
) -> tuple[DescribeClusterRequest, int]:
    message = _new(DescribeClusterRequest)
    message.endpoint_type = 1
    message.include_fenced_brokers = False
    message.include_cluster_authorized_operations, count = _unpack_tB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_cluster_request_v1(
    message: DescribeClusterRequest, parts: list[Buffer]
) -> None:
    if message.include_fenced_brokers:
        raise field_unsupported("DescribeClusterRequest.include_fenced_brokers", "1")
    parts.append(_pack_tb0(message.include_cluster_authorized_operations, message.endpoint_type))


def _read_describe_cluster_request_v1(
    data: bytes, offset: int
) -> tuple[DescribeClusterRequest, int]:
    message = _new(DescribeClusterRequest)
    message.include_fenced_brokers = False
    message.include_cluster_authorized_operations, message.endpoint_type, count = _unpack_tbB(
        data, offset
    )
    offset += 3
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_cluster_request_v2(
    message: DescribeClusterRequest, parts: list[Buffer]
) -> None:
    parts.append(
        _pack_tbt0(
            message.include_cluster_authorized_operations,
            message.endpoint_type,
            message.include_fenced_brokers,
        )
    )


def _read_describe_cluster_request_v2(
    data: bytes, offset: int
) -> tuple[DescribeClusterRequest, int]:
    message = _new(DescribeClusterRequest)
    (
        message.include_cluster_authorized_operations,
        message.endpoint_type,
        message.include_fenced_brokers,
        count,
    ) = _unpack_tbtB(data, offset)
    offset += 4
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_cluster_response_v0(
    message: DescribeClusterResponse, parts: list[Buffer]
) -> None:
    if message.endpoint_type != 1:
        raise field_unsupported("DescribeClusterResponse.endpoint_type", "0")
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
    text = message.cluster_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.brokers) + 1
    parts.append(
        _pack_iB(message.controller_id, count)
        if count < 128
        else _pack_i(message.controller_id) + uvarint(count)
    )
    for describe_cluster_broker in message.brokers:
        _write_describe_cluster_broker_v0_v1(describe_cluster_broker, parts)
    parts.append(_pack_i0(message.cluster_authorized_operations))


def _read_describe_cluster_response_v0(
    data: bytes, offset: int
) -> tuple[DescribeClusterResponse, int]:
    message = _new(DescribeClusterResponse)
    message.endpoint_type = 1
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
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeClusterResponse.cluster_id")
    end = offset + length - 1
    message.cluster_id = data[offset:end].decode()
    offset = end
    message.controller_id, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeClusterResponse.brokers")
    count -= 1
    if count * 11 > len(data) - offset:
        raise count_refused("DescribeClusterResponse.brokers", count)
    brokers: list[DescribeClusterBroker] = []
    for _ in range(count):
        describe_cluster_broker, offset = _read_describe_cluster_broker_v0_v1(data, offset)
        brokers.append(describe_cluster_broker)
    message.brokers = brokers
    message.cluster_authorized_operations, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_cluster_response_v1(
    message: DescribeClusterResponse, parts: list[Buffer]
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
    text = message.cluster_id.encode()
    length = len(text) + 1
    parts.append(
        _pack_bB(message.endpoint_type, length)
        if length < 128
        else _pack_b(message.endpoint_type) + uvarint(length)
    )
    parts.append(text)
    count = len(message.brokers) + 1
    parts.append(
        _pack_iB(message.controller_id, count)
        if count < 128
        else _pack_i(message.controller_id) + uvarint(count)
    )
    for describe_cluster_broker in message.brokers:
        _write_describe_cluster_broker_v0_v1(describe_cluster_broker, parts)
    parts.append(_pack_i0(message.cluster_authorized_operations))


def _read_describe_cluster_response_v1(
    data: bytes, offset: int
) -> tuple[DescribeClusterResponse, int]:
    message = _new(DescribeClusterResponse)
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
    message.endpoint_type, length = _unpack_bB(data, offset)
    offset += 2
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeClusterResponse.cluster_id")
    end = offset + length - 1
    message.cluster_id = data[offset:end].decode()
    offset = end
    message.controller_id, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeClusterResponse.brokers")
    count -= 1
    if count * 11 > len(data) - offset:
        raise count_refused("DescribeClusterResponse.brokers", count)
    brokers: list[DescribeClusterBroker] = []
    for _ in range(count):
        describe_cluster_broker, offset = _read_describe_cluster_broker_v0_v1(data, offset)
        brokers.append(describe_cluster_broker)
    message.brokers = brokers
    message.cluster_authorized_operations, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_cluster_response_v2(
    message: DescribeClusterResponse, parts: list[Buffer]
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
    text = message.cluster_id.encode()
    length = len(text) + 1
    parts.append(
        _pack_bB(message.endpoint_type, length)
        if length < 128
        else _pack_b(message.endpoint_type) + uvarint(length)
    )
    parts.append(text)
    count = len(message.brokers) + 1
    parts.append(
        _pack_iB(message.controller_id, count)
        if count < 128
        else _pack_i(message.controller_id) + uvarint(count)
    )
    for describe_cluster_broker in message.brokers:
        _write_describe_cluster_broker_v2(describe_cluster_broker, parts)
    parts.append(_pack_i0(message.cluster_authorized_operations))


def _read_describe_cluster_response_v2(
    data: bytes, offset: int
) -> tuple[DescribeClusterResponse, int]:
    message = _new(DescribeClusterResponse)
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
    message.endpoint_type, length = _unpack_bB(data, offset)
    offset += 2
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeClusterResponse.cluster_id")
    end = offset + length - 1
    message.cluster_id = data[offset:end].decode()
    offset = end
    message.controller_id, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeClusterResponse.brokers")
    count -= 1
    if count * 12 > len(data) - offset:
        raise count_refused("DescribeClusterResponse.brokers", count)
    brokers: list[DescribeClusterBroker] = []
    for _ in range(count):
        describe_cluster_broker, offset = _read_describe_cluster_broker_v2(data, offset)
        brokers.append(describe_cluster_broker)
    message.brokers = brokers
    message.cluster_authorized_operations, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_cluster_broker_v0_v1(
    message: DescribeClusterBroker, parts: list[Buffer]
) -> None:
    if message.is_fenced:
        raise field_unsupported("DescribeClusterBroker.is_fenced", "0-1")
    text: Buffer = message.host.encode()
    length = len(text) + 1
    parts.append(
        _pack_iB(message.broker_id, length)
        if length < 128
        else _pack_i(message.broker_id) + uvarint(length)
    )
    parts.append(text)
    if message.rack is None:
        text = b""
        length = 0
    else:
        text = message.rack.encode()
        length = len(text) + 1
    parts.append(
        _pack_iB(message.port, length) if length < 128 else _pack_i(message.port) + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_describe_cluster_broker_v0_v1(
    data: bytes, offset: int
) -> tuple[DescribeClusterBroker, int]:
    message = _new(DescribeClusterBroker)
    message.is_fenced = False
    message.broker_id, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeClusterBroker.host")
    end = offset + length - 1
    message.host = data[offset:end].decode()
    offset = end
    message.port, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.rack = None
    else:
        end = offset + length - 1
        message.rack = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_cluster_broker_v2(message: DescribeClusterBroker, parts: list[Buffer]) -> None:
    text: Buffer = message.host.encode()
    length = len(text) + 1
    parts.append(
        _pack_iB(message.broker_id, length)
        if length < 128
        else _pack_i(message.broker_id) + uvarint(length)
    )
    parts.append(text)
    if message.rack is None:
        text = b""
        length = 0
    else:
        text = message.rack.encode()
        length = len(text) + 1
    parts.append(
        _pack_iB(message.port, length) if length < 128 else _pack_i(message.port) + uvarint(length)
    )
    parts.append(text)
    parts.append(_pack_t0(message.is_fenced))


def _read_describe_cluster_broker_v2(data: bytes, offset: int) -> tuple[DescribeClusterBroker, int]:
    message = _new(DescribeClusterBroker)
    message.broker_id, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("DescribeClusterBroker.host")
    end = offset + length - 1
    message.host = data[offset:end].decode()
    offset = end
    message.port, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.rack = None
    else:
        end = offset + length - 1
        message.rack = data[offset:end].decode()
        offset = end
    message.is_fenced, count = _unpack_tB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


DescribeClusterRequest.WRITERS = {
    0: _write_describe_cluster_request_v0,
    1: _write_describe_cluster_request_v1,
    2: _write_describe_cluster_request_v2,
}
DescribeClusterRequest.READERS = {
    0: _read_describe_cluster_request_v0,
    1: _read_describe_cluster_request_v1,
    2: _read_describe_cluster_request_v2,
}
DescribeClusterResponse.WRITERS = {
    0: _write_describe_cluster_response_v0,
    1: _write_describe_cluster_response_v1,
    2: _write_describe_cluster_response_v2,
}
DescribeClusterResponse.READERS = {
    0: _read_describe_cluster_response_v0,
    1: _read_describe_cluster_response_v1,
    2: _read_describe_cluster_response_v2,
}
