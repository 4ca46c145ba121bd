# SPDX-License-Identifier: Apache-2.0
"""`ottla topics reassign`: what options mean, and what is shown."""

from __future__ import annotations

import asyncio
import json

import click
import pytest

from ottla.cli import move_progress, reassign
from ottla.cli.main import main
from ottla.client.admin import ClusterDescription
from ottla.client.metadata import BrokerMetadata, PartitionMetadata, TopicMetadata
from ottla.client.topic_partition import TopicPartition
from ottla.net.address import Address
from ottla.protocol.errors import ApiError, ErrorCode

TOPIC = TopicMetadata(
    "t", partitions=tuple(PartitionMetadata(n, 1, 0, (1, 2), (1, 2)) for n in range(4))
)


@pytest.fixture
def asked(monkeypatch):
    """Run commands on a topic of four partitions; return what is asked of the cluster."""
    calls = []

    async def describe_topic(cluster, name):
        return TOPIC

    async def describe_cluster(cluster):
        brokers = tuple(BrokerMetadata(b, Address("h", b)) for b in (1, 2, 3))
        return ClusterDescription("id", 1, brokers)

    async def move(cluster, targets):
        calls.append(targets)
        broken = ApiError(ErrorCode.INVALID_REPLICA_ASSIGNMENT, "t-3: no")
        return {p: broken if p.partition == 3 else None for p in targets}

    async def wait(cluster, places):
        calls.append(("wait", sorted(place.partition for place in places)))

    class Throttle:
        def __init__(self, cluster, before, targets) -> None:
            pass

        async def impose(self, rate):
            calls.append(("impose", rate))

        async def lift(self):
            calls.append(("lift",))

    monkeypatch.setattr(reassign, "with_cluster", lambda _, action: asyncio.run(action(None)))
    monkeypatch.setattr(reassign, "describe_topic", describe_topic)
    monkeypatch.setattr(reassign, "describe_cluster", describe_cluster)
    monkeypatch.setattr(reassign, "reassign", move)
    monkeypatch.setattr(reassign, "wait_for_moves", wait)
    monkeypatch.setattr(reassign, "ReplicationThrottle", Throttle)
    return calls


def test_exact_replicas(asked, capsys):
    """Named partitions get the named brokers in their order."""
    assert main(["topics", "reassign", "t:0,2", "--replicas", "3,1"]) == 0
    assert asked == [{TopicPartition("t", 0): (3, 1), TopicPartition("t", 2): (3, 1)}]
    assert capsys.readouterr().out == (
        "PARTITION\tREPLICAS\tNEW REPLICAS\nt-0\t1,2\t3,1\nt-2\t1,2\t3,1\nMoving 2 partitions\n"
    )


def test_spread(asked):
    """Only partitions whose replicas change are asked for."""
    assert main(["topics", "reassign", "t:0-2", "--brokers", "1,2,3"]) == 0
    (targets,) = asked
    assert 0 < len(targets) <= 3
    assert all(target != (1, 2) for target in targets.values())


def test_dry_run(asked, capsys):
    """A plan is shown, and nothing asked."""
    main(["topics", "reassign", "t:0", "--replicas", "3", "--dry-run"])
    assert asked == []
    assert "t-0\t1,2\t3\n" in capsys.readouterr().out


def test_nothing_to_do(asked, capsys):
    """The same assignment again is no move."""
    main(["topics", "reassign", "t", "--replicas", "1,2"])
    assert asked == []
    assert "Every partition is where it should be" in capsys.readouterr().out


def test_wait_under_a_limit(asked, capsys):
    """The limit comes before the moves and goes after them."""
    arguments = ["--replicas", "3", "--wait", "--throttle", "1000"]
    assert main(["topics", "reassign", "t:1", *arguments]) == 0
    assert [call[0] for call in asked if isinstance(call, tuple)] == ["impose", "wait", "lift"]
    assert "Moved 1 partition\n" in capsys.readouterr().out


def test_refusals_fail_and_the_rest_goes_on(asked, capsys):
    """One refused partition is exit code 1; the others are moved and waited for."""
    assert main(["topics", "reassign", "t:2,3", "--replicas", "3", "--wait"]) == 1
    assert ("wait", [2]) in asked
    result = capsys.readouterr()
    assert "Moved 1 partition\n" in result.out
    assert "t-3: no (INVALID_REPLICA_ASSIGNMENT)" in result.err


def test_cancel(asked, capsys):
    """Null goes out for every partition."""
    assert main(["topics", "reassign", "t:0", "--cancel"]) == 0
    assert asked == [{TopicPartition("t", 0): None}]
    assert capsys.readouterr().out == "Cancelled the moves of 1 partition\n"


def test_json(asked, capsys):
    """Scripts get old and new replicas, and what was refused."""
    assert main(["topics", "reassign", "t:0,3", "--replicas", "3", "--json"]) == 1
    first, second = json.loads(capsys.readouterr().out)
    assert (first["replicas"], first["new_replicas"], first["error"]) == ([1, 2], [3], None)
    assert second["error"] == "INVALID_REPLICA_ASSIGNMENT: t-3: no"


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([], "--replicas, --brokers and --cancel"),
        (["--replicas", "1", "--cancel"], "--replicas, --brokers and --cancel"),
        (["--replicas", "1", "--throttle", "5"], "--throttle needs --wait"),
        (["--replicas", "1,x"], "not a list of broker numbers"),
        (["--replicas", "1,1"], "names a broker twice"),
    ],
)
def test_wrong_usage(asked, capsys, arguments, text):
    """Nothing is asked of the cluster."""
    assert main(["topics", "reassign", "t", *arguments]) == 2
    assert text in capsys.readouterr().err
    assert asked == []


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["t:9", "--replicas", "1"], "9"),
        (["t", "--brokers", "1,7"], "the cluster has no broker 7"),
        (["t", "--brokers", "1"], "t-0 has 2 replicas"),
    ],
)
def test_what_cannot_be(asked, capsys, arguments, text):
    """The command says what does not fit."""
    assert main(["topics", "reassign", *arguments]) == 1
    assert text in capsys.readouterr().err
    assert asked == []


def test_numbers_of_brokers():
    """Blanks do not matter."""
    assert reassign.parse_brokers("1, 2") == (1, 2)
    with pytest.raises(click.BadParameter):
        reassign.parse_brokers("")


def test_waiting_ends_when_nothing_of_ours_moves(monkeypatch):
    """Moves of others are not waited for."""
    answers = [[("t", 0), ("u", 0)], [("u", 0)]]

    async def moves(cluster):
        from ottla.client.reassignments import Reassignment

        return [Reassignment(topic, n, (), (), ()) for topic, n in answers.pop(0)]

    monkeypatch.setattr(move_progress, "list_reassignments", moves)
    monkeypatch.setattr(move_progress, "POLL_S", 0)
    asyncio.run(move_progress.wait_for_moves(None, {TopicPartition("t", 0)}))
    assert answers == []
