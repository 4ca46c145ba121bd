# SPDX-License-Identifier: Apache-2.0
"""What was seen at the end of each cycle, and whether the client has grown over them."""

from statistics import median
from typing import Final, NamedTuple

FEWEST_TO_JUDGE: Final = 8
GROWTH_MAX: Final = 1.1
SLACK_MIB: Final = 4.0
SLACK_COUNT: Final = 4


class Sample(NamedTuple):
    """One cycle. Counts are since the beginning; the client is this process."""

    minutes: float
    sent: int
    acknowledged: int
    read: int
    longest_gap_s: float
    """Between two deliveries, in this cycle: the restart and what the client makes of it."""
    client_mib: float
    client_files: int
    client_threads: int
    broker_mib: float


def growth(samples: list[Sample]) -> list[str]:
    """Return what has grown from the second quarter of a run to its last; none if too short.

    The first quarter fills buffers and caches. Medians, because a cycle may be measured while
    records wait for a broker.
    """
    if len(samples) < FEWEST_TO_JUDGE:
        return []
    quarter = len(samples) // 4
    early, late = samples[quarter : 2 * quarter], samples[-quarter:]
    found = []
    for name, unit, slack in (
        ("client_mib", "MiB", SLACK_MIB),
        ("client_files", "open files", SLACK_COUNT),
        ("client_threads", "threads", SLACK_COUNT),
    ):
        before = median(getattr(sample, name) for sample in early)
        after = median(getattr(sample, name) for sample in late)
        if after > GROWTH_MAX * before + slack:
            found.append(f"the client grew from {before:g} to {after:g} {unit}")
    return found
