# SPDX-License-Identifier: Apache-2.0
"""Compaction rounds on served logs: choice, swap, crashes at every step, interference."""

from __future__ import annotations

import errno
import io
import json

import pytest

from ottla.base.clock import SystemClock
from ottla.base.errors import StorageError
from ottla.base.ids import random_uuid
from ottla.records.record import Record
from ottla.storage.checkpoints import CLEANER_FILE, read_offsets
from ottla.storage.compaction_schedule import (
    CompactionSettings,
    CorruptSource,
    SubprocessWorker,
    _feed,
    _last_message,
)
from ottla.storage.compaction_worker import Pacer, compact
from ottla.storage.files import LocalFileSystem
from ottla.storage.log_config import LogConfig
from ottla.storage.log_directory import DirectorySettings, open_directories
from ottla.storage.log_manager import LogManager
from ottla.storage.log_upkeep import UpkeepSettings
from ottla.testing.simulated_disk import SimulatedCrash
from ottla.testing.simulated_storage import (
    TIME_MS,
    SimulatedStorage,
    append,
    append_records,
    read_records,
)

COMPACTED = LogConfig(cleanup_compact=True, cleanup_delete=False, file_delete_delay_ms=0)
BACKOFF_MS = 15_000


class InProcessWorker:
    """Does a round where it stands, on the simulated disk."""

    def __init__(self, disk) -> None:
        self.disk = disk
        self.error = None
        self.is_cancelled = False
        self.before_return = lambda: None

    def run(self, job):
        """Do one round."""
        if self.error is not None:
            raise self.error
        result = compact(job, self.disk, Pacer(float("inf")))
        self.before_return()
        return result

    def cancel(self):
        """Remember that the round is not wanted any more."""
        self.is_cancelled = True


def make_storage(**settings: object):
    """Start storage whose worker is `storage.worker`."""
    storage = SimulatedStorage()
    storage.worker = InProcessWorker(storage.disk)
    storage.upkeep_settings = UpkeepSettings(
        compaction=CompactionSettings(new_worker=lambda: storage.worker, **settings)
    )
    storage.configs["table"] = COMPACTED
    storage.start()
    return storage


@pytest.fixture
def storage():
    """Start storage with one compacted topic to come."""
    return make_storage()


def fill(log, keys=b"abcabcabcabc"):
    """Append one record for each key, three to a segment, its value counting up."""
    for number, key in enumerate(keys):
        if number % 3 == 0:
            log.roll()
        value = b"%d" % log.log_end_offset
        append_records(log, [Record(0, TIME_MS, bytes([key]), value)])


def pairs(log):
    """Return (offset, key, value) of all records."""
    return [(each.offset, each.key, each.value) for each in read_records(log)]


def state(log):
    """Return the latest value of each key."""
    return {each.key: each.value for each in read_records(log)}


def test_a_dirty_log_is_compacted(storage):
    """The latest value of each key in the closed segments stays, with its offset."""
    log = storage.create("table")
    fill(log)
    closed_until = log.segments[-1].base_offset
    before = state(log)
    storage.run_jobs(BACKOFF_MS)
    assert len(log.segments) == 2
    assert state(log) == before
    kept = [offset for offset, _, _ in pairs(log) if offset < closed_until]
    assert len(kept) == 3
    path = f"/a/{CLEANER_FILE}"
    assert read_offsets(storage.disk, path) == {("table", 0): closed_until}
    names = storage.disk.listdir("/a/table-0")
    assert not [n for n in names if n.endswith((".cleaned", ".swap", ".deleted", ".merge"))]
    bases = {f"{each.base_offset:020d}" for each in log.segments}
    assert {name[:20] for name in names if name.endswith(".snapshot")} <= bases


def test_a_clean_log_is_left_alone(storage):
    """A second look finds nothing to do, also after a restart."""
    log = storage.create("table")
    fill(log)
    storage.run_jobs(BACKOFF_MS)
    segments = list(log.segments)
    storage.run_jobs(BACKOFF_MS)
    assert log.segments == segments
    storage.logs.close()
    storage.start()
    log = storage.logs.get("table", 0)
    storage.run_jobs(BACKOFF_MS)
    assert [each.base_offset for each in log.segments] == [each.base_offset for each in segments]


