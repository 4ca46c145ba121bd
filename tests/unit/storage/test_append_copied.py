# SPDX-License-Identifier: Apache-2.0
"""A log that is copied from another one is that log: bytes, segments, epochs, producers."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ottla.base.clock import ManualClock
from ottla.base.errors import StorageError
from ottla.records.batch import CorruptRecord, iter_headers, read_header
from ottla.records.builder import build_batch
from ottla.records.control import TransactionMarker, build_transaction_marker
from ottla.records.record import Record
from ottla.storage.files import DiskFull
from ottla.storage.log_config import LogConfig
from ottla.storage.partition_log import PartitionLog
from ottla.testing.simulated_disk import SimulatedCrash, SimulatedDisk

DIRECTORY = "/data/topic-0"
TIME_MS = 1_700_000_000_000


def open_log(disk=None, *, clean=True, **config: object):
    """Open a log on a disk of its own."""
    if disk is None:
        disk = SimulatedDisk()
        disk.mkdir("/data")
        disk.fsync_dir("/")
    return PartitionLog.open(
        DIRECTORY, "topic", 0, LogConfig(**config), files=disk, clock=ManualClock(), clean=clean
    ), disk


def batch_of(*values: bytes, at_ms=TIME_MS, **fields: object) -> bytes:
    """Build a batch as a producer does."""
    return build_batch([Record(n, at_ms, None, value) for n, value in enumerate(values)], **fields)


def append(log, data, leader_epoch=0):
    """Append one batch as a leader does."""
    view = memoryview(bytearray(data))
    log.append(view, [read_header(view)], leader_epoch, TIME_MS)


def end_transaction(log, producer_id, *, committed, leader_epoch=0):
    """Append a marker as a leader does."""
    marker = TransactionMarker(committed=committed, coordinator_epoch=0)
    data = build_transaction_marker(
        marker, producer_id=producer_id, producer_epoch=0, timestamp_ms=TIME_MS
    )
    view = memoryview(bytearray(data))
    log.append(view, [read_header(view)], leader_epoch, TIME_MS, marker)


def content(log) -> bytes:
    """Return everything from the start of the log on."""
    data = b""
    offset = log.log_start_offset
    while offset < log.log_end_offset:
        part = log.locate(offset, 1 << 20, log.log_end_offset)
        assert part is not None
        found = part.read_nowait()
        found = bytes(part.read() if found is None else found)
        for position, header in iter_headers(found, partial_tail=True):
            data += found[position : position + header.size_bytes]
            offset = header.next_offset
    return data


def everything(log):
    """Return what of a log has to be the same in a copy."""
    return (
        log.log_start_offset,
        log.log_end_offset,
        content(log),
        list(log.leader_epochs.entries),
        log.producer_state.encode(),
        log.aborted_transactions(0, log.log_end_offset),
        log.last_stable_offset(log.log_end_offset),
        log.max_timestamp(),
    )


def make_log(chance: random.Random, **config: object) -> PartitionLog:
    """Make a log of every kind of batch there is."""
    log, _ = open_log(**config)
    sequences: dict[int, int] = {}
    is_open: set[int] = set()
    epoch = 0
    at_ms = TIME_MS
    for _ in range(chance.randrange(1, 40)):
        kind = chance.choice(("plain", "plain", "idempotent", "transactional", "end", "epoch"))
        values = [bytes(chance.randrange(1, 60))] * chance.randrange(1, 4)
        at_ms += chance.randrange(-20, 50)
        producer_id = chance.randrange(3) + {"idempotent": 10}.get(kind, 20)
        if kind == "epoch":
            epoch += chance.randrange(1, 3)
        elif kind == "plain":
            append(log, batch_of(*values, at_ms=at_ms), epoch)
        elif kind == "end" and is_open:
            producer_id = is_open.pop()
            end_transaction(log, producer_id, committed=chance.random() < 0.5, leader_epoch=epoch)
        elif kind != "end":
            first = sequences.get(producer_id, 0)
            sequences[producer_id] = first + len(values)
            if kind == "transactional":
                is_open.add(producer_id)
            data = batch_of(
                *values,
                at_ms=at_ms,
                producer_id=producer_id,
                producer_epoch=0,
                base_sequence=first,
                transactional=kind == "transactional",
            )
            append(log, data, epoch)
    log.write_staged()
    return log


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    segment_bytes=st.sampled_from((200, 700, 1 << 20)),
    copy_segment_bytes=st.sampled_from((200, 700, 1 << 20)),
    fetch_bytes=st.integers(61, 2000),
    interval=st.sampled_from((0, 100, 4096)),
)
def test_a_copy_of_any_log_is_that_log(
    seed, segment_bytes, copy_segment_bytes, fetch_bytes, interval
):
    """Whatever batches, rolls, transactions and epochs; however cut; before and after a restart."""
    chance = random.Random(seed)
    log = make_log(chance, segment_bytes=segment_bytes, index_interval_bytes=interval)
    copy, disk = open_log(segment_bytes=copy_segment_bytes, index_interval_bytes=interval)
    while copy.log_end_offset < log.log_end_offset:
        before = copy.log_end_offset
        part = log.locate(before, fetch_bytes, log.log_end_offset)
        copy.append_copied(memoryview(bytes(part.read())))
        if chance.random() < 0.7:
            copy.write_staged()
        assert copy.log_end_offset > before
    copy.write_staged()
    assert everything(copy) == everything(log)
    if segment_bytes == copy_segment_bytes:
        assert [s.base_offset for s in copy.segments] == [s.base_offset for s in log.segments]
    copy.flush()
    disk.restart_machine(seed)
    again, _ = open_log(
        disk, clean=False, segment_bytes=copy_segment_bytes, index_interval_bytes=interval
    )
    assert everything(again) == everything(log)


def test_bug_19_a_copy_knows_the_last_five_batches_of_a_producer():
    """Bug 19: whoever becomes leader recognises each of five batches that are sent again."""
    log, _ = open_log()
    batches = [
        batch_of(b"%d" % n, producer_id=1, producer_epoch=0, base_sequence=n) for n in range(5)
    ]
    for data in batches:
        append(log, data)
    log.write_staged()
    copy, _ = open_log()
    copy.append_copied(memoryview(content(log)))
    copy.write_staged()
    for offset, data in enumerate(batches):
        view = memoryview(bytearray(data))
        result = copy.append(view, [read_header(view)], 1, TIME_MS)
        assert (result.duplicate, result.base_offset) == (True, offset)
    assert copy.log_end_offset == 5


def test_holes_of_a_compacted_log_are_copied():
    """Offsets stay as they are, and reading goes over the holes."""
    kept = [
        build_batch([Record(3, TIME_MS, b"k", b"v")], base_offset=2, last_offset=5, leader_epoch=1),
        build_batch([Record(40, TIME_MS, b"k", b"w")], leader_epoch=2),
    ]
    copy, _ = open_log()
    assert copy.append_copied(memoryview(b"".join(kept))) == 41
    copy.write_staged()
    assert content(copy) == b"".join(kept)
    assert [tuple(one) for one in copy.leader_epochs.entries] == [(1, 2), (2, 40)]


@pytest.mark.parametrize("begins_with", [[], [0]])
def test_a_hole_wider_than_a_segment_may_be_begins_a_segment(begins_with):
    """Indexes hold offsets relative to their segment in 31 bits."""
    far = 3 * 2**31 + 7
    copy, disk = open_log(index_interval_bytes=0)
    data = b"".join(
        build_batch([Record(offset, TIME_MS, None, b"v")], leader_epoch=0)
        for offset in (*begins_with, far, far + 1, far + 2)
    )
    assert copy.append_copied(memoryview(data)) == far + 3
    copy.write_staged()
    assert copy.segments[-1].base_offset == far
    assert content(copy) == data
    copy.close()
    again, _ = open_log(disk, clean=True, index_interval_bytes=0)
    assert (again.log_end_offset, content(again)) == (far + 3, data)


# what is refused


def pieces(count=3):
    """Return a copy of nothing yet, and the batches of another log."""
    log, _ = open_log()
    for number in range(count):
        append(log, batch_of(b"value %d" % number), leader_epoch=number)
    log.write_staged()
    data = content(log)
    return open_log()[0], [
        data[position : position + header.size_bytes] for position, header in iter_headers(data)
    ]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_a_damaged_batch_and_what_follows_are_left_out(number):
    """What came before it is in, whole; the log goes on from there."""
    copy, batches = pieces()
    damaged = bytearray(b"".join(batches))
    damaged[sum(map(len, batches[: number + 1])) - 1] ^= 1
    with pytest.raises(CorruptRecord):
        copy.append_copied(memoryview(damaged))
    copy.write_staged()
    assert content(copy) == b"".join(batches[:number])
    assert copy.log_end_offset == number
    assert copy.leader_epochs.latest == number - 1
    assert copy.append_copied(memoryview(b"".join(batches[number:]))) == 3
    copy.write_staged()
    assert content(copy) == b"".join(batches)


def test_a_batch_that_the_end_cuts_off_is_left_out():
    """As a Fetch answer ends anywhere."""
    copy, batches = pieces()
    whole = b"".join(batches)
    for cut in range(1, len(batches[2]) + 1):
        fresh, _ = open_log()
        assert fresh.append_copied(memoryview(whole[: len(whole) - cut])) == 2
        fresh.write_staged()
        assert content(fresh) == b"".join(batches[:2])
    assert copy.append_copied(memoryview(b"")) == 0


def test_what_is_there_already_is_refused():
    """Nothing is appended twice."""
    copy, batches = pieces()
    copy.append_copied(memoryview(batches[0]))
    with pytest.raises(CorruptRecord, match="does not follow on"):
        copy.append_copied(memoryview(batches[0]))
    copy.write_staged()
    assert content(copy) == batches[0]


def test_an_epoch_never_goes_back():
    """A leader of an older epoch wrote that: it must have been cut."""
    copy, _ = open_log()
    copy.append_copied(memoryview(build_batch([Record(0, TIME_MS, None, b"v")], leader_epoch=5)))
    with pytest.raises(CorruptRecord, match="does not follow on"):
        copy.append_copied(
            memoryview(build_batch([Record(1, TIME_MS, None, b"v")], leader_epoch=4))
        )
    assert copy.log_end_offset == 1


# a disk that fails


def test_a_full_disk_takes_back_what_was_staged():
    """Log, epochs and producers are as before, and copying goes on when there is room."""
    copy, batches = pieces()
    copy.append_copied(memoryview(batches[0]))
    copy.write_staged()
    copy.append_copied(memoryview(b"".join(batches[1:])))
    copy._context.files.fail_next("pwritev", 28)
    with pytest.raises(DiskFull):
        copy.write_staged()
    assert copy.log_end_offset == 1
    copy.append_copied(memoryview(b"".join(batches[1:])))
    copy.write_staged()
    assert content(copy) == b"".join(batches)


def test_every_crash_leaves_a_prefix():
    """Killed at any call while it copies over rolls, the log opens and copying goes on."""
    log = make_log(random.Random(5), segment_bytes=300)
    data = content(log)
    for call in range(1, 200):
        copy, disk = open_log(segment_bytes=300)
        disk.crash_at(disk.calls + call)
        try:
            copy.append_copied(memoryview(data))
            copy.write_staged()
        except SimulatedCrash:
            disk.restart_process()
        else:
            assert call > 5
            return
        again, _ = open_log(disk, clean=False, segment_bytes=300)
        done = content(again)
        assert data.startswith(done)
        again.append_copied(memoryview(data[len(done) :]))
        again.write_staged()
        assert everything(again) == everything(log)
    raise AssertionError("it never came to the end")


def test_an_offline_log_copies_nothing():
    """A disk that failed is not written to."""
    copy, batches = pieces()
    copy.is_offline = True
    with pytest.raises(StorageError):
        copy.append_copied(memoryview(batches[0]))
