# SPDX-License-Identifier: Apache-2.0
"""Turns what programs have into bytes: plain callables, one for keys and one for values."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from ottla.client.errors import SerializationError

Serializer = Callable[[Any], "bytes | None"]
"""Returns the bytes of a key or value, None for a null (a tombstone in a compacted topic)."""


def json_serializer(value: object) -> bytes:
    """Return compact JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def to_bytes(part: str, value: object, serializer: Serializer | None) -> bytes | None:
    """Return the bytes of a key or value; `part` says which, for the error.

    Without a serializer bytes stay what they are, text becomes UTF-8, None is null. Raises
    SerializationError for anything else, and for what a serializer raises or returns instead.
    """
    if serializer is not None:
        try:
            value = serializer(value)
        except Exception as error:
            text = f"{part}_serializer failed on {_shown(value)}: {error!r}"
            raise SerializationError(text) from error
    elif isinstance(value, str):
        return value.encode()
    if value is None or isinstance(value, bytes):
        return value
    if isinstance(value, bytearray | memoryview):
        return bytes(value)
    if serializer is not None:
        text = f"{part}_serializer returned {_shown(value)}, not bytes or None"
    else:
        text = (
            f"the {part} {_shown(value)} is not bytes, str or None: "
            f"convert it, or give the producer a {part}_serializer"
        )
    raise SerializationError(text)


def _shown(value: object) -> str:
    text = repr(value)
    return f"{text[:60]}{'...' if len(text) > 60 else ''} ({type(value).__name__})"
