# SPDX-License-Identifier: Apache-2.0
"""InitProducerId (key 22).

Gives a producer its id and epoch, and fences earlier instances of a transactional one.

Errors: COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS,
INVALID_PRODUCER_EPOCH, PRODUCER_FENCED, INVALID_TRANSACTION_TIMEOUT, CONCURRENT_TRANSACTIONS,
INVALID_REQUEST, TRANSACTIONAL_ID_AUTHORIZATION_FAILED, CLUSTER_AUTHORIZATION_FAILED.

Generated from `definitions/init_producer_id.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    field_unsupported,
    null_refused,
    read_long_uvarint,
    skip_tagged_fields,
    uvarint,
)

if TYPE_CHECKING:
    from ottla.protocol.primitives import Buffer

_new = object.__new__
_h = Format(">h")
_pack_h = _h.pack
_unpack_h = _h.unpack_from
_i = Format(">i")
_pack_i = _i.pack
_unpack_i = _i.unpack_from
_i0 = Format(">ix")
_pack_i0 = _i0.pack
_iB = Format(">iB")
_unpack_iB = _iB.unpack_from
_ihqh = Format(">ihqh")
_pack_ihqh = _ihqh.pack
_unpack_ihqh = _ihqh.unpack_from
_iqh0 = Format(">iqhx")
_pack_iqh0 = _iqh0.pack
_iqhB = Format(">iqhB")
_unpack_iqhB = _iqhB.unpack_from
_ihqh0 = Format(">ihqhx")
_pack_ihqh0 = _ihqh0.pack
_ihqhB = Format(">ihqhB")
_unpack_ihqhB = _ihqhB.unpack_from
_iqhtt0 = Format(">iqh??x")
_pack_iqhtt0 = _iqhtt0.pack
_iqhttB = Format(">iqh??B")
_unpack_iqhttB = _iqhttB.unpack_from
_ihqhqh0 = Format(">ihqhqhx")
_pack_ihqhqh0 = _ihqhqh0.pack
_ihqhqhB = Format(">ihqhqhB")
_unpack_ihqhqhB = _ihqhqhB.unpack_from


class InitProducerIdRequest(Message):
    """Who the producer is."""

    __slots__ = (
        "transactional_id",
        "transaction_timeout_ms",
        "producer_id",
        "producer_epoch",
        "enable_2pc",
        "keep_prepared_txn",
    )

    API_KEY = 22
    VERSIONS = range(0, 7)
    FLEXIBLE_FROM = 2

    transactional_id: str | None
    """The transactional id; null for a producer that is only idempotent. (may be None)"""

    transaction_timeout_ms: int
    """Milliseconds after which the coordinator aborts a transaction that is still open."""

    producer_id: int
    """The producer id that the producer had before; -1 for a new producer. (versions 3+)"""

    producer_epoch: int
    """The epoch that the producer had before; -1 for a new producer. (versions 3+)"""

    enable_2pc: bool
    """Whether the producer takes part in a two-phase commit that others decide. (versions 6+)
    """

    keep_prepared_txn: bool
    """Whether to leave a prepared transaction open. (versions 6+)"""

    def __init__(
        self,
        *,
        transactional_id: str | None = "",
        transaction_timeout_ms: int = 0,
        producer_id: int = -1,
        producer_epoch: int = -1,
        enable_2pc: bool = False,
        keep_prepared_txn: bool = False,
    ) -> None:
        self.transactional_id = transactional_id
        self.transaction_timeout_ms = transaction_timeout_ms
        self.producer_id = producer_id
        self.producer_epoch = producer_epoch
        self.enable_2pc = enable_2pc
        self.keep_prepared_txn = keep_prepared_txn


class InitProducerIdResponse(Message):
    """The producer's id and epoch."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "producer_id",
        "producer_epoch",
        "ongoing_txn_producer_id",
        "ongoing_txn_producer_epoch",
    )

    API_KEY = 22
    VERSIONS = range(0, 7)
    FLEXIBLE_FROM = 2

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    producer_id: int
    """The producer id to use from now on."""

    producer_epoch: int
    """The producer epoch to use from now on."""

    ongoing_txn_producer_id: int
    """The producer id of the prepared transaction; -1 when there is none. (versions 6+)"""

    ongoing_txn_producer_epoch: int
    """The producer epoch of the prepared transaction; -1 when there is none. (versions 6+)"""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        producer_id: int = -1,
        producer_epoch: int = 0,
        ongoing_txn_producer_id: int = -1,
        ongoing_txn_producer_epoch: int = -1,
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.producer_id = producer_id
        self.producer_epoch = producer_epoch
        self.ongoing_txn_producer_id = ongoing_txn_producer_id
        self.ongoing_txn_producer_epoch = ongoing_txn_producer_epoch


