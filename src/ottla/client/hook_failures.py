# SPDX-License-Identifier: Apache-2.0
"""Tells the log that code of the application failed inside a client, where nobody can catch it.

Hooks may be called for every record, so only the first failure of each is a warning, with its
traceback; what follows is for those who look at DEBUG.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from logging import Logger


class HookFailures:
    """What has been told; from any thread."""

    def __init__(self, log: Logger) -> None:
        self._log = log
        self._told: set[str] = set()

    def tell(self, name: str, consequence: str) -> None:
        """Log the exception that is being handled as one of `name`."""
        level = logging.DEBUG if name in self._told else logging.WARNING
        self._told.add(name)
        self._log.log(level, "%s failed; %s", name, consequence, exc_info=True)


def name_of(hook: object) -> str:
    """Return the name of a function or of an object's class, with the module that it is from."""
    named = hook if hasattr(hook, "__qualname__") else type(hook)
    return f"{named.__module__}.{named.__qualname__}"
