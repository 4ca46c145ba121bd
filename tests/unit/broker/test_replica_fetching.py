# SPDX-License-Identifier: Apache-2.0
"""One task for each leader: it asks, copies, asks again, and survives whatever happens to it."""

from __future__ import annotations

import asyncio

import pytest
from tests.unit.broker.cluster_bench import LoopClock, run, until
from tests.unit.replication.replica_bench import Link, Replica, ThrottleSettings

from ottla.base.errors import StorageError
from ottla.broker.replica_fetching import FETCH, UNREACHABLE_PAUSE_S, ReplicaFetching
from ottla.net.connection_errors import BrokerUnreachableError, ConnectionLostError
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.replication.replica_fetcher import FetcherSettings
from ottla.replication.replication_throttle import ReplicationThrottle

LEADER, FOLLOWER = 1, 2
PARKED_S = 0.5


class Connection:
    """The way to a leader's log; it parks a request that brings nothing."""

    def __init__(self, bench) -> None:
        self.bench = bench
        self.waiting: asyncio.Future | None = None
        self.is_closed = False

    def send(self, request, response_class, *, timeout_ms):
        """Ask the leader."""
        self.bench.requests.append(request)
        self.waiting = asyncio.get_running_loop().create_future()
        task = asyncio.get_running_loop().create_task(self._answer(request, self.waiting))
        self.bench.tasks.add(task)
        return self.waiting

    async def _answer(self, request, waiting):
        await asyncio.sleep(0.001)
        bench = self.bench
        if bench.error is not None:
            waiting.set_exception(bench.error)
            return
        response = bench.link.serve(request)
        answered = response.responses[0].partitions[0]
        if not (
            answered.records or answered.error_code or answered.diverging_epoch.end_offset >= 0
        ):
            await asyncio.sleep(PARKED_S)
        if not waiting.done():
            waiting.set_result(response)

    def close(self):
        """Give up what is under way."""
        self.is_closed = True
        self.bench.hang_ups += 1
        if self.waiting is not None and not self.waiting.done():
            self.waiting.set_exception(ConnectionLostError("closed"))


class Bench:
    """A follower's broker, and a leader with a log."""

    listener = "PLAINTEXT"

    def __init__(self, **config: object) -> None:
        self.leader = Replica(LEADER, **config)
        self.follower = Replica(FOLLOWER, **config)
        self.leader.lead(1, isr=(LEADER,), replicas=(LEADER, FOLLOWER))
        self.follower.follow(LEADER, 1, replicas=(LEADER, FOLLOWER))
        self.link = Link(self.leader, self.follower)
        self.requests: list[object] = []
        self.tasks: set[asyncio.Task] = set()
        self.connections: list[Connection] = []
        self.error: Exception | None = None
        self.connect_error: Exception | None = None
        self.hang_ups = 0
        self.failures: list[tuple] = []

    def start(self):
        """Make the fetching."""
        self.fetching = ReplicaFetching(
            settings=FetcherSettings(FOLLOWER),
            peers=self,
            clock=LoopClock(),
            executor=None,
            broker_epoch=lambda: 5,
            on_storage_error=lambda *failure: self.failures.append(failure),
            answer_timeout_ms=3000,
            throttle=ReplicationThrottle(FOLLOWER, ThrottleSettings(), is_leader=False),
        )
        return self.fetching

    def address_of(self, broker_id):
        """Know every broker."""
        return f"address {broker_id}"

    async def connect(self, address, purpose):
        """Open the connection, or use the one that is open."""
        assert purpose == FETCH
        if self.connect_error is not None:
            raise self.connect_error
        if not self.connections or self.connections[-1].is_closed:
            self.connections.append(Connection(self))
            self.link.known.clear()
        return self.connections[-1]

    def open_connection(self, address, purpose):
        """Return the open connection."""
        return self.connections[-1] if self.connections else None

    @property
    def are_equal(self):
        """Whether the follower has everything."""
        return self.follower.read() == self.leader.read()


@pytest.fixture
def bench():
    """Return a leader with two records and an empty follower."""
    bench = Bench()
    bench.leader.append(b"a")
    bench.leader.append(b"b")
    return bench


def test_it_copies_and_goes_on(bench):
    """What is there, and what comes later; a parked request costs one every half second."""

    async def scenario():
        bench.start().follow(bench.follower.partition)
        await until(lambda: bench.are_equal)
        await asyncio.sleep(5)
        assert len(bench.requests) < 20
        bench.leader.append(b"c")
        await until(lambda: bench.are_equal, timeout_s=1)
        await bench.fetching.stop()
        bench.leader.append(b"d")
        await asyncio.sleep(5)
        assert not bench.are_equal

    run(scenario())


