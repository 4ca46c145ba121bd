# SPDX-License-Identifier: Apache-2.0
"""Moves between log directories: what is copied, when the log goes over, and what ends a move."""

from __future__ import annotations

import errno

import pytest

from ottla.base.errors import StorageError
from ottla.records.batch import read_header
from ottla.records.builder import build_batch
from ottla.records.record import Record
from ottla.storage.compaction_schedule import CompactionSettings
from ottla.storage.log_config import LogConfig
from ottla.storage.log_move import HAND_OVER_TRIES_MAX
from ottla.testing.simulated_storage import TIME_MS, SimulatedStorage, append, values_of

CONFIG = LogConfig(segment_bytes=300, index_interval_bytes=60)


@pytest.fixture
def storage():
    """Start storage with two directories."""
    storage = SimulatedStorage("/a", "/b", compaction=CompactionSettings(is_enabled=False))
    storage.configs["t"] = CONFIG
    storage.start()
    return storage


@pytest.fixture
def log(storage):
    """Return a log of several segments in the first directory."""
    log = storage.create("t")
    for number in range(20):
        append(log, b"%d" % number)
    assert len(log.segments) > 3
    return log


@pytest.fixture
def one_segment(storage):
    """Return a log that has no reason to roll."""
    log = storage.create("u")
    append(log, b"first")
    return log


def move(storage, path="/b", topic="t"):
    """Ask for the move of the log."""
    storage.logs.move(topic, 0, storage.logs.directory_at(path))


def futures(storage, path="/b"):
    """Return the names of copies that are under way or were left."""
    return [name for name in storage.disk.listdir(path) if name.endswith("-future")]


def pass_job(storage):
    """Return the one job that copies."""
    (job,) = storage.logs.upkeep.moves.due_jobs(storage.clock.now_ms())
    return job


def test_the_same_log_goes_on_elsewhere(storage, log):
    """Registry, records, appends and a slice that was handed out before: nobody notices."""
    slice_before = log.locate(0, 1 << 20, log.log_end_offset)
    told = []
    storage.logs.on_relocation = told.append
    move(storage)
    storage.run_jobs()
    assert told == [log]
    assert storage.logs.get("t", 0) is log
    assert storage.logs.directory_of(log).path == "/b"
    assert list(storage.logs.logs_in(storage.logs.directory_at("/b")).values()) == [log]
    assert not storage.logs.logs_in(storage.logs.directory_at("/a"))
    assert bytes(slice_before.read())
    append(log, b"more")
    assert values_of(log) == [*(b"%d" % n for n in range(20)), b"more"]
    assert not futures(storage)


def test_the_old_directory_goes_after_the_usual_delay(storage, log):
    """It is a deleted one at once, and its files go later."""
    move(storage)
    storage.run_jobs()
    (left,) = [name for name in storage.disk.listdir("/a") if name.startswith("t-0")]
    assert left.endswith("-delete")
    storage.run_jobs(log.config.file_delete_delay_ms)
    assert not [name for name in storage.disk.listdir("/a") if name.startswith("t-0")]


def test_everything_beside_the_records_comes_along(storage, log):
    """Topic id, leader epochs, producers, indexes: a clean start finds all of it."""
    records = [Record(0, TIME_MS, None, b"x")]
    view = memoryview(
        bytearray(build_batch(records, producer_id=5, producer_epoch=0, base_sequence=0))
    )
    log.append(view, [read_header(view)], 3, TIME_MS)
    epochs = list(log.leader_epochs.entries)
    topic_id = log.topic_id
    move(storage)
    storage.run_jobs()
    storage.logs.close()
    report = storage.start()
    assert not report.recovered
    assert not report.notes
    log = storage.logs.get("t", 0)
    assert (log.directory, log.topic_id) == ("/b/t-0", topic_id)
    assert list(log.leader_epochs.entries) == epochs
    assert 5 in log.producer_state.entries
    names = storage.disk.listdir("/b/t-0")
    for segment in log.segments:
        assert f"{segment.base_offset:020d}.index" in names


def test_a_log_without_records_moves_as_well(storage):
    """There is hardly anything to copy."""
    log = storage.create("t")
    move(storage)
    storage.run_jobs()
    assert log.directory == "/b/t-0"
    append(log, b"first")
    storage.logs.close()
    storage.start()
    assert values_of(storage.logs.get("t", 0)) == [b"first"]


def test_a_log_moves_back_and_forth(storage, log):
    """No file of the first stay is taken for one of the second."""
    for path in ("/b", "/a", "/b"):
        move(storage, path)
        storage.run_jobs()
        assert log.directory == f"{path}/t-0"
        append(log, path.encode())
    assert values_of(log)[20:] == [b"/b", b"/a", b"/b"]


