# SPDX-License-Identifier: Apache-2.0
"""What committed offsets cost: a commit of ten partitions, a look-up, a record that is loaded.

`python -m benchmarks.micro.offset_commit`; the partition is in memory, so that only decisions,
bytes and replay are measured. A loop is one request, or one record.
"""

from __future__ import annotations

import itertools
import time
from types import SimpleNamespace

from benchmarks.micro.runner import runner_of
from ottla.base.clock import Moment
from ottla.coordinators.group.commit_request import CommitRequest
from ottla.coordinators.group.coordinator import CONSUMER_OFFSETS, GroupCoordinator
from ottla.coordinators.group.records import group_key_prefix, offset_value, spot_of
from ottla.coordinators.group.shard import GroupShard
from ottla.coordinators.ports import CoordinatorRecord
from ottla.metadata.image import ClusterImage
from ottla.protocol.messages.cluster_metadata import PartitionRecord, TopicRecord
from ottla.protocol.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)
from ottla.protocol.messages.offset_fetch import (
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopics,
)

GROUPS = 100
PARTITIONS = 10
VERSION = 9
NOW = Moment(1_000, 1_700_000_000_000)
SETTINGS = SimpleNamespace(
    offset_metadata_max_bytes=4096,
    offsets_retention_check_interval_ms=600_000,
    group_consumer_assignors=("uniform", "range"),
    group_max_size=100,
)


class Sink:
    """A partition that counts what is appended, and keeps nothing."""

    leader_epoch = 0

    def __init__(self) -> None:
        self.high_watermark = 0

    def append(self, records, *_, **_more):
        """Count."""
        self.high_watermark += len(records)
        return self.high_watermark


def coordinator(new_member_suffix=lambda: "") -> GroupCoordinator:
    topic_id = b"o" * 16
    image, _ = ClusterImage("c").apply(
        [
            TopicRecord(name=CONSUMER_OFFSETS, topic_id=topic_id),
            PartitionRecord(partition_id=0, topic_id=topic_id, replicas=[1], isr=[1], leader=1),
        ]
    )
    groups = GroupCoordinator(image, SETTINGS, new_member_suffix)
    groups.runtime.begin_load(0, Sink())
    groups.runtime.finish_load(0, 0, NOW)
    return groups


def commit_requests() -> list[OffsetCommitRequest]:
    return [
        OffsetCommitRequest(
            group_id=f"group-{number}",
            topics=[
                OffsetCommitRequestTopic(
                    name="orders",
                    partitions=[
                        OffsetCommitRequestPartition(
                            partition_index=index,
                            committed_offset=123_456_789,
                            committed_leader_epoch=3,
                            committed_metadata="",
                        )
                        for index in range(PARTITIONS)
                    ],
                )
            ],
        )
        for number in range(GROUPS)
    ]


def commits(loops: int) -> float:
    """Decide, encode and replay commits of ten partitions."""
    groups = coordinator()
    taken = [CommitRequest.of(request) for request in commit_requests()]
    requests = itertools.islice(itertools.cycle(taken), loops)
    began = time.perf_counter()
    for request in requests:
        groups.commit_offsets(request, VERSION, NOW)
    return time.perf_counter() - began


def commits_on_the_wire(loops: int) -> float:
    """Do the same with the bytes of request and answer."""
    groups = coordinator()
    frames = [request.encode(VERSION) for request in commit_requests()]
    began = time.perf_counter()
    for frame in itertools.islice(itertools.cycle(frames), loops):
        request = CommitRequest.decode(frame, VERSION)
        groups.commit_offsets(request, VERSION, NOW).value.encode(VERSION)
    return time.perf_counter() - began


def fetches(loops: int) -> float:
    """Read ten partitions of a group."""
    groups = coordinator()
    for request in commit_requests():
        groups.commit_offsets(CommitRequest.of(request), VERSION, NOW)
    asked = OffsetFetchRequestGroup(
        group_id="group-1",
        topics=[OffsetFetchRequestTopics(name="orders", partition_indexes=range(PARTITIONS))],
    )
    began = time.perf_counter()
    for _ in range(loops):
        groups.fetch_offsets(asked, require_stable=False)
    return time.perf_counter() - began


def loaded_records(loops: int, *, keys: int) -> float:
    """Replay records of a log, with so many different keys."""
    value = offset_value(123_456_789, 3, "", NOW.wall_ms, b"\0")
    distinct = [
        CoordinatorRecord(
            group_key_prefix(b"group-%d" % (number % GROUPS)) + spot_of("orders", number // GROUPS),
            value,
        )
        for number in range(keys)
    ]
    records = list(itertools.islice(itertools.cycle(distinct), loops))
    replay = GroupShard(0, ClusterImage("c"), SETTINGS, lambda: "").replay
    began = time.perf_counter()
    for offset, record in enumerate(records):
        replay(record, offset, None)
    return time.perf_counter() - began


def main() -> None:
    """Run every case."""
    runner = runner_of(__spec__)
    runner.bench_time_func("commit of 10 partitions", commits)
    runner.bench_time_func("commit of 10 partitions, bytes to bytes", commits_on_the_wire)
    runner.bench_time_func("fetch of 10 partitions", fetches)
    runner.bench_time_func("loaded offset, 1,000 keys", lambda n: loaded_records(n, keys=1_000))
    runner.bench_time_func("loaded offset, 1 M keys", lambda n: loaded_records(n, keys=1_000_000))


if __name__ == "__main__":
    main()
