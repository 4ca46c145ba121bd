# SPDX-License-Identifier: Apache-2.0
"""`ottla cluster up` and its companions, on every engine that is installed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from tools import maven
from tools.zookeeper.server import POM

from ottla.cli.local_cluster.folder import ClusterFolder
from ottla.cli.local_cluster.processes import ProcessState
from ottla.cli.main import main

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

RECORDS = 200
HEALTHY_WITHIN_S = 20

SERVICES = ["zookeeper", "etcd"]


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Iterator[ClusterFolder]:
    """Return the folder that all commands of a test take, which is cleaned up."""
    place = ClusterFolder(str(tmp_path / "cluster"))
    monkeypatch.setenv("OTTLA_CLUSTER_DIR", place.path)
    monkeypatch.delenv("OTTLA_BOOTSTRAP", raising=False)
    yield place
    description = place.load()
    for process in () if description is None else description.processes():
        process.send(signal.SIGKILL)
        process.wait_gone(10)


@pytest.fixture
def ottla(capsys, folder) -> Callable[..., str]:
    """Run a command here; return what it printed, or its error when it is to fail."""

    def run(*arguments: str, code: int = 0) -> str:
        capsys.readouterr()
        result = main(list(arguments))
        output = capsys.readouterr()
        assert result == code, (arguments, output.out, output.err)
        return output.err if code == 1 else output.out

    return run


@pytest.fixture
def up(ottla, folder, monkeypatch) -> Callable[..., str]:
    """Start a cluster on free ports and let further commands find it."""

    def start(engine: str = "memory", *arguments: str) -> str:
        if engine == "zookeeper":
            monkeypatch.setenv("ZOOKEEPER_HOME", str(maven.ensure_jars(POM, "zookeeper")))
        output = ottla("cluster", "up", "--engine", engine, "--port", "0", *arguments)
        monkeypatch.setenv("OTTLA_BOOTSTRAP", folder.must_load().bootstrap_servers)
        return output

    return start


def states(ottla) -> dict[int, str]:
    """Return what `status` says of each broker."""
    brokers = json.loads(ottla("cluster", "status", "--json"))["brokers"]
    return {broker["id"]: broker["state"] for broker in brokers}


def wait_until_ill(capsys) -> None:
    """Return once the controller has noticed a death."""
    end = time.monotonic() + 30
    while main(["cluster", "health"]) != 3:
        assert time.monotonic() < end, capsys.readouterr().out
        time.sleep(0.05)


def wait_until_healthy(capsys) -> None:
    """Return once every replica is in sync."""
    deadline = time.monotonic() + HEALTHY_WITHIN_S
    while main(["cluster", "health"]) != 0:
        assert time.monotonic() < deadline, capsys.readouterr().out
        time.sleep(0.1)


def count(ottla, topic: str) -> int:
    """Return how many records a topic has."""
    (described,) = json.loads(ottla("topics", "describe", topic, "--json"))
    return sum(p["end_offset"] - p["first_offset"] for p in described["partitions"])


@pytest.mark.parametrize("engine", ["memory", *SERVICES])
def test_life_of_a_cluster(engine, up, ottla, folder, tmp_path, capsys):
    """Brokers are killed, stopped and restarted; the cluster goes down and comes back with all."""
    output = up(engine)
    assert output.count("in service") == 4
    assert f"bootstrap\t{folder.must_load().bootstrap_servers}\n" in output
    ottla("topics", "create", "orders", "--partitions", "6")
    lines = tmp_path / "lines"
    lines.write_text("".join(f"record {n}\n" for n in range(RECORDS)))
    ottla("produce", "orders", "--file", str(lines))
    assert "is up" in ottla("cluster", "up", code=1)

    assert ottla("cluster", "kill", "2") == "Killed broker 2\n"
    wait_until_ill(capsys)
    assert "under-replicated" in ottla("cluster", "health", code=3)
    assert states(ottla) == {1: "in service", 2: "killed", 3: "in service"}
    assert count(ottla, "orders") == RECORDS
    assert "broker 2 does not run" in ottla("cluster", "kill", "2", code=1)
    assert ottla("cluster", "restart", "2") == "Restarted broker 2\n"
    wait_until_healthy(capsys)

    ottla("cluster", "stop", "1", "3")
    assert states(ottla) == {1: "stopped", 2: "in service", 3: "stopped"}
    ottla("cluster", "restart", "1", "2", "3")
    wait_until_healthy(capsys)

    assert ottla("cluster", "down") == "Stopped the cluster\n"
    assert folder.must_load().processes() == []
    assert states(ottla) == dict.fromkeys((1, 2, 3), "stopped")
    assert ottla("cluster", "up").count("in service") == 4
    wait_until_healthy(capsys)
    assert count(ottla, "orders") == RECORDS
    ottla("cluster", "down")


@pytest.mark.parametrize("engine", SERVICES)
def test_pause_and_resume(engine, up, ottla, folder, capsys, monkeypatch):
    """A frozen broker is fenced after its session, and comes back into service by itself."""
    up(engine)
    ottla("topics", "create", "orders", "--partitions", "3")
    document = json.loads(ottla("cluster", "describe", "--json"))
    frozen = next(b["id"] for b in document["brokers"] if b["id"] != document["controller_id"])
    others = [b.address for b in folder.must_load().brokers if b.broker_id != frozen]
    monkeypatch.setenv("OTTLA_BOOTSTRAP", ",".join(others))
    ottla("cluster", "pause", str(frozen))
    assert states(ottla)[frozen] == "paused"
    deadline = time.monotonic() + HEALTHY_WITHIN_S
    while json.loads(ottla_health(capsys))["fenced_brokers"] != [frozen]:
        assert time.monotonic() < deadline
        time.sleep(0.1)
    ottla("cluster", "resume", str(frozen))
    wait_until_healthy(capsys)
    assert states(ottla)[frozen] == "in service"
    ottla("cluster", "down")


def ottla_health(capsys) -> str:
    """Return the document, whatever the exit code is."""
    capsys.readouterr()
    main(["cluster", "health", "--json"])
    return capsys.readouterr().out


def test_brokers_in_one_process_cannot_be_paused(up, ottla):
    """The command says which engines can."""
    up("memory", "--brokers", "1")
    assert "--engine etcd" in ottla("cluster", "pause", "1", code=1)
    assert "--engine etcd" in ottla("cluster", "resume", "1", code=1)
    ottla("cluster", "down")


def test_a_killed_holder_loses_nothing_that_was_acknowledged(up, ottla, folder, tmp_path, capsys):
    """The engine in memory is made anew from what the brokers kept of the journal."""
    up("memory")
    lines = tmp_path / "lines"
    lines.write_text("".join(f"record {n}\n" for n in range(RECORDS)))
    ottla("topics", "create", "orders", "--partitions", "3")
    ottla("produce", "orders", "--file", str(lines))
    before = json.loads(ottla("cluster", "describe", "--json"))
    (holder,) = folder.must_load().processes()
    holder.send(signal.SIGKILL)
    holder.wait_gone(10)
    assert states(ottla) == dict.fromkeys((1, 2, 3), "ended")
    assert "does not answer" in ottla("cluster", "kill", "1", code=1)
    ottla("cluster", "up")
    wait_until_healthy(capsys)
    after = json.loads(ottla("cluster", "describe", "--json"))
    assert after["cluster_id"] == before["cluster_id"]
    assert after["topic_count"] == before["topic_count"]
    assert after["controller_epoch"] > before["controller_epoch"], (before, after)
    assert count(ottla, "orders") == RECORDS
    ottla("cluster", "down")


def test_growth_and_decommissioning(up, ottla, capsys):
    """Brokers are added, partitions are spread over them, and one leaves for good."""
    up("memory")
    ottla("topics", "create", "orders", "--partitions", "6")
    ottla("cluster", "down")
    ottla("cluster", "up", "--brokers", "4")
    wait_until_healthy(capsys)
    ottla("topics", "reassign", "orders", "--brokers", "1,2,3,4", "--wait")
    document = json.loads(ottla("cluster", "describe", "--json"))
    held = [broker["replicas"] for broker in document["brokers"]]
    assert max(held) - min(held) <= 1, held
    assert "stop it first" in ottla("cluster", "unregister", "2", code=1)
    while json.loads(ottla("cluster", "decommission", "2", "--json"))["replicas"]:
        time.sleep(0.05)
    ottla("cluster", "stop", "2")
    assert "has forgotten broker 2" in ottla("cluster", "decommission", "2")
    wait_until_healthy(capsys)
    document = json.loads(ottla("cluster", "describe", "--json"))
    assert [broker["id"] for broker in document["brokers"]] == [1, 3, 4]
    ottla("cluster", "down")


def test_moves_under_a_limit(up, ottla, tmp_path):
    """They come to an end, and leave no limit behind."""
    up("memory")
    single = ["--replication-factor", "1", "--config", "min.insync.replicas=1"]
    ottla("topics", "create", "orders", *single)
    lines = tmp_path / "lines"
    lines.write_text("".join(f"{n} {'x' * 1000}\n" for n in range(2000)))
    ottla("produce", "orders", "--file", str(lines))
    (described,) = json.loads(ottla("topics", "describe", "orders", "--json"))
    (old,) = described["partitions"][0]["replicas"]
    new = str(old % 3 + 1)
    arguments = ["--replicas", new, "--wait", "--throttle", "1000000"]
    ottla("topics", "reassign", "orders", *arguments)
    (described,) = json.loads(ottla("topics", "describe", "orders", "--json"))
    assert described["partitions"][0]["replicas"] == [int(new)]
    assert not [key for key in described["configs"] if "throttled" in key]
    assert "throttled" not in ottla("configs", "describe", "broker", new)
    ottla("cluster", "down")


def test_nothing_is_killed_that_up_did_not_start(up, ottla, folder):
    """A process that only has the number of the one that was started is left alone."""
    up("memory", "--brokers", "1")
    description = folder.must_load()
    holder = description.engine_process
    description.engine_process = holder._replace(started="another boot/1")
    folder.save(description)
    assert ottla("cluster", "down") == "The cluster was not running\n"
    assert holder.state is ProcessState.RUNNING
    description.engine_process = holder
    folder.save(description)
    ottla("cluster", "down")
    assert holder.state is ProcessState.GONE


def test_a_port_that_is_taken(ottla, folder):
    """The broker's own sentence comes out, and nothing is left running."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        error = ottla("cluster", "up", "--brokers", "1", "--port", port, code=1)
    assert "cannot be opened" in error
    assert "Traceback" not in error
    assert folder.must_load().processes() == []


def test_foreground(folder):
    """The cluster lives as long as the command, and Ctrl-C stops it in order."""
    command = [sys.executable, "-m", "ottla", "cluster", "up", "--brokers", "1", "--port", "0"]
    with subprocess.Popen(
        [*command, "--foreground"], stdout=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as process:
        for line in process.stdout:
            if line.startswith("bootstrap"):
                break
        assert len(folder.must_load().processes()) == 1
        process.send_signal(signal.SIGINT)
        assert "Stopped the cluster" in process.stdout.read()
    assert process.returncode == 0
    assert folder.must_load().processes() == []
