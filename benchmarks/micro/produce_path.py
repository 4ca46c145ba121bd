# SPDX-License-Identifier: Apache-2.0
"""What a Produce request costs from received bytes to queued answer and written file.

`python -m benchmarks.micro.produce_path`; a loop is one request, in bursts as they arrive.
"""

from __future__ import annotations

import tempfile
import time
from functools import partial

from benchmarks import frames
from benchmarks.micro.runner import runner_of
from benchmarks.micro.socketless import BURST_BYTES, TOPIC, SocketlessBroker


def produce(loops: int, *, record_count: int) -> float:
    """Take in `loops` requests; return the seconds that it took."""
    batch = frames.batch_of([b"x" * 100] * record_count)
    request = frames.produce([(TOPIC, [0])], batch.data)
    in_burst = max(1, BURST_BYTES // len(request))
    burst = request * in_burst
    with tempfile.TemporaryDirectory() as directory:
        broker = SocketlessBroker(directory)
        broker.receive(request)
        began = time.perf_counter()
        for _ in range(loops // in_burst):
            broker.receive(burst)
        broker.receive(request * (loops % in_burst))
        elapsed = time.perf_counter() - began
        answers = broker.sink.written_bytes // frames.produce_answer_layout([(TOPIC, [0])]).size
        assert answers == loops + 1
        return elapsed


def main() -> None:
    """Run every case."""
    runner = runner_of(__spec__)
    for record_count in (1, 147):
        name = f"produce request of {record_count} x 100 B"
        runner.bench_time_func(name, partial(produce, record_count=record_count))


if __name__ == "__main__":
    main()
