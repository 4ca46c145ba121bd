# SPDX-License-Identifier: Apache-2.0
"""The table of APIs: number, versions that Kafka 4.3 serves, first flexible version.

"Flexible" (KIP-482) versions have compact lengths and tagged fields, and with them come the newer
headers. The one exception: answers to ApiVersions always carry the oldest header, so that a client
which asked in a version we do not know can still read the refusal.

Callers: headers, dispatch, ApiVersions. What Ottla itself serves is decided by the handler table;
this one says what exists. The keys 4 to 7 belonged to Kafka's ZooKeeper mode and are gone.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Self

from ottla.protocol.errors import WireError


class ApiKey(IntEnum):
    """The int16 at the start of each request."""

    versions: range
    """The stable versions of Kafka 4.3."""

    flexible_from: int | None
    """The first flexible version; None for the few APIs that stay classic."""

    def __new__(cls, key: int, versions: range, flexible_from: int | None) -> Self:
        """Hang versions on the plain number."""
        member = int.__new__(cls, key)
        member._value_ = key
        member.versions = versions
        member.flexible_from = flexible_from
        return member

    PRODUCE = 0, range(3, 14), 9
    FETCH = 1, range(4, 19), 12
    LIST_OFFSETS = 2, range(1, 12), 6
    METADATA = 3, range(0, 14), 9
    OFFSET_COMMIT = 8, range(2, 11), 8
    OFFSET_FETCH = 9, range(1, 11), 6
    FIND_COORDINATOR = 10, range(0, 7), 3
    JOIN_GROUP = 11, range(0, 10), 6
    HEARTBEAT = 12, range(0, 5), 4
    LEAVE_GROUP = 13, range(0, 6), 4
    SYNC_GROUP = 14, range(0, 6), 4
    DESCRIBE_GROUPS = 15, range(0, 7), 5
    LIST_GROUPS = 16, range(0, 6), 3
    SASL_HANDSHAKE = 17, range(0, 2), None
    API_VERSIONS = 18, range(0, 5), 3
    CREATE_TOPICS = 19, range(2, 8), 5
    DELETE_TOPICS = 20, range(1, 7), 4
    DELETE_RECORDS = 21, range(0, 3), 2
    INIT_PRODUCER_ID = 22, range(0, 6), 2
    OFFSET_FOR_LEADER_EPOCH = 23, range(2, 5), 4
    ADD_PARTITIONS_TO_TXN = 24, range(0, 6), 3
    ADD_OFFSETS_TO_TXN = 25, range(0, 5), 3
    END_TXN = 26, range(0, 6), 3
    WRITE_TXN_MARKERS = 27, range(1, 3), 1
    TXN_OFFSET_COMMIT = 28, range(0, 6), 3
    DESCRIBE_ACLS = 29, range(1, 4), 2
    CREATE_ACLS = 30, range(1, 4), 2
    DELETE_ACLS = 31, range(1, 4), 2
    DESCRIBE_CONFIGS = 32, range(1, 5), 4
    ALTER_CONFIGS = 33, range(0, 3), 2
    ALTER_REPLICA_LOG_DIRS = 34, range(1, 3), 2
    DESCRIBE_LOG_DIRS = 35, range(1, 6), 2
    SASL_AUTHENTICATE = 36, range(0, 3), 2
    CREATE_PARTITIONS = 37, range(0, 4), 2
    CREATE_DELEGATION_TOKEN = 38, range(1, 4), 2
    RENEW_DELEGATION_TOKEN = 39, range(1, 3), 2
    EXPIRE_DELEGATION_TOKEN = 40, range(1, 3), 2
    DESCRIBE_DELEGATION_TOKEN = 41, range(1, 4), 2
    DELETE_GROUPS = 42, range(0, 3), 2
    ELECT_LEADERS = 43, range(0, 3), 2
    INCREMENTAL_ALTER_CONFIGS = 44, range(0, 2), 1
    ALTER_PARTITION_REASSIGNMENTS = 45, range(0, 2), 0
    LIST_PARTITION_REASSIGNMENTS = 46, range(0, 1), 0
    OFFSET_DELETE = 47, range(0, 1), None
    DESCRIBE_CLIENT_QUOTAS = 48, range(0, 2), 1
    ALTER_CLIENT_QUOTAS = 49, range(0, 2), 1
    DESCRIBE_USER_SCRAM_CREDENTIALS = 50, range(0, 1), 0
    ALTER_USER_SCRAM_CREDENTIALS = 51, range(0, 1), 0
    VOTE = 52, range(0, 3), 0
    BEGIN_QUORUM_EPOCH = 53, range(0, 2), 1
    END_QUORUM_EPOCH = 54, range(0, 2), 1
    DESCRIBE_QUORUM = 55, range(0, 3), 0
    ALTER_PARTITION = 56, range(2, 4), 0
    UPDATE_FEATURES = 57, range(0, 3), 0
    ENVELOPE = 58, range(0, 1), 0
    FETCH_SNAPSHOT = 59, range(0, 2), 0
    DESCRIBE_CLUSTER = 60, range(0, 3), 0
    DESCRIBE_PRODUCERS = 61, range(0, 1), 0
    BROKER_REGISTRATION = 62, range(0, 5), 0
    BROKER_HEARTBEAT = 63, range(0, 3), 0
    UNREGISTER_BROKER = 64, range(0, 1), 0
    DESCRIBE_TRANSACTIONS = 65, range(0, 1), 0
    LIST_TRANSACTIONS = 66, range(0, 3), 0
    ALLOCATE_PRODUCER_IDS = 67, range(0, 1), 0
    CONSUMER_GROUP_HEARTBEAT = 68, range(0, 2), 0
    CONSUMER_GROUP_DESCRIBE = 69, range(0, 2), 0
    CONTROLLER_REGISTRATION = 70, range(0, 1), 0
    GET_TELEMETRY_SUBSCRIPTIONS = 71, range(0, 1), 0
    PUSH_TELEMETRY = 72, range(0, 1), 0
    ASSIGN_REPLICAS_TO_DIRS = 73, range(0, 1), 0
    LIST_CONFIG_RESOURCES = 74, range(0, 2), 0
    DESCRIBE_TOPIC_PARTITIONS = 75, range(0, 1), 0
    SHARE_GROUP_HEARTBEAT = 76, range(1, 2), 0
    SHARE_GROUP_DESCRIBE = 77, range(1, 2), 0
    SHARE_FETCH = 78, range(1, 3), 0
    SHARE_ACKNOWLEDGE = 79, range(1, 3), 0
    ADD_RAFT_VOTER = 80, range(0, 2), 0
    REMOVE_RAFT_VOTER = 81, range(0, 1), 0
    UPDATE_RAFT_VOTER = 82, range(0, 1), 0
    INITIALIZE_SHARE_GROUP_STATE = 83, range(0, 1), 0
    READ_SHARE_GROUP_STATE = 84, range(0, 1), 0
    WRITE_SHARE_GROUP_STATE = 85, range(0, 2), 0
    DELETE_SHARE_GROUP_STATE = 86, range(0, 1), 0
    READ_SHARE_GROUP_STATE_SUMMARY = 87, range(0, 2), 0
    STREAMS_GROUP_HEARTBEAT = 88, range(0, 1), 0
    STREAMS_GROUP_DESCRIBE = 89, range(0, 1), 0
    DESCRIBE_SHARE_GROUP_OFFSETS = 90, range(0, 2), 0
    ALTER_SHARE_GROUP_OFFSETS = 91, range(0, 1), 0
    DELETE_SHARE_GROUP_OFFSETS = 92, range(0, 1), 0


_NEVER = 1 << 15
"""Above every int16: the first flexible version of an API that has none."""

_FLEXIBLE_FROM = {
    int(key): _NEVER if key.flexible_from is None else key.flexible_from for key in ApiKey
}


def is_flexible(api_key: int, version: int) -> bool:
    """Return whether this version has compact lengths and tagged fields.

    Raises WireError for a key that no API has: nothing behind it can be understood.
    """
    flexible_from = _FLEXIBLE_FROM.get(api_key)
    if flexible_from is None:
        raise WireError(f"no API has the key {api_key}")
    return version >= flexible_from


def request_header_version(api_key: int, version: int) -> int:
    """Return 2 (with tagged fields) for flexible versions, 1 for the others."""
    return 2 if is_flexible(api_key, version) else 1


def response_header_version(api_key: int, version: int) -> int:
    """Return 1 (with tagged fields) for flexible versions except ApiVersions, 0 for the others."""
    return 1 if is_flexible(api_key, version) and api_key != ApiKey.API_VERSIONS else 0
