# SPDX-License-Identifier: Apache-2.0
"""Interceptors in a row: order, changes, and that none of them can do harm."""

from __future__ import annotations

import logging
import threading

import pytest

from ottla.client.consumer_record import ConsumerRecord
from ottla.client.delivery import NO_OFFSET, PendingBatch, RecordMetadata
from ottla.client.errors import ConfigurationError
from ottla.client.interceptor_chain import ConsumerChain, ProducerChain, check_interceptors
from ottla.client.interceptors import ConsumerInterceptor, ProducerInterceptor
from ottla.client.producer_record import ProducerRecord
from ottla.client.topic_partition import TopicPartition

RECORD = ProducerRecord("t", "dosa", "k", (), None, None)
RECORDS = [ConsumerRecord("t", 0, offset, 1, None, b"%d" % offset) for offset in range(5)]


class Append(ProducerInterceptor):
    """Adds a letter to values, and keeps what became of records."""

    def __init__(self, letter) -> None:
        self.letter = letter
        self.outcomes = []

    def on_send(self, record):
        """Add it."""
        return record._replace(value=record.value + self.letter)

    def on_delivery(self, metadata, error):
        """Keep it."""
        self.outcomes.append((metadata, error))


class Returns(ProducerInterceptor):
    """Returns what it is told to, whatever comes."""

    def __init__(self, result) -> None:
        self.result = result

    def on_send(self, record):
        """Return it."""
        return self.result


class Burns(ProducerInterceptor, ConsumerInterceptor):
    """Raises wherever it can."""

    def on_send(self, record):
        """Raise."""
        raise RuntimeError("on fire")

    on_delivery = on_records = on_commit = lambda *_: 1 / 0


class Gives(ConsumerInterceptor):
    """Returns what a function makes of records."""

    def __init__(self, change) -> None:
        self.change = change
        self.commits = []

    def on_records(self, records):
        """Return what the function does."""
        return self.change(records)

    def on_commit(self, offsets):
        """Keep them, and spoil them for the others."""
        self.commits.append(dict(offsets))
        offsets.clear()


def warnings_of(caplog):
    """Return the warnings of interceptors."""
    return [
        record.getMessage()
        for record in caplog.records
        if record.name == "ottla.interceptors" and record.levelno == logging.WARNING
    ]


def batch_of(count):
    """Return a batch of that many records."""
    batch = PendingBatch("t", 2, 0.0, threading.Lock())
    batch.values, batch.timestamps = [b"x"] * count, list(range(100, 100 + count))
    return batch


def test_each_gets_what_the_one_before_returned():
    """In the order in which they were given."""
    chain = ProducerChain([Append("-1"), Append("-2"), Append("-3")])
    assert chain.on_send(RECORD, 3) == RECORD._replace(value="dosa-1-2-3")


def test_one_that_raises_is_named_and_passed_over(caplog):
    """The record goes on as it was before it; the second failure is not a warning any more."""
    chain = ProducerChain([Append("-1"), Burns(), Append("-2")])
    for _ in range(3):
        assert chain.on_send(RECORD, 3).value == "dosa-1-2"
    (warning,) = warnings_of(caplog)
    assert warning.startswith(f"on_send of interceptor {__name__}.Burns failed; ")
    (record,) = [each for each in caplog.records if each.levelno == logging.WARNING]
    assert "on fire" in str(record.exc_info[1])


@pytest.mark.parametrize(
    "wrong",
    [
        None,
        tuple(RECORD),
        RECORD._replace(topic="other"),
        RECORD._replace(partition=3),
        RECORD._replace(partition=-1),
        RECORD._replace(partition="0"),
    ],
)
def test_what_is_against_the_rules_is_not_sent(caplog, wrong):
    """The record goes on as it was, and the log says whose fault it is."""
    chain = ProducerChain([Append("-1"), Returns(wrong)])
    assert chain.on_send(RECORD, 3) == RECORD._replace(value="dosa-1")
    (warning,) = warnings_of(caplog)
    assert f"{__name__}.Returns" in warning


