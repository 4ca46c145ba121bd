# SPDX-License-Identifier: Apache-2.0
"""Claims about a broker's copy of the journal; what the local engine shares is tested there."""

from __future__ import annotations

import asyncio
import errno
import gc

import pytest

from ottla.base.clock import ManualClock
from ottla.base.errors import StorageError
from ottla.metadata.journal import JournalConflict, Snapshot
from ottla.metadata.local_log import LocalMetadataLog
from ottla.metadata.records import build_metadata_batch
from ottla.protocol.messages.cluster_metadata import TopicRecord
from ottla.records.builder import build_batch
from ottla.records.record import Record
from ottla.testing.simulated_disk import SimulatedCrash, SimulatedDisk


def new_disk():
    """Return a disk with the folder /data."""
    disk = SimulatedDisk()
    disk.mkdir("/data")
    disk.fsync_dir("/")
    return disk


def open_log(disk, *, is_copy=True):
    """Open the copy in /data."""
    return LocalMetadataLog.open("/data", files=disk, clock=ManualClock(), is_copy=is_copy)


def topic(name):
    """Make a record."""
    return TopicRecord(name=name, topic_id=bytes(16))


def batch(base_offset, *names: str, epoch=1):
    """Make a batch as the journal gives it."""
    return build_metadata_batch(
        [topic(name) for name in names],
        base_offset=base_offset,
        controller_epoch=epoch,
        timestamp_ms=7,
    )


def snapshot(next_offset, epoch=1):
    """Make a snapshot that can be told apart."""
    return Snapshot(next_offset, epoch, 7, (topic(f"before {next_offset}"),))


def test_a_copy_has_the_journals_bytes_and_offsets():
    """Offsets, epochs and record types that nobody here knows are kept as they came."""

    async def scenario():
        log = open_log(new_disk())
        unknown = build_batch([Record(1, 7, None, b"\x01\xff\x7f\x00future")], leader_epoch=4)
        batches = [batch(0, "a"), unknown, batch(2, "b", "c", epoch=9)]
        for data in batches:
            log.append_batch(data)
        assert await log.read(0) == []  # nothing of it is safe yet
        await log.flush()
        found = await log.read(0)
        assert [each.data for each in found] == batches
        assert [each.controller_epoch for each in found] == [1, 4, 9]
        assert (log.next_offset, log.flushed_offset, log.latest_epoch) == (4, 4, 9)
        await log.close()

    asyncio.run(scenario())


def test_a_batch_must_begin_where_the_copy_ends():
    """A hole or an overlap is refused and changes nothing."""

    async def scenario():
        log = open_log(new_disk())
        log.append_batch(batch(0, "a", "b"))
        for base_offset in (0, 1, 3):
            with pytest.raises(JournalConflict):
                log.append_batch(batch(base_offset, "x"))
        log.append_batch(batch(2, "c"))
        await log.flush()
        assert [each.next_offset for each in await log.read(0)] == [2, 3]

    asyncio.run(scenario())


def test_what_was_not_flushed_may_be_gone():
    """After a power cut the copy ends at a batch, and nothing that was flushed is missing."""

    async def scenario(seed):
        disk = new_disk()
        log = open_log(disk)
        log.append_batch(batch(0, "a", "b"))
        await log.flush()
        log.append_batch(batch(2, "c", "d"))
        log.append_batch(batch(4, "e"))
        del log
        disk.restart_machine(seed)
        again = open_log(disk)
        assert again.next_offset in (2, 4, 5)
        assert again.flushed_offset == again.next_offset

    for seed in range(20):
        asyncio.run(scenario(seed))


def test_what_was_given_up_stays_given_up():
    """Where the log begins is not written at once, but the snapshots are, and they say it."""
    disk = new_disk()

    async def before():
        log = open_log(disk)
        for offset in range(3):
            log.append_batch(batch(offset, f"t{offset}"))
        await log.flush()
        for offset in (1, 2):
            await log.store_snapshot(snapshot(offset))
        assert log.start_offset == 1

    async def after():
        log = open_log(disk)
        assert log.start_offset == 1
        with pytest.raises(JournalConflict):
            await log.read(0)
        assert [each.base_offset for each in await log.read(1)] == [1, 2]
        await log.close()

    asyncio.run(before())
    gc.collect()  # a dead process holds no files
    disk.restart_machine(0)
    asyncio.run(after())


def test_a_copy_that_stayed_behind_begins_anew():
    """After a reset only the snapshot and what comes behind it is there, also after a restart."""

    async def scenario():
        disk = new_disk()
        log = open_log(disk)
        log.append_batch(batch(0, "a", "b"))
        await log.flush()
        await log.store_snapshot(snapshot(2))
        await log.reset_to(snapshot(10, epoch=5))
        assert (log.start_offset, log.next_offset, log.latest_epoch) == (10, 10, 5)
        with pytest.raises(JournalConflict):
            await log.read(1)
        log.append_batch(batch(10, "c", epoch=5))
        await log.flush()
        await log.close()
        again = open_log(disk)
        assert await again.load_snapshot() == snapshot(10, epoch=5)
        assert [each.base_offset for each in await again.read(10)] == [10]

    asyncio.run(scenario())


def test_every_crash_point_of_a_reset_leaves_one_of_the_two():
    """Either the old copy is there or the new snapshot, never half of each."""

    async def work(disk):
        log = open_log(disk)
        log.append_batch(batch(0, "a", "b"))
        await log.flush()
        disk.crash_at(disk.calls + work.call)
        await log.reset_to(snapshot(10))

    crashes, outcomes = 0, set()
    for call in range(1, 100):
        disk = new_disk()
        work.call = call
        try:
            asyncio.run(work(disk))
        except SimulatedCrash:
            crashes += 1
        else:
            break
        disk.restart_machine(call)
        log = open_log(disk)
        found = asyncio.run(log.load_snapshot())
        assert (log.next_offset, found) in ((2, None), (10, snapshot(10)))
        outcomes.add(log.next_offset)
    assert crashes > 3
    assert outcomes == {2, 10}


def test_a_disk_that_failed_is_not_trusted_again():
    """After an error every call says so: what is on the disk is not known."""

    async def scenario():
        disk = new_disk()
        log = open_log(disk)
        log.append_batch(batch(0, "a"))
        disk.fail_next("fdatasync", errno.EIO)
        with pytest.raises(StorageError):
            await log.flush()
        with pytest.raises(StorageError):
            log.append_batch(batch(1, "b"))
        with pytest.raises(StorageError):
            await log.flush()
        await log.close()

    asyncio.run(scenario())


def test_a_damaged_copy_is_read_again_from_the_engine():
    """A power cut may take the middle of an unflushed tail; the engine has it all."""
    disk = new_disk()

    async def scenario():
        log = open_log(disk)
        for number in range(3):
            log.append_batch(batch(number, f"t{number}"))
        await log.flush()
        await log.close()

    asyncio.run(scenario())
    path = "/data/__cluster_metadata-0/00000000000000000000.log"
    size = disk.stat(path).size_bytes
    disk.corrupt(path, size // 2)
    log = open_log(disk)
    assert log.next_offset == 1
    assert not [n for n in disk.listdir("/data/__cluster_metadata-0") if n.endswith(".corrupt")]
    log.append_batch(batch(1, "t1"))
