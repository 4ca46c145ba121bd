# SPDX-License-Identifier: Apache-2.0
"""Transactions of real clients: what is committed is seen, what is not is never seen.

The three Python libraries speak the first version of the protocol, Kafka's Java producer the second
(and so does franz-go, whose own tests are in `test_kgo_conformance.py`).
"""

from __future__ import annotations

import re
import time
from itertools import count

import pytest
from tests.integration.foreign_clients import (
    FOREIGN_WARNINGS,
    JAVA_OPTIONS,
    read_internal_topic,
    run_kcat,
)
from tests.integration.raw_client import RawClient
from tests.integration.transactional_producers import PRODUCERS
from tools.kafka.java_tool import run_tool

from ottla.protocol.messages.describe_transactions import DescribeTransactionsRequest

pytestmark = [*FOREIGN_WARNINGS, pytest.mark.timeout(120)]

TIMEOUT_S = 20
SETTINGS = (
    *("--set", "group.initial.rebalance.delay.ms=0"),
    *("--set", "transaction.abort.timed.out.transaction.cleanup.interval.ms=100"),
)
LIBRARIES = tuple(PRODUCERS)
_numbers = count()


@pytest.fixture(scope="module")
def shared(start_shared_broker):
    """Return a broker for all tests that do not harm it."""
    return start_shared_broker(*SETTINGS)


@pytest.fixture
def topic(shared):
    """Make a topic of two partitions and return its name."""
    return make_topic(shared)


def make_topic(broker):
    """Make a topic of two partitions."""
    from confluent_kafka.admin import AdminClient, NewTopic

    name = f"transactions-{next(_numbers)}"
    admin = AdminClient({"bootstrap.servers": broker.bootstrap, "log_level": 0})
    admin.create_topics([NewTopic(name, 2, 1)])[name].result(TIMEOUT_S)
    return name


def read_confluent(bootstrap, topic, isolation):
    """Read what a librdkafka consumer may see now."""
    from confluent_kafka import Consumer, TopicPartition

    consumer = Consumer(
        {
            "bootstrap.servers": bootstrap,
            "group.id": "reader",
            "enable.auto.commit": False,
            "enable.partition.eof": True,
            "isolation.level": isolation,
            "fetch.wait.max.ms": 50,
            "log_level": 0,
        }
    )
    consumer.assign([TopicPartition(topic, partition, 0) for partition in range(2)])
    values, ends = [], set()
    deadline = time.monotonic() + TIMEOUT_S
    while len(ends) < 2 and time.monotonic() < deadline:
        for message in consumer.consume(100, 0.1):
            if message.error() is None:
                values.append(message.value())
            else:
                ends.add(message.partition())
    consumer.close()
    return sorted(values)


def read_kafka_python(bootstrap, topic, isolation):
    """Read what a kafka-python consumer may see now."""
    from kafka import KafkaConsumer, TopicPartition

    consumer = KafkaConsumer(
        bootstrap_servers=bootstrap, isolation_level=isolation, auto_offset_reset="earliest"
    )
    places = [TopicPartition(topic, partition) for partition in range(2)]
    consumer.assign(places)
    consumer.seek_to_beginning()
    ends = consumer.end_offsets(places)
    values = []
    deadline = time.monotonic() + TIMEOUT_S
    while any(consumer.position(place) < ends[place] for place in places):
        assert time.monotonic() < deadline
        for records in consumer.poll(timeout_ms=100).values():
            values += [record.value for record in records]
    consumer.close()
    return sorted(values)


def read_aiokafka(bootstrap, topic, isolation):
    """Read what an aiokafka consumer may see now."""
    import asyncio

    from aiokafka import AIOKafkaConsumer, TopicPartition

    async def read():
        consumer = AIOKafkaConsumer(
            bootstrap_servers=bootstrap, isolation_level=isolation, auto_offset_reset="earliest"
        )
        await consumer.start()
        places = [TopicPartition(topic, partition) for partition in range(2)]
        consumer.assign(places)
        await consumer.seek_to_beginning()
        ends = await consumer.end_offsets(places)
        values = []
        deadline = time.monotonic() + TIMEOUT_S
        while any([await consumer.position(place) < ends[place] for place in places]):
            assert time.monotonic() < deadline
            for records in (await consumer.getmany(timeout_ms=100)).values():
                values += [record.value for record in records]
        await consumer.stop()
        return sorted(values)

    return asyncio.run(read())


