# SPDX-License-Identifier: Apache-2.0
"""Claims about changes of partitions."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ottla.controller.partition_change import (
    Circumstances,
    Election,
    PartitionDefaults,
    PartitionRules,
    partition_change,
    target_replicas,
)
from ottla.metadata.image import NO_LEADER, PartitionImage, merge_change
from ottla.protocol.messages.cluster_metadata import (
    ConfigRecord,
    FeatureLevelRecord,
    FenceBrokerRecord,
)

TOPIC_ID = b"t" * 16
IDS = st.integers(1, 5)


def partition(replicas, isr, leader=NO_LEADER, elr=(), last=(), **fields: object):
    """Make a partition."""
    return PartitionImage(
        0,
        leader,
        3,
        4,
        tuple(replicas),
        tuple(isr),
        eligible_leader_replicas=tuple(elr),
        last_known_elr=tuple(last),
        **fields,
    )


def circumstances(live, **fields: object):
    """Say who is live."""
    return Circumstances(live=frozenset(live), **fields)


def changed(before, around, **targets: object):
    """Return the partition after a change."""
    record = partition_change(TOPIC_ID, before, around, **targets)
    return before if record is None else merge_change(before, record)


@st.composite
def partitions(draw):
    """Draw a partition that keeps the rules."""
    replicas = draw(st.lists(IDS, min_size=1, max_size=5, unique=True))
    isr = draw(st.lists(st.sampled_from(replicas), unique=True))
    outside = [b for b in replicas if b not in isr]
    elr = draw(st.lists(st.sampled_from(outside), unique=True)) if outside else []
    leader = draw(st.sampled_from([NO_LEADER, *isr]))
    last = draw(st.lists(st.sampled_from(replicas), max_size=1))
    removing = draw(st.lists(st.sampled_from(replicas), unique=True, max_size=len(replicas) - 1))
    adding = draw(st.lists(st.sampled_from(replicas), unique=True, max_size=len(replicas) - 1))
    return partition(
        replicas,
        isr,
        leader,
        elr,
        last,
        removing_replicas=tuple(removing),
        adding_replicas=tuple(adding),
        leader_recovery_state=draw(st.integers(0, 1)),
    )


AROUND = st.builds(
    lambda live, leaving, min_isr, unclean, elr: Circumstances(
        frozenset(live) - leaving, frozenset(leaving), min_isr, unclean, elr
    ),
    st.sets(IDS),
    st.sets(IDS),
    st.integers(1, 4),
    st.booleans(),
    st.booleans(),
)


@given(partitions(), AROUND, st.data())
def test_every_change_keeps_the_rules(before, around, data):
    """Whatever is asked for, the invariants of the module hold afterwards."""
    isr = data.draw(st.none() | st.sets(st.sampled_from(before.replicas)))
    unclean = data.draw(st.sets(IDS))
    election = data.draw(st.sampled_from(Election))
    after = changed(before, around, isr=isr, unclean=unclean, election=election)
    assert set(after.isr) <= set(after.replicas)
    assert set(after.eligible_leader_replicas) <= set(after.replicas)
    assert not set(after.isr) & set(after.eligible_leader_replicas)
    if len(after.isr) >= min(around.min_isr, len(after.replicas)):
        assert after.eligible_leader_replicas == after.last_known_elr == ()
    if after.leader != NO_LEADER:
        assert after.leader in after.isr
        assert after.leader in around.live | around.leaving
    # Whoever is proposed has everything, too.
    complete = {*before.isr, *before.eligible_leader_replicas, *(isr or ())}
    if not around.allows_unclean and after.leader != before.leader:
        assert after.leader in {NO_LEADER, *complete, *before.last_known_elr, before.leader}
        if around.keeps_elr and after.leader not in {NO_LEADER, *complete} - unclean:
            assert after.leader_recovery_state == 1
    assert (after.leader_epoch > before.leader_epoch) == (
        after.leader != before.leader
        or election is Election.RENEW
        or not set(before.replicas) <= set(after.replicas)
    )


@given(partitions(), AROUND, st.data())
def test_a_change_is_complete(before, around, data):
    """Asking for the same again changes nothing more; None is returned for no change."""
    isr = data.draw(st.none() | st.sets(st.sampled_from(before.replicas)))
    after = changed(before, around, isr=isr)
    kept = None if isr is None else after.isr
    assert partition_change(TOPIC_ID, after, around, isr=kept) is None


@given(partitions(), AROUND)
def test_a_clean_leader_is_found_whenever_there_is_one(before, around):
    """Somebody live, in sync or eligible, leads: the present leader, else the first replica."""
    after = changed(before, around)
    able = [b for b in after.replicas if b in before.isr and b in around.live]
    if before.leader in able:
        assert after.leader == before.leader
    elif able:
        assert after.leader == able[0]
    elif around.keeps_elr and len(before.isr) < min(around.min_isr, len(after.replicas)):
        eligible = set(before.eligible_leader_replicas) & around.live
        if eligible & set(after.replicas):
            assert after.leader != NO_LEADER


@pytest.mark.parametrize(
    ("before", "around", "targets", "leader", "isr", "elr", "recovery"),
    [
        # the present leader stays, though it is not the preferred one
        (partition([1, 2], [1, 2], 2), circumstances([1, 2]), {}, 2, (1, 2), (), 0),
        # unless the preferred one is asked for, and is in sync
        (
            partition([1, 2], [1, 2], 2),
            circumstances([1, 2]),
            {"election": Election.PREFERRED},
            1,
            (1, 2),
            (),
            0,
        ),
        (
            partition([1, 2], [2], 2),
            circumstances([1, 2]),
            {"election": Election.PREFERRED},
            2,
            (2,),
            (),
            0,
        ),
        # nobody may take over from a leader on its way out
        (
            partition([1, 2], [1], 1, [2]),
            circumstances([2], leaving=frozenset([1]), min_isr=2),
            {},
            1,
            (1,),
            (2,),
            0,
        ),
        # an eligible replica becomes the only one in sync; the others stay eligible
        (
            partition([1, 2, 3], [], -1, [1, 2, 3], [1]),
            circumstances([3], min_isr=2),
            {},
            3,
            (3,),
            (1, 2),
            0,
        ),
        # one in sync is enough: the others are forgotten
        (partition([1, 2, 3], [], -1, [1, 3], [1]), circumstances([3]), {}, 3, (3,), (), 0),
        # the last known leader waits while somebody eligible may come back
        (partition([1, 2], [], -1, [2], [1]), circumstances([1]), {}, -1, (), (2,), 0),
        (partition([1, 2], [], -1, [], [1]), circumstances([1]), {}, 1, (1,), (), 1),
        (partition([1, 2], [], -1, [], [1]), circumstances([2]), {}, -1, (), (), 0),
        # an unclean leader, where that is allowed
        (
            partition([1, 2], [], -1, [], [1]),
            circumstances([2], allows_unclean=True),
            {},
            2,
            (2,),
            (),
            1,
        ),
        # a replica that is just being added is the last choice
        (
            partition([4, 1, 2], [], -1, adding_replicas=(4,)),
            circumstances([2, 4], allows_unclean=True),
            {},
            2,
            (2,),
            (),
            1,
        ),
        # those who left below the minimum are eligible, those who left above it are not
        (
            partition([1, 2, 3], [1, 2, 3], 1),
            circumstances([1, 2, 3], min_isr=2),
            {"isr": [1, 2]},
            1,
            (1, 2),
            (),
            0,
        ),
        (
            partition([1, 2, 3], [1, 2], 1),
            circumstances([1, 2, 3], min_isr=2),
            {"isr": [1]},
            1,
            (1,),
            (2,),
            0,
        ),
        # they are forgotten when the minimum is there again
        (
            partition([1, 2, 3], [1], 1, [2]),
            circumstances([1, 2, 3], min_isr=2),
            {"isr": [1, 3]},
            1,
            (1, 3),
            (),
            0,
        ),
        # the minimum is never more than the replicas
        (
            partition([1], [1], 1),
            circumstances([1], min_isr=3),
            {},
            1,
            (1,),
            (),
            0,
        ),
    ],
)
def test_elections(before, around, targets, leader, isr, elr, recovery):
    """The rows of the module's table, and what becomes of those who may lead."""
    after = changed(before, around, **targets)
    assert (after.leader, after.isr, after.eligible_leader_replicas) == (leader, isr, elr)
    assert after.leader_recovery_state == recovery


