# SPDX-License-Identifier: Apache-2.0
"""Scripts talk over sockets: each gets its own answers, pauses are kept, the end is noticed."""

import socket
import struct
import threading

import pytest
from benchmarks.conversations import Conversations
from benchmarks.generator import BrokenAnswerError

from benchmarks import frames


@pytest.fixture
def echo():
    """Serve connections that answer each request with its body, in two pieces."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve(connection: socket.socket) -> None:
        with connection:
            while size := connection.recv(4, socket.MSG_WAITALL):
                body = connection.recv(struct.unpack(">i", size)[0], socket.MSG_WAITALL)
                if body.endswith(b"close"):
                    return
                connection.sendall(size + body[:3])
                connection.sendall(body[3:])

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(connection,), daemon=True).start()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    yield f"127.0.0.1:{listener.getsockname()[1]}"
    listener.shutdown(socket.SHUT_RDWR)
    listener.close()
    thread.join()


def test_each_script_gets_its_own_answers(echo: str) -> None:
    """Many scripts at once, with pauses between their requests."""
    heard: dict[int, list[bytes]] = {}

    def script(number: int):
        for turn in range(3):
            answer = yield frames.frame(18, 0, b"%d-%d" % (number, turn))
            heard.setdefault(number, []).append(answer[15:])
            yield 0.001

    conversations = Conversations(echo)
    for number in range(20):
        conversations.add(script(number))
    conversations.run(lambda: False, 30.0)
    assert conversations.open_count == 0
    assert heard == {n: [b"%d-%d" % (n, turn) for turn in range(3)] for n in range(20)}
    conversations.close()


def test_running_ends_when_the_condition_holds_and_can_go_on(echo: str) -> None:
    """Sleepers can be woken for the next run."""
    steps: list[str] = []

    def script():
        yield frames.frame(18, 0, b"")
        steps.append("asked")
        yield 3600.0
        steps.append("woken")

    conversations = Conversations(echo)
    conversations.add(script())
    conversations.run(lambda: bool(steps), 30.0)
    conversations.wake_all()
    conversations.run(lambda: False, 30.0)
    assert steps == ["asked", "woken"]
    conversations.close()


def test_a_closed_connection_stops_the_load(echo: str) -> None:
    """A server that hangs up is a failure, not the end of a script."""

    def script():
        yield frames.frame(18, 0, b"close")

    conversations = Conversations(echo)
    conversations.add(script())
    with pytest.raises(BrokenAnswerError, match="closed"):
        conversations.run(lambda: False, 30.0)
    conversations.close()
