# SPDX-License-Identifier: Apache-2.0
"""A cluster's control plane without its data: the real controller, many brokers, counted requests.

What is real: the controller's decisions, its active term (queue, rounds, batches, transactions),
the journal on a coordination service, snapshots, and three brokers' metadata logs with their
copies on disk: the one that decides and two that follow. All other brokers follow in the same way,
so they are counted: whatever one follower asks of the service, each of them asks.

What is not: the service answers at once (`counted_service`), and nobody sends anything over a
network. So times are a broker's own work, and the service's part is what its requests cost.

The broker that decides is timed alone: after each append the followers are let catch up, on time
of their own (`FollowedLog.waited_s`).
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from random import Random

from benchmarks.counted_service import CountedService, Counts
from ottla.base.clock import SystemClock
from ottla.broker.active_controller import ActiveController
from ottla.broker.config import BrokerConfig
from ottla.broker.metadata_log import MetadataLog, SnapshotSchedule
from ottla.controller.controller import Controller
from ottla.controller.features import SUPPORTED_FEATURES
from ottla.metadata.engines.store_engine import StoreEngine
from ottla.metadata.image import NO_LEADER, BrokerEndpoint, ClusterImage, ControllerImage
from ottla.metadata.local_log import LocalMetadataLog
from ottla.metadata.snapshot import controller_record
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.message import Message
from ottla.protocol.messages.alter_partition import (
    AlterPartitionRequest,
    AlterPartitionRequestPartitionData,
    AlterPartitionRequestTopicData,
    BrokerState,
)
from ottla.protocol.messages.broker_heartbeat import BrokerHeartbeatRequest
from ottla.protocol.messages.broker_registration import (
    BrokerRegistrationRequest,
    Feature,
    Listener,
)
from ottla.protocol.messages.create_topics import CreatableTopic
from ottla.storage.files import LocalFileSystem

CLUSTER_ID = "c2NhbGUtc2ltdWxhdGlvbg"
RACKS = 3
REPLICAS = 3
PARTITIONS_PER_TOPIC = 100
PARTITIONS_PER_REQUEST = 10_000
CONTROLLER, STANDBY = 0, 1
RETURN_ROUNDS = 20
"""In so many batches a broker that came back gets into its in-sync sets, if it has so many leaders.

Its leaders propose when it has caught up with them, over a second or so; what is proposed while an
append is under way shares the next one.
"""
SESSION_TIMEOUT_S = 6.0
SETTINGS = {"min.insync.replicas": "2", "default.replication.factor": "3"}


@dataclass(slots=True)
class Step:
    """What something cost."""

    records: int
    batches: int
    batch_bytes: int
    controller_s: float
    """The deciding broker's own work."""
    follower_s: float
    """One follower's work to read and apply the same."""
    controller: Counts
    """What the deciding broker asked of the service."""
    follower: Counts
    """What one follower asked."""

    def times(self, factor: float) -> "Step":
        """Return what so many times as much would have cost."""
        return Step(
            round(self.records * factor),
            round(self.batches * factor),
            round(self.batch_bytes * factor),
            self.controller_s * factor,
            self.follower_s * factor,
            self.controller.times(factor),
            self.follower.times(factor),
        )

    def requests(self, brokers: int) -> Counts:
        """Return what a whole cluster asks."""
        return self.controller + self.follower.times(brokers - 1)


class FollowedLog(MetadataLog):
    """A broker's metadata log whose appends wait until the followers have read them."""

    counts: Counts
    followers: Sequence["FollowedLog"] = ()
    waited_s = 0.0
    appended_records = 0
    appended_batches = 0

    async def append(self, records: Sequence[Message], controller_epoch: int) -> None:
        """Append, then let everybody catch up."""
        await super().append(records, controller_epoch)
        self.appended_records += len(records)
        self.appended_batches += 1
        began = time.process_time()
        for follower in self.followers:
            while follower.image.next_offset < self.image.next_offset:
                await follower.wait_changed(1.0)
        self.waited_s += time.process_time() - began

    async def pause(self) -> None:
        """Follow no more for a while."""
        assert self._follower is not None
        self._follower.cancel()
        await asyncio.wait([self._follower])

    def resume(self) -> None:
        """Follow again."""
        self._follower = asyncio.get_running_loop().create_task(self._follow())


