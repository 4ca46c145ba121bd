# SPDX-License-Identifier: Apache-2.0
"""Whether members subscribe alike."""

from __future__ import annotations


def test_equal_subscriptions_are_seen(kit):
    """All members have to subscribe to the same topics."""
    counts = {1: 1, 2: 1}
    assert kit.make_group(counts, {"a": [1, 2], "b": [2, 1]}).is_homogeneous
    assert not kit.make_group(counts, {"a": [1, 2], "b": [1]}).is_homogeneous
    assert kit.make_group(counts, {}).is_homogeneous
