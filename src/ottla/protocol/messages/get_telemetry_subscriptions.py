# SPDX-License-Identifier: Apache-2.0
"""GetTelemetrySubscriptions (key 71).

Which metrics the cluster wants from a client (KIP-714).

Errors: INVALID_REQUEST, UNSUPPORTED_VERSION, THROTTLING_QUOTA_EXCEEDED.

Generated from `definitions/get_telemetry_subscriptions.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format, pack, unpack_from
from typing import TYPE_CHECKING

from ottla.protocol.message import Message
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    ZERO_UUID,
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
_u0 = Format(">16sx")
_pack_u0 = _u0.pack
_uB = Format(">16sB")
_unpack_uB = _uB.unpack_from
_iit = Format(">ii?")
_pack_iit = _iit.pack
_ihui = Format(">ih16si")
_pack_ihui = _ihui.pack
_iitB = Format(">ii?B")
_pack_iitB = _iitB.pack
_unpack_iitB = _iitB.unpack_from
_ihuiB = Format(">ih16siB")
_pack_ihuiB = _ihuiB.pack
_unpack_ihuiB = _ihuiB.unpack_from


class GetTelemetrySubscriptionsRequest(Message):
    """The client."""

    __slots__ = ("client_instance_id",)

    API_KEY = 71
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    client_instance_id: bytes
    """Identifies the running client; all zero asks for an identifier."""

    def __init__(self, *, client_instance_id: bytes = ZERO_UUID) -> None:
        self.client_instance_id = client_instance_id


class GetTelemetrySubscriptionsResponse(Message):
    """The wanted metrics."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "client_instance_id",
        "subscription_id",
        "accepted_compression_types",
        "push_interval_ms",
        "telemetry_max_bytes",
        "delta_temporality",
        "requested_metrics",
    )

    API_KEY = 71
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    client_instance_id: bytes
    """The identifier that the client shall use; all zero when it has one."""

    subscription_id: int
    """Tells whether the client knows the current choice of metrics."""

    accepted_compression_types: list[int]
    """Codecs that the broker accepts, the preferred first."""

    push_interval_ms: int
    """Milliseconds between two pushes."""

    telemetry_max_bytes: int
    """Bytes that one push may have after decompression."""

    delta_temporality: bool
    """Whether metrics are the change since the last push, not totals."""

    requested_metrics: list[str]
    """Prefixes of the metrics that are wanted; an empty string means all."""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        client_instance_id: bytes = ZERO_UUID,
        subscription_id: int = 0,
        accepted_compression_types: Iterable[int] = (),
        push_interval_ms: int = 0,
        telemetry_max_bytes: int = 0,
        delta_temporality: bool = False,
        requested_metrics: Iterable[str] = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.client_instance_id = client_instance_id
        self.subscription_id = subscription_id
        self.accepted_compression_types = list(accepted_compression_types)
        self.push_interval_ms = push_interval_ms
        self.telemetry_max_bytes = telemetry_max_bytes
        self.delta_temporality = delta_temporality
        self.requested_metrics = list(requested_metrics)


def _write_get_telemetry_subscriptions_request_v0(
    message: GetTelemetrySubscriptionsRequest, parts: list[Buffer]
) -> None:
    assert len(message.client_instance_id) == 16
    parts.append(_pack_u0(message.client_instance_id))


def _read_get_telemetry_subscriptions_request_v0(
    data: bytes, offset: int
) -> tuple[GetTelemetrySubscriptionsRequest, int]:
    message = _new(GetTelemetrySubscriptionsRequest)
    message.client_instance_id, count = _unpack_uB(data, offset)
    offset += 17
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_get_telemetry_subscriptions_response_v0(
    message: GetTelemetrySubscriptionsResponse, parts: list[Buffer]
) -> None:
    assert len(message.client_instance_id) == 16
    count = len(message.accepted_compression_types) + 1
    parts.append(
        _pack_ihuiB(
            message.throttle_time_ms,
            message.error_code,
            message.client_instance_id,
            message.subscription_id,
            count,
        )
        if count < 128
        else _pack_ihui(
            message.throttle_time_ms,
            message.error_code,
            message.client_instance_id,
            message.subscription_id,
        )
        + uvarint(count)
    )
    parts.append(
        pack(f">{len(message.accepted_compression_types)}b", *message.accepted_compression_types)
    )
    count = len(message.requested_metrics) + 1
    parts.append(
        _pack_iitB(
            message.push_interval_ms, message.telemetry_max_bytes, message.delta_temporality, count
        )
        if count < 128
        else _pack_iit(
            message.push_interval_ms, message.telemetry_max_bytes, message.delta_temporality
        )
        + uvarint(count)
    )
    for string in message.requested_metrics:
        text: Buffer = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    parts.append(b"\x00")


def _read_get_telemetry_subscriptions_response_v0(
    data: bytes, offset: int
) -> tuple[GetTelemetrySubscriptionsResponse, int]:
    message = _new(GetTelemetrySubscriptionsResponse)
    (
        message.throttle_time_ms,
        message.error_code,
        message.client_instance_id,
        message.subscription_id,
        count,
    ) = _unpack_ihuiB(data, offset)
    offset += 27
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("GetTelemetrySubscriptionsResponse.accepted_compression_types")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("GetTelemetrySubscriptionsResponse.accepted_compression_types", count)
    message.accepted_compression_types = list(unpack_from(f">{count}b", data, offset))
    offset += count * 1
    message.push_interval_ms, message.telemetry_max_bytes, message.delta_temporality, count = (
        _unpack_iitB(data, offset)
    )
    offset += 10
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("GetTelemetrySubscriptionsResponse.requested_metrics")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("GetTelemetrySubscriptionsResponse.requested_metrics", count)
    requested_metrics: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("GetTelemetrySubscriptionsResponse.requested_metrics")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        requested_metrics.append(text)
    message.requested_metrics = requested_metrics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


GetTelemetrySubscriptionsRequest.WRITERS = {
    0: _write_get_telemetry_subscriptions_request_v0,
}
GetTelemetrySubscriptionsRequest.READERS = {
    0: _read_get_telemetry_subscriptions_request_v0,
}
GetTelemetrySubscriptionsResponse.WRITERS = {
    0: _write_get_telemetry_subscriptions_response_v0,
}
GetTelemetrySubscriptionsResponse.READERS = {
    0: _read_get_telemetry_subscriptions_response_v0,
}
