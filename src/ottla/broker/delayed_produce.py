# SPDX-License-Identifier: Apache-2.0
"""A Produce request that waits until what it appended is as safe as was promised.

It observes its partitions, completes when the last of them has got there, and answers
REQUEST_TIMED_OUT for those that have not when `timeout_ms` is over. A partition that is deleted or
whose disk fails meanwhile is answered at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ottla.broker.node_endpoints import no_endpoints
from ottla.broker.produce_codec import PartitionOutcome, encode_response
from ottla.protocol.errors import ErrorCode

if TYPE_CHECKING:
    from ottla.broker.node_endpoints import EndpointsOf
    from ottla.broker.purgatory import Purgatory
    from ottla.net.wire_connection import Reply
    from ottla.replication.partition import Partition

Outcomes = list[tuple[bytes, list[PartitionOutcome]]]


class Awaited(NamedTuple):
    """What one partition still owes: everything below `end_offset`, acknowledged."""

    partition: Partition
    end_offset: int
    topic_position: int  # where its outcome stands in the answer
    partition_position: int
    truncation_count: int
    """Of the log when the records were appended: another one means that they were taken back."""


class DelayedProduce:
    """Parked until each awaited partition is acknowledged, or the time is up."""

    __slots__ = (
        "_all_replicas",
        "_awaited",
        "_correlation_id",
        "_endpoints_of",
        "_outcomes",
        "_purgatory",
        "_reply",
        "_version",
        "is_complete",
    )

    def __init__(
        self,
        *,
        awaited: list[Awaited],
        outcomes: Outcomes,
        version: int,
        correlation_id: int,
        all_replicas: bool,
        reply: Reply,
        purgatory: Purgatory,
        endpoints_of: EndpointsOf = no_endpoints,
    ) -> None:
        self._endpoints_of = endpoints_of
        self._awaited = awaited
        self._outcomes = outcomes
        self._version = version
        self._correlation_id = correlation_id
        self._all_replicas = all_replicas
        self._reply = reply
        self._purgatory = purgatory
        self.is_complete = False
        for one in awaited:
            one.partition.observe(self)

    def partition_advanced(self, partition: Partition) -> None:
        """Complete when this was the last partition that had to get there."""
        if self.is_complete:
            return
        still = []
        for one in self._awaited:
            lost_with = (
                why_lost(partition, one.truncation_count) if one.partition is partition else None
            )
            if (
                lost_with is None
                and one.partition is partition
                and self._all_replicas
                and partition.is_under_min_isr
            ):
                lost_with = (
                    ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
                    "too few replicas are in sync by now",
                )
            if lost_with is not None:
                self._refuse(one, *lost_with)
            elif not self._is_safe(one):
                still.append(one)
        if len(still) == len(self._awaited):
            return
        if all(one.partition is not partition for one in still):
            partition.forget(self)
        self._awaited = still
        if not still:
            self._complete()
            self._purgatory.completed()

    def on_deadline(self) -> None:
        """Answer that the time was up for the partitions that are not safe yet."""
        for one in self._awaited:
            self._refuse(one, ErrorCode.REQUEST_TIMED_OUT, "the time was up before that")
        self._complete()

    def _refuse(self, one: Awaited, code: ErrorCode, reason: str) -> None:
        outcomes = self._outcomes[one.topic_position][1]
        outcomes[one.partition_position] = unsafe_outcome(one.partition, code, reason)

    def _is_safe(self, one: Awaited) -> bool:
        return one.partition.is_acknowledged(one.end_offset, all_replicas=self._all_replicas)

    def _complete(self) -> None:
        self.is_complete = True
        for one in self._awaited:
            one.partition.forget(self)
        frame = encode_response(
            self._version, self._correlation_id, self._outcomes, self._endpoints_of
        )
        self._reply.complete((frame,))


def unsafe_outcome(partition: Partition, code: ErrorCode, reason: str) -> PartitionOutcome:
    """Return what is answered of a partition whose records did not become safe."""
    message = f"the records are not as safe as acks asks for: {reason}"
    leader = None
    if code is ErrorCode.NOT_LEADER_OR_FOLLOWER:
        leader = (partition.leader_id, partition.leader_epoch)
    return PartitionOutcome(partition.index, code, error_message=message, leader=leader)


def why_lost(partition: Partition, truncation_count: int) -> tuple[ErrorCode, str] | None:
    """Return why records will never be safe, and None while they may become so.

    `truncation_count` is that of the log when they were appended.
    """
    code = partition.lost_with
    if code is not None:
        return code, "the partition went away from this broker before that"
    if partition.log.truncation_count != truncation_count:
        return ErrorCode.KAFKA_STORAGE_ERROR, "the disk did not take them"
    return None
