# SPDX-License-Identifier: Apache-2.0
"""The accumulator: nothing lost, nothing twice, order kept, batches within their size."""

from __future__ import annotations

import random
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.client.accumulator import RECORD_OVERHEAD_BYTES, Accumulator, cut_values
from ottla.client.partitioner import partition_for_key


class Clock:
    """Stands until it is moved."""

    def __init__(self) -> None:
        self.now_ms = 1_000.0

    def __call__(self) -> float:
        """Return what it shows."""
        return self.now_ms


def make(partition_count=3, *, batch_bytes=200, linger_ms=5, buffer_bytes=10_000):
    """Return an accumulator with one topic, its clock, and what it woke."""
    clock, woken = Clock(), []
    accumulator = Accumulator(
        batch_bytes=batch_bytes,
        linger_ms=linger_ms,
        buffer_bytes=buffer_bytes,
        now_ms=clock,
        wake=lambda: woken.append(clock.now_ms),
    )
    accumulator.set_topic("t", partition_count, random.Random(1))
    return accumulator, clock, woken


records_strategy = st.lists(
    st.one_of(
        st.tuples(
            st.just("append"),
            st.none() | st.integers(0, 2),
            st.none() | st.binary(max_size=5),
            st.none() | st.integers(0, 150),
        ),
        st.tuples(st.just("many"), st.none() | st.integers(0, 2), st.integers(1, 40)),
        st.just(("wait",)),
        st.just(("take",)),
        st.just(("flush",)),
    ),
    max_size=60,
)


@given(records_strategy)
def test_every_record_leaves_once_and_in_order(steps):
    """Whatever happens in between, partitions get their records in the order they were sent."""
    accumulator, clock, _ = make()
    records = accumulator.topics["t"]
    sent, taken = {}, []
    number = 0
    for step in steps:
        if step[0] == "append":
            _, partition, key, padding = step
            value = None if padding is None else b"%d:" % number + b"x" * padding
            delivery = accumulator.append(records, partition, key, value, (), number)
            batch = delivery._batch
            sent.setdefault(batch.partition, []).append(value)
            if partition is not None:
                assert batch.partition == partition
            elif key is not None:
                assert batch.partition == partition_for_key(key, 3)
            number += 1
        elif step[0] == "many":
            values = [b"%d:" % (number + n) for n in range(step[2])]
            number += step[2]
            for run, size in cut_values(values, 200):
                batch = accumulator.append_batch(records, step[1], run, size, number)
                sent.setdefault(batch.partition, []).extend(run)
        elif step[0] == "wait":
            clock.now_ms += 3
        else:
            taken += accumulator.take_ready(everything=step[0] == "flush")
    taken += accumulator.take_ready(everything=True)
    arrived = {}
    for batch in taken:
        arrived.setdefault(batch.partition, []).extend(batch.values)
        assert batch.size_bytes <= 200 or len(batch.values) == 1
        assert len(batch.timestamps) == len(batch.values)
        assert batch.keys is None or len(batch.keys) == len(batch.values)
    assert arrived == sent
    assert accumulator.buffered_bytes == sum(batch.size_bytes for batch in taken)
    assert accumulator.is_idle == (not taken)
    for batch in taken:
        accumulator.settle(batch, 0, None)
    assert accumulator.is_idle
    assert accumulator.buffered_bytes == 0


def test_a_batch_leaves_when_it_is_old_or_full():
    """Before that it stays, so that others can join it."""
    accumulator, clock, woken = make(1)
    records = accumulator.topics["t"]
    accumulator.append(records, None, None, b"a", (), 1)
    assert accumulator.take_ready() == []
    assert accumulator.next_ready_ms() == clock.now_ms + 5
    clock.now_ms += 5
    (old,) = accumulator.take_ready()
    assert old.values == [b"a"]
    assert accumulator.next_ready_ms() is None
    for _ in range(3):
        accumulator.append(records, None, None, b"x" * 80, (), 1)
    (full,) = accumulator.take_ready()
    assert len(full.values) == 2
    assert len(woken) == 3  # once for each batch that opened


def test_it_is_full_until_batches_have_their_outcome():
    """The bound counts what is under way, taken or not."""
    accumulator, _, _ = make(1, buffer_bytes=100)
    accumulator.append(accumulator.topics["t"], None, None, b"x" * 100, (), 1)
    assert accumulator.is_full
    (batch,) = accumulator.take_ready(everything=True)
    assert accumulator.is_full
    accumulator.settle(batch, 7, None)
    assert not accumulator.is_full


def test_keyless_records_prefer_partitions_with_less_under_way():
    """A partition whose batches pile up is left alone (KIP-794)."""
    accumulator, _, _ = make(3, batch_bytes=50)
    records = accumulator.topics["t"]
    slow = records.sticky
    records.under_way[slow] = 50
    counts = dict.fromkeys(range(3), 0)
    for _ in range(300):
        delivery = accumulator.append(records, None, None, b"x" * 40, (), 1)
        counts[delivery._batch.partition] += 1
        for batch in accumulator.take_ready():
            accumulator.settle(batch, 0, None)
    assert sum(counts.values()) == 300
    assert counts[slow] == 1  # the first, before there was a choice
    assert min(counts[number] for number in range(3) if number != slow) > 100


def test_deliveries_say_where_records_are():
    """Offsets count from the batch's; errors belong to all of its records."""
    accumulator, _, _ = make(1)
    records = accumulator.topics["t"]
    first = accumulator.append(records, 0, b"k", b"a", (), 11)
    second = accumulator.append(records, 0, None, b"b", (), 12)
    seen = []
    second.add_callback(seen.append)
    with pytest.raises(TimeoutError):
        first.result(0)
    (batch,) = accumulator.take_ready(everything=True)
    assert batch.keys == [b"k", None]
    accumulator.settle(batch, 40, None)
    assert first.result() == ("t", 0, 40, 11)
    assert second.result() == ("t", 0, 41, 12)
    assert seen == [second]
    third = accumulator.append(records, 0, None, b"c", (), 13)
    (batch,) = accumulator.take_ready(everything=True)
    accumulator.settle(batch, -1, ValueError("no"))
    assert str(third.exception()) == "no"
    with pytest.raises(ValueError, match="no"):
        third.result()


def test_threads_may_send_at_the_same_time():
    """Four threads, one partition: each keeps its own order."""
    accumulator, _, _ = make(1, batch_bytes=500, buffer_bytes=1 << 30)
    records = accumulator.topics["t"]

    def send(name):
        for number in range(2_000):
            accumulator.append(records, None, None, b"%d %d" % (name, number), (), 1)

    threads = [threading.Thread(target=send, args=(name,)) for name in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    values = [value for batch in accumulator.take_ready(everything=True) for value in batch.values]
    for name in range(4):
        own = [value for value in values if value.startswith(b"%d " % name)]
        assert own == [b"%d %d" % (name, number) for number in range(2_000)]


@given(st.lists(st.integers(0, 300), max_size=50), st.integers(20, 200))
def test_cut_values(lengths, batch_bytes):
    """Runs are as long as they can be, and together they are what was given."""
    values = [b"x" * length for length in lengths]
    runs = list(cut_values(values, batch_bytes))
    assert [value for run, _ in runs for value in run] == values
    for place, (run, size) in enumerate(runs):
        assert size == sum(len(value) + RECORD_OVERHEAD_BYTES for value in run)
        assert size <= batch_bytes or len(run) == 1
        if place + 1 < len(runs):
            assert size + len(runs[place + 1][0][0]) + RECORD_OVERHEAD_BYTES > batch_bytes
