# SPDX-License-Identifier: Apache-2.0
"""Connections between brokers: addresses, purposes, lost ones, and who is gone."""

from __future__ import annotations

import asyncio

import pytest
from tests.unit.client.conftest import DROP, SILENCE, FakeNetwork

from ottla.broker.peers import Peers, PeerSettings
from ottla.metadata.image import BrokerEndpoint, BrokerImage, ClusterImage, ControllerImage
from ottla.metadata.snapshot import broker_record, controller_record
from ottla.net.address import Address
from ottla.net.client_connection import Connection
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.metadata import MetadataRequest, MetadataResponse

ASK = MetadataRequest(topics=[], allow_auto_topic_creation=False)


class Bench:
    """A broker that knows brokers 1 and 2 of a fake cluster; 2 decides."""

    def __init__(self, monkeypatch) -> None:
        self.network = FakeNetwork()
        self.opened: list[Address] = []
        self.cluster = self.network.cluster(2)

        async def connect(kind, address, settings):
            self.opened.append(address)
            await asyncio.sleep(0)
            return await self.network.connect(kind, address, settings)

        monkeypatch.setattr(Connection, "_connect", classmethod(connect))
        records = [
            broker_record(
                BrokerImage(n, n, bytes([n]) * 16, self.endpoints(n), {}, None, False, False, ())
            )
            for n in (1, 2)
        ]
        controller = ControllerImage(2, b"2" * 16, self.endpoints(2))
        self.image, _ = ClusterImage("c").apply([*records, controller_record(controller)])
        self.peers = Peers(
            image=lambda: self.image,
            listener="INTERNAL",
            settings=PeerSettings("peer", connect_timeout_ms=1000, request_timeout_ms=200),
        )

    def endpoints(self, broker_id):
        """Return two listeners, one of them for brokers."""
        return (
            BrokerEndpoint("PUBLIC", "public.example", 1, 0),
            BrokerEndpoint("INTERNAL", f"broker-{broker_id}", 9092, 0),
        )


@pytest.fixture
def bench(monkeypatch):
    """Return a broker without connections."""
    return Bench(monkeypatch)


def test_addresses_are_those_of_the_listener_for_brokers(bench):
    """Of a registered broker, and of whoever decides."""
    assert bench.peers.address_of(1) == Address("broker-1", 9092)
    assert bench.peers.address_of_controller() == Address("broker-2", 9092)


def test_unknown_addresses_are_errors_with_a_name(bench):
    """BROKER_NOT_AVAILABLE; NOT_CONTROLLER while nobody is elected."""
    with pytest.raises(ApiError) as caught:
        bench.peers.address_of(9)
    assert caught.value.code == ErrorCode.BROKER_NOT_AVAILABLE
    assert "broker 9" in str(caught.value)
    bench.image = ClusterImage("c")
    with pytest.raises(ApiError) as caught:
        bench.peers.address_of_controller()
    assert caught.value.code == ErrorCode.NOT_CONTROLLER


def test_one_connection_for_each_purpose(bench):
    """Opened once, although many ask at once; a large fetch holds up no heartbeat."""

    async def scenario():
        address = bench.peers.address_of(1)
        one, two, three = await asyncio.gather(
            bench.peers.connect(address, "control"),
            bench.peers.connect(address, "control"),
            bench.peers.connect(address, "fetch"),
        )
        assert one is two
        assert one is not three
        assert len(bench.opened) == 2
        assert bench.peers.open_connection(address, "fetch") is three
        assert bench.peers.open_connection(address, "other") is None

    asyncio.run(scenario())


def test_a_lost_connection_is_opened_again(bench):
    """At the next request, by whoever asks."""

    async def scenario():
        address = bench.peers.address_of(1)
        first = await bench.peers.connect(address, "control")
        first.close()
        await asyncio.sleep(0)
        await bench.peers.ask(address, ASK, MetadataResponse)
        assert len(bench.opened) == 2
        assert bench.peers.open_connection(address, "control") is not first

    asyncio.run(scenario())


def test_the_controller_answers(bench):
    """The question goes to broker 2, and its answer comes back."""

    async def scenario():
        response = await bench.peers.ask_controller(ASK, MetadataResponse)
        assert response.cluster_id == "fake"
        assert bench.opened == [Address("broker-2", 9092)]

    asyncio.run(scenario())


@pytest.mark.parametrize(
    ("trouble", "code"),
    [
        ("down", ErrorCode.NOT_CONTROLLER),
        ("hangs up", ErrorCode.REQUEST_TIMED_OUT),
        ("nonsense", ErrorCode.REQUEST_TIMED_OUT),
        ("silent", ErrorCode.REQUEST_TIMED_OUT),
    ],
)
def test_a_controller_without_an_answer(bench, trouble, code):
    """NOT_CONTROLLER may be asked again; after REQUEST_TIMED_OUT it may have been carried out."""

    async def scenario():
        if trouble == "down":
            bench.cluster.brokers[2].stop()
        elif trouble == "hangs up":
            bench.cluster.script(ApiKey.METADATA, DROP)
        elif trouble == "silent":
            bench.cluster.script(ApiKey.METADATA, SILENCE)
        else:
            bench.cluster.script(ApiKey.METADATA, b"nonsense")
        with pytest.raises(ApiError) as caught:
            await bench.peers.ask_controller(ASK, MetadataResponse)
        assert caught.value.code == code

    asyncio.run(scenario())


def test_only_a_refusal_proves_that_a_process_is_gone(bench):
    """A server that says nothing is there: the kernel accepts for a process that is frozen."""

    async def scenario():
        accepted = asyncio.get_running_loop().create_future()
        server = await asyncio.start_server(
            lambda _, writer: accepted.set_result(writer), "127.0.0.1", 0
        )
        address = Address(*server.sockets[0].getsockname())
        assert not await bench.peers.is_gone(address)
        writer = await accepted
        writer.close()
        await writer.wait_closed()
        server.close()
        await server.wait_closed()
        assert await bench.peers.is_gone(address)

    asyncio.run(scenario())


@pytest.mark.parametrize("trouble", [OSError("no route to host"), None])
def test_a_door_that_nobody_answers_proves_nothing(bench, monkeypatch, trouble):
    """The host is away, or the network: it may be there for others."""

    async def scenario():
        async def connect(*_: object):
            if trouble is not None:
                raise trouble
            await asyncio.sleep(60)

        monkeypatch.setattr(asyncio.get_running_loop(), "create_connection", connect)
        assert not await bench.peers.is_gone(bench.peers.address_of(1))

    asyncio.run(scenario())


def test_after_the_end_nothing_stays_open(bench):
    """Not even what was being opened meanwhile."""

    async def scenario():
        address = bench.peers.address_of(1)
        connection = await bench.peers.connect(address, "control")
        opening = asyncio.ensure_future(bench.peers.connect(address, "fetch"))
        await asyncio.sleep(0)
        bench.peers.close()
        assert not connection.is_open
        assert not (await opening).is_open
        assert bench.peers.open_connection(address, "fetch") is None

    asyncio.run(scenario())
