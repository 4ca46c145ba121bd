# SPDX-License-Identifier: Apache-2.0
"""Rewriting a produced batch in the codec that its topic asks for.

A topic whose `compression.type` is not `producer` stores every batch in its own codec. The records'
bytes stay as they are, only their wrapping changes: decompress, compress, new length and CRC. That
costs what the codecs cost and happens on the few topics that ask for it.

Called by `ottla.replication` after `validate_batch` accepted the batch as it came.
"""

from __future__ import annotations

from collections import deque
from typing import Final

from ottla.protocol.errors import ErrorCode
from ottla.records.batch import CODEC_MASK, BatchHeader, CorruptRecord, read_header
from ottla.records.builder import assemble_batch
from ottla.records.compression import Codec, compress
from ottla.records.record import iter_payload, read_payload
from ottla.records.validation import InvalidBatch, ValidationLimits, require_decodable_count

_PRODUCER: Final = "producer"
_UNCOMPRESSED: Final = "uncompressed"


def target_codec(compression_type: str) -> Codec | None:
    """Return the codec that a topic's `compression.type` asks for, None for the producer's own."""
    if compression_type == _PRODUCER:
        return None
    if compression_type == _UNCOMPRESSED:
        return Codec.NONE
    return Codec.from_name(compression_type)


def recompress_batch(
    batch: memoryview,
    header: BatchHeader,
    codec: Codec,
    limits: ValidationLimits,
    level: int | None = None,
) -> tuple[memoryview, BatchHeader]:
    """Return a new, writable batch with the same records in `codec`, and its header.

    The records are decoded on the way, since a payload that no reader can unpack must not be
    wrapped as if it were whole. Raises `InvalidBatch`: INVALID_RECORD for such a payload,
    MESSAGE_TOO_LARGE when the result passes the topic's limit or the records are too many.
    """
    require_decodable_count(header, limits)
    try:
        payload = read_payload(batch, header, limits.decompressed_bytes_max)
        deque(iter_payload(payload, header), maxlen=0)
    except CorruptRecord as error:
        raise InvalidBatch(ErrorCode.INVALID_RECORD, str(error)) from error
    rebuilt = assemble_batch(
        compress(codec, payload, level),
        record_count=header.record_count,
        last_offset_delta=header.last_offset_delta,
        base_timestamp=header.base_timestamp,
        max_timestamp=header.max_timestamp,
        attributes=header.attributes & ~CODEC_MASK | codec,
        base_offset=header.base_offset,
        leader_epoch=header.partition_leader_epoch,
        producer_id=header.producer_id,
        producer_epoch=header.producer_epoch,
        base_sequence=header.base_sequence,
    )
    if len(rebuilt) > limits.max_batch_bytes:
        raise InvalidBatch(
            ErrorCode.MESSAGE_TOO_LARGE,
            f"the batch has {len(rebuilt)} bytes as {codec.name.lower()}, "
            f"max.message.bytes allows {limits.max_batch_bytes}",
        )
    return memoryview(rebuilt), read_header(rebuilt)
