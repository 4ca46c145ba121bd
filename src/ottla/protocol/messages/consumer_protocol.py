# SPDX-License-Identifier: Apache-2.0
"""What classic consumers tell each other.

Carried as opaque bytes by JoinGroup and SyncGroup: its version (int16) and its body. Made and
read by the members; the coordinator reads the subscribed topics.

Generated from `definitions/consumer_protocol.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import count_refused, null_refused, pack_int32s, unpack_int32s

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
_ih = Format(">ih")
_pack_ih = _ih.pack
_unpack_ih = _ih.unpack_from


class ConsumerProtocolSubscription(Message):
    """What a consumer subscribes to; the metadata in JoinGroup."""

    __slots__ = (
        "topics",
        "user_data",
        "owned_partitions",
        "generation_id",
        "rack_id",
    )

    API_KEY = -1
    VERSIONS = range(0, 4)
    FLEXIBLE_FROM = None

    topics: list[str]
    """Names of the topics that the member subscribes to."""

    user_data: bytes | None
    """Bytes of the assignor's own; may be null. (may be None)"""

    owned_partitions: list[ConsumerProtocolSubscriptionTopicPartition]
    """The partitions that the member owns, by topic, for assignors that move as little as
    possible. (versions 1+)
    """

    generation_id: int
    """The generation in which the member owned its partitions; -1 when unknown. (versions 2+)
    """

    rack_id: str | None
    """The rack that the member runs in; null when it did not say. (versions 3+; may be None)"""

    def __init__(
        self,
        *,
        topics: Iterable[str] = (),
        user_data: bytes | None = None,
        owned_partitions: Iterable[ConsumerProtocolSubscriptionTopicPartition] = (),
        generation_id: int = -1,
        rack_id: str | None = None,
    ) -> None:
        self.topics = list(topics)
        self.user_data = user_data
        self.owned_partitions = list(owned_partitions)
        self.generation_id = generation_id
        self.rack_id = rack_id


class ConsumerProtocolSubscriptionTopicPartition(Struct):
    """The partitions that the member owns, by topic, for assignors that move as little as
    possible.
    """

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


class ConsumerProtocolAssignment(Message):
    """What a consumer shall read; the assignment in SyncGroup."""

    __slots__ = (
        "assigned_partitions",
        "user_data",
    )

    API_KEY = -1
    VERSIONS = range(0, 4)
    FLEXIBLE_FROM = None

    assigned_partitions: list[ConsumerProtocolAssignmentTopicPartition]
    """The partitions that the member shall read, by topic."""

    user_data: bytes | None
    """Bytes of the assignor's own; may be null. (may be None)"""

    def __init__(
        self,
        *,
        assigned_partitions: Iterable[ConsumerProtocolAssignmentTopicPartition] = (),
        user_data: bytes | None = None,
    ) -> None:
        self.assigned_partitions = list(assigned_partitions)
        self.user_data = user_data


class ConsumerProtocolAssignmentTopicPartition(Struct):
    """The partitions that the member shall read, by topic."""

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


def _write_consumer_protocol_subscription_v0(
    message: ConsumerProtocolSubscription, parts: list[Buffer]
) -> None:
    count = len(message.topics)
    parts.append(_pack_i(count))
    for string in message.topics:
        text: Buffer = string.encode()
        length = len(text)
        parts.append(_pack_h(length))
        parts.append(text)
    if message.user_data is None:
        payload: Buffer = b""
        length = -1
    else:
        payload = message.user_data
        length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)


def _read_consumer_protocol_subscription_v0(
    data: bytes, offset: int
) -> tuple[ConsumerProtocolSubscription, int]:
    message = _new(ConsumerProtocolSubscription)
    message.owned_partitions = []
    message.generation_id = -1
    message.rack_id = None
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("ConsumerProtocolSubscription.topics")
    if count * 2 > len(data) - offset:
        raise count_refused("ConsumerProtocolSubscription.topics", count)
    topics: list[str] = []
    for _ in range(count):
        (length,) = _unpack_h(data, offset)
        offset += 2
        if length < 0:
            raise null_refused("ConsumerProtocolSubscription.topics")
        end = offset + length
        text = data[offset:end].decode()
        offset = end
        topics.append(text)
    message.topics = topics
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        if length != -1:
            raise null_refused("ConsumerProtocolSubscription.user_data")
        message.user_data = None
    else:
        end = offset + length
        message.user_data = data[offset:end]
        offset = end
    return message, offset


