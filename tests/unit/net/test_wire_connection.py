# SPDX-License-Identifier: Apache-2.0
"""The frame reader against a parser that sees the whole stream at once, and answers in order."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ottla.net.wire_connection import (
    FRAME_BYTES_MIN,
    LARGE_FRAME_BYTES,
    FrameReader,
    ReplyQueue,
    SharedBuffer,
)
from ottla.protocol.errors import WireError

LIMIT = 4 * 1024 * 1024
GROWTH_START = 128 * 1024
SHARED_BYTES = 80 * 1024  # the smallest that leaves room for reading behind a small tail

PATTERN = bytes(range(251)) * 40

INTERESTING_SIZES = [
    FRAME_BYTES_MIN,
    LARGE_FRAME_BYTES - 5,
    LARGE_FRAME_BYTES - 4,
    LARGE_FRAME_BYTES - 3,
    LARGE_FRAME_BYTES,
    SHARED_BYTES - 4,
    SHARED_BYTES - 3,
    SHARED_BYTES,
    GROWTH_START - 4,
    GROWTH_START,
    2 * GROWTH_START,
    2 * GROWTH_START + 1,
    600_000,
]

frame_sizes = st.one_of(
    st.integers(FRAME_BYTES_MIN, 200),
    st.sampled_from(INTERESTING_SIZES),
    st.integers(LARGE_FRAME_BYTES - 50, LARGE_FRAME_BYTES + 50),
)


def framed(payload: bytes) -> bytes:
    """Put the size in front."""
    return struct.pack(">i", len(payload)) + payload


def payload_of(index: int, size: int) -> bytes:
    """Make a payload that no other index has at the same place."""
    start = index * 17
    return (PATTERN * ((start + size) // len(PATTERN) + 1))[start : start + size]


class Driver:
    """Feeds a reader as a transport would, with reads no longer than it is told."""

    def __init__(self, reader: FrameReader, stream: bytes) -> None:
        self.reader = reader
        self.stream = stream
        self.position = 0
        self.frames: list[bytes] = []

    def read(self, size: int, stop_after: int) -> int:
        """Let the kernel put up to `size` bytes in; handle up to `stop_after` frames."""
        target = self.reader.target()
        assert len(target) > 0
        count = min(size, len(target), len(self.stream) - self.position)
        target[:count] = self.stream[self.position : self.position + count]
        self.position += count
        self._walk(self.reader.received(count), stop_after)
        return count

    def go_on(self, stop_after: int) -> None:
        """Handle frames that were left."""
        self.reader.target()
        self._walk(self.reader.received(0), stop_after)

    def _walk(self, frames, stop_after: int) -> None:
        handed_out: list[memoryview] = []
        try:
            for start, end in frames:
                handed_out.append(memoryview(self.reader.data)[start:end])
                stop_after -= 1
                if stop_after <= 0:
                    break
        finally:
            self.reader.finish()
        # Staged appends are written after finish(): only the next target() may touch the bytes.
        self.frames += map(bytes, handed_out)


@settings(deadline=None, max_examples=400)
@given(
    sizes=st.lists(frame_sizes, max_size=8),
    reads=st.lists(st.one_of(st.integers(1, 20), st.integers(1, 300_000)), min_size=1, max_size=40),
    stops=st.lists(st.integers(1, 4), min_size=1, max_size=6),
)
def test_any_split_gives_exactly_the_frames(sizes, reads, stops):
    """Whatever the reads bring and wherever a walk stops, the frames come whole and in order."""
    payloads = [payload_of(index, size) for index, size in enumerate(sizes)]
    driver = Driver(FrameReader(SharedBuffer(SHARED_BYTES), LIMIT), b"".join(map(framed, payloads)))
    step = 0
    while driver.position < len(driver.stream):
        size = reads[step] if step < len(reads) else 300_000
        driver.read(size, stops[step % len(stops)])
        if step % 2:  # a paused connection goes on before it reads again
            driver.go_on(stops[step % len(stops)])
        step += 1
    while len(driver.frames) < len(payloads):
        before = len(driver.frames)
        driver.go_on(3)
        assert len(driver.frames) > before
    assert driver.frames == payloads
    assert driver.reader.is_idle


@settings(deadline=None, max_examples=30)
@given(
    first=st.integers(FRAME_BYTES_MIN, 300),
    large=st.integers(LARGE_FRAME_BYTES, 400_000),
    cut=st.integers(700, 90_000),
)
def test_a_shared_buffer_may_be_overwritten_between_reads(first, large, cut):
    """Two connections that share a buffer do not see each other's bytes."""
    shared = SharedBuffer(SHARED_BYTES)
    streams = [
        framed(payload_of(1, first)) + framed(payload_of(2, large)) + framed(payload_of(3, first)),
        framed(payload_of(4, large)) + framed(payload_of(5, first)),
    ]
    drivers = [Driver(FrameReader(shared, LIMIT), stream) for stream in streams]
    while any(driver.position < len(driver.stream) for driver in drivers):
        for driver in drivers:
            driver.read(cut, 100)
    assert drivers[0].frames == [payload_of(1, first), payload_of(2, large), payload_of(3, first)]
    assert drivers[1].frames == [payload_of(4, large), payload_of(5, first)]


@pytest.mark.parametrize("size", [-(2**31), -1, 0, 3, FRAME_BYTES_MIN - 1, LIMIT + 1, 2**31 - 1])
def test_a_size_out_of_range_is_the_peers_fault(size):
    """Sizes that are negative, too small for a header or above the limit raise WireError."""
    reader = FrameReader(SharedBuffer(SHARED_BYTES), LIMIT)
    reader.target()[:4] = struct.pack(">i", size)
    with pytest.raises(WireError, match=rf"{size} bytes.*socket\.request\.max\.bytes"):
        list(reader.received(4))
    reader.finish()


