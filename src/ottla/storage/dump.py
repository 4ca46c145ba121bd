# SPDX-License-Identifier: Apache-2.0
"""A readable view of any file of a data folder, whoever wrote it: for `ottla log dump`.

Each kind of file becomes a sequence of dictionaries of plain values, one for each batch, record,
entry or line, ready for a table or for JSON. Bytes are shown as text when they are UTF-8, as
`0x...` otherwise. Nothing is repaired or skipped: what does not belong in such a file is a
`DumpError` that says where it is and what was expected.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from ottla.base.errors import OttlaError
from ottla.base.ids import uuid_to_text
from ottla.records.batch import NO_PRODUCER_ID, CorruptRecord, compute_crc
from ottla.records.compression import Codec
from ottla.records.control import ControlType, control_type
from ottla.records.record import decode_records
from ottla.storage import checkpoints, leader_epochs, meta_properties, partition_metadata
from ottla.storage.files import OpenFile, read_file
from ottla.storage.log_segment import read_headers
from ottla.storage.producer_state import CorruptSnapshot, ProducerState
from ottla.storage.time_index import ENTRY as TIME_ENTRY
from ottla.storage.transaction_index import CorruptTransactionIndex, decode_entries

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import TypeAlias

    from ottla.records.batch import BatchHeader
    from ottla.records.record import Record
    from ottla.storage.files import FileSystem

    Row: TypeAlias = dict[str, object]

TRANSIENT: Final = (".deleted", ".cleaned", ".swap", ".corrupt", ".tmp")
OFFSET_DIGITS: Final = 20


class DumpError(OttlaError):
    """The file is of no known kind, or not what its name says."""


def dump_file(files: FileSystem, path: str, *, with_records: bool = False) -> Iterator[Row]:
    """Yield what is in the file at `path`; `with_records` decodes a log's records as well.

    Raises DumpError, possibly after some rows; OSError when the file cannot be read.
    """
    name = plain_name(path)
    if name.endswith((".log", ".checkpoint")):
        yield from _dump_log(files, path, with_records=with_records)
        return
    decode = _decoder_of(name)
    if decode is None:
        raise DumpError(
            f"{path}: not a file that Ottla knows. It dumps .log, .index, .timeindex, .txnindex, "
            ".snapshot and .checkpoint files, the *-checkpoint files, partition.metadata and "
            "meta.properties"
        )
    data = read_file(files, path)
    try:
        yield from decode(data, name)
    except DumpError as error:
        raise DumpError(f"{path}: {error}") from error
    except (
        CorruptSnapshot,
        CorruptTransactionIndex,
        leader_epochs.CorruptLeaderEpochs,
        partition_metadata.CorruptPartitionMetadata,
        checkpoints.CheckpointError,
        meta_properties.MetaPropertiesError,
    ) as error:
        raise DumpError(f"{path}: {error}") from error


def plain_name(path: str) -> str:
    """Return a file's name without the suffixes of files on their way in or out."""
    name = os.path.basename(path)
    while name.endswith(TRANSIENT):
        name = name[: name.rindex(".")]
    return name


def _decoder_of(name: str) -> Callable[[bytes, str], Iterator[Row]] | None:
    """Choose by name: none of these files says what it is."""
    if name == leader_epochs.FILE_NAME:
        return _dump_leader_epochs
    if name == partition_metadata.FILE_NAME:
        return _dump_partition_metadata
    if name == "meta.properties":
        return _dump_meta_properties
    if name.endswith("-checkpoint"):
        return _dump_checkpoint
    _, dot, suffix = name.rpartition(".")
    return _BY_SUFFIX.get(dot + suffix)


# logs


def _dump_log(files: FileSystem, path: str, *, with_records: bool) -> Iterator[Row]:
    found = files.stat(path)
    if found is None:
        raise FileNotFoundError(f"{path} does not exist")
    file = OpenFile(files, path)
    try:
        for position, header in read_headers(file.read, 0, found.size_bytes):
            batch = file.read(header.size_bytes, position)
            row = _batch_row(position, header, batch)
            if with_records:
                row["records"] = _record_rows(header, batch)
            yield row
    except CorruptRecord as error:
        raise DumpError(f"{path}: {error}") from error


def _batch_row(position: int, header: BatchHeader, batch: bytes) -> Row:
    row: Row = {
        "base_offset": header.base_offset,
        "last_offset": header.last_offset,
        "record_count": header.record_count,
        "position": position,
        "size_bytes": header.size_bytes,
        "leader_epoch": header.partition_leader_epoch,
        "codec": _codec_name(header.codec),
        "timestamp_type": "LogAppendTime" if header.timestamp_type else "CreateTime",
        "max_timestamp_ms": header.max_timestamp,
        "crc": header.crc,
        "is_crc_valid": compute_crc(batch) == header.crc,
    }
    if header.producer_id != NO_PRODUCER_ID:
        row["producer_id"] = header.producer_id
        row["producer_epoch"] = header.producer_epoch
        row["base_sequence"] = header.base_sequence
        row["last_sequence"] = header.last_sequence
    if header.has_delete_horizon:
        row["delete_horizon_ms"] = header.base_timestamp
    row["is_transactional"] = header.is_transactional
    row["is_control"] = header.is_control
    return row


