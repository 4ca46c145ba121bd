# SPDX-License-Identifier: Apache-2.0
"""Which addresses an answer that names leaders carries (KIP-951)."""

from __future__ import annotations

from types import SimpleNamespace

from ottla.broker.config import BrokerConfig
from ottla.broker.node_endpoints import NodeEndpoint, no_endpoints, node_endpoints
from ottla.metadata.image import BrokerEndpoint, BrokerImage


def broker(broker_id: int, *, fenced: bool = False, rack: str | None = None) -> BrokerImage:
    """Return a registered broker that listens where its id says."""
    endpoint = BrokerEndpoint("PLAINTEXT", f"broker-{broker_id}", 9000 + broker_id, 0)
    return BrokerImage(broker_id, 1, bytes(16), (endpoint,), {}, rack, fenced, False, ())


def told(*broker_ids: int, listener: str = "PLAINTEXT") -> list[NodeEndpoint]:
    """Return what a client of broker 1 is told."""
    brokers = [broker(1), broker(2, rack="b"), broker(3, fenced=True)]
    services = SimpleNamespace(
        config=BrokerConfig.load({"node.id": "1"}),
        image=SimpleNamespace(brokers={one.broker_id: one for one in brokers}),
    )
    connection = SimpleNamespace(listener=listener, local_host="192.0.2.7", local_port=19092)
    return node_endpoints(services, connection, broker_ids)


def test_a_leader_is_told_with_address_and_rack():
    """Another broker is told as it registered."""
    assert told(2) == [NodeEndpoint(2, "broker-2", 9002, "b")]


def test_each_leader_is_told_once():
    """Many partitions of one leader need one address."""
    assert told(2, 1, 2) == [
        NodeEndpoint(2, "broker-2", 9002, "b"),
        NodeEndpoint(1, "192.0.2.7", 19092),
    ]


def test_a_leader_that_cannot_be_reached_is_left_out():
    """Nobody (-1), a broker out of service, and one without this listener have no address."""
    assert told(-1, 3, 7) == []
    assert told(2, listener="OTHER") == []


def test_clients_that_are_told_nothing():
    """The stand-in knows no address."""
    assert list(no_endpoints([1, 2])) == []
