# SPDX-License-Identifier: Apache-2.0
"""The administration client for asyncio, and the one implementation of it.

    async with Admin(bootstrap_servers="localhost:9092") as admin:
        await admin.create_topic("orders", partitions=3, configs={"retention.ms": "86400000"})
        for group in await admin.list_groups():
            print(group.group_id, group.state)

One rule for failures: a call that did not do all it was asked for raises, nothing is to be looked
up in what it returns. A call for many items tries all of them and then raises `ItemsFailedError`,
which has what failed (`failures`) and what did not (`results`) by item; it is an `ApiError` like
the refusals of calls for one thing. Every call may also raise `ClientError` when brokers cannot be
reached or are too old, `ClientClosedError` and `WrongLoopError`.

Questions are asked again for `default_api_timeout_ms` while the cluster has no answer. Changes are
sent once unless repeating them does no harm: when an answer is lost, look before asking again.
Partitions are pairs of topic and number; results have them as `TopicPartition`.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Self, TypeVar, Unpack

from ottla.client import (
    admin,
    brokers,
    configs,
    elections,
    features,
    group_lag,
    group_members,
    group_offsets,
    groups,
    health,
    log_dirs,
    offset_reset,
    offsets,
    reassignments,
    record_deletion,
    replication_throttle,
    transaction_abort,
    transactions,
)
from ottla.client.admin_options import AdminKeywords, AdminOptions
from ottla.client.cluster import Cluster
from ottla.client.errors import ClientClosedError, UnknownPartitionError, WrongLoopError
from ottla.client.metadata import NO_LEADER
from ottla.client.options import read_bootstrap_servers, read_options, require
from ottla.client.outcomes import results_of
from ottla.client.topic_partition import TopicPartition, partition_names
from ottla.protocol.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ottla.client.metadata import TopicMetadata

PartitionT = TypeVar("PartitionT", bound=tuple[str, int])

HANGING_AFTER_MS = 15 * 60 * 1000
"""The longest transaction that brokers allow by default: what writes nothing for so long hangs."""


class Admin:
    """Looks after a cluster; see the module's text. Belongs to the loop that it was started in."""

    def __init__(
        self,
        bootstrap_servers: str | Sequence[str] = "localhost:9092",
        **options: Unpack[AdminKeywords],
    ) -> None:
        """Take the settings of `AdminOptions`; raises ConfigurationError. Does no I/O."""
        self.options = read_options(AdminOptions, options)
        self._bootstrap = read_bootstrap_servers(bootstrap_servers)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._connected: Cluster | None = None
        self._is_closed = False

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def start(self) -> None:
        """Connect. Raises BrokerUnreachableError or NotABrokerError when no address answers."""
        if self._is_closed:
            raise ClientClosedError("the admin client was closed; make a new one")
        if self._loop is not None:
            return
        self._loop = asyncio.get_running_loop()
        cluster = Cluster(self._bootstrap, self.options.client_settings())
        try:
            await cluster.connect()
        except BaseException:
            await cluster.close()
            self._loop = None
            raise
        self._connected = cluster

    async def close(self) -> None:
        """Disconnect."""
        if self._is_closed or self._connected is None:
            self._is_closed = True
            return
        cluster = self._cluster
        self._is_closed = True
        await cluster.close()

    # topics

    async def list_topics(self) -> list[TopicMetadata]:
        """Return all topics by name, internal ones included."""
        return await admin.list_topics(self._cluster)

    async def describe_topic(self, name: str) -> TopicMetadata:
        """Return the partitions of a topic with their leaders and replicas.

        Raises UnknownTopicError when there is no such topic; one that was just made may be unknown
        to a broker for a moment.
        """
        return await admin.describe_topic(self._cluster, name)

    async def describe_topics(self, names: Iterable[str]) -> dict[str, TopicMetadata]:
        """Return what `describe_topic` does, for each topic; raises ItemsFailedError."""
        return results_of(await admin.describe_topics(self._cluster, _several(names)))

    async def create_topic(
        self,
        name: str,
        partitions: int | None = None,
        replication_factor: int | None = None,
        configs: Mapping[str, str] | None = None,
        *,
        validate_only: bool = False,
    ) -> admin.CreatedTopic:
        """Create a topic; None leaves a number to the brokers' defaults.

        Raises ApiError: TOPIC_ALREADY_EXISTS, INVALID_TOPIC_EXCEPTION (the name), INVALID_CONFIG,
        INVALID_PARTITIONS, INVALID_REPLICATION_FACTOR.
        """
        return await admin.create_topic(
            self._cluster,
            name,
            partition_count=-1 if partitions is None else partitions,
            replication_factor=-1 if replication_factor is None else replication_factor,
            configs=configs,
            validate_only=validate_only,
        )

    async def create_topics(
        self, topics: Iterable[admin.NewTopic], *, validate_only: bool = False
    ) -> dict[str, admin.CreatedTopic]:
        """Create topics; raises ItemsFailedError. A `NewTopic` may also place its replicas."""
        created = await admin.create_topics(self._cluster, topics, validate_only=validate_only)
        return results_of(created)

    async def delete_topics(self, names: Iterable[str]) -> None:
        """Delete topics with their records; raises ItemsFailedError."""
        results_of(await admin.delete_topics(self._cluster, _several(names)))

    async def create_partitions(
        self, topic: str, partitions: int, *, validate_only: bool = False
    ) -> None:
        """Raise the number of partitions of a topic to `partitions`; keys may move to others.

        Raises ApiError: INVALID_PARTITIONS (not more than there are), UNKNOWN_TOPIC_OR_PARTITION.
        """
        await admin.create_partitions(self._cluster, topic, partitions, validate_only=validate_only)

    async def delete_records(self, before: Mapping[PartitionT, int]) -> dict[TopicPartition, int]:
        """Delete what lies before an offset of each partition; -1 stands for the end.

        Returns the first offset that is left. Raises UnknownTopicError, UnknownPartitionError and
        ItemsFailedError (OFFSET_OUT_OF_RANGE, POLICY_VIOLATION where a topic is compacted only).
        """
        wanted = {TopicPartition(*place): offset for place, offset in before.items()}
        await self._learn(wanted)
        return results_of(await record_deletion.delete_records(self._cluster, wanted))

    # configurations

    async def describe_configs(
        self,
        resource: configs.ConfigResource,
        keys: Sequence[str] | None = None,
        *,
        with_documentation: bool = False,
    ) -> list[configs.ConfigEntry]:
        """Return the settings of `ConfigResource.topic(name)`, `.broker(id)` or `.group(id)`.

        Raises ApiError: UNKNOWN_TOPIC_OR_PARTITION, BROKER_NOT_AVAILABLE.
        """
        return await configs.describe_configs(
            self._cluster, resource, keys=keys, with_documentation=with_documentation
        )

    async def alter_configs(
        self,
        resource: configs.ConfigResource,
        changes: Mapping[str, str | None] | Sequence[configs.ConfigChange],
        *,
        validate_only: bool = False,
    ) -> None:
        """Change settings of one resource, all or none; what is not named stays as it is.

        A value of None goes back to the default; a list of `ConfigChange` can also append to and
        subtract from lists. Raises ApiError: INVALID_CONFIG, UNKNOWN_TOPIC_OR_PARTITION.
        """
        listed = configs.read_changes(changes)
        await configs.alter_configs(self._cluster, resource, listed, validate_only=validate_only)

    async def list_config_resources(
        self, kinds: Iterable[configs.ResourceType] = ()
    ) -> list[configs.ConfigResource]:
        """Return what has, or may have, a configuration; every kind unless some are named.

        Brokers before Kafka 4.1 know no kind but CLIENT_METRICS, and raise ApiError for others.
        """
        return await configs.list_config_resources(self._cluster, set(kinds))

    # the cluster and its brokers

    async def describe_cluster(self) -> admin.ClusterDescription:
        """Return the brokers, fenced ones too where they are told, and the controller."""
        return await admin.describe_cluster(self._cluster)

    async def describe_decider(self) -> brokers.Decider | None:
        """Return the controller as the metadata log shows it; None with Kafka on ZooKeeper."""
        return await brokers.describe_decider(self._cluster)

    async def describe_features(self) -> features.Features:
        """Return the feature levels that are supported, and those that are in force."""
        return await features.describe_features(self._cluster)

    async def update_features(
        self,
        levels: Mapping[str, int],
        upgrade_type: features.UpgradeType = features.UpgradeType.UPGRADE,
        *,
        validate_only: bool = False,
    ) -> None:
        """Set feature levels, all or none; 0 takes a feature out of use.

        Raises ApiError: INVALID_UPDATE_VERSION (a level that a broker does not support, or a lower
        one without a downgrade's `upgrade_type`), FEATURE_UPDATE_FAILED.
        """
        await features.update_features(
            self._cluster, levels, upgrade_type, validate_only=validate_only
        )

    async def examine_health(self) -> health.Health:
        """Return what is missing in the cluster, what is in danger, and what is only untidy."""
        return await health.examine(self._cluster)

    async def describe_log_dirs(
        self, broker_id: int, partitions: Iterable[tuple[str, int]] | None = None
    ) -> list[log_dirs.LogDir]:
        """Return a broker's log directories with these partitions, all of them by default.

        Raises ApiError: BROKER_NOT_AVAILABLE when the cluster knows no such broker.
        """
        places = None if partitions is None else partition_names(partitions)
        return await log_dirs.describe_log_dirs(self._cluster, broker_id, places)

    async def move_replicas(self, broker_id: int, targets: Mapping[tuple[str, int], str]) -> None:
        """Begin to move replicas of a broker to other log directories of it, named by their paths.

        `describe_log_dirs` shows in `arriving` how far they are. Raises ItemsFailedError:
        LOG_DIR_NOT_FOUND, REPLICA_NOT_AVAILABLE, KAFKA_STORAGE_ERROR.
        """
        paths = {TopicPartition(*name): path for name, path in targets.items()}
        results_of(await log_dirs.move_replicas(self._cluster, broker_id, paths))

    async def unregister_broker(self, broker_id: int) -> None:
        """Let the cluster forget a broker that will not come back; raises ApiError."""
        await brokers.unregister_broker(self._cluster, broker_id)

    async def elect_leaders(
        self,
        partitions: Iterable[tuple[str, int]] | None = None,
        election_type: elections.ElectionType = elections.ElectionType.PREFERRED,
    ) -> list[TopicPartition]:
        """Hold elections, by default wherever one is needed; return where there is a new leader.

        Raises ItemsFailedError: PREFERRED_LEADER_NOT_AVAILABLE, ELIGIBLE_LEADERS_NOT_AVAILABLE,
        UNKNOWN_TOPIC_OR_PARTITION.
        """
        places = None if partitions is None else partition_names(partitions)
        held = await elections.elect_leaders(self._cluster, places, election_type)
        return sorted(results_of(held))

    async def reassign(self, targets: Mapping[PartitionT, Sequence[int]]) -> None:
        """Begin to move partitions to these brokers, each one's preferred leader first.

        Raises ItemsFailedError: INVALID_REPLICA_ASSIGNMENT, UNKNOWN_TOPIC_OR_PARTITION.
        """
        wanted = {TopicPartition(*place): tuple(ids) for place, ids in targets.items()}
        results_of(await reassignments.reassign(self._cluster, wanted))

    async def list_reassignments(self) -> list[reassignments.Reassignment]:
        """Return every move that is under way."""
        return await reassignments.list_reassignments(self._cluster)

    async def cancel_reassignments(self, partitions: Iterable[tuple[str, int]]) -> None:
        """Leave partitions where they were.

        Raises ItemsFailedError: NO_REASSIGNMENT_IN_PROGRESS.
        """
        cancelled: dict[TopicPartition, tuple[int, ...] | None]
        cancelled = dict.fromkeys(partition_names(partitions))
        results_of(await reassignments.reassign(self._cluster, cancelled))

    async def throttle_reassignments(
        self, targets: Mapping[PartitionT, Sequence[int]], bytes_per_second: int
    ) -> None:
        """Limit what each broker copies for these moves; call it before `reassign`.

        Whoever imposes the limit has to lift it, or it slows down what comes later. Raises
        UnknownTopicError, UnknownPartitionError, and ApiError for the first refusal.
        """
        wanted = {TopicPartition(*place): tuple(ids) for place, ids in targets.items()}
        await self._learn(wanted)
        topics = self._cluster.metadata.topics
        before = {name: topics[name.topic].partitions[name.partition].replicas for name in wanted}
        throttle = replication_throttle.ReplicationThrottle(self._cluster, before, wanted)
        await throttle.impose(bytes_per_second)

    async def lift_throttle(self, topics: Iterable[str]) -> None:
        """Take the limits on moves away: of these topics, and of every broker in service.

        Raises ApiError for the first refusal.
        """
        names = _several(topics)
        await replication_throttle.lift_every_throttle(self._cluster, names)

    # offsets

    async def list_offsets(
        self,
        partitions: Iterable[tuple[str, int]],
        at: int = offsets.LATEST,
        *,
        isolation_level: str = "read_uncommitted",
    ) -> dict[TopicPartition, offsets.ListedOffset]:
        """Return an offset of each partition: `EARLIEST`, `LATEST` or by a time in ms since 1970.

        By time it is the first record that is as late, or -1. Raises UnknownTopicError,
        UnknownPartitionError, and ApiError when a partition has no leader for too long.
        """
        names = await self._learn(partition_names(partitions))
        level = _isolation_number(isolation_level)
        return await offsets.list_offsets(
            self._cluster, dict.fromkeys(names, at), isolation_level=level
        )

    # groups

    async def list_groups(
        self, *, states: Iterable[str] = (), types: Iterable[str] = ()
    ) -> list[groups.ListedGroup]:
        """Return the groups by name; without filters all of them."""
        return await groups.list_groups(self._cluster, states=states, types=types)

    async def describe_group(self, group_id: str) -> groups.GroupDescription:
        """Return the members of a group and what they read; raises ApiError: GROUP_ID_NOT_FOUND."""
        return await groups.describe_group(self._cluster, group_id)

    async def describe_groups(self, group_ids: Iterable[str]) -> dict[str, groups.GroupDescription]:
        """Return what `describe_group` does, for each group; raises ItemsFailedError."""
        return results_of(await groups.describe_groups(self._cluster, _several(group_ids)))

    async def delete_groups(self, group_ids: Iterable[str]) -> None:
        """Delete groups with their offsets; raises ItemsFailedError: NON_EMPTY_GROUP."""
        results_of(await groups.delete_groups(self._cluster, _several(group_ids)))

    async def remove_group_members(
        self,
        group_id: str,
        *,
        member_ids: Iterable[str] = (),
        instance_ids: Iterable[str] = (),
    ) -> None:
        """Remove members by their ids or, if they are static, by their instance ids.

        A member that is alive joins again. Raises ItemsFailedError: UNKNOWN_MEMBER_ID.
        """
        removed = await group_members.remove_members(
            self._cluster,
            group_id,
            member_ids=_several(member_ids),
            instance_ids=_several(instance_ids),
        )
        results_of(removed)

    async def list_group_offsets(self, group_id: str) -> group_offsets.GroupOffsets:
        """Return what a group has committed; a group that does not exist has nothing."""
        fetched = await group_offsets.fetch_group_offsets(self._cluster, (group_id,))
        return results_of(fetched)[group_id]

    async def alter_group_offsets(self, group_id: str, offsets: Mapping[PartitionT, int]) -> None:
        """Set where a group goes on reading; it must have no members, and need not exist.

        Raises ApiError: UNKNOWN_MEMBER_ID when the group has members, and ItemsFailedError.
        """
        wanted = {TopicPartition(*place): offset for place, offset in offsets.items()}
        results_of(await group_offsets.commit_group_offsets(self._cluster, group_id, wanted))

    async def plan_offset_reset(
        self,
        group_id: str,
        partitions: Iterable[tuple[str, int]],
        target: offset_reset.ResetTarget,
    ) -> list[offset_reset.PlannedOffset]:
        """Return where a reset would lead; `alter_group_offsets` carries it out.

        Raises ApiError when a partition has no leader, NothingToShiftError.
        """
        committed = await self.list_group_offsets(group_id)
        names = await self._learn(partition_names(partitions))
        return await offset_reset.plan_reset(self._cluster, committed, names, target)

    async def delete_group_offsets(
        self, group_id: str, partitions: Iterable[tuple[str, int]]
    ) -> None:
        """Forget offsets of partitions that no member reads.

        Raises ApiError: GROUP_ID_NOT_FOUND; ItemsFailedError: GROUP_SUBSCRIBED_TO_TOPIC.
        """
        names = partition_names(partitions)
        results_of(await group_offsets.delete_group_offsets(self._cluster, group_id, names))

    async def measure_lag(
        self, group_ids: Iterable[str], *, isolation_level: str = "read_uncommitted"
    ) -> dict[str, list[group_lag.PartitionLag]]:
        """Return how far groups are behind, in records and in time; raises ItemsFailedError."""
        described = await self.describe_groups(group_ids)
        level = _isolation_number(isolation_level)
        return await group_lag.measure_lag(
            self._cluster, list(described.values()), isolation_level=level
        )

    # transactions

    async def list_transactions(
        self,
        *,
        states: Iterable[str] = (),
        producer_ids: Iterable[int] = (),
        running_longer_than_ms: int | None = None,
        pattern: str | None = None,
    ) -> list[transactions.ListedTransaction]:
        """Return the transactional ids by name; without filters all of them."""
        return await transactions.list_transactions(
            self._cluster,
            states=states,
            producer_ids=producer_ids,
            running_longer_than_ms=running_longer_than_ms,
            pattern=pattern,
        )

    async def describe_transactions(
        self, transactional_ids: Iterable[str]
    ) -> dict[str, transactions.TransactionDescription]:
        """Return state, start and partitions by transactional id.

        Raises ItemsFailedError: TRANSACTIONAL_ID_NOT_FOUND.
        """
        ids = _several(transactional_ids)
        described = await transactions.describe_transactions(self._cluster, ids)
        return results_of(described)

    async def abort_transaction(self, transactional_id: str) -> None:
        """Abort an open transaction and fence its producer.

        Raises ApiError: TRANSACTIONAL_ID_NOT_FOUND, INVALID_TXN_STATE when none is open.
        """
        await transaction_abort.abort_transaction(self._cluster, transactional_id)

    async def describe_producers(
        self, partitions: Iterable[tuple[str, int]]
    ) -> dict[TopicPartition, tuple[transactions.ActiveProducer, ...]]:
        """Return the producers that the leader of each partition remembers.

        Raises UnknownTopicError, UnknownPartitionError, and ApiError for the first refusal.
        """
        names = await self._learn(partition_names(partitions))
        return await transactions.describe_producers(self._cluster, names)

    async def find_hanging_transactions(
        self,
        partitions: Iterable[tuple[str, int]] | None = None,
        older_than_ms: int = HANGING_AFTER_MS,
    ) -> list[transactions.ActiveProducer]:
        """Return transactions that partitions (all by default) wait for and nobody will end."""
        if partitions is None:
            names = [
                TopicPartition(topic.name, partition.partition)
                for topic in await self.list_topics()
                for partition in topic.partitions
                if partition.leader != NO_LEADER
            ]
        else:
            names = await self._learn(partition_names(partitions))
        return await transaction_abort.find_hanging(self._cluster, names, older_than_ms)

    async def abort_hanging_transaction(self, producer: transactions.ActiveProducer) -> None:
        """Write the marker that ends a transaction which `find_hanging_transactions` returned.

        Raises ApiError: INVALID_PRODUCER_EPOCH, TRANSACTION_COORDINATOR_FENCED.
        """
        await self._learn([producer.name])
        await transaction_abort.abort_hanging(
            self._cluster,
            producer.name,
            producer_id=producer.producer_id,
            producer_epoch=producer.producer_epoch,
            coordinator_epoch=producer.coordinator_epoch or 0,
        )

    # inside

    async def _learn(self, partitions: Iterable[TopicPartition]) -> list[TopicPartition]:
        """Make sure that metadata has these partitions, and return them."""
        cluster, names = self._cluster, list(partitions)
        described = await admin.describe_topics(cluster, (name.topic for name in names))
        for topic, known in described.items():
            if isinstance(known, ApiError):
                await cluster.topic(topic)  # known in a moment, or it raises
        for topic, partition in names:
            count = len(cluster.metadata.topics[topic].partitions)
            if not 0 <= partition < count:
                raise UnknownPartitionError(topic, partition, count)
        return names

    @property
    def _cluster(self) -> Cluster:
        """What to ask through. Raises ClientClosedError and WrongLoopError."""
        if self._is_closed:
            raise ClientClosedError("the admin client was closed; make a new one")
        if self._connected is None:
            raise ClientClosedError(
                "the admin client was not started: use `async with` or `await admin.start()`"
            )
        if asyncio.get_running_loop() is not self._loop:
            raise WrongLoopError(
                "the admin client belongs to the event loop that it was started in; "
                "make one per loop"
            )
        return self._connected


def _isolation_number(name: str) -> int:
    names = ", ".join(offsets.ISOLATION_LEVELS)
    require("isolation_level", name, names, holds=name in offsets.ISOLATION_LEVELS)
    return offsets.ISOLATION_LEVELS[name]


def _several(names: Iterable[str]) -> list[str]:
    """Return names as a list; a single text would be taken for as many as it has letters."""
    if isinstance(names, str):
        raise TypeError(f"{names!r} is one name: give a list, [{names!r}]")
    return list(names)
