# SPDX-License-Identifier: Apache-2.0
"""Which addresses of brokers a client is told.

A broker that has `advertised.listeners` says what stands there. Without it, this broker names
the address on which the client reached it: that one works for this client, whatever names and
networks lie between. Other brokers are named as they registered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.net.address import Address

if TYPE_CHECKING:
    from ottla.broker.config import BrokerConfig
    from ottla.broker.context import RequestContext
    from ottla.metadata.image import BrokerImage
    from ottla.net.asyncio_adapter import ServerConnection

_MAPPED_IPV4 = "::ffff:"


def address_of(broker: BrokerImage, context: RequestContext) -> Address | None:
    """Return where the client of this request reaches `broker`.

    None when the broker has no listener of the name through which the client came.
    """
    return address_for(broker, context.connection, context.services.config)


def address_for(
    broker: BrokerImage, connection: ServerConnection, config: BrokerConfig
) -> Address | None:
    """Return where the client of a connection reaches `broker`; None likewise."""
    if broker.broker_id == config.node_id:
        advertised = config.advertised.get(connection.listener)
        if advertised is None:
            # A dual-stack socket shows IPv4 clients in IPv6 clothes.
            return Address(connection.local_host.removeprefix(_MAPPED_IPV4), connection.local_port)
        # Port 0 was replaced by the system's choice, which is the port that the client used.
        return Address(advertised.host, advertised.port or connection.local_port)
    endpoint = broker.endpoint(connection.listener)
    return None if endpoint is None else Address(endpoint.host, endpoint.port)
