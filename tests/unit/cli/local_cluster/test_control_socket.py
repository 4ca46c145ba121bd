# SPDX-License-Identifier: Apache-2.0
"""The control socket: deep folders, refusals, processes that died."""

from __future__ import annotations

import json
import os
import stat
import threading

import pytest

from ottla.cli.local_cluster.control_socket import ask, listen
from ottla.cli.session import CommandError


@pytest.fixture
def path(tmp_path):
    """Return a path that is far too long for a socket."""
    folder = tmp_path / ("d" * 120)
    folder.mkdir()
    return str(folder / "control")


def answering(path, answer):
    """Answer one question; return what was asked."""
    listener = listen(path)
    asked = []

    def serve():
        connection, _ = listener.accept()
        with connection, connection.makefile("rwb") as stream:
            asked.append(json.loads(stream.readline()))
            if answer is not None:
                stream.write(json.dumps(answer).encode() + b"\n")
        listener.close()

    thread = threading.Thread(target=serve)
    thread.start()
    return thread, asked


def test_question_and_answer(path):
    """Length of the path does not matter; nobody else may ask."""
    thread, asked = answering(path, {"states": {}})
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert ask(path, {"do": "states"}) == {"states": {}}
    thread.join()
    assert asked == [{"do": "states"}]


def test_a_refusal(path):
    """It is the command's error."""
    thread, _ = answering(path, {"error": "broker 3 does not run"})
    with pytest.raises(CommandError, match="broker 3 does not run"):
        ask(path, {"do": "kill", "broker": 3})
    thread.join()


def test_a_process_that_dies_meanwhile(path):
    """No answer is an error of the connection."""
    thread, _ = answering(path, None)
    with pytest.raises(OSError, match="ended"):
        ask(path, {"do": "states"})
    thread.join()


def test_what_a_dead_process_left_is_replaced(path):
    """A stale socket refuses, and does not stop the next one."""
    listen(path).close()
    with pytest.raises(ConnectionRefusedError):
        ask(path, {"do": "states"})
    listen(path).close()
