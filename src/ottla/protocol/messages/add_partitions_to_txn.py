# SPDX-License-Identifier: Apache-2.0
"""AddPartitionsToTxn (key 24).

Adds partitions to a transaction before the producer writes to them; brokers use it to check
that this has happened.

Errors: COORDINATOR_NOT_AVAILABLE, NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS,
INVALID_PRODUCER_ID_MAPPING, PRODUCER_FENCED, INVALID_PRODUCER_EPOCH, INVALID_TXN_STATE,
CONCURRENT_TRANSACTIONS, UNKNOWN_TOPIC_OR_PARTITION, OPERATION_NOT_ATTEMPTED,
TOPIC_AUTHORIZATION_FAILED, TRANSACTIONAL_ID_AUTHORIZATION_FAILED, CLUSTER_AUTHORIZATION_FAILED,
TRANSACTION_ABORTABLE.

Generated from `definitions/add_partitions_to_txn.txt` by `make gen`.
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
_unpack_h = _h.unpack_from
_i = Format(">i")
_pack_i = _i.pack
_unpack_i = _i.unpack_from
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_unpack_ih = _ih.unpack_from
_ii = Format(">ii")
_pack_ii = _ii.pack
_unpack_ii = _ii.unpack_from
_qh = Format(">qh")
_pack_qh = _qh.pack
_ih0 = Format(">ihx")
_pack_ih0 = _ih0.pack
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from
_qhB = Format(">qhB")
_pack_qhB = _qhB.pack
_unpack_qhB = _qhB.unpack_from
_qhi = Format(">qhi")
_pack_qhi = _qhi.pack
_unpack_qhi = _qhi.unpack_from
_qht = Format(">qh?")
_pack_qht = _qht.pack
_qhtB = Format(">qh?B")
_pack_qhtB = _qhtB.pack
_unpack_qhtB = _qhtB.unpack_from


class AddPartitionsToTxnRequest(Message):
    """The partitions of one producer (versions 0 to 3) or of a batch of transactions (from a
    broker).
    """

    __slots__ = (
        "transactions",
        "v3_and_below_transactional_id",
        "v3_and_below_producer_id",
        "v3_and_below_producer_epoch",
        "v3_and_below_topics",
    )

    API_KEY = 24
    VERSIONS = range(0, 6)
    FLEXIBLE_FROM = 3

    transactions: list[AddPartitionsToTxnTransaction]
    """The transactions to add partitions to (from brokers, in batches). (versions 4+)"""

    v3_and_below_transactional_id: str
    """The transactional id. (versions 0-3)"""

    v3_and_below_producer_id: int
    """The producer's id. (versions 0-3)"""

    v3_and_below_producer_epoch: int
    """The producer's epoch. (versions 0-3)"""

    v3_and_below_topics: list[AddPartitionsToTxnTopic]
    """The partitions to add, by topic. (versions 0-3)"""

    def __init__(
        self,
        *,
        transactions: Iterable[AddPartitionsToTxnTransaction] = (),
        v3_and_below_transactional_id: str = "",
        v3_and_below_producer_id: int = 0,
        v3_and_below_producer_epoch: int = 0,
        v3_and_below_topics: Iterable[AddPartitionsToTxnTopic] = (),
    ) -> None:
        self.transactions = list(transactions)
        self.v3_and_below_transactional_id = v3_and_below_transactional_id
        self.v3_and_below_producer_id = v3_and_below_producer_id
        self.v3_and_below_producer_epoch = v3_and_below_producer_epoch
        self.v3_and_below_topics = list(v3_and_below_topics)


class AddPartitionsToTxnTransaction(Struct):
    """The transactions to add partitions to (from brokers, in batches)."""

    __slots__ = (
        "transactional_id",
        "producer_id",
        "producer_epoch",
        "verify_only",
        "topics",
    )

    transactional_id: str
    """The transactional id."""

    producer_id: int
    """The producer's id."""

    producer_epoch: int
    """The producer's epoch: an instance with an older one is fenced."""

    verify_only: bool
    """Whether only to check that the partitions belong to the transaction already."""

    topics: list[AddPartitionsToTxnTopic]
    """The partitions to add, by topic."""

    def __init__(
        self,
        *,
        transactional_id: str = "",
        producer_id: int = 0,
        producer_epoch: int = 0,
        verify_only: bool = False,
        topics: Iterable[AddPartitionsToTxnTopic] = (),
    ) -> None:
        self.transactional_id = transactional_id
        self.producer_id = producer_id
        self.producer_epoch = producer_epoch
        self.verify_only = verify_only
        self.topics = list(topics)


