# SPDX-License-Identifier: Apache-2.0
"""Claims about ElectLeaders; the elections are tested with the controller."""

from __future__ import annotations

import pytest

from ottla.broker.handlers.elect_leaders import VERSIONS
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.cluster_metadata import PartitionChangeRecord
from ottla.protocol.messages.elect_leaders import ElectLeadersRequest, TopicPartitions


@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_answers_for_each_partition(admin, version):
    """Results come grouped by topic."""
    admin.create("t", 2)
    request = ElectLeadersRequest(
        topic_partitions=[
            TopicPartitions(topic="t", partitions=[0, 1]),
            TopicPartitions(topic="u", partitions=[0]),
        ]
    )
    response = admin.ask(request, version)
    found = [
        (
            topic.topic,
            [(p.partition_id, ErrorCode(p.error_code).name) for p in topic.partition_result],
        )
        for topic in response.replica_election_results
    ]
    assert found == [
        ("t", [(0, "ELECTION_NOT_NEEDED"), (1, "ELECTION_NOT_NEEDED")]),
        ("u", [(0, "UNKNOWN_TOPIC_OR_PARTITION")]),
    ]
    assert all(
        p.error_message for t in response.replica_election_results for p in t.partition_result
    )


def test_an_unclean_election_everywhere(admin):
    """Null topics mean every partition; only those that needed it are told."""
    topic_id = admin.create("t", 2)
    admin.apply(PartitionChangeRecord(partition_id=1, topic_id=topic_id, leader=-1, isr=[]))
    response = admin.ask(ElectLeadersRequest(election_type=1, topic_partitions=None), 2)
    (topic,) = response.replica_election_results
    assert [(p.partition_id, p.error_code, p.error_message) for p in topic.partition_result] == [
        (1, 0, None)
    ]
    assert admin.image.partition("t", 1).leader == 1


def test_an_unknown_kind_of_election(admin):
    """The whole request is refused."""
    with pytest.raises(ApiError) as caught:
        admin.ask(ElectLeadersRequest(election_type=7), 1)
    assert caught.value.code is ErrorCode.INVALID_REQUEST


def test_a_broken_journal_is_told(admin):
    """Version 0 has no error for the whole request: every partition gets it."""
    topic_id = admin.create("t")
    admin.apply(PartitionChangeRecord(partition_id=0, topic_id=topic_id, leader=-1))
    admin.break_journal()
    named = [TopicPartitions(topic="t", partitions=[0])]
    with pytest.raises(ApiError):
        admin.ask(ElectLeadersRequest(election_type=1, topic_partitions=named), 1)
    (topic,) = admin.ask(ElectLeadersRequest(topic_partitions=named), 0).replica_election_results
    assert topic.partition_result[0].error_code == ErrorCode.UNKNOWN_SERVER_ERROR
