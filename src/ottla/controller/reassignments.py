# SPDX-License-Identifier: Apache-2.0
"""Moves of partitions to other brokers (KIP-455).

A move begins by adding the new replicas to the old ones. They fetch, join the in-sync set, and
when all of the new replicas are in it, the old ones are dropped: by the very change that brings
the last one in (`partition_change`). Until then `adding_replicas` and `removing_replicas` say
what is going on, and the old assignment is whatever is not being added.

    asked for                                       answer
    ----------------------------------------------  --------------------------------------------
    a partition for the second time                 INVALID_REQUEST
    topic or partition that does not exist          UNKNOWN_TOPIC_OR_PARTITION
    no replicas, one twice, one not registered      INVALID_REPLICA_ASSIGNMENT
    another number of them, where not allowed       INVALID_REPLICATION_FACTOR
    a cancellation where nothing moves              NO_REASSIGNMENT_IN_PROGRESS
    what would drop every in-sync replica           INVALID_REPLICA_ASSIGNMENT
    a cancellation                                  back to the old assignment
    another target while one is being reached       what only the first one added is dropped
    anything else                                   begun; done at once when all are in sync

Partitions are decided one by one. The moves under way are in the image, for whoever lists them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.controller.decision import Decision
from ottla.controller.partition_change import target_replicas
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.alter_partition_reassignments import (
    AlterPartitionReassignmentsResponse,
    ReassignablePartitionResponse,
    ReassignableTopicResponse,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.controller.partition_change import PartitionRules
    from ottla.metadata.image import ClusterImage, PartitionImage, TopicImage
    from ottla.protocol.message import Message
    from ottla.protocol.messages.alter_partition_reassignments import (
        AlterPartitionReassignmentsRequest,
    )


def alter_partition_reassignments(
    image: ClusterImage, asked: AlterPartitionReassignmentsRequest, rules: PartitionRules
) -> Decision[AlterPartitionReassignmentsResponse]:
    """Return the records of the moves asked for, and the outcome for each partition."""
    records: list[Message] = []
    response = AlterPartitionReassignmentsResponse(
        allow_replication_factor_change=asked.allow_replication_factor_change, error_message=None
    )
    seen: set[tuple[str, int]] = set()
    for asked_topic in asked.topics:
        answers = ReassignableTopicResponse(name=asked_topic.name)
        response.responses.append(answers)
        for wanted in asked_topic.partitions:
            number = wanted.partition_index
            answer = ReassignablePartitionResponse(partition_index=number, error_message=None)
            answers.partitions.append(answer)
            try:
                _check_named_once(asked_topic.name, number, seen)
                topic, partition = _partition(image, asked_topic.name, number)
                if wanted.replicas is None:
                    record = _cancelled(topic, partition, rules)
                else:
                    target = _checked(image, partition, wanted.replicas)
                    if not asked.allow_replication_factor_change:
                        _check_factor(partition, target)
                    record = reassign(topic, partition, target, rules)
            except ApiError as error:
                answer.error_code, answer.error_message = error.code, error.message
                continue
            if record is not None:
                records.append(record)
    return Decision(records, response)


def is_moving(partition: PartitionImage) -> bool:
    """Whether the partition is on its way to other brokers."""
    return bool(partition.adding_replicas or partition.removing_replicas)


def old_replicas(partition: PartitionImage) -> tuple[int, ...]:
    """Return the assignment that a cancellation brings back."""
    return tuple(b for b in partition.replicas if b not in partition.adding_replicas)


def reassign(
    topic: TopicImage, partition: PartitionImage, target: tuple[int, ...], rules: PartitionRules
) -> Message | None:
    """Return the record that begins a move, or None when nothing has to be done.

    Raises INVALID_REPLICA_ASSIGNMENT when no in-sync replica would be left.
    """
    old = old_replicas(partition)
    removing = tuple(b for b in old if b not in target)
    adding = tuple(b for b in target if b not in old)
    return _moved(topic, partition, target + removing, removing, adding, rules)


def _cancelled(
    topic: TopicImage, partition: PartitionImage, rules: PartitionRules
) -> Message | None:
    if not is_moving(partition):
        raise ApiError(
            ErrorCode.NO_REASSIGNMENT_IN_PROGRESS,
            f"{topic.name}-{partition.partition_id} is not being moved",
        )
    return _moved(topic, partition, old_replicas(partition), (), (), rules)


def _moved(
    topic: TopicImage,
    partition: PartitionImage,
    replicas: tuple[int, ...],
    removing: tuple[int, ...],
    adding: tuple[int, ...],
    rules: PartitionRules,
) -> Message | None:
    isr = [b for b in partition.isr if b in replicas]
    if partition.isr and not isr:
        raise ApiError(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT,
            f"every in-sync replica of {topic.name}-{partition.partition_id} would be dropped:"
            f" {list(partition.isr)}",
        )
    return rules.change(
        topic, partition, isr=isr, replicas=replicas, removing=removing, adding=adding
    )


def _check_named_once(name: str, partition_id: int, seen: set[tuple[str, int]]) -> None:
    if (name, partition_id) in seen:
        raise ApiError(ErrorCode.INVALID_REQUEST, f"the request names {name}-{partition_id} twice")
    seen.add((name, partition_id))


def _partition(
    image: ClusterImage, name: str, partition_id: int
) -> tuple[TopicImage, PartitionImage]:
    topic = image.topics_by_name.get(name)
    partition = image.partition(name, partition_id)
    if topic is None or partition is None:
        raise ApiError(
            ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, f"there is no partition {name}-{partition_id}"
        )
    return topic, partition


def _checked(
    image: ClusterImage, partition: PartitionImage, replicas: Sequence[int]
) -> tuple[int, ...]:
    target = tuple(replicas)
    if not target:
        raise ApiError(ErrorCode.INVALID_REPLICA_ASSIGNMENT, "a partition needs a replica")
    if len(set(target)) != len(target):
        raise ApiError(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT, f"a broker is named twice: {list(target)}"
        )
    # One that is a replica already may be gone for good: that is why the others are moved.
    unknown = [b for b in target if b not in image.brokers and b not in partition.replicas]
    if unknown:
        raise ApiError(
            ErrorCode.INVALID_REPLICA_ASSIGNMENT, f"the brokers {unknown} are not registered"
        )
    return target


def _check_factor(partition: PartitionImage, target: tuple[int, ...]) -> None:
    present = len(target_replicas(partition))
    if len(target) != present:
        raise ApiError(
            ErrorCode.INVALID_REPLICATION_FACTOR,
            f"the partition has {present} replicas and would have {len(target)}",
        )
