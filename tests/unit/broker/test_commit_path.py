# SPDX-License-Identifier: Apache-2.0
"""Commits that repeat an earlier one: the same as on the ordinary road, or on it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.broker.conftest import World
from tests.unit.coordinators.group.group_world import (
    SESSION_MS,
    G,
    GroupWorld,
    topic_id_of,
    topic_records,
)

from ottla.broker import commit_path
from ottla.broker.coordinator_partition import LedPartition
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.offset_commit import (
    OffsetCommitRequest,
    OffsetCommitRequestPartition,
    OffsetCommitRequestTopic,
)

TOPICS = (("t", 8), ("other", 8))


class Committing:
    """A broker that keeps offsets in a real log, and one client."""

    def __init__(
        self, *, is_ordinary: bool = False, member_count: int = 0, **config: object
    ) -> None:
        self.world = World()
        self.groups = GroupWorld(topics=TOPICS)
        self.groups.clock = self.world.clock
        self.members = self.groups.stable(member_count) if member_count else []
        self.log = self.world.partition("__consumer_offsets", **config)
        runtime = self.groups.groups.runtime
        runtime.unload(0)
        runtime.begin_load(0, LedPartition(self.log, self.world.burst))
        runtime.replay(0, self.groups.partition.batches)
        runtime.finish_load(0, 0, self.groups.moment)
        self.log.observe(self)
        self.world.services.groups = self.groups.groups
        self.world.services.image = self.groups.image
        self.client = self.world.client()
        self._send, self.client.send = self.client.send, self._send_for_a_turn
        self.is_ordinary = is_ordinary
        self.served: list[bool] = []  # whether requests took the data plane's road
        path = self.world.dispatcher._commit
        self._path, self.world.dispatcher._commit = path, self

    def _send_for_a_turn(self, stream: bytes) -> None:
        """Let the loop take its turn, with which a burst of coordinators ends."""
        self._send(stream)
        self.world.turn()

    def partition_advanced(self, partition):
        """Do what the driver does."""
        if self.groups.groups.runtime.has(0):
            self.groups.groups.runtime.committed(0)

    def request(self, *arguments: Any) -> bool:
        """Stand before the data plane's road and take notes."""
        self.served.append(not self.is_ordinary and self._path.request(*arguments))
        return self.served[-1]

    def ask(self, request, version=9):
        """Send a request; return the bytes of its answer, or None while there is none."""
        self.client.send(self.client.frame(request, version))
        self.client.forget_asked()
        return self.client.take_frame()

    def codes(self, request, version=9):
        """Send a request; return the error codes of its answer."""
        answer = self.client.ask(request, version)
        return [one.error_code for topic in answer.topics for one in topic.partitions]

    def log_bytes(self):
        """Return the bytes of the log."""
        path = self.log.log.segments[0].log_path
        return self.world.disk.content(path) if self.log.log.size_bytes else b""

    def offsets(self):
        """Return what is stored."""
        offsets = self.groups.shard.offsets.of(G)
        return None if offsets is None else offsets.committed

    def change_topics(self, *records: Any):
        """Change the cluster's metadata, as the broker does."""
        self.groups.change_topics(*records)
        self.world.services.image = self.groups.image
        self.world.replicas.generation += 1


def commit(*rows: Any, topic="t", version=9, metadata="", group_id=G, **fields: Any):
    """Return a request for (partition, offset, leader epoch) of one topic."""
    return OffsetCommitRequest(
        group_id=group_id, topics=[topic_of(rows, topic, version, metadata)], **fields
    )


def topic_of(rows, topic, version, metadata):
    """Return a topic of a request."""
    name = {"topic_id": topic_id_of(topic)} if version >= 10 else {"name": topic}
    return OffsetCommitRequestTopic(
        partitions=[
            OffsetCommitRequestPartition(
                partition_index=index,
                committed_offset=offset,
                committed_leader_epoch=epoch if version >= 6 else -1,
                committed_metadata=metadata,
            )
            for index, offset, epoch in rows
        ],
        **name,
    )


VERSIONS = range(2, 11)


@pytest.mark.parametrize("version", commit_path.VERSIONS)
def test_the_second_commit_takes_the_short_road(version):
    """In every version from 6 on; the first is learned from."""
    broker = Committing()
    for turn in range(3):
        rows = [(index, 10 * turn + index, turn) for index in (3, 1)]
        assert broker.codes(commit(*rows, version=version), version) == [0, 0]
        assert broker.groups.fetch() == {("t", index): offset for index, offset, _ in rows}
    assert broker.served == [False, True, True]


@pytest.mark.parametrize("version", range(2, 6))
def test_versions_without_leader_epochs_take_the_ordinary_road(version):
    """Nobody sends them often."""
    broker = Committing()
    assert [broker.codes(commit((0, 5, 0), version=version), version) for _ in range(3)] == [
        [0]
    ] * 3
    assert broker.served == [False] * 3


