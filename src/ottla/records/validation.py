# SPDX-License-Identifier: Apache-2.0
"""What a producer may send: one batch of magic 2 for each partition, true to its own header.

`validate_batch` is the gate in front of every append. A batch that is as it should be passes one
expression over its header, one CRC and one hop over its records' lengths; everything else (a
refusal that needs a text, a compacted topic, LogAppendTime) takes the slow road, which checks one
thing after the other in Kafka's order.
The records are decoded only where the topic asks for something that the header cannot say. What
that leaves unchecked, and who could be hurt by it, is told in docs/decisions/0004.

The batch is changed in place in two cases: LogAppendTime stamps it, and a header whose
`max_timestamp` is older than its `base_timestamp` is put right (some producers leave it at -1 and
count on the broker). Both write a new CRC. Offsets and leader epoch are patched later, by storage.

Callers: the produce path through `ottla.replication`, and coordinators for their own topics.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from crc32c import crc32c

from ottla.protocol.errors import ApiError, ErrorCode
from ottla.records.batch import (
    CODEC_MASK,
    CONTROL,
    CRC_FROM,
    DELETE_HORIZON,
    HEADER,
    HEADER_BYTES,
    LENGTH_PREFIX_BYTES,
    LOG_APPEND_TIME,
    MAGIC,
    MAGIC_AT,
    NO_TIMESTAMP,
    TRANSACTIONAL,
    BatchHeader,
    CorruptRecord,
    compute_crc,
    read_header,
    write_crc,
)
from ottla.records.compression import Codec
from ottla.records.record import RECORD_BYTES_MIN, iter_payload, read_payload
from ottla.records.record_lengths import lengths_fill

if TYPE_CHECKING:
    from collections.abc import Sequence


TIMESTAMP_RANGE_MAX_MS: Final = 2**63 - 1
"""Kafka's "no limit" for how far before the wall clock a timestamp may lie."""

RECORD_ERRORS_MAX: Final = 1000
"""Refused records that one answer lists: a batch of a million bad ones gets a bounded answer."""

VALIDATED_BYTES_MAX: Final = 16 * 1024 * 1024
"""What a compressed batch may become where its records are looked at: the loop waits meanwhile.

Four times `max.message.bytes` when that is more. Clients bound their batches before compression, to
1 MiB by default, so honest ones stay far below.
"""

VALIDATED_RECORDS_MAX: Final = 200_000
"""Likewise for their number, unless an uncompressed batch could hold more: 0.4 s of decoding."""

EXPANSION_MAX: Final = (1, 1032, 32, 256, 32768)
"""How many bytes one byte can become, by codec number: no payload holds more records than that."""

_PRODUCER_ATTRIBUTES: Final = frozenset(
    codec | transactional for codec in Codec for transactional in (0, TRANSACTIONAL)
)
_unpack_from = HEADER.unpack_from
_new_header = tuple.__new__


class RecordError(NamedTuple):
    """One refused record of a batch (KIP-467): its index in the batch and why."""

    batch_index: int
    message: str


class InvalidBatch(ApiError):  # noqa: N818 - says what the batch is, as ApiError's family does
    """A produced batch is refused whole; `record_errors` names the records that are to blame."""

    def __init__(
        self, code: ErrorCode, message: str, record_errors: Sequence[RecordError] = ()
    ) -> None:
        super().__init__(code, message)
        self.record_errors = tuple(record_errors)


