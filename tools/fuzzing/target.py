# SPDX-License-Identifier: Apache-2.0
"""What a fuzz target is: a function of bytes with a promise, and inputs to start from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True, slots=True)
class Target:
    """One promise about untrusted bytes.

    `run` raises one of `refusals` when it refuses the bytes, which is fine, and anything else when
    the promise is broken. It keeps no state between two calls.
    """

    name: str
    promise: str
    run: Callable[[bytes], None]
    seeds: Callable[[], list[bytes]]
    refusals: tuple[type[Exception], ...]
    input_bytes_max: int = 64 * 1024

    def accepts(self, data: bytes) -> bool:
        """Run one input; False when it was refused properly."""
        try:
            self.run(data)
        except self.refusals:
            return False
        return True
