# SPDX-License-Identifier: Apache-2.0
"""Bytes of classic consumers, in all their versions."""

from __future__ import annotations

import pytest

from ottla.coordinators.group.consumer.client_bytes import (
    read_assignment,
    read_subscription,
    write_assignment,
)
from ottla.protocol.errors import WireError
from ottla.protocol.messages.consumer_protocol import ConsumerProtocolSubscription


@pytest.mark.parametrize("version", [0, 1, 2, 3, 9])
def test_subscriptions_of_all_versions_are_read(version):
    """A version of the future is read as the last one known, whatever follows."""
    body = ConsumerProtocolSubscription(topics=["a", "b"]).encode(min(version, 3))
    rest = b"future" if version > 3 else b""
    subscription = read_subscription(version.to_bytes(2, "big") + body + rest)
    assert subscription.topics == ["a", "b"]


@pytest.mark.parametrize("version", [0, 1, 3, 9])
def test_assignments_come_in_the_members_version(version):
    """What is written is read, in a version that the member understands."""
    metadata = version.to_bytes(2, "big")
    data = write_assignment({"b": [1], "a": [0, 2]}, metadata)
    assert data[:2] == min(version, 3).to_bytes(2, "big")
    assert [(one.topic, one.partitions) for one in read_assignment(data).assigned_partitions] == [
        ("a", [0, 2]),
        ("b", [1]),
    ]


@pytest.mark.parametrize("data", [b"", b"\0", b"\xff\xff", b"\0\0\0", b"\0\0\0\0\0\x09"])
def test_nonsense_is_refused(data):
    """No version, a negative one, or a body that ends early."""
    with pytest.raises(WireError):
        read_subscription(data)
    with pytest.raises(WireError):
        read_assignment(data)
