# SPDX-License-Identifier: Apache-2.0
"""The bounded part of `make soak`, and its checks on runs that have something to be found."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest
from tools.soak.samples import FEWEST_TO_JUDGE, Sample, growth
from tools.soak.work import Reading

COUNT = 4 * FEWEST_TO_JUDGE


def test_restarts_lose_and_double_nothing() -> None:
    """A broker is stopped and killed in turn beside a producer and a member of a group."""
    command = [sys.executable, "-m", "tools.soak", "--minutes", "0.25", "--every", "3"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "Nothing was lost" in ended.stdout
    assert re.search(r"clean .*\n.*kill -9 ", ended.stdout), ended.stdout


def read(*records: tuple[int, int, int]) -> Reading:
    """Return a reader that was handed (partition, offset, number)."""
    reading = Reading("127.0.0.1:1")
    for partition, offset, number in records:
        reading.check(partition, offset, b"%d xxx" % number)
    return reading


def test_records_in_their_places() -> None:
    """What was sent was read; some of it again, as may happen after a restart."""
    reading = read((0, 0, 0), (1, 0, 1), (0, 1, 3), (0, 0, 0), (0, 1, 3), (2, 0, 2))
    assert reading.complaints == []
    assert reading.missing(4) == []
    assert reading.read == 6


@pytest.mark.parametrize(
    ("records", "text"),
    [
        ([(0, 0, 0), (0, 1, 0)], "record 0 is at offset 1 of partition 0"),  # stored twice
        ([(0, 0, 0), (0, 1, 6)], "record 6 is at offset 1 of partition 0"),  # one is lost
        ([(0, 0, 3), (0, 1, 0)], "record 3 is at offset 0 of partition 0"),  # out of order
        ([(1, 0, 0)], "record 0 is at offset 0 of partition 1"),  # in another partition
        ([(0, 0, 0), (0, 2, 6)], "offsets 1 to 1 of partition 0 were not handed out"),
    ],
)
def test_records_that_are_not(records: list[tuple[int, int, int]], text: str) -> None:
    """Each kind of mistake is told."""
    assert text in read(*records).complaints


def test_records_that_are_not_read() -> None:
    """What is missing at the end is told, partition by partition."""
    assert read((0, 0, 0)).missing(3) == [
        "partition 1 was read to 0, and 1 records were sent to it",
        "partition 2 was read to 0, and 1 records were sent to it",
    ]


def sample(**changed: float) -> Sample:
    """Return a cycle in which nothing is remarkable."""
    quiet = Sample(1.0, 100, 100, 100, 0.5, 40.0, 20, 6, 40.0)
    return quiet._replace(**changed)  # type: ignore[arg-type]


def test_a_steady_client() -> None:
    """Warming up, noise and single peaks are no growth."""
    samples = [sample(client_mib=30.0 + min(number, 8)) for number in range(COUNT)]
    samples[-2] = sample(client_mib=90.0)
    assert growth(samples) == []


@pytest.mark.parametrize(
    ("name", "step"), [("client_mib", 1.0), ("client_files", 1), ("client_threads", 1)]
)
def test_a_client_that_grows(name: str, step: float) -> None:
    """A little with each cycle is found, in a run that is long enough."""
    samples = [sample(**{name: 20 + step * number}) for number in range(COUNT)]
    [found] = growth(samples)
    assert "the client grew from" in found
    assert growth(samples[: FEWEST_TO_JUDGE - 1]) == []
