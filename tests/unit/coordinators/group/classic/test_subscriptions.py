# SPDX-License-Identifier: Apache-2.0
"""What the coordinator reads in consumers' metadata."""

from __future__ import annotations

import pytest

from ottla.coordinators.group.classic.subscriptions import subscribed_topics
from ottla.protocol.messages.consumer_protocol import ConsumerProtocolSubscription


@pytest.mark.parametrize("version", ConsumerProtocolSubscription.VERSIONS)
def test_every_version_is_read_as_the_first(version):
    """Later versions only add behind it; those of the future too."""
    body = ConsumerProtocolSubscription(topics=["b", "a"], user_data=b"u").encode(version)
    metadata = version.to_bytes(2, "big") + body
    assert subscribed_topics([metadata, b"\x00\x63" + body + b"more"]) == {"a", "b"}


@pytest.mark.parametrize("metadata", [b"", b"\0", b"\0\0", b"\0\0\0\0\0\7", b"connect"])
def test_what_cannot_be_read_is_not_known(metadata):
    """One unreadable member makes the topics of the group unknown."""
    known = b"\0\0" + ConsumerProtocolSubscription(topics=["a"]).encode(0)
    assert subscribed_topics([known, metadata]) is None


def test_nobody_subscribes_to_nothing():
    """A group without members reads no topic."""
    assert subscribed_topics([]) == frozenset()