def test_what_is_flushed_after_the_hand_over_is_safe_before_the_name_is():
    """A flush counts once the new name is on the disk, or a power cut would bring back the old."""
    for seed in range(20):
        storage = SimulatedStorage("/a", "/b")
        storage.start()
        log = storage.create("t")
        append(log, b"before")
        log.flush()
        storage.disk.fsync_dir("/a")
        move(storage)
        job = pass_job(storage)
        job.run()
        job.finish()
        pass_job(storage)  # handed over; a thread has yet to make the name durable
        assert log.directory == "/b/t-0"
        append(log, b"after")
        log.flush()
        assert log.recovery_point == 2
        storage.cut_power(seed)
        storage.start()
        assert values_of(storage.logs.get("t", 0)) == [b"before", b"after"]


def test_a_flush_that_was_under_way_counts_for_nothing(storage, one_segment):
    """It was about the old files: what the copy has of them need not be on the disk."""
    log = one_segment
    move(storage, topic="u")
    job = pass_job(storage)
    job.run()
    append(log, b"late")
    flush = log.prepare_flush()
    job.finish()
    pass_job(storage)
    assert log.directory == "/b/u-0"
    flush.run()
    log.complete_flush(flush)
    assert log.recovery_point < log.log_end_offset
    log.flush()
    assert log.recovery_point == log.log_end_offset


def test_what_was_flushed_is_on_the_disk_before_the_log_goes_over(storage, one_segment):
    """Each time that a flush is ahead of the copy there is another pass; then the loop waits."""
    log = one_segment
    move(storage, topic="u")
    tries = 0
    while log.directory == "/a/u-0":
        job = pass_job(storage)
        job.run()
        append(log, b"more")
        log.flush()
        tries += 1
        assert tries <= HAND_OVER_TRIES_MAX + 1
        job.finish()
        if tries == HAND_OVER_TRIES_MAX + 1:
            pass_job(storage)
    assert tries == HAND_OVER_TRIES_MAX + 1
    assert log.recovery_point == log.log_end_offset
    storage.disk.fsync_dir("/b")
    end_offset = log.log_end_offset
    storage.cut_power(3)
    storage.start()
    assert storage.logs.get("u", 0).log_end_offset == end_offset


def test_a_truncation_begins_the_copy_anew(storage, log):
    """What was copied of the old end must not come back."""
    move(storage)
    job = pass_job(storage)
    job.run()
    log.truncate_to(15)
    for _ in range(10):
        append(log, b"another")
    job.finish()
    storage.run_jobs()
    assert log.directory == "/b/t-0"
    storage.kill()
    storage.start()
    assert values_of(storage.logs.get("t", 0)) == [
        *(b"%d" % n for n in range(15)),
        *[b"another"] * 10,
    ]


def test_segments_that_retention_takes_are_not_copied_back(storage, log):
    """The copy begins where the log does."""
    move(storage)
    job = pass_job(storage)
    job.run()
    log.advance_log_start_offset(12)
    job.finish()
    storage.run_jobs()
    bases = [int(n[:20]) for n in storage.disk.listdir("/b/t-0") if n.endswith(".log")]
    assert min(bases) == log.segments[0].base_offset > 0
    assert values_of(log) == [b"%d" % n for n in range(12, 20)]


def test_a_file_that_goes_while_it_is_copied_is_no_failure(storage, log):
    """The next pass copies what there is."""
    move(storage)
    job = pass_job(storage)
    log.advance_log_start_offset(12)
    job.run()
    job.finish()
    storage.run_jobs()
    assert log.directory == "/b/t-0"
    assert not storage.failures


def test_how_far_a_move_is_can_be_seen(storage, log):
    """Bytes of the copy, and the offset below which it is complete."""
    move(storage)
    (one,) = storage.logs.moves
    assert (one.size_bytes, one.end_offset, one.target.path) == (0, 0, "/b")
    job = pass_job(storage)
    job.run()
    append(log, b"late")
    job.finish()
    assert one.end_offset == 20
    assert 0 < one.size_bytes < log.size_bytes


def test_the_old_name_goes_when_the_new_one_is_on_the_disk():
    """A power cut at the end of a move finds one of them, whichever became durable first."""
    for seed in range(20):
        storage = SimulatedStorage("/a", "/b")
        storage.start()
        log = storage.create("t")
        append(log, b"before")
        log.flush()
        storage.disk.fsync_dir("/a")
        move(storage)
        while jobs := storage.logs.upkeep.moves.due_jobs(storage.clock.now_ms()):
            for job in jobs:
                job.run()
                job.finish()
        storage.cut_power(seed)
        storage.start()
        assert values_of(storage.logs.get("t", 0)) == [b"before"]


def test_an_epoch_that_begins_late_is_known_in_the_new_directory(storage, one_segment):
    """After the last pass, too: the file is written at the hand-over."""
    log = one_segment
    move(storage, topic="u")
    job = pass_job(storage)
    job.run()
    view = memoryview(bytearray(build_batch([Record(0, TIME_MS, None, b"x")])))
    log.append(view, [read_header(view)], 3, TIME_MS)
    job.finish()
    storage.run_jobs()
    assert log.directory == "/b/u-0"
    assert b"3 1" in storage.disk.content("/b/u-0/leader-epoch-checkpoint")


