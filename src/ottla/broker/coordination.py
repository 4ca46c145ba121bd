# SPDX-License-Identifier: Apache-2.0
"""Puts the coordinators of one broker together: their drivers, and what they need of each other.

    image changes ─► replicas ─► drivers load and drop shards
                            └──► coordinators learn partition counts and which topics went

The group coordinator owns `__consumer_offsets`, the transaction coordinator
`__transaction_state`; a transaction that commits offsets ends in both.
"""

from __future__ import annotations

import asyncio
import uuid
from typing import TYPE_CHECKING

from ottla.broker.coordinator_driver import CoordinatorDriver
from ottla.broker.transaction_markers import MarkerWriter, TransactionMarkers
from ottla.broker.transaction_peers import TransactionPeers
from ottla.controller.topic_names import CONSUMER_OFFSETS, TRANSACTION_STATE
from ottla.coordinators.group.coordinator import GroupCoordinator
from ottla.coordinators.pending import Pending
from ottla.coordinators.transaction.coordinator import TransactionCoordinator
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from concurrent.futures import Executor

    from ottla.base.clock import Clock, Moment
    from ottla.broker.burst import Burst
    from ottla.broker.config import BrokerConfig
    from ottla.broker.controller_gateway import ControllerGateway
    from ottla.broker.peers import Peers
    from ottla.broker.transaction_peers import Admit
    from ottla.coordinators.ports import ProducerIdentity
    from ottla.metadata.image import ClusterImage, ImageDelta
    from ottla.records.control import TransactionMarker
    from ottla.replication.replica_manager import ReplicaManager


class Coordination:
    """Both coordinators with their drivers; belongs to the event loop."""

    def __init__(
        self,
        *,
        config: BrokerConfig,
        gateway: ControllerGateway,
        replicas: ReplicaManager,
        burst: Burst,
        clock: Clock,
        executor: Executor,
        last_connection_serial: Callable[[], int],
        peers: Peers | None,
    ) -> None:
        self._gateway = gateway
        self._replicas = replicas
        self._clock = clock
        self._tasks: set[asyncio.Task[int]] = set()
        self.groups = GroupCoordinator(gateway.image, config, lambda: str(uuid.uuid4()))
        self.marker_writer = MarkerWriter(replicas, self.groups, burst)
        self._markers = TransactionMarkers(
            write=self._write_marker,
            image=lambda: gateway.image,
            clock=clock,
            call_later=asyncio.get_running_loop().call_later,
        )
        self.transactions = TransactionCoordinator(
            config,
            next_producer_id=self._next_producer_id,
            newest_serial=last_connection_serial,
            on_markers_due=self._markers.due,
        )
        self._markers.coordinator = self.transactions
        self._peers = None
        if peers is not None:
            self._peers = TransactionPeers(
                broker_id=config.node_id,
                image=lambda: gateway.image,
                peers=peers,
                transactions=self.transactions,
                writer=self.marker_writer,
            )
        self.admit: Admit = self.transactions.admit if self._peers is None else self._peers.admit
        self._drivers = {
            CONSUMER_OFFSETS: CoordinatorDriver(
                self.groups.runtime, burst=burst, clock=clock, executor=executor
            ),
            TRANSACTION_STATE: CoordinatorDriver(
                self.transactions.runtime, burst=burst, clock=clock, executor=executor
            ),
        }

    def start(self, image: ClusterImage) -> None:
        """Begin to load what this broker leads."""
        self.transactions.follow_image(image)
        self.groups.start(image)
        for topic, driver in self._drivers.items():
            driver.follow(self._replicas.partitions_of(topic))

    def follow(self, image: ClusterImage, delta: ImageDelta) -> None:
        """Follow a change of the cluster's metadata that the replicas have followed already."""
        self.transactions.follow_image(image, delta)
        self.groups.follow_image(image, delta, self._clock.moment())
        self.follow_topics([changed.name for changed in delta.topics])

    def follow_topics(self, names: Iterable[str]) -> None:
        """Take over what this broker leads of the internal topics among these."""
        for name in names:
            driver = self._drivers.get(name)
            if driver is not None:
                driver.follow(self._replicas.partitions_of(name))

    def follow_settings(self, config: BrokerConfig) -> None:
        """Take over changed settings."""
        self.groups.follow_settings(config)
        self.transactions.follow_settings(config)

    def stop(self) -> None:
        """Tell everyone who waits; what is under way is finished by whoever leads next."""
        self._markers.stop()
        if self._peers is not None:
            self._peers.stop()
        for driver in self._drivers.values():
            driver.stop()
        for task in self._tasks:
            task.cancel()

    def _write_marker(
        self,
        topic: str,
        index: int,
        producer: ProducerIdentity,
        marker: TransactionMarker,
        moment: Moment,
    ) -> Pending[None]:
        """Write a marker into a partition of this broker or of another one."""
        writer = self.marker_writer if self._peers is None else self._peers
        return writer.write(topic, index, producer, marker, moment)

    def _next_producer_id(self) -> Pending[int]:
        """Return a producer id of the controller's, once it has given one."""
        pending: Pending[int] = Pending()

        def finish(task: asyncio.Task[int]) -> None:
            self._tasks.discard(task)
            error = None if task.cancelled() else task.exception()
            if task.cancelled():
                pending.fail(ApiError(ErrorCode.COORDINATOR_NOT_AVAILABLE))
            elif isinstance(error, ApiError):
                pending.fail(error)
            elif error is not None:
                raise error
            else:
                pending.complete(task.result())

        task = asyncio.get_running_loop().create_task(self._gateway.next_producer_id())
        self._tasks.add(task)
        task.add_done_callback(finish)
        return pending
