# SPDX-License-Identifier: Apache-2.0
"""The registry of logs: creation, removal, starts after every kind of end, failing directories."""

from __future__ import annotations

import errno

import pytest

from ottla.base.errors import StorageError
from ottla.base.ids import ZERO_UUID, random_uuid, uuid_to_text
from ottla.storage.checkpoints import RECOVERY_POINT_FILE, read_offsets
from ottla.storage.log_config import LogConfig
from ottla.storage.log_directory import CLEAN_SHUTDOWN_FILE, RUNNING_FILE, LastRun
from ottla.testing.simulated_storage import SimulatedStorage, append, values_of

HEX = "0123456789abcdef" * 2


@pytest.fixture
def storage():
    """Start storage on an empty disk."""
    storage = SimulatedStorage()
    storage.start()
    return storage


def test_an_empty_start_has_no_logs(storage):
    """The first start makes the directory and marks the run."""
    assert len(storage.logs) == 0
    assert storage.logs.has_online_directory()
    assert RUNNING_FILE in storage.disk.listdir("/a")


def test_a_created_log_is_found_and_knows_its_topic(storage):
    """The topic id is in partition.metadata as Kafka writes it."""
    topic_id = random_uuid()
    log = storage.create("orders", 3, topic_id)
    assert storage.logs.get("orders", 3) is log
    assert storage.logs.get("orders", 4) is None
    assert list(storage.logs) == [log]
    content = storage.disk.content("/a/orders-3/partition.metadata").decode()
    assert content == f"version: 0\ntopic_id: {uuid_to_text(topic_id)}\n"


def test_creation_waits_for_no_disk(storage):
    """Ten thousand partitions must not mean ten thousand fsyncs; one follows for all of them."""
    storage.disk.fail_next("fdatasync", errno.EIO)
    storage.disk.fail_next("fsync_dir", errno.EIO)
    for partition in range(20):
        storage.create("orders", partition)
    storage.disk._failures.clear()
    before = storage.disk.calls
    assert storage.run_jobs() == 1
    assert storage.disk.calls - before <= 3


def test_a_name_that_leaves_the_directory_is_refused(storage):
    """Whatever the layers above let through."""
    with pytest.raises(StorageError, match="cannot be the name"):
        storage.create("../orders")


def test_new_logs_go_where_the_fewest_are():
    """Several directories are filled evenly."""
    storage = SimulatedStorage("/a", "/b", "/c")
    storage.start()
    for partition in range(7):
        storage.create("orders", partition)
    counts = [len([n for n in storage.disk.listdir(p) if "orders" in n]) for p in storage.paths]
    assert counts == [3, 2, 2]
    storage.logs.delete_log("orders", 1)
    log = storage.create("more")
    assert storage.logs.directory_of(log).path == "/b"


def test_a_clean_end_and_start_keep_everything(storage):
    """Records, topic ids and offsets are back, and nothing was recovered."""
    topic_id = random_uuid()
    append(storage.create("orders", 0, topic_id), b"1", b"2")
    storage.create("empty")
    storage.logs.close(broker_epoch=5)
    assert CLEAN_SHUTDOWN_FILE in storage.disk.listdir("/a")
    report = storage.start()
    assert not report.recovered
    assert not report.notes
    log = storage.logs.get("orders", 0)
    assert (log.topic_id, log.log_end_offset, values_of(log)) == (topic_id, 2, [b"1", b"2"])
    assert storage.logs.get("empty", 0).log_end_offset == 0
    assert CLEAN_SHUTDOWN_FILE not in storage.disk.listdir("/a")
    assert storage.progress[-1] == (2, 2)


def test_a_killed_process_loses_nothing(storage):
    """What was written is served again; what was not on disk is flushed in the background."""
    append(storage.create("orders"), b"1")
    storage.kill()
    report = storage.start()
    assert storage.logs.directories[0].last_run is LastRun.PROCESS_DIED
    log = storage.logs.get("orders", 0)
    assert report.recovered == [log]
    assert values_of(log) == [b"1"]
    storage.run_jobs(2_000)
    assert log.recovery_point == 1


