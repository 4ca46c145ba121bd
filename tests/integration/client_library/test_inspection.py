# SPDX-License-Identifier: Apache-2.0
"""What tests see in a broker without a client is what clients have put there."""

from __future__ import annotations

import asyncio

import confluent_kafka
import pytest
from tests.integration.client_library.reading import records as consumed

from ottla import Admin, Consumer, Producer
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.testing import Broker, Cluster


@pytest.fixture(scope="module")
def shared():
    """Return the broker of this module."""
    with Broker({"num.partitions": "3"}) as broker:
        yield broker


@pytest.fixture
def broker(shared):
    """Return a broker without topics and groups."""
    shared.reset()
    return shared


@pytest.mark.parametrize("codec", ["none", "gzip", "snappy", "lz4", "zstd"])
def test_records_are_those_that_consumers_get(broker, codec):
    """Whatever the compression, with offsets, headers, timestamps and nulls."""
    producer = confluent_kafka.Producer(
        {"bootstrap.servers": broker.bootstrap_servers, "compression.type": codec, "linger.ms": 20}
    )
    for number in range(200):
        producer.produce(
            "t",
            value=None if number % 7 == 0 else b"value %d" % number * 20,
            key=b"key %d" % number,
            headers=[("n", b"%d" % number), ("empty", None)],
            partition=number % 3,
            timestamp=1_700_000_000_000 + number,
        )
    assert producer.flush(30) == 0
    records = broker.records("t")
    assert len(records) == 200
    assert records == consumed(broker)
    assert records[1].headers == (("n", b"3"), ("empty", None))
    assert broker.records("t", 2) == [record for record in records if record.partition == 2]
    assert broker.topics() == {"t": 3}


def test_records_begin_and_go_on_where_the_log_does(broker):
    """After records were deleted in the middle of a batch, over many segments."""
    with Admin(broker.bootstrap_servers) as admin:
        admin.create_topic("t", partitions=1, configs={"segment.bytes": "1048576"})
        with Producer(broker.bootstrap_servers, linger_ms=20) as producer:
            sent = [producer.send("t", b"%03d" % number * 4000) for number in range(300)]
        assert [delivery.result(30).offset for delivery in sent] == list(range(300))
        admin.delete_records({("t", 0): 123})
    assert [record.offset for record in broker.records("t")] == list(range(123, 300))


def test_transactions_are_seen_as_their_readers_see_them(broker):
    """Aborted and open ones are there for readers of everything, markers for nobody."""
    producer = confluent_kafka.Producer(
        {"bootstrap.servers": broker.bootstrap_servers, "transactional.id": "x"}
    )
    producer.init_transactions(30)
    for value, end in (
        (b"kept", producer.commit_transaction),
        (b"aborted", producer.abort_transaction),
        (b"kept too", producer.commit_transaction),
        (b"open", None),
    ):
        producer.begin_transaction()
        producer.produce("t", value, partition=0)
        assert producer.flush(30) == 0
        if end is not None:
            end(30)
    everything = broker.records("t")
    assert [record.value for record in everything] == [b"kept", b"aborted", b"kept too", b"open"]
    assert [record.offset for record in everything] == [0, 2, 4, 6]
    committed = broker.records("t", isolation_level="read_committed")
    assert [record.value for record in committed] == [b"kept", b"kept too"]
    assert committed == consumed(broker, isolation_level="read_committed")
    producer.abort_transaction(30)


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_groups_and_what_they_have_committed(broker, protocol):
    """With their members, and none when there are none."""
    assert broker.groups() == {}
    assert broker.committed("g") == {}
    with Admin(broker.bootstrap_servers) as admin:
        admin.create_topic("t", partitions=2)
        with Producer(broker.bootstrap_servers) as producer:
            producer.send("t", "1", partition=1).result(30)
        with Consumer(
            "t", group_id="g", group_protocol=protocol, bootstrap_servers=broker.bootstrap_servers,
            from_beginning=True,
        ) as consumer:  # fmt: skip
            assert next(iter(consumer)).value == b"1"
            consumer.commit({("t", 1): 1})
            (group,) = broker.groups().values()
            assert (group.group_id, group.group_type) == ("g", protocol)
            assert group.members[0].assignment == (("t", 0), ("t", 1))
            assert group.members == admin.describe_group("g").members
    assert broker.committed("g")["t", 1] == 1
    assert broker.groups()["g"].members == ()


def test_what_is_not_there_is_named(broker):
    """Topics, partitions, and a broker that was killed."""
    with Admin(broker.bootstrap_servers) as admin:
        admin.create_topic("t", partitions=2)
    for name, partition in (("u", None), ("t", 2), ("t", -1)):
        with pytest.raises(ApiError, match="there is no ") as refused:
            broker.records(name, partition)
        assert refused.value.code is ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    with pytest.raises(ValueError, match="isolation_level"):
        broker.records("t", isolation_level="serializable")
    broker.kill()
    with pytest.raises(RuntimeError, match="killed"):
        broker.topics()


def test_a_cluster_is_read_where_the_leaders_are():
    """Whichever broker leads a partition or coordinates a group, and after one was killed."""
    settings = {"default.replication.factor": "3", "offsets.topic.replication.factor": "3"}
    with Cluster(brokers=3, settings=settings) as cluster:
        with (
            Admin(cluster.bootstrap_servers) as admin,
            Producer(cluster.bootstrap_servers, acks="all") as producer,
        ):
            admin.create_topic("t", partitions=6, replication_factor=3)
            for number in range(12):
                producer.send("t", b"%d" % number, partition=number % 6).result(30)
            for name in ("a", "b", "c"):
                admin.alter_group_offsets(name, {("t", 0): 1})
            assert len(cluster.records("t")) == 12
            assert cluster.records("t") == consumed(cluster)
            assert cluster.topics() == {"t": 6}
            assert list(cluster.groups()) == ["a", "b", "c"]
            assert cluster.committed("b") == {("t", 0): 1}
        cluster.kill(1)
        assert consumed(cluster) == cluster.records("t")


def test_in_a_loop_of_ones_own():
    """Nothing can wait for the brokers there."""

    async def scenario():
        async with Cluster(brokers=1) as cluster:
            with pytest.raises(RuntimeError, match="your own loop"):
                cluster.topics()

    asyncio.run(scenario())
