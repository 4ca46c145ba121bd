# SPDX-License-Identifier: Apache-2.0
"""Brokers for tests of the client library: ours inside the test, and Apache Kafka."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from tools.kafka.server import KafkaServer

from ottla.testing import Broker

if TYPE_CHECKING:
    from collections.abc import Iterator


QUICK_HEARTBEATS = {
    "group.consumer.min.heartbeat.interval.ms": "200",
    "group.consumer.heartbeat.interval.ms": "200",
}
"""With the consumer protocol the broker says how often members ask; a test has less time."""


@pytest.fixture(scope="module")
def own_broker() -> Iterator[Broker]:
    """Return a broker of three partitions a topic that a module shares."""
    with Broker({"num.partitions": "3", **QUICK_HEARTBEATS}) as broker:
        yield broker


@pytest.fixture(scope="module", params=["ottla", "kafka"])
def bootstrap(request: pytest.FixtureRequest) -> Iterator[str]:
    """Return the address of a broker: ours, then Apache Kafka."""
    if request.param == "kafka":
        with KafkaServer(settings=QUICK_HEARTBEATS) as kafka:
            yield kafka.address
    else:
        yield request.getfixturevalue("own_broker").bootstrap_servers


@pytest.fixture
def topic() -> str:
    """Return a name that nobody has used."""
    return f"topic-{uuid4().hex[:12]}"