def test_many_commits_in_one_read():
    """Are answered in order, those of either road."""
    broker = Committing()
    requests = [commit((0, turn, 0), metadata="m" if turn == 2 else "") for turn in range(5)]
    broker.client.send(b"".join(broker.client.frame(request, 9) for request in requests))
    answers = [broker.client.answer() for _ in requests]
    assert [answer.topics[0].partitions[0].error_code for answer in answers] == [0] * 5
    assert broker.served == [False, True, False, True, True]
    assert broker.groups.fetch() == {("t", 0): 4}


DEVIATIONS = {
    "another partition": commit((1, 5, 0)),
    "one partition more": commit((0, 5, 0), (1, 5, 0)),
    "another topic": commit((0, 5, 0), topic="other"),
    "another group": commit((0, 5, 0), group_id="h"),
    "metadata": commit((0, 5, 0), metadata="m"),
    "metadata that is null": commit((0, 5, 0), metadata=None),
    "another member": commit((0, 5, 0), member_id="m"),
    "an instance": commit((0, 5, 0), group_instance_id="i"),
    "a generation": commit((0, 5, 0), generation_id_or_member_epoch=1),
    "a partition that does not exist": commit((9, 5, 0)),
}


@pytest.mark.parametrize("name", DEVIATIONS)
def test_whatever_is_not_a_number_must_be_the_same(name):
    """Else the request takes the ordinary road."""
    broker, ordinary = Committing(), Committing(is_ordinary=True)
    for request in (commit((0, 1, 0)), commit((0, 2, 0)), DEVIATIONS[name], commit((0, 3, 0))):
        assert broker.ask(request) == ordinary.ask(request)
    assert broker.served[:3] == [False, True, False]
    assert broker.log_bytes() == ordinary.log_bytes()


def test_another_version_or_client_id_is_another_shape():
    """Although the rest is the same."""
    broker = Committing()
    for _ in range(2):
        broker.codes(commit((0, 5, 0)), 8)
    broker.codes(commit((0, 5, 0)), 9)
    broker.client.ask(commit((0, 5, 0)), 9, "somebody else")
    assert broker.served == [False, True, False, False]


@pytest.mark.parametrize(
    "request_",
    [
        commit((0, 5, 0), metadata="m"),
        commit((0, 5, 0), (0, 6, 0)),
        commit((0, 5, 0), (9, 6, 0)),
        commit(),
        OffsetCommitRequest(group_id=G),
        commit(*[(index % 8, 5, 0) for index in range(600)]),
    ],
)
def test_what_is_never_learned(request_):
    """Metadata, a partition twice or unknown, none at all, very many."""
    broker, ordinary = Committing(), Committing(is_ordinary=True)
    for _ in range(3):
        assert broker.ask(request_) == ordinary.ask(request_)
    assert broker.served == [False] * 3


def test_those_who_never_repeat_themselves_are_learned_from_less_and_less(monkeypatch):
    """Of the misses in a row the first, second, fourth and eighth."""
    broker = Committing()
    learned = []
    learn = broker._path._learn

    def take_note(_, *asked: Any):
        learned.append(len(broker.served))
        return learn(*asked)

    monkeypatch.setattr(commit_path.CommitPath, "_learn", take_note)
    for turn in range(12):
        broker.codes(commit((turn % 8, 5, 0)))
    assert learned == [0, 1, 3, 7]


def test_a_topic_that_is_made_anew_is_looked_up_anew():
    """A shape does not outlive the metadata that it was derived from."""
    broker = Committing()
    request = commit((0, 5, 0), version=10)
    assert [broker.codes(request, 10) for _ in range(2)] == [[0], [0]]
    broker.groups.delete_topic("other")
    broker.change_topics(*topic_records("other", 3))
    assert [broker.codes(request, 10) for _ in range(2)] == [[0], [0]]
    broker.groups.delete_topic("t")
    broker.change_topics(*topic_records("t", 8, b"n" * 16))
    assert broker.codes(request, 10) == [ErrorCode.UNKNOWN_TOPIC_ID]
    assert broker.served == [False, True, False, True, False]


def test_a_shard_that_is_gone_or_loading_is_not_written_to():
    """The shape stays, and is of use again when the shard serves."""
    broker = Committing()
    request = commit((0, 5, 0))
    assert [broker.codes(request) for _ in range(2)] == [[0], [0]]
    runtime = broker.groups.groups.runtime
    runtime.unload(0)
    assert broker.codes(request) == [ErrorCode.NOT_COORDINATOR]
    runtime.begin_load(0, LedPartition(broker.log, broker.world.burst))
    assert broker.codes(request) == [ErrorCode.COORDINATOR_LOAD_IN_PROGRESS]
    runtime.finish_load(0, broker.log.log.log_end_offset, broker.groups.moment)
    assert broker.codes(request) == [0]
    assert broker.served == [False, True, False, False, True]


