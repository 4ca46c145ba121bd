# SPDX-License-Identifier: Apache-2.0
"""`meta.properties`: to whom a log directory belongs, in Java's properties format.

    version=1                    2 and above are formats of a future release
    cluster.id=<text>            usually 16 bytes in URL-safe base64
    node.id=<number>             `broker.id` in version 0, which ZooKeeper-based Kafka wrote
    directory.id=<16 bytes>      URL-safe base64; missing in folders from before Kafka 3.7

Unknown keys are kept when the file is written again: they may belong to a tool of the user's.
Pure text in and out; `LogDirectory` reads and writes the file.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ottla.base.errors import StorageError
from ottla.base.ids import uuid_from_text, uuid_to_text
from ottla.base.properties import parse_properties

META_PROPERTIES_FILE = "meta.properties"
_VERSION = 1
_KNOWN_KEYS = frozenset({"version", "cluster.id", "node.id", "broker.id", "directory.id"})


class MetaPropertiesError(StorageError):
    """The file cannot be used; the text says what to do about it."""


@dataclass(frozen=True, slots=True)
class MetaProperties:
    """The owner of one log directory."""

    cluster_id: str
    node_id: int
    directory_id: bytes | None
    """None in a folder of an older Kafka: one is chosen and written at the first start."""
    others: dict[str, str] = field(default_factory=dict)
    """Entries that mean nothing here."""


def parse_meta_properties(content: bytes, name: str) -> MetaProperties:
    """Return what `content` says; `name` is the file's path for errors."""
    entries = parse_properties(content.decode("latin-1"))
    version = _integer(entries, "version", name)
    if version > _VERSION:
        raise MetaPropertiesError(
            f"{name} has format version {version}, this release reads up to {_VERSION}: "
            "the folder comes from a newer format, start it with the release that wrote it"
        )
    return MetaProperties(
        cluster_id=_text(entries, "cluster.id", name),
        node_id=_integer(entries, "node.id" if version == _VERSION else "broker.id", name),
        directory_id=_directory_id(entries, name),
        others={key: value for key, value in entries.items() if key not in _KNOWN_KEYS},
    )


def format_meta_properties(properties: MetaProperties) -> bytes:
    """Return the file's content, as Kafka reads it."""
    assert properties.directory_id is not None
    entries = {
        "version": str(_VERSION),
        "cluster.id": properties.cluster_id,
        "node.id": str(properties.node_id),
        "directory.id": uuid_to_text(properties.directory_id),
        **properties.others,
    }
    lines = [f"{_escape(key, is_key=True)}={_escape(value)}\n" for key, value in entries.items()]
    return "".join(lines).encode("ascii")


def _text(entries: dict[str, str], key: str, name: str) -> str:
    value = entries.get(key, "")
    if not value:
        raise MetaPropertiesError(f"{name} has no `{key}`: restore the file from a backup")
    return value


def _integer(entries: dict[str, str], key: str, name: str) -> int:
    text = _text(entries, key, name)
    if not (text.isascii() and text.isdigit() and len(text) <= 10):
        raise MetaPropertiesError(f"{name} has {key}={text!r}, which is not a number")
    return int(text)


def _directory_id(entries: dict[str, str], name: str) -> bytes | None:
    text = entries.get("directory.id")
    if text is None:
        return None
    try:
        return uuid_from_text(text)
    except ValueError as error:
        raise MetaPropertiesError(f"{name} has an unusable directory.id: {error}") from error


_MUST_ESCAPE = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\f": "\\f"}


def _escape(text: str, *, is_key: bool = False) -> str:
    pieces = []
    for position, character in enumerate(text):
        if character in _MUST_ESCAPE:
            pieces.append(_MUST_ESCAPE[character])
        elif character in "=:#!" or (character == " " and (is_key or position == 0)):
            pieces.append("\\" + character)
        elif " " <= character <= "~":
            pieces.append(character)
        else:
            units = character.encode("utf-16-be")
            pieces.extend(f"\\u{units[i : i + 2].hex().upper()}" for i in range(0, len(units), 2))
    return "".join(pieces)