def read_kcat(bootstrap, topic, isolation):
    """Read what kcat may see now."""
    output = run_kcat(
        *("-C", "-b", bootstrap, "-t", topic, "-o", "beginning", "-e", "-q"),
        *("-X", f"isolation.level={isolation}"),
    )
    return sorted(output.split())


def read_java(bootstrap, topic, isolation):
    """Read what kafka-console-consumer sees until nothing more comes."""
    finished = run_tool(
        "ConsoleConsumer",
        *("--bootstrap-server", bootstrap, "--topic", topic, "--from-beginning"),
        *("--isolation-level", isolation, "--timeout-ms", "2000"),
        java_options=JAVA_OPTIONS,
        check=False,
    )
    return sorted(re.findall(rb"^\d-\d$", finished.stdout.encode(), re.MULTILINE))


READERS = {
    "confluent": read_confluent,
    "aiokafka": read_aiokafka,
    "kafka-python": read_kafka_python,
    "kcat": read_kcat,
    "java": read_java,
}


def ends_of(bootstrap, topic):
    """Return the last stable offsets and the ends of both partitions."""
    from confluent_kafka import IsolationLevel, TopicPartition
    from confluent_kafka.admin import AdminClient, OffsetSpec

    admin = AdminClient({"bootstrap.servers": bootstrap, "log_level": 0})
    asked = {TopicPartition(topic, partition): OffsetSpec.latest() for partition in range(2)}
    return tuple(
        [
            future.result(TIMEOUT_S).offset
            for _, future in sorted(
                admin.list_offsets(asked, isolation_level=level).items(),
                key=lambda item: item[0].partition,
            )
        ]
        for level in (IsolationLevel.READ_COMMITTED, IsolationLevel.READ_UNCOMMITTED)
    )


def wait_until_stable(bootstrap, topic):
    """Wait until no transaction holds a partition's last stable offset back."""
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        stable, ends = ends_of(bootstrap, topic)
        if stable == ends:
            return
        assert time.monotonic() < deadline, f"{stable} is behind {ends}"
        time.sleep(0.05)


def state_of(broker, transactional_id):
    """Ask the coordinator about a transactional id, as soon as it has read its log."""
    request = DescribeTransactionsRequest(transactional_ids=[transactional_id])
    deadline = time.monotonic() + TIMEOUT_S
    while True:
        with RawClient(broker.port) as client:
            (state,) = client.ask(request, 0).transaction_states
        if state.error_code == 0:
            return state
        assert time.monotonic() < deadline, state
        time.sleep(0.1)


def offset_of(bootstrap, group, place):
    """Read a group's offset as a reader that takes what is decided so far."""
    from kafka import KafkaConsumer, TopicPartition

    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=group)
    offset = consumer.committed(TopicPartition(*place))
    consumer.close()
    return offset


@pytest.mark.parametrize("library", LIBRARIES)
def test_commit_and_abort(shared, topic, library):
    """Readers of every client see the committed records, and the others only when they ask to."""
    with PRODUCERS[library](shared.bootstrap, f"id-{topic}") as producer:
        for number, ends in enumerate([producer.commit, producer.abort, producer.commit]):
            producer.begin()
            for partition in range(2):
                producer.write(topic, partition, b"%d-%d" % (number, partition))
            ends()
        producer.begin()
        producer.abort()  # of nothing
    committed = [b"0-0", b"0-1", b"2-0", b"2-1"]
    everything = sorted([*committed, b"1-0", b"1-1"])
    wait_until_stable(shared.bootstrap, topic)
    readers = READERS if library == "confluent" else dict.fromkeys(LIBRARIES)
    for name in readers:
        assert READERS[name](shared.bootstrap, topic, "read_committed") == committed, name
        if name != "java":
            assert READERS[name](shared.bootstrap, topic, "read_uncommitted") == everything, name


