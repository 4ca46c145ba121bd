# SPDX-License-Identifier: Apache-2.0
"""What an OffsetCommit costs from received bytes to queued answer and written file.

`python -m benchmarks.micro.commit_path` prints the CPU time of a commit of ten partitions with so
many in a burst. Each group has a connection of its own; then all share one, so that no request is
like the one before it.
"""

from __future__ import annotations

import tempfile
import time
from types import SimpleNamespace

from benchmarks import group_frames
from benchmarks.micro.socketless import TOPIC, SocketlessBroker
from ottla.base.clock import Moment
from ottla.broker.config import BrokerConfig
from ottla.broker.coordinator_partition import LedPartition
from ottla.coordinators.group.coordinator import CONSUMER_OFFSETS, GroupCoordinator

GROUPS = 100
PARTITIONS = 10
COMMITS = 10_000
NOW = Moment(0, 1_700_000_000_000)


class Answering:
    """Lets the coordinator answer what its partition has committed, as its driver does."""

    def __init__(self, groups: GroupCoordinator) -> None:
        self._groups = groups

    def partition_advanced(self, _: object) -> None:
        """Answer."""
        self._groups.runtime.committed(0)


class CommittingBroker(SocketlessBroker):
    """One partition of offsets and every group in it."""

    def __init__(self, directory: str) -> None:
        super().__init__(directory)
        topics = {
            TOPIC: SimpleNamespace(partitions=range(PARTITIONS), name=TOPIC),
            CONSUMER_OFFSETS: SimpleNamespace(partitions=range(1), name=CONSUMER_OFFSETS),
        }
        image = SimpleNamespace(topics_by_name=topics, topic=topics.get, offset=0)
        self.groups = GroupCoordinator(image, BrokerConfig.load(), str)
        self.services.groups, self.services.image = self.groups, image
        runtime = self.groups.runtime
        runtime.begin_load(0, LedPartition(self.partition, self.burst))
        runtime.finish_load(0, 0, NOW)
        self.partition.observe(Answering(self.groups))


def commit(requests: list[bytes], in_burst: int, *, is_shared: bool = False) -> float:
    """Return the seconds of CPU that one commit takes."""
    with tempfile.TemporaryDirectory() as directory:
        broker = CommittingBroker(directory)
        if is_shared:
            connections = [broker.connect()]
            bursts = [b"".join(requests[at : at + in_burst]) for at in range(0, GROUPS, in_burst)]
        else:
            connections = [broker.connect() for _ in requests]
            bursts = [request * in_burst for request in requests]
        for turn, burst in enumerate(bursts):
            broker.receive(burst, connections[turn % len(connections)])
            broker.burst.end()  # as the loop does at the end of its turn
        before, began = broker.sink.written_bytes, time.process_time()
        for turn in range(COMMITS // in_burst):
            broker.receive(bursts[turn % len(bursts)], connections[turn % len(connections)])
            broker.burst.end()
        used = time.process_time() - began
        answer = group_frames.offset_commit_answer_layout(TOPIC, PARTITIONS)
        assert broker.sink.written_bytes - before == COMMITS * answer.size
    return used / COMMITS


def main() -> None:
    """Print microseconds of CPU."""
    requests = [
        group_frames.offset_commit(
            f"group-{number:03d}", -1, "", TOPIC, [(at, 1000) for at in range(PARTITIONS)]
        )
        for number in range(GROUPS)
    ]
    for in_burst in (1, 5, 20):
        print(f"{commit(requests, in_burst) * 1e6:.1f} us for a commit, {in_burst} in a burst")
    print(f"{commit(requests, 20, is_shared=True) * 1e6:.1f} us when nobody commits again")


if __name__ == "__main__":
    main()
