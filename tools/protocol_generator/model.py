# SPDX-License-Identifier: Apache-2.0
"""What a definition file says, as data: files hold messages, messages hold fields.

Built by `notation.parse`; read by `layouts` (what is on the wire in each version), by the source
writers and by the documentation. Nothing here knows Python output or byte positions.
"""

from __future__ import annotations

from dataclasses import dataclass, field

NEWEST = 32_767
"""The upper end of an open range such as `3+`: the largest int16."""


@dataclass(frozen=True, slots=True)
class Versions:
    """A closed range of versions."""

    low: int
    high: int

    def __contains__(self, version: int) -> bool:
        return self.low <= version <= self.high

    def __str__(self) -> str:
        if self.high == NEWEST:
            return f"{self.low}+"
        return str(self.low) if self.low == self.high else f"{self.low}-{self.high}"

    def covers(self, other: Versions) -> bool:
        """Return whether every version of `other` is one of ours."""
        return self.low <= other.low and other.high <= self.high


ALL_VERSIONS = Versions(0, NEWEST)


@dataclass(frozen=True, slots=True)
class Struct:
    """A named sequence of fields."""

    name: str
    sentence: str
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a struct.

    `base` is a primitive's name, or the name of `struct`. A tagged field is tagged in all of its
    versions. `default` is the text behind `=`, None where the type's own default applies.
    """

    name: str
    base: str
    is_array: bool
    struct: Struct | None
    versions: Versions
    nullable: Versions | None
    tag: int | None
    default: str | None
    is_ignorable: bool
    is_key: bool
    sentence: str

    @property
    def type_text(self) -> str:
        """The type as the notation writes it."""
        return f"[{self.base}]" if self.is_array else self.base


@dataclass(frozen=True, slots=True)
class Message:
    """A struct that stands alone on the wire.

    `kind` is request, response, record, key, value or data. `flexible_from` is None when no
    version is flexible; `unstable_from` marks versions that Kafka keeps behind a switch.
    """

    kind: str
    key: int
    struct: Struct
    versions: Versions
    flexible_from: int | None
    unstable_from: int | None
    structs: dict[str, Struct] = field(default_factory=dict)
    """Every struct below the message by name, in order of appearance."""

    def is_flexible(self, version: int) -> bool:
        """Return whether lengths are compact and tagged fields exist in `version`."""
        return self.flexible_from is not None and version >= self.flexible_from


@dataclass(frozen=True, slots=True)
class Definition:
    """One file: an API with its request and response, or the records of one topic."""

    module: str
    api_key: int | None
    title: str
    paragraphs: tuple[str, ...]
    errors: tuple[str, ...]
    messages: tuple[Message, ...]
