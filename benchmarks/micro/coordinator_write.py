# SPDX-License-Identifier: Apache-2.0
"""A coordinator's write without sockets: decide, append, replay, answer.

`python -m benchmarks.micro.coordinator_write` prints the cost of a write of ten records.
"""

from __future__ import annotations

import tempfile
import time

from benchmarks.micro.socketless import SocketlessBroker
from ottla.base.clock import Moment
from ottla.broker.coordinator_partition import LedPartition
from ottla.coordinators.ports import CoordinatorRecord, Result
from ottla.coordinators.runtime import CoordinatorRuntime

WRITES = 20_000
WRITES_IN_BURST = 50
RECORDS = 10


class LastValues:
    """The smallest shard."""

    def __init__(self, _: int) -> None:
        self.values: dict[bytes, bytes | None] = {}
        self.records = [CoordinatorRecord(b"key-%032d" % at, b"v" * 40) for at in range(RECORDS)]

    def replay(self, record: CoordinatorRecord, *_: object) -> None:
        """Keep the value."""
        self.values[record.key] = record.value

    def replay_marker(self, *_: object, **__: object) -> None:
        """Take no part in transactions."""

    def loaded(self, _: Moment) -> Result[None]:
        """Have nothing to do."""
        return Result((), None)

    def next_deadline_ms(self) -> int | None:
        """Have no timers."""
        return None

    def on_deadline(self, _: Moment) -> Result[None]:
        """Have no timers."""
        return Result((), None)

    def parked(self) -> tuple[()]:
        """Park nobody."""
        return ()

    def write(self) -> Result[None]:
        """Decide on ten records."""
        return Result(self.records, None)


def main() -> None:
    """Print microseconds of CPU for each write."""
    with tempfile.TemporaryDirectory() as directory:
        broker = SocketlessBroker(directory)
        burst = broker.burst
        runtime = CoordinatorRuntime(LastValues)
        runtime.begin_load(0, LedPartition(broker.partition, burst))
        moment = Moment(0, 1_700_000_000_000)
        runtime.finish_load(0, 0, moment)
        started = time.process_time()
        for number in range(1, WRITES + 1):
            runtime.write(0, LastValues.write, moment)
            if number % WRITES_IN_BURST == 0:
                burst.end()
                runtime.committed(0)
        seconds = time.process_time() - started
    print(f"{seconds / WRITES * 1e6:.1f} us for each write of {RECORDS} records")


if __name__ == "__main__":
    main()
