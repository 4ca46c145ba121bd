# SPDX-License-Identifier: Apache-2.0
"""The requests of transactional producers as ready bytes, and what their answers say.

Protocol V2: InitProducerId 1, Produce 12 (which adds its partitions by itself), EndTxn 5 (which
answers the epoch of the next transaction). The batch is encoded once; what changes from one
transaction to the next (producer id, epoch, sequence) is written over it with a new CRC.
"""

import struct
from typing import NamedTuple

import crc32c

from benchmarks.answers import Cursor
from benchmarks.frames import CRC_FROM, REQUEST_TIMEOUT_MS, Batch, frame, text
from benchmarks.group_frames import NULL_TEXT, compact_array, compact_text, flexible_frame, varint

PRODUCE, INIT_PRODUCER_ID, END_TXN = 0, 22, 26
CONCURRENT_TRANSACTIONS = 51
TRANSACTION_TIMEOUT_MS = 60_000
ALL_REPLICAS = -1
TRANSACTIONAL = 0x10
ATTRIBUTES_AT = 21
PRODUCER_AT = 43  # id int64, epoch int16, first sequence int32
PRODUCER = struct.Struct(">qhi")
CRC_AT = 17


class Producer(NamedTuple):
    """Who writes: changes with every transaction."""

    producer_id: int
    epoch: int


def init_producer_id(transactional_id: str | None) -> bytes:
    """InitProducerId v1; without an id for a producer that is idempotent only."""
    name = NULL_TEXT if transactional_id is None else text(transactional_id)
    return frame(INIT_PRODUCER_ID, 1, name + struct.pack(">i", TRANSACTION_TIMEOUT_MS))


def initialised(answer: bytes) -> tuple[int, Producer]:
    """Read InitProducerId v1."""
    cursor = Cursor(answer, 8)
    return cursor.int16(), Producer(cursor.int64(), cursor.int16())


def transactional(batch: Batch, producer: Producer, sequence: int = 0) -> bytes:
    """Make a batch part of a producer's transaction."""
    return _of_producer(batch, producer, sequence, TRANSACTIONAL)


def idempotent(batch: Batch, producer: Producer, sequence: int) -> bytes:
    """Make a batch one of a producer's that may be sent again."""
    return _of_producer(batch, producer, sequence, 0)


def _of_producer(batch: Batch, producer: Producer, sequence: int, attributes: int) -> bytes:
    data = bytearray(batch.data)
    struct.pack_into(">h", data, ATTRIBUTES_AT, attributes)
    PRODUCER.pack_into(data, PRODUCER_AT, *producer, sequence)
    struct.pack_into(">I", data, CRC_AT, crc32c.crc32c(memoryview(data)[CRC_FROM:]))
    return bytes(data)


def produce(transactional_id: str, topic: str, partition: int, batch: bytes) -> bytes:
    """Produce v12 of one batch."""
    partition_data = struct.pack(">i", partition) + varint(len(batch) + 1) + batch + b"\x00"
    topic_data = compact_text(topic) + compact_array([partition_data]) + b"\x00"
    head = compact_text(transactional_id) + struct.pack(">hi", ALL_REPLICAS, REQUEST_TIMEOUT_MS)
    return flexible_frame(PRODUCE, 12, head + compact_array([topic_data]) + b"\x00")


def produced(answer: bytes) -> int:
    """Return the error code of Produce v12 for one partition."""
    cursor = Cursor(answer, flexible=True)
    cursor.varint()
    cursor.compact_text()
    cursor.varint()
    cursor.int32()
    return cursor.int16()


def end_transaction(transactional_id: str, producer: Producer, *, commit: bool = True) -> bytes:
    """EndTxn v5."""
    body = compact_text(transactional_id) + struct.pack(">qh?", *producer, commit)
    return flexible_frame(END_TXN, 5, body + b"\x00")


def ended(answer: bytes) -> tuple[int, Producer]:
    """Read EndTxn v5: the error code and who writes next."""
    cursor = Cursor(answer, flexible=True)
    cursor.int32()
    return cursor.int16(), Producer(cursor.int64(), cursor.int16())


def fetched_records_bytes(answer: bytes) -> tuple[int, int]:
    """Read Fetch v11 for one partition: the error code and how many bytes of records came."""
    cursor = Cursor(answer, 8)
    if error := cursor.int16():
        return error, 0
    cursor.int32()
    if not cursor.int32():
        return 0, 0
    cursor.text()
    cursor.int32()
    cursor.int32()
    error = cursor.int16()
    for _ in range(3):  # high watermark, last stable offset, log start
        cursor.int64()
    cursor.array(lambda: (cursor.int64(), cursor.int64()))
    cursor.int32()
    return error, max(0, cursor.int32())
