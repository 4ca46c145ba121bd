# SPDX-License-Identifier: Apache-2.0
"""Produce (key 0): append record batches to partitions.

Versions 3-13: v3 magic 2 and transactional_id · v5 log_start_offset · v7 zstd · v8 record errors
(KIP-467) · v9 flexible · v10 leader hints (KIP-951) · v11, v12 transactions V2 (KIP-890) · v13
topic ids (KIP-516).
Answers INVALID_REQUIRED_ACKS, UNKNOWN_TOPIC_OR_PARTITION, UNKNOWN_TOPIC_ID,
INVALID_TOPIC_EXCEPTION, NOT_ENOUGH_REPLICAS, KAFKA_STORAGE_ERROR, REQUEST_TIMED_OUT,
INVALID_TXN_STATE, UNSUPPORTED_COMPRESSION_TYPE and what `records.validation` and the log's
producer state refuse.

Batches of a transaction that the partition does not know of yet wait for the transaction
coordinator, see `transaction_admission`; what it refuses is answered with its code.

With acks=0 there is no answer; an error closes the connection, which is the only way to tell.
This is the data plane: the bytes stay where they were received, see `produce_codec`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from ottla.base.errors import StorageError
from ottla.broker.commit_queue import CommitQueues
from ottla.broker.delayed_produce import Awaited, DelayedProduce, Outcomes
from ottla.broker.node_endpoints import node_endpoints
from ottla.broker.produce_codec import (
    PartitionData,
    PartitionOutcome,
    ProduceRequestView,
    ProduceShape,
    TopicData,
    decode_request,
    encode_response,
    records_span,
    refused_outcome,
)
from ottla.broker.transaction_admission import (
    Refusals,
    TransactionAdmission,
    question_of,
)
from ottla.broker.transaction_beginning import TransactionBeginning
from ottla.coordinators.pending import Pending
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.protocol.headers import decode_request_header
from ottla.records.batch import CODEC_MASK, CRC_FROM
from ottla.records.compression import Codec
from ottla.replication.transaction_verification import UnverifiedTransaction

if TYPE_CHECKING:
    from ottla.broker.burst import Burst
    from ottla.broker.connection_state import ConnectionState
    from ottla.broker.context import Services
    from ottla.broker.node_endpoints import EndpointsOf
    from ottla.broker.transaction_admission import Question
    from ottla.net.asyncio_adapter import ServerConnection
    from ottla.net.wire_connection import Reply
    from ottla.replication.partition import Partition

VERSIONS = range(3, 14)

ZSTD_FROM = 7
"""Clients of older versions may not know zstd, and would meet it when they read."""

ADMIN_CLIENT_ID = "__admin_client"
"""The one client id that Kafka lets write to internal topics."""

INTERNAL_TOPICS = frozenset(
    ("__consumer_offsets", "__transaction_state", "__share_group_state", "__cluster_metadata")
)

_VALID_ACKS = (-1, 0, 1)


class Frame(NamedTuple):
    """One decoded request and the bytes that it points into."""

    request: ProduceRequestView
    data: bytearray
    view: memoryview
    version: int
    correlation_id: int
    endpoints_of: EndpointsOf
    """Addresses of leaders, for the client that has sent it."""

    def copy(self) -> Frame:
        """Return the same on bytes of its own: those of a connection are borrowed."""
        records = [asked for topic in self.request.topics for asked in topic.partitions]
        start = min((asked.records_start for asked in records), default=0)
        end = max((asked.records_end for asked in records), default=0)
        data = bytearray(self.view[start:end])
        topics = [
            topic._replace(
                partitions=[
                    PartitionData(
                        asked.partition, asked.records_start - start, asked.records_end - start
                    )
                    for asked in topic.partitions
                ]
            )
            for topic in self.request.topics
        ]
        request = self.request._replace(topics=topics)
        return self._replace(request=request, data=data, view=memoryview(data))


class ProducePath:
    """The road of Produce requests through the broker; one for each loop."""

    __slots__ = (
        "_admission",
        "_burst",
        "_clock",
        "_commit_queues",
        "_purgatory",
        "_replicas",
        "_services",
    )

    def __init__(self, services: Services, burst: Burst) -> None:
        self._services = services
        self._admission = TransactionAdmission(services)
        self._replicas = services.replicas
        self._purgatory = services.purgatory
        self._clock = services.clock
        self._burst = burst
        self._commit_queues = CommitQueues(services.purgatory, services.clock)

    def request(
        self,
        connection: ServerConnection,
        state: ConnectionState,
        start: int,
        end: int,
        version: int,
        correlation_id: int,
    ) -> int:
        """Append what the frame at `start:end` holds and queue the answer; return its size.

        Raises WireError when the frame is not a Produce request.
        """
        # hot: benchmarks/micro/produce_path.py
        shape = state.produce_shape
        reader = connection.reader
        if (
            shape is not None
            and reader.data.startswith(shape.prefix, start + 8)
            and shape.version == version
            and shape.generation == self._replicas.generation
            and (state.admission is None or state.admission.is_done)
        ):
            span = records_span(reader.data, start + 8 + shape.prefix_bytes, end, shape)
            if span is not None:
                partition = shape.partition
                if (
                    shape.transactional_id is not None
                    and shape.acks
                    and self._has_to_ask(connection, state, shape, span, correlation_id)
                ):
                    return shape.size
                try:
                    result = partition.append(reader.view[span[0] : span[1]], self._burst.wall_ms())
                except UnverifiedTransaction:
                    return self._request_of_any_shape(
                        connection, state, start, end, version, correlation_id
                    )
                except (ApiError, StorageError) as error:
                    outcome = refused_outcome(partition.index, error)
                    return self._answer(
                        connection,
                        shape.acks,
                        version,
                        correlation_id,
                        [(shape.wire_name, [outcome])],
                    )
                if not (partition.is_in_burst and self._burst.is_borrowing):
                    self._burst.add(partition)
                if shape.waits_for_commit and not partition.is_acknowledged(
                    result.last_offset + 1, all_replicas=True
                ):
                    self._commit_queues.wait(
                        partition, shape, correlation_id, result, connection.defer()
                    )
                elif shape.acks:
                    connection.answer_one(
                        shape.pack(
                            correlation_id,
                            result.base_offset,
                            result.log_append_time_ms,
                            result.log_start_offset,
                        )
                    )
                return shape.size
        return self._request_of_any_shape(connection, state, start, end, version, correlation_id)

    def _request_of_any_shape(
        self,
        connection: ServerConnection,
        state: ConnectionState,
        start: int,
        end: int,
        version: int,
        correlation_id: int,
    ) -> int:
        data = connection.reader.data
        header, position = decode_request_header(data, start)
        request = decode_request(data, position, end, version)
        if request.acks not in _VALID_ACKS:
            outcomes = _refuse_all(request, ErrorCode.INVALID_REQUIRED_ACKS)
            return self._answer(connection, 1, version, correlation_id, outcomes)
        allow_internal = header.client_id == ADMIN_CLIENT_ID
        frame = Frame(
            request,
            data,
            connection.reader.view,
            version,
            correlation_id,
            self._endpoints_of(connection),
        )
        if request.transactional_id is not None and self._has_to_wait(
            connection, state, frame, start, allow_internal=allow_internal
        ):
            return 0
        outcomes, awaited = self._append_all(frame, allow_internal=allow_internal)
        prefix = _shape_prefix(data, start, version, request)
        self._remember_shape(state, prefix, frame, outcomes)
        if awaited and request.acks:
            self._park(frame, connection.defer(), outcomes, awaited)
            return 0
        return self._answer(connection, request.acks, version, correlation_id, outcomes)

    # transactions

    def _has_to_ask(
        self,
        connection: ServerConnection,
        state: ConnectionState,
        shape: ProduceShape,
        span: tuple[int, int],
        correlation_id: int,
    ) -> bool:
        """See to a request of a known shape that begins a transaction in its partition."""
        question = question_of(connection.reader.data, *span, shape.partition)
        if question is None:
            return False
        assert shape.transactional_id is not None
        appended = state.admission = Pending()
        beginning = TransactionBeginning(
            shape,
            bytearray(connection.reader.view[span[0] : span[1]]),
            correlation_id,
            connection.defer(),
            appended,
            self._burst,
            self._clock,
        )
        asked = self._admission.ask(shape.transactional_id, (question,), shape.version)
        asked.when_done(beginning.go_on)
        return True

    def _has_to_wait(
        self,
        connection: ServerConnection,
        state: ConnectionState,
        frame: Frame,
        start: int,
        *,
        allow_internal: bool,
    ) -> bool:
        """Ask the transaction coordinator when that is needed, and append when it has answered."""

        def partition_of(topic: TopicData, asked: PartitionData) -> Partition:
            return self._partition_of(topic, asked, allow_internal=allow_internal)

        questions = self._admission.questions(frame.request, frame.data, partition_of)
        before = state.admission
        if not questions and (before is None or before.is_done):
            return False
        assert frame.request.transactional_id is not None
        copied = frame.copy()
        prefix = _shape_prefix(frame.data, start, frame.version, frame.request)
        reply = connection.defer()
        appended: Pending[None] = Pending()
        state.admission = appended
        refused = self._ask(frame, questions)

        def append(_: object) -> None:
            if not refused.is_done or not (before is None or before.is_done):
                return
            outcomes = self._append_late(
                copied, reply, refused.value, allow_internal=allow_internal
            )
            self._remember_shape(state, prefix, copied, outcomes)
            appended.complete(None)

        refused.when_done(append)
        if before is not None and not appended.is_done:
            before.when_done(append)
        return True

    def _ask(self, frame: Frame, questions: list[Question]) -> Pending[Refusals]:
        if not questions:
            return Pending.of({})
        transactional_id = frame.request.transactional_id
        assert transactional_id is not None
        return self._admission.ask(transactional_id, questions, frame.version)

    def _append_late(
        self, frame: Frame, reply: Reply, refusals: Refusals, *, allow_internal: bool
    ) -> Outcomes:
        """Append what has waited, outside of its burst: it is answered once it is written."""
        outcomes, awaited = self._append_all(
            frame, allow_internal=allow_internal, refusals=refusals, is_late=True
        )
        if not frame.request.acks:
            reply.complete(())
        elif awaited:
            self._park(frame, reply, outcomes, awaited)
        else:
            answer = encode_response(
                frame.version, frame.correlation_id, outcomes, frame.endpoints_of
            )
            reply.complete((answer,))
        return outcomes

    # appending

    def _append_all(
        self,
        frame: Frame,
        *,
        allow_internal: bool,
        refusals: Refusals | None = None,
        is_late: bool = False,
    ) -> tuple[Outcomes, list[Awaited]]:
        outcomes: Outcomes = []
        awaited: list[Awaited] = []
        for topic in frame.request.topics:
            topic_outcomes: list[PartitionOutcome] = []
            outcomes.append((topic.wire_name, topic_outcomes))
            for asked in topic.partitions:
                try:
                    partition = self._partition_of(topic, asked, allow_internal=allow_internal)
                    if refusals and (partition.topic, partition.index) in refusals:
                        raise refusals[partition.topic, partition.index]
                    if frame.version < ZSTD_FROM:
                        _require_older_codec(frame.data, asked)
                    outcome, end_offset = self._append(frame, partition, asked, is_late=is_late)
                except (ApiError, StorageError) as error:
                    leader = self._leader_to_tell(topic, asked, error)
                    topic_outcomes.append(refused_outcome(asked.partition, error, leader))
                    continue
                if (
                    is_late or not partition.acknowledges_at_once
                ) and not partition.is_acknowledged(
                    end_offset, all_replicas=is_late or frame.request.acks == -1
                ):
                    awaited.append(
                        Awaited(
                            partition,
                            end_offset,
                            len(outcomes) - 1,
                            len(topic_outcomes),
                            partition.log.truncation_count,
                        )
                    )
                topic_outcomes.append(outcome)
        return outcomes, awaited

    def _partition_of(
        self, topic: TopicData, asked: PartitionData, *, allow_internal: bool
    ) -> Partition:
        if topic.topic_id is not None:
            partition = self._replicas.get_by_id(topic.topic_id, asked.partition)
            if partition is None:
                raise ApiError(self._replicas.refusal_by_id(topic.topic_id, asked.partition))
        else:
            assert topic.name is not None
            partition = self._replicas.get(topic.name, asked.partition)
            if partition is None:
                raise ApiError(self._replicas.refusal(topic.name, asked.partition))
        if partition.topic in INTERNAL_TOPICS and not allow_internal:
            raise ApiError(
                ErrorCode.INVALID_TOPIC_EXCEPTION,
                f"{partition.topic} is written by the broker itself",
            )
        return partition

    def _leader_to_tell(
        self, topic: TopicData, asked: PartitionData, error: ApiError | StorageError
    ) -> tuple[int, int] | None:
        """Return (broker id, leader epoch) for a client that has to go elsewhere (KIP-951)."""
        if isinstance(error, StorageError) or error.code != ErrorCode.NOT_LEADER_OR_FOLLOWER:
            return None
        name = topic.name
        if topic.topic_id is not None:
            name = self._replicas.topic_name_of(topic.topic_id)
        return None if name is None else self._replicas.leader_of(name, asked.partition)

    def _append(
        self, frame: Frame, partition: Partition, asked: PartitionData, *, is_late: bool
    ) -> tuple[PartitionOutcome, int]:
        if frame.request.acks == -1:
            partition.require_in_sync_replicas()
        records = frame.view[asked.records_start : asked.records_end]
        wall_ms = self._clock.wall_ms() if is_late else self._burst.wall_ms()
        result = partition.append(records, wall_ms)
        if is_late:
            self._burst.add_soon(partition)
        else:
            self._burst.add(partition)
        outcome = PartitionOutcome(
            asked.partition,
            ErrorCode.NONE,
            result.base_offset,
            result.log_append_time_ms,
            result.log_start_offset,
        )
        return outcome, result.last_offset + 1

    def _park(self, frame: Frame, reply: Reply, outcomes: Outcomes, awaited: list[Awaited]) -> None:
        operation = DelayedProduce(
            awaited=awaited,
            outcomes=outcomes,
            version=frame.version,
            correlation_id=frame.correlation_id,
            all_replicas=frame.request.acks == -1,
            reply=reply,
            purgatory=self._purgatory,
            endpoints_of=frame.endpoints_of,
        )
        timeout_ms = max(frame.request.timeout_ms, 0)
        self._purgatory.park(operation, self._clock.now_ms() + timeout_ms)

    def _remember_shape(
        self,
        state: ConnectionState,
        prefix: bytes | None,
        frame: Frame,
        outcomes: Outcomes,
    ) -> None:
        if prefix is None:
            return
        request = frame.request
        outcome = outcomes[0][1][0]
        if outcome.error_code:
            return
        topic = request.topics[0]
        asked = topic.partitions[0]
        partition = (
            self._replicas.get_by_id(topic.topic_id, asked.partition)
            if topic.topic_id is not None
            else self._replicas.get(topic.name or "", asked.partition)
        )
        if partition is None or not partition.waits_for_no_flush:
            return
        generation = self._replicas.generation
        state.produce_shape = ProduceShape(
            prefix, frame.version, partition, generation, request, frame.endpoints_of
        )

    def _endpoints_of(self, connection: ServerConnection) -> EndpointsOf:
        return partial(node_endpoints, self._services, connection)

    def _answer(
        self,
        connection: ServerConnection,
        acks: int,
        version: int,
        correlation_id: int,
        outcomes: Outcomes,
    ) -> int:
        if acks:
            frame = encode_response(
                version, correlation_id, outcomes, self._endpoints_of(connection)
            )
            connection.answer_one(frame)
            return len(frame)
        if any(outcome.error_code for _, partitions in outcomes for outcome in partitions):
            connection.close()
        return 0


def _shape_prefix(
    data: bytearray, start: int, version: int, request: ProduceRequestView
) -> bytes | None:
    """Return what the next request begins with if it has the same shape, None without a shape."""
    if version < ZSTD_FROM or len(request.topics) != 1 or len(request.topics[0].partitions) != 1:
        return None
    asked = request.topics[0].partitions[0]
    size_bytes = _size_field_bytes(version, asked.records_end - asked.records_start)
    return bytes(data[start + 8 : asked.records_start - size_bytes])


def _size_field_bytes(version: int, records_bytes: int) -> int:
    if version < 9:
        return 4
    return max((records_bytes + 1).bit_length() + 6, 7) // 7


def _require_older_codec(data: bytearray, asked: PartitionData) -> None:
    """Refuse a zstd batch in a version that has no zstd; what is no batch is refused later."""
    codec_at = asked.records_start + CRC_FROM + 1  # the low byte of the attributes
    if codec_at < asked.records_end and data[codec_at] & CODEC_MASK == Codec.ZSTD:
        raise ApiError(
            ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
            f"zstd needs Produce version {ZSTD_FROM} or later",
        )


def _refuse_all(request: ProduceRequestView, code: ErrorCode) -> Outcomes:
    return [
        (topic.wire_name, [PartitionOutcome(asked.partition, code) for asked in topic.partitions])
        for topic in request.topics
    ]
