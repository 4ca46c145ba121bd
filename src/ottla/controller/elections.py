# SPDX-License-Identifier: Apache-2.0
"""Who leads a partition.

`clean_leader` and `unclean_leader` are pure choices among replicas; the rest turns choices into
PartitionChange records. A clean leader always comes from the in-sync replicas, the preferred
one (the first replica) before others. An unclean leader is any live replica: records may be lost,
so nobody elects one unless the topic allows it or an operator asks. When the in-sync set is
empty, the eligible leader replicas (KIP-966) stand for it: they hold every acknowledged record.

    asked for            partition                                  answer
    -------------------  -----------------------------------------  ------------------------------
    preferred election   led by its preferred leader                ELECTION_NOT_NEEDED
                         preferred leader live and in sync          elected
                         else                                       PREFERRED_LEADER_NOT_AVAILABLE
    unclean election     has a leader                               ELECTION_NOT_NEEDED
                         some replica is live                       elected
                         else                                       ELIGIBLE_LEADERS_NOT_AVAILABLE
"""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, NamedTuple

from ottla.controller.decision import Decision
from ottla.metadata.image import NO_LEADER
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.cluster_metadata import PartitionChangeRecord

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from ottla.metadata.image import ClusterImage, PartitionImage, TopicImage
    from ottla.protocol.message import Message

_RECOVERING = 1


class ElectionType(enum.IntEnum):
    """Kinds of elections that can be asked for; the numbers are the wire's."""

    PREFERRED = 0
    UNCLEAN = 1


class ElectionOutcome(NamedTuple):
    """What became of one partition's election."""

    topic: str
    partition_id: int
    code: ErrorCode
    message: str | None


def clean_leader(partition: PartitionImage, live: Collection[int]) -> int:
    """Return the live replica that comes first among those that lack nothing, or NO_LEADER."""
    complete = partition.isr or partition.eligible_leader_replicas
    return next((b for b in partition.replicas if b in live and b in complete), NO_LEADER)


def unclean_leader(partition: PartitionImage, live: Collection[int]) -> int:
    """Return the live replica that comes first, in sync or not, or NO_LEADER."""
    leader = clean_leader(partition, live)
    if leader != NO_LEADER:
        return leader
    return next((b for b in partition.replicas if b in live), NO_LEADER)


def elect_leaders(
    image: ClusterImage,
    election_type: ElectionType,
    partitions: Sequence[tuple[str, int]] | None,
) -> Decision[list[ElectionOutcome]]:
    """Return the records of the elections asked for; None asks for every partition.

    When every partition is meant, those that need no election are left out of the answer.
    """
    live = {broker.broker_id for broker in image.brokers.values() if broker.is_live}
    wanted = _all_partitions(image) if partitions is None else dict.fromkeys(partitions)
    records: list[Message] = []
    outcomes = []
    for topic_name, partition_id in wanted:
        topic = image.topics_by_name.get(topic_name)
        partition = image.partition(topic_name, partition_id)
        if topic is None or partition is None:
            code = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        elif election_type is ElectionType.PREFERRED:
            code = _elect_preferred(topic, partition, live, records)
        else:
            code = _elect_uncleanly(topic, partition, live, records)
        if partitions is None and code is ErrorCode.ELECTION_NOT_NEEDED:
            continue
        message = None if code is ErrorCode.NONE else code.description
        outcomes.append(ElectionOutcome(topic_name, partition_id, code, message))
    return Decision(records, outcomes)


def _all_partitions(image: ClusterImage) -> Iterable[tuple[str, int]]:
    return [
        (topic.name, partition.partition_id)
        for topic in image.topics_by_name.values()
        for partition in topic.partitions
    ]


def _elect_preferred(
    topic: TopicImage, partition: PartitionImage, live: Collection[int], records: list[Message]
) -> ErrorCode:
    preferred = partition.preferred_leader
    if partition.leader == preferred:
        return ErrorCode.ELECTION_NOT_NEEDED
    if preferred not in live or preferred not in partition.isr:
        return ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE
    records.append(leader_change(topic, partition, preferred))
    return ErrorCode.NONE


def _elect_uncleanly(
    topic: TopicImage, partition: PartitionImage, live: Collection[int], records: list[Message]
) -> ErrorCode:
    if partition.leader != NO_LEADER:
        return ErrorCode.ELECTION_NOT_NEEDED
    leader = unclean_leader(partition, live)
    if leader == NO_LEADER:
        return ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE
    records.append(leader_change(topic, partition, leader))
    return ErrorCode.NONE


def leader_change(topic: TopicImage, partition: PartitionImage, leader: int) -> Message:
    """Return the record that makes `leader` lead in a new leader epoch.

    A leader from outside the in-sync replicas becomes the only one of them. If it was not an
    eligible leader either, it is marked as recovering: the others have to follow what it has.
    """
    record = PartitionChangeRecord(
        partition_id=partition.partition_id, topic_id=topic.topic_id, leader=leader
    )
    if leader not in partition.isr:
        record.isr = [leader]
        eligible = partition.eligible_leader_replicas
        if leader not in eligible:
            record.leader_recovery_state = _RECOVERING
        if eligible or partition.last_known_elr:
            record.eligible_leader_replicas = [b for b in eligible if b != leader]
            record.last_known_elr = []
    return record
