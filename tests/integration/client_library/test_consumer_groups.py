# SPDX-License-Identifier: Apache-2.0
"""Consumers in groups: what is committed when, and what happens to partitions.

How members of all libraries share one group stands in `tests/integration/test_groups.py`.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter

import pytest
from confluent_kafka.admin import AdminClient, NewTopic

from ottla import Consumer, Producer, aio
from ottla.client.errors import ApiError, CommitFailedError, ConfigurationError
from ottla.client.topic_partition import TopicPartition
from ottla.testing import Broker

PROTOCOLS = ("classic", "consumer")
TIMEOUT_S = 30


@pytest.fixture(params=PROTOCOLS)
def options(request, bootstrap, topic):
    """Return what a member of a new group needs, by either protocol."""
    return {
        "bootstrap_servers": bootstrap,
        "group_id": f"group-{topic}",
        "group_protocol": request.param,
        "from_beginning": True,
        "heartbeat_interval_ms": 200,
        "session_timeout_ms": 6_000,
    }


def write(bootstrap, topic, count, first=0, partition=None):
    """Write numbered records."""
    with Producer(bootstrap) as producer:
        for number in range(first, first + count):
            producer.send(topic, str(number), partition=partition)
        producer.flush()


def numbers(records):
    """Return what was written."""
    return [int(record.value) for record in records]


def poll_until(consumer, count, seconds=TIMEOUT_S):
    """Poll until that many records came."""
    found, deadline = [], time.monotonic() + seconds
    while len(found) < count:
        assert time.monotonic() < deadline, f"{len(found)} of {count} records"
        found += consumer.poll(0.2)
    return found


def test_a_group_goes_on_where_it_was(options, topic):
    """Leaving `with` in peace commits everything that was handed out."""
    write(options["bootstrap_servers"], topic, 100)
    with Consumer(topic, **options) as consumer:
        assert sorted(numbers(poll_until(consumer, 100))) == list(range(100))
    write(options["bootstrap_servers"], topic, 10, first=100)
    with Consumer(topic, **options) as consumer:
        assert sorted(numbers(poll_until(consumer, 10))) == list(range(100, 110))


def test_a_failed_handler_gets_its_record_again(options, topic):
    """What was finished before it does not come again."""
    write(options["bootstrap_servers"], topic, 10, partition=0)
    handled = []

    def handle_all(fails_at):
        with Consumer(topic, **options, stop_at_end=True) as consumer:
            for record in consumer:
                if int(record.value) == fails_at:
                    raise OSError("the database is away")
                handled.append(int(record.value))

    for fails_at in (4, 7):
        with pytest.raises(OSError, match="the database"):
            handle_all(fails_at)
    handle_all(None)
    assert handled == list(range(10))


def test_a_failed_handler_gets_its_batch_again(options, topic):
    """A batch is finished as a whole."""
    write(options["bootstrap_servers"], topic, 10, partition=0)

    def fail():
        with Consumer(topic, **options) as consumer:
            batch = next(consumer.batches())
            assert numbers(batch)[0] == 0
            raise OSError("the database is away")

    with pytest.raises(OSError, match="the database"):
        fail()
    with Consumer(topic, **options) as consumer:
        assert numbers(poll_until(consumer, 10)) == list(range(10))


def test_commits_by_hand(options, topic):
    """Only what is committed counts, and it can be asked for."""
    write(options["bootstrap_servers"], topic, 10, partition=0)
    place = (topic, 0)
    with Consumer(topic, **options, auto_commit=False) as consumer:
        records = iter(consumer)
        assert numbers([next(records) for _ in range(3)]) == [0, 1, 2]
        assert consumer.committed(place) == {}
        consumer.commit()
        assert consumer.committed(place) == {place: 3}
        next(records)
    with Consumer(topic, **options, auto_commit=False) as consumer:
        assert next(consumer).offset == 3
        consumer.commit({place: 8})
    with Consumer(topic, **options, auto_commit=False) as consumer:
        assert next(consumer).offset == 8


def test_a_callback_may_commit_while_the_consumer_closes(options, topic):
    """That is the last moment at which partitions are this member's."""
    write(options["bootstrap_servers"], topic, 10, partition=0)
    revoked = []

    def commit_seven(partitions):
        revoked.append(partitions)
        consumer.commit({(topic, 0): 7})

    consumer = Consumer(topic, **options, auto_commit=False, on_revoked=commit_seven)
    poll_until(consumer, 10)
    consumer.close()
    assert len(revoked) == 1
    with Consumer(topic, **options, auto_commit=False) as consumer:
        assert next(consumer).offset == 7


