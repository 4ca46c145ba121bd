# SPDX-License-Identifier: Apache-2.0
"""Claims about the addresses that clients are told."""

from __future__ import annotations

from types import SimpleNamespace

from ottla.broker.advertised import address_of
from ottla.broker.config import BrokerConfig
from ottla.metadata.image import BrokerEndpoint, BrokerImage


def told(broker_id=1, local_host="192.0.2.7", listener="PLAINTEXT", **settings: str):
    """Return host and port that a client is told of a broker."""
    broker = BrokerImage(
        broker_id,
        1,
        bytes(16),
        (BrokerEndpoint("PLAINTEXT", "registered", 5, 0),),
        {},
        None,
        False,
        False,
        (),
    )
    context = SimpleNamespace(
        connection=SimpleNamespace(listener=listener, local_host=local_host, local_port=19092),
        services=SimpleNamespace(
            config=BrokerConfig.load({k.replace("_", "."): v for k, v in settings.items()})
        ),
    )
    return address_of(broker, context)


def test_the_clients_own_view():
    """Without a setting the client is told the address on which it came in."""
    assert told() == ("192.0.2.7", 19092)
    assert told(local_host="::1") == ("::1", 19092)
    assert told(local_host="::ffff:127.0.0.1") == ("127.0.0.1", 19092)


def test_the_advertised_address():
    """What is set is told, on that listener; port 0 stands for the port that was found."""
    assert told(advertised_listeners="PLAINTEXT://kafka.example:1") == ("kafka.example", 1)
    assert told(advertised_listeners="PLAINTEXT://kafka.example:0") == ("kafka.example", 19092)


def test_other_brokers():
    """They are told as they registered, or not at all."""
    assert told(broker_id=2) == ("registered", 5)
    assert told(broker_id=2, listener="OTHER") is None
