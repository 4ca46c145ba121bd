# SPDX-License-Identifier: Apache-2.0
"""Which names a topic may have.

Names become directory names, so the rule is strict and checked before a name is used for
anything. "." and "_" count as the same mark: metrics systems cannot tell `a.b` from `a_b`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

NAME_CHARS_MAX = 249

CLUSTER_METADATA = "__cluster_metadata"
CONSUMER_OFFSETS = "__consumer_offsets"
TRANSACTION_STATE = "__transaction_state"
SHARE_GROUP_STATE = "__share_group_state"

INTERNAL_TOPICS = frozenset({CONSUMER_OFFSETS, TRANSACTION_STATE, SHARE_GROUP_STATE})
"""Topics in which brokers keep state of their own; clients are told that they are internal."""

_LEGAL = re.compile(r"[a-zA-Z0-9._-]+")


def name_fault(name: str) -> str | None:
    """Return what is wrong with a topic name, or None when it is legal."""
    if not name:
        return "a topic needs a name"
    if name in {".", ".."}:
        return f"a topic cannot be named {name!r}"
    if len(name) > NAME_CHARS_MAX:
        return f"a topic name has at most {NAME_CHARS_MAX} characters, this one has {len(name)}"
    if not _LEGAL.fullmatch(name):
        return f"{name!r} holds something else than letters, digits, '.', '_' and '-' of ASCII"
    return None


class Collisions:
    """Finds names that differ from `name` only by "." against "_"."""

    def __init__(self, names: Iterable[str]) -> None:
        self._by_folded: dict[str, str] = {}
        for name in names:
            self.add(name)

    def add(self, name: str) -> None:
        """Remember a name that exists."""
        if "." in name or "_" in name:
            self._by_folded[name.replace(".", "_")] = name

    def with_name(self, name: str) -> str | None:
        """Return the existing name that `name` collides with, if any."""
        return self._by_folded.get(name.replace(".", "_"))
