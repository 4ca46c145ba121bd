# SPDX-License-Identifier: Apache-2.0
"""`Admin` against our broker and Apache Kafka, with librdkafka as members and producers."""

from __future__ import annotations

import asyncio
import pathlib
import threading
import time

import pytest
from confluent_kafka import Consumer as LibrdkafkaConsumer
from confluent_kafka import Producer as LibrdkafkaProducer

from ottla import Admin, Producer, aio
from ottla.client.admin import NewTopic
from ottla.client.configs import (
    ConfigChange,
    ConfigOperation,
    ConfigResource,
    ConfigSource,
    ResourceType,
)
from ottla.client.elections import ElectionType
from ottla.client.errors import (
    ApiError,
    BrokerUnreachableError,
    ClientClosedError,
    ConfigurationError,
    ItemsFailedError,
    UnknownPartitionError,
    UnknownTopicError,
    WrongLoopError,
)
from ottla.client.features import UpgradeType
from ottla.client.offset_reset import ResetKind, ResetTarget
from ottla.client.offsets import EARLIEST
from ottla.protocol.errors import ErrorCode
from ottla.records.builder import build_batch
from ottla.records.record import Record
from ottla.testing import Broker, Cluster


@pytest.fixture
def admin(bootstrap):
    """Return a blocking client."""
    with Admin(bootstrap) as client:
        yield client


