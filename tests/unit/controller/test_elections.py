# SPDX-License-Identifier: Apache-2.0
"""Claims about elections."""

from __future__ import annotations

import pytest

from ottla.controller.configs import ConfigChange, ConfigOperation, ResourceChange
from ottla.controller.elections import ElectionType
from ottla.protocol.errors import ErrorCode

PREFERRED, UNCLEAN = ElectionType


@pytest.fixture
def cluster(cluster_of, broker):
    """Return three brokers, the third one fenced, and a topic led by its second replica."""
    cluster = cluster_of(broker(1), broker(2), broker(3, fenced=True))
    cluster.create("t", 3)
    return cluster


@pytest.mark.parametrize(
    ("kind", "replicas", "isr", "leader", "code", "leads"),
    [
        (PREFERRED, [1, 2], [1, 2], 2, "NONE", 1),
        (PREFERRED, [1, 2], [1, 2], 1, "ELECTION_NOT_NEEDED", 1),
        (PREFERRED, [3, 2], [3, 2], 2, "PREFERRED_LEADER_NOT_AVAILABLE", 2),
        (PREFERRED, [1, 2], [2], 2, "PREFERRED_LEADER_NOT_AVAILABLE", 2),
        (UNCLEAN, [1, 2], [2], 2, "ELECTION_NOT_NEEDED", 2),
        (UNCLEAN, [3, 2], [3], -1, "NONE", 2),
        (UNCLEAN, [3], [3], -1, "ELIGIBLE_LEADERS_NOT_AVAILABLE", -1),
    ],
)
def test_elections_on_request(cluster, kind, replicas, isr, leader, code, leads):
    """Each row of the module's table."""
    cluster.put("t", 0, replicas=replicas, isr=isr, leader=leader)
    (outcome,) = cluster.do("elect_leaders", kind, [("t", 0)])
    assert outcome.code.name == code
    assert (outcome.message is None) == (outcome.code is ErrorCode.NONE)
    assert cluster.image.partition("t", 0).leader == leads


def test_unknown_partitions(cluster):
    """Partitions and topics that do not exist are named as such."""
    outcomes = cluster.do("elect_leaders", PREFERRED, [("t", 9), ("u", 0)])
    assert [o.code for o in outcomes] == [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION] * 2


def test_electing_everywhere_tells_only_what_was_needed(cluster):
    """Without a list, partitions that are well led are not mentioned."""
    cluster.put("t", 1, replicas=[1, 2], isr=[1, 2], leader=2)
    outcomes = cluster.do("elect_leaders", PREFERRED, None)
    assert [(o.topic, o.partition_id, o.code.name) for o in outcomes] == [("t", 1, "NONE")]


def test_topics_that_come_to_allow_unclean_leaders_get_them(cluster):
    """Only they do, and only where somebody is live."""
    cluster.create("safe", 1)
    for name, number, replicas in (("t", 0, [3, 2]), ("t", 1, [3]), ("safe", 0, [3, 2])):
        cluster.put(name, number, replicas=replicas, isr=[3], leader=-1)
    assert cluster.do("elect_leaderless") == 0
    change = ConfigChange("unclean.leader.election.enable", ConfigOperation.SET, "true")
    cluster.do("alter_configs", [ResourceChange(2, "t", (change,))])
    assert cluster.do("elect_leaderless") == 1
    leaders = [cluster.partition(*where).leader for where in (("t", 0), ("t", 1), ("safe", 0))]
    assert leaders == [2, -1, -1]