def _write_init_producer_id_request_v0_v1(
    message: InitProducerIdRequest, parts: list[Buffer]
) -> None:
    if message.producer_id != -1:
        raise field_unsupported("InitProducerIdRequest.producer_id", "0-1")
    if message.producer_epoch != -1:
        raise field_unsupported("InitProducerIdRequest.producer_epoch", "0-1")
    if message.enable_2pc:
        raise field_unsupported("InitProducerIdRequest.enable_2pc", "0-1")
    if message.keep_prepared_txn:
        raise field_unsupported("InitProducerIdRequest.keep_prepared_txn", "0-1")
    if message.transactional_id is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.transactional_id.encode()
        length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    parts.append(_pack_i(message.transaction_timeout_ms))


def _read_init_producer_id_request_v0_v1(
    data: bytes, offset: int
) -> tuple[InitProducerIdRequest, int]:
    message = _new(InitProducerIdRequest)
    message.producer_id = -1
    message.producer_epoch = -1
    message.enable_2pc = False
    message.keep_prepared_txn = False
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        if length != -1:
            raise null_refused("InitProducerIdRequest.transactional_id")
        message.transactional_id = None
    else:
        end = offset + length
        message.transactional_id = data[offset:end].decode()
        offset = end
    (message.transaction_timeout_ms,) = _unpack_i(data, offset)
    offset += 4
    return message, offset


def _write_init_producer_id_request_v2(message: InitProducerIdRequest, parts: list[Buffer]) -> None:
    if message.producer_id != -1:
        raise field_unsupported("InitProducerIdRequest.producer_id", "2")
    if message.producer_epoch != -1:
        raise field_unsupported("InitProducerIdRequest.producer_epoch", "2")
    if message.enable_2pc:
        raise field_unsupported("InitProducerIdRequest.enable_2pc", "2")
    if message.keep_prepared_txn:
        raise field_unsupported("InitProducerIdRequest.keep_prepared_txn", "2")
    if message.transactional_id is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.transactional_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_i0(message.transaction_timeout_ms))


def _read_init_producer_id_request_v2(
    data: bytes, offset: int
) -> tuple[InitProducerIdRequest, int]:
    message = _new(InitProducerIdRequest)
    message.producer_id = -1
    message.producer_epoch = -1
    message.enable_2pc = False
    message.keep_prepared_txn = False
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.transactional_id = None
    else:
        end = offset + length - 1
        message.transactional_id = data[offset:end].decode()
        offset = end
    message.transaction_timeout_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_init_producer_id_request_v3_v5(
    message: InitProducerIdRequest, parts: list[Buffer]
) -> None:
    if message.enable_2pc:
        raise field_unsupported("InitProducerIdRequest.enable_2pc", "3-5")
    if message.keep_prepared_txn:
        raise field_unsupported("InitProducerIdRequest.keep_prepared_txn", "3-5")
    if message.transactional_id is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.transactional_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(
        _pack_iqh0(message.transaction_timeout_ms, message.producer_id, message.producer_epoch)
    )


def _read_init_producer_id_request_v3_v5(
    data: bytes, offset: int
) -> tuple[InitProducerIdRequest, int]:
    message = _new(InitProducerIdRequest)
    message.enable_2pc = False
    message.keep_prepared_txn = False
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.transactional_id = None
    else:
        end = offset + length - 1
        message.transactional_id = data[offset:end].decode()
        offset = end
    message.transaction_timeout_ms, message.producer_id, message.producer_epoch, count = (
        _unpack_iqhB(data, offset)
    )
    offset += 15
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_init_producer_id_request_v6(message: InitProducerIdRequest, parts: list[Buffer]) -> None:
    if message.transactional_id is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.transactional_id.encode()
        length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(
        _pack_iqhtt0(
            message.transaction_timeout_ms,
            message.producer_id,
            message.producer_epoch,
            message.enable_2pc,
            message.keep_prepared_txn,
        )
    )


