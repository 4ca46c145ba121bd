# SPDX-License-Identifier: Apache-2.0
"""The broker's settings: Kafka's keys, typed, checked and frozen.

Layers, the later one holds: defaults of the key tables < the properties file < `--set` and the
other options of the command line < the cluster's dynamic defaults < dynamic values of this
broker. `BrokerConfig.load` builds the static part at start; whenever dynamic values change,
`with_dynamic` returns a new object.

Attributes are the keys with underscores for dots (`socket.request.max.bytes` is
`socket_request_max_bytes`). Those below are declared because the broker acts upon them; every
other key is reachable as `config["sasl.jaas.config"]`. Settings with several spellings hold the
effective value under their finest one: `log_retention_ms` is never None.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.base.config_def import UpdateMode, nearest_name
from ottla.base.errors import ConfigError
from ottla.broker.listeners import parse_advertised, parse_listeners, parse_protocol_map
from ottla.metadata.config_keys import BROKER_KEYS
from ottla.metadata.config_keys.notation import INERT_REMARK
from ottla.metadata.config_keys.retired import FOREIGN_PREFIXES, RETIRED_KEYS
from ottla.metadata.config_keys.synonyms import BROKER_FAMILIES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ottla.base.config_def import ConfigValue
    from ottla.broker.listeners import Endpoint

_NOTHING: Mapping[str, str] = {}

BROKER_ROLE = "broker"
CONTROLLER_ROLE = "controller"


class BrokerConfig:
    """All settings of one broker; never changed once made, so that anybody may keep it."""

    add_partitions_to_txn_retry_backoff_max_ms: int
    add_partitions_to_txn_retry_backoff_ms: int
    advertised_listeners: tuple[str, ...] | None
    auto_create_topics_enable: bool
    auto_leader_rebalance_enable: bool
    broker_heartbeat_interval_ms: int
    broker_rack: str | None
    broker_session_timeout_ms: int
    compression_gzip_level: int
    compression_lz4_level: int
    compression_type: str
    compression_zstd_level: int
    connection_failed_authentication_delay_ms: int
    connections_max_idle_ms: int
    connections_max_reauth_ms: int
    controlled_shutdown_enable: bool
    cordoned_log_dirs: tuple[str, ...]
    default_replication_factor: int
    delete_topic_enable: bool
    fetch_max_bytes: int
    follower_replication_throttled_rate: int
    group_consumer_assignment_interval_ms: int
    group_consumer_assignors: tuple[str, ...]
    group_consumer_heartbeat_interval_ms: int
    group_consumer_max_assignment_interval_ms: int
    group_consumer_max_heartbeat_interval_ms: int
    group_consumer_max_session_timeout_ms: int
    group_consumer_max_size: int
    group_consumer_migration_policy: str
    group_consumer_min_assignment_interval_ms: int
    group_consumer_min_heartbeat_interval_ms: int
    group_consumer_min_session_timeout_ms: int
    group_consumer_regex_refresh_interval_ms: int
    group_consumer_session_timeout_ms: int
    group_coordinator_append_linger_ms: int
    group_coordinator_rebalance_protocols: tuple[str, ...]
    group_initial_rebalance_delay_ms: int
    group_max_session_timeout_ms: int
    group_max_size: int
    group_min_session_timeout_ms: int
    group_share_assignment_interval_ms: int
    group_share_assignors: tuple[str, ...]
    group_share_delivery_count_limit: int
    group_share_heartbeat_interval_ms: int
    group_share_initialize_retry_interval_ms: int
    group_share_max_assignment_interval_ms: int
    group_share_max_delivery_count_limit: int
    group_share_max_heartbeat_interval_ms: int
    group_share_max_partition_max_record_locks: int
    group_share_max_record_lock_duration_ms: int
    group_share_max_session_timeout_ms: int
    group_share_max_share_sessions: int
    group_share_max_size: int
    group_share_min_assignment_interval_ms: int
    group_share_min_delivery_count_limit: int
    group_share_min_heartbeat_interval_ms: int
    group_share_min_partition_max_record_locks: int
    group_share_min_record_lock_duration_ms: int
    group_share_min_session_timeout_ms: int
    group_share_partition_max_record_locks: int
    group_share_record_lock_duration_ms: int
    group_share_session_timeout_ms: int
    group_streams_assignment_interval_ms: int
    group_streams_heartbeat_interval_ms: int
    group_streams_initial_rebalance_delay_ms: int
    group_streams_max_assignment_interval_ms: int
    group_streams_max_heartbeat_interval_ms: int
    group_streams_max_session_timeout_ms: int
    group_streams_max_size: int
    group_streams_max_standby_replicas: int
    group_streams_min_assignment_interval_ms: int
    group_streams_min_heartbeat_interval_ms: int
    group_streams_min_session_timeout_ms: int
    group_streams_num_standby_replicas: int
    group_streams_session_timeout_ms: int
    initial_broker_registration_timeout_ms: int
    inter_broker_listener_name: str | None
    leader_imbalance_check_interval_seconds: int
    leader_replication_throttled_rate: int
    listener_security_protocol_map: str
    listeners: tuple[str, ...]
    log_cleaner_backoff_ms: int
    log_cleaner_dedupe_buffer_size: int
    log_cleaner_delete_retention_ms: int
    log_cleaner_enable: bool
    log_cleaner_io_buffer_load_factor: float
    log_cleaner_io_buffer_size: int
    log_cleaner_io_max_bytes_per_second: float
    log_cleaner_max_compaction_lag_ms: int
    log_cleaner_min_cleanable_ratio: float
    log_cleaner_min_compaction_lag_ms: int
    log_cleaner_threads: int
    log_cleanup_policy: tuple[str, ...]
    log_dir_failure_timeout_ms: int
    log_dirs: tuple[str, ...]
    log_flush_interval_messages: int
    log_flush_interval_ms: int
    log_flush_offset_checkpoint_interval_ms: int
    log_flush_start_offset_checkpoint_interval_ms: int
    log_index_interval_bytes: int
    log_index_size_max_bytes: int
    log_initial_task_delay_ms: int
    log_message_timestamp_after_max_ms: int
    log_message_timestamp_before_max_ms: int
    log_message_timestamp_type: str
    log_preallocate: bool
    log_retention_bytes: int
    log_retention_check_interval_ms: int
    log_retention_ms: int
    log_roll_jitter_ms: int
    log_roll_ms: int
    log_segment_bytes: int
    log_segment_delete_delay_ms: int
    max_connection_creation_rate: int
    max_connections: int
    max_connections_per_ip: int
    max_connections_per_ip_overrides: str
    max_incremental_fetch_session_cache_slots: int
    max_request_partition_size_limit: int
    message_max_bytes: int
    metadata_log_dir: str | None
    metadata_log_max_record_bytes_between_snapshots: int
    metadata_log_max_snapshot_interval_ms: int
    metadata_log_segment_bytes: int
    metadata_log_segment_ms: int
    metadata_max_idle_interval_ms: int
    metadata_max_retention_bytes: int
    metadata_max_retention_ms: int
    min_insync_replicas: int
    node_id: int
    num_partitions: int
    num_recovery_threads_per_data_dir: int
    num_replica_fetchers: int
    offset_metadata_max_bytes: int
    offsets_commit_timeout_ms: int
    offsets_load_buffer_size: int
    offsets_retention_check_interval_ms: int
    offsets_retention_minutes: int
    offsets_topic_compression_codec: int
    offsets_topic_num_partitions: int
    offsets_topic_replication_factor: int
    offsets_topic_segment_bytes: int
    ottla_cluster: str | None
    ottla_connection_first_request_timeout_ms: int
    ottla_connection_write_buffer_max_bytes: int
    ottla_disk_reserve_bytes: int
    ottla_disk_reserve_ratio: float
    ottla_flush_bytes: int
    ottla_flush_interval_ms: int
    ottla_flush_profile: str
    ottla_flush_window_ms: int
    ottla_max_connection_creation_rate_per_ip: int
    ottla_open_files_max: int
    ottla_request_read_timeout_ms: int
    process_roles: tuple[str, ...] | None
    producer_id_expiration_check_interval_ms: int
    producer_id_expiration_ms: int
    queued_max_request_bytes: int
    queued_max_requests: int
    quota_window_num: int
    quota_window_size_seconds: int
    replica_fetch_backoff_ms: int
    replica_fetch_max_bytes: int
    replica_fetch_min_bytes: int
    replica_fetch_response_max_bytes: int
    replica_fetch_wait_max_ms: int
    replica_high_watermark_checkpoint_interval_ms: int
    replica_lag_time_max_ms: int
    replica_socket_receive_buffer_bytes: int
    replica_socket_timeout_ms: int
    replication_quota_window_num: int
    replication_quota_window_size_seconds: int
    request_timeout_ms: int
    sasl_server_max_receive_size: int
    security_inter_broker_protocol: str
    share_coordinator_append_linger_ms: int
    share_coordinator_cold_partition_snapshot_interval_ms: int
    share_coordinator_load_buffer_size: int
    share_coordinator_snapshot_update_records_per_snapshot: int
    share_coordinator_state_topic_compression_codec: int
    share_coordinator_state_topic_min_isr: int
    share_coordinator_state_topic_num_partitions: int
    share_coordinator_state_topic_prune_interval_ms: int
    share_coordinator_state_topic_replication_factor: int
    share_coordinator_state_topic_segment_bytes: int
    share_coordinator_write_timeout_ms: int
    socket_connection_setup_timeout_max_ms: int
    socket_connection_setup_timeout_ms: int
    socket_listen_backlog_size: int
    socket_receive_buffer_bytes: int
    socket_request_max_bytes: int
    socket_send_buffer_bytes: int
    telemetry_max_bytes: int
    transaction_abort_timed_out_transaction_cleanup_interval_ms: int
    transaction_max_timeout_ms: int
    transaction_partition_verification_enable: bool
    transaction_remove_expired_transaction_cleanup_interval_ms: int
    transaction_state_log_load_buffer_size: int
    transaction_state_log_min_isr: int
    transaction_state_log_num_partitions: int
    transaction_state_log_replication_factor: int
    transaction_state_log_segment_bytes: int
    transactional_id_expiration_ms: int
    unclean_leader_election_enable: bool
    unclean_leader_election_interval_ms: int

    static: Mapping[str, str]
    """Texts that the file and the command line gave, by key: the source STATIC_BROKER."""
    dynamic_default: Mapping[str, str]
    """Texts set for every broker through AlterConfigs."""
    dynamic_broker: Mapping[str, str]
    """Texts set for this broker through AlterConfigs."""
    endpoints: tuple[Endpoint, ...]
    """Listeners to open."""
    advertised: Mapping[str, Endpoint]
    """Advertised address by listener name; a missing one means the client's own view."""
    connections_per_ip_overrides: Mapping[str, int]
    """Other limits than `max_connections_per_ip`, by address."""
    warnings: tuple[str, ...]
    """What the user should look at: unknown keys."""
    notes: tuple[str, ...]
    """What was accepted without an effect."""

    def __init__(
        self,
        static: Mapping[str, str] = _NOTHING,
        dynamic_default: Mapping[str, str] = _NOTHING,
        dynamic_broker: Mapping[str, str] = _NOTHING,
        *,
        warnings: tuple[str, ...] = (),
        notes: tuple[str, ...] = (),
    ) -> None:
        values: dict[str, ConfigValue] = {key.name: key.default for key in BROKER_KEYS.values()}
        set_values: dict[str, ConfigValue] = {}
        for name, text in static.items():
            set_values[name] = BROKER_KEYS[name].parse(text)
        complaints = list(warnings)
        for layer in (dynamic_default, dynamic_broker):
            complaints.extend(_overlay(layer, set_values))
        values.update(set_values)
        _settle_families(values, set_values)
        self._values = values
        attributes = self.__dict__
        for name, value in values.items():
            attributes[name.replace(".", "_")] = value
        attributes.update(
            static=dict(static),
            dynamic_default=dict(dynamic_default),
            dynamic_broker=dict(dynamic_broker),
            warnings=tuple(complaints),
            notes=notes,
        )
        attributes.update(_derive(self))
        attributes["_frozen"] = True

    @classmethod
    def load(
        cls, properties: Mapping[str, str] = _NOTHING, overrides: Mapping[str, str] = _NOTHING
    ) -> BrokerConfig:
        """Build the settings from a file's text values and the command line's, which win.

        Unknown keys become warnings; a bad value raises ConfigError.
        """
        given = {**properties, **overrides}
        static = {name: text for name, text in given.items() if name in BROKER_KEYS}
        unknown = [name for name in given if name not in BROKER_KEYS and not _is_foreign(name)]
        without_effect = sorted(
            name
            for name in given
            if _is_foreign(name)
            or (name in BROKER_KEYS and INERT_REMARK in BROKER_KEYS[name].documentation)
        )
        notes: tuple[str, ...] = ()
        if without_effect:
            notes = (f"accepted without effect: {', '.join(without_effect)}",)
        return cls(static, warnings=tuple(map(_unknown_key, unknown)), notes=notes)

    def with_dynamic(
        self, cluster_default: Mapping[str, str], this_broker: Mapping[str, str]
    ) -> BrokerConfig:
        """Return the settings with these dynamic values in place of the present ones.

        A dynamic value that cannot be used (written by another version) is left out with a
        warning: it must not keep a broker from running.
        """
        layers = (dict(cluster_default), dict(this_broker))
        complaints: list[str] = []
        while True:
            try:
                config = BrokerConfig(
                    self.static, *layers, warnings=tuple(complaints), notes=self.notes
                )
            except ConfigError as error:
                # Values that are fine alone may not fit the others.
                if not any(layer.pop(error.key, None) for layer in layers):
                    raise
                complaints.append(f"dynamic value left out: {error}")
            else:
                return config

    @property
    def may_be_controller(self) -> bool:
        """Whether this node stands for election in its cluster."""
        return self.process_roles is None or CONTROLLER_ROLE in self.process_roles

    def __getitem__(self, key: str) -> ConfigValue:
        return self._values[key]

    def __setattr__(self, name: str, value: object) -> None:
        if "_frozen" in self.__dict__:
            raise AttributeError(f"settings are frozen: {name}")
        super().__setattr__(name, value)


