# SPDX-License-Identifier: Apache-2.0
"""Claims about elections."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.controller.elections import ElectionType, clean_leader, leader_change, unclean_leader
from ottla.metadata.image import NO_LEADER, PartitionImage, TopicImage, merge_change
from ottla.protocol.errors import ErrorCode
from ottla.protocol.messages.cluster_metadata import PartitionChangeRecord

IDS = st.integers(1, 5)
PREFERRED, UNCLEAN = ElectionType


def partition(replicas, isr, leader=NO_LEADER, eligible=()):
    """Make a partition."""
    return PartitionImage(
        0, leader, 3, 4, tuple(replicas), tuple(isr), eligible_leader_replicas=tuple(eligible)
    )


@st.composite
def partitions(draw):
    """Draw a partition whose in-sync and eligible replicas are replicas."""
    replicas = draw(st.lists(IDS, min_size=1, max_size=4, unique=True))
    chosen = st.lists(st.sampled_from(replicas), unique=True)
    return partition(replicas, draw(chosen), eligible=draw(chosen))


@given(partitions(), st.sets(IDS))
def test_a_clean_leader_lacks_nothing(drawn, live):
    """It is live and in sync, or eligible when nobody is in sync; the preferred one goes first."""
    leader = clean_leader(drawn, live)
    complete = [b for b in drawn.replicas if b in (drawn.isr or drawn.eligible_leader_replicas)]
    able = [b for b in complete if b in live]
    assert leader == (able[0] if able else NO_LEADER)


@given(partitions(), st.sets(IDS))
def test_an_unclean_leader_is_the_last_resort(drawn, live):
    """A clean leader goes first; else any live replica leads."""
    leader = unclean_leader(drawn, live)
    if clean_leader(drawn, live) != NO_LEADER:
        assert leader == clean_leader(drawn, live)
    elif any(b in live for b in drawn.replicas):
        assert leader in live
        assert leader in drawn.replicas
    else:
        assert leader == NO_LEADER


@given(partitions(), st.data())
def test_a_change_of_leader_keeps_the_rules(drawn, data):
    """The new leader is in sync afterwards, in a new epoch, and recovering only if unclean."""
    leader = data.draw(st.sampled_from(drawn.replicas))
    topic = TopicImage("t", b"t" * 16, (drawn,))
    after = merge_change(drawn, leader_change(topic, drawn, leader))
    assert after.leader == leader
    assert leader in after.isr
    assert after.leader_epoch == drawn.leader_epoch + 1
    assert leader not in after.eligible_leader_replicas or leader in drawn.isr
    is_clean = leader in drawn.isr or leader in drawn.eligible_leader_replicas
    assert after.leader_recovery_state == (0 if is_clean else 1)


@pytest.fixture
def cluster(cluster_of, broker):
    """Return three brokers, the third one fenced, and a topic led by its second replica."""
    cluster = cluster_of(broker(1), broker(2), broker(3, fenced=True))
    cluster.create("t", 3)
    return cluster


def put(cluster, number, **fields: object):
    """Change a partition by hand."""
    topic_id = cluster.image.topics_by_name["t"].topic_id
    record = PartitionChangeRecord(partition_id=number, topic_id=topic_id, **fields)
    cluster.image, _ = cluster.image.apply([record])


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
    put(cluster, 0, replicas=replicas, isr=isr, leader=leader)
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
    put(cluster, 1, replicas=[1, 2], isr=[1, 2], leader=2)
    outcomes = cluster.do("elect_leaders", PREFERRED, None)
    assert [(o.topic, o.partition_id, o.code.name) for o in outcomes] == [("t", 1, "NONE")]
