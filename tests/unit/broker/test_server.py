# SPDX-License-Identifier: Apache-2.0
"""Listeners and the watch over connections, on a loop that opens no sockets."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace

import pytest

from ottla.base.clock import ManualClock
from ottla.broker import server as server_module
from ottla.broker.connection_limits import ConnectionLimits, Limits
from ottla.broker.server import (
    BUFFER_KEPT_MS,
    SWEEP_MS,
    SWEEP_SLICE,
    PortInUse,
    Server,
    limits_of,
    reachable_host,
)

LIMITS = Limits(10, 10, 10, first_frame_ms=10_000, frame_ms=30_000, idle_ms=600_000)


class FakeListener:
    """An opened listener."""

    def __init__(self, host, port) -> None:
        self.sockets = [SimpleNamespace(getsockname=lambda: (host, port or 40_000))]
        self.is_serving = False
        self.is_closed = False

    async def start_serving(self):
        """Accept."""
        self.is_serving = True

    def close(self):
        """Close."""
        self.is_closed = True


class FakeLoop:
    """Opens fake listeners and keeps the timer of the sweep."""

    def __init__(self) -> None:
        self.listeners: list[FakeListener] = []
        self.sweep = None
        self.sweep_delay_s = 0.0
        self.taken_ports: set[int] = set()

    async def create_server(self, factory, host, port, **options: object):
        """Open a listener unless its port is taken."""
        assert options["start_serving"] is False
        if port in self.taken_ports:
            raise OSError(98, "Address already in use")
        self.listeners.append(FakeListener(host or "0.0.0.0", port))
        return self.listeners[-1]

    def call_soon(self, callback):
        """Have nothing to do: no connection comes."""

    def call_later(self, delay_s, callback):
        """Keep the next sweep."""
        self.sweep, self.sweep_delay_s = callback, delay_s
        return SimpleNamespace(cancel=lambda: setattr(self, "sweep", None))


class FakeConnection:
    """A connection as the sweep sees it."""

    def __init__(self) -> None:
        self.opened_ms = 0
        self.frame_count = 1
        self.reader = SimpleNamespace(is_idle=True, released=0)
        self.reader.release = lambda: setattr(self.reader, "released", self.reader.released + 1)
        self.replies: list[object] = []
        self.unsent_bytes = 0
        self.is_held_back = False
        self.peer_host, self.peer_port = "10.0.0.1", 1234
        self.end = ""

    def abort(self):
        """Note the end."""
        self.end = "abort"

    def close(self):
        """Note the end."""
        self.end = "close"


class Bench:
    """A server with one connection."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.connection = FakeConnection()
        self.dispatcher = SimpleNamespace(connections={self.connection: None})
        config = SimpleNamespace(
            socket_request_max_bytes=1000,
            socket_listen_backlog_size=50,
            ottla_connection_write_buffer_max_bytes=5000,
        )
        self.server = Server(config, self.dispatcher, ConnectionLimits(LIMITS), self.clock)

    def endpoint(self, name="PLAINTEXT", host="127.0.0.1", port=0):
        """Make an endpoint."""
        return SimpleNamespace(name=name, host=host, port=port)


@pytest.fixture
def loop(monkeypatch):
    """Return a loop without sockets."""
    loop = FakeLoop()
    monkeypatch.setattr(server_module, "asyncio", SimpleNamespace(get_running_loop=lambda: loop))
    return loop


@pytest.fixture
def bench(loop):
    """Return a serving server."""
    bench = Bench()

    async def start():
        await bench.server.open((bench.endpoint(), bench.endpoint("SECOND", "", 9093)))
        await bench.server.start_serving()

    asyncio.run(start())
    return bench


def sweep_after(bench, loop, ms) -> str:
    """Let time pass, sweep, and return how the connection ended."""
    bench.clock.advance(ms)
    loop.sweep()
    return bench.connection.end


def test_listeners_are_bound_before_they_serve(bench, loop):
    """The bound addresses are known, an ephemeral port included."""
    assert bench.server.addresses == {
        "PLAINTEXT": ("127.0.0.1", 40_000),
        "SECOND": ("0.0.0.0", 9093),
    }
    assert all(listener.is_serving for listener in loop.listeners)


def test_a_port_in_use_is_one_clear_sentence(loop):
    """Which address, and what to do about it."""
    loop.taken_ports.add(9092)
    bench = Bench()
    with pytest.raises(PortInUse, match=r"127\.0\.0\.1:9092 cannot be opened .*--listen"):
        asyncio.run(bench.server.open((bench.endpoint(port=9092),)))


