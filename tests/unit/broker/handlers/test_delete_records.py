# SPDX-License-Identifier: Apache-2.0
"""Deleting from the start of partitions, and each error."""

from __future__ import annotations

import pytest

from ottla.base.errors import StorageError
from ottla.broker.handlers import delete_records
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.delete_records import (
    DeleteRecordsPartition,
    DeleteRecordsRequest,
    DeleteRecordsTopic,
)
from ottla.storage.partition_log import PartitionLog


def ask(world, offset, *, topic="t", index=0, version=2):
    """Return (error code, low watermark) of the one answer."""
    answer = world.client().ask(
        DeleteRecordsRequest(
            timeout_ms=1000,
            topics=[
                DeleteRecordsTopic(
                    name=topic,
                    partitions=[DeleteRecordsPartition(partition_index=index, offset=offset)],
                )
            ],
        ),
        version,
    )
    (one,) = answer.topics[0].partitions
    return one.error_code, one.low_watermark


@pytest.mark.parametrize("version", delete_records.VERSIONS)
def test_records_below_the_offset_go(world, version):
    """The new low watermark is answered; -1 stands for the high watermark."""
    partition = world.partition()
    world.append(partition, b"a", b"b", b"c")
    assert ask(world, 2, version=version) == (0, 2)
    assert ask(world, 1, version=version) == (0, 2)
    assert ask(world, -1, version=version) == (0, 3)
    assert partition.log_start_offset == 3


@pytest.mark.parametrize("offset", [4, -2])
def test_offset_out_of_range(world, offset):
    """Beyond the high watermark, or negative and not -1."""
    world.append(world.partition(), b"a", b"b", b"c")
    assert ask(world, offset) == (ErrorCode.OFFSET_OUT_OF_RANGE, -1)


@pytest.mark.parametrize(("topic", "index"), [("unknown", 0), ("t", 9)])
def test_unknown_topic_or_partition(world, topic, index):
    """Neither the topic nor the number exists."""
    world.partition()
    assert ask(world, 0, topic=topic, index=index) == (ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, -1)


def test_policy_violation(world):
    """A topic that is compacted only keeps its records."""
    world.partition(cleanup_compact=True, cleanup_delete=False)
    assert ask(world, 0) == (ErrorCode.POLICY_VIOLATION, -1)


def test_a_disk_that_fails_is_a_storage_error(world, monkeypatch):
    """KAFKA_STORAGE_ERROR when the start cannot be moved."""
    world.append(world.partition(), b"a")

    def fail(log, offset):
        raise StorageError("gone")

    monkeypatch.setattr(PartitionLog, "advance_log_start_offset", fail)
    assert ask(world, 1) == (ErrorCode.KAFKA_STORAGE_ERROR, -1)
