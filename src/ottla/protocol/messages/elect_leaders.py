# SPDX-License-Identifier: Apache-2.0
"""ElectLeaders (key 43).

Makes the preferred replica the leader again, or any live one when all in-sync replicas are
lost.

Errors: ELECTION_NOT_NEEDED, PREFERRED_LEADER_NOT_AVAILABLE, ELIGIBLE_LEADERS_NOT_AVAILABLE,
UNKNOWN_TOPIC_OR_PARTITION, CLUSTER_AUTHORIZATION_FAILED, NOT_CONTROLLER, REQUEST_TIMED_OUT.

Generated from `definitions/elect_leaders.txt` by `make gen`.
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
_b = Format(">b")
_pack_b = _b.pack
_h = Format(">h")
_pack_h = _h.pack
_unpack_h = _h.unpack_from
_i = Format(">i")
_pack_i = _i.pack
_unpack_i = _i.unpack_from
_bB = Format(">bB")
_pack_bB = _bB.pack
_unpack_bB = _bB.unpack_from
_bi = Format(">bi")
_pack_bi = _bi.pack
_unpack_bi = _bi.unpack_from
_i0 = Format(">ix")
_pack_i0 = _i0.pack
_iB = Format(">iB")
_unpack_iB = _iB.unpack_from
_ih = Format(">ih")
_pack_ih = _ih.pack
_ii = Format(">ii")
_pack_ii = _ii.pack
_unpack_ii = _ii.unpack_from
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from
_ihh = Format(">ihh")
_pack_ihh = _ihh.pack
_unpack_ihh = _ihh.unpack_from
_ihi = Format(">ihi")
_pack_ihi = _ihi.pack
_unpack_ihi = _ihi.unpack_from


class ElectLeadersRequest(Message):
    """The partitions and the kind of election."""

    __slots__ = (
        "election_type",
        "topic_partitions",
        "timeout_ms",
    )

    API_KEY = 43
    VERSIONS = range(0, 3)
    FLEXIBLE_FROM = 2

    election_type: int
    """0 elects the preferred leader, 1 any live replica (records may be lost). (versions 1+)"""

    topic_partitions: list[TopicPartitions] | None
    """The partitions to elect leaders for, by topic; null means all. (may be None)"""

    timeout_ms: int
    """Milliseconds to wait for the work to be done; the work goes on when they have passed."""

    def __init__(
        self,
        *,
        election_type: int = 0,
        topic_partitions: Iterable[TopicPartitions] | None = (),
        timeout_ms: int = 60000,
    ) -> None:
        self.election_type = election_type
        self.topic_partitions = None if topic_partitions is None else list(topic_partitions)
        self.timeout_ms = timeout_ms


class TopicPartitions(Struct):
    """The partitions to elect leaders for, by topic; null means all."""

    __slots__ = (
        "topic",
        "partitions",
    )

    topic: str
    """The topic's name."""

    partitions: list[int]
    """Numbers of the partitions."""

    def __init__(self, *, topic: str = "", partitions: Iterable[int] = ()) -> None:
        self.topic = topic
        self.partitions = list(partitions)


class ElectLeadersResponse(Message):
    """Outcomes by partition."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "replica_election_results",
    )

    API_KEY = 43
    VERSIONS = range(0, 3)
    FLEXIBLE_FROM = 2

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success. (versions 1+)"""

    replica_election_results: list[ReplicaElectionResult]
    """Outcomes by topic; empty when everything was as wanted already."""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        replica_election_results: Iterable[ReplicaElectionResult] = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.replica_election_results = list(replica_election_results)


class ReplicaElectionResult(Struct):
    """Outcomes by topic; empty when everything was as wanted already."""

    __slots__ = (
        "topic",
        "partition_result",
    )

    topic: str
    """The topic's name."""

    partition_result: list[PartitionResult]
    """Outcomes by partition."""

    def __init__(
        self, *, topic: str = "", partition_result: Iterable[PartitionResult] = ()
    ) -> None:
        self.topic = topic
        self.partition_result = list(partition_result)


