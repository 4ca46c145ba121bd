# SPDX-License-Identifier: Apache-2.0
"""PushTelemetry (key 72).

A client's metrics (KIP-714).

Errors: INVALID_REQUEST, UNKNOWN_SUBSCRIPTION_ID, UNSUPPORTED_COMPRESSION_TYPE,
TELEMETRY_TOO_LARGE, THROTTLING_QUOTA_EXCEEDED, INVALID_RECORD.

Generated from `definitions/push_telemetry.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message
from ottla.protocol.primitives import (
    ZERO_UUID,
    null_refused,
    read_long_uvarint,
    skip_tagged_fields,
    uvarint,
)

if TYPE_CHECKING:
    from ottla.protocol.primitives import Buffer

_new = object.__new__
_ih0 = Format(">ihx")
_pack_ih0 = _ih0.pack
_ihB = Format(">ihB")
_unpack_ihB = _ihB.unpack_from
_uitb = Format(">16si?b")
_pack_uitb = _uitb.pack
_uitbB = Format(">16si?bB")
_pack_uitbB = _uitbB.pack
_unpack_uitbB = _uitbB.unpack_from


class PushTelemetryRequest(Message):
    """The metrics."""

    __slots__ = (
        "client_instance_id",
        "subscription_id",
        "terminating",
        "compression_type",
        "metrics",
    )

    API_KEY = 72
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    client_instance_id: bytes
    """Identifies the running client."""

    subscription_id: int
    """Tells whether the client knows the current choice of metrics."""

    terminating: bool
    """Whether the client is about to close."""

    compression_type: int
    """The codec of the metrics, in the numbers of record batches."""

    metrics: bytes
    """The metrics in OpenTelemetry's encoding, compressed."""

    def __init__(
        self,
        *,
        client_instance_id: bytes = ZERO_UUID,
        subscription_id: int = 0,
        terminating: bool = False,
        compression_type: int = 0,
        metrics: bytes = b"",
    ) -> None:
        self.client_instance_id = client_instance_id
        self.subscription_id = subscription_id
        self.terminating = terminating
        self.compression_type = compression_type
        self.metrics = metrics


class PushTelemetryResponse(Message):
    """Whether they were accepted."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
    )

    API_KEY = 72
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    def __init__(self, *, throttle_time_ms: int = 0, error_code: int = 0) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code


def _write_push_telemetry_request_v0(message: PushTelemetryRequest, parts: list[Buffer]) -> None:
    assert len(message.client_instance_id) == 16
    payload: Buffer = message.metrics
    length = len(payload) + 1
    parts.append(
        _pack_uitbB(
            message.client_instance_id,
            message.subscription_id,
            message.terminating,
            message.compression_type,
            length,
        )
        if length < 128
        else _pack_uitb(
            message.client_instance_id,
            message.subscription_id,
            message.terminating,
            message.compression_type,
        )
        + uvarint(length)
    )
    parts.append(payload)
    parts.append(b"\x00")


def _read_push_telemetry_request_v0(data: bytes, offset: int) -> tuple[PushTelemetryRequest, int]:
    message = _new(PushTelemetryRequest)
    (
        message.client_instance_id,
        message.subscription_id,
        message.terminating,
        message.compression_type,
        length,
    ) = _unpack_uitbB(data, offset)
    offset += 23
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("PushTelemetryRequest.metrics")
    end = offset + length - 1
    message.metrics = data[offset:end]
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_push_telemetry_response_v0(message: PushTelemetryResponse, parts: list[Buffer]) -> None:
    parts.append(_pack_ih0(message.throttle_time_ms, message.error_code))


def _read_push_telemetry_response_v0(data: bytes, offset: int) -> tuple[PushTelemetryResponse, int]:
    message = _new(PushTelemetryResponse)
    message.throttle_time_ms, message.error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


PushTelemetryRequest.WRITERS = {
    0: _write_push_telemetry_request_v0,
}
PushTelemetryRequest.READERS = {
    0: _read_push_telemetry_request_v0,
}
PushTelemetryResponse.WRITERS = {
    0: _write_push_telemetry_response_v0,
}
PushTelemetryResponse.READERS = {
    0: _read_push_telemetry_response_v0,
}
