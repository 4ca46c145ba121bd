# SPDX-License-Identifier: Apache-2.0
"""What a prober's history is judged by: gaps, percentiles, and the numbers in the log."""

import pytest
from benchmarks.frames import batch_of
from benchmarks.prober import VALUE, judge, longest_gap, numbers_in, percentile
from benchmarks.transaction_frames import Producer, idempotent

MOMENTS = [1.0, 1.1, 1.2, 4.0, 4.1, 4.9, 5.0]


@pytest.mark.parametrize(
    ("since", "until", "gap"),
    [(1.15, 4.5, 2.8), (4.05, 5.0, 0.8), (0.0, 1.25, 0.1), (1.25, 3.2, 2.0), (5.0, 5.5, 0.5)],
)
def test_the_longest_gap_is_one_that_ended_in_the_interval_or_lasts(since, until, gap) -> None:
    """It may have begun before; one that has not ended counts up to the interval's end."""
    assert longest_gap(MOMENTS, since, until) == pytest.approx(gap)


def test_percentiles_are_values_that_occurred() -> None:
    """Of fifty values the 99th percentile is the largest, of one every percentile is it."""
    assert percentile(range(50), 0.99) == 49
    assert percentile(range(50), 0.5) == 24
    assert percentile([7.0], 0.5) == 7.0


@pytest.mark.parametrize(
    ("numbers", "anomaly"),
    [
        ([0, 1, 2], {}),
        ([0, 1, 2, 3], {}),  # the last was written, and its acknowledgement not awaited
        ([0, 2], {"lost": 1}),
        ([0, 1, 1, 2], {"duplicated": 1}),
        ([0, 2, 1], {"disordered": 1}),
        ([0, 1, 2, 9], {"unexpected": 1}),
    ],
)
def test_each_anomaly_of_a_log_is_counted(numbers, anomaly) -> None:
    """Three records were acknowledged: 0, 1 and 2."""
    counted = judge(3, numbers)
    assert counted.pop("acknowledged") == 3
    assert {name: count for name, count in counted.items() if count} == anomaly


def test_numbers_are_read_back_from_batches() -> None:
    """With the offset of each; a batch that is cut off at the end is left for the next fetch."""
    records = bytearray()
    for number in (5, 6, 7):
        batch = bytearray(idempotent(batch_of([VALUE.pack(number)]), Producer(1, 0), number))
        batch[:8] = VALUE.pack(100 + number)  # the base offset, as a broker writes it
        records += batch
    assert numbers_in(bytes(records)) == [(105, 5), (106, 6), (107, 7)]
    assert numbers_in(bytes(records[:-1])) == [(105, 5), (106, 6)]
