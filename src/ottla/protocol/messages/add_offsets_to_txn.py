# SPDX-License-Identifier: Apache-2.0
"""AddOffsetsToTxn (key 25).

Adds the offsets of a consumer group to a transaction, so that they are committed with it.

Errors: COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS,
INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED, INVALID_PRODUCER_EPOCH, INVALID_TXN_STATE,
CONCURRENT_TRANSACTIONS, GROUP_AUTHORIZATION_FAILED, TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
TRANSACTION_ABORTABLE.

Generated from `definitions/add_offsets_to_txn.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
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
_ih = Format(">ih")
_pack_ih = _ih.pack
_unpack_ih = _ih.unpack_from
_qh = Format(">qh")
_pack_qh = _qh.pack
_ih0 = Format(">ihx")
_pack_ih0 = _ih0.pack
_ihB = Format(">ihB")
_unpack_ihB = _ihB.unpack_from
_qhB = Format(">qhB")
_pack_qhB = _qhB.pack
_unpack_qhB = _qhB.unpack_from
_qhh = Format(">qhh")
_pack_qhh = _qhh.pack
_unpack_qhh = _qhh.unpack_from


class AddOffsetsToTxnRequest(Message):
    """The transaction and the group."""

    __slots__ = (
        "transactional_id",
        "producer_id",
        "producer_epoch",
        "group_id",
    )

    API_KEY = 25
    VERSIONS = range(0, 5)
    FLEXIBLE_FROM = 3

    transactional_id: str
    """The transactional id."""

    producer_id: int
    """The producer's id."""

    producer_epoch: int
    """The producer's epoch: an instance with an older one is fenced."""

    group_id: str
    """The group whose offsets will be part of the transaction."""

    def __init__(
        self,
        *,
        transactional_id: str = "",
        producer_id: int = 0,
        producer_epoch: int = 0,
        group_id: str = "",
    ) -> None:
        self.transactional_id = transactional_id
        self.producer_id = producer_id
        self.producer_epoch = producer_epoch
        self.group_id = group_id


class AddOffsetsToTxnResponse(Message):
    """Whether the group's offsets are part of the transaction now."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
    )

    API_KEY = 25
    VERSIONS = range(0, 5)
    FLEXIBLE_FROM = 3

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    def __init__(self, *, throttle_time_ms: int = 0, error_code: int = 0) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code


def _write_add_offsets_to_txn_request_v0_v2(
    message: AddOffsetsToTxnRequest, parts: list[Buffer]
) -> None:
    text: Buffer = message.transactional_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    text = message.group_id.encode()
    length = len(text)
    parts.append(_pack_qhh(message.producer_id, message.producer_epoch, length))
    parts.append(text)


def _read_add_offsets_to_txn_request_v0_v2(
    data: bytes, offset: int
) -> tuple[AddOffsetsToTxnRequest, int]:
    message = _new(AddOffsetsToTxnRequest)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("AddOffsetsToTxnRequest.transactional_id")
    end = offset + length
    message.transactional_id = data[offset:end].decode()
    offset = end
    message.producer_id, message.producer_epoch, length = _unpack_qhh(data, offset)
    offset += 12
    if length < 0:
        raise null_refused("AddOffsetsToTxnRequest.group_id")
    end = offset + length
    message.group_id = data[offset:end].decode()
    offset = end
    return message, offset


def _write_add_offsets_to_txn_request_v3_v4(
    message: AddOffsetsToTxnRequest, parts: list[Buffer]
) -> None:
    text: Buffer = message.transactional_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.group_id.encode()
    length = len(text) + 1
    parts.append(
        _pack_qhB(message.producer_id, message.producer_epoch, length)
        if length < 128
        else _pack_qh(message.producer_id, message.producer_epoch) + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_add_offsets_to_txn_request_v3_v4(
    data: bytes, offset: int
) -> tuple[AddOffsetsToTxnRequest, int]:
    message = _new(AddOffsetsToTxnRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AddOffsetsToTxnRequest.transactional_id")
    end = offset + length - 1
    message.transactional_id = data[offset:end].decode()
    offset = end
    message.producer_id, message.producer_epoch, length = _unpack_qhB(data, offset)
    offset += 11
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AddOffsetsToTxnRequest.group_id")
    end = offset + length - 1
    message.group_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_add_offsets_to_txn_response_v0_v2(
    message: AddOffsetsToTxnResponse, parts: list[Buffer]
) -> None:
    parts.append(_pack_ih(message.throttle_time_ms, message.error_code))


def _read_add_offsets_to_txn_response_v0_v2(
    data: bytes, offset: int
) -> tuple[AddOffsetsToTxnResponse, int]:
    message = _new(AddOffsetsToTxnResponse)
    message.throttle_time_ms, message.error_code = _unpack_ih(data, offset)
    offset += 6
    return message, offset


def _write_add_offsets_to_txn_response_v3_v4(
    message: AddOffsetsToTxnResponse, parts: list[Buffer]
) -> None:
    parts.append(_pack_ih0(message.throttle_time_ms, message.error_code))


def _read_add_offsets_to_txn_response_v3_v4(
    data: bytes, offset: int
) -> tuple[AddOffsetsToTxnResponse, int]:
    message = _new(AddOffsetsToTxnResponse)
    message.throttle_time_ms, message.error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


AddOffsetsToTxnRequest.WRITERS = {
    0: _write_add_offsets_to_txn_request_v0_v2,
    1: _write_add_offsets_to_txn_request_v0_v2,
    2: _write_add_offsets_to_txn_request_v0_v2,
    3: _write_add_offsets_to_txn_request_v3_v4,
    4: _write_add_offsets_to_txn_request_v3_v4,
}
AddOffsetsToTxnRequest.READERS = {
    0: _read_add_offsets_to_txn_request_v0_v2,
    1: _read_add_offsets_to_txn_request_v0_v2,
    2: _read_add_offsets_to_txn_request_v0_v2,
    3: _read_add_offsets_to_txn_request_v3_v4,
    4: _read_add_offsets_to_txn_request_v3_v4,
}
AddOffsetsToTxnResponse.WRITERS = {
    0: _write_add_offsets_to_txn_response_v0_v2,
    1: _write_add_offsets_to_txn_response_v0_v2,
    2: _write_add_offsets_to_txn_response_v0_v2,
    3: _write_add_offsets_to_txn_response_v3_v4,
    4: _write_add_offsets_to_txn_response_v3_v4,
}
AddOffsetsToTxnResponse.READERS = {
    0: _read_add_offsets_to_txn_response_v0_v2,
    1: _read_add_offsets_to_txn_response_v0_v2,
    2: _read_add_offsets_to_txn_response_v0_v2,
    3: _read_add_offsets_to_txn_response_v3_v4,
    4: _read_add_offsets_to_txn_response_v3_v4,
}
