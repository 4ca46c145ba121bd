# SPDX-License-Identifier: Apache-2.0
"""The name of a partition, as all parts of the client use it for a key."""

from __future__ import annotations

from typing import NamedTuple


class TopicPartition(NamedTuple):
    """Names a partition."""

    topic: str
    partition: int

    def __str__(self) -> str:
        return f"{self.topic}-{self.partition}"
