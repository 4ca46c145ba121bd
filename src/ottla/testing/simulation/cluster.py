# SPDX-License-Identifier: Apache-2.0
"""A cluster of real brokers on simulated machines, and one run of it from a seed.

A run has two halves. First everything may go wrong (`faults`) while clients work (`workload`) and
the brokers are looked into (`invariants`). Then all faults are healed and everything must make
progress: every partition gets all its replicas back in sync, every partition takes a write, and
reading from the beginning reaches the end. At last the history is judged (`checker`).
"""

from __future__ import annotations

import asyncio
import contextlib
import struct
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final, NamedTuple
from unittest import mock

from ottla.base.errors import OttlaError
from ottla.broker import app, storage_settings
from ottla.broker.config import BrokerConfig
from ottla.client import admin
from ottla.metadata.image import ClusterImage
from ottla.net.address import Address
from ottla.testing.simulation.administration import Operator
from ottla.testing.simulation.checker import Promises, Verdict, check
from ottla.testing.simulation.engine import EngineService
from ottla.testing.simulation.faults import Faults, FaultSettings
from ottla.testing.simulation.invariants import BatchView, BrokerView, Invariants
from ottla.testing.simulation.process import CURRENT, Process
from ottla.testing.simulation.workload import Recorder, Workload, WorkloadSettings
from ottla.testing.simulation.world import World

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ottla.client.cluster import Cluster
    from ottla.replication.partition import Partition
    from ottla.storage.log_directory import DirectorySettings
    from ottla.testing.simulation.history import Operation
    from ottla.testing.simulation.node import Node, NodeDisk

PORT: Final = 9092
DATA_FOLDER: Final = "/data"
LOOK_INTERVAL_S: Final = 0.05
PROGRESS_S: Final = 60.0
"""How long a healed cluster may take until everything is as it should be."""

DEFAULTS: Final[Mapping[str, str]] = {
    "default.replication.factor": "3",
    "min.insync.replicas": "2",
    "offsets.topic.replication.factor": "3",
    "offsets.topic.num.partitions": "2",
    "transaction.state.log.replication.factor": "3",
    "transaction.state.log.num.partitions": "2",
    "log.cleaner.enable": "false",  # runs in a subprocess
    "log.dirs": DATA_FOLDER,
}

_HEADER = struct.Struct(">qiibIhi")
_HEADER_BYTES = 61


class _Place(NamedTuple):
    """Where a batch lies."""

    path: str
    position: int
    offset: int


class ReplicaOnDisk:
    """A replica for the invariants: offsets from the broker, batches from the disk."""

    def __init__(self, partition: Partition, disk: NodeDisk, places: dict[str, _Place]) -> None:
        self._partition = partition
        self._disk = disk
        self._places = places
        self.name = f"{partition.topic}-{partition.index} {partition.topic_id.hex()[:8]}"
        self.is_leader = partition.is_leader
        self.leader_epoch = partition.leader_epoch
        self.high_watermark = partition.high_watermark
        self.log_start_offset = partition.log.log_start_offset
        self.log_end_offset = partition.log.log_end_offset

    @property
    def last_stable_offset(self) -> int | None:
        """Below this no transaction is open; None when the broker would have to read the log."""
        log = self._partition.log
        return self._partition.last_stable_offset if log.has_producers_in_memory else None

    def batches(self, start: int, end: int) -> Iterator[BatchView]:
        """Yield the batches between two offsets, as they are in the files."""
        log = self._partition.log
        bases = [segment.base_offset for segment in log.segments]
        for place, base in enumerate(bases):
            if place + 1 < len(bases) and bases[place + 1] <= start:
                continue
            path = f"{log.directory}/{base:020d}.log"
            position = self._known_position(path, start)
            while len(header := self._disk.piece(path, position, _HEADER_BYTES)) == _HEADER_BYTES:
                offset, length, _, _, _, _, last = _HEADER.unpack_from(header)
                if offset >= end or length <= 0:
                    break
                self._places[self.name] = _Place(path, position, offset)
                position += 12 + length
                if offset >= start:
                    yield BatchView(offset, offset + last + 1, header)

    def _known_position(self, path: str, start: int) -> int:
        """Return where to begin to look for an offset: at a batch seen before, or at the top."""
        known = self._places.get(self.name)
        if known is not None and known.path == path and known.offset <= start:
            header = self._disk.piece(path, known.position, _HEADER_BYTES)
            if len(header) == _HEADER_BYTES and _HEADER.unpack_from(header)[0] == known.offset:
                return known.position
        return 0


