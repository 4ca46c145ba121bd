# SPDX-License-Identifier: Apache-2.0
"""Questions about transactions go where they belong, and answers come back to whoever asked."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from tests.unit.broker.cluster_bench import Peers, run

from ottla.base.clock import Moment
from ottla.broker.transaction_peers import TransactionPeers
from ottla.controller.topic_names import TRANSACTION_STATE
from ottla.coordinators.partitioning import partition_of
from ottla.coordinators.pending import Pending
from ottla.coordinators.ports import ProducerIdentity
from ottla.net.connection_errors import ConnectionLostError
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.add_partitions_to_txn import (
    AddPartitionsToTxnPartitionResult,
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnResponse,
    AddPartitionsToTxnResult,
    AddPartitionsToTxnTopicResult,
)
from ottla.protocol.messages.write_txn_markers import (
    WritableTxnMarkerPartitionResult,
    WritableTxnMarkerResult,
    WritableTxnMarkerTopicResult,
    WriteTxnMarkersRequest,
    WriteTxnMarkersResponse,
)
from ottla.records.control import TransactionMarker

HERE, ELSEWHERE, NOBODY = 1, 2, -1
NOW = Moment(0, 0)
PRODUCER = ProducerIdentity(7, 0)
OTHER = ProducerIdentity(8, 0)
COMMIT = TransactionMarker(committed=True, coordinator_epoch=3)
ABORT = TransactionMarker(committed=False, coordinator_epoch=3)


class Bench:
    """Broker 1, with a coordinator and a marker writer that note what they are asked."""

    def __init__(self, *, coordinator=ELSEWHERE, leaders=None) -> None:
        self.coordinator = coordinator
        self.leaders = leaders or {}
        self.peers = Peers()
        self.peers.address_of = self.address_of
        self.here: list[tuple] = []
        self.links = TransactionPeers(
            broker_id=HERE,
            image=lambda: self,
            peers=self.peers,
            transactions=SimpleNamespace(admit=self.admit),
            writer=SimpleNamespace(write=self.write),
        )

    @property
    def topics_by_name(self):
        """Where transactions are coordinated."""
        if self.coordinator is None:
            return {}
        partitions = [SimpleNamespace(leader=self.coordinator)] * 4
        return {TRANSACTION_STATE: SimpleNamespace(partitions=partitions)}

    def partition(self, topic, index):
        """Say who leads."""
        leader = self.leaders.get((topic, index))
        return None if leader is None else SimpleNamespace(leader=leader)

    def address_of(self, broker_id):
        """Know every broker but 9."""
        if broker_id == 9:
            raise ApiError(ErrorCode.BROKER_NOT_AVAILABLE)
        return SimpleNamespace(host=f"host{broker_id}")

    def admit(self, *what: object, add):
        """Be asked as the coordinator."""
        self.here.append(("admit", *what[:3], add))
        return Pending.of({})

    def write(self, *what: object):
        """Be asked as the leader."""
        self.here.append(("write", *what[:4]))
        return Pending.of(None)


def in_loop(work):
    """Call something inside a loop and let its answers come."""

    async def scenario():
        outcome = work()
        await asyncio.sleep(1)
        return outcome

    return run(scenario())


def grant(code=ErrorCode.NONE, *, forgets=()):
    """Answer every partition of every transaction with a code."""

    def answer(request):
        return AddPartitionsToTxnResponse(
            results_by_transaction=[
                AddPartitionsToTxnResult(
                    transactional_id=one.transactional_id,
                    topic_results=[
                        AddPartitionsToTxnTopicResult(
                            name=topic.name,
                            results_by_partition=[
                                AddPartitionsToTxnPartitionResult(
                                    partition_index=index, partition_error_code=code
                                )
                                for index in topic.partitions
                                if (topic.name, index) not in forgets
                            ],
                        )
                        for topic in one.topics
                    ],
                )
                for one in request.transactions
            ]
        )

    return answer


def test_a_transaction_that_is_coordinated_here_is_admitted_here():
    """No network is asked."""
    bench = Bench(coordinator=HERE)
    bench.links.admit("tx", PRODUCER, [("t", 0)], NOW, add=True)
    assert bench.here == [("admit", "tx", PRODUCER, [("t", 0)], True)]
    assert bench.peers.asked == []


@pytest.mark.parametrize("coordinator", [NOBODY, None])
def test_nobody_coordinates(coordinator):
    """The client asks again: COORDINATOR_NOT_AVAILABLE."""
    bench = Bench(coordinator=coordinator)
    answered = bench.links.admit("tx", PRODUCER, [("t", 0)], NOW, add=True)
    assert answered.value == {("t", 0): ErrorCode.COORDINATOR_NOT_AVAILABLE}


def test_admissions_of_one_turn_travel_together():
    """Different transactions in one request; whether partitions are added is said for each."""
    bench = Bench()
    bench.peers.answers[AddPartitionsToTxnRequest] = grant()
    one, two = in_loop(
        lambda: (
            bench.links.admit("a", PRODUCER, [("t", 0), ("t", 1), ("u", 0)], NOW, add=True),
            bench.links.admit("b", OTHER, [("t", 0)], NOW, add=False),
        )
    )
    ((host, request),) = bench.peers.asked
    assert host == "host2"
    assert [
        (
            t.transactional_id,
            t.producer_id,
            t.verify_only,
            [(x.name, x.partitions) for x in t.topics],
        )
        for t in request.transactions
    ] == [("a", 7, False, [("t", [0, 1]), ("u", [0])]), ("b", 8, True, [("t", [0])])]
    assert set(one.value.values()) == {ErrorCode.NONE}
    assert list(two.value) == [("t", 0)]


def test_a_transaction_stands_in_a_request_once():
    """A second question of the same transaction goes in a request behind it."""
    bench = Bench()
    bench.peers.answers[AddPartitionsToTxnRequest] = grant()
    answers = in_loop(
        lambda: [
            bench.links.admit("a", PRODUCER, [("t", index)], NOW, add=True) for index in range(2)
        ]
    )
    assert [len(request.transactions) for _, request in bench.peers.asked] == [1, 1]
    assert [answer.value for answer in answers] == [
        {("t", 0): ErrorCode.NONE},
        {("t", 1): ErrorCode.NONE},
    ]


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (grant(ErrorCode.INVALID_PRODUCER_EPOCH), ErrorCode.INVALID_PRODUCER_EPOCH),
        (lambda _: ConnectionLostError("gone"), ErrorCode.NETWORK_EXCEPTION),
        (
            lambda _: AddPartitionsToTxnResponse(error_code=ErrorCode.CLUSTER_AUTHORIZATION_FAILED),
            ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
        ),
        (lambda _: AddPartitionsToTxnResponse(), ErrorCode.COORDINATOR_NOT_AVAILABLE),
        (grant(forgets=[("t", 0)]), ErrorCode.COORDINATOR_NOT_AVAILABLE),
    ],
)
def test_what_a_refused_admission_says(answer, code):
    """The coordinator's own word, an unreachable one, and one that says nothing."""
    bench = Bench()
    bench.peers.answers[AddPartitionsToTxnRequest] = answer
    answered = in_loop(lambda: bench.links.admit("a", PRODUCER, [("t", 0)], NOW, add=True))
    assert answered.value == {("t", 0): code}


