# SPDX-License-Identifier: Apache-2.0
"""Metadata records as bytes: KRaft's framing inside ordinary record batches.

A metadata record is the value of a record without a key:

    field          type              notes
    -------------  ----------------  -----------------------------------------------
    frame version  unsigned varint   1
    record type    unsigned varint   see `protocol.messages.cluster_metadata`
    version        unsigned varint   of the record type
    body           message           in that version

Records are written in the lowest version that holds what they say. Reading tolerates types that
this version does not know: they count as offsets and change nothing. A known type in an unknown
version is refused, since its meaning would be guessed.

A transaction (KIP-868) spreads one change over several batches between a begin and an end
record; `TransactionBuffer` hands records on once their end is there.

Called by the engines and by `storage.dump`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ottla.base.errors import OttlaError
from ottla.protocol.errors import WireError
from ottla.protocol.message import Message
from ottla.protocol.messages import cluster_metadata
from ottla.protocol.messages.cluster_metadata import (
    AbortTransactionRecord,
    BeginTransactionRecord,
    BrokerRegistrationChangeRecord,
    EndTransactionRecord,
    PartitionChangeRecord,
    PartitionRecord,
    RegisterBrokerRecord,
)
from ottla.protocol.primitives import read_uvarint, uvarint
from ottla.records.batch import iter_headers
from ottla.records.builder import build_batch
from ottla.records.record import Record, decode_records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

FRAME_VERSION = 1

BATCH_RECORDS_BYTES_MAX = 64 << 20
"""More than any batch of ours; bounds what a damaged one can ask for."""


class BadMetadata(OttlaError):  # noqa: N818 - says what the record is
    """A metadata record that cannot be read: its change cannot be skipped safely."""


class JournalBatch(NamedTuple):
    """One batch of the metadata log, decoded."""

    base_offset: int
    next_offset: int
    controller_epoch: int
    timestamp_ms: int
    records: tuple[Message, ...]
    """Empty for KRaft's control batches; unknown types are left out."""
    data: bytes
    """The batch itself, so that a copy of it holds what this version does not know, too."""


_TYPES: dict[int, type[Message]] = {
    kind.API_KEY: kind
    for kind in vars(cluster_metadata).values()
    if isinstance(kind, type) and issubclass(kind, Message) and kind is not Message
}


def encode_metadata_record(record: Message) -> bytes:
    """Return the framed bytes of a record."""
    version = version_for(record)
    frame = b"\x01" + uvarint(record.API_KEY) + uvarint(version)
    return frame + record.encode(version)


def decode_metadata_record(data: bytes) -> Message | None:
    """Return the record in `data`; None when its type is unknown."""
    try:
        frame_version, position = read_uvarint(data, 0)
        kind, position = read_uvarint(data, position)
        version, position = read_uvarint(data, position)
        if frame_version != FRAME_VERSION:
            raise BadMetadata(f"metadata frame version {frame_version} is unknown")
        record_type = _TYPES.get(kind)
        if record_type is None:
            return None
        if version not in record_type.VERSIONS:
            raise BadMetadata(f"{record_type.__name__} has no version {version} here")
        return record_type.decode(data, version, position)
    except (WireError, IndexError) as error:
        raise BadMetadata(f"a metadata record is damaged: {error}") from error


def version_for(record: Message) -> int:
    """Return the lowest version that holds everything the record says."""
    if isinstance(record, PartitionRecord | PartitionChangeRecord):
        if record.eligible_leader_replicas is not None or record.last_known_elr is not None:
            return 2
        return 1 if record.directories else 0
    if isinstance(record, RegisterBrokerRecord):
        return 4 if record.cordoned_log_dirs is not None else 3
    if isinstance(record, BrokerRegistrationChangeRecord):
        return 3 if record.cordoned_log_dirs is not None else 2
    return 0


def build_metadata_batch(
    records: Sequence[Message], *, base_offset: int, controller_epoch: int, timestamp_ms: int
) -> bytes:
    """Return one batch that holds the records."""
    return build_batch(
        [
            Record(base_offset + n, timestamp_ms, None, encode_metadata_record(record))
            for n, record in enumerate(records)
        ],
        leader_epoch=controller_epoch,
    )


def decode_metadata_batches(buffer: bytes | bytearray | memoryview) -> Iterator[JournalBatch]:
    """Yield the batches in `buffer`, which holds whole batches only."""
    view = memoryview(buffer)
    for position, header in iter_headers(view):
        records: tuple[Message, ...] = ()
        batch = view[position : position + header.size_bytes]
        if not header.is_control:
            decoded = (
                decode_metadata_record(record.value)
                for record in decode_records(batch, BATCH_RECORDS_BYTES_MAX)
                if record.value is not None
            )
            records = tuple([record for record in decoded if record is not None])
        yield JournalBatch(
            header.base_offset,
            header.next_offset,
            header.partition_leader_epoch,
            header.max_timestamp,
            records,
            bytes(batch),
        )


class TransactionBuffer:
    """Holds back the records of an unfinished transaction."""

    __slots__ = ("_pending",)

    def __init__(self) -> None:
        self._pending: list[Message] | None = None

    @property
    def is_open(self) -> bool:
        """Whether a transaction has begun and not ended."""
        return self._pending is not None

    def copy(self) -> TransactionBuffer:
        """Return a buffer that holds the same, to try records on."""
        copied = TransactionBuffer()
        copied._pending = None if self._pending is None else list(self._pending)
        return copied

    def pass_on(self, records: Iterable[Message]) -> list[Message]:
        """Return the records that take effect now."""
        ready: list[Message] = []
        for record in records:
            if isinstance(record, BeginTransactionRecord):
                self._pending = []
            elif isinstance(record, EndTransactionRecord):
                ready.extend(self._pending or ())
                self._pending = None
            elif isinstance(record, AbortTransactionRecord):
                self._pending = None
            elif self._pending is not None:
                self._pending.append(record)
            else:
                ready.append(record)
        return ready