def _write_consumer_protocol_subscription_v1(
    message: ConsumerProtocolSubscription, parts: list[Buffer]
) -> None:
    count = len(message.topics)
    parts.append(_pack_i(count))
    for string in message.topics:
        text: Buffer = string.encode()
        length = len(text)
        parts.append(_pack_h(length))
        parts.append(text)
    if message.user_data is None:
        payload: Buffer = b""
        length = -1
    else:
        payload = message.user_data
        length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)
    count = len(message.owned_partitions)
    parts.append(_pack_i(count))
    for consumer_protocol_subscription_topic_partition in message.owned_partitions:
        _write_consumer_protocol_subscription_topic_partition_v1_v3(
            consumer_protocol_subscription_topic_partition, parts
        )


def _read_consumer_protocol_subscription_v1(
    data: bytes, offset: int
) -> tuple[ConsumerProtocolSubscription, int]:
    message = _new(ConsumerProtocolSubscription)
    message.generation_id = -1
    message.rack_id = None
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("ConsumerProtocolSubscription.topics")
    if count * 2 > len(data) - offset:
        raise count_refused("ConsumerProtocolSubscription.topics", count)
    topics: list[str] = []
    for _ in range(count):
        (length,) = _unpack_h(data, offset)
        offset += 2
        if length < 0:
            raise null_refused("ConsumerProtocolSubscription.topics")
        end = offset + length
        text = data[offset:end].decode()
        offset = end
        topics.append(text)
    message.topics = topics
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        if length != -1:
            raise null_refused("ConsumerProtocolSubscription.user_data")
        message.user_data = None
    else:
        end = offset + length
        message.user_data = data[offset:end]
        offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("ConsumerProtocolSubscription.owned_partitions")
    if count * 6 > len(data) - offset:
        raise count_refused("ConsumerProtocolSubscription.owned_partitions", count)
    owned_partitions: list[ConsumerProtocolSubscriptionTopicPartition] = []
    for _ in range(count):
        consumer_protocol_subscription_topic_partition, offset = (
            _read_consumer_protocol_subscription_topic_partition_v1_v3(data, offset)
        )
        owned_partitions.append(consumer_protocol_subscription_topic_partition)
    message.owned_partitions = owned_partitions
    return message, offset


def _write_consumer_protocol_subscription_v2(
    message: ConsumerProtocolSubscription, parts: list[Buffer]
) -> None:
    count = len(message.topics)
    parts.append(_pack_i(count))
    for string in message.topics:
        text: Buffer = string.encode()
        length = len(text)
        parts.append(_pack_h(length))
        parts.append(text)
    if message.user_data is None:
        payload: Buffer = b""
        length = -1
    else:
        payload = message.user_data
        length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)
    count = len(message.owned_partitions)
    parts.append(_pack_i(count))
    for consumer_protocol_subscription_topic_partition in message.owned_partitions:
        _write_consumer_protocol_subscription_topic_partition_v1_v3(
            consumer_protocol_subscription_topic_partition, parts
        )
    parts.append(_pack_i(message.generation_id))


def _read_consumer_protocol_subscription_v2(
    data: bytes, offset: int
) -> tuple[ConsumerProtocolSubscription, int]:
    message = _new(ConsumerProtocolSubscription)
    message.rack_id = None
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("ConsumerProtocolSubscription.topics")
    if count * 2 > len(data) - offset:
        raise count_refused("ConsumerProtocolSubscription.topics", count)
    topics: list[str] = []
    for _ in range(count):
        (length,) = _unpack_h(data, offset)
        offset += 2
        if length < 0:
            raise null_refused("ConsumerProtocolSubscription.topics")
        end = offset + length
        text = data[offset:end].decode()
        offset = end
        topics.append(text)
    message.topics = topics
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        if length != -1:
            raise null_refused("ConsumerProtocolSubscription.user_data")
        message.user_data = None
    else:
        end = offset + length
        message.user_data = data[offset:end]
        offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("ConsumerProtocolSubscription.owned_partitions")
    if count * 6 > len(data) - offset:
        raise count_refused("ConsumerProtocolSubscription.owned_partitions", count)
    owned_partitions: list[ConsumerProtocolSubscriptionTopicPartition] = []
    for _ in range(count):
        consumer_protocol_subscription_topic_partition, offset = (
            _read_consumer_protocol_subscription_topic_partition_v1_v3(data, offset)
        )
        owned_partitions.append(consumer_protocol_subscription_topic_partition)
    message.owned_partitions = owned_partitions
    (message.generation_id,) = _unpack_i(data, offset)
    offset += 4
    return message, offset


