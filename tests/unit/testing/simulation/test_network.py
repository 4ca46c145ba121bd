# SPDX-License-Identifier: Apache-2.0
"""The simulated network: connections as processes see them, and what faults do to them."""

from __future__ import annotations

import asyncio
import hashlib
import os
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from ottla.testing.simulation.loop import START_S
from ottla.testing.simulation.network import Delay
from ottla.testing.simulation.tcp import WINDOW_BYTES
from ottla.testing.simulation.world import World

PORT = 9092


class Sink(asyncio.BufferedProtocol):
    """Takes bytes into a small buffer of its own and remembers how the connection ended."""

    def __init__(self) -> None:
        self.received = bytearray()
        self.reads = 0
        self.lost = "open"
        self._buffer = bytearray(1000)

    def connection_made(self, transport):
        """Keep the transport."""
        self.transport = transport

    def get_buffer(self, sizehint):
        """Return the same buffer each time."""
        return memoryview(self._buffer)

    def buffer_updated(self, nbytes):
        """Keep what came."""
        self.reads += 1
        self.received += self._buffer[:nbytes]

    def eof_received(self):
        """Close as well."""
        return False

    def connection_lost(self, exc):
        """Remember why."""
        self.lost = exc


class Echo(asyncio.Protocol):
    """Sends back what comes."""

    def connection_made(self, transport):
        """Keep the transport."""
        self.transport = transport

    def data_received(self, data):
        """Send it back."""
        self.transport.write(data)


class Pair(NamedTuple):
    """A world with a server on one machine and a client's machine."""

    world: World
    server: object
    client: object
    accepted: list


def make_pair(seed=1, protocol=Sink):
    """Start a server on `a`; `b` is there for clients."""
    world = World(seed)
    accepted = []

    def factory():
        accepted.append(protocol())
        return accepted[-1]

    async def serve(node):
        server = await asyncio.get_running_loop().create_server(factory, "", PORT)
        assert server.sockets[0].getsockname() == (node.host, PORT)
        await asyncio.Event().wait()

    server = world.add_node("a")
    server.start(serve)
    client = world.add_node("b")
    client.start(lambda _node: asyncio.Event().wait())
    return Pair(world, server, client, accepted)


def run(pair, scenario):
    """Run a scenario that is given the pair; nothing may have failed then."""
    with pair.world as world:
        result = world.run(scenario(pair))
        assert world.failures == []
    return result


async def connect(pair, factory=Sink):
    """Connect `b` to `a`."""
    loop = asyncio.get_running_loop()
    return await pair.client.run(loop.create_connection(factory, "a", PORT))


def test_bytes_arrive_once_and_in_order():
    """However the bytes are cut, the receiver puts the same together."""
    content = b"".join(number.to_bytes(4, "big") for number in range(100_000))

    async def scenario(pair):
        transport, _ = await connect(pair)
        assert transport.get_extra_info("peername") == ("10.0.0.1", PORT)
        for start in range(0, len(content), 9_999):
            transport.write(content[start : start + 9_999])
        transport.close()
        await asyncio.sleep(2)
        return pair.accepted[0]

    pair = make_pair()
    pair.world.network.cut_chance = 0.5
    sink = run(pair, scenario)
    assert bytes(sink.received) == content
    assert sink.transport.get_extra_info("peername")[0] == "10.0.0.2"
    assert sink.lost is None


def test_answers_come_back():
    """Both directions work, also for a protocol without a buffer of its own."""

    async def scenario(pair):
        transport, sink = await connect(pair)
        transport.writelines([b"ab", bytearray(b"cd"), memoryview(b"ef")])
        await asyncio.sleep(0.1)
        assert bytes(sink.received) == b"abcdef"

    run(make_pair(protocol=Echo), scenario)


def test_a_receiver_that_does_not_read_holds_the_sender_up():
    """The sender's buffer fills, it is told to pause, and to resume once the other side reads."""
    told = []

    class Sender(Sink):
        def pause_writing(self):
            told.append("pause")

        def resume_writing(self):
            told.append("resume")

    async def scenario(pair):
        transport, _ = await connect(pair, Sender)
        await asyncio.sleep(0.1)
        sink = pair.accepted[0]
        sink.transport.pause_reading()
        transport.write(bytes(3 * WINDOW_BYTES))
        await asyncio.sleep(1)
        assert told == ["pause"]
        assert transport.get_write_buffer_size() == 2 * WINDOW_BYTES
        sink.transport.resume_reading()
        await asyncio.sleep(5)
        assert told == ["pause", "resume"]
        assert transport.get_write_buffer_size() == 0
        assert len(sink.received) == 3 * WINDOW_BYTES

    run(make_pair(), scenario)


