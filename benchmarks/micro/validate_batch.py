# SPDX-License-Identifier: Apache-2.0
"""What the gate in front of every append costs: `python -m benchmarks.micro.validate_batch`.

Record sizes that repeat and sizes that vary are measured apart: see docs/decisions/0004.
"""

from __future__ import annotations

import random

from benchmarks.micro.runner import runner_of
from ottla.records.builder import build_batch
from ottla.records.compression import Codec
from ottla.records.record import Record
from ottla.records.validation import ValidationLimits, validate_batch

NOW = 1_700_000_000_000
CASES = ((1, 100, 0), (147, 100, 0), (147, 100, 20), (1000, 1000, 0), (1000, 1000, 20))


def batch_of(count: int, size: int, spread: int, codec: Codec = Codec.NONE) -> memoryview:
    """Build a batch of random values of `size` to `size + spread` bytes."""
    draw = random.Random(1)
    records = [
        Record(at, NOW, None, draw.randbytes(size + draw.randint(0, spread))) for at in range(count)
    ]
    return memoryview(bytearray(build_batch(records, codec=codec)))


def main() -> None:
    """Run every case."""
    runner = runner_of(__spec__)
    limits = ValidationLimits()
    for count, size, spread in CASES:
        name = f"{count} x {size} to {size + spread} B"
        runner.bench_func(name, validate_batch, batch_of(count, size, spread), limits, NOW)
    packed = batch_of(147, 100, 20, Codec.ZSTD)
    runner.bench_func("147 x 100 to 120 B, zstd", validate_batch, packed, limits, NOW)


if __name__ == "__main__":
    main()
