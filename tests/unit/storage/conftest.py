# SPDX-License-Identifier: Apache-2.0
"""What the storage tests share: a simulated disk, logs on it, and batches to append."""

from __future__ import annotations

from typing import Any

import pytest

from ottla.base.clock import ManualClock
from ottla.records.batch import iter_headers, read_header
from ottla.records.builder import build_batch
from ottla.records.record import Record
from ottla.storage.files import OpenFiles
from ottla.storage.log_config import LogConfig
from ottla.storage.log_segment import INDEX_SAVE_BYTES_MAX, SegmentContext
from ottla.storage.partition_log import PartitionLog
from ottla.testing.simulated_disk import SimulatedDisk

DIRECTORY = "/data/topic-0"
TIME_MS = 1_700_000_000_000


class LogOnDisk:
    """One partition log on one simulated disk, and short ways to use it."""

    def __init__(self, disk: SimulatedDisk) -> None:
        self.disk = disk
        self.clock = ManualClock()
        self.config = LogConfig()
        self._index_save_bytes = INDEX_SAVE_BYTES_MAX
        self.log = self.open(clean=True)

    def open(self, *, clean: bool, **more: Any) -> PartitionLog:
        """Open the log anew, without closing the one before."""
        self._context = SegmentContext(OpenFiles(self.disk))
        self._context.index_save_bytes = self._index_save_bytes
        self.log = PartitionLog.open(
            DIRECTORY, "topic", 0, self.config, files=self.disk, clock=self.clock,
            clean=clean, context=self._context, **more,
        )  # fmt: skip
        return self.log

    def save_indexes_behind(self, size_bytes: int) -> None:
        """Let flushes save the indexes once so much was appended."""
        self._index_save_bytes = self._context.index_save_bytes = size_bytes

    def configure(self, **settings: Any) -> None:
        """Give the log new settings."""
        self.config = LogConfig(**settings)
        self.log.config = self.config

    def append(
        self, *values: bytes, timestamp_ms: int = TIME_MS, leader_epoch: int = 0, **batch: Any
    ):
        """Append one batch of the given values; returns the AppendResult."""
        records = [Record(number, timestamp_ms, None, value) for number, value in enumerate(values)]
        return self.append_bytes(build_batch(records, **batch), leader_epoch=leader_epoch)

    def append_bytes(self, data: bytes, *, leader_epoch: int = 0):
        """Append one encoded batch."""
        view = memoryview(bytearray(data))
        return self.log.append(view, [read_header(view)], leader_epoch, self.clock.wall_ms())

    def read_all(self, *, max_bytes: int = 1 << 20) -> list[tuple[int, bytes]]:
        """Read from the log start to the end; returns (base offset, batch bytes) of each batch."""
        log = self.log
        offset = log.log_start_offset
        batches = []
        while offset < log.log_end_offset:
            part = log.locate(offset, max_bytes, log.log_end_offset)
            if part is None:
                break
            before = offset
            data = part.read_nowait()
            if data is None:
                data = part.read()
            for position, header in iter_headers(data, partial_tail=True):
                if header.next_offset > offset:
                    batch = bytes(data[position : position + header.size_bytes])
                    batches.append((header.base_offset, batch))
                    offset = header.next_offset
            assert offset > before, "a read makes no progress"
        return batches

    def offsets(self) -> list[int]:
        """Read everything; return the base offsets."""
        return [offset for offset, _ in self.read_all()]


@pytest.fixture
def disk() -> SimulatedDisk:
    """Make a simulated disk with a durable, empty /data."""
    disk = SimulatedDisk()
    disk.mkdir("/data")
    disk.fsync_dir("/")
    return disk


@pytest.fixture
def on_disk(disk: SimulatedDisk) -> LogOnDisk:
    """Open an empty partition log on the simulated disk."""
    return LogOnDisk(disk)
