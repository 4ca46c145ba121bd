# SPDX-License-Identifier: Apache-2.0
"""What a client knows of a cluster: an immutable snapshot made from one Metadata answer.

`client.cluster` replaces the snapshot as a whole; nothing is changed in place, so that whoever
holds one sees a consistent state.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Self

from ottla.base.ids import ZERO_UUID
from ottla.net.address import Address
from ottla.protocol.errors import ErrorCode

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ottla.protocol.messages.metadata import (
        MetadataResponse,
        MetadataResponsePartition,
        MetadataResponseTopic,
    )

NO_LEADER = -1


@dataclass(frozen=True, slots=True)
class BrokerMetadata:
    """A broker as it wants to be reached."""

    node_id: int
    address: Address
    rack: str | None = None
    is_fenced: bool = False  # only DescribeCluster tells, and lists such brokers at all


@dataclass(frozen=True, slots=True)
class PartitionMetadata:
    """Where one partition lives."""

    partition: int
    leader: int  # NO_LEADER while there is none
    leader_epoch: int  # -1 when the broker is too old to tell
    replicas: tuple[int, ...] = ()
    isr: tuple[int, ...] = ()
    offline_replicas: tuple[int, ...] = ()
    error: ErrorCode = ErrorCode.NONE


@dataclass(frozen=True, slots=True)
class TopicMetadata:
    """One topic; `error` says why the rest may be missing."""

    name: str
    topic_id: bytes = ZERO_UUID
    is_internal: bool = False
    partitions: tuple[PartitionMetadata, ...] = ()  # by partition number
    error: ErrorCode = ErrorCode.NONE

    @property
    def is_led(self) -> bool:
        """Whether every partition has a leader."""
        return bool(self.partitions) and all(p.leader != NO_LEADER for p in self.partitions)


@dataclass(frozen=True, slots=True)
class ClusterMetadata:
    """Brokers and the topics that were asked for."""

    cluster_id: str | None = None
    controller_id: int = -1
    brokers: Mapping[int, BrokerMetadata] = field(default_factory=dict)
    topics: Mapping[str, TopicMetadata] = field(default_factory=dict)

    @classmethod
    def from_response(cls, response: MetadataResponse) -> Self:
        """Read a Metadata answer of any version."""
        brokers = {
            broker.node_id: BrokerMetadata(
                broker.node_id, Address(broker.host, broker.port), broker.rack
            )
            for broker in response.brokers
        }
        topics = {topic.name: _topic(topic) for topic in response.topics if topic.name is not None}
        return cls(response.cluster_id, response.controller_id, brokers, topics)

    def merged(self, newer: ClusterMetadata) -> ClusterMetadata:
        """Return `newer` together with the topics that only this snapshot knows."""
        return ClusterMetadata(
            newer.cluster_id, newer.controller_id, newer.brokers, {**self.topics, **newer.topics}
        )


def _topic(topic: MetadataResponseTopic) -> TopicMetadata:
    assert topic.name is not None
    partitions = sorted((_partition(p) for p in topic.partitions), key=lambda p: p.partition)
    return TopicMetadata(
        topic.name,
        topic.topic_id,
        topic.is_internal,
        tuple(partitions),
        ErrorCode.of(topic.error_code),
    )


def _partition(partition: MetadataResponsePartition) -> PartitionMetadata:
    return PartitionMetadata(
        partition.partition_index,
        partition.leader_id,
        partition.leader_epoch,
        tuple(partition.replica_nodes),
        tuple(partition.isr_nodes),
        tuple(partition.offline_replicas),
        ErrorCode.of(partition.error_code),
    )
