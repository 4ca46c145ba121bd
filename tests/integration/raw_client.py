# SPDX-License-Identifier: Apache-2.0
"""A socket that speaks the protocol as well or as badly as a test wants."""

from __future__ import annotations

import importlib
import socket
import struct
from typing import Self

from ottla.protocol.headers import (
    RequestHeader,
    decode_response_header,
    encode_request_header,
)

TIMEOUT_S = 10


class RawClient:
    """One connection."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), TIMEOUT_S)
        self._next_id = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def send(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._socket.sendall(data)

    def frame(self, request, version: int) -> bytes:
        """Encode a request with header and size."""
        self._next_id += 1
        header = RequestHeader(request.API_KEY, version, self._next_id, "raw")
        data = encode_request_header(header) + request.encode(version)
        return struct.pack(">i", len(data)) + data

    def receive(self, request, version: int):
        """Read one answer of the kind that belongs to `request`."""
        frame = self._receive_exactly(int.from_bytes(self._receive_exactly(4), "big"))
        name = type(request).__name__.replace("Request", "Response")
        kind = getattr(importlib.import_module(type(request).__module__), name)
        _, position = decode_response_header(frame, request.API_KEY, version)
        return kind.decode(frame, version, position)

    def ask(self, request, version: int):
        """Send a request and return its answer."""
        self.send(self.frame(request, version))
        return self.receive(request, version)

    def is_closed_by_peer(self, timeout_s: float = TIMEOUT_S) -> bool:
        """Wait until the broker hangs up; bytes that still come are dropped."""
        self._socket.settimeout(timeout_s)
        try:
            while self._socket.recv(65536):
                pass
        except TimeoutError:
            return False
        except ConnectionError:
            return True
        return True

    def _receive_exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            part = self._socket.recv(size - len(data))
            if not part:
                raise ConnectionError(f"the broker hung up after {len(data)} of {size} bytes")
            data += part
        return data
