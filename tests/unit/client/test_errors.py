# SPDX-License-Identifier: Apache-2.0
"""Which errors are worth another attempt."""

from __future__ import annotations

import pytest

from ottla.base.errors import OttlaError
from ottla.client.errors import (
    BrokerUnreachableError,
    ConnectionLostError,
    NotABrokerError,
    OffsetOutOfRangeError,
    RequestTimeoutError,
    UnknownTopicError,
    UnsupportedApiError,
    is_retriable,
)
from ottla.net.address import Address
from ottla.protocol.errors import ApiError, ErrorCode

ADDRESS = Address("h", 1)


@pytest.mark.parametrize(
    "error",
    [
        BrokerUnreachableError(ADDRESS, "refused"),
        ConnectionLostError("lost"),
        RequestTimeoutError("late"),
        NotABrokerError(ADDRESS, "hung up", retriable=True),
        ApiError(ErrorCode.NOT_LEADER_OR_FOLLOWER),
    ],
)
def test_retriable(error):
    """What passes by itself is worth another attempt."""
    assert is_retriable(error)


@pytest.mark.parametrize(
    "error",
    [
        NotABrokerError(ADDRESS, "speaks HTTP"),
        UnsupportedApiError("old"),
        UnknownTopicError("t"),
        OffsetOutOfRangeError("t-0", 1, 2, 3),
        ApiError(ErrorCode.TOPIC_AUTHORIZATION_FAILED),
        OttlaError("other"),
        ValueError(),
    ],
)
def test_final(error):
    """What needs a change is not."""
    assert not is_retriable(error)