def _write_consumer_protocol_subscription_v3(
    message: ConsumerProtocolSubscription, parts: list[Buffer]
) -> None:
    count = len(message.topics)
    parts.append(_pack_i(count))
    for string in message.topics:
        text: Buffer = string.encode()
        length = len(text)
        parts.append(_pack_h(length))
        parts.append(text)
    if message.user_data is None:
        payload: Buffer = b""
        length = -1
    else:
        payload = message.user_data
        length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)
    count = len(message.owned_partitions)
    parts.append(_pack_i(count))
    for consumer_protocol_subscription_topic_partition in message.owned_partitions:
        _write_consumer_protocol_subscription_topic_partition_v1_v3(
            consumer_protocol_subscription_topic_partition, parts
        )
    if message.rack_id is None:
        text = b""
        length = -1
    else:
        text = message.rack_id.encode()
        length = len(text)
    parts.append(_pack_ih(message.generation_id, length))
    parts.append(text)


def _read_consumer_protocol_subscription_v3(
    data: bytes, offset: int
) -> tuple[ConsumerProtocolSubscription, int]:
    message = _new(ConsumerProtocolSubscription)
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("ConsumerProtocolSubscription.topics")
    if count * 2 > len(data) - offset:
        raise count_refused("ConsumerProtocolSubscription.topics", count)
    topics: list[str] = []
    for _ in range(count):
        (length,) = _unpack_h(data, offset)
        offset += 2
        if length < 0:
            raise null_refused("ConsumerProtocolSubscription.topics")
        end = offset + length
        text = data[offset:end].decode()
        offset = end
        topics.append(text)
    message.topics = topics
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        if length != -1:
            raise null_refused("ConsumerProtocolSubscription.user_data")
        message.user_data = None
    else:
        end = offset + length
        message.user_data = data[offset:end]
        offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("ConsumerProtocolSubscription.owned_partitions")
    if count * 6 > len(data) - offset:
        raise count_refused("ConsumerProtocolSubscription.owned_partitions", count)
    owned_partitions: list[ConsumerProtocolSubscriptionTopicPartition] = []
    for _ in range(count):
        consumer_protocol_subscription_topic_partition, offset = (
            _read_consumer_protocol_subscription_topic_partition_v1_v3(data, offset)
        )
        owned_partitions.append(consumer_protocol_subscription_topic_partition)
    message.owned_partitions = owned_partitions
    message.generation_id, length = _unpack_ih(data, offset)
    offset += 6
    if length < 0:
        if length != -1:
            raise null_refused("ConsumerProtocolSubscription.rack_id")
        message.rack_id = None
    else:
        end = offset + length
        message.rack_id = data[offset:end].decode()
        offset = end
    return message, offset


