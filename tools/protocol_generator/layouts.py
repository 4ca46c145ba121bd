# SPDX-License-Identifier: Apache-2.0
"""What is on the wire in each version: versions with one layout share one pair of functions.

A layout of a struct is the sequence of fields that a version has, with their nullability and with
the layouts of the structs inside. Consecutive versions with equal layouts form one `Layout`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tools.protocol_generator.model import Field, Message, Struct

FIXED_FORMATS = {
    "bool": "?",
    "int8": "b",
    "int16": "h",
    "uint16": "H",
    "int32": "i",
    "uint32": "I",
    "int64": "q",
    "float64": "d",
    "uuid": "16s",
}
"""Formats of the `struct` module for everything of fixed width."""

FIXED_SIZES = {
    "bool": 1,
    "int8": 1,
    "int16": 2,
    "uint16": 2,
    "int32": 4,
    "uint32": 4,
    "int64": 8,
    "float64": 8,
    "uuid": 16,
}


@dataclass(frozen=True, slots=True)
class Present:
    """A field in a layout."""

    field: Field
    is_nullable: bool
    layout: Layout | None


@dataclass(frozen=True, slots=True)
class Layout:
    """One struct in a range of versions."""

    struct: Struct
    first: int
    last: int
    is_flexible: bool
    fields: tuple[Present, ...]
    """Present fields that are not tagged, in wire order."""
    tagged: tuple[Present, ...]
    """Present tagged fields by tag."""
    absent: tuple[Field, ...]

    @property
    def suffix(self) -> str:
        """How functions for this range are named."""
        name = snake_case(self.struct.name)
        if self.first == self.last:
            return f"{name}_v{self.first}"
        return f"{name}_v{self.first}_v{self.last}"

    @property
    def versions_text(self) -> str:
        """The range for people."""
        return str(self.first) if self.first == self.last else f"{self.first}-{self.last}"

    @property
    def least_size(self) -> int:
        """Bytes that the smallest value of this layout takes: what bounds an array's count."""
        size = sum(_least_field_size(present, self.is_flexible) for present in self.fields)
        return size + 1 if self.is_flexible else size


def least_element_size(present: Present, *, is_flexible: bool) -> int:
    """Bytes that the smallest element of an array takes."""
    if present.layout is not None:
        size = present.layout.least_size
        assert size > 0, present.field.name
        return size
    return _least_primitive_size(present.field.base, is_flexible=is_flexible)


def _least_field_size(present: Present, is_flexible: bool) -> int:
    if present.field.is_array:
        return 1 if is_flexible else 4
    if present.layout is not None:
        return 1 if present.is_nullable else present.layout.least_size
    return _least_primitive_size(present.field.base, is_flexible=is_flexible)


def _least_primitive_size(base: str, *, is_flexible: bool) -> int:
    if base in FIXED_SIZES:
        return FIXED_SIZES[base]
    if is_flexible:
        return 1
    return 2 if base == "string" else 4


class Layouts:
    """All layouts of one message, computed once."""

    def __init__(self, message: Message) -> None:
        self._by_version: dict[tuple[str, int], Layout] = {}
        self.of_struct: dict[str, list[Layout]] = {}
        """Layouts by name of struct, inner structs first, oldest version first."""
        self._order(message.struct)
        for version in range(message.versions.low, message.versions.high + 1):
            self._visit(message.struct, version, is_flexible=message.is_flexible(version))
        self._merge()

    def at(self, struct: Struct, version: int) -> Layout:
        """Return the layout of `struct` in `version`."""
        return self._by_version[struct.name, version]

    def _order(self, struct: Struct) -> None:
        for field in struct.fields:
            if field.struct is not None:
                self._order(field.struct)
        self.of_struct.setdefault(struct.name, [])

    def _visit(self, struct: Struct, version: int, *, is_flexible: bool) -> Layout:
        fields: list[Present] = []
        tagged: list[Present] = []
        absent: list[Field] = []
        for field in struct.fields:
            if version not in field.versions:
                absent.append(field)
                continue
            inner = None
            if field.struct is not None:
                inner = self._visit(field.struct, version, is_flexible=is_flexible)
            is_nullable = field.nullable is not None and version in field.nullable
            present = Present(field, is_nullable, inner)
            (fields if field.tag is None else tagged).append(present)
        assert is_flexible or not tagged, (struct.name, version)
        tagged.sort(key=lambda present: present.field.tag or 0)
        layout = Layout(
            struct, version, version, is_flexible, tuple(fields), tuple(tagged), tuple(absent)
        )
        self._by_version[struct.name, version] = layout
        return layout

    def _merge(self) -> None:
        """Join consecutive versions with equal layouts; inner structs come first in the order."""
        merged: dict[tuple[str, int], Layout] = {}
        for name, layouts in self.of_struct.items():
            versions = sorted(version for key, version in self._by_version if key == name)
            run: list[int] = []
            for version in [*versions, None]:
                if run and (
                    version is None
                    or version != run[-1] + 1
                    or _shape(self._by_version[name, version])
                    != _shape(self._by_version[name, run[0]])
                ):
                    layout = self._joined(self._by_version[name, run[0]], run, merged)
                    layouts.append(layout)
                    merged.update({(name, member): layout for member in run})
                    run = []
                if version is not None:
                    run.append(version)
        self._by_version = merged

    @staticmethod
    def _joined(layout: Layout, run: list[int], merged: dict[tuple[str, int], Layout]) -> Layout:
        def with_joined(present: Present) -> Present:
            if present.layout is None:
                return present
            inner = merged[present.layout.struct.name, run[0]]
            return Present(present.field, present.is_nullable, inner)

        return Layout(
            layout.struct,
            run[0],
            run[-1],
            layout.is_flexible,
            tuple(with_joined(present) for present in layout.fields),
            tuple(with_joined(present) for present in layout.tagged),
            layout.absent,
        )


def _shape(layout: Layout) -> object:
    """Return what two layouts must share to be one."""
    return (
        layout.is_flexible,
        tuple(
            (
                present.field.name,
                present.is_nullable,
                None if present.layout is None else _shape(present.layout),
            )
            for present in (*layout.fields, *layout.tagged)
        ),
    )


def snake_case(name: str) -> str:
    """Return `MetadataResponseBroker` as `metadata_response_broker`."""
    name = name.replace("KRaft", "Kraft")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