@pytest.mark.parametrize("settings", [{"flush_profile": "ack"}, {"flush_messages": 1}])
def test_a_topic_that_promises_the_disk_is_there_before_it_is_served(storage, settings):
    """After kill -9 an unacknowledged record may be read or repeated: then it has to be safe."""
    storage.configs["orders"] = LogConfig(**settings)
    append(storage.create("orders"), b"1")
    storage.kill()
    storage.start()
    assert storage.logs.get("orders", 0).recovery_point == 1


@pytest.mark.parametrize("seed", range(8))
def test_a_power_cut_keeps_the_first_flush_of_a_new_log(storage, seed):
    """What is flushed may be acknowledged: the log's directory is on the disk as well by then."""
    log = storage.create("orders")
    append(log, b"1")
    log.flush()
    storage.cut_power(seed)
    storage.start()
    assert values_of(storage.logs.get("orders", 0)) == [b"1"]


@pytest.mark.parametrize("seed", range(8))
def test_a_power_cut_keeps_what_was_flushed(storage, seed):
    """Behind the recovery point anything may be gone, below it nothing is."""
    log = storage.create("orders")
    append(log, b"1")
    for _ in range(3):
        storage.run_jobs(1_000)
    assert log.recovery_point == 1
    append(log, b"2")
    storage.cut_power(seed)
    report = storage.start()
    assert storage.logs.directories[0].last_run is LastRun.UNCLEAN
    log = storage.logs.get("orders", 0)
    assert report.recovered == [log]
    assert values_of(log) in ([b"1"], [b"1", b"2"])
    assert log.recovery_point == log.log_end_offset, "after a machine's death it is on disk"


@pytest.mark.parametrize("seed", range(150))
def test_what_was_cut_does_not_come_back(storage, seed):
    """A power cut loses some of what was written over it; the old record must not stand there.

    Followers cut their logs before they copy others' records: both have a right checksum.
    """
    log = storage.create("orders")
    append(log, b"1")
    log.flush()
    append(log, b"old")
    log.truncate_to(1)
    append(log, b"new")
    append(log, b"x" * 2_000)
    storage.cut_power(seed)
    storage.start()
    values = values_of(storage.logs.get("orders", 0))
    assert values == [b"1", b"new", b"x" * 2_000][: len(values)]
    assert values


def test_recovered_logs_are_checkpointed_at_once(storage):
    """The next start has nothing to read again."""
    append(storage.create("orders"), b"1")
    storage.logs.get("orders", 0).flush()
    storage.cut_power(1)
    storage.start()
    path = f"/a/{RECOVERY_POINT_FILE}"
    assert read_offsets(storage.disk, path) == {("orders", 0): 1}


def test_a_start_knows_nothing_more_committed_than_the_run_before(storage):
    """A broker that dies again before anybody told it more has no new high watermark."""
    append(storage.create("orders"), b"1", b"2", b"3")
    storage.logs.upkeep.high_watermark_of = lambda _: 1
    for job in storage.logs.upkeep.checkpoint_jobs(storage.logs.directories):
        job.run()
    for _ in range(2):
        storage.kill()
        storage.start()
        log = storage.logs.get("orders", 0)
        assert (log.log_end_offset, log.stored_high_watermark) == (3, 1)


def test_a_recovered_log_goes_on(storage):
    """Appends, rolls and a clean end work on a log that was recovered in a thread."""
    storage.configs["orders"] = LogConfig(segment_bytes=150)
    log = storage.create("orders")
    for number in range(6):
        append(log, b"%d" % number)
    storage.kill()
    storage.start()
    append(storage.logs.get("orders", 0), b"6")
    storage.logs.close()
    storage.start()
    assert values_of(storage.logs.get("orders", 0)) == [b"%d" % n for n in range(7)]


def test_a_deleted_log_is_renamed_at_once_and_removed_later(storage):
    """The name is free again immediately; the files go after file.delete.delay.ms."""
    append(storage.create("orders"), b"1")
    storage.logs.delete_log("orders", 0)
    assert storage.logs.get("orders", 0) is None
    names = storage.disk.listdir("/a")
    assert "orders-0" not in names
    (renamed,) = [name for name in names if name.endswith("-delete")]
    assert values_of(storage.create("orders")) == []
    storage.run_jobs(59_999)
    assert renamed in storage.disk.listdir("/a")
    storage.run_jobs(1)
    assert renamed not in storage.disk.listdir("/a")
    storage.logs.delete_log("unknown", 0)


