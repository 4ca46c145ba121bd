# SPDX-License-Identifier: Apache-2.0
"""The administration client for programs without an event loop; safe from any thread.

    with Admin(bootstrap_servers="localhost:9092") as admin:
        admin.create_topic("orders", partitions=3)

A thin front of `ottla.aio.admin`, which runs in a thread of its own. What that module says of
failures holds here, and each method raises what its twin there does.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
from typing import TYPE_CHECKING, Any, Self, TypeVar, Unpack

from ottla.aio.admin import HANGING_AFTER_MS
from ottla.aio.admin import Admin as AsyncAdmin
from ottla.base.loop_thread import LoopThread
from ottla.client import elections, features, offsets
from ottla.client.errors import ClientClosedError

if TYPE_CHECKING:
    from collections.abc import Coroutine, Iterable, Mapping, Sequence

    from ottla.client import (
        admin,
        brokers,
        configs,
        group_lag,
        group_offsets,
        groups,
        health,
        log_dirs,
        offset_reset,
        reassignments,
        transactions,
    )
    from ottla.client.admin_options import AdminKeywords, AdminOptions
    from ottla.client.metadata import TopicMetadata
    from ottla.client.topic_partition import TopicPartition

PartitionT = TypeVar("PartitionT", bound=tuple[str, int])
ResultT = TypeVar("ResultT")


class Admin:
    """Looks after a cluster; see the module's text."""

    def __init__(
        self,
        bootstrap_servers: str | Sequence[str] = "localhost:9092",
        **options: Unpack[AdminKeywords],
    ) -> None:
        """Take the settings of `AdminOptions`, and connect.

        Raises ConfigurationError, and BrokerUnreachableError or NotABrokerError when no address
        answers.
        """
        self._admin = AsyncAdmin(bootstrap_servers, **options)
        self._is_closed = False
        self._thread = LoopThread("ottla-admin")
        self._thread.run_first(self._admin.start())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def options(self) -> AdminOptions:
        """The settings with their defaults."""
        return self._admin.options

    def close(self) -> None:
        """Disconnect; calls of other threads that are under way raise ClientClosedError."""
        self._is_closed = True
        self._thread.run_last(self._close())

    # topics

    def list_topics(self) -> list[TopicMetadata]:
        """Return all topics by name, internal ones included."""
        return self._run(self._admin.list_topics())

    def describe_topic(self, name: str) -> TopicMetadata:
        """Return the partitions of a topic with their leaders and replicas."""
        return self._run(self._admin.describe_topic(name))

    def describe_topics(self, names: Iterable[str]) -> dict[str, TopicMetadata]:
        """Return what `describe_topic` does, for each topic; raises ItemsFailedError."""
        return self._run(self._admin.describe_topics(names))

    def create_topic(
        self,
        name: str,
        partitions: int | None = None,
        replication_factor: int | None = None,
        configs: Mapping[str, str] | None = None,
        *,
        validate_only: bool = False,
    ) -> admin.CreatedTopic:
        """Create a topic; None leaves a number to the brokers' defaults."""
        return self._run(
            self._admin.create_topic(
                name, partitions, replication_factor, configs, validate_only=validate_only
            )
        )

    def create_topics(
        self, topics: Iterable[admin.NewTopic], *, validate_only: bool = False
    ) -> dict[str, admin.CreatedTopic]:
        """Create topics; raises ItemsFailedError. A `NewTopic` may also place its replicas."""
        return self._run(self._admin.create_topics(topics, validate_only=validate_only))

    def delete_topics(self, names: Iterable[str]) -> None:
        """Delete topics with their records; raises ItemsFailedError."""
        self._run(self._admin.delete_topics(names))

    def create_partitions(
        self, topic: str, partitions: int, *, validate_only: bool = False
    ) -> None:
        """Raise the number of partitions of a topic to `partitions`; keys may move to others."""
        self._run(self._admin.create_partitions(topic, partitions, validate_only=validate_only))

    def delete_records(self, before: Mapping[PartitionT, int]) -> dict[TopicPartition, int]:
        """Delete what lies before an offset of each partition; -1 stands for the end."""
        return self._run(self._admin.delete_records(before))

    # configurations

    def describe_configs(
        self,
        resource: configs.ConfigResource,
        keys: Sequence[str] | None = None,
        *,
        with_documentation: bool = False,
    ) -> list[configs.ConfigEntry]:
        """Return the settings of `ConfigResource.topic(name)`, `.broker(id)` or `.group(id)`."""
        return self._run(
            self._admin.describe_configs(resource, keys, with_documentation=with_documentation)
        )

    def alter_configs(
        self,
        resource: configs.ConfigResource,
        changes: Mapping[str, str | None] | Sequence[configs.ConfigChange],
        *,
        validate_only: bool = False,
    ) -> None:
        """Change settings of one resource, all or none; what is not named stays as it is."""
        self._run(self._admin.alter_configs(resource, changes, validate_only=validate_only))

    def list_config_resources(
        self, kinds: Iterable[configs.ResourceType] = ()
    ) -> list[configs.ConfigResource]:
        """Return what has, or may have, a configuration; every kind unless some are named."""
        return self._run(self._admin.list_config_resources(kinds))

    # the cluster and its brokers

    def describe_cluster(self) -> admin.ClusterDescription:
        """Return the brokers, fenced ones too where they are told, and the controller."""
        return self._run(self._admin.describe_cluster())

    def describe_decider(self) -> brokers.Decider | None:
        """Return the controller as the metadata log shows it; None with Kafka on ZooKeeper."""
        return self._run(self._admin.describe_decider())

    def describe_features(self) -> features.Features:
        """Return the feature levels that are supported, and those that are in force."""
        return self._run(self._admin.describe_features())

    def update_features(
        self,
        levels: Mapping[str, int],
        upgrade_type: features.UpgradeType = features.UpgradeType.UPGRADE,
        *,
        validate_only: bool = False,
    ) -> None:
        """Set feature levels, all or none; 0 takes a feature out of use."""
        self._run(self._admin.update_features(levels, upgrade_type, validate_only=validate_only))

    def examine_health(self) -> health.Health:
        """Return what is missing in the cluster, what is in danger, and what is only untidy."""
        return self._run(self._admin.examine_health())

    def describe_log_dirs(
        self, broker_id: int, partitions: Iterable[tuple[str, int]] | None = None
    ) -> list[log_dirs.LogDir]:
        """Return a broker's log directories with these partitions, all of them by default."""
        return self._run(self._admin.describe_log_dirs(broker_id, partitions))

    def move_replicas(self, broker_id: int, targets: Mapping[tuple[str, int], str]) -> None:
        """Begin to move replicas of a broker to other log directories of it, named by paths."""
        self._run(self._admin.move_replicas(broker_id, targets))

    def unregister_broker(self, broker_id: int) -> None:
        """Let the cluster forget a broker that will not come back; raises ApiError."""
        self._run(self._admin.unregister_broker(broker_id))

    def elect_leaders(
        self,
        partitions: Iterable[tuple[str, int]] | None = None,
        election_type: elections.ElectionType = elections.ElectionType.PREFERRED,
    ) -> list[TopicPartition]:
        """Hold elections, by default wherever one is needed; return where there is a new leader."""
        return self._run(self._admin.elect_leaders(partitions, election_type))

    def reassign(self, targets: Mapping[PartitionT, Sequence[int]]) -> None:
        """Begin to move partitions to these brokers, each one's preferred leader first."""
        self._run(self._admin.reassign(targets))

    def list_reassignments(self) -> list[reassignments.Reassignment]:
        """Return every move that is under way."""
        return self._run(self._admin.list_reassignments())

    def cancel_reassignments(self, partitions: Iterable[tuple[str, int]]) -> None:
        """Leave partitions where they were."""
        self._run(self._admin.cancel_reassignments(partitions))

    def throttle_reassignments(
        self, targets: Mapping[PartitionT, Sequence[int]], bytes_per_second: int
    ) -> None:
        """Limit what each broker copies for these moves; call it before `reassign`."""
        self._run(self._admin.throttle_reassignments(targets, bytes_per_second))

    def lift_throttle(self, topics: Iterable[str]) -> None:
        """Take the limits on moves away: of these topics, and of every broker in service."""
        self._run(self._admin.lift_throttle(topics))

    # offsets

    def list_offsets(
        self,
        partitions: Iterable[tuple[str, int]],
        at: int = offsets.LATEST,
        *,
        isolation_level: str = "read_uncommitted",
    ) -> dict[TopicPartition, offsets.ListedOffset]:
        """Return an offset of each partition: `EARLIEST`, `LATEST`, or by a time in ms."""
        return self._run(self._admin.list_offsets(partitions, at, isolation_level=isolation_level))

    # groups

    def list_groups(
        self, *, states: Iterable[str] = (), types: Iterable[str] = ()
    ) -> list[groups.ListedGroup]:
        """Return the groups by name; without filters all of them."""
        return self._run(self._admin.list_groups(states=states, types=types))

    def describe_group(self, group_id: str) -> groups.GroupDescription:
        """Return the members of a group and what they read."""
        return self._run(self._admin.describe_group(group_id))

    def describe_groups(self, group_ids: Iterable[str]) -> dict[str, groups.GroupDescription]:
        """Return what `describe_group` does, for each group; raises ItemsFailedError."""
        return self._run(self._admin.describe_groups(group_ids))

    def delete_groups(self, group_ids: Iterable[str]) -> None:
        """Delete groups with their offsets; raises ItemsFailedError: NON_EMPTY_GROUP."""
        self._run(self._admin.delete_groups(group_ids))

    def remove_group_members(
        self,
        group_id: str,
        *,
        member_ids: Iterable[str] = (),
        instance_ids: Iterable[str] = (),
    ) -> None:
        """Remove members by their ids or, if they are static, by their instance ids."""
        self._run(
            self._admin.remove_group_members(
                group_id, member_ids=member_ids, instance_ids=instance_ids
            )
        )

    def list_group_offsets(self, group_id: str) -> group_offsets.GroupOffsets:
        """Return what a group has committed; a group that does not exist has nothing."""
        return self._run(self._admin.list_group_offsets(group_id))

    def alter_group_offsets(self, group_id: str, offsets: Mapping[PartitionT, int]) -> None:
        """Set where a group goes on reading; it must have no members, and need not exist."""
        self._run(self._admin.alter_group_offsets(group_id, offsets))

    def plan_offset_reset(
        self,
        group_id: str,
        partitions: Iterable[tuple[str, int]],
        target: offset_reset.ResetTarget,
    ) -> list[offset_reset.PlannedOffset]:
        """Return where a reset would lead; `alter_group_offsets` carries it out."""
        return self._run(self._admin.plan_offset_reset(group_id, partitions, target))

    def delete_group_offsets(self, group_id: str, partitions: Iterable[tuple[str, int]]) -> None:
        """Forget offsets of partitions that no member reads."""
        self._run(self._admin.delete_group_offsets(group_id, partitions))

    def measure_lag(
        self, group_ids: Iterable[str], *, isolation_level: str = "read_uncommitted"
    ) -> dict[str, list[group_lag.PartitionLag]]:
        """Return how far groups are behind, in records and in time; raises ItemsFailedError."""
        return self._run(self._admin.measure_lag(group_ids, isolation_level=isolation_level))

    # transactions

    def list_transactions(
        self,
        *,
        states: Iterable[str] = (),
        producer_ids: Iterable[int] = (),
        running_longer_than_ms: int | None = None,
        pattern: str | None = None,
    ) -> list[transactions.ListedTransaction]:
        """Return the transactional ids by name; without filters all of them."""
        return self._run(
            self._admin.list_transactions(
                states=states,
                producer_ids=producer_ids,
                running_longer_than_ms=running_longer_than_ms,
                pattern=pattern,
            )
        )

    def describe_transactions(
        self, transactional_ids: Iterable[str]
    ) -> dict[str, transactions.TransactionDescription]:
        """Return state, start and partitions by transactional id."""
        return self._run(self._admin.describe_transactions(transactional_ids))

    def abort_transaction(self, transactional_id: str) -> None:
        """Abort an open transaction and fence its producer."""
        self._run(self._admin.abort_transaction(transactional_id))

    def describe_producers(
        self, partitions: Iterable[tuple[str, int]]
    ) -> dict[TopicPartition, tuple[transactions.ActiveProducer, ...]]:
        """Return the producers that the leader of each partition remembers."""
        return self._run(self._admin.describe_producers(partitions))

    def find_hanging_transactions(
        self,
        partitions: Iterable[tuple[str, int]] | None = None,
        older_than_ms: int = HANGING_AFTER_MS,
    ) -> list[transactions.ActiveProducer]:
        """Return transactions that partitions (all by default) wait for and nobody will end."""
        return self._run(self._admin.find_hanging_transactions(partitions, older_than_ms))

    def abort_hanging_transaction(self, producer: transactions.ActiveProducer) -> None:
        """Write the marker that ends a transaction which `find_hanging_transactions` returned."""
        self._run(self._admin.abort_hanging_transaction(producer))

    # inside

    def _run(self, work: Coroutine[Any, Any, ResultT]) -> ResultT:
        if self._is_closed:
            work.close()
            raise ClientClosedError("the admin client was closed; make a new one")
        try:
            return self._thread.run(work)
        except concurrent.futures.CancelledError:
            text = "the admin client was closed while the call was under way"
            raise ClientClosedError(text) from None

    async def _close(self) -> None:
        calls = asyncio.all_tasks() - {asyncio.current_task()}
        for call in calls:
            call.cancel()
        await asyncio.gather(*calls, return_exceptions=True)
        await self._admin.close()
