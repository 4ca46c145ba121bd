# SPDX-License-Identifier: Apache-2.0
"""Fixtures for pytest: a broker or a cluster that is empty when each test begins.

    def test_orders(ottla_broker, ottla_topic):
        shop = Shop(kafka=ottla_broker.bootstrap_servers, topic=ottla_topic)

pytest loads this by itself where Ottla is installed, in every run, so nothing of Ottla is imported
before a fixture asks for it. Brokers run inside the test process: with xdist each worker has its
own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ottla.testing.broker import Broker
    from ottla.testing.cluster import Cluster


@pytest.fixture(scope="session")
def ottla_settings() -> dict[str, str]:
    """Return broker settings (Kafka's names); override it in a conftest.py to change some."""
    return {}


@pytest.fixture(scope="session")
def ottla_shared_broker(ottla_settings: dict[str, str]) -> Iterator[Broker]:
    """Return the broker of the whole test run, with what earlier tests left in it."""
    from ottla.testing.broker import Broker  # noqa: PLC0415 - see above

    with Broker(ottla_settings) as broker:
        yield broker


@pytest.fixture
def ottla_broker(ottla_shared_broker: Broker) -> Broker:
    """Return a broker without topics and groups, which may be killed and restarted."""
    ottla_shared_broker.reset()
    return ottla_shared_broker


@pytest.fixture
def ottla_topic(ottla_broker: Broker) -> str:
    """Return the name of a topic of one partition on `ottla_broker` that no other test has."""
    from ottla.blocking.admin import Admin  # noqa: PLC0415 - see above

    name = f"topic-{uuid4().hex[:12]}"
    with Admin(ottla_broker.bootstrap_servers) as admin:
        admin.create_topic(name, partitions=1)
    return name


@pytest.fixture(scope="session")
def ottla_shared_cluster(ottla_settings: dict[str, str]) -> Iterator[Cluster]:
    """Return the three brokers of the whole test run, with what earlier tests left in them."""
    from ottla.testing.cluster import Cluster  # noqa: PLC0415 - see above

    with Cluster(brokers=3, settings=ottla_settings) as cluster:
        yield cluster


@pytest.fixture
def ottla_cluster(ottla_shared_cluster: Cluster) -> Cluster:
    """Return a cluster of three running brokers without topics and groups."""
    ottla_shared_cluster.reset()
    return ottla_shared_cluster
