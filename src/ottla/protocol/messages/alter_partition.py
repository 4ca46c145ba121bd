# SPDX-License-Identifier: Apache-2.0
"""AlterPartition (key 56).

Tells the controller which replicas are in sync. From a partition's leader.

Errors: NOT_CONTROLLER, STALE_BROKER_EPOCH, FENCED_LEADER_EPOCH, INVALID_UPDATE_VERSION,
INELIGIBLE_REPLICA, NEW_LEADER_ELECTED, INVALID_REQUEST, UNKNOWN_TOPIC_ID,
UNKNOWN_TOPIC_OR_PARTITION, CLUSTER_AUTHORIZATION_FAILED.

Generated from `definitions/alter_partition.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import (
    ZERO_UUID,
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
_u = Format(">16s")
_pack_u = _u.pack
_ih = Format(">ih")
_pack_ih = _ih.pack
_ii = Format(">ii")
_pack_ii = _ii.pack
_iq = Format(">iq")
_pack_iq = _iq.pack
_uB = Format(">16sB")
_pack_uB = _uB.pack
_unpack_uB = _uB.unpack_from
_bi0 = Format(">bix")
_pack_bi0 = _bi0.pack
_biB = Format(">biB")
_unpack_biB = _biB.unpack_from
_ihB = Format(">ihB")
_pack_ihB = _ihB.pack
_unpack_ihB = _ihB.unpack_from
_iiB = Format(">iiB")
_pack_iiB = _iiB.pack
_unpack_iiB = _iiB.unpack_from
_iq0 = Format(">iqx")
_pack_iq0 = _iq0.pack
_iqB = Format(">iqB")
_pack_iqB = _iqB.pack
_unpack_iqB = _iqB.unpack_from
_ihii = Format(">ihii")
_pack_ihii = _ihii.pack
_ihiiB = Format(">ihiiB")
_pack_ihiiB = _ihiiB.pack
_unpack_ihiiB = _ihiiB.unpack_from


class AlterPartitionRequest(Message):
    """The in-sync sets that the leader proposes."""

    __slots__ = (
        "broker_id",
        "broker_epoch",
        "topics",
    )

    API_KEY = 56
    VERSIONS = range(2, 4)
    FLEXIBLE_FROM = 0

    broker_id: int
    """The leader that makes the change."""

    broker_epoch: int
    """The epoch of the broker's registration; an earlier incarnation is fenced by it."""

    topics: list[AlterPartitionRequestTopicData]
    """The partitions to change, by topic."""

    def __init__(
        self,
        *,
        broker_id: int = 0,
        broker_epoch: int = -1,
        topics: Iterable[AlterPartitionRequestTopicData] = (),
    ) -> None:
        self.broker_id = broker_id
        self.broker_epoch = broker_epoch
        self.topics = list(topics)


class AlterPartitionRequestTopicData(Struct):
    """The partitions to change, by topic."""

    __slots__ = (
        "topic_id",
        "partitions",
    )

    topic_id: bytes
    """The topic's identifier."""

    partitions: list[AlterPartitionRequestPartitionData]
    """The partitions to change."""

    def __init__(
        self,
        *,
        topic_id: bytes = ZERO_UUID,
        partitions: Iterable[AlterPartitionRequestPartitionData] = (),
    ) -> None:
        self.topic_id = topic_id
        self.partitions = list(partitions)


class AlterPartitionRequestPartitionData(Struct):
    """The partitions to change."""

    __slots__ = (
        "partition_index",
        "leader_epoch",
        "new_isr",
        "new_isr_with_epochs",
        "leader_recovery_state",
        "partition_epoch",
    )

    partition_index: int
    """The partition's number."""

    leader_epoch: int
    """The leader epoch in which the leader makes this change."""

    new_isr: list[int]
    """The in-sync replicas that the leader proposes. (versions 2)"""

    new_isr_with_epochs: list[BrokerState]
    """The in-sync replicas that the leader proposes, with the epochs of their registrations.
    (versions 3+)
    """

    leader_recovery_state: int
    """1 while the leader recovers from an unclean election, else 0."""

    partition_epoch: int
    """The partition's epoch, raised by every change of its state."""

    def __init__(
        self,
        *,
        partition_index: int = 0,
        leader_epoch: int = 0,
        new_isr: Iterable[int] = (),
        new_isr_with_epochs: Iterable[BrokerState] = (),
        leader_recovery_state: int = 0,
        partition_epoch: int = 0,
    ) -> None:
        self.partition_index = partition_index
        self.leader_epoch = leader_epoch
        self.new_isr = list(new_isr)
        self.new_isr_with_epochs = list(new_isr_with_epochs)
        self.leader_recovery_state = leader_recovery_state
        self.partition_epoch = partition_epoch


