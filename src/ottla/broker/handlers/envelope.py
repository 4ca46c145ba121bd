# SPDX-License-Identifier: Apache-2.0
"""Envelope (key 58): a client's request that another broker passes on to the controller (KIP-590).

Version 0. Between brokers of a cluster. The request inside is answered as if it had come from the
client itself; only requests that are passed on at all are taken (see `dispatch`).
Answers NOT_CONTROLLER, UNSUPPORTED_VERSION, INVALID_REQUEST.
"""

from __future__ import annotations

import importlib
import inspect
from typing import TYPE_CHECKING

from ottla.broker.context import RequestContext
from ottla.broker.handlers import HANDLER_BY_KEY
from ottla.broker.responses import encode_body, error_response
from ottla.protocol.errors import ApiError, ErrorCode, WireError
from ottla.protocol.headers import decode_request_header
from ottla.protocol.messages.envelope import EnvelopeRequest, EnvelopeResponse

if TYPE_CHECKING:
    from ottla.broker.handlers import Handler
    from ottla.protocol.headers import RequestHeader

VERSIONS = range(1)
REQUEST = EnvelopeRequest


async def handle(request: EnvelopeRequest, context: RequestContext) -> EnvelopeResponse:
    """Carry out the request inside, if this broker is the controller."""
    if context.services.controller.active is None:
        raise ApiError(ErrorCode.NOT_CONTROLLER)
    data = bytes(request.request_data)
    try:
        header, position = decode_request_header(data, 0)
        handler = HANDLER_BY_KEY.get(header.api_key)
        if handler is None or not handler.is_forwarded:
            raise ApiError(ErrorCode.INVALID_REQUEST, f"key {header.api_key} is not passed on")
        if header.api_version not in handler.versions:
            raise ApiError(ErrorCode.UNSUPPORTED_VERSION)
        response_data = await _carry_out(data, position, header, handler, context)
    except WireError as error:
        raise ApiError(ErrorCode.INVALID_REQUEST, str(error)) from error
    return EnvelopeResponse(response_data=response_data)


async def _carry_out(
    data: bytes, position: int, header: RequestHeader, handler: Handler, context: RequestContext
) -> bytes:
    module = importlib.import_module(f"ottla.broker.handlers.{handler.module}")
    asked = module.REQUEST.decode(data[position:], header.api_version, may_have_rest=True)
    inner = RequestContext(header, context.connection, context.services, context.now_ms)
    try:
        outcome = module.handle(asked, inner)
        response = await outcome if inspect.isawaitable(outcome) else outcome
    except ApiError as error:
        if error.code == ErrorCode.NOT_CONTROLLER:
            raise  # whoever passed it on looks for the controller
        response = error_response(handler, error.code, error.message)
        if response is None:
            raise
    return encode_body(header, response)