def test_a_seek_finishes_nothing(options, topic):
    """Going elsewhere in one partition says nothing about the record at hand of another."""
    with Producer(options["bootstrap_servers"]) as producer:
        partitions = producer.partitions_for(topic)
    for partition in range(partitions):
        write(options["bootstrap_servers"], topic, 5, partition=partition)
    consumer = Consumer(topic, **options)
    record = next(consumer)
    place = (record.topic, record.partition)
    for name in sorted(consumer.assignment - {place}):
        consumer.seek(*name, 2)
    consumer.close()  # nobody said that the record is finished
    with Consumer(topic, **options) as again:
        assert again.committed(place) == {place: 0}


def test_two_members_share_and_one_takes_over(options, topic):
    """Every record goes to one of them, and not before the callback has told that."""
    admin = AdminClient({"bootstrap.servers": options["bootstrap_servers"], "log_level": 0})
    admin.create_topics([NewTopic(topic, 3, 1)])[topic].result(TIMEOUT_S)
    write(options["bootstrap_servers"], topic, 300)
    owned = {"a": set(), "b": set()}
    seen, stops = Counter(), {"a": threading.Event(), "b": threading.Event()}

    def consume(name):
        def take_over(partitions):
            time.sleep(0.1)  # as one that reads positions from a database
            owned[name].update(partitions)

        with Consumer(
            topic,
            **options,
            on_assigned=take_over,
            on_revoked=owned[name].difference_update,
        ) as consumer:
            while not stops[name].is_set():
                records = consumer.poll(0.1)
                seen.update(numbers(records))
                assert owned[name] >= {TopicPartition(*record[:2]) for record in records}

    threads = {name: threading.Thread(target=consume, args=(name,)) for name in owned}
    everything = {TopicPartition(topic, number) for number in range(3)}
    for thread in threads.values():
        thread.start()
    try:
        wait_for(lambda: owned["a"] and owned["b"] and owned["a"] | owned["b"] == everything)
        assert not owned["a"] & owned["b"]
        stops["a"].set()
        threads["a"].join(TIMEOUT_S)
        assert owned["a"] == set()
        write(options["bootstrap_servers"], topic, 100, first=300)
        wait_for(lambda: owned["b"] == everything and len(seen) == 400)
    finally:
        for name, thread in threads.items():
            stops[name].set()
            thread.join(TIMEOUT_S)
    assert seen == Counter(range(400))


def test_nothing_is_handed_out_before_the_callback_is_done(options, topic):
    """It may be about to seek. Here the partitions come back with all their records unread."""
    options |= {"auto_commit": False}
    admin = AdminClient({"bootstrap.servers": options["bootstrap_servers"], "log_level": 0})
    admin.create_topics([NewTopic(topic, 3, 1)])[topic].result(TIMEOUT_S)
    for partition in range(3):
        write(options["bootstrap_servers"], topic, 10, partition=partition)
    told = set()

    def take_over(partitions):
        time.sleep(0.3)
        told.update(partitions)

    def come_and_go():
        with Consumer(topic, **options) as consumer:
            while not consumer.assignment:
                consumer.poll(0.1)

    visit = threading.Thread(target=come_and_go)
    with Consumer(
        topic, **options, on_assigned=take_over, on_revoked=told.difference_update
    ) as consumer:
        poll_until(consumer, 30)
        visit.start()
        again = []
        deadline = time.monotonic() + TIMEOUT_S
        while visit.is_alive() or len(told) < 3 or not again:
            assert time.monotonic() < deadline, "the partitions did not come back"
            records = consumer.poll(0.1)
            assert {TopicPartition(*record[:2]) for record in records} <= told
            again += records
    visit.join(TIMEOUT_S)


def wait_for(condition):
    """Wait until a condition holds."""
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline, "it did not come true"
        time.sleep(0.05)


