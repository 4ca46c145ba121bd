# SPDX-License-Identifier: Apache-2.0
"""Requests with acks=all that wait for the high watermark of one partition."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from ottla.base.clock import ManualClock
from ottla.broker.commit_queue import CommitQueues
from ottla.broker.produce_codec import encode_response
from ottla.broker.purgatory import Purgatory
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.produce import ProduceResponse
from ottla.storage.partition_log import AppendResult

VERSION = 8
HEADER_BYTES = 8


class Partition:
    """A partition whose watermark the test moves."""

    index = 0
    leader_id = 2
    leader_epoch = 5

    def __init__(self) -> None:
        self.high_watermark = 0
        self.lost_with = None
        self.is_under_min_isr = False
        self.log = SimpleNamespace(truncation_count=0)
        self.observers: list[object] = []

    def observe(self, observer):
        """Remember who waits."""
        self.observers.append(observer)

    def forget(self, observer):
        """Forget who waited."""
        self.observers.remove(observer)

    def tell(self):
        """Tell those who wait."""
        for observer in tuple(self.observers):
            observer.partition_advanced(self)

    def advance(self, high_watermark):
        """Move the watermark."""
        self.high_watermark = high_watermark
        self.tell()


class Bench:
    """Queues, and the answers that came."""

    def __init__(self) -> None:
        self.clock = ManualClock()
        self.purgatory = Purgatory()
        self.queues = CommitQueues(self.purgatory, self.clock)
        self.partition = Partition()
        self.answers: dict[int, object] = {}

    def wait(self, correlation_id, base_offset, *, timeout_ms=100, count=1):
        """Let one request wait."""
        shape = SimpleNamespace(
            timeout_ms=timeout_ms,
            version=VERSION,
            wire_name=b"\x00\x01t",
            pack=lambda *what: b"packed %d at %d" % (what[0], what[1]),
            refuse=lambda correlation_id, outcome: encode_response(
                VERSION, correlation_id, [(b"\x00\x01t", [outcome])]
            ),
        )
        result = AppendResult(base_offset, base_offset + count - 1, -1, 0, duplicate=False)
        reply = SimpleNamespace(
            complete=lambda buffers: self.answers.__setitem__(correlation_id, b"".join(buffers))
        )
        self.queues.wait(self.partition, shape, correlation_id, result, reply)

    def pass_time(self, ms):
        """Let time pass."""
        self.clock.advance(ms)
        self.purgatory.expire(self.clock.now_ms())

    def codes(self):
        """Return what each request was told: its offset, or an error."""
        found = {}
        for correlation_id, data in self.answers.items():
            if data.startswith(b"packed"):
                found[correlation_id] = ErrorCode.NONE
            else:
                response = ProduceResponse.decode(data[HEADER_BYTES:], VERSION)
                partition = response.responses[0].partition_responses[0]
                found[correlation_id] = ErrorCode.of(partition.error_code)
        return found


@pytest.fixture
def bench():
    """Return queues without anybody in them."""
    return Bench()


def test_requests_are_answered_in_order_as_the_watermark_moves(bench):
    """Each once all of its records are committed; the partition is observed once."""
    bench.wait(1, 0)
    bench.wait(2, 1, count=3)
    bench.wait(3, 4)
    assert len(bench.partition.observers) == 1
    bench.partition.advance(3)
    assert bench.answers == {1: b"packed 1 at 0"}
    bench.partition.advance(4)
    assert list(bench.answers) == [1, 2]
    bench.partition.advance(9)
    assert list(bench.answers) == [1, 2, 3]


def test_a_queue_lives_as_long_as_something_waits(bench):
    """Nothing is observed and nothing is due afterwards."""
    bench.wait(1, 0)
    assert len(bench.queues) == 1
    bench.partition.advance(1)
    assert len(bench.queues) == 0
    assert bench.partition.observers == []
    assert len(bench.purgatory) == 0
    bench.wait(2, 1)
    bench.partition.advance(2)
    assert list(bench.answers) == [1, 2]


def test_the_time_of_each_request_is_its_own(bench):
    """REQUEST_TIMED_OUT for those whose time is up, the others go on waiting."""
    bench.wait(1, 0)
    bench.clock.advance(60)
    bench.wait(2, 1)
    bench.pass_time(40)
    assert bench.codes() == {1: ErrorCode.REQUEST_TIMED_OUT}
    bench.partition.advance(2)
    assert bench.codes() == {1: ErrorCode.REQUEST_TIMED_OUT, 2: ErrorCode.NONE}
    assert len(bench.queues) == 0


def test_the_last_time_out_ends_the_queue(bench):
    """What comes later begins another one."""
    bench.wait(1, 0)
    bench.pass_time(100)
    assert len(bench.queues) == 0
    assert bench.partition.observers == []
    bench.partition.advance(5)
    assert bench.codes() == {1: ErrorCode.REQUEST_TIMED_OUT}


@pytest.mark.parametrize(
    "code", [ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]
)
def test_a_lost_leadership_refuses_everybody(bench, code):
    """Nobody knows what becomes of their records here."""
    bench.wait(1, 0)
    bench.wait(2, 1)
    bench.partition.lost_with = code
    bench.partition.tell()
    assert bench.codes() == {1: code, 2: code}
    assert len(bench.queues) == 0


def test_appends_that_were_taken_back_are_never_acknowledged(bench):
    """Others' records may reach that offset later."""
    bench.wait(1, 0)
    bench.partition.log.truncation_count = 1
    bench.partition.advance(5)
    assert bench.codes() == {1: ErrorCode.KAFKA_STORAGE_ERROR}


def test_bug_38_a_set_that_shrinks_after_the_append_is_no_success(bench):
    """Bug 38: NOT_ENOUGH_REPLICAS_AFTER_APPEND, and nothing waits any more."""
    bench.wait(1, 0)
    bench.wait(2, 1)
    bench.partition.is_under_min_isr = True
    bench.partition.tell()
    assert set(bench.codes().values()) == {ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND}
    assert len(bench.purgatory) == 0
