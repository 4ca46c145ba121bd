# SPDX-License-Identifier: Apache-2.0
"""What coordinators and partitions tell about transactions."""

from __future__ import annotations

import pytest

from ottla.client.errors import UnsupportedApiError
from ottla.client.topic_partition import TopicPartition
from ottla.client.transactions import (
    ListedTransaction,
    describe_producers,
    describe_transactions,
    list_transactions,
)
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages import describe_producers as producers_messages
from ottla.protocol.messages import describe_transactions as describe_messages
from ottla.protocol.messages import list_transactions as list_messages

T0, T1 = TopicPartition("t", 0), TopicPartition("t", 1)


def listed(name, code=0):
    """Return an answer to ListTransactions."""
    return list_messages.ListTransactionsResponse(
        error_code=code,
        transaction_states=[
            list_messages.TransactionState(
                transactional_id=name, producer_id=7, transaction_state="Ongoing"
            )
        ],
    )


class TestList:
    """`list_transactions`."""

    @pytest.fixture
    def fake(self, network):
        """Two coordinators."""
        return network.cluster(2)

    def test_all_coordinators(self, fake, ask, serve):
        """Every broker is asked with the filters; one that is loading is asked again."""
        loading = listed("x", ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)
        serve(list_messages.ListTransactionsRequest, listed("z"), loading, listed("a"))
        transactions = ask(
            list_transactions,
            states=["Ongoing"],
            producer_ids=[7],
            running_longer_than_ms=5,
            pattern="a.*",
        )
        assert transactions == [
            ListedTransaction("a", 7, "Ongoing", 2),
            ListedTransaction("z", 7, "Ongoing", 1),
        ]
        request = fake.requests(list_messages.ListTransactionsRequest)[0]
        assert (request.state_filters, request.producer_id_filters) == (["Ongoing"], [7])
        assert (request.duration_filter, request.transactional_id_pattern) == (5, "a.*")

    @pytest.mark.parametrize(
        ("highest", "filters", "quality"),
        [(0, {"running_longer_than_ms": 5}, "duration"), (1, {"pattern": "a"}, "pattern")],
    )
    def test_filters_that_a_broker_does_not_know(self, ask, serve, highest, filters, quality):
        """A filter is not silently left out."""
        versions = (0, highest)
        serve(list_messages.ListTransactionsRequest, listed("a"), listed("b"), versions=versions)
        with pytest.raises(UnsupportedApiError, match=f"filter transactions by {quality}"):
            ask(list_transactions, **filters)
        assert len(ask(list_transactions)) == 2

    def test_refusals(self, ask, serve):
        """A pattern that the broker cannot read is an error."""
        code = ErrorCode.INVALID_REGULAR_EXPRESSION
        serve(list_messages.ListTransactionsRequest, listed("a", code))
        with pytest.raises(ApiError) as caught:
            ask(list_transactions, pattern="(")
        assert caught.value.code is code


def test_describe_transactions(ask, serve):
    """Each id has a description or an error of its own."""
    state = describe_messages.TransactionState
    serve(
        describe_messages.DescribeTransactionsRequest,
        describe_messages.DescribeTransactionsResponse(
            transaction_states=[
                state(
                    transactional_id="open",
                    transaction_state="Ongoing",
                    transaction_timeout_ms=60_000,
                    transaction_start_time_ms=123,
                    producer_id=7,
                    producer_epoch=2,
                    topics=[describe_messages.TopicData(topic="t", partitions=[1, 0])],
                ),
                state(
                    transactional_id="fresh",
                    transaction_state="Empty",
                    transaction_start_time_ms=-1,
                ),
                state(transactional_id="none", error_code=ErrorCode.TRANSACTIONAL_ID_NOT_FOUND),
                state(
                    transactional_id="secret",
                    error_code=ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
                ),
            ]
        ),
    )
    described = ask(describe_transactions, ["open", "fresh", "none", "secret"])
    assert described["open"].partitions == (T0, T1)
    assert (described["open"].start_ms, described["open"].is_open) == (123, True)
    assert (described["fresh"].start_ms, described["fresh"].is_open) == (None, False)
    assert described["none"].message == "transactional id 'none' does not exist"
    assert described["secret"].message.startswith("transactional id 'secret': ")


def producers(name, *entries: dict, code=0, message=None):
    """Return what DescribeProducers tells about a partition."""
    return producers_messages.PartitionResponse(
        partition_index=name.partition,
        error_code=code,
        error_message=message,
        active_producers=[producers_messages.ProducerState(**entry) for entry in entries],
    )


def answer(*partitions: producers_messages.PartitionResponse):
    """Return an answer to DescribeProducers."""
    return producers_messages.DescribeProducersResponse(
        topics=[producers_messages.TopicResponse(name="t", partitions=partitions)]
    )


class TestProducers:
    """`describe_producers`."""

    @pytest.fixture
    def describe(self, fake, run):
        """Describe the producers of both partitions."""
        fake.leaders["t"] = [1, 1]
        results = []

        def call():
            async def scenario():
                async with fake.client() as cluster:
                    await cluster.topic("t")
                    results.append(await describe_producers(cluster, [T0, T1]))

            run(scenario)
            return results[0]

        return call

    def test_open_transactions(self, serve, describe):
        """-1 reads as nothing; producers come by their ids."""
        serve(
            producers_messages.DescribeProducersRequest,
            answer(
                producers(
                    T0,
                    {"producer_id": 9, "current_txn_start_offset": 4, "coordinator_epoch": 3},
                    {"producer_id": 8, "coordinator_epoch": -1, "last_sequence": 5},
                ),
                producers(T1),
            ),
        )
        described = describe()
        assert [producer.producer_id for producer in described[T0]] == [8, 9]
        idle, opened = described[T0]
        assert (idle.transaction_start_offset, idle.coordinator_epoch) == (None, None)
        assert (opened.transaction_start_offset, opened.coordinator_epoch) == (4, 3)
        assert (idle.last_sequence, opened.last_sequence) == (5, None)
        assert described[T1] == ()

    def test_leaders_that_move(self, fake, serve, describe):
        """Only what was refused is asked again."""
        serve(
            producers_messages.DescribeProducersRequest,
            answer(producers(T0, code=ErrorCode.NOT_LEADER_OR_FOLLOWER), producers(T1)),
            answer(producers(T0)),
        )
        assert describe() == {T0: (), T1: ()}
        again = fake.requests(producers_messages.DescribeProducersRequest)[1]
        assert again.topics[0].partition_indexes == [0]

    def test_refusals(self, serve, describe):
        """An error that does not get better is raised, even beside one that may."""
        serve(
            producers_messages.DescribeProducersRequest,
            answer(
                producers(T0, code=ErrorCode.NOT_LEADER_OR_FOLLOWER),
                producers(T1, code=ErrorCode.TOPIC_AUTHORIZATION_FAILED, message="not yours"),
            ),
        )
        with pytest.raises(ApiError, match="t-1: not yours"):
            describe()
