# SPDX-License-Identifier: Apache-2.0
"""Background work: what is due when, what it leaves on disk, and what a failure does."""

from __future__ import annotations

import errno

import pytest

from ottla.storage import background_flush
from ottla.storage.checkpoints import (
    HIGH_WATERMARK_FILE,
    LOG_START_FILE,
    RECOVERY_POINT_FILE,
    read_offsets,
)
from ottla.storage.log_config import LogConfig
from ottla.storage.log_upkeep import remove_tree
from ottla.testing.simulated_storage import TIME_MS, SimulatedStorage, append, values_of


@pytest.fixture
def storage():
    """Start storage on an empty disk, with nothing due."""
    storage = SimulatedStorage()
    storage.start()
    storage.run_jobs()
    return storage


def checkpoint(storage, name):
    """Read one checkpoint of the first directory."""
    return read_offsets(storage.disk, f"/a/{name}")


def test_appended_data_is_on_disk_after_a_second(storage):
    """The recovery point follows the fsync and not the append."""
    log = storage.create("orders")
    append(log, b"1")
    storage.run_jobs(999)
    assert log.recovery_point == 0
    storage.run_jobs(1)
    assert log.recovery_point == 1


def test_a_recovery_point_waits_for_its_fsync(storage):
    """Between the start of a flush and its end nothing counts, and no second one begins."""
    log = storage.create("orders")
    append(log, b"1")
    storage.clock.advance(1_000)
    jobs = storage.logs.due_jobs(storage.clock.now_ms())
    for job in jobs:
        job.run()
    assert log.recovery_point == 0
    append(log, b"2")
    storage.clock.advance(1_000)
    assert storage.logs.due_jobs(storage.clock.now_ms()) == []
    for job in jobs:
        job.finish()
    assert log.recovery_point == 1
    storage.run_jobs(1_000)
    assert log.recovery_point == 2


def test_a_log_that_grows_fast_is_flushed_early():
    """Eight MiB are not left to the next second; here the limit is 1,000 bytes."""
    storage = SimulatedStorage(flush_bytes=1_000)
    storage.start()
    log = storage.create("orders")
    append(log, b"1")
    storage.run_jobs(1_000)
    append(log, b"2" * 2_000)
    storage.run_jobs(100)
    assert log.recovery_point == 2
    append(log, b"3")
    storage.run_jobs(100)
    assert log.recovery_point == 2


def test_flush_ms_is_honoured(storage):
    """A topic may ask for more frequent flushes."""
    storage.configs["orders"] = LogConfig(flush_ms=200)
    log = storage.create("orders")
    append(log, b"1")
    storage.run_jobs(1_000)
    append(log, b"2")
    storage.run_jobs(199)
    assert log.recovery_point == 1
    storage.run_jobs(100)
    assert log.recovery_point == 2


def test_many_logs_share_a_flush_job(storage):
    """A thousand busy logs must not mean a thousand threads."""
    for partition in range(130):
        append(storage.create("orders", partition), b"1")
    storage.run_jobs()
    storage.clock.advance(1_000)
    assert len(storage.logs.due_jobs(storage.clock.now_ms())) == 3


def test_new_logs_of_a_flush_job_wait_for_their_log_directory_once(storage, monkeypatch):
    """Their names came before the job was made; and none counts before the names are there."""
    logs = [storage.create("orders", partition) for partition in range(5)]
    for log in logs:
        append(log, b"1")
    synced = []
    fsync_dir = storage.disk.fsync_dir

    def noted(path):
        synced.append(path)
        fsync_dir(path)

    monkeypatch.setattr(storage.disk, "fsync_dir", noted)
    (job,) = storage.logs.upkeep.flush_jobs(logs)
    job.run()
    job.finish()
    assert synced.count("/a") == 1
    assert [log.recovery_point for log in logs] == [1] * 5
    storage.cut_power(1)
    storage.start()
    assert [values_of(storage.logs.get("orders", n)) for n in range(5)] == [[b"1"]] * 5


def test_very_many_busy_logs_are_flushed_in_slices(storage):
    """The loop prepares 256 flushes at a time, and comes back at once for the others."""
    logs = [storage.create("orders", partition) for partition in range(300)]
    storage.run_jobs()
    for log in logs:
        append(log, b"1")
    storage.clock.advance(1_000)
    jobs = storage.logs.due_jobs(storage.clock.now_ms())
    assert storage.logs.next_deadline_ms() == storage.clock.now_ms()
    storage.logs.delete_log("orders", 0)
    jobs += storage.logs.due_jobs(storage.clock.now_ms())
    for job in jobs:
        job.run()
        job.finish()
    assert [log.recovery_point for log in logs[1:]] == [1] * 299


