# SPDX-License-Identifier: Apache-2.0
"""Claims about snapshot files."""

from __future__ import annotations

import itertools

import pytest

from ottla.metadata.journal import Snapshot
from ottla.metadata.snapshot import (
    RECORDS_PER_BATCH,
    decode_snapshot,
    encode_snapshot,
    parse_snapshot_name,
    snapshot_name,
)
from ottla.protocol.messages.cluster_metadata import TopicRecord
from ottla.records.batch import CorruptRecord, iter_headers


def snapshot(count):
    """Make a snapshot of `count` topics."""
    records = tuple(TopicRecord(name=f"t{n}", topic_id=bytes([1]) * 16) for n in range(count))
    return Snapshot(1234, 7, 99, records)


@pytest.mark.parametrize("count", [0, 1, RECORDS_PER_BATCH, 2 * RECORDS_PER_BATCH + 1])
def test_a_snapshot_survives_its_file(count):
    """Everything that goes in comes out, in batches between header and footer."""
    data = encode_snapshot(snapshot(count))
    assert decode_snapshot(data, 1234, 7) == snapshot(count)
    headers = [header for _, header in iter_headers(data)]
    assert headers[0].is_control
    assert headers[-1].is_control
    assert len(headers) == 2 + -(-count // RECORDS_PER_BATCH)
    offsets = [(header.base_offset, header.next_offset) for header in headers]
    assert all(a[1] == b[0] for a, b in itertools.pairwise(offsets))


def test_a_cut_file_is_refused():
    """However a file is cut off, it is not taken for a snapshot."""
    data = encode_snapshot(snapshot(3))
    for end in range(len(data)):
        with pytest.raises(CorruptRecord):
            decode_snapshot(data[:end], 1234, 7)


def test_a_flipped_bit_is_found():
    """The CRC of every batch is checked."""
    data = bytearray(encode_snapshot(snapshot(3)))
    data[-100] ^= 4
    with pytest.raises(CorruptRecord):
        decode_snapshot(bytes(data), 1234, 7)


def test_names():
    """A name says offset and epoch; other files are not snapshots."""
    name = snapshot_name(1234, 7)
    assert name == "00000000000000001234-0000000007.checkpoint"
    assert parse_snapshot_name(name) == (1234, 7)
    assert parse_snapshot_name(name + ".tmp") is None
    assert parse_snapshot_name("bootstrap.checkpoint") is None
