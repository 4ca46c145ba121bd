# SPDX-License-Identifier: Apache-2.0
"""What all parts of the client share: names, time-outs and limits, with Kafka's defaults."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ottla.client.metrics import MetricsHook


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    """Settings of one client; immutable, so that all its connections agree."""

    client_id: str = "ottla"
    connect_timeout_ms: int = 10_000
    request_timeout_ms: int = 30_000
    operation_timeout_ms: int = 60_000  # how long an operation with its retries may take
    retry_backoff_ms: int = 100
    retry_backoff_max_ms: int = 1_000
    write_buffer_bytes: int = 1024 * 1024  # unsent bytes above which writers wait
    metrics: MetricsHook | None = None  # one that never raises