class BrokerState(Struct):
    """The in-sync replicas that the leader proposes, with the epochs of their registrations."""

    __slots__ = (
        "broker_id",
        "broker_epoch",
    )

    broker_id: int
    """A broker of the new in-sync set."""

    broker_epoch: int
    """The epoch of that broker's registration as the leader knows it; -1 when unknown."""

    def __init__(self, *, broker_id: int = 0, broker_epoch: int = -1) -> None:
        self.broker_id = broker_id
        self.broker_epoch = broker_epoch


class AlterPartitionResponse(Message):
    """The partitions' state as the controller has it now."""

    __slots__ = (
        "throttle_time_ms",
        "error_code",
        "topics",
    )

    API_KEY = 56
    VERSIONS = range(2, 4)
    FLEXIBLE_FROM = 0

    throttle_time_ms: int
    """Milliseconds for which the broker holds the connection back because of a quota; 0 is none.
    """

    error_code: int
    """Outcome of the whole request; 0 is success."""

    topics: list[AlterPartitionResponseTopicData]
    """Outcomes by topic."""

    def __init__(
        self,
        *,
        throttle_time_ms: int = 0,
        error_code: int = 0,
        topics: Iterable[AlterPartitionResponseTopicData] = (),
    ) -> None:
        self.throttle_time_ms = throttle_time_ms
        self.error_code = error_code
        self.topics = list(topics)


class AlterPartitionResponseTopicData(Struct):
    """Outcomes by topic."""

    __slots__ = (
        "topic_id",
        "partitions",
    )

    topic_id: bytes
    """The topic's identifier."""

    partitions: list[AlterPartitionResponsePartitionData]
    """Outcomes by partition."""

    def __init__(
        self,
        *,
        topic_id: bytes = ZERO_UUID,
        partitions: Iterable[AlterPartitionResponsePartitionData] = (),
    ) -> None:
        self.topic_id = topic_id
        self.partitions = list(partitions)


class AlterPartitionResponsePartitionData(Struct):
    """Outcomes by partition."""

    __slots__ = (
        "partition_index",
        "error_code",
        "leader_id",
        "leader_epoch",
        "isr",
        "leader_recovery_state",
        "partition_epoch",
    )

    partition_index: int
    """The partition's number."""

    error_code: int
    """Outcome for this partition; 0 is success."""

    leader_id: int
    """The broker that leads the partition; -1 when there is none."""

    leader_epoch: int
    """The partition's leader epoch."""

    isr: list[int]
    """The in-sync replicas."""

    leader_recovery_state: int
    """1 while the leader recovers from an unclean election, else 0."""

    partition_epoch: int
    """The partition's epoch, raised by every change of its state."""

    def __init__(
        self,
        *,
        partition_index: int = 0,
        error_code: int = 0,
        leader_id: int = 0,
        leader_epoch: int = 0,
        isr: Iterable[int] = (),
        leader_recovery_state: int = 0,
        partition_epoch: int = 0,
    ) -> None:
        self.partition_index = partition_index
        self.error_code = error_code
        self.leader_id = leader_id
        self.leader_epoch = leader_epoch
        self.isr = list(isr)
        self.leader_recovery_state = leader_recovery_state
        self.partition_epoch = partition_epoch


