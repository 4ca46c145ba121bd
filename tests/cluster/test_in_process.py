# SPDX-License-Identifier: Apache-2.0
"""Three brokers and real clients: topics, acknowledgements, failovers, elections, moves."""

from __future__ import annotations

import pytest
from confluent_kafka import KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from tests.cluster.cluster_clients import TIMEOUT_S, take, until
from tests.served_fetches import note_served_fetches

from ottla.protocol.messages.alter_partition_reassignments import (
    AlterPartitionReassignmentsRequest,
    ReassignablePartition,
    ReassignableTopic,
)
from ottla.protocol.messages.create_topics import CreatableReplicaAssignment, CreatableTopic


def values(count, first=0):
    """Return so many different values."""
    return [b"%d" % number for number in range(first, first + count)]


def test_a_topic_is_created_on_any_broker(cluster):
    """Whoever is asked passes it on, and knows the topic when it answers."""
    for broker_id in (1, 2, 3):
        admin = AdminClient(
            {"bootstrap.servers": cluster.cluster.address(broker_id), "log_level": 0}
        )
        admin.create_topics([NewTopic(f"t{broker_id}", 3, 3)])[f"t{broker_id}"].result(TIMEOUT_S)
        assert f"t{broker_id}" in admin.list_topics(timeout=TIMEOUT_S).topics
    leaders = [cluster.leader(f"t{n}", p) for n in (1, 2, 3) for p in (0, 1, 2)]
    assert set(leaders) == {1, 2, 3}


@pytest.mark.parametrize("acks", ["0", "1", "all"])
def test_records_are_on_every_replica(cluster, acks):
    """Whatever is waited for, all replicas end with the same bytes."""
    cluster.create("t")
    offsets = cluster.produce("t", values(50), acks=acks)
    assert len(offsets) == 50
    assert cluster.read("t", 50) == values(50)
    cluster.until_equal("t", 1, 2, 3)


def test_followers_of_several_leaders_keep_them_apart(cluster, caplog):
    """Answers of all leaders come over one loop: each partition gets its own, undamaged."""
    partitions = 12
    cluster.create("t", partitions, min_insync_replicas=2)
    assert {cluster.leader("t", number) for number in range(partitions)} == {1, 2, 3}
    producer = cluster.producer(acks="1")
    for number, value in enumerate(values(3000)):
        producer.produce("t", value, partition=number % partitions)
        producer.poll(0)
    assert producer.flush(TIMEOUT_S) == 0
    for number in range(partitions):
        cluster.until_equal("t", 1, 2, 3, partition=number)
        expected = [value for value in values(3000) if int(value) % partitions == number]
        assert cluster.read("t", len(expected), partition=number) == expected
    assert "damaged" not in caplog.text


@pytest.mark.parametrize("victim", ["leader", "follower", "controller"])
def test_a_killed_broker_costs_nothing_that_was_acknowledged(cluster, victim):
    """Producing goes on without an error; when the broker is back, it has everything."""
    cluster.create("t", min_insync_replicas=2)
    producer = cluster.producer(enable_idempotence=True)
    acknowledged, failed = [], []

    def delivered(error, message):
        (acknowledged if error is None else failed).append(message.value())

    leader = cluster.leader("t")
    dead = {
        "leader": leader,
        "follower": leader % 3 + 1,
        "controller": cluster.controller,
    }[victim]
    for number, value in enumerate(values(300)):
        producer.produce("t", value, partition=0, on_delivery=delivered)
        producer.poll(0.001)
        if number == 100:
            cluster.kill(dead)
        if number == 200:
            cluster.restart(dead)
    assert producer.flush(TIMEOUT_S) == 0
    assert failed == []
    assert acknowledged == values(300)
    assert cluster.read("t", 300) == values(300)
    cluster.until_in_sync("t", 1, 2, 3)
    cluster.until_equal("t", 1, 2, 3)


