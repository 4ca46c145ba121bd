# SPDX-License-Identifier: Apache-2.0
"""One file for each API, found by name; this table says which are served, and in which versions.

ApiVersions, the dispatcher and `docs/protocol-support.md` come from it. A handler module is
imported when its first request arrives, which keeps the start of a broker short. It offers

    VERSIONS   the same range as its row here
    REQUEST    the generated class of its request
    handle     (request, context) -> response, plain or async

Produce and Fetch have rows only: the dispatcher takes them by the data plane's road.
"""

from __future__ import annotations

from typing import NamedTuple

from ottla.protocol.api_keys import ApiKey


class Handler(NamedTuple):
    """A row: where an API is answered, and in which versions."""

    key: ApiKey
    versions: range
    module: str
    advertised_from: int | None = None  # lowest version that ApiVersions claims, when it differs
    is_forwarded: bool = False
    """Carried out by the controller, wherever the client sent it (see `forwarding`)."""
    is_between_brokers: bool = False
    """Served only by brokers of a cluster, and meant for other brokers."""


HANDLERS: tuple[Handler, ...] = (
    # Versions 0 to 2 of Produce are refused and yet advertised: librdkafka takes a broker that
    # does not name them for one that cannot compress (KAFKA-18659).
    Handler(ApiKey.PRODUCE, range(3, 14), "produce", advertised_from=0),
    Handler(ApiKey.FETCH, range(4, 19), "fetch"),
    Handler(ApiKey.LIST_OFFSETS, range(1, 12), "list_offsets"),
    Handler(ApiKey.METADATA, range(14), "metadata"),
    Handler(ApiKey.OFFSET_COMMIT, range(2, 11), "offset_commit"),
    Handler(ApiKey.OFFSET_FETCH, range(1, 11), "offset_fetch"),
    Handler(ApiKey.FIND_COORDINATOR, range(7), "find_coordinator"),
    Handler(ApiKey.JOIN_GROUP, range(10), "join_group"),
    Handler(ApiKey.HEARTBEAT, range(5), "heartbeat"),
    Handler(ApiKey.LEAVE_GROUP, range(6), "leave_group"),
    Handler(ApiKey.SYNC_GROUP, range(6), "sync_group"),
    Handler(ApiKey.DESCRIBE_GROUPS, range(7), "describe_groups"),
    Handler(ApiKey.LIST_GROUPS, range(6), "list_groups"),
    Handler(ApiKey.API_VERSIONS, range(5), "api_versions"),
    Handler(ApiKey.CREATE_TOPICS, range(2, 8), "create_topics", is_forwarded=True),
    Handler(ApiKey.DELETE_TOPICS, range(1, 7), "delete_topics", is_forwarded=True),
    Handler(ApiKey.DELETE_RECORDS, range(3), "delete_records"),
    Handler(ApiKey.INIT_PRODUCER_ID, range(6), "init_producer_id"),
    Handler(ApiKey.OFFSET_FOR_LEADER_EPOCH, range(2, 5), "offset_for_leader_epoch"),
    Handler(ApiKey.ADD_PARTITIONS_TO_TXN, range(6), "add_partitions_to_txn"),
    Handler(ApiKey.ADD_OFFSETS_TO_TXN, range(5), "add_offsets_to_txn"),
    Handler(ApiKey.END_TXN, range(6), "end_txn"),
    Handler(ApiKey.WRITE_TXN_MARKERS, range(1, 3), "write_txn_markers"),
    Handler(ApiKey.TXN_OFFSET_COMMIT, range(6), "txn_offset_commit"),
    Handler(ApiKey.DESCRIBE_CONFIGS, range(1, 5), "describe_configs"),
    Handler(ApiKey.ALTER_CONFIGS, range(3), "alter_configs", is_forwarded=True),
    Handler(ApiKey.ALTER_REPLICA_LOG_DIRS, range(1, 3), "alter_replica_log_dirs"),
    Handler(ApiKey.DESCRIBE_LOG_DIRS, range(1, 6), "describe_log_dirs"),
    Handler(ApiKey.CREATE_PARTITIONS, range(4), "create_partitions", is_forwarded=True),
    Handler(ApiKey.CONSUMER_GROUP_HEARTBEAT, range(2), "consumer_group_heartbeat"),
    Handler(ApiKey.CONSUMER_GROUP_DESCRIBE, range(2), "consumer_group_describe"),
    Handler(ApiKey.DELETE_GROUPS, range(3), "delete_groups"),
    Handler(ApiKey.ELECT_LEADERS, range(3), "elect_leaders", is_forwarded=True),
    Handler(
        ApiKey.INCREMENTAL_ALTER_CONFIGS, range(2), "incremental_alter_configs", is_forwarded=True
    ),
    Handler(
        ApiKey.ALTER_PARTITION_REASSIGNMENTS,
        range(2),
        "alter_partition_reassignments",
        is_forwarded=True,
    ),
    Handler(ApiKey.LIST_PARTITION_REASSIGNMENTS, range(1), "list_partition_reassignments"),
    Handler(ApiKey.OFFSET_DELETE, range(1), "offset_delete"),
    Handler(ApiKey.DESCRIBE_QUORUM, range(3), "describe_quorum"),
    Handler(ApiKey.ALTER_PARTITION, range(2, 4), "alter_partition", is_between_brokers=True),
    Handler(ApiKey.ENVELOPE, range(1), "envelope", is_between_brokers=True),
    Handler(ApiKey.UPDATE_FEATURES, range(3), "update_features", is_forwarded=True),
    Handler(ApiKey.DESCRIBE_CLUSTER, range(3), "describe_cluster"),
    Handler(ApiKey.DESCRIBE_PRODUCERS, range(1), "describe_producers"),
    Handler(ApiKey.BROKER_REGISTRATION, range(5), "broker_registration", is_between_brokers=True),
    Handler(ApiKey.BROKER_HEARTBEAT, range(3), "broker_heartbeat", is_between_brokers=True),
    Handler(ApiKey.UNREGISTER_BROKER, range(1), "unregister_broker", is_forwarded=True),
    Handler(ApiKey.DESCRIBE_TRANSACTIONS, range(1), "describe_transactions"),
    Handler(ApiKey.LIST_TRANSACTIONS, range(3), "list_transactions"),
    Handler(
        ApiKey.ALLOCATE_PRODUCER_IDS, range(1), "allocate_producer_ids", is_between_brokers=True
    ),
    Handler(ApiKey.LIST_CONFIG_RESOURCES, range(2), "list_config_resources"),
    Handler(ApiKey.DESCRIBE_TOPIC_PARTITIONS, range(1), "describe_topic_partitions"),
)

HANDLER_BY_KEY: dict[int, Handler] = {int(handler.key): handler for handler in HANDLERS}
