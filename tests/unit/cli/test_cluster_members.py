# SPDX-License-Identifier: Apache-2.0
"""`ottla cluster decommission` and `unregister`, step by step against a cluster of values."""

from __future__ import annotations

import asyncio
import json

import pytest

from ottla.cli import cluster_members
from ottla.cli.main import main
from ottla.client.admin import ClusterDescription
from ottla.client.metadata import BrokerMetadata, PartitionMetadata, TopicMetadata
from ottla.client.reassignments import Reassignment
from ottla.net.address import Address
from ottla.protocol.errors import ApiError, ErrorCode


class World:
    """A cluster that moves one partition each time it is asked what moves."""

    def __init__(self, *assignments: tuple[int, ...], broker_count=3) -> None:
        self.assignments = list(assignments)
        self.targets: dict[int, tuple[int, ...]] = {}
        self.fenced: set[int] = set()
        self.registered = set(range(1, broker_count + 1))
        self.unregistered: list[int] = []
        self.refusal: ApiError | None = None
        self.steps_until_stopped = -1

    async def describe(self, cluster):
        """Answer DescribeCluster."""
        brokers = tuple(
            BrokerMetadata(b, Address("h", b), None, b in self.fenced)
            for b in sorted(self.registered)
        )
        return ClusterDescription("id", 1, brokers)

    async def topics(self, cluster):
        """Answer Metadata; replicas under way count as Kafka counts them."""
        partitions = []
        for number, replicas in enumerate(self.assignments):
            new = [b for b in self.targets.get(number, ()) if b not in replicas]
            every = (*replicas, *new)
            partitions.append(PartitionMetadata(number, replicas[0], 0, every, every))
        return [TopicMetadata("t", partitions=tuple(partitions))]

    async def moves(self, cluster):
        """Finish one move, and list the others."""
        if self.steps_until_stopped >= 0 and not self.targets:
            self.steps_until_stopped -= 1
            if self.steps_until_stopped < 0:
                self.fenced.add(3)
        if self.targets:
            number = min(self.targets)
            self.assignments[number] = self.targets.pop(number)
        return [
            Reassignment(
                "t",
                number,
                tuple(dict.fromkeys((*self.assignments[number], *target))),
                tuple(b for b in target if b not in self.assignments[number]),
                tuple(b for b in self.assignments[number] if b not in target),
            )
            for number, target in self.targets.items()
        ]

    async def reassign(self, cluster, targets):
        """Begin moves."""
        if self.refusal is None:
            self.targets.update({place.partition: t for place, t in targets.items()})
        return dict.fromkeys(targets, self.refusal)

    async def unregister(self, cluster, broker_id):
        """Forget a broker."""
        self.registered.remove(broker_id)
        self.unregistered.append(broker_id)


@pytest.fixture
def inhabit(monkeypatch):
    """Put commands into a world."""

    def enter(world):
        monkeypatch.setattr(
            cluster_members, "with_cluster", lambda _, action: asyncio.run(action(None))
        )
        monkeypatch.setattr(cluster_members, "describe_cluster", world.describe)
        monkeypatch.setattr(cluster_members, "list_topics", world.topics)
        monkeypatch.setattr(cluster_members, "list_reassignments", world.moves)
        monkeypatch.setattr(cluster_members, "reassign", world.reassign)
        monkeypatch.setattr(cluster_members, "unregister_broker", world.unregister)
        monkeypatch.setattr(cluster_members, "POLL_S", 0)
        return world

    return enter


def test_decommission_begins_moves(inhabit, capsys):
    """Without --wait moves begin, and it is said how to go on."""
    world = inhabit(World((3, 1), (1, 2), (3,)))
    assert main(["cluster", "decommission", "3"]) == 0
    assert world.targets == {0: (2, 1), 2: (1,)}
    assert "2 replicas left, 2 on their way" in capsys.readouterr().out


def test_decommission_is_bounded(inhabit):
    """No more partitions move at a time than asked for."""
    world = inhabit(World((3,), (3,), (3,)))
    main(["cluster", "decommission", "3", "--moves", "1"])
    assert len(world.targets) == 1
    main(["cluster", "decommission", "3", "--moves", "2"])
    assert len(world.targets) == 2


def test_decommission_to_the_end(inhabit, capsys):
    """With --wait the broker is emptied, waited for, and forgotten once it is stopped."""
    world = inhabit(World((3, 1), (1, 3), (2, 3)))
    world.steps_until_stopped = 2
    assert main(["cluster", "decommission", "3", "--wait", "--moves", "2"]) == 0
    assert not any(3 in replicas for replicas in world.assignments)
    assert world.unregistered == [3]
    assert capsys.readouterr().out == (
        "Broker 3 is empty: stop it now\nThe cluster has forgotten broker 3\n"
    )


def test_decommission_of_a_dead_broker(inhabit, capsys):
    """Its replicas move to the others; when nothing is left it is forgotten at once."""
    world = inhabit(World((1, 2), (3, 1)))
    world.fenced.add(3)
    main(["cluster", "decommission", "3", "--json"])
    assert json.loads(capsys.readouterr().out)["is_registered"] is True
    main(["cluster", "decommission", "3"])
    main(["cluster", "decommission", "3"])
    assert world.unregistered == [3]


def test_a_cluster_that_is_too_small(inhabit, capsys):
    """Nothing is moved when something could not."""
    world = inhabit(World((1, 2, 3), (3,)))
    assert main(["cluster", "decommission", "3"]) == 1
    assert "no other broker in service is left for 1 replica (t-0)" in capsys.readouterr().err
    assert world.targets == {}


def test_a_refused_move(inhabit, capsys):
    """The cluster's own words come out."""
    world = inhabit(World((3,)))
    world.refusal = ApiError(ErrorCode.INVALID_REPLICA_ASSIGNMENT, "not there")
    assert main(["cluster", "decommission", "3"]) == 1
    assert "not there (INVALID_REPLICA_ASSIGNMENT)" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["decommission", "unregister"])
def test_unknown_brokers(inhabit, capsys, command):
    """They are named."""
    inhabit(World((1,)))
    assert main(["cluster", command, "9"]) == 1
    assert "broker 9 is not registered" in capsys.readouterr().err


def test_unregister_refuses_what_would_not_last(inhabit, capsys):
    """A broker that runs registers again; one with replicas is still counted on."""
    world = inhabit(World((3, 1)))
    assert main(["cluster", "unregister", "3"]) == 1
    assert "stop it first" in capsys.readouterr().err
    world.fenced.add(3)
    assert main(["cluster", "unregister", "3"]) == 1
    assert "still has 1 replica" in capsys.readouterr().err
    assert main(["cluster", "unregister", "3", "--force"]) == 0
    assert world.unregistered == [3]


def test_unregister_an_empty_broker(inhabit, capsys):
    """Nothing more is asked."""
    world = inhabit(World((1,)))
    world.fenced.add(3)
    assert main(["cluster", "unregister", "3"]) == 0
    assert capsys.readouterr().out == "The cluster has forgotten broker 3\n"
    assert world.unregistered == [3]
