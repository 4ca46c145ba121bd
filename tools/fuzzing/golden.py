# SPDX-License-Identifier: Apache-2.0
"""Seeds that others wrote: the golden frames of real clients and records of Apache Kafka."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final, NamedTuple

_FOLDER: Final = Path(__file__).parents[2] / "tests" / "protocol" / "golden"
_ENTRY: Final = re.compile(r"^(\w+) v(\d+)")
_BYTES: Final = re.compile(r"^bytes ([0-9a-f \n]*)", re.MULTILINE)


class GoldenMessage(NamedTuple):
    """One message with its header, as it was captured."""

    name: str
    version: int
    data: bytes


def golden_messages() -> list[GoldenMessage]:
    """Return every golden message; none outside of a checkout."""
    found = []
    for path in sorted(_FOLDER.glob("*.txt")):
        for block in path.read_text(encoding="utf-8").split("\n\n"):
            entry, data = _ENTRY.match(block), _BYTES.search(block)
            if entry and data:
                found.append(
                    GoldenMessage(entry[1], int(entry[2]), bytes.fromhex(data[1].replace("\n", "")))
                )
    return found
