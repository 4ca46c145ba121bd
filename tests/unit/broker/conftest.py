# SPDX-License-Identifier: Apache-2.0
"""A broker without sockets: real dispatcher, handlers and logs over a disk in memory.

`world` has partitions and clients. A client's `ask` pushes one framed request through a real
`ServerConnection` and returns the decoded answer, or None while the request waits.
"""

from __future__ import annotations

import asyncio
import importlib
import random
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from ottla.base.clock import ManualClock
from ottla.broker.burst import Burst
from ottla.broker.config import BrokerConfig
from ottla.broker.connection_limits import ConnectionLimits, Limits
from ottla.broker.dispatch import Dispatcher
from ottla.broker.fetch_sessions import FetchSessionCache
from ottla.broker.purgatory import Purgatory
from ottla.net.asyncio_adapter import ServerConnection
from ottla.net.due_answers import DueAnswers
from ottla.net.wire_connection import SharedBuffer
from ottla.protocol.errors import ErrorCode
from ottla.protocol.headers import (
    RequestHeader,
    decode_response_header,
    encode_request_header,
)
from ottla.records.batch import iter_headers
from ottla.records.builder import build_batch
from ottla.records.record import Record, decode_records
from ottla.replication.partition import Partition
from ottla.replication.replication_throttle import ReplicationThrottle
from ottla.storage.log_config import LogConfig
from ottla.storage.partition_log import PartitionLog
from ottla.testing.simulated_disk import SimulatedDisk

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LEADER_EPOCH = 5
FRAME_BYTES_MAX = 10_000_000


class Transport(asyncio.Transport):
    """Keeps what is written."""

    def __init__(self) -> None:
        super().__init__()
        self.written = bytearray()
        self.is_closed = False

    def get_extra_info(self, name, default=None):
        """Return loopback addresses."""
        return {"peername": ("127.0.0.1", 5000), "sockname": ("127.0.0.1", 9092)}.get(name)

    def set_write_buffer_limits(self, high=None, low=None):
        """Accept any limit."""

    def write(self, data):
        """Keep one piece."""
        self.written += data

    def writelines(self, list_of_data):
        """Keep many pieces."""
        self.written += b"".join(list_of_data)

    def is_closing(self):
        """Say whether the broker hung up."""
        return self.is_closed

    def close(self):
        """Hang up."""
        self.is_closed = True

    abort = close

    def take_frame(self) -> bytes | None:
        """Return the next whole answer without its size."""
        if len(self.written) < 4:
            return None
        size = int.from_bytes(self.written[:4], "big")
        frame = bytes(self.written[4 : 4 + size])
        assert len(frame) == size
        del self.written[: 4 + size]
        return frame


class Client:
    """One connection to the broker of a world."""

    def __init__(self, world: World) -> None:
        self._transport = Transport()
        self._connection = ServerConnection(
            world.dispatcher,
            world.shared,
            FRAME_BYTES_MAX,
            "PLAINTEXT",
            DueAnswers(lambda work: work()),
        )
        self._connection.connection_made(self._transport)
        self._next_id = 100
        self._asked: list[tuple[type, int, int]] = []

    @property
    def is_closed(self) -> bool:
        """Whether the broker hung up."""
        return self._transport.is_closed

    @property
    def connection(self) -> ServerConnection:
        """The broker's side."""
        return self._connection

    def frame(self, request, version: int, client_id: str = "tester") -> bytes:
        """Encode a request and expect its answer."""
        self._next_id += 1
        header = RequestHeader(request.API_KEY, version, self._next_id, client_id)
        self._asked.append((response_class(request), version, self._next_id))
        body = encode_request_header(header) + request.encode(version)
        return len(body).to_bytes(4, "big") + body

    def send(self, stream: bytes) -> None:
        """Let one read of the broker bring these bytes."""
        target = self._connection.get_buffer(-1)
        assert len(stream) <= len(target)
        target[: len(stream)] = stream
        self._connection.buffer_updated(len(stream))

    def ask(self, request, version: int, client_id: str = "tester"):
        """Send a request; return its answer, or None while there is none."""
        self.send(self.frame(request, version, client_id))
        return self.answer()

    def answer(self):
        """Return the next answer that has come, or None."""
        frame = self._transport.take_frame()
        if frame is None:
            return None
        kind, version, correlation_id = self._asked.pop(0)
        found_id, position = decode_response_header(frame, kind.API_KEY, version)
        assert found_id == correlation_id
        return kind.decode(frame, version, position)

    def take_frame(self) -> bytes | None:
        """Return the bytes of the next answer that has come, or None."""
        return self._transport.take_frame()

    def forget_asked(self) -> None:
        """Expect no answer to the last request (acks=0)."""
        self._asked.pop()


