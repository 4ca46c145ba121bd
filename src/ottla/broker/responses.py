# SPDX-License-Identifier: Apache-2.0
"""Answers as bytes: the response's header and body, and what is said when a handler fails."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from ottla.protocol.headers import encode_response_header

if TYPE_CHECKING:
    from ottla.broker.handlers import Handler
    from ottla.protocol.errors import ErrorCode
    from ottla.protocol.headers import RequestHeader


def encode_body(header: RequestHeader, response: Any) -> bytes:
    """Return the bytes of an answer without the frame's size."""
    head = encode_response_header(header.api_key, header.api_version, header.correlation_id)
    return head + bytes(response.encode(header.api_version))


def error_response(handler: Handler, code: ErrorCode, message: str | None) -> Any:
    """Return an answer with the error in its own field; None when the API has no such field."""
    module = importlib.import_module(f"ottla.protocol.messages.{handler.module}")
    name = "".join(word.capitalize() for word in handler.module.split("_")) + "Response"
    response = getattr(module, name)()
    if not hasattr(response, "error_code"):
        return None
    response.error_code = code
    if hasattr(response, "error_message"):
        response.error_message = message
    return response
