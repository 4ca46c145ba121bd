# SPDX-License-Identifier: Apache-2.0
"""CreatePartitions (key 37).

Gives topics more partitions.

Errors: INVALID_PARTITIONS, INVALID_REPLICA_ASSIGNMENT, UNKNOWN_TOPIC_OR_PARTITION,
INVALID_TOPIC_EXCEPTION, TOPIC_AUTHORIZATION_FAILED, INVALID_REQUEST, POLICY_VIOLATION,
NOT_CONTROLLER, THROTTLING_QUOTA_EXCEEDED, REQUEST_TIMED_OUT.

Generated from `definitions/create_partitions.txt` by `make gen`.
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
_unpack_h = _h.unpack_from
_i = Format(">i")
_pack_i = _i.pack
_unpack_i = _i.unpack_from
_hB = Format(">hB")
_pack_hB = _hB.pack
_unpack_hB = _hB.unpack_from
_hh = Format(">hh")
_pack_hh = _hh.pack
_unpack_hh = _hh.unpack_from
_iB = Format(">iB")
_pack_iB = _iB.pack
_unpack_iB = _iB.unpack_from
_ii = Format(">ii")
_pack_ii = _ii.pack
_unpack_ii = _ii.unpack_from
_it = Format(">i?")
_pack_it = _it.pack
_unpack_it = _it.unpack_from
_it0 = Format(">i?x")
_pack_it0 = _it0.pack
_itB = Format(">i?B")
_unpack_itB = _itB.unpack_from


class CreatePartitionsRequest(Message):
    """The topics and how many partitions they shall have."""

    __slots__ = (
        "topics",
        "timeout_ms",
        "validate_only",
    )

    API_KEY = 37
    VERSIONS = range(0, 4)
    FLEXIBLE_FROM = 2

    topics: list[CreatePartitionsTopic]
    """The topics to enlarge."""

    timeout_ms: int
    """Milliseconds to wait for the work to be done; the work goes on when they have passed."""

    validate_only: bool
    """Whether only to check the request and change nothing."""

    def __init__(
        self,
        *,
        topics: Iterable[CreatePartitionsTopic] = (),
        timeout_ms: int = 0,
        validate_only: bool = False,
    ) -> None:
        self.topics = list(topics)
        self.timeout_ms = timeout_ms
        self.validate_only = validate_only


class CreatePartitionsTopic(Struct):
    """The topics to enlarge."""

    __slots__ = (
        "name",
        "count",
        "assignments",
    )

    name: str
    """The topic's name."""

    count: int
    """How many partitions the topic shall have in all."""

    assignments: list[CreatePartitionsAssignment] | None
    """Replicas of each new partition; null leaves the placement to the broker. (may be None)"""

    def __init__(
        self,
        *,
        name: str = "",
        count: int = 0,
        assignments: Iterable[CreatePartitionsAssignment] | None = (),
    ) -> None:
        self.name = name
        self.count = count
        self.assignments = None if assignments is None else list(assignments)


class CreatePartitionsAssignment(Struct):
    """Replicas of each new partition; null leaves the placement to the broker."""

    __slots__ = ("broker_ids",)

    broker_ids: list[int]
    """The brokers that hold the partition, the preferred leader first."""

    def __init__(self, *, broker_ids: Iterable[int] = ()) -> None:
        self.broker_ids = list(broker_ids)


