# SPDX-License-Identifier: Apache-2.0
"""The state of one classic group."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.unit.coordinators.group.group_world import subscription

from ottla.coordinators.group.classic.group import (
    COMPLETING_REBALANCE,
    EMPTY,
    MAY_FOLLOW,
    PREPARING_REBALANCE,
    STABLE,
    ClassicGroup,
    ClassicState,
)
from ottla.coordinators.group.classic.member import ClassicMember
from ottla.coordinators.group.records import read_group_metadata
from ottla.coordinators.group.store import Client
from ottla.coordinators.pending import Pending
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.consumer_offsets import GroupMetadataValue, MemberMetadata

NAMES = itertools.count(1)


def member(member_id=None, *protocols: str, instance=None, rebalance_ms=10):
    """Return a member that speaks these protocols."""
    return ClassicMember(
        "g",
        member_id or f"m{next(NAMES)}",
        group_instance_id=instance,
        client=Client("c", "/h"),
        rebalance_timeout_ms=rebalance_ms,
        session_timeout_ms=20,
        protocols=tuple((name, subscription("t")) for name in protocols or ("range",)),
    )


def group_of(*members: ClassicMember, protocol_type="consumer") -> ClassicGroup:
    """Return a group in its first rebalance."""
    group = ClassicGroup("g")
    for one in members:
        group.add(one, protocol_type)
    group.move_to(PREPARING_REBALANCE, 1)
    return group


def stable(*members: ClassicMember, protocol_type="consumer") -> ClassicGroup:
    """Return a group in its first generation."""
    group = group_of(*members, protocol_type=protocol_type)
    group.begin_generation(2)
    _, value = read_group_metadata(group.record({}, 3))
    group.take(value)
    return group


def test_only_transitions_of_the_table_are_allowed():
    """Every other change of state is a bug."""
    for before, after in itertools.product(MAY_FOLLOW, MAY_FOLLOW):
        group = ClassicGroup("g")
        group.state = before
        if before in MAY_FOLLOW[after]:
            group.move_to(after, 5)
            assert (group.state, group.state_before) == (after, before)
            assert group.state_timestamp_ms == 5
        else:
            with pytest.raises(AssertionError):
                group.move_to(after, 5)


def test_the_first_member_leads_and_names_the_kind():
    """The next one leads when it goes; the last one leaves nobody."""
    first, second = member(), member()
    group = group_of(first, second, protocol_type="connect")
    assert group.protocol_type == "connect"
    assert group.leader_id == first.member_id
    group.remove(first.member_id)
    assert group.leader_id == second.member_id
    group.remove(second.member_id)
    assert group.leader_id is None
    assert group.supporters == {}


def test_a_protocol_that_everybody_speaks_and_most_want():
    """Votes go to candidates only; equal votes to the one that was voted for first."""
    group = group_of(
        member(None, "a", "b", "c"), member(None, "b", "a", "c"), member(None, "x", "a", "b")
    )
    assert group.select_protocol() == "a"
    group.add(member(None, "b", "a"), "consumer")
    assert group.select_protocol() == "a"
    group.add(member(None, "b", "a"), "consumer")
    assert group.select_protocol() == "b"


@given(st.data())
def test_the_chosen_protocol_is_spoken_by_all(data):
    """Whatever members speak, as long as the group accepted them."""
    group = ClassicGroup("g")
    spoken = st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True)
    for protocols in data.draw(st.lists(spoken, min_size=1, max_size=6)):
        one = member(None, *protocols)
        if group.accepts("consumer", one.protocols):
            group.add(one, "consumer")
            if group.state is EMPTY:
                group.move_to(PREPARING_REBALANCE, 0)
    chosen = group.select_protocol()
    assert all(one.metadata(chosen) for one in group.members.values())


def test_who_is_accepted():
    """An empty group takes anybody with a protocol; others must share the kind and a protocol."""
    group = ClassicGroup("g")
    speaks = member(None, "range").protocols
    assert group.accepts("consumer", speaks)
    assert not group.accepts("", speaks)
    assert not group.accepts("consumer", ())
    group = group_of(member(None, "range", "sticky"), member(None, "range"))
    assert group.accepts("consumer", speaks)
    assert not group.accepts("connect", speaks)
    assert not group.accepts("consumer", member(None, "sticky").protocols)


def test_room():
    """Members and their restarts are let in; during a rebalance those who came count."""
    one = member("m")
    group = stable(one, member("i-1", instance="i"))
    assert group.has_room_for("m", None, 1)
    assert group.has_room_for("", "i", 1)
    assert not group.has_room_for("new", None, 2)
    assert group.has_room_for("new", None, 3)
    group.move_to(PREPARING_REBALANCE, 0)
    assert group.has_room_for("m", None, 1)
    one.awaiting_join = Pending()
    group.waiting_count = 1
    assert group.has_room_for("m", None, 1)
    assert not group.has_room_for("other", None, 1)
    assert ClassicGroup("g").has_room_for("any", None, 0)


def test_who_is_a_member():
    """Ids, instance ids, and both together."""
    group = stable(member("m"), member("i-1", instance="i"))
    group.check_member("m", None)
    group.check_member("i-1", "i")
    group.check_member("i-1", None)
    for member_id, instance, code in (
        ("x", None, ErrorCode.UNKNOWN_MEMBER_ID),
        ("m", "k", ErrorCode.UNKNOWN_MEMBER_ID),
        ("m", "i", ErrorCode.FENCED_INSTANCE_ID),
    ):
        with pytest.raises(ApiError) as error:
            group.check_member(member_id, instance)
        assert error.value.code == code


def test_a_restarted_static_member_keeps_its_place():
    """Also its lead, and the order of members."""
    old = member("i-1", instance="i")
    group = stable(old, member("m"))
    group.replace_static(old, member("i-2", "sticky", instance="i"))
    assert list(group.members) == ["i-2", "m"]
    assert group.leader_id == "i-2"
    assert group.static_members == {"i": "i-2"}
    assert group.supporters == {"sticky": 1, "range": 1}


def test_a_leader_that_did_not_come_is_followed():
    """The first of those that came leads; without any nothing changes."""
    late, came = member("late"), member("came")
    group = group_of(late, came)
    assert not group.elect_leader_that_joined()
    came.awaiting_join = Pending()
    assert group.elect_leader_that_joined()
    assert group.leader_id == "came"
    assert group.elect_leader_that_joined()
    assert not ClassicGroup("g").elect_leader_that_joined()


def test_generations_do_not_overflow():
    """After the largest number they begin at 1 again, never at a negative one."""
    group = group_of(member())
    group.generation = 2**31 - 1
    group.begin_generation(0)
    assert group.generation == 1


def test_the_record_holds_the_generation():
    """What is written is taken by a fresh group as it was."""
    group = group_of(member("m", "range", "sticky"), member("i-1", instance="i"))
    group.begin_generation(5)
    group_id, value = read_group_metadata(group.record({"m": b"a"}, 6))
    loaded = ClassicGroup(group_id)
    loaded.take(value)
    assert loaded.state is STABLE
    assert (loaded.generation, loaded.protocol_name, loaded.leader_id) == (1, "range", "m")
    assert loaded.state_timestamp_ms == 6
    assert loaded.members["m"].assignment == b"a"
    assert loaded.members["m"].protocols == (("range", subscription("t")),)
    assert loaded.static_members == {"i": "i-1"}
    assert loaded.topics == {"t"}
    group.take(value)
    assert group.state is STABLE
    assert [name for name, _ in group.members["m"].protocols] == ["range", "sticky"]


def test_old_records_lack_some_things():
    """Without a rebalance timeout the session timeout holds; without a time it is unknown."""
    group = ClassicGroup("g")
    group.take(
        GroupMetadataValue(
            protocol_type="consumer",
            generation=3,
            protocol="range",
            leader="m",
            members=[MemberMetadata(member_id="m", session_timeout=7)],
        )
    )
    assert group.members["m"].rebalance_timeout_ms == 7
    assert group.topics is None
    group.take(GroupMetadataValue(protocol_type="consumer", protocol=None, leader=None))
    assert group.state is EMPTY
    assert group.offsets_expire_from_ms(5) == 5


@pytest.mark.parametrize(
    ("member_id", "generation", "is_transactional", "code"),
    [
        ("m", 1, False, None),
        ("m", 0, False, ErrorCode.ILLEGAL_GENERATION),
        ("x", 1, False, ErrorCode.UNKNOWN_MEMBER_ID),
        ("m", -1, False, ErrorCode.ILLEGAL_GENERATION),
        ("", -1, False, ErrorCode.UNKNOWN_MEMBER_ID),
        ("", -1, True, None),
        ("m", 0, True, ErrorCode.ILLEGAL_GENERATION),
    ],
)
def test_bug_32_who_may_commit(member_id, generation, is_transactional, code):
    """Bug 32: members in the present generation; old transactional commits name nobody."""
    group = stable(member("m"))
    fields = {"is_transactional": is_transactional, "version": 9}
    if code is None:
        assert group.check_offset_commit(member_id, None, generation, **fields) is None
        return
    with pytest.raises(ApiError) as error:
        group.check_offset_commit(member_id, None, generation, **fields)
    assert error.value.code == code


def test_nobody_commits_between_two_generations():
    """REBALANCE_IN_PROGRESS until assignments are there; a transaction may go on."""
    group = group_of(member("m"))
    group.begin_generation(1)
    assert group.state is COMPLETING_REBALANCE
    with pytest.raises(ApiError) as error:
        group.check_offset_commit("m", None, 1, is_transactional=False, version=9)
    assert error.value.code == ErrorCode.REBALANCE_IN_PROGRESS
    assert group.check_offset_commit("m", None, 1, is_transactional=True, version=3) is None


def test_anybody_commits_to_an_empty_group():
    """Administrators and simple consumers name no generation."""
    group = ClassicGroup("g")
    fields = {"is_transactional": False, "version": 9}
    assert group.check_offset_commit("", None, -1, **fields) is None
    with pytest.raises(ApiError):
        group.check_offset_commit("m", None, 0, **fields)


def test_whose_topics_are_known():
    """Consumers' subscriptions are read; an unreadable one could be any topic."""
    group = stable(member("m"))
    assert group.is_subscribed_to("t")
    assert not group.is_subscribed_to("u")
    group.topics = None
    assert group.is_subscribed_to("u")
    connect = stable(member("m"), protocol_type="connect")
    assert not connect.is_subscribed_to("t")
    assert not ClassicGroup("g").is_subscribed_to("t")


