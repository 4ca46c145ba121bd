# SPDX-License-Identifier: Apache-2.0
"""AllocateProducerIds (key 67).

Gives a broker a block of producer ids that nobody else will ever use. Between brokers.

Errors: NOT_CONTROLLER, STALE_BROKER_EPOCH, BROKER_ID_NOT_REGISTERED,
CLUSTER_AUTHORIZATION_FAILED.

Generated from `definitions/allocate_producer_ids.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message
from ottla.protocol.primitives import skip_tagged_fields

if TYPE_CHECKING:
    from ottla.protocol.primitives import Buffer

_new = object.__new__
_iq0 = Format(">iqx")
_pack_iq0 = _iq0.pack
_iqB = Format(">iqB")
_unpack_iqB = _iqB.unpack_from
_ihqi0 = Format(">ihqix")
_pack_ihqi0 = _ihqi0.pack
_ihqiB = Format(">ihqiB")
_unpack_ihqiB = _ihqiB.unpack_from


class AllocateProducerIdsRequest(Message):
    """The broker that has run out of ids."""

    __slots__ = (
        "broker_id",
        "broker_epoch",
    )

    API_KEY = 67
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    broker_id: int
    """The broker that needs producer ids."""

    broker_epoch: int
    """The epoch of the broker's registration; an earlier incarnation is fenced by it."""

    def __init__(self, *, broker_id: int = 0, broker_epoch: int = -1) -> None:
        self.broker_id = broker_id
        self.broker_epoch = broker_epoch


class AllocateProducerIdsResponse(Message):
    """The block."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "producer_id_start",
        "producer_id_len",
    )

    API_KEY = 67
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    producer_id_start: int
    """The first producer id of the block."""

    producer_id_len: int
    """The number of producer ids in the block."""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        producer_id_start: int = 0,
        producer_id_len: int = 0,
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.producer_id_start = producer_id_start
        self.producer_id_len = producer_id_len


def _write_allocate_producer_ids_request_v0(
    message: AllocateProducerIdsRequest, parts: list[Buffer]
) -> None:
    parts.append(_pack_iq0(message.broker_id, message.broker_epoch))


def _read_allocate_producer_ids_request_v0(
    data: bytes, offset: int
) -> tuple[AllocateProducerIdsRequest, int]:
    message = _new(AllocateProducerIdsRequest)
    message.broker_id, message.broker_epoch, count = _unpack_iqB(data, offset)
    offset += 13
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_allocate_producer_ids_response_v0(
    message: AllocateProducerIdsResponse, parts: list[Buffer]
) -> None:
    parts.append(
        _pack_ihqi0(
            message.throttle_time_ms,
            message.error_code,
            message.producer_id_start,
            message.producer_id_len,
        )
    )


def _read_allocate_producer_ids_response_v0(
    data: bytes, offset: int
) -> tuple[AllocateProducerIdsResponse, int]:
    message = _new(AllocateProducerIdsResponse)
    (
        message.throttle_time_ms,
        message.error_code,
        message.producer_id_start,
        message.producer_id_len,
        count,
    ) = _unpack_ihqiB(data, offset)
    offset += 19
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


AllocateProducerIdsRequest.WRITERS = {
    0: _write_allocate_producer_ids_request_v0,
}
AllocateProducerIdsRequest.READERS = {
    0: _read_allocate_producer_ids_request_v0,
}
AllocateProducerIdsResponse.WRITERS = {
    0: _write_allocate_producer_ids_response_v0,
}
AllocateProducerIdsResponse.READERS = {
    0: _read_allocate_producer_ids_response_v0,
}
