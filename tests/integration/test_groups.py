# SPDX-License-Identifier: Apache-2.0
"""Consumer groups of real clients: every record goes to one member, and offsets are kept.

confluent-kafka with both group protocols, aiokafka, kafka-python, kcat and Kafka's own tools.
"""

from __future__ import annotations

import re
import subprocess
import time
from collections import Counter
from itertools import count

import pytest
from tests.integration.foreign_clients import (
    FOREIGN_WARNINGS,
    JAVA_OPTIONS,
    read_internal_topic,
)
from tests.integration.group_members import MEMBERS, Member, Membership, stop_all, wait_until
from tools.kafka.java_tool import run_tool

pytestmark = [*FOREIGN_WARNINGS, pytest.mark.timeout(120)]

PARTITIONS = 6
TIMEOUT_S = 20
SETTINGS = (
    *("--set", "group.initial.rebalance.delay.ms=0"),
    *("--set", "auto.create.topics.enable=false"),  # by members that ask for a deleted one
    # The broker tells members of the new protocol how often to ask; a test has less time.
    *("--set", "group.consumer.min.heartbeat.interval.ms=200"),
    *("--set", "group.consumer.heartbeat.interval.ms=200"),
)

WAYS = [
    ("confluent", "classic", "range"),
    ("confluent", "classic", "roundrobin"),
    ("confluent", "classic", "cooperative-sticky"),
    ("confluent", "consumer", "uniform"),
    ("confluent", "consumer", "range"),
    ("aiokafka", "classic", "roundrobin"),
    ("aiokafka", "classic", "sticky"),
    ("kafka-python", "classic", "range"),
    ("kafka-python", "classic", "cooperative-sticky"),
    ("ottla", "classic", "range"),
    ("ottla", "classic", "roundrobin"),
    ("ottla", "classic", "sticky"),
    ("ottla", "classic", "cooperative-sticky"),
    ("ottla", "consumer", "uniform"),
]
STATIC_WAYS = [
    ("confluent", "classic", "range"),
    ("confluent", "consumer", "uniform"),
    ("aiokafka", "classic", "roundrobin"),
    ("kafka-python", "classic", "range"),
    ("ottla", "classic", "cooperative-sticky"),
    ("ottla", "consumer", "uniform"),
]
CHANGING_WAYS = [
    ("confluent", "classic", "cooperative-sticky"),
    ("confluent", "consumer", "uniform"),
    ("aiokafka", "classic", "roundrobin"),
    ("kafka-python", "classic", "range"),
    ("ottla", "classic", "sticky"),
    ("ottla", "classic", "cooperative-sticky"),
    ("ottla", "consumer", "uniform"),
]
LIBRARIES = tuple(MEMBERS)


@pytest.fixture(scope="module")
def shared(start_shared_broker):
    """Return a broker for all tests that do not harm it."""
    return start_shared_broker(*SETTINGS)


@pytest.fixture(autouse=True)
def _no_member_is_left_behind():
    yield
    stop_all()


class Topic:
    """A topic that remembers how much was written to it."""

    _numbers = count()

    def __init__(self, bootstrap, partitions=PARTITIONS, name="topic") -> None:
        from confluent_kafka.admin import AdminClient, NewTopic

        self._bootstrap = bootstrap
        self.name = f"{name}-{next(self._numbers)}"
        self.written = [0] * partitions
        self.admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
        new = NewTopic(self.name, partitions, 1)
        self.admin.create_topics([new])[self.name].result(TIMEOUT_S)
        self._producer = self._new_producer()

    def write(self, number):
        """Write that many records to each partition."""
        for _ in range(number):
            for partition in range(len(self.written)):
                self._producer.produce(self.name, value=b"x" * 20, partition=partition)
        assert self._producer.flush(TIMEOUT_S) == 0
        self.written = [so_far + number for so_far in self.written]

    def add_partitions(self, total):
        """Grow."""
        from confluent_kafka.admin import NewPartitions

        new = NewPartitions(self.name, total)
        self.admin.create_partitions([new])[self.name].result(TIMEOUT_S)
        self.written += [0] * (total - len(self.written))
        self._producer = self._new_producer()  # it does not know the old number

    def _new_producer(self):
        from confluent_kafka import Producer

        return Producer({"bootstrap.servers": self._bootstrap, "log_level": 0})

    def delete(self):
        """Remove the topic."""
        self.admin.delete_topics([self.name])[self.name].result(TIMEOUT_S)

    def places(self):
        """Name every partition."""
        return {(self.name, partition) for partition in range(len(self.written))}