class AddPartitionsToTxnTopic(Struct):
    """The partitions to add, by topic."""

    __slots__ = (
        "name",
        "partitions",
    )

    name: str
    """The topic's name."""

    partitions: list[int]
    """Numbers of the partitions to add."""

    def __init__(self, *, name: str = "", partitions: Iterable[int] = ()) -> None:
        self.name = name
        self.partitions = list(partitions)


class AddPartitionsToTxnResponse(Message):
    """Outcomes by partition."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "results_by_transaction",
        "results_by_topic_v3_and_below",
    )

    API_KEY = 24
    VERSIONS = range(0, 6)
    FLEXIBLE_FROM = 3

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success. (versions 4+)"""

    results_by_transaction: list[AddPartitionsToTxnResult]
    """Outcomes by transactional id. (versions 4+)"""

    results_by_topic_v3_and_below: list[AddPartitionsToTxnTopicResult]
    """Outcomes by topic. (versions 0-3)"""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        results_by_transaction: Iterable[AddPartitionsToTxnResult] = (),
        results_by_topic_v3_and_below: Iterable[AddPartitionsToTxnTopicResult] = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.results_by_transaction = list(results_by_transaction)
        self.results_by_topic_v3_and_below = list(results_by_topic_v3_and_below)


class AddPartitionsToTxnResult(Struct):
    """Outcomes by transactional id."""

    __slots__ = (
        "transactional_id",
        "topic_results",
    )

    transactional_id: str
    """The transactional id."""

    topic_results: list[AddPartitionsToTxnTopicResult]
    """Outcomes by topic."""

    def __init__(
        self,
        *,
        transactional_id: str = "",
        topic_results: Iterable[AddPartitionsToTxnTopicResult] = (),
    ) -> None:
        self.transactional_id = transactional_id
        self.topic_results = list(topic_results)


class AddPartitionsToTxnTopicResult(Struct):
    """Outcomes by topic."""

    __slots__ = (
        "name",
        "results_by_partition",
    )

    name: str
    """The topic's name."""

    results_by_partition: list[AddPartitionsToTxnPartitionResult]
    """Outcomes by partition."""

    def __init__(
        self,
        *,
        name: str = "",
        results_by_partition: Iterable[AddPartitionsToTxnPartitionResult] = (),
    ) -> None:
        self.name = name
        self.results_by_partition = list(results_by_partition)


class AddPartitionsToTxnPartitionResult(Struct):
    """Outcomes by partition."""

    __slots__ = (
        "partition_index",
        "partition_error_code",
    )

    partition_index: int
    """The partition's number."""

    partition_error_code: int
    """Outcome for this partition; 0 is success."""

    def __init__(self, *, partition_index: int = 0, partition_error_code: int = 0) -> None:
        self.partition_index = partition_index
        self.partition_error_code = partition_error_code


def _write_add_partitions_to_txn_request_v0_v2(
    message: AddPartitionsToTxnRequest, parts: list[Buffer]
) -> None:
    if message.transactions:
        raise field_unsupported("AddPartitionsToTxnRequest.transactions", "0-2")
    text: Buffer = message.v3_and_below_transactional_id.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.v3_and_below_topics)
    parts.append(
        _pack_qhi(message.v3_and_below_producer_id, message.v3_and_below_producer_epoch, count)
    )
    for add_partitions_to_txn_topic in message.v3_and_below_topics:
        _write_add_partitions_to_txn_topic_v0_v2(add_partitions_to_txn_topic, parts)


def _read_add_partitions_to_txn_request_v0_v2(
    data: bytes, offset: int
) -> tuple[AddPartitionsToTxnRequest, int]:
    message = _new(AddPartitionsToTxnRequest)
    message.transactions = []
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("AddPartitionsToTxnRequest.v3_and_below_transactional_id")
    end = offset + length
    message.v3_and_below_transactional_id = data[offset:end].decode()
    offset = end
    message.v3_and_below_producer_id, message.v3_and_below_producer_epoch, count = _unpack_qhi(
        data, offset
    )
    offset += 14
    if count < 0:
        raise null_refused("AddPartitionsToTxnRequest.v3_and_below_topics")
    if count * 6 > len(data) - offset:
        raise count_refused("AddPartitionsToTxnRequest.v3_and_below_topics", count)
    v3_and_below_topics: list[AddPartitionsToTxnTopic] = []
    for _ in range(count):
        add_partitions_to_txn_topic, offset = _read_add_partitions_to_txn_topic_v0_v2(data, offset)
        v3_and_below_topics.append(add_partitions_to_txn_topic)
    message.v3_and_below_topics = v3_and_below_topics
    return message, offset


