# SPDX-License-Identifier: Apache-2.0
"""The producers that a partition remembers."""

from __future__ import annotations

from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.describe_producers import DescribeProducersRequest, TopicRequest


def ask(world, topic="t", index=0):
    """Return the answer for one partition."""
    answer = world.client().ask(
        DescribeProducersRequest(topics=[TopicRequest(name=topic, partition_indexes=[index])]), 0
    )
    (one,) = answer.topics[0].partitions
    return one


def test_idempotent_producers_are_listed(world):
    """With epoch, last sequence and the time of the last batch; nobody else is."""
    partition = world.partition()
    world.append(partition, b"not idempotent")
    for sequence in (0, 2):
        batch = world.batch(b"a", b"b", producer_id=77, producer_epoch=3, base_sequence=sequence)
        partition.append(memoryview(bytearray(batch)), world.clock.wall_ms())
    (producer,) = ask(world).active_producers
    assert (producer.producer_id, producer.producer_epoch, producer.last_sequence) == (77, 3, 3)
    assert producer.last_timestamp == world.clock.wall_ms()
    assert producer.current_txn_start_offset == -1


def test_unknown_topic_or_partition(world):
    """The answer names the partition."""
    one = ask(world, "unknown", 4)
    assert one.error_code == ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    assert "unknown-4" in one.error_message
    assert one.active_producers == []
