# SPDX-License-Identifier: Apache-2.0
"""Which transactional ids ListTransactions names (KIP-664, KIP-994, KIP-1152).

The pattern is matched against the whole id, with RE2: it comes from a client, and RE2 takes
linear time whatever it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ottla.coordinators.transaction.states import STATE_BY_LABEL
from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ottla.coordinators.transaction.metadata import TransactionMetadata

ANY_DURATION: Final = -1

PATTERN_MEMORY_BYTES_MAX: Final = 1024 * 1024


class Filters(NamedTuple):
    """What is asked for; empty means everything."""

    states: Sequence[str] = ()
    producer_ids: Sequence[int] = ()
    duration_ms: int = ANY_DURATION
    """Only transactions that began longer ago than this."""
    pattern: str = ""


class ListedTransaction(NamedTuple):
    """One transactional id of the answer."""

    transactional_id: str
    producer_id: int
    state: str


class Listing(NamedTuple):
    """The answer."""

    transactions: Sequence[ListedTransaction]
    unknown_states: Sequence[str]
    """Filters that name no state."""


class Selection:
    """Filters made ready to be applied to one transactional id after the other."""

    __slots__ = ("_duration_ms", "_matches", "_producer_ids", "_states", "_wall_ms", "unknown")

    def __init__(self, filters: Filters, wall_ms: int) -> None:
        """Raise ApiError INVALID_REGULAR_EXPRESSION when the pattern is none."""
        self.unknown = [name for name in filters.states if name not in STATE_BY_LABEL]
        self._states = None
        if filters.states:
            self._states = {
                STATE_BY_LABEL[name] for name in filters.states if name in STATE_BY_LABEL
            }
        self._producer_ids = frozenset(filters.producer_ids)
        self._duration_ms = filters.duration_ms
        self._wall_ms = wall_ms
        self._matches = _matcher(filters.pattern) if filters.pattern else None

    def of(self, items: Iterable[tuple[str, TransactionMetadata]]) -> list[ListedTransaction]:
        """Return those that pass all filters."""
        return [
            ListedTransaction(transactional_id, metadata.producer_id, metadata.state.label)
            for transactional_id, metadata in items
            if self._passes(transactional_id, metadata)
        ]

    def _passes(self, transactional_id: str, metadata: TransactionMetadata) -> bool:
        if self._states is not None and metadata.state not in self._states:
            return False
        if self._producer_ids and metadata.producer_id not in self._producer_ids:
            return False
        if self._duration_ms >= 0 and self._wall_ms - metadata.start_ms <= self._duration_ms:
            return False
        return self._matches is None or bool(self._matches(transactional_id.encode()))


def _matcher(pattern: str) -> Callable[[bytes], Any]:
    import re2  # type: ignore[import-untyped]  # noqa: PLC0415 - 20 ms that few requests need

    options = re2.Options()
    options.log_errors = False
    options.max_mem = PATTERN_MEMORY_BYTES_MAX
    try:
        matches: Callable[[bytes], Any] = re2.compile(pattern.encode(), options).fullmatch
    except re2.error as error:
        raise ApiError(
            ErrorCode.INVALID_REGULAR_EXPRESSION,
            f"{pattern!r} is not a regular expression that RE2 knows: {error}",
        ) from None
    return matches
