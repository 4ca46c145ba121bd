# SPDX-License-Identifier: Apache-2.0
"""What can go wrong between a client and its brokers, beside the error codes of the protocol.

What concerns a single connection stands in `net.connection_errors`, with the root of them all.
"""

from __future__ import annotations

from ottla.net.connection_errors import (
    BrokerUnreachableError,
    ClientError,
    ConnectionLostError,
    NotABrokerError,
    RequestTimeoutError,
    UnsupportedApiError,
)
from ottla.protocol.errors import ApiError

__all__ = [
    "BrokerUnreachableError",
    "ClientError",
    "ConnectionLostError",
    "DeliveryTimeoutError",
    "LogTruncatedError",
    "NotABrokerError",
    "OffsetOutOfRangeError",
    "RequestTimeoutError",
    "UnknownPartitionError",
    "UnknownTopicError",
    "UnsupportedApiError",
    "is_retriable",
]


class DeliveryTimeoutError(ClientError):
    """A batch could not be delivered in time; it may have been stored."""


class UnknownTopicError(ClientError):
    """There is no such topic."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"topic {topic!r} does not exist")
        self.topic = topic


class UnknownPartitionError(ClientError):
    """The topic has fewer partitions."""

    def __init__(self, topic: str, partition: int, partition_count: int) -> None:
        super().__init__(
            f"topic {topic!r} has no partition {partition}: "
            f"it has {partition_count}, numbered from 0"
        )
        self.topic = topic


class OffsetOutOfRangeError(ClientError):
    """A fetch asked for an offset that the partition does not have (any more or yet)."""

    def __init__(self, partition: str, offset: int, first: int, end: int) -> None:
        super().__init__(
            f"{partition} has no offset {offset}: its records go from {first} to {end} (exclusive)"
        )
        self.partition = partition
        self.offset = offset
        self.first = first
        self.end = end


class LogTruncatedError(ClientError):
    """Records that were read before are gone: the leader's log diverged from what was fetched."""


def is_retriable(error: BaseException) -> bool:
    """Say whether the same call may succeed later."""
    if isinstance(error, ApiError):
        return error.code.retriable
    return isinstance(error, ClientError) and error.retriable