class PartitionResult(Struct):
    """Outcomes by partition."""

    __slots__ = (
        "partition_id",
        "error_code",
        "error_message",
    )

    partition_id: int
    """The partition's number."""

    error_code: int
    """Outcome for this partition; 0 is success."""

    error_message: str | None
    """Text that explains the outcome; null when there is nothing to say. (may be None)"""

    def __init__(
        self, *, partition_id: int = 0, error_code: int = 0, error_message: str | None = ""
    ) -> None:
        self.partition_id = partition_id
        self.error_code = error_code
        self.error_message = error_message


def _write_elect_leaders_request_v0(message: ElectLeadersRequest, parts: list[Buffer]) -> None:
    if message.election_type != 0:
        raise field_unsupported("ElectLeadersRequest.election_type", "0")
    count = -1 if message.topic_partitions is None else len(message.topic_partitions)
    parts.append(_pack_i(count))
    if message.topic_partitions:
        for topic_partitions in message.topic_partitions:
            _write_topic_partitions_v0_v1(topic_partitions, parts)
    parts.append(_pack_i(message.timeout_ms))


def _read_elect_leaders_request_v0(data: bytes, offset: int) -> tuple[ElectLeadersRequest, int]:
    message = _new(ElectLeadersRequest)
    message.election_type = 0
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        if count != -1:
            raise null_refused("ElectLeadersRequest.topic_partitions")
        message.topic_partitions = None
    else:
        if count * 6 > len(data) - offset:
            raise count_refused("ElectLeadersRequest.topic_partitions", count)
        topic_partitions_list: list[TopicPartitions] = []
        for _ in range(count):
            topic_partitions, offset = _read_topic_partitions_v0_v1(data, offset)
            topic_partitions_list.append(topic_partitions)
        message.topic_partitions = topic_partitions_list
    (message.timeout_ms,) = _unpack_i(data, offset)
    offset += 4
    return message, offset


def _write_elect_leaders_request_v1(message: ElectLeadersRequest, parts: list[Buffer]) -> None:
    count = -1 if message.topic_partitions is None else len(message.topic_partitions)
    parts.append(_pack_bi(message.election_type, count))
    if message.topic_partitions:
        for topic_partitions in message.topic_partitions:
            _write_topic_partitions_v0_v1(topic_partitions, parts)
    parts.append(_pack_i(message.timeout_ms))


def _read_elect_leaders_request_v1(data: bytes, offset: int) -> tuple[ElectLeadersRequest, int]:
    message = _new(ElectLeadersRequest)
    message.election_type, count = _unpack_bi(data, offset)
    offset += 5
    if count < 0:
        if count != -1:
            raise null_refused("ElectLeadersRequest.topic_partitions")
        message.topic_partitions = None
    else:
        if count * 6 > len(data) - offset:
            raise count_refused("ElectLeadersRequest.topic_partitions", count)
        topic_partitions_list: list[TopicPartitions] = []
        for _ in range(count):
            topic_partitions, offset = _read_topic_partitions_v0_v1(data, offset)
            topic_partitions_list.append(topic_partitions)
        message.topic_partitions = topic_partitions_list
    (message.timeout_ms,) = _unpack_i(data, offset)
    offset += 4
    return message, offset


def _write_elect_leaders_request_v2(message: ElectLeadersRequest, parts: list[Buffer]) -> None:
    count = 0 if message.topic_partitions is None else len(message.topic_partitions) + 1
    parts.append(
        _pack_bB(message.election_type, count)
        if count < 128
        else _pack_b(message.election_type) + uvarint(count)
    )
    if message.topic_partitions:
        for topic_partitions in message.topic_partitions:
            _write_topic_partitions_v2(topic_partitions, parts)
    parts.append(_pack_i0(message.timeout_ms))


def _read_elect_leaders_request_v2(data: bytes, offset: int) -> tuple[ElectLeadersRequest, int]:
    message = _new(ElectLeadersRequest)
    message.election_type, count = _unpack_bB(data, offset)
    offset += 2
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        message.topic_partitions = None
    else:
        count -= 1
        if count * 3 > len(data) - offset:
            raise count_refused("ElectLeadersRequest.topic_partitions", count)
        topic_partitions_list: list[TopicPartitions] = []
        for _ in range(count):
            topic_partitions, offset = _read_topic_partitions_v2(data, offset)
            topic_partitions_list.append(topic_partitions)
        message.topic_partitions = topic_partitions_list
    message.timeout_ms, count = _unpack_iB(data, offset)
    offset += 5
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_topic_partitions_v0_v1(message: TopicPartitions, parts: list[Buffer]) -> None:
    text: Buffer = message.topic.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    parts.append(pack_int32s(message.partitions))