def seen_by(members):
    """Count how often each record was seen."""
    return Counter(place for member in members for place in member.seen)


def wait_for_records(topic, members):
    """Wait until as many records were seen as were written, and check that it is each once."""
    total = sum(topic.written)
    wait_until("every record", lambda: sum(len(one.seen) for one in members) >= total, members)
    assert seen_by(members) == Counter(
        {
            (topic.name, partition, offset): 1
            for partition, written in enumerate(topic.written)
            for offset in range(written)
        }
    )


def wait_for_owners(places, members):
    """Wait until these members own these partitions, each of them one at least, none twice."""

    def shared_out():
        owned = [place for member in members for place in member.owned]
        return len(owned) == len(places) and set(owned) == places

    wait_until(
        "the partitions are shared out",
        lambda: shared_out() and all(member.owned for member in members),
        members,
    )


def retried(call):
    """Call until the coordinator is found; librdkafka leaves that to the application here."""
    from confluent_kafka import KafkaError, KafkaException

    passing = (KafkaError.NOT_COORDINATOR, KafkaError.COORDINATOR_LOAD_IN_PROGRESS)
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        try:
            return call()
        except KafkaException as failure:
            if failure.args[0].code() not in passing or time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def committed(bootstrap, group, places):
    """Read a group's offsets with confluent-kafka, by topic and partition."""
    from confluent_kafka import Consumer, TopicPartition

    consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "log_level": 0})
    asked = [TopicPartition(*place) for place in sorted(places)]
    answered = retried(lambda: consumer.committed(asked, TIMEOUT_S))
    consumer.close()
    return {(one.topic, one.partition): one.offset for one in answered if one.offset >= 0}


def committed_with_metadata(bootstrap, group, places):
    """Read a group's offsets and their metadata with kafka-python, by topic and partition.

    A zero byte is at the end of what confluent-kafka commits; it needs one to read metadata, too.
    """
    from kafka import KafkaConsumer, TopicPartition

    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=group)
    answered = {
        place: consumer.committed(TopicPartition(*place), metadata=True) for place in sorted(places)
    }
    consumer.close()
    return {
        place: (one.offset, one.metadata.rstrip("\0")) for place, one in answered.items() if one
    }


@pytest.mark.parametrize(("library", "protocol", "assignor"), WAYS, ids=map("-".join, WAYS))
def test_members_come_and_go(shared, library, protocol, assignor):
    """Two members join, two more come, two leave: each record is seen once, offsets are at the end.

    Records are written all the time, so that every rebalance happens in the middle of reading.
    """
    topic = Topic(shared.bootstrap)
    group = f"come-and-go-{topic.name}"
    membership = Membership(shared.bootstrap, group, (topic.name,), assignor, protocol)
    members: list[Member] = []

    def join():
        members.append(MEMBERS[library](membership).start())

    topic.write(50)
    join()
    join()
    wait_for_owners(topic.places(), members)
    topic.write(100)
    join()
    topic.write(100)
    join()
    wait_for_owners(topic.places(), members)
    topic.write(100)
    members[0].stop()
    topic.write(50)
    members[2].stop()
    wait_for_owners(topic.places(), [members[1], members[3]])
    topic.write(20)
    wait_for_records(topic, members)
    members[1].stop()
    members[3].stop()
    assert committed(shared.bootstrap, group, topic.places()) == {
        (topic.name, partition): written for partition, written in enumerate(topic.written)
    }


def test_three_libraries_in_one_group(shared):
    """Members of different libraries that know the same assignor share a topic."""
    topic = Topic(shared.bootstrap)
    membership = Membership(shared.bootstrap, f"mixed-{topic.name}", (topic.name,), "roundrobin")
    topic.write(50)
    members = [MEMBERS[library](membership).start() for library in LIBRARIES]
    wait_for_owners(topic.places(), members)
    topic.write(50)
    wait_for_records(topic, members)
    for member in members:
        member.stop()


