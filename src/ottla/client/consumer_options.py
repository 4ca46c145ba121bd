# SPDX-License-Identifier: Apache-2.0
"""What a consumer can be told; Kafka's names with underscores where Kafka has them."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final, TypeAlias, TypedDict

from ottla.client.assignors import ASSIGNORS, Assignor
from ottla.client.consumer_record import Deserializers
from ottla.client.fetch import FetchSettings
from ottla.client.interceptor_chain import check_interceptors
from ottla.client.interceptors import ConsumerInterceptor
from ottla.client.membership import MembershipSettings
from ottla.client.metrics import check_metrics, harmless
from ottla.client.offsets import ISOLATION_LEVELS
from ottla.client.options import require, require_number
from ottla.client.settings import ClientSettings

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ottla.client.metrics import MetricsHook
    from ottla.client.topic_partition import TopicPartition

    RebalanceCallback: TypeAlias = Callable[[frozenset[TopicPartition]], Awaitable[None] | None]


_GROUP_PROTOCOLS: Final = ("classic", "consumer")

_OF_GROUPS: Final = (
    "group_instance_id",
    "group_protocol",
    "partition_assignment_strategy",
    "group_remote_assignor",
    "on_assigned",
    "on_revoked",
    "on_lost",
)
"""Options that would do nothing without a group."""


class ConsumerKeywords(TypedDict, total=False):
    """The same as `ConsumerOptions`, for editors and type checkers."""

    client_id: str
    topic_pattern: str | None
    group_id: str | None
    group_instance_id: str | None
    group_protocol: str
    partition_assignment_strategy: str | Sequence[str]
    group_remote_assignor: str | None
    session_timeout_ms: int
    heartbeat_interval_ms: int
    max_poll_interval_ms: int
    auto_commit: bool
    auto_commit_interval_ms: int
    on_assigned: RebalanceCallback | None
    on_revoked: RebalanceCallback | None
    on_lost: RebalanceCallback | None
    from_beginning: bool
    stop_at_end: bool
    isolation_level: str
    allow_auto_create_topics: bool
    prefetch_bytes: int
    fetch_max_wait_ms: int
    fetch_min_bytes: int
    fetch_max_bytes: int
    max_partition_fetch_bytes: int
    check_crcs: bool
    client_rack: str
    request_timeout_ms: int
    metadata_max_age_ms: int
    key_deserializer: Callable[[bytes], Any] | None
    value_deserializer: Callable[[bytes], Any] | None
    interceptors: Sequence[ConsumerInterceptor]
    metrics: MetricsHook | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsumerOptions:
    """Checked settings of one consumer. Raises ConfigurationError for values that cannot be."""

    client_id: str = "ottla"
    topic_pattern: str | None = None
    """Read every topic whose whole name matches this regular expression (Python's `re`), and
    those to come; internal topics never."""
    group_id: str | None = None
    """The group to share the partitions of the topics with; its offsets are committed."""
    group_instance_id: str | None = None
    """A name that stays the same across restarts: a static member keeps its partitions."""
    group_protocol: str = "classic"
    """`consumer` lets the broker divide the partitions (KIP-848, Kafka from 4.0)."""
    partition_assignment_strategy: str | Sequence[str] = "cooperative-sticky"
    """For `classic`: one or more of range, roundrobin, sticky, cooperative-sticky, the preferred
    first. All members of a group need one in common."""
    group_remote_assignor: str | None = None
    """For `consumer`: the broker's assignor, `uniform` or `range`; it chooses by default."""
    session_timeout_ms: int = 45_000
    """Without a heartbeat for so long, a member's partitions go to others (`classic`)."""
    heartbeat_interval_ms: int = 3_000
    max_poll_interval_ms: int = 300_000
    """Without asking for more records for so long, a member's partitions go to others."""
    auto_commit: bool = True
    """Commit what is finished: records count as such when more are asked for."""
    auto_commit_interval_ms: int = 5_000
    on_assigned: RebalanceCallback | None = None
    """Called with the partitions that come, once their positions are known."""
    on_revoked: RebalanceCallback | None = None
    """Called with the partitions that go, while they are still this member's."""
    on_lost: RebalanceCallback | None = None
    """Called with the partitions that are gone already; `on_revoked` if there is none."""
    from_beginning: bool = False
    """Begin with the first record there is; otherwise with the first that is still to come.
    Where a group has committed an offset, it goes on there."""
    stop_at_end: bool = False
    """End the iteration where the partitions ended when they were assigned."""
    isolation_level: str = "read_uncommitted"
    """`read_committed` leaves out what a transaction has not committed."""
    allow_auto_create_topics: bool = True
    """Topics that do not exist are made, where the brokers allow that."""
    prefetch_bytes: int = 16 * 1024 * 1024
    """How much may lie here unread before no more is asked for."""
    fetch_max_wait_ms: int = 500
    fetch_min_bytes: int = 1
    fetch_max_bytes: int = 50 * 1024 * 1024
    max_partition_fetch_bytes: int = 1024 * 1024
    check_crcs: bool = True
    client_rack: str = ""
    """Where this consumer runs; brokers that select replicas by rack let it read a near one."""
    request_timeout_ms: int = 30_000
    metadata_max_age_ms: int = 300_000
    """How often it is asked whether topics have more partitions."""
    key_deserializer: Callable[[bytes], Any] | None = None
    value_deserializer: Callable[[bytes], Any] | None = None
    interceptors: Sequence[ConsumerInterceptor] = ()
    """See records before they are handed out, in this order, and what is committed."""
    metrics: MetricsHook | None = None
    """Called with the events of `client.metrics`."""

    def __post_init__(self) -> None:
        names = ", ".join(ISOLATION_LEVELS)
        is_level = self.isolation_level in ISOLATION_LEVELS
        require("isolation_level", self.isolation_level, names, holds=is_level)
        try:
            re.compile(self.topic_pattern or "")
        except (re.error, TypeError) as error:
            allowed = f"a regular expression ({error})"
            require("topic_pattern", self.topic_pattern, allowed, holds=False)
        self._check_group()
        is_text = isinstance(self.client_rack, str)
        require("client_rack", self.client_rack, "a name", holds=is_text)
        for name in (
            "session_timeout_ms", "heartbeat_interval_ms", "max_poll_interval_ms",
            "auto_commit_interval_ms", "prefetch_bytes", "fetch_max_wait_ms", "fetch_min_bytes",
            "fetch_max_bytes", "max_partition_fetch_bytes", "request_timeout_ms",
            "metadata_max_age_ms",
        ):  # fmt: skip
            require_number(name, getattr(self, name), 1)
        check_interceptors(self.interceptors, ConsumerInterceptor)
        check_metrics(self.metrics)

    @property
    def isolation_number(self) -> int:
        """The isolation level as the protocol has it."""
        return ISOLATION_LEVELS[self.isolation_level]

    @property
    def deserializers(self) -> Deserializers:
        """What records are read with."""
        return Deserializers(self.key_deserializer, self.value_deserializer)

    @property
    def assignors(self) -> tuple[Assignor, ...]:
        """The assignors of classic groups, the preferred first."""
        names = self.partition_assignment_strategy
        return tuple(ASSIGNORS[name] for name in ((names,) if isinstance(names, str) else names))

    def membership_settings(self, topics: tuple[str, ...]) -> MembershipSettings:
        """Return what a group needs to know of a member that reads `topics`."""
        assert self.group_id is not None
        return MembershipSettings(
            group_id=self.group_id,
            topics=topics,
            group_instance_id=self.group_instance_id,
            assignors=self.assignors,
            remote_assignor=self.group_remote_assignor,
            session_timeout_ms=self.session_timeout_ms,
            heartbeat_interval_ms=self.heartbeat_interval_ms,
            max_poll_interval_ms=self.max_poll_interval_ms,
            rack_id=self.client_rack or None,
        )

    def _check_group(self) -> None:
        for name in ("group_id", "group_instance_id"):
            value = getattr(self, name)
            is_name = value is None or (isinstance(value, str) and value != "")
            require(name, value, "a name, not empty", holds=is_name)
        if self.group_id is None:
            defaults = {field.name: field.default for field in fields(self)}
            for name in _OF_GROUPS:
                value = getattr(self, name)
                require(name, value, "needs a group_id", holds=value == defaults[name])
        is_protocol = self.group_protocol in _GROUP_PROTOCOLS
        require("group_protocol", self.group_protocol, "classic or consumer", holds=is_protocol)
        names = self.partition_assignment_strategy
        names = (names,) if isinstance(names, str) else tuple(names)
        require(
            "partition_assignment_strategy",
            self.partition_assignment_strategy,
            f"one or more of {', '.join(ASSIGNORS)}",
            holds=bool(names) and all(name in ASSIGNORS for name in names),
        )
        require(
            "heartbeat_interval_ms",
            self.heartbeat_interval_ms,
            f"less than session_timeout_ms={self.session_timeout_ms}",
            holds=self.heartbeat_interval_ms < self.session_timeout_ms,
        )

    def client_settings(self) -> ClientSettings:
        """Return what the connections need to know."""
        return ClientSettings(
            client_id=self.client_id,
            request_timeout_ms=self.request_timeout_ms,
            metrics=harmless(self.metrics),
        )

    def fetch_settings(self) -> FetchSettings:
        """Return what the fetcher needs to know."""
        return FetchSettings(
            max_wait_ms=self.fetch_max_wait_ms,
            min_bytes=self.fetch_min_bytes,
            max_bytes=self.fetch_max_bytes,
            partition_max_bytes=self.max_partition_fetch_bytes,
            prefetch_bytes=self.prefetch_bytes,
            isolation_level=self.isolation_number,
            check_crcs=self.check_crcs,
            rack=self.client_rack,
            replica_max_age_ms=self.metadata_max_age_ms,
        )
