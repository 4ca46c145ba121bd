# SPDX-License-Identifier: Apache-2.0
"""Claims about brokers that come, stay, and go."""

from __future__ import annotations

import pytest

from ottla.controller.brokers import BrokerFacts
from ottla.controller.features import INITIAL_FEATURES
from ottla.metadata.image import BrokerEndpoint, ClusterImage
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.alter_partition import (
    AlterPartitionRequest,
    AlterPartitionRequestPartitionData,
    AlterPartitionRequestTopicData,
    BrokerState,
)
from ottla.protocol.messages.broker_registration import (
    BrokerRegistrationRequest,
    Feature,
    Listener,
)
from ottla.protocol.messages.cluster_metadata import (
    BrokerRegistrationChangeRecord,
    FeatureLevelRecord,
)

FACTS = BrokerFacts(1, b"n" * 16, (BrokerEndpoint("PLAINTEXT", "h", 9, 0),), rack="r")


def register(cluster, facts=FACTS):
    """Register and return the broker epoch."""
    return cluster.do("register_broker", facts, cluster.image.next_offset)


def test_an_empty_log_begins_with_features(cluster):
    """Ours, unless the folder brings its own; a log that has begun gets none."""
    empty = ClusterImage("c")
    records = cluster.controller.bootstrap(empty).records
    assert {r.name: r.feature_level for r in records} == INITIAL_FEATURES
    formatted, _ = empty.apply(
        [FeatureLevelRecord(name=n, feature_level=5) for n in ("a.version", "metadata.version")],
        next_offset=0,
    )
    records = cluster.controller.bootstrap(formatted).records
    assert [r.name for r in records] == ["metadata.version", "a.version"]
    assert cluster.controller.bootstrap(cluster.image).records == []


def test_an_old_log_is_given_the_features_that_came_later(cluster):
    """One that has but the metadata version gets the rest; one of Kafka's is left as it is."""
    empty = ClusterImage("c")
    old, _ = empty.apply([FeatureLevelRecord(name="metadata.version", feature_level=30)])
    records = cluster.controller.bootstrap(old).records
    assert [(r.name, r.feature_level) for r in records] == [
        ("eligible.leader.replicas.version", 1),
        ("group.version", 1),
        ("transaction.version", 2),
    ]
    upgraded, _ = old.apply(records)
    assert cluster.controller.bootstrap(upgraded).records == []
    foreign, _ = old.apply(
        [FeatureLevelRecord(name="eligible.leader.replicas.version", feature_level=1)]
    )
    assert cluster.controller.bootstrap(foreign).records == []


def test_a_broker_is_in_service_at_once(cluster):
    """It is registered unfenced with what it says of itself, in a new epoch."""
    first, second = register(cluster), register(cluster)
    assert second > first
    broker = cluster.image.brokers[1]
    assert broker.is_live
    assert (broker.rack, broker.endpoints, broker.broker_epoch) == ("r", FACTS.endpoints, second)


def test_a_clean_restart_changes_no_partition(cluster):
    """Ten thousand partitions must not cost ten thousand records at every start."""
    cluster.create("t", 3)
    before = cluster.image.topics_by_name["t"]
    register(cluster)
    assert cluster.image.topics_by_name["t"] is before


def test_an_unclean_restart_starts_new_leader_epochs(cluster):
    """Clients that saw a lost tail must notice."""
    cluster.create("t", 2)
    register(cluster, FACTS._replace(stopped_cleanly=False))
    partitions = cluster.image.topics_by_name["t"].partitions
    assert [(p.leader, p.leader_epoch) for p in partitions] == [(1, 1), (1, 1)]


def test_partitions_that_waited_get_a_leader(cluster):
    """In-sync replicas lead again, eligible ones too, others do not."""
    cluster.create("t", 3)
    cluster.put("t", 0, leader=-1)
    cluster.put("t", 1, leader=-1, isr=[], eligible_leader_replicas=[1], last_known_elr=[1])
    cluster.put("t", 2, leader=-1, isr=[], replicas=[2])
    register(cluster)
    partitions = cluster.image.topics_by_name["t"].partitions
    assert [(p.leader, p.isr) for p in partitions] == [(1, (1,)), (1, (1,)), (-1, ())]
    assert partitions[1].eligible_leader_replicas == partitions[1].last_known_elr == ()


