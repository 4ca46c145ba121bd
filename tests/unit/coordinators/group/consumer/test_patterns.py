# SPDX-License-Identifier: Apache-2.0
"""Expressions of strangers are matched without harm."""

from __future__ import annotations

import pytest

from ottla.coordinators.group.consumer.patterns import (
    PATTERN_CHARACTERS_MAX,
    check_pattern,
    matching_topics,
)
from ottla.protocol.errors import ApiError, ErrorCode


def test_whole_names_match():
    """RE2 has no notion of a match in the middle here; internal topics match like others."""
    names = ("orders", "orders-2", "__consumer_offsets", "x")
    assert matching_topics("orders", names) == {"orders"}
    assert matching_topics("order.*|x", names) == {"orders", "orders-2", "x"}
    assert matching_topics(".*", names) == set(names)
    assert matching_topics("", names) == set()


@pytest.mark.parametrize(
    "pattern", ["(", "a**", "(?<=a)b", r"(a)\1", "x{2000}", "((a{1,100}){1,100}){1,100}"]
)
def test_what_cannot_be_matched_in_linear_time_is_refused(pattern):
    """Look-around, back references, and expressions that would fill the memory."""
    with pytest.raises(ApiError) as refused:
        check_pattern(pattern)
    assert refused.value.code == ErrorCode.INVALID_REGULAR_EXPRESSION


def test_long_expressions_are_refused():
    """Nobody needs them."""
    check_pattern("a" * PATTERN_CHARACTERS_MAX)
    with pytest.raises(ApiError) as refused:
        check_pattern("a" * (PATTERN_CHARACTERS_MAX + 1))
    assert refused.value.code == ErrorCode.INVALID_REGULAR_EXPRESSION


def test_expressions_that_stall_others_do_not_stall_us():
    """Nested repetition against a text that just fails."""
    assert matching_topics("(a*)*b", ["a" * 249]) == set()
