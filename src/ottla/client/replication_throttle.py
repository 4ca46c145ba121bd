# SPDX-License-Identifier: Apache-2.0
"""A limit on what moves copy, with Kafka's own settings (KIP-73).

The rate is a setting of each broker that takes part; which replicas it is meant for, settings of
the topics. Replication that is not part of the moves is not held back. Whoever imposes the limit
has to lift it, or it would slow down what comes later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.client.admin import describe_cluster
from ottla.client.configs import (
    ConfigChange,
    ConfigOperation,
    ConfigResource,
    ResourceType,
    alter_configs,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ottla.client.cluster import Cluster
    from ottla.client.topic_partition import TopicPartition

RATES = ("leader.replication.throttled.rate", "follower.replication.throttled.rate")
LEADERS = "leader.replication.throttled.replicas"
FOLLOWERS = "follower.replication.throttled.replicas"


class ReplicationThrottle:
    """The limit of one set of moves."""

    def __init__(
        self,
        cluster: Cluster,
        before: Mapping[TopicPartition, tuple[int, ...]],
        targets: Mapping[TopicPartition, tuple[int, ...]],
    ) -> None:
        self._cluster = cluster
        self._brokers = sorted({b for p, new in targets.items() for b in (*before[p], *new)})
        self._replicas = throttled_replicas(before, targets)

    async def impose(self, bytes_per_second: int) -> None:
        """Limit the moves."""
        for topic, values in self._replicas.items():
            changes = [ConfigChange(k, ConfigOperation.SET, v) for k, v in values.items()]
            await alter_configs(self._cluster, ConfigResource(ResourceType.TOPIC, topic), changes)
        rate = str(bytes_per_second)
        await self._set_rates([ConfigChange(key, ConfigOperation.SET, rate) for key in RATES])

    async def lift(self) -> None:
        """Take the limit away."""
        await self._set_rates([ConfigChange(key, ConfigOperation.DELETE) for key in RATES])
        for topic in self._replicas:
            changes = [ConfigChange(k, ConfigOperation.DELETE) for k in (LEADERS, FOLLOWERS)]
            await alter_configs(self._cluster, ConfigResource(ResourceType.TOPIC, topic), changes)

    async def _set_rates(self, changes: list[ConfigChange]) -> None:
        for broker_id in self._brokers:
            resource = ConfigResource(ResourceType.BROKER, str(broker_id))
            await alter_configs(self._cluster, resource, changes)


async def lift_every_throttle(cluster: Cluster, topics: Iterable[str]) -> None:
    """Take all limits away: the rates of every broker in service, and what they meant of topics.

    For whoever has no `ReplicationThrottle` any more, or never had one.
    """
    description = await describe_cluster(cluster)
    resources = {
        ConfigResource.broker(broker.node_id): RATES
        for broker in description.brokers
        if not broker.is_fenced
    }
    resources |= {ConfigResource.topic(topic): (LEADERS, FOLLOWERS) for topic in topics}
    for resource, keys in resources.items():
        changes = [ConfigChange(key, ConfigOperation.DELETE) for key in keys]
        await alter_configs(cluster, resource, changes)


def throttled_replicas(
    before: Mapping[TopicPartition, tuple[int, ...]],
    targets: Mapping[TopicPartition, tuple[int, ...]],
) -> dict[str, dict[str, str]]:
    """Return the topics' settings: who hands out, and who copies."""
    settings: dict[str, dict[str, list[str]]] = {}
    for place, target in targets.items():
        lists = settings.setdefault(place.topic, {LEADERS: [], FOLLOWERS: []})
        old = before[place]
        lists[LEADERS] += [f"{place.partition}:{b}" for b in old]
        lists[FOLLOWERS] += [f"{place.partition}:{b}" for b in target if b not in old]
    return {
        topic: {key: ",".join(items) for key, items in lists.items()}
        for topic, lists in settings.items()
    }
