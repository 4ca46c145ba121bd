# SPDX-License-Identifier: Apache-2.0
"""Batches whose records go through interceptors."""

from __future__ import annotations

import pytest

from ottla.client.consumer_record import Deserializers
from ottla.client.errors import ConfigurationError, SerializationError
from ottla.client.fetch import FetchedBatches
from ottla.client.intercepted_batch import InterceptedBatch
from ottla.client.interceptor_chain import ConsumerChain
from ottla.client.interceptors import ConsumerInterceptor
from ottla.client.topic_partition import TopicPartition
from ottla.records.batch import iter_headers
from ottla.records.bulk_builder import build_value_batch


class Odd(ConsumerInterceptor):
    """Leaves out what is even."""

    def __init__(self) -> None:
        self.calls = []

    def on_records(self, records):
        """Keep the rest."""
        self.calls.append([record.value for record in records])
        return [record for record in records if record.value % 2]


def make(*values: bytes):
    """Return a batch of numbers, and its interceptor."""
    data = memoryview(build_value_batch(list(values), timestamp_ms=1))
    batches = tuple((header, data) for _, header in iter_headers(data))
    fetched = FetchedBatches(TopicPartition("t", 0), 0, len(values), len(values), batches)
    odd = Odd()
    return InterceptedBatch(fetched, Deserializers(value=int), ConsumerChain([odd])), odd


def test_every_way_to_look_gives_the_same_and_asks_once():
    """Iteration, values and the number of records."""
    batch, odd = make(b"1", b"2", b"3", b"4", b"5")
    assert not odd.calls  # nothing is decoded for a batch that nobody looks at
    assert [record.value for record in batch] == [1, 3, 5]
    assert [record.offset for record in batch] == [0, 2, 4]
    assert batch.values() == [1, 3, 5]
    assert len(batch) == 3
    assert odd.calls == [[1, 2, 3, 4, 5]]
    assert batch.next_offset == 5


def test_what_comes_before_an_unreadable_record_is_handed_out():
    """The error stands where the record stands."""
    batch, odd = make(b"1", b"2", b"x", b"4")
    found = []
    with pytest.raises(SerializationError, match="offset 2"):
        found.extend(batch)
    assert [record.value for record in found] == [1]
    with pytest.raises(SerializationError, match="offset 2"):
        batch.values()
    assert odd.calls == [[1, 2]]


def test_an_unreadable_record_at_the_beginning():
    """There is nothing to show."""
    batch, odd = make(b"x", b"2")
    with pytest.raises(SerializationError, match="offset 0"):
        list(batch)
    assert odd.calls == []


@pytest.mark.parametrize("method", ["to_arrow", "to_pandas", "to_polars"])
def test_columns_are_refused(method):
    """They would pass the interceptors by."""
    batch, _ = make(b"1")
    with pytest.raises(ConfigurationError, match=f"{method} makes columns .*interceptors"):
        getattr(batch, method)()