class CreatePartitionsResponse(Message):
    """Outcomes by topic."""

    __slots__ = (
        "throttle_time_ms",
        "results",
    )

    API_KEY = 37
    VERSIONS = range(0, 4)
    FLEXIBLE_FROM = 2

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    results: list[CreatePartitionsTopicResult]
    """Outcomes by topic."""

    def __init__(
        self, *, throttle_time_ms: int = 0, results: Iterable[CreatePartitionsTopicResult] = ()
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.results = list(results)


class CreatePartitionsTopicResult(Struct):
    """Outcomes by topic."""

    __slots__ = (
        "name",
        "error_code",
        "error_message",
    )

    name: str
    """The topic's name."""

    error_code: int
    """Outcome for this topic; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    def __init__(
        self, *, name: str = "", error_code: int = 0, error_message: str | None = None
    ) -> None:
        self.name = name
        self.error_code = error_code
        self.error_message = error_message


def _write_create_partitions_request_v0_v1(
    message: CreatePartitionsRequest, parts: list[Buffer]
) -> None:
    count = len(message.topics)
    parts.append(_pack_i(count))
    for create_partitions_topic in message.topics:
        _write_create_partitions_topic_v0_v1(create_partitions_topic, parts)
    parts.append(_pack_it(message.timeout_ms, message.validate_only))


def _read_create_partitions_request_v0_v1(
    data: bytes, offset: int
) -> tuple[CreatePartitionsRequest, int]:
    message = _new(CreatePartitionsRequest)
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("CreatePartitionsRequest.topics")
    if count * 10 > len(data) - offset:
        raise count_refused("CreatePartitionsRequest.topics", count)
    topics: list[CreatePartitionsTopic] = []
    for _ in range(count):
        create_partitions_topic, offset = _read_create_partitions_topic_v0_v1(data, offset)
        topics.append(create_partitions_topic)
    message.topics = topics
    message.timeout_ms, message.validate_only = _unpack_it(data, offset)
    offset += 5
    return message, offset


def _write_create_partitions_request_v2_v3(
    message: CreatePartitionsRequest, parts: list[Buffer]
) -> None:
    count = len(message.topics) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for create_partitions_topic in message.topics:
        _write_create_partitions_topic_v2_v3(create_partitions_topic, parts)
    parts.append(_pack_it0(message.timeout_ms, message.validate_only))


def _read_create_partitions_request_v2_v3(
    data: bytes, offset: int
) -> tuple[CreatePartitionsRequest, int]:
    message = _new(CreatePartitionsRequest)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("CreatePartitionsRequest.topics")
    count -= 1
    if count * 7 > len(data) - offset:
        raise count_refused("CreatePartitionsRequest.topics", count)
    topics: list[CreatePartitionsTopic] = []
    for _ in range(count):
        create_partitions_topic, offset = _read_create_partitions_topic_v2_v3(data, offset)
        topics.append(create_partitions_topic)
    message.topics = topics
    message.timeout_ms, message.validate_only, count = _unpack_itB(data, offset)
    offset += 6
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_create_partitions_topic_v0_v1(
    message: CreatePartitionsTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = -1 if message.assignments is None else len(message.assignments)
    parts.append(_pack_ii(message.count, count))
    if message.assignments:
        for create_partitions_assignment in message.assignments:
            _write_create_partitions_assignment_v0_v1(create_partitions_assignment, parts)


def _read_create_partitions_topic_v0_v1(
    data: bytes, offset: int
) -> tuple[CreatePartitionsTopic, int]:
    message = _new(CreatePartitionsTopic)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("CreatePartitionsTopic.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    message.count, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        if count != -1:
            raise null_refused("CreatePartitionsTopic.assignments")
        message.assignments = None
    else:
        if count * 4 > len(data) - offset:
            raise count_refused("CreatePartitionsTopic.assignments", count)
        assignments: list[CreatePartitionsAssignment] = []
        for _ in range(count):
            create_partitions_assignment, offset = _read_create_partitions_assignment_v0_v1(
                data, offset
            )
            assignments.append(create_partitions_assignment)
        message.assignments = assignments
    return message, offset


def _write_create_partitions_topic_v2_v3(
    message: CreatePartitionsTopic, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = 0 if message.assignments is None else len(message.assignments) + 1
    parts.append(
        _pack_iB(message.count, count) if count < 128 else _pack_i(message.count) + uvarint(count)
    )
    if message.assignments:
        for create_partitions_assignment in message.assignments:
            _write_create_partitions_assignment_v2_v3(create_partitions_assignment, parts)
    parts.append(b"\x00")


def _read_create_partitions_topic_v2_v3(
    data: bytes, offset: int
) -> tuple[CreatePartitionsTopic, int]:
    message = _new(CreatePartitionsTopic)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("CreatePartitionsTopic.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    message.count, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.assignments = None
    else:
        count -= 1
        if count * 2 > len(data) - offset:
            raise count_refused("CreatePartitionsTopic.assignments", count)
        assignments: list[CreatePartitionsAssignment] = []
        for _ in range(count):
            create_partitions_assignment, offset = _read_create_partitions_assignment_v2_v3(
                data, offset
            )
            assignments.append(create_partitions_assignment)
        message.assignments = assignments
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_create_partitions_assignment_v0_v1(
    message: CreatePartitionsAssignment, parts: list[Buffer]
) -> None:
    count = len(message.broker_ids)
    parts.append(_pack_i(count))
    parts.append(pack_int32s(message.broker_ids))


def _read_create_partitions_assignment_v0_v1(
    data: bytes, offset: int
) -> tuple[CreatePartitionsAssignment, int]:
    message = _new(CreatePartitionsAssignment)
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("CreatePartitionsAssignment.broker_ids")
    if count * 4 > len(data) - offset:
        raise count_refused("CreatePartitionsAssignment.broker_ids", count)
    message.broker_ids = unpack_int32s(data, offset, count)
    offset += count * 4
    return message, offset


def _write_create_partitions_assignment_v2_v3(
    message: CreatePartitionsAssignment, parts: list[Buffer]
) -> None:
    count = len(message.broker_ids) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.broker_ids))
    parts.append(b"\x00")


def _read_create_partitions_assignment_v2_v3(
    data: bytes, offset: int
) -> tuple[CreatePartitionsAssignment, int]:
    message = _new(CreatePartitionsAssignment)
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("CreatePartitionsAssignment.broker_ids")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("CreatePartitionsAssignment.broker_ids", count)
    message.broker_ids = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_create_partitions_response_v0_v1(
    message: CreatePartitionsResponse, parts: list[Buffer]
) -> None:
    count = len(message.results)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for create_partitions_topic_result in message.results:
        _write_create_partitions_topic_result_v0_v1(create_partitions_topic_result, parts)


def _read_create_partitions_response_v0_v1(
    data: bytes, offset: int
) -> tuple[CreatePartitionsResponse, int]:
    message = _new(CreatePartitionsResponse)
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("CreatePartitionsResponse.results")
    if count * 6 > len(data) - offset:
        raise count_refused("CreatePartitionsResponse.results", count)
    results: list[CreatePartitionsTopicResult] = []
    for _ in range(count):
        create_partitions_topic_result, offset = _read_create_partitions_topic_result_v0_v1(
            data, offset
        )
        results.append(create_partitions_topic_result)
    message.results = results
    return message, offset


def _write_create_partitions_response_v2_v3(
    message: CreatePartitionsResponse, parts: list[Buffer]
) -> None:
    count = len(message.results) + 1
    parts.append(
        _pack_iB(message.throttle_time_ms, count)
        if count < 128
        else _pack_i(message.throttle_time_ms) + uvarint(count)
    )
    for create_partitions_topic_result in message.results:
        _write_create_partitions_topic_result_v2_v3(create_partitions_topic_result, parts)
    parts.append(b"\x00")


def _read_create_partitions_response_v2_v3(
    data: bytes, offset: int
) -> tuple[CreatePartitionsResponse, int]:
    message = _new(CreatePartitionsResponse)
    message.throttle_time_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("CreatePartitionsResponse.results")
    count -= 1
    if count * 5 > len(data) - offset:
        raise count_refused("CreatePartitionsResponse.results", count)
    results: list[CreatePartitionsTopicResult] = []
    for _ in range(count):
        create_partitions_topic_result, offset = _read_create_partitions_topic_result_v2_v3(
            data, offset
        )
        results.append(create_partitions_topic_result)
    message.results = results
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_create_partitions_topic_result_v0_v1(
    message: CreatePartitionsTopicResult, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    if message.error_message is None:
        text = b""
        length = -1
    else:
        text = message.error_message.encode()
        length = len(text)
    parts.append(_pack_hh(message.error_code, length))
    parts.append(text)


def _read_create_partitions_topic_result_v0_v1(
    data: bytes, offset: int
) -> tuple[CreatePartitionsTopicResult, int]:
    message = _new(CreatePartitionsTopicResult)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("CreatePartitionsTopicResult.name")
    end = offset + length
    message.name = data[offset:end].decode()
    offset = end
    message.error_code, length = _unpack_hh(data, offset)
    offset += 4
    if length < 0:
        if length != -1:
            raise null_refused("CreatePartitionsTopicResult.error_message")
        message.error_message = None
    else:
        end = offset + length
        message.error_message = data[offset:end].decode()
        offset = end
    return message, offset


def _write_create_partitions_topic_result_v2_v3(
    message: CreatePartitionsTopicResult, parts: list[Buffer]
) -> None:
    text: Buffer = message.name.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    if message.error_message is None:
        text = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_hB(message.error_code, length)
        if length < 128
        else _pack_h(message.error_code) + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_create_partitions_topic_result_v2_v3(
    data: bytes, offset: int
) -> tuple[CreatePartitionsTopicResult, int]:
    message = _new(CreatePartitionsTopicResult)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("CreatePartitionsTopicResult.name")
    end = offset + length - 1
    message.name = data[offset:end].decode()
    offset = end
    message.error_code, length = _unpack_hB(data, offset)
    offset += 3
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


CreatePartitionsRequest.WRITERS = {
    0: _write_create_partitions_request_v0_v1,
    1: _write_create_partitions_request_v0_v1,
    2: _write_create_partitions_request_v2_v3,
    3: _write_create_partitions_request_v2_v3,
}
CreatePartitionsRequest.READERS = {
    0: _read_create_partitions_request_v0_v1,
    1: _read_create_partitions_request_v0_v1,
    2: _read_create_partitions_request_v2_v3,
    3: _read_create_partitions_request_v2_v3,
}
CreatePartitionsResponse.WRITERS = {
    0: _write_create_partitions_response_v0_v1,
    1: _write_create_partitions_response_v0_v1,
    2: _write_create_partitions_response_v2_v3,
    3: _write_create_partitions_response_v2_v3,
}
CreatePartitionsResponse.READERS = {
    0: _read_create_partitions_response_v0_v1,
    1: _read_create_partitions_response_v0_v1,
    2: _read_create_partitions_response_v2_v3,
    3: _read_create_partitions_response_v2_v3,
}
