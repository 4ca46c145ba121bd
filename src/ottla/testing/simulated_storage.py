# SPDX-License-Identifier: Apache-2.0
"""The storage layer of one broker on a simulated disk, without a broker around it.

`SimulatedStorage` starts, stops, kills and cuts the power; background work runs when it is told
to, on a clock that stands still otherwise. The functions append to a log and read it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ottla.base.clock import ManualClock
from ottla.base.ids import random_uuid
from ottla.records.batch import iter_headers, read_header
from ottla.records.builder import build_batch
from ottla.records.record import Record, decode_records
from ottla.storage.log_config import LogConfig
from ottla.storage.log_directory import DirectorySettings, open_directories
from ottla.storage.log_manager import LogManager
from ottla.storage.log_upkeep import UpkeepSettings
from ottla.testing.simulated_disk import SimulatedDisk

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.storage.log_directory import LogDirectory
    from ottla.storage.log_loader import LoadReport
    from ottla.storage.partition_log import AppendResult, PartitionLog

TIME_MS = 1_700_000_000_000


class SimulatedStorage:
    """One broker's directories, logs and background work; `start` comes first."""

    logs: LogManager

    def __init__(self, *paths: str, **upkeep: Any) -> None:
        self.disk = SimulatedDisk()
        self.clock = ManualClock(now_ms=1_000_000)
        self.paths = paths or ("/a",)
        self.upkeep_settings = UpkeepSettings(**upkeep)
        self.configs: dict[str, LogConfig] = {}
        self.boot_id = "boot-1"
        self.failures: list[tuple[str, list[str]]] = []
        self.progress: list[tuple[int, int]] = []

    def start(self) -> LoadReport:
        """Open the directories and load the logs, as a broker does; returns the load report."""
        settings = DirectorySettings(boot_id=self.boot_id, takes_lock=False, reserve_bytes=0)
        directories = open_directories(self.paths, self.disk, settings)
        self.logs = LogManager(directories, self.disk, self.clock, upkeep=self.upkeep_settings)
        self.logs.on_directory_failure = self._directory_failed
        return self.logs.load(self.config_of, self._progressed)

    def _directory_failed(self, directory: LogDirectory, lost: list[PartitionLog]) -> None:
        names = sorted(f"{log.topic}-{log.partition}" for log in lost)
        self.failures.append((directory.path, names))

    def _progressed(self, opened: int, total: int) -> None:
        self.progress.append((opened, total))

    def config_of(self, topic: str) -> LogConfig:
        """Return a topic's settings."""
        return self.configs.get(topic, LogConfig())

    def kill(self) -> None:
        """End the process without a word."""
        self.disk.restart_process()

    def cut_power(self, seed: int) -> None:
        """End the machine's run without a word."""
        self.disk.restart_machine(seed)
        self.boot_id = f"{self.boot_id}+"

    def create(self, topic: str, partition: int = 0, topic_id: bytes | None = None) -> PartitionLog:
        """Make a log."""
        return self.logs.create_log(
            topic, partition, topic_id or random_uuid(), self.config_of(topic)
        )

    def run_jobs(self, advance_ms: int = 0) -> int:
        """Let time pass, then run what is due until nothing is; return how many jobs ran."""
        self.clock.advance(advance_ms)
        count = 0
        while jobs := self.logs.due_jobs(self.clock.now_ms()):
            for job in jobs:
                job.run()
                job.finish()
            count += len(jobs)
        return count


def append(
    log: PartitionLog,
    *values: bytes | None,
    key: bytes | None = None,
    timestamp_ms: int = TIME_MS,
    **batch: Any,
) -> AppendResult:
    """Append one batch of the given values, and write it."""
    records = [Record(number, timestamp_ms, key, value) for number, value in enumerate(values)]
    return append_records(log, records, **batch)


def append_records(log: PartitionLog, records: Iterable[Record], **batch: Any) -> AppendResult:
    """Append one batch, and write it."""
    view = memoryview(bytearray(build_batch(records, **batch)))
    result = log.append(view, [read_header(view)], 0, TIME_MS)
    log.write_staged()
    return result


def read_records(log: PartitionLog, offset: int | None = None) -> list[Record]:
    """Read all records from an offset on (default: the log start offset)."""
    position = log.log_start_offset if offset is None else offset
    records: list[Record] = []
    while (part := log.locate(position, 1 << 20, log.log_end_offset)) is not None:
        data = bytes(part.read())
        for at, header in iter_headers(data, partial_tail=True):
            if header.next_offset > position:
                records += decode_records(data[at : at + header.size_bytes])
                position = header.next_offset
    return records


def values_of(log: PartitionLog) -> list[bytes | None]:
    """Return all values in a log."""
    return [record.value for record in read_records(log)]
