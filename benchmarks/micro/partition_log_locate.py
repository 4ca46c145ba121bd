# SPDX-License-Identifier: Apache-2.0
"""What it costs to find bytes: `python -m benchmarks.micro.partition_log_locate`.

A sequential reader finds where the last slice ended; a reader that jumps pays for the search.
"""

from __future__ import annotations

import tempfile
import time
from functools import partial

from benchmarks.micro.runner import runner_of
from ottla.base.clock import SystemClock
from ottla.records.batch import read_header
from ottla.records.builder import build_batch
from ottla.records.record import Record
from ottla.storage.files import LocalFileSystem
from ottla.storage.log_config import LogConfig
from ottla.storage.partition_log import PartitionLog

NOW = 1_700_000_000_000
LOG_BYTES = 8 << 20


def locate(directory: str, loops: int, *, record_count: int, sequential: bool) -> float:
    """Locate `loops` times; return the seconds that it took."""
    records = [Record(at, NOW, None, b"x" * 100) for at in range(record_count)]
    batch = build_batch(records)
    log = PartitionLog.open(
        f"{directory}/t-{record_count}-{sequential}-{time.time_ns()}", "t", 0, LogConfig(),
        files=LocalFileSystem(), clock=SystemClock(), clean=True,
    )  # fmt: skip
    while log.size_bytes < LOG_BYTES:
        view = memoryview(bytearray(batch))
        log.append(view, [read_header(view)], 0, NOW)
    log.write_staged()
    end = log.log_end_offset
    elapsed = 0.0
    offset = 0
    for _ in range(loops):
        start = time.perf_counter()
        part = log.locate(offset, 65536, end)
        elapsed += time.perf_counter() - start
        if sequential:
            following = -(-(part.position + part.size) // len(batch)) * record_count
            offset = following if following < end else 0
        else:
            offset = (offset + 7919) % end
    return elapsed


def main() -> None:
    """Run every case."""
    runner = runner_of(__spec__)
    with tempfile.TemporaryDirectory() as directory:
        for sequential in (True, False):
            for record_count in (1, 147):
                kind = "sequential" if sequential else "anywhere"
                name = f"locate among batches of {record_count} x 100 B, {kind}"
                runner.bench_time_func(
                    name,
                    partial(
                        partial(locate, directory), record_count=record_count, sequential=sequential
                    ),
                )


if __name__ == "__main__":
    main()
