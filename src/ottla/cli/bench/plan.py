# SPDX-License-Identifier: Apache-2.0
"""What is to be measured, and the records that are sent for it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from enum import Enum
from typing import Final

DIFFERENT_VALUES_MAX: Final = 1_000
VALUES_BYTES_MAX: Final = 8_000_000


class Kind(Enum):
    """The three measurements."""

    PRODUCE = "produce"
    CONSUME = "consume"
    END_TO_END = "end-to-end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One measurement; whichever of `records` and `seconds` is reached first ends it."""

    kind: Kind
    topic: str
    is_temporary: bool  # made before and deleted afterwards
    partitions: int
    replication_factor: int | None  # None: the cluster's default
    record_size: int
    records: int | None
    seconds: float | None
    rate: float | None  # records a second; None: as many as go
    acks: str
    compression: str
    batch_size: int
    linger_ms: float

    def is_enough(self, record_count: int, elapsed_s: float) -> bool:
        """Say whether the measurement is over."""
        return (self.records is not None and record_count >= self.records) or (
            self.seconds is not None and elapsed_s >= self.seconds
        )


def make_values(record_size: int, seed: int = 1) -> list[bytes]:
    """Return values to send in turn: hexadecimal digits, which compress to about a half."""
    count = max(1, min(DIFFERENT_VALUES_MAX, VALUES_BYTES_MAX // record_size))
    source = random.Random(seed)  # noqa: S311 - the same load each time
    digits = (record_size + 1) // 2
    return [source.randbytes(digits).hex().encode()[:record_size] for _ in range(count)]
