# SPDX-License-Identifier: Apache-2.0
"""`ottla groups reset-offsets`: targets, dry runs, and groups that are in use."""

from __future__ import annotations

import asyncio
import json
from types import SimpleNamespace

import pytest

from ottla.cli import group_reset
from ottla.cli.group_reset import selected_partitions
from ottla.cli.main import main
from ottla.cli.options import TopicSelection
from ottla.client.errors import UnknownPartitionError
from ottla.client.group_offsets import CommittedOffset
from ottla.client.groups import GroupDescription, GroupMember
from ottla.client.metadata import ClusterMetadata, PartitionMetadata, TopicMetadata
from ottla.client.offset_reset import (
    NothingToShiftError,
    PlannedOffset,
    ResetKind,
    ResetTarget,
)
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import ApiError, ErrorCode

T0, T1 = TopicPartition("t", 0), TopicPartition("t", 1)
GONE = TopicPartition("gone", 0)

TOPIC = TopicMetadata("t", partitions=(PartitionMetadata(0, 1, 1), PartitionMetadata(1, 1, 1)))

RESET = ["groups", "reset-offsets", "g"]


class FakeClient:
    """A group `g` that is empty and has committed t-0; topic t with two partitions."""

    def __init__(self) -> None:
        self.group = GroupDescription("g", "classic", "Empty", "consumer", "", 1)
        self.committed = {T0: CommittedOffset(5, "")}
        self.target = None
        self.sent = None
        self.outcomes = {}
        self.failure = None

    async def topic(self, _):
        """Return the topic, as `Cluster` does."""
        return TOPIC

    async def refresh(self, _):
        """Return metadata, as `Cluster` does."""
        return ClusterMetadata(topics={"t": TOPIC})

    async def retrying(self, operation):
        """Run an operation, as `Cluster` does."""
        return await operation()

    async def describe_groups(self, _, __):
        """Describe the group."""
        return {"g": self.group}

    async def fetch_group_offsets(self, _, __):
        """Return what the group has committed."""
        return {"g": self.committed}

    async def plan_reset(self, _, committed, names, target):
        """Plan to go to 9 everywhere."""
        self.target = target
        if self.failure is not None:
            raise self.failure
        return [
            PlannedOffset(name, committed[name].offset if name in committed else None, 9, "odd")
            for name in names
        ]

    async def commit_group_offsets(self, _, group_id, offsets):
        """Keep what is committed."""
        self.sent = offsets
        return {name: self.outcomes.get(name) for name in offsets}


@pytest.fixture
def client(monkeypatch):
    """Replace the client."""
    fake = FakeClient()
    for name in ("describe_groups", "fetch_group_offsets", "plan_reset", "commit_group_offsets"):
        monkeypatch.setattr(group_reset, name, getattr(fake, name))
    monkeypatch.setattr(group_reset, "with_cluster", lambda _, action: asyncio.run(action(fake)))
    return fake


def test_dry_run_is_the_default(client, capsys):
    """Without --execute the plan is shown and nothing is committed."""
    assert main([*RESET, "--topic", "t", "--to-offset", "9"]) == 0
    assert client.sent is None
    assert capsys.readouterr().out.splitlines() == [
        "TOPIC\tPARTITION\tBEFORE\tAFTER\tCHANGE\tNOTE",
        "t\t0\t5\t9\t+4\todd",
        "t\t1\t\t9\t\todd",
    ]


def test_execute(client, capsys):
    """With --execute the plan is committed."""
    assert main([*RESET, "--topic", "t:1", "--to-latest", "--execute"]) == 0
    assert client.sent == {T1: 9}
    assert capsys.readouterr().out.endswith("Reset 1 partition of group g\n")
    main([*RESET, "--topic", "t", "--to-latest", "--execute", "--json"])
    assert json.loads(capsys.readouterr().out) == {
        "group": "g",
        "executed": True,
        "partitions": [
            {
                "topic": "t",
                "partition": partition,
                "offset_before": before,
                "offset_after": 9,
                "note": "odd",
            }
            for partition, before in ((0, 5), (1, None))
        ],
    }


@pytest.mark.parametrize(
    ("options", "target"),
    [
        (["--to-earliest"], ResetTarget(ResetKind.EARLIEST)),
        (["--to-latest"], ResetTarget(ResetKind.LATEST)),
        (["--to-offset", "7"], ResetTarget(ResetKind.OFFSET, 7)),
        (["--shift-by", "-3"], ResetTarget(ResetKind.SHIFT, -3)),
        (["--to-datetime", "1970-01-01T00:00:01Z"], ResetTarget(ResetKind.TIME, 1000)),
        (["--by-duration", "PT1M"], ResetTarget(ResetKind.TIME, 40_000)),
        (["--by-duration", "1000d"], ResetTarget(ResetKind.TIME, 0)),
    ],
)
def test_targets(client, monkeypatch, options, target):
    """Each option leads to one kind of target; durations count from now."""
    clock = SimpleNamespace(time_ns=lambda: 100_000 * 1_000_000)
    monkeypatch.setattr(group_reset, "time", clock)
    assert main([*RESET, "--topic", "t", *options]) == 0
    assert client.target == target


