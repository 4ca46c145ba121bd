# SPDX-License-Identifier: Apache-2.0
"""A group is what its records say, and answers the other parts of the coordinator."""

from __future__ import annotations

import pytest

from ottla.coordinators.group.consumer import records
from ottla.coordinators.group.consumer.group import ConsumerGroup
from ottla.coordinators.group.consumer.member import ClassicSide, Holdings, MemberState, Wishes
from ottla.coordinators.group.group import GroupType
from ottla.protocol.errors import ApiError, ErrorCode

T = bytes([1]) * 16


def group_of(*changes: records.Change):
    """Make a group from changes."""
    group = ConsumerGroup("g")
    for change in changes:
        group.replay(change.key, change.value)
    return group


def member(member_id="a", epoch=5, *, classic=None, **owned: object):
    """Return the changes that make a member."""
    wishes = Wishes(topic_names=frozenset(("t",)), classic=classic)
    return (
        records.wishes_change("g", member_id, wishes),
        records.holdings_change("g", member_id, Holdings(epoch, epoch - 1, **owned)),
    )


def commit(group, member_id, epoch, *, instance=None, transactional=False, version=9):
    """Check a commit of partitions 0 to 2; return the codes, or the one for all."""
    try:
        check = group.check_offset_commit(
            member_id, instance, epoch, is_transactional=transactional, version=version
        )
    except ApiError as error:
        return error.code
    codes = []
    for partition in range(3):
        try:
            if check is not None:
                check("t", T, partition)
        except ApiError as error:
            codes.append(error.code)
        else:
            codes.append(ErrorCode.NONE)
    return codes


NONE, STALE = ErrorCode.NONE, ErrorCode.STALE_MEMBER_EPOCH


def test_bug_32_members_commit_in_their_epoch():
    """Bug 32: a stale epoch or an unknown member commits nothing."""
    group = group_of(*member())
    assert commit(group, "a", 5) == [NONE] * 3
    assert commit(group, "a", 6) == STALE
    assert commit(group, "a", 4) == [STALE] * 3
    assert commit(group, "b", 5) == ErrorCode.UNKNOWN_MEMBER_ID
    assert commit(group, "", -1) == ErrorCode.UNKNOWN_MEMBER_ID


def test_earlier_epochs_commit_what_they_had_already():
    """A partition may be committed by every epoch since it was assigned (KIP-1251)."""
    group = group_of(
        *member(
            state=MemberState.UNREVOKED_PARTITIONS,
            assigned={T: {0: 3}},
            pending_revocation={T: {1: 5}},
        )
    )
    assert commit(group, "a", 2) == [STALE] * 3
    assert commit(group, "a", 3) == [NONE, STALE, STALE]
    assert commit(group, "a", 5) == [NONE] * 3


def test_classic_members_hear_of_generations():
    """The same refusals in the words of their protocol."""
    group = group_of(*member(classic=ClassicSide(10_000, (("range", b""),))))
    assert commit(group, "a", 5, version=2) == [NONE] * 3
    assert commit(group, "a", 6) == ErrorCode.ILLEGAL_GENERATION
    assert commit(group, "a", 4) == [ErrorCode.ILLEGAL_GENERATION] * 3


def test_consumer_members_need_a_version_with_epochs():
    """Older requests cannot tell a member epoch."""
    assert commit(group_of(*member()), "a", 5, version=8) == ErrorCode.UNSUPPORTED_VERSION
    assert commit(group_of(*member()), "a", 5, version=3, transactional=True) == [NONE] * 3


def test_nobody_in_particular_may_commit_sometimes():
    """To an empty group always, to others in a transaction that names no member."""
    assert commit(group_of(), "", -1) == [NONE] * 3
    group = group_of(*member())
    assert commit(group, "", -1, transactional=True) == [NONE] * 3
    assert commit(group, "b", -1, transactional=True) == ErrorCode.UNKNOWN_MEMBER_ID
    assert commit(group, "", -1, instance="i", transactional=True) == ErrorCode.UNKNOWN_MEMBER_ID


