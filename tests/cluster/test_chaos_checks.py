# SPDX-License-Identifier: Apache-2.0
"""What `tools.chaos` checks by itself finds what it should, and its proxies do what they say."""

from __future__ import annotations

import os
import socket
import threading
from contextlib import suppress

import pytest
from tools.chaos.judging import inexact_copies
from tools.chaos.network import Network
from tools.chaos.replica_logs import HIGH_WATERMARKS, compare_replicas

from ottla.records.builder import build_batch
from ottla.records.record import Record
from ottla.testing.simulation.history import Operation, Step

ANSWER_TIMEOUT_S = 10
SILENCE_S = 0.2


def batch_at(offset: int, value: bytes) -> bytes:
    """Return a batch of one record as a leader would append it."""
    batch = bytearray(build_batch([Record(0, 1, None, value)]))
    batch[0:8] = offset.to_bytes(8, "big")
    return bytes(batch)


@pytest.fixture
def write_replica(tmp_path):
    """Return a function that writes a broker's replica of t-0."""

    def write(broker_id: int, values: list[bytes], high_watermark: int, first: int = 0):
        folder = tmp_path / str(broker_id)
        (folder / "t-0").mkdir(parents=True)
        log = b"".join(batch_at(at, value) for at, value in enumerate(values, first))
        (folder / "t-0" / f"{first:020}.log").write_bytes(log)
        (folder / HIGH_WATERMARKS).write_text(f"0\n1\nt 0 {high_watermark}\n")
        return folder

    return write


def test_replicas_may_differ_above_the_high_watermark_and_in_where_they_begin(write_replica):
    """What is not committed may differ, and what retention has deleted."""
    folders = {
        1: write_replica(1, [b"a", b"b", b"c"], 2),
        2: write_replica(2, [b"a", b"b", b"x"], 3),
        3: write_replica(3, [b"b"], 2, first=1),
    }
    comparison = compare_replicas(folders, {"t-0": (1, 2, 3)})
    assert comparison.problems == []
    assert comparison.batch_count == 2


@pytest.mark.parametrize("values", [[b"a", b"x"], [b"a"]], ids=["another record", "a gap"])
def test_replicas_that_differ_below_the_high_watermark_are_found(write_replica, values):
    """A committed record that another replica does not have in its place is told by offset."""
    folders = {1: write_replica(1, [b"a", b"b"], 2), 2: write_replica(2, values, 2)}
    [problem] = compare_replicas(folders, {"t-0": (1, 2)}).problems
    assert "t-0: brokers 1 and 2 differ at offset 1" in problem


def test_a_replica_without_a_folder_is_found(write_replica, tmp_path):
    """A broker that the assignment names has to have the partition."""
    (tmp_path / "2").mkdir()
    folders = {1: write_replica(1, [b"a"], 1), 2: tmp_path / "2"}
    [problem] = compare_replicas(folders, {"t-0": (1, 2)}).problems
    assert "broker 2 has no folder" in problem


def copying(process: int, outcome, value: int) -> Operation:
    """Return a transaction that copied one value."""
    steps = (Step("poll", "input-0", ((0, value),)), Step("send", "output-0", ((None, 9),)))
    return Operation(process=process, f="txn", outcome=outcome, invoked=1, completed=2, steps=steps)


READ = Operation(
    process=9,
    f="poll",
    outcome="ok",
    invoked=3,
    completed=4,
    steps=(Step("poll", "input-0", ((0, 1),)),),
)


def test_copies_by_two_committed_transactions_are_found():
    """A value that was copied twice is an anomaly."""
    found = inexact_copies([copying(1, "ok", 1), copying(2, "ok", 1), READ])
    assert [each.name for each in found] == ["copied-twice"]


def test_input_that_nobody_copied_is_found():
    """A value that only an aborted transaction has copied is an anomaly."""
    found = inexact_copies([copying(1, "fail", 1), READ])
    assert [each.name for each in found] == ["not-copied"]


def test_a_copy_that_nobody_knows_of_may_have_happened():
    """An unknown transaction beside a committed one, or alone, is no anomaly."""
    assert list(inexact_copies([copying(1, "info", 1), copying(2, "ok", 1), READ])) == []
    assert list(inexact_copies([copying(1, "info", 1), READ])) == []


@pytest.fixture
def echo_port():
    """Return the port of a server that answers with what it was sent."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve(connection: socket.socket) -> None:
            with connection, suppress(ConnectionResetError):
                while data := connection.recv(100):
                    connection.sendall(data)

        def accept() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def network():
    """Return proxies that are closed in the end."""
    network = Network()
    yield network
    network.close()


@pytest.mark.parametrize("ends", [("clients", "broker-1"), ("broker-1", "clients")])
def test_a_held_direction_delivers_once_it_is_healed(network, echo_port, ends):
    """One way is enough to get no answer, and nothing is lost by it."""
    port = network.listen("broker-1", echo_port, "clients")
    with socket.create_connection(("127.0.0.1", port), ANSWER_TIMEOUT_S) as client:
        client.sendall(b"one")
        assert client.recv(100) == b"one"
        network.cut(*ends, "hold")
        client.sendall(b"two")
        client.settimeout(SILENCE_S)
        with pytest.raises(TimeoutError):
            client.recv(100)
        network.heal()
        client.settimeout(ANSWER_TIMEOUT_S)
        assert client.recv(100) == b"two"


def test_a_link_is_reset_for_one_source_only(network, echo_port):
    """The proxy of a listener for everybody knows who connects, by process."""
    network.set_process("broker-2", os.getpid())
    port = network.listen("broker-1", echo_port)
    network.cut("broker-3", "broker-1", "reset")
    with socket.create_connection(("127.0.0.1", port), ANSWER_TIMEOUT_S) as client:
        client.sendall(b"one")
        assert client.recv(100) == b"one"
        network.cut("broker-2", "broker-1", "reset")
        with pytest.raises(ConnectionResetError):
            client.recv(100)
