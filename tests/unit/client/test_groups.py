# SPDX-License-Identifier: Apache-2.0
"""Lists, descriptions and deletions of groups, from brokers old and new."""

from __future__ import annotations

import pytest

from ottla.client.errors import UnsupportedApiError
from ottla.client.groups import (
    GroupDescription,
    delete_groups,
    describe_group,
    describe_groups,
    list_groups,
)
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages import consumer_group_describe as consumer_messages
from ottla.protocol.messages import delete_groups as delete_messages
from ottla.protocol.messages import describe_groups as classic_messages
from ottla.protocol.messages import list_groups as list_messages
from ottla.protocol.messages.consumer_protocol import (
    ConsumerProtocolAssignment,
    ConsumerProtocolAssignmentTopicPartition,
    ConsumerProtocolSubscription,
)


def listed(group_id, group_type="Classic", code=0):
    """Return an answer to ListGroups."""
    return list_messages.ListGroupsResponse(
        error_code=code,
        groups=[
            list_messages.ListedGroup(
                group_id=group_id,
                protocol_type="consumer",
                group_state="Stable",
                group_type=group_type,
            )
        ],
    )


def versioned(message, version=3):
    """Return what members send: a version and a body."""
    return version.to_bytes(2, "big") + message.encode(min(version, 3))


def classic_group(**fields: object):
    """Return an answer to DescribeGroups."""
    return classic_messages.DescribeGroupsResponse(
        groups=[
            classic_messages.DescribedGroup(
                **{
                    "group_id": "g",
                    "group_state": "Stable",
                    "protocol_type": "consumer",
                    "protocol_data": "range",
                    **fields,
                }
            )
        ]
    )


def classic_member(member_id="m", metadata=b"", assignment=b""):
    """Return a member of a classic group."""
    return classic_messages.DescribedGroupMember(
        member_id=member_id,
        group_instance_id=None,
        client_id="c",
        client_host="/10.0.0.1",
        member_metadata=metadata,
        member_assignment=assignment,
    )


SUBSCRIPTION = ConsumerProtocolSubscription(topics=["t", "s"], rack_id="r1")
ASSIGNMENT = ConsumerProtocolAssignment(
    assigned_partitions=[ConsumerProtocolAssignmentTopicPartition(topic="t", partitions=[2, 0])]
)


class TestList:
    """`list_groups`."""

    @pytest.fixture
    def fake(self, network):
        """Two brokers, each of which coordinates something."""
        return network.cluster(2)

    def test_groups_of_all_brokers(self, fake, ask, serve):
        """Every broker is asked with the filters, and the lists become one."""
        serve(list_messages.ListGroupsRequest, listed("z"), listed("a"))
        groups = ask(list_groups, states=["Stable"], types=["classic"])
        assert [(g.group_id, g.coordinator, g.group_type) for g in groups] == [
            ("a", 2, "classic"),
            ("z", 1, "classic"),
        ]
        for request in fake.requests(list_messages.ListGroupsRequest):
            assert (request.states_filter, request.types_filter) == (["Stable"], ["classic"])

    def test_a_loading_coordinator(self, ask, serve):
        """The list is not taken for complete while a coordinator is loading."""
        loading = listed("x", code=ErrorCode.COORDINATOR_LOAD_IN_PROGRESS)
        serve(list_messages.ListGroupsRequest, loading, listed("g"), listed("h"))
        assert [group.group_id for group in ask(list_groups)] == ["g", "h"]

    @pytest.mark.parametrize(
        ("highest", "filters", "quality"),
        [(3, {"states": ["Stable"]}, "state"), (4, {"types": ["classic"]}, "type")],
    )
    def test_filters_that_a_broker_does_not_know(self, ask, serve, highest, filters, quality):
        """A filter is not silently left out; without one old brokers list what they know."""
        versions = (0, highest)
        serve(list_messages.ListGroupsRequest, listed("g"), listed("h"), versions=versions)
        with pytest.raises(UnsupportedApiError, match=f"too old to filter groups by {quality}"):
            ask(list_groups, **filters)
        assert [group.group_type for group in ask(list_groups)] == ["", ""]


