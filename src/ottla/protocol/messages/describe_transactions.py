# SPDX-License-Identifier: Apache-2.0
"""DescribeTransactions (key 65).

Describes transactions by their transactional ids.

Errors: COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR,
TRANSACTIONAL_ID_NOT_FOUND, TRANSACTIONAL_ID_AUTHORIZATION_FAILED.

Generated from `definitions/describe_transactions.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    SHORT_UVARINTS,
    count_refused,
    null_refused,
    pack_int32s,
    read_long_uvarint,
    skip_tagged_fields,
    unpack_int32s,
    uvarint,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.protocol.primitives import Buffer

_new = object.__new__
_h = Format(">h")
_pack_h = _h.pack
_i = Format(">i")
_pack_i = _i.pack
_hB = Format(">hB")
_pack_hB = _hB.pack
_unpack_hB = _hB.unpack_from
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_iqqh = Format(">iqqh")
_pack_iqqh = _iqqh.pack
_iqqhB = Format(">iqqhB")
_pack_iqqhB = _iqqhB.pack
_unpack_iqqhB = _iqqhB.unpack_from


class DescribeTransactionsRequest(Message):
    """The transactional ids."""

    __slots__ = ("transactional_ids",)

    API_KEY = 65
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    transactional_ids: list[str]
    """The transactional ids to describe."""

    def __init__(self, *, transactional_ids: Iterable[str] = ()) -> None:
        self.transactional_ids = list(transactional_ids)


class DescribeTransactionsResponse(Message):
    """The transactions."""

    __slots__ = (
        "throttle_time_ms",
        "transaction_states",
    )

    API_KEY = 65
    VERSIONS = range(0, 1)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    transaction_states: list[TransactionState]
    """The transactions that were asked for."""

    def __init__(
        self, *, throttle_time_ms: int = 0, transaction_states: Iterable[TransactionState] = ()
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.transaction_states = list(transaction_states)


class TransactionState(Struct):
    """The transactions that were asked for."""

    __slots__ = (
        "error_code",
        "transactional_id",
        "transaction_state",
        "transaction_timeout_ms",
        "transaction_start_time_ms",
        "producer_id",
        "producer_epoch",
        "topics",
    )

    error_code: int
    """Outcome for this transactional id; 0 is success."""

    transactional_id: str
    """The transactional id."""

    transaction_state: str
    """The transaction's state: Empty, Ongoing, PrepareCommit, PrepareAbort, CompleteCommit,
    CompleteAbort, PrepareEpochFence or Dead.
    """

    transaction_timeout_ms: int
    """Milliseconds after which the coordinator aborts a transaction that is still open."""

    transaction_start_time_ms: int
    """When the transaction began, as Unix time in milliseconds."""

    producer_id: int
    """The producer's id."""

    producer_epoch: int
    """The producer's epoch: an instance with an older one is fenced."""

    topics: list[TopicData]
    """The partitions that take part, by topic."""

    def __init__(
        self,
        *,
        error_code: int = 0,
        transactional_id: str = "",
        transaction_state: str = "",
        transaction_timeout_ms: int = 0,
        transaction_start_time_ms: int = 0,
        producer_id: int = 0,
        producer_epoch: int = 0,
        topics: Iterable[TopicData] = (),
    ) -> None:
        self.error_code = error_code
        self.transactional_id = transactional_id
        self.transaction_state = transaction_state
        self.transaction_timeout_ms = transaction_timeout_ms
        self.transaction_start_time_ms = transaction_start_time_ms
        self.producer_id = producer_id
        self.producer_epoch = producer_epoch
        self.topics = list(topics)


class TopicData(Struct):
    """The partitions that take part, by topic."""

    __slots__ = (
        "topic",
        "partitions",
    )

    topic: str
    """The topic's name."""

    partitions: list[int]
    """Numbers of the partitions that take part."""

    def __init__(self, *, topic: str = "", partitions: Iterable[int] = ()) -> None:
        self.topic = topic
        self.partitions = list(partitions)


def _write_describe_transactions_request_v0(
    message: DescribeTransactionsRequest, parts: list[Buffer]
) -> None:
    count = len(message.transactional_ids) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for string in message.transactional_ids:
        text: Buffer = string.encode()
        length = len(text) + 1
        parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
        parts.append(text)
    parts.append(b"\x00")


