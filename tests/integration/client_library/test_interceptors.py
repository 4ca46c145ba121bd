# SPDX-License-Identifier: Apache-2.0
"""Interceptors against a broker: what arrives, what is handed out, and what is committed."""

from __future__ import annotations

import asyncio
import logging
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.integration.client_library.reading import records, values

from ottla import Consumer, Producer, aio
from ottla.client.errors import ConfigurationError, RecordTooLargeError, SerializationError
from ottla.client.interceptors import ConsumerInterceptor, ProducerInterceptor
from ottla.client.serializers import json_serializer
from ottla.client.topic_partition import TopicPartition
from ottla.testing import Broker


@pytest.fixture
def address(own_broker):
    """Return where the broker is."""
    return own_broker.bootstrap_servers


class Mark(ProducerInterceptor):
    """Adds a header with its name, and keeps what it sees."""

    def __init__(self, name) -> None:
        self.name = name
        self.sent = []
        self.outcomes = []

    def on_send(self, record):
        """Add the header."""
        self.sent.append(record)
        return record._replace(headers=(*record.headers, (self.name, str(len(self.sent)))))

    def on_delivery(self, metadata, error):
        """Keep the outcome."""
        self.outcomes.append((metadata, error))


class Burn(ProducerInterceptor, ConsumerInterceptor):
    """Raises wherever it can."""

    on_send = on_delivery = on_records = on_commit = lambda *_: 1 / 0


class Shout(ConsumerInterceptor):
    """Changes values, leaves out what says so, and keeps what it sees."""

    def __init__(self, mark=b"!") -> None:
        self.mark = mark
        self.batches = []
        self.commits = []

    def on_records(self, records):
        """Change the records."""
        self.batches.append([record.offset for record in records])
        return [
            record._replace(value=record.value + self.mark)
            for record in records
            if b"secret" not in record.value
        ]

    def on_commit(self, offsets):
        """Keep the offsets."""
        self.commits.append(offsets)