def test_everything_but_the_topic_may_change():
    """Value, key, headers, partition and time."""
    changed = ProducerRecord("t", None, b"k2", (("h", b"v"),), 2, 77)
    assert ProducerChain([Returns(changed)]).on_send(RECORD, 3) == changed


def test_what_became_of_a_batch_is_told_record_by_record(caplog):
    """With offsets when it was stored, without when it was not, and to everybody."""
    first, last = Append("1"), Append("2")
    chain = ProducerChain([first, Burns(), last])
    error = RuntimeError("no")
    chain.on_batch(batch_of(2), 40, None)
    chain.on_batch(batch_of(1), NO_OFFSET, None)  # acks=0
    chain.on_batch(batch_of(1), NO_OFFSET, error)
    chain.on_refusal(error)
    assert first.outcomes == [
        (RecordMetadata("t", 2, 40, 100), None),
        (RecordMetadata("t", 2, 41, 101), None),
        (RecordMetadata("t", 2, NO_OFFSET, 100), None),
        (RecordMetadata("t", 2, NO_OFFSET, 100), error),
        (None, error),
    ]
    assert last.outcomes == first.outcomes
    assert len(warnings_of(caplog)) == 1


def test_methods_that_nobody_overrides_cost_nothing():
    """Who only listens is no reason to look at each record."""
    assert not ProducerChain([ProducerInterceptor()]).changes_records
    assert not ConsumerChain([ConsumerInterceptor()]).changes_records
    assert ProducerChain([ProducerInterceptor(), Append("")]).changes_records
    plain = ProducerInterceptor()
    plain.on_send = lambda record: record._replace(value=1)  # type: ignore[method-assign]
    assert ProducerChain([plain]).on_send(RECORD, 1).value == 1
    assert ProducerInterceptor().on_send(RECORD) is RECORD
    assert ConsumerInterceptor().on_records(RECORDS) is RECORDS


def test_records_are_changed_and_left_out_in_order():
    """Each consumer interceptor gets what the one before has left."""
    seen = []
    chain = ConsumerChain(
        [
            Gives(lambda records: [r._replace(value=r.value + b"!") for r in records]),
            Gives(lambda records: (r for r in records if r.offset % 2)),
            Gives(lambda records: seen.append(list(records)) or records),
        ]
    )
    kept = chain.on_records(list(RECORDS))
    assert [(record.offset, record.value) for record in kept] == [(1, b"1!"), (3, b"3!")]
    assert seen == [kept]


@pytest.mark.parametrize(
    "change",
    [
        lambda _: None,
        lambda records: records[::-1],
        lambda records: [records[0], records[0]],
        lambda records: [records[0]._replace(offset=99)],
        lambda records: [records[0]._replace(topic="other")],
        lambda records: [tuple(record) for record in records],
        lambda records: records.clear(),  # the list is the interceptor's own
    ],
)
def test_no_record_is_lost_by_a_wrong_result(caplog, change):
    """What would upset positions and commits is not handed out."""
    chain = ConsumerChain([Gives(change), Gives(lambda records: records[1:])])
    assert chain.on_records(list(RECORDS)) == RECORDS[1:]
    (warning,) = warnings_of(caplog)
    assert warning.startswith(f"on_records of interceptor {__name__}.Gives failed")


def test_everybody_hears_of_commits(caplog):
    """Whatever one of them raises, or does to the mapping."""
    first, last = Gives(list), Gives(list)
    offsets = {TopicPartition("t", 0): 5}
    ConsumerChain([first, Burns(), last]).on_commit(offsets)
    assert first.commits == last.commits == [offsets]
    assert offsets
    assert len(warnings_of(caplog)) == 1


@pytest.mark.parametrize("wrong", [Append("x"), [Append], [Gives(list)], [None], "Append"])
def test_a_wrong_option_is_named(wrong):
    """Also an interceptor of the other kind, and a class in the place of an object."""
    with pytest.raises(ConfigurationError, match=r"interceptors=.*derive from ProducerInterceptor"):
        check_interceptors(wrong, ProducerInterceptor)
    check_interceptors((Append("x"), Burns()), ProducerInterceptor)
