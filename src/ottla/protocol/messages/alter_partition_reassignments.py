# SPDX-License-Identifier: Apache-2.0
"""AlterPartitionReassignments (key 45).

Moves partitions to other brokers, or cancels such moves.

Errors: INVALID_REPLICA_ASSIGNMENT, INVALID_REPLICATION_FACTOR, NO_REASSIGNMENT_IN_PROGRESS,
UNKNOWN_TOPIC_OR_PARTITION, CLUSTER_AUTHORIZATION_FAILED, NOT_CONTROLLER, REQUEST_TIMED_OUT.

Generated from `definitions/alter_partition_reassignments.txt` by `make gen`.
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
_i = Format(">i")
_pack_i = _i.pack
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_it = Format(">i?")
_pack_it = _it.pack
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from
_itB = Format(">i?B")
_pack_itB = _itB.pack
_unpack_itB = _itB.unpack_from
_ith = Format(">i?h")
_pack_ith = _ith.pack
_ithB = Format(">i?hB")
_pack_ithB = _ithB.pack
_unpack_ithB = _ithB.unpack_from


class AlterPartitionReassignmentsRequest(Message):
    """The partitions and where they shall live."""

    __slots__ = (
        "timeout_ms",
        "allow_replication_factor_change",
        "topics",
    )

    API_KEY = 45
    VERSIONS = range(0, 2)
    FLEXIBLE_FROM = 0

    timeout_ms: int
    """Milliseconds to wait for the work to be done; the work goes on when they have passed."""

    allow_replication_factor_change: bool
    """Whether a move may change the number of replicas. (versions 1+)"""

    topics: list[ReassignableTopic]
    """The partitions to move, by topic."""

    def __init__(
        self,
        *,
        timeout_ms: int = 60000,
        allow_replication_factor_change: bool = True,
        topics: Iterable[ReassignableTopic] = (),
    ) -> None:
        self.timeout_ms = timeout_ms
        self.allow_replication_factor_change = allow_replication_factor_change
        self.topics = list(topics)


class ReassignableTopic(Struct):
    """The partitions to move, by topic."""

    __slots__ = (
        "name",
        "partitions",
    )

    name: str
    """The topic's name."""

    partitions: list[ReassignablePartition]
    """The partitions to move."""

    def __init__(self, *, name: str = "", partitions: Iterable[ReassignablePartition] = ()) -> None:
        self.name = name
        self.partitions = list(partitions)


class ReassignablePartition(Struct):
    """The partitions to move."""

    __slots__ = (
        "partition_index",
        "replicas",
    )

    partition_index: int
    """The partition's number."""

    replicas: list[int] | None
    """The brokers that shall hold the partition; null cancels a move that is under way. (may be
    None)
    """

    def __init__(self, *, partition_index: int = 0, replicas: Iterable[int] | None = None) -> None:
        self.partition_index = partition_index
        self.replicas = None if replicas is None else list(replicas)


class AlterPartitionReassignmentsResponse(Message):
    """Outcomes by partition."""

    __slots__ = (
        "throttle_time_ms",
        "allow_replication_factor_change",
        "error_code",
        "error_message",
        "responses",
    )

    API_KEY = 45
    VERSIONS = range(0, 2)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    allow_replication_factor_change: bool
    """Whether a move may change the number of replicas. (versions 1+)"""

    error_code: int
    """Outcome of the whole request; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    responses: list[ReassignableTopicResponse]
    """Outcomes by topic."""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        allow_replication_factor_change: bool = True,
        error_code: int = 0,
        error_message: str | None = "",
        responses: Iterable[ReassignableTopicResponse] = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.allow_replication_factor_change = allow_replication_factor_change
        self.error_code = error_code
        self.error_message = error_message
        self.responses = list(responses)


class ReassignableTopicResponse(Struct):
    """Outcomes by topic."""

    __slots__ = (
        "name",
        "partitions",
    )

    name: str
    """The topic's name."""

    partitions: list[ReassignablePartitionResponse]
    """Outcomes by partition."""

    def __init__(
        self, *, name: str = "", partitions: Iterable[ReassignablePartitionResponse] = ()
    ) -> None:
        self.name = name
        self.partitions = list(partitions)


