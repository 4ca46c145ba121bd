# SPDX-License-Identifier: Apache-2.0
"""ListTransactions (key 66).

Lists the transactions that one broker coordinates.

Errors: COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, INVALID_REGULAR_EXPRESSION.

Generated from `definitions/list_transactions.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format, pack, unpack_from
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
_q = Format(">q")
_pack_q = _q.pack
_ih = Format(">ih")
_pack_ih = _ih.pack
_q0 = Format(">qx")
_pack_q0 = _q0.pack
_qB = Format(">qB")
_pack_qB = _qB.pack
_unpack_qB = _qB.unpack_from
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from


class ListTransactionsRequest(Message):
    """Which transactions are wanted."""

    __slots__ = (
        "state_filters",
        "producer_id_filters",
        "duration_filter",
        "transactional_id_pattern",
    )

    API_KEY = 66
    VERSIONS = range(0, 3)
    FLEXIBLE_FROM = 0

    state_filters: list[str]
    """States of the transactions that are wanted; empty means all."""

    producer_id_filters: list[int]
    """Producer ids that are wanted; empty means all."""

    duration_filter: int
    """Only transactions that have been open for more milliseconds than this; -1 means all.
    (versions 1+)
    """

    transactional_id_pattern: str | None
    """Regular expression for transactional ids; null or empty means all. (versions 2+; may be
    None)
    """

    def __init__(
        self,
        *,
        state_filters: Iterable[str] = (),
        producer_id_filters: Iterable[int] = (),
        duration_filter: int = -1,
        transactional_id_pattern: str | None = None,
    ) -> None:
        self.state_filters = list(state_filters)
        self.producer_id_filters = list(producer_id_filters)
        self.duration_filter = duration_filter
        self.transactional_id_pattern = transactional_id_pattern


class ListTransactionsResponse(Message):
    """The transactions."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "unknown_state_filters",
        "transaction_states",
    )

    API_KEY = 66
    VERSIONS = range(0, 3)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    unknown_state_filters: list[str]
    """State names of the request that the broker does not know."""

    transaction_states: list[TransactionState]
    """The transactions that match."""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        unknown_state_filters: Iterable[str] = (),
        transaction_states: Iterable[TransactionState] = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.unknown_state_filters = list(unknown_state_filters)
        self.transaction_states = list(transaction_states)


class TransactionState(Struct):
    """The transactions that match."""

    __slots__ = (
        "transactional_id",
        "producer_id",
        "transaction_state",
    )

    transactional_id: str
    """The transactional id."""

    producer_id: int
    """The producer id behind the transactional id."""

    transaction_state: str
    """The transaction's state: Empty, Ongoing, PrepareCommit, PrepareAbort, CompleteCommit,
    CompleteAbort, PrepareEpochFence or Dead.
    """

    def __init__(
        self, *, transactional_id: str = "", producer_id: int = 0, transaction_state: str = ""
    ) -> None:
        self.transactional_id = transactional_id
        self.producer_id = producer_id
        self.transaction_state = transaction_state


def _write_list_transactions_request_v0(
    message: ListTransactionsRequest, parts: list[Buffer]
) -> None:
    if message.duration_filter != -1:
        raise field_unsupported("ListTransactionsRequest.duration_filter", "0")
    if message.transactional_id_pattern is not None:
        raise field_unsupported("ListTransactionsRequest.transactional_id_pattern", "0")
    count = len(message.state_filters) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for string in message.state_filters:
        text: Buffer = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    count = len(message.producer_id_filters) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack(f">{len(message.producer_id_filters)}q", *message.producer_id_filters))
    parts.append(b"\x00")


def _read_list_transactions_request_v0(
    data: bytes, offset: int
) -> tuple[ListTransactionsRequest, int]:
    message = _new(ListTransactionsRequest)
    message.duration_filter = -1
    message.transactional_id_pattern = None
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ListTransactionsRequest.state_filters")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("ListTransactionsRequest.state_filters", count)
    state_filters: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("ListTransactionsRequest.state_filters")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        state_filters.append(text)
    message.state_filters = state_filters
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ListTransactionsRequest.producer_id_filters")
    count -= 1
    if count * 8 > len(data) - offset:
        raise count_refused("ListTransactionsRequest.producer_id_filters", count)
    message.producer_id_filters = list(unpack_from(f">{count}q", data, offset))
    offset += count * 8
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_list_transactions_request_v1(
    message: ListTransactionsRequest, parts: list[Buffer]
) -> None:
    if message.transactional_id_pattern is not None:
        raise field_unsupported("ListTransactionsRequest.transactional_id_pattern", "1")
    count = len(message.state_filters) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for string in message.state_filters:
        text: Buffer = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    count = len(message.producer_id_filters) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack(f">{len(message.producer_id_filters)}q", *message.producer_id_filters))
    parts.append(_pack_q0(message.duration_filter))


