# SPDX-License-Identifier: Apache-2.0
"""The batches of one partition: their order and sequences after failures."""

from __future__ import annotations

from ottla.client.partition_queue import PartitionQueue, QueuedBatch
from ottla.client.producer_transactions import ProducerIdentity
from ottla.client.topic_partition import TopicPartition


def batch(place, base_sequence=-1):
    """Return a batch of one record at a place."""
    return QueuedBatch(bytearray(1), 1, None, 0.0, place, 0.0, base_sequence)  # type: ignore[arg-type]


def test_what_failed_goes_again_in_its_old_order():
    """Before what was queued meanwhile; the halves of a batch stand where it stood."""
    queue = PartitionQueue(TopicPartition("t", 0))
    queue.queued.append(batch((3,)))
    queue.failed += [batch((2,)), batch((1, 1)), batch((0,)), batch((1, 0))]
    assert not queue.is_in_order
    assert not queue.is_sendable
    queue.line_up()
    assert [each.place for each in queue.queued] == [(0,), (1, 0), (1, 1), (2,), (3,)]
    assert queue.is_sendable


def test_batches_behind_a_refused_one_move_up():
    """Their sequences are stamped anew, those of batches before it stay."""
    queue = PartitionQueue(TopicPartition("t", 0), next_sequence=9)
    queue.failed += [batch((5,), 5), batch((7,), 7)]
    queue.refuse(batch((8,), 8))
    queue.refuse(batch((6,), 6))
    queue.line_up()
    assert [each.base_sequence for each in queue.queued] == [5, -1]
    assert queue.next_sequence == 6


def test_the_first_batch_of_a_producer_goes_alone():
    """A broker that does not know it would take any sequence."""
    queue = PartitionQueue(TopicPartition("t", 0), is_new_to_broker=True)
    queue.queued.append(batch((1,)))
    assert queue.is_sendable
    queue.in_flight.append(batch((0,)))
    assert not queue.is_sendable


def test_a_new_identity_begins_with_new_sequences():
    """Of everything that is not in flight."""
    queue = PartitionQueue(TopicPartition("t", 0), identity=ProducerIdentity(1, 0))
    queue.failed.append(batch((0,), 4))
    queue.queued.append(batch((1,), 5))
    queue.forget_identity()
    assert queue.identity is None
    assert [each.base_sequence for each in (*queue.failed, *queue.queued)] == [-1, -1]
