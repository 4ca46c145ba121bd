# SPDX-License-Identifier: Apache-2.0
"""What can go wrong between a client and its brokers, beside the error codes of the protocol.

What concerns a single connection stands in `net.connection_errors`, with the root of them all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ottla.base.errors import OttlaError
from ottla.base.loop_thread import ForkedError
from ottla.net.connection_errors import (
    BrokerUnreachableError,
    ClientError,
    ConnectionLostError,
    NotABrokerError,
    RequestTimeoutError,
    UnsupportedApiError,
)
from ottla.protocol.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = [
    "ApiError",
    "BrokerUnreachableError",
    "BufferFullError",
    "ClientClosedError",
    "ClientError",
    "CommitFailedError",
    "ConfigurationError",
    "ConnectionLostError",
    "DeliveryTimeoutError",
    "ForkedError",
    "ItemsFailedError",
    "LogTruncatedError",
    "MissingExtraError",
    "NotABrokerError",
    "OffsetOutOfRangeError",
    "ProducerFencedError",
    "RebalancingError",
    "RecordTooLargeError",
    "RequestTimeoutError",
    "SerializationError",
    "TransactionAbortedError",
    "TransactionOutcomeUnknownError",
    "TransactionStateError",
    "UnknownPartitionError",
    "UnknownTopicError",
    "UnsupportedApiError",
    "WrongLoopError",
    "is_retriable",
]


class ItemsFailedError(ApiError):
    """Some or all items of a call failed; code and text are those of the first that did."""

    def __init__(
        self, failures: Mapping[Any, ApiError], results: Mapping[Any, Any] | None = None
    ) -> None:
        first = next(iter(failures.values()))
        text = first.message or first.code.description
        others = len(failures) - 1
        if others:
            text += f" ({others} more failed: see `failures` of this error)"
        super().__init__(first.code, text)
        self.failures = dict(failures)
        """What went wrong, by item."""
        self.results = dict(results or {})
        """What the call returned for the items that did not fail."""

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.failures, self.results)  # test runners pass errors on by pickle


class ConfigurationError(ClientError):
    """A setting that does not exist or cannot have such a value."""


class MissingExtraError(ClientError):
    """What was called needs packages that come with an extra of Ottla's only."""

    def __init__(self, extra: str, reason: Exception) -> None:
        super().__init__(f"{reason}: it comes with `pip install 'ottla[{extra}]'`")
        self.extra = extra
        self.reason = reason

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.extra, self.reason)


class ClientClosedError(ClientError):
    """The client was closed, so it takes no more calls."""


class WrongLoopError(ClientError):
    """An asyncio client belongs to the loop that it was started in, and was called from another."""


class BufferFullError(ClientError):
    """There was no room for a record for as long as its sender wanted to wait."""

    retriable = True


class SerializationError(ClientError):
    """A key or value could not be turned into bytes, or bytes not into a key or value."""


class RecordTooLargeError(ClientError):
    """A record is larger than what may be sent; nothing of it was."""


class CommitFailedError(ClientError):
    """Offsets were not committed, because the group has changed or is changing."""


class RebalancingError(CommitFailedError):
    """Offsets were not committed, because the group is just dividing its partitions anew."""


class DeliveryTimeoutError(ClientError):
    """A batch could not be delivered in time; it may have been stored."""


class TransactionStateError(ClientError):
    """What was called does not go with the transaction that is open, or with none."""


class TransactionAbortedError(ClientError):
    """A transaction could not be committed and was aborted; the same work may be done again."""

    retriable = True


class TransactionOutcomeUnknownError(ClientError):
    """Nobody answered whether a transaction ended as it should; the same end may be asked again.

    Its work must not be done again before that: it may have been committed.
    """


class ProducerFencedError(ClientError):
    """Another producer uses the transactional id now; this one can do nothing more."""


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
    return isinstance(error, OttlaError) and error.retriable