def _write_alter_partition_request_v2(message: AlterPartitionRequest, parts: list[Buffer]) -> None:
    count = len(message.topics) + 1
    parts.append(
        _pack_iqB(message.broker_id, message.broker_epoch, count)
        if count < 128
        else _pack_iq(message.broker_id, message.broker_epoch) + uvarint(count)
    )
    for alter_partition_request_topic_data in message.topics:
        _write_alter_partition_request_topic_data_v2(alter_partition_request_topic_data, parts)
    parts.append(b"\x00")


def _read_alter_partition_request_v2(data: bytes, offset: int) -> tuple[AlterPartitionRequest, int]:
    message = _new(AlterPartitionRequest)
    message.broker_id, message.broker_epoch, count = _unpack_iqB(data, offset)
    offset += 13
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterPartitionRequest.topics")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("AlterPartitionRequest.topics", count)
    topics: list[AlterPartitionRequestTopicData] = []
    for _ in range(count):
        alter_partition_request_topic_data, offset = _read_alter_partition_request_topic_data_v2(
            data, offset
        )
        topics.append(alter_partition_request_topic_data)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_partition_request_v3(message: AlterPartitionRequest, parts: list[Buffer]) -> None:
    count = len(message.topics) + 1
    parts.append(
        _pack_iqB(message.broker_id, message.broker_epoch, count)
        if count < 128
        else _pack_iq(message.broker_id, message.broker_epoch) + uvarint(count)
    )
    for alter_partition_request_topic_data in message.topics:
        _write_alter_partition_request_topic_data_v3(alter_partition_request_topic_data, parts)
    parts.append(b"\x00")


def _read_alter_partition_request_v3(data: bytes, offset: int) -> tuple[AlterPartitionRequest, int]:
    message = _new(AlterPartitionRequest)
    message.broker_id, message.broker_epoch, count = _unpack_iqB(data, offset)
    offset += 13
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterPartitionRequest.topics")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("AlterPartitionRequest.topics", count)
    topics: list[AlterPartitionRequestTopicData] = []
    for _ in range(count):
        alter_partition_request_topic_data, offset = _read_alter_partition_request_topic_data_v3(
            data, offset
        )
        topics.append(alter_partition_request_topic_data)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_partition_request_topic_data_v2(
    message: AlterPartitionRequestTopicData, parts: list[Buffer]
) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for alter_partition_request_partition_data in message.partitions:
        _write_alter_partition_request_partition_data_v2(
            alter_partition_request_partition_data, parts
        )
    parts.append(b"\x00")


def _read_alter_partition_request_topic_data_v2(
    data: bytes, offset: int
) -> tuple[AlterPartitionRequestTopicData, int]:
    message = _new(AlterPartitionRequestTopicData)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterPartitionRequestTopicData.partitions")
    count -= 1
    if count * 15 > len(data) - offset:
        raise count_refused("AlterPartitionRequestTopicData.partitions", count)
    partitions: list[AlterPartitionRequestPartitionData] = []
    for _ in range(count):
        alter_partition_request_partition_data, offset = (
            _read_alter_partition_request_partition_data_v2(data, offset)
        )
        partitions.append(alter_partition_request_partition_data)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_partition_request_topic_data_v3(
    message: AlterPartitionRequestTopicData, parts: list[Buffer]
) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for alter_partition_request_partition_data in message.partitions:
        _write_alter_partition_request_partition_data_v3(
            alter_partition_request_partition_data, parts
        )
    parts.append(b"\x00")


def _read_alter_partition_request_topic_data_v3(
    data: bytes, offset: int
) -> tuple[AlterPartitionRequestTopicData, int]:
    message = _new(AlterPartitionRequestTopicData)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterPartitionRequestTopicData.partitions")
    count -= 1
    if count * 15 > len(data) - offset:
        raise count_refused("AlterPartitionRequestTopicData.partitions", count)
    partitions: list[AlterPartitionRequestPartitionData] = []
    for _ in range(count):
        alter_partition_request_partition_data, offset = (
            _read_alter_partition_request_partition_data_v3(data, offset)
        )
        partitions.append(alter_partition_request_partition_data)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_partition_request_partition_data_v2(
    message: AlterPartitionRequestPartitionData, parts: list[Buffer]
) -> None:
    if message.new_isr_with_epochs:
        raise field_unsupported("AlterPartitionRequestPartitionData.new_isr_with_epochs", "2")
    count = len(message.new_isr) + 1
    parts.append(
        _pack_iiB(message.partition_index, message.leader_epoch, count)
        if count < 128
        else _pack_ii(message.partition_index, message.leader_epoch) + uvarint(count)
    )
    parts.append(pack_int32s(message.new_isr))
    parts.append(_pack_bi0(message.leader_recovery_state, message.partition_epoch))


