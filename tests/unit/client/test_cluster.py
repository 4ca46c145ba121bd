# SPDX-License-Identifier: Apache-2.0
"""Bootstrap, metadata, connections by broker, retries."""

from __future__ import annotations

import asyncio

import pytest

from ottla.client.cluster import Cluster
from ottla.client.errors import (
    BrokerUnreachableError,
    ConnectionLostError,
    UnknownPartitionError,
    UnknownTopicError,
    is_retriable,
)
from ottla.client.settings import ClientSettings
from ottla.net.address import Address
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.metadata import MetadataRequest

SETTINGS = ClientSettings(retry_backoff_ms=1, retry_backoff_max_ms=2)


def test_bootstrap_connection_is_kept(fake, run):
    """The broker that advertises the bootstrap address is not connected to twice."""

    async def scenario():
        async with fake.client() as cluster:
            await cluster.connection(1)
            assert set(cluster.metadata.brokers) == {1}

    run(scenario)
    assert len(fake.brokers[1].transports) == 1


def test_tries_all_bootstrap_addresses(network, run):
    """A dead first address does not matter while another answers; all dead is an error."""
    fake = network.cluster(2)
    fake.brokers[1].stop()

    async def scenario():
        addresses = [broker.address for broker in fake.brokers.values()]
        async with Cluster(addresses, SETTINGS) as cluster:
            assert cluster.metadata.cluster_id == "fake"
        fake.brokers[2].stop()
        with pytest.raises(BrokerUnreachableError):
            await Cluster(addresses, SETTINGS).connect()

    run(scenario)


def test_concurrent_callers_share_one_connection(network, run):
    """Ten callers that need a broker at once cause one connection."""
    fake = network.cluster(2)

    async def scenario():
        async with fake.client() as cluster:
            connections = await asyncio.gather(*(cluster.connection(2) for _ in range(10)))
            assert len(set(map(id, connections))) == 1

    run(scenario)
    assert len(fake.brokers[2].transports) == 1


def test_reconnects_after_loss(fake, run, drop):
    """A lost connection is opened again for the next call."""
    fake.leaders["t"] = [1]

    async def scenario():
        async with fake.client() as cluster:
            fake.script(ApiKey.METADATA, drop)
            with pytest.raises(ConnectionLostError):
                await cluster.refresh(("t",))
            assert "t" in (await cluster.refresh(("t",))).topics

    run(scenario)
    assert len(fake.brokers[1].transports) == 2


def test_unreachable_advertised_address_is_explained(network, run):
    """When the advertised address fails, the error says where it came from."""
    fake = network.cluster(2)

    async def scenario():
        async with fake.client() as cluster:
            fake.brokers[2].address = Address("internal-name", 9092)
            await cluster.refresh(())
            fake.brokers[2].stop()
            with pytest.raises(BrokerUnreachableError, match="broker 2 advertises itself"):
                await cluster.connection(2)

    run(scenario)


def test_topic_waits_for_leaders(fake, run):
    """A topic without leaders yet is asked for again."""
    fake.leaders["t"] = [-1]

    def elect(broker, request, version):
        fake.leaders["t"] = [1]

    fake.script(ApiKey.METADATA, None, None, elect)

    async def scenario():
        async with fake.client() as cluster:
            topic = await cluster.topic("t")
            assert topic.is_led
            assert cluster.known_leader("t", 0) == 1
            assert cluster.leads(1, "t", 0)
            assert not cluster.leads(1, "t", 1)

    run(scenario)


def test_missing_topic(fake, run):
    """A topic that stays unknown is an error that names it."""

    async def scenario():
        async with fake.client() as cluster:
            with pytest.raises(UnknownTopicError, match="'nope'"):
                await cluster.topic("nope")

    run(scenario)


def test_auto_creation(fake, run):
    """With `create` the broker is asked to make the topic."""
    fake.auto_create = True

    async def scenario():
        async with fake.client() as cluster:
            assert (await cluster.topic("new", create=True)).is_led

    run(scenario)
    assert fake.requests(MetadataRequest)[-1].allow_auto_topic_creation


def test_known_leader_errors(fake, run):
    """No leader is worth another attempt, no such partition is not."""
    fake.leaders["t"] = [1, -1]

    async def scenario():
        async with fake.client() as cluster:
            await cluster.refresh()
            with pytest.raises(ApiError) as caught:
                cluster.known_leader("t", 1)
            assert caught.value.code is ErrorCode.LEADER_NOT_AVAILABLE
            with pytest.raises(UnknownPartitionError, match="has 2"):
                cluster.known_leader("t", 2)
            with pytest.raises(ApiError):
                cluster.known_leader("other", 0)
            fake.leaders["t"] = [2, 1]  # a broker that has just died
            await cluster.refresh()
            with pytest.raises(ApiError, match="broker 2") as caught:
                cluster.known_leader("t", 0)
            assert is_retriable(caught.value)

    run(scenario)


def test_retrying_gives_up(fake, run):
    """Retriable errors end at the time limit, others at once."""
    attempts = []

    async def refused():
        attempts.append(1)
        raise ApiError(ErrorCode.REQUEST_TIMED_OUT)

    async def fatal():
        attempts.append(1)
        raise ApiError(ErrorCode.TOPIC_AUTHORIZATION_FAILED)

    async def scenario():
        async with fake.client() as cluster:
            with pytest.raises(ApiError):
                await cluster.retrying(refused, timeout_ms=20)
            assert len(attempts) > 1
            attempts.clear()
            with pytest.raises(ApiError):
                await cluster.retrying(fatal, timeout_ms=20)
            assert len(attempts) == 1

    run(scenario)


def test_call_survives_a_dying_broker(network, run):
    """A question for any broker goes to another one when the first dies."""
    fake = network.cluster(2)
    fake.leaders["t"] = [2]

    async def scenario():
        async with fake.client() as cluster:
            await cluster.connection(2)
            fake.brokers[1].stop()
            await asyncio.sleep(0)
            await cluster.refresh()
            assert cluster.known_leader("t", 0) == 2

    run(scenario)


def test_metadata_of_other_topics_is_kept(fake, run):
    """Asking for one topic keeps what is known of others; asking for all replaces everything."""
    fake.leaders.update(a=[1], b=[1])

    async def scenario():
        async with fake.client() as cluster:
            await cluster.refresh(("a",))
            await cluster.refresh(("b",))
            assert set(cluster.metadata.topics) == {"a", "b"}
            del fake.leaders["a"]
            await cluster.refresh()
            assert set(cluster.metadata.topics) == {"b"}

    run(scenario)


def test_broker_that_stops_during_the_greeting_is_tried_again(network, run, drop):
    """A hang-up at the first request is no verdict once the cluster was reached."""
    fake = network.cluster(2)
    fake.leaders["t"] = [2]

    async def scenario():
        async with fake.client() as cluster:
            await cluster.refresh()
            fake.script(ApiKey.API_VERSIONS, drop)

            async def connect():
                return await cluster.connection(2)

            assert (await cluster.retrying(connect)).is_open

    run(scenario)