@pytest.mark.parametrize("library", LIBRARIES)
def test_an_open_transaction_holds_back(shared, topic, library):
    """The last stable offset stands at its first record; what came later waits with it."""
    with (
        PRODUCERS[library](shared.bootstrap, f"id-{topic}") as first,
        PRODUCERS[library](shared.bootstrap, f"other-{topic}") as second,
    ):
        for producer, value in ((first, b"first"), (second, b"second")):
            producer.begin()
            producer.write(topic, 0, value)
        second.commit()
        stable, ends = ends_of(shared.bootstrap, topic)
        assert (stable, ends) == ([0, 0], [3, 0])
        assert read_confluent(shared.bootstrap, topic, "read_committed") == []
        first.commit()
        wait_until_stable(shared.bootstrap, topic)
        assert ends_of(shared.bootstrap, topic) == ([4, 0], [4, 0])
    assert read_confluent(shared.bootstrap, topic, "read_committed") == [b"first", b"second"]


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_zombie_is_fenced(shared, topic, library):
    """A second producer with the same id ends the first one's transaction; the first cannot go on.

    Neither what it had written before nor what it tries to write then is seen.
    """
    with PRODUCERS[library](shared.bootstrap, f"id-{topic}") as zombie:
        zombie.begin()
        zombie.write(topic, 0, b"zombie")
        with PRODUCERS[library](shared.bootstrap, f"id-{topic}") as successor:
            successor.begin()
            successor.write(topic, 0, b"successor")
            with pytest.raises(Exception, match=r"(?i)fenced|epoch|invalid"):
                go_on(zombie, topic)
            successor.commit()
    wait_until_stable(shared.bootstrap, topic)
    assert read_confluent(shared.bootstrap, topic, "read_committed") == [b"successor"]


def go_on(producer, topic):
    """Write and commit as if nothing had happened."""
    if not isinstance(producer, PRODUCERS["kafka-python"]):
        # When a write is refused, kafka-python takes its id back: from then on the other one is
        # the zombie, on Apache Kafka as here.
        producer.write(topic, 0, b"too late")
    producer.commit()


@pytest.mark.parametrize("library", LIBRARIES)
def test_a_transaction_times_out(shared, topic, library):
    """After transaction.timeout.ms the broker aborts it; its producer is told, a new one works."""
    with PRODUCERS[library](shared.bootstrap, f"id-{topic}", timeout_ms=1000) as producer:
        producer.begin()
        producer.write(topic, 0, b"forgotten")
        assert state_of(shared, f"id-{topic}").transaction_state == "Ongoing"
        wait_until_stable(shared.bootstrap, topic)
        with pytest.raises(Exception, match=r"(?i)fenced|epoch|invalid|state|abort"):
            producer.commit()
    assert state_of(shared, f"id-{topic}").transaction_state == "CompleteAbort"
    with PRODUCERS[library](shared.bootstrap, f"id-{topic}") as producer:
        producer.begin()
        producer.write(topic, 0, b"remembered")
        producer.commit()
    wait_until_stable(shared.bootstrap, topic)
    assert read_confluent(shared.bootstrap, topic, "read_committed") == [b"remembered"]


@pytest.mark.parametrize("library", LIBRARIES)
def test_offsets_in_a_transaction(shared, topic, library):
    """They are a group's offsets when the transaction is committed, and never when it is not."""
    group, place = f"group-{topic}", (topic, 0)
    with PRODUCERS[library](shared.bootstrap, f"id-{topic}") as producer:
        for offset, ends, seen in (
            (5, producer.commit, 5),
            (7, producer.abort, 5),
            (9, producer.commit, 9),
        ):
            before = offset_of(shared.bootstrap, group, place)
            producer.begin()
            producer.write(topic, 1, b"copy")
            producer.send_offsets(group, {place: offset})
            assert offset_of(shared.bootstrap, group, place) == before
            ends()
            deadline = time.monotonic() + TIMEOUT_S
            while offset_of(shared.bootstrap, group, place) != seen:
                assert time.monotonic() < deadline
            wait_until_stable(shared.bootstrap, topic)
    assert offset_of(shared.bootstrap, group, place) == 9


@pytest.mark.parametrize("library", LIBRARIES)
def test_first_version_keeps_its_epoch(shared, topic, library):
    """With the first version of the protocol an epoch lasts for all transactions of a producer."""
    with PRODUCERS[library](shared.bootstrap, f"id-{topic}") as producer:
        epochs = set()
        for _ in range(3):
            producer.begin()
            producer.write(topic, 0, b"x")
            producer.commit()
            epochs.add(state_of(shared, f"id-{topic}").producer_epoch)
    assert epochs == {0}


def test_second_version_raises_its_epoch(shared, topic):
    """Kafka's Java producer gets a new epoch with every transaction, and all of it is seen."""
    finished = run_tool(
        "ProducerPerformance",
        *("--bootstrap-server", shared.bootstrap, "--topic", topic, "--payload-monotonic"),
        *("--num-records", "600", "--throughput", "1000"),
        *("--transactional-id", f"id-{topic}", "--transaction-duration-ms", "50"),
        java_options=JAVA_OPTIONS,
    )
    assert "600 records sent" in finished.stdout
    state = state_of(shared, f"id-{topic}")
    assert state.transaction_state == "CompleteCommit"
    assert state.producer_epoch > 3
    wait_until_stable(shared.bootstrap, topic)
    assert len(read_confluent(shared.bootstrap, topic, "read_committed")) == 600


