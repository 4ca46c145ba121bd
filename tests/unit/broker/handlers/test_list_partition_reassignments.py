# SPDX-License-Identifier: Apache-2.0
"""Claims about ListPartitionReassignments."""

from __future__ import annotations

from ottla.protocol.messages.cluster_metadata import PartitionChangeRecord
from ottla.protocol.messages.list_partition_reassignments import (
    ListPartitionReassignmentsRequest,
    ListPartitionReassignmentsTopics,
)


def listed(admin, topics):
    """Return what moves."""
    response = admin.ask(ListPartitionReassignmentsRequest(topics=topics), 0)
    assert (response.error_code, response.error_message) == (0, None)
    return [
        (t.name, p.partition_index, p.replicas, p.adding_replicas, p.removing_replicas)
        for t in response.topics
        for p in t.partitions
    ]


def test_only_what_moves_is_listed(admin):
    """Null asks for everything, a list for those partitions; the rest is left out."""
    topic_id = admin.create("t", 3)
    admin.create("u")
    assert listed(admin, None) == []
    for number in (1, 2):
        admin.apply(
            PartitionChangeRecord(
                partition_id=number,
                topic_id=topic_id,
                replicas=[1, 2],
                adding_replicas=[2],
                removing_replicas=[1],
            )
        )
    moving = [("t", number, [1, 2], [2], [1]) for number in (1, 2)]
    assert listed(admin, None) == moving
    asked = [
        ListPartitionReassignmentsTopics(name="t", partition_indexes=[0, 2, 9]),
        ListPartitionReassignmentsTopics(name="absent", partition_indexes=[0]),
    ]
    assert listed(admin, asked) == moving[1:]
