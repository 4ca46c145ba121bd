# SPDX-License-Identifier: Apache-2.0
"""A copy in transactions has every record once and in order, whoever is killed meanwhile.

Two copiers of each library share a group and are killed as if by the kernel, and so is the broker.
`make conformance` does it with 100,000 records and more kills.
"""

from __future__ import annotations

import pytest
from tools.conformance import exactly_once
from tools.conformance.exactly_once import Plan


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize(
    ("library", "protocol", "copiers"),
    exactly_once.VARIANTS,
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_copy_through_kills(start_broker, library, protocol, copiers):
    """The broker and two copiers are killed: nothing is lost, repeated, reordered or left open."""
    settings = [part for text in exactly_once.SETTINGS for part in ("--set", text)]
    broker = start_broker(*settings)
    plan = Plan(
        library=library,
        protocol=protocol,
        copiers=copiers,
        records=6_000,
        copier_kills=2,
        broker_kills=1,
        seed=7,
        timeout_s=120,
    )
    result = exactly_once.run(broker, plan)
    print(f"{plan}: {result}\n{result.said}")
    assert result.findings == []
    assert "Traceback" not in "".join(broker.output)
