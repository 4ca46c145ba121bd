# SPDX-License-Identifier: Apache-2.0
"""A measurement to begin with; tests replace what they are about."""

from __future__ import annotations

from ottla.cli.bench.plan import Kind, Plan

PLAN = Plan(
    kind=Kind.PRODUCE,
    topic="t",
    is_temporary=True,
    partitions=1,
    replication_factor=None,
    record_size=100,
    records=None,
    seconds=None,
    rate=None,
    acks="all",
    compression="none",
    batch_size=1,
    linger_ms=0,
)
