# SPDX-License-Identifier: Apache-2.0
"""TxnOffsetCommit (key 28): store how far a group has read, as part of a transaction.

Versions 0-5: v2 leader epoch · v3 flexible, generation, member and group_instance_id (KIP-447) · v4
TRANSACTION_ABORTABLE · v5 the offsets' partition becomes part of the transaction by itself
(KIP-890).
The transaction coordinator is asked first, unless the partition knows the transaction already.
Answers by partition: UNKNOWN_TOPIC_OR_PARTITION, OFFSET_METADATA_TOO_LARGE; and with the same code
for all: NOT_COORDINATOR, COORDINATOR_LOAD_IN_PROGRESS, COORDINATOR_NOT_AVAILABLE,
CONCURRENT_TRANSACTIONS while the transaction before completes, INVALID_GROUP_ID, UNKNOWN_MEMBER_ID,
FENCED_INSTANCE_ID, ILLEGAL_GENERATION, INVALID_PRODUCER_ID_MAPPING, INVALID_PRODUCER_EPOCH,
INVALID_TXN_STATE, TRANSACTION_ABORTABLE.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ottla.broker.handlers.offset_commit import take_out_unknown
from ottla.broker.transaction_admission import IMPLICIT_ADD_FROM, Question, TransactionAdmission
from ottla.controller.topic_names import CONSUMER_OFFSETS
from ottla.coordinators.group.commit_request import (
    CommitRequest,
    CommitResponse,
    TxnCommitResponse,
)
from ottla.coordinators.pending import Pending, outcome_of
from ottla.coordinators.ports import ProducerIdentity
from ottla.coordinators.transaction.client_errors import offset_commit_error
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.txn_offset_commit import TxnOffsetCommitRequest

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext
    from ottla.broker.transaction_admission import Refusals

VERSIONS = range(6)
REQUEST = TxnOffsetCommitRequest

_PRODUCE_VERSION_LIKE = (
    IMPLICIT_ADD_FROM - 2,
    IMPLICIT_ADD_FROM - 2,
    IMPLICIT_ADD_FROM - 2,
    IMPLICIT_ADD_FROM - 2,
    IMPLICIT_ADD_FROM - 1,
    IMPLICIT_ADD_FROM,
)
"""The version of Produce that stands for the same step of KIP-890, by our version."""


def handle(request: TxnOffsetCommitRequest, context: RequestContext) -> Pending[CommitResponse]:
    """Commit offsets of the partitions that exist, once the producer is admitted."""
    version = context.header.api_version
    groups, services = context.services.groups, context.services
    commit = CommitRequest.of_transaction(request)
    producer = ProducerIdentity(request.producer_id, request.producer_epoch)
    unknown = take_out_unknown(commit, services.image, has_ids=False)
    if not commit.topics:
        return Pending.of(TxnCommitResponse(unknown))

    def proceed(_: None) -> Pending[CommitResponse]:
        return groups.commit_offsets_in_transaction(commit, producer, version, services.moment())

    answer = outcome_of(
        lambda: _admit(request.transactional_id, commit.group_id, producer, context)
    )
    committed = answer.followed_by(proceed).otherwise(
        lambda error: TxnCommitResponse.refusing(commit.topics, error.code)
    )
    return committed.then(lambda response: response.joined(unknown)) if unknown else committed


def _admit(
    transactional_id: str, group_id: str, producer: ProducerIdentity, context: RequestContext
) -> Pending[None]:
    """See to it that the group's partition is part of the producer's transaction."""
    services = context.services
    if not group_id:
        raise ApiError(ErrorCode.INVALID_GROUP_ID)
    partition = services.replicas.get(CONSUMER_OFFSETS, services.groups.partition_for(group_id))
    if partition is None:
        raise ApiError(ErrorCode.NOT_COORDINATOR)
    version = context.header.api_version
    if partition.verifications.is_verified(*producer):
        return Pending.of(None)
    verification = partition.verifications.begin(*producer)
    return (
        TransactionAdmission(services)
        .ask(
            transactional_id,
            [Question(partition, producer, verification)],
            _PRODUCE_VERSION_LIKE[version],
            lambda code, _: offset_commit_error(code, version),
        )
        .followed_by(_unless_refused)
    )


def _unless_refused(refusals: Refusals) -> Pending[None]:
    for refusal in refusals.values():
        raise refusal
    return Pending.of(None)
