# SPDX-License-Identifier: Apache-2.0
"""Made-up messages: for each message and version of the definitions, one with every field filled.

They are the seeds of the decoders' fuzzing: mutations of a body that uses every field reach code
that mutations of an empty one never would.
"""

from __future__ import annotations

import functools
import importlib
from random import Random
from typing import TYPE_CHECKING, Any, Final

from tools.generate import DEFINITIONS
from tools.protocol_generator.notation import parse

if TYPE_CHECKING:
    from ottla.protocol.message import Message as GeneratedMessage
    from tools.protocol_generator.model import Definition, Field, Message, Struct

_INTEGER_BITS: Final = {
    "int8": 7,
    "int16": 15,
    "uint16": 16,
    "int32": 31,
    "uint32": 32,
    "int64": 63,
}
_TEXTS: Final = ("", "a", "topic", "topic", "retention.ms", "1000", "größe", "x" * 130)


class Maker:
    """Makes messages of some kinds up, one after the other."""

    def __init__(self, draw: Random, kinds: tuple[str, ...], keys: frozenset[int]) -> None:
        self._draw = draw
        self._cases = [
            (definition, message, version)
            for definition, message in _messages(kinds)
            if message.key in keys
            for version in range(message.versions.low, message.versions.high + 1)
        ]

    def next(self) -> tuple[int, int, bytes]:
        """Return API key, version and body of a fresh message."""
        definition, message, version = self._draw.choice(self._cases)
        made = _struct(self._draw, definition, message.struct, version)
        return message.key, version, made.encode(version)


def _messages(kinds: tuple[str, ...]) -> list[tuple[Definition, Message]]:
    return [
        (definition, message)
        for definition in map(parse, sorted(DEFINITIONS.glob("*.txt")))
        for message in definition.messages
        if message.kind in kinds
    ]


@functools.cache
def messages_of(kinds: tuple[str, ...]) -> tuple[tuple[type[GeneratedMessage], int, bytes], ...]:
    """Return (class, version, made-up body) of each version of the messages of these kinds."""
    draw = Random(20_26)  # noqa: S311 - repeatable, not secret
    found = []
    for definition, message in _messages(kinds):
        message_class = generated(definition, message.struct)
        for version in range(message.versions.low, message.versions.high + 1):
            made = _struct(draw, definition, message.struct, version)
            found.append((message_class, version, made.encode(version)))
    return tuple(found)


def generated(definition: Definition, struct: Struct) -> Any:
    """Return the class that the generator wrote for a struct."""
    module = importlib.import_module(f"ottla.protocol.messages.{definition.module}")
    return getattr(module, struct.name)


def _struct(draw: Random, definition: Definition, struct: Struct, version: int) -> Any:
    fields = {
        field.name: _value(draw, definition, field, version)
        for field in struct.fields
        if version in field.versions
    }
    return generated(definition, struct)(**fields)


def _value(draw: Random, definition: Definition, field: Field, version: int) -> object:
    if field.nullable is not None and version in field.nullable and draw.random() < 0.2:
        return None
    if field.is_array:
        return [_element(draw, definition, field, version) for _ in range(draw.randint(1, 2))]
    return _element(draw, definition, field, version)


def _element(draw: Random, definition: Definition, field: Field, version: int) -> object:
    if field.struct is not None:
        return _struct(draw, definition, field.struct, version)
    if field.base in _INTEGER_BITS:
        if draw.random() < 0.5:
            return draw.randint(0, 3)  # small numbers reach code that checks what they count
        return draw.getrandbits(draw.randint(1, _INTEGER_BITS[field.base]))
    if field.base == "bool":
        return draw.random() < 0.5
    if field.base == "float64":
        return draw.random()
    if field.base == "uuid":
        return draw.randbytes(16)
    if field.base == "string":
        return draw.choice(_TEXTS)
    return draw.randbytes(draw.choice((0, 1, 20, 130)))
