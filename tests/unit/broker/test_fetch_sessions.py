# SPDX-License-Identifier: Apache-2.0
"""Each row of KIP-227's table, and a model that a long exchange is held against."""

from __future__ import annotations

import random

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ottla.broker.fetch_codec import AskedPartition, FetchRequestView
from ottla.broker.fetch_sessions import (
    EVICTION_MS,
    FetchSession,
    FetchSessionCache,
    FetchTurn,
    SessionPartition,
)
from ottla.protocol.errors import ErrorCode

FINAL, INITIAL = -1, 0
EPOCH_MAX = 2**31 - 1
ID_A, ID_B = b"A" * 16, b"B" * 16


def asked(topic: str | bytes, partition: int = 0, offset: int = 0) -> AskedPartition:
    """Ask for one partition, by name or by id."""
    by_id = isinstance(topic, bytes)
    return AskedPartition(
        "" if by_id else topic, topic if by_id else b"", partition, offset, 1000, -1, -1
    )


def request(epoch: int, *partitions: AskedPartition, session_id: int = 0, forgotten=()):
    """Make a request of a session."""
    return FetchRequestView(
        -1, 500, 1, 10_000, 0, session_id, epoch, list(partitions), list(forgotten), ""
    )


def cache_of(slot_count: int = 10) -> FetchSessionCache:
    """Make a cache with session ids that are the same in each run."""
    return FetchSessionCache(slot_count, random.Random(1))


def offsets(turn: FetchTurn) -> dict[tuple[str, int], int]:
    """Return what a turn looks at."""
    return {
        (one.asked.topic or one.asked.topic_id.decode(), one.asked.partition): (
            one.asked.fetch_offset
        )
        for one in turn.partitions()
    }


def start(cache: FetchSessionCache, *partitions: AskedPartition, now_ms: int = 0) -> int:
    """Start a session and return its id."""
    turn = cache.begin(request(INITIAL, *partitions), now_ms)
    assert isinstance(turn, FetchTurn)
    assert turn.session_id
    return turn.session_id


def test_epoch_minus_one_without_a_session_is_a_plain_request():
    """No session is made; all partitions are answered."""
    cache = cache_of()
    turn = cache.begin(request(FINAL, asked("t", 0, 5), asked("t", 1, 6)), 0)
    assert offsets(turn) == {("t", 0): 5, ("t", 1): 6}
    assert turn.session_id == 0
    assert not turn.is_incremental
    assert len(cache) == 0


def test_epoch_minus_one_with_a_session_ends_it():
    """The session named is closed, and the request answered in full."""
    cache = cache_of()
    session_id = start(cache, asked("t"))
    turn = cache.begin(request(FINAL, asked("t"), session_id=session_id), 0)
    assert turn.session_id == 0
    assert len(cache) == 0
    again = cache.begin(request(1, session_id=session_id), 0)
    assert again is ErrorCode.FETCH_SESSION_ID_NOT_FOUND


def test_epoch_zero_starts_a_session():
    """The answer is in full and carries a new id."""
    cache = cache_of()
    turn = cache.begin(request(INITIAL, asked("t", 0, 5)), 0)
    assert turn.session_id > 0
    assert not turn.is_incremental
    assert offsets(turn) == {("t", 0): 5}
    assert len(cache) == 1


def test_epoch_zero_with_a_session_replaces_it():
    """A client that starts over gives its old session back."""
    cache = cache_of()
    first = start(cache, asked("t"))
    turn = cache.begin(request(INITIAL, asked("u"), session_id=first), 0)
    assert turn.session_id not in (0, first)
    assert len(cache) == 1


def test_epoch_zero_without_partitions_starts_nothing():
    """A session over nothing would only take a place."""
    cache = cache_of()
    assert cache.begin(request(INITIAL), 0).session_id == 0
    assert len(cache) == 0


def test_a_later_epoch_continues_with_changes_only():
    """Partitions that are not named keep their last offsets; named ones move; new ones join."""
    cache = cache_of()
    session_id = start(cache, asked("t", 0, 5), asked("t", 1, 6))
    turn = cache.begin(request(1, asked("t", 1, 60), asked("u", 0, 7), session_id=session_id), 0)
    assert turn.is_incremental
    assert turn.session_id == session_id
    assert offsets(turn) == {("t", 0): 5, ("t", 1): 60, ("u", 0): 7}


def test_forgotten_partitions_leave():
    """A forgotten partition is not looked at any more; an unknown one is no error."""
    cache = cache_of()
    session_id = start(cache, asked("t", 0), asked("t", 1))
    turn = cache.begin(
        request(1, session_id=session_id, forgotten=[("t", b"", 0), ("x", b"", 9)]), 0
    )
    assert offsets(turn) == {("t", 1): 0}


