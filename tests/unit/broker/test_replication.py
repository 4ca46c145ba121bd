# SPDX-License-Identifier: Apache-2.0
"""What partitions know of their broker, and what drives them."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest
from tests.unit.broker.cluster_bench import LoopClock, Peers, run
from tests.unit.replication.replica_bench import ThrottleSettings

from ottla.broker.replication import BrokerSurroundings, Replication
from ottla.metadata.image import BrokerImage, ClusterImage
from ottla.metadata.snapshot import broker_record
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.replication.replication_throttle import ReplicationThrottle

CONFIG = SimpleNamespace(
    node_id=1,
    replica_lag_time_max_ms=2000,
    replica_fetch_wait_max_ms=500,
    replica_fetch_min_bytes=1,
    replica_fetch_response_max_bytes=1000,
    replica_fetch_max_bytes=100,
)


class Gateway:
    """A cluster of brokers 1 to 3: the second is fenced, the third is leaving."""

    def __init__(self) -> None:
        brokers = [
            BrokerImage(1, 10, b"1" * 16, (), {}, None, False, False, ()),
            BrokerImage(2, 20, b"2" * 16, (), {}, None, True, False, ()),
            BrokerImage(3, 30, b"3" * 16, (), {}, None, False, True, ()),
            BrokerImage(4, 40, b"4" * 16, (), {}, None, False, False, ()),
        ]
        self.image, _ = ClusterImage("c").apply([broker_record(broker) for broker in brokers])
        self.asked = []

    async def alter_partitions(self, request):
        """Be asked for a set, and know nothing."""
        self.asked.append(request)
        raise ApiError(ErrorCode.NOT_CONTROLLER)


class Partition:
    """Counts how often it is looked at."""

    topic, index, topic_id = "t", 0, b"t" * 16

    def __init__(self, leadership=None) -> None:
        self.leadership = leadership
        self.lag_checks = self.admissions = 0

    def check_lag(self):
        """Count."""
        self.lag_checks += 1

    def admit_followers(self):
        """Count."""
        self.admissions += 1


@pytest.fixture
def gateway():
    """Return a gateway to a controller that is not there."""
    return Gateway()


@pytest.mark.parametrize(
    ("broker_id", "epoch", "expected"),
    [
        (4, 40, True),
        (4, -1, True),  # a leader that does not know the epoch leaves it to the controller
        (4, 39, False),  # another incarnation (KIP-903)
        (2, 20, False),  # fenced
        (3, 30, False),  # shutting down
        (9, 90, False),  # unknown
    ],
)
def test_who_may_be_in_sync(gateway, broker_id, epoch, expected):
    """Whom the controller would take, as far as this broker has read the journal."""
    surroundings = BrokerSurroundings(CONFIG, LoopClock(), gateway)
    assert surroundings.is_eligible(broker_id, epoch) is expected


def test_what_this_broker_is(gateway):
    """Its number, its patience with followers, and its registration's epoch."""
    surroundings = BrokerSurroundings(CONFIG, LoopClock(), gateway)
    assert (surroundings.broker_id, surroundings.lag_ms_max) == (1, 2000)
    assert surroundings.broker_epoch() == 10
    gateway.image = ClusterImage("c")
    assert surroundings.broker_epoch() == -1


def replication_of(gateway, *partitions: Partition):
    """Make the replication of a broker with these partitions."""
    replicas = list(partitions)
    surroundings = BrokerSurroundings(CONFIG, LoopClock(), gateway)

    class Replicas(list):
        on_follow = None

    found = Replicas(replicas)
    replication = Replication(
        config=CONFIG,
        peers=Peers(),
        replicas=found,
        surroundings=surroundings,
        clock=LoopClock(),
        executor=None,
        on_storage_error=lambda *_: None,
        throttle=ReplicationThrottle(1, ThrottleSettings(), is_leader=False),
    )
    assert found.on_follow is not None  # copying follows the roles of partitions
    return replication, surroundings


def test_leaders_watch_the_lag_of_their_followers(gateway):
    """Twice within the lag that is allowed; partitions without followers are left alone."""
    led, alone = Partition(leadership=object()), Partition()

    async def scenario():
        replication, _ = replication_of(gateway, led, alone)
        replication.start()
        await asyncio.sleep(10.5)
        await replication.stop()
        seen = led.lag_checks
        assert seen == led.admissions == 11
        await asyncio.sleep(10)
        assert led.lag_checks == seen

    run(scenario())
    assert alone.lag_checks == 0


def test_news_of_brokers_make_every_leader_look(gateway):
    """A follower that has caught up long ago may join now."""
    partitions = [Partition(object()), Partition()]

    async def scenario():
        replication, _ = replication_of(gateway, *partitions)
        replication.brokers_changed()

    run(scenario())
    assert [partition.admissions for partition in partitions] == [1, 1]


def test_proposals_go_to_the_controller_until_the_stop(gateway):
    """With this broker's number and epoch."""
    partition = Partition(SimpleNamespace(leader_epoch=3, partition_epoch=5))

    async def scenario():
        replication, surroundings = replication_of(gateway, partition)
        surroundings.propose(
            partition, SimpleNamespace(leader_epoch=3, partition_epoch=5, members=((1, 10),))
        )
        await asyncio.sleep(1)
        assert len(gateway.asked) > 3
        assert (gateway.asked[0].broker_id, gateway.asked[0].broker_epoch) == (1, 10)
        await replication.stop()
        asked = len(gateway.asked)
        await asyncio.sleep(5)
        assert len(gateway.asked) == asked

    run(scenario())