@pytest.mark.parametrize("size", [FRAME_BYTES_MIN, LIMIT])
def test_sizes_at_the_limits_are_taken(size):
    """The smallest and the largest allowed frame come through."""
    driver = Driver(FrameReader(SharedBuffer(SHARED_BYTES), LIMIT), framed(bytes(size)))
    while driver.position < len(driver.stream):
        driver.read(1_000_000, 1)
    assert driver.frames == [bytes(size)]


def test_frames_before_a_bad_size_are_handed_out():
    """What came in front of the bad frame is still handled."""
    good = framed(b"12345678")
    reader = FrameReader(SharedBuffer(SHARED_BYTES), LIMIT)
    stream = good + struct.pack(">i", -5)
    reader.target()[: len(stream)] = stream
    frames = reader.received(len(stream))
    assert next(frames) == (4, 12)
    with pytest.raises(WireError):
        next(frames)


@settings(deadline=None, max_examples=50)
@given(
    claimed=st.integers(LARGE_FRAME_BYTES, LIMIT),
    arrived=st.integers(5, 200_000),
    read_size=st.integers(1_000, 300_000),
)
def test_memory_follows_what_arrived_and_not_what_was_claimed(claimed, arrived, read_size):
    """A claimed size reserves nothing: at most twice the bytes that came, or the first step."""
    arrived = min(arrived, claimed)
    stream = struct.pack(">i", claimed) + bytes(arrived)
    driver = Driver(FrameReader(SharedBuffer(SHARED_BYTES), LIMIT), stream)
    while driver.position < len(stream):
        driver.read(read_size, 1)
        driver.reader.target()
        assert driver.reader.buffered_bytes <= max(GROWTH_START, 2 * driver.position)


def test_an_idle_connection_holds_no_memory():
    """Small frames leave nothing behind."""
    driver = Driver(FrameReader(SharedBuffer(SHARED_BYTES), LIMIT), framed(b"x" * 500) * 50)
    while driver.position < len(driver.stream):
        driver.read(504, 10)
    assert driver.reader.buffered_bytes == 0
    assert driver.reader.is_idle


def test_a_large_frame_is_received_in_place_and_its_buffer_reused():
    """The next large frame goes into the same memory, without growing it."""
    frame = framed(bytes(200_000))
    driver = Driver(FrameReader(SharedBuffer(SHARED_BYTES), LIMIT), frame * 3)
    while driver.position < 2 * len(frame):
        driver.read(len(frame), 1)
    own = driver.reader.data
    held = driver.reader.buffered_bytes
    while driver.position < len(driver.stream):
        driver.read(len(frame), 1)
    assert driver.reader.data is own
    assert driver.reader.buffered_bytes == held
    assert len(driver.frames) == 3


def test_release_gives_the_own_buffer_back_when_nothing_is_under_way():
    """After a large frame the memory stays until release, and reading goes on without it."""
    small = framed(b"y" * 20)
    driver = Driver(FrameReader(SharedBuffer(SHARED_BYTES), LIMIT), framed(bytes(300_000)) + small)
    while driver.position < 300_004:
        driver.read(300_004 - driver.position, 5)
    assert driver.reader.buffered_bytes >= 300_004
    driver.reader.release()
    assert driver.reader.buffered_bytes == 0
    driver.read(100, 5)
    assert driver.frames[1] == b"y" * 20


def test_release_does_not_touch_a_frame_that_is_under_way():
    """Half a large frame survives a release."""
    payload = payload_of(3, 200_000)
    driver = Driver(FrameReader(SharedBuffer(SHARED_BYTES), LIMIT), framed(payload))
    driver.read(70_000, 1)
    driver.reader.release()
    assert not driver.reader.is_idle
    while driver.position < len(driver.stream):
        driver.read(70_000, 1)
    assert driver.frames == [payload]


def test_an_unfinished_size_field_is_not_idle():
    """Three bytes of a size count as a frame that is under way."""
    driver = Driver(FrameReader(SharedBuffer(SHARED_BYTES), LIMIT), b"\x00\x00\x00")
    driver.read(3, 1)
    assert not driver.reader.is_idle
    assert driver.reader.buffered_bytes == 3


def test_answers_leave_in_the_order_of_the_requests():
    """A finished answer waits for the unfinished ones in front of it."""
    queue = ReplyQueue()
    told: list[str] = []
    first = queue.defer(lambda: told.append("first"))
    second = queue.defer(lambda: told.append("second"))
    queue.enqueue((b"3a", b"3b"))
    assert len(queue) == 3
    second.complete((b"2",))
    assert queue.take_ready() == []
    first.complete((b"1",))
    assert told == ["second", "first"]
    assert queue.take_ready() == [b"1", b"2", b"3a", b"3b"]
    assert len(queue) == 0


@given(st.permutations(range(6)), st.sets(st.integers(0, 5)))
def test_any_order_of_completion_gives_the_order_of_requests(order, silent):
    """Whatever finishes first, the stream of answers is the same; empty answers leave no trace."""
    queue = ReplyQueue()
    replies = [queue.defer(lambda: None) for _ in range(6)]
    out: list[bytes] = []
    for index in order:
        replies[index].complete(() if index in silent else (bytes([index]),))
        out += queue.take_ready()
    assert out == [bytes([index]) for index in range(6) if index not in silent]


def test_a_request_is_answered_once():
    """Completing a reply twice is a bug of ours and is caught."""
    reply = ReplyQueue().defer(lambda: None)
    reply.complete(())
    with pytest.raises(AssertionError):
        reply.complete(())