def _read_list_transactions_request_v1(
    data: bytes, offset: int
) -> tuple[ListTransactionsRequest, int]:
    message = _new(ListTransactionsRequest)
    message.transactional_id_pattern = None
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ListTransactionsRequest.state_filters")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("ListTransactionsRequest.state_filters", count)
    state_filters: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("ListTransactionsRequest.state_filters")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        state_filters.append(text)
    message.state_filters = state_filters
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ListTransactionsRequest.producer_id_filters")
    count -= 1
    if count * 8 > len(data) - offset:
        raise count_refused("ListTransactionsRequest.producer_id_filters", count)
    message.producer_id_filters = list(unpack_from(f">{count}q", data, offset))
    offset += count * 8
    message.duration_filter, count = _unpack_qB(data, offset)
    offset += 9
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_list_transactions_request_v2(
    message: ListTransactionsRequest, parts: list[Buffer]
) -> None:
    count = len(message.state_filters) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for string in message.state_filters:
        text: Buffer = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    count = len(message.producer_id_filters) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack(f">{len(message.producer_id_filters)}q", *message.producer_id_filters))
    if message.transactional_id_pattern is None:
        text = b""
        length = 0
    else:
        text = message.transactional_id_pattern.encode()
        length = len(text) + 1
    parts.append(
        _pack_qB(message.duration_filter, length)
        if length < 128
        else _pack_q(message.duration_filter) + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_list_transactions_request_v2(
    data: bytes, offset: int
) -> tuple[ListTransactionsRequest, int]:
    message = _new(ListTransactionsRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ListTransactionsRequest.state_filters")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("ListTransactionsRequest.state_filters", count)
    state_filters: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("ListTransactionsRequest.state_filters")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        state_filters.append(text)
    message.state_filters = state_filters
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ListTransactionsRequest.producer_id_filters")
    count -= 1
    if count * 8 > len(data) - offset:
        raise count_refused("ListTransactionsRequest.producer_id_filters", count)
    message.producer_id_filters = list(unpack_from(f">{count}q", data, offset))
    offset += count * 8
    message.duration_filter, length = _unpack_qB(data, offset)
    offset += 9
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.transactional_id_pattern = None
    else:
        end = offset + length - 1
        message.transactional_id_pattern = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_list_transactions_response_v0_v2(
    message: ListTransactionsResponse, parts: list[Buffer]
) -> None:
    count = len(message.unknown_state_filters) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, count)
        if count < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(count)
    )
    for string in message.unknown_state_filters:
        text: Buffer = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    count = len(message.transaction_states) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for transaction_state in message.transaction_states:
        _write_transaction_state_v0_v2(transaction_state, parts)
    parts.append(b"\x00")


def _read_list_transactions_response_v0_v2(
    data: bytes, offset: int
) -> tuple[ListTransactionsResponse, int]:
    message = _new(ListTransactionsResponse)
    message.throttle_time_ms, message.error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ListTransactionsResponse.unknown_state_filters")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("ListTransactionsResponse.unknown_state_filters", count)
    unknown_state_filters: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("ListTransactionsResponse.unknown_state_filters")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        unknown_state_filters.append(text)
    message.unknown_state_filters = unknown_state_filters
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ListTransactionsResponse.transaction_states")
    count -= 1
    if count * 11 > len(data) - offset:
        raise count_refused("ListTransactionsResponse.transaction_states", count)
    transaction_states: list[TransactionState] = []
    for _ in range(count):
        transaction_state, offset = _read_transaction_state_v0_v2(data, offset)
        transaction_states.append(transaction_state)
    message.transaction_states = transaction_states
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_transaction_state_v0_v2(message: TransactionState, parts: list[Buffer]) -> None:
    text: Buffer = message.transactional_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    text = message.transaction_state.encode()
    length = len(text) + 1
    parts.append(
        _pack_qB(message.producer_id, length)
        if length < 128
        else _pack_q(message.producer_id) + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_transaction_state_v0_v2(data: bytes, offset: int) -> tuple[TransactionState, int]:
    message = _new(TransactionState)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TransactionState.transactional_id")
    end = offset + length - 1
    message.transactional_id = data[offset:end].decode()
    offset = end
    message.producer_id, length = _unpack_qB(data, offset)
    offset += 9
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TransactionState.transaction_state")
    end = offset + length - 1
    message.transaction_state = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


ListTransactionsRequest.WRITERS = {
    0: _write_list_transactions_request_v0,
    1: _write_list_transactions_request_v1,
    2: _write_list_transactions_request_v2,
}
ListTransactionsRequest.READERS = {
    0: _read_list_transactions_request_v0,
    1: _read_list_transactions_request_v1,
    2: _read_list_transactions_request_v2,
}
ListTransactionsResponse.WRITERS = {
    0: _write_list_transactions_response_v0_v2,
    1: _write_list_transactions_response_v0_v2,
    2: _write_list_transactions_response_v0_v2,
}
ListTransactionsResponse.READERS = {
    0: _read_list_transactions_response_v0_v2,
    1: _read_list_transactions_response_v0_v2,
    2: _read_list_transactions_response_v0_v2,
}
