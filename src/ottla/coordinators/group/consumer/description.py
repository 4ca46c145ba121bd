# SPDX-License-Identifier: Apache-2.0
"""A consumer group as ConsumerGroupDescribe shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.protocol.messages import consumer_group_describe as messages

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ottla.coordinators.group.consumer.group import ConsumerGroup
    from ottla.coordinators.group.consumer.member import Member, Partitions
    from ottla.metadata.image import ClusterImage

_CLASSIC, _CONSUMER = 0, 1


def describe_group(
    group: ConsumerGroup, image: ClusterImage, assignors: Sequence[str]
) -> messages.DescribedGroup:
    """Return the group with its members, ordered by member id."""
    return messages.DescribedGroup(
        group_id=group.group_id,
        group_state=group.state_name,
        group_epoch=group.group_epoch,
        assignment_epoch=group.assignment_epoch,
        assignor_name=group.preferred_assignor(assignors),
        members=[
            _member(group.members[member_id], group.targets.get(member_id, {}), image)
            for member_id in sorted(group.members)
        ],
    )


def _member(member: Member, target: Partitions, image: ClusterImage) -> messages.Member:
    wishes, holdings = member.wishes, member.holdings
    # What is still to be given up is the member's until it has done so.
    held: dict[bytes, list[int]] = {}
    for owned in (holdings.assigned, holdings.pending_revocation):
        for topic_id, partitions in owned.items():
            held.setdefault(topic_id, []).extend(partitions)
    return messages.Member(
        member_id=member.member_id,
        instance_id=wishes.instance_id,
        rack_id=wishes.rack_id,
        member_epoch=holdings.member_epoch,
        client_id=wishes.client_id,
        client_host=wishes.client_host,
        subscribed_topic_names=sorted(wishes.topic_names),
        subscribed_topic_regex=wishes.topic_regex,
        assignment=_assignment(held, image),
        target_assignment=_assignment(target, image),
        member_type=_CLASSIC if member.is_classic else _CONSUMER,
    )


def _assignment(
    partitions: Mapping[bytes, Iterable[int]], image: ClusterImage
) -> messages.Assignment:
    topics = image.topics_by_id
    return messages.Assignment(
        topic_partitions=[
            messages.TopicPartitions(
                topic_id=topic_id,
                topic_name=topics[topic_id].name,
                partitions=sorted(partitions[topic_id]),
            )
            for topic_id in sorted(partitions)
            if topic_id in topics
        ]
    )