@pytest.mark.parametrize(
    ("options", "text"),
    [
        (["--to-latest"], "Say what to reset"),
        (["--to-latest", "--topic", "t", "--all-topics"], "Say what to reset"),
        (["--topic", "t"], "Say where to go"),
        (["--topic", "t", "--to-latest", "--to-offset", "1"], "Say where to go"),
        (["--topic", "t", "--to-offset", "-1"], "--to-offset"),
        (["--topic", "t", "--to-datetime", "soon"], "ISO 8601"),
        (["--topic", "t", "--by-duration", "soon"], "no duration"),
    ],
)
def test_wrong_usage(client, capsys, options, text):
    """What is missing, doubled or unreadable is named with exit code 2."""
    assert main([*RESET, *options]) == 2
    assert text in capsys.readouterr().err


def test_all_topics(client):
    """All topics are those that the group has offsets for and that still exist."""
    client.committed[GONE] = CommittedOffset(1, "")
    main([*RESET, "--all-topics", "--to-latest", "--execute"])
    assert client.sent == {T0: 9}


def test_all_topics_of_a_group_without_offsets(client, capsys):
    """There is nothing to reset, and the sentence says what to do."""
    client.committed = {}
    assert main([*RESET, "--all-topics", "--to-latest"]) == 1
    assert "has committed no offsets; name topics with --topic" in capsys.readouterr().err


@pytest.mark.parametrize("options", [[], ["--execute"]])
def test_a_group_in_use(client, capsys, options):
    """Members would go on from where they are: the group is refused, in a dry run as well."""
    member = GroupMember("m", None, "c", "h", "classic")
    client.group = GroupDescription("g", "classic", "Stable", "consumer", "", 1, members=(member,))
    assert main([*RESET, "--topic", "t", "--to-latest", *options]) == 1
    error = capsys.readouterr().err
    assert "group 'g' is in use (it is Stable with 1 member)" in error
    assert "stop them first, `ottla groups members g`" in error
    assert client.sent is None


def test_members_that_join_meanwhile(client, capsys):
    """A coordinator that refuses the commit because of members is understood."""
    client.outcomes = {T0: ApiError(ErrorCode.UNKNOWN_MEMBER_ID, "t-0: no")}
    assert main([*RESET, "--topic", "t", "--to-latest", "--execute"]) == 1
    assert "in use (members joined meanwhile)" in capsys.readouterr().err


def test_other_refusals(client, capsys):
    """Any other refusal is told as it is."""
    client.outcomes = {T0: ApiError(ErrorCode.TOPIC_AUTHORIZATION_FAILED, "t-0: no")}
    assert main([*RESET, "--topic", "t", "--to-latest", "--execute"]) == 1
    assert "t-0: no (TOPIC_AUTHORIZATION_FAILED)" in capsys.readouterr().err


def test_nothing_to_shift(client, capsys):
    """A shift without a committed offset says what else can be done."""
    client.failure = NothingToShiftError(T1)
    assert main([*RESET, "--topic", "t", "--shift-by", "1"]) == 1
    assert "nothing for t-1, so nothing can be shifted; leave it" in capsys.readouterr().err


def test_a_group_that_does_not_exist(client):
    """It is made by the commit: its consumers will start there."""
    client.group = ApiError(ErrorCode.GROUP_ID_NOT_FOUND)
    client.committed = {}
    assert main([*RESET, "--topic", "t", "--to-latest"]) == 0
    assert main([*RESET, "--topic", "t", "--to-latest", "--execute"]) == 0
    assert client.sent == {T0: 9, T1: 9}


@pytest.mark.parametrize("where", ["group", "committed"])
def test_a_group_that_may_not_be_seen(client, where):
    """A refusal is not taken for a group that does not exist."""
    setattr(client, where, ApiError(ErrorCode.GROUP_AUTHORIZATION_FAILED))
    with pytest.raises(ApiError):
        group_reset.with_cluster(
            None,
            lambda cluster: group_reset._reset(
                cluster, "g", (), ResetTarget(ResetKind.LATEST), execute=False
            ),
        )


def test_selected_partitions(client):
    """Each partition is named once and exists."""
    whole, second = TopicSelection("t", None), TopicSelection("t", (1,))
    assert asyncio.run(selected_partitions(client, [second, whole])) == [T0, T1]
    with pytest.raises(UnknownPartitionError, match="no partition 2"):
        asyncio.run(selected_partitions(client, [TopicSelection("t", (2,))]))
