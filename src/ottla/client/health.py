# SPDX-License-Identifier: Apache-2.0
"""How a cluster is: what is missing, what is in danger, what is only untidy.

    finding                  means                                                    unhealthy
    -----------------------  -------------------------------------------------------  ---------
    no controller            nothing can be changed                                   yes
    fenced broker            registered, and not in service                           yes
    offline partition        it has no leader: nothing can be read or written         yes
    under min ISR            writes with acks=all are refused                         yes
    under-replicated         a replica is missing from the in-sync set                yes
    leader not preferred     load may be uneven; the controller balances it in time   no
    reassignment             partitions are on their way                              no

Replicas that are being added by a move are not missing. `assess` is pure; `examine` asks a cluster,
and finds out for replicas that are behind how many bytes they lack, as far as brokers tell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ottla.client.admin import describe_cluster, list_topics
from ottla.client.configs import ConfigResource, ResourceType, describe_config_values
from ottla.client.errors import ClientError
from ottla.client.log_dirs import describe_log_dirs
from ottla.client.metadata import NO_LEADER
from ottla.client.reassignments import list_reassignments
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ottla.client.admin import ClusterDescription
    from ottla.client.cluster import Cluster
    from ottla.client.metadata import PartitionMetadata, TopicMetadata
    from ottla.client.reassignments import Reassignment

MIN_ISR = "min.insync.replicas"
TOPICS_PER_QUESTION = 500


class Finding(NamedTuple):
    """A partition that is not as it should be."""

    place: TopicPartition
    leader: int
    replicas: tuple[int, ...]
    isr: tuple[int, ...]
    missing: tuple[int, ...]
    """Replicas that should be in sync and are not."""
    min_isr: int


class Health(NamedTuple):
    """What was found; a partition is in each list that it belongs to."""

    cluster_id: str
    controller_id: int
    broker_count: int
    partition_count: int
    fenced: tuple[int, ...]
    offline: tuple[Finding, ...]
    under_min_isr: tuple[Finding, ...]
    under_replicated: tuple[Finding, ...]
    not_preferred: tuple[Finding, ...]
    moves: tuple[Reassignment, ...]
    lags: dict[tuple[TopicPartition, int], int]
    """Bytes that a replica lacks, by partition and broker; replicas of which nothing is known are
    left out."""

    @property
    def is_healthy(self) -> bool:
        """Whether every replica is where it should be."""
        return not (
            self.controller_id < 0
            or self.fenced
            or self.offline
            or self.under_min_isr
            or self.under_replicated
        )


def assess(
    description: ClusterDescription,
    topics: Iterable[TopicMetadata],
    min_isr: Mapping[str, int],
    moves: Sequence[Reassignment],
) -> Health:
    """Judge what a cluster says of itself. `min_isr` is by topic; 1 where it is not known."""
    adding = {TopicPartition(m.topic, m.partition): frozenset(m.adding) for m in moves}
    findings = [
        _finding(topic.name, partition, min_isr.get(topic.name, 1), adding)
        for topic in topics
        for partition in topic.partitions
    ]
    # Also where there are fewer replicas than it asks for: Ottla refuses writes there as well.
    short = [f for f in findings if len(f.isr) < f.min_isr]
    return Health(
        cluster_id=description.cluster_id,
        controller_id=description.controller_id,
        broker_count=len(description.brokers),
        partition_count=len(findings),
        fenced=tuple(broker.node_id for broker in description.brokers if broker.is_fenced),
        offline=tuple(f for f in findings if f.leader == NO_LEADER),
        under_min_isr=tuple(short),
        under_replicated=tuple(f for f in findings if f.missing),
        not_preferred=tuple(f for f in findings if f.leader not in (NO_LEADER, *f.replicas[:1])),
        moves=tuple(moves),
        lags={},
    )


async def examine(cluster: Cluster) -> Health:
    """Ask a cluster how it is."""
    description = await describe_cluster(cluster)
    moves = await list_reassignments(cluster)  # first: what has arrived by then is in sync
    topics = await list_topics(cluster)
    health = assess(description, topics, await _min_isr(cluster, topics), moves)
    behind = {f.place: f for f in health.under_replicated}
    for move in moves:
        place = TopicPartition(move.topic, move.partition)
        partition = _partition(topics, place)
        if place not in behind and partition is not None:
            missing = tuple(b for b in partition.replicas if b not in partition.isr)
            behind[place] = _finding(move.topic, partition, 1, {})._replace(missing=missing)
    return health._replace(lags=await _lags(cluster, list(behind.values())))


def _finding(
    topic: str,
    partition: PartitionMetadata,
    min_isr: int,
    adding: Mapping[TopicPartition, frozenset[int]],
) -> Finding:
    place = TopicPartition(topic, partition.partition)
    on_their_way = adding.get(place, frozenset())
    missing = [b for b in partition.replicas if b not in partition.isr and b not in on_their_way]
    return Finding(
        place, partition.leader, partition.replicas, partition.isr, tuple(missing), min_isr
    )


def _partition(topics: Iterable[TopicMetadata], place: TopicPartition) -> PartitionMetadata | None:
    for topic in topics:
        if topic.name == place.topic and place.partition < len(topic.partitions):
            return topic.partitions[place.partition]
    return None


async def _min_isr(cluster: Cluster, topics: Sequence[TopicMetadata]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(topics), TOPICS_PER_QUESTION):
        some = [
            ConfigResource(ResourceType.TOPIC, topic.name)
            for topic in topics[start : start + TOPICS_PER_QUESTION]
        ]
        for resource, values in (await describe_config_values(cluster, some, [MIN_ISR])).items():
            text = values.get(MIN_ISR)
            if text is not None:
                found[resource.name] = int(text)
    return found


async def _lags(
    cluster: Cluster, behind: Sequence[Finding]
) -> dict[tuple[TopicPartition, int], int]:
    """Compare the sizes of logs: brokers tell no offsets of their followers."""
    wanted: dict[int, list[TopicPartition]] = {}
    for finding in behind:
        for broker_id in (finding.leader, *finding.missing):
            wanted.setdefault(broker_id, []).append(finding.place)
    sizes: dict[tuple[TopicPartition, int], int] = {}
    for broker_id, places in wanted.items():
        try:
            directories = await describe_log_dirs(cluster, broker_id, places)
        except (ClientError, ApiError):
            continue  # it is down: nothing is known of its logs
        for directory in directories:
            for place, size_bytes in directory.sizes.items():
                sizes[place, broker_id] = size_bytes
    return {
        (finding.place, broker_id): max(0, whole - sizes[finding.place, broker_id])
        for finding in behind
        for whole in [sizes.get((finding.place, finding.leader))]
        for broker_id in finding.missing
        if whole is not None and (finding.place, broker_id) in sizes
    }
