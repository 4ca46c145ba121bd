# SPDX-License-Identifier: Apache-2.0
"""Makes the records of a cluster's metadata log readable: type and fields instead of bytes.

`storage.dump` shows values as text or as `0x...`, since it knows no record types; the files of the
metadata log are recognised by their folder, snapshots by their name.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from ottla.base.ids import uuid_to_text
from ottla.metadata.records import BadMetadata, decode_metadata_record
from ottla.protocol.errors import WireError
from ottla.protocol.message import Struct

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ottla.storage.dump import Row

_UUID_BYTES = 16


def is_metadata_file(path: str) -> bool:
    """Say whether a log or a snapshot of the metadata log is at `path`."""
    folder = os.path.basename(os.path.dirname(os.path.abspath(path)))
    return path.endswith(".checkpoint") or folder == "__cluster_metadata-0"


def with_decoded_values(rows: Iterator[Row]) -> Iterator[Row]:
    """Replace the values of metadata records by their type and fields."""
    for row in rows:
        records = row.get("records")
        if isinstance(records, list):
            for record in records:
                if "control" not in record and isinstance(record["value"], str):
                    record["value"] = _decoded(record["value"])
        yield row


def _decoded(shown: str) -> object:
    raw = bytes.fromhex(shown[2:]) if shown.startswith("0x") else shown.encode()
    try:
        message = decode_metadata_record(raw)
    except (BadMetadata, WireError):
        return shown
    if message is None:
        return shown  # of a later Kafka
    return {"type": type(message).__name__, **_fields(message)}


def _fields(message: Struct) -> dict[str, Any]:
    return {name: _plain(getattr(message, name)) for name in message.__slots__}


def _plain(value: Any) -> Any:
    if isinstance(value, Struct):
        return _fields(value)
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, bytes):
        return uuid_to_text(value) if len(value) == _UUID_BYTES else "0x" + value.hex()
    return value