def test_an_open_transaction_survives_a_kill(start_broker):
    """Kill -9 of the broker in the middle of a transaction: its producer goes on and commits."""
    broker = start_broker(*SETTINGS)
    name = make_topic(broker)
    for library in ("aiokafka", "kafka-python"):
        with PRODUCERS[library](broker.bootstrap, f"id-{library}") as producer:
            producer.begin()
            producer.write(name, 0, f"{library}-before".encode())
            broker.kill_and_restart()
            assert state_of(broker, f"id-{library}").transaction_state == "Ongoing"
            producer.write(name, 1, f"{library}-after".encode())
            producer.commit()
        wait_until_stable(broker.bootstrap, name)
    assert read_confluent(broker.bootstrap, name, "read_committed") == [
        *(b"aiokafka-after", b"aiokafka-before"),
        *(b"kafka-python-after", b"kafka-python-before"),
    ]
    assert "Traceback" not in "".join(broker.output)


# Kafka's own tools


def transactions_tool(broker, *arguments: str):
    """Run kafka-transactions and return its table as rows of words."""
    finished = run_tool(
        "TransactionsCommand",
        *("--bootstrap-server", broker.bootstrap, *arguments),
        java_options=JAVA_OPTIONS,
    )
    return [line.split() for line in finished.stdout.splitlines() if line.strip()]


def test_the_java_tool_for_transactions(shared, topic):
    """kafka-transactions lists, describes and aborts; describe-producers shows who writes."""
    name = f"id-{topic}"
    with PRODUCERS["confluent"](shared.bootstrap, name) as producer:
        producer.begin()
        producer.write(topic, 1, b"open")
        state = state_of(shared, name)
        listed = [row for row in transactions_tool(shared, "list") if row[0] == name]
        assert [row[2:] for row in listed] == [[str(state.producer_id), "Ongoing"]]
        titles, values = transactions_tool(shared, "describe", "--transactional-id", name)
        described = dict(zip(titles, values, strict=False))
        assert described["TransactionState"] == "Ongoing"
        assert described["ProducerEpoch"] == "0"
        assert f"{topic}-1" in values
        place = ("--topic", topic, "--partition", "1")
        _, writer = transactions_tool(shared, "describe-producers", *place)
        assert writer[:2] == [str(state.producer_id), "0"]
        transactions_tool(shared, "abort", *place, "--start-offset", "0")
        wait_until_stable(shared.bootstrap, topic)
    assert read_confluent(shared.bootstrap, topic, "read_committed") == []


def test_force_termination(shared, topic):
    """`kafka-transactions forceTerminateTransaction` ends a transaction by its id."""
    name = f"id-{topic}"
    with PRODUCERS["confluent"](shared.bootstrap, name) as producer:
        producer.begin()
        producer.write(topic, 0, b"open")
        transactions_tool(shared, "forceTerminateTransaction", "--transactionalId", name)
        wait_until_stable(shared.bootstrap, topic)
    assert state_of(shared, name).transaction_state == "Empty"  # its id was given to a new producer
    assert read_confluent(shared.bootstrap, topic, "read_committed") == []


def test_java_formatter_reads_the_transactions_topic(shared, topic):
    """Kafka's formatter reads what `__transaction_state` holds, from the first to the last."""
    name = f"id-{topic}"
    with PRODUCERS["kafka-python"](shared.bootstrap, name) as producer:
        producer.begin()
        producer.write(topic, 0, b"x")
        producer.commit()
    wait_until_stable(shared.bootstrap, topic)
    text = read_internal_topic(
        shared.bootstrap,
        "__transaction_state",
        "TransactionLogMessageFormatter",
        lambda text: bool(re.search(rf'"{name}"}}}}.*?"transactionStatus":4', text)),
    )
    states = re.findall(
        rf'"transactionalId":"{name}"}}}},"value":{{"version":\d,"data":{{"producerId":(\d+)'
        r'.*?"transactionStatus":(\d)',
        text,
    )
    assert len({producer_id for producer_id, _ in states}) == 1
    empty, ongoing, prepare_commit, complete_commit = "0", "1", "2", "4"
    assert [status for _, status in states] == [empty, ongoing, prepare_commit, complete_commit]
