# SPDX-License-Identifier: Apache-2.0
"""How a group, its members and its lag are shown."""

from __future__ import annotations

import pytest

from ottla.cli.group_view import (
    group_json,
    lag_json,
    lag_sentence,
    longest_behind_ms,
    partitions_text,
    print_group_facts,
    print_lags,
    print_members,
    total_lag,
)
from ottla.client.group_lag import OffsetRange, PartitionLag
from ottla.client.group_offsets import CommittedOffset
from ottla.client.groups import GroupDescription, GroupMember
from ottla.client.topic_partition import TopicPartition
from ottla.net.address import Address

T0, T1, T2 = (TopicPartition("t", number) for number in range(3))

CLASSIC = GroupDescription(
    "g",
    "classic",
    "Stable",
    "consumer",
    "range",
    1,
    members=(
        GroupMember(
            "m-1", None, "c", "10.0.0.1", "classic", subscribed_topics=("t",), assignment=(T0, T1)
        ),
    ),
)

MODERN = GroupDescription(
    "h",
    "consumer",
    "Reconciling",
    "consumer",
    "uniform",
    2,
    epoch=5,
    assignment_epoch=4,
    members=(
        GroupMember("a", "s", "c", "h", "consumer", "r", 4, ("t",), "^x", (T0, T1, T2), (T0, T2)),
        GroupMember("b", None, "c", "h", "classic", None, 4, ("t",), None, (), (T1,)),
        GroupMember("c", None, "c", "h", "consumer", None, 4, ("t",), None, (T2,), ()),
        GroupMember("d", None, "c", "h", "consumer", None, 4, ("t",), None, (), ()),
    ),
    coordinator_address=Address("h", 9092),
)

LAGS = [
    PartitionLag(T0, CommittedOffset(5, "x"), OffsetRange(0, 9, 7), 4, 12_000),
    PartitionLag(T1, CommittedOffset(9, ""), OffsetRange(0, 9, 9), 0, None),
    PartitionLag(T2, None, OffsetRange(0, 3, 3), None, None),
]


def test_totals():
    """Sums are of what is known; the age is the oldest."""
    assert total_lag(LAGS) == 4
    assert longest_behind_ms(LAGS) == 12_000
    assert longest_behind_ms([]) is None
    assert lag_sentence(LAGS) == "4 in 1 of 3 partitions, 12 s behind; 1 not known"
    assert lag_sentence(LAGS[1:2]) == "0 in 0 of 1 partitions"
    assert lag_sentence([]) == "no offsets committed"


@pytest.mark.parametrize(
    ("numbers", "text"),
    [((), ""), ((3,), "t:3"), ((0, 1, 2, 5, 7, 8), "t:0-2,5,7-8")],
)
def test_partitions(numbers, text):
    """Neighbours are drawn together."""
    assert partitions_text([TopicPartition("t", number) for number in numbers]) == text


def test_partitions_of_several_topics():
    """Topics stand beside each other; bytes of other protocols are named as such."""
    assert partitions_text((T0, TopicPartition("u", 1))) == "t:0 u:1"
    assert partitions_text(None) == "(its own format)"


def test_facts_of_a_classic_group(capsys):
    """What only the consumer protocol has is left out."""
    print_group_facts(CLASSIC, LAGS)
    assert capsys.readouterr().out.splitlines() == [
        "group\tg",
        "type\tclassic",
        "state\tStable",
        "assignor\trange",
        "coordinator\tbroker 1",
        "members\t1",
        "lag\t4 in 1 of 3 partitions, 12 s behind; 1 not known",
    ]


def test_facts_of_a_consumer_group(capsys):
    """The epoch is there, and that of the assignment while it lags behind."""
    print_group_facts(MODERN, [])
    facts = dict(line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert (facts["epoch"], facts["assignment epoch"]) == ("5", "4")
    assert facts["coordinator"] == "broker 2 at h:9092"


def test_facts_of_another_protocol_type(capsys):
    """Groups of Connect and others say what they are; an empty group has no assignor."""
    print_group_facts(GroupDescription("w", "classic", "Empty", "connect", "", 1), [])
    facts = dict(line.split("\t") for line in capsys.readouterr().out.splitlines())
    assert facts["protocol type"] == "connect"
    assert "assignor" not in facts


def test_lag_rows(capsys):
    """Each row has its owner; the stable end is there only where it differs."""
    print_lags(CLASSIC, LAGS)
    assert capsys.readouterr().out.splitlines() == [
        "TOPIC\tPARTITION\tCOMMITTED\tEND\tSTABLE END\tLAG\tBEHIND\tCLIENT\tHOST\tNOTE",
        "t\t0\t5\t9\t7\t4\t12 s\tc\t10.0.0.1\t",
        "t\t1\t9\t9\t\t0\t\tc\t10.0.0.1\t",
        "t\t2\t\t3\t\t\t\t\t\tnothing committed",
    ]


def test_members(capsys):
    """A target is shown where it is not reached yet; a protocol where it is not the group's."""
    print_members(MODERN)
    rows = [line.split("\t") for line in capsys.readouterr().out.splitlines()]
    assert rows[0][-3:] == ["SUBSCRIBED", "ASSIGNED", "TARGET"]
    assert [row[-3:] for row in rows[1:]] == [
        ["t /^x/", "t:0-2", "t:0,2"],
        ["t", "", "t:1"],
        ["t", "t:2", "nothing"],
        ["t", "", ""],
    ]
    assert [row[5] for row in rows[1:]] == ["", "classic", "", ""]


def test_json():
    """Everything is there, numbers as numbers, what is not known as null."""
    document = {**group_json(MODERN), **lag_json(CLASSIC, LAGS)}
    assert (document["group"], document["epoch"], document["lag"]) == ("h", 5, 4)
    assert document["lag_seconds"] == 12.0
    assert document["coordinator_address"] == "h:9092"
    member = document["members"][0]
    assert (member["instance_id"], member["rack"], member["epoch"]) == ("s", "r", 4)
    assert member["target_assignment"] == [
        {"topic": "t", "partition": 0},
        {"topic": "t", "partition": 2},
    ]
    assert document["partitions"][0] == {
        "topic": "t",
        "partition": 0,
        "committed_offset": 5,
        "metadata": "x",
        "first_offset": 0,
        "end_offset": 9,
        "last_stable_offset": 7,
        "lag": 4,
        "lag_seconds": 12.0,
        "note": None,
        "member_id": "m-1",
        "client_id": "c",
        "host": "10.0.0.1",
    }
    assert document["partitions"][2]["committed_offset"] is None


def test_json_of_what_only_the_member_reads():
    """Bytes of other protocols are null, which is not the same as nothing."""
    member = GroupMember("m", None, "c", "h", "")
    document = group_json(
        GroupDescription("g", "classic", "Stable", "connect", "x", 1, members=(member,))
    )
    assert document["members"][0]["assignment"] is None
    assert document["members"][0]["subscribed_topics"] is None
    lags = [PartitionLag(T0, None, None, None, None)]
    assert lag_json(CLASSIC, lags)["partitions"][0]["end_offset"] is None
