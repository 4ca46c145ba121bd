# SPDX-License-Identifier: Apache-2.0
"""Passes requests that only the controller can carry out on to it, for clients that came elsewhere.

The request travels as it came, in an Envelope (KIP-590); the answer comes back as it is to be
sent. While nobody decides, or somebody else does by now, the request waits for the next
controller. Before the answer is sent this broker reads the journal as far as it goes: a client
that creates a topic here finds it here.

Belongs to the event loop.
"""

from __future__ import annotations

import asyncio
import ipaddress
from typing import TYPE_CHECKING

from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.envelope import EnvelopeRequest, EnvelopeResponse

if TYPE_CHECKING:
    from ottla.broker.context import Services

RETRY_PAUSE_S = 0.05


class Forwarding:
    """The way of clients' requests to the controller; one for each loop."""

    def __init__(self, services: Services) -> None:
        self._services = services

    @property
    def is_needed(self) -> bool:
        """Whether another broker decides."""
        controller = self._services.controller
        return controller.is_clustered and controller.active is None

    async def forward(self, request_data: bytes, client_host: str) -> bytes:
        """Return the answer's header and body; raises ApiError.

        `request_data` is the request's header and body.
        """
        services = self._services
        request = EnvelopeRequest(
            request_data=request_data,
            request_principal=None,
            client_host_address=_packed(client_host),
        )
        deadline_ms = services.clock.now_ms() + services.config.request_timeout_ms
        while True:
            try:
                response = await services.controller.ask(request, EnvelopeResponse)
                if response.error_code:
                    raise ApiError(ErrorCode.of(response.error_code))  # noqa: TRY301 - one way to wait
            except ApiError as error:
                is_late = services.clock.now_ms() >= deadline_ms
                if error.code != ErrorCode.NOT_CONTROLLER or is_late:
                    raise
                await asyncio.sleep(RETRY_PAUSE_S)
            else:
                assert response.response_data is not None, "an answer without an error has data"
                return bytes(response.response_data)


def _packed(host: str) -> bytes:
    try:
        return ipaddress.ip_address(host).packed
    except ValueError:
        return b""