def _codec_name(number: int) -> str:
    try:
        return Codec(number).name.lower()
    except ValueError:
        return f"unknown ({number})"


def _record_rows(header: BatchHeader, batch: bytes) -> list[Row]:
    rows = []
    for record in decode_records(batch):
        row: Row = {"offset": record.offset, "timestamp_ms": record.timestamp_ms}
        if header.is_control:
            row["control"] = _control_name(record)
        row["key"] = _text(record.key)
        row["value"] = _text(record.value)
        row["headers"] = [[name, _text(value)] for name, value in record.headers]
        rows.append(row)
    return rows


def _control_name(record: Record) -> str:
    kind: ControlType | None = control_type(record.key)
    return "unknown" if kind is None else kind.name.lower()


def _text(data: bytes | None) -> str | None:
    """Show bytes: as text when that is what they are."""
    if data is None:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return "0x" + data.hex()


# indexes and snapshots


def _base_offset(name: str) -> int:
    """Return the base offset in a segment file's name."""
    digits = name.partition(".")[0]
    if len(digits) != OFFSET_DIGITS or not digits.isdecimal():
        raise DumpError("the name of an index begins with 20 digits, its segment's base offset")
    return int(digits)


def _dump_offset_index(data: bytes, name: str) -> Iterator[Row]:
    base_offset = _base_offset(name)
    _check_whole(data, 8)
    for at in range(0, len(data), 8):
        relative = int.from_bytes(data[at : at + 4], "big")
        position = int.from_bytes(data[at + 4 : at + 8], "big")
        if at and not relative:
            return  # zeros that Kafka allocates ahead
        yield {"offset": base_offset + relative, "position": position}


def _dump_time_index(data: bytes, name: str) -> Iterator[Row]:
    base_offset = _base_offset(name)
    _check_whole(data, TIME_ENTRY.size)
    for number, (timestamp_ms, relative) in enumerate(TIME_ENTRY.iter_unpack(data)):
        if number and not timestamp_ms:
            return  # zeros that Kafka allocates ahead
        yield {"timestamp_ms": timestamp_ms, "offset": base_offset + relative}


def _dump_transaction_index(data: bytes, name: str) -> Iterator[Row]:
    _base_offset(name)
    for entry in decode_entries(data):
        yield dict(entry._asdict())


def _dump_snapshot(data: bytes, name: str) -> Iterator[Row]:
    _base_offset(name)
    for producer_id, entry in ProducerState.decode(data).entries.items():
        first_offset = entry.transaction_first_offset
        yield {
            "producer_id": producer_id,
            "producer_epoch": entry.producer_epoch,
            "last_sequence": entry.last_sequence,
            "last_offset": entry.batches[-1].last_offset if entry.batches else -1,
            "last_timestamp_ms": entry.last_timestamp_ms,
            "coordinator_epoch": entry.coordinator_epoch,
            "transaction_first_offset": first_offset if first_offset >= 0 else None,
        }


def _check_whole(data: bytes, entry_bytes: int) -> None:
    if len(data) % entry_bytes:
        raise DumpError(
            f"{len(data)} bytes are not a whole number of entries of {entry_bytes} bytes"
        )


# text files


def _dump_checkpoint(data: bytes, name: str) -> Iterator[Row]:
    offsets = checkpoints.parse_offsets(data, name)
    for (topic, partition), offset in sorted(offsets.items()):
        yield {"topic": topic, "partition": partition, "offset": offset}


def _dump_leader_epochs(data: bytes, name: str) -> Iterator[Row]:
    del name
    for entry in leader_epochs.LeaderEpochs.decode(data).entries:
        yield dict(entry._asdict())


def _dump_partition_metadata(data: bytes, name: str) -> Iterator[Row]:
    del name
    yield {"topic_id": uuid_to_text(partition_metadata.decode(data))}


def _dump_meta_properties(data: bytes, name: str) -> Iterator[Row]:
    found = meta_properties.parse_meta_properties(data, name)
    yield {
        "cluster_id": found.cluster_id,
        "node_id": found.node_id,
        "directory_id": uuid_to_text(found.directory_id) if found.directory_id else None,
    }


_BY_SUFFIX: Final = {
    ".index": _dump_offset_index,
    ".timeindex": _dump_time_index,
    ".txnindex": _dump_transaction_index,
    ".snapshot": _dump_snapshot,
}