def test_members_fetch_in_their_epoch():
    """Without a member anybody may read."""
    group = group_of(*member())
    group.check_offset_fetch(None, -1)
    group.check_offset_fetch("a", 5)
    for member_id, epoch, code in (("a", 4, STALE), ("b", 5, ErrorCode.UNKNOWN_MEMBER_ID)):
        with pytest.raises(ApiError) as refused:
            group.check_offset_fetch(member_id, epoch)
        assert refused.value.code == code
    classic = group_of(*member(classic=ClassicSide(1, ())))
    with pytest.raises(ApiError) as refused:
        classic.check_offset_fetch("a", 4)
    assert refused.value.code == ErrorCode.ILLEGAL_GENERATION


def test_only_empty_groups_are_deleted():
    """Offsets of topics that nobody reads may go any time."""
    group = group_of(*member())
    group.check_offset_delete()
    with pytest.raises(ApiError) as refused:
        group.check_delete()
    assert refused.value.code == ErrorCode.NON_EMPTY_GROUP
    group_of().check_delete()


def test_what_listings_show():
    """Kind, protocol type, subscriptions, and that offsets expire by their own age."""
    group = group_of(*member())
    assert (group.group_type, group.protocol_type) == (GroupType.CONSUMER, "consumer")
    assert group.is_subscribed_to("t")
    assert not group.is_subscribed_to("u")
    assert not group.is_empty
    assert group.offsets_expire_from_ms(77) == 77


def test_partitions_have_one_holder():
    """Those to be given up are still held; a later record of another member wins."""
    group = group_of(
        *member(
            "a",
            state=MemberState.UNREVOKED_PARTITIONS,
            assigned={T: {0: 3}},
            pending_revocation={T: {1: 5}},
        )
    )
    assert [group.holder(T, index) for index in range(3)] == ["a", "a", None]
    for change in member("b", assigned={T: {1: 6}}):
        group.replay(change.key, change.value)
    for change in records.member_removal("g", "a"):
        group.replay(change.key, change.value)
    assert [group.holder(T, index) for index in range(3)] == [None, "b", None]
    for change in records.member_removal("g", "b"):
        group.replay(change.key, change.value)
    assert group.members == {}
    assert group.subscribed_topics == frozenset()


def test_a_copy_lives_on_its_own():
    """Changes to either do not show in the other."""
    group = group_of(*member("a", assigned={T: {0: 3}}), records.target_change("g", "a", {T: (0,)}))
    twin = group.copy()
    for change in (*member("b", assigned={T: {1: 6}}), records.group_change("g", 9, 1)):
        twin.replay(change.key, change.value)
    for change in records.member_removal("g", "a"):
        twin.replay(change.key, change.value)
    assert set(group.members) == {"a"}
    assert (group.holder(T, 0), group.holder(T, 1), group.group_epoch) == ("a", None, 1)
    assert (twin.holder(T, 0), twin.holder(T, 1), twin.group_epoch) == (None, "b", 9)
    assert (group.targets, twin.targets) == ({"a": {T: (0,)}}, {})


def test_records_may_come_without_their_fellows():
    """Compaction leaves the last record of each key: a member's holdings may come first."""
    wishes, holdings = member("a", assigned={T: {0: 3}})
    assert group_of(holdings, wishes).members == group_of(wishes, holdings).members
    legacy = records.legacy_metadata_removal("g")
    group = group_of(holdings, legacy)
    assert not group.has_legacy_metadata
    group.replay(legacy.key, records.MESSAGES[4][1]())
    assert group.has_legacy_metadata


def test_most_votes_choose_the_assignor():
    """On a tie the earlier of the list."""
    group = group_of()
    assert group.preferred_assignor(("uniform", "range")) == "uniform"
    for number, name in enumerate(("range", "uniform", "range")):
        wishes = Wishes(server_assignor=name)
        change = records.wishes_change("g", f"m{number}", wishes)
        group.replay(change.key, change.value)
        if number == 1:
            assert group.preferred_assignor(("uniform", "range")) == "uniform"
    assert group.preferred_assignor(("uniform", "range")) == "range"
    assert group.preferred_assignor(("uniform",)) == "uniform"