def test_a_coordinator_that_is_not_registered_cannot_be_asked():
    """NETWORK_EXCEPTION, as for any other that gives no answer."""
    bench = Bench(coordinator=9)
    answered = in_loop(lambda: bench.links.admit("a", PRODUCER, [("t", 0)], NOW, add=True))
    assert answered.value == {("t", 0): ErrorCode.NETWORK_EXCEPTION}


# markers


def written(*codes: tuple):
    """Answer markers: (producer id, topic, partition, code)."""
    return WriteTxnMarkersResponse(
        markers=[
            WritableTxnMarkerResult(
                producer_id=producer_id,
                topics=[
                    WritableTxnMarkerTopicResult(
                        name=topic,
                        partitions=[
                            WritableTxnMarkerPartitionResult(partition_index=index, error_code=code)
                        ],
                    )
                ],
            )
            for producer_id, topic, index, code in codes
        ]
    )


@pytest.mark.parametrize("leaders", [{("t", 0): HERE}, {}])
def test_a_marker_for_here_is_written_here(leaders):
    """A partition that nobody knows, too: the writer says what that means."""
    bench = Bench(leaders=leaders)
    bench.links.write("t", 0, PRODUCER, COMMIT, NOW)
    assert bench.here == [("write", "t", 0, PRODUCER, COMMIT)]