class SimulatedCluster:
    """Brokers `b1`, `b2`, ... of one world, and the engine that they share."""

    def __init__(
        self, world: World, *, broker_count: int = 3, settings: Mapping[str, str] | None = None
    ) -> None:
        self.world = world
        self.service = EngineService(world)
        self.nodes = [world.add_node(f"b{number}") for number in range(1, broker_count + 1)]
        self.brokers: dict[str, app.Broker] = {}  # by node, of the process that runs or ran last
        self.invariants = Invariants()
        self._runs: dict[str, Process | None] = {}  # the process of each of them
        self._partitions: dict[tuple[str, str], Partition] = {}  # as they were last time
        self._places: dict[str, dict[str, _Place]] = {}  # by process and replica
        self._settings = {**DEFAULTS, **(settings or {})}
        world.stand_ins.append(_directory_settings)

    @property
    def bootstrap(self) -> tuple[Address, ...]:
        """Where clients find the brokers."""
        return tuple(Address(node.host, PORT) for node in self.nodes)

    def start(self) -> None:
        """Start all brokers."""
        for node in self.nodes:
            node.start(self._main)

    async def _main(self, node: Node) -> None:
        config = BrokerConfig.load(
            {
                **self._settings,
                "node.id": node.name[1:],
                "listeners": f"PLAINTEXT://{node.host}:{PORT}",
            }
        )
        broker = app.Broker(config, node.clock, engine=self.service.open(), files=node.disk)
        self.brokers[node.name] = broker
        self._runs[node.name] = node.process
        await broker.start()
        await broker.stopping.wait()
        if broker.failure is not None:
            self.world.failed(f"{node.name} stopped: {broker.failure}", None)
        await broker.stop()

    def stop(self, node: Node) -> None:
        """Ask a broker to stop in order."""
        node.call(self.brokers[node.name].stopping.set)

    def look(self) -> None:
        """Check the invariants now."""
        self.invariants.look(self.world.now_s, list(self._views()))

    def broker_epoch(self, node: Node) -> int:
        """Return the epoch of a broker's last registration, -1 before the first."""
        known = self._newest_image().brokers.get(self._id_of(node))
        return -1 if known is None else known.broker_epoch

    def is_recovered(self, node: Node, *, since_epoch: int) -> bool:
        """Whether a broker has registered anew since then and is in sync with all that it holds."""
        image, broker_id = self._newest_image(), self._id_of(node)
        known = image.brokers.get(broker_id)
        if known is None or known.fenced or known.broker_epoch <= since_epoch:
            return False
        return all(
            broker_id in partition.isr
            for topic in image.topics_by_id.values()
            for partition in topic.partitions
            if broker_id in partition.replicas
        )

    def _newest_image(self) -> ClusterImage:
        """Return the metadata as far as any broker has it, dead ones included."""
        gateways = [getattr(broker, "_gateway", None) for broker in self.brokers.values()]
        images = [gateway.image for gateway in gateways if gateway is not None]
        return max(images, key=lambda image: image.offset, default=ClusterImage(""))

    def _id_of(self, node: Node) -> int:
        return self.nodes.index(node) + 1

    async def keep_looking(self) -> None:
        """Check the invariants from time to time."""
        while True:
            await asyncio.sleep(LOOK_INTERVAL_S)
            self.look()

    def _views(self) -> Iterator[BrokerView]:
        for number, node in enumerate(self.nodes, 1):
            broker = self.brokers.get(node.name)
            replicas = getattr(broker, "_replicas", None)
            if not node.is_running or replicas is None or self._runs[node.name] is not node.process:
                continue  # what is there belongs to an earlier run, whose disk is now another
            assert node.process is not None
            run = node.process.name
            places = self._places.setdefault(run, {})
            found = []
            for partition in replicas:
                if partition.log.is_offline:
                    continue
                replica = ReplicaOnDisk(partition, node.disk, places)
                if self._partitions.get((run, replica.name)) is not partition:
                    self._partitions[run, replica.name] = partition
                    self.invariants.replaced(run, replica.name)
                found.append(replica)
            yield BrokerView(number, run, found)


@contextlib.contextmanager
def _directory_settings() -> Iterator[None]:
    """Let brokers lock nothing on the real disk, and know the boot of their simulated machine."""
    original = storage_settings.directory_settings

    def simulated(config: BrokerConfig) -> DirectorySettings:
        process = CURRENT.get()
        assert process is not None, "brokers run on nodes"
        settings = original(config)
        return replace(settings, boot_id=process.boot_id, takes_lock=False)

    with mock.patch.object(app, "directory_settings", simulated):
        yield


# one run


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSettings:
    """What a seed is run with."""

    broker_count: int = 3
    client_count: int = 2
    topics: dict[str, int] = field(default_factory=lambda: {"t": 3})
    fault_s: float = 30.0
    operator_pause_s: float = 3.0
    faults: FaultSettings = field(default_factory=FaultSettings)
    workload: WorkloadSettings = field(default_factory=WorkloadSettings)
    broker: dict[str, str] = field(default_factory=dict)
    keep_trace: bool = False


@dataclass(slots=True)
class RunResult:
    """What a run of one seed has shown."""

    seed: int
    problems: list[str] = field(default_factory=list)
    verdict: Verdict | None = None
    fingerprint: str = ""
    turn_count: int = 0
    virtual_s: float = 0.0
    cpu_s: float = 0.0
    history: list[Operation] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    trace: list[str] = field(default_factory=list)


