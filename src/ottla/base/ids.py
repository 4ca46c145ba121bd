# SPDX-License-Identifier: Apache-2.0
"""Sixteen-byte identifiers of topics, directories and clusters.

On the wire and in memory an identifier is 16 raw bytes. In text (checkpoints, logs, command
line) it is Kafka's form: URL-safe base64 without padding, 22 characters.
"""

from __future__ import annotations

import base64
import binascii
import uuid

ZERO_UUID = bytes(16)
"""Means "no identifier"."""

METADATA_TOPIC_ID = bytes(15) + b"\x01"
"""Reserved by KRaft for the topic `__cluster_metadata`."""

_RESERVED = frozenset(bytes(15) + bytes((n,)) for n in range(100))
"""KRaft keeps the first hundred identifiers for meanings of its own."""


def random_uuid() -> bytes:
    """Return a new identifier, never a reserved one, whose text does not start with a dash.

    A leading dash would look like an option when the text is pasted into a command line.
    """
    while True:
        identifier = uuid.uuid4().bytes
        if identifier not in _RESERVED and not uuid_to_text(identifier).startswith("-"):
            return identifier


def uuid_to_text(identifier: bytes) -> str:
    """Return the 22 characters that Kafka writes for these 16 bytes."""
    assert len(identifier) == 16, identifier
    return base64.urlsafe_b64encode(identifier)[:22].decode("ascii")


def uuid_from_text(text: str) -> bytes:
    """Return the 16 bytes behind Kafka's text form.

    Raises ValueError when `text` is not 22 characters of URL-safe base64.
    """
    if len(text) != 22:
        raise ValueError(f"an identifier has 22 characters, {text!r} has {len(text)}")
    try:
        return base64.b64decode(text + "==", altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise ValueError(f"{text!r} is not URL-safe base64") from error
