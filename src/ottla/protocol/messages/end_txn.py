# SPDX-License-Identifier: Apache-2.0
"""EndTxn (key 26).

Commits or aborts a transaction.

Errors: COORDINATOR_NOT_AVAILABLE, COORDINATOR_LOAD_IN_PROGRESS, NOT_COORDINATOR,
INVALID_TXN_STATE, INVALID_PRODUCER_ID_MAPPING, INVALID_PRODUCER_EPOCH, PRODUCER_FENCED,
CONCURRENT_TRANSACTIONS, TRANSACTIONAL_ID_AUTHORIZATION_FAILED, TRANSACTION_ABORTABLE.

Generated from `definitions/end_txn.txt` by `make gen`.
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
_ih0 = Format(">ihx")
_pack_ih0 = _ih0.pack
_ihB = Format(">ihB")
_unpack_ihB = _ihB.unpack_from
_qht = Format(">qh?")
_pack_qht = _qht.pack
_unpack_qht = _qht.unpack_from
_qht0 = Format(">qh?x")
_pack_qht0 = _qht0.pack
_qhtB = Format(">qh?B")
_unpack_qhtB = _qhtB.unpack_from
_ihqh0 = Format(">ihqhx")
_pack_ihqh0 = _ihqh0.pack
_ihqhB = Format(">ihqhB")
_unpack_ihqhB = _ihqhB.unpack_from


class EndTxnRequest(Message):
    """The transaction and its end."""

    __slots__ = (
        "transactional_id",
        "producer_id",
        "producer_epoch",
        "committed",
    )

    API_KEY = 26
    VERSIONS = range(0, 6)
    FLEXIBLE_FROM = 3

    transactional_id: str
    """The transactional id."""

    producer_id: int
    """The producer's id."""

    producer_epoch: int
    """The producer's epoch: an instance with an older one is fenced."""

    committed: bool
    """Whether to commit; else the transaction is aborted."""

    def __init__(
        self,
        *,
        transactional_id: str = "",
        producer_id: int = 0,
        producer_epoch: int = 0,
        committed: bool = False,
    ) -> None:
        self.transactional_id = transactional_id
        self.producer_id = producer_id
        self.producer_epoch = producer_epoch
        self.committed = committed


class EndTxnResponse(Message):
    """Whether it has ended, and from version 5 who the producer is from now on."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "producer_id",
        "producer_epoch",
    )

    API_KEY = 26
    VERSIONS = range(0, 6)
    FLEXIBLE_FROM = 3

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    producer_id: int
    """The producer id to use for the next transaction; -1 leaves it as it is. (versions 5+)"""

    producer_epoch: int
    """The producer epoch to use for the next transaction; -1 leaves it as it is. (versions 5+)
    """

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        producer_id: int = -1,
        producer_epoch: int = -1,
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.producer_id = producer_id
        self.producer_epoch = producer_epoch


def _write_end_txn_request_v0_v2(message: EndTxnRequest, parts: list[Buffer]) -> None:
    text: Buffer = message.transactional_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    parts.append(_pack_qht(message.producer_id, message.producer_epoch, message.committed))


def _read_end_txn_request_v0_v2(data: bytes, offset: int) -> tuple[EndTxnRequest, int]:
    message = _new(EndTxnRequest)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("EndTxnRequest.transactional_id")
    end = offset + length
    message.transactional_id = data[offset:end].decode()
    offset = end
    message.producer_id, message.producer_epoch, message.committed = _unpack_qht(data, offset)
    offset += 11
    return message, offset


def _write_end_txn_request_v3_v5(message: EndTxnRequest, parts: list[Buffer]) -> None:
    text: Buffer = message.transactional_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    parts.append(_pack_qht0(message.producer_id, message.producer_epoch, message.committed))


def _read_end_txn_request_v3_v5(data: bytes, offset: int) -> tuple[EndTxnRequest, int]:
    message = _new(EndTxnRequest)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("EndTxnRequest.transactional_id")
    end = offset + length - 1
    message.transactional_id = data[offset:end].decode()
    offset = end
    message.producer_id, message.producer_epoch, message.committed, count = _unpack_qhtB(
        data, offset
    )
    offset += 12
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_end_txn_response_v0_v2(message: EndTxnResponse, parts: list[Buffer]) -> None:
    parts.append(_pack_ih(message.throttle_time_ms, message.error_code))


def _read_end_txn_response_v0_v2(data: bytes, offset: int) -> tuple[EndTxnResponse, int]:
    message = _new(EndTxnResponse)
    message.producer_id = -1
    message.producer_epoch = -1
    message.throttle_time_ms, message.error_code = _unpack_ih(data, offset)
    offset += 6
    return message, offset


def _write_end_txn_response_v3_v4(message: EndTxnResponse, parts: list[Buffer]) -> None:
    parts.append(_pack_ih0(message.throttle_time_ms, message.error_code))


def _read_end_txn_response_v3_v4(data: bytes, offset: int) -> tuple[EndTxnResponse, int]:
    message = _new(EndTxnResponse)
    message.producer_id = -1
    message.producer_epoch = -1
    message.throttle_time_ms, message.error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_end_txn_response_v5(message: EndTxnResponse, parts: list[Buffer]) -> None:
    parts.append(
        _pack_ihqh0(
            message.throttle_time_ms,
            message.error_code,
            message.producer_id,
            message.producer_epoch,
        )
    )


def _read_end_txn_response_v5(data: bytes, offset: int) -> tuple[EndTxnResponse, int]:
    message = _new(EndTxnResponse)
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


EndTxnRequest.WRITERS = {
    0: _write_end_txn_request_v0_v2,
    1: _write_end_txn_request_v0_v2,
    2: _write_end_txn_request_v0_v2,
    3: _write_end_txn_request_v3_v5,
    4: _write_end_txn_request_v3_v5,
    5: _write_end_txn_request_v3_v5,
}
EndTxnRequest.READERS = {
    0: _read_end_txn_request_v0_v2,
    1: _read_end_txn_request_v0_v2,
    2: _read_end_txn_request_v0_v2,
    3: _read_end_txn_request_v3_v5,
    4: _read_end_txn_request_v3_v5,
    5: _read_end_txn_request_v3_v5,
}
EndTxnResponse.WRITERS = {
    0: _write_end_txn_response_v0_v2,
    1: _write_end_txn_response_v0_v2,
    2: _write_end_txn_response_v0_v2,
    3: _write_end_txn_response_v3_v4,
    4: _write_end_txn_response_v3_v4,
    5: _write_end_txn_response_v5,
}
EndTxnResponse.READERS = {
    0: _read_end_txn_response_v0_v2,
    1: _read_end_txn_response_v0_v2,
    2: _read_end_txn_response_v0_v2,
    3: _read_end_txn_response_v3_v4,
    4: _read_end_txn_response_v3_v4,
    5: _read_end_txn_response_v5,
}