def test_whoever_leads_or_has_no_leader_is_not_copied(bench):
    """Nothing is asked for a leader, without one, offline, or when the replica is gone."""

    async def scenario():
        fetching, partition = bench.start(), bench.follower.partition
        bench.follower.follow(-1, 2)
        fetching.follow(partition)
        bench.follower.lead(3, isr=(FOLLOWER,))
        fetching.follow(partition)
        bench.follower.follow(LEADER, 4)
        partition.log.is_offline = True
        fetching.follow(partition)
        partition.log.is_offline = False
        partition.is_retired = True
        fetching.follow(partition)
        await asyncio.sleep(5)
        assert bench.requests == []

    run(scenario())


def test_a_partition_whose_leader_moves_is_copied_from_there(bench):
    """The old leader is asked for it no more."""

    async def scenario():
        fetching, partition = bench.start(), bench.follower.partition
        fetching.follow(partition)
        await until(lambda: bench.are_equal)
        bench.follower.lead(2, isr=(FOLLOWER,))
        fetching.follow(partition)
        await asyncio.sleep(2)
        before = len(bench.requests)
        await asyncio.sleep(5)
        assert len(bench.requests) == before

    run(scenario())


def test_a_leader_that_cannot_be_reached_is_tried_again(bench):
    """Soon, and for as long as it leads; not in a busy loop."""

    async def scenario():
        bench.connect_error = BrokerUnreachableError("there", "refused", refused=True)
        tries = []
        connect = bench.connect

        async def counted(address, purpose):
            tries.append(address)
            return await connect(address, purpose)

        bench.connect = counted
        bench.start().follow(bench.follower.partition)
        await asyncio.sleep(3)
        assert 10 < len(tries) <= 3 / UNREACHABLE_PAUSE_S + 2
        bench.connect_error = None
        await until(lambda: bench.are_equal, timeout_s=1)

    run(scenario())


@pytest.mark.parametrize(
    "error",
    [
        ConnectionLostError("reset"),
        ApiError(ErrorCode.BROKER_NOT_AVAILABLE),
        ZeroDivisionError("a bug"),
    ],
)
def test_whatever_goes_wrong_copying_goes_on(bench, error):
    """In a new session that names everything."""

    async def scenario():
        bench.error = error
        bench.start().follow(bench.follower.partition)
        await asyncio.sleep(2)
        assert len(bench.requests) > 3
        bench.error = None
        await until(lambda: bench.are_equal, timeout_s=1)
        assert all(len(request.topics) == 1 for request in bench.requests[:4])

    run(scenario())


def test_a_partition_that_joins_does_not_wait_for_a_parked_request(bench):
    """The connection is given up, once for all that join in one turn."""

    async def scenario():
        fetching = bench.start()
        fetching.follow(bench.follower.partition)
        await until(lambda: bench.are_equal)
        await asyncio.sleep(0.1)  # the request is parked by now
        others = []
        for number in range(3):
            other = Replica(FOLLOWER)
            other.partition.topic_id = bytes([number]) * 16
            other.follow(LEADER, 1)
            others.append(other)
            fetching.follow(other.partition)
        before = len(bench.requests)
        await asyncio.sleep(PARKED_S / 10)
        assert bench.hang_ups == 1
        asked = bench.requests[before]
        assert len(asked.topics) == 4

    run(scenario())


def test_an_error_of_the_partition_is_waited_out(bench):
    """NOT_LEADER until the leader has heard of its election."""

    async def scenario():
        bench.follower.follow(LEADER, 9)  # hears of it first
        bench.start().follow(bench.follower.partition)
        await asyncio.sleep(1)
        assert 5 < len(bench.requests) < 15
        bench.leader.lead(9, isr=(LEADER,), replicas=(LEADER, FOLLOWER))
        await until(lambda: bench.are_equal, timeout_s=1)

    run(scenario())


def test_a_promise_of_the_disk_is_kept_before_the_leader_hears_of_it():
    """flush.profile=ack: what a follower asks behind is on its disk."""
    bench = Bench(flush_profile="ack")
    bench.leader.append(b"a")
    seen = []
    serve = bench.link.serve

    def noted(request):
        answer = serve(request)
        seen.append((bench.link.known[0].fetch_offset, bench.follower.partition.log.recovery_point))
        return answer

    bench.link.serve = noted

    async def scenario():
        bench.start().follow(bench.follower.partition)
        await until(lambda: bench.are_equal)
        await asyncio.sleep(2)

    run(scenario())
    assert seen[-1][0] == 1
    assert all(recovery_point >= offset for offset, recovery_point in seen)


def test_a_disk_that_fails_is_reported():
    """Whoever owns the directory takes the partition out of service."""
    bench = Bench(flush_profile="ack")
    bench.leader.append(b"a")
    bench.follower.disk.fail_next("fdatasync", 5)

    async def scenario():
        bench.start().follow(bench.follower.partition)
        await until(lambda: bench.failures)

    run(scenario())
    partition, error = bench.failures[0]
    assert partition is bench.follower.partition
    assert isinstance(error, StorageError)
