# SPDX-License-Identifier: Apache-2.0
"""What can go wrong between the two ends of a connection, for clients and between brokers.

Each text names the thing; the command line adds the next step. `retriable` says whether the same
call may succeed later without anybody changing anything.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.base.errors import OttlaError

if TYPE_CHECKING:
    from ottla.net.address import Address


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


class UnsupportedApiError(ClientError):
    """The broker does not serve an API, or none of the versions that are needed."""
