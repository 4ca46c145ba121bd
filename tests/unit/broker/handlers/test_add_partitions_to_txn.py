# SPDX-License-Identifier: Apache-2.0
"""Claims about AddPartitionsToTxn."""

from __future__ import annotations

import pytest
from tests.unit.broker.handlers.transaction_handlers import Handlers

from ottla.broker.handlers.add_partitions_to_txn import BATCHED_FROM, VERSIONS
from ottla.coordinators.ports import ProducerIdentity
from ottla.coordinators.transaction.late_requests import LateRequest
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.add_partitions_to_txn import (
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnTopic,
    AddPartitionsToTxnTransaction,
)


@pytest.fixture
def handlers():
    """Return the handlers of a broker in memory."""
    return Handlers()


def topics(partitions):
    """Return partitions as the request has them."""
    return [
        AddPartitionsToTxnTopic(name=name, partitions=list(indexes))
        for name, indexes in partitions.items()
    ]


def of_client(producer, partitions, name="t"):
    """Return a request of a V1 client."""
    return AddPartitionsToTxnRequest(
        v3_and_below_transactional_id=name,
        v3_and_below_producer_id=producer.producer_id,
        v3_and_below_producer_epoch=producer.producer_epoch,
        v3_and_below_topics=topics(partitions),
    )


def of_broker(producer, partitions, name="t", *, verify_only=False):
    """Return one transaction of a broker's request."""
    return AddPartitionsToTxnTransaction(
        transactional_id=name,
        producer_id=producer.producer_id,
        producer_epoch=producer.producer_epoch,
        verify_only=verify_only,
        topics=topics(partitions),
    )


def codes(results):
    """Return the codes by topic."""
    return {
        topic.name: {one.partition_index: one.partition_error_code for one in part}
        for topic in results
        for part in [topic.results_by_partition]
    }


@pytest.mark.parametrize("version", range(BATCHED_FROM))
def test_a_client_adds_partitions(handlers, version):
    """All of them are in the transaction afterwards."""
    response = handlers.ask(of_client(handlers.init(), {"a": (0, 1), "b": (0,)}), version)
    assert codes(response.results_by_topic_v3_and_below) == {"a": {0: 0, 1: 0}, "b": {0: 0}}
    assert handlers.world.state().partitions == {"a": (0, 1), "b": (0,)}
    assert handlers.world.state().transaction_version == 0


@pytest.mark.parametrize("version", range(BATCHED_FROM, VERSIONS.stop))
def test_a_broker_adds_and_verifies_for_many(handlers, version):
    """Each transaction for itself: one is added to, one verified, one does not exist."""
    one, two = handlers.init("one"), handlers.init("two")
    handlers.world.add(two, ("a", 0), name="two")
    request = AddPartitionsToTxnRequest(
        transactions=[
            of_broker(one, {"a": (1,)}, "one"),
            of_broker(two, {"a": (0, 1)}, "two", verify_only=True),
            of_broker(two, {"a": (1,)}, "three"),
            of_broker(two, {"a": (1,)}, "three", verify_only=True),
        ]
    )
    response = handlers.ask(request, version)
    unknown = {"a": {1: ErrorCode.INVALID_PRODUCER_ID_MAPPING}}
    assert response.error_code == ErrorCode.NONE
    assert [(one.transactional_id, codes(one.topic_results)) for one in
            response.results_by_transaction] == [
        ("one", {"a": {1: 0}}),
        ("two", {"a": {0: 0, 1: ErrorCode.TRANSACTION_ABORTABLE}}),
        ("three", unknown),
        ("three", unknown),
    ]  # fmt: skip
    assert handlers.world.state("one").transaction_version == 2


@pytest.mark.parametrize("version", [3, 4])
def test_all_partitions_or_none(handlers, version):
    """One that does not exist leaves the others OPERATION_NOT_ATTEMPTED, and nothing is added."""
    producer, partitions = handlers.init(), {"a": (0, 7), "c": (0,)}
    if version < BATCHED_FROM:
        results = handlers.ask(of_client(producer, partitions), version)
        found = codes(results.results_by_topic_v3_and_below)
    else:
        request = AddPartitionsToTxnRequest(transactions=[of_broker(producer, partitions)])
        (result,) = handlers.ask(request, version).results_by_transaction
        found = codes(result.topic_results)
    missing = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    assert found == {"a": {0: ErrorCode.OPERATION_NOT_ATTEMPTED, 7: missing}, "c": {0: missing}}
    assert handlers.world.state().partitions == {}


@pytest.mark.parametrize(
    ("version", "code"),
    [(1, ErrorCode.INVALID_PRODUCER_EPOCH), (2, ErrorCode.PRODUCER_FENCED)],
)
def test_bug_21_a_producer_that_was_replaced_is_fenced(handlers, version, code):
    """Bug 21: in the words of its version."""
    producer = handlers.init()
    handlers.init()
    response = handlers.ask(of_client(producer, {"a": (0,)}), version)
    assert codes(response.results_by_topic_v3_and_below) == {"a": {0: code}}


def test_what_the_coordinator_refuses_is_answered(handlers):
    """INVALID_REQUEST, INVALID_PRODUCER_ID_MAPPING, CONCURRENT_TRANSACTIONS, those of a shard."""
    producer = handlers.init()

    def code(name="t", who=producer):
        response = handlers.ask(of_client(who, {"a": (0,)}, name), 3)
        return codes(response.results_by_topic_v3_and_below)["a"][0]

    assert code("") == ErrorCode.INVALID_REQUEST
    assert code(who=ProducerIdentity(1, 0)) == ErrorCode.INVALID_PRODUCER_ID_MAPPING
    handlers.world.add(producer, ("a", 0))
    handlers.world.end(producer)
    assert code() == ErrorCode.CONCURRENT_TRANSACTIONS
    runtime = handlers.world.coordinator.runtime
    runtime.unload(0)
    assert code() == ErrorCode.NOT_COORDINATOR
    runtime.begin_load(0, handlers.world.partition)
    assert code() == ErrorCode.COORDINATOR_LOAD_IN_PROGRESS


def test_a_late_request_closes_its_connection(handlers):
    """KAFKA-17754: it would begin a transaction that the client knows nothing of."""
    producer = handlers.init()
    handlers.ask(of_client(producer, {"a": (0,)}), 3, serial=2)
    with pytest.raises(LateRequest):
        handlers.ask(of_client(producer, {"a": (1,)}), 3, serial=1)