def _write_consumer_protocol_subscription_topic_partition_v1_v3(
    message: ConsumerProtocolSubscriptionTopicPartition, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    parts.append(pack_int32s(message.partitions))


def _read_consumer_protocol_subscription_topic_partition_v1_v3(
    data: bytes, offset: int
) -> tuple[ConsumerProtocolSubscriptionTopicPartition, int]:
    message = _new(ConsumerProtocolSubscriptionTopicPartition)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ConsumerProtocolSubscriptionTopicPartition.topic")
    end = offset + length
    message.topic = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("ConsumerProtocolSubscriptionTopicPartition.partitions")
    if count * 4 > len(data) - offset:
        raise count_refused("ConsumerProtocolSubscriptionTopicPartition.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    return message, offset


def _write_consumer_protocol_assignment_v0_v3(
    message: ConsumerProtocolAssignment, parts: list[Buffer]
) -> None:
    count = len(message.assigned_partitions)
    parts.append(_pack_i(count))
    for consumer_protocol_assignment_topic_partition in message.assigned_partitions:
        _write_consumer_protocol_assignment_topic_partition_v0_v3(
            consumer_protocol_assignment_topic_partition, parts
        )
    if message.user_data is None:
        payload: Buffer = b""
        length = -1
    else:
        payload = message.user_data
        length = len(payload)
    parts.append(_pack_i(length))
    parts.append(payload)


def _read_consumer_protocol_assignment_v0_v3(
    data: bytes, offset: int
) -> tuple[ConsumerProtocolAssignment, int]:
    message = _new(ConsumerProtocolAssignment)
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("ConsumerProtocolAssignment.assigned_partitions")
    if count * 6 > len(data) - offset:
        raise count_refused("ConsumerProtocolAssignment.assigned_partitions", count)
    assigned_partitions: list[ConsumerProtocolAssignmentTopicPartition] = []
    for _ in range(count):
        consumer_protocol_assignment_topic_partition, offset = (
            _read_consumer_protocol_assignment_topic_partition_v0_v3(data, offset)
        )
        assigned_partitions.append(consumer_protocol_assignment_topic_partition)
    message.assigned_partitions = assigned_partitions
    (length,) = _unpack_i(data, offset)
    offset += 4
    if length < 0:
        if length != -1:
            raise null_refused("ConsumerProtocolAssignment.user_data")
        message.user_data = None
    else:
        end = offset + length
        message.user_data = data[offset:end]
        offset = end
    return message, offset


def _write_consumer_protocol_assignment_topic_partition_v0_v3(
    message: ConsumerProtocolAssignmentTopicPartition, parts: list[Buffer]
) -> None:
    text: Buffer = message.topic.encode()
    length = len(text)
    parts.append(_pack_h(length))
    parts.append(text)
    count = len(message.partitions)
    parts.append(_pack_i(count))
    parts.append(pack_int32s(message.partitions))


def _read_consumer_protocol_assignment_topic_partition_v0_v3(
    data: bytes, offset: int
) -> tuple[ConsumerProtocolAssignmentTopicPartition, int]:
    message = _new(ConsumerProtocolAssignmentTopicPartition)
    (length,) = _unpack_h(data, offset)
    offset += 2
    if length < 0:
        raise null_refused("ConsumerProtocolAssignmentTopicPartition.topic")
    end = offset + length
    message.topic = data[offset:end].decode()
    offset = end
    (count,) = _unpack_i(data, offset)
    offset += 4
    if count < 0:
        raise null_refused("ConsumerProtocolAssignmentTopicPartition.partitions")
    if count * 4 > len(data) - offset:
        raise count_refused("ConsumerProtocolAssignmentTopicPartition.partitions", count)
    message.partitions = unpack_int32s(data, offset, count)
    offset += count * 4
    return message, offset


ConsumerProtocolSubscription.WRITERS = {
    0: _write_consumer_protocol_subscription_v0,
    1: _write_consumer_protocol_subscription_v1,
    2: _write_consumer_protocol_subscription_v2,
    3: _write_consumer_protocol_subscription_v3,
}
ConsumerProtocolSubscription.READERS = {
    0: _read_consumer_protocol_subscription_v0,
    1: _read_consumer_protocol_subscription_v1,
    2: _read_consumer_protocol_subscription_v2,
    3: _read_consumer_protocol_subscription_v3,
}
ConsumerProtocolAssignment.WRITERS = {
    0: _write_consumer_protocol_assignment_v0_v3,
    1: _write_consumer_protocol_assignment_v0_v3,
    2: _write_consumer_protocol_assignment_v0_v3,
    3: _write_consumer_protocol_assignment_v0_v3,
}
ConsumerProtocolAssignment.READERS = {
    0: _read_consumer_protocol_assignment_v0_v3,
    1: _read_consumer_protocol_assignment_v0_v3,
    2: _read_consumer_protocol_assignment_v0_v3,
    3: _read_consumer_protocol_assignment_v0_v3,
}