class TestDescribe:
    """`describe_groups`."""

    def test_consumer_group(self, ask, serve):
        """Epochs, racks and both assignments of each member are there."""

        def assignment(*numbers: int):
            topic = consumer_messages.TopicPartitions(
                topic_id=b"i" * 16, topic_name="t", partitions=numbers
            )
            return consumer_messages.Assignment(topic_partitions=[topic])

        member = consumer_messages.Member(
            member_id="m",
            instance_id="s",
            rack_id="r",
            member_epoch=4,
            client_id="c",
            client_host="/::1",
            subscribed_topic_names=["t"],
            subscribed_topic_regex="",
            assignment=assignment(1),
            target_assignment=assignment(0, 1),
            member_type=1,
        )
        serve(
            consumer_messages.ConsumerGroupDescribeRequest,
            consumer_messages.ConsumerGroupDescribeResponse(
                groups=[
                    consumer_messages.DescribedGroup(
                        group_id="g",
                        group_state="Reconciling",
                        group_epoch=5,
                        assignment_epoch=4,
                        assignor_name="uniform",
                        members=[member],
                    )
                ]
            ),
        )
        group = ask(describe_group, "g")
        assert (group.group_type, group.state, group.assignor) == (
            "consumer",
            "Reconciling",
            "uniform",
        )
        assert (group.epoch, group.assignment_epoch, group.coordinator) == (5, 4, 1)
        assert str(group.coordinator_address) == "broker-1:9092"
        [described] = group.members
        assert (described.host, described.protocol, described.epoch) == ("::1", "consumer", 4)
        assert described.subscribed_regex is None
        assert described.assignment == (TopicPartition("t", 1),)
        assert described.target_assignment == (TopicPartition("t", 0), TopicPartition("t", 1))

    @pytest.mark.parametrize("version", [0, 3, 9])
    def test_classic_group(self, ask, serve, version):
        """What members tell each other is read, whichever version they use."""
        subscription = versioned(SUBSCRIPTION, version)
        assignment = versioned(ASSIGNMENT, version)
        serve(
            classic_messages.DescribeGroupsRequest,
            classic_group(members=[classic_member("m", subscription, assignment)]),
        )
        group = ask(describe_group, "g")
        assert (group.group_type, group.assignor, group.epoch) == ("classic", "range", None)
        [member] = group.members
        assert (member.host, member.subscribed_topics) == ("10.0.0.1", ("s", "t"))
        assert member.rack_id == ("r1" if version >= 3 else None)
        assert member.assignment == (TopicPartition("t", 0), TopicPartition("t", 2))
        assert member.target_assignment is None
        assert group.is_active

    @pytest.mark.parametrize("data", [b"", b"\0", b"\xff\xff\0", b"\0\1\0\0\0\7", b"\0\0\xff"])
    def test_bytes_that_are_no_assignment(self, ask, serve, data):
        """Whatever members put there, the rest of the group is described."""
        serve(
            classic_messages.DescribeGroupsRequest,
            classic_group(members=[classic_member("m", data, data)]),
        )
        [member] = ask(describe_group, "g").members
        assert member.subscribed_topics is None
        assert member.assignment is None

    def test_other_protocol_types(self, ask, serve):
        """Groups of Connect and others keep their bytes to themselves."""
        serve(
            classic_messages.DescribeGroupsRequest,
            classic_group(
                protocol_type="connect",
                members=[classic_member("m", versioned(SUBSCRIPTION), versioned(ASSIGNMENT))],
            ),
        )
        [member] = ask(describe_group, "g").members
        assert (member.subscribed_topics, member.assignment) == (None, None)

    def test_what_the_consumer_protocol_does_not_know_is_classic(self, ask, serve):
        """Groups of both protocols are described in one call, in the order asked for."""
        not_found = ErrorCode.GROUP_ID_NOT_FOUND
        described = consumer_messages.DescribedGroup
        serve(
            consumer_messages.ConsumerGroupDescribeRequest,
            consumer_messages.ConsumerGroupDescribeResponse(
                groups=[
                    described(
                        group_id="g", error_code=not_found, error_message="no consumer group"
                    ),
                    described(group_id="h", group_state="Empty"),
                    described(
                        group_id="i",
                        error_code=ErrorCode.GROUP_AUTHORIZATION_FAILED,
                        error_message="not yours",
                    ),
                ]
            ),
        )
        serve(classic_messages.DescribeGroupsRequest, classic_group(group_state="Empty"))
        groups = ask(describe_groups, ["h", "g", "i"])
        assert list(groups) == ["h", "g", "i"]
        assert (groups["h"].group_type, groups["g"].group_type) == ("consumer", "classic")
        assert groups["i"].message == "group 'i': not yours"
        assert not groups["g"].is_active

    @pytest.mark.parametrize(
        "fields", [{"group_state": "Dead"}, {"error_code": ErrorCode.GROUP_ID_NOT_FOUND}]
    )
    def test_groups_that_do_not_exist(self, ask, serve, fields):
        """Brokers say it by a code or, before 4.0, by a state; it is one error here."""
        serve(classic_messages.DescribeGroupsRequest, classic_group(**fields))
        with pytest.raises(ApiError, match="group 'g' does not exist") as caught:
            ask(describe_group, "g")
        assert caught.value.code is ErrorCode.GROUP_ID_NOT_FOUND

    def test_activity(self):
        """A group without members is active while a rebalance waits for them."""

        def group(state):
            return GroupDescription("g", "classic", state, "consumer", "", 1)

        active = {
            state: group(state).is_active for state in ("Empty", "Dead", "PreparingRebalance")
        }
        assert active == {"Empty": False, "Dead": False, "PreparingRebalance": True}


class TestDelete:
    """`delete_groups`."""

    def answer(self, **codes: int):
        """Return an answer to DeleteGroups."""
        return delete_messages.DeleteGroupsResponse(
            results=[
                delete_messages.DeletableGroupResult(group_id=group_id, error_code=code)
                for group_id, code in codes.items()
            ]
        )

    def test_each_group_has_its_outcome(self, ask, serve):
        """What can be deleted is, the rest says why not."""
        serve(
            delete_messages.DeleteGroupsRequest,
            self.answer(a=0, b=ErrorCode.NON_EMPTY_GROUP, c=ErrorCode.GROUP_ID_NOT_FOUND),
        )
        outcomes = ask(delete_groups, ["a", "b", "c"])
        assert outcomes["a"] is None
        assert outcomes["b"].code is ErrorCode.NON_EMPTY_GROUP
        assert outcomes["c"].message == "group 'c' does not exist"

    def test_an_answer_that_was_lost(self, ask, serve, drop):
        """A group that is gone when asked again was deleted by the first request."""
        serve(
            delete_messages.DeleteGroupsRequest, drop, self.answer(a=ErrorCode.GROUP_ID_NOT_FOUND)
        )
        assert ask(delete_groups, ["a"]) == {"a": None}
