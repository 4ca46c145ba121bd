# SPDX-License-Identifier: Apache-2.0
"""What it costs to stage a batch: `python -m benchmarks.micro.partition_log_append`.

The file system is real but idle: everything stays staged, as in a burst that is never written.
"""

from __future__ import annotations

import tempfile
import time

from benchmarks.micro.runner import runner_of
from ottla.base.clock import SystemClock
from ottla.records.batch import read_header
from ottla.records.builder import build_batch
from ottla.records.record import Record
from ottla.storage.files import LocalFileSystem
from ottla.storage.log_config import LogConfig
from ottla.storage.partition_log import PartitionLog

NOW = 1_700_000_000_000
CONFIG = LogConfig(segment_bytes=2**31 - 1)


def append(loops: int, *, record_count: int, idempotent: bool) -> float:
    """Stage `loops` batches; return the seconds that it took."""
    records = [Record(at, NOW, None, b"x" * 100) for at in range(record_count)]
    data = memoryview(bytearray(build_batch(records)))
    header = read_header(data)
    producer_id = 7 if idempotent else -1
    headers = [
        [
            header._replace(
                producer_id=producer_id, producer_epoch=0, base_sequence=at * record_count
            )
        ]
        for at in range(loops)
    ]
    with tempfile.TemporaryDirectory() as directory:
        log = PartitionLog.open(
            f"{directory}/t-0", "t", 0, CONFIG, files=LocalFileSystem(), clock=SystemClock(),
            clean=True,
        )  # fmt: skip
        start = time.perf_counter()
        for each in headers:
            log.append(data, each, 0, NOW)
        elapsed = time.perf_counter() - start
        log._staged.clear()  # noqa: SLF001 - nothing of it is worth writing
        return elapsed


def main() -> None:
    """Run every case."""
    runner = runner_of(__spec__)
    for idempotent in (False, True):
        for record_count in (1, 147):
            kind = "idempotent" if idempotent else "plain"
            name = f"stage a batch of {record_count} x 100 B, {kind}"
            runner.bench_time_func(
                name, _with_options(record_count=record_count, idempotent=idempotent)
            )


def _with_options(*, record_count: int, idempotent: bool):
    def run(loops):
        return append(loops, record_count=record_count, idempotent=idempotent)

    return run


if __name__ == "__main__":
    main()