class ReassignablePartitionResponse(Struct):
    """Outcomes by partition."""

    __slots__ = (
        "partition_index",
        "error_code",
        "error_message",
    )

    partition_index: int
    """The partition's number."""

    error_code: int
    """Outcome for this partition; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    def __init__(
        self, *, partition_index: int = 0, error_code: int = 0, error_message: str | None = ""
    ) -> None:
        self.partition_index = partition_index
        self.error_code = error_code
        self.error_message = error_message


def _write_alter_partition_reassignments_request_v0(
    message: AlterPartitionReassignmentsRequest, parts: list[Buffer]
) -> None:
    if not message.allow_replication_factor_change:
        raise field_unsupported(
            "AlterPartitionReassignmentsRequest.allow_replication_factor_change", "0"
        )
    count = len(message.topics) + 1
    parts.append(
        _pack_iB(message.timeout_ms, count)
        if count < 128
        else _pack_i(message.timeout_ms) + uvarint(count)
    )
    for reassignable_topic in message.topics:
        _write_reassignable_topic_v0_v1(reassignable_topic, parts)
    parts.append(b"\x00")


def _read_alter_partition_reassignments_request_v0(
    data: bytes, offset: int
) -> tuple[AlterPartitionReassignmentsRequest, int]:
    message = _new(AlterPartitionReassignmentsRequest)
    message.allow_replication_factor_change = True
    message.timeout_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterPartitionReassignmentsRequest.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("AlterPartitionReassignmentsRequest.topics", count)
    topics: list[ReassignableTopic] = []
    for _ in range(count):
        reassignable_topic, offset = _read_reassignable_topic_v0_v1(data, offset)
        topics.append(reassignable_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_partition_reassignments_request_v1(
    message: AlterPartitionReassignmentsRequest, parts: list[Buffer]
) -> None:
    count = len(message.topics) + 1
    parts.append(
        _pack_itB(message.timeout_ms, message.allow_replication_factor_change, count)
        if count < 128
        else _pack_it(message.timeout_ms, message.allow_replication_factor_change) + uvarint(count)
    )
    for reassignable_topic in message.topics:
        _write_reassignable_topic_v0_v1(reassignable_topic, parts)
    parts.append(b"\x00")


def _read_alter_partition_reassignments_request_v1(
    data: bytes, offset: int
) -> tuple[AlterPartitionReassignmentsRequest, int]:
    message = _new(AlterPartitionReassignmentsRequest)
    message.timeout_ms, message.allow_replication_factor_change, count = _unpack_itB(data, offset)
    offset += 6
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterPartitionReassignmentsRequest.topics")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("AlterPartitionReassignmentsRequest.topics", count)
    topics: list[ReassignableTopic] = []
    for _ in range(count):
        reassignable_topic, offset = _read_reassignable_topic_v0_v1(data, offset)
        topics.append(reassignable_topic)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_reassignable_topic_v0_v1(message: ReassignableTopic, parts: list[Buffer]) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for reassignable_partition in message.partitions:
        _write_reassignable_partition_v0_v1(reassignable_partition, parts)
    parts.append(b"\x00")


def _read_reassignable_topic_v0_v1(data: bytes, offset: int) -> tuple[ReassignableTopic, int]:
    message = _new(ReassignableTopic)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ReassignableTopic.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ReassignableTopic.partitions")
    count -= 1
    if count * 6 > len(data) - offset:
        raise count_refused("ReassignableTopic.partitions", count)
    partitions: list[ReassignablePartition] = []
    for _ in range(count):
        reassignable_partition, offset = _read_reassignable_partition_v0_v1(data, offset)
        partitions.append(reassignable_partition)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_reassignable_partition_v0_v1(
    message: ReassignablePartition, parts: list[Buffer]
) -> None:
    count = 0 if message.replicas is None else len(message.replicas) + 1
    parts.append(
        _pack_iB(message.partition_index, count)
        if count < 128
        else _pack_i(message.partition_index) + uvarint(count)
    )
    if message.replicas:
        parts.append(pack_int32s(message.replicas))
    parts.append(b"\x00")


def _read_reassignable_partition_v0_v1(
    data: bytes, offset: int
) -> tuple[ReassignablePartition, int]:
    message = _new(ReassignablePartition)
    message.partition_index, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.replicas = None
    else:
        count -= 1
        if count * 4 > len(data) - offset:
            raise count_refused("ReassignablePartition.replicas", count)
        message.replicas = unpack_int32s(data, offset, count)
        offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_partition_reassignments_response_v0(
    message: AlterPartitionReassignmentsResponse, parts: list[Buffer]
) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, length)
        if length < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(length)
    )
    parts.append(text)
    count = len(message.responses) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for reassignable_topic_response in message.responses:
        _write_reassignable_topic_response_v0_v1(reassignable_topic_response, parts)
    parts.append(b"\x00")


def _read_alter_partition_reassignments_response_v0(
    data: bytes, offset: int
) -> tuple[AlterPartitionReassignmentsResponse, int]:
    message = _new(AlterPartitionReassignmentsResponse)
    message.allow_replication_factor_change = True
    message.throttle_time_ms, message.error_code, length = _unpack_ihB(data, offset)
    offset += 7
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.error_message = None
    else:
        end = offset + length - 1
        message.error_message = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterPartitionReassignmentsResponse.responses")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("AlterPartitionReassignmentsResponse.responses", count)
    responses: list[ReassignableTopicResponse] = []
    for _ in range(count):
        reassignable_topic_response, offset = _read_reassignable_topic_response_v0_v1(data, offset)
        responses.append(reassignable_topic_response)
    message.responses = responses
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_partition_reassignments_response_v1(
    message: AlterPartitionReassignmentsResponse, parts: list[Buffer]
) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_ithB(
            message.throttle_time_ms,
            message.allow_replication_factor_change,
            message.error_code,
            length,
        )
        if length < 128
        else _pack_ith(
            message.throttle_time_ms, message.allow_replication_factor_change, message.error_code
        )
        + uvarint(length)
    )
    parts.append(text)
    count = len(message.responses) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for reassignable_topic_response in message.responses:
        _write_reassignable_topic_response_v0_v1(reassignable_topic_response, parts)
    parts.append(b"\x00")


def _read_alter_partition_reassignments_response_v1(
    data: bytes, offset: int
) -> tuple[AlterPartitionReassignmentsResponse, int]:
    message = _new(AlterPartitionReassignmentsResponse)
    (
        message.throttle_time_ms,
        message.allow_replication_factor_change,
        message.error_code,
        length,
    ) = _unpack_ithB(data, offset)
    offset += 8
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.error_message = None
    else:
        end = offset + length - 1
        message.error_message = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterPartitionReassignmentsResponse.responses")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("AlterPartitionReassignmentsResponse.responses", count)
    responses: list[ReassignableTopicResponse] = []
    for _ in range(count):
        reassignable_topic_response, offset = _read_reassignable_topic_response_v0_v1(data, offset)
        responses.append(reassignable_topic_response)
    message.responses = responses
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_reassignable_topic_response_v0_v1(
    message: ReassignableTopicResponse, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for reassignable_partition_response in message.partitions:
        _write_reassignable_partition_response_v0_v1(reassignable_partition_response, parts)
    parts.append(b"\x00")


def _read_reassignable_topic_response_v0_v1(
    data: bytes, offset: int
) -> tuple[ReassignableTopicResponse, int]:
    message = _new(ReassignableTopicResponse)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ReassignableTopicResponse.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ReassignableTopicResponse.partitions")
    count -= 1
    if count * 8 > len(data) - offset:
        raise count_refused("ReassignableTopicResponse.partitions", count)
    partitions: list[ReassignablePartitionResponse] = []
    for _ in range(count):
        reassignable_partition_response, offset = _read_reassignable_partition_response_v0_v1(
            data, offset
        )
        partitions.append(reassignable_partition_response)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_reassignable_partition_response_v0_v1(
    message: ReassignablePartitionResponse, parts: list[Buffer]
) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_ihB(message.partition_index, message.error_code, length)
        if length < 128
        else _pack_ih(message.partition_index, message.error_code) + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_reassignable_partition_response_v0_v1(
    data: bytes, offset: int
) -> tuple[ReassignablePartitionResponse, int]:
    message = _new(ReassignablePartitionResponse)
    message.partition_index, message.error_code, length = _unpack_ihB(data, offset)
    offset += 7
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        message.error_message = None
    else:
        end = offset + length - 1
        message.error_message = data[offset:end].decode()
        offset = end
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


AlterPartitionReassignmentsRequest.WRITERS = {
    0: _write_alter_partition_reassignments_request_v0,
    1: _write_alter_partition_reassignments_request_v1,
}
AlterPartitionReassignmentsRequest.READERS = {
    0: _read_alter_partition_reassignments_request_v0,
    1: _read_alter_partition_reassignments_request_v1,
}
AlterPartitionReassignmentsResponse.WRITERS = {
    0: _write_alter_partition_reassignments_response_v0,
    1: _write_alter_partition_reassignments_response_v1,
}
AlterPartitionReassignmentsResponse.READERS = {
    0: _read_alter_partition_reassignments_response_v0,
    1: _read_alter_partition_reassignments_response_v1,
}
