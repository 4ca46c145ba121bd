# SPDX-License-Identifier: Apache-2.0
"""The queue example under kills: every service is a process, and dies while there is work."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from ottla import Consumer

EXAMPLE = Path(__file__).parents[3] / "examples" / "queue_between_services.py"
ORDERS = 400
TIMEOUT_S = 60


class Service:
    """One of the services, which a test may kill and start again."""

    def __init__(self, bootstrap: str, *arguments: str) -> None:
        self._command = [sys.executable, str(EXAMPLE), *arguments, "--bootstrap", bootstrap]
        self._process = None

    def start(self):
        """Start it; what it prints belongs to the test's output."""
        self._process = subprocess.Popen(self._command)
        return self

    def kill(self):
        """End it as a power cut would."""
        self._process.kill()
        self._process.wait()

    def run(self):
        """Run it to its end and return what it printed."""
        return subprocess.run(
            self._command, check=True, capture_output=True, text=True, timeout=TIMEOUT_S
        ).stdout


def meals_cooked(bootstrap):
    """Return the numbers of the orders of which there are meals."""
    with Consumer(
        "meals",
        bootstrap_servers=bootstrap,
        from_beginning=True,
        stop_at_end=True,
        isolation_level="read_committed",
    ) as consumer:
        return Counter(json.loads(record.value)["order"] for record in consumer)


def delivered(database):
    """Return how many meals the delivery has noted."""
    with sqlite3.connect(database, timeout=TIMEOUT_S) as store:
        return store.execute("select count(*) from deliveries").fetchone()[0]


def wait_for(what, condition):
    """Wait until a condition holds."""
    deadline = time.monotonic() + TIMEOUT_S
    while not condition():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


@pytest.mark.timeout(180)
def test_services_die_and_nothing_is_lost_or_done_twice(start_broker, tmp_path):
    """The kitchen and the delivery are killed again and again while orders come in."""
    bootstrap = start_broker().bootstrap
    database = tmp_path / "deliveries.db"
    Service(bootstrap, "analytics").run()  # makes the topics; there is nothing to count
    services = [
        Service(bootstrap, "kitchen"),
        Service(bootstrap, "delivery", "--database", str(database)),
    ]
    for service in services:
        service.start()
    try:
        for first in range(0, ORDERS, 100):
            Service(bootstrap, "orders", "--first", str(first), "--count", "100").run()
            wait_for("the kitchen cooks", lambda end=first: len(meals_cooked(bootstrap)) > end)
            for service in services:
                service.kill()
                service.start()
        wait_for("all is cooked", lambda: len(meals_cooked(bootstrap)) == ORDERS)
        wait_for("all is delivered", lambda: delivered(database) == ORDERS)
    finally:
        for service in services:
            service.kill()
    assert meals_cooked(bootstrap) == Counter(range(ORDERS))
    counts = json.loads(Service(bootstrap, "analytics").run())
    assert counts["orders"] == counts["meals"]
    assert sum(counts["orders"].values()) == ORDERS