def test_all_brokers_killed_and_started_again(cluster):
    """What was acknowledged is there, and the cluster goes on."""
    cluster.create("t", 3)
    for partition in range(3):
        cluster.produce("t", values(20), partition=partition)
    for broker_id in (1, 2, 3):
        cluster.kill(broker_id)
    cluster.restart(2, 3, 1)
    for partition in range(3):
        cluster.leader("t", partition)
        assert cluster.read("t", 20, partition=partition) == values(20)
        assert cluster.produce("t", [b"more"], partition=partition) == [20]
    cluster.create("u")


def test_a_clean_stop_of_one_after_the_other(cluster):
    """A rolling restart: leaders are handed over first, so no request fails."""
    cluster.create("t", min_insync_replicas=2)
    producer = cluster.producer(retries=0)
    outcomes = []
    for broker_id in (1, 2, 3):
        cluster.cluster.stop(broker_id)
        cluster.restart(broker_id)
        cluster.until_in_sync("t", 1, 2, 3)
        producer.produce(
            "t", b"v", partition=0, on_delivery=lambda error, _: outcomes.append(error)
        )
        producer.flush(TIMEOUT_S)
    assert len(outcomes) == 3
    assert cluster.state("t").isr != ()


# min.insync.replicas


def test_bug_08_too_few_replicas_take_no_record(cluster):
    """Bug 8: acks=all is refused; acks=1 is taken and not shown; everything goes on later."""
    cluster.create("t", min_insync_replicas=2)
    cluster.produce("t", values(5))
    leader = cluster.leader("t")
    others = [broker_id for broker_id in (1, 2, 3) if broker_id != leader]
    for broker_id in others:
        cluster.kill(broker_id)
    until(lambda: len(cluster.state("t").isr) == 1)
    until(lambda: cluster.replica(leader, "t").is_under_min_isr)
    (code,) = cluster.produce("t", [b"refused"], retries=0, message_timeout_ms=3000)
    assert -code in (
        KafkaError.NOT_ENOUGH_REPLICAS,
        KafkaError.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
        KafkaError._MSG_TIMED_OUT,
    )
    assert cluster.replica(leader, "t").log.log_end_offset == 5
    assert cluster.produce("t", [b"alone"], acks="1") == [5]
    assert cluster.replica(leader, "t").high_watermark == 5
    cluster.restart(*others)
    cluster.until_in_sync("t", 1, 2, 3)
    assert cluster.read("t", 6) == [*values(5), b"alone"]


def test_bug_38_a_set_that_shrinks_after_the_append(cluster_of):
    """Bug 38: the record is in the log, and not acknowledged: its producer must hear of that."""
    cluster = cluster_of(3, {"replica.lag.time.max.ms": "60000"})
    cluster.create("t", min_insync_replicas=3)
    cluster.produce("t", values(5))
    leader = cluster.leader("t")
    follower = leader % 3 + 1
    cluster.kill(follower)
    (code,) = cluster.produce("t", [b"late"], retries=0, message_timeout_ms=5000)
    assert code < 0
    cluster.restart(follower)
    cluster.until_in_sync("t", 1, 2, 3)
    end = cluster.replica(leader, "t").log.log_end_offset
    assert cluster.produce("t", [b"more"]) == [end]


# elections


@pytest.mark.parametrize("is_allowed", [False, True])
def test_unclean_leaders_are_elected_only_where_they_may(cluster_of, is_allowed):
    """Else the partition waits for a replica that has everything."""
    cluster = cluster_of(3, {"unclean.leader.election.interval.ms": "200"})
    cluster.create(
        "t",
        replicas=2,
        min_insync_replicas=1,
        unclean_leader_election_enable=str(is_allowed).lower(),
    )
    leader, follower = cluster.state("t").replicas
    cluster.produce("t", values(5))
    cluster.kill(follower)
    cluster.until_in_sync("t", leader)
    cluster.produce("t", values(5, first=5))
    cluster.kill(leader)
    until(lambda: cluster.state("t").leader == -1)
    cluster.restart(follower)
    if is_allowed:
        assert cluster.leader("t") == follower
        assert cluster.read("t", 5) == values(5)
        assert cluster.produce("t", [b"other"]) == [5]
        cluster.restart(leader)
        cluster.until_in_sync("t", leader, follower)
        cluster.until_equal("t", leader, follower)
    else:
        cluster.create("u")  # the cluster itself is well
        assert cluster.state("t").leader == -1
        cluster.restart(leader)
        assert cluster.leader("t") == leader
        assert cluster.read("t", 10) == values(10)