def ask(cluster, broker_id, *, alive=(), port=None, **fields: object):
    """Register a broker of a cluster; return its epoch."""
    fields.setdefault("cluster_id", cluster.image.cluster_id)
    fields.setdefault("incarnation_id", b"another run of it")
    fields.setdefault(
        "features",
        [Feature(name=n, max_supported_version=9) for n in cluster.image.features],
    )
    port = 9000 + broker_id if port is None else port
    listeners = [Listener(name="PLAINTEXT", host="h", port=port)]
    asked = BrokerRegistrationRequest(broker_id=broker_id, listeners=listeners, **fields)
    offset = cluster.image.next_offset
    return cluster.do("register", asked, offset=offset, is_alive=lambda b: b in alive)


@pytest.fixture
def trio(cluster_of, broker):
    """Return three brokers with a partition on all of them, two of which have to be in sync."""
    cluster = cluster_of(
        *(broker(n) for n in (1, 2, 3)), elr=1, static={"min.insync.replicas": "2"}
    )
    cluster.create("t", 1, 3)
    cluster.put(replicas=[1, 2, 3], isr=[1, 2, 3], leader=1)
    return cluster


def roles(cluster, number=0):
    """Return leader, in-sync and eligible replicas."""
    partition = cluster.partition("t", number)
    return partition.leader, partition.isr, partition.eligible_leader_replicas


def test_a_new_broker_waits_until_it_has_read_its_registration(trio):
    """It is registered fenced, its epoch is the record's offset, a heartbeat puts it in service."""
    epoch = ask(trio, 4, rack="r")
    assert epoch == trio.image.offset
    assert trio.image.brokers[4].fenced
    assert trio.image.brokers[4].rack == "r"
    assert trio.beat(4, current_metadata_offset=epoch - 1) == (False, True, False)
    assert trio.beat(4, current_metadata_offset=epoch, want_fence=True) == (True, True, False)
    assert trio.beat(4, current_metadata_offset=epoch) == (True, False, False)
    assert trio.image.brokers[4].is_live
    before = trio.image.next_offset
    assert trio.beat(4) == (True, False, False)
    assert trio.image.next_offset == before


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"cluster_id": "another"}, "INCONSISTENT_CLUSTER_ID"),
        ({"features": []}, "UNSUPPORTED_VERSION"),
        ({"broker_id": -1}, "INVALID_REGISTRATION"),
        ({"broker_id": 1, "alive": (1,), "port": 1}, "DUPLICATE_BROKER_REGISTRATION"),
    ],
)
def test_registrations_that_are_refused(trio, fields, code):
    """Each for its own reason, in a sentence."""
    with pytest.raises(ApiError) as refused:
        ask(trio, fields.pop("broker_id", 4), **fields)
    assert refused.value.code.name == code
    assert refused.value.message


def test_an_id_is_free_again_when_its_broker_is_silent(trio):
    """A broker may come back at another address once nobody hears the old one."""
    assert ask(trio, 1, port=1) > 0
    assert trio.image.brokers[1].endpoints[0].port == 1


def test_the_same_run_registers_again(trio):
    """A lost answer, or a lost session: nothing has been lost, so nothing changes."""
    known = trio.image.brokers[2]
    before = trio.image.topics_by_name
    epoch = ask(trio, 2, incarnation_id=known.incarnation_id, alive=(2,), rack="new")
    assert epoch == known.broker_epoch
    assert trio.image.brokers[2].is_live
    assert trio.image.brokers[2].rack == "new"
    assert trio.image.topics_by_name is before
    end = trio.image.next_offset
    ask(trio, 2, incarnation_id=known.incarnation_id, alive=(2,), rack="new")
    assert trio.image.next_offset == end


def test_bug_11_a_fast_bounce_is_noticed(trio):
    """KIP-380: a restart within the session moves the leader although nobody missed the broker."""
    ask(trio, 1, alive=(1, 2, 3), previous_broker_epoch=10)
    assert roles(trio) == (2, (2, 3), ())
    assert trio.image.brokers[1].fenced


