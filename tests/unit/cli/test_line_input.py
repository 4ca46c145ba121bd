# SPDX-License-Identifier: Apache-2.0
"""Reading lines from files and pipes."""

from __future__ import annotations

import asyncio
import functools
import operator
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.cli import line_input
from ottla.cli.line_input import LineInput


def lines_of(descriptor):
    """Return all lines and the sum of the sizes."""

    async def read():
        lines, size = [], 0
        async for piece, piece_bytes in LineInput(descriptor).pieces():
            lines += piece
            size += piece_bytes
        return lines, size

    return asyncio.run(read())


def in_pipe(data):
    """Return a pipe's reading end with `data` in it and its other end closed."""
    reader, writer = os.pipe()
    os.write(writer, data)
    os.close(writer)
    return reader


@given(st.binary(max_size=300))
def test_pipe(data):
    """Joined with newlines, the lines of a pipe are its bytes."""
    descriptor = in_pipe(data)
    lines, size = lines_of(descriptor)
    os.close(descriptor)
    assert b"\n".join(lines) == data.removesuffix(b"\n")
    assert size == len(data)


@pytest.mark.parametrize("piece_bytes", [1, 2, 5, 1000])
@pytest.mark.parametrize("data", [b"", b"a", b"a\n", b"\n", b"\n\n", b"ab\ncd", b"a\n\nbcdef\n"])
def test_file(tmp_path, monkeypatch, data, piece_bytes):
    """Lines of a file are whole, however the reads cut them; an empty line is a line."""
    monkeypatch.setattr(line_input, "PIECE_BYTES", piece_bytes)
    path = tmp_path / "lines"
    path.write_bytes(data)
    with open(path, "rb") as file:
        lines, size = lines_of(file.fileno())
        assert LineInput(file.fileno()).size_bytes == len(data)
    assert lines == data.splitlines()
    assert size == len(data)


def test_lines_that_trickle_share_a_piece():
    """Lines that come one by one within a moment are taken together."""
    reader, writer = os.pipe()

    async def scenario():
        async def write():
            for number in range(5):
                os.write(writer, b"%d\n" % number)
                await asyncio.sleep(0)
            os.close(writer)

        writing = asyncio.create_task(write())
        pieces = [piece async for piece, _ in LineInput(reader).pieces()]
        await writing
        return pieces

    pieces = asyncio.run(scenario())
    os.close(reader)
    assert functools.reduce(operator.iadd, pieces, []) == [b"0", b"1", b"2", b"3", b"4"]
    assert len(pieces) < 5


def test_kinds(tmp_path):
    """A pipe has no size and is no terminal."""
    descriptor = in_pipe(b"")
    lines = LineInput(descriptor)
    os.close(descriptor)
    assert lines.size_bytes is None
    assert not lines.is_terminal
