# SPDX-License-Identifier: Apache-2.0
"""What a producer can be told; Kafka's names with underscores."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypedDict

from ottla.client.interceptor_chain import check_interceptors
from ottla.client.interceptors import ProducerInterceptor
from ottla.client.metrics import check_metrics, harmless
from ottla.client.options import require, require_number
from ottla.client.produce import SenderSettings
from ottla.client.settings import ClientSettings
from ottla.records.compression import Codec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ottla.client.metrics import MetricsHook
    from ottla.client.serializers import Serializer

_ACKS: Final[dict[int | str, int]] = {0: 0, 1: 1, -1: -1, "0": 0, "1": 1, "-1": -1, "all": -1}
_CODECS: Final = {codec.name.lower(): codec for codec in Codec}


class ProducerKeywords(TypedDict, total=False):
    """The same as `ProducerOptions`, for editors and type checkers."""

    client_id: str
    acks: int | str
    enable_idempotence: bool | None
    transactional_id: str | None
    transaction_timeout_ms: int
    compression_type: str
    linger_ms: float
    batch_size: int
    buffer_memory: int
    max_block_ms: int
    max_request_size: int
    delivery_timeout_ms: int
    request_timeout_ms: int
    metadata_max_age_ms: int
    key_serializer: Serializer | None
    value_serializer: Serializer | None
    interceptors: Sequence[ProducerInterceptor]
    metrics: MetricsHook | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProducerOptions:
    """Checked settings of one producer. Raises ConfigurationError for values that cannot be."""

    client_id: str = "ottla"
    acks: int | str = "all"
    """0, 1 or "all" (-1): who must have a record before it counts as delivered."""
    enable_idempotence: bool | None = None
    """Each record once and in order, whatever is sent again; on unless `acks` forbids it."""
    transactional_id: str | None = None
    """Lets the producer send in transactions. It stays the same across restarts: a new producer
    takes over from the old one."""
    transaction_timeout_ms: int = 60_000
    """How long a transaction may be open before the brokers abort it."""
    compression_type: str = "none"
    linger_ms: float = 5.0
    """How long a record waits for others."""
    batch_size: int = 128 * 1024
    """Bytes at which a batch is full. Kafka's 16 KiB cost more than they save."""
    buffer_memory: int = 32 * 1024 * 1024
    """Bytes of records under way above which `send` waits."""
    max_block_ms: int = 60_000
    """How long a call may wait: `send` for room or metadata, a transaction for its coordinator."""
    max_request_size: int = 1024 * 1024
    """A larger record is refused."""
    delivery_timeout_ms: int = 120_000
    request_timeout_ms: int = 30_000
    metadata_max_age_ms: int = 300_000
    """How often it is asked whether topics have more partitions."""
    key_serializer: Serializer | None = None
    value_serializer: Serializer | None = None
    interceptors: Sequence[ProducerInterceptor] = ()
    """See every record before it is sent, in this order, and what became of it."""
    metrics: MetricsHook | None = None
    """Called with the events of `client.metrics`."""

    def __post_init__(self) -> None:
        require("acks", self.acks, "0, 1 or 'all'", holds=_is_among(self.acks, _ACKS))
        names = ", ".join(sorted(_CODECS))
        is_codec = _is_among(self.compression_type, _CODECS)
        require("compression_type", self.compression_type, names, holds=is_codec)
        is_possible = self.acks_number == -1 or not self.enable_idempotence
        require(
            "enable_idempotence", self.enable_idempotence, "needs acks='all'", holds=is_possible
        )
        name = self.transactional_id
        is_name = name is None or (isinstance(name, str) and name != "")
        require("transactional_id", name, "a name, not empty", holds=is_name)
        is_possible = name is None or (
            self.acks_number == -1 and self.enable_idempotence is not False
        )
        require("transactional_id", name, "needs acks='all' and idempotence", holds=is_possible)
        require_number("linger_ms", self.linger_ms, 0)
        for name in (
            "batch_size", "buffer_memory", "max_block_ms", "max_request_size",
            "transaction_timeout_ms", "delivery_timeout_ms", "request_timeout_ms",
            "metadata_max_age_ms",
        ):  # fmt: skip
            require_number(name, getattr(self, name), 1)
        check_interceptors(self.interceptors, ProducerInterceptor)
        check_metrics(self.metrics)

    @property
    def acks_number(self) -> int:
        """`acks` as the protocol has it."""
        return _ACKS[self.acks]

    @property
    def codec(self) -> Codec:
        """The compression as batches name it."""
        return _CODECS[self.compression_type]

    def client_settings(self) -> ClientSettings:
        """Return what the connections need to know."""
        return ClientSettings(
            client_id=self.client_id,
            request_timeout_ms=self.request_timeout_ms,
            operation_timeout_ms=self.max_block_ms,
            metrics=harmless(self.metrics),
        )

    def sender_settings(self) -> SenderSettings:
        """Return what the sender of batches needs to know."""
        is_idempotent = self.enable_idempotence
        if is_idempotent is None:
            is_idempotent = self.acks_number == -1
        return SenderSettings(
            acks=self.acks_number,
            idempotent=is_idempotent,
            buffer_bytes=self.buffer_memory,
            request_bytes=self.max_request_size,
            delivery_timeout_ms=self.delivery_timeout_ms,
            request_timeout_ms=self.request_timeout_ms,
            allow_auto_create=True,
        )


def _is_among(value: object, choices: dict[int | str, int] | dict[str, Codec]) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool) and value in choices
