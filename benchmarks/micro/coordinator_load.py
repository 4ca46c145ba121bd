# SPDX-License-Identifier: Apache-2.0
"""What a coordinator's partition costs to be read again: decoding its batches, replaying commits.

`python -m benchmarks.micro.coordinator_load` prints CPU for each record, in batches of ten.
"""

from __future__ import annotations

import struct
import time

from ottla.broker.config import BrokerConfig
from ottla.broker.coordinator_partition import decode_batches, encode_batch
from ottla.coordinators.group.shard import GroupShard
from ottla.coordinators.ports import CoordinatorRecord
from ottla.metadata.image import ClusterImage

RECORDS = 300_000
IN_BATCH = 10
RUNS = 5

_KEY = struct.Struct(">hh9sh5si")
_VALUE = struct.Struct(">hqihq")


def commit(number: int) -> CoordinatorRecord:
    """Return one committed offset; a hundred groups commit ten partitions in turn."""
    spot = number % 1000
    key = _KEY.pack(1, 9, b"group-%03d" % (spot // 10), 5, b"topic", spot % 10)
    return CoordinatorRecord(key, _VALUE.pack(3, number, -1, 0, 1_700_000_000_000))


def log() -> bytes:
    """Return the partition's bytes."""
    data = bytearray()
    for first in range(0, RECORDS, IN_BATCH):
        records = [commit(number) for number in range(first, first + IN_BATCH)]
        batch = encode_batch(records, 1_700_000_000_000, None)
        batch[:8] = first.to_bytes(8, "big")
        data += batch
    return bytes(data)


def load(data: bytes) -> float:
    """Return the CPU seconds of one load."""
    shard = GroupShard(0, ClusterImage("cluster"), BrokerConfig.load({}), lambda: "member")
    started = time.process_time()
    replay = shard.replay
    for batch in decode_batches(data):
        for offset, record in batch.records:
            replay(record, offset, None)
    return time.process_time() - started


def main() -> None:
    """Print the best of some runs."""
    data = log()
    seconds = min(load(data) for _ in range(RUNS))
    print(f"{seconds / RECORDS * 1e6:.2f} us of CPU for each record")


if __name__ == "__main__":
    main()