def test_an_interrupted_deletion_is_resumed(storage):
    """A start removes what an earlier one had marked."""
    append(storage.create("orders"), b"1")
    storage.logs.delete_log("orders", 0)
    storage.kill()
    report = storage.start()
    assert len(report.leftovers) == 1
    assert storage.logs.get("orders", 0) is None
    storage.run_jobs()
    assert not [name for name in storage.disk.listdir("/a") if name.endswith("-delete")]


def test_strays_futures_and_junk_are_left_alone(storage):
    """Nothing that is not understood is touched or lost."""
    storage.disk.mkdir(f"/a/x-0.{HEX}-stray")
    storage.disk.mkdir(f"/a/x-0.{HEX}-future")
    storage.disk.mkdir("/a/lost+found")
    storage.disk.mkdir("/a/__cluster_metadata-0")
    storage.disk.put("/a/notes.txt", b"mine")
    before = storage.disk.listdir("/a")
    storage.logs.close()
    report = storage.start()
    assert len(storage.logs) == 0
    assert [note.partition(" is left alone")[1] for note in report.notes] == [" is left alone"] * 2
    assert set(before) <= {*storage.disk.listdir("/a"), RUNNING_FILE}


def test_a_log_that_nothing_knows_is_set_aside(storage):
    """Its files are kept under another name."""
    append(storage.create("orders"), b"1")
    storage.logs.set_aside("orders", 0)
    (name,) = [name for name in storage.disk.listdir("/a") if name.endswith("-stray")]
    assert "00000000000000000000.log" in storage.disk.listdir(f"/a/{name}")
    assert storage.logs.get("orders", 0) is None


def test_a_claim_returns_the_log_of_the_topic(storage):
    """Known: the same log with the new settings; unknown: an empty one."""
    topic_id = random_uuid()
    log = storage.create("orders", 0, topic_id)
    settings = LogConfig(retention_ms=5)
    assert storage.logs.claim("orders", 0, topic_id, settings) is log
    assert log.config is settings
    assert storage.logs.claim("orders", 1, topic_id, settings).log_end_offset == 0


def test_a_claim_sets_the_log_of_an_earlier_topic_aside(storage):
    """A topic that was deleted and made again begins empty; the old data is kept as stray."""
    append(storage.create("orders"), b"old")
    log = storage.logs.claim("orders", 0, random_uuid(), LogConfig())
    assert values_of(log) == []
    assert [name for name in storage.disk.listdir("/a") if name.endswith("-stray")]


def test_an_empty_partition_metadata_is_written_again(storage):
    """A power cut may leave the file empty: the log opens, and a claim restores the id."""
    append(storage.create("orders"), b"1")
    storage.disk.put("/a/orders-0/partition.metadata", b"")
    storage.kill()
    storage.start()
    log = storage.logs.get("orders", 0)
    assert log.topic_id == ZERO_UUID
    topic_id = random_uuid()
    assert storage.logs.claim("orders", 0, topic_id, LogConfig()) is log
    storage.kill()
    storage.start()
    assert storage.logs.get("orders", 0).topic_id == topic_id
    assert values_of(storage.logs.get("orders", 0)) == [b"1"]


def test_a_partition_in_two_directories_is_served_once_and_lost_nowhere():
    """The fuller copy serves, the other is kept as stray."""
    storage = SimulatedStorage("/a", "/b")
    storage.start()
    append(storage.create("orders"), b"1", b"2")
    append(storage.create("orders", 1), b"x")
    storage.logs.close()
    storage.disk.rename("/b/orders-1", "/b/orders-0")
    report = storage.start()
    assert values_of(storage.logs.get("orders", 0)) == [b"1", b"2"]
    assert "was in two log directories" in report.notes[0]
    (stray,) = [name for name in storage.disk.listdir("/b") if name.endswith("-stray")]
    assert "00000000000000000000.log" in storage.disk.listdir(f"/b/{stray}")


