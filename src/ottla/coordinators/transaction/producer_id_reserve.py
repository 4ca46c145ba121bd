# SPDX-License-Identifier: Apache-2.0
"""Keeps one producer id at hand, so that decisions need not wait for one.

Producer ids come from the controller, later; a decision is made at once. So one id is fetched
ahead and the next as soon as it is taken. Losing it with the process costs nothing: ids are never
given twice, and there are 2**63 of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.coordinators.pending import Pending

if TYPE_CHECKING:
    from collections.abc import Callable


class ProducerIdReserve:
    """One producer id in hand, or on its way."""

    __slots__ = ("_coming", "_next_producer_id", "_spare")

    def __init__(self, next_producer_id: Callable[[], Pending[int]]) -> None:
        self._next_producer_id = next_producer_id
        self._spare: int | None = None
        self._coming: Pending[int] | None = None

    @property
    def is_ready(self) -> bool:
        """Whether `take` has something to give."""
        return self._spare is not None

    def take(self) -> int:
        """Return an id that nobody else has."""
        taken, self._spare = self._spare, None
        assert taken is not None, "the caller has looked whether there is one"
        self.fill()
        return taken

    def fill(self) -> Pending[None]:
        """Fetch an id unless there is one; done when there is, or with the error."""
        if self._spare is not None:
            return Pending.of(None)
        coming = self._coming
        if coming is None:
            coming = self._coming = self._next_producer_id()
            coming.when_done(self._arrived)
        return coming.then(lambda _: None)

    def _arrived(self, coming: Pending[int]) -> None:
        self._coming = None
        if coming.error is None:
            self._spare = coming.value