def _read_topic_partitions_v0_v1(data: bytes, offset: int) -> tuple[TopicPartitions, int]:
    message = _new(TopicPartitions)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("TopicPartitions.topic")
    end = offset + length
    message.topic = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("TopicPartitions.partitions")
    if count * 4 > len(data) - offset:
        raise count_refused("TopicPartitions.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    return message, offset


def _write_topic_partitions_v2(message: TopicPartitions, parts: list[Buffer]) -> None:
    text: Buffer = message.topic.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partitions) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    parts.append(pack_int32s(message.partitions))
    parts.append(b"\x00")


def _read_topic_partitions_v2(data: bytes, offset: int) -> tuple[TopicPartitions, int]:
    message = _new(TopicPartitions)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("TopicPartitions.topic")
    end = offset + length - 1
    message.topic = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("TopicPartitions.partitions")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("TopicPartitions.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_elect_leaders_response_v0(message: ElectLeadersResponse, parts: list[Buffer]) -> None:
    if message.error_code != 0:
        raise field_unsupported("ElectLeadersResponse.error_code", "0")
    count = len(message.replica_election_results)
    parts.append(_pack_ii(message.throttle_time_ms, count))
    for replica_election_result in message.replica_election_results:
        _write_replica_election_result_v0_v1(replica_election_result, parts)


def _read_elect_leaders_response_v0(data: bytes, offset: int) -> tuple[ElectLeadersResponse, int]:
    message = _new(ElectLeadersResponse)
    message.error_code = 0
    message.throttle_time_ms, count = _unpack_ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("ElectLeadersResponse.replica_election_results")
    if count * 6 > len(data) - offset:
        raise count_refused("ElectLeadersResponse.replica_election_results", count)
    replica_election_results: list[ReplicaElectionResult] = []
    for _ in range(count):
        replica_election_result, offset = _read_replica_election_result_v0_v1(data, offset)
        replica_election_results.append(replica_election_result)
    message.replica_election_results = replica_election_results
    return message, offset


def _write_elect_leaders_response_v1(message: ElectLeadersResponse, parts: list[Buffer]) -> None:
    count = len(message.replica_election_results)
    parts.append(_pack_ihi(message.throttle_time_ms, message.error_code, count))
    for replica_election_result in message.replica_election_results:
        _write_replica_election_result_v0_v1(replica_election_result, parts)


def _read_elect_leaders_response_v1(data: bytes, offset: int) -> tuple[ElectLeadersResponse, int]:
    message = _new(ElectLeadersResponse)
    message.throttle_time_ms, message.error_code, count = _unpack_ihi(data, offset)
    offset += 10
    if count < 0:
        raise null_refused("ElectLeadersResponse.replica_election_results")
    if count * 6 > len(data) - offset:
        raise count_refused("ElectLeadersResponse.replica_election_results", count)
    replica_election_results: list[ReplicaElectionResult] = []
    for _ in range(count):
        replica_election_result, offset = _read_replica_election_result_v0_v1(data, offset)
        replica_election_results.append(replica_election_result)
    message.replica_election_results = replica_election_results
    return message, offset


def _write_elect_leaders_response_v2(message: ElectLeadersResponse, parts: list[Buffer]) -> None:
    count = len(message.replica_election_results) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, count)
        if count < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(count)
    )
    for replica_election_result in message.replica_election_results:
        _write_replica_election_result_v2(replica_election_result, parts)
    parts.append(b"\x00")


def _read_elect_leaders_response_v2(data: bytes, offset: int) -> tuple[ElectLeadersResponse, int]:
    message = _new(ElectLeadersResponse)
    message.throttle_time_ms, message.error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ElectLeadersResponse.replica_election_results")
    count -= 1
    if count * 3 > len(data) - offset:
        raise count_refused("ElectLeadersResponse.replica_election_results", count)
    replica_election_results: list[ReplicaElectionResult] = []
    for _ in range(count):
        replica_election_result, offset = _read_replica_election_result_v2(data, offset)
        replica_election_results.append(replica_election_result)
    message.replica_election_results = replica_election_results
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_replica_election_result_v0_v1(
    message: ReplicaElectionResult, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partition_result)
    parts.append(_pack_i(count))
    for partition_result in message.partition_result:
        _write_partition_result_v0_v1(partition_result, parts)