def test_who_asks_for_nothing_loses_its_partitions(options, topic):
    """Another one gets them; the slow one is told when it commits, and may come back."""
    write(options["bootstrap_servers"], topic, 10, partition=0)
    lost = []
    with (
        Consumer(
            topic, **options, auto_commit=False, max_poll_interval_ms=1_000, on_lost=lost.extend
        ) as slow,
        Consumer(topic, **options, auto_commit=False) as other,
    ):
        assert len(poll_until(slow, 10)) == 10
        assert numbers(poll_until(other, 10)) == list(range(10))  # nothing was committed
        other.commit()
        with pytest.raises(CommitFailedError, match="max_poll_interval_ms"):
            slow.commit()
        assert lost == []  # not before it asks
        wait_for(lambda: slow.poll(0.1) == [] and lost)
        assert (topic, 0) in lost


def test_asyncio_members_have_asynchronous_callbacks(options, topic):
    """They may seek, for example to offsets that are stored with the data."""
    asyncio.run(seek_when_assigned(options, topic))


async def seek_when_assigned(options, topic):
    """Begin where something else than the group remembers."""
    write(options["bootstrap_servers"], topic, 10, partition=0)
    calls = []

    async def find_place(partitions):
        calls.append(partitions)
        if (topic, 0) in partitions:
            await consumer.seek(topic, 0, 6)

    async with aio.Consumer(topic, **options, on_assigned=find_place) as consumer:
        records = [await anext(consumer) for _ in range(4)]
    assert numbers(records) == [6, 7, 8, 9]
    assert {name for names in calls for name in names} >= {(topic, 0)}


def test_assigned_by_hand_but_committed_all_the_same(options, topic):
    """A simple consumer goes on where its group is; it is no member."""
    write(options["bootstrap_servers"], topic, 10, partition=0)
    plain = {**options, "group_protocol": "classic"}
    for expected in (range(6), range(6, 10)):
        with Consumer(**plain) as consumer:
            consumer.assign([(topic, 0)])
            assert numbers([next(consumer) for _ in expected]) == list(expected)
            assert consumer.group_metadata().member_id == ""


def test_a_static_member_comes_back_to_its_partitions(options, topic):
    """It does not leave; another one with its name puts it out."""
    write(options["bootstrap_servers"], topic, 10, partition=0)
    named = {**options, "group_instance_id": "kitchen-1"}
    with Consumer(topic, **named) as consumer:
        assert len(poll_until(consumer, 10)) == 10
        first = consumer.group_metadata()
    write(options["bootstrap_servers"], topic, 1, first=10, partition=0)
    with Consumer(topic, **named) as consumer:
        assert numbers(poll_until(consumer, 1)) == [10]
        second = consumer.group_metadata()
        assert second.group_instance_id == first.group_instance_id == "kitchen-1"


def test_members_need_an_assignor_in_common(bootstrap, topic):
    """The refusal says which option to set."""
    write(bootstrap, topic, 1)
    common = {"bootstrap_servers": bootstrap, "group_id": topic, "from_beginning": True}
    with (
        Consumer(topic, **common, partition_assignment_strategy="range") as one,
        Consumer(topic, **common, partition_assignment_strategy=["roundrobin", "sticky"]) as two,
    ):
        poll_until(one, 1)
        with pytest.raises(ApiError, match="set partition_assignment_strategy"):
            two.poll(TIMEOUT_S)


def test_what_makes_no_sense_is_refused(own_broker, topic):
    """Commits without a group, assignments by hand of a member, options that would do nothing."""
    bootstrap = own_broker.bootstrap_servers
    with Consumer(topic, bootstrap_servers=bootstrap) as consumer:
        for call in (consumer.commit, consumer.committed, consumer.group_metadata):
            with pytest.raises(ConfigurationError, match="needs a group"):
                call()
    with (
        Consumer(topic, bootstrap_servers=bootstrap, group_id="g") as consumer,
        pytest.raises(ConfigurationError, match="leave the topics out"),
    ):
        consumer.assign([(topic, 0)])
    for wrong, text in (
        ({"group_instance_id": "x"}, "needs a group_id"),
        ({"group_id": "g", "group_protocol": "new"}, "classic or consumer"),
        ({"group_id": "g", "partition_assignment_strategy": "fair"}, "one or more of range"),
        ({"group_id": "g", "partition_assignment_strategy": []}, "one or more of range"),
        ({"group_id": ""}, "not empty"),
        ({"group_id": "g", "session_timeout_ms": 1_000}, "less than session_timeout_ms"),
    ):
        with pytest.raises(ConfigurationError, match=text):
            Consumer(topic, bootstrap_servers=bootstrap, **wrong)