def test_a_forgotten_partition_that_comes_back_is_told_everything_again():
    """What was sent before a partition was forgotten counts no more."""
    cache = cache_of()
    session_id = start(cache, asked("t", 0))
    turn = cache.begin(request(1, asked("u"), session_id=session_id), 0)
    next(iter(turn.partitions())).sent_high_watermark = 100
    cache.begin(request(2, session_id=session_id, forgotten=[("t", b"", 0)]), 0)
    turn = cache.begin(request(3, asked("t", 0), session_id=session_id), 0)
    by_topic = {one.asked.topic: one for one in turn.partitions()}
    assert by_topic["t"].sent_high_watermark == -1


def test_an_unknown_session_is_not_found():
    """An id that was never given or was evicted."""
    turn = cache_of().begin(request(1, session_id=77), 0)
    assert turn is ErrorCode.FETCH_SESSION_ID_NOT_FOUND


@pytest.mark.parametrize("epoch", [2, 3, EPOCH_MAX, -2])
def test_an_unexpected_epoch_is_refused_and_changes_nothing(epoch):
    """A repeated or lost request is noticed; the right one is still taken afterwards."""
    cache = cache_of()
    session_id = start(cache, asked("t"))
    refused = cache.begin(request(epoch, asked("u"), session_id=session_id), 0)
    assert refused is ErrorCode.INVALID_FETCH_SESSION_EPOCH
    turn = cache.begin(request(1, session_id=session_id), 0)
    assert offsets(turn) == {("t", 0): 0}


def test_a_repeated_epoch_is_refused():
    """The same request twice is an epoch too old."""
    cache = cache_of()
    session_id = start(cache, asked("t"))
    assert isinstance(cache.begin(request(1, session_id=session_id), 0), FetchTurn)
    refused = cache.begin(request(1, session_id=session_id), 0)
    assert refused is ErrorCode.INVALID_FETCH_SESSION_EPOCH


def test_epochs_wrap_around_to_one():
    """After the largest epoch comes 1: 0 and -1 keep their meaning."""
    cache = cache_of()
    session_id = start(cache, asked("t"))
    cache.begin(request(1, session_id=session_id), 0).session.epoch = EPOCH_MAX
    assert isinstance(cache.begin(request(EPOCH_MAX, session_id=session_id), 0), FetchTurn)
    assert isinstance(cache.begin(request(1, session_id=session_id), 0), FetchTurn)


@pytest.mark.parametrize(("first", "second"), [("t", ID_A), (ID_A, "t")])
def test_names_and_ids_do_not_mix_in_a_session(first, second):
    """A client that is up- or downgraded within a session must start a new one."""
    cache = cache_of()
    session_id = start(cache, asked(first))
    refused = cache.begin(request(1, asked(second), session_id=session_id), 0)
    assert refused is ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR


def test_sessions_by_id_keep_topics_of_one_name_apart():
    """A topic that was deleted and made again is another one."""
    cache = cache_of()
    session_id = start(cache, asked(ID_A, 0, 50))
    turn = cache.begin(
        request(1, asked(ID_B, 0, 0), session_id=session_id, forgotten=[("", ID_A, 0)]), 0
    )
    assert offsets(turn) == {("B" * 16, 0): 0}


def test_a_full_cache_gives_no_session():
    """The newcomer is served without a session while all others are in use."""
    cache = cache_of(2)
    start(cache, asked("t"))
    start(cache, asked("t"))
    turn = cache.begin(request(INITIAL, asked("t")), EVICTION_MS - 1)
    assert turn.session_id == 0
    assert offsets(turn) == {("t", 0): 0}
    assert len(cache) == 2


