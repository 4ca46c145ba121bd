# SPDX-License-Identifier: Apache-2.0
"""Messages of Protocol Buffers: `pip install 'ottla[protobuf]'`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ottla.client.extras import import_extra

if TYPE_CHECKING:
    from collections.abc import Callable


def serializer() -> Callable[[Any], bytes | None]:
    """Return a function from a message to its bytes; None stays null."""
    import_extra("google.protobuf", "protobuf")

    def serialize(message: Any) -> bytes | None:
        if message is None:
            return None
        data: bytes = message.SerializeToString()
        return data

    return serialize


def deserializer(message_class: Any) -> Callable[[bytes], Any]:
    """Return a function from bytes to a message of a generated class."""
    import_extra("google.protobuf", "protobuf")
    parse: Callable[[bytes], Any] = message_class.FromString
    return parse
