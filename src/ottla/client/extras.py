# SPDX-License-Identifier: Apache-2.0
"""Packages that are there only for who installed an extra of Ottla's."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ottla.client.errors import MissingExtraError


def import_extra(module: str, extra: str) -> Any:
    """Return a module; raises MissingExtraError, which says what to install."""
    try:
        return import_module(module)
    except ImportError as error:
        raise MissingExtraError(extra, error) from None
