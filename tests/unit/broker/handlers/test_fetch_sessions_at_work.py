# SPDX-License-Identifier: Apache-2.0
"""A consumer with an incremental session, against what it must be told whatever happens.

The machine appends, pauses, resumes, deletes and recreates; a consumer that follows Kafka's rules
fetches in between. Nothing may be forgotten: whenever a partition that it follows has records
beyond its position, its request is answered at once or woken, and every record comes once.
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from tests.unit.broker.conftest import World

from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.fetch import (
    FetchPartition,
    FetchRequest,
    FetchTopic,
    ForgottenTopic,
)

VERSION = 12
PARTITIONS = range(3)


class ConsumerWithSession(RuleBasedStateMachine):
    """What the consumer knows, and what the partitions hold."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World()
        for index in PARTITIONS:
            self.world.partition("t", index)
        self.client = self.world.client()
        self.session_id = 0
        self.epoch = 0
        self.positions = dict.fromkeys(PARTITIONS, 0)
        self.paused: set[int] = set()
        self.told: dict[int, int] = {}  # partition -> position, as the session knows it
        self.is_waiting = False
        self.seen: dict[int, list[int]] = {index: [] for index in PARTITIONS}

    def teardown(self):
        """Everything comes in the end."""
        self.paused.clear()
        if self.is_waiting:
            self.world.pass_time(500)
            self._take_answer()
        while self._unread():
            self._fetch(max_bytes=10_000)
        for index in PARTITIONS:
            assert self.seen[index] == list(range(self._end(index)))

    def _end(self, index: int) -> int:
        return self.world.replicas.get("t", index).high_watermark

    def _unread(self) -> list[int]:
        followed = [index for index in PARTITIONS if index not in self.paused]
        return [index for index in followed if self.positions[index] < self._end(index)]

    @rule(index=st.sampled_from(PARTITIONS), count=st.integers(1, 3))
    def append(self, index, count):
        """Write records; a request that waits for them is answered."""
        self.world.append(self.world.replicas.get("t", index), *[b"v"] * count)
        if self.is_waiting and index in self.told:
            assert self._take_answer()

    @rule(index=st.sampled_from(PARTITIONS))
    def pause_or_resume(self, index):
        """Leave a partition out of the next requests, or take it in again, and ask."""
        if self.paused != set(PARTITIONS) - {index}:  # a request that names nothing is no session
            self.paused ^= {index}
        self.fetch(10_000)

    @precondition(lambda self: not self.is_waiting)
    @rule()
    def start_again(self):
        """Begin a new session and give the old one back, as after an error."""
        self.epoch = 0

    @rule(max_bytes=st.sampled_from([1, 100, 10_000]))
    def fetch(self, max_bytes):
        """Ask, after the last long poll has ended: what is unread is answered at once."""
        if self.is_waiting:
            self.world.pass_time(500)
            assert self._take_answer()
        self._fetch(max_bytes)

    @invariant()
    def nobody_waits_for_what_is_there(self):
        """Let a request wait only while there is nothing to read."""
        if self.is_waiting:
            assert self._unread() == []

    def _fetch(self, max_bytes: int) -> None:
        wanted = {index: at for index, at in self.positions.items() if index not in self.paused}
        if self.epoch == 0:
            named, forgotten = wanted, []
        else:
            named = {index: at for index, at in wanted.items() if self.told.get(index) != at}
            forgotten = [index for index in self.told if index not in wanted]
        self.told = wanted
        topics = [
            FetchTopic(
                topic="t",
                partitions=[
                    FetchPartition(partition=index, fetch_offset=at, partition_max_bytes=10_000)
                    for index, at in named.items()
                ],
            )
        ]
        request = FetchRequest(
            max_wait_ms=500,
            min_bytes=1,
            max_bytes=max_bytes,
            session_id=self.session_id,
            session_epoch=self.epoch,
            topics=topics if named else [],
            forgotten_topics_data=[ForgottenTopic(topic="t", partitions=forgotten)]
            if forgotten
            else [],
        )
        self.client.send(self.client.frame(request, VERSION))
        expected = self._unread()
        self.is_waiting = True
        answered = self._take_answer()
        assert answered or not expected, f"{expected} have records, and the request waits"

    def _take_answer(self) -> bool:
        answer = self.client.answer()
        if answer is None:
            return False
        self.is_waiting = False
        assert answer.error_code == ErrorCode.NONE
        assert answer.session_id > 0
        self.session_id = answer.session_id
        self.epoch += 1
        for topic in answer.responses:
            for one in topic.partitions:
                assert one.error_code == ErrorCode.NONE
                for offset, _ in self.world.values(one.records):
                    if offset == self.positions[one.partition_index]:
                        self.seen[one.partition_index].append(offset)
                        self.positions[one.partition_index] += 1
        return True


ConsumerWithSession.TestCase.settings = settings(
    max_examples=150, stateful_step_count=50, deadline=None
)
TestConsumerWithSession = ConsumerWithSession.TestCase
