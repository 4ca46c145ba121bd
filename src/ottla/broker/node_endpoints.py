# SPDX-License-Identifier: Apache-2.0
"""Addresses that come with an answer which names leaders (KIP-951).

A client that asked the wrong broker is told who leads, and where that broker listens: it goes
there at once and needs no Metadata request in between. Both halves of the data plane encode the
addresses alike, as the tagged field 0 of the whole answer.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, NamedTuple

from ottla.broker.advertised import address_for
from ottla.protocol.wire_cursor import encode_count, encode_nullable_string, encode_unsigned_varint

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ottla.broker.context import Services
    from ottla.net.asyncio_adapter import ServerConnection

_INT32 = struct.Struct(">i")

NO_TAGS = b"\x00"


class NodeEndpoint(NamedTuple):
    """Where a client reaches one broker."""

    node_id: int
    host: str
    port: int
    rack: str | None = None


if TYPE_CHECKING:
    EndpointsOf = Callable[[Iterable[int]], Sequence[NodeEndpoint]]
    """Finds the addresses of brokers, given by id, for the client of one connection."""


def no_endpoints(_: Iterable[int]) -> Sequence[NodeEndpoint]:
    """Know no addresses, as for clients that are not told any."""
    return ()


def node_endpoints(
    services: Services, connection: ServerConnection, broker_ids: Iterable[int]
) -> list[NodeEndpoint]:
    """Return where the client of `connection` reaches the brokers; those without an address not."""
    found = []
    for broker_id in dict.fromkeys(broker_ids):
        broker = services.image.brokers.get(broker_id)
        if broker is None or not broker.is_live:
            continue
        address = address_for(broker, connection, services.config)
        if address is not None:
            found.append(NodeEndpoint(broker_id, address.host, address.port, broker.rack))
    return found


def encode_endpoint_tags(endpoints: Sequence[NodeEndpoint]) -> bytes:
    """Return the tagged fields of the whole answer: nearly always none."""
    if not endpoints:
        return NO_TAGS
    field = bytearray(encode_count(len(endpoints), flexible=True))
    for one in endpoints:
        field += _INT32.pack(one.node_id)
        field += encode_nullable_string(one.host, flexible=True)
        field += _INT32.pack(one.port)
        field += encode_nullable_string(one.rack, flexible=True)
        field += NO_TAGS
    return b"\x01\x00" + encode_unsigned_varint(len(field)) + field
