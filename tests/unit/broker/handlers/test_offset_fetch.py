# SPDX-License-Identifier: Apache-2.0
"""OffsetFetch over the wire: every version, and each error."""

from __future__ import annotations

import pytest
from tests.unit.coordinators.group.group_world import topic_id_of

from ottla.broker.handlers import offset_fetch
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.offset_fetch import (
    OffsetFetchRequest,
    OffsetFetchRequestGroup,
    OffsetFetchRequestTopic,
    OffsetFetchRequestTopics,
)


def request(*groups: str, version=9, topics=("t",), indexes=(0, 1), require_stable=False):
    """Return a request for partitions of topics in each group; without topics all."""
    if version < 8:
        named = topics and [
            OffsetFetchRequestTopic(name=name, partition_indexes=indexes) for name in topics
        ]
        return OffsetFetchRequest(group_id=groups[0], topics=named, require_stable=require_stable)
    key = "topic_id" if version >= 10 else "name"
    asked = topics and [
        OffsetFetchRequestTopics(
            partition_indexes=indexes,
            **{key: topic_id_of(name) if version >= 10 else name},
        )
        for name in topics
    ]
    return OffsetFetchRequest(
        groups=[OffsetFetchRequestGroup(group_id=group, topics=asked) for group in groups],
        require_stable=require_stable,
    )


def found(answer, version):
    """Return (offset, epoch, metadata, code) by partition of the only group."""
    topics = answer.topics if version < 8 else answer.groups[0].topics
    return {
        one.partition_index: (
            one.committed_offset,
            one.committed_leader_epoch,
            one.metadata,
            one.error_code,
        )
        for topic in topics
        for one in topic.partitions
    }


@pytest.mark.parametrize("version", offset_fetch.VERSIONS)
def test_offsets_are_read_in_every_version(group_world, version):
    """A partition without one has -1."""
    group_world.commit({0: 5}, leader_epoch=3, metadata="text")
    answer = group_world.client().ask(request("g", version=version), version)
    epoch = 3 if version >= 5 else -1
    assert found(answer, version) == {0: (5, epoch, "text", 0), 1: (-1, -1, "", 0)}
    if version >= 10:
        assert answer.groups[0].topics[0].topic_id == topic_id_of("t")


@pytest.mark.parametrize("version", [v for v in offset_fetch.VERSIONS if v >= 2])
def test_everything_is_read_in_every_version_that_can(group_world, version):
    """Without topics all offsets of the group come."""
    group_world.commit({0: 5})
    group_world.commit({7: 6})
    answer = group_world.client().ask(request("g", version=version, topics=None), version)
    assert found(answer, version) == {0: (5, -1, "", 0), 7: (6, -1, "", 0)}


def test_many_groups_at_once(group_world):
    """Each has its own answer; one that does not exist has no offsets, which is no error."""
    group_world.commit({0: 5})
    group_world.commit({0: 6}, group_id="h")
    answer = group_world.client().ask(request("g", "h", "missing", indexes=(0,)), 9)
    assert [
        (group.group_id, group.error_code, group.topics[0].partitions[0].committed_offset)
        for group in answer.groups
    ] == [("g", 0, 5), ("h", 0, 6), ("missing", 0, -1)]


@pytest.mark.parametrize("version", [7, 8, 9])
def test_bug_33_pending_offsets_are_not_shown(group_world, version):
    """Bug 33: with require_stable UNSTABLE_OFFSET_COMMIT, without it the offset before."""
    group_world.commit({0: 5})
    group_world.commit_in_transaction(9, {0: 8})
    client = group_world.client()
    stable = request("g", version=version, indexes=(0,), require_stable=True)
    unstable = (-1, -1, "", ErrorCode.UNSTABLE_OFFSET_COMMIT)
    assert found(client.ask(stable, version), version) == {0: unstable}
    answer = client.ask(request("g", version=version, indexes=(0,)), version)
    assert found(answer, version) == {0: (5, -1, "", 0)}
    group_world.end_transaction(9, committed=True)
    assert found(client.ask(stable, version), version) == {0: (8, -1, "", 0)}


def test_topic_ids_that_do_not_exist(group_world):
    """UNKNOWN_TOPIC_ID; a topic that is gone is left out when everything is asked for."""
    group_world.commit({0: 5})
    client = group_world.client()
    answer = client.ask(request("g", version=10, topics=("t", "missing"), indexes=(0,)), 10)
    topics = answer.groups[0].topics
    assert [(one.topic_id, one.partitions[0].error_code) for one in topics] == [
        (topic_id_of("t"), 0),
        (topic_id_of("missing"), ErrorCode.UNKNOWN_TOPIC_ID),
    ]
    group_world.services.image = group_world.image.__class__("cluster")
    answer = client.ask(request("g", version=10, topics=None), 10)
    assert answer.groups[0].topics == []


@pytest.mark.parametrize("version", offset_fetch.VERSIONS)
def test_bug_34_loading_is_never_no_offset(group_world, version):
    """Bug 34: COORDINATOR_LOAD_IN_PROGRESS while loading, wherever the version has room for it."""
    group_world.commit({0: 5})
    client = group_world.client()
    group_world.groups.runtime.unload(0)
    for code in (ErrorCode.NOT_COORDINATOR, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS):
        answer = client.ask(request("g", version=version), version)
        if version >= 8:
            assert (answer.groups[0].error_code, answer.groups[0].topics) == (code, [])
        elif version >= 2:
            assert (answer.error_code, answer.topics) == (code, [])
        else:
            assert found(answer, version) == dict.fromkeys((0, 1), (-1, -1, "", code))
        if code == ErrorCode.NOT_COORDINATOR:
            group_world.begin_load()


@pytest.mark.parametrize("code", [ErrorCode.UNKNOWN_MEMBER_ID, ErrorCode.STALE_MEMBER_EPOCH])
def test_what_a_group_has_against_a_member(group_world, monkeypatch, code):
    """What another kind of group refuses is the group's error."""
    from ottla.protocol.errors import ApiError

    group_world.commit({0: 5})

    def refuse(member_id, member_epoch):
        raise ApiError(code)

    monkeypatch.setattr(group_world.group, "check_offset_fetch", refuse)
    assert group_world.client().ask(request("g"), 9).groups[0].error_code == code
