# SPDX-License-Identifier: Apache-2.0
"""`ottla groups`: what is asked, what is shown, what is refused."""

from __future__ import annotations

import asyncio
import json

import pytest

from ottla.cli import groups
from ottla.cli.main import main
from ottla.client.group_lag import OffsetRange, PartitionLag
from ottla.client.group_offsets import CommittedOffset
from ottla.client.groups import GroupDescription, GroupMember, ListedGroup
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError, ErrorCode

T0, T1 = TopicPartition("t", 0), TopicPartition("t", 1)

MISSING = ApiError(ErrorCode.GROUP_ID_NOT_FOUND, "group 'nope' does not exist")


def described(group_id, *member_ids: str):
    """Return a group with members."""
    members = tuple(GroupMember(name, None, "c", "h", "classic") for name in member_ids)
    state = "Stable" if members else "Empty"
    return GroupDescription(group_id, "classic", state, "consumer", "", 1, members=members)


def lagging(name, lag):
    """Return a lag of so many records."""
    known = lag is not None
    committed = CommittedOffset(100 - lag, "") if known else None
    behind_ms = lag * 1000 if lag else None
    return PartitionLag(name, committed, OffsetRange(0, 100, 100), lag, behind_ms)


class FakeClient:
    """Two groups that can be described, and one of another type."""

    def __init__(self) -> None:
        self.groups = {"g": described("g", "m"), "h": described("h")}
        self.lags = {
            "g": [lagging(T0, 0), lagging(T1, 7)],
            "h": [lagging(T0, 20), lagging(T1, None)],
        }
        self.listed = [
            ListedGroup("g", "classic", "Stable", "consumer", 1),
            ListedGroup("h", "", "", "consumer", 1),
            ListedGroup("s", "share", "Stable", "share", 1),
        ]
        self.asked = None
        self.outcomes = {}

    async def list_groups(self, _, **filters: object):
        """List all, whatever the filters."""
        self.asked = filters
        return self.listed

    async def describe_groups(self, _, group_ids):
        """Describe those that exist."""
        return {name: self.groups.get(name, MISSING) for name in group_ids}

    async def measure_lag(self, _, described, *, isolation_level):
        """Return the lags."""
        self.asked = isolation_level
        return {group.group_id: self.lags[group.group_id] for group in described}

    async def delete_groups(self, _, group_ids):
        """Return the outcomes."""
        return {name: self.outcomes.get(name) for name in group_ids}

    async def selected_partitions(self, _, topics):
        """Return two partitions."""
        self.asked = topics
        return [T0, T1]

    async def delete_group_offsets(self, _, group_id, names):
        """Return the outcomes."""
        return {name: self.outcomes.get((group_id, name)) for name in names}


@pytest.fixture
def cluster(monkeypatch):
    """Replace the client."""
    fake = FakeClient()
    for name in (
        "list_groups",
        "describe_groups",
        "measure_lag",
        "delete_groups",
        "selected_partitions",
        "delete_group_offsets",
    ):
        monkeypatch.setattr(groups, name, getattr(fake, name))
    monkeypatch.setattr(groups, "with_cluster", lambda _, action: asyncio.run(action(None)))
    return fake


def test_list(cluster, capsys):
    """Filters reach the brokers in the protocol's spelling; what is not known is null."""
    main(["groups", "list", "--state", "stable", "--state", "EMPTY", "--type", "Classic"])
    assert cluster.asked == {"states": ("Stable", "Empty"), "types": ("classic",)}
    assert capsys.readouterr().out.splitlines()[1] == "g\tclassic\tStable\tconsumer\t1"
    main(["groups", "list", "--json"])
    document = json.loads(capsys.readouterr().out)
    assert document[0] == {
        "group": "g",
        "type": "classic",
        "state": "Stable",
        "protocol_type": "consumer",
        "coordinator": 1,
    }
    assert (document[1]["type"], document[1]["state"]) == (None, None)


def test_unknown_states_are_wrong_usage(cluster, capsys):
    """A state that groups cannot have is named."""
    assert main(["groups", "list", "--state", "asleep"]) == 2
    assert "asleep" in capsys.readouterr().err