def test_a_clean_stop_keeps_a_broker_eligible(trio):
    """Below the minimum it still counts among those that have everything."""
    trio.put(isr=[1])
    ask(trio, 1, previous_broker_epoch=10)
    assert roles(trio) == (-1, (), (1,))
    assert trio.partition().last_known_elr == (1,)
    trio.beat(1)
    assert roles(trio) == (1, (1,), ())


def test_an_unclean_stop_makes_a_broker_nobodys_candidate(trio):
    """KIP-966: it leaves every in-sync set and is eligible nowhere."""
    trio.put(isr=[1], eligible_leader_replicas=[2])
    ask(trio, 2)
    assert roles(trio) == (1, (1,), ())
    ask(trio, 1)
    assert roles(trio) == (-1, (), ())
    assert trio.partition().last_known_elr == (1,)


def test_bug_09_the_last_replica_standing_loses_its_tail(trio):
    """KIP-966: the last in-sync replica comes back first, short of records: it must not lead."""
    trio.do("fence_brokers", [3])
    trio.do("fence_brokers", [2])
    assert roles(trio) == (1, (1,), (2,))
    trio.do("fence_brokers", [1])
    assert roles(trio) == (-1, (), (1, 2))
    ask(trio, 1, previous_broker_epoch=-1)
    trio.beat(1)
    assert roles(trio) == (-1, (), (2,))
    ask(trio, 2, previous_broker_epoch=20)
    trio.beat(2)
    assert roles(trio) == (2, (2,), ())
    assert trio.partition().leader_recovery_state == 0


def test_when_all_lost_their_tails_the_last_leader_leads(trio):
    """Nobody has everything for sure: the last known leader is the best guess, and says so."""
    trio.do("fence_brokers", [1, 2, 3])
    assert roles(trio) == (-1, (), (1, 2, 3))
    for broker_id in (2, 1, 3):
        ask(trio, broker_id)
        assert trio.partition().leader == -1
    trio.beat(2)
    assert roles(trio) == (-1, (), ())
    trio.beat(1)
    assert roles(trio) == (1, (1,), ())
    assert trio.partition().leader_recovery_state == 1


def test_fencing_many_brokers_is_one_decision(trio):
    """Each partition changes once, to what holds after all of them are gone."""
    epoch = trio.partition().partition_epoch
    assert trio.do("fence_brokers", [2, 1, 7]) == [1, 2]
    assert roles(trio) == (3, (3,), (1, 2))
    assert trio.partition().partition_epoch == epoch + 1
    end = trio.image.next_offset
    assert trio.do("fence_brokers", [1, 2]) == []
    assert trio.image.next_offset == end


def test_without_the_feature_the_last_replica_stays_in_sync(cluster_of, broker):
    """Otherwise nobody would know any more who has everything."""
    cluster = cluster_of(broker(1), broker(2))
    cluster.create("t", 1, 2)
    cluster.put(replicas=[1, 2], isr=[1, 2], leader=1)
    cluster.do("fence_brokers", [2])
    cluster.do("fence_brokers", [1])
    assert roles(cluster) == (-1, (1,), ())
    cluster.beat(2)
    assert cluster.partition().leader == -1
    cluster.beat(1)
    assert roles(cluster) == (1, (1,), ())


def test_a_topic_may_prefer_service_to_safety(trio):
    """With unclean.leader.election.enable any live replica leads, as the only one in sync."""
    trio.controller.settings.static["unclean.leader.election.enable"] = "true"
    trio.controller.settings = type(trio.controller.settings)(**vars(trio.controller.settings))
    trio.put(isr=[1], eligible_leader_replicas=[])
    trio.do("fence_brokers", [1])
    assert roles(trio) == (2, (2,), (1,))
    assert trio.partition().leader_recovery_state == 1


def test_heartbeats_of_strangers(trio):
    """Unknown brokers and earlier incarnations are told apart."""
    with pytest.raises(ApiError) as refused:
        trio.beat(9, broker_epoch=1)
    assert refused.value.code is ErrorCode.BROKER_ID_NOT_REGISTERED
    with pytest.raises(ApiError) as refused:
        trio.beat(1, broker_epoch=9)
    assert refused.value.code is ErrorCode.STALE_BROKER_EPOCH