class Run:
    """A cluster, its clients and its faults; `run_seed` is the way in."""

    def __init__(self, world: World, settings: RunSettings) -> None:
        self.world = world
        self.settings = settings
        self.cluster = SimulatedCluster(
            world, broker_count=settings.broker_count, settings=settings.broker
        )
        self.recorder = Recorder(lambda: world.now_s)
        self.clients = [
            world.add_node(f"c{number}") for number in range(1, settings.client_count + 1)
        ]
        self.admin = world.add_node("admin")
        self.faults = Faults(
            world,
            self.cluster.nodes,
            self.clients,
            self.cluster.service,
            self.cluster,
            settings.faults,
        )
        self.workloads = [
            Workload(
                self.recorder,
                node.clock,
                world.random(f"workload {node.name}"),
                self.cluster.bootstrap,
                settings.topics,
                settings.workload,
            )
            for node in (*self.clients, self.admin)
        ]

    async def scenario(self) -> list[str]:
        """Play both halves; return what has not come about."""
        self.cluster.start()
        self.admin.start(_idle)
        await self.admin.run(self._create_topics())
        operator = Operator(
            self.world.random("operator"),
            self.workloads[-1].client,
            self.workloads[-1].partitions,
            range(1, self.settings.broker_count + 1),
            self.settings.operator_pause_s,
        )
        operating = self.admin.run(operator.run())
        looking = self.world.loop.create_task(self.cluster.keep_looking())
        self.faults.looked = self.cluster.look
        for node, workload in zip(self.clients, self.workloads, strict=False):
            node.start(workload.run)
        await self.faults.run(self.settings.fault_s)
        operating.cancel()
        await self.faults.heal()
        problems = await self._see_progress()
        looking.cancel()
        self.cluster.look()
        return problems

    async def _create_topics(self) -> None:
        workload = self.workloads[-1]
        async with asyncio.timeout(PROGRESS_S):
            for topic, count in self.settings.topics.items():
                while True:
                    client = workload.client()
                    try:
                        await client.connect()
                        await admin.create_topic(client, topic, partition_count=count)
                        await client.topic(topic, create=False)
                        break
                    except OttlaError:
                        await asyncio.sleep(0.2)
                    finally:
                        await client.close()

    async def _see_progress(self) -> list[str]:
        """Return what a healed cluster does not manage in time."""
        work = self.admin.run(self._progress())
        await asyncio.wait([work], timeout=PROGRESS_S)
        if not work.done():
            return [f"no progress within {PROGRESS_S:g} s: {self._waits_for}"]
        if (error := work.exception()) is not None:
            return [f"no progress, {self._waits_for}: {error!r}"]
        return []

    async def _progress(self) -> None:
        workload = self.workloads[-1]
        client = workload.client()
        self._waits_for = "a connection"
        await client.retrying(client.connect)
        while not await self._is_in_sync(client):  # noqa: ASYNC110 - asks, as any client would
            await asyncio.sleep(0.5)
        self._waits_for = "every client to write"
        before = [each.written_count for each in self.workloads[:-1]]
        while any(  # noqa: ASYNC110 - likewise
            each.written_count <= count for each, count in zip(self.workloads, before, strict=False)
        ):
            await asyncio.sleep(0.5)
        for each in self.workloads:
            each.is_writing = False
        self._waits_for = "a write to every partition"
        await workload.write_everywhere(client)
        self._waits_for = "all records to be read"
        await asyncio.sleep(1)
        await workload.read_everything(client)
        await client.close()

    _waits_for = ""

    async def _is_in_sync(self, client: Cluster) -> bool:
        try:
            metadata = await client.refresh(None)
        except OttlaError as error:
            self._waits_for = f"an answer about topics: {error}"
            return False
        missing = [
            f"{topic.name}-{each.partition} (leader {each.leader}, {each.isr} of {each.replicas})"
            for topic in metadata.topics.values()
            for each in topic.partitions
            if each.leader < 0 or sorted(each.isr) != sorted(each.replicas)
        ]
        self._waits_for = f"replicas to be in sync: {', '.join(missing)}"
        return bool(metadata.topics) and not missing


async def _idle(_node: Node) -> None:
    await asyncio.Event().wait()


def run_seed(seed: int, settings: RunSettings | None = None) -> RunResult:
    """Run one seed and judge it."""
    settings = settings or RunSettings()
    result = RunResult(seed)
    began = time.process_time()
    with World(seed, keep_trace=settings.keep_trace) as world:
        run = Run(world, settings)
        try:
            result.problems += world.run(run.scenario())
        except Exception as error:  # noqa: BLE001 - whatever it is, the seed has found it
            world.failed("the run broke off", error)
        result.turn_count = world.loop.turn_count
        result.virtual_s = world.now_s
        result.fingerprint = world.trace.fingerprint()
        operations = run.recorder.history()
    result.cpu_s = time.process_time() - began
    result.problems += world.failures
    result.problems += map(str, run.cluster.invariants.violations)
    result.problems += run.recorder.complaints
    result.verdict = check(operations, Promises(has_caught_up=not result.problems))
    result.problems += map(str, result.verdict.anomalies)
    result.events = run.faults.events
    result.log = list(world.log)
    result.trace = world.trace.lines or []
    result.history = operations
    return result
