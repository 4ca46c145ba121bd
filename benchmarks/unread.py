# SPDX-License-Identifier: Apache-2.0
"""What unread records cost a slow consumer: `python -m benchmarks.unread`.

A consumer of a million records takes one and then works for a few seconds, while it reads ahead.
Shown is by how much its process grew from before the first record to the highest point, in a
process of its own for each prefetch. It must stay below `prefetch_bytes` and what a fetch brings.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time

import psutil
from rich.console import Console
from rich.table import Table

from ottla import Consumer, Producer
from ottla.testing import Broker

RECORD_COUNT = 1_000_000
RECORD_BYTES = 100
PARTITIONS = 6
PREFETCH_MIB = (4, 16, 64)
WORK_S = 3.0
TOPIC = "unread"


def main(arguments: list[str]) -> int:
    """Measure each prefetch, or, as the child, one."""
    if arguments:
        address, prefetch_bytes = arguments
        print(json.dumps(growth(address, int(prefetch_bytes))))
        return 0
    table = Table("prefetch_bytes", "growth", title=f"{RECORD_COUNT:,} unread records")
    with Broker({"num.partitions": str(PARTITIONS)}) as broker:
        address = broker.bootstrap_servers
        with Producer(address) as producer:
            producer.send_many(TOPIC, [bytes(RECORD_BYTES)] * RECORD_COUNT).result()
        for mib in PREFETCH_MIB:
            command = [sys.executable, "-m", "benchmarks.unread", address, str(mib << 20)]
            done = subprocess.run(command, check=True, capture_output=True, text=True)
            table.add_row(f"{mib} MiB", f"{json.loads(done.stdout) / (1 << 20):.1f} MiB")
    Console().print(table)
    return 0


def growth(address: str, prefetch_bytes: int) -> int:
    """Return by how many bytes the process grew at most while its records lay unread."""
    me = psutil.Process()
    with Consumer(
        TOPIC, bootstrap_servers=address, from_beginning=True, prefetch_bytes=prefetch_bytes
    ) as consumer:
        before = highest = me.memory_info().rss
        next(consumer)
        until = time.monotonic() + WORK_S
        while time.monotonic() < until:
            highest = max(highest, me.memory_info().rss)
            time.sleep(0.01)
    return highest - before


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
