# SPDX-License-Identifier: Apache-2.0
"""A record that is to be sent, where a program returns one instead of calling `send`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


class ProducerRecord(NamedTuple):
    """What `Producer.send` takes, in one piece."""

    topic: str
    value: Any
    key: Any = None
    headers: Sequence[tuple[str, bytes | str | None]] | Mapping[str, bytes | str | None] | None = (
        None
    )
    partition: int | None = None
    timestamp_ms: int | None = None
