# SPDX-License-Identifier: Apache-2.0
"""`ottla groups` on groups that real clients make, on Ottla and on Apache Kafka."""

from __future__ import annotations

import asyncio
import json
import re
import time
from functools import partial

import pytest
from tests.integration.foreign_clients import (
    FOREIGN_WARNINGS,
    confluent_consumer,
    confluent_producer,
)
from tests.integration.group_member import GroupMember
from tests.integration.ottla_command import run_ottla

pytestmark = FOREIGN_WARNINGS

TIMEOUT_S = 60


@pytest.fixture
def ottla(any_bootstrap):
    """Return a function that runs one command to its end."""
    return partial(run_ottla, any_bootstrap)


@pytest.fixture
def ask(ottla):
    """Return a function that runs one command with --json and returns the document."""

    def run(*arguments: str):
        return json.loads(ottla(*arguments, "--json"))

    return run


@pytest.fixture
def topic(any_bootstrap, ottla, request):
    """Make a topic of three partitions with 30 records each, named after the test."""
    name = re.sub(r"\W|_", "-", request.node.name)
    ottla("topics", "create", name, "--partitions", "3")
    producer = confluent_producer(any_bootstrap)
    for number in range(90):
        producer.produce(name, b"%d" % (number // 3), partition=number % 3)
    assert producer.flush(TIMEOUT_S) == 0
    return name


@pytest.fixture
def member(any_bootstrap):
    """Return a function that makes a member of a group."""
    return partial(GroupMember, any_bootstrap)


def commit(bootstrap, group, offsets):
    """Commit offsets without being a member: {(topic, partition): offset}."""
    from confluent_kafka import KafkaError, KafkaException, TopicPartition

    consumer = confluent_consumer(bootstrap, group_id=group)
    named = [TopicPartition(*name, offset) for name, offset in offsets.items()]

    def is_committed():
        try:
            consumer.commit(offsets=named, asynchronous=False)
        except KafkaException as error:  # the client does not wait for a coordinator to load
            if error.args[0].code() != KafkaError.NOT_COORDINATOR:
                raise
            return False
        return True

    eventually(is_committed)
    consumer.close()


def committed(bootstrap, group, topic):
    """Return the committed offsets of three partitions as a client sees them."""
    from confluent_kafka import TopicPartition

    consumer = confluent_consumer(bootstrap, group_id=group)
    names = [TopicPartition(topic, partition) for partition in range(3)]
    offsets = [entry.offset for entry in consumer.committed(names, timeout=TIMEOUT_S)]
    consumer.close()
    return offsets


def eventually(claim):
    """Wait until a claim holds; groups settle by themselves."""
    deadline = time.monotonic() + TIMEOUT_S
    while not claim():
        assert time.monotonic() < deadline, claim
        time.sleep(0.1)


def test_life_of_a_classic_group(ottla, ask, topic, member):
    """A group is listed, described, measured, moved when it is empty, and deleted."""
    settings = {"client_id": "reader", "partition_assignment_strategy": "roundrobin"}
    with member("life", [topic], consume=40, **settings):
        [listed] = [g for g in ask("groups", "list", "--state", "stable") if g["group"] == "life"]
        assert (listed["type"], listed["protocol_type"]) == ("classic", "consumer")
        assert "life" not in ottla("groups", "list", "--type", "consumer")
        [group] = ask("groups", "describe", "life")
        assert (group["state"], group["type"], group["assignor"]) == (
            "Stable",
            "classic",
            "roundrobin",
        )
        [only] = group["members"]
        assert (only["client_id"], only["host"]) == ("reader", "127.0.0.1")
        assert only["subscribed_topics"] == [topic]
        assert [name["partition"] for name in only["assignment"]] == [0, 1, 2]
        known = [partition for partition in group["partitions"] if partition["lag"] is not None]
        assert sum(30 - partition["committed_offset"] for partition in known) == group["lag"]
        assert {partition["member_id"] for partition in group["partitions"]} == {only["member_id"]}
        assert "reader" in ottla("groups", "members", "life")
        error = ottla("groups", "reset-offsets", "life", "--topic", topic, "--to-latest", code=1)
        assert "'life' is in use (it is Stable with 1 member)" in error
        assert "NON_EMPTY_GROUP" in ottla("groups", "delete", "life", code=1)
    [group] = ask("groups", "describe", "life")
    assert (group["state"], group["members"]) == ("Empty", [])
    ottla("groups", "reset-offsets", "life", "--all-topics", "--to-latest", "--execute")
    assert ask("groups", "lag", "life")[0]["lag"] == 0
    assert ottla("groups", "delete", "life") == "Deleted group life\n"
    assert "GROUP_ID_NOT_FOUND" in ottla("groups", "describe", "life", code=1)


def test_consumer_protocol(ottla, ask, topic, member):
    """Groups of KIP-848 show epochs, and of each member what it has and shall have."""
    with member("modern", [topic], group_protocol="consumer", client_id="one"):
        [group] = ask("groups", "describe", "modern")
        assert (group["type"], group["assignor"]) == ("consumer", "uniform")
        first_epoch = group["epoch"]
        with member("modern", [topic], group_protocol="consumer", client_id="two"):
            eventually(lambda: ask("groups", "describe", "modern")[0]["state"] == "Stable")
            [group] = ask("groups", "members", "modern")
            assert group["epoch"] == group["assignment_epoch"] > first_epoch
            assert {entry["epoch"] for entry in group["members"]} == {group["epoch"]}
            for entry in group["members"]:
                assert entry["assignment"] == entry["target_assignment"]
            assigned = [name for entry in group["members"] for name in entry["assignment"]]
            assert sorted(name["partition"] for name in assigned) == [0, 1, 2]
            assert "modern" in ottla("groups", "list", "--type", "consumer", "--state", "stable")
            text = ottla(
                "groups", "reset-offsets", "modern", "--topic", topic, "--to-latest", code=1
            )
            assert "with 2 members" in text
    eventually(lambda: ask("groups", "describe", "modern")[0]["state"] == "Empty")
    ottla("groups", "reset-offsets", "modern", "--topic", topic, "--to-offset", "7", "--execute")
    assert ask("groups", "lag", "modern")[0]["lag"] == 69
    assert ottla("groups", "delete", "modern") == "Deleted group modern\n"


def test_static_members(ask, topic, member):
    """A static member shows its name."""
    with member("static", [topic], group_instance_id="shelf-1", session_timeout_ms=6000):
        [group] = ask("groups", "members", "static")
        assert [entry["instance_id"] for entry in group["members"]] == ["shelf-1"]


@pytest.mark.parametrize("client", ["aiokafka", "kafka-python"])
def test_groups_of_other_clients(any_bootstrap, ask, topic, client):
    """What Python's other clients tell each other is read as well."""
    group_id = f"group-of-{client}"
    if client == "aiokafka":
        described = asyncio.run(_described_under_aiokafka(any_bootstrap, topic, group_id, ask))
    else:
        from kafka import KafkaConsumer

        consumer = KafkaConsumer(
            topic,
            bootstrap_servers=any_bootstrap,
            group_id=group_id,
            client_id=client,
            auto_offset_reset="earliest",
        )
        deadline = time.monotonic() + TIMEOUT_S
        while not consumer.assignment():
            assert time.monotonic() < deadline
            consumer.poll(100)
        described = ask("groups", "describe", group_id)
        consumer.close()
    [group] = described
    [member] = group["members"]
    assert member["client_id"].startswith(client)
    assert [name["partition"] for name in member["assignment"]] == [0, 1, 2]


async def _described_under_aiokafka(bootstrap, topic, group_id, ask):
    from aiokafka import AIOKafkaConsumer

    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=bootstrap, group_id=group_id, client_id="aiokafka"
    )
    await consumer.start()
    try:
        return await asyncio.to_thread(ask, "groups", "describe", group_id)
    finally:
        await consumer.stop()


def test_simple_consumers(any_bootstrap, ottla, ask, topic):
    """Who commits without joining makes a group without members or protocol."""
    commit(any_bootstrap, "simple", {(topic, 0): 10, (topic, 2): 30})
    [group] = ask("groups", "describe", "simple")
    assert (group["state"], group["protocol_type"], group["members"]) == ("Empty", "", [])
    assert [partition["lag"] for partition in group["partitions"]] == [20, 0]
    text = ottla("groups", "lag", "simple")
    assert "20 in 1 of 2 partitions" in text
    assert "simple" in ottla("groups", "lag")


def test_reset_to_each_target(any_bootstrap, ottla, ask, topic):
    """Every target is shown first, then reached; the edges of the log are not crossed."""

    def reset(*options: str):
        shown = ask("groups", "reset-offsets", "targets", "--topic", topic, *options)
        before = committed(any_bootstrap, "targets", topic)
        assert [p["offset_before"] for p in shown["partitions"]] == [
            None if offset < 0 else offset for offset in before
        ]
        assert not shown["executed"]
        done = ask("groups", "reset-offsets", "targets", "--topic", topic, *options, "--execute")
        assert done["executed"]
        after = committed(any_bootstrap, "targets", topic)
        assert after == [partition["offset_after"] for partition in done["partitions"]]
        return after

    assert reset("--to-offset", "12") == [12, 12, 12]
    assert reset("--shift-by", "-5") == [7, 7, 7]
    assert reset("--shift-by", "100") == [30, 30, 30]
    assert reset("--shift-by", "-100") == [0, 0, 0]
    assert reset("--to-latest") == [30, 30, 30]
    assert reset("--to-earliest") == [0, 0, 0]
    assert reset("--to-datetime", "2100-01-01") == [30, 30, 30]
    assert reset("--by-duration", "PT24H") == [0, 0, 0]
    [partition] = ask(
        "groups", "reset-offsets", "targets", "--topic", f"{topic}:1", "--to-offset", "31"
    )["partitions"]
    assert (partition["offset_after"], partition["note"]) == (30, "31 is beyond the end")


def test_reset_by_time(any_bootstrap, ottla, topic):
    """A time leads to the first record that is not older."""
    from confluent_kafka import TopicPartition

    early_ms, late_ms = 1_000_000_000_000, 1_000_000_060_000
    producer = confluent_producer(any_bootstrap)
    for timestamp_ms in (early_ms, late_ms):
        producer.produce("timed", b"x", partition=0, timestamp=timestamp_ms)
        producer.flush()
    for moment, offset in (
        ("2001-09-09T01:46:40Z", 0),
        ("2001-09-09T01:46:40.001", 1),
        ("2001-09-09T03:47:40+02:00", 1),
    ):
        arguments = ("timed", "--topic", "timed:0", "--to-datetime", moment, "--execute")
        ottla("groups", "reset-offsets", *arguments)
        consumer = confluent_consumer(any_bootstrap, group_id="timed")
        [found] = consumer.committed([TopicPartition("timed", 0)], timeout=TIMEOUT_S)
        consumer.close()
        assert found.offset == offset


def test_consumers_go_on_where_they_were_sent(any_bootstrap, ottla, topic):
    """The next member of the group starts at the new offset."""
    ottla("groups", "reset-offsets", "sent", "--topic", topic, "--to-offset", "29", "--execute")
    consumer = confluent_consumer(any_bootstrap, group_id="sent")
    consumer.subscribe([topic])
    values = []
    deadline = time.monotonic() + TIMEOUT_S
    while len(values) < 3:
        assert time.monotonic() < deadline
        values += [message.value() for message in consumer.consume(3, 0.2)]
    consumer.close()
    assert values == [b"29"] * 3


def test_lag_in_seconds(any_bootstrap, ottla, ask):
    """The lag in seconds is the age of the first record that is not consumed."""
    producer = confluent_producer(any_bootstrap)
    now_ms = time.time_ns() // 1_000_000
    for age_s in (7200, 3600):
        producer.produce("aged", b"x", partition=0, timestamp=now_ms - age_s * 1000)
    producer.flush()
    for offset, age_s in ((0, 7200), (1, 3600)):
        commit(any_bootstrap, "aged", {("aged", 0): offset})
        [group] = ask("groups", "lag", "aged")
        assert group["lag"] == 2 - offset
        assert age_s <= group["lag_seconds"] < age_s + TIMEOUT_S
    commit(any_bootstrap, "aged", {("aged", 0): 2})
    [group] = ask("groups", "lag", "aged")
    assert (group["lag"], group["lag_seconds"]) == (0, None)


def test_markers_are_no_lag(any_bootstrap, ask):
    """A group that has consumed the last record is not behind because of a marker."""
    producer = confluent_producer(any_bootstrap, transactional_id="marked")
    producer.init_transactions(TIMEOUT_S)
    producer.begin_transaction()
    producer.produce("marked", b"x", partition=0)
    producer.commit_transaction(TIMEOUT_S)
    commit(any_bootstrap, "marked", {("marked", 0): 1})
    [group] = ask("groups", "lag", "marked")
    [partition] = group["partitions"]
    assert (partition["end_offset"], partition["lag"]) == (2, 0)


def test_open_transactions_hold_the_stable_end_back(any_bootstrap, ottla, ask):
    """Who reads committed records only is not behind because of a transaction that is open."""
    producer = confluent_producer(any_bootstrap, transactional_id="unstable")
    producer.init_transactions(TIMEOUT_S)
    producer.begin_transaction()
    producer.produce("unstable", b"x", partition=0)
    producer.flush()
    commit(any_bootstrap, "unstable", {("unstable", 0): 0})
    [group] = ask("groups", "lag", "unstable")
    [partition] = group["partitions"]
    assert (partition["end_offset"], partition["last_stable_offset"]) == (1, 0)
    assert group["lag"] == 1
    assert ask("groups", "lag", "unstable", "--read-committed")[0]["lag"] == 0
    producer.abort_transaction(TIMEOUT_S)
    eventually(
        lambda: ask("groups", "lag", "unstable")[0]["partitions"][0]["last_stable_offset"] == 2
    )
    assert ask("groups", "lag", "unstable", "--read-committed")[0]["lag"] == 0


def test_delete_offsets_of_a_topic(any_bootstrap, ottla, ask, topic, member):
    """Offsets of a topic that nobody reads can go while the group lives on."""
    commit(any_bootstrap, "partly", {(topic, 0): 10})
    ottla("topics", "create", "partly-read")
    with member("partly", ["partly-read"]):
        deleted = ottla("groups", "delete", "partly", "--topic", topic)
        assert deleted == f"Deleted offsets of topic {topic} in group partly\n"
        text = ottla("groups", "delete", "partly", "--topic", "partly-read", code=1)
        assert "GROUP_SUBSCRIBED_TO_TOPIC" in text
        [group] = ask("groups", "describe", "partly")
        assert {partition["topic"] for partition in group["partitions"]} == {"partly-read"}


def test_many_groups(any_bootstrap, ask, topic):
    """The overview has a row for each group, the worst first."""
    for number in range(20):
        commit(any_bootstrap, f"many-{number:02}", {(topic, 0): number})
    rows = [row for row in ask("groups", "lag") if row["group"].startswith("many-")]
    assert {row["group"]: row["lag"] for row in rows} == {
        f"many-{number:02}": 30 - number for number in range(20)
    }


def test_mistakes(ottla, topic):
    """Each mistake is one sentence that names the thing."""
    for name in ("describe", "members", "lag", "delete"):
        assert "'nope' does not exist" in ottla("groups", name, "nope", code=1)
    reset = ("groups", "reset-offsets", "nope")
    assert "committed no offsets" in ottla(*reset, "--all-topics", "--to-latest", code=1)
    assert "'gone' does not exist" in ottla(*reset, "--topic", "gone", "--to-latest", code=1)
    assert "no partition 9" in ottla(*reset, "--topic", f"{topic}:9", "--to-latest", code=1)
    assert "nothing can be shifted" in ottla(*reset, "--topic", topic, "--shift-by", "1", code=1)
    assert "Say where to go" in ottla(*reset, "--topic", topic, code=2)
