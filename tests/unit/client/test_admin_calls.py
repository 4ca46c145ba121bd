# SPDX-License-Identifier: Apache-2.0
"""Calls that `Admin` alone makes: what goes over the wire, and what outcomes become."""

from __future__ import annotations

import pickle

import pytest

from ottla.client.admin import NewTopic, create_topics, describe_topics
from ottla.client.configs import ConfigChange, ConfigOperation, ConfigResource, read_changes
from ottla.client.elections import ElectionType, elect_leaders
from ottla.client.errors import ItemsFailedError, UnsupportedApiError
from ottla.client.features import describe_features
from ottla.client.group_members import remove_members
from ottla.client.outcomes import results_of
from ottla.client.record_deletion import delete_records
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.api_keys import ApiKey
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages import (
    api_versions,
    leave_group,
)
from ottla.protocol.messages import (
    create_topics as topic_messages,
)
from ottla.protocol.messages import (
    delete_records as record_messages,
)
from ottla.protocol.messages import (
    elect_leaders as election_messages,
)

A, B = TopicPartition("t", 0), TopicPartition("t", 1)


class TestOutcomes:
    """`results_of`, and the error that it raises."""

    def test_results(self):
        """Without failures they are what is left."""
        assert results_of({"a": 1, "b": None}) == {"a": 1, "b": None}

    def test_failures(self):
        """The first is told, the others are counted, and nothing is lost."""
        first = ApiError(ErrorCode.NON_EMPTY_GROUP, "group 'b' has members")
        second = ApiError(ErrorCode.NOT_COORDINATOR)
        with pytest.raises(ItemsFailedError, match=r"group 'b' has members \(1 more") as raised:
            results_of({"a": 1, "b": first, "c": second})
        assert isinstance(raised.value, ApiError)
        assert raised.value.code is ErrorCode.NON_EMPTY_GROUP
        assert not raised.value.retriable
        assert raised.value.failures == {"b": first, "c": second}
        assert raised.value.results == {"a": 1}
        assert "more" not in str(ItemsFailedError({"b": first}))
        copied = pickle.loads(pickle.dumps(raised.value))
        assert str(copied) == str(raised.value)
        assert (list(copied.failures), copied.results) == (["b", "c"], {"a": 1})


class TestTopics:
    """`create_topics` and `describe_topics`."""

    def test_create(self, fake, ask):
        """Numbers, or the brokers of each partition; each topic has its outcome."""
        result = topic_messages.CreatableTopicResult
        fake.script(
            ApiKey.CREATE_TOPICS,
            topic_messages.CreateTopicsResponse(
                topics=[
                    result(name="a", num_partitions=2, replication_factor=1, error_message=None),
                    result(name="b", error_code=ErrorCode.TOPIC_ALREADY_EXISTS, error_message=None),
                ]
            ),
        )
        created = ask(
            create_topics,
            [NewTopic("a", 2, configs={"k": "v"}), NewTopic("b", assignments=[[1, 2], [2, 1]])],
        )
        assert (created["a"].name, created["a"].partition_count) == ("a", 2)
        assert created["b"].code is ErrorCode.TOPIC_ALREADY_EXISTS
        first, second = fake.requests(topic_messages.CreateTopicsRequest)[0].topics
        assert (first.num_partitions, first.replication_factor) == (2, -1)
        assert [(config.name, config.value) for config in first.configs] == [("k", "v")]
        assert (second.num_partitions, second.replication_factor) == (-1, -1)
        placed = [(each.partition_index, each.broker_ids) for each in second.assignments]
        assert placed == [(0, [1, 2]), (1, [2, 1])]

    def test_describe(self, fake, ask):
        """Who does not exist is told apart."""
        fake.leaders["t"] = [1, 1]
        described = ask(describe_topics, ["t", "u"])
        assert len(described["t"].partitions) == 2
        assert described["u"].message == "topic 'u' does not exist"


class TestRecords:
    """`delete_records`."""

    def answer(self, **codes: int):
        """Return an answer for partitions p0 and p1."""
        return record_messages.DeleteRecordsResponse(
            topics=[
                record_messages.DeleteRecordsTopicResult(
                    name="t",
                    partitions=[
                        record_messages.DeleteRecordsPartitionResult(
                            partition_index=int(name[1:]), low_watermark=7, error_code=code
                        )
                        for name, code in codes.items()
                    ],
                )
            ]
        )

    def test_moved_leaders_are_asked_again(self, fake, ask, serve):
        """Only for what is not decided."""
        fake.leaders["t"] = [1, 1]
        serve(
            record_messages.DeleteRecordsRequest,
            self.answer(p0=0, p1=ErrorCode.NOT_LEADER_OR_FOLLOWER),
            self.answer(p1=ErrorCode.OFFSET_OUT_OF_RANGE),
        )

        async def learned(cluster):
            await cluster.refresh(("t",))
            return await delete_records(cluster, {A: 7, B: 99})

        outcomes = ask(learned)
        assert outcomes[A] == 7
        assert outcomes[B].code is ErrorCode.OFFSET_OUT_OF_RANGE
        requests = fake.requests(record_messages.DeleteRecordsRequest)
        asked = [
            [(each.partition_index, each.offset) for each in request.topics[0].partitions]
            for request in requests
        ]
        assert asked == [[(0, 7), (1, 99)], [(1, 99)]]