def test_closing_ends_listeners_and_connections(bench, loop):
    """What is ready to go is sent; no sweep is left behind."""
    bench.server.close()
    assert all(listener.is_closed for listener in loop.listeners)
    assert bench.connection.end == "close"
    assert loop.sweep is None


def test_a_busy_connection_is_left_alone(bench, loop):
    """Frames come: nothing happens, for hours."""
    for _ in range(100):
        bench.connection.frame_count += 1
        assert sweep_after(bench, loop, 60_000) == ""


def test_a_connection_without_a_request_is_aborted(bench, loop):
    """The limit for the first request."""
    bench.connection.frame_count = 0
    assert sweep_after(bench, loop, 9_999) == ""
    assert sweep_after(bench, loop, 1) == "abort"


def test_a_slow_request_is_aborted(bench, loop):
    """The limit for a frame that is under way."""
    sweep_after(bench, loop, 1000)
    bench.connection.reader.is_idle = False
    assert sweep_after(bench, loop, 1000) == ""
    assert sweep_after(bench, loop, 29_999) == ""
    assert sweep_after(bench, loop, 1) == "abort"


def test_frames_that_we_hold_back_ourselves_are_not_slow(bench, loop):
    """While the peer takes no answers its further requests lie here: that is another limit."""
    sweep_after(bench, loop, 1000)
    bench.connection.reader.is_idle = False
    bench.connection.is_held_back = True
    assert sweep_after(bench, loop, 60_000) == ""
    assert sweep_after(bench, loop, 60_000) == ""


def test_an_idle_connection_is_aborted_unless_it_waits_for_an_answer(bench, loop):
    """A long poll is not idleness."""
    sweep_after(bench, loop, 1000)
    bench.connection.replies.append("parked")
    assert sweep_after(bench, loop, 700_000) == ""
    bench.connection.replies.clear()
    assert sweep_after(bench, loop, 1000) == "abort"


def test_a_peer_that_takes_no_answers_is_aborted(bench, loop):
    """The limit for unsent bytes."""
    bench.connection.unsent_bytes = 5000
    assert sweep_after(bench, loop, 1000) == ""
    bench.connection.unsent_bytes = 5001
    assert sweep_after(bench, loop, 1000) == "abort"


def test_a_quiet_connection_gives_its_buffer_back(bench, loop):
    """After a few seconds without a request the receive buffer goes."""
    sweep_after(bench, loop, 1000)
    assert bench.connection.reader.released == 0
    sweep_after(bench, loop, BUFFER_KEPT_MS)
    assert bench.connection.reader.released == 1


def test_closed_connections_are_forgotten(bench, loop):
    """The sweep remembers those that are open, and no others."""
    sweep_after(bench, loop, 1000)
    assert len(bench.server._watched) == 1
    bench.dispatcher.connections.clear()
    sweep_after(bench, loop, 1000)
    assert bench.server._watched == {}


def test_very_many_connections_are_swept_in_slices(bench, loop):
    """Within a second each has had its turn, and none of the turns is long."""
    connections = [FakeConnection() for _ in range(2 * SWEEP_SLICE + 1)]
    for connection in connections:
        connection.frame_count = 0
    bench.dispatcher.connections.clear()
    bench.dispatcher.connections.update(dict.fromkeys(connections))
    sweep_after(bench, loop, 10_000)
    ended = sum(connection.end == "abort" for connection in connections)
    assert ended == SWEEP_SLICE
    waited_s = 0.0
    for _ in range(2):
        waited_s += loop.sweep_delay_s
        loop.sweep()
    assert all(connection.end == "abort" for connection in connections)
    assert waited_s + loop.sweep_delay_s == pytest.approx(SWEEP_MS / 1000)


def test_the_limits_are_those_of_the_configuration():
    """Each number has its key; the lower of both creation rates holds for an address."""
    config = SimpleNamespace(
        max_connections=1,
        max_connections_per_ip=2,
        max_connection_creation_rate=30,
        ottla_max_connection_creation_rate_per_ip=3,
        ottla_connection_first_request_timeout_ms=4,
        ottla_request_read_timeout_ms=5,
        connections_max_idle_ms=6,
        connections_per_ip_overrides={"h": 7},
    )
    assert limits_of(config) == Limits(1, 2, 3, 4, 5, 6, {"h": 7})


@pytest.mark.parametrize(
    ("host", "reachable"),
    [("", "127.0.0.1"), ("0.0.0.0", "127.0.0.1"), ("::", "::1"), ("10.1.2.3", "10.1.2.3")],
)
def test_a_wildcard_is_reached_by_loopback(host, reachable):
    """What is bound to every address is shown by one that works from here."""
    assert reachable_host(host) == reachable
