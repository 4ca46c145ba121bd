# SPDX-License-Identifier: Apache-2.0
"""What lies in which directory, and how much room is left."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ottla.broker.handlers import describe_log_dirs
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.describe_log_dirs import (
    DescribableLogDirTopic,
    DescribeLogDirsRequest,
)


@pytest.fixture
def directories(world):
    """Return two directories; the partitions of the world lie in the first."""
    healthy = SimpleNamespace(
        path="/data",
        failure=None,
        disk_space=lambda: SimpleNamespace(total_bytes=1000, free_bytes=400),
    )
    other = SimpleNamespace(path="/dat", failure="it broke", disk_space=None)
    world.services.logs.directories += [healthy, other]
    return healthy, other


def ask(world, topics=None, version=5):
    """Return the answer."""
    return world.client().ask(DescribeLogDirsRequest(topics=topics), version)


@pytest.mark.parametrize("version", describe_log_dirs.VERSIONS)
def test_all_partitions_with_their_sizes(world, directories, version):
    """Without a topic list everything is described, with the disk's room from version 4 on."""
    world.append(world.partition("t", 0), b"a")
    world.partition("u", 3)
    result = ask(world, version=version).results[0]
    assert result.error_code == ErrorCode.NONE
    assert result.log_dir == "/data"
    sizes = {
        (topic.name, one.partition_index): one.partition_size
        for topic in result.topics
        for one in topic.partitions
    }
    assert sizes == {("t", 0): len(world.batch(b"a")), ("u", 3): 0}
    if version >= 4:
        assert (result.total_bytes, result.usable_bytes) == (1000, 400)


def test_only_what_was_asked_for(world, directories):
    """A topic list filters by topic and partition number."""
    for index in range(3):
        world.partition("t", index)
    world.partition("u", 0)
    wanted = [DescribableLogDirTopic(topic="t", partitions=[0, 2, 9])]
    (topic,) = ask(world, wanted).results[0].topics
    assert topic.name == "t"
    assert [one.partition_index for one in topic.partitions] == [0, 2]


def test_an_offline_directory_is_a_storage_error(world, directories):
    """KAFKA_STORAGE_ERROR for the one, and the other is described all the same."""
    world.partition()
    healthy, broken = ask(world).results
    assert healthy.error_code == ErrorCode.NONE
    assert broken.error_code == ErrorCode.KAFKA_STORAGE_ERROR
    assert broken.topics == []


def test_a_replica_that_moves_is_described_twice(world, directories):
    """Where it serves, and as a future one, which lags behind, where it is going."""
    partition = world.partition("t", 0)
    for _ in range(3):
        world.append(partition, b"a")
    other = world.partition("u", 0)
    target = SimpleNamespace(
        path="/new",
        failure=None,
        disk_space=lambda: SimpleNamespace(total_bytes=1000, free_bytes=400),
    )
    world.services.logs.directories.append(target)
    world.services.logs.moves += [
        SimpleNamespace(log=each.log, target=target, size_bytes=70, end_offset=1)
        for each in (partition, other)
    ]
    wanted = [DescribableLogDirTopic(topic="t", partitions=[0])]
    serving, _, future = ask(world, wanted).results
    (now,) = serving.topics[0].partitions
    assert (now.is_future_key, now.offset_lag) == (False, 0)
    (topic,) = future.topics
    (later,) = topic.partitions
    assert (later.is_future_key, later.offset_lag, later.partition_size) == (True, 2, 70)
