# SPDX-License-Identifier: Apache-2.0
"""Who commits: a member of a group at one of its generations, so that a stale one is refused."""

from __future__ import annotations

from typing import NamedTuple


class ConsumerGroupMetadata(NamedTuple):
    """What a commit says of its sender; the defaults are those of one outside of any group.

    Source: KIP-447.
    """

    group_id: str
    generation_id: int = -1  # member epoch with the consumer protocol (KIP-848)
    member_id: str = ""
    group_instance_id: str | None = None
