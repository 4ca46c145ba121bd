# SPDX-License-Identifier: Apache-2.0
"""What an administration client can be told; Kafka's names with underscores."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, TypedDict

from ottla.client.metrics import check_metrics, harmless
from ottla.client.options import require, require_number
from ottla.client.settings import ClientSettings

if TYPE_CHECKING:
    from ottla.client.metrics import MetricsHook


class AdminKeywords(TypedDict, total=False):
    """The same as `AdminOptions`, for editors and type checkers."""

    client_id: str
    request_timeout_ms: int
    default_api_timeout_ms: int
    socket_connection_setup_timeout_ms: int
    retry_backoff_ms: int
    retry_backoff_max_ms: int
    metrics: MetricsHook | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AdminOptions:
    """Checked settings of one client. Raises ConfigurationError for values that cannot be."""

    client_id: str = "ottla"
    request_timeout_ms: int = 30_000
    """How long an answer to one request may take."""
    default_api_timeout_ms: int = 60_000
    """How long a call may take with everything that is asked again."""
    socket_connection_setup_timeout_ms: int = 10_000
    """How long connecting to one broker may take."""
    retry_backoff_ms: int = 100
    """The pause before something is asked again; it doubles each time."""
    retry_backoff_max_ms: int = 1_000
    """The longest such pause."""
    metrics: MetricsHook | None = None
    """Called with the events of `client.metrics` on connections and requests."""

    def __post_init__(self) -> None:
        require("client_id", self.client_id, "text", holds=isinstance(self.client_id, str))
        for field in fields(self):
            if field.name not in ("client_id", "metrics"):
                require_number(field.name, getattr(self, field.name), 1)
        check_metrics(self.metrics)

    def client_settings(self) -> ClientSettings:
        """Return what the connections need to know."""
        return ClientSettings(
            client_id=self.client_id,
            connect_timeout_ms=self.socket_connection_setup_timeout_ms,
            request_timeout_ms=self.request_timeout_ms,
            operation_timeout_ms=self.default_api_timeout_ms,
            retry_backoff_ms=self.retry_backoff_ms,
            retry_backoff_max_ms=self.retry_backoff_max_ms,
            metrics=harmless(self.metrics),
        )
