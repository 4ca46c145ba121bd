# SPDX-License-Identifier: Apache-2.0
"""Replicas of one partition, each on a disk of its own, without a network between them."""

from __future__ import annotations

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING

from ottla.base.clock import ManualClock
from ottla.metadata.image import PartitionImage
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.fetch import (
    EpochEndOffset,
    FetchableTopicResponse,
    FetchResponse,
    PartitionData,
)
from ottla.records.batch import iter_headers
from ottla.records.builder import build_batch
from ottla.records.record import Record
from ottla.replication.divergence import divergence
from ottla.replication.partition import Partition
from ottla.replication.replica_fetcher import FetcherSettings, ReplicaFetcher
from ottla.replication.replication_throttle import NO_LIMIT, ReplicationThrottle
from ottla.storage.log_config import LogConfig
from ottla.storage.partition_log import PartitionLog
from ottla.testing.simulated_disk import SimulatedDisk

if TYPE_CHECKING:
    from ottla.base.errors import StorageError

TOPIC_ID = b"i" * 16
LAG_MS = 1000


class Surroundings:
    """A broker whose controller answers when the test says so."""

    lag_ms_max = LAG_MS

    def __init__(self, broker_id: int, clock: ManualClock) -> None:
        self.broker_id = broker_id
        self.proposed = []
        self.ineligible: set[int] = set()
        self._clock = clock

    def now_ms(self):
        """Return the time of the bench."""
        return self._clock.now_ms()

    def is_eligible(self, broker_id, broker_epoch):
        """Take everybody whom the test does not refuse."""
        return broker_id not in self.ineligible

    def propose(self, partition, proposal):
        """Note a proposal."""
        self.proposed.append(proposal)


class Replica:
    """One replica and its disk."""

    def __init__(self, broker_id: int, clock: ManualClock | None = None, **config: object) -> None:
        self.clock = clock or ManualClock()
        self.broker_id = broker_id
        self.disk = SimulatedDisk()
        self.disk.mkdir("/data")
        self.disk.fsync_dir("/")
        self.config = LogConfig(**config)
        self.surroundings = Surroundings(broker_id, self.clock)
        self.partition = self.open(clean=True)

    def open(self, *, clean):
        """Open the log anew."""
        log = PartitionLog.open(
            "/data/t-0", "t", 0, self.config, files=self.disk, clock=self.clock, clean=clean
        )
        directory = SimpleNamespace(accepts_appends=True, refusal="no room")
        self.partition = Partition(log, TOPIC_ID, -1, lambda partition: None, directory)
        self.partition.high_watermark = log.stored_high_watermark
        return self.partition

    def lead(self, epoch, *, isr, replicas=(1, 2, 3), partition_epoch=0):
        """Become the leader, or learn of a change."""
        self.partition.lead(
            PartitionImage(0, self.broker_id, epoch, partition_epoch, replicas, isr),
            self.surroundings,
        )

    def follow(self, leader, epoch, *, isr=(1, 2, 3), replicas=(1, 2, 3)):
        """Become a follower."""
        self.partition.follow(PartitionImage(0, leader, epoch, 0, replicas, isr))

    def append(self, *values: bytes, **fields: object):
        """Append one batch as a producer would."""
        now_ms = self.clock.wall_ms()
        records = [Record(at, now_ms, None, value) for at, value in enumerate(values)]
        batch = memoryview(bytearray(build_batch(records, **fields)))
        self.partition.append(batch, now_ms)
        self.partition.begin_burst()
        self.partition.finish_burst()

    def read(self, offset=None, *, end=None, max_bytes=1 << 20):
        """Return the bytes of the batches from an offset on."""
        log = self.partition.log
        offset = log.log_start_offset if offset is None else offset
        end = log.log_end_offset if end is None else end
        found = log.locate(offset, max_bytes, end) if offset < end else None
        if found is None:
            return b""
        data = found.read_nowait()
        data = bytes(found.read() if data is None else data)
        whole = 0
        for position, header in iter_headers(data, partial_tail=True):
            whole = position + header.size_bytes
        return data[:whole]

    @property
    def end(self):
        """The log end offset."""
        return self.partition.log.log_end_offset


@dataclass
class ThrottleSettings:
    """Both rates and the window; nothing is limited unless the test says so."""

    leader_replication_throttled_rate: int = NO_LIMIT
    follower_replication_throttled_rate: int = NO_LIMIT
    replication_quota_window_num: int = 10
    replication_quota_window_size_seconds: int = 1


class Link:
    """One follower's fetcher and the leader it copies, without a network."""

    def __init__(self, leader: Replica, follower: Replica) -> None:
        self.leader = leader
        self.follower = follower
        self.now_ms = 0
        self.failures: list[tuple[object, StorageError]] = []
        self.throttle = ReplicationThrottle(follower.broker_id, ThrottleSettings(), is_leader=False)
        self.fetcher = ReplicaFetcher(
            FetcherSettings(follower.broker_id),
            lambda *failure: self.failures.append(failure),
            self.throttle,
        )
        self.fetcher.add(follower.partition)
        self.session_id = 77
        self.known: dict = {}  # what the leader's session knows

    def request(self):
        """Return what is asked next."""
        return self.fetcher.next_request(self.now_ms, 5)

    def answer(self, asked, **fields: object):
        """Return an answer about the one partition that was asked for."""
        data = PartitionData(partition_index=0, records=b"")
        for name, value in fields.items():
            setattr(data, name, value)
        topic = FetchableTopicResponse(topic_id=TOPIC_ID, partitions=[data])
        return FetchResponse(session_id=self.session_id, responses=[topic])

    def serve(self, asked):
        """Answer as the broker's fetch path does."""
        for topic in asked.topics:
            for one in topic.partitions:
                self.known[0] = one
        one = self.known[0]
        leader = self.leader.partition
        code = leader.fence(one.current_leader_epoch)
        if code:
            return self.answer(asked, error_code=code)
        diverging = divergence(leader, one.last_fetched_epoch, one.fetch_offset, is_follower=True)
        if diverging is not None:
            epoch, end = diverging
            return self.answer(asked, diverging_epoch=EpochEndOffset(epoch=epoch, end_offset=end))
        leader.follower_fetched(self.follower.broker_id, 5, one.fetch_offset, one.log_start_offset)
        if not leader.log_start_offset <= one.fetch_offset <= self.leader.end:
            return self.answer(
                asked,
                error_code=ErrorCode.OFFSET_OUT_OF_RANGE,
                log_start_offset=leader.log_start_offset,
            )
        return self.answer(
            asked,
            high_watermark=leader.high_watermark,
            log_start_offset=leader.log_start_offset,
            records=self.leader.read(one.fetch_offset, max_bytes=80),
        )

    def step(self):
        """Ask once."""
        asked = self.request()
        return self.fetcher.handle(self.serve(asked), self.now_ms)

    def run(self, steps: int = 60):
        """Ask until both logs end at the same place and the watermark has come over."""
        for _ in range(steps):
            self.step()
            if (
                self.follower.end == self.leader.end
                and self.follower.read()
                == self.leader.read(self.follower.partition.log_start_offset)
                and self.follower.partition.high_watermark == self.leader.partition.high_watermark
            ):
                return
        raise AssertionError("the logs do not come together")


def lead_and_follow(leader: Replica, follower: Replica, epoch: int, isr=None) -> Link:
    """Let the controller elect `leader`."""
    ids = (leader.broker_id, follower.broker_id)
    leader.lead(epoch, isr=isr or (leader.broker_id,), replicas=ids)
    follower.follow(leader.broker_id, epoch, replicas=ids)
    return Link(leader, follower)
