# SPDX-License-Identifier: Apache-2.0
"""In-sync sets as leaders propose them (AlterPartition, KIP-497, KIP-841, KIP-903).

A proposal is about one state of the partition, named by leader epoch and partition epoch, and is
refused when that state is over. Whoever is added must be in service now, and in the same epoch of
its registration in which the leader saw it fetch: a broker that restarted meanwhile may have lost
what it had fetched.

    proposal                                                     answer
    -----------------------------------------------------------  ----------------------------------
    from a broker in another epoch than its registration's       STALE_BROKER_EPOCH, whole request
    topic or partition unknown                                   UNKNOWN_TOPIC_ID,
                                                                 UNKNOWN_TOPIC_OR_PARTITION
    newer leader or partition epoch than is known here           NOT_CONTROLLER
    older leader epoch                                           FENCED_LEADER_EPOCH
    not from the leader                                          INVALID_REQUEST
    what holds already                                           success, no record
    older partition epoch                                        INVALID_UPDATE_VERSION
    nobody, somebody twice, no replica, without the leader       INVALID_REQUEST
    recovering again, or with others while recovering            INVALID_REQUEST
    adds a broker fenced, shutting down, unknown, re-registered  INELIGIBLE_REPLICA
    completes a move that takes the leader away                  done, NEW_LEADER_ELECTED
    anything else                                                done, with the partition's state

A proposal that completes the move of a partition completes it in the same record.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.controller.brokers import registered
from ottla.controller.decision import Decision
from ottla.controller.partition_change import RECOVERED, RECOVERING
from ottla.metadata.image import merge_change
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.alter_partition import (
    AlterPartitionResponse,
    AlterPartitionResponsePartitionData,
    AlterPartitionResponseTopicData,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ottla.controller.partition_change import PartitionRules
    from ottla.metadata.image import BrokerImage, ClusterImage, PartitionImage, TopicImage
    from ottla.protocol.message import Message
    from ottla.protocol.messages.alter_partition import (
        AlterPartitionRequest,
        AlterPartitionRequestPartitionData,
    )

_UNKNOWN_EPOCH = -1


def alter_partition(
    image: ClusterImage, asked: AlterPartitionRequest, rules: PartitionRules
) -> Decision[AlterPartitionResponse]:
    """Return the records of the proposals, and each partition's outcome.

    Raises BROKER_ID_NOT_REGISTERED and STALE_BROKER_EPOCH.
    """
    registered(image, asked.broker_id, asked.broker_epoch)
    records: list[Message] = []
    response = AlterPartitionResponse()
    for asked_topic in asked.topics:
        topic = image.topics_by_id.get(asked_topic.topic_id)
        changed: dict[int, PartitionImage] = {}  # by earlier proposals of this request
        answers = AlterPartitionResponseTopicData(topic_id=asked_topic.topic_id)
        response.topics.append(answers)
        for proposal in asked_topic.partitions:
            number = proposal.partition_index
            if topic is None:
                answers.partitions.append(_refused(number, ErrorCode.UNKNOWN_TOPIC_ID))
                continue
            if not 0 <= number < len(topic.partitions):
                answers.partitions.append(_refused(number, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION))
                continue
            before = changed.get(number, topic.partitions[number])
            answer, after = _decide(image, asked.broker_id, topic, before, proposal, rules, records)
            changed[number] = after
            answers.partitions.append(answer)
    return Decision(records, response)


def _decide(
    image: ClusterImage,
    leader_id: int,
    topic: TopicImage,
    before: PartitionImage,
    proposal: AlterPartitionRequestPartitionData,
    rules: PartitionRules,
    records: list[Message],
) -> tuple[AlterPartitionResponsePartitionData, PartitionImage]:
    members = _members(proposal)
    code = _state_fault(before, leader_id, proposal)
    if code is ErrorCode.NONE:
        if _holds_already(before, members, proposal):
            return _state(before), before
        code = _proposal_fault(image, before, members, proposal)
    if code is not ErrorCode.NONE:
        return _refused(before.partition_id, code), before
    record = rules.change(
        topic, before, isr=tuple(members), recovery_state=proposal.leader_recovery_state
    )
    if record is None:
        return _state(before), before
    records.append(record)
    after = merge_change(before, record)
    if after.leader != leader_id:
        return _refused(before.partition_id, ErrorCode.NEW_LEADER_ELECTED), after
    return _state(after), after


def _members(proposal: AlterPartitionRequestPartitionData) -> dict[int, int]:
    """Return the proposed set, each with the epoch of its registration as the leader knows it."""
    if proposal.new_isr_with_epochs:
        return {member.broker_id: member.broker_epoch for member in proposal.new_isr_with_epochs}
    return dict.fromkeys(proposal.new_isr, _UNKNOWN_EPOCH)


def _state_fault(
    before: PartitionImage, leader_id: int, proposal: AlterPartitionRequestPartitionData
) -> ErrorCode:
    """Return what is wrong with the leadership in whose name the proposal is made."""
    if (
        proposal.leader_epoch > before.leader_epoch
        or proposal.partition_epoch > before.partition_epoch
    ):
        # The leader has read more of the log than this controller: another one has taken over.
        return ErrorCode.NOT_CONTROLLER
    if proposal.leader_epoch < before.leader_epoch:
        return ErrorCode.FENCED_LEADER_EPOCH
    if leader_id != before.leader:
        return ErrorCode.INVALID_REQUEST
    return ErrorCode.NONE


def _holds_already(
    before: PartitionImage,
    members: Mapping[int, int],
    proposal: AlterPartitionRequestPartitionData,
) -> bool:
    """Whether a leader that lost the answer repeats itself."""
    return (
        members.keys() == set(before.isr)
        and proposal.leader_recovery_state == before.leader_recovery_state
    )


def _proposal_fault(
    image: ClusterImage,
    before: PartitionImage,
    members: Mapping[int, int],
    proposal: AlterPartitionRequestPartitionData,
) -> ErrorCode:
    """Return what is wrong with the proposal of the present leader."""
    if proposal.partition_epoch < before.partition_epoch:
        return ErrorCode.INVALID_UPDATE_VERSION
    count = max(len(proposal.new_isr), len(proposal.new_isr_with_epochs))
    if count != len(members) or not members.keys() <= set(before.replicas):
        return ErrorCode.INVALID_REQUEST
    if before.leader not in members:
        return ErrorCode.INVALID_REQUEST
    state = proposal.leader_recovery_state
    if state not in {RECOVERED, RECOVERING}:
        return ErrorCode.INVALID_REQUEST
    if state == RECOVERING and (len(members) > 1 or before.leader_recovery_state == RECOVERED):
        return ErrorCode.INVALID_REQUEST
    added = [broker_id for broker_id in members if broker_id not in before.isr]
    if not all(_may_join(image.brokers.get(b), members[b]) for b in added):
        return ErrorCode.INELIGIBLE_REPLICA
    return ErrorCode.NONE


def _may_join(broker: BrokerImage | None, broker_epoch: int) -> bool:
    if broker is None or not broker.is_live:
        return False
    return broker_epoch in {_UNKNOWN_EPOCH, broker.broker_epoch}


def _state(partition: PartitionImage) -> AlterPartitionResponsePartitionData:
    return AlterPartitionResponsePartitionData(
        partition_index=partition.partition_id,
        leader_id=partition.leader,
        leader_epoch=partition.leader_epoch,
        isr=partition.isr,
        leader_recovery_state=partition.leader_recovery_state,
        partition_epoch=partition.partition_epoch,
    )


def _refused(number: int, code: ErrorCode) -> AlterPartitionResponsePartitionData:
    return AlterPartitionResponsePartitionData(partition_index=number, error_code=code)