def test_the_dirtiest_log_goes_first(storage):
    """One round at a time; the others have theirs afterwards."""
    storage.configs["other"] = COMPACTED
    first, second = storage.create("table"), storage.create("other")
    fill(first)
    storage.run_jobs(BACKOFF_MS)
    fill(first, b"abcabcabc" * 2)
    fill(second)
    seen = []
    run = storage.worker.run
    storage.worker.run = lambda job: (seen.append(job.directory), run(job))[1]
    storage.run_jobs(BACKOFF_MS)
    assert seen == ["/a/other-0", "/a/table-0"]


def test_topics_that_are_not_compacted_are_left_alone(storage):
    """The policy decides."""
    storage.configs["plain"] = LogConfig()
    log = storage.create("plain")
    fill(log)
    count = len(log.segments)
    storage.run_jobs(BACKOFF_MS)
    assert len(log.segments) == count


def test_a_disabled_cleaner_does_nothing():
    """log.cleaner.enable=false."""
    storage = make_storage(is_enabled=False)
    log = storage.create("table")
    fill(log)
    count = len(log.segments)
    storage.run_jobs(BACKOFF_MS)
    assert len(log.segments) == count


def test_nothing_above_the_high_watermark_is_cleaned(storage):
    """What is not on all replicas may still be cut off."""
    log = storage.create("table")
    fill(log)
    storage.logs.upkeep.high_watermark_of = lambda _: 4
    storage.run_jobs(BACKOFF_MS)
    assert [offset for offset, _, _ in pairs(log)][-8:] == list(range(4, 12))


def test_bug_31_nothing_of_an_open_transaction_is_cleaned(storage):
    """Bug 31: the last stable offset holds the round back."""
    log = storage.create("table")
    fill(log, b"ab")
    append_records(
        log,
        [Record(0, TIME_MS, b"a", b"open")],
        producer_id=3,
        producer_epoch=0,
        base_sequence=0,
        transactional=True,
    )
    fill(log, b"abababab")
    storage.run_jobs(BACKOFF_MS)
    assert [offset for offset, _, _ in pairs(log)][-9:] == list(range(2, 11))


def test_sequences_survive_compaction_and_restart(storage):
    """The last batch of a producer stays as a bare header, so a retry is still recognised."""
    log = storage.create("table")
    fields = {"producer_id": 9, "producer_epoch": 0}
    for number in range(3):
        append_records(log, [Record(0, TIME_MS, b"a", b"1")], base_sequence=number, **fields)
    fill(log, b"aaaaaaaa")
    storage.run_jobs(BACKOFF_MS)
    storage.run_jobs(2_000)
    for name in storage.disk.listdir("/a/table-0"):
        if name.endswith(".snapshot"):
            storage.disk.unlink(f"/a/table-0/{name}")
    storage.kill()
    storage.disk.unlink("/a/recovery-point-offset-checkpoint") if (
        "recovery-point-offset-checkpoint" in storage.disk.listdir("/a")
    ) else None
    storage.start()
    log = storage.logs.get("table", 0)
    again = append_records(log, [Record(0, TIME_MS, b"a", b"1")], base_sequence=2, **fields)
    assert again.duplicate


def test_a_compacted_log_may_change_its_policy_and_be_killed(storage):
    """The holes between its offsets are no damage, whatever the policy says by now."""
    log = storage.create("table")
    fill(log, b"xbcabcabcabc")
    storage.run_jobs(BACKOFF_MS)
    before = pairs(log)
    assert [offset for offset, _, _ in before][:2] == [0, 6]
    storage.configs["table"] = LogConfig()
    storage.kill()
    assert not storage.start().notes
    assert pairs(storage.logs.get("table", 0)) == before


def test_readers_of_the_old_files_go_on(storage):
    """A slice that was located before the swap reads what was there."""
    log = storage.create("table")
    fill(log)
    part = log.locate(0, 1 << 20, log.log_end_offset)
    before = bytes(part.read())
    storage.run_jobs(BACKOFF_MS)
    assert bytes(part.read()) == before


def interfere(storage, change):
    """Run a round during which `change` happens, while the worker works."""
    storage.worker.before_return = change
    storage.run_jobs(BACKOFF_MS)
    storage.worker.before_return = lambda: None


def no_traces(storage, directory="/a/table-0"):
    """Whether a discarded round left nothing."""
    names = storage.disk.listdir(directory)
    return not [n for n in names if n.endswith((".cleaned", ".swap", ".merge"))]


def test_a_round_whose_inputs_went_is_discarded(storage):
    """Segments were deleted meanwhile: the outcome is stale and thrown away."""
    log = storage.create("table")
    fill(log)
    interfere(storage, lambda: log.advance_log_start_offset(6))
    assert log.log_start_offset == 6
    assert [offset for offset, _, _ in pairs(log)][-6:] == list(range(6, 12))
    assert no_traces(storage)


