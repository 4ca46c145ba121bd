# SPDX-License-Identifier: Apache-2.0
"""The first batch of a transaction waits for the coordinator, and what may happen meanwhile."""

from __future__ import annotations

import asyncio
import errno
from types import SimpleNamespace

import pytest

from ottla.coordinators.pending import Pending
from ottla.coordinators.ports import ProducerIdentity
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.produce import (
    PartitionProduceData,
    ProduceRequest,
    TopicProduceData,
)
from ottla.records.control import TransactionMarker

V1 = 9
V2 = 12
PRODUCER = ProducerIdentity(7, 3)


class Coordinator:
    """Answers `admit` when the test says so."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, ProducerIdentity, list[tuple[str, int]], bool]] = []
        self.pendings: list[Pending[dict[tuple[str, int], ErrorCode]]] = []
        self.refusal: ApiError | None = None

    def admit(self, transactional_id, producer, partitions, *, add, moment):
        """Take the question down."""
        self.asked.append((transactional_id, producer, list(partitions), add))
        if self.refusal is not None:
            raise self.refusal
        self.pendings.append(Pending())
        return self.pendings[-1]

    def answer(self, code=ErrorCode.NONE, at=0):
        """Answer the oldest question."""
        places = self.asked[len(self.asked) - len(self.pendings) + at][2]
        self.pendings.pop(at).complete(dict.fromkeys(places, code))


@pytest.fixture
def coordinator(world):
    """Return the coordinator that the world's broker asks."""
    world.services.transactions = Coordinator()
    world.services.admit = world.services.transactions.admit
    world.services.moment = world.clock.moment
    world.services.config = SimpleNamespace(
        fetch_max_bytes=1_000_000,
        node_id=1,
        transaction_partition_verification_enable=True,
        add_partitions_to_txn_retry_backoff_ms=20,
        add_partitions_to_txn_retry_backoff_max_ms=100,
    )
    return world.services.transactions


def request(
    world, *sequences: int, producer=PRODUCER, transactional_id="copier", acks=-1, indexes=(0,)
):
    """Make a request with one batch of one record for each partition."""
    return ProduceRequest(
        transactional_id=transactional_id,
        acks=acks,
        timeout_ms=1000,
        topic_data=[
            TopicProduceData(
                name="t",
                partition_data=[
                    PartitionProduceData(
                        index=index,
                        records=world.batch(
                            b"%d" % sequence,
                            producer_id=producer.producer_id,
                            producer_epoch=producer.producer_epoch,
                            base_sequence=sequence,
                            transactional=True,
                        ),
                    )
                    for index in indexes
                    for sequence in sequences
                ],
            )
        ],
    )


def codes(response):
    """Return the error code of each partition."""
    return [one.error_code for topic in response.responses for one in topic.partition_responses]


@pytest.mark.parametrize(("version", "adds"), [(V1, False), (V2, True)])
def test_the_first_batch_asks_and_the_next_does_not(world, coordinator, version, adds):
    """One question for each partition and transaction; later batches take the ordinary road."""
    partition = world.partition()
    client = world.client()
    assert client.ask(request(world, 0), version) is None
    assert coordinator.asked == [("copier", PRODUCER, [("t", 0)], adds)]
    assert partition.log.log_end_offset == 0
    coordinator.answer()
    assert client.answer() is None, "nothing is written yet"
    world.turn()
    assert codes(client.answer()) == [ErrorCode.NONE]
    assert codes(client.ask(request(world, 1), version)) == [ErrorCode.NONE]
    assert len(coordinator.asked) == 1
    assert partition.last_stable_offset == 0
    assert partition.high_watermark == 2


def test_every_transaction_asks_anew(world, coordinator):
    """After the marker the partition is no part of a transaction any more."""
    partition = world.partition()
    client = world.client()
    client.ask(request(world, 0), V1)
    coordinator.answer()
    world.turn()
    client.answer()
    partition.append_marker(*PRODUCER, TransactionMarker(True, 0), world.clock.wall_ms())
    partition.finish_burst()
    assert client.ask(request(world, 1), V1) is None
    assert len(coordinator.asked) == 2
    coordinator.answer(ErrorCode.INVALID_TXN_STATE)
    assert codes(client.answer()) == [ErrorCode.INVALID_TXN_STATE]


def test_bug_23_a_late_batch_cannot_open_a_transaction(world, coordinator):
    """Bug 23 (KIP-890 part 1): a Produce held past the abort is refused, and the LSO moves on."""
    partition = world.partition()
    client = world.client()
    assert client.ask(request(world, 0), V1) is None
    partition.append_marker(*PRODUCER, TransactionMarker(False, 0), world.clock.wall_ms())
    partition.finish_burst()
    coordinator.answer()  # it had said yes before the abort
    world.turn()
    assert codes(client.answer()) == [ErrorCode.INVALID_TXN_STATE]
    assert partition.last_stable_offset == partition.high_watermark == 1


def test_requests_behind_one_that_waits_keep_their_order(world, coordinator):
    """Pipelined batches of one producer are appended in the order in which they came."""
    partition = world.partition()
    client = world.client()
    frames = [client.frame(request(world, sequence), V2) for sequence in range(3)]
    client.send(b"".join(frames))
    assert len(coordinator.asked) == 3
    coordinator.answer(at=2)
    coordinator.answer(at=1)
    world.turn()
    assert partition.log.log_end_offset == 0
    coordinator.answer()
    world.turn()
    answers = [client.answer() for _ in range(3)]
    assert [codes(answer) for answer in answers] == [[ErrorCode.NONE]] * 3
    offsets = [answer.responses[0].partition_responses[0].base_offset for answer in answers]
    assert offsets == [0, 1, 2]


