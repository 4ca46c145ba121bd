# SPDX-License-Identifier: Apache-2.0
"""What a broken disk can hand to a log that is opened.

The seeds are the files of a true log: two closed segments and an active one, with idempotent,
transactional, compressed and plain batches, indexes, a producer snapshot and leader epochs. One
file at a time is damaged, then the log is opened as after a crash. Whatever it finds, it must end
in a log that keeps its promises, or in an error that the log manager knows.
"""

from __future__ import annotations

import functools
from typing import Final

from ottla.base.clock import ManualClock
from ottla.base.errors import OttlaError
from ottla.records.batch import iter_headers, verify_crc
from ottla.records.builder import build_batch
from ottla.records.compression import Codec
from ottla.records.record import Record
from ottla.records.validation import ValidationLimits, validate_batch
from ottla.storage import checkpoints, meta_properties, partition_metadata
from ottla.storage.leader_epochs import CorruptLeaderEpochs, LeaderEpochs
from ottla.storage.log_config import LogConfig
from ottla.storage.partition_log import PartitionLog
from ottla.storage.producer_state import ProducerState
from ottla.testing.simulated_disk import SimulatedDisk
from tools.fuzzing.target import Target

NOW: Final = 1_700_000_000_000
DIRECTORY: Final = "/data/topic-0"
_CONFIG: Final = LogConfig(segment_bytes=4096, index_interval_bytes=256)
_REPAIR: Final = 0x01
_RECOVERY_POINT: Final = 0x02
_HIGH_WATERMARK: Final = 0x04
_CLEAN: Final = 0x08


def _open(disk: SimulatedDisk, flags: int = 0, end_offset: int = 0) -> PartitionLog:
    return PartitionLog.open(
        DIRECTORY,
        "topic",
        0,
        _CONFIG,
        files=disk,
        clock=ManualClock(wall_ms=NOW),
        clean=bool(flags & _CLEAN),
        recovery_point=end_offset // 2 if flags & _RECOVERY_POINT else 0,
        high_watermark=end_offset if flags & _HIGH_WATERMARK else 0,
        repair=bool(flags & _REPAIR),
    )


def _append(log: PartitionLog, batch: bytes, leader_epoch: int) -> None:
    view = memoryview(bytearray(batch))
    header = validate_batch(view, ValidationLimits(), NOW)
    log.append(view, (header,), leader_epoch, NOW)


@functools.cache
def true_log() -> tuple[dict[str, bytes], int]:
    """Write a log through the front door; return its files by name and its end offset."""
    disk = SimulatedDisk()
    disk.mkdir("/data")
    disk.mkdir(DIRECTORY)
    log = _open(disk)
    for number in range(60):
        records = [Record(at, NOW + number, b"k%d" % at, bytes(40)) for at in range(3)]
        codec = Codec(number % 5)
        leader_epoch = number // 20
        if number % 3 == 0:
            batch = build_batch(records, codec=codec)
        else:
            batch = build_batch(
                records,
                codec=codec,
                producer_id=number % 3,
                producer_epoch=0,
                base_sequence=number // 3 * 3,
                transactional=number % 3 == 2,
            )
        _append(log, batch, leader_epoch)
    log.flush()
    log.close()
    files = {name: disk.content(f"{DIRECTORY}/{name}") for name in disk.listdir(DIRECTORY)}
    return files, log.log_end_offset


def _recover(data: bytes) -> None:
    """Open a log with one damaged file; two bytes in front choose which and how."""
    if len(data) < 2:
        raise CorruptLeaderEpochs("nothing is chosen")
    files, end_offset = true_log()
    names = sorted(files)
    damaged = names[data[0] % len(names)]
    disk = SimulatedDisk()
    disk.mkdir("/data")
    disk.mkdir(DIRECTORY)
    for name, content in files.items():
        disk.put(f"{DIRECTORY}/{name}", data[2:] if name == damaged else content)
    log = _open(disk, data[1], end_offset)
    # What lies below the recovery point, or in a log that was closed properly, is taken as it is.
    is_checked = not data[1] & (_CLEAN | _RECOVERY_POINT)
    _use(log, is_checked=is_checked)
    if is_checked:
        found = log.log_end_offset
        log.close()
        again = _open(disk)
        assert again.log_end_offset == found, "a second opening finds another end"
        assert again.corruption is None, "a second opening finds damage again"


