# SPDX-License-Identifier: Apache-2.0
"""Bytes that others wrote decode to the values beside them, and encode to the same bytes.

`golden/*.txt` holds two kinds: frames captured between real clients and Apache Kafka 4.3.1 (request
and response with their headers), and records of internal topics and of the metadata log that Kafka
itself wrote. An entry is a head line, then labelled paragraphs whose continuation is indented.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import pytest
from tests.protocol.definitions import all_definitions, generated_class

from ottla.protocol.headers import (
    decode_request_header,
    decode_response_header,
    encode_request_header,
    encode_response_header,
)

_FOLDER = Path(__file__).parent / "golden"

_CLASSES = {
    message.struct.name: generated_class(definition.module, message.struct)
    for definition in all_definitions()
    for message in definition.messages
}


class Entry(NamedTuple):
    """One message as someone else wrote it."""

    name: str
    version: int
    parts: dict[str, str]

    @property
    def encoded(self) -> bytes:
        """The whole frame or record."""
        return bytes.fromhex(self.parts["bytes"])


def _entries() -> list[object]:
    parameters = []
    for path in sorted(_FOLDER.glob("*.txt")):
        _, *blocks = path.read_text(encoding="utf-8").split("\n\n")
        for number, block in enumerate(blocks):
            head, *lines = re.sub(r"\n  ", " ", block.rstrip("\n")).split("\n")
            match = re.match(r"(\w+) v(\d+)", head)
            assert match is not None, head
            parts = dict(line.split(" ", 1) for line in lines if " " in line)
            entry = Entry(match[1], int(match[2]), {"bytes": "", **parts})
            parameters.append(pytest.param(entry, id=f"{match[1]}-v{match[2]}-{number}"))
    return parameters


def _squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("entry", _entries())
def test_foreign_bytes_mean_what_they_should(entry: Entry):
    """Header and body decode to the recorded values and encode to the recorded bytes."""
    cls, version, data = _CLASSES[entry.name], entry.version, entry.encoded
    offset, header = 0, b""
    if entry.name.endswith("Request"):
        request_header, offset = decode_request_header(data)
        assert request_header[:2] == (cls.API_KEY, version)
        assert _squeezed(repr(request_header)) == _squeezed(entry.parts["header"])
        header = encode_request_header(request_header)
    elif entry.name.endswith("Response"):
        correlation_id, offset = decode_response_header(data, cls.API_KEY, version)
        header = encode_response_header(cls.API_KEY, version, correlation_id)
    message = cls.decode(data, version, offset)
    assert _squeezed(repr(message)) == _squeezed(entry.parts["value"])
    assert header + message.encode(version) == data