def test_a_broker_asks_to_be_fenced(trio):
    """Its partitions go to others."""
    assert trio.beat(1, want_fence=True) == (True, True, False)
    assert roles(trio) == (2, (2, 3), ())


def test_a_controlled_shutdown_hands_over(trio):
    """First others take over, then the broker is fenced and told to go."""
    assert trio.beat(1, want_shut_down=True) == (True, False, False)
    assert roles(trio) == (2, (2, 3), ())
    assert trio.image.brokers[1].in_controlled_shutdown
    assert trio.beat(1, want_shut_down=True) == (True, True, True)
    assert trio.image.brokers[1].fenced
    assert trio.beat(1, want_shut_down=True) == (True, True, True)
    assert trio.beat(1) == (True, True, False)  # only a new run of it is put into service again


def test_a_controlled_shutdown_keeps_what_nobody_can_take(trio):
    """The last replica in sync serves until its broker is told to go."""
    trio.put(isr=[1], eligible_leader_replicas=[2])
    assert trio.beat(1, want_shut_down=True) == (True, True, True)
    assert roles(trio) == (2, (2,), (1,))


def test_two_brokers_shut_down_at_once(trio):
    """The one cannot hand over to the other; the last one keeps the partition until it goes."""
    trio.put(isr=[1, 2], eligible_leader_replicas=[])
    assert trio.beat(1, want_shut_down=True) == (True, False, False)
    assert trio.beat(2, want_shut_down=True) == (True, True, True)
    assert roles(trio) == (-1, (), (1, 2))


def test_a_leader_on_its_way_out_yields_as_soon_as_it_can(trio):
    """It can still bring a follower into the in-sync set, which then takes over."""
    trio.put(isr=[1, 2], eligible_leader_replicas=[])
    trio.image, _ = trio.image.apply(
        [BrokerRegistrationChangeRecord(broker_id=b, in_controlled_shutdown=1) for b in (1, 2)]
    )
    partition = trio.partition()
    proposal = AlterPartitionRequestPartitionData(
        leader_epoch=partition.leader_epoch,
        partition_epoch=partition.partition_epoch,
        new_isr_with_epochs=[BrokerState(broker_id=n) for n in (1, 2, 3)],
    )
    topic = AlterPartitionRequestTopicData(
        topic_id=trio.image.topics_by_name["t"].topic_id, partitions=[proposal]
    )
    asked = AlterPartitionRequest(broker_id=1, broker_epoch=10, topics=[topic])
    (answer,) = trio.do("alter_partition", asked).topics[0].partitions
    assert answer.error_code == ErrorCode.NEW_LEADER_ELECTED
    assert roles(trio) == (3, (1, 2, 3), ())


def test_failed_log_directories(trio):
    """Replicas in them leave the in-sync sets; a broker without any directory is fenced."""
    a, b = b"a" * 16, b"b" * 16
    trio.image, _ = trio.image.apply([BrokerRegistrationChangeRecord(broker_id=1, log_dirs=[a, b])])
    trio.put(directories=[a, b, b])
    assert trio.beat(1, offline_log_dirs=[a]) == (True, False, False)
    assert trio.image.brokers[1].log_dirs == (b,)
    assert roles(trio) == (2, (2, 3), ())
    end = trio.image.next_offset
    trio.beat(1, offline_log_dirs=[a])
    assert trio.image.next_offset == end
    assert trio.beat(1, offline_log_dirs=[a, b]) == (True, True, False)


def test_cordoned_log_directories(trio):
    """They are noted once."""
    trio.beat(1, cordoned_log_dirs=[b"a" * 16])
    assert trio.image.brokers[1].cordoned_log_dirs == (b"a" * 16,)
    end = trio.image.next_offset
    trio.beat(1, cordoned_log_dirs=[b"a" * 16])
    assert trio.image.next_offset == end


def test_a_broker_is_unregistered(trio):
    """It is forgotten and leads nothing; its partitions still name it."""
    trio.do("unregister_broker", 1)
    assert 1 not in trio.image.brokers
    assert roles(trio) == (2, (2, 3), ())
    assert trio.partition().replicas == (1, 2, 3)
    with pytest.raises(ApiError) as refused:
        trio.do("unregister_broker", 1)
    assert refused.value.code is ErrorCode.BROKER_ID_NOT_REGISTERED
