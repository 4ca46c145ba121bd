# SPDX-License-Identifier: Apache-2.0
"""A record that is to be sent, in one piece: as a program gives it, before serializers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class ProducerRecord(NamedTuple):
    """What `Producer.send` takes; change it by `_replace`."""

    topic: str
    value: Any
    key: Any = None
    headers: Sequence[tuple[str, bytes | str | None]] = ()
    partition: int | None = None  # None: the key's, or one of the producer's choice
    timestamp_ms: int | None = None  # None: now
