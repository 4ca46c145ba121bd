# SPDX-License-Identifier: Apache-2.0
"""Broker processes for integration tests: start, stop, kill and restart on the same folder.

`broker` is one running broker on an ephemeral port of 127.0.0.1 with a temporary data folder.
`start_broker` makes as many as a test needs, with options. Each is stopped when the test ends.
`any_bootstrap` lets a test run on Ottla and on Apache Kafka: a client has to work on both.
With OTTLA_TEST_BROKER=kafka in the environment each of them is an Apache Kafka instead: that tells
a wrong test from a wrong broker.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest
from tools.broker_process import BrokerProcess
from tools.kafka.server import KafkaServer
from tools.kafka.stand_in import KafkaStandIn

if TYPE_CHECKING:
    from pathlib import Path

ON_KAFKA = os.environ.get("OTTLA_TEST_BROKER") == "kafka"
StartBroker = Callable[..., BrokerProcess | KafkaStandIn]


@pytest.fixture
def start_broker(tmp_path: Path) -> Iterator[StartBroker]:
    """Return a function that starts a broker: `start_broker("--set", "num.partitions=3")`."""
    yield from _starting(tmp_path)


@pytest.fixture(scope="module")
def start_shared_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartBroker]:
    """Return the same, for brokers that all tests of a module share."""
    yield from _starting(tmp_path_factory.mktemp("shared"))


@pytest.fixture
def broker(start_broker: StartBroker) -> BrokerProcess | KafkaStandIn:
    """Return a running broker on an empty folder."""
    return start_broker()


@pytest.fixture(scope="module", params=["ottla", "kafka"])
def any_bootstrap(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """Return the address of a running broker that a module's tests share: ours, then Kafka's."""
    if request.param == "kafka":
        with KafkaServer() as kafka:
            yield kafka.address
        return
    process = BrokerProcess(tmp_path_factory.mktemp("data")).start()
    yield process.bootstrap
    process.stop()


def _starting(parent: Path) -> Iterator[StartBroker]:
    started: list[BrokerProcess | KafkaStandIn] = []

    def start(*arguments: str, data_dir: Path | None = None) -> BrokerProcess | KafkaStandIn:
        folder = data_dir if data_dir is not None else parent / f"data-{len(started)}"
        kind = KafkaStandIn if ON_KAFKA else BrokerProcess
        process = kind(folder, arguments)
        started.append(process)
        return process.start()

    yield start
    for process in started:
        if process.is_running:
            process.resume()
            process.stop()
