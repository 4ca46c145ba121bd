# SPDX-License-Identifier: Apache-2.0
"""Assembles the Python text of one module: imports, `Struct` constants, classes, functions.

`Lines` is a list of source lines with an indent. `Packers` remembers which `struct` formats a
module uses and gives each run of fixed-width fields its constant.
"""

from __future__ import annotations

import struct
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_LETTERS = {"?": "t", "16s": "u", "x": "0"}
"""Format codes that cannot stand in an identifier, or would look odd there."""


class Lines:
    """Source text under construction."""

    def __init__(self) -> None:
        self.text: list[str] = []
        self._indent = ""

    def add(self, *lines: str) -> None:
        """Append lines at the current indent."""
        self.text += [self._indent + line if line else "" for line in lines]

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """Append `head` and indent what follows by one level."""
        self.add(head)
        outer, self._indent = self._indent, self._indent + "    "
        yield
        self._indent = outer


class Packers:
    """The precompiled `Struct` constants of one module."""

    def __init__(self) -> None:
        self._formats: dict[str, str] = {}
        self.packs: set[str] = set()
        self.unpacks: set[str] = set()

    def pack(self, formats: list[str]) -> str:
        """Return the name of the function that packs `formats`."""
        name = self._name(formats)
        self.packs.add(name)
        return f"_pack_{name}"

    def unpack(self, formats: list[str]) -> str:
        """Return the name of the function that unpacks `formats` at an offset."""
        name = self._name(formats)
        self.unpacks.add(name)
        return f"_unpack_{name}"

    def constants(self) -> list[str]:
        """Return the module's constants, one line each."""
        lines = []
        for name in sorted(self._formats, key=lambda name: (len(name), name)):
            lines.append(f'_{name} = Format("{self._formats[name]}")')
            if name in self.packs:
                lines.append(f"_pack_{name} = _{name}.pack")
            if name in self.unpacks:
                lines.append(f"_unpack_{name} = _{name}.unpack_from")
        return lines

    def _name(self, formats: list[str]) -> str:
        name = "".join(_LETTERS.get(code, code) for code in formats)
        self._formats[name] = ">" + "".join(formats)
        return name


def size_of(formats: list[str]) -> int:
    """Return how many bytes a run of formats takes."""
    return struct.calcsize(">" + "".join(formats))
