# SPDX-License-Identifier: Apache-2.0
"""What a handler is given: the request's header, its connection, and the broker's services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from ottla.base.clock import Moment
from ottla.coordinators.group.store import Client

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from ottla.base.clock import Clock
    from ottla.broker.burst import Burst
    from ottla.broker.config import BrokerConfig
    from ottla.broker.controller_gateway import ControllerGateway
    from ottla.broker.fetch_sessions import FetchSessionCache
    from ottla.broker.purgatory import Purgatory
    from ottla.broker.transaction_markers import MarkerWriter
    from ottla.broker.transaction_peers import Admit
    from ottla.coordinators.group.coordinator import GroupCoordinator
    from ottla.coordinators.transaction.coordinator import TransactionCoordinator
    from ottla.metadata.image import ClusterImage
    from ottla.net.asyncio_adapter import ServerConnection
    from ottla.protocol.headers import RequestHeader
    from ottla.replication.replica_manager import ReplicaManager
    from ottla.replication.replication_throttle import ReplicationThrottle
    from ottla.storage.log_manager import LogManager


class Services:
    """The parts of a running broker; made once by `app`, read by handlers."""

    __slots__ = (
        "admit",
        "burst",
        "clock",
        "config",
        "controller",
        "disk_executor",
        "fetch_sessions",
        "groups",
        "last_connection_serial",
        "leader_throttle",
        "logs",
        "marker_writer",
        "purgatory",
        "replicas",
        "transactions",
    )

    def __init__(
        self,
        *,
        clock: Clock,
        config: BrokerConfig,
        controller: ControllerGateway,
        replicas: ReplicaManager,
        logs: LogManager,
        purgatory: Purgatory,
        fetch_sessions: FetchSessionCache,
        disk_executor: Executor,
        burst: Burst,
        groups: GroupCoordinator,
        transactions: TransactionCoordinator,
        marker_writer: MarkerWriter,
        admit: Admit,
        leader_throttle: ReplicationThrottle,
    ) -> None:
        self.admit = admit  # asks the coordinator of a transaction, whichever broker that is
        self.burst = burst
        self.clock = clock
        self.config = config
        self.controller = controller
        self.replicas = replicas
        self.leader_throttle = leader_throttle  # of what followers get from here
        self.logs = logs
        self.purgatory = purgatory
        self.fetch_sessions = fetch_sessions
        self.disk_executor = disk_executor  # threads that wait for the disk
        self.groups = groups
        self.transactions = transactions
        self.marker_writer = marker_writer
        self.last_connection_serial = 0  # of the connection that was accepted last

    def moment(self) -> Moment:
        """Return the present time on both clocks."""
        return self.clock.moment()

    @property
    def image(self) -> ClusterImage:
        """The cluster's state as this broker has applied it."""
        return self.controller.image


class RequestContext:
    """One request on its way through a handler."""

    __slots__ = ("connection", "header", "now_ms", "services")

    def __init__(
        self,
        header: RequestHeader,
        connection: ServerConnection,
        services: Services,
        now_ms: int,
    ) -> None:
        self.header = header
        self.connection = connection
        self.services = services
        self.now_ms = now_ms

    @property
    def moment(self) -> Moment:
        """When the request is handled, on both clocks."""
        return Moment(self.now_ms, self.services.clock.wall_ms())


def client_of(context: RequestContext) -> Client:
    """Return who sends the request, as coordinators keep it."""
    return Client(context.header.client_id or "", f"/{context.connection.peer_host}")


class Message(Protocol):
    """What every generated message offers."""

    def encode(self, version: int) -> bytes:
        """Return the bytes of this message in `version`."""
