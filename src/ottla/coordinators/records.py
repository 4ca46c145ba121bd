# SPDX-License-Identifier: Apache-2.0
"""Keys and values of coordinators' topics: a number and a message body.

A key is its record type (int16) and its body, a value its version (int16) and its body. Which
type goes with which message stands in the definitions of the record schemas.
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Final

from ottla.coordinators.ports import CoordinatorRecord

if TYPE_CHECKING:
    from ottla.protocol.message import Message

NUMBER: Final = struct.Struct(">h")
NUMBER_BYTES: Final = 2


def encode_key(key: Message) -> bytes:
    """Return the bytes of a record's key."""
    return NUMBER.pack(key.API_KEY) + key.encode(0)


def encode_value(value: Message, version: int) -> bytes:
    """Return the bytes of a record's value."""
    return NUMBER.pack(version) + value.encode(version)


def record_of(key: Message, value: Message, version: int) -> CoordinatorRecord:
    """Return the record that gives `key` a value."""
    return CoordinatorRecord(encode_key(key), encode_value(value, version))


def tombstone_of(key: Message) -> CoordinatorRecord:
    """Return the record that deletes what `key` stands for."""
    return CoordinatorRecord(encode_key(key), None)