@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_a_group_outlives_its_broker(protocol, topic):
    """The broker dies and comes back; the member goes on, and no record is missing."""
    with Broker() as broker, Producer(broker.bootstrap_servers) as producer:
        producer.send(topic, "0").result(TIMEOUT_S)
        with Consumer(
            topic,
            bootstrap_servers=broker.bootstrap_servers,
            group_id="g",
            group_protocol=protocol,
            from_beginning=True,
            heartbeat_interval_ms=200,
            session_timeout_ms=6_000,
            auto_commit_interval_ms=100,
        ) as consumer:
            found = numbers(poll_until(consumer, 1))
            broker.kill()
            broker.restart()
            producer.send(topic, "1").result(TIMEOUT_S)
            while 1 not in found:
                found += numbers(poll_until(consumer, 1))
            assert set(found) == {0, 1}
            wait_for(
                lambda: consumer.poll(0.1) or consumer.committed((topic, 0)) == {(topic, 0): 2}
            )


def test_a_rebalance_interrupts_a_long_batch(own_broker, topic):
    """A member that takes its time over single records still gives partitions up in time."""
    bootstrap = own_broker.bootstrap_servers
    for partition in range(3):
        write(bootstrap, topic, 700, partition=partition)
    common = {
        "bootstrap_servers": bootstrap,
        "group_id": topic,
        "from_beginning": True,
        "heartbeat_interval_ms": 100,
    }
    joined, seen = threading.Event(), []

    def join() -> None:
        with Consumer(topic, **common) as second:
            poll_until(second, 1)
            joined.set()

    with Consumer(topic, **common) as first:
        thread = threading.Thread(target=join)
        for record in first:
            seen.append((record.partition, record.offset))
            if len(seen) == 1:
                thread.start()
            if joined.wait(0.005):
                break
        thread.join(TIMEOUT_S)
    assert joined.is_set()
    assert len(seen) < 2_100
    assert len(set(seen)) == len(seen)  # what was given back came no second time


def test_a_closed_member_does_not_wait_for_the_others(own_broker, topic):
    """Closing while a rebalance is under way leaves at once."""
    asyncio.run(close_while_joining(own_broker, topic))


async def close_while_joining(own_broker, topic):
    """Join a group whose other member takes no part, and give up."""
    write(own_broker.bootstrap_servers, topic, 10)
    common = {
        "bootstrap_servers": own_broker.bootstrap_servers,
        "group_id": topic,
        "from_beginning": True,
        "heartbeat_interval_ms": 100,
    }
    async with aio.Consumer(topic, **common) as first:
        await first.next_batch()
        second = aio.Consumer(topic, **common)
        await second.start()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.5):
                await second.next_batch()  # the first one does not ask for more meanwhile
        async with asyncio.timeout(10):
            await second.close()


@pytest.mark.parametrize("protocol", [None, *PROTOCOLS])
def test_topics_that_match_are_read_and_those_to_come_as_well(bootstrap, topic, protocol):
    """With and without a group; a name has to match as a whole."""
    options = {} if protocol is None else {"group_id": topic, "group_protocol": protocol}
    write(bootstrap, f"{topic}-a", 3)
    write(bootstrap, f"other-{topic}-a", 3, first=100)
    with Consumer(
        bootstrap_servers=bootstrap,
        topic_pattern=f"{topic}-.*",
        from_beginning=True,
        metadata_max_age_ms=200,
        heartbeat_interval_ms=200,
        **options,
    ) as consumer:
        assert sorted(numbers(poll_until(consumer, 3))) == [0, 1, 2]
        write(bootstrap, f"{topic}-b", 3, first=3)
        assert sorted(numbers(poll_until(consumer, 3))) == [3, 4, 5]
        assert {name.topic for name in consumer.assignment} == {f"{topic}-a", f"{topic}-b"}


def test_a_pattern_may_match_nothing_yet(own_broker, topic):
    """Then it waits; a pattern that is none is refused."""
    bootstrap = own_broker.bootstrap_servers
    with Consumer(
        bootstrap_servers=bootstrap, topic_pattern=f"{topic}.*", metadata_max_age_ms=100
    ) as consumer:
        assert consumer.poll(0.3) == []
        write(bootstrap, f"{topic}-new", 2)
        assert sorted(numbers(poll_until(consumer, 2))) == [0, 1]
    with pytest.raises(ConfigurationError, match="topic_pattern"):
        Consumer(bootstrap_servers=bootstrap, topic_pattern="(")