def test_without_the_feature_eligible_replicas_are_forgotten():
    """Once somebody leads again; until then they may still save the partition."""
    off = circumstances([2], keeps_elr=False, min_isr=2)
    waiting = partition([1, 2], [], -1, [1], [1])
    assert changed(waiting, off) == waiting
    after = changed(partition([1, 2], [], -1, [2], [1]), off)
    assert (after.leader, after.isr) == (2, (2,))
    assert after.eligible_leader_replicas == after.last_known_elr == ()
    after = changed(partition([1, 2], [2], 2, [1]), off)
    assert after.eligible_leader_replicas == ()


def test_a_candidate_that_lost_its_claim_is_remembered():
    """The only one there was may lead when it comes back, for want of anybody else."""
    before = partition([1, 2], [1], NO_LEADER)
    after = changed(before, circumstances([2], min_isr=2), isr=[], unclean={1})
    assert (after.leader, after.isr, after.last_known_elr) == (-1, (), (1,))
    assert changed(after, circumstances([1, 2], min_isr=2)).leader == 1


def test_a_move_is_completed_when_all_new_replicas_are_in_sync():
    """The old ones are dropped, a new leader is found, and nothing sent before counts any more."""
    moving = partition([4, 5, 1, 2], [1, 2, 4], 1, removing_replicas=(1, 2), adding_replicas=(4, 5))
    assert target_replicas(moving) == (4, 5)
    around = circumstances([1, 2, 4, 5])
    after = changed(moving, around, isr=[1, 2, 5])
    assert after.replicas == moving.replicas
    after = changed(moving, around, isr=[1, 2, 4, 5])
    assert (after.replicas, after.isr, after.leader) == ((4, 5), (4, 5), 4)
    assert after.removing_replicas == after.adding_replicas == ()
    assert after.leader_epoch == moving.leader_epoch + 1


