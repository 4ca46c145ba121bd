# SPDX-License-Identifier: Apache-2.0
"""The generator's frames, read and answered by kio: a codec that the project did not write."""

from __future__ import annotations

import io
import struct

from kio.serial import entity_reader, entity_writer

from benchmarks import frames

HEADER_BYTES = 4 + 2 + 2 + 4 + 2 + len(frames.CLIENT_ID)


def read(entity, request: bytes):
    """Decode a frame's body with kio and check that nothing is left over."""
    assert struct.unpack_from(">i", request)[0] == len(request) - 4
    assert struct.unpack_from(">hh", request, 4) == (entity.__api_key__, entity.__version__)
    start = HEADER_BYTES + (1 if entity.__flexible__ else 0)
    found, size = entity_reader(entity)(request, start)
    assert start + size == len(request)
    return found


def answered(response) -> bytes:
    """Encode a response from its correlation id on."""
    body = io.BytesIO()
    entity_writer(type(response))(body, response)
    tags = b"\x00" if type(response).__flexible__ else b""
    return struct.pack(">i", 1) + tags + body.getvalue()