class Replicas:
    """The partitions of the world, looked up as the replica manager does."""

    def __init__(self) -> None:
        self.generation = 1
        self.partitions: dict[tuple[str, int], Partition] = {}

    def __iter__(self) -> Iterator[Partition]:
        return iter(self.partitions.values())

    def get(self, topic, partition):
        """Find by name."""
        return self.partitions.get((topic, partition))

    def get_by_id(self, topic_id, partition):
        """Find by id."""
        for one in self.partitions.values():
            if one.topic_id == topic_id and one.index == partition:
                return one
        return None

    replica = get
    replica_by_id = get_by_id

    def refusal(self, topic, partition):
        """Say why there is no such partition."""
        return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION

    def refusal_by_id(self, topic_id, partition):
        """Say whether the id is known."""
        is_known = any(one.topic_id == topic_id for one in self.partitions.values())
        return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION if is_known else ErrorCode.UNKNOWN_TOPIC_ID

    def leader_of(self, topic, partition):
        """Know nobody else."""
        return

    def topic_name_of(self, topic_id):
        """Know no topic elsewhere."""
        return


class Settings(SimpleNamespace):
    """A few settings; all others are unset."""

    def __getitem__(self, key) -> None:
        """Return a setting by its key."""


class World:
    """Everything that requests need, and knobs for the test."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.disk = SimulatedDisk()
        self.directory = SimpleNamespace(
            path="/data",
            is_online=True,
            accepts_appends=True,
            refusal="/data is low on space",
            failure=None,
        )
        self.shared = SharedBuffer()
        self.replicas = Replicas()
        self.purgatory = Purgatory()
        self.flush_requests: list[Partition] = []
        self.storage_failures: list[tuple[Partition, Exception]] = []
        self.limits = ConnectionLimits(Limits(100, 100, 100, 1, 1, 1))
        self.soon: list[Any] = []
        self.burst = Burst(
            self.clock,
            lambda *failure: self.storage_failures.append(failure),
            self.soon.append,
        )
        self.services = SimpleNamespace(
            burst=self.burst,
            last_connection_serial=0,
            clock=self.clock,
            config=Settings(fetch_max_bytes=1_000_000, node_id=1),
            replicas=self.replicas,
            logs=SimpleNamespace(directories=[], moves=[]),
            purgatory=self.purgatory,
            fetch_sessions=FetchSessionCache(10, random.Random(2)),
            disk_executor=None,
            image=SimpleNamespace(features={}, brokers={}, offset=3),
            controller=SimpleNamespace(is_clustered=False, active=None, liveness=None),
            leader_throttle=ReplicationThrottle(1, BrokerConfig.load(), is_leader=True),
        )
        self.dispatcher = Dispatcher(
            self.services, self.limits, lambda *failure: self.storage_failures.append(failure)
        )

    def partition(self, topic: str = "t", index: int = 0, **config: Any) -> Partition:
        """Make a partition with an empty log."""
        if self.disk.stat("/data") is None:
            self.disk.mkdir("/data")
        log = PartitionLog.open(
            f"/data/{topic}-{index}",
            topic,
            index,
            LogConfig(**config),
            files=self.disk,
            clock=self.clock,
            clean=True,
        )
        topic_id = topic.encode().ljust(16, b"\x01")
        partition = Partition(
            log, topic_id, LEADER_EPOCH, self.flush_requests.append, self.directory
        )
        self.replicas.partitions[topic, index] = partition
        self.replicas.generation += 1
        return partition

    def client(self) -> Client:
        """Connect."""
        return Client(self)

    def flush(self) -> None:
        """Do what group commit does: flush each log that asked, and tell its partition."""
        requests, self.flush_requests[:] = list(self.flush_requests), []
        for partition in dict.fromkeys(requests):
            partition.log.flush()
            partition.flushed()

    def turn(self) -> None:
        """Let the loop end what was appended outside of a socket's burst."""
        while self.soon:
            self.soon.pop(0)()

    def pass_time(self, ms: int) -> None:
        """Let time pass and deadlines expire."""
        self.clock.advance(ms)
        self.purgatory.expire(self.clock.now_ms())

    def batch(self, *values: bytes, keys: Sequence[bytes | None] = (), **fields: Any) -> bytes:
        """Make a batch of records with the present time."""
        now_ms = fields.pop("timestamp_ms", self.clock.wall_ms())
        return build_batch(
            [
                Record(at, now_ms, keys[at] if keys else None, value)
                for at, value in enumerate(values)
            ],
            **fields,
        )

    def append(self, partition: Partition, *values: bytes) -> None:
        """Write records as another producer would."""
        partition.append(memoryview(bytearray(self.batch(*values))), self.clock.wall_ms())
        partition.finish_burst()

    def values(self, records: bytes | None) -> list[tuple[int, bytes | None]]:
        """Return (offset, value) of what a fetch brought."""
        data = memoryview(records or b"")
        return [
            (record.offset, record.value)
            for at, header in iter_headers(data, partial_tail=True)
            for record in decode_records(data[at : at + header.size_bytes])
        ]


def response_class(request) -> type:
    """Return the class of the answer to a request."""
    module = importlib.import_module(type(request).__module__)
    return getattr(module, type(request).__name__.replace("Request", "Response"))


@pytest.fixture
def world() -> World:
    """Return a broker without sockets."""
    return World()
