# SPDX-License-Identifier: Apache-2.0
"""`ottla start --cluster`: what is waited for, what is refused, in one sentence each."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest
from tests.integration.ottla_command import run_ottla
from tools.etcd import EtcdServer
from tools.zookeeper import ZooKeeperServer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

TIMEOUT_S = 60
READY = re.compile(r"^Ottla is ready on (\S+)$", re.MULTILINE)


class Node:
    """One `ottla start` and what it printed."""

    def __init__(self, path, *arguments: str) -> None:
        self._path = path
        with path.open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "ottla", "start", "--listen", "127.0.0.1:0", *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=os.environ | {"PYTHONUNBUFFERED": "1"},
            )

    @property
    def output(self) -> str:
        """Everything so far."""
        return self._path.read_text()

    def wait_for(self, pattern: str) -> str:
        """Return what follows the pattern's first group once it is printed."""
        deadline = time.monotonic() + TIMEOUT_S
        while (match := re.search(pattern, self.output, re.MULTILINE)) is None:
            assert self.process.poll() is None, self.output
            assert time.monotonic() < deadline, self.output
            time.sleep(0.02)
        return match[1] if match.lastindex else match[0]

    def address(self) -> str:
        """Return where it listens once it is in service."""
        return self.wait_for(READY.pattern)

    def failure(self) -> str:
        """Return its last line once it has given up, with exit code 1 and no traceback."""
        assert self.process.wait(TIMEOUT_S) == 1, self.output
        assert "Traceback" not in self.output
        return self.output.strip().splitlines()[-1]

    def end(self) -> int:
        """Stop it in good order."""
        self.process.terminate()
        return self.process.wait(TIMEOUT_S)


@pytest.fixture
def start(tmp_path) -> Iterator[Callable[..., Node]]:
    """Start brokers, each with a folder of its own unless one is named."""
    nodes: list[Node] = []

    def start_node(url: str, node_id: int, *arguments: str, folder: str = "") -> Node:
        name = folder or f"data-{len(nodes)}"
        log = tmp_path / f"log-{len(nodes)}"
        options = ["--cluster", url, "--node-id", str(node_id), "--data-dir", str(tmp_path / name)]
        nodes.append(Node(log, *options, *arguments))
        return nodes[-1]

    yield start_node
    for node in nodes:
        if node.process.poll() is None:
            node.process.kill()
            node.process.wait()


@pytest.fixture(scope="module")
def zookeeper() -> Iterator[ZooKeeperServer]:
    """Return a running ZooKeeper."""
    with ZooKeeperServer() as server:
        yield server


def test_an_engine_that_comes_later(start):
    """The broker waits, says so in one sentence, and comes into service by itself."""
    server = EtcdServer()
    try:
        node = start(f"etcd://{server.address}?session-timeout-ms=1000", 1)
        node.wait_for("waiting for the metadata engine: ")
        server.start()
        run_ottla(node.address(), "topics", "create", "orders")
        assert "Traceback" not in node.output
        assert node.end() == 0
    finally:
        server.close()


def test_a_broker_that_waits_can_be_stopped(start):
    """SIGTERM before anything answered is no failure."""
    node = start("etcd://127.0.0.1:9?session-timeout-ms=1000", 1)
    node.wait_for("waiting for the metadata engine: ")
    assert node.end() == 0
    assert "Traceback" not in node.output


def test_two_brokers_of_one_number(start, zookeeper):
    """The second one is told which, also when the first one is the controller."""
    url = f"zookeeper://{zookeeper.address}/twins"
    first = start(url, 1)
    address = first.address()
    second = start(url, 1)
    assert f"node id 1, at {address}: give this one another" in second.failure()
    run_ottla(address, "cluster", "health")


def test_a_folder_of_another_cluster(start, zookeeper):
    """Both clusters are named, and nothing is changed."""
    one, two = (f"zookeeper://{zookeeper.address}/{name}" for name in ("one", "two"))
    node = start(one, 1, folder="shared")
    node.address()
    node.end()
    start(two, 2).address()
    failure = start(two, 1, folder="shared").failure()
    assert re.search(r"belongs to cluster \S+, this broker to \S+", failure), failure
    start(one, 1, folder="shared").address()


def test_a_folder_of_another_node(start, zookeeper):
    """The number on the disk counts."""
    url = f"zookeeper://{zookeeper.address}/numbers"
    node = start(url, 1, folder="shared")
    node.address()
    node.end()
    assert "belongs to node 1, this broker is node 2" in start(url, 2, folder="shared").failure()


def test_wrong_password(start, zookeeper, tmp_path):
    """The engine's refusal is no silence; the password is nowhere."""
    password = tmp_path / "password"
    password.write_text("right")
    url = f"zookeeper://ottla@{zookeeper.address}/closed?password-file={password}"
    start(url, 1).address()
    other = f"zookeeper://ottla:wrong-one@{zookeeper.address}/closed"
    node = start(other, 2)
    assert "does not let this broker" in node.failure()
    assert "wrong-one" not in node.output


def test_who_decides(start, zookeeper):
    """A node with the role of a broker alone never does, even when it is there first."""
    url = f"zookeeper://{zookeeper.address}/roles"
    plain = start(url, 1, "--roles", "broker")
    plain.wait_for("not registered yet: .*no controller")
    able = start(url, 2)
    assert able.address() != plain.address()
    described = run_ottla(plain.address(), "cluster", "describe")
    assert "controller\t2\n" in described
    able.process.kill()
    able.process.wait()
    time.sleep(0)
    assert plain.process.poll() is None


def test_an_engine_that_has_lost_everything(start, zookeeper, tmp_path):
    """Brokers refuse, `ottla cluster restore` puts the journal back, and all topics are there."""
    lost, found = (f"zookeeper://{zookeeper.address}/{name}" for name in ("before", "after"))
    node = start(lost, 1, folder="kept")
    run_ottla(node.address(), "topics", "create", "orders", "--partitions", "3")
    node.end()
    old = start(lost.replace("before", "old"), 1, folder="kept").failure()
    assert "docs/operations.md" in old
    restore = [sys.executable, "-m", "ottla", "cluster", "restore", "--cluster", found]
    result = subprocess.run(
        [*restore, str(tmp_path / "kept")],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout.endswith("Restored the journal: start the brokers again\n")
    again = subprocess.run(
        [*restore, str(tmp_path / "kept")],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (again.returncode, again.stderr.count("holds a cluster")) == (1, 1)
    node = start(found, 1, folder="kept")
    assert "partitions\t3\n" in run_ottla(node.address(), "topics", "describe", "orders")
    assert node.end() == 0
