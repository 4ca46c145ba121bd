# SPDX-License-Identifier: Apache-2.0
"""Puts the replication of one broker together: what partitions ask of it, and what drives them.

    image changes ─► replicas (roles) ─► fetching follows other leaders
    followers' fetches ─► partitions ─► proposals ─► controller ─► image changes

Belongs to the event loop.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from ottla.base.config_def import LONG_MAX
from ottla.broker.isr_changes import IsrChanges
from ottla.broker.replica_fetching import ReplicaFetching
from ottla.metadata.image import ResourceType
from ottla.replication.copy_throttle import CopyThrottle
from ottla.replication.replica_fetcher import FetcherSettings

if TYPE_CHECKING:
    from collections.abc import Callable
    from concurrent.futures import Executor

    from ottla.base.clock import Clock
    from ottla.base.errors import StorageError
    from ottla.broker.config import BrokerConfig
    from ottla.broker.controller_gateway import ControllerGateway
    from ottla.broker.peers import Peers
    from ottla.replication.leadership import IsrProposal
    from ottla.replication.partition import Partition
    from ottla.replication.replica_manager import ReplicaManager

ANSWER_TIMEOUT_EXTRA_MS = 2_500
"""A leader that answers later than this behind the parking time is taken for dead."""


THROTTLED_REPLICAS = "follower.replication.throttled.replicas"


class BrokerSurroundings:
    """What partitions know of their broker (see `replication.partition.Surroundings`)."""

    def __init__(self, config: BrokerConfig, clock: Clock, gateway: ControllerGateway) -> None:
        self.broker_id = config.node_id
        self.lag_ms_max = config.replica_lag_time_max_ms
        self._clock = clock
        self._gateway = gateway
        self._throttle = CopyThrottle()
        self._changes = IsrChanges(gateway, config.node_id, self.broker_epoch)

    def now_ms(self) -> int:
        """Return the steady time."""
        return self._clock.now_ms()

    def broker_epoch(self) -> int:
        """Return the epoch of this broker's registration, -1 before it has one."""
        known = self._gateway.image.brokers.get(self.broker_id)
        return -1 if known is None else known.broker_epoch

    def is_eligible(self, broker_id: int, broker_epoch: int) -> bool:
        """Whether a broker may be in sync: alive, and the incarnation that fetches."""
        broker = self._gateway.image.brokers.get(broker_id)
        return broker is not None and broker.is_live and broker_epoch in (-1, broker.broker_epoch)

    def copy_pause_ms(self, partition: Partition, size_bytes: int, now_ms: int) -> int:
        """Return for how long a partition that has copied so much must not copy more (KIP-73)."""
        rate = self._gateway.config.follower_replication_throttled_rate
        if rate == LONG_MAX or not self._is_throttled(partition):
            return 0
        return self._throttle.copied(size_bytes, rate, now_ms)

    def _is_throttled(self, partition: Partition) -> bool:
        """Whether the limit is meant for this replica, which is not in sync yet."""
        image = self._gateway.image
        text = image.config(ResourceType.TOPIC, partition.topic).get(THROTTLED_REPLICAS, "")
        if text != "*" and f"{partition.index}:{self.broker_id}" not in text.split(","):
            return False
        known = image.partition(partition.topic, partition.index)
        return known is not None and self.broker_id not in known.isr

    def propose(self, partition: Partition, proposal: IsrProposal) -> None:
        """Ask the controller for another in-sync set."""
        self._changes.propose(partition, proposal)

    def stop(self) -> None:
        """Propose nothing more."""
        self._changes.stop()


class Replication:
    """What a broker of a cluster does for its partitions."""

    def __init__(
        self,
        *,
        config: BrokerConfig,
        peers: Peers,
        replicas: ReplicaManager,
        surroundings: BrokerSurroundings,
        clock: Clock,
        executor: Executor,
        on_storage_error: Callable[[Partition, StorageError], None],
    ) -> None:
        self._replicas = replicas
        self._surroundings = surroundings
        self._lag_timer: asyncio.TimerHandle | None = None
        self._fetching = ReplicaFetching(
            settings=FetcherSettings(
                broker_id=config.node_id,
                max_wait_ms=config.replica_fetch_wait_max_ms,
                min_bytes=config.replica_fetch_min_bytes,
                max_bytes=config.replica_fetch_response_max_bytes,
                partition_max_bytes=config.replica_fetch_max_bytes,
            ),
            peers=peers,
            clock=clock,
            executor=executor,
            broker_epoch=surroundings.broker_epoch,
            on_storage_error=on_storage_error,
            answer_timeout_ms=config.replica_fetch_wait_max_ms + ANSWER_TIMEOUT_EXTRA_MS,
            copy_pause_ms=surroundings.copy_pause_ms,
        )
        replicas.on_follow = self._fetching.follow

    def start(self) -> None:
        """Watch the lag of followers."""
        self._watch_lag()

    def brokers_changed(self) -> None:
        """Look again who may be in sync: brokers came into service, or went."""
        for partition in self._replicas:
            partition.admit_followers()

    def forget(self, partition: Partition) -> None:
        """Look again from whom a partition is copied: its log went offline."""
        self._fetching.follow(partition)

    async def stop(self) -> None:
        """Copy and propose nothing more."""
        if self._lag_timer is not None:
            self._lag_timer.cancel()
        self._surroundings.stop()
        await self._fetching.stop()

    def _watch_lag(self) -> None:
        for partition in self._replicas:
            if partition.leadership is not None:
                partition.check_lag()
                partition.admit_followers()
        pause_s = self._surroundings.lag_ms_max / 2000
        self._lag_timer = asyncio.get_running_loop().call_later(pause_s, self._watch_lag)
