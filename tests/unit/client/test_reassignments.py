# SPDX-License-Identifier: Apache-2.0
"""Moves: what is asked, and how refusals read."""

from __future__ import annotations

import pytest

from ottla.client.reassignments import Reassignment, list_reassignments, reassign
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages import alter_partition_reassignments as alter
from ottla.protocol.messages import list_partition_reassignments as listing


def altered(*errors: tuple[int, str | None], code=0):
    """Return an answer for partitions of topic t, in order."""
    return alter.AlterPartitionReassignmentsResponse(
        error_code=code,
        error_message=None,
        responses=[
            alter.ReassignableTopicResponse(
                name="t",
                partitions=[
                    alter.ReassignablePartitionResponse(
                        partition_index=number, error_code=error, error_message=text
                    )
                    for number, (error, text) in enumerate(errors)
                ],
            )
        ],
    )


def test_reassign_and_cancel(fake, ask, serve):
    """Targets go as they are, null cancels; refusals are values that name the partition."""
    refused = (ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, None)
    named = (ErrorCode.INVALID_REPLICA_ASSIGNMENT, "t-2 cannot be there")
    serve(alter.AlterPartitionReassignmentsRequest, altered((0, None), refused, named))
    places = [TopicPartition("t", number) for number in range(3)]
    outcomes = ask(reassign, {places[0]: (2, 3), places[1]: None, places[2]: (9,)})
    (request,) = fake.requests(alter.AlterPartitionReassignmentsRequest)
    assert [p.replicas for p in request.topics[0].partitions] == [[2, 3], None, [9]]
    assert outcomes[places[0]] is None
    assert outcomes[places[1]].code is ErrorCode.NO_REASSIGNMENT_IN_PROGRESS
    assert str(outcomes[places[1]]).count("t-1: ") == 1
    assert outcomes[places[2]].message == "t-2 cannot be there"


def test_it_is_asked_again_while_there_is_no_controller(ask, serve):
    """A move that is asked for twice is the same move."""
    serve(
        alter.AlterPartitionReassignmentsRequest,
        altered(code=ErrorCode.NOT_CONTROLLER),
        altered((0, None)),
    )
    place = TopicPartition("t", 0)
    assert ask(reassign, {place: (1,)}) == {place: None}


def test_list(ask, serve):
    """Moves come by topic and partition."""
    partition = listing.OngoingPartitionReassignment
    serve(
        listing.ListPartitionReassignmentsRequest,
        listing.ListPartitionReassignmentsResponse(
            error_message=None,
            topics=[
                listing.OngoingTopicReassignment(
                    name="t",
                    partitions=[
                        partition(partition_index=1, replicas=[1, 2], adding_replicas=[2]),
                        partition(partition_index=0, replicas=[3, 1], removing_replicas=[3]),
                    ],
                )
            ],
        ),
    )
    assert ask(list_reassignments) == [
        Reassignment("t", 0, (3, 1), (), (3,)),
        Reassignment("t", 1, (1, 2), (2,), ()),
    ]


def test_a_refusal_as_a_whole_is_raised(ask, serve):
    """Nobody may take it for an empty list."""
    serve(
        listing.ListPartitionReassignmentsRequest,
        listing.ListPartitionReassignmentsResponse(
            error_code=ErrorCode.CLUSTER_AUTHORIZATION_FAILED, error_message="no"
        ),
    )
    with pytest.raises(ApiError, match="no"):
        ask(list_reassignments)
