# SPDX-License-Identifier: Apache-2.0
"""Cuts a record batch in two, for topics whose `max.message.bytes` it exceeds.

A producer does not know that limit; the broker's refusal tells. The halves keep codec, order and
timestamps, and are cut again if one is still too large.
"""

from __future__ import annotations

from typing import NamedTuple

from ottla.records.batch import read_header
from ottla.records.builder import BatchBuilder
from ottla.records.compression import Codec
from ottla.records.record import Record, decode_records


class EncodedBatch(NamedTuple):
    """A whole batch and the number of its records."""

    data: bytearray
    record_count: int


def split_batch(data: bytearray) -> tuple[EncodedBatch, EncodedBatch]:
    """Return the first and the second half of a batch of at least two records."""
    codec = Codec(read_header(data).codec)
    records = decode_records(data)
    middle = len(records) // 2
    assert middle, "a single record cannot be cut"
    return _batch_of(records[:middle], codec), _batch_of(records[middle:], codec)


def _batch_of(records: list[Record], codec: Codec) -> EncodedBatch:
    builder = BatchBuilder(codec=codec)
    for record in records:
        builder.append(record.timestamp_ms, record.key, record.value, record.headers)
    return EncodedBatch(builder.build(), len(records))
