# SPDX-License-Identifier: Apache-2.0
"""Transactions, request by request, on a broker process: what no client library does on purpose."""

from __future__ import annotations

import time

import pytest
from tests.integration.raw_client import RawClient

from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.add_partitions_to_txn import (
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnTopic,
)
from ottla.protocol.messages.create_topics import CreatableTopic, CreateTopicsRequest
from ottla.protocol.messages.describe_transactions import DescribeTransactionsRequest
from ottla.protocol.messages.end_txn import EndTxnRequest
from ottla.protocol.messages.find_coordinator import FindCoordinatorRequest
from ottla.protocol.messages.init_producer_id import InitProducerIdRequest

DEADLINE_S = 20
RETRIED = (
    ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
    ErrorCode.COORDINATOR_NOT_AVAILABLE,
    ErrorCode.CONCURRENT_TRANSACTIONS,
    ErrorCode.NOT_COORDINATOR,
)


def until(ask):
    """Ask until the answer is not one that asks for patience."""
    deadline_s = time.monotonic() + DEADLINE_S
    while (answer := ask()) in RETRIED:
        assert time.monotonic() < deadline_s, answer
        time.sleep(0.02)
    return answer


class Producer:
    """A producer of protocol V1 on raw connections."""

    def __init__(self, broker) -> None:
        self.broker = broker
        with RawClient(broker.port) as client:
            topics = [CreatableTopic(name="t", num_partitions=3, replication_factor=1)]
            client.ask(CreateTopicsRequest(topics=topics, timeout_ms=10_000), 5)
            client.ask(FindCoordinatorRequest(key="t", key_type=1), 2)
            request = InitProducerIdRequest(transactional_id="t", transaction_timeout_ms=60_000)

            def init():
                self.identity = client.ask(request, 3)
                return self.identity.error_code

            assert until(init) == ErrorCode.NONE

    def add(self, client, index):
        """Add a partition to the transaction."""
        request = AddPartitionsToTxnRequest(
            v3_and_below_transactional_id="t",
            v3_and_below_producer_id=self.identity.producer_id,
            v3_and_below_producer_epoch=self.identity.producer_epoch,
            v3_and_below_topics=[AddPartitionsToTxnTopic(name="t", partitions=[index])],
        )

        def add():
            (topic,) = client.ask(request, 3).results_by_topic_v3_and_below
            return topic.results_by_partition[0].partition_error_code

        assert until(add) == ErrorCode.NONE

    def ending(self, *, commit):
        """Return an EndTxn request."""
        return EndTxnRequest(
            transactional_id="t",
            producer_id=self.identity.producer_id,
            producer_epoch=self.identity.producer_epoch,
            committed=commit,
        )

    def state(self):
        """Return what the coordinator says of the transaction."""
        with RawClient(self.broker.port) as client:
            request = DescribeTransactionsRequest(transactional_ids=["t"])
            (described,) = client.ask(request, 0).transaction_states
            return described.error_code or described.transaction_state

    def wait_for(self, state):
        """Wait until the transaction is in a state."""
        deadline_s = time.monotonic() + DEADLINE_S
        while self.state() != state:
            assert time.monotonic() < deadline_s, self.state()
            time.sleep(0.02)


@pytest.mark.parametrize("version", [1, 3, 4])
def test_bug_24_a_late_end_does_not_decide_the_next_transaction(broker, version):
    """Bug 24 (KAFKA-17754): held back, repeated elsewhere, and sent when the next one is open."""
    producer = Producer(broker)
    with RawClient(broker.port) as first:
        producer.add(first, 0)
        late = first.frame(producer.ending(commit=True), version)
        with RawClient(broker.port) as second:
            answer = second.ask(producer.ending(commit=True), version)
            assert answer.error_code == ErrorCode.NONE
            producer.wait_for("CompleteCommit")
            producer.add(second, 1)
            first.send(late)
            assert first.is_closed_by_peer()
            assert producer.state() == "Ongoing"
            answer = second.ask(producer.ending(commit=False), version)
            assert answer.error_code == ErrorCode.NONE
        producer.wait_for("CompleteAbort")


def test_a_connection_that_may_be_late_is_closed_and_a_new_one_taken(broker):
    """One that was there when the transaction began and took no part in it."""
    producer = Producer(broker)
    with RawClient(broker.port) as idle, RawClient(broker.port) as busy:
        idle.ask(DescribeTransactionsRequest(transactional_ids=["t"]), 0)
        producer.add(busy, 0)
        idle.send(idle.frame(producer.ending(commit=True), 3))
        assert idle.is_closed_by_peer()
    with RawClient(broker.port) as fresh:
        assert fresh.ask(producer.ending(commit=True), 3).error_code == ErrorCode.NONE
    producer.wait_for("CompleteCommit")


@pytest.mark.parametrize("commit", [True, False])
def test_bug_27_what_was_decided_is_finished_after_a_kill(broker, commit):
    """Bug 27: the process dies when EndTxn is answered; the next one writes what is missing."""
    producer = Producer(broker)
    with RawClient(broker.port) as client:
        for index in range(3):
            producer.add(client, index)
        assert client.ask(producer.ending(commit=commit), 3).error_code == ErrorCode.NONE
        broker.kill()
    broker.start()
    producer.wait_for("CompleteCommit" if commit else "CompleteAbort")


def test_an_open_transaction_survives_a_kill(broker):
    """It goes on where it was, for a client that connects anew."""
    producer = Producer(broker)
    with RawClient(broker.port) as client:
        producer.add(client, 0)
    broker.kill()
    broker.start()
    producer.wait_for("Ongoing")
    with RawClient(broker.port) as client:
        producer.add(client, 1)
        assert client.ask(producer.ending(commit=True), 3).error_code == ErrorCode.NONE
    producer.wait_for("CompleteCommit")
