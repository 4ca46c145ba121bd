# SPDX-License-Identifier: Apache-2.0
"""The connection's driver with a transport and a sink that only take notes."""

from __future__ import annotations

import asyncio
import logging
import struct
from unittest import mock

import pytest

from ottla.net import asyncio_adapter
from ottla.net.asyncio_adapter import ServerConnection
from ottla.net.due_answers import DueAnswers
from ottla.net.wire_connection import SharedBuffer
from ottla.protocol.errors import WireError

LIMIT = 1_000_000


class FakeTransport(asyncio.Transport):
    """Notes what is written and how, and whether reading is on."""

    def __init__(self, peername=("10.0.0.7", 5000)) -> None:
        super().__init__()
        self.writes: list[bytes] = []
        self.gathered: list[int] = []  # number of buffers of each writelines
        self.is_reading_now = True
        self.end = ""
        self.unsent = 0
        self.high_bytes: int | None = None
        self._names = {"peername": peername, "sockname": ("10.0.0.1", 9092)}

    def get_extra_info(self, name, default=None):
        """Return the addresses."""
        return self._names.get(name, default)

    def set_write_buffer_limits(self, high=None, low=None):
        """Note the limit."""
        self.high_bytes = high

    def get_write_buffer_size(self):
        """Say how much the peer has not taken."""
        return self.unsent

    def write(self, data):
        """Note one write."""
        self.writes.append(bytes(data))

    def writelines(self, list_of_data):
        """Note one gathered write."""
        pieces = list(list_of_data)
        self.gathered.append(len(pieces))
        self.writes.append(b"".join(bytes(piece) for piece in pieces))

    def pause_reading(self):
        """Stop reading."""
        self.is_reading_now = False

    def resume_reading(self):
        """Read again."""
        self.is_reading_now = True

    def is_closing(self):
        """Say whether the end has been asked for."""
        return bool(self.end)

    def close(self):
        """Note a close that sends what is left."""
        self.end = self.end or "close"

    def abort(self):
        """Note a close that sends nothing."""
        self.end = "abort"


class EchoSink:
    """Answers frames with their own bytes; frames that start with a letter are special.

    `d` defers, `w` raises WireError, `x` another error, `n` gives no answer, `b` says that its
    answer is 3 MB large.
    """

    def __init__(self) -> None:
        self.admits = True
        self.events: list[str] = []
        self.deferred = []
        self.burst_error: Exception | None = None
        self.at_burst_end = []  # callbacks: what a finished burst completes

    def opened(self, connection):
        """Admit unless told otherwise."""
        self.events.append("opened")
        return self.admits

    def closed(self, connection):
        """Note the end."""
        self.events.append("closed")

    def request(self, connection, start, end):
        """Answer one frame."""
        frame = bytes(connection.reader.data[start:end])
        self.events.append(frame.decode().rstrip("."))
        if frame[:1] == b"d":
            self.deferred.append(connection.defer())
            return 0
        if frame[:1] == b"w":
            raise WireError("the test says so")
        if frame[:1] == b"x":
            raise RuntimeError("a bug")
        if frame[:1] == b"n":
            return 0
        connection.answer_one(frame)
        return 3_000_000 if frame[:1] == b"b" else len(frame)

    def burst_ended(self):
        """Note the end of the burst, and fail when told to."""
        self.events.append("|")
        if self.burst_error is not None:
            raise self.burst_error
        for callback in self.at_burst_end:
            callback()
        self.at_burst_end.clear()


def call_soon(work):
    """Have the loop do it where there is one, else do it at once."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        work()
    else:
        loop.call_soon(work)


class Bench:
    """A connection between fakes."""

    def __init__(self, *, admits: bool = True) -> None:
        self.sink = EchoSink()
        self.sink.admits = admits
        self.transport = FakeTransport()
        self.connection = ServerConnection(
            self.sink,
            SharedBuffer(),
            LIMIT,
            "PLAINTEXT",
            DueAnswers(call_soon),
        )
        self.connection.connection_made(self.transport)

    def receive(self, *names: str, raw: bytes = b"") -> None:
        """Let one read bring these frames, padded to eight bytes."""
        stream = b"".join(map(frame_of, names)) + raw
        target = self.connection.get_buffer(-1)
        target[: len(stream)] = stream
        self.connection.buffer_updated(len(stream))


def padded(name: str) -> bytes:
    """Return the body of a test frame."""
    return name.encode().ljust(8, b".")


def frame_of(name: str) -> bytes:
    """Return a test frame."""
    return struct.pack(">i", len(padded(name))) + padded(name)


def in_loop(test):
    """Run a coroutine test: the driver schedules follow-ups on the running loop."""

    def run():
        asyncio.run(test())

    run.__name__, run.__doc__ = test.__name__, test.__doc__
    return run


def test_a_new_connection_knows_both_addresses():
    """The peer's and our own address come from the transport, and the write buffer is bounded."""
    bench = Bench()
    connection = bench.connection
    assert (connection.peer_host, connection.peer_port) == ("10.0.0.7", 5000)
    assert (connection.local_host, connection.local_port) == ("10.0.0.1", 9092)
    assert bench.transport.high_bytes == asyncio_adapter.WRITE_BUFFER_HIGH_BYTES