def soon(question, seconds=20):
    """Return the first answer that is true: what one broker was told, another may learn later."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
    return answer


def described(admin, topic, partitions):
    """Return a topic once it has so many partitions with leaders."""

    def ask():
        try:
            found = admin.describe_topic(topic)
        except UnknownTopicError:
            return None
        return found if found.is_led and len(found.partitions) == partitions else None

    return soon(ask)


def filled(admin, bootstrap, topic, count=10):
    """Make a topic of one partition with some records."""
    admin.create_topic(topic, partitions=1)
    with Producer(bootstrap) as producer:
        for number in range(count):
            producer.send(topic, str(number), timestamp_ms=1_700_000_000_000 + number)
    return [(topic, 0)]


def test_topics(admin, topic):
    """They are made, seen, enlarged and deleted; a test run changes nothing."""
    configs = {"retention.ms": "86400000"}
    checked = admin.create_topic(topic, 2, 1, configs, validate_only=True)
    assert (checked.name, checked.partition_count) == (topic, 2)
    created = admin.create_topic(topic, 2, 1, configs)
    assert (created.partition_count, created.replication_factor) == (2, 1)
    found = described(admin, topic, 2)
    assert found.topic_id == created.topic_id
    assert topic in [each.name for each in admin.list_topics()]
    with pytest.raises(ApiError, match=topic) as raised:
        admin.create_topic(topic)
    assert raised.value.code is ErrorCode.TOPIC_ALREADY_EXISTS
    admin.create_partitions(topic, 3)
    described(admin, topic, 3)
    with pytest.raises(ApiError) as raised:
        admin.create_partitions(topic, 3)
    assert raised.value.code is ErrorCode.INVALID_PARTITIONS
    admin.delete_topics([topic])
    soon(lambda: topic not in [each.name for each in admin.list_topics()])
    with pytest.raises(UnknownTopicError, match=topic):
        admin.describe_topic(topic)


def test_many_topics(admin, topic):
    """Each one that can be is made; the error has both kinds."""
    [broker] = admin.describe_cluster().brokers
    placed = NewTopic(f"{topic}-placed", assignments=[[broker.node_id]] * 2)
    created = admin.create_topics([NewTopic(topic), placed])
    assert created[placed.name].partition_count == 2
    with pytest.raises(ItemsFailedError, match=topic) as raised:
        admin.create_topics([NewTopic(topic), NewTopic(f"{topic}-new", 1)])
    assert raised.value.code is ErrorCode.TOPIC_ALREADY_EXISTS
    assert list(raised.value.failures) == [topic]
    assert list(raised.value.results) == [f"{topic}-new"]
    described(admin, topic, created[topic].partition_count)
    described(admin, placed.name, 2)
    names = [topic, placed.name]
    assert list(admin.describe_topics(names)) == names
    with pytest.raises(ItemsFailedError) as raised:
        admin.delete_topics([*names, "nobody-has-made-this"])
    assert list(raised.value.failures) == ["nobody-has-made-this"]
    with pytest.raises(TypeError, match="give a list"):
        admin.delete_topics(topic)


def test_records_and_offsets(admin, bootstrap, topic):
    """By place and by time; what is deleted is not there any more."""
    places = filled(admin, bootstrap, topic)
    assert admin.list_offsets(places)[topic, 0].offset == 10
    by_time = admin.list_offsets(places, at=1_700_000_000_004)
    assert by_time[topic, 0] == (4, 1_700_000_000_004)
    assert admin.delete_records({(topic, 0): 4}) == {(topic, 0): 4}
    assert admin.list_offsets(places, EARLIEST)[topic, 0].offset == 4
    with pytest.raises(ItemsFailedError, match=f"{topic}-0") as raised:
        admin.delete_records({(topic, 0): 99})
    assert raised.value.code is ErrorCode.OFFSET_OUT_OF_RANGE
    assert admin.delete_records({(topic, 0): -1}) == {(topic, 0): 10}
    with pytest.raises(UnknownPartitionError, match="no partition 1"):
        admin.list_offsets([(topic, 1)])
    with pytest.raises(UnknownTopicError):
        admin.list_offsets([("nobody-has-made-this", 0)])
    with pytest.raises(ConfigurationError, match="isolation_level='serializable'"):
        admin.list_offsets(places, isolation_level="serializable")


def test_configurations(admin, topic):
    """Of topics and brokers; what is not named stays, and None goes back."""
    admin.create_topic(topic, 1, configs={"retention.ms": "1000000"})
    described(admin, topic, 1)
    resource = ConfigResource.topic(topic)

    def values():
        entries = admin.describe_configs(resource, ["retention.ms", "cleanup.policy"])
        return {entry.key: (entry.value, entry.source) for entry in entries}

    soon(lambda: values().get("retention.ms", ("",))[0] == "1000000")
    admin.alter_configs(
        resource, [ConfigChange("cleanup.policy", ConfigOperation.APPEND, "compact")]
    )
    soon(lambda: "compact" in values()["cleanup.policy"][0])
    admin.alter_configs(resource, {"retention.ms": None, "cleanup.policy": "compact"})
    soon(lambda: values()["retention.ms"][1] is not ConfigSource.TOPIC)
    assert values()["cleanup.policy"] == ("compact", ConfigSource.TOPIC)
    with pytest.raises(ApiError, match=topic) as raised:
        admin.alter_configs(resource, {"retention.ms": "soon"}, validate_only=True)
    assert raised.value.code is ErrorCode.INVALID_CONFIG
    [broker] = admin.describe_cluster().brokers
    entries = admin.describe_configs(ConfigResource.broker(broker.node_id), with_documentation=True)
    assert {"log.dirs", "node.id"} <= {entry.key for entry in entries}


def test_the_cluster(admin, bootstrap, topic):
    """Who belongs to it, what it agreed on, where its files are, and how it is."""
    filled(admin, bootstrap, topic)
    cluster = admin.describe_cluster()
    [broker] = cluster.brokers
    assert str(broker.address) == bootstrap
    features = admin.describe_features()
    lowest, highest = features.supported["metadata.version"]
    assert lowest <= features.finalized["metadata.version"].highest <= highest
    assert features.epoch >= 0
    decider = admin.describe_decider()
    assert decider.controller_id == broker.node_id
    assert decider.metadata_offset > 0
    [directory] = admin.describe_log_dirs(broker.node_id, [(topic, 0)])
    assert directory.sizes[topic, 0] > 0
    assert admin.examine_health().offline == ()
    assert admin.list_reassignments() == []
    assert admin.elect_leaders() == []
    assert admin.elect_leaders([(topic, 0)]) == []
    with pytest.raises(ItemsFailedError, match="nobody-0") as raised:
        admin.elect_leaders([("nobody", 0)])
    assert raised.value.code is ErrorCode.UNKNOWN_TOPIC_OR_PARTITION
    with pytest.raises(ApiError) as raised:
        admin.describe_log_dirs(4711)
    assert raised.value.code is ErrorCode.BROKER_NOT_AVAILABLE
    with pytest.raises(ApiError):
        admin.unregister_broker(4711)


def test_features(admin):
    """A level can be set to what it is; one that no broker has, or a lower one, is refused."""
    levels = admin.describe_features()
    level = levels.finalized["metadata.version"].highest
    admin.update_features({"metadata.version": level}, validate_only=True)
    beyond = levels.supported["metadata.version"].highest + 1
    for wrong in ({"metadata.version": beyond}, {"no.such.feature": 1}):
        with pytest.raises(ApiError) as raised:
            admin.update_features(wrong)
        assert next(iter(wrong)) in str(raised.value)
    with pytest.raises(ApiError):
        admin.update_features({"group.version": 0})
    # Not the epoch, which Kafka lets grow with each record of the metadata log.
    assert admin.describe_features().finalized == levels.finalized
    admin.update_features({"group.version": 0}, UpgradeType.SAFE_DOWNGRADE)
    assert soon(lambda: "group.version" not in admin.describe_features().finalized)
    admin.update_features({"group.version": 1})
    soon(lambda: admin.describe_features().finalized == levels.finalized)


def test_what_has_a_configuration(admin, topic):
    """Topics and brokers, by kind and name."""
    admin.create_topic(topic, 1)
    described(admin, topic, 1)
    [broker] = admin.describe_cluster().brokers
    everything = soon(
        lambda: (
            (found := admin.list_config_resources())
            and ConfigResource.topic(topic) in found
            and found
        )
    )
    assert ConfigResource.broker(broker.node_id) in everything
    brokers = admin.list_config_resources([ResourceType.BROKER])
    assert ConfigResource.broker(broker.node_id) in brokers
    assert {each.resource_type for each in brokers} == {ResourceType.BROKER}


def test_replicas_move_between_log_directories(topic):
    """It is shown where they are; a directory that is not there is refused and harms nobody."""
    with Cluster(brokers=2, log_dirs_per_broker=2) as cluster, Admin(cluster.address(1)) as admin:
        admin.create_topic(topic, 2, replication_factor=2)
        described(admin, topic, 2)
        with Producer(cluster.bootstrap_servers) as producer:
            producer.send_many(topic, [b"x" * 1000] * 2000)

        def path_of(partition):
            [path] = [each.path for each in admin.describe_log_dirs(2) if partition in each.sizes]
            return path

        first = path_of((topic, 0))
        [other] = [each.path for each in admin.describe_log_dirs(2) if each.path != first]
        with pytest.raises(ItemsFailedError, match="/nowhere") as raised:
            admin.move_replicas(2, {(topic, 0): other, (topic, 1): "/nowhere"})
        assert list(raised.value.failures) == [(topic, 1)]
        soon(lambda: path_of((topic, 0)) == other)
        assert soon(lambda: not any(each.arriving for each in admin.describe_log_dirs(2)))
        with pytest.raises(ApiError):
            admin.move_replicas(4711, {(topic, 0): other})


def test_groups(admin, bootstrap, topic):
    """A static member joins, is seen and removed; offsets are moved; the group is deleted."""
    places = filled(admin, bootstrap, topic)
    group_id = f"group of {topic}"
    member = LibrdkafkaConsumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": group_id,
            "group.instance.id": "table-4",
            "auto.offset.reset": "earliest",
            "enable.auto.commit": False,
        }
    )
    member.subscribe([topic])
    message = soon(lambda: member.poll(1))
    member.commit(message, asynchronous=False)
    group = admin.describe_group(group_id)
    assert [each.instance_id for each in group.members] == ["table-4"]
    assert group.members[0].assignment == ((topic, 0),)
    assert group_id in [each.group_id for each in admin.list_groups(states=["Stable"])]
    assert admin.list_group_offsets(group_id)[topic, 0].offset == 1
    [lag] = admin.measure_lag([group_id])[group_id]
    assert (lag.name, lag.lag) == ((topic, 0), 9)
    with pytest.raises(ItemsFailedError) as raised:
        admin.delete_groups([group_id])
    assert raised.value.code is ErrorCode.NON_EMPTY_GROUP
    member.unsubscribe()
    with pytest.raises(ItemsFailedError, match="table-5") as raised:
        admin.remove_group_members(group_id, instance_ids=["table-4", "table-5"])
    assert raised.value.code is ErrorCode.UNKNOWN_MEMBER_ID
    assert list(raised.value.results) == ["table-4"]
    member.close()
    assert admin.describe_group(group_id).members == ()
    [planned] = admin.plan_offset_reset(group_id, places, ResetTarget(ResetKind.LATEST))
    assert (planned.before, planned.after) == (1, 10)
    admin.alter_group_offsets(group_id, {planned.name: planned.after})
    assert admin.list_group_offsets(group_id)[topic, 0].offset == 10
    admin.delete_group_offsets(group_id, places)
    assert admin.list_group_offsets(group_id) == {}
    admin.delete_groups([group_id])
    with pytest.raises(ApiError, match="does not exist"):
        admin.describe_group(group_id)
    with pytest.raises(ItemsFailedError, match="does not exist"):
        admin.measure_lag([group_id])


def test_transactions(admin, bootstrap, topic):
    """An open one is seen by its coordinator and its partition, and aborted."""
    places = filled(admin, bootstrap, topic, count=0)
    name = f"transactions of {topic}"
    producer = LibrdkafkaProducer({"bootstrap.servers": bootstrap, "transactional.id": name})
    producer.init_transactions()
    producer.begin_transaction()
    producer.produce(topic, b"x", partition=0)
    producer.flush()
    listed = soon(
        lambda: [
            t for t in admin.list_transactions(states=["Ongoing"]) if t.transactional_id == name
        ]
    )
    transaction = admin.describe_transactions([name])[name]
    assert transaction.partitions == ((topic, 0),)
    [active] = admin.describe_producers(places)[topic, 0]
    assert active.producer_id == transaction.producer_id == listed[0].producer_id
    assert active.transaction_start_offset == 0
    assert admin.find_hanging_transactions(places) == []
    admin.abort_transaction(name)
    soon(lambda: not admin.describe_transactions([name])[name].is_open)
    assert admin.describe_producers(places)[topic, 0][0].transaction_start_offset is None
    with pytest.raises(ApiError, match="no transaction to abort") as raised:
        admin.abort_transaction(name)
    assert raised.value.code is ErrorCode.INVALID_TXN_STATE
    with pytest.raises(ItemsFailedError, match="does not exist"):
        admin.describe_transactions(["nobody"])
    with pytest.raises(ApiError, match="does not exist"):
        admin.abort_transaction("nobody")


def test_a_hanging_transaction():
    """A transaction that no coordinator knows is found and ended, and its readers go on."""
    batch = build_batch(
        [Record(0, time.time_ns() // 1_000_000 - 3_600_000, None, b"lost")],
        producer_id=4242,
        producer_epoch=3,
        base_sequence=0,
        transactional=True,
        leader_epoch=0,
    )
    with Broker() as broker:
        with Admin(broker.bootstrap_servers) as admin:
            admin.create_topic("t", partitions=1)
        broker.kill()
        log = pathlib.Path(broker._folder.name) / "t-0" / f"{0:020d}.log"
        log.write_bytes(batch)
        broker.restart()
        with Admin(broker.bootstrap_servers) as admin:

            def last_stable():
                return admin.list_offsets([("t", 0)], isolation_level="read_committed")["t", 0][0]

            assert last_stable() == 0
            assert admin.find_hanging_transactions(older_than_ms=7_200_000) == []
            [hanging] = admin.find_hanging_transactions()
            assert (hanging.name, hanging.producer_id) == (("t", 0), 4242)
            admin.abort_hanging_transaction(hanging)
            assert last_stable() == 2  # behind the record and its marker
            assert admin.find_hanging_transactions() == []


def leader(admin):
    """Return who leads the first partition."""
    return admin.describe_topic("t").partitions[0].leader


def rate(admin, broker_id):
    """Return what a broker may copy, None without a limit."""
    resource = ConfigResource.broker(broker_id)
    key = "follower.replication.throttled.rate"
    [entry] = admin.describe_configs(resource, [key])
    return None if entry.is_default else entry.value


def throttled(admin):
    """Return the settings of a topic that name replicas with a limit."""
    entries = admin.describe_configs(ConfigResource.topic("t"))
    return {e.key: e.value for e in entries if "throttled" in e.key and not e.is_default}


def test_moves_and_elections():
    """Partitions go to other brokers and come back under their preferred leader."""
    with Cluster(brokers=3) as cluster, Admin(cluster.bootstrap_servers) as admin:
        admin.create_topics([NewTopic("t", assignments=[[1, 2], [2, 3]])])
        described(admin, "t", 2)

        def replicas():
            return [each.replicas for each in admin.describe_topic("t").partitions]

        admin.throttle_reassignments({("t", 0): [3, 2]}, 1_000_000)
        assert rate(admin, 2) == "1000000"
        admin.reassign({("t", 0): [3, 2]})
        soon(lambda: replicas()[0] == (3, 2) and not admin.list_reassignments())
        admin.lift_throttle(["t"])
        assert rate(admin, 1) is rate(admin, 2) is rate(admin, 3) is None
        assert throttled(admin) == {}
        with pytest.raises(ItemsFailedError, match="t-1") as raised:
            admin.cancel_reassignments([("t", 1)])
        assert raised.value.code is ErrorCode.NO_REASSIGNMENT_IN_PROGRESS
        with pytest.raises(ItemsFailedError) as raised:
            admin.reassign({("t", 0): [3, 1], ("t", 1): [9]})
        assert list(raised.value.failures) == [("t", 1)]
        assert list(raised.value.results) == [("t", 0)]
        soon(lambda: replicas()[0] == (3, 1) and not admin.list_reassignments())
        cluster.stop(3)
        soon(lambda: admin.describe_topic("t").partitions[0].leader == 1)
        cluster.restart(3)
        soon(lambda: 3 in admin.describe_topic("t").partitions[0].isr)
        soon(lambda: ("t", 0) in admin.elect_leaders() or leader(admin) == 3)
        soon(lambda: leader(admin) == 3)
        assert admin.elect_leaders([("t", 0)], ElectionType.UNCLEAN) == []


def test_asyncio(own_broker, topic):
    """Many questions at once over one client; it belongs to one loop."""

    async def scenario():
        async with aio.Admin(own_broker.bootstrap_servers, client_id="a") as admin:
            assert admin.options.client_id == "a"
            names = [f"{topic}-{number}" for number in range(10)]
            await asyncio.gather(*(admin.create_topic(name) for name in names))
            described = await admin.describe_topics(names)
            assert all(each.is_led for each in described.values())
            await admin.start()  # changes nothing
            with pytest.raises(WrongLoopError, match="one per loop"):
                await asyncio.to_thread(asyncio.run, admin.list_topics())
        with pytest.raises(ClientClosedError, match="make a new one"):
            await admin.list_topics()
        with pytest.raises(ClientClosedError, match="make a new one"):
            await admin.start()
        await admin.close()
        with pytest.raises(ClientClosedError, match="not started"):
            await aio.Admin(own_broker.bootstrap_servers).list_topics()

    asyncio.run(scenario())


def test_any_thread(own_broker, topic):
    """The blocking client may be shared."""
    with Admin(own_broker.bootstrap_servers) as admin:
        names = [f"{topic}-{number}" for number in range(8)]
        threads = [threading.Thread(target=admin.create_topic, args=(name,)) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert set(names) <= {each.name for each in admin.list_topics()}


def test_closing(own_broker):
    """Whoever waits is told, and nobody waits for ever."""
    threads = set(threading.enumerate())
    admin = Admin(own_broker.bootstrap_servers)
    outcome = []

    def ask():
        try:
            admin._run(asyncio.sleep(60))
        except ClientClosedError as error:
            outcome.append(str(error))

    waiting = threading.Thread(target=ask)
    waiting.start()
    soon(lambda: len(asyncio.all_tasks(admin._thread.loop)) > 0)
    admin.close()
    admin.close()
    waiting.join(10)
    assert outcome == ["the admin client was closed while the call was under way"]
    with pytest.raises(ClientClosedError, match="make a new one"):
        admin.list_topics()
    with pytest.raises(BrokerUnreachableError, match="refused"):
        Admin("127.0.0.1:1")
    assert set(threading.enumerate()) == threads