def _read_replica_election_result_v0_v1(
    data: bytes, offset: int
) -> tuple[ReplicaElectionResult, int]:
    message = _new(ReplicaElectionResult)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ReplicaElectionResult.topic")
    end = offset + length
    message.topic = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("ReplicaElectionResult.partition_result")
    if count * 8 > len(data) - offset:
        raise count_refused("ReplicaElectionResult.partition_result", count)
    partition_result_list: list[PartitionResult] = []
    for _ in range(count):
        partition_result, offset = _read_partition_result_v0_v1(data, offset)
        partition_result_list.append(partition_result)
    message.partition_result = partition_result_list
    return message, offset


def _write_replica_election_result_v2(message: ReplicaElectionResult, parts: list[Buffer]) -> None:
    text: Buffer = message.topic.encode()
    length = len(text) + 1
    parts.append(SHORT_UVARINTS[length] if length < 128 else uvarint(length))
    parts.append(text)
    count = len(message.partition_result) + 1
    parts.append(SHORT_UVARINTS[count] if count < 128 else uvarint(count))
    for partition_result in message.partition_result:
        _write_partition_result_v2(partition_result, parts)
    parts.append(b"\x00")


def _read_replica_election_result_v2(data: bytes, offset: int) -> tuple[ReplicaElectionResult, int]:
    message = _new(ReplicaElectionResult)
    length = data[offset]
    offset += 1
    if length > 127:
        length, offset = read_long_uvarint(data, offset, length)
    if length == 0:
        raise null_refused("ReplicaElectionResult.topic")
    end = offset + length - 1
    message.topic = data[offset:end].decode()
    offset = end
    count = data[offset]
    offset += 1
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("ReplicaElectionResult.partition_result")
    count -= 1
    if count * 8 > len(data) - offset:
        raise count_refused("ReplicaElectionResult.partition_result", count)
    partition_result_list: list[PartitionResult] = []
    for _ in range(count):
        partition_result, offset = _read_partition_result_v2(data, offset)
        partition_result_list.append(partition_result)
    message.partition_result = partition_result_list
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_partition_result_v0_v1(message: PartitionResult, parts: list[Buffer]) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = -1
    else:
        text = message.error_message.encode()
        length = len(text)
    parts.append(_pack_ihh(message.partition_id, message.error_code, length))
    parts.append(text)


def _read_partition_result_v0_v1(data: bytes, offset: int) -> tuple[PartitionResult, int]:
    message = _new(PartitionResult)
    message.partition_id, message.error_code, length = _unpack_ihh(data, offset)
    offset += 8
    if length < 0:
        if length != -1:
            raise null_refused("PartitionResult.error_message")
        message.error_message = None
    else:
        end = offset + length
        message.error_message = data[offset:end].decode()
        offset = end
    return message, offset


def _write_partition_result_v2(message: PartitionResult, parts: list[Buffer]) -> None:
    if message.error_message is None:
        text: Buffer = b""
        length = 0
    else:
        text = message.error_message.encode()
        length = len(text) + 1
    parts.append(
        _pack_ihB(message.partition_id, message.error_code, length)
        if length < 128
        else _pack_ih(message.partition_id, message.error_code) + uvarint(length)
    )
    parts.append(text)
    parts.append(b"\x00")


def _read_partition_result_v2(data: bytes, offset: int) -> tuple[PartitionResult, int]:
    message = _new(PartitionResult)
    message.partition_id, message.error_code, length = _unpack_ihB(data, offset)
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


ElectLeadersRequest.WRITERS = {
    0: _write_elect_leaders_request_v0,
    1: _write_elect_leaders_request_v1,
    2: _write_elect_leaders_request_v2,
}
ElectLeadersRequest.READERS = {
    0: _read_elect_leaders_request_v0,
    1: _read_elect_leaders_request_v1,
    2: _read_elect_leaders_request_v2,
}
ElectLeadersResponse.WRITERS = {
    0: _write_elect_leaders_response_v0,
    1: _write_elect_leaders_response_v1,
    2: _write_elect_leaders_response_v2,
}
ElectLeadersResponse.READERS = {
    0: _read_elect_leaders_response_v0,
    1: _read_elect_leaders_response_v1,
    2: _read_elect_leaders_response_v2,
}