def _write_add_partitions_to_txn_request_v3(
    message: AddPartitionsToTxnRequest, parts: list[Buffer]
) -> None:
    if message.transactions:
        raise field_unsupported("AddPartitionsToTxnRequest.transactions", "3")
    text: Buffer = message.v3_and_below_transactional_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.v3_and_below_topics) + 1
    parts.append(
        _pack_qhB(message.v3_and_below_producer_id, message.v3_and_below_producer_epoch, count)
        if count < 128
        else _pack_qh(message.v3_and_below_producer_id, message.v3_and_below_producer_epoch)
        + uvarint(count)
    )
    for add_partitions_to_txn_topic in message.v3_and_below_topics:
        _write_add_partitions_to_txn_topic_v3_v5(add_partitions_to_txn_topic, parts)
    parts.append(b"\x00")


def _read_add_partitions_to_txn_request_v3(
    data: bytes, offset: int
) -> tuple[AddPartitionsToTxnRequest, int]:
    message = _new(AddPartitionsToTxnRequest)
    message.transactions = []
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AddPartitionsToTxnRequest.v3_and_below_transactional_id")
    end = offset + length - 1
    message.v3_and_below_transactional_id = data[offset:end].decode()
    offset = end
    message.v3_and_below_producer_id, message.v3_and_below_producer_epoch, count = _unpack_qhB(
        data, offset
    )
    offset += 11
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AddPartitionsToTxnRequest.v3_and_below_topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("AddPartitionsToTxnRequest.v3_and_below_topics", count)
    v3_and_below_topics: list[AddPartitionsToTxnTopic] = []
    for _ in range(count):
        add_partitions_to_txn_topic, offset = _read_add_partitions_to_txn_topic_v3_v5(data, offset)
        v3_and_below_topics.append(add_partitions_to_txn_topic)
    message.v3_and_below_topics = v3_and_below_topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_add_partitions_to_txn_request_v4_v5(
    message: AddPartitionsToTxnRequest, parts: list[Buffer]
) -> None:
    if message.v3_and_below_transactional_id != "":
        raise field_unsupported("AddPartitionsToTxnRequest.v3_and_below_transactional_id", "4-5")
    if message.v3_and_below_producer_id != 0:
        raise field_unsupported("AddPartitionsToTxnRequest.v3_and_below_producer_id", "4-5")
    if message.v3_and_below_producer_epoch != 0:
        raise field_unsupported("AddPartitionsToTxnRequest.v3_and_below_producer_epoch", "4-5")
    if message.v3_and_below_topics:
        raise field_unsupported("AddPartitionsToTxnRequest.v3_and_below_topics", "4-5")
    count = len(message.transactions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for add_partitions_to_txn_transaction in message.transactions:
        _write_add_partitions_to_txn_transaction_v4_v5(add_partitions_to_txn_transaction, parts)
    parts.append(b"\x00")


def _read_add_partitions_to_txn_request_v4_v5(
    data: bytes, offset: int
) -> tuple[AddPartitionsToTxnRequest, int]:
    message = _new(AddPartitionsToTxnRequest)
    message.v3_and_below_transactional_id = ""
    message.v3_and_below_producer_id = 0
    message.v3_and_below_producer_epoch = 0
    message.v3_and_below_topics = []
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AddPartitionsToTxnRequest.transactions")
    count -= 1
    if count * 14 > len(data) - offset:
        raise count_refused("AddPartitionsToTxnRequest.transactions", count)
    transactions: list[AddPartitionsToTxnTransaction] = []
    for _ in range(count):
        add_partitions_to_txn_transaction, offset = _read_add_partitions_to_txn_transaction_v4_v5(
            data, offset
        )
        transactions.append(add_partitions_to_txn_transaction)
    message.transactions = transactions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_add_partitions_to_txn_transaction_v4_v5(
    message: AddPartitionsToTxnTransaction, parts: list[Buffer]
) -> None:
    text: Buffer = message.transactional_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topics) + 1
    parts.append(
        _pack_qhtB(message.producer_id, message.producer_epoch, message.verify_only, count)
        if count < 128
        else _pack_qht(message.producer_id, message.producer_epoch, message.verify_only)
        + uvarint(count)
    )
    for add_partitions_to_txn_topic in message.topics:
        _write_add_partitions_to_txn_topic_v3_v5(add_partitions_to_txn_topic, parts)
    parts.append(b"\x00")