def test_rot_below_the_recovery_point_keeps_only_that_log_closed(storage):
    """The others serve; the reason is known; nobody makes an empty log in its place."""
    storage.configs["orders"] = LogConfig(segment_bytes=150)
    for topic in ("orders", "other"):
        append(storage.create(topic), b"1" * 100)
        append(storage.logs.get(topic, 0), b"2" * 100)
    for _ in range(2):
        storage.run_jobs(60_000)
    storage.disk.corrupt("/a/orders-0/00000000000000000000.log", 16, 0xFF)
    storage.disk.put("/a/orders-0/leader-epoch-checkpoint", b"rotten too")
    storage.kill()
    report = storage.start()
    assert ("orders", 0) in report.unopened
    assert storage.logs.get("other", 0).log_end_offset == 2
    with pytest.raises(StorageError, match="could not be opened"):
        storage.create("orders")


def test_a_rotten_checkpoint_costs_time_and_no_data(storage):
    """Everything is checked instead, and the operator is told."""
    append(storage.create("orders"), b"1")
    storage.disk.put(f"/a/{RECOVERY_POINT_FILE}", b"0\n7\n")
    storage.kill()
    report = storage.start()
    assert values_of(storage.logs.get("orders", 0)) == [b"1"]
    assert "line 2 promises 7" in report.notes[0]


def test_one_failing_directory_takes_its_logs_and_no_others():
    """The broker hears of it once, with the list of what is lost."""
    storage = SimulatedStorage("/a", "/b")
    storage.start()
    for partition in range(4):
        append(storage.create("orders", partition), b"1")
    storage.disk.fail_next("fdatasync", errno.EIO)
    storage.run_jobs(1_000)
    storage.run_jobs(1_000)
    ((path, lost),) = storage.failures
    assert (path, lost) == ("/a", ["orders-0", "orders-2"])
    assert storage.logs.get("orders", 0) is None
    assert values_of(storage.logs.get("orders", 1)) == [b"1"]
    assert storage.logs.has_online_directory()
    with pytest.raises(StorageError, match="offline"):
        storage.logs.claim("orders", 0, random_uuid(), LogConfig())
    assert storage.logs.directory_of(storage.create("new")).path == "/b"
    storage.logs.close()
    assert CLEAN_SHUTDOWN_FILE not in storage.disk.listdir("/a")
    assert CLEAN_SHUTDOWN_FILE in storage.disk.listdir("/b")


def test_a_log_that_fails_by_itself_is_noticed(storage):
    """A failed write marks the log; the next look takes its directory offline."""
    log = storage.create("orders")
    log.is_offline = True
    storage.run_jobs(1_000)
    assert storage.failures == [("/a", ["orders-0"])]
    assert not storage.logs.has_online_directory()
    with pytest.raises(StorageError, match="every log directory is offline"):
        storage.create("more")


def test_a_directory_that_fails_while_loading_keeps_the_others():
    """EIO on one disk at start: its partitions are unopened, the rest serves."""
    storage = SimulatedStorage("/a", "/b")
    storage.start()
    for partition in range(2):
        append(storage.create("orders", partition), b"1")
    storage.logs.close()
    real = storage.disk.listdir

    def listdir(path):
        if path.startswith("/a/orders"):
            raise OSError(errno.EIO, "Input/output error")
        return real(path)

    storage.disk.listdir = listdir
    report = storage.start()
    assert list(report.unopened) == [("orders", 0)]
    assert not storage.logs.directories[0].is_online
    assert values_of(storage.logs.get("orders", 1)) == [b"1"]


def test_a_creation_that_fails_takes_the_directory_offline():
    """The next partition goes to another disk."""
    storage = SimulatedStorage("/a", "/b")
    storage.start()
    storage.disk.fail_next("mkdir", errno.EIO)
    with pytest.raises(StorageError):
        storage.create("orders")
    assert storage.logs.directory_of(storage.create("orders")).path == "/b"


def test_an_unclean_close_claims_nothing(storage):
    """After a failure the directories are given back and the next start recovers."""
    append(storage.create("orders"), b"1")
    storage.logs.close(clean=False)
    assert CLEAN_SHUTDOWN_FILE not in storage.disk.listdir("/a")
    storage.kill()
    assert storage.start().recovered
