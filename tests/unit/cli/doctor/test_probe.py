# SPDX-License-Identifier: Apache-2.0
"""Looking at addresses: names, several addresses, what hangs up. Real servers: test_doctor.py."""

from __future__ import annotations

import asyncio
import socket
import threading

import pytest

from ottla.cli.doctor import probe as probe_module
from ottla.cli.doctor.probe import Certificate, Speaker, probe
from ottla.net.address import Address


@pytest.fixture
def listener():
    """Return a listening socket of IPv4."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server


def answer_all(listener, data):
    """Send some bytes to whoever asks, and hang up."""

    def serve():
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(1000)
                connection.sendall(data)

    threading.Thread(target=serve, daemon=True).start()


def look(address):
    """Probe an address."""
    return asyncio.run(probe(address))


def test_ipv6_first_and_ipv4_only(listener, monkeypatch):
    """Both addresses are tried, in the system's order."""
    port = listener.getsockname()[1]
    infos = [
        (socket.AF_INET6, socket.SOCK_STREAM, 6, "", ("::1", port, 0, 0)),
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)),
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: infos)
    monkeypatch.setattr(probe_module, "_identify", _unidentified)
    facts = look(Address("localhost", port))
    assert [attempt.ip for attempt in facts.attempts] == ["::1", "127.0.0.1"]
    assert facts.attempts[0].error
    assert facts.connected_ip == "127.0.0.1"


async def _unidentified(facts, _place, _expected_id):
    return facts


def test_a_silent_name_server(monkeypatch):
    """It is waited for no longer than said."""
    released = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: released.wait())
    monkeypatch.setattr(probe_module, "RESOLVE_S", 0.01)
    facts = look(Address("b1", 9092))
    released.set()
    assert "did not answer" in facts.resolve_error
    assert facts.speaker is None


@pytest.mark.parametrize("host", ["x" * 64, "a..b"])
def test_impossible_names(host):
    """What DNS does not allow is no traceback."""
    assert look(Address(host, 9092)).resolve_error


@pytest.mark.parametrize(
    ("data", "speaker"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", Speaker.HTTP),
        (b"SSH-2.0-server\r\n", Speaker.OTHER),
        (b"", Speaker.SILENT),
    ],
)
def test_what_is_no_broker(listener, data, speaker):
    """It is recognised by what it says."""
    answer_all(listener, data)
    facts = look(Address("127.0.0.1", listener.getsockname()[1]))
    assert facts.speaker is speaker
    assert facts.identity is None


def test_certificate_fields():
    """Names of both kinds, and the end as a time."""
    fields = {
        "notAfter": "Jan  1 00:00:00 2030 GMT",
        "subjectAltName": (("DNS", "b1"), ("IP Address", "10.0.0.1")),
    }
    found = probe_module._read_certificate(fields)
    assert found == Certificate(("b1", "10.0.0.1"), 1_893_456_000.0)
    assert probe_module._read_certificate({}) is None
