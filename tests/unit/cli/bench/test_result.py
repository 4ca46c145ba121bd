# SPDX-License-Identifier: Apache-2.0
"""What is shown of a measurement."""

from __future__ import annotations

from dataclasses import replace

import pytest
from tests.unit.cli.bench.plans import PLAN as ANY_PLAN

from ottla.cli.bench.plan import Kind
from ottla.cli.bench.result import Result, as_document, as_facts, milliseconds_text

PLAN = replace(
    ANY_PLAN,
    is_temporary=False,
    record_size=1_000,
    seconds=10,
    compression="zstd",
    batch_size=16_384,
    linger_ms=0.5,
)


def measured(plan=PLAN, **changes: object):
    """Return a result of 2000 records in 4 s, of which a hundredth took a second."""
    result = Result(plan, partitions=3, records=2_000, size_bytes=2_000_000, seconds=4.0)
    result.acknowledged.add(0.002, 1_980)
    result.acknowledged.add(1.0, 20)
    for name, value in changes.items():
        setattr(result, name, value)
    return result


def test_produce():
    """Rates are over the whole time."""
    facts = dict(as_facts(measured()))
    assert facts["measured"] == "produce"
    assert facts["topic"] == "t (3 partitions)"
    assert facts["settings"] == "acks=all, compression zstd, batches 16384 B, linger 0.5 ms"
    assert facts["records"] == "2,000 of 1,000 B in 4.00 s"
    assert (facts["records/s"], facts["MB/s"]) == ("500", "0.50")
    assert facts["acknowledged"].endswith("p99.9 1,000 ms, max 1,000 ms")


def test_produce_as_json():
    """Numbers are exact, latencies in milliseconds."""
    document = as_document(measured())
    assert document["records_per_second"] == 500.0
    assert document["bytes_per_second"] == 500_000.0
    assert document["acknowledged_ms"]["p50"] == pytest.approx(2, rel=0.011)
    assert document["acknowledged_ms"]["p99_9"] == 1000.0
    assert "end_to_end_ms" not in document


def test_without_acknowledgements():
    """Nobody acknowledges: no latency is claimed."""
    assert "acknowledged" not in dict(as_facts(measured(replace(PLAN, acks="0"))))


def test_consume():
    """There is nothing to acknowledge."""
    result = measured(replace(PLAN, kind=Kind.CONSUME), first_record_s=0.0123)
    facts = dict(as_facts(result))
    assert facts["first record"] == "after 12.3 ms"
    assert "settings" not in facts
    assert as_document(result)["first_record_seconds"] == 0.0123
    assert "acknowledged_ms" not in as_document(result)


def test_end_to_end_with_losses():
    """What was sent and never came is told."""
    plan = replace(PLAN, kind=Kind.END_TO_END, is_temporary=True, rate=1_000)
    result = measured(plan, sent=2_000, received=1_990)
    facts = dict(as_facts(result))
    assert facts["not received"] == "10 of 2,000"
    assert facts["end to end"] == "nothing"
    assert facts["topic"] == "t (temporary, 3 partitions)"
    assert facts["settings"].endswith(", rate 1,000/s")
    assert as_document(result)["end_to_end_ms"] is None
    complete = measured(plan, sent=2_000, received=2_000)
    assert "not received" not in dict(as_facts(complete))


def test_interrupted_at_once():
    """Nothing was measured, and nothing is divided by zero."""
    result = Result(PLAN, is_interrupted=True)
    facts = dict(as_facts(result))
    assert facts["measured"] == "produce, interrupted"
    assert facts["records/s"] == "0"
    assert as_document(result)["records_per_second"] == 0.0
    assert as_document(result)["is_interrupted"] is True


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.00123, "1.23 ms"), (0.0123, "12.3 ms"), (0.123, "123 ms"), (12.3, "12,300 ms")],
)
def test_milliseconds(seconds, text):
    """Three digits that count."""
    assert milliseconds_text(seconds) == text
