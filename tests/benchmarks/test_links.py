# SPDX-License-Identifier: Apache-2.0
"""A link asks without waiting, gives whole answers, and says when its connection broke."""

import selectors
import socket
import struct

import pytest
from benchmarks.links import Link, answers

QUESTION, ANSWER = struct.pack(">i", 3) + b"ask", b"an answer"


@pytest.fixture
def listener():
    """Be the server."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        yield server


@pytest.fixture
def link(listener):
    """Make a link to it."""
    host, port = listener.getsockname()
    with selectors.DefaultSelector() as selector:
        made = Link(f"{host}:{port}", selector)
        yield made
        made.close()


def next_answer(link: Link) -> bytes | None:
    """Wait for what comes of the question."""
    while True:
        for answered, answer in answers(link._selector, 5.0):
            assert answered is link
            return answer


def asked(link: Link, listener) -> socket.socket:
    """Ask, and return the server's end once the question is there."""
    link.ask(QUESTION)
    list(answers(link._selector, 5.0))  # connected: the question leaves
    connection, _ = listener.accept()
    assert connection.recv(100) == QUESTION
    return connection


def test_an_answer_in_pieces_is_given_whole(link, listener) -> None:
    """And the link is free for the next question on the same connection."""
    with asked(link, listener) as connection:
        framed = struct.pack(">i", len(ANSWER)) + ANSWER
        connection.sendall(framed[:6])
        assert list(answers(link._selector, 0.1)) == []
        assert link.is_busy
        connection.sendall(framed[6:])
        assert next_answer(link) == ANSWER
        assert not link.is_busy
        link.ask(QUESTION)
        list(answers(link._selector, 5.0))
        assert connection.recv(100) == QUESTION


def test_a_broken_connection_is_told_and_opened_anew(link, listener) -> None:
    """A question that was under way is not sent again by itself."""
    asked(link, listener).close()
    assert next_answer(link) is None
    assert not link.is_busy
    asked(link, listener).close()


def test_a_closed_door_is_an_error_at_once_or_soon(link, listener) -> None:
    """A refusal never looks like silence."""
    listener.close()
    try:
        link.ask(QUESTION)
    except OSError:
        return
    assert next_answer(link) is None
