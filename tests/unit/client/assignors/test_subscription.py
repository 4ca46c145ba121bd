# SPDX-License-Identifier: Apache-2.0
"""The bytes of subscriptions and assignments, ours and those of others."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.integration.foreign_clients import FOREIGN_WARNINGS

from ottla.client.assignors.subscription import (
    Subscription,
    decode_assignment,
    decode_subscription,
    encode_assignment,
    encode_subscription,
)
from ottla.client.topic_partition import TopicPartition
from ottla.protocol.errors import WireError

pytestmark = FOREIGN_WARNINGS

names = st.frozensets(
    st.builds(TopicPartition, st.sampled_from(["orders", "größe"]), st.integers(0, 99))
)


@given(names, st.integers(-1, 2**31 - 1), st.booleans())
def test_a_subscription_comes_back(owned, generation_id, is_eager):
    """Whether what a member has travels in the message or in the user data."""
    given_in = Subscription(("a", "b"), owned, generation_id, "static")
    data = encode_subscription(given_in, is_eager=is_eager)
    assert decode_subscription(data, "static") == given_in


@given(names)
def test_an_assignment_comes_back(assigned):
    """And empty bytes, which a member without an assignment gets, are none."""
    assert decode_assignment(encode_assignment(assigned)) == assigned
    assert decode_assignment(b"") == frozenset()


def test_user_data_is_that_of_other_sticky_assignors():
    """Aiokafka writes the same bytes for the same partitions."""
    from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyAssignorUserDataV1

    theirs = StickyAssignorUserDataV1([("a", [0, 2]), ("b", [1])], 7).encode()
    owned = frozenset(TopicPartition(*name) for name in (("a", 0), ("a", 2), ("b", 1)))
    ours = encode_subscription(Subscription(("a",), owned, 7), is_eager=True)
    assert theirs in ours


@given(st.binary(max_size=60))
def test_user_data_of_other_assignors_is_no_error(user_data):
    """Anything may stand there; the topics still count."""
    plain = encode_subscription(Subscription(("a",)), is_eager=False)
    at = plain.index(b"\xff\xff\xff\xff")  # the null where user data would be
    data = plain[:at] + len(user_data).to_bytes(4) + user_data + plain[at + 4 :]
    assert decode_subscription(data, None).topics == ("a",)


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x00\x00\x00\x00\x00\x09a"])
def test_broken_bytes_are_told(data):
    """A member that sends nonsense gets no silent place in the group."""
    with pytest.raises(WireError):
        decode_subscription(data, None)