def test_a_truncation_while_the_swap_is_prepared_discards_it(storage):
    """Between the two looks at the log it was cut."""
    log = storage.create("table")
    fill(log)
    storage.clock.advance(BACKOFF_MS)
    for _ in range(3):
        for job in storage.logs.due_jobs(storage.clock.now_ms()):
            job.run()
            if storage.disk.listdir("/a/table-0")[0].endswith(".swap") or any(
                name.endswith(".swap") for name in storage.disk.listdir("/a/table-0")
            ):
                log.truncate_to(5)
            job.finish()
    storage.run_jobs()
    assert log.log_end_offset == 5
    assert [offset for offset, _, _ in pairs(log)] == list(range(5))
    assert no_traces(storage)


def test_a_deleted_topic_cancels_its_round(storage):
    """The worker is stopped and nothing fails."""
    log = storage.create("table")
    fill(log)
    interfere(storage, lambda: storage.logs.delete_log("table", 0))
    assert storage.worker.is_cancelled
    storage.run_jobs(120_000)
    assert not storage.failures


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_topic_that_is_deleted_while_a_step_runs_is_no_failure(storage, steps):
    """The directory is renamed under the thread's feet; the log directory stays online."""
    log = storage.create("table")
    fill(log)
    storage.run_jobs()
    storage.clock.advance(BACKOFF_MS)
    for _ in range(steps):
        for job in storage.logs.due_jobs(storage.clock.now_ms()):
            job.run()
            job.finish()
    jobs = storage.logs.due_jobs(storage.clock.now_ms())
    storage.logs.delete_log("table", 0)
    for job in jobs:
        job.run()
        job.finish()
    storage.run_jobs(120_000)
    assert not storage.failures
    assert not [name for name in storage.disk.listdir("/a") if name.startswith("table")]


def test_rotten_data_is_left_alone_until_a_restart(storage):
    """A round that meets rot is not tried again; the log serves as before."""
    log = storage.create("table")
    fill(log)
    storage.worker.error = CorruptSource("CRC")
    storage.run_jobs(BACKOFF_MS)
    storage.worker.error = None
    count = len(log.segments)
    storage.run_jobs(BACKOFF_MS)
    assert len(log.segments) == count
    assert not storage.failures


def test_a_worker_that_died_is_tried_again(storage):
    """Somebody killed the process: the next look begins another round."""
    log = storage.create("table")
    fill(log)
    storage.worker.error = StorageError("the worker ended with -9")
    storage.run_jobs(BACKOFF_MS)
    storage.worker.error = None
    storage.run_jobs(BACKOFF_MS)
    assert len(log.segments) == 2


def test_a_round_that_gains_nothing_is_not_repeated_at_once(storage):
    """Only when the log has grown there is a chance of more."""
    log = storage.create("table")
    append_records(log, [Record(n, TIME_MS, b"k%d" % n, b"v" * 90) for n in range(5)])
    fill(log, b"a")
    storage.logs.upkeep.high_watermark_of = lambda _: 3
    storage.run_jobs(BACKOFF_MS)
    storage.worker.error = AssertionError("no second round")
    storage.run_jobs(BACKOFF_MS)
    storage.worker.error = None
    storage.logs.upkeep.high_watermark_of = lambda each: each.log_end_offset
    fill(log, b"aaaa")
    storage.run_jobs(BACKOFF_MS)
    assert state(log)[b"a"] == b"9"


def test_a_swap_that_fails_half_way_takes_the_directory_offline(storage):
    """Memory and folder may differ then: only a restart puts that right."""
    log = storage.create("table")
    fill(log)
    before = state(log)
    real = storage.disk.rename

    def rename(source, target):
        if source.endswith(".log.swap"):
            raise OSError(errno.EIO, "Input/output error")
        real(source, target)

    storage.disk.rename = rename
    storage.run_jobs(BACKOFF_MS)
    assert storage.failures == [("/a", ["table-0"])]
    storage.disk.rename = real
    storage.kill()
    storage.start()
    assert state(storage.logs.get("table", 0)) == before