def test_a_connection_that_is_not_admitted_is_aborted():
    """A refusal of the sink ends the connection before anything is read."""
    assert Bench(admits=False).transport.end == "abort"


def test_a_burst_is_answered_in_one_write_after_it_ended():
    """Three pipelined requests cost one write, and the sink ends the burst before it."""
    bench = Bench()
    bench.receive("1", "2", "3")
    assert bench.sink.events == ["opened", "1", "2", "3", "|"]
    assert bench.transport.writes == [padded("1") + padded("2") + padded("3")]
    assert bench.connection.frame_count == 3


def test_large_answers_are_gathered_and_not_copied():
    """Above the joining limit the buffers go out as a vector."""
    bench = Bench()
    big = bytes(asyncio_adapter.JOIN_BYTES_MAX)
    bench.sink.request = lambda connection, start, end: connection.answer((b"head", big)) or 0
    bench.receive("1")
    assert bench.transport.gathered == [2]
    assert bench.transport.writes == [b"head" + big]


def test_a_read_without_a_whole_frame_writes_nothing():
    """A torn frame waits for its rest, and is handled when it is whole."""
    bench = Bench()
    bench.receive(raw=frame_of("1")[:7])
    assert bench.transport.writes == []
    bench.receive(raw=frame_of("1")[7:])
    assert bench.transport.writes == [padded("1")]


def test_answers_wait_for_an_earlier_deferred_one():
    """A finished answer stays behind one that is still to come, then both leave in order."""
    bench = Bench()
    bench.receive("1", "d", "2")
    assert bench.transport.writes == [padded("1")]
    bench.sink.deferred[0].complete((b"late",))
    assert bench.transport.writes == [padded("1"), b"late" + padded("2")]


def test_a_reply_that_the_burst_itself_completes_leaves_with_the_burst():
    """What burst_ended completes goes out in the same write, in order."""
    bench = Bench()
    bench.sink.at_burst_end.append(lambda: bench.sink.deferred[0].complete((b"late",)))
    bench.receive("d", "2")
    assert bench.transport.writes == [b"late" + padded("2")]


def test_a_reply_after_the_connection_is_gone_goes_nowhere():
    """Completing the request of a lost connection is harmless."""
    bench = Bench()
    bench.receive("d")
    bench.connection.connection_lost(None)
    bench.sink.deferred[0].complete((b"late",))
    assert bench.transport.writes == []
    assert bench.sink.events[-1] == "closed"


def test_a_broken_frame_closes_after_the_good_ones_were_answered(caplog):
    """Requests in front of a protocol violation are finished and answered; then it closes."""
    bench = Bench()
    with caplog.at_level(logging.WARNING):
        bench.receive("1", "w", "2")
    assert bench.transport.writes == [padded("1")]
    assert bench.transport.end == "close"
    assert bench.sink.events == ["opened", "1", "w", "|"]
    assert "closing 10.0.0.7:5000: the test says so" in caplog.text
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("size", [-1, 0, LIMIT + 1])
def test_a_bad_size_closes_with_one_line_in_the_log(size, caplog):
    """A frame of a size that is not accepted ends its connection, with the limit's name."""
    bench = Bench()
    with caplog.at_level(logging.WARNING):
        bench.receive("1", raw=struct.pack(">i", size))
    assert bench.transport.writes == [padded("1")]
    assert bench.transport.end == "close"
    assert len(caplog.records) == 1
    assert "socket.request.max.bytes" in caplog.text


def test_a_burst_that_fails_answers_nothing():
    """When the disk refuses a burst, none of its requests may look acknowledged."""
    bench = Bench()
    bench.sink.burst_error = OSError("disk")
    bench.receive("1", "2")
    assert bench.transport.writes == []
    assert bench.transport.end == "abort"


def test_a_bug_in_a_handler_still_ends_the_burst(caplog):
    """What earlier requests staged is written before the receive buffer is used again."""
    bench = Bench()
    bench.receive("1", "x", "2")
    assert bench.sink.events == ["opened", "1", "x", "|"]
    assert bench.transport.writes == [padded("1")]
    assert bench.transport.end == "close"
    assert "after a failure" in caplog.text


@in_loop
async def test_a_peer_that_does_not_read_is_not_read():
    """While the write buffer is full neither bytes are read nor frames handled."""
    bench = Bench()
    bench.connection.pause_writing()
    assert not bench.transport.is_reading_now
    bench.connection.resume_writing()
    assert bench.transport.is_reading_now


