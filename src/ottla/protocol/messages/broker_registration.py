# SPDX-License-Identifier: Apache-2.0
"""BrokerRegistration (key 62).

A broker announces itself to the controller. Between broker and controller.

Errors: NOT_CONTROLLER, DUPLICATE_BROKER_REGISTRATION, INCONSISTENT_CLUSTER_ID,
UNSUPPORTED_VERSION, INVALID_REGISTRATION, BROKER_ID_NOT_REGISTERED,
CLUSTER_AUTHORIZATION_FAILED.

Generated from `definitions/broker_registration.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    ZERO_UUID,
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
_i = Format(">i")
_pack_i = _i.pack
_t = Format(">?")
_pack_t = _t.pack
_u = Format(">16s")
_pack_u = _u.pack
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_q0 = Format(">qx")
_pack_q0 = _q0.pack
_qB = Format(">qB")
_unpack_qB = _qB.unpack_from
_t0 = Format(">?x")
_pack_t0 = _t0.pack
_tB = Format(">?B")
_pack_tB = _tB.pack
_unpack_tB = _tB.unpack_from
_uB = Format(">16sB")
_pack_uB = _uB.pack
_unpack_uB = _uB.unpack_from
_Hh0 = Format(">Hhx")
_pack_Hh0 = _Hh0.pack
_HhB = Format(">HhB")
_unpack_HhB = _HhB.unpack_from
_hh0 = Format(">hhx")
_pack_hh0 = _hh0.pack
_hhB = Format(">hhB")
_unpack_hhB = _hhB.unpack_from
_ihq0 = Format(">ihqx")
_pack_ihq0 = _ihq0.pack
_ihqB = Format(">ihqB")
_unpack_ihqB = _ihqB.unpack_from


class BrokerRegistrationRequest(Message):
    """Who the broker is and what it can do."""

    __slots__ = (
        "broker_id",
        "cluster_id",
        "incarnation_id",
        "listeners",
        "features",
        "rack",
        "is_migrating_zk_broker",
        "log_dirs",
        "previous_broker_epoch",
    )

    API_KEY = 62
    VERSIONS = range(0, 5)
    FLEXIBLE_FROM = 0

    broker_id: int
    """The broker's id."""

    cluster_id: str
    """The cluster's id."""

    incarnation_id: bytes
    """Identifies this run of the process."""

    listeners: list[Listener]
    """Addresses that the broker advertises."""

    features: list[Feature]
    """Feature levels that the node supports."""

    rack: str | None
    """The rack that the broker runs in; null when it has none. (may be None)"""

    is_migrating_zk_broker: bool
    """Whether the broker still ran on ZooKeeper when it registered. (versions 1+)"""

    log_dirs: list[bytes]
    """Identifiers of the log directories that are online. (versions 2+)"""

    previous_broker_epoch: int
    """The epoch of the broker's last clean run; -1 when it is unknown. (versions 3+)"""

    def __init__(
        self,
        *,
        broker_id: int = 0,
        cluster_id: str = "",
        incarnation_id: bytes = ZERO_UUID,
        listeners: Iterable[Listener] = (),
        features: Iterable[Feature] = (),
        rack: str | None = "",
        is_migrating_zk_broker: bool = False,
        log_dirs: Iterable[bytes] = (),
        previous_broker_epoch: int = -1,
    ) -> None:
        self.broker_id = broker_id
        self.cluster_id = cluster_id
        self.incarnation_id = incarnation_id
        self.listeners = list(listeners)
        self.features = list(features)
        self.rack = rack
        self.is_migrating_zk_broker = is_migrating_zk_broker
        self.log_dirs = list(log_dirs)
        self.previous_broker_epoch = previous_broker_epoch


class Feature(Struct):
    """Feature levels that the node supports."""

    __slots__ = (
        "name",
        "min_supported_version",
        "max_supported_version",
    )

    name: str
    """The feature's name."""

    min_supported_version: int
    """The lowest level that the node supports."""

    max_supported_version: int
    """The highest level that the node supports."""

    def __init__(
        self, *, name: str = "", min_supported_version: int = 0, max_supported_version: int = 0
    ) -> None:
        self.name = name
        self.min_supported_version = min_supported_version
        self.max_supported_version = max_supported_version