def _read_alter_partition_request_partition_data_v2(
    data: bytes, offset: int
) -> tuple[AlterPartitionRequestPartitionData, int]:
    message = _new(AlterPartitionRequestPartitionData)
    message.new_isr_with_epochs = []
    message.partition_index, message.leader_epoch, count = _unpack_iiB(data, offset)
    offset += 9
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterPartitionRequestPartitionData.new_isr")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("AlterPartitionRequestPartitionData.new_isr", count)
    message.new_isr = unpack_int32s(data, offset, count)
    offset += count * 4
    message.leader_recovery_state, message.partition_epoch, count = _unpack_biB(data, offset)
    offset += 6
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_partition_request_partition_data_v3(
    message: AlterPartitionRequestPartitionData, parts: list[Buffer]
) -> None:
    if message.new_isr:
        raise field_unsupported("AlterPartitionRequestPartitionData.new_isr", "3")
    count = len(message.new_isr_with_epochs) + 1
    parts.append(
        _pack_iiB(message.partition_index, message.leader_epoch, count)
        if count < 128
        else _pack_ii(message.partition_index, message.leader_epoch) + uvarint(count)
    )
    for broker_state in message.new_isr_with_epochs:
        _write_broker_state_v3(broker_state, parts)
    parts.append(_pack_bi0(message.leader_recovery_state, message.partition_epoch))


def _read_alter_partition_request_partition_data_v3(
    data: bytes, offset: int
) -> tuple[AlterPartitionRequestPartitionData, int]:
    message = _new(AlterPartitionRequestPartitionData)
    message.new_isr = []
    message.partition_index, message.leader_epoch, count = _unpack_iiB(data, offset)
    offset += 9
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterPartitionRequestPartitionData.new_isr_with_epochs")
    count -= 1
    if count * 13 > len(data) - offset:
        raise count_refused("AlterPartitionRequestPartitionData.new_isr_with_epochs", count)
    new_isr_with_epochs: list[BrokerState] = []
    for _ in range(count):
        broker_state, offset = _read_broker_state_v3(data, offset)
        new_isr_with_epochs.append(broker_state)
    message.new_isr_with_epochs = new_isr_with_epochs
    message.leader_recovery_state, message.partition_epoch, count = _unpack_biB(data, offset)
    offset += 6
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_broker_state_v3(message: BrokerState, parts: list[Buffer]) -> None:
    parts.append(_pack_iq0(message.broker_id, message.broker_epoch))


def _read_broker_state_v3(data: bytes, offset: int) -> tuple[BrokerState, int]:
    message = _new(BrokerState)
    message.broker_id, message.broker_epoch, count = _unpack_iqB(data, offset)
    offset += 13
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_partition_response_v2_v3(
    message: AlterPartitionResponse, parts: list[Buffer]
) -> None:
    count = len(message.topics) + 1
    parts.append(
        _pack_ihB(message.throttle_time_ms, message.error_code, count)
        if count < 128
        else _pack_ih(message.throttle_time_ms, message.error_code) + uvarint(count)
    )
    for alter_partition_response_topic_data in message.topics:
        _write_alter_partition_response_topic_data_v2_v3(alter_partition_response_topic_data, parts)
    parts.append(b"\x00")


