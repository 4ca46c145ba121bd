# SPDX-License-Identifier: Apache-2.0
"""The records of consumer groups, as changes: a key and a value, or a key alone that deletes.

    type 3   group            its epoch and the hash of its topics' metadata
    type 4   group            what the topics looked like; of early versions, only deleted here
    type 5   group, member    what the member wants
    type 6   group            epoch and time of the target assignment
    type 7   group, member    what the member shall get
    type 8   group, member    what the member owns
    type 16  group, pattern   the topics that a regular expression matched

All values are of version 0, as Kafka 4.3 writes them. Topics and partitions are in ascending
order, so that equal states make equal bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from ottla.coordinators.group.consumer.member import (
    ClassicSide,
    Holdings,
    MemberState,
    Wishes,
)
from ottla.coordinators.records import NUMBER, NUMBER_BYTES, record_of, tombstone_of
from ottla.protocol.messages.consumer_offsets import (
    ClassicMemberMetadata,
    ClassicProtocol,
    ConsumerGroupCurrentMemberAssignmentKey,
    ConsumerGroupCurrentMemberAssignmentValue,
    ConsumerGroupCurrentMemberAssignmentValueTopicPartitions,
    ConsumerGroupMemberMetadataKey,
    ConsumerGroupMemberMetadataValue,
    ConsumerGroupMetadataKey,
    ConsumerGroupMetadataValue,
    ConsumerGroupPartitionMetadataKey,
    ConsumerGroupPartitionMetadataValue,
    ConsumerGroupRegularExpressionKey,
    ConsumerGroupRegularExpressionValue,
    ConsumerGroupTargetAssignmentMemberKey,
    ConsumerGroupTargetAssignmentMemberValue,
    ConsumerGroupTargetAssignmentMemberValueTopicPartition,
    ConsumerGroupTargetAssignmentMetadataKey,
    ConsumerGroupTargetAssignmentMetadataValue,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ottla.coordinators.group.consumer.member import OwnedPartitions, Partitions
    from ottla.coordinators.ports import CoordinatorRecord
    from ottla.protocol.message import Message

VALUE_VERSION = 0

MESSAGES: dict[int, tuple[type[Message], type[Message]]] = {
    3: (ConsumerGroupMetadataKey, ConsumerGroupMetadataValue),
    4: (ConsumerGroupPartitionMetadataKey, ConsumerGroupPartitionMetadataValue),
    5: (ConsumerGroupMemberMetadataKey, ConsumerGroupMemberMetadataValue),
    6: (ConsumerGroupTargetAssignmentMetadataKey, ConsumerGroupTargetAssignmentMetadataValue),
    7: (ConsumerGroupTargetAssignmentMemberKey, ConsumerGroupTargetAssignmentMemberValue),
    8: (ConsumerGroupCurrentMemberAssignmentKey, ConsumerGroupCurrentMemberAssignmentValue),
    16: (ConsumerGroupRegularExpressionKey, ConsumerGroupRegularExpressionValue),
}
"""Key and value class by record type."""


def read(record: CoordinatorRecord) -> tuple[Any, Message | None]:
    """Return key and value of a record of one of these types."""
    (record_type,) = NUMBER.unpack_from(record.key)
    key_class, value_class = MESSAGES[record_type]
    key = key_class.decode(record.key, 0, NUMBER_BYTES)
    if record.value is None:
        return key, None
    (version,) = NUMBER.unpack_from(record.value)
    return key, value_class.decode(record.value, version, NUMBER_BYTES)


class Change(NamedTuple):
    """One record before it is bytes."""

    key: Message
    value: Message | None

    def record(self) -> CoordinatorRecord:
        """Return the record in its wire form."""
        if self.value is None:
            return tombstone_of(self.key)
        return record_of(self.key, self.value, VALUE_VERSION)


class ResolvedPattern(NamedTuple):
    """What a regular expression matched, and when."""

    topics: frozenset[str]
    version: int
    """Offset of the metadata against which it was matched."""
    timestamp_ms: int


def group_change(group_id: str, epoch: int, metadata_hash: int) -> Change:
    """Give the group an epoch."""
    return Change(
        ConsumerGroupMetadataKey(group_id=group_id),
        ConsumerGroupMetadataValue(epoch=epoch, metadata_hash=metadata_hash),
    )


def wishes_change(group_id: str, member_id: str, wishes: Wishes) -> Change:
    """Take note of what a member wants."""
    classic = wishes.classic
    value = ConsumerGroupMemberMetadataValue(
        instance_id=wishes.instance_id,
        rack_id=wishes.rack_id,
        client_id=wishes.client_id,
        client_host=wishes.client_host,
        subscribed_topic_names=sorted(wishes.topic_names),
        subscribed_topic_regex=wishes.topic_regex,
        rebalance_timeout_ms=wishes.rebalance_timeout_ms,
        server_assignor=wishes.server_assignor,
        classic_member_metadata=None
        if classic is None
        else ClassicMemberMetadata(
            session_timeout_ms=classic.session_timeout_ms,
            supported_protocols=[
                ClassicProtocol(name=name, metadata=metadata)
                for name, metadata in classic.protocols
            ],
        ),
    )
    return Change(ConsumerGroupMemberMetadataKey(group_id=group_id, member_id=member_id), value)


def wishes_of(value: ConsumerGroupMemberMetadataValue) -> Wishes:
    """Return what a record of type 5 says."""
    classic = value.classic_member_metadata
    return Wishes(
        instance_id=value.instance_id,
        rack_id=value.rack_id,
        client_id=value.client_id,
        client_host=value.client_host,
        topic_names=frozenset(value.subscribed_topic_names),
        topic_regex=value.subscribed_topic_regex or "",
        rebalance_timeout_ms=value.rebalance_timeout_ms,
        server_assignor=value.server_assignor,
        classic=None
        if classic is None
        else ClassicSide(
            classic.session_timeout_ms,
            tuple((one.name, bytes(one.metadata)) for one in classic.supported_protocols),
        ),
    )


def target_epoch_change(group_id: str, epoch: int, timestamp_ms: int) -> Change:
    """Say that the target assignment is that of an epoch."""
    return Change(
        ConsumerGroupTargetAssignmentMetadataKey(group_id=group_id),
        ConsumerGroupTargetAssignmentMetadataValue(
            assignment_epoch=epoch, assignment_timestamp=timestamp_ms
        ),
    )


def target_change(group_id: str, member_id: str, target: Partitions) -> Change:
    """Say what a member shall get."""
    value = ConsumerGroupTargetAssignmentMemberValue(
        topic_partitions=[
            ConsumerGroupTargetAssignmentMemberValueTopicPartition(
                topic_id=topic_id, partitions=target[topic_id]
            )
            for topic_id in sorted(target)
        ]
    )
    key = ConsumerGroupTargetAssignmentMemberKey(group_id=group_id, member_id=member_id)
    return Change(key, value)


def target_of(value: ConsumerGroupTargetAssignmentMemberValue) -> Partitions:
    """Return what a record of type 7 says."""
    return {
        topic.topic_id: tuple(sorted(topic.partitions))
        for topic in value.topic_partitions
        if topic.partitions
    }


def holdings_change(group_id: str, member_id: str, holdings: Holdings) -> Change:
    """Say what a member owns."""
    value = ConsumerGroupCurrentMemberAssignmentValue(
        member_epoch=holdings.member_epoch,
        previous_member_epoch=holdings.previous_epoch,
        state=holdings.state,
        assigned_partitions=_topics_of(holdings.assigned),
        partitions_pending_revocation=_topics_of(holdings.pending_revocation),
    )
    key = ConsumerGroupCurrentMemberAssignmentKey(group_id=group_id, member_id=member_id)
    return Change(key, value)


def _topics_of(
    owned: OwnedPartitions,
) -> list[ConsumerGroupCurrentMemberAssignmentValueTopicPartitions]:
    topics = []
    for topic_id in sorted(owned):
        epochs = owned[topic_id]
        partitions = sorted(epochs)
        topics.append(
            ConsumerGroupCurrentMemberAssignmentValueTopicPartitions(
                topic_id=topic_id,
                partitions=partitions,
                assignment_epochs=[epochs[partition] for partition in partitions],
            )
        )
    return topics


def holdings_of(value: ConsumerGroupCurrentMemberAssignmentValue) -> Holdings:
    """Return what a record of type 8 says."""
    default_epoch = max(0, value.member_epoch)  # early records name no epochs of assignment
    return Holdings(
        member_epoch=value.member_epoch,
        previous_epoch=value.previous_member_epoch,
        state=MemberState.of(value.state),
        assigned=_owned_of(value.assigned_partitions, default_epoch),
        pending_revocation=_owned_of(value.partitions_pending_revocation, default_epoch),
    )


def _owned_of(
    topics: Iterable[ConsumerGroupCurrentMemberAssignmentValueTopicPartitions], default_epoch: int
) -> OwnedPartitions:
    owned = {}
    for topic in topics:
        epochs: Sequence[int] | None = topic.assignment_epochs
        if epochs is None or len(epochs) != len(topic.partitions):
            owned[topic.topic_id] = dict.fromkeys(topic.partitions, default_epoch)
        else:
            owned[topic.topic_id] = dict(zip(topic.partitions, epochs, strict=True))
    return owned


def pattern_change(group_id: str, pattern: str, resolved: ResolvedPattern) -> Change:
    """Say what a regular expression matched."""
    return Change(
        ConsumerGroupRegularExpressionKey(group_id=group_id, regular_expression=pattern),
        ConsumerGroupRegularExpressionValue(
            topics=sorted(resolved.topics),
            version=resolved.version,
            timestamp=resolved.timestamp_ms,
        ),
    )


def pattern_of(value: ConsumerGroupRegularExpressionValue) -> ResolvedPattern:
    """Return what a record of type 16 says."""
    return ResolvedPattern(frozenset(value.topics), value.version, value.timestamp)


def pattern_removal(group_id: str, pattern: str) -> Change:
    """Forget what a regular expression matched."""
    key = ConsumerGroupRegularExpressionKey(group_id=group_id, regular_expression=pattern)
    return Change(key, None)


def legacy_metadata_removal(group_id: str) -> Change:
    """Delete what an early version kept about the topics."""
    return Change(ConsumerGroupPartitionMetadataKey(group_id=group_id), None)


def member_removal(group_id: str, member_id: str) -> list[Change]:
    """Delete a member; in this order, for a reader takes the last record for its end."""
    return [
        Change(
            ConsumerGroupCurrentMemberAssignmentKey(group_id=group_id, member_id=member_id), None
        ),
        Change(
            ConsumerGroupTargetAssignmentMemberKey(group_id=group_id, member_id=member_id), None
        ),
        Change(ConsumerGroupMemberMetadataKey(group_id=group_id, member_id=member_id), None),
    ]


def group_removal(
    group_id: str, member_ids: Sequence[str], patterns: Sequence[str]
) -> list[Change]:
    """Delete a group with everything in it; in this order, for readers check it."""
    return [
        *[
            Change(ConsumerGroupCurrentMemberAssignmentKey(group_id=group_id, member_id=one), None)
            for one in member_ids
        ],
        *[
            Change(ConsumerGroupTargetAssignmentMemberKey(group_id=group_id, member_id=one), None)
            for one in member_ids
        ],
        Change(ConsumerGroupTargetAssignmentMetadataKey(group_id=group_id), None),
        *[
            Change(ConsumerGroupMemberMetadataKey(group_id=group_id, member_id=one), None)
            for one in member_ids
        ],
        *[pattern_removal(group_id, pattern) for pattern in patterns],
        legacy_metadata_removal(group_id),
        Change(ConsumerGroupMetadataKey(group_id=group_id), None),
    ]