def test_only_the_refused_partition_is_refused(world, coordinator):
    """The answer names an error for each partition of its own."""
    world.partition()
    world.partition(index=1)
    client = world.client()
    client.ask(request(world, 0, indexes=(0, 1)), V2)
    coordinator.pendings.pop().complete(
        {("t", 0): ErrorCode.NONE, ("t", 1): ErrorCode.TRANSACTION_ABORTABLE}
    )
    world.turn()
    assert codes(client.answer()) == [ErrorCode.NONE, ErrorCode.TRANSACTION_ABORTABLE]


@pytest.mark.parametrize(
    ("said", "version", "answered"),
    [
        (ErrorCode.PRODUCER_FENCED, V2, ErrorCode.INVALID_PRODUCER_EPOCH),
        (ErrorCode.INVALID_PRODUCER_EPOCH, V2, ErrorCode.INVALID_PRODUCER_EPOCH),
        (ErrorCode.INVALID_PRODUCER_ID_MAPPING, V2, ErrorCode.INVALID_PRODUCER_ID_MAPPING),
        (ErrorCode.TRANSACTION_ABORTABLE, V1, ErrorCode.INVALID_TXN_STATE),
        (ErrorCode.TRANSACTION_ABORTABLE, 11, ErrorCode.TRANSACTION_ABORTABLE),
        (ErrorCode.NOT_COORDINATOR, V2, ErrorCode.NOT_ENOUGH_REPLICAS),
        (ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, V1, ErrorCode.NOT_ENOUGH_REPLICAS),
    ],
)
def test_answers_are_in_a_producers_words(world, coordinator, said, version, answered):
    """A producer understands errors of Produce: what passes by itself has it send again."""
    world.partition()
    client = world.client()
    client.ask(request(world, 0), version)
    coordinator.answer(said)
    assert codes(client.answer()) == [answered]
    coordinator.refusal = ApiError(said)
    assert codes(client.ask(request(world, 0), version)) == [answered]


def test_a_transaction_that_is_about_to_complete_is_waited_for(world, coordinator, monkeypatch):
    """CONCURRENT_TRANSACTIONS is asked again for a while, then left to the producer."""
    later: list[tuple[float, object]] = []
    loop = SimpleNamespace(call_later=lambda pause_s, call: later.append((pause_s, call)))
    monkeypatch.setattr(asyncio, "get_running_loop", lambda: loop)
    world.partition()
    client = world.client()
    client.ask(request(world, 0), V2)
    coordinator.answer(ErrorCode.CONCURRENT_TRANSACTIONS)
    assert client.answer() is None
    pauses = []
    while later:
        pause_s, call = later.pop()
        pauses.append(pause_s)
        world.clock.advance(int(pause_s * 1000))
        call()
        coordinator.answer(ErrorCode.CONCURRENT_TRANSACTIONS)
    assert pauses[:6] == [0.001, 0.002, 0.004, 0.008, 0.016, 0.02]
    assert sum(pauses) <= 0.1
    assert codes(client.answer()) == [ErrorCode.CONCURRENT_TRANSACTIONS]
    assert len(coordinator.asked) == len(pauses) + 1


def test_two_producers_in_one_request_are_refused(world, coordinator):
    """INVALID_PRODUCER_ID_MAPPING: a transactional request has one producer."""
    world.partition()
    world.partition(index=1)
    both = request(world, 0)
    other = request(world, 0, producer=ProducerIdentity(8, 0), indexes=(1,))
    both.topic_data[0].partition_data += other.topic_data[0].partition_data
    assert codes(world.client().ask(both, V2)) == [ErrorCode.INVALID_PRODUCER_ID_MAPPING] * 2
    assert not coordinator.asked


def test_without_an_id_nobody_can_be_asked(world, coordinator):
    """INVALID_TXN_STATE: a transactional batch in a request without a transactional id."""
    world.partition()
    answer = world.client().ask(request(world, 0, transactional_id=None), V1)
    assert codes(answer) == [ErrorCode.INVALID_TXN_STATE]
    assert not coordinator.asked


def test_verification_can_be_switched_off_for_old_producers(world, coordinator):
    """transaction.partition.verification.enable=false asks nobody; V2 producers still add."""
    world.partition()
    world.services.config.transaction_partition_verification_enable = False
    client = world.client()
    client.ask(request(world, 0), V1)
    world.turn()
    assert codes(client.answer()) == [ErrorCode.NONE]
    assert not coordinator.asked
    other = world.client()
    other.ask(request(world, 0, producer=ProducerIdentity(9, 0)), V2)
    assert len(coordinator.asked) == 1


def test_what_the_disk_did_not_take_is_not_acknowledged(world, coordinator):
    """A late append that was taken back is refused, although other records get its offset."""
    partition = world.partition()
    client = world.client()
    client.ask(request(world, 0), V2)
    coordinator.answer()
    world.disk.fail_next("pwritev", errno.ENOSPC)
    world.turn()
    assert codes(client.answer()) == [ErrorCode.KAFKA_STORAGE_ERROR]
    assert partition.log.log_end_offset == 0


def test_a_producer_that_wants_no_answer_gets_none(world, coordinator):
    """With acks=0 a request that waited is appended all the same."""
    partition = world.partition()
    client = world.client()
    client.send(client.frame(request(world, 0, acks=0), V2))
    client.forget_asked()
    coordinator.answer()
    world.turn()
    assert client.answer() is None
    assert partition.high_watermark == 1
