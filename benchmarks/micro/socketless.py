# SPDX-License-Identifier: Apache-2.0
"""A broker's data plane without sockets: what arrives is pushed, what leaves is dropped.

The dispatcher, handlers, partition and log are real and so is the file; the network and the event
loop are not there, so their cost is not in the figures.
"""

from __future__ import annotations

import asyncio
import random
from types import SimpleNamespace
from typing import Any

from ottla.base.clock import SystemClock
from ottla.broker.burst import Burst
from ottla.broker.connection_limits import ConnectionLimits, Limits
from ottla.broker.dispatch import Dispatcher
from ottla.broker.fetch_sessions import FetchSessionCache
from ottla.broker.purgatory import Purgatory
from ottla.net.asyncio_adapter import ServerConnection
from ottla.net.due_answers import DueAnswers
from ottla.net.wire_connection import SharedBuffer
from ottla.replication.partition import Partition
from ottla.replication.replication_throttle import NO_LIMIT, ReplicationThrottle
from ottla.storage.files import LocalFileSystem
from ottla.storage.log_config import LogConfig
from ottla.storage.partition_log import PartitionLog

TOPIC = "topic"
FRAME_BYTES_MAX = 100_000_000
BURST_BYTES = 48 * 1024  # what one read of a busy connection brings


class Sink(asyncio.Transport):
    """Counts what is written and forgets it."""

    written_bytes = 0

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return loopback addresses."""
        return {"peername": ("127.0.0.1", 1), "sockname": ("127.0.0.1", 2)}.get(name, default)

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Accept any limit."""

    def write(self, data: Any) -> None:
        """Count one buffer."""
        self.written_bytes += len(data)

    def writelines(self, list_of_data: Any) -> None:
        """Count many buffers."""
        self.written_bytes += sum(map(len, list_of_data))

    def is_closing(self) -> bool:
        """Stay open."""
        return False


UNLIMITED = SimpleNamespace(
    leader_replication_throttled_rate=NO_LIMIT,
    follower_replication_throttled_rate=NO_LIMIT,
    replication_quota_window_num=11,
    replication_quota_window_size_seconds=1,
)


class Settings(SimpleNamespace):
    """A few settings; all others are unset."""

    def __getitem__(self, key: str) -> None:
        """Return a setting by its key."""


class SocketlessBroker:
    """One partition, one connection or more."""

    def __init__(self, directory: str) -> None:
        clock = SystemClock()
        log = PartitionLog.open(
            f"{directory}/{TOPIC}-0",
            TOPIC,
            0,
            LogConfig(segment_bytes=2**31 - 1),
            files=LocalFileSystem(),
            clock=clock,
            clean=True,
        )
        state = SimpleNamespace(
            path=directory, is_online=True, accepts_appends=True, refusal="", failure=None
        )
        self.partition = Partition(log, b"topic-id".ljust(16), 0, lambda _partition: None, state)
        self.burst = Burst(clock, print, lambda _: None)  # whoever appends ends it
        self.services = services = SimpleNamespace(
            burst=self.burst,
            last_connection_serial=0,
            clock=clock,
            config=Settings(fetch_max_bytes=57_671_680, node_id=1),
            replicas=self,
            purgatory=Purgatory(),
            fetch_sessions=FetchSessionCache(10, random.Random(1)),
            disk_executor=None,
            controller=SimpleNamespace(is_clustered=False, active=None, liveness=None),
            leader_throttle=ReplicationThrottle(1, UNLIMITED, is_leader=True),
        )
        self.generation = 1
        limits = ConnectionLimits(Limits(999, 999, 999, 1, 1, 1))
        self._dispatcher = Dispatcher(services, limits, print)
        self._shared = SharedBuffer()
        self.sink = Sink()
        self._connection = self.connect()

    def connect(self, sink: Sink | None = None) -> ServerConnection:
        """Open one more connection; those without a sink of their own share the broker's."""
        connection = ServerConnection(
            self._dispatcher, self._shared, FRAME_BYTES_MAX, "PLAINTEXT", DueAnswers(_at_once)
        )
        connection.connection_made(sink or self.sink)
        return connection

    def replica(self, topic: str, partition: int) -> Partition | None:
        """Return the only partition, whoever leads it."""
        return self.get(topic, partition)

    def get(self, topic: str, partition: int) -> Partition | None:
        """Look the partition up, as the replica manager does."""
        return self.partition if (topic, partition) == (TOPIC, 0) else None

    def receive(self, stream: bytes, connection: ServerConnection | None = None) -> None:
        """Let reads of a connection, of the first unless one is given, bring these bytes."""
        connection = connection or self._connection
        rest = memoryview(stream)
        while rest:
            target = connection.get_buffer(-1)
            size = min(len(rest), len(target))
            target[:size] = rest[:size]
            connection.buffer_updated(size)
            rest = rest[size:]


def _at_once(work):
    """Stand for the end of a turn of a loop."""
    work()