def _use(log: PartitionLog, *, is_checked: bool) -> None:
    """Append and read everything; what was recovered must be whole."""
    first, end = log.log_start_offset, log.log_end_offset
    assert first <= end, "the log ends before it starts"
    leader_epoch = max(9, log.leader_epochs.latest)  # a leader's epoch is never an old one
    _append(log, build_batch([Record(0, NOW, b"k", b"v")]), leader_epoch)
    log.write_staged()
    assert log.log_end_offset == end + 1, "an append went elsewhere"
    log.offset_for_timestamp(NOW + 5)
    log.max_timestamp()
    log.end_offset_for_epoch(1)
    log.aborted_transactions(first, end)
    _read_all(log, is_checked=is_checked)


def _read_all(log: PartitionLog, *, is_checked: bool) -> None:
    """Read from start to end; an unchecked log may hold anything, but reading it must end."""
    position, end = log.log_start_offset, log.log_end_offset
    while position < end:
        part = log.locate(position, 1 << 20, end)
        if part is None:
            assert not is_checked, f"nothing at {position}, the log ends at {end}"
            return
        before = position
        data = bytes(part.read())
        for at, header in iter_headers(data):
            if is_checked:
                assert header.last_offset >= position, "a batch lies before the one asked for"
                verify_crc(data[at : at + header.size_bytes])
            position = max(position, header.next_offset)
        if position == before:
            assert not is_checked, "reading does not advance"
            return


def _recover_seeds() -> list[bytes]:
    files, _ = true_log()
    return [
        bytes((number, flags)) + files[name]
        for number, name in enumerate(sorted(files))
        for flags in (0, _RECOVERY_POINT, _HIGH_WATERMARK, _REPAIR | _RECOVERY_POINT, _CLEAN)
    ]


# the small files, each by its own parser


def _small_file(data: bytes) -> None:
    """Parse as one of five kinds of file, which the first byte chooses."""
    if not data:
        raise CorruptLeaderEpochs("nothing is chosen")
    content = data[1:]
    kind = data[0] % 5
    if kind == 0:
        offsets = checkpoints.parse_offsets(content, "checkpoint")
        again = checkpoints.parse_offsets(checkpoints.format_offsets(offsets), "checkpoint")
        assert again == offsets, "a checkpoint changes on a second trip"
    elif kind == 1:
        properties = meta_properties.parse_meta_properties(content, "meta.properties")
        if properties.directory_id is not None:  # files of old brokers have none
            text = meta_properties.format_meta_properties(properties)
            again_properties = meta_properties.parse_meta_properties(text, "meta.properties")
            assert again_properties == properties, "meta.properties changes on a second trip"
    elif kind == 2:
        topic_id = partition_metadata.decode(content)
        assert partition_metadata.decode(partition_metadata.encode(topic_id)) == topic_id
    elif kind == 3:
        epochs = LeaderEpochs.decode(content)
        assert LeaderEpochs.decode(epochs.encode()).entries == epochs.entries
    else:
        state = ProducerState.decode(content)
        assert len(ProducerState.decode(state.encode())) == len(state)


def _small_file_seeds() -> list[bytes]:
    snapshot = ProducerState()
    return [
        b"\x00" + checkpoints.format_offsets({("topic", 0): 5, ("other.topic", 7): 2**40}),
        b"\x01version=1\ncluster.id=abc\nnode.id=1\ndirectory.id=AAAAAAAAAAAAAAAAAAAAAQ\n",
        b"\x02" + partition_metadata.encode(bytes(range(16))),
        b"\x03" + b"0\n2\n0 0\n3 40\n",
        b"\x04" + snapshot.encode(),
        *(
            b"\x04" + content
            for name, content in true_log()[0].items()
            if name.endswith(".snapshot")
        ),
    ]


TARGETS: Final = (
    Target(
        "recovery",
        "a log with a damaged file opens whole, or fails with an error that names it",
        _recover,
        _recover_seeds,
        (OttlaError,),
    ),
    Target(
        "storage-files",
        "checkpoints, properties, epochs and snapshots are read or refused by name",
        _small_file,
        _small_file_seeds,
        (OttlaError,),
    ),
)
