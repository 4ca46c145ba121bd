# SPDX-License-Identifier: Apache-2.0
"""Values that make a member."""

from __future__ import annotations

from ottla.coordinators.group.consumer.member import (
    Holdings,
    MemberState,
    holds_nothing_else,
    in_first_epoch,
)

T = bytes([1]) * 16


def test_states_have_kafkas_numbers():
    """Numbers that we do not know are the unknown state."""
    assert [MemberState.of(number) for number in (0, 1, 2, 3, 127, -1)] == [
        MemberState.STABLE,
        MemberState.UNREVOKED_PARTITIONS,
        MemberState.UNRELEASED_PARTITIONS,
        MemberState.UNKNOWN,
        MemberState.UNKNOWN,
        MemberState.UNKNOWN,
    ]


def test_a_report_is_compared_with_what_is_assigned():
    """No report tells nothing; a report must name nothing beyond the assigned partitions."""
    assigned = {T: {0: 3, 1: 4}}
    assert not holds_nothing_else(None, assigned)
    assert holds_nothing_else([], assigned)
    assert holds_nothing_else([(T, [1])], assigned)
    assert not holds_nothing_else([(T, [1, 2])], assigned)
    assert not holds_nothing_else([(bytes(16), [1])], assigned)


def test_partitions_know_since_when_they_are_the_members():
    """Those to be given up are still the member's."""
    holdings = Holdings(5, 4, MemberState.UNREVOKED_PARTITIONS, {T: {0: 3}}, {T: {1: 4}})
    assert [holdings.assignment_epoch(T, index) for index in range(3)] == [3, 4, None]
    assert holdings.assignment_epoch(bytes(16), 0) is None
    assert in_first_epoch({T: {0: 3, 1: 4}}) == {T: {0: 0, 1: 0}}


def test_reconciled_is_stable_in_the_epoch():
    """Both have to be right."""
    assert Holdings(5).is_reconciled_to(5)
    assert not Holdings(5).is_reconciled_to(6)
    assert not Holdings(5, 4, MemberState.UNRELEASED_PARTITIONS).is_reconciled_to(5)