def test_bug_16_the_log_start_does_not_go_back(cluster):
    """Bug 16: DeleteRecords, then the leader dies: nothing of what was deleted is there again."""
    cluster.create("t", min_insync_replicas=2)
    cluster.produce("t", values(20))
    until_read = cluster.admin.delete_records([TopicPartition("t", 0, 12)])
    (future,) = until_read.values()
    assert future.result(TIMEOUT_S).low_watermark == 12
    cluster.kill(cluster.leader("t"))
    leader = cluster.leader("t")
    consumer = cluster.consumer()
    low, high = until(lambda: _offsets(consumer, "t"))
    assert (low, high) == (12, 20)
    assert cluster.replica(leader, "t").log_start_offset == 12


def test_bug_37_the_end_does_not_go_back_over_an_election(cluster):
    """Bug 37: whoever has seen an end is never told of a smaller one (KIP-207)."""
    cluster.create("t", min_insync_replicas=2)
    consumer = cluster.consumer()
    seen = 0
    for round_ in range(2):
        cluster.produce("t", values(10))
        _, high = until(lambda: _offsets(consumer, "t"))
        assert high >= (round_ + 1) * 10
        assert high >= seen
        seen = high
        dead = cluster.kill(cluster.leader("t"))
        cluster.leader("t")
        _, high = until(lambda: _offsets(consumer, "t"))
        assert high >= seen
        cluster.restart(dead)
        cluster.until_in_sync("t", 1, 2, 3)


def _offsets(consumer, topic):
    """Return where a partition begins and ends, None while that cannot be said."""
    try:
        return consumer.get_watermark_offsets(TopicPartition(topic, 0), timeout=0.5)
    except KafkaException:
        return None


# topics that go, and come again


def test_bug_14_a_recreated_topic_has_nothing_of_the_old_one(cluster):
    """Bug 14: a follower that slept over it finds another topic, and no byte of the old one."""
    cluster.create("t", min_insync_replicas=1)
    cluster.produce("t", values(20))
    leader = cluster.leader("t")
    sleeper = leader % 3 + 1
    cluster.until_equal("t", 1, 2, 3)
    cluster.kill(sleeper)
    cluster.admin.delete_topics(["t"])["t"].result(TIMEOUT_S)
    until(lambda: "t" not in cluster.image.topics_by_name)
    cluster.create("t", replicas=2, min_insync_replicas=1)
    assert cluster.produce("t", [b"new"]) == [0]
    cluster.restart(sleeper)
    replica = cluster.replica(sleeper, "t")
    assert replica is None or replica.log.log_end_offset <= 1
    assert cluster.read("t", 1) == [b"new"]


def test_bug_14_the_same_brokers_again(cluster_of):
    """Bug 14: with two replicas on two brokers, the one that slept copies the new topic."""
    cluster = cluster_of(2)
    cluster.create("t", replicas=2, min_insync_replicas=1)
    cluster.produce("t", values(20))
    cluster.until_equal("t", 1, 2)
    sleeper = 3 - cluster.leader("t")
    topic_id = cluster.image.topics_by_name["t"].topic_id
    cluster.kill(sleeper)
    cluster.admin.delete_topics(["t"])["t"].result(TIMEOUT_S)
    until(lambda: "t" not in cluster.image.topics_by_name)

    async def create():
        gateway = cluster.cluster.brokers[3 - sleeper]._gateway
        assignment = CreatableReplicaAssignment(partition_index=0, broker_ids=[3 - sleeper])
        (result,) = await gateway.create_topics(
            [
                CreatableTopic(
                    name="t", num_partitions=-1, replication_factor=-1, assignments=[assignment]
                )
            ]
        )
        return result

    assert cluster.cluster._run(create()).error_code == 0
    assert cluster.image.topics_by_name["t"].topic_id != topic_id
    cluster.produce("t", values(3, first=100))
    cluster.restart(sleeper)
    move(cluster, "t", [3 - sleeper, sleeper])
    cluster.until_in_sync("t", 1, 2)
    cluster.until_equal("t", 1, 2)
    assert cluster.read("t", 3) == values(3, first=100)


