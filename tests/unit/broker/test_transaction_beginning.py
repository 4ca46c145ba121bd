# SPDX-License-Identifier: Apache-2.0
"""The first batch of a transaction that comes in a request like the one before."""

from __future__ import annotations

import errno

import pytest
from tests.unit.broker.test_transaction_admission import (
    PRODUCER,
    V1,
    V2,
    codes,
    coordinator,
    request,
)

from ottla.metadata.image import PartitionImage
from ottla.protocol.errors import ErrorCode
from ottla.records.control import TransactionMarker

__all__ = ["coordinator"]

VERSIONS = pytest.mark.parametrize("version", [V1, V2])


def end_transaction(world, partition) -> None:
    """Write the marker of the producer's transaction."""
    partition.append_marker(*PRODUCER, TransactionMarker(True, 0), world.clock.wall_ms())
    partition.finish_burst()


@pytest.fixture
def shaped(world, coordinator):
    """Return a partition, and a client that has written one transaction into it."""
    partition = world.partition()
    client = world.client()
    client.ask(request(world, 0), V2)
    coordinator.answer()
    world.turn()
    assert codes(client.answer()) == [ErrorCode.NONE]
    end_transaction(world, partition)
    coordinator.asked.clear()
    return partition, client


@VERSIONS
def test_it_asks_and_is_answered_once_it_is_written(world, coordinator, version):
    """The road of a known shape gives the answers of any other."""
    partition = world.partition()
    client = world.client()
    for transaction in range(3):
        assert client.ask(request(world, transaction), version) is None
        coordinator.answer()
        assert partition.log.log_end_offset == 2 * transaction + 1
        assert client.answer() is None, "nothing is written yet"
        world.turn()
        answer = client.answer()
        assert codes(answer) == [ErrorCode.NONE]
        assert answer.responses[0].partition_responses[0].base_offset == 2 * transaction
        end_transaction(world, partition)
    assert coordinator.asked == [("copier", PRODUCER, [("t", 0)], version == V2)] * 3


def test_later_batches_of_the_transaction_ask_nobody(world, coordinator, shaped):
    """They are answered at the end of their burst."""
    _, client = shaped
    client.ask(request(world, 1), V2)
    coordinator.answer()
    world.turn()
    client.answer()
    assert codes(client.ask(request(world, 2), V2)) == [ErrorCode.NONE]
    assert len(coordinator.asked) == 1


def test_those_behind_it_wait(world, coordinator, shaped):
    """Pipelined batches of one producer are appended in the order in which they came."""
    partition, client = shaped
    frames = [client.frame(request(world, sequence), V2) for sequence in (1, 2, 3)]
    client.send(b"".join(frames))
    while coordinator.pendings:
        coordinator.answer(at=len(coordinator.pendings) - 1)
    world.turn()
    answers = [client.answer() for _ in range(3)]
    offsets = [answer.responses[0].partition_responses[0].base_offset for answer in answers]
    assert offsets == [2, 3, 4]
    assert partition.last_stable_offset == 2


def test_the_records_outlast_the_receive_buffer(world, coordinator, shaped):
    """What other connections receive meanwhile does not change them."""
    partition, client = shaped
    client.ask(request(world, 1), V2)
    world.shared.view[:] = bytes(len(world.shared.view))
    coordinator.answer()
    world.turn()
    assert codes(client.answer()) == [ErrorCode.NONE]
    assert partition.high_watermark == 3


def test_a_refusal_is_answered_and_appends_nothing(world, coordinator, shaped):
    """With the code that the coordinator gave; the next request asks again."""
    partition, client = shaped
    client.ask(request(world, 1), V2)
    coordinator.answer(ErrorCode.INVALID_PRODUCER_ID_MAPPING)
    assert codes(client.answer()) == [ErrorCode.INVALID_PRODUCER_ID_MAPPING]
    assert partition.log.log_end_offset == 2
    client.ask(request(world, 1), V2)
    assert len(coordinator.asked) == 2


def test_a_bad_batch_is_refused_after_all(world, coordinator, shaped):
    """A sequence out of order: the coordinator's yes is not everything."""
    _, client = shaped
    client.ask(request(world, 5), V2)
    coordinator.answer()
    assert codes(client.answer()) == [ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER]


def test_what_the_disk_did_not_take_is_not_acknowledged(world, coordinator, shaped):
    """The append is taken back and the client told."""
    partition, client = shaped
    client.ask(request(world, 1), V2)
    coordinator.answer()
    world.disk.fail_next("pwritev", errno.ENOSPC)
    world.turn()
    assert codes(client.answer()) == [ErrorCode.KAFKA_STORAGE_ERROR]
    assert partition.log.log_end_offset == 2


def test_bug_23_a_late_batch_cannot_open_a_transaction(world, coordinator, shaped):
    """Bug 23 (KIP-890 part 1) on this road: an end in between voids the coordinator's yes."""
    partition, client = shaped
    client.ask(request(world, 1), V2)
    end_transaction(world, partition)
    coordinator.answer()
    world.turn()
    assert codes(client.answer()) == [ErrorCode.INVALID_TXN_STATE]
    assert partition.last_stable_offset == partition.high_watermark == 3


def test_without_acks_it_is_appended_all_the_same(world, coordinator):
    """With acks=0 there is no answer, on whatever road."""
    partition = world.partition()
    client = world.client()
    for transaction in range(2):
        client.send(client.frame(request(world, transaction, acks=0), V2))
        client.forget_asked()
        coordinator.answer()
        world.turn()
        assert client.answer() is None
        assert partition.high_watermark == 2 * transaction + 1
        end_transaction(world, partition)


def test_a_partition_that_is_led_elsewhere_by_then_takes_nothing(world, coordinator, shaped):
    """The leadership moved while the coordinator was asked: the client is told where to."""
    partition, client = shaped
    client.ask(request(world, 1), V2)
    partition.follow(PartitionImage(0, 4, 9, 1, (4, 1), (4, 1)))
    coordinator.answer()
    world.turn()
    answer = client.answer()
    assert codes(answer) == [ErrorCode.NOT_LEADER_OR_FOLLOWER]
    leader = answer.responses[0].partition_responses[0].current_leader
    assert (leader.leader_id, leader.leader_epoch) == (4, 9)
    assert partition.log.log_end_offset == 2
