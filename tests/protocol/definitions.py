# SPDX-License-Identifier: Apache-2.0
"""The definitions as test parameters: every message in every version, with its generated class."""

from __future__ import annotations

import functools
import importlib
from typing import TYPE_CHECKING, NamedTuple

import pytest
from tools.generate import DEFINITIONS
from tools.protocol_generator.notation import parse

if TYPE_CHECKING:
    from collections.abc import Callable

    from tools.protocol_generator.model import Definition, Message, Struct

    from ottla.protocol import message as runtime


class Case(NamedTuple):
    """One message in one version."""

    definition: Definition
    message: Message
    version: int

    @property
    def generated(self) -> type[runtime.Message]:
        """The class that the generator wrote for the message."""
        return generated_class(self.definition.module, self.message.struct)


@functools.cache
def all_definitions() -> tuple[Definition, ...]:
    """Read every definition file once."""
    return tuple(parse(path) for path in sorted(DEFINITIONS.glob("*.txt")))


def generated_class(module: str, struct: Struct) -> type[runtime.Message]:
    """Return the generated class of a struct or message."""
    return getattr(importlib.import_module(f"ottla.protocol.messages.{module}"), struct.name)


def cases(wanted: Callable[[Definition, Message], bool]) -> list[object]:
    """Return a test parameter for each version of each message that `wanted` accepts."""
    return [
        pytest.param(Case(definition, message, version), id=f"{message.struct.name}-v{version}")
        for definition in all_definitions()
        for message in definition.messages
        if wanted(definition, message)
        for version in range(message.versions.low, message.versions.high + 1)
    ]
