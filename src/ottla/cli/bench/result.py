# SPDX-License-Identifier: Apache-2.0
"""What was measured, for people and for scripts."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ottla.cli.bench.latencies import PERCENTILES, Latencies
from ottla.cli.bench.plan import Kind

if TYPE_CHECKING:
    from ottla.cli.bench.plan import Plan


@dataclass(slots=True)
class Result:
    """Counts while it is measured; `finish` fixes the time."""

    plan: Plan
    partitions: int = 0
    records: int = 0  # acknowledged; read, where reading is measured
    size_bytes: int = 0  # of their keys and values
    sent: int = 0  # handed to the producer
    received: int = 0  # end to end only
    seconds: float = 0.0
    acknowledged: Latencies = field(default_factory=Latencies)
    end_to_end: Latencies = field(default_factory=Latencies)
    first_record_s: float | None = None  # from asking to the first record that was read
    is_interrupted: bool = False

    @property
    def records_per_second(self) -> float:
        """The rate over the whole time."""
        return self.records / self.seconds if self.seconds > 0 else 0.0

    @property
    def bytes_per_second(self) -> float:
        """The same in bytes of keys and values."""
        return self.size_bytes / self.seconds if self.seconds > 0 else 0.0


def as_document(result: Result) -> dict[str, Any]:
    """Return the document for `--json`."""
    plan = result.plan
    document: dict[str, Any] = {
        "measured": plan.kind.value,
        "is_interrupted": result.is_interrupted,
        "topic": plan.topic,
        "is_temporary_topic": plan.is_temporary,
        "partitions": result.partitions,
        "records": result.records,
        "bytes": result.size_bytes,
        "seconds": result.seconds,
        "records_per_second": result.records_per_second,
        "bytes_per_second": result.bytes_per_second,
    }
    if plan.kind is Kind.CONSUME:
        document["first_record_seconds"] = result.first_record_s
        return document
    document |= {
        "record_size": plan.record_size,
        "acks": plan.acks,
        "compression": plan.compression,
        "batch_size": plan.batch_size,
        "linger_ms": plan.linger_ms,
        "rate": plan.rate,
        "acknowledged_ms": _latency_document(result.acknowledged),
    }
    if plan.kind is Kind.END_TO_END:
        document["received"] = result.received
        document["end_to_end_ms"] = _latency_document(result.end_to_end)
    return document


def as_facts(result: Result) -> list[tuple[str, object]]:
    """Return the lines for people."""
    plan = result.plan
    kind = f"{plan.kind.value}, interrupted" if result.is_interrupted else plan.kind.value
    partitions = "1 partition" if result.partitions == 1 else f"{result.partitions} partitions"
    kept = "temporary, " if plan.is_temporary else ""
    facts: list[tuple[str, object]] = [
        ("measured", kind),
        ("topic", f"{plan.topic} ({kept}{partitions})"),
    ]
    if plan.kind is not Kind.CONSUME:
        rate = "" if plan.rate is None else f", rate {plan.rate:,g}/s"
        settings = (
            f"acks={plan.acks}, compression {plan.compression}, "
            f"batches {plan.batch_size} B, linger {plan.linger_ms:g} ms{rate}"
        )
        facts.append(("settings", settings))
    size = f" of {plan.record_size:,} B" if plan.kind is not Kind.CONSUME else ""
    facts += [
        ("records", f"{result.records:,}{size} in {result.seconds:.2f} s"),
        ("records/s", f"{result.records_per_second:,.0f}"),
        ("MB/s", f"{result.bytes_per_second / 1e6:,.2f}"),
    ]
    if plan.kind is Kind.CONSUME:
        if result.first_record_s is not None:
            facts.append(("first record", f"after {milliseconds_text(result.first_record_s)}"))
        return facts
    # Nobody acknowledges with acks=0: the time would be that of a write to a socket.
    if plan.acks != "0":
        facts.append(("acknowledged", _latency_text(result.acknowledged)))
    if plan.kind is Kind.END_TO_END:
        facts.append(("end to end", _latency_text(result.end_to_end)))
        lost = result.sent - result.received
        if lost > 0:
            facts.append(("not received", f"{lost:,} of {result.sent:,}"))
    return facts


def milliseconds_text(seconds: float) -> str:
    """Return a latency with three digits that count."""
    milliseconds = seconds * 1000
    digits = 0 if milliseconds >= 100 else 1 if milliseconds >= 10 else 2
    return f"{milliseconds:,.{digits}f} ms"


def _latency_text(latencies: Latencies) -> str:
    if not latencies.count:
        return "nothing"
    parts = [f"p{percent:g} {milliseconds_text(latencies.percentile(percent))}"
             for percent in PERCENTILES]  # fmt: skip
    return ", ".join([*parts, f"max {milliseconds_text(latencies.max_s)}"])


def _latency_document(latencies: Latencies) -> dict[str, float] | None:
    if not latencies.count:
        return None
    document = {
        f"p{percent:g}".replace(".", "_"): latencies.percentile(percent) * 1000
        for percent in PERCENTILES
    }
    return document | {"max": latencies.max_s * 1000}