def test_the_member_is_asked_for_each_time():
    """A group that goes on to another generation refuses what it accepted."""
    broker = Committing(member_count=1)
    (member,) = broker.members
    asked = commit((0, 5, 0), member_id=member, generation_id_or_member_epoch=1)
    assert [broker.codes(asked) for _ in range(2)] == [[0], [0]]
    broker.groups.group.generation = 2
    assert broker.codes(asked) == [ErrorCode.ILLEGAL_GENERATION]
    broker.groups.group.generation = 1
    assert broker.codes(asked) == [0]
    broker.groups.leave(member)
    assert broker.codes(asked) == [ErrorCode.UNKNOWN_MEMBER_ID]
    assert broker.served == [False, True, False, True, False]


def test_a_commit_is_a_sign_of_life():
    """On this road as well: the session goes on from there."""
    broker = Committing(member_count=1)
    (member,) = broker.members
    asked = commit((0, 5, 0), member_id=member, generation_id_or_member_epoch=1)
    for _ in range(4):
        assert broker.codes(asked) == [0]
        broker.groups.pass_time(SESSION_MS - 1)
    assert broker.served == [False, True, True, True]
    assert list(broker.groups.group.members) == [member]
    broker.groups.pass_time(1)
    assert broker.codes(asked) == [ErrorCode.UNKNOWN_MEMBER_ID]


def test_an_append_that_is_refused_is_told_in_the_words_of_a_coordinator():
    """To each partition, and nothing is stored."""
    broker = Committing()
    assert [broker.codes(commit((0, 5, 0), (1, 6, 0))) for _ in range(2)] == [[0, 0]] * 2
    broker.world.directory.accepts_appends = False
    assert broker.codes(commit((0, 7, 0), (1, 8, 0))) == [ErrorCode.NOT_COORDINATOR] * 2
    broker.world.directory.accepts_appends = True
    broker.log.configure(replace(broker.log.log.config, min_insync_replicas=2))
    assert broker.codes(commit((0, 7, 0), (1, 8, 0))) == [ErrorCode.COORDINATOR_NOT_AVAILABLE] * 2
    assert broker.served == [False, True, True, True]
    assert broker.groups.fetch() == {("t", 0): 5, ("t", 1): 6}


def test_answers_wait_for_the_commit():
    """Under a promise that needs the disk; who waits when the shard goes is told."""
    broker = Committing(flush_profile="ack")
    asked = [commit((0, turn, 0)) for turn in range(4)]
    assert broker.ask(asked[0]) is None
    assert broker.ask(asked[1]) is None
    assert broker.served == [False, True]
    broker.world.flush()
    assert broker.client.take_frame()[-5:] == broker.client.take_frame()[-5:]
    assert broker.client.ask(asked[2], 9) is None
    broker.groups.groups.runtime.unload(0)
    assert broker.client.answer().topics[0].partitions[0].error_code == ErrorCode.NOT_COORDINATOR


def test_pending_offsets_of_a_transaction_are_superseded():
    """By a commit on this road as by any other."""
    broker = Committing()
    assert broker.codes(commit((0, 5, 0))) == [0]
    broker.groups.commit_in_transaction(9, {0: 6, 1: 7})
    broker.world.turn()
    assert broker.codes(commit((0, 8, 0))) == [0]
    broker.groups.end_transaction(9, committed=True)
    broker.world.turn()
    assert broker.served == [False, True]
    assert broker.groups.fetch() == {("t", 0): 8, ("t", 1): 7}


OFFSETS = st.tuples(st.integers(0, 2**63 - 1), st.integers(-1, 2**31 - 1))
PARTITIONS = st.sampled_from([(0,), (0, 1, 5), (1, 0), tuple(range(8)), (3, 9), (2, 2)])
SHAPES = st.lists(
    st.tuples(
        st.sampled_from(VERSIONS),
        st.sampled_from([("t",), ("other", "t"), ("t", "other"), ("t", "t"), ("unknown",)]),
        PARTITIONS,
        st.sampled_from(["", "", "", None, "text"]),
        st.sampled_from([(-1, "", None), (1, "member", None), (-1, "", "instance")]),
        st.sampled_from([G, "\u00e9" * 80]),
    ),
    min_size=1,
    max_size=3,
)


@given(SHAPES, st.lists(st.tuples(st.integers(0, 2), OFFSETS, st.integers(0, 2)), max_size=12))
def test_both_roads_lead_to_the_same_bytes(shapes, turns):
    """In the answers, in the log and in memory, over all versions and mixtures of requests."""
    broker, ordinary = Committing(), Committing(is_ordinary=True)
    for number, (offset, epoch), ms in turns:
        version, topics, partitions, metadata, member, group_id = shapes[number % len(shapes)]
        asked = OffsetCommitRequest(
            group_id=group_id,
            generation_id_or_member_epoch=member[0],
            member_id=member[1],
            group_instance_id=member[2] if version >= 7 else None,
            topics=[
                topic_of([(index, offset, epoch) for index in partitions], topic, version, metadata)
                for topic in topics
            ],
        )
        answers = [each.ask(asked, version) for each in (broker, ordinary)]
        assert answers[0] == answers[1]
        for each in (broker, ordinary):
            each.world.clock.advance(ms)
    assert broker.log_bytes() == ordinary.log_bytes()
    assert broker.offsets() == ordinary.offsets()