def test_indexes_of_the_active_segment_are_written_anew(storage):
    """Those that had been saved in the old directory, too."""
    storage.configs["i"] = LogConfig(index_interval_bytes=60)
    log = storage.create("i")
    for _ in range(5):
        append(log, b"x" * 50)
    storage.logs.close()
    storage.start()
    log = storage.logs.get("i", 0)
    assert log.segments[-1].index.saved_count > 0
    for _ in range(5):
        append(log, b"x" * 50)
    move(storage, topic="i")
    storage.run_jobs()
    expected = log.segments[-1].index.encode(0)
    storage.logs.close()
    assert storage.disk.content(f"/b/i-0/{0:020d}.index") == expected


# what ends a move early


def test_the_wish_for_its_own_directory_ends_a_move(storage, log):
    """The copy is removed."""
    move(storage)
    move(storage, "/a")
    assert not list(storage.logs.moves)
    storage.run_jobs()
    assert log.directory == "/a/t-0"
    assert not [name for name in storage.disk.listdir("/b") if name.startswith("t-0")]


def test_a_move_that_is_given_up_in_the_middle_of_a_pass(storage, log):
    """The thread comes back to nobody, and its files are removed then."""
    move(storage)
    job = pass_job(storage)
    move(storage, "/a")
    job.run()
    job.finish()
    storage.run_jobs()
    assert not [name for name in storage.disk.listdir("/b") if name.startswith("t-0")]
    assert log.directory == "/a/t-0"


def test_the_same_wish_twice_is_one_move(storage, log):
    """Nothing is begun anew."""
    move(storage)
    (first,) = storage.logs.moves
    move(storage)
    assert list(storage.logs.moves) == [first]


def test_a_deleted_log_moves_no_more(storage, log):
    """Both directories are cleaned up."""
    move(storage)
    storage.logs.delete_log("t", 0)
    storage.run_jobs(log.config.file_delete_delay_ms)
    for path in ("/a", "/b"):
        assert not [name for name in storage.disk.listdir(path) if name.startswith("t-0")]


def test_no_room_leaves_the_log_where_it_is(storage, log):
    """A full disk is no broken one: the directory stays online."""
    move(storage)
    job = pass_job(storage)
    storage.disk.fail_next("pwritev", errno.ENOSPC)
    job.run()
    job.finish()
    storage.run_jobs()
    assert log.directory == "/a/t-0"
    assert not list(storage.logs.moves)
    assert storage.logs.directory_at("/b").is_online
    assert not futures(storage)


def test_a_broken_new_directory_goes_offline_and_the_log_stays(storage, log):
    """The log is served all the time."""
    move(storage)
    job = pass_job(storage)
    storage.disk.fail_next("pwritev", errno.EIO)
    job.run()
    job.finish()
    storage.run_jobs()
    assert not storage.logs.directory_at("/b").is_online
    assert storage.logs.get("t", 0) is log
    assert not list(storage.logs.moves)


def test_a_broken_old_directory_leaves_the_copy_for_a_human(storage, log):
    """It may be all that is left of the replica."""
    move(storage)
    job = pass_job(storage)
    storage.disk.fail_next("pread", errno.EIO)
    job.run()
    job.finish()
    storage.run_jobs()
    assert storage.failures == [("/a", ["t-0"])]
    assert futures(storage)
    assert not list(storage.logs.moves)


def test_a_directory_that_takes_no_appends_takes_no_replica(storage, log):
    """It is low on space, or offline."""
    storage.logs.directory_at("/b").accepts_appends = False
    with pytest.raises(StorageError, match="low on space"):
        move(storage)


# starts


def test_a_move_goes_on_after_a_restart(storage, log):
    """From the beginning, in the directory that was begun."""
    move(storage)
    storage.logs.close()
    report = storage.start()
    assert not report.notes
    (future,) = futures(storage)
    (one,) = storage.logs.moves
    assert one.path == f"/b/{future}"
    storage.run_jobs()
    assert storage.logs.get("t", 0).directory == "/b/t-0"
    assert values_of(storage.logs.get("t", 0)) == [b"%d" % n for n in range(20)]


def test_a_copy_without_a_log_is_left_alone(storage, log):
    """Nobody knows what it is good for."""
    name = f"other-7.{'0' * 32}-future"
    storage.disk.mkdir(f"/b/{name}")
    storage.logs.close()
    report = storage.start()
    assert report.notes == [f"/b/{name} is left alone: a future replica"]
    assert futures(storage) == [name]


# where new logs go


def test_a_log_is_made_where_it_was_wished_for(storage):
    """The wish came before the log did."""
    storage.logs.prefer("t", 3, storage.logs.directory_at("/b"))
    assert storage.create("t", 3).directory == "/b/t-3"
    assert storage.create("t", 4).directory == "/a/t-4"


def test_no_log_is_made_over_one_that_is_leaving(storage, log):
    """Until the old directory has lost its name, a new log of that name goes elsewhere."""
    move(storage)
    job = pass_job(storage)
    job.run()
    job.finish()
    pass_job(storage)
    storage.logs.delete_log("t", 0)
    created = storage.create("t")
    assert created.directory == "/b/t-0"
    assert created.log_end_offset == 0
