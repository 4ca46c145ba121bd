# SPDX-License-Identifier: Apache-2.0
"""Ask a broker whether it serves clients: ApiVersions, then Metadata that names a broker.

That is what a client's first connection does, so the time to the first success is what a user
would call start-up time. Frames are written out here because the question must cost nothing.

ApiVersions v0 and Metadata v1 with a null topic array (all topics) / an empty one (no topics):

    size int32 | api key int16 | version int16 | correlation int32 | client id int16 length + text
"""

import socket
import struct
import time

CLIENT_ID = b"ready"
RETRY_S = 0.005


def is_ready(host: str, port: int, *, timeout_s: float = 5.0) -> bool:
    """Whether one connection gets both answers now."""
    try:
        with socket.create_connection((host, port), timeout=timeout_s) as connection:
            versions = _ask(connection, api_key=18, version=0, body=b"")
            if struct.unpack_from(">h", versions, 4)[0] != 0:
                return False
            metadata = _ask(connection, api_key=3, version=1, body=struct.pack(">i", 0))
            return struct.unpack_from(">i", metadata, 4)[0] > 0
    except OSError:
        return False


def wait_until_ready(host: str, port: int, *, timeout_s: float, process: object = None) -> None:
    """Poll until the broker answers; stop early when its process (a Popen) has ended."""
    deadline = time.monotonic() + timeout_s
    while not is_ready(host, port):
        if process is not None and process.poll() is not None:  # type: ignore[attr-defined]
            raise RuntimeError(f"the server ended with {process.returncode}")  # type: ignore[attr-defined]
        if time.monotonic() > deadline:
            raise TimeoutError(f"{host}:{port} did not answer within {timeout_s} s")
        time.sleep(RETRY_S)


def _ask(connection: socket.socket, *, api_key: int, version: int, body: bytes) -> bytes:
    header = struct.pack(">hhih", api_key, version, 1, len(CLIENT_ID)) + CLIENT_ID
    connection.sendall(struct.pack(">i", len(header) + len(body)) + header + body)
    (size,) = struct.unpack(">i", _read_exactly(connection, 4))
    return _read_exactly(connection, size)


def _read_exactly(connection: socket.socket, size: int) -> bytes:
    received = bytearray()
    while len(received) < size:
        piece = connection.recv(size - len(received))
        if not piece:
            raise ConnectionResetError("closed in the middle of an answer")
        received += piece
    return bytes(received)
