# SPDX-License-Identifier: Apache-2.0
"""Subscriptions by regular expression, matched here on behalf of the members.

RE2 takes time linear in the text whatever the expression, so that no member can stall the
coordinator with one. An expression has to match a whole topic name. Internal topics match like
any other, as with Kafka.

The library is loaded when the first expression arrives.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ottla.protocol.errors import ApiError, ErrorCode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PATTERN_CHARACTERS_MAX = 4096
"""Far above anything a person writes; topic names themselves end at 249."""

_MEMORY_BYTES_MAX = 8 << 20
"""Of one compiled expression and its automaton."""


def check_pattern(pattern: str) -> None:
    """Raise ApiError INVALID_REGULAR_EXPRESSION unless the expression can be matched."""
    if len(pattern) > PATTERN_CHARACTERS_MAX:
        raise ApiError(
            ErrorCode.INVALID_REGULAR_EXPRESSION,
            f"the expression has {len(pattern)} characters, {PATTERN_CHARACTERS_MAX} at most are"
            " allowed",
        )
    _matcher(pattern)


def matching_topics(pattern: str, names: Iterable[str]) -> frozenset[str]:
    """Return the topics whose whole name matches a checked expression."""
    matches = _matcher(pattern)
    return frozenset([name for name in names if matches(name.encode())])


@lru_cache(maxsize=256)
def _matcher(pattern: str) -> Callable[[bytes], Any]:
    import re2  # type: ignore[import-untyped]  # noqa: PLC0415 - 20 ms that few groups need

    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MEMORY_BYTES_MAX
    try:
        # Bytes, since the library is three times as fast with them.
        matches: Callable[[bytes], Any] = re2.compile(pattern.encode(), options).fullmatch
    except re2.error as error:
        text = error.args[0] if error.args else ""
        reason = text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
        raise ApiError(
            ErrorCode.INVALID_REGULAR_EXPRESSION,
            f"{pattern!r} is not a valid regular expression: {reason}",
        ) from error
    return matches