def _read_init_producer_id_request_v6(
    data: bytes, offset: int
) -> tuple[InitProducerIdRequest, int]:
    message = _new(InitProducerIdRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.transactional_id = None
    else:
        end = offset + length - 1
        message.transactional_id = data[offset:end].decode()
        offset = end
    (
        message.transaction_timeout_ms,
        message.producer_id,
        message.producer_epoch,
        message.enable_2pc,
        message.keep_prepared_txn,
        count,
    ) = _unpack_iqhttB(data, offset)
    offset += 17
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_init_producer_id_response_v0_v1(
    message: InitProducerIdResponse, parts: list[Buffer]
) -> None:
    if message.ongoing_txn_producer_id != -1:
        raise field_unsupported("InitProducerIdResponse.ongoing_txn_producer_id", "0-1")
    if message.ongoing_txn_producer_epoch != -1:
        raise field_unsupported("InitProducerIdResponse.ongoing_txn_producer_epoch", "0-1")
    parts.append(
        _pack_ihqh(
            message.throttle_time_ms,
            message.error_code,
            message.producer_id,
            message.producer_epoch,
        )
    )


def _read_init_producer_id_response_v0_v1(
    data: bytes, offset: int
) -> tuple[InitProducerIdResponse, int]:
    message = _new(InitProducerIdResponse)
    message.ongoing_txn_producer_id = -1
    message.ongoing_txn_producer_epoch = -1
    message.throttle_time_ms, message.error_code, message.producer_id, message.producer_epoch = (
        _unpack_ihqh(data, offset)
    )
    offset += 16
    return message, offset


def _write_init_producer_id_response_v2_v5(
    message: InitProducerIdResponse, parts: list[Buffer]
) -> None:
    if message.ongoing_txn_producer_id != -1:
        raise field_unsupported("InitProducerIdResponse.ongoing_txn_producer_id", "2-5")
    if message.ongoing_txn_producer_epoch != -1:
        raise field_unsupported("InitProducerIdResponse.ongoing_txn_producer_epoch", "2-5")
    parts.append(
        _pack_ihqh0(
            message.throttle_time_ms,
            message.error_code,
            message.producer_id,
            message.producer_epoch,
        )
    )


def _read_init_producer_id_response_v2_v5(
    data: bytes, offset: int
) -> tuple[InitProducerIdResponse, int]:
    message = _new(InitProducerIdResponse)
    message.ongoing_txn_producer_id = -1
    message.ongoing_txn_producer_epoch = -1
    (
        message.throttle_time_ms,
        message.error_code,
        message.producer_id,
        message.producer_epoch,
        count,
    ) = _unpack_ihqhB(data, offset)
    offset += 17
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_init_producer_id_response_v6(
    message: InitProducerIdResponse, parts: list[Buffer]
) -> None:
    parts.append(
        _pack_ihqhqh0(
            message.throttle_time_ms,
            message.error_code,
            message.producer_id,
            message.producer_epoch,
            message.ongoing_txn_producer_id,
            message.ongoing_txn_producer_epoch,
        )
    )


def _read_init_producer_id_response_v6(
    data: bytes, offset: int
) -> tuple[InitProducerIdResponse, int]:
    message = _new(InitProducerIdResponse)
    (
        message.throttle_time_ms,
        message.error_code,
        message.producer_id,
        message.producer_epoch,
        message.ongoing_txn_producer_id,
        message.ongoing_txn_producer_epoch,
        count,
    ) = _unpack_ihqhqhB(data, offset)
    offset += 27
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


InitProducerIdRequest.WRITERS = {
    0: _write_init_producer_id_request_v0_v1,
    1: _write_init_producer_id_request_v0_v1,
    2: _write_init_producer_id_request_v2,
    3: _write_init_producer_id_request_v3_v5,
    4: _write_init_producer_id_request_v3_v5,
    5: _write_init_producer_id_request_v3_v5,
    6: _write_init_producer_id_request_v6,
}
InitProducerIdRequest.READERS = {
    0: _read_init_producer_id_request_v0_v1,
    1: _read_init_producer_id_request_v0_v1,
    2: _read_init_producer_id_request_v2,
    3: _read_init_producer_id_request_v3_v5,
    4: _read_init_producer_id_request_v3_v5,
    5: _read_init_producer_id_request_v3_v5,
    6: _read_init_producer_id_request_v6,
}
InitProducerIdResponse.WRITERS = {
    0: _write_init_producer_id_response_v0_v1,
    1: _write_init_producer_id_response_v0_v1,
    2: _write_init_producer_id_response_v2_v5,
    3: _write_init_producer_id_response_v2_v5,
    4: _write_init_producer_id_response_v2_v5,
    5: _write_init_producer_id_response_v2_v5,
    6: _write_init_producer_id_response_v6,
}
InitProducerIdResponse.READERS = {
    0: _read_init_producer_id_response_v0_v1,
    1: _read_init_producer_id_response_v0_v1,
    2: _read_init_producer_id_response_v2_v5,
    3: _read_init_producer_id_response_v2_v5,
    4: _read_init_producer_id_response_v2_v5,
    5: _read_init_producer_id_response_v2_v5,
    6: _read_init_producer_id_response_v6,
}
