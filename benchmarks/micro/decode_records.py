# SPDX-License-Identifier: Apache-2.0
"""What reading and writing records costs: `python -m benchmarks.micro.decode_records`."""

from __future__ import annotations

import random

from benchmarks.micro.runner import runner_of
from ottla.records.builder import build_batch
from ottla.records.compression import Codec
from ottla.records.record import Record, decode_records

NOW = 1_700_000_000_000


def main() -> None:
    """Run every codec in both directions."""
    runner = runner_of(__spec__)
    draw = random.Random(1)
    records = [Record(at, NOW + at, draw.randbytes(8), draw.randbytes(100)) for at in range(1000)]
    for codec in Codec:
        batch = build_batch(records, codec=codec)
        runner.bench_func(f"decode, {codec.name.lower()}", decode_records, batch)
        runner.bench_func(f"build, {codec.name.lower()}", build_one, records, codec)


def build_one(records: list[Record], codec: Codec) -> bytes:
    """Build the batch again."""
    return build_batch(records, codec=codec)


if __name__ == "__main__":
    main()