def _overlay(layer: Mapping[str, str], values: dict[str, ConfigValue]) -> list[str]:
    """Put the dynamic texts of `layer` over `values`; return what was wrong with them."""
    complaints = []
    for name, text in layer.items():
        key = BROKER_KEYS.get(name)
        if key is None or key.mode is UpdateMode.READ_ONLY:
            continue
        try:
            values[name] = key.parse(text)
        except ConfigError as error:
            complaints.append(f"dynamic value left out: {error}")
    return complaints


def _settle_families(values: dict[str, ConfigValue], set_values: Mapping[str, ConfigValue]) -> None:
    """Give the finest spelling of each family the value that holds."""
    for finest, family in BROKER_FAMILIES.items():
        chosen = next((s for s in family if set_values.get(s.name) is not None), None)
        if chosen is None:
            # Unset: the member that has a default stands for the family.
            chosen = next(s for s in family if values[s.name] is not None)
        value = values[chosen.name]
        if isinstance(value, int) and value > 0:
            value *= chosen.factor
        values[finest] = value


def _derive(config: BrokerConfig) -> dict[str, object]:
    """Check what concerns several keys and return the attributes that are computed from them."""
    controller_names = _words(config["controller.listener.names"])
    protocols = parse_protocol_map(config.listener_security_protocol_map)
    endpoints = parse_listeners(config.listeners, protocols, controller_names)
    names = [endpoint.name for endpoint in endpoints]
    inter_broker = config.inter_broker_listener_name
    if inter_broker is not None and inter_broker.upper() not in names:
        raise ConfigError(
            "inter.broker.listener.name", inter_broker, f"it must be one of {', '.join(names)}"
        )
    if config.replica_fetch_wait_max_ms > config.replica_lag_time_max_ms:
        raise ConfigError(
            "replica.fetch.wait.max.ms",
            config.replica_fetch_wait_max_ms,
            "it must not exceed replica.lag.time.max.ms, or followers would leave the ISR",
        )
    if config.broker_heartbeat_interval_ms >= config.broker_session_timeout_ms:
        raise ConfigError(
            "broker.heartbeat.interval.ms",
            config.broker_heartbeat_interval_ms,
            f"it must be less than broker.session.timeout.ms ({config.broker_session_timeout_ms}),"
            " or brokers would be fenced between two signs of life",
        )
    if config.process_roles is not None and BROKER_ROLE not in config.process_roles:
        raise ConfigError(
            "process.roles",
            ",".join(config.process_roles),
            "every node is a broker: write broker, or broker,controller",
        )
    if not config.log_dirs or not all(config.log_dirs):
        raise ConfigError("log.dirs", ",".join(config.log_dirs), "it must name folders")
    return {
        "endpoints": endpoints,
        "advertised": parse_advertised(
            config.advertised_listeners or (), endpoints, controller_names
        ),
        "connections_per_ip_overrides": _parse_overrides(config.max_connections_per_ip_overrides),
    }


def _words(value: ConfigValue) -> tuple[str, ...]:
    return value if isinstance(value, tuple) else ()


def _parse_overrides(text: str) -> dict[str, int]:
    key = "max.connections.per.ip.overrides"
    overrides = {}
    for item in filter(None, (part.strip() for part in text.split(","))):
        host, colon, limit = item.rpartition(":")
        if not (host and colon and limit.isascii() and limit.isdigit()):
            raise ConfigError(key, text, f"{item!r} must read HOST:NUMBER")
        overrides[host] = int(limit)
    return overrides


def _is_foreign(name: str) -> bool:
    return name in RETIRED_KEYS or name.startswith(FOREIGN_PREFIXES)


def _unknown_key(name: str) -> str:
    near = nearest_name(name, BROKER_KEYS)
    hint = f"; did you mean {near}?" if near else ""
    return f"unknown configuration key {name} is ignored{hint}"