def warnings_of(caplog):
    """Return what was said of interceptors."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name == "ottla.interceptors" and record.levelno >= logging.WARNING
    ]


def test_headers_are_added_in_order(own_broker, address, topic, caplog):
    """Each sees what the one before made of a record; one that raises stops nobody."""
    first, last = Mark("first"), Mark("last")
    with Producer(address, interceptors=[first, Burn(), last]) as producer:
        for number in range(3):
            producer.send(topic, str(number), key="k", headers={"own": None})
        deliveries = [producer.send(topic, b"x", partition=2, timestamp_ms=7)]
        places = [delivery.result(30) for delivery in deliveries]
        producer.flush()
    found = records(own_broker, topic)
    assert [record.headers for record in found if record.key] == [
        (("own", None), ("first", b"%d" % n), ("last", b"%d" % n)) for n in (1, 2, 3)
    ]
    assert last.sent[0].headers == (("own", None), ("first", "1"))
    assert (last.sent[3].partition, last.sent[3].timestamp_ms) == (2, 7)
    assert first.outcomes == last.outcomes
    assert (places[0], None) in first.outcomes
    stored = {(m.partition, m.offset, m.timestamp_ms) for m, _ in first.outcomes}
    assert stored == {(r.partition, r.offset, r.timestamp_ms) for r in found}
    assert len(warnings_of(caplog)) == 2  # on_send and on_delivery, once each
    assert all(f"{__name__}.Burn" in warning for warning in warnings_of(caplog))


def test_a_record_is_changed_before_it_is_serialized(own_broker, address, topic):
    """Value, key, partition and time; the serializers get what interceptors return."""

    class Move(ProducerInterceptor):
        def on_send(self, record):
            return record._replace(
                value={**record.value, "seen": True}, key="moved", partition=1, timestamp_ms=5
            )

    with Producer(address, interceptors=[Move()], value_serializer=json_serializer) as producer:
        metadata = producer.send(topic, {"n": 1}, key="k", partition=0).result(30)
    (record,) = records(own_broker, topic)
    assert record[:6] == (topic, 1, 0, 5, b"moved", b'{"n":1,"seen":true}')
    assert metadata[:2] == (topic, 1)


def test_each_record_passes_once_however_often_it_waits(own_broker, topic):
    """Threads that wait for the topic and for room, again and again."""
    mark, count = Mark("m"), 400

    class Count(ProducerInterceptor):
        def __init__(self) -> None:
            self.lock = threading.Lock()
            self.values = []

        def on_send(self, record):
            with self.lock:
                self.values.append(record.value)
            return record

    counter = Count()
    with (
        Producer(
            own_broker.bootstrap_servers,
            interceptors=[counter, mark],
            buffer_memory=500,
            linger_ms=0,
        ) as producer,
        ThreadPoolExecutor(4) as threads,
    ):
        sent = [b"%d" % number for number in range(count)]
        deliveries = list(threads.map(lambda value: producer.send(topic, value), sent))
        for delivery in deliveries:
            delivery.result(30)
    assert sorted(counter.values) == sorted(sent)
    assert sorted(values(own_broker, topic)) == sorted(sent)
    assert len(mark.outcomes) == count
    assert all(error is None for _, error in mark.outcomes)


def test_what_send_refuses_after_an_interceptor_is_told(own_broker, address, topic):
    """Whoever began something in `on_send` can end it; nothing of the record is sent."""

    class Break(ProducerInterceptor):
        def on_send(self, record):
            return record._replace(value=record.value * 100 if record.key else object())

    mark = Mark("m")
    with Producer(address, interceptors=[mark, Break()], max_request_size=1000) as producer:
        with pytest.raises(SerializationError) as not_bytes:
            producer.send(topic, b"x" * 20)
        with pytest.raises(RecordTooLargeError) as too_large:
            producer.send(topic, b"x" * 20, key="k")
    assert mark.outcomes == [(None, not_bytes.value), (None, too_large.value)]
    assert values(own_broker, topic) == []


def test_what_could_not_be_delivered_is_told(topic):
    """With the place that it was for, the error of the delivery, and no offset."""
    mark = Mark("m")
    with Broker() as broker:
        producer = Producer(
            broker.bootstrap_servers, interceptors=[mark], delivery_timeout_ms=300, acks=1
        )
        producer.send(topic, "stored").result(30)
        broker.kill()
        delivery = producer.send(topic, "lost", timestamp_ms=9)
        error = delivery.exception(30)
        producer.close()
    assert error is not None
    metadata, told = mark.outcomes[1]
    assert told is error
    assert metadata == (topic, 0, -1, 9)


def test_send_many_refuses_what_would_pass_interceptors_by(own_broker, address, topic):
    """Unless they only listen; nothing was taken then."""
    with (
        Producer(address, interceptors=[Mark("m")]) as producer,
        pytest.raises(ConfigurationError, match="send_many looks at batches"),
    ):
        producer.send_many(topic, [b"1"])

    class Listen(ProducerInterceptor):
        def __init__(self) -> None:
            self.offsets = []

        def on_delivery(self, metadata, error):
            self.offsets.append(metadata.offset)

    listen = Listen()
    with Producer(address, interceptors=[listen]) as producer:
        producer.send_many(topic, [b"1", b"2", b"3"], 0).result(30)
    assert listen.offsets == [0, 1, 2]
    assert values(own_broker, topic) == [b"1", b"2", b"3"]


def test_the_same_with_asyncio(own_broker, address, topic):
    """Sending, waiting for the topic, reading, refusing and committing."""
    mark, shout = Mark("m"), Shout()

    async def scenario():
        async with aio.Producer(address, interceptors=[mark]) as producer:
            await asyncio.gather(*[producer.send(topic, f"{n}", partition=0) for n in range(5)])
            with pytest.raises(ConfigurationError, match="send_many"):
                await producer.send_many(topic, [b"1"])
        async with aio.Consumer(
            topic,
            bootstrap_servers=address,
            group_id=f"group-{topic}",
            from_beginning=True,
            interceptors=[shout],
            auto_commit=False,
        ) as consumer:
            found = []
            async for record in consumer:
                found.append(record.value)
                if len(found) == 5:
                    break
            with pytest.raises(ConfigurationError, match="read_range makes columns"):
                await consumer.read_range()
            await consumer.commit()
            assert shout.commits[-1][TopicPartition(topic, 0)] == 5
        return found

    assert asyncio.run(scenario()) == [b"0!", b"1!", b"2!", b"3!", b"4!"]
    assert len(mark.outcomes) == 5


def fill(address, topic, count=10):
    """Write numbers to partition 0, every third of them a secret."""
    with Producer(address) as producer:
        for number in range(count):
            text = f"secret {number}" if number % 3 == 0 else str(number)
            producer.send(topic, text, partition=0)


@pytest.mark.parametrize("way", ["records", "batches", "values", "poll"])
def test_every_way_of_reading_goes_through_interceptors(address, topic, caplog, way):
    """In order, once for what arrives together, and the one that raises loses nothing."""
    fill(address, topic)
    first, last = Shout(b"-1"), Shout(b"-2")
    with Consumer(
        topic,
        bootstrap_servers=address,
        from_beginning=True,
        stop_at_end=True,
        interceptors=[first, Burn(), last],
    ) as consumer:
        if way == "records":
            found = [record.value for record in consumer]
        elif way == "batches":
            found = [record.value for batch in consumer.batches() for record in batch]
        elif way == "values":
            found = [value for batch in consumer.batches() for value in batch.values()]
        else:
            found = []
            while len(found) < 6:
                found += [record.value for record in consumer.poll(30)]
    assert found == [b"%d-1-2" % n for n in range(10) if n % 3]
    assert [offset for batch in first.batches for offset in batch] == list(range(10))
    assert len(first.batches) <= 2  # per batch, not per record
    assert [offset for batch in last.batches for offset in batch] == [1, 2, 4, 5, 7, 8]
    (warning,) = warnings_of(caplog)
    assert f"on_records of interceptor {__name__}.Burn" in warning


def test_what_interceptors_leave_out_is_committed_all_the_same(address, topic, caplog):
    """The last record is left out, and the group does not read it again."""
    fill(address, topic)
    options = {
        "bootstrap_servers": address,
        "group_id": f"group-{topic}",
        "from_beginning": True,
        "stop_at_end": True,
    }
    shout = Shout()
    with Consumer(topic, interceptors=[Burn(), shout], **options) as consumer:
        assert len(list(consumer)) == 6
        consumer.commit()
        assert shout.commits[-1][TopicPartition(topic, 0)] == 10
        assert consumer.committed((topic, 0)) == {(topic, 0): 10}
    assert any("on_commit of interceptor" in warning for warning in warnings_of(caplog))
    with Consumer(topic, **options) as consumer:
        assert list(consumer) == []


def test_a_loop_that_breaks_off_goes_on_behind_its_last_record(address, topic):
    """Interceptors see the rest again when it has to be fetched again, and nothing is lost."""
    fill(address, topic)
    with Consumer(
        topic,
        bootstrap_servers=address,
        from_beginning=True,
        stop_at_end=True,
        interceptors=[Shout()],
    ) as consumer:
        assert next(consumer).value == b"1!"
        assert next(consumer).value == b"2!"
        consumer.pause((topic, 0))
        consumer.resume((topic, 0))
        assert [record.value for record in consumer] == [b"4!", b"5!", b"7!", b"8!"]


def test_columns_are_refused_where_interceptors_want_to_look(address, topic):
    """Who only listens to commits is no reason."""
    fill(address, topic)
    options = {"bootstrap_servers": address, "from_beginning": True, "stop_at_end": True}
    with Consumer(topic, interceptors=[Shout()], **options) as consumer:
        batch = next(consumer.batches())
        with pytest.raises(ConfigurationError, match="to_arrow makes columns"):
            batch.to_arrow()
        with pytest.raises(ConfigurationError, match="read_range makes columns"):
            consumer.read_range()

    class Listen(ConsumerInterceptor):
        def on_commit(self, offsets):
            raise AssertionError("nothing is committed without a group")

    with Consumer(topic, interceptors=[Listen()], **options) as consumer:
        assert next(consumer.batches()).to_arrow().num_rows == 10
        assert consumer.read_range().to_arrow().num_rows == 10
