# SPDX-License-Identifier: Apache-2.0
"""The proof that two runs were the same: a hash over everything that happened, in order.

With `keep_lines` the lines themselves are kept, to find the first one in which two runs differ.
"""

from __future__ import annotations

import hashlib

_LINES_AT_ONCE = 512


class Trace:
    """Takes lines of text; cheap enough to be always on."""

    __slots__ = ("_hash", "_pending", "count", "lines")

    def __init__(self, *, keep_lines: bool = False) -> None:
        self.count = 0
        self.lines: list[str] | None = [] if keep_lines else None
        self._pending: list[str] = []
        self._hash = hashlib.blake2b(digest_size=16)

    def add(self, line: str) -> None:
        """Take note of something that happened."""
        self.count += 1
        self._pending.append(line)
        if len(self._pending) >= _LINES_AT_ONCE:
            self._digest()

    def _digest(self) -> None:
        self._hash.update("\n".join(self._pending).encode())
        self._hash.update(b"\n")
        if self.lines is not None:
            self.lines += self._pending
        self._pending.clear()

    def fingerprint(self) -> str:
        """Return the hash of all lines so far."""
        if self._pending:
            self._digest()
        return self._hash.hexdigest()