def test_a_partition_without_a_leader_takes_no_marker():
    """LEADER_NOT_AVAILABLE: the coordinator tries again."""
    bench = Bench(leaders={("t", 0): NOBODY})
    with pytest.raises(ApiError) as caught:
        bench.links.write("t", 0, PRODUCER, COMMIT, NOW)
    assert caught.value.code == ErrorCode.LEADER_NOT_AVAILABLE


def test_markers_of_one_turn_travel_together():
    """Grouped by producer and outcome; each is told its own result."""
    places = [("t", 0), ("t", 1), ("u", 0)]
    bench = Bench(leaders=dict.fromkeys(places, ELSEWHERE))
    bench.peers.answers[WriteTxnMarkersRequest] = lambda _: written(
        (7, "t", 0, 0), (7, "t", 1, ErrorCode.NOT_LEADER_OR_FOLLOWER), (8, "u", 0, 0)
    )
    one, two, three = in_loop(
        lambda: (
            bench.links.write("t", 0, PRODUCER, COMMIT, NOW),
            bench.links.write("t", 1, PRODUCER, COMMIT, NOW),
            bench.links.write("u", 0, OTHER, ABORT, NOW),
        )
    )
    ((_, request),) = bench.peers.asked
    assert [
        (m.producer_id, m.transaction_result, m.coordinator_epoch, m.topics[0].partition_indexes)
        for m in request.markers
    ] == [(7, True, 3, [0, 1]), (8, False, 3, [0])]
    assert [done.error_code for done in (one, two, three)] == [
        ErrorCode.NONE,
        ErrorCode.NOT_LEADER_OR_FOLLOWER,
        ErrorCode.NONE,
    ]


@pytest.mark.parametrize("answer", [ConnectionLostError("gone"), written()])
def test_a_marker_that_got_no_answer_may_not_be_there(answer):
    """NETWORK_EXCEPTION: the coordinator writes it again."""
    bench = Bench(leaders={("t", 0): ELSEWHERE})
    bench.peers.answers[WriteTxnMarkersRequest] = lambda _: answer
    done = in_loop(lambda: bench.links.write("t", 0, PRODUCER, COMMIT, NOW))
    assert done.error_code == ErrorCode.NETWORK_EXCEPTION


def test_nothing_is_waited_for_after_the_stop():
    """Whoever asked is gone as well."""
    bench = Bench(leaders={("t", 0): ELSEWHERE})
    bench.peers.answers[WriteTxnMarkersRequest] = lambda _: written((7, "t", 0, 0))

    async def scenario():
        done = bench.links.write("t", 0, PRODUCER, COMMIT, NOW)
        await asyncio.sleep(0)
        bench.links.stop()
        await asyncio.sleep(1)
        return done

    assert not run(scenario()).is_done


def test_the_coordinator_follows_from_the_id():
    """Every broker finds the same partition of the internal topic."""
    bench = Bench()
    leaders = [SimpleNamespace(leader=HERE)] * 4
    number = partition_of("tx", 4)
    leaders[number] = SimpleNamespace(leader=ELSEWHERE)
    topics = {TRANSACTION_STATE: SimpleNamespace(partitions=leaders)}
    bench.links._image = lambda: SimpleNamespace(topics_by_name=topics)
    assert bench.links._coordinator_of("tx") == ELSEWHERE