def test_flushes_wait_their_turn_when_the_disk_is_slow(storage, monkeypatch):
    """A bounded number is in flight; what waits goes before what was appended meanwhile."""
    monkeypatch.setattr(background_flush, "FLUSH_IN_FLIGHT_LOGS_MAX", 3)
    logs = [storage.create("orders", partition) for partition in range(8)]
    storage.run_jobs()
    for log in logs:
        append(log, b"1")
    storage.clock.advance(1_000)
    flushed = []
    for _ in range(3):
        now_ms = storage.clock.now_ms()
        jobs = storage.logs.due_jobs(now_ms)
        assert storage.logs.next_deadline_ms() == now_ms + (100 if len(flushed) == 2 else 20)
        for job in jobs:
            job.run()
            job.finish()
        flushed.append({log.partition for log in logs if log.recovery_point == log.log_end_offset})
        append(logs[7], b"2")
        storage.clock.advance(1_000)
    assert [len(each) for each in flushed] == [3, 5, 8], (
        "the last one covers both appends that waited"
    )
    assert flushed[0] == {5, 6, 7}


def test_the_deadline_says_when_to_come_back(storage):
    """An idle broker is woken once a second, a busy one ten times."""
    now_ms = storage.clock.now_ms()
    assert storage.logs.next_deadline_ms() == now_ms + 1_000
    log = storage.create("orders")
    assert storage.logs.next_deadline_ms() == now_ms, "a new directory entry is due at once"
    storage.run_jobs()
    append(log, b"1")
    storage.run_jobs(1_000)
    assert storage.logs.next_deadline_ms() == storage.clock.now_ms() + 100


def test_recovery_points_are_checkpointed_every_minute(storage):
    """And never say more than what is on disk."""
    append(storage.create("orders"), b"1")
    storage.run_jobs(1_000)
    assert checkpoint(storage, RECOVERY_POINT_FILE) == {}
    storage.run_jobs(59_000)
    assert checkpoint(storage, RECOVERY_POINT_FILE) == {("orders", 0): 1}


def test_much_flushed_data_brings_the_checkpoint_forward():
    """What lies behind the checkpoint is read again after a crash, so its size is bounded."""
    storage = SimulatedStorage(recovery_checkpoint_bytes=10_000)
    storage.start()
    log = storage.create("orders")
    for _ in range(4):
        append(log, b"x" * 6_000)
        storage.run_jobs(1_000)
    assert checkpoint(storage, RECOVERY_POINT_FILE)["orders", 0] >= 2


def test_high_watermarks_are_checkpointed_when_they_moved(storage):
    """Every five seconds, from where the replication layer says."""
    log = storage.create("orders")
    append(log, b"1", b"2", b"3")
    storage.logs.upkeep.high_watermark_of = lambda _: 2
    storage.run_jobs(5_000)
    assert checkpoint(storage, HIGH_WATERMARK_FILE) == {("orders", 0): 2}
    storage.disk.unlink(f"/a/{HIGH_WATERMARK_FILE}")
    storage.run_jobs(5_000)
    assert checkpoint(storage, HIGH_WATERMARK_FILE) == {}, "unchanged, so not written again"


def test_deleted_records_stay_deleted_after_a_crash(storage):
    """A log start offset inside a segment is in the checkpoint, one at its beginning is not."""
    append(storage.create("orders"), b"1")
    append(storage.logs.get("orders", 0), b"2")
    storage.create("other")
    storage.logs.get("orders", 0).advance_log_start_offset(1)
    storage.run_jobs(5_000)
    assert checkpoint(storage, LOG_START_FILE) == {("orders", 0): 1}
    storage.kill()
    storage.start()
    assert storage.logs.get("orders", 0).log_start_offset == 1


def test_expired_segments_go(storage):
    """Retention runs every five minutes; the files go after file.delete.delay.ms."""
    storage.configs["orders"] = LogConfig(
        segment_bytes=100, retention_ms=1_000, file_delete_delay_ms=0
    )
    log = storage.create("orders")
    for number in range(3):
        append(log, b"%d" % number, timestamp_ms=TIME_MS - 3_600_000)
    storage.run_jobs(299_999)
    assert log.log_start_offset == 0
    storage.run_jobs(1)
    assert (log.log_start_offset, log.log_end_offset) == (3, 3)
    assert not [name for name in storage.disk.listdir("/a/orders-0") if ".deleted" in name]


def test_retention_keeps_what_followers_may_need(storage):
    """Nothing at or above the high watermark goes."""
    storage.configs["orders"] = LogConfig(segment_bytes=100, retention_ms=1_000)
    log = storage.create("orders")
    for number in range(4):
        append(log, b"%d" % number, timestamp_ms=TIME_MS - 3_600_000)
    storage.logs.upkeep.high_watermark_of = lambda _: 2
    storage.run_jobs(300_000)
    assert log.log_start_offset == 2


