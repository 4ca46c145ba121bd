# SPDX-License-Identifier: Apache-2.0
"""Turns the outcomes of many items into results, or into one error that has them all."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ottla.client.errors import ItemsFailedError
from ottla.protocol.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")


def results_of(outcomes: Mapping[ItemT, ResultT | ApiError]) -> dict[ItemT, ResultT]:
    """Return the results by item. Raises ItemsFailedError when an item has an error instead."""
    results: dict[ItemT, ResultT] = {}
    failures: dict[ItemT, ApiError] = {}
    for item, outcome in outcomes.items():
        if isinstance(outcome, ApiError):
            failures[item] = outcome
        else:
            results[item] = outcome
    if failures:
        raise ItemsFailedError(failures, results)
    return results