def test_a_close_gives_up_the_round(storage):
    """The worker is cancelled; its traces go at the next start."""
    log = storage.create("table")
    fill(log)
    before = pairs(log)
    storage.clock.advance(BACKOFF_MS)
    for job in storage.logs.due_jobs(storage.clock.now_ms()):
        job.run()
    storage.logs.close()
    assert storage.worker.is_cancelled
    storage.start()
    assert pairs(storage.logs.get("table", 0)) == before
    assert no_traces(storage)


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_close_between_two_steps_leaves_no_traces(storage, steps):
    """The step that is due is done, so that the next start finds nothing to settle."""
    log = storage.create("table")
    fill(log)
    before = state(log)
    storage.clock.advance(BACKOFF_MS)
    for _ in range(steps):
        for job in storage.logs.due_jobs(storage.clock.now_ms()):
            job.run()
            job.finish()
    storage.logs.close()
    assert no_traces(storage)
    storage.start()
    assert state(storage.logs.get("table", 0)) == before


def crashed(call, restart):
    """Run a round that crashes at disk call number `call`; None when it ended before."""
    storage = make_storage()
    log = storage.create("table")
    fill(log, b"abcabcabcabcabcabc")
    storage.run_jobs(1_000)
    log.flush()
    before = state(log)
    whole = pairs(log)
    storage.clock.advance(BACKOFF_MS)
    storage.disk.crash_at(storage.disk.calls + call)
    try:
        storage.run_jobs()
    except SimulatedCrash:
        restart(storage)
        storage.start()
        return storage, before, whole
    return None


def check_after_crash(storage, before, whole):
    """Every key has its value, no record is there twice, and the next round does its work."""
    log = storage.logs.get("table", 0)
    found = pairs(log)
    assert state(log) == before
    assert set(found) <= set(whole)
    offsets = [offset for offset, _, _ in found]
    assert offsets == sorted(set(offsets))
    assert log.log_end_offset == len(whole)
    storage.run_jobs(BACKOFF_MS)
    assert state(log) == before
    fill(log, b"d")
    assert no_traces(storage)


def test_a_killed_process_at_any_step_of_a_round_loses_nothing():
    """Every disk call of a round is a crash point."""
    call = 0
    while (outcome := crashed(call := call + 1, SimulatedStorage.kill)) is not None:
        check_after_crash(*outcome)
    assert call > 50, "the round has many steps"


@pytest.mark.parametrize("seed", range(3))
def test_a_power_cut_at_any_step_of_a_round_loses_nothing(seed):
    """Likewise, with an arbitrary part of what was not synced on the disk."""
    call = 0
    while True:
        outcome = crashed(call := call + 1, lambda storage: storage.cut_power(seed * 1_000 + call))
        if outcome is None:
            break
        check_after_crash(*outcome)


def test_the_subprocess_does_a_round(tmp_path):
    """The real worker, on real files."""
    settings = UpkeepSettings(compaction=CompactionSettings(backoff_ms=0))
    directories = open_directories([str(tmp_path)], LocalFileSystem(), DirectorySettings())
    logs = LogManager(directories, LocalFileSystem(), SystemClock(), upkeep=settings)
    logs.load()
    log = logs.create_log("table", 0, random_uuid(), COMPACTED)
    fill(log)
    before = state(log)
    for _ in range(10):
        for job in logs.due_jobs(SystemClock().now_ms()):
            job.run()
            job.finish()
    assert len(log.segments) == 2
    assert state(log) == before
    logs.close()


def test_a_cancelled_subprocess_is_a_storage_error(tmp_path):
    """Cancelled before it could begin, it ends without a result."""
    storage = make_storage()
    log = storage.create("table")
    fill(log)
    schedule = storage.logs.upkeep._compaction
    job = schedule._describe(log, schedule._choose()[1])
    worker = SubprocessWorker()
    worker.cancel()
    with pytest.raises((StorageError, CorruptSource)):
        worker.run(job)


def test_the_last_message_of_a_worker_counts():
    """Progress lines are passed over; no line at all is no result."""
    lines = [json.dumps({"progress": 1}), json.dumps({"result": {}})]
    assert _last_message(lines) == {"result": {}}
    assert _last_message([]) == {}


def test_a_worker_that_does_not_listen_is_no_error_of_ours():
    """It ends without an answer, which is what counts."""

    class Closed(io.StringIO):
        def write(self, text):
            raise BrokenPipeError

    _feed(Closed(), "job")


def test_an_append_after_the_swap_is_read_with_the_rest(storage):
    """The log goes on where it was."""
    log = storage.create("table")
    fill(log)
    storage.run_jobs(BACKOFF_MS)
    append(log, b"new", key=b"z")
    assert pairs(log)[-1] == (12, b"z", b"new")
    assert log.offset_for_timestamp(TIME_MS)[1] == pairs(log)[0][0]
