# SPDX-License-Identifier: Apache-2.0
"""Elections that somebody asks for, and those that became possible by themselves.

Who may lead is decided in `partition_change`; here is what an operator or a tool can ask for, and
what it is answered:

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
from ottla.controller.partition_change import Election
from ottla.metadata.image import NO_LEADER
from ottla.protocol.errors import ErrorCode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ottla.controller.partition_change import PartitionRules
    from ottla.metadata.image import ClusterImage, PartitionImage, TopicImage
    from ottla.protocol.message import Message


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


def elect_leaders(
    image: ClusterImage,
    election_type: ElectionType,
    partitions: Sequence[tuple[str, int]] | None,
    rules: PartitionRules,
) -> Decision[list[ElectionOutcome]]:
    """Return the records of the elections asked for; None asks for every partition.

    When every partition is meant, those that need no election are left out of the answer.
    """
    wanted = _all_partitions(image) if partitions is None else dict.fromkeys(partitions)
    records: list[Message] = []
    outcomes = []
    for topic_name, partition_id in wanted:
        topic = image.topics_by_name.get(topic_name)
        partition = image.partition(topic_name, partition_id)
        if topic is None or partition is None:
            code = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
        elif election_type is ElectionType.PREFERRED:
            code = _elect_preferred(topic, partition, rules, records)
        else:
            code = _elect_uncleanly(topic, partition, rules, records)
        if partitions is None and code is ErrorCode.ELECTION_NOT_NEEDED:
            continue
        message = None if code is ErrorCode.NONE else code.description
        outcomes.append(ElectionOutcome(topic_name, partition_id, code, message))
    return Decision(records, outcomes)


def elect_leaderless(image: ClusterImage, rules: PartitionRules) -> Decision[int]:
    """Return the records that give partitions a leader which could have one, and their number.

    Brokers that come and go take care of this themselves. What is left are topics that have been
    allowed unclean leaders since: asked every `unclean.leader.election.interval.ms`.
    """
    records: list[Message] = []
    for topic in image.topics_by_name.values():
        for partition in topic.partitions:
            if partition.leader == NO_LEADER:
                record = rules.change(topic, partition)
                if record is not None and record.leader >= 0:
                    records.append(record)
    return Decision(records, len(records))


def _all_partitions(image: ClusterImage) -> Iterable[tuple[str, int]]:
    return [
        (topic.name, partition.partition_id)
        for topic in image.topics_by_name.values()
        for partition in topic.partitions
    ]


def _elect_preferred(
    topic: TopicImage, partition: PartitionImage, rules: PartitionRules, records: list[Message]
) -> ErrorCode:
    preferred = partition.preferred_leader
    if partition.leader == preferred:
        return ErrorCode.ELECTION_NOT_NEEDED
    if preferred not in rules.live or preferred not in partition.isr:
        return ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE
    record = rules.change(topic, partition, election=Election.PREFERRED)
    assert record is not None, partition
    records.append(record)
    return ErrorCode.NONE


def _elect_uncleanly(
    topic: TopicImage, partition: PartitionImage, rules: PartitionRules, records: list[Message]
) -> ErrorCode:
    if partition.leader != NO_LEADER:
        return ErrorCode.ELECTION_NOT_NEEDED
    record = rules.change(topic, partition, allows_unclean=True)
    if record is None or record.leader < 0:
        return ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE
    records.append(record)
    return ErrorCode.NONE
