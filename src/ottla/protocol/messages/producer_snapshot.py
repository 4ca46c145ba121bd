# SPDX-License-Identifier: Apache-2.0
"""Producer state on disk.

A `.snapshot` file beside a log is its version (int16) and this body.

Generated from `definitions/producer_snapshot.txt` by `make gen`.
"""

from __future__ import annotations

from struct import Struct as Format
from typing import TYPE_CHECKING

from ottla.protocol.message import Message, Struct
from ottla.protocol.primitives import count_refused, null_refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.protocol.primitives import Buffer

_new = object.__new__
_Ii = Format(">Ii")
_pack_Ii = _Ii.pack
_unpack_Ii = _Ii.unpack_from
_qhiqiqiq = Format(">qhiqiqiq")
_pack_qhiqiqiq = _qhiqiqiq.pack
_unpack_qhiqiqiq = _qhiqiqiq.unpack_from


class ProducerSnapshot(Message):
    """What a partition knows of its producers at an offset."""

    __slots__ = (
        "crc",
        "producer_entries",
    )

    API_KEY = -1
    VERSIONS = range(1, 2)
    FLEXIBLE_FROM = None

    crc: int
    """CRC-32C of everything behind this field."""

    producer_entries: list[ProducerEntry]
    """What is known of each producer."""

    def __init__(self, *, crc: int = 0, producer_entries: Iterable[ProducerEntry] = ()) -> None:
        self.crc = crc
        self.producer_entries = list(producer_entries)


class ProducerEntry(Struct):
    """What is known of each producer."""

    __slots__ = (
        "producer_id",
        "epoch",
        "last_sequence",
        "last_offset",
        "offset_delta",
        "timestamp",
        "coordinator_epoch",
        "current_txn_first_offset",
    )

    producer_id: int
    """The producer's id."""

    epoch: int
    """The producer's epoch."""

    last_sequence: int
    """The sequence number of the producer's last record; -1 when there is none."""

    last_offset: int
    """The offset of the producer's last record; -1 when there is none."""

    offset_delta: int
    """The difference between the last and the first offset of the producer's last batch."""

    timestamp: int
    """The timestamp of the producer's last batch."""

    coordinator_epoch: int
    """The epoch of the transaction coordinator."""

    current_txn_first_offset: int
    """The first offset of the producer's open transaction; -1 when there is none."""

    def __init__(
        self,
        *,
        producer_id: int = 0,
        epoch: int = 0,
        last_sequence: int = 0,
        last_offset: int = 0,
        offset_delta: int = 0,
        timestamp: int = 0,
        coordinator_epoch: int = 0,
        current_txn_first_offset: int = 0,
    ) -> None:
        self.producer_id = producer_id
        self.epoch = epoch
        self.last_sequence = last_sequence
        self.last_offset = last_offset
        self.offset_delta = offset_delta
        self.timestamp = timestamp
        self.coordinator_epoch = coordinator_epoch
        self.current_txn_first_offset = current_txn_first_offset


def _write_producer_snapshot_v1(message: ProducerSnapshot, parts: list[Buffer]) -> None:
    count = len(message.producer_entries)
    parts.append(_pack_Ii(message.crc, count))
    for producer_entry in message.producer_entries:
        _write_producer_entry_v1(producer_entry, parts)


def _read_producer_snapshot_v1(data: bytes, offset: int) -> tuple[ProducerSnapshot, int]:
    message = _new(ProducerSnapshot)
    message.crc, count = _unpack_Ii(data, offset)
    offset += 8
    if count < 0:
        raise null_refused("ProducerSnapshot.producer_entries")
    if count * 46 > len(data) - offset:
        raise count_refused("ProducerSnapshot.producer_entries", count)
    producer_entries: list[ProducerEntry] = []
    for _ in range(count):
        producer_entry, offset = _read_producer_entry_v1(data, offset)
        producer_entries.append(producer_entry)
    message.producer_entries = producer_entries
    return message, offset


def _write_producer_entry_v1(message: ProducerEntry, parts: list[Buffer]) -> None:
    parts.append(
        _pack_qhiqiqiq(
            message.producer_id,
            message.epoch,
            message.last_sequence,
            message.last_offset,
            message.offset_delta,
            message.timestamp,
            message.coordinator_epoch,
            message.current_txn_first_offset,
        )
    )


def _read_producer_entry_v1(data: bytes, offset: int) -> tuple[ProducerEntry, int]:
    message = _new(ProducerEntry)
    (
        message.producer_id,
        message.epoch,
        message.last_sequence,
        message.last_offset,
        message.offset_delta,
        message.timestamp,
        message.coordinator_epoch,
        message.current_txn_first_offset,
    ) = _unpack_qhiqiqiq(data, offset)
    offset += 46
    return message, offset


ProducerSnapshot.WRITERS = {
    1: _write_producer_snapshot_v1,
}
ProducerSnapshot.READERS = {
    1: _read_producer_snapshot_v1,
}