class LightCluster:
    """So many brokers, of which three are there."""

    def __init__(self, brokers: int, folder: Path) -> None:
        self.brokers = brokers
        self.service = CountedService()
        self.config = BrokerConfig.load(SETTINGS)
        self.clock = SystemClock()
        self._random = Random(1)
        self.controller = Controller(self.config, self._random, self._uuid)
        self.log = self._open_log(folder / "controller")
        self.standby: FollowedLog | None = self._open_log(folder / "standby")
        self.follower = self._open_log(folder / "follower")
        self.active: ActiveController | None = None
        self._uncounted_s = 0.0

    # brokers

    async def start(self) -> None:
        """Found the cluster, elect its controller, and put every broker into service."""
        assert self.standby is not None
        for log in (self.log, self.standby, self.follower):
            await log.engine.join(CLUSTER_ID)
            await log.start()
            log.follow()
        await self.begin_term(self.log, CONTROLLER)
        self.log.followers = [self.standby, self.follower]
        await asyncio.gather(*(self.register(broker) for broker in range(self.brokers)))
        await asyncio.gather(*(self.heartbeat(broker) for broker in range(self.brokers)))
        assert all(broker.is_live for broker in self.log.image.brokers.values())

    async def stop(self) -> None:
        """End it."""
        if self.active is not None:
            await self.active.stop()
        for log in (self.log, self.standby, self.follower):
            if log is not None:
                await log.stop()
                await log.engine.close()

    async def begin_term(self, log: MetadataLog, broker: int) -> None:
        """Campaign and begin to decide, as `ControllerCandidate` does."""
        epoch = await log.engine.campaign(broker)
        await log.catch_up()
        active = ActiveController(log, epoch, self.clock)
        first = self.controller.bootstrap(log.image)
        claim = ControllerImage(broker, self._uuid(), (endpoint(broker),))
        await active.begin([*first.records, controller_record(claim)])
        self.active = active

    async def register(self, broker: int) -> None:
        """Register a broker that is new or stopped cleanly."""
        place = endpoint(broker)
        known = self.image.brokers.get(broker)
        asked = BrokerRegistrationRequest(
            broker_id=broker,
            cluster_id=CLUSTER_ID,
            incarnation_id=self._uuid(),
            listeners=[Listener(name=place.name, host=place.host, port=place.port)],
            features=[
                Feature(name=name, min_supported_version=low, max_supported_version=high)
                for name, (low, high) in SUPPORTED_FEATURES.items()
            ],
            rack=f"rack-{broker % RACKS}",
            log_dirs=[self._uuid()],
            previous_broker_epoch=-1 if known is None else known.broker_epoch,
        )
        await self.change(
            lambda image: self.controller.register(
                image, asked, offset=image.next_offset, is_alive=lambda _: False
            )
        )

    async def heartbeat(self, broker: int, *, wants_shutdown: bool = False) -> bool:
        """Send a broker's heartbeat; return whether it should shut down."""
        asked = BrokerHeartbeatRequest(
            broker_id=broker,
            broker_epoch=self.image.brokers[broker].broker_epoch,
            current_metadata_offset=self.image.offset,
            want_shut_down=wants_shutdown,
        )
        answer = await self.change(lambda image: self.controller.heartbeat(image, asked))
        return answer.should_shut_down

    async def restart(self, broker: int) -> None:
        """Stop a broker with its leave and let it come back."""
        while not await self.heartbeat(broker, wants_shutdown=True):
            continue
        await self.come_back(broker)

    async def come_back(self, broker: int) -> None:
        """Register, get into service, and get into the in-sync sets again."""
        await self.register(broker)
        await self.heartbeat(broker)
        with self._uncounted():
            proposals = list(self._proposals_with(broker))
        size = -(-len(proposals) // RETURN_ROUNDS)
        for at in range(0, len(proposals), max(size, 1)):
            await asyncio.gather(*(self._propose(asked) for asked in proposals[at : at + size]))

    async def _propose(self, asked: AlterPartitionRequest) -> None:
        response = await self.change(lambda image: self.controller.alter_partition(image, asked))
        for topic in response.topics:
            for partition in topic.partitions:
                assert partition.error_code == ErrorCode.NONE, partition

    def _proposals_with(self, broker: int) -> Iterator[AlterPartitionRequest]:
        """Yield what the leaders of a broker's partitions propose when it has caught up."""
        image = self.image
        by_leader: dict[int, list[AlterPartitionRequestTopicData]] = {}
        for topic in image.topics_by_name.values():
            for partition in topic.partitions:
                if broker not in partition.replicas or broker in partition.isr:
                    continue
                assert partition.leader != NO_LEADER, partition
                members = [b for b in partition.replicas if b in partition.isr or b == broker]
                proposal = AlterPartitionRequestPartitionData(
                    partition_index=partition.partition_id,
                    leader_epoch=partition.leader_epoch,
                    partition_epoch=partition.partition_epoch,
                    new_isr_with_epochs=[
                        BrokerState(broker_id=b, broker_epoch=image.brokers[b].broker_epoch)
                        for b in members
                    ],
                )
                topics = by_leader.setdefault(partition.leader, [])
                topics.append(
                    AlterPartitionRequestTopicData(topic_id=topic.topic_id, partitions=[proposal])
                )
        for leader, topics in by_leader.items():
            epoch = image.brokers[leader].broker_epoch
            yield AlterPartitionRequest(broker_id=leader, broker_epoch=epoch, topics=topics)

    # what people ask for

    async def create_partitions(self, partitions: int) -> None:
        """Create topics of a hundred partitions, ten thousand partitions in a request."""
        first = len(self.image.topics_by_name)
        names = [f"events-{first + n:05d}" for n in range(partitions // PARTITIONS_PER_TOPIC)]
        size = PARTITIONS_PER_REQUEST // PARTITIONS_PER_TOPIC
        for at in range(0, len(names), size):
            asked = [
                CreatableTopic(
                    name=name, num_partitions=PARTITIONS_PER_TOPIC, replication_factor=REPLICAS
                )
                for name in names[at : at + size]
            ]
            results = await self.change(
                lambda image, asked=asked: self.controller.create_topics(image, asked)
            )
            assert all(result.error_code == ErrorCode.NONE for result in results), results

    async def fence(self, broker: int) -> None:
        """Take a dead broker out of service."""
        gone = await self.change(lambda image: self.controller.fence_brokers(image, [broker]))
        assert gone == [broker], gone

    async def balance(self) -> None:
        """Give leadership back to preferred leaders."""
        while await self.change(self.controller.balance_leaders):
            continue

    async def leave_standby_behind(self) -> None:
        """Let the standby read nothing more for now: it will have a tail to read."""
        assert self.standby is not None
        await self.standby.pause()
        self.log.followers = [self.follower]

    async def take_over(self) -> float:
        """Let the controller die and the standby take its place; return its seconds of work."""
        assert self.active is not None
        assert self.standby is not None
        epoch = self.active.controller_epoch
        self.active.end(ApiError(ErrorCode.NOT_CONTROLLER, "it is gone"))
        await self.active.stop()
        await self.log.stop()
        await self.log.engine.close()
        began = time.process_time()
        await self.standby.engine.depose(epoch)
        await self.begin_term(self.standby, STANDBY)
        ready_s = time.process_time() - began
        self.log, self.standby = self.standby, None
        self.log.resume()
        self.log.followers = [self.follower]
        return ready_s

    async def store_snapshot(self) -> None:
        """Have the service keep the present state."""
        schedule = SnapshotSchedule(self.clock.now_ms())
        await self.log.store_snapshot(schedule, self.log.engine.store_snapshot)

    async def start_cold(self) -> MetadataLog:
        """Let a broker start that has nothing: it reads the service's snapshot and the tail."""
        log = MetadataLog(
            engine=self._engine(Counts()),
            copy=None,
            clock=self.clock,
            cluster_id=CLUSTER_ID,
            settings=self.config,
        )
        await log.start()
        return log

    async def change(self, decide):
        """Have a change decided."""
        assert self.active is not None
        return await self.active.change(decide)

    @property
    def image(self) -> ClusterImage:
        """The state as the controller has applied it."""
        return self.log.image

    # measuring

    async def measure(self, work: Callable[[], Awaitable[object]]) -> Step:
        """Do something and return what it cost."""
        log = self.log
        records, batches, waited_s = log.appended_records, log.appended_batches, log.waited_s
        written, counts = self.journal_bytes, log.counts.copy()
        follower_counts = self.follower.counts.copy()
        self._uncounted_s = 0.0
        began = time.process_time()
        await work()
        elapsed_s = time.process_time() - began
        waited_s = log.waited_s - waited_s
        return Step(
            log.appended_records - records,
            log.appended_batches - batches,
            self.journal_bytes - written,
            elapsed_s - waited_s - self._uncounted_s,
            waited_s / max(len(log.followers), 1),
            log.counts - counts,
            self.follower.counts - follower_counts,
        )

    @property
    def journal_bytes(self) -> int:
        """Bytes of the batches that the service holds."""
        return sum(len(stored.value) for key, stored in self.service.keys.items() if "/b/" in key)

    @contextmanager
    def _uncounted(self) -> Iterator[None]:
        """Leave out what only this simulation has to do."""
        began = time.process_time()
        yield
        self._uncounted_s += time.process_time() - began

    def _open_log(self, folder: Path) -> FollowedLog:
        counts = Counts()
        folder.mkdir()
        copy = LocalMetadataLog.open(str(folder), files=LocalFileSystem(), clock=self.clock)
        log = FollowedLog(
            engine=self._engine(counts),
            copy=copy,
            clock=self.clock,
            cluster_id=CLUSTER_ID,
            settings=self.config,
        )
        log.counts = counts
        return log

    def _engine(self, counts: Counts) -> StoreEngine:
        return StoreEngine(lambda: self.service.open(counts), "/ottla", timeout_s=SESSION_TIMEOUT_S)

    def _uuid(self) -> bytes:
        return self._random.randbytes(16)


def endpoint(broker: int) -> BrokerEndpoint:
    """Return where a broker would be."""
    return BrokerEndpoint("PLAINTEXT", f"broker-{broker:04d}.example.com", 9092, 0)