def test_migration_to_the_new_protocol_and_back(shared):
    """Members are replaced one by one by those of the other protocol, while the group reads on."""
    topic = Topic(shared.bootstrap)
    group = f"migrating-{topic.name}"
    old = Membership(shared.bootstrap, group, (topic.name,), "range", "classic")
    new = Membership(shared.bootstrap, group, (topic.name,), "uniform", "consumer")
    topic.write(50)
    members = [MEMBERS["confluent"](old).start() for _ in range(2)]
    alive = list(members)
    wait_for_owners(topic.places(), alive)
    for membership in (new, new, old, old):
        joined = MEMBERS["confluent"](membership).start()
        members.append(joined)
        alive.append(joined)
        topic.write(20)
        wait_for_owners(topic.places(), alive)
        topic.write(20)
        alive.pop(0).stop()
        wait_for_owners(topic.places(), alive)
    topic.write(20)
    wait_for_records(topic, members)
    for member in alive:
        member.stop()


@pytest.mark.parametrize(
    ("library", "protocol", "assignor"),
    STATIC_WAYS,
    ids=map("-".join, STATIC_WAYS),
)
def test_a_static_member_restarts_unnoticed(shared, library, protocol, assignor):
    """A static member that comes back within its session gets its partitions; nobody else moves."""
    topic = Topic(shared.bootstrap)
    group = f"static-{topic.name}"
    memberships = [
        Membership(shared.bootstrap, group, (topic.name,), assignor, protocol, f"instance-{index}")
        for index in range(2)
    ]
    topic.write(20)
    members = [MEMBERS[library](membership).start() for membership in memberships]
    stays, leaves = members
    wait_for_owners(topic.places(), members)
    had, told = set(leaves.owned), stays.assignments
    leaves.stop()
    topic.write(20)
    back = MEMBERS[library](memberships[1]).start()
    members.append(back)
    wait_until("the partitions are back", lambda: back.owned == had, members)
    wait_for_records(topic, members)
    assert stays.assignments == told
    stays.stop()
    back.stop()


