# SPDX-License-Identifier: Apache-2.0
"""One question and one answer over a socket in a cluster's folder, a line of JSON each.

The path of such a socket may have 107 bytes only, less than many folders have. So it is reached
through a descriptor of the folder, whose path under /proc is short.
"""

from __future__ import annotations

import json
import os
import socket
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from ottla.cli.session import CommandError

if TYPE_CHECKING:
    from collections.abc import Iterator

ANSWER_TIMEOUT_S = 90
"""A broker that shuts down or starts may take its time."""


def listen(path: str) -> socket.socket:
    """Return a socket that listens at `path`, in place of one that a dead process left."""
    with suppress(FileNotFoundError):
        os.unlink(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    with _short(path) as short:
        listener.bind(short)
    os.chmod(path, 0o600)
    listener.listen()
    return listener


def ask(path: str, question: dict[str, Any]) -> dict[str, Any]:
    """Send a question and return the answer.

    Raises OSError when nobody listens, CommandError when the answer is a refusal.
    """
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(ANSWER_TIMEOUT_S)
        with _short(path) as short:
            connection.connect(short)
        connection.sendall(json.dumps(question).encode() + b"\n")
        with connection.makefile("rb") as stream:
            line = stream.readline()
    if not line:
        raise ConnectionResetError("the process that holds the brokers ended")
    answer: dict[str, Any] = json.loads(line)
    if "error" in answer:
        raise CommandError(answer["error"])
    return answer


@contextmanager
def _short(path: str) -> Iterator[str]:
    folder = os.open(os.path.dirname(path), os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{os.path.basename(path)}"
    finally:
        os.close(folder)