def _read_add_partitions_to_txn_transaction_v4_v5(
    data: bytes, offset: int
) -> tuple[AddPartitionsToTxnTransaction, int]:
    message = _new(AddPartitionsToTxnTransaction)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AddPartitionsToTxnTransaction.transactional_id")
    end = offset + length - 1
    message.transactional_id = data[offset:end].decode()
    offset = end
    message.producer_id, message.producer_epoch, message.verify_only, count = _unpack_qhtB(
        data, offset
    )
    offset += 12
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AddPartitionsToTxnTransaction.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("AddPartitionsToTxnTransaction.topics", count)
    topics: list[AddPartitionsToTxnTopic] = []
    for _ in range(count):
        add_partitions_to_txn_topic, offset = _read_add_partitions_to_txn_topic_v3_v5(data, offset)
        topics.append(add_partitions_to_txn_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_add_partitions_to_txn_topic_v0_v2(
    message: AddPartitionsToTxnTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    parts.append(pack_int32s(message.partitions))


def _read_add_partitions_to_txn_topic_v0_v2(
    data: bytes, offset: int
) -> tuple[AddPartitionsToTxnTopic, int]:
    message = _new(AddPartitionsToTxnTopic)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("AddPartitionsToTxnTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("AddPartitionsToTxnTopic.partitions")
    if count * 4 > len(data) - offset:
        raise count_refused("AddPartitionsToTxnTopic.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    return message, offset


def _write_add_partitions_to_txn_topic_v3_v5(
    message: AddPartitionsToTxnTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.partitions))
    parts.append(b"\x00")


def _read_add_partitions_to_txn_topic_v3_v5(
    data: bytes, offset: int
) -> tuple[AddPartitionsToTxnTopic, int]:
    message = _new(AddPartitionsToTxnTopic)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AddPartitionsToTxnTopic.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AddPartitionsToTxnTopic.partitions")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("AddPartitionsToTxnTopic.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_add_partitions_to_txn_response_v0_v2(
    message: AddPartitionsToTxnResponse, parts: list[Buffer]
) -> None:
    if message.results_by_transaction:
        raise field_unsupported("AddPartitionsToTxnResponse.results_by_transaction", "0-2")
    count = len(message.results_by_topic_v3_and_below)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for add_partitions_to_txn_topic_result in message.results_by_topic_v3_and_below:
        _write_add_partitions_to_txn_topic_result_v0_v2(add_partitions_to_txn_topic_result, parts)


def _read_add_partitions_to_txn_response_v0_v2(
    data: bytes, offset: int
) -> tuple[AddPartitionsToTxnResponse, int]:
    message = _new(AddPartitionsToTxnResponse)
    message.error_code = 0
    message.results_by_transaction = []
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("AddPartitionsToTxnResponse.results_by_topic_v3_and_below")
    if count * 6 > len(data) - offset:
        raise count_refused("AddPartitionsToTxnResponse.results_by_topic_v3_and_below", count)
    results_by_topic_v3_and_below: list[AddPartitionsToTxnTopicResult] = []
    for _ in range(count):
        add_partitions_to_txn_topic_result, offset = _read_add_partitions_to_txn_topic_result_v0_v2(
            data, offset
        )
        results_by_topic_v3_and_below.append(add_partitions_to_txn_topic_result)
    message.results_by_topic_v3_and_below = results_by_topic_v3_and_below
    return message, offset


def _write_add_partitions_to_txn_response_v3(
    message: AddPartitionsToTxnResponse, parts: list[Buffer]
) -> None:
    if message.results_by_transaction:
        raise field_unsupported("AddPartitionsToTxnResponse.results_by_transaction", "3")
    count = len(message.results_by_topic_v3_and_below) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for add_partitions_to_txn_topic_result in message.results_by_topic_v3_and_below:
        _write_add_partitions_to_txn_topic_result_v3_v5(add_partitions_to_txn_topic_result, parts)
    parts.append(b"\x00")


def _read_add_partitions_to_txn_response_v3(
    data: bytes, offset: int
) -> tuple[AddPartitionsToTxnResponse, int]:
    message = _new(AddPartitionsToTxnResponse)
    message.error_code = 0
    message.results_by_transaction = []
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AddPartitionsToTxnResponse.results_by_topic_v3_and_below")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("AddPartitionsToTxnResponse.results_by_topic_v3_and_below", count)
    results_by_topic_v3_and_below: list[AddPartitionsToTxnTopicResult] = []
    for _ in range(count):
        add_partitions_to_txn_topic_result, offset = _read_add_partitions_to_txn_topic_result_v3_v5(
            data, offset
        )
        results_by_topic_v3_and_below.append(add_partitions_to_txn_topic_result)
    message.results_by_topic_v3_and_below = results_by_topic_v3_and_below
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_add_partitions_to_txn_response_v4_v5(
    message: AddPartitionsToTxnResponse, parts: list[Buffer]
) -> None:
    if message.results_by_topic_v3_and_below:
        raise field_unsupported("AddPartitionsToTxnResponse.results_by_topic_v3_and_below", "4-5")
    count = len(message.results_by_transaction) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, count)
        if count < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(count)
    )
    for add_partitions_to_txn_result in message.results_by_transaction:
        _write_add_partitions_to_txn_result_v4_v5(add_partitions_to_txn_result, parts)
    parts.append(b"\x00")


def _read_add_partitions_to_txn_response_v4_v5(
    data: bytes, offset: int
) -> tuple[AddPartitionsToTxnResponse, int]:
    message = _new(AddPartitionsToTxnResponse)
    message.results_by_topic_v3_and_below = []
    message.throttle_time_ms, message.error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AddPartitionsToTxnResponse.results_by_transaction")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("AddPartitionsToTxnResponse.results_by_transaction", count)
    results_by_transaction: list[AddPartitionsToTxnResult] = []
    for _ in range(count):
        add_partitions_to_txn_result, offset = _read_add_partitions_to_txn_result_v4_v5(
            data, offset
        )
        results_by_transaction.append(add_partitions_to_txn_result)
    message.results_by_transaction = results_by_transaction
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_add_partitions_to_txn_result_v4_v5(
    message: AddPartitionsToTxnResult, parts: list[Buffer]
) -> None:
    text: Buffer = message.transactional_id.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.topic_results) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for add_partitions_to_txn_topic_result in message.topic_results:
        _write_add_partitions_to_txn_topic_result_v3_v5(add_partitions_to_txn_topic_result, parts)
    parts.append(b"\x00")