def test_a_dead_member_is_replaced(shared):
    """A member that is killed loses its partitions when its session ends; nothing is left out."""
    topic = Topic(shared.bootstrap)
    group = f"dead-{topic.name}"
    topic.write(5)
    options = ("session.timeout.ms=6000", "heartbeat.interval.ms=300", "auto.offset.reset=earliest")
    dead = subprocess.Popen(
        [
            *("kcat", "-b", shared.bootstrap, "-q", "-u"),
            *(part for text in options for part in ("-X", text)),
            *("-G", group, topic.name),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        dead.stdout.read(21)  # it has joined and reads
        member = MEMBERS["confluent"](Membership(shared.bootstrap, group, (topic.name,))).start()
        wait_until("its share", lambda: 0 < len(member.owned) < PARTITIONS, [member])
    finally:
        dead.kill()
        dead.wait()
        dead.stdout.close()
    wait_for_owners(topic.places(), [member])
    topic.write(10)
    new = {(*place, offset) for place in topic.places() for offset in range(5, 15)}
    wait_until("every new record", lambda: new <= set(member.seen), [member])
    assert set(seen_by([member]).values()) == {1}
    member.stop()


@pytest.mark.parametrize(
    ("library", "protocol", "assignor"),
    CHANGING_WAYS,
    ids=map("-".join, CHANGING_WAYS),
)
def test_partitions_are_added_and_a_topic_is_deleted(shared, library, protocol, assignor):
    """New partitions are handed out and read; those of a deleted topic are taken back."""
    stays, goes = Topic(shared.bootstrap, 2), Topic(shared.bootstrap, 2)
    group = f"changing-{stays.name}"
    topics = (stays.name, goes.name)
    membership = Membership(shared.bootstrap, group, topics, assignor, protocol)
    stays.write(10)
    members = [MEMBERS[library](membership).start() for _ in range(2)]
    wait_for_owners(stays.places() | goes.places(), members)
    stays.add_partitions(5)
    wait_for_owners(stays.places() | goes.places(), members)
    stays.write(10)
    goes.delete()
    wait_for_owners(stays.places(), members)
    stays.write(10)
    wait_for_records(stays, members)
    for member in members:
        member.stop()


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_a_regular_expression(shared, protocol):
    """A pattern takes in topics that are made later, and only those that it matches."""
    word = f"pattern{protocol}"
    first, other = Topic(shared.bootstrap, 2, f"{word}-a"), Topic(shared.bootstrap, 2, "elsewhere")
    assignor = "range"
    membership = Membership(
        shared.bootstrap, f"{word}-{first.name}", (f"^{word}-[ab]-.*",), assignor, protocol
    )
    member = MEMBERS["confluent"](membership).start()
    wait_for_owners(first.places(), [member])
    second = Topic(shared.bootstrap, 3, f"{word}-b")
    Topic(shared.bootstrap, 3, f"{word}-c")
    other.write(1)
    wait_for_owners(first.places() | second.places(), [member])
    second.write(10)
    wait_for_records(second, [member])
    member.stop()


def write_commits(bootstrap, group, offsets, library):
    """Commit as a program does that assigns partitions itself; metadata names the library."""
    if library == "confluent":
        from confluent_kafka import Consumer, TopicPartition

        consumer = Consumer({"bootstrap.servers": bootstrap, "group.id": group, "log_level": 0})
        asked = [
            TopicPartition(*place, offset, metadata=library) for place, offset in offsets.items()
        ]
        retried(lambda: consumer.commit(offsets=asked, asynchronous=False))
        consumer.close()
    elif library == "aiokafka":
        import asyncio

        from aiokafka import AIOKafkaConsumer, TopicPartition

        async def commit():
            consumer = AIOKafkaConsumer(
                bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False
            )
            await consumer.start()
            asked = {TopicPartition(*place): (at, library) for place, at in offsets.items()}
            consumer.assign(list(asked))
            await consumer.commit(asked)
            await consumer.stop()

        asyncio.run(commit())
    else:
        from kafka.structs import OffsetAndMetadata

        from kafka import KafkaConsumer, TopicPartition

        consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=group)
        asked = {
            TopicPartition(*place): OffsetAndMetadata(offset, library, -1)
            for place, offset in offsets.items()
        }
        consumer.assign(list(asked))
        consumer.commit(asked)
        consumer.close()


def test_offsets_are_anybodys_and_survive_a_kill(start_broker):
    """What one library commits another reads, before and after kill -9 of the broker."""
    broker = start_broker(*SETTINGS)
    topic = Topic(broker.bootstrap, 3)
    topic.write(30)
    expected = {}
    for number, library in enumerate(LIBRARIES, 1):
        offsets = {place: place[1] + number * 5 for place in topic.places()}
        write_commits(broker.bootstrap, f"by-{library}", offsets, library)
        expected[f"by-{library}"] = {place: (at, library) for place, at in offsets.items()}
    for kill in (False, True):
        if kill:
            broker.kill_and_restart()
        for group, offsets in expected.items():
            seen = committed_with_metadata(broker.bootstrap, group, topic.places())
            assert seen == offsets
            seen = committed(broker.bootstrap, group, topic.places())
            assert seen == {place: offset for place, (offset, _) in offsets.items()}


def test_a_group_lives_through_a_kill(start_broker):
    """Members go on after kill -9 of the broker, and each record is still seen by one of them."""
    broker = start_broker(*SETTINGS)
    topic = Topic(broker.bootstrap)
    members = []
    for protocol, assignor in (("classic", "cooperative-sticky"), ("consumer", "uniform")):
        membership = Membership(
            broker.bootstrap, f"living-{protocol}", (topic.name,), assignor, protocol
        )
        members.append([MEMBERS["confluent"](membership).start() for _ in range(2)])
    topic.write(50)
    for pair in members:
        wait_for_owners(topic.places(), pair)
        wait_for_records(topic, pair)
    broker.kill_and_restart()
    topic.write(50)
    for pair in members:
        wait_for_records(topic, pair)
        for member in pair:
            member.stop()
    assert "Traceback" not in "".join(broker.output)


# Kafka's own tools


def group_tool(broker, *arguments: str, check=True):
    """Run kafka-consumer-groups and return its table as rows of words."""
    finished = run_tool(
        "ConsumerGroupCommand",
        *("--bootstrap-server", broker.bootstrap, *arguments),
        java_options=JAVA_OPTIONS,
        check=check,
    )
    return [line.split() for line in finished.stdout.splitlines() if line.strip()]


@pytest.mark.parametrize("protocol", ["classic", "consumer"])
def test_java_consumers_share_a_group_with_librdkafka(shared, protocol):
    """kafka-console-consumer and confluent-kafka share a topic; the Java tool shows both."""
    topic = Topic(shared.bootstrap)
    group = f"java-{protocol}-{topic.name}"
    topic.write(20)
    member = MEMBERS["confluent"](
        Membership(shared.bootstrap, group, (topic.name,), "range", protocol)
    ).start()
    wait_for_owners(topic.places(), [member])
    wait_for_records(topic, [member])
    with subprocess.Popen(
        console_consumer(shared, topic.name, group, protocol),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as java:
        try:
            wait_until("Java's share", lambda: len(member.owned) == PARTITIONS // 2, [member])
            described = group_tool(shared, "--describe", "--group", group, "--members")
            topic.write(10)
            output = java.communicate(timeout=TIMEOUT_S)[0]
        finally:
            java.kill()
    owners = {row[3]: int(row[-1]) for row in described if row[0] == group}  # by client id
    assert owners == {"rdkafka": 3, "console-consumer": 3}
    assert len(output.splitlines()) == 30  # the new records of its three partitions
    wait_for_owners(topic.places(), [member])
    wait_until("the rest", lambda: len(member.seen) == sum(topic.written) - 30, [member])
    member.stop()
    ends = committed(shared.bootstrap, group, topic.places())
    assert set(ends.values()) == {30}


def console_consumer(broker, topic, group, protocol):
    """Build the command of a Java consumer that ends when it has read 30 records."""
    from tools.kafka.java_tool import command

    properties = (f"group.protocol={protocol}", "auto.offset.reset=earliest")
    options = [part for text in properties for part in ("--command-property", text)]
    return command(
        "ConsoleConsumer",
        [
            *("--bootstrap-server", broker.bootstrap, "--topic", topic, "--group", group),
            *("--max-messages", "30", "--timeout-ms", "30000", *options),
        ],
        java_options=JAVA_OPTIONS,
    )


def test_the_java_tool_for_groups(shared):
    """kafka-consumer-groups lists, describes, resets, deletes offsets and groups."""
    topic = Topic(shared.bootstrap, 2)
    topic.write(30)
    group = f"tool-{topic.name}"
    write_commits(shared.bootstrap, group, dict.fromkeys(topic.places(), 10), "confluent")
    assert [group] in group_tool(shared, "--list")
    described = group_tool(shared, "--describe", "--group", group, "--offsets")
    assert [row[1:6] for row in described if row[0] == group] == [
        [topic.name, str(partition), "10", "30", "20"] for partition in range(2)
    ]
    state = group_tool(shared, "--describe", "--group", group, "--state")
    assert any(row[0] == group and "Empty" in row and row[-1] == "0" for row in state)
    reset = ("--reset-offsets", "--group", group, "--topic", topic.name, "--shift-by", "5")
    group_tool(shared, *reset, "--execute")
    assert set(committed(shared.bootstrap, group, topic.places()).values()) == {15}
    group_tool(shared, "--delete-offsets", "--group", group, "--topic", f"{topic.name}")
    assert committed(shared.bootstrap, group, topic.places()) == {}
    write_commits(shared.bootstrap, group, {(topic.name, 0): 1}, "confluent")
    group_tool(shared, "--delete", "--group", group)
    assert committed(shared.bootstrap, group, topic.places()) == {}
    refused = group_tool(shared, "--describe", "--group", group, check=False)
    assert "GroupIdNotFoundException" in str(refused) or "does not exist" in " ".join(
        word for row in refused for word in row
    )


def test_java_formatters_read_the_groups_topic(shared):
    """Kafka's formatters read what `__consumer_offsets` holds: commits and group metadata."""
    topic = Topic(shared.bootstrap, 2)
    group = f"formatted-{topic.name}"
    for protocol in ("classic", "consumer"):
        name = f"{group}-{protocol}"
        membership = Membership(shared.bootstrap, name, (topic.name,), "range", protocol)
        member = MEMBERS["confluent"](membership).start()
        topic.write(5)
        wait_until("all", lambda: len(member.seen) == sum(topic.written), [member])  # noqa: B023
        member.stop()
    commits = read_internal_topic(
        shared.bootstrap,
        "__consumer_offsets",
        "OffsetsMessageFormatter",
        lambda text: group in text,
    )
    found = re.findall(
        rf'"group":"{group}-(\w+)","topic":"{topic.name}","partition":(\d)}}}},'
        r'"value":{"version":\d,"data":{"offset":(\d+)',
        commits,
    )
    assert {("classic", "0", "5"), ("consumer", "1", "10")} <= set(found)
    groups = read_internal_topic(
        shared.bootstrap,
        "__consumer_offsets",
        "GroupMetadataMessageFormatter",
        lambda text: group in text,
    )
    assert f'"group":"{group}-classic"' in groups
    assert '"protocolType":"consumer"' in groups
