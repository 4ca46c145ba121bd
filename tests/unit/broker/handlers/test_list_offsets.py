# SPDX-License-Identifier: Apache-2.0
"""Offsets by special timestamps and by time, in every version, and each error."""

from __future__ import annotations

import errno
from types import SimpleNamespace

import pytest

from ottla.base.errors import StorageError
from ottla.broker.handlers import list_offsets
from ottla.metadata.image import PartitionImage
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.list_offsets import (
    ListOffsetsPartition,
    ListOffsetsRequest,
    ListOffsetsTopic,
)
from ottla.records.batch import read_header
from ottla.storage.partition_log import PartitionLog

LEADER_EPOCH = 5
NEWEST = 11


def request(timestamp, *, topic="t", index=0, epoch=-1, isolation_level=0, repeat=1):
    """Ask for one timestamp in one partition."""
    return ListOffsetsRequest(
        replica_id=-1,
        isolation_level=isolation_level,
        topics=[
            ListOffsetsTopic(
                name=topic,
                partitions=[
                    ListOffsetsPartition(
                        partition_index=index, current_leader_epoch=epoch, timestamp=timestamp
                    )
                    for _ in range(repeat)
                ],
            )
        ],
    )


def ask(world, version, timestamp, **fields: object):
    """Return (error code, timestamp, offset, leader epoch) of the one answer."""
    answer = world.client().ask(request(timestamp, **fields), version)
    (topic,) = answer.topics
    one = topic.partitions[0]
    return one.error_code, one.timestamp, one.offset, one.leader_epoch


@pytest.fixture
def partition(world):
    """Return a partition with offsets 2 to 5, their times 1,000 ms apart and out of order."""
    partition = world.partition()
    base = world.clock.wall_ms()
    for step in (0, 1, 2, 5, 4, 3):
        batch = world.batch(b"v", timestamp_ms=base + step * 1000)
        partition.append(memoryview(bytearray(batch)), base)
        partition.begin_burst()
        partition.finish_burst()
    partition.advance_log_start_offset(2)
    return partition


@pytest.mark.parametrize("version", list_offsets.VERSIONS)
def test_start_and_end_in_every_version(world, partition, version):
    """-1 is the high watermark, -2 the log start offset; epochs are told from version 4 on."""
    epoch = LEADER_EPOCH if version >= 4 else -1
    assert ask(world, version, -1) == (0, -1, 6, epoch)
    assert ask(world, version, -2) == (0, -1, 2, epoch)


@pytest.mark.parametrize("version", list_offsets.VERSIONS)
def test_by_time_in_every_version(world, partition, version):
    """The first record that is not older, with its own time."""
    base = world.clock.wall_ms()
    epoch = LEADER_EPOCH if version >= 4 else -1
    assert ask(world, version, base + 2500) == (0, base + 5000, 3, epoch)
    assert ask(world, version, base + 1000) == (0, base + 2000, 2, epoch)  # 1 was deleted
    assert ask(world, version, base + 6000) == (0, -1, -1, -1)
    assert ask(world, version, 0)[2] == 2


@pytest.mark.parametrize("version", list_offsets.VERSIONS)
@pytest.mark.parametrize("timestamp", [-3, -4, -5, -6, -7])
def test_newer_special_timestamps_need_their_version(world, partition, version, timestamp):
    """UNSUPPORTED_VERSION for a special timestamp that the request's version does not have."""
    base = world.clock.wall_ms()
    since = {-3: 7, -4: 8, -5: 9, -6: 11}.get(timestamp, 99)
    expected = {
        -3: (0, base + 5000, 3, LEADER_EPOCH),
        -4: (0, -1, 2, LEADER_EPOCH),
        -5: (0, -1, -1, -1),
        -6: (0, -1, -1, -1),
    }
    if version >= since:
        assert ask(world, version, timestamp) == expected[timestamp]
    else:
        assert ask(world, version, timestamp)[0] == ErrorCode.UNSUPPORTED_VERSION


def test_an_empty_partition(world):
    """Start and end are 0, and no record has a time."""
    world.partition()
    assert ask(world, NEWEST, -1)[2] == 0
    assert ask(world, NEWEST, -2)[2] == 0
    assert ask(world, NEWEST, -3) == (0, -1, -1, -1)
    assert ask(world, NEWEST, 5) == (0, -1, -1, -1)


