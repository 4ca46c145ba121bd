# SPDX-License-Identifier: Apache-2.0
"""Kafka's error codes, and the two exceptions that carry the protocol's bad news.

`ApiError` is an answer: the request was understood and is refused with a code. `WireError` is the
end of a conversation: the bytes are not the protocol, and the connection is closed. A decoder that
raises anything but `WireError` on foreign bytes has a bug.

Codes, names and retry behaviour are Kafka 4.3's; the sentences are ours and fit for users.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final, Self

from ottla.base.errors import OttlaError

_FINAL: Final = 0
"""Sending the same request again gives the same answer."""

_RETRIABLE: Final = 1
"""The same request may succeed later."""

_REFRESH: Final = 2
"""The same request may succeed later, once the sender has fresh metadata."""


class ErrorCode(IntEnum):
    """What an int16 in a response means. NONE is success.

    A code that a newer peer invented reads as UNKNOWN_SERVER_ERROR, so that a client still knows
    that its request failed.
    """

    retriable: bool
    """Whether the same request may succeed later."""

    refresh_metadata: bool
    """Whether the sender should first ask again where partitions live."""

    description: str
    """One sentence for people."""

    def __new__(cls, code: int, retry: int, description: str) -> Self:
        """Hang retry behaviour and sentence on the plain number."""
        member = int.__new__(cls, code)
        member._value_ = code
        member.retriable = retry != _FINAL
        member.refresh_metadata = retry == _REFRESH
        member.description = description
        return member

    @classmethod
    def of(cls, code: int) -> ErrorCode:
        """Return the member for an int16 of a response, whoever invented it."""
        return cls(code)  # type: ignore[call-arg]  # mypy takes __new__ for the look-up

    @classmethod
    def _missing_(cls, value: object) -> ErrorCode | None:
        return cls.UNKNOWN_SERVER_ERROR if isinstance(value, int) else None

    UNKNOWN_SERVER_ERROR = -1, _FINAL, "The broker failed in a way that no other code describes."
    NONE = 0, _FINAL, "No error."
    OFFSET_OUT_OF_RANGE = 1, _FINAL, "The partition holds no record at this offset."
    CORRUPT_MESSAGE = 2, _RETRIABLE, "A record batch is damaged: checksum, size or layout is wrong."
    UNKNOWN_TOPIC_OR_PARTITION = 3, _REFRESH, "This broker has no such topic or partition."
    INVALID_FETCH_SIZE = 4, _FINAL, "The number of bytes asked for makes no sense."
    LEADER_NOT_AVAILABLE = 5, _REFRESH, "The partition has no leader at the moment."
    NOT_LEADER_OR_FOLLOWER = 6, _REFRESH, "This broker neither leads nor follows the partition."
    REQUEST_TIMED_OUT = 7, _RETRIABLE, "The request was not completed in the time it allowed."
    BROKER_NOT_AVAILABLE = 8, _FINAL, "The broker cannot be reached."
    REPLICA_NOT_AVAILABLE = 9, _REFRESH, "The replica that was asked for is not available."
    MESSAGE_TOO_LARGE = 10, _FINAL, "A record batch is larger than the topic allows."
    STALE_CONTROLLER_EPOCH = 11, _FINAL, "Another broker has become the controller meanwhile."
    OFFSET_METADATA_TOO_LARGE = 12, _FINAL, "The text stored with a committed offset is too long."
    NETWORK_EXCEPTION = 13, _REFRESH, "The connection broke before the answer came."
    COORDINATOR_LOAD_IN_PROGRESS = 14, _RETRIABLE, "The coordinator is still reading its log."
    COORDINATOR_NOT_AVAILABLE = 15, _RETRIABLE, "No coordinator is available at the moment."
    NOT_COORDINATOR = 16, _RETRIABLE, "Another broker coordinates this group or transaction."
    INVALID_TOPIC_EXCEPTION = (
        17,
        _FINAL,
        "The topic's name is not allowed, or clients may not use it.",
    )
    RECORD_LIST_TOO_LARGE = 18, _FINAL, "A record batch does not fit into one log segment."
    NOT_ENOUGH_REPLICAS = 19, _RETRIABLE, "Too few in-sync replicas; nothing was written."
    NOT_ENOUGH_REPLICAS_AFTER_APPEND = (
        20,
        _RETRIABLE,
        "The records were written, but by fewer in-sync replicas than required.",
    )
    INVALID_REQUIRED_ACKS = 21, _FINAL, "The acks value must be -1, 0 or 1."
    ILLEGAL_GENERATION = 22, _FINAL, "The group is in another generation than the member believes."
    INCONSISTENT_GROUP_PROTOCOL = (
        23,
        _FINAL,
        "The member shares no protocol with the rest of the group.",
    )
    INVALID_GROUP_ID = 24, _FINAL, "The group's name is not allowed."
    UNKNOWN_MEMBER_ID = 25, _FINAL, "The group has no member with this id."
    INVALID_SESSION_TIMEOUT = 26, _FINAL, "The session timeout is outside the broker's limits."
    REBALANCE_IN_PROGRESS = 27, _FINAL, "The group is rebalancing; the member has to join again."
    INVALID_COMMIT_OFFSET_SIZE = 28, _FINAL, "The offsets to commit do not fit into one batch."
    TOPIC_AUTHORIZATION_FAILED = 29, _FINAL, "The user has no right to do this with the topic."
    GROUP_AUTHORIZATION_FAILED = 30, _FINAL, "The user has no right to do this with the group."
    CLUSTER_AUTHORIZATION_FAILED = 31, _FINAL, "The user has no right to do this in the cluster."
    INVALID_TIMESTAMP = 32, _FINAL, "A record's timestamp is outside the range the topic accepts."
    UNSUPPORTED_SASL_MECHANISM = 33, _FINAL, "The listener does not offer this SASL mechanism."
    ILLEGAL_SASL_STATE = 34, _FINAL, "The request does not fit the state of authentication."
    UNSUPPORTED_VERSION = 35, _FINAL, "The broker does not speak this version of the API."
    TOPIC_ALREADY_EXISTS = 36, _FINAL, "A topic of this name exists already."
    INVALID_PARTITIONS = 37, _FINAL, "The number of partitions is not allowed."
    INVALID_REPLICATION_FACTOR = (
        38,
        _FINAL,
        "The replication factor is below 1 or above the number of brokers.",
    )
    INVALID_REPLICA_ASSIGNMENT = 39, _FINAL, "The brokers assigned to a partition are not usable."
    INVALID_CONFIG = (
        40,
        _FINAL,
        "A configuration has an unknown name or a value that is not allowed.",
    )
    NOT_CONTROLLER = 41, _RETRIABLE, "This broker is not the controller."
    INVALID_REQUEST = 42, _FINAL, "The request contradicts itself or its API's rules."
    UNSUPPORTED_FOR_MESSAGE_FORMAT = 43, _FINAL, "The record format in use cannot do this."
    POLICY_VIOLATION = 44, _FINAL, "The broker's policy forbids this."
    OUT_OF_ORDER_SEQUENCE_NUMBER = (
        45,
        _FINAL,
        "The producer's sequence number does not follow the last one: a batch is missing.",
    )
    DUPLICATE_SEQUENCE_NUMBER = 46, _FINAL, "The producer's batch was written long before."
    INVALID_PRODUCER_EPOCH = 47, _FINAL, "A newer instance of the producer has taken over."
    INVALID_TXN_STATE = 48, _FINAL, "The transaction's state does not permit this step."
    INVALID_PRODUCER_ID_MAPPING = (
        49,
        _FINAL,
        "The producer id does not belong to this transactional id.",
    )
    INVALID_TRANSACTION_TIMEOUT = 50, _FINAL, "The transaction timeout exceeds the broker's limit."
    CONCURRENT_TRANSACTIONS = (
        51,
        _RETRIABLE,
        "The previous step of this transactional id is still being completed.",
    )
    TRANSACTION_COORDINATOR_FENCED = (
        52,
        _FINAL,
        "Another broker has become the transaction's coordinator.",
    )
    TRANSACTIONAL_ID_AUTHORIZATION_FAILED = (
        53,
        _FINAL,
        "The user has no right to this transactional id.",
    )
    SECURITY_DISABLED = 54, _FINAL, "The broker has no authorizer, so there are no rules to manage."
    OPERATION_NOT_ATTEMPTED = 55, _FINAL, "Another part of the request failed first."
    KAFKA_STORAGE_ERROR = 56, _REFRESH, "The broker's disk failed."
    LOG_DIR_NOT_FOUND = 57, _FINAL, "The broker has no such log directory."
    SASL_AUTHENTICATION_FAILED = 58, _FINAL, "The credentials were refused."
    UNKNOWN_PRODUCER_ID = 59, _FINAL, "The partition remembers nothing of this producer."
    REASSIGNMENT_IN_PROGRESS = 60, _FINAL, "The partition is being moved to other brokers."
    DELEGATION_TOKEN_AUTH_DISABLED = 61, _FINAL, "Delegation tokens are switched off."
    DELEGATION_TOKEN_NOT_FOUND = 62, _FINAL, "There is no such delegation token."
    DELEGATION_TOKEN_OWNER_MISMATCH = (
        63,
        _FINAL,
        "The user is neither owner nor renewer of the token.",
    )
    DELEGATION_TOKEN_REQUEST_NOT_ALLOWED = (
        64,
        _FINAL,
        "Tokens are not handed out over this kind of connection.",
    )
    DELEGATION_TOKEN_AUTHORIZATION_FAILED = 65, _FINAL, "The user has no right to the token."
    DELEGATION_TOKEN_EXPIRED = 66, _FINAL, "The delegation token has expired."
    INVALID_PRINCIPAL_TYPE = 67, _FINAL, "This kind of principal is not supported here."
    NON_EMPTY_GROUP = 68, _FINAL, "The group still has members."
    GROUP_ID_NOT_FOUND = 69, _FINAL, "There is no group of this name."
    FETCH_SESSION_ID_NOT_FOUND = 70, _RETRIABLE, "The broker has dropped this fetch session."
    INVALID_FETCH_SESSION_EPOCH = 71, _RETRIABLE, "The fetch session is at another epoch."
    LISTENER_NOT_FOUND = (
        72,
        _REFRESH,
        "The partition's leader has no listener of the name that this request came in by.",
    )
    TOPIC_DELETION_DISABLED = 73, _FINAL, "The broker is configured not to delete topics."
    FENCED_LEADER_EPOCH = 74, _REFRESH, "The sender knows an older leader of the partition."
    UNKNOWN_LEADER_EPOCH = 75, _RETRIABLE, "The sender knows a newer leader than this broker does."
    UNSUPPORTED_COMPRESSION_TYPE = 76, _FINAL, "This version cannot carry the codec in use."
    STALE_BROKER_EPOCH = 77, _FINAL, "The broker has registered again since it sent this."
    OFFSET_NOT_AVAILABLE = (
        78,
        _RETRIABLE,
        "The new leader does not yet know how far the log is committed.",
    )
    MEMBER_ID_REQUIRED = 79, _FINAL, "The member has to join again with the id it was given."
    PREFERRED_LEADER_NOT_AVAILABLE = 80, _REFRESH, "The preferred leader is not available."
    GROUP_MAX_SIZE_REACHED = 81, _FINAL, "The group accepts no more members."
    FENCED_INSTANCE_ID = (
        82,
        _FINAL,
        "Another member has taken over this group instance id.",
    )
    ELIGIBLE_LEADERS_NOT_AVAILABLE = 83, _REFRESH, "No replica may become the leader now."
    ELECTION_NOT_NEEDED = 84, _REFRESH, "The partition already has the leader it should have."
    NO_REASSIGNMENT_IN_PROGRESS = 85, _FINAL, "The partition is not being moved."
    GROUP_SUBSCRIBED_TO_TOPIC = 86, _FINAL, "The group still reads the topic."
    INVALID_RECORD = 87, _FINAL, "A record breaks a rule of its topic."
    UNSTABLE_OFFSET_COMMIT = (
        88,
        _RETRIABLE,
        "A transaction with offsets of this group has not been completed yet.",
    )
    THROTTLING_QUOTA_EXCEEDED = 89, _RETRIABLE, "The user's quota is used up for now."
    PRODUCER_FENCED = 90, _FINAL, "A newer producer uses the same transactional id."
    RESOURCE_NOT_FOUND = 91, _FINAL, "The request names something that does not exist."
    DUPLICATE_RESOURCE = 92, _FINAL, "The request names the same thing twice."
    UNACCEPTABLE_CREDENTIAL = 93, _FINAL, "The credential does not meet the broker's conditions."
    INCONSISTENT_VOTER_SET = 94, _FINAL, "Sender and receiver disagree on who votes."
    INVALID_UPDATE_VERSION = 95, _FINAL, "The feature cannot be set to this level."
    FEATURE_UPDATE_FAILED = 96, _FINAL, "The feature levels could not be stored."
    PRINCIPAL_DESERIALIZATION_FAILURE = (
        97,
        _FINAL,
        "The user inside a forwarded request could not be read.",
    )
    SNAPSHOT_NOT_FOUND = 98, _FINAL, "There is no such snapshot of the metadata."
    POSITION_OUT_OF_RANGE = 99, _FINAL, "The position lies outside the snapshot."
    UNKNOWN_TOPIC_ID = 100, _REFRESH, "This broker has no topic with this identifier."
    DUPLICATE_BROKER_REGISTRATION = 101, _FINAL, "A live broker already uses this id."
    BROKER_ID_NOT_REGISTERED = 102, _FINAL, "No broker has registered with this id."
    INCONSISTENT_TOPIC_ID = 103, _REFRESH, "The topic has another identifier: it was made anew."
    INCONSISTENT_CLUSTER_ID = 104, _FINAL, "The request was meant for another cluster."
    TRANSACTIONAL_ID_NOT_FOUND = 105, _FINAL, "There is no such transactional id."
    FETCH_SESSION_TOPIC_ID_ERROR = (
        106,
        _RETRIABLE,
        "The fetch session changed between topic names and topic identifiers.",
    )
    INELIGIBLE_REPLICA = 107, _FINAL, "A broker in the new in-sync set may not be in it."
    NEW_LEADER_ELECTED = 108, _FINAL, "The change was made and led to another leader."
    OFFSET_MOVED_TO_TIERED_STORAGE = 109, _FINAL, "The offset is only in remote storage."
    FENCED_MEMBER_EPOCH = (
        110,
        _FINAL,
        "The member's epoch is over: it must give up its partitions and join again.",
    )
    UNRELEASED_INSTANCE_ID = 111, _FINAL, "Another member still holds this group instance id."
    UNSUPPORTED_ASSIGNOR = 112, _FINAL, "The group cannot use this assignor."
    STALE_MEMBER_EPOCH = 113, _FINAL, "The member has to learn its new epoch by a heartbeat first."
    MISMATCHED_ENDPOINT_TYPE = 114, _FINAL, "The request came to the wrong kind of endpoint."
    UNSUPPORTED_ENDPOINT_TYPE = 115, _FINAL, "This kind of endpoint is not supported."
    UNKNOWN_CONTROLLER_ID = 116, _FINAL, "There is no controller with this id."
    UNKNOWN_SUBSCRIPTION_ID = 117, _FINAL, "The telemetry subscription is unknown or outdated."
    TELEMETRY_TOO_LARGE = 118, _FINAL, "The pushed metrics are larger than the broker accepts."
    INVALID_REGISTRATION = 119, _FINAL, "The controller refuses the broker's registration."
    TRANSACTION_ABORTABLE = (
        120,
        _FINAL,
        "The transaction has failed; abort it and go on with the same producer.",
    )
    INVALID_RECORD_STATE = 121, _FINAL, "The record is not in a state that can be acknowledged."
    SHARE_SESSION_NOT_FOUND = 122, _RETRIABLE, "The broker has dropped this share session."
    INVALID_SHARE_SESSION_EPOCH = 123, _RETRIABLE, "The share session is at another epoch."
    FENCED_STATE_EPOCH = 124, _FINAL, "The share group's state has moved to a newer epoch."
    INVALID_VOTER_KEY = 125, _FINAL, "The request was meant for another replica of the quorum."
    DUPLICATE_VOTER = 126, _FINAL, "The replica already votes."
    VOTER_NOT_FOUND = 127, _FINAL, "The replica does not vote."
    INVALID_REGULAR_EXPRESSION = 128, _FINAL, "The regular expression cannot be used."
    REBOOTSTRAP_REQUIRED = (
        129,
        _FINAL,
        "The client's picture of the cluster is useless; it should start from its first addresses.",
    )
    STREAMS_INVALID_TOPOLOGY = 130, _FINAL, "The topology cannot be run."
    STREAMS_INVALID_TOPOLOGY_EPOCH = 131, _FINAL, "The topology epoch is not the expected one."
    STREAMS_TOPOLOGY_FENCED = 132, _FINAL, "The group runs a newer topology."
    SHARE_SESSION_LIMIT_REACHED = (
        133,
        _RETRIABLE,
        "The broker has no room for another share session.",
    )


class ApiError(OttlaError):
    """A request that is refused as a whole; the answer carries `code`.

    Outcomes of single partitions or topics are values in the response, not exceptions.
    """

    def __init__(self, code: ErrorCode, message: str | None = None) -> None:
        super().__init__(code, message)
        self.code = code
        self.retriable = code.retriable
        self.message = message
        """A text for the response's error message, more specific than the code's; may be None."""

    def __str__(self) -> str:
        return f"{self.code.name}: {self.message or self.code.description}"


class WireError(OttlaError):
    """The peer's bytes are not the protocol; its connection cannot be used any longer."""