def test_describe(cluster, capsys):
    """Facts, members and lag of one group after the other."""
    assert main(["groups", "describe", "g", "h"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "group\tg"
    assert "lag\t7 in 1 of 2 partitions, 7.0 s behind" in lines
    assert lines.count("") == 2  # between members and lag, and between the groups
    main(["groups", "describe", "g", "--json", "--read-committed"])
    [document] = json.loads(capsys.readouterr().out)
    assert (document["lag"], document["lag_seconds"]) == (7, 7.0)
    assert [member["member_id"] for member in document["members"]] == ["m"]
    assert cluster.asked == 1


@pytest.mark.parametrize("name", ["describe", "members", "lag"])
def test_groups_that_cannot_be_shown(cluster, capsys, name):
    """A missing group is named, a group of another type as well."""
    assert main(["groups", name, "nope"]) == 1
    assert "group 'nope' does not exist" in capsys.readouterr().err
    assert main(["groups", name, "s"]) == 1
    assert "'s' is a share group" in capsys.readouterr().err
    cluster.groups = {"g": ApiError(ErrorCode.GROUP_AUTHORIZATION_FAILED, "group 'g': no")}
    assert main(["groups", name, "g"]) == 1
    assert "group 'g': no" in capsys.readouterr().err


def test_members(cluster, capsys):
    """Several groups are told apart."""
    main(["groups", "members", "g"])
    assert capsys.readouterr().out.splitlines()[1].startswith("m\t")
    main(["groups", "members", "g", "h"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "group\tg"
    assert "group\th" in lines
    main(["groups", "members", "g", "--json"])
    assert json.loads(capsys.readouterr().out)[0]["members"][0]["client_id"] == "c"


def test_lag_of_one_group(cluster, capsys):
    """The worst partition comes first, those without a known lag last."""
    main(["groups", "lag", "g"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[:3] == ["group\tg", "state\tStable", "lag\t7 in 1 of 2 partitions, 7.0 s behind"]
    assert [line.split("\t")[1] for line in lines[4:]] == ["1", "0"]
    main(["groups", "lag", "h", "g", "--json"])
    first, _ = json.loads(capsys.readouterr().out)
    assert [partition["lag"] for partition in first["partitions"]] == [20, None]


def test_lag_of_all_groups(cluster, capsys):
    """One row for each group that can be measured, the worst first."""
    main(["groups", "lag"])
    assert capsys.readouterr().out.splitlines() == [
        "GROUP\tTYPE\tSTATE\tMEMBERS\tPARTITIONS\tLAG\tBEHIND",
        "h\tclassic\tEmpty\t0\t2\t20\t20 s",
        "g\tclassic\tStable\t1\t2\t7\t7.0 s",
    ]
    main(["groups", "lag", "--json"])
    assert [entry["group"] for entry in json.loads(capsys.readouterr().out)] == ["g", "h"]
    cluster.listed = []
    main(["groups", "lag", "--json"])
    assert json.loads(capsys.readouterr().out) == []
    assert main(["groups", "lag"]) == 0


def test_groups_that_vanish_while_all_are_measured(cluster, capsys):
    """A group that was listed and is gone is left out; one that is refused is an error."""
    del cluster.groups["h"]
    main(["groups", "lag", "--json"])
    assert [entry["group"] for entry in json.loads(capsys.readouterr().out)] == ["g"]
    cluster.groups["h"] = ApiError(ErrorCode.GROUP_AUTHORIZATION_FAILED, "group 'h': no")
    with pytest.raises(ApiError, match="group 'h': no"):
        asyncio.run(groups._all_described(None))


def test_delete(cluster, capsys):
    """What was deleted is told, what was not is an error that names it."""
    cluster.outcomes = {"h": ApiError(ErrorCode.NON_EMPTY_GROUP, "group 'h': it has members")}
    assert main(["groups", "delete", "g", "h", "--yes"]) == 1
    captured = capsys.readouterr()
    assert captured.out == "Deleted group g\n"
    assert "group 'h': it has members" in captured.err


def test_delete_offsets(cluster, capsys):
    """With a topic only its offsets go, and the group stays."""
    assert main(["groups", "delete", "g", "--topic", "t:0-1", "--yes"]) == 0
    assert cluster.asked == (("t", (0, 1)),)
    assert capsys.readouterr().out == "Deleted offsets of topic t in group g\n"
    refusal = ApiError(ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC, "t-1: it is read")
    cluster.outcomes = {("h", T1): refusal}
    assert main(["groups", "delete", "g", "h", "--topic", "t", "--yes"]) == 1
    captured = capsys.readouterr()
    assert captured.out == "Deleted offsets of topic t in group g\n"
    assert "t-1: it is read; stop its members first" in captured.err


def test_delete_asks_a_person(cluster, capsys, monkeypatch):
    """On a terminal nothing is deleted before somebody said yes."""
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("click.confirm", lambda *_, **__: False)
    assert main(["groups", "delete", "g"]) == 1
    assert "nothing was deleted" in capsys.readouterr().err
    monkeypatch.setattr("click.confirm", lambda *_, **__: True)
    assert main(["groups", "delete", "g", "--topic", "t"]) == 0
