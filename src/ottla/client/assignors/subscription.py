# SPDX-License-Identifier: Apache-2.0
"""What members of a classic group tell each other, and the bytes that it travels in.

Bytes: KIP-429 (owned partitions), KIP-792 (generation), and the user data of Java's
StickyAssignor, which an eager member needs because it owns nothing when it joins.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from ottla.client.topic_partition import TopicPartition, by_topic
from ottla.protocol.messages.consumer_protocol import (
    ConsumerProtocolAssignment,
    ConsumerProtocolAssignmentTopicPartition,
    ConsumerProtocolSubscription,
    ConsumerProtocolSubscriptionTopicPartition,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

_SUBSCRIPTION_VERSION: Final = 3
_ASSIGNMENT_VERSION: Final = 3
_VERSION_BYTES: Final = 2


class Subscription(NamedTuple):
    """What one member wants and has."""

    topics: tuple[str, ...]
    owned: frozenset[TopicPartition] = frozenset()
    generation_id: int = -1  # the one in which it owned them
    group_instance_id: str | None = None


def encode_subscription(subscription: Subscription, *, is_eager: bool) -> bytes:
    """Return the metadata of JoinGroup; an eager member's partitions go into the user data."""
    owned = subscription.owned
    message = ConsumerProtocolSubscription(
        topics=sorted(subscription.topics),
        user_data=_encode_user_data(owned, subscription.generation_id) if is_eager else None,
        owned_partitions=[]
        if is_eager
        else [
            ConsumerProtocolSubscriptionTopicPartition(topic=topic, partitions=partitions)
            for topic, partitions in by_topic(sorted(owned)).items()
        ],
        generation_id=subscription.generation_id,
    )
    return _SUBSCRIPTION_VERSION.to_bytes(_VERSION_BYTES) + message.encode(_SUBSCRIPTION_VERSION)


def decode_subscription(data: bytes, group_instance_id: str | None) -> Subscription:
    """Read the metadata of a member, whichever client wrote it; raises WireError."""
    version = min(int.from_bytes(data[:_VERSION_BYTES]), _SUBSCRIPTION_VERSION)
    message = ConsumerProtocolSubscription.decode(data, version, _VERSION_BYTES, may_have_rest=True)
    owned = frozenset(
        TopicPartition(topic.topic, partition)
        for topic in message.owned_partitions
        for partition in topic.partitions
    )
    generation_id = message.generation_id
    if not owned and message.user_data:
        owned, generation_id = _decode_user_data(message.user_data)
    return Subscription(tuple(message.topics), owned, generation_id, group_instance_id)


def encode_assignment(partitions: Iterable[TopicPartition]) -> bytes:
    """Return the assignment of SyncGroup."""
    message = ConsumerProtocolAssignment(
        assigned_partitions=[
            ConsumerProtocolAssignmentTopicPartition(topic=topic, partitions=numbers)
            for topic, numbers in by_topic(sorted(partitions)).items()
        ]
    )
    return _ASSIGNMENT_VERSION.to_bytes(_VERSION_BYTES) + message.encode(_ASSIGNMENT_VERSION)


def decode_assignment(data: bytes) -> frozenset[TopicPartition]:
    """Read what a member shall read; empty bytes are nothing at all. Raises WireError."""
    if not data:
        return frozenset()
    version = min(int.from_bytes(data[:_VERSION_BYTES]), _ASSIGNMENT_VERSION)
    message = ConsumerProtocolAssignment.decode(data, version, _VERSION_BYTES, may_have_rest=True)
    return frozenset(
        TopicPartition(topic.topic, partition)
        for topic in message.assigned_partitions
        for partition in topic.partitions
    )


def _encode_user_data(owned: Iterable[TopicPartition], generation_id: int) -> bytes:
    topics = by_topic(sorted(owned))
    parts = [struct.pack(">i", len(topics))]
    for topic, partitions in topics.items():
        name = topic.encode()
        parts.append(struct.pack(">h", len(name)) + name)
        parts.append(struct.pack(f">i{len(partitions)}i", len(partitions), *partitions))
    parts.append(struct.pack(">i", generation_id))
    return b"".join(parts)


def _decode_user_data(data: bytes) -> tuple[frozenset[TopicPartition], int]:
    """Read it; what is not StickyAssignor's (another assignor's own) says nothing to us."""
    owned: set[TopicPartition] = set()
    try:
        at, (topic_count,) = 4, struct.unpack_from(">i", data)
        for _ in range(topic_count):
            (size,) = struct.unpack_from(">h", data, at)
            topic = data[at + 2 : at + 2 + size].decode()
            at += 2 + size
            (count,) = struct.unpack_from(">i", data, at)
            owned |= {
                TopicPartition(topic, number)
                for number in struct.unpack_from(f">{count}i", data, at + 4)
            }
            at += 4 + 4 * count
        generation_id = struct.unpack_from(">i", data, at)[0] if at < len(data) else -1
    except (struct.error, UnicodeDecodeError, MemoryError):
        return frozenset(), -1
    return frozenset(owned), generation_id