def _read_alter_partition_response_v2_v3(
    data: bytes, offset: int
) -> tuple[AlterPartitionResponse, int]:
    message = _new(AlterPartitionResponse)
    message.throttle_time_ms, message.error_code, count = _unpack_ihB(data, offset)
    offset += 7
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterPartitionResponse.topics")
    count -= 1
    if count * 18 > len(data) - offset:
        raise count_refused("AlterPartitionResponse.topics", count)
    topics: list[AlterPartitionResponseTopicData] = []
    for _ in range(count):
        alter_partition_response_topic_data, offset = (
            _read_alter_partition_response_topic_data_v2_v3(data, offset)
        )
        topics.append(alter_partition_response_topic_data)
    message.topics = topics
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_partition_response_topic_data_v2_v3(
    message: AlterPartitionResponseTopicData, parts: list[Buffer]
) -> None:
    assert len(message.topic_id) == 16
    count = len(message.partitions) + 1
    parts.append(
        _pack_uB(message.topic_id, count)
        if count < 128
        else _pack_u(message.topic_id) + uvarint(count)
    )
    for alter_partition_response_partition_data in message.partitions:
        _write_alter_partition_response_partition_data_v2_v3(
            alter_partition_response_partition_data, parts
        )
    parts.append(b"\x00")


def _read_alter_partition_response_topic_data_v2_v3(
    data: bytes, offset: int
) -> tuple[AlterPartitionResponseTopicData, int]:
    message = _new(AlterPartitionResponseTopicData)
    message.topic_id, count = _unpack_uB(data, offset)
    offset += 17
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterPartitionResponseTopicData.partitions")
    count -= 1
    if count * 21 > len(data) - offset:
        raise count_refused("AlterPartitionResponseTopicData.partitions", count)
    partitions: list[AlterPartitionResponsePartitionData] = []
    for _ in range(count):
        alter_partition_response_partition_data, offset = (
            _read_alter_partition_response_partition_data_v2_v3(data, offset)
        )
        partitions.append(alter_partition_response_partition_data)
    message.partitions = partitions
    count = data[offset]
    offset += 1
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


def _write_alter_partition_response_partition_data_v2_v3(
    message: AlterPartitionResponsePartitionData, parts: list[Buffer]
) -> None:
    count = len(message.isr) + 1
    parts.append(
        _pack_ihiiB(
            message.partition_index,
            message.error_code,
            message.leader_id,
            message.leader_epoch,
            count,
        )
        if count < 128
        else _pack_ihii(
            message.partition_index, message.error_code, message.leader_id, message.leader_epoch
        )
        + uvarint(count)
    )
    parts.append(pack_int32s(message.isr))
    parts.append(_pack_bi0(message.leader_recovery_state, message.partition_epoch))


def _read_alter_partition_response_partition_data_v2_v3(
    data: bytes, offset: int
) -> tuple[AlterPartitionResponsePartitionData, int]:
    message = _new(AlterPartitionResponsePartitionData)
    message.partition_index, message.error_code, message.leader_id, message.leader_epoch, count = (
        _unpack_ihiiB(data, offset)
    )
    offset += 15
    if count > 127:
        count, offset = read_long_uvarint(data, offset, count)
    if count == 0:
        raise null_refused("AlterPartitionResponsePartitionData.isr")
    count -= 1
    if count * 4 > len(data) - offset:
        raise count_refused("AlterPartitionResponsePartitionData.isr", count)
    message.isr = unpack_int32s(data, offset, count)
    offset += count * 4
    message.leader_recovery_state, message.partition_epoch, count = _unpack_biB(data, offset)
    offset += 6
    if count:
        offset = skip_tagged_fields(data, offset, count)
    return message, offset


AlterPartitionRequest.WRITERS = {
    2: _write_alter_partition_request_v2,
    3: _write_alter_partition_request_v3,
}
AlterPartitionRequest.READERS = {
    2: _read_alter_partition_request_v2,
    3: _read_alter_partition_request_v3,
}
AlterPartitionResponse.WRITERS = {
    2: _write_alter_partition_response_v2_v3,
    3: _write_alter_partition_response_v2_v3,
}
AlterPartitionResponse.READERS = {
    2: _read_alter_partition_response_v2_v3,
    3: _read_alter_partition_response_v2_v3,
}
