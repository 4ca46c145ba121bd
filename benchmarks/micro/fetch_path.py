# SPDX-License-Identifier: Apache-2.0
"""What a Fetch request costs from received bytes to buffers for the transport, data in the cache.

`python -m benchmarks.micro.fetch_path`; a loop is one request for 1 MB, reading on from the last.
"""

from __future__ import annotations

import tempfile
import time

from benchmarks import frames
from benchmarks.micro.runner import runner_of
from benchmarks.micro.socketless import TOPIC, SocketlessBroker

BATCHES = 64
FETCH_BYTES = 1 << 20


def fetch(loops: int) -> float:
    """Answer `loops` requests; return the seconds that it took."""
    batch = frames.filled_batch(1000, 1_000_000)
    with tempfile.TemporaryDirectory() as directory:
        broker = SocketlessBroker(directory)
        for _ in range(BATCHES):
            broker.receive(frames.produce([(TOPIC, [0])], batch.data))
        requests = [
            frames.fetch(
                [(TOPIC, [(0, number * batch.record_count)])],
                max_bytes=FETCH_BYTES,
                partition_max_bytes=FETCH_BYTES,
            )
            for number in range(BATCHES)
        ]
        before = broker.sink.written_bytes
        began = time.perf_counter()
        for number in range(loops):
            broker.receive(requests[number % BATCHES])
        elapsed = time.perf_counter() - began
        assert broker.sink.written_bytes - before > loops * len(batch.data)
        return elapsed


def main() -> None:
    """Run the case."""
    runner_of(__spec__).bench_time_func("fetch request of 1 MB", fetch)


if __name__ == "__main__":
    main()
