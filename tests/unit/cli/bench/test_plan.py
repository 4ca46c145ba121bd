# SPDX-License-Identifier: Apache-2.0
"""When a measurement ends, and what it sends."""

from __future__ import annotations

import zlib
from dataclasses import replace

import pytest
from tests.unit.cli.bench.plans import PLAN

from ottla.cli.bench.plan import VALUES_BYTES_MAX, make_values


@pytest.mark.parametrize(
    ("records", "seconds", "is_over"),
    [
        (None, None, False),
        (10, None, True),
        (11, None, False),
        (None, 2.0, True),
        (None, 2.5, False),
        (11, 2.0, True),
        (10, 2.5, True),
    ],
)
def test_the_end(records, seconds, is_over):
    """Whichever limit is reached first; after ten records and two seconds."""
    assert replace(PLAN, records=records, seconds=seconds).is_enough(10, 2.0) is is_over


@pytest.mark.parametrize("size", [1, 7, 16, 1_000, 1_000_000])
def test_values(size):
    """They have the size that was asked for, are the same each time, and fit into memory."""
    values = make_values(size)
    assert {len(value) for value in values} == {size}
    assert make_values(size) == values
    assert size * len(values) <= VALUES_BYTES_MAX


def test_values_compress_as_promised():
    """About to a half."""
    whole = b"".join(make_values(1_000))
    assert 0.45 < len(zlib.compress(whole)) / len(whole) < 0.65
