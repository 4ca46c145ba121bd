# SPDX-License-Identifier: Apache-2.0
"""What a metrics hook hears of batches: one event for each, with the figures of what was sent."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.unit.client.conftest import SETTINGS
from tests.unit.client.test_produce import batch_of, refusal

from ottla.client.errors import ClientClosedError, DeliveryTimeoutError
from ottla.client.metrics import BatchDelivered, BatchFailed
from ottla.client.produce import Sender, SenderSettings
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import ApiError, ErrorCode


@pytest.fixture
def scenario(fake, run):
    """Run a coroutine with a sender on topic `t`; return the events of its batches."""
    fake.leaders["t"] = [1, 1]

    def run_it(body, **options: object):
        events = []

        async def whole():
            async with fake.client(replace(SETTINGS, metrics=events.append)) as cluster:
                await cluster.topic("t")
                sender = Sender(cluster, SenderSettings(**options))
                try:
                    await body(sender)
                finally:
                    await sender.close()

        run(whole)
        return [event for event in events if isinstance(event, BatchDelivered | BatchFailed)]

    return run_it


def figures(events):
    """Return the parts that do not depend on time."""
    return [(e.partition, e.record_count, e.size_bytes, e.attempts) for e in events]


def test_figures_are_those_of_what_was_sent(scenario):
    """Partition, records, encoded bytes, and the age that the batch came with."""
    small, large = batch_of(b"1"), batch_of(b"1", b"22", b"333")
    sizes = len(small), len(large)

    async def body(sender):
        first = await sender.send("t", 0, small, 1, age_s=5.0)
        second = await sender.send("t", 1, large, 3)
        await asyncio.gather(first, second)

    events = scenario(body)
    assert all(isinstance(event, BatchDelivered) for event in events)
    assert figures(events) == [(0, 1, sizes[0], 1), (1, 3, sizes[1], 1)]
    assert 5.0 <= events[0].latency_s < 25.0
    assert 0.0 <= events[1].latency_s < 20.0


def test_attempts_are_counted(fake, scenario):
    """One event at the end, however often the batch was sent."""
    refused = refusal(fake, ErrorCode.NOT_ENOUGH_REPLICAS)
    fake.script(ApiKey.PRODUCE, refused, refused)

    async def body(sender):
        await (await sender.send("t", 0, batch_of(b"x"), 1))

    (event,) = scenario(body)
    assert isinstance(event, BatchDelivered)
    assert event.attempts == 3


def test_a_refused_batch(fake, scenario):
    """The event has the error that the delivery raises."""
    fake.script(ApiKey.PRODUCE, refusal(fake, ErrorCode.TOPIC_AUTHORIZATION_FAILED))
    errors = []

    async def body(sender):
        future = await sender.send("t", 1, batch_of(b"x", b"y"), 2)
        with pytest.raises(ApiError) as raised:
            await future
        errors.append(raised.value)

    (event,) = scenario(body)
    assert isinstance(event, BatchFailed)
    assert event.error is errors[0]
    assert (event.topic, event.partition, event.record_count, event.attempts) == ("t", 1, 2, 1)


def test_a_batch_that_never_left(fake, scenario):
    """No attempt was made."""

    async def body(sender):
        fake.brokers[1].stop()
        future = await sender.send("t", 0, batch_of(b"x"), 1)
        with pytest.raises(DeliveryTimeoutError):
            await future

    (event,) = scenario(body, delivery_timeout_ms=20, acks=1, idempotent=False)
    assert isinstance(event, BatchFailed)
    assert isinstance(event.error, DeliveryTimeoutError)
    assert event.attempts == 0


def test_what_is_under_way_when_the_producer_is_closed(fake, scenario, silence):
    """Its fate is not known, and nobody will tell it."""
    arrived = asyncio.Event()

    def keep_silent(*_: object):
        arrived.set()
        return silence

    fake.script(ApiKey.PRODUCE, keep_silent)

    async def body(sender):
        await sender.send("t", 0, batch_of(b"x"), 1)
        await arrived.wait()

    (event,) = scenario(body)
    assert isinstance(event, BatchFailed)
    assert isinstance(event.error, ClientClosedError)
    assert event.attempts == 1


def test_the_halves_of_a_batch_that_was_too_large(fake, scenario):
    """Each is an event, so that records and bytes are those that were stored."""
    fake.script(ApiKey.PRODUCE, refusal(fake, ErrorCode.MESSAGE_TOO_LARGE))

    async def body(sender):
        await (await sender.send("t", 0, batch_of(b"1", b"2", b"3"), 3))

    events = scenario(body)
    assert all(isinstance(event, BatchDelivered) for event in events)
    assert sorted(event.record_count for event in events) == [1, 2]
    assert sum(event.size_bytes for event in events) == sum(map(len, fake.logs["t", 0].batches))


def test_without_an_answer_a_batch_is_delivered_when_written(scenario):
    """With acks=0."""

    async def body(sender):
        await (await sender.send("t", 0, batch_of(b"x"), 1))

    (event,) = scenario(body, acks=0, idempotent=False)
    assert isinstance(event, BatchDelivered)
    assert (event.record_count, event.attempts) == (1, 1)
