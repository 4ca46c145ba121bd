# SPDX-License-Identifier: Apache-2.0
"""Claims about crashes: whatever the moment, what was promised is there and nothing is invented.

A fixed script of appends, rolls, flushes, truncations and retention runs on the simulated disk.
Every call of the file-system port is a crash point. After each the log is opened again, once as
after kill -9 and once as after a power cut, and held against what the script had been told. All of
it once with indexes and snapshots that only a roll saves, and once with every flush saving them.
"""

from __future__ import annotations

import pytest

from ottla.base.clock import ManualClock
from ottla.records.batch import iter_headers, read_header
from ottla.records.builder import build_batch
from ottla.records.record import Record, decode_records
from ottla.storage import log_segment, log_writer
from ottla.storage.log_config import LogConfig
from ottla.storage.partition_log import PartitionLog
from ottla.testing.simulated_disk import SimulatedCrash, SimulatedDisk

DIRECTORY = "/data/topic-0"
TIME_MS = 1_700_000_000_000
CONFIG = LogConfig(segment_bytes=2500, index_interval_bytes=100)
APPEND_COUNT = 60


class Script:
    """Runs against one disk and remembers what it was promised."""

    def __init__(self, disk: SimulatedDisk) -> None:
        self.disk = disk
        self.clock = ManualClock()
        self.sent: list[bytes] = []  # value by offset
        self.written_end = 0  # below: write_staged came back
        self.flushed_end = 0  # below: flush came back
        self.start = 0
        self.sequence = 0
        self.log: PartitionLog

    def open(self, *, clean: bool, recovery_point: int = 0) -> PartitionLog:
        """Open the log."""
        self.log = PartitionLog.open(
            DIRECTORY, "topic", 0, CONFIG, files=self.disk, clock=self.clock, clean=clean,
            recovery_point=recovery_point, log_start_offset=self.start,
        )  # fmt: skip
        return self.log

    def append(self) -> None:
        """Append a batch of an idempotent producer with one to three records."""
        count = len(self.sent) % 3 + 1
        filler = b"x" * (900 if count == 1 else 0)  # over more than one sector
        values = [b"%d" % (len(self.sent) + number) + filler for number in range(count)]
        batch = build_batch(
            [Record(number, TIME_MS, None, value) for number, value in enumerate(values)],
            producer_id=5, producer_epoch=0, base_sequence=self.sequence,
        )  # fmt: skip
        view = memoryview(bytearray(batch))
        result = self.log.append(view, [read_header(view)], len(self.sent) // 15, TIME_MS)
        assert result.base_offset == len(self.sent)
        self.sent += values
        self.sequence += count

    def run(self) -> None:
        """Do everything that a log does in its life."""
        self.open(clean=True)
        for number in range(APPEND_COUNT):
            self.append()
            if number % 3 == 2:
                self.log.write_staged()
                self.written_end = self.log.log_end_offset
            if number % 7 == 6:
                self.log.flush()
                self.written_end = self.flushed_end = self.log.log_end_offset
            if number == 26:
                self.start = 9
                self.log.advance_log_start_offset(9)
        self.log.close()
        self.written_end = self.flushed_end = self.log.log_end_offset

    def check(self, *, promised_end: int) -> int:
        """Read the reopened log, hold it against what was sent, return its end."""
        log = self.log
        assert log.corruption is None or log.corruption.offset >= promised_end
        assert promised_end <= log.log_end_offset <= len(self.sent)
        offset = log.log_start_offset
        assert offset <= max(self.start, 9)
        while offset < log.log_end_offset:
            part = log.locate(offset, 1 << 20, log.log_end_offset)
            assert part is not None
            before = offset
            data = part.read()
            for position, header in iter_headers(data, partial_tail=True):
                if header.next_offset <= offset:
                    continue
                records = decode_records(data[position : position + header.size_bytes])
                assert [record.value for record in records] == self.sent[
                    header.base_offset : header.next_offset
                ]
                assert header.base_offset <= offset
                offset = header.next_offset
            assert offset > before
        assert offset == log.log_end_offset
        state = log.producer_state.entries.get(5)
        assert (state.last_sequence + 1 if state else 0) == log.log_end_offset
        log.expire_producers(TIME_MS)
        return log.log_end_offset


def crash_after(calls: int) -> Script | None:
    """Run the script until call number `calls`; None when it ended before."""
    disk = SimulatedDisk()
    disk.mkdir("/data")
    disk.fsync_dir("/")
    disk.crash_at(disk.calls + calls)
    script = Script(disk)
    try:
        script.run()
    except SimulatedCrash:
        return script
    return None


@pytest.fixture(autouse=True, params=[log_segment.INDEX_SAVE_BYTES_MAX, 1])
def _bytes_to_save(request, monkeypatch):
    """Let a flush save the indexes behind so many bytes."""
    monkeypatch.setattr(log_segment, "INDEX_SAVE_BYTES_MAX", request.param)
    monkeypatch.setattr(log_writer, "INDEX_SAVE_INTERVAL_MS", 0)


def test_kill_at_any_call_loses_nothing_that_was_written():
    """After kill -9 every batch is there for which write_staged came back, and no other twice."""
    calls = 0
    while (script := crash_after(calls := calls + 1)) is not None:
        script.disk.restart_process()
        log = script.open(clean=False, recovery_point=script.flushed_end)
        end = script.check(promised_end=script.written_end)
        del script.sent[end:]
        script.sequence = end
        script.append()
        log.close()
        script.open(clean=True)
        assert script.check(promised_end=end + 1) == len(script.sent)
    assert calls > 200


def test_power_loss_at_any_call_loses_nothing_that_was_flushed():
    """After a power cut every flushed batch is there, whole, once and in its place."""
    calls = 0
    while (script := crash_after(calls := calls + 1)) is not None:
        script.disk.restart_machine(calls)
        # The checkpoint of the recovery point may be older than the flush it speaks of.
        recovery_point = script.flushed_end if calls % 2 else 0
        script.open(clean=False, recovery_point=recovery_point)
        end = script.check(promised_end=script.flushed_end)
        again = script.open(clean=False, recovery_point=recovery_point)
        assert again.corruption is None
        assert script.check(promised_end=script.flushed_end) == end
        del script.sent[end:]
        script.sequence = end
        script.append()
        again.close()
        script.open(clean=True)
        assert script.check(promised_end=end + 1) == len(script.sent)
    assert calls > 200


def test_power_loss_with_many_seeds():
    """The same moment with other sectors lost: two hundred disks."""
    for seed in range(200):
        script = crash_after(60 + seed % 140)
        assert script is not None
        script.disk.restart_machine(seed)
        script.open(clean=False, recovery_point=script.flushed_end)
        script.check(promised_end=script.flushed_end)