class ValidationLimits:
    """What one topic accepts. Build it when the topic's configuration changes, not per request."""

    __slots__ = (
        "compacted",
        "decompressed_bytes_max",
        "fast_attributes",
        "log_append_time",
        "max_batch_bytes",
        "record_count_max",
        "timestamp_after_max_ms",
        "timestamp_before_max_ms",
        "verify_records",
    )

    def __init__(
        self,
        *,
        max_batch_bytes: int = 1048588,
        timestamp_before_max_ms: int = TIMESTAMP_RANGE_MAX_MS,
        timestamp_after_max_ms: int = 3_600_000,
        compacted: bool = False,
        log_append_time: bool = False,
        verify_records: bool = False,
    ) -> None:
        self.max_batch_bytes = max_batch_bytes  # of the whole batch, header included
        self.timestamp_before_max_ms = timestamp_before_max_ms  # older than the wall clock
        self.timestamp_after_max_ms = timestamp_after_max_ms  # newer than the wall clock
        self.compacted = compacted  # every record needs a key
        self.log_append_time = log_append_time  # stamp batches with the wall clock
        self.verify_records = verify_records  # decode every record, whatever it costs
        self.decompressed_bytes_max = max(VALIDATED_BYTES_MAX, 4 * max_batch_bytes)
        self.record_count_max = max(VALIDATED_RECORDS_MAX, max_batch_bytes // RECORD_BYTES_MIN)
        # Attributes that the fast path may wave through; none when records must be looked at.
        self.fast_attributes: frozenset[int] = (
            frozenset() if compacted or log_append_time or verify_records else _PRODUCER_ATTRIBUTES
        )


def validate_batch(buffer: memoryview, limits: ValidationLimits, wall_ms: int) -> BatchHeader:
    """Check the one batch that fills `buffer`, or raise `InvalidBatch`; see the module's text.

    `wall_ms` is the time since 1970 that timestamps are held against. The buffer must be writable.
    """
    # hot: benchmarks/micro/validate_batch.py, 1 us and the CRC
    size = len(buffer)
    if size > HEADER_BYTES:
        fields = _unpack_from(buffer)
        (
            base_offset,
            batch_length,
            _,
            magic,
            crc,
            attributes,
            last_offset_delta,
            base_timestamp,
            max_timestamp,
            producer_id,
            producer_epoch,
            base_sequence,
            record_count,
        ) = fields
        if (
            magic == MAGIC
            and batch_length + LENGTH_PREFIX_BYTES == size <= limits.max_batch_bytes
            and base_offset == 0
            and attributes in limits.fast_attributes
            and last_offset_delta + 1 == record_count > 0
            and record_count * RECORD_BYTES_MIN
            <= (size - HEADER_BYTES) * EXPANSION_MAX[attributes & CODEC_MASK]
            and NO_TIMESTAMP <= base_timestamp <= max_timestamp
            and wall_ms - limits.timestamp_before_max_ms <= base_timestamp
            and max_timestamp <= wall_ms + limits.timestamp_after_max_ms
            and (
                attributes < TRANSACTIONAL
                if producer_id == -1
                else producer_id >= 0 and base_sequence >= 0 and producer_epoch >= 0
            )
            and crc == crc32c(buffer[CRC_FROM:])
            and (attributes & CODEC_MASK or lengths_fill(buffer, record_count))
        ):
            return _new_header(BatchHeader, fields)
    return _validate_slowly(buffer, limits, wall_ms)


def _validate_slowly(buffer: memoryview, limits: ValidationLimits, wall_ms: int) -> BatchHeader:
    """Check one thing after the other, so that a refusal can say which."""
    header = _read_single_header(buffer)
    _check_size_and_crc(buffer, header, limits)
    _check_attributes(header)
    _check_counts(buffer, header)
    _check_producer(header)
    if not limits.log_append_time:
        _check_header_timestamps(header, limits, wall_ms)
    timestamps_lie = header.max_timestamp < header.base_timestamp and not limits.log_append_time
    if limits.compacted or limits.verify_records or timestamps_lie:
        largest = _check_records(buffer, header, limits, wall_ms)
        if largest != header.max_timestamp and not limits.log_append_time:
            return _stamp(buffer, header.attributes, largest)
    if limits.log_append_time:
        return _stamp(buffer, header.attributes | LOG_APPEND_TIME, wall_ms)
    return header


def _read_single_header(buffer: memoryview) -> BatchHeader:
    """Read the header of a buffer that must hold exactly one batch of magic 2."""
    size = len(buffer)
    if size == 0:
        raise InvalidBatch(ErrorCode.INVALID_RECORD, "the partition's records are empty")
    # The magic byte has one place in all three formats: older ones are told apart before sizes.
    if size > MAGIC_AT and buffer[MAGIC_AT] in (0, 1):
        raise InvalidBatch(
            ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT,
            f"message format {buffer[MAGIC_AT]} is not taken any more: "
            "send record batches (magic 2)",
        )
    try:
        header = read_header(buffer)
    except CorruptRecord as error:
        raise InvalidBatch(ErrorCode.CORRUPT_MESSAGE, str(error)) from error
    if header.magic != MAGIC:
        raise InvalidBatch(ErrorCode.CORRUPT_MESSAGE, f"unknown magic {header.magic}")
    batch_bytes = header.size_bytes
    if batch_bytes < HEADER_BYTES or batch_bytes > size:
        raise InvalidBatch(
            ErrorCode.CORRUPT_MESSAGE,
            f"the batch says it has {batch_bytes} bytes, the request holds {size}",
        )
    if batch_bytes < size:
        raise InvalidBatch(
            ErrorCode.INVALID_RECORD,
            f"{size - batch_bytes} bytes follow the batch: a request may hold "
            "exactly one batch for each partition",
        )
    return header


def _check_size_and_crc(buffer: memoryview, header: BatchHeader, limits: ValidationLimits) -> None:
    if header.base_offset != 0:
        raise InvalidBatch(
            ErrorCode.INVALID_RECORD, f"base offset {header.base_offset} of a new batch must be 0"
        )
    if header.size_bytes > limits.max_batch_bytes:
        raise InvalidBatch(
            ErrorCode.MESSAGE_TOO_LARGE,
            f"the batch has {header.size_bytes} bytes, "
            f"max.message.bytes allows {limits.max_batch_bytes}",
        )
    computed = compute_crc(buffer)
    if computed != header.crc:
        raise InvalidBatch(
            ErrorCode.CORRUPT_MESSAGE,
            f"the batch's CRC is {computed:#010x}, its header says {header.crc:#010x}",
        )


def _check_attributes(header: BatchHeader) -> None:
    if header.codec not in Codec._value2member_map_:
        raise InvalidBatch(
            ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, f"unknown compression codec {header.codec}"
        )
    if header.attributes & CONTROL:
        raise InvalidBatch(ErrorCode.INVALID_RECORD, "clients may not write control batches")
    if header.attributes & DELETE_HORIZON:
        raise InvalidBatch(ErrorCode.INVALID_RECORD, "clients may not set a delete horizon")
    if header.attributes & LOG_APPEND_TIME:
        raise InvalidBatch(
            ErrorCode.INVALID_TIMESTAMP, "producers may not set the timestamp type LogAppendTime"
        )


def _check_counts(buffer: memoryview, header: BatchHeader) -> None:
    if header.record_count <= 0:
        raise InvalidBatch(
            ErrorCode.INVALID_RECORD, f"a batch of {header.record_count} records holds nothing"
        )
    if header.last_offset_delta + 1 != header.record_count:
        raise InvalidBatch(
            ErrorCode.INVALID_RECORD,
            f"last offset delta {header.last_offset_delta} does not fit "
            f"{header.record_count} records",
        )
    payload = header.size_bytes - HEADER_BYTES
    if header.record_count * RECORD_BYTES_MIN > payload * EXPANSION_MAX[header.codec]:
        raise InvalidBatch(
            ErrorCode.INVALID_RECORD,
            f"{header.record_count} records cannot be in {payload} bytes",
        )
    if header.codec == Codec.NONE and not lengths_fill(buffer, header.record_count):
        raise InvalidBatch(
            ErrorCode.INVALID_RECORD,
            f"the lengths of {header.record_count} records do not add up to {payload} bytes",
        )


def _check_producer(header: BatchHeader) -> None:
    if header.producer_id == -1:
        if header.is_transactional:
            raise InvalidBatch(
                ErrorCode.INVALID_RECORD, "a transactional batch needs a producer id"
            )
    elif header.producer_id < 0 or header.producer_epoch < 0 or header.base_sequence < 0:
        raise InvalidBatch(
            ErrorCode.INVALID_RECORD,
            f"producer id {header.producer_id} with epoch {header.producer_epoch} "
            f"and sequence {header.base_sequence} is not valid",
        )


def _check_header_timestamps(header: BatchHeader, limits: ValidationLimits, wall_ms: int) -> None:
    """Hold the header's two timestamps against the limits; -1 means that there is none."""
    oldest, newest = _range(limits, wall_ms)
    for timestamp_ms, name in ((header.base_timestamp, "base"), (header.max_timestamp, "max")):
        if timestamp_ms != NO_TIMESTAMP and not oldest <= timestamp_ms <= newest:
            raise InvalidBatch(
                ErrorCode.INVALID_TIMESTAMP,
                f"the batch's {name} timestamp is out of range: "
                f"{timestamp_ms} is not in [{oldest}, {newest}]",
            )


def _range(limits: ValidationLimits, wall_ms: int) -> tuple[int, int]:
    """Return the oldest and the newest timestamp that are taken now."""
    oldest = max(0, wall_ms - limits.timestamp_before_max_ms)
    return oldest, wall_ms + limits.timestamp_after_max_ms


def require_decodable_count(header: BatchHeader, limits: ValidationLimits) -> None:
    """Refuse a batch whose records would keep the loop busy for too long; MESSAGE_TOO_LARGE."""
    if header.record_count > limits.record_count_max:
        raise InvalidBatch(
            ErrorCode.MESSAGE_TOO_LARGE,
            f"a batch of {header.record_count} records on a topic where each is looked at: "
            f"at most {limits.record_count_max} are taken",
        )


def _check_records(
    buffer: memoryview, header: BatchHeader, limits: ValidationLimits, wall_ms: int
) -> int:
    """Check each record's key and timestamp; return the largest timestamp.

    Records are looked at one after the other and not kept: a small request can hold millions.
    """
    require_decodable_count(header, limits)
    oldest, newest = _range(limits, wall_ms)
    ranged = not limits.log_append_time
    errors: list[RecordError] = []
    error_count = 0
    code = ErrorCode.INVALID_RECORD
    largest = NO_TIMESTAMP
    try:
        payload = read_payload(buffer, header, limits.decompressed_bytes_max)
        for index, record in enumerate(iter_payload(payload, header)):
            timestamp_ms = record.timestamp_ms
            if timestamp_ms > largest:  # noqa: PLR1730 - per record: max() costs as much as the rest
                largest = timestamp_ms
            if limits.compacted and record.key is None:
                refusal = "a compacted topic needs a key in every record"
            elif not ranged or timestamp_ms == NO_TIMESTAMP or oldest <= timestamp_ms <= newest:
                continue
            else:
                code = ErrorCode.INVALID_TIMESTAMP
                refusal = f"timestamp {timestamp_ms} is not in [{oldest}, {newest}]"
            error_count += 1
            if len(errors) < RECORD_ERRORS_MAX:
                errors.append(RecordError(index, refusal))
    except CorruptRecord as error:
        raise InvalidBatch(ErrorCode.INVALID_RECORD, str(error)) from error
    if errors:
        raise InvalidBatch(
            code,
            f"{error_count} of {header.record_count} records are refused, "
            f"the first at index {errors[0].batch_index}: {errors[0].message}",
            errors,
        )
    return largest


def _stamp(buffer: memoryview, attributes: int, max_timestamp: int) -> BatchHeader:
    """Write attributes, largest timestamp and the CRC that follows from them, in place."""
    struct.pack_into(">h", buffer, CRC_FROM, attributes)
    struct.pack_into(">q", buffer, 35, max_timestamp)
    write_crc(buffer)
    return read_header(buffer)