class TestElections:
    """`elect_leaders`."""

    def test_outcomes(self, fake, ask, serve):
        """Elections that were not needed are no news."""
        result = election_messages.PartitionResult
        serve(
            election_messages.ElectLeadersRequest,
            election_messages.ElectLeadersResponse(
                replica_election_results=[
                    election_messages.ReplicaElectionResult(
                        topic="t",
                        partition_result=[
                            result(partition_id=0, error_message=None),
                            result(
                                partition_id=1,
                                error_code=ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE,
                                error_message="broker 2 is fenced",
                            ),
                            result(partition_id=2, error_code=ErrorCode.ELECTION_NOT_NEEDED),
                        ],
                    )
                ]
            ),
        )
        outcomes = ask(elect_leaders, [A, B, TopicPartition("t", 2)], ElectionType.UNCLEAN)
        assert list(outcomes) == [A, B]
        assert outcomes[A] is None
        assert outcomes[B].message == "t-1: broker 2 is fenced"
        (request,) = fake.requests(election_messages.ElectLeadersRequest)
        assert request.election_type == 1
        assert [(t.topic, t.partitions) for t in request.topic_partitions] == [("t", [0, 1, 2])]

    def test_refused_as_a_whole(self, fake, ask, serve):
        """All partitions are asked for by none."""
        serve(
            election_messages.ElectLeadersRequest,
            election_messages.ElectLeadersResponse(
                error_code=ErrorCode.CLUSTER_AUTHORIZATION_FAILED
            ),
        )
        with pytest.raises(ApiError, match="the election of leaders"):
            ask(elect_leaders)
        assert fake.requests(election_messages.ElectLeadersRequest)[0].topic_partitions is None


class TestMembers:
    """`remove_members`."""

    def answer(self, code=0, **codes: int):
        """Return an answer to LeaveGroup; names that begin with i are instances."""
        return leave_group.LeaveGroupResponse(
            error_code=code,
            members=[
                leave_group.MemberResponse(
                    member_id="" if name.startswith("i") else name,
                    group_instance_id=name if name.startswith("i") else None,
                    error_code=code,
                )
                for name, code in codes.items()
            ],
        )

    def test_outcomes(self, fake, ask, serve):
        """Both kinds of names, in one request."""
        serve(leave_group.LeaveGroupRequest, self.answer(m=0, i=ErrorCode.UNKNOWN_MEMBER_ID))
        outcomes = ask(remove_members, "g", member_ids=["m"], instance_ids=["i"])
        assert outcomes["m"] is None
        assert outcomes["i"].message.startswith("group 'g': member 'i': ")
        (request,) = fake.requests(leave_group.LeaveGroupRequest)
        assert request.group_id == "g"
        names = [(member.member_id, member.group_instance_id) for member in request.members]
        assert names == [("m", None), ("", "i")]

    def test_a_lost_answer(self, ask, serve, drop):
        """A member that is gone when asked again was removed by the first request."""
        serve(leave_group.LeaveGroupRequest, drop, self.answer(m=ErrorCode.UNKNOWN_MEMBER_ID))
        assert ask(remove_members, "g", member_ids=["m"]) == {"m": None}

    def test_refused_as_a_whole(self, ask, serve):
        """The group is named."""
        serve(leave_group.LeaveGroupRequest, self.answer(code=ErrorCode.INVALID_GROUP_ID))
        with pytest.raises(ApiError, match="group 'g'"):
            ask(remove_members, "g", member_ids=["m"])

    def test_brokers_that_are_too_old(self, ask, serve):
        """They let a member leave only itself."""
        serve(leave_group.LeaveGroupRequest, self.answer(), versions=(0, 2))
        with pytest.raises(UnsupportedApiError, match="too old to remove members"):
            ask(remove_members, "g", member_ids=["m"])


def test_features(fake, ask):
    """What is supported, what is in force, and an epoch that may be unknown."""
    ordinary = fake._api_versions

    def answer(broker, request, version):
        response = ordinary(broker, request, version)
        response.supported_features = [
            api_versions.SupportedFeatureKey(name="f", min_version=0, max_version=3)
        ]
        response.finalized_features = [
            api_versions.FinalizedFeatureKey(name="f", min_version_level=1, max_version_level=2)
        ]
        return response

    fake._api_versions = answer
    features = ask(describe_features)
    assert features.supported == {"f": (0, 3)}
    assert features.finalized == {"f": (1, 2)}
    assert features.epoch is None


def test_changes_of_configurations():
    """A mapping sets values, and None goes back to the default."""
    changes = read_changes({"a": "1", "b": None})
    assert changes == [
        ConfigChange("a", ConfigOperation.SET, "1"),
        ConfigChange("b", ConfigOperation.DELETE),
    ]
    assert read_changes(changes) == changes


def test_resources():
    """They are named by what they are."""
    resources = (ConfigResource.topic("t"), ConfigResource.broker(3), ConfigResource.group("g"))
    assert list(map(str, resources)) == ["topic 't'", "broker '3'", "group 'g'"]
    assert str(ConfigResource.broker()) == "the default of all brokers"
