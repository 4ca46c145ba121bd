# SPDX-License-Identifier: Apache-2.0
"""Ending transactions: by fencing, by a marker, and finding those that hang."""

from __future__ import annotations

import time

import pytest

from ottla.client.topic_partition import TopicPartition
from ottla.client.transaction_abort import abort_hanging, fence_transaction, find_hanging
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages import describe_producers as producers_messages
from ottla.protocol.messages import describe_transactions as describe_messages
from ottla.protocol.messages import list_transactions as list_messages
from ottla.protocol.messages import write_txn_markers as marker_messages
from ottla.protocol.messages.init_producer_id import (
    InitProducerIdRequest,
    InitProducerIdResponse,
)

PRODUCER = {"producer_id": 7, "producer_epoch": 2, "coordinator_epoch": 3}

T0, T1 = TopicPartition("t", 0), TopicPartition("t", 1)


@pytest.fixture
def on_topic(fake, run):
    """Run one call of the client that knows topic `t`."""
    fake.leaders["t"] = [1, 1]

    def call(function, *arguments: object, **options: object):
        results = []

        async def scenario():
            async with fake.client() as cluster:
                await cluster.topic("t")
                results.append(await function(cluster, *arguments, **options))

        run(scenario)
        return results[0]

    return call


class TestFence:
    """`fence_transaction`."""

    def test_a_new_instance_takes_over(self, fake, ask):
        """The coordinator is asked for the next epoch until the old transaction is ended."""
        busy = InitProducerIdResponse(error_code=ErrorCode.CONCURRENT_TRANSACTIONS)
        fake.script(ApiKey.INIT_PRODUCER_ID, busy, InitProducerIdResponse(producer_id=7))
        ask(fence_transaction, "x")
        requests = fake.requests(InitProducerIdRequest)
        assert [request.transactional_id for request in requests] == ["x", "x"]
        assert requests[0].producer_id == -1

    def test_refusals(self, fake, ask):
        """A refusal names the id."""
        code = ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED
        fake.script(ApiKey.INIT_PRODUCER_ID, InitProducerIdResponse(error_code=code))
        with pytest.raises(ApiError, match="transactional id 'x'"):
            ask(fence_transaction, "x")


class TestAbort:
    """`abort_hanging`."""

    def answer(self, *codes: int):
        """Return an answer to WriteTxnMarkers."""
        topic = marker_messages.WritableTxnMarkerTopicResult(
            name="t",
            partitions=[
                marker_messages.WritableTxnMarkerPartitionResult(partition_index=0, error_code=code)
                for code in codes
            ],
        )
        return marker_messages.WriteTxnMarkersResponse(
            markers=[marker_messages.WritableTxnMarkerResult(producer_id=7, topics=[topic])]
        )

    def test_marker(self, fake, serve, on_topic):
        """An abort marker for that producer goes to the leader, again if it has moved."""
        moved = self.answer(ErrorCode.NOT_LEADER_OR_FOLLOWER)
        serve(marker_messages.WriteTxnMarkersRequest, moved, self.answer(0))
        on_topic(abort_hanging, T0, **PRODUCER)
        [marker] = fake.requests(marker_messages.WriteTxnMarkersRequest)[1].markers
        assert (marker.producer_id, marker.producer_epoch, marker.coordinator_epoch) == (7, 2, 3)
        assert not marker.transaction_result
        assert [(t.name, t.partition_indexes) for t in marker.topics] == [("t", [0])]

    @pytest.mark.parametrize(
        ("codes", "code"),
        [
            ([ErrorCode.INVALID_PRODUCER_EPOCH], ErrorCode.INVALID_PRODUCER_EPOCH),
            ([], ErrorCode.UNKNOWN_SERVER_ERROR),
        ],
    )
    def test_refusals(self, serve, on_topic, codes, code):
        """A refusal, or no word about the partition, is an error."""
        serve(marker_messages.WriteTxnMarkersRequest, self.answer(*codes))
        with pytest.raises(ApiError, match="t-0") as caught:
            on_topic(abort_hanging, T0, **PRODUCER)
        assert caught.value.code is code


class TestFindHanging:
    """`find_hanging`."""

    @pytest.fixture
    def producers(self, serve):
        """Set what partitions remember: (partition, producer id, start offset, age)."""

        def remember(*answers: list[tuple[int, int, int, int]]):
            now_ms = time.time_ns() // 1_000_000

            def response(entries):
                return producers_messages.DescribeProducersResponse(
                    topics=[
                        producers_messages.TopicResponse(
                            name="t",
                            partitions=[
                                producers_messages.PartitionResponse(
                                    partition_index=partition,
                                    active_producers=[
                                        producers_messages.ProducerState(
                                            producer_id=producer_id,
                                            current_txn_start_offset=start_offset,
                                            last_timestamp=now_ms - age_ms,
                                        )
                                    ],
                                )
                                for partition, producer_id, start_offset, age_ms in entries
                            ],
                        )
                    ]
                )

            request_class = producers_messages.DescribeProducersRequest
            serve(request_class, *[response(entries) for entries in answers])

        return remember

    @pytest.fixture
    def coordinated(self, serve):
        """Set which partitions coordinators know for producer ids."""

        def know(partitions_by_producer_id):
            serve(
                list_messages.ListTransactionsRequest,
                list_messages.ListTransactionsResponse(
                    transaction_states=[
                        list_messages.TransactionState(
                            transactional_id=f"x{producer_id}", producer_id=producer_id
                        )
                        for producer_id in partitions_by_producer_id
                    ]
                ),
            )
            serve(
                describe_messages.DescribeTransactionsRequest,
                describe_messages.DescribeTransactionsResponse(
                    transaction_states=[
                        describe_messages.TransactionState(
                            transactional_id=f"x{producer_id}",
                            producer_id=producer_id,
                            topics=[describe_messages.TopicData(topic="t", partitions=numbers)],
                        )
                        for producer_id, numbers in partitions_by_producer_id.items()
                    ]
                ),
            )

        return know

    def test_what_no_coordinator_will_end(self, producers, coordinated, on_topic):
        """A transaction hangs when its coordinator does not know the partition."""
        both = [(0, 7, 4, 9000), (1, 8, 5, 9000)]
        producers(both, both[:1])
        coordinated({7: [1], 8: [1]})
        [hanging] = on_topic(find_hanging, [T0, T1], 5000)
        assert (hanging.producer_id, hanging.transaction_start_offset) == (7, 4)

    def test_what_is_ended_meanwhile(self, producers, coordinated, on_topic):
        """A transaction that ends between the questions does not hang."""
        producers([(0, 7, 4, 9000)], [(0, 7, -1, 0)])
        coordinated({})
        assert on_topic(find_hanging, [T0], 5000) == []

    def test_young_and_ended_transactions(self, fake, producers, on_topic):
        """Only old open transactions are suspected; without any no coordinator is asked."""
        producers([(0, 7, 4, 100), (1, 8, -1, 9000)])
        assert on_topic(find_hanging, [T0, T1], 5000) == []
        assert fake.requests(list_messages.ListTransactionsRequest) == []
