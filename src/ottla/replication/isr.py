# SPDX-License-Identifier: Apache-2.0
"""The in-sync replicas of a partition as its leader knows them.

A leader proposes changes and the controller decides (AlterPartition, KIP-497). Between proposal
and decision nobody knows which set is in force, so the leader counts on neither: the *maximal* set
holds everyone who may be in it. The high watermark waits for the maximal set, and a proposal is
refused for as long as another one is open.

    state      in force                      maximal
    ---------  ----------------------------  ----------------------
    Committed  `isr`                         `isr`
    Expanding  `isr`, or `isr` and `joining` `isr` and `joining`
    Shrinking  `isr`, or `isr` less `leaving` `isr`

States are values; `leadership` goes from one to the next.
"""

from __future__ import annotations

from typing import NamedTuple


class Committed(NamedTuple):
    """What the controller has decided."""

    isr: frozenset[int]

    @property
    def maximal(self) -> frozenset[int]:
        """Everyone who may be in sync."""
        return self.isr


class Expanding(NamedTuple):
    """A replica has caught up, and the controller does not know yet."""

    isr: frozenset[int]
    joining: frozenset[int]

    @property
    def maximal(self) -> frozenset[int]:
        """Everyone who may be in sync."""
        return self.isr | self.joining

    @property
    def proposed(self) -> frozenset[int]:
        """The set that the leader asks for."""
        return self.isr | self.joining


class Shrinking(NamedTuple):
    """A replica has fallen behind, and the controller does not know yet."""

    isr: frozenset[int]
    leaving: frozenset[int]

    @property
    def maximal(self) -> frozenset[int]:
        """Everyone who may be in sync."""
        return self.isr

    @property
    def proposed(self) -> frozenset[int]:
        """The set that the leader asks for."""
        return self.isr - self.leaving


IsrState = Committed | Expanding | Shrinking
