# SPDX-License-Identifier: Apache-2.0
"""The pipelined connection counts answers exactly, however the bytes arrive."""

import socket
import struct

import pytest
from benchmarks.generator import BrokenAnswerError, Pipeline, Reader, latency_summary

from benchmarks import frames

TOPICS = [("topic", [0])]
FRAME = frames.produce(TOPICS, b"batch")
LAYOUT = frames.produce_answer_layout(TOPICS)


@pytest.fixture
def joined():
    """Give a pipeline with a window of 3 and the server's end of its connection."""
    listener = socket.create_server(("127.0.0.1", 0))
    pipeline = Pipeline(f"127.0.0.1:{listener.getsockname()[1]}", [FRAME], LAYOUT, window=3)
    server, _ = listener.accept()
    yield pipeline, server
    for each in (pipeline.socket, server, listener):
        each.close()


def answer(error: int = 0) -> bytes:
    """Encode an answer of the layout's size."""
    encoded = bytearray(LAYOUT.size)
    struct.pack_into(">h", encoded, LAYOUT.error_at, error)
    return bytes(encoded)


def receive_all(pipeline: Pipeline) -> None:
    """Wait until bytes are there, then receive."""
    pipeline.socket.setblocking(True)
    pipeline.receive()
    pipeline.socket.setblocking(False)


def receive_until(pipeline: Pipeline, completed: int) -> None:
    """Receive until so many answers are whole."""
    while pipeline.completed < completed:
        receive_all(pipeline)


def test_the_window_bounds_what_is_sent(joined) -> None:
    """Three frames go out; the fourth waits for an answer."""
    pipeline, server = joined
    pipeline.send(100)
    assert server.recv(1 << 20) == FRAME * 3
    server.sendall(answer())
    receive_all(pipeline)
    pipeline.send(100)
    assert server.recv(1 << 20) == FRAME
    assert pipeline.started == 4


def test_the_limit_bounds_what_is_sent(joined) -> None:
    """No request beyond the limit is started."""
    pipeline, server = joined
    pipeline.send(2)
    assert server.recv(1 << 20) == FRAME * 2


@pytest.mark.parametrize("cut", [1, 4, LAYOUT.size - 1, LAYOUT.size, LAYOUT.size + 1])
def test_answers_count_when_they_are_whole(joined, cut: int) -> None:
    """Two answers count as two wherever the stream is cut."""
    pipeline, server = joined
    both = answer() * 2
    server.sendall(both[:cut])
    receive_all(pipeline)
    assert pipeline.completed == cut // LAYOUT.size
    server.sendall(both[cut:])
    receive_until(pipeline, 2)
    assert pipeline.completed == 2


def test_an_error_in_any_answer_is_noticed(joined) -> None:
    """An error code in the second of three answers stops the load."""
    pipeline, server = joined
    server.sendall(answer() + answer(error=6) + answer())
    with pytest.raises(BrokenAnswerError, match="error"):
        receive_until(pipeline, 3)


def test_errors_of_later_partitions_are_noticed() -> None:
    """With several partitions in a request each error code is looked at."""
    topics = [("topic", range(4))]
    layout = frames.produce_answer_layout(topics)
    listener = socket.create_server(("127.0.0.1", 0))
    frame = frames.produce(topics, b"batch")
    pipeline = Pipeline(f"127.0.0.1:{listener.getsockname()[1]}", [frame], layout, window=1)
    server, _ = listener.accept()
    good, bad = bytearray(layout.size), bytearray(layout.size)
    bad[layout.error_at + 3 * layout.entry_stride + 1] = 2
    server.sendall(good + bad)
    with pytest.raises(BrokenAnswerError):
        receive_until(pipeline, 2)
    for each in (pipeline.socket, server, listener):
        each.close()


def test_latency_percentiles_are_taken_from_sorted_samples() -> None:
    """Median and 99th percentile of 1..1000."""
    summary = latency_summary([float(number) for number in range(1000, 0, -1)])
    assert summary["p50_us"] == 500.0
    assert summary["p99_us"] == 990.0


@pytest.mark.parametrize("counts", [[3, 3, 3], [3, 1, 5], [1], [2, 2]])
def test_readers_find_the_offset_behind_the_last_whole_batch(counts: list[int]) -> None:
    """Batches of one size and of many sizes, with a cut one at the end."""
    data, offset = b"", 40
    for count in counts:
        batch = frames.batch_of([b"value"] * count).data
        data += struct.pack(">q", offset) + batch[8:]
        offset += count
    cut = frames.batch_of([b"cut"] * 9).data[:70]
    reader = Reader.__new__(Reader)
    reader._offset = 40
    reader._layout = frames.fetch_answer_layout("t")
    at = reader._layout.records_at
    reader._buffer = bytes(at) + data + cut
    assert reader._end_of_batches(at + len(data) + len(cut)) == (offset, at + len(data))