def test_when_offsets_expire():
    """Simple: since the commit. Empty: since then. Stable consumers: since the commit, or never."""
    assert ClassicGroup("g").offsets_expire_from_ms(5) == 5
    group = stable(member("m"))
    assert group.offsets_expire_from_ms(5) == 5
    group.topics = None
    assert group.offsets_expire_from_ms(5) is None
    group.move_to(PREPARING_REBALANCE, 7)
    assert group.offsets_expire_from_ms(5) is None
    group.remove("m")
    group.begin_generation(9)
    assert group.offsets_expire_from_ms(5) == 9
    assert stable(member("m"), protocol_type="connect").offsets_expire_from_ms(5) is None


def test_deletion():
    """Only an empty group goes; offsets of consumers may, others need an empty group."""
    consumers, connect = stable(member("m")), stable(member("m"), protocol_type="connect")
    consumers.check_offset_delete()
    for check in (consumers.check_delete, connect.check_delete, connect.check_offset_delete):
        with pytest.raises(ApiError) as error:
            check()
        assert error.value.code == ErrorCode.NON_EMPTY_GROUP
    ClassicGroup("g").check_delete()
    ClassicGroup("g").check_offset_delete()
    ClassicGroup("g").check_offset_fetch("anybody", 5)
    (tombstone,) = consumers.tombstones()
    assert read_group_metadata(tombstone) == ("g", None)


def test_states_are_kafkas():
    """The names that ListGroups and DescribeGroups show."""
    assert [state.value for state in ClassicState] == [
        "Empty",
        "PreparingRebalance",
        "CompletingRebalance",
        "Stable",
        "Dead",
    ]
