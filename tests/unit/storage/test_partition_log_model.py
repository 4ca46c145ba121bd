# SPDX-License-Identifier: Apache-2.0
"""The partition log against the plainest model there is: a list of batches."""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from ottla.base.clock import ManualClock
from ottla.records.batch import iter_headers, read_header
from ottla.records.builder import build_batch
from ottla.records.record import Record
from ottla.storage.log_config import LogConfig
from ottla.storage.partition_log import PartitionLog
from ottla.testing.simulated_disk import SimulatedDisk

DIRECTORY = "/data/topic-0"
TIME_MS = 1_700_000_000_000


class PartitionLogMachine(RuleBasedStateMachine):
    """Does to a log and to a list the same things in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.disk = SimulatedDisk()
        self.disk.mkdir("/data")
        self.disk.fsync_dir("/")
        self.clock = ManualClock()
        self.batches: list[tuple[int, int, bytes]] = []  # (base offset, next offset, value)
        self.start = 0
        self.end = 0
        self.time_ms = TIME_MS

    @initialize(segment_bytes=st.integers(100, 1500), interval=st.sampled_from([0, 50, 300, 4096]))
    def begin(self, segment_bytes, interval):
        """Open an empty log."""
        self.config = LogConfig(
            segment_bytes=segment_bytes, index_interval_bytes=interval, retention_ms=-1
        )
        self.log = self.open(clean=True)

    def open(self, *, clean: bool) -> PartitionLog:
        """Open the log as a restart would, with what its checkpoints said."""
        log = getattr(self, "log", None)
        return PartitionLog.open(
            DIRECTORY, "topic", 0, self.config, files=self.disk, clock=self.clock, clean=clean,
            recovery_point=log.recovery_point if log else 0, log_start_offset=self.start,
        )  # fmt: skip

    @rule(count=st.integers(1, 5), size=st.integers(0, 200), step_ms=st.integers(-50, 100))
    def append(self, count, size, step_ms):
        """Append one batch."""
        self.time_ms += step_ms
        value = b"%d" % self.end + b"x" * size
        records = [Record(number, self.time_ms, None, value) for number in range(count)]
        view = memoryview(bytearray(build_batch(records)))
        result = self.log.append(view, [read_header(view)], 0, TIME_MS)
        assert (result.base_offset, result.last_offset) == (self.end, self.end + count - 1)
        self.batches.append((self.end, self.end + count, bytes(view)))
        self.end += count

    @rule()
    def roll(self):
        """Begin a new segment."""
        self.log.roll()

    @rule()
    def flush(self):
        """Wait for the disk."""
        self.log.flush()
        assert self.log.recovery_point == self.end

    @rule(fraction=st.floats(0, 1))
    def truncate(self, fraction):
        """Cut the end off."""
        offset = self.start + int((self.end - self.start) * fraction)
        self.log.truncate_to(offset)
        if offset < self.end:
            if offset <= self.log.segments[0].base_offset:
                self.batches = []
                self.start = self.end = offset
            else:
                self.batches = [batch for batch in self.batches if batch[1] <= offset]
                self.end = self.batches[-1][1] if self.batches else self.log.log_end_offset
            assert self.log.log_end_offset == self.end
            self.start = min(self.start, self.end)

    @rule(fraction=st.floats(0, 1))
    def delete_records(self, fraction):
        """Move the start up."""
        self.start += int((self.end - self.start) * fraction)
        self.log.advance_log_start_offset(self.start)

    @rule()
    def restart_cleanly(self):
        """Close and open."""
        self.log.close()
        self.log = self.open(clean=True)

    @rule()
    def kill(self):
        """Stop without closing; what was staged is written first, as the broker does."""
        self.log.write_staged()
        self.disk.restart_process()
        self.log = self.open(clean=False)
        assert self.log.corruption is None

    @precondition(lambda self: self.end > self.start)
    @rule(fraction=st.floats(0, 1, exclude_max=True), max_bytes=st.integers(1, 3000))
    def read(self, fraction, max_bytes):
        """Read from anywhere: the batch of the offset comes first, whole batches follow."""
        offset = self.start + int((self.end - self.start) * fraction)
        part = self.log.locate(offset, max_bytes, self.end)
        data = part.read_nowait()
        expected = [batch for batch in self.batches if batch[1] > offset]
        for (position, header), batch in zip(
            iter_headers(data, partial_tail=True), expected, strict=False
        ):
            assert bytes(data[position : position + header.size_bytes]) == batch[2]
        assert data[:61] == expected[0][2][:61]
        assert len(data) >= len(expected[0][2])
        assert len(data) <= max(max_bytes, len(expected[0][2]))

    @rule(ago_ms=st.integers(-100, 500))
    def look_up_time(self, ago_ms):
        """Find the first record that is not older."""
        wanted = self.time_ms - ago_ms
        found = self.log.offset_for_timestamp(wanted)
        expected = None
        for base_offset, next_offset, batch in self.batches:
            if next_offset > self.start and read_header(batch).max_timestamp >= wanted:
                expected = (read_header(batch).max_timestamp, max(base_offset, self.start), 0)
                break
        assert found == expected

    @invariant()
    def ends_agree(self):
        """Both ends are the model's, and segments meet without holes."""
        if not hasattr(self, "log"):
            return
        assert self.log.log_end_offset == self.end
        assert self.log.log_start_offset == self.start
        bases = [segment.base_offset for segment in self.log.segments]
        assert bases == sorted(set(bases)) == self.log._bases
        assert bases[0] <= self.start

    def teardown(self):
        """Everything can be read to the end."""
        if not hasattr(self, "log"):
            return
        offset = self.start
        while offset < self.end:
            data = self.log.locate(offset, 700, self.end).read()
            before = offset
            for position, header in iter_headers(data, partial_tail=True):
                if header.next_offset > offset:
                    batch = bytes(data[position : position + header.size_bytes])
                    assert (header.base_offset, header.next_offset, batch) in self.batches
                    offset = header.next_offset
            assert offset > before


PartitionLogMachine.TestCase.settings = settings(
    max_examples=200, stateful_step_count=30, deadline=None
)
TestPartitionLog = PartitionLogMachine.TestCase
