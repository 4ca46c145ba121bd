# SPDX-License-Identifier: Apache-2.0
"""What is written is what is read."""

from __future__ import annotations

import pytest

from ottla.coordinators.group.consumer import records
from ottla.coordinators.group.consumer.member import ClassicSide, Holdings, MemberState, Wishes
from ottla.coordinators.records import NUMBER, NUMBER_BYTES

T, U = bytes([1]) * 16, bytes([2]) * 16


def read(change):
    """Return the value of a change after a trip through bytes."""
    record = change.record()
    (kind,) = NUMBER.unpack_from(record.key)
    key_class, value_class = records.MESSAGES[kind]
    assert key_class.decode(record.key, 0, NUMBER_BYTES) == change.key
    assert NUMBER.unpack_from(record.value) == (records.VALUE_VERSION,)
    return value_class.decode(record.value, 0, NUMBER_BYTES)


@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(client_id="c", client_host="/h"),
        Wishes("i", "rack", "c", "/h", frozenset(("a", "b")), "x.*", 5, "range"),
        Wishes(client_id="c", classic=ClassicSide(9, (("range", b"1"), ("sticky", b"2")))),
    ],
)
def test_wishes_survive(wishes):
    """Everything that a member has told."""
    assert records.wishes_of(read(records.wishes_change("g", "m", wishes))) == wishes


def test_no_classic_side_is_written_as_kafka_does():
    """It is tagged field 0 of one byte, a null mark without sign; leaving it out says otherwise."""
    record = records.wishes_change("g", "m", Wishes(client_id="c", client_host="/h")).record()
    assert record.value.endswith(b"\x01\x00\x01\x00")


def test_holdings_survive():
    """With the epoch in which each partition was assigned."""
    holdings = Holdings(
        5, 4, MemberState.UNREVOKED_PARTITIONS, {U: {3: 5, 1: 2}, T: {0: 5}}, {U: {2: 4}}
    )
    assert records.holdings_of(read(records.holdings_change("g", "m", holdings))) == holdings


def test_early_holdings_have_no_assignment_epochs():
    """Then the member's epoch stands for all of them, and nothing below zero."""
    change = records.holdings_change("g", "m", Holdings(5, 4, assigned={T: {0: 1}}))
    change.value.assigned_partitions[0].assignment_epochs = None
    assert records.holdings_of(read(change)).assigned == {T: {0: 5}}
    change.value.member_epoch = -2
    change.value.assigned_partitions[0].assignment_epochs = [1, 2]
    assert records.holdings_of(read(change)).assigned == {T: {0: 0}}


def test_targets_and_patterns_survive():
    """In ascending order, whatever the order in memory."""
    value = read(records.target_change("g", "m", {U: (1, 2), T: (0,)}))
    assert [topic.topic_id for topic in value.topic_partitions] == [T, U]
    assert records.target_of(value) == {T: (0,), U: (1, 2)}
    resolved = records.ResolvedPattern(frozenset(("b", "a")), 7, 8)
    value = read(records.pattern_change("g", "x.*", resolved))
    assert value.topics == ["a", "b"]
    assert records.pattern_of(value) == resolved


def test_epochs_survive():
    """Those of the group and of the target."""
    value = read(records.group_change("g", 5, -7))
    assert (value.epoch, value.metadata_hash) == (5, -7)
    value = read(records.target_epoch_change("g", 4, 9))
    assert (value.assignment_epoch, value.assignment_timestamp) == (4, 9)


def test_a_group_is_deleted_from_the_inside_out():
    """Kafka's readers refuse other orders: holdings, targets, wishes, and the group at last."""
    removal = records.group_removal("g", ["a", "b"], ["x.*"])
    assert [change.key.API_KEY for change in removal] == [8, 8, 7, 7, 6, 5, 5, 16, 4, 3]
    assert all(change.value is None for change in removal)
    assert [change.key.API_KEY for change in records.member_removal("g", "a")] == [8, 7, 5]