def test_dropping_a_follower_starts_a_leader_epoch():
    """Otherwise the leader could still bring it back into the in-sync set (KIP-570)."""
    before = partition([1, 2], [1], 1)
    after = changed(before, circumstances([1, 2]), replicas=(1,))
    assert (after.leader, after.leader_epoch) == (1, before.leader_epoch + 1)


def test_log_directories_follow_their_replicas():
    """A new replica has none yet."""
    before = partition([1, 2], [1, 2], 1, directories=(b"a" * 16, b"b" * 16))
    after = changed(before, circumstances([1, 2]), replicas=(2, 3, 1))
    assert after.directories == (b"b" * 16, bytes(16), b"a" * 16)


def test_renewing_starts_a_leader_epoch():
    """The same leader, whose log may have lost its tail."""
    before = partition([1], [1], 1)
    after = changed(before, circumstances([1]), election=Election.RENEW)
    assert (after.leader, after.leader_epoch) == (1, before.leader_epoch + 1)


def test_what_topics_want(cluster_of, broker):
    """Their own settings go before the broker's; what cannot be read counts as unset."""
    cluster = cluster_of(broker(1), broker(2, leaving=True), broker(3, fenced=True), elr=1)
    for name, key, value in (
        ("t", "min.insync.replicas", "3"),
        ("t", "unclean.leader.election.enable", "false"),
        ("u", "min.insync.replicas", "many"),
    ):
        record = ConfigRecord(resource_type=2, resource_name=name, name=key, value=value)
        cluster.image, _ = cluster.image.apply([record])
    texts = {"min.insync.replicas": "2", "unclean.leader.election.enable": "true"}
    settings = SimpleNamespace(static=texts, dynamic_default={}, dynamic_broker={})
    rules = PartitionRules(cluster.image, PartitionDefaults.of(settings))
    expected = Circumstances(frozenset([1]), frozenset([2]), 3, False, True)
    assert rules.circumstances("t") == expected
    expected = expected._replace(min_isr=2, allows_unclean=True)
    assert rules.circumstances("u") == rules.circumstances("v") == expected
    after = rules.after(live=[3], leaving=[1], gone=[2])
    assert after.live == {3}
    assert after.circumstances("v").leaving == {1}


def test_rules_go_on_with_another_image(cluster_of, broker):
    """Who is live is gathered anew when brokers or features change; topics are asked anew."""
    cluster = cluster_of(broker(1), broker(2), broker(3, fenced=True))
    rules = PartitionRules(cluster.image, PartitionDefaults(1, allows_unclean=False))
    assert rules.circumstances("t").min_isr == 1
    changes = (
        (ConfigRecord(resource_type=2, resource_name="t", name="min.insync.replicas", value="2")),
        FenceBrokerRecord(id=1),
        FeatureLevelRecord(name="eligible.leader.replicas.version", feature_level=1),
    )
    expected = (({1, 2}, False), ({2}, False), ({2}, True))
    for record, (live, keeps_elr) in zip(changes, expected, strict=True):
        cluster.image, _ = cluster.image.apply([record])
        rules = rules.on(cluster.image)
        assert rules.circumstances("t") == Circumstances(
            frozenset(live), frozenset(), 2, False, keeps_elr
        )