def test_a_topic_that_goes_leaves_every_broker(cluster):
    """Nothing is left of it, and its name is free."""
    cluster.create("t", 3)
    cluster.produce("t", values(10))
    cluster.admin.delete_topics(["t"])["t"].result(TIMEOUT_S)
    until(lambda: all(cluster.replica(n, "t", p) is None for n in (1, 2, 3) for p in range(3)))
    cluster.create("t", 1)
    assert cluster.produce("t", [b"new"]) == [0]


# moves


def move(cluster, topic, replicas, partition=0):
    """Begin to move a partition."""
    request = AlterPartitionReassignmentsRequest(
        timeout_ms=10_000,
        topics=[
            ReassignableTopic(
                name=topic,
                partitions=[ReassignablePartition(partition_index=partition, replicas=replicas)],
            )
        ],
    )
    gateway = cluster.cluster.brokers[cluster.controller]._gateway

    async def change():
        return await gateway.change(
            lambda image: gateway.controller.alter_partition_reassignments(image, request)
        )

    response = cluster.cluster._run(change())
    assert response.responses[0].partitions[0].error_code == 0, response


def test_a_partition_moves_while_records_come(cluster_of):
    """To other brokers, the leader included: no record is lost, none comes twice."""
    cluster = cluster_of(4)
    cluster.create("t", replicas=2, min_insync_replicas=1)
    old = cluster.state("t").replicas
    new = [broker_id for broker_id in (1, 2, 3, 4) if broker_id not in old]
    producer = cluster.producer(enable_idempotence=True)
    acknowledged = []
    for number, value in enumerate(values(400)):
        producer.produce(
            "t",
            value,
            partition=0,
            on_delivery=lambda error, message: acknowledged.append((error, message.value())),
        )
        producer.poll(0.001)
        if number == 100:
            move(cluster, "t", new)
    assert producer.flush(TIMEOUT_S) == 0
    assert acknowledged == [(None, value) for value in values(400)]
    until(lambda: set(cluster.state("t").replicas) == set(new))
    assert cluster.leader("t") in new
    assert cluster.read("t", 400) == values(400)
    until(lambda: all(cluster.replica(broker_id, "t") is None for broker_id in old))
    cluster.until_equal("t", *new)


# readers


def test_readers_are_sent_to_the_replica_in_their_rack(cluster_of, monkeypatch):
    """KIP-392: fetches go to the near follower, and when it dies back to the leader."""
    served = note_served_fetches(monkeypatch)
    selector = "org.apache.kafka.common.replica.RackAwareReplicaSelector"
    cluster = cluster_of(
        3,
        {"replica.selector.class": selector},
        broker_settings={n: {"broker.rack": f"rack{n}"} for n in (1, 2, 3)},
    )
    cluster.create("t", min_insync_replicas=2)
    cluster.produce("t", values(20))
    near = cluster.leader("t") % 3 + 1
    consumer = cluster.consumer(client_rack=f"rack{near}")
    consumer.assign([TopicPartition("t", 0, 0)])
    assert take(consumer, 20) == values(20)
    served.clear()
    cluster.produce("t", values(20, first=20))
    assert take(consumer, 20) == values(20, first=20)
    assert (near, False) in served
    cluster.kill(near)
    cluster.produce("t", values(5, first=40))
    assert take(consumer, 5) == values(5, first=40)