def _read_describe_transactions_request_v0(
    data: bytes, offset: int
) -> tuple[DescribeTransactionsRequest, int]:
    message = _new(DescribeTransactionsRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeTransactionsRequest.transactional_ids")
    count -= 1
    if count > len(data) - offset:
        raise count_refused("DescribeTransactionsRequest.transactional_ids", count)
    transactional_ids: list[str] = []
    for _ in range(count):
        length = data[offset]
        offset += 1
        if length > 127:
            length, offset = read_long_uvarint(data, offset, length)
        if length == 0:
            raise null_refused("DescribeTransactionsRequest.transactional_ids")
        end = offset + length - 1
        text = data[offset:end].decode()
        offset = end
        transactional_ids.append(text)
    message.transactional_ids = transactional_ids
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_describe_transactions_response_v0(
    message: DescribeTransactionsResponse, parts: list[Buffer]
) -> None:
    count = len(message.transaction_states) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for transaction_state in message.transaction_states:
        _write_transaction_state_v0(transaction_state, parts)
    parts.append(b"\x00")


def _read_describe_transactions_response_v0(
    data: bytes, offset: int
) -> tuple[DescribeTransactionsResponse, int]:
    message = _new(DescribeTransactionsResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("DescribeTransactionsResponse.transaction_states")
    count -= 1
    if count * 28 > len(data) - offset:
        raise count_refused("DescribeTransactionsResponse.transaction_states", count)
    transaction_states: list[TransactionState] = []
    for _ in range(count):
        transaction_state, offset = _read_transaction_state_v0(data, offset)
        transaction_states.append(transaction_state)
    message.transaction_states = transaction_states
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_transaction_state_v0(message: TransactionState, parts: list[Buffer]) -> None:
    text: Buffer = message.transactional_id.encode()
    length = len(text) + 1
    parts.append(
        _pack_hB(message.error_code, length)
        if length < 128
        else _pack_h(message.error_code) + uvarint(length)
    )
    parts.append(text)
    text = message.transaction_state.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(
        _pack_iqqhB(
            message.transaction_timeout_ms,
            message.transaction_start_time_ms,
            message.producer_id,
            message.producer_epoch,
            count,
        )
        if count < 128
        else _pack_iqqh(
            message.transaction_timeout_ms,
            message.transaction_start_time_ms,
            message.producer_id,
            message.producer_epoch,
        )
        + uvarint(count)
    )
    for topic_data in message.topics:
        _write_topic_data_v0(topic_data, parts)
    parts.append(b"\x00")


def _read_transaction_state_v0(data: bytes, offset: int) -> tuple[TransactionState, int]:
    message = _new(TransactionState)
    message.error_code, length = _unpack_hB(data, offset)
    offset += 3
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TransactionState.transactional_id")
    end = offset + length - 1
    message.transactional_id = data[offset:end].decode()
    offset = end
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TransactionState.transaction_state")
    end = offset + length - 1
    message.transaction_state = data[offset:end].decode()
    offset = end
    (
        message.transaction_timeout_ms,
        message.transaction_start_time_ms,
        message.producer_id,
        message.producer_epoch,
        count,
    ) = _unpack_iqqhB(data, offset)
    offset += 23
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("TransactionState.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("TransactionState.topics", count)
    topics: list[TopicData] = []
    for _ in range(count):
        topic_data, offset = _read_topic_data_v0(data, offset)
        topics.append(topic_data)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_topic_data_v0(message: TopicData, parts: list[Buffer]) -> None:
    text: Buffer = message.topic.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.partitions))
    parts.append(b"\x00")


def _read_topic_data_v0(data: bytes, offset: int) -> tuple[TopicData, int]:
    message = _new(TopicData)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TopicData.topic")
    end = offset + length - 1
    message.topic = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("TopicData.partitions")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("TopicData.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


DescribeTransactionsRequest.WRITERS = {
    0: _write_describe_transactions_request_v0,
}
DescribeTransactionsRequest.READERS = {
    0: _read_describe_transactions_request_v0,
}
DescribeTransactionsResponse.WRITERS = {
    0: _write_describe_transactions_response_v0,
}
DescribeTransactionsResponse.READERS = {
    0: _read_describe_transactions_response_v0,
}
