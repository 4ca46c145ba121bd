# SPDX-License-Identifier: Apache-2.0
"""What a whole transaction costs the broker, from received bytes to queued answers.

`python -m benchmarks.micro.transaction_path` prints the CPU time of a transaction of protocol V2
(Produce of ten records, EndTxn, and the marker and records that follow), for one connection and
for sixteen that are heard in the same turns of the loop. Handlers, coordinator, markers and files
are real; sockets and the event loop are not there.
"""

from __future__ import annotations

import tempfile
import time
from collections import deque
from types import SimpleNamespace
from typing import TYPE_CHECKING

from benchmarks import frames
from benchmarks import transaction_frames as wire
from benchmarks.micro.socketless import TOPIC, Sink, SocketlessBroker
from ottla.base.clock import SystemClock
from ottla.broker.config import BrokerConfig
from ottla.broker.coordinator_partition import LedPartition
from ottla.broker.transaction_markers import MarkerWriter, TransactionMarkers
from ottla.coordinators.partitioning import partition_of
from ottla.coordinators.pending import Pending
from ottla.coordinators.transaction.coordinator import TRANSACTION_STATE, TransactionCoordinator
from ottla.replication.partition import Partition
from ottla.storage.files import LocalFileSystem
from ottla.storage.log_config import LogConfig
from ottla.storage.partition_log import PartitionLog

if TYPE_CHECKING:
    from collections.abc import Callable

TRANSACTIONS = 6_000
PARTITIONS = 50
RECORDS = 10
FIRST_PRODUCER_ID = 1000


class Answers(Sink):
    """Keeps the last answer."""

    last = b""

    def write(self, data: bytes) -> None:
        """Keep one."""
        self.last = data[4:]  # behind its size


class Turns:
    """The loop: what is due soon runs once all connections of a turn have been heard."""

    def __init__(self) -> None:
        self._due: deque[Callable[[], object]] = deque()
        self._later: list[Callable[[], object]] = []

    def call_soon(self, callback: Callable[[], object]) -> None:
        """Call in the next turn."""
        self._due.append(callback)

    def call_later(self, _: float, callback: Callable[[], object]) -> None:
        """Call when nothing else is left to be done."""
        self._later.append(callback)

    def run(self) -> None:
        """Take turns until nothing is due."""
        while self._due:
            for _ in range(len(self._due)):
                self._due.popleft()()

    def pass_time(self) -> None:
        """Call what is due later."""
        due, self._later = self._later, []
        self._due.extend(due)
        self.run()


class LeadPartitions:
    """Tells the coordinator what its partitions have committed, as its driver does."""

    def __init__(self, transactions: TransactionCoordinator) -> None:
        self._transactions = transactions

    def partition_advanced(self, partition: Partition) -> None:
        """Answer."""
        self._transactions.runtime.committed(partition.index)


class TransactionalBroker(SocketlessBroker):
    """One partition of a topic, all partitions of the coordinator, many connections."""

    def __init__(self, directory: str, connections: int) -> None:
        super().__init__(directory)
        self.turns, clock = Turns(), SystemClock()
        self.burst.__init__(clock, print, self.turns.call_soon, self.turns.call_later)
        settings = BrokerConfig.load()
        image = SimpleNamespace(
            topics_by_name={TRANSACTION_STATE: SimpleNamespace(partitions=range(PARTITIONS))},
            features={"transaction.version": 2},
            partition=lambda *_: True,
        )
        ids = iter(range(FIRST_PRODUCER_ID, 1 << 30))
        markers = TransactionMarkers(
            write=MarkerWriter(self, None, self.burst).write,
            image=lambda: image,
            clock=clock,
            call_later=self.turns.call_later,
        )
        self.transactions = markers.coordinator = TransactionCoordinator(
            settings,
            next_producer_id=lambda: Pending.of(next(ids)),
            newest_serial=lambda: 1,
            on_markers_due=markers.due,
        )
        self.transactions.follow_image(image)
        self.services.config = settings
        self.services.transactions = self.transactions
        self.services.admit = self.transactions.admit
        self.services.moment = clock.moment
        for index in range(PARTITIONS):
            self._lead(directory, index, clock)
        self.sinks = [Answers() for _ in range(connections)]
        self.connections = [self.connect(sink) for sink in self.sinks]

    def _lead(self, directory: str, index: int, clock: SystemClock) -> None:
        log = PartitionLog.open(
            f"{directory}/{TRANSACTION_STATE}-{index}",
            TRANSACTION_STATE,
            index,
            LogConfig(cleanup_compact=True, cleanup_delete=False),
            files=LocalFileSystem(),
            clock=clock,
            clean=True,
        )
        state = SimpleNamespace(is_online=True, accepts_appends=True, refusal="", failure=None)
        partition = Partition(log, b"state".ljust(16), 0, lambda _: None, state)
        partition.observe(LeadPartitions(self.transactions))
        runtime = self.transactions.runtime
        runtime.begin_load(index, LedPartition(partition, self.burst))
        runtime.finish_load(index, 0, clock.moment())

    def turn(self, requests: list[bytes]) -> list[bytes]:
        """Let each connection bring a request; return the answers."""
        for connection, request in zip(self.connections, requests, strict=True):
            target = connection.get_buffer(-1)
            target[: len(request)] = request
            connection.buffer_updated(len(request))
        self.turns.run()
        return [sink.last for sink in self.sinks]


def measure(connections: int) -> None:
    """Print the microseconds of CPU that one transaction takes."""
    batch = frames.batch_of(frames.values_of(100, RECORDS))
    names = [f"producer-{number:03d}" for number in range(connections)]
    with tempfile.TemporaryDirectory() as directory:
        broker = TransactionalBroker(directory, connections)
        answers = broker.turn([wire.init_producer_id(name) for name in names])
        identities = [wire.initialised(answer)[1] for answer in answers]
        slices = []
        for _ in range(TRANSACTIONS // connections):
            produce = [
                wire.produce(name, TOPIC, 0, wire.transactional(batch, identity))
                for name, identity in zip(names, identities, strict=True)
            ]
            end = list(map(wire.end_transaction, names, identities))
            began = time.process_time()
            produced = broker.turn(produce)
            ended = broker.turn(end)
            slices.append((time.process_time() - began) / connections)
            assert not any(map(wire.produced, produced)), "no batch is refused"
            errors, identities = zip(*map(wire.ended, ended), strict=True)
            assert not any(errors), "every transaction ends"
        broker.turns.pass_time()
        written = TRANSACTIONS // connections * connections
        assert broker.partition.high_watermark == written * (RECORDS + 1), "with their markers"
        used_partitions = {partition_of(name, PARTITIONS) for name in names}
    quick = sorted(slices)[len(slices) // 4]
    print(
        f"{sum(slices) / len(slices) * 1e6:6.1f} us for a transaction, {quick * 1e6:6.1f} us in an "
        f"undisturbed quarter, {connections} in a turn, {len(used_partitions)} partitions of "
        f"{TRANSACTION_STATE}"
    )


def main() -> None:
    """Measure."""
    for connections in (1, 16):
        measure(connections)


if __name__ == "__main__":
    main()