def test_bytes_wait_while_a_link_is_cut():
    """A short cut delays; what was written meanwhile arrives in order after healing."""

    async def scenario(pair):
        transport, _ = await connect(pair)
        network = pair.world.network
        transport.write(b"before ")
        await asyncio.sleep(0.1)
        network.cut("a", "b")
        transport.write(b"during ")
        await asyncio.sleep(2)
        assert bytes(pair.accepted[0].received) == b"before "
        network.heal("a", "b")
        transport.write(b"after")
        await asyncio.sleep(1)
        assert bytes(pair.accepted[0].received) == b"before during after"

    run(make_pair(), scenario)


def test_a_long_cut_breaks_the_sender_and_leaves_the_receiver_in_the_dark():
    """Retransmission times out at the sender; the receiver learns of it when it writes."""

    async def scenario(pair):
        transport, sink = await connect(pair)
        pair.world.network.cut("a", "b")
        transport.write(b"lost")
        await asyncio.sleep(60)
        assert isinstance(sink.lost, TimeoutError)
        pair.world.network.heal()
        await asyncio.sleep(60)
        there = pair.accepted[0]
        assert there.lost == "open"
        there.transport.write(b"are you there?")
        await asyncio.sleep(1)
        assert isinstance(there.lost, ConnectionResetError)
        assert not there.received

    run(make_pair(), scenario)


def test_a_link_cut_one_way_lets_requests_through_and_no_answers():
    """The sender cannot know whether its request has arrived: it has."""

    async def scenario(pair):
        transport, sink = await connect(pair)
        await asyncio.sleep(0.1)
        pair.world.network.cut_one_way("a", "b")
        transport.write(b"request")
        await asyncio.sleep(1)
        assert bytes(pair.accepted[0].received) == b"request"
        pair.accepted[0].transport.write(b"answer")
        await asyncio.sleep(60)
        assert not sink.received
        assert isinstance(sink.lost, TimeoutError)

    run(make_pair(), scenario)


def test_a_killed_process_is_noticed_by_its_peers():
    """Its kernel closes the connections, and nobody listens any more."""

    async def scenario(pair):
        transport, sink = await connect(pair)
        transport.write(b"x")
        await asyncio.sleep(0.1)
        pair.server.kill()
        await asyncio.sleep(0.1)
        assert sink.lost != "open"
        with pytest.raises(ConnectionRefusedError):
            await connect(pair)
        pair.server.start()
        await asyncio.sleep(0.1)
        await connect(pair)

    run(make_pair(), scenario)


def test_what_a_killed_process_had_written_still_arrives():
    """The kernel sends what it had taken: an answer may come from somebody who is dead."""

    async def scenario(pair):
        _, sink = await connect(pair)
        await asyncio.sleep(0.1)
        pair.accepted[0].transport.write(b"last words")
        pair.server.kill()
        await asyncio.sleep(0.1)
        assert bytes(sink.received) == b"last words"
        assert sink.lost is None

    run(make_pair(), scenario)


def test_a_power_cut_is_silent():
    """Peers wait; connecting times out; the machine that is back answers with a reset."""

    async def scenario(pair):
        transport, sink = await connect(pair)
        pair.server.cut_power()
        await asyncio.sleep(5)
        assert sink.lost == "open"
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(3):
                await connect(pair)
        transport.write(b"hello?")
        await asyncio.sleep(1)
        assert sink.lost == "open"
        pair.server.start()
        await asyncio.sleep(1)
        assert isinstance(sink.lost, ConnectionResetError)

    run(make_pair(), scenario)


def test_connecting_across_a_cut_link_times_out_or_succeeds_late():
    """SYNs are repeated: a connection comes about once the link is healed."""

    async def scenario(pair):
        await asyncio.sleep(0.1)
        network = pair.world.network
        network.isolate("a")
        began = pair.world.now_s
        with pytest.raises(TimeoutError):
            await connect(pair)
        assert pair.world.now_s - began > 30
        attempt = asyncio.ensure_future(connect(pair))
        await asyncio.sleep(4)
        network.heal()
        await attempt

    run(make_pair(), scenario)


def test_a_paused_process_keeps_its_connections():
    """Its kernel accepts and acknowledges; the process reads when it is resumed."""

    async def scenario(pair):
        transport, sink = await connect(pair)
        await asyncio.sleep(0.1)
        pair.server.pause()
        transport.write(b"patience")
        other, _ = await connect(pair)
        other.write(b"me too")
        await asyncio.sleep(100)
        assert sink.lost == "open"
        assert len(pair.accepted) == 1
        pair.server.resume()
        await asyncio.sleep(0.1)
        assert [bytes(each.received) for each in pair.accepted] == [b"patience", b"me too"]

    run(make_pair(), scenario)