class Listener(Struct):
    """Addresses that the broker advertises."""

    __slots__ = (
        "name",
        "host",
        "port",
        "security_protocol",
    )

    name: str
    """The listener's name, as `listeners` of the broker's configuration has it."""

    host: str
    """The host name or address to connect to."""

    port: int
    """The port to connect to."""

    security_protocol: int
    """0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL."""

    def __init__(
        self, *, name: str = "", host: str = "", port: int = 0, security_protocol: int = 0
    ) -> None:
        self.name = name
        self.host = host
        self.port = port
        self.security_protocol = security_protocol


class BrokerRegistrationResponse(Message):
    """The epoch of the registration."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "broker_epoch",
    )

    API_KEY = 62
    VERSIONS = range(0, 5)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    broker_epoch: int
    """The epoch of the new registration; -1 when it was refused."""

    def __init__(
        self, *, throttle_time_ms: int = 0, error_code: int = 0, broker_epoch: int = -1
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.broker_epoch = broker_epoch


def _write_broker_registration_request_v0(
    message: BrokerRegistrationRequest, parts: list[Buffer]
) -> None:
    if message.is_migrating_zk_broker:
        raise field_unsupported("BrokerRegistrationRequest.is_migrating_zk_broker", "0")
    text: Buffer = message.cluster_id.encode()
    length = len(text) + 1
    parts.append(
        _pack_iB(message.broker_id, length)
        if length < 128
        else _pack_i(message.broker_id) + uvarint(length)
    )
    parts.append(text)
    assert len(message.incarnation_id) == 16
    count = len(message.listeners) + 1
    parts.append(
        _pack_uB(message.incarnation_id, count)
        if count < 128
        else _pack_u(message.incarnation_id) + uvarint(count)
    )
    for listener in message.listeners:
        _write_listener_v0_v4(listener, parts)
    count = len(message.features) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for feature in message.features:
        _write_feature_v0_v4(feature, parts)
    if message.rack is None:
        text = b""
        length = 0
    else:
        text = message.rack.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(b"\x00")


def _read_broker_registration_request_v0(
    data: bytes, offset: int
) -> tuple[BrokerRegistrationRequest, int]:
    message = _new(BrokerRegistrationRequest)
    message.is_migrating_zk_broker = False
    message.log_dirs = []
    message.previous_broker_epoch = -1
    message.broker_id, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("BrokerRegistrationRequest.cluster_id")
    end = offset + length - 1
    message.cluster_id = data[offset:end].decode()
    offset = end
    message.incarnation_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("BrokerRegistrationRequest.listeners")
    count -= 1
    if count * 7 > len(data) - offset:
        raise count_refused("BrokerRegistrationRequest.listeners", count)
    listeners: list[Listener] = []
    for _ in range(count):
        listener, offset = _read_listener_v0_v4(data, offset)
        listeners.append(listener)
    message.listeners = listeners
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("BrokerRegistrationRequest.features")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("BrokerRegistrationRequest.features", count)
    features: list[Feature] = []
    for _ in range(count):
        feature, offset = _read_feature_v0_v4(data, offset)
        features.append(feature)
    message.features = features
    length = data[offset]
    offset += 1
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


def _write_broker_registration_request_v1(
    message: BrokerRegistrationRequest, parts: list[Buffer]
) -> None:
    text: Buffer = message.cluster_id.encode()
    length = len(text) + 1
    parts.append(
        _pack_iB(message.broker_id, length)
        if length < 128
        else _pack_i(message.broker_id) + uvarint(length)
    )
    parts.append(text)
    assert len(message.incarnation_id) == 16
    count = len(message.listeners) + 1
    parts.append(
        _pack_uB(message.incarnation_id, count)
        if count < 128
        else _pack_u(message.incarnation_id) + uvarint(count)
    )
    for listener in message.listeners:
        _write_listener_v0_v4(listener, parts)
    count = len(message.features) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for feature in message.features:
        _write_feature_v0_v4(feature, parts)
    if message.rack is None:
        text = b""
        length = 0
    else:
        text = message.rack.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_t0(message.is_migrating_zk_broker))


def _read_broker_registration_request_v1(
    data: bytes, offset: int
) -> tuple[BrokerRegistrationRequest, int]:
    message = _new(BrokerRegistrationRequest)
    message.log_dirs = []
    message.previous_broker_epoch = -1
    message.broker_id, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("BrokerRegistrationRequest.cluster_id")
    end = offset + length - 1
    message.cluster_id = data[offset:end].decode()
    offset = end
    message.incarnation_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("BrokerRegistrationRequest.listeners")
    count -= 1
    if count * 7 > len(data) - offset:
        raise count_refused("BrokerRegistrationRequest.listeners", count)
    listeners: list[Listener] = []
    for _ in range(count):
        listener, offset = _read_listener_v0_v4(data, offset)
        listeners.append(listener)
    message.listeners = listeners
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("BrokerRegistrationRequest.features")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("BrokerRegistrationRequest.features", count)
    features: list[Feature] = []
    for _ in range(count):
        feature, offset = _read_feature_v0_v4(data, offset)
        features.append(feature)
    message.features = features
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.rack = None
    else:
        end = offset + length - 1
        message.rack = data[offset:end].decode()
        offset = end
    message.is_migrating_zk_broker, count = _unpack_tB(data, offset)
    offset += 2
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_broker_registration_request_v2(
    message: BrokerRegistrationRequest, parts: list[Buffer]
) -> None:
    text: Buffer = message.cluster_id.encode()
    length = len(text) + 1
    parts.append(
        _pack_iB(message.broker_id, length)
        if length < 128
        else _pack_i(message.broker_id) + uvarint(length)
    )
    parts.append(text)
    assert len(message.incarnation_id) == 16
    count = len(message.listeners) + 1
    parts.append(
        _pack_uB(message.incarnation_id, count)
        if count < 128
        else _pack_u(message.incarnation_id) + uvarint(count)
    )
    for listener in message.listeners:
        _write_listener_v0_v4(listener, parts)
    count = len(message.features) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for feature in message.features:
        _write_feature_v0_v4(feature, parts)
    if message.rack is None:
        text = b""
        length = 0
    else:
        text = message.rack.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.log_dirs) + 1
    parts.append(
        _pack_tB(message.is_migrating_zk_broker, count)
        if count < 128
        else _pack_t(message.is_migrating_zk_broker) + uvarint(count)
    )
    assert all(len(identifier) == 16 for identifier in message.log_dirs)
    parts.extend(message.log_dirs)
    parts.append(b"\x00")


def _read_broker_registration_request_v2(
    data: bytes, offset: int
) -> tuple[BrokerRegistrationRequest, int]:
    message = _new(BrokerRegistrationRequest)
    message.previous_broker_epoch = -1
    message.broker_id, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("BrokerRegistrationRequest.cluster_id")
    end = offset + length - 1
    message.cluster_id = data[offset:end].decode()
    offset = end
    message.incarnation_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("BrokerRegistrationRequest.listeners")
    count -= 1
    if count * 7 > len(data) - offset:
        raise count_refused("BrokerRegistrationRequest.listeners", count)
    listeners: list[Listener] = []
    for _ in range(count):
        listener, offset = _read_listener_v0_v4(data, offset)
        listeners.append(listener)
    message.listeners = listeners
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("BrokerRegistrationRequest.features")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("BrokerRegistrationRequest.features", count)
    features: list[Feature] = []
    for _ in range(count):
        feature, offset = _read_feature_v0_v4(data, offset)
        features.append(feature)
    message.features = features
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.rack = None
    else:
        end = offset + length - 1
        message.rack = data[offset:end].decode()
        offset = end
    message.is_migrating_zk_broker, count = _unpack_tB(data, offset)
    offset += 2
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("BrokerRegistrationRequest.log_dirs")
    count -= 1
    if count * 16 > len(data) - offset:
        raise count_refused("BrokerRegistrationRequest.log_dirs", count)
    end = offset + count * 16
    message.log_dirs = [data[start : start + 16] for start in range(offset, end, 16)]
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_broker_registration_request_v3_v4(
    message: BrokerRegistrationRequest, parts: list[Buffer]
) -> None:
    text: Buffer = message.cluster_id.encode()
    length = len(text) + 1
    parts.append(
        _pack_iB(message.broker_id, length)
        if length < 128
        else _pack_i(message.broker_id) + uvarint(length)
    )
    parts.append(text)
    assert len(message.incarnation_id) == 16
    count = len(message.listeners) + 1
    parts.append(
        _pack_uB(message.incarnation_id, count)
        if count < 128
        else _pack_u(message.incarnation_id) + uvarint(count)
    )
    for listener in message.listeners:
        _write_listener_v0_v4(listener, parts)
    count = len(message.features) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for feature in message.features:
        _write_feature_v0_v4(feature, parts)
    if message.rack is None:
        text = b""
        length = 0
    else:
        text = message.rack.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.log_dirs) + 1
    parts.append(
        _pack_tB(message.is_migrating_zk_broker, count)
        if count < 128
        else _pack_t(message.is_migrating_zk_broker) + uvarint(count)
    )
    assert all(len(identifier) == 16 for identifier in message.log_dirs)
    parts.extend(message.log_dirs)
    parts.append(_pack_q0(message.previous_broker_epoch))


def _read_broker_registration_request_v3_v4(
    data: bytes, offset: int
) -> tuple[BrokerRegistrationRequest, int]:
    message = _new(BrokerRegistrationRequest)
    message.broker_id, length = _unpack_iB(data, offset)
    offset += 5
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("BrokerRegistrationRequest.cluster_id")
    end = offset + length - 1
    message.cluster_id = data[offset:end].decode()
    offset = end
    message.incarnation_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("BrokerRegistrationRequest.listeners")
    count -= 1
    if count * 7 > len(data) - offset:
        raise count_refused("BrokerRegistrationRequest.listeners", count)
    listeners: list[Listener] = []
    for _ in range(count):
        listener, offset = _read_listener_v0_v4(data, offset)
        listeners.append(listener)
    message.listeners = listeners
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("BrokerRegistrationRequest.features")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("BrokerRegistrationRequest.features", count)
    features: list[Feature] = []
    for _ in range(count):
        feature, offset = _read_feature_v0_v4(data, offset)
        features.append(feature)
    message.features = features
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.rack = None
    else:
        end = offset + length - 1
        message.rack = data[offset:end].decode()
        offset = end
    message.is_migrating_zk_broker, count = _unpack_tB(data, offset)
    offset += 2
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("BrokerRegistrationRequest.log_dirs")
    count -= 1
    if count * 16 > len(data) - offset:
        raise count_refused("BrokerRegistrationRequest.log_dirs", count)
    end = offset + count * 16
    message.log_dirs = [data[start : start + 16] for start in range(offset, end, 16)]
    offset = end
    message.previous_broker_epoch, count = _unpack_qB(data, offset)
    offset += 9
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_feature_v0_v4(message: Feature, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_hh0(message.min_supported_version, message.max_supported_version))


def _read_feature_v0_v4(data: bytes, offset: int) -> tuple[Feature, int]:
    message = _new(Feature)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("Feature.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    message.min_supported_version, message.max_supported_version, count = _unpack_hhB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_listener_v0_v4(message: Listener, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.host.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_Hh0(message.port, message.security_protocol))


def _read_listener_v0_v4(data: bytes, offset: int) -> tuple[Listener, int]:
    message = _new(Listener)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("Listener.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("Listener.host")
    end = offset + length - 1
    message.host = data[offset:end].decode()
    offset = end
    message.port, message.security_protocol, count = _unpack_HhB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_broker_registration_response_v0_v4(
    message: BrokerRegistrationResponse, parts: list[Buffer]
) -> None:
    parts.append(_pack_ihq0(message.throttle_time_ms, message.error_code, message.broker_epoch))


def _read_broker_registration_response_v0_v4(
    data: bytes, offset: int
) -> tuple[BrokerRegistrationResponse, int]:
    message = _new(BrokerRegistrationResponse)
    message.throttle_time_ms, message.error_code, message.broker_epoch, count = _unpack_ihqB(
        data, offset
    )
    offset += 15
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


BrokerRegistrationRequest.WRITERS = {
    0: _write_broker_registration_request_v0,
    1: _write_broker_registration_request_v1,
    2: _write_broker_registration_request_v2,
    3: _write_broker_registration_request_v3_v4,
    4: _write_broker_registration_request_v3_v4,
}
BrokerRegistrationRequest.READERS = {
    0: _read_broker_registration_request_v0,
    1: _read_broker_registration_request_v1,
    2: _read_broker_registration_request_v2,
    3: _read_broker_registration_request_v3_v4,
    4: _read_broker_registration_request_v3_v4,
}
BrokerRegistrationResponse.WRITERS = {
    0: _write_broker_registration_response_v0_v4,
    1: _write_broker_registration_response_v0_v4,
    2: _write_broker_registration_response_v0_v4,
    3: _write_broker_registration_response_v0_v4,
    4: _write_broker_registration_response_v0_v4,
}
BrokerRegistrationResponse.READERS = {
    0: _read_broker_registration_response_v0_v4,
    1: _read_broker_registration_response_v0_v4,
    2: _read_broker_registration_response_v0_v4,
    3: _read_broker_registration_response_v0_v4,
    4: _read_broker_registration_response_v0_v4,
}
