# SPDX-License-Identifier: Apache-2.0
"""What a metrics hook hears of connections and their requests."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from tests.unit.client.conftest import SETTINGS

from ottla.client.coordinator_connection import CoordinatorConnection
from ottla.client.coordinators import CoordinatorType
from ottla.client.errors import BrokerUnreachableError, NotABrokerError
from ottla.client.metrics import ConnectionClosed, ConnectionOpened, RequestAnswered, RequestFailed
from ottla.client.observed_connection import open_connection
from ottla.net.client_connection import Connection
from ottla.net.connection_errors import ConnectionLostError, RequestTimeoutError
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.messages.metadata import MetadataRequest, MetadataResponse

BROKER = "broker-1:9092"


@pytest.fixture
def events():
    """Return what the hook was told."""
    return []


@pytest.fixture
def settings(events):
    """Return settings with that hook."""
    return replace(SETTINGS, metrics=events.append)


def names(events):
    """Return what was told, without the figures."""
    return [
        (type(event).__name__, event.api) if hasattr(event, "api") else type(event).__name__
        for event in events
    ]


def test_a_connection_and_its_requests(fake, run, events, settings):
    """From the agreement on versions to the end, in order."""

    async def scenario():
        connection = await open_connection(fake.bootstrap[0], settings)
        began = asyncio.get_running_loop().time()
        await connection.send(MetadataRequest(topics=[]), MetadataResponse)
        took = asyncio.get_running_loop().time() - began
        assert isinstance(events[-1], RequestAnswered)
        assert 0 <= events[-1].latency_s <= took
        connection.close()
        await connection.wait_closed()

    run(scenario)
    assert names(events) == [
        ("RequestAnswered", "ApiVersions"),
        "ConnectionOpened",
        ("RequestAnswered", "Metadata"),
        "ConnectionClosed",
    ]
    assert {event.broker for event in events} == {BROKER}
    assert "was closed" in events[-1].reason


def test_a_broker_that_goes_away(fake, run, events, settings, drop):
    """The request failed, and the connection is told of as closed once."""
    fake.script(ApiKey.METADATA, drop)

    async def scenario():
        connection = await open_connection(fake.bootstrap[0], settings)
        with pytest.raises(ConnectionLostError):
            await connection.send(MetadataRequest(topics=[]), MetadataResponse)
        connection.close()

    run(scenario)
    failed, closed = sorted(events[2:], key=lambda event: isinstance(event, ConnectionClosed))
    assert isinstance(failed, RequestFailed)
    assert (failed.api, failed.broker) == ("Metadata", BROKER)
    assert isinstance(failed.error, ConnectionLostError)
    assert closed == ConnectionClosed(BROKER, str(failed.error))


def test_an_answer_that_does_not_come(fake, run, events, settings, silence):
    """The time that went by is the latency; who cancels a request is not told of."""
    fake.script(ApiKey.METADATA, silence, silence)

    async def scenario():
        connection = await open_connection(fake.bootstrap[0], settings)
        gone = connection.send(MetadataRequest(topics=[]), MetadataResponse, timeout_ms=10_000)
        gone.cancel()
        with pytest.raises(RequestTimeoutError):
            await connection.send(MetadataRequest(topics=[]), MetadataResponse, timeout_ms=5)
        await connection.wait_closed()

    run(scenario)
    assert names(events)[2:] == [("RequestFailed", "Metadata"), "ConnectionClosed"]
    assert events[2].latency_s >= 0.004


def test_what_never_was_a_connection_is_neither_opened_nor_closed(
    fake, run, events, settings, drop
):
    """One that is refused, and one that does not agree on versions."""
    fake.script(ApiKey.API_VERSIONS, drop)

    async def scenario():
        with pytest.raises(NotABrokerError):
            await open_connection(fake.bootstrap[0], settings)
        fake.brokers[1].stop()
        with pytest.raises(BrokerUnreachableError):
            await open_connection(fake.bootstrap[0], settings)

    run(scenario)
    assert names(events) == [("RequestFailed", "ApiVersions")]


def test_every_connection_of_a_client_is_observed(fake, run, events, settings):
    """The shared ones and those to coordinators; without a hook none is."""

    async def scenario():
        async with fake.client(settings) as cluster:
            coordinator = CoordinatorConnection(cluster, CoordinatorType.GROUP, "g")
            await coordinator.opened()
            await coordinator.close()
        async with fake.client() as cluster:
            assert type(await cluster.connection(1)) is Connection

    run(scenario)
    assert sum(isinstance(event, ConnectionOpened) for event in events) == 2
    assert sum(isinstance(event, ConnectionClosed) for event in events) == 2