def _read_add_partitions_to_txn_result_v4_v5(
    data: bytes, offset: int
) -> tuple[AddPartitionsToTxnResult, int]:
    message = _new(AddPartitionsToTxnResult)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AddPartitionsToTxnResult.transactional_id")
    end = offset + length - 1
    message.transactional_id = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AddPartitionsToTxnResult.topic_results")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("AddPartitionsToTxnResult.topic_results", count)
    topic_results: list[AddPartitionsToTxnTopicResult] = []
    for _ in range(count):
        add_partitions_to_txn_topic_result, offset = _read_add_partitions_to_txn_topic_result_v3_v5(
            data, offset
        )
        topic_results.append(add_partitions_to_txn_topic_result)
    message.topic_results = topic_results
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_add_partitions_to_txn_topic_result_v0_v2(
    message: AddPartitionsToTxnTopicResult, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.results_by_partition)
    parts.append(_pack_i(count))
    for add_partitions_to_txn_partition_result in message.results_by_partition:
        _write_add_partitions_to_txn_partition_result_v0_v2(
            add_partitions_to_txn_partition_result, parts
        )


def _read_add_partitions_to_txn_topic_result_v0_v2(
    data: bytes, offset: int
) -> tuple[AddPartitionsToTxnTopicResult, int]:
    message = _new(AddPartitionsToTxnTopicResult)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("AddPartitionsToTxnTopicResult.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("AddPartitionsToTxnTopicResult.results_by_partition")
    if count * 6 > len(data) - offset:
        raise count_refused("AddPartitionsToTxnTopicResult.results_by_partition", count)
    results_by_partition: list[AddPartitionsToTxnPartitionResult] = []
    for _ in range(count):
        add_partitions_to_txn_partition_result, offset = (
            _read_add_partitions_to_txn_partition_result_v0_v2(data, offset)
        )
        results_by_partition.append(add_partitions_to_txn_partition_result)
    message.results_by_partition = results_by_partition
    return message, offset


def _write_add_partitions_to_txn_topic_result_v3_v5(
    message: AddPartitionsToTxnTopicResult, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.results_by_partition) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for add_partitions_to_txn_partition_result in message.results_by_partition:
        _write_add_partitions_to_txn_partition_result_v3_v5(
            add_partitions_to_txn_partition_result, parts
        )
    parts.append(b"\x00")


def _read_add_partitions_to_txn_topic_result_v3_v5(
    data: bytes, offset: int
) -> tuple[AddPartitionsToTxnTopicResult, int]:
    message = _new(AddPartitionsToTxnTopicResult)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("AddPartitionsToTxnTopicResult.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AddPartitionsToTxnTopicResult.results_by_partition")
    count -= 1
    if count * 7 > len(data) - offset:
        raise count_refused("AddPartitionsToTxnTopicResult.results_by_partition", count)
    results_by_partition: list[AddPartitionsToTxnPartitionResult] = []
    for _ in range(count):
        add_partitions_to_txn_partition_result, offset = (
            _read_add_partitions_to_txn_partition_result_v3_v5(data, offset)
        )
        results_by_partition.append(add_partitions_to_txn_partition_result)
    message.results_by_partition = results_by_partition
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_add_partitions_to_txn_partition_result_v0_v2(
    message: AddPartitionsToTxnPartitionResult, parts: list[Buffer]
) -> None:
    parts.append(_pack_ih(message.partition_index, message.partition_error_code))


def _read_add_partitions_to_txn_partition_result_v0_v2(
    data: bytes, offset: int
) -> tuple[AddPartitionsToTxnPartitionResult, int]:
    message = _new(AddPartitionsToTxnPartitionResult)
    message.partition_index, message.partition_error_code = _unpack_ih(data, offset)
    offset += 6
    return message, offset


def _write_add_partitions_to_txn_partition_result_v3_v5(
    message: AddPartitionsToTxnPartitionResult, parts: list[Buffer]
) -> None:
    parts.append(_pack_ih0(message.partition_index, message.partition_error_code))


def _read_add_partitions_to_txn_partition_result_v3_v5(
    data: bytes, offset: int
) -> tuple[AddPartitionsToTxnPartitionResult, int]:
    message = _new(AddPartitionsToTxnPartitionResult)
    message.partition_index, message.partition_error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


AddPartitionsToTxnRequest.WRITERS = {
    0: _write_add_partitions_to_txn_request_v0_v2,
    1: _write_add_partitions_to_txn_request_v0_v2,
    2: _write_add_partitions_to_txn_request_v0_v2,
    3: _write_add_partitions_to_txn_request_v3,
    4: _write_add_partitions_to_txn_request_v4_v5,
    5: _write_add_partitions_to_txn_request_v4_v5,
}
AddPartitionsToTxnRequest.READERS = {
    0: _read_add_partitions_to_txn_request_v0_v2,
    1: _read_add_partitions_to_txn_request_v0_v2,
    2: _read_add_partitions_to_txn_request_v0_v2,
    3: _read_add_partitions_to_txn_request_v3,
    4: _read_add_partitions_to_txn_request_v4_v5,
    5: _read_add_partitions_to_txn_request_v4_v5,
}
AddPartitionsToTxnResponse.WRITERS = {
    0: _write_add_partitions_to_txn_response_v0_v2,
    1: _write_add_partitions_to_txn_response_v0_v2,
    2: _write_add_partitions_to_txn_response_v0_v2,
    3: _write_add_partitions_to_txn_response_v3,
    4: _write_add_partitions_to_txn_response_v4_v5,
    5: _write_add_partitions_to_txn_response_v4_v5,
}
AddPartitionsToTxnResponse.READERS = {
    0: _read_add_partitions_to_txn_response_v0_v2,
    1: _read_add_partitions_to_txn_response_v0_v2,
    2: _read_add_partitions_to_txn_response_v0_v2,
    3: _read_add_partitions_to_txn_response_v3,
    4: _read_add_partitions_to_txn_response_v4_v5,
    5: _read_add_partitions_to_txn_response_v4_v5,
}