def test_bug_37_nothing_above_the_high_watermark_is_found(world):
    """Bug 37 (KIP-207): what is told as the end never goes back.

    A record that is not flushed yet does not exist for readers under the ack profile.
    """
    partition = world.partition(flush_profile="ack")
    world.append(partition, b"a")
    assert ask(world, NEWEST, -1)[2] == 0
    assert ask(world, NEWEST, -3)[2] == -1
    assert ask(world, NEWEST, 0)[2] == -1
    world.flush()
    assert ask(world, NEWEST, -1)[2] == 1
    assert ask(world, NEWEST, 0)[2] == 0


@pytest.mark.parametrize("version", list_offsets.VERSIONS)
def test_bug_37_a_new_leader_does_not_tell_an_older_end(world, partition, version):
    """Bug 37 (KIP-207): until its watermark reaches the start of its epoch it does not know."""
    code = ErrorCode.OFFSET_NOT_AVAILABLE if version >= 5 else ErrorCode.LEADER_NOT_AVAILABLE
    surroundings = SimpleNamespace(
        broker_id=1, lag_ms_max=1000, now_ms=lambda: 0, is_eligible=lambda *_: True,
        propose=lambda *_: None,
    )  # fmt: skip
    partition.high_watermark = 4  # as it was told by the leader before
    partition.lead(PartitionImage(0, 1, LEADER_EPOCH, 0, (1, 2), (1, 2)), surroundings)
    base = world.clock.wall_ms()
    assert ask(world, version, -1)[0] == code
    assert ask(world, version, base + 60_000)[0] == code
    assert ask(world, version, -2)[:3] == (0, -1, 2)  # where the log begins is known
    assert ask(world, version, base + 2500)[:3] == (0, base + 5000, 3)  # and what is committed
    partition.follower_fetched(2, 1, 6, 2)
    assert ask(world, version, -1)[:3] == (0, -1, 6)


def test_read_committed_ends_at_the_last_stable_offset(world):
    """An open transaction is not counted."""
    partition = world.partition()
    world.append(partition, b"a")
    batch = world.batch(b"x", producer_id=9, producer_epoch=0, base_sequence=0, transactional=True)
    data = memoryview(bytearray(batch))
    partition.log.append(data, (read_header(data),), LEADER_EPOCH, world.clock.wall_ms())
    partition.begin_burst()
    partition.finish_burst()
    assert ask(world, NEWEST, -1, isolation_level=1)[2] == 1
    assert ask(world, NEWEST, -1, isolation_level=0)[2] == 2


@pytest.mark.parametrize(("topic", "index"), [("unknown", 0), ("t", 9)])
def test_unknown_topic_or_partition(world, partition, topic, index):
    """Neither the topic nor the number exists."""
    code = ask(world, NEWEST, -1, topic=topic, index=index)[0]
    assert code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION


@pytest.mark.parametrize(
    ("epoch", "code"),
    [(4, ErrorCode.FENCED_LEADER_EPOCH), (6, ErrorCode.UNKNOWN_LEADER_EPOCH)],
)
def test_leader_epochs_are_compared(world, partition, epoch, code):
    """A client with another leader epoch is told (KIP-320)."""
    assert ask(world, NEWEST, -1, epoch=epoch)[0] == code


def test_a_partition_that_is_named_twice_is_an_invalid_request(world, partition):
    """INVALID_REQUEST for both."""
    answer = world.client().ask(request(-1, repeat=2), NEWEST)
    codes = [one.error_code for one in answer.topics[0].partitions]
    assert codes == [ErrorCode.INVALID_REQUEST] * 2


def test_a_disk_that_fails_is_a_storage_error(world, partition, monkeypatch):
    """KAFKA_STORAGE_ERROR when the batch cannot be read."""

    def fail(log, timestamp_ms):
        raise StorageError("gone") from OSError(errno.EIO, "gone")

    monkeypatch.setattr(PartitionLog, "offset_for_timestamp", fail)
    assert ask(world, NEWEST, 0)[0] == ErrorCode.KAFKA_STORAGE_ERROR
