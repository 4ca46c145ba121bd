# SPDX-License-Identifier: Apache-2.0
"""Claims about listeners and advertised addresses."""

from __future__ import annotations

import pytest

from ottla.base.errors import ConfigError
from ottla.broker.listeners import (
    Endpoint,
    parse_advertised,
    parse_endpoint,
    parse_listeners,
    parse_protocol_map,
)

PROTOCOLS = {"PLAINTEXT": "PLAINTEXT", "SSL": "SSL", "INSIDE": "PLAINTEXT"}


@pytest.mark.parametrize(
    ("text", "endpoint"),
    [
        ("PLAINTEXT://:9092", Endpoint("PLAINTEXT", "", 9092)),
        ("inside://my-host.example:0", Endpoint("INSIDE", "my-host.example", 0)),
        (" PLAINTEXT://[::1]:9092 ", Endpoint("PLAINTEXT", "::1", 9092)),
        ("PLAINTEXT://0.0.0.0:65535", Endpoint("PLAINTEXT", "0.0.0.0", 65535)),
    ],
)
def test_endpoints(text, endpoint):
    """Name, host and port are taken apart; IPv6 stands in brackets."""
    assert parse_endpoint("listeners", text) == endpoint
    assert parse_endpoint("listeners", str(endpoint)) == endpoint


@pytest.mark.parametrize(
    "text",
    [
        "",
        "localhost:9092",
        "PLAINTEXT://h",
        "PLAINTEXT://h:65536",
        "PLAINTEXT://h:-1",
        "://h:1",
        "PLAINTEXT://::1:9092",
        "PLAINTEXT://h:999999999999",
    ],
)
def test_bad_endpoints(text):
    """What is no address is refused by name of the key."""
    with pytest.raises(ConfigError, match=r"^listeners="):
        parse_endpoint("listeners", text)


def test_protocol_map():
    """Names are folded to upper case; protocols must be known ones."""
    assert parse_protocol_map("a:plaintext, B:SSL") == {"A": "PLAINTEXT", "B": "SSL"}
    for bad in ("a", "a:TLS", ":SSL", "a:SSL,A:SSL"):
        with pytest.raises(ConfigError):
            parse_protocol_map(bad)


def test_controllers_listeners_are_left_out():
    """A combined node's file of Kafka opens its broker listeners only."""
    texts = ["PLAINTEXT://:9092", "CONTROLLER://:9093"]
    assert parse_listeners(texts, PROTOCOLS, ["CONTROLLER"]) == (Endpoint("PLAINTEXT", "", 9092),)


@pytest.mark.parametrize(
    ("texts", "hint"),
    [
        (["SSL://:9092"], "PLAINTEXT listeners only"),
        (["OUTSIDE://:9092"], "listener.security.protocol.map must name OUTSIDE"),
        (["PLAINTEXT://:1", "PLAINTEXT://:2"], "used twice"),
        (["PLAINTEXT://:1", "INSIDE://:1"], "has this address already"),
        (["CONTROLLER://:1"], "one that clients can use"),
    ],
)
def test_listeners_that_cannot_be_opened(texts, hint):
    """Each refusal says what would help."""
    with pytest.raises(ConfigError, match=hint):
        parse_listeners(texts, PROTOCOLS, ["CONTROLLER"])


def test_advertised_addresses():
    """An advertised address belongs to an open listener and can be connected to."""
    opened = (Endpoint("PLAINTEXT", "", 9092),)
    found = parse_advertised(["PLAINTEXT://me:1", "CONTROLLER://x:2"], opened, ["CONTROLLER"])
    assert found == {"PLAINTEXT": Endpoint("PLAINTEXT", "me", 1)}
    with pytest.raises(ConfigError, match="no listener named INSIDE"):
        parse_advertised(["INSIDE://me:1"], opened, [])
    with pytest.raises(ConfigError, match="can connect to"):
        parse_advertised(["PLAINTEXT://0.0.0.0:1"], opened, [])
