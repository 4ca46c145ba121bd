# SPDX-License-Identifier: Apache-2.0
"""What can go wrong between a client and its brokers, beside the error codes of the protocol.

Each text names the thing; the command line adds the next step. `retriable` says whether the same
call may succeed later without anybody changing anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.base.errors import OttlaError
from ottla.protocol.errors import ApiError

if TYPE_CHECKING:
    from ottla.client.address import Address


class ClientError(OttlaError):
    """The root of the client's own errors."""

    retriable: bool = False


class BrokerUnreachableError(ClientError):
    """No connection could be made."""

    retriable = True

    def __init__(self, address: Address, reason: str, *, refused: bool = False) -> None:
        super().__init__(f"no broker answers at {address}: {reason}")
        self.address = address
        self.reason = reason
        self.refused = refused


class NotABrokerError(ClientError):
    """Something answers at the address, but it does not speak Kafka's protocol to us.

    Retriable when it hung up without a word: a broker that is just stopping does that as well.
    """

    def __init__(self, address: Address, observation: str, *, retriable: bool = False) -> None:
        super().__init__(
            f"{address} {observation}: it may expect TLS or a login, or is not a Kafka listener"
        )
        self.address = address
        self.retriable = retriable


class ConnectionLostError(ClientError):
    """The connection ended while an answer was awaited; the request may have been carried out."""

    retriable = True


class RequestTimeoutError(ClientError):
    """The broker did not answer in time; the request may have been carried out."""

    retriable = True


class DeliveryTimeoutError(ClientError):
    """A batch could not be delivered in time; it may have been stored."""


class UnsupportedApiError(ClientError):
    """The broker does not serve an API, or none of the versions that are needed."""


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