def test_dropped_connections_end_at_both_sides():
    """A reset in between ends both ends with an error."""

    async def scenario(pair):
        _, sink = await connect(pair)
        await asyncio.sleep(0.1)
        assert pair.world.network.drop_connections(pair.client.process, "a") == 1
        await asyncio.sleep(0.1)
        assert isinstance(sink.lost, ConnectionResetError)
        assert isinstance(pair.accepted[0].lost, ConnectionResetError)

    run(make_pair(), scenario)


def test_a_failing_protocol_loses_its_connection_and_is_reported():
    """As in asyncio: the connection is closed with the error, and the world knows."""

    class Broken(Sink):
        def buffer_updated(self, nbytes):
            raise ValueError("on purpose")

    async def scenario(pair):
        transport, sink = await connect(pair)
        transport.write(b"x")
        await asyncio.sleep(0.1)
        assert sink.lost != "open"

    pair = make_pair(protocol=Broken)
    with pair.world as world:
        world.run(scenario(pair))
        assert len(world.failures) == 1
        assert "on purpose" in world.failures[0]
        assert isinstance(pair.accepted[0].lost, ValueError)


def test_half_a_close_leaves_the_other_half():
    """After write_eof the peer's answer still arrives."""

    class Asked(Sink):
        def eof_received(self):
            self.transport.write(b"answer to " + self.received)
            return False

    async def scenario(pair):
        transport, sink = await connect(pair)
        transport.write(b"question")
        transport.write_eof()
        await asyncio.sleep(0.1)
        assert bytes(sink.received) == b"answer to question"
        assert sink.lost is None

    run(make_pair(protocol=Asked), scenario)


def test_streams_work_on_top():
    """Streams of asyncio itself run on the simulated transports."""

    async def ask():
        reader, writer = await asyncio.open_connection("a", PORT)
        writer.write(b"line\n")
        await writer.drain()
        answer = await reader.readline()
        writer.close()
        await writer.wait_closed()
        return answer

    async def scenario(pair):
        await asyncio.sleep(0.1)
        return await pair.client.run(ask())

    assert run(make_pair(protocol=Echo), scenario) == b"line\n"


def test_a_slow_link_is_slow():
    """A delay holds for both ways of one link."""

    async def scenario(pair):
        transport, sink = await connect(pair)
        await asyncio.sleep(0.1)
        pair.world.network.delay("a", "b", Delay(1.0, 1.0))
        transport.write(b"x")
        await asyncio.sleep(1.9)
        assert not sink.received
        await asyncio.sleep(0.2)
        assert bytes(sink.received) == b"x"
        assert pair.world.now_s > START_S + 2

    run(make_pair(protocol=Echo), scenario)


def fingerprint_of_a_busy_run(seed: int) -> str:
    """Run clients and faults against an echo server; return the trace's fingerprint."""

    async def client(number):
        loop = asyncio.get_running_loop()
        for round_number in range(30):
            try:
                async with asyncio.timeout(2):
                    transport, _ = await loop.create_connection(Sink, "a", PORT)
                    transport.write(hashlib.sha256(f"{number} {round_number}".encode()).digest())
                    await asyncio.sleep(0.1)
                    transport.close()
            except OSError:
                await asyncio.sleep(0.1)

    async def scenario(pair):
        tasks = {pair.client.run(client(number)) for number in range(5)}
        for _ in range(3):
            await asyncio.sleep(0.5)
            pair.world.network.cut("a", "b")
            await asyncio.sleep(0.5)
            pair.world.network.heal()
            pair.server.kill()
            pair.server.start()
        await asyncio.wait(tasks)

    pair = make_pair(seed, protocol=Echo)
    with pair.world as world:
        world.run(scenario(pair))
        return world.trace.fingerprint()


def test_a_seed_repeats_exactly_and_another_differs():
    """Everything that happens follows from the seed."""
    assert fingerprint_of_a_busy_run(5) == fingerprint_of_a_busy_run(5)
    assert fingerprint_of_a_busy_run(5) != fingerprint_of_a_busy_run(6)


def test_a_seed_repeats_in_other_processes_whatever_their_hashes():
    """Nothing depends on how strings or objects are hashed."""
    script = (
        "from tests.unit.testing.simulation.test_network import fingerprint_of_a_busy_run\n"
        "print(fingerprint_of_a_busy_run(11))"
    )
    found = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={
                **os.environ,
                "PYTHONHASHSEED": hash_seed,
                "PYTHONPATH": os.pathsep.join(sys.path),
            },
            cwd=Path(__file__).parents[4],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for hash_seed in ("1", "2")
    }
    assert found == {fingerprint_of_a_busy_run(11) + "\n"}
