# SPDX-License-Identifier: Apache-2.0
"""Rows of a local cluster: processes, and what the cluster says of the brokers."""

from __future__ import annotations

import pytest

from ottla.base.errors import OttlaError
from ottla.cli.local_cluster import status
from ottla.cli.local_cluster.folder import Description, LocalBroker
from ottla.cli.local_cluster.processes import ProcessIdentity

HOLDER = ProcessIdentity(77, "x")


def cluster():
    """Return two brokers, one with a process of its own."""
    return Description(
        "etcd",
        [LocalBroker(1, 1001, ProcessIdentity(11, "x")), LocalBroker(2, 1002)],
        engine_process=HOLDER,
    )


@pytest.fixture
def asked(monkeypatch):
    """Answer for the cluster; return who was asked."""
    calls = []

    def ask(addresses, settings, action):
        calls.append([str(address) for address in addresses])
        return {1: status._Shares(False, 2, 5, 6), 2: status._Shares(True, 0, 0, 6)}

    monkeypatch.setattr(status, "ask_cluster", ask)
    return calls


def test_rows(asked):
    """Only brokers that run are asked; one that is fenced is told from one in service."""
    first, second = status.statuses(cluster(), {1: "running", 2: "running"})
    assert (first.process_id, first.state, first.leads, first.in_sync) == (11, "in service", 2, 5)
    assert (second.process_id, second.state) == (77, "fenced")
    assert asked == [["127.0.0.1:1001", "127.0.0.1:1002"]]


def test_brokers_that_do_not_run(asked):
    """What the others say of a killed broker is shown; it has no process."""
    _, second = status.statuses(cluster(), {1: "running", 2: "killed"})
    assert (second.process_id, second.state, second.replicas) == (None, "killed", 6)
    assert asked == [["127.0.0.1:1001"]]


def test_nobody_answers(monkeypatch):
    """The processes are shown all the same."""

    def fail(*arguments: object):
        raise OttlaError("no")

    monkeypatch.setattr(status, "ask_cluster", fail)
    rows = status.statuses(cluster(), {1: "running", 2: "paused"})
    assert [(row.state, row.leads) for row in rows] == [("running", None), ("paused", None)]
    assert status.statuses(cluster(), {})[0].state == "unknown"


def test_json(asked):
    """Scripts get the same."""
    description = cluster()
    document = status.statuses_json(
        description, status.statuses(description, {1: "running", 2: "running"})
    )
    assert document["bootstrap_servers"] == "127.0.0.1:1001,127.0.0.1:1002"
    assert document["brokers"][1] == {
        "id": 2,
        "address": "127.0.0.1:1002",
        "pid": 77,
        "state": "fenced",
        "leads": 0,
        "in_sync": 0,
        "replicas": 6,
    }