def test_retention_takes_the_logs_in_slices(storage):
    """Fifty at a time, so that the loop is never held for long."""
    for partition in range(120):
        storage.create("orders", partition)
    storage.run_jobs()
    storage.clock.advance(300_000)
    storage.logs.due_jobs(storage.clock.now_ms())
    assert storage.logs.next_deadline_ms() <= storage.clock.now_ms() + 20
    for _ in range(2):
        storage.clock.advance(20)
        storage.logs.due_jobs(storage.clock.now_ms())
    assert storage.logs.upkeep._retention_due_ms == storage.clock.now_ms() + 300_000


def test_a_compacted_log_that_waits_too_long_is_rolled(storage):
    """The active segment is not compacted, so max.compaction.lag.ms has to close it."""
    settings = LogConfig(cleanup_compact=True, cleanup_delete=False, max_compaction_lag_ms=60_000)
    storage.configs["table"] = settings
    log = storage.create("table")
    append(log, b"1", key=b"k", timestamp_ms=storage.clock.wall_ms() + 240_000)
    storage.run_jobs(300_000)
    assert len(log.segments) == 1
    storage.run_jobs(300_000)
    assert len(log.segments) == 2


def test_idle_producers_are_forgotten(storage):
    """After producer.id.expiration.ms."""
    storage.configs["orders"] = LogConfig(producer_id_expiration_ms=1_000, retention_ms=-1)
    log = storage.create("orders")
    append(log, b"1", producer_id=7, producer_epoch=0, base_sequence=0)
    assert len(log.producer_state) == 1
    storage.run_jobs(300_000)
    assert len(log.producer_state) == 0


@pytest.mark.parametrize("operation", ["fdatasync", "fsync_dir"])
def test_a_failed_fsync_is_final(storage, operation):
    """The directory goes offline; nothing is tried again, and no recovery point moves."""
    log = storage.create("orders")
    append(log, b"1")
    storage.disk.fail_next(operation, errno.EIO)
    storage.run_jobs(1_000)
    assert log.recovery_point == 0
    assert log.is_offline
    assert storage.failures == [("/a", ["orders-0"])]
    storage.run_jobs(10_000)
    assert log.recovery_point == 0


def test_a_checkpoint_that_cannot_be_written_takes_the_directory_offline(storage):
    """Without checkpoints deleted records would come back."""
    storage.create("orders")
    storage.run_jobs()
    storage.disk.fail_next("rename", errno.EIO)
    storage.run_jobs(5_000)
    assert not storage.logs.directories[0].is_online


def test_a_failing_retention_takes_the_directory_offline(storage):
    """The rename of an expired segment fails."""
    storage.configs["orders"] = LogConfig(segment_bytes=100, retention_ms=1_000)
    log = storage.create("orders")
    for number in range(3):
        append(log, b"%d" % number, timestamp_ms=TIME_MS - 3_600_000)
    for _ in range(4):
        storage.run_jobs(70_000)
    storage.logs.upkeep._checkpoints._due_ms = storage.clock.now_ms() + 100_000
    storage.disk.fail_next("rename", errno.EIO)
    storage.run_jobs(20_000)
    assert not storage.logs.directories[0].is_online


def test_a_full_disk_stops_appends_and_nothing_else():
    """Below the reserve produce is refused; deletion makes room, and appends go on."""
    storage = SimulatedStorage()
    storage.start()
    append(storage.create("orders"), b"x" * 5_000)
    directory = storage.logs.directories[0]
    storage.disk.capacity_bytes = 6_000
    object.__setattr__(directory._settings, "reserve_bytes", 3_000)
    object.__setattr__(directory._settings, "reserve_ratio", 0.5)
    storage.run_jobs(1_000)
    assert not directory.accepts_appends
    assert values_of(storage.logs.get("orders", 0)) == [b"x" * 5_000]
    storage.run_jobs(60_000)
    assert checkpoint(storage, RECOVERY_POINT_FILE) == {("orders", 0): 1}
    storage.logs.delete_log("orders", 0)
    storage.run_jobs(60_000)
    storage.run_jobs(1_000)
    assert directory.accepts_appends


def test_a_tree_is_removed_with_all_that_is_in_it(storage):
    """Sub-directories too; one that is gone is fine."""
    storage.disk.mkdir("/a/x")
    storage.disk.mkdir("/a/x/y")
    storage.disk.put("/a/x/y/z", b"1")
    storage.disk.put("/a/x/w", b"1")
    remove_tree(storage.disk, "/a/x")
    assert "x" not in storage.disk.listdir("/a")
    remove_tree(storage.disk, "/a/x")