@in_loop
async def test_a_burst_with_many_answer_bytes_is_cut_and_continued():
    """After 4 MiB of answers the rest of the frames waits for the next turn of the loop."""
    bench = Bench()
    bench.receive("b1", "b2", "3", "4")
    assert bench.sink.events == ["opened", "b1", "b2", "|"]
    assert not bench.transport.is_reading_now
    await asyncio.sleep(0)
    assert bench.sink.events[4:] == ["3", "4", "|"]
    assert bench.transport.is_reading_now
    assert b"".join(bench.transport.writes) == b"".join(map(padded, ("b1", "b2", "3", "4")))


@in_loop
async def test_left_frames_wait_while_the_peer_does_not_read():
    """A cut burst goes on only when the peer has taken its answers."""
    bench = Bench()
    bench.receive("b1", "b2", "3")
    bench.connection.pause_writing()
    await asyncio.sleep(0)
    assert "3" not in bench.sink.events
    bench.connection.resume_writing()
    assert bench.sink.events[-2:] == ["3", "|"]


@in_loop
async def test_frames_that_follow_left_ones_keep_their_order():
    """New bytes are read behind the frames that an earlier burst left."""
    bench = Bench()
    tail = frame_of("5")
    bench.receive("b1", "b2", "b3", "b4", raw=tail[:6])
    await asyncio.sleep(0)
    await asyncio.sleep(0)  # b3 and b4 were cut short once more
    assert bench.transport.is_reading_now
    bench.receive(raw=tail[6:])
    assert [name for name in bench.sink.events[1:] if name != "|"] == ["b1", "b2", "b3", "b4", "5"]


@mock.patch.object(asyncio_adapter, "UNANSWERED_MAX", 3)
@in_loop
async def test_too_many_waiting_requests_stop_the_reading():
    """A connection with UNANSWERED_MAX open requests is read again when one is answered."""
    bench = Bench()
    bench.receive("d1", "d2", "d3", "4", "5")
    await asyncio.sleep(0)
    assert bench.sink.events == ["opened", "d1", "d2", "d3", "|"]
    assert not bench.transport.is_reading_now
    bench.sink.deferred[1].complete((b"two",))
    assert "4" not in bench.sink.events
    bench.sink.deferred[0].complete((b"one",))
    for _ in range(2):  # one turn to answer, one to go on
        await asyncio.sleep(0)
    assert bench.sink.events[-3:] == ["4", "5", "|"]
    bench.sink.deferred[2].complete((b"three",))
    for _ in range(2):
        await asyncio.sleep(0)
    assert bench.transport.is_reading_now
    assert b"".join(bench.transport.writes) == b"onetwothree" + padded("4") + padded("5")


@in_loop
async def test_nothing_is_handled_after_a_close():
    """Frames that were left are dropped when the connection is closing."""
    bench = Bench()
    bench.receive("b1", "b2", "3")
    bench.connection.close()
    await asyncio.sleep(0)
    assert "3" not in bench.sink.events


@in_loop
async def test_left_frames_of_a_lost_connection_are_forgotten():
    """The follow-up of a cut burst finds no transport and does nothing."""
    bench = Bench()
    bench.receive("b1", "b2", "3")
    bench.connection.connection_lost(None)
    await asyncio.sleep(0)
    assert bench.sink.events[-1] == "closed"


def test_an_abort_drops_what_was_not_written():
    """After abort the answers of the burst in hand do not leave."""
    bench = Bench()
    bench.sink.at_burst_end.append(bench.connection.abort)
    bench.receive("1")
    assert bench.transport.writes == []
    assert bench.transport.end == "abort"


def test_the_end_of_the_peers_stream_closes():
    """Nobody would read further answers: asyncio is told to close the transport."""
    assert not Bench().connection.eof_received()


def test_unsent_bytes_are_those_of_the_transport():
    """The watch over slow readers asks the transport; a lost connection has none."""
    bench = Bench()
    bench.transport.unsent = 77
    assert bench.connection.unsent_bytes == 77
    bench.connection.connection_lost(None)
    assert bench.connection.unsent_bytes == 0


@in_loop
async def test_a_connection_that_cannot_be_written_to_ends_alone():
    """Its answer became ready while another connection was served, which gets its own."""
    bench, other = Bench(), Bench()
    other.connection._due = bench.connection._due
    other.receive("d1")

    def refuse(_data) -> None:
        raise RuntimeError("the handler is closed")

    other.transport.write = refuse
    other.sink.deferred[0].complete((b"one",))
    bench.receive("1")
    assert b"".join(bench.transport.writes) == padded("1")
    assert other.transport.end == "abort"