def test_bug_39_a_session_that_was_not_used_makes_place():
    """Bug 39: whoever comes back to it is told so, and never given another's.

    The least recently used session goes, once it is old enough.
    """
    cache = cache_of(2)
    old = start(cache, asked("t"), now_ms=0)
    fresh = start(cache, asked("t"), now_ms=0)
    cache.begin(request(1, session_id=fresh), EVICTION_MS // 2)
    start(cache, asked("t"), now_ms=EVICTION_MS)
    assert len(cache) == 2
    assert (
        cache.begin(request(1, session_id=old), EVICTION_MS) is ErrorCode.FETCH_SESSION_ID_NOT_FOUND
    )
    assert isinstance(cache.begin(request(2, session_id=fresh), EVICTION_MS), FetchTurn)


def test_no_slots_means_no_sessions():
    """A broker may be configured to keep none."""
    assert cache_of(0).begin(request(INITIAL, asked("t")), 0).session_id == 0


def test_a_partition_that_delivered_goes_behind_the_others():
    """With a small response limit each partition gets its turn."""
    cache = cache_of()
    session_id = start(cache, asked("t", 0), asked("t", 1), asked("t", 2))
    turn = cache.begin(request(1, session_id=session_id), 0)
    turn.session.serve_last(("t", b"", 0))
    turn.session.serve_last(("gone", b"", 0))
    turn = cache.begin(request(2, session_id=session_id), 0)
    assert [one.asked.partition for one in turn.partitions()] == [1, 2, 0]


class ClientAndBroker(RuleBasedStateMachine):
    """A client's idea of its session against the cache's, over long exchanges."""

    def __init__(self) -> None:
        super().__init__()
        self.cache = cache_of(3)
        self.session_id = 0
        self.epoch = 0
        self.partitions: dict[tuple[str, int], int] = {}
        self.now_ms = 0

    @rule(
        changes=st.dictionaries(
            st.tuples(st.sampled_from("tu"), st.integers(0, 3)),
            st.integers(0, 99),
            min_size=1,
            max_size=5,
        )
    )
    def begin_again(self, changes):
        """Start a session over these partitions."""
        self.partitions = dict(changes)
        turn = self.cache.begin(
            request(
                INITIAL,
                *(asked(topic, index, offset) for (topic, index), offset in changes.items()),
                session_id=self.session_id,
            ),
            self.now_ms,
        )
        assert offsets(turn) == self.partitions
        self.session_id = turn.session_id
        self.epoch = 1

    @rule(
        changes=st.dictionaries(
            st.tuples(st.sampled_from("tu"), st.integers(0, 3)), st.integers(0, 99), max_size=3
        ),
        forget=st.integers(0, 7),
    )
    def go_on(self, changes, forget):
        """Send changes and forget at most one partition that is not among them."""
        if not self.session_id:
            return
        leaving = [
            key for at, key in enumerate(self.partitions) if at == forget and key not in changes
        ]
        for key in leaving:
            del self.partitions[key]
        self.partitions.update(changes)
        turn = self.cache.begin(
            request(
                self.epoch,
                *(asked(topic, index, offset) for (topic, index), offset in changes.items()),
                session_id=self.session_id,
                forgotten=[(topic, b"", index) for topic, index in leaving],
            ),
            self.now_ms,
        )
        assert isinstance(turn, FetchTurn)
        assert offsets(turn) == self.partitions
        self.epoch += 1

    @rule()
    def repeat_a_request(self):
        """Send an epoch a second time: it is refused."""
        if self.session_id and self.epoch > 1:
            refused = self.cache.begin(
                request(self.epoch - 1, session_id=self.session_id), self.now_ms
            )
            assert refused is ErrorCode.INVALID_FETCH_SESSION_EPOCH

    @rule(ms=st.integers(0, EVICTION_MS // 2))
    def others_come(self, ms):
        """Time passes, and another client takes a slot when one is free."""
        self.now_ms += ms
        self.cache.begin(request(INITIAL, asked("other")), self.now_ms)
        if self.session_id not in self.cache._sessions:
            self.session_id = 0  # ours was the least recently used one

    @invariant()
    def the_cache_is_bounded(self):
        """Never more sessions than slots."""
        assert len(self.cache) <= 3


ClientAndBroker.TestCase.settings = settings(max_examples=60, deadline=None)
TestClientAndBroker = ClientAndBroker.TestCase


class Followed:
    """A partition that counts who observes it."""

    is_retired = False

    def __init__(self) -> None:
        self.observers: list[object] = []

    def observe(self, observer):
        """Remember who observes."""
        self.observers.append(observer)

    def forget(self, observer):
        """Forget who observed."""
        self.observers.remove(observer)

    def advance(self):
        """Tell who observes."""
        for observer in tuple(self.observers):
            observer.partition_advanced(self)


def followed_session(count):
    """Return a session over so many quiet partitions, and these."""
    session = FetchSession(7, 0)
    partitions = [Followed() for _ in range(count)]
    for index, partition in enumerate(partitions):
        one = SessionPartition(AskedPartition("t", b"", index, 0, 100, -1, -1))
        session.add(one)
        session.follow(one, partition, is_quiet=True)
    return session, partitions


def test_quiet_partitions_cost_a_request_nothing():
    """Only what moved is looked at again, and it stays active until it is quiet."""
    session, partitions = followed_session(1000)
    turn = FetchTurn([], session, is_incremental=True)
    assert list(turn.partitions()) == []
    assert turn.has_partitions
    partitions[417].advance()
    partitions[3].advance()
    assert [one.asked.partition for one in turn.partitions()] == [417, 3]
    session.follow(session.active["t", b"", 417], partitions[417], is_quiet=True)
    assert [one.asked.partition for one in turn.partitions()] == [3]


def test_a_forgotten_partition_is_let_go_when_it_moves():
    """Its key is gone at once, its observer at the next word from it."""
    session, partitions = followed_session(2)
    del session.partitions["t", b"", 1]
    partitions[1].advance()
    assert partitions[1].observers == []
    assert not session.active


def test_a_retired_partition_is_looked_at_once_more():
    """The next look finds it gone and says so; the session holds on to nothing."""
    session, partitions = followed_session(1)
    partitions[0].is_retired = True
    partitions[0].advance()
    assert list(session.active) == [("t", b"", 0)]
    assert partitions[0].observers == []
    assert not session.followed


def test_an_ended_session_follows_nothing():
    """Neither an evicted session nor one that its reader ends is held by its partitions."""
    session, partitions = followed_session(5)
    session.close()
    assert all(not partition.observers for partition in partitions)
