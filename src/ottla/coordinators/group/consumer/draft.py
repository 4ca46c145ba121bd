# SPDX-License-Identifier: Apache-2.0
"""A decision in the making: its changes so far, and the group as it will be after them.

Steps of one decision build on each other: a static member is replaced, its wishes change, the
target is computed with them. Each step's changes are replayed on a copy of the group at once, so
that the next step sees plain state; the runtime replays the same records on the group itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ottla.coordinators.group.consumer.group import ConsumerGroup
    from ottla.coordinators.group.consumer.records import Change
    from ottla.coordinators.ports import CoordinatorRecord


class Draft:
    """Changes of one group, decided one after the other."""

    def __init__(
        self,
        group: ConsumerGroup,
        *,
        is_new: bool = False,
        earlier: Iterable[CoordinatorRecord] = (),
    ) -> None:
        self.group = group
        """As it will be."""
        self._is_own_copy = is_new
        self._earlier = list(earlier)
        """Records that come before, such as those that end a group of another kind."""
        self._changes: list[Change] = []
        self._seen_count = 0  # changes that `group` has taken in; the others are last ones

    def put(self, *changes: Change) -> None:
        """Add changes and take them into the group."""
        self._changes += changes
        self.take_in()

    def put_last(self, change: Change) -> None:
        """Add a change that no later step looks at, which saves the copy."""
        self._changes.append(change)

    def take_in(self) -> None:
        """Take changes into the group that were put last, after all."""
        if not self._is_own_copy:
            self.group = self.group.copy()
            self._is_own_copy = True
        for change in self._changes[self._seen_count :]:
            self.group.replay(change.key, change.value)
        self._seen_count = len(self._changes)

    def records(self) -> list[CoordinatorRecord]:
        """Return all changes as records."""
        return [*self._earlier, *[change.record() for change in self._changes]]
