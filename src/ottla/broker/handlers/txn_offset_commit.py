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

from ottla.broker.transaction_admission import IMPLICIT_ADD_FROM, Question, TransactionAdmission
from ottla.controller.topic_names import CONSUMER_OFFSETS
from ottla.coordinators.pending import Pending, outcome_of
from ottla.coordinators.ports import ProducerIdentity
from ottla.coordinators.transaction.client_errors import offset_commit_error
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.messages.txn_offset_commit import (
    TxnOffsetCommitRequest,
    TxnOffsetCommitRequestTopic,
    TxnOffsetCommitResponse,
    TxnOffsetCommitResponsePartition,
    TxnOffsetCommitResponseTopic,
)

if TYPE_CHECKING:
    from ottla.broker.context import RequestContext
    from ottla.broker.transaction_admission import Refusals
    from ottla.metadata.image import ClusterImage

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


def handle(
    request: TxnOffsetCommitRequest, context: RequestContext
) -> Pending[TxnOffsetCommitResponse]:
    """Commit offsets of the partitions that exist, once the producer is admitted."""
    version = context.header.api_version
    groups, services = context.services.groups, context.services
    unknown = _take_out_unknown(request, context.services.image)
    if not request.topics:
        return Pending.of(TxnOffsetCommitResponse(topics=unknown))
    committed = outcome_of(
        lambda: _admit(request, context).followed_by(
            lambda _: groups.commit_offsets_in_transaction(request, version, services.moment())
        )
    ).otherwise(lambda error: _refused(request, error))
    return committed.then(lambda response: _with(response, unknown)) if unknown else committed


def _admit(request: TxnOffsetCommitRequest, context: RequestContext) -> Pending[None]:
    """See to it that the group's partition is part of the producer's transaction."""
    services = context.services
    if not request.group_id:
        raise ApiError(ErrorCode.INVALID_GROUP_ID)
    index = services.groups.partition_for(request.group_id)
    partition = services.replicas.get(CONSUMER_OFFSETS, index)
    if partition is None:
        raise ApiError(ErrorCode.NOT_COORDINATOR)
    version = context.header.api_version
    producer = ProducerIdentity(request.producer_id, request.producer_epoch)
    if partition.is_verified(*producer):
        return Pending.of(None)
    verification = partition.begin_verification(*producer)

    return (
        TransactionAdmission(services)
        .ask(
            request.transactional_id,
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


def _take_out_unknown(
    request: TxnOffsetCommitRequest, image: ClusterImage
) -> list[TxnOffsetCommitResponseTopic]:
    """Leave only partitions in the request that exist; return the answers of the others."""
    unknown: list[TxnOffsetCommitResponseTopic] = []
    topics = []
    for topic in request.topics:
        found = image.topic(topic.name)
        count = 0 if found is None else len(found.partitions)
        present = [one for one in topic.partitions if 0 <= one.partition_index < count]
        missing = [one for one in topic.partitions if not 0 <= one.partition_index < count]
        if missing:
            topic.partitions = missing
            unknown.append(_all_with(topic, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION))
        topic.partitions = present
        if present:
            topics.append(topic)
    request.topics = topics
    return unknown


def _all_with(topic: TxnOffsetCommitRequestTopic, code: ErrorCode) -> TxnOffsetCommitResponseTopic:
    return TxnOffsetCommitResponseTopic(
        name=topic.name,
        partitions=[
            TxnOffsetCommitResponsePartition(partition_index=one.partition_index, error_code=code)
            for one in topic.partitions
        ],
    )


def _refused(request: TxnOffsetCommitRequest, error: ApiError) -> TxnOffsetCommitResponse:
    return TxnOffsetCommitResponse(
        topics=[_all_with(topic, error.code) for topic in request.topics]
    )


def _with(
    response: TxnOffsetCommitResponse, unknown: list[TxnOffsetCommitResponseTopic]
) -> TxnOffsetCommitResponse:
    """Return both; a topic that is in both is named once."""
    by_name = {topic.name: topic for topic in response.topics}
    for topic in unknown:
        known = by_name.get(topic.name)
        if known is None:
            response.topics.append(topic)
        else:
            known.partitions.extend(topic.partitions)
    return response
