# SPDX-License-Identifier: Apache-2.0
"""Transactions over several brokers: their coordinator is here, and their partitions anywhere.

    a partition is led here, its transaction coordinated elsewhere   admission: AddPartitionsToTxn
    a transaction is coordinated here, a partition led elsewhere     markers: WriteTxnMarkers

Each question goes to the part of this broker when that is where it belongs, and else to the broker
that the image names, gathered with others of the same turn. A broker that cannot be reached is an
error like any other: the admission is asked again by its client, the marker by its coordinator.

Belongs to the event loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from ottla.broker.turn_batches import TurnBatches
from ottla.controller.topic_names import TRANSACTION_STATE
from ottla.coordinators.partitioning import partition_of
from ottla.coordinators.pending import Pending
from ottla.net.connection_errors import ClientError
from ottla.protocol.errors import ApiError, ErrorCode, WireError
from ottla.protocol.messages.add_partitions_to_txn import (
    AddPartitionsToTxnRequest,
    AddPartitionsToTxnResponse,
    AddPartitionsToTxnTopic,
    AddPartitionsToTxnTransaction,
)
from ottla.protocol.messages.write_txn_markers import (
    WritableTxnMarker,
    WritableTxnMarkerTopic,
    WriteTxnMarkersRequest,
    WriteTxnMarkersResponse,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ottla.base.clock import Moment
    from ottla.broker.peers import Peers
    from ottla.broker.transaction_markers import MarkerWriter
    from ottla.coordinators.ports import ProducerIdentity
    from ottla.coordinators.transaction.coordinator import TransactionCoordinator
    from ottla.metadata.image import ClusterImage
    from ottla.records.control import TransactionMarker

    TopicPartition = tuple[str, int]
    Codes = dict[TopicPartition, ErrorCode]

PURPOSE = "transactions"
"""Their own connections: a marker must not wait behind a large fetch."""

NO_LEADER = -1


class Admit(Protocol):
    """Whoever can tell whether a producer may write to partitions in its transaction."""

    def __call__(
        self,
        transactional_id: str,
        producer: ProducerIdentity,
        partitions: Sequence[TopicPartition],
        moment: Moment,
        *,
        add: bool,
    ) -> Pending[Codes]:
        """See `TransactionCoordinator.admit`."""


class _Admission(NamedTuple):
    """One producer's question about some partitions."""

    transactional_id: str
    producer: ProducerIdentity
    places: Sequence[TopicPartition]
    add: bool
    answered: Pending[Codes]


class _Marker(NamedTuple):
    """One marker for one partition."""

    place: TopicPartition
    producer: ProducerIdentity
    marker: TransactionMarker
    written: Pending[None]


class TransactionPeers:
    """The ways between transactions and their partitions."""

    def __init__(
        self,
        *,
        broker_id: int,
        image: Callable[[], ClusterImage],
        peers: Peers,
        transactions: TransactionCoordinator,
        writer: MarkerWriter,
    ) -> None:
        self._broker_id = broker_id
        self._image = image
        self._peers = peers
        self._transactions = transactions
        self._writer = writer
        self._admissions: TurnBatches[_Admission] = TurnBatches(self._send_admissions)
        self._markers: TurnBatches[_Marker] = TurnBatches(self._send_markers)

    def stop(self) -> None:
        """Wait for no answer any more."""
        self._admissions.stop()
        self._markers.stop()

    # admission

    def admit(
        self,
        transactional_id: str,
        producer: ProducerIdentity,
        partitions: Sequence[TopicPartition],
        moment: Moment,
        *,
        add: bool,
    ) -> Pending[Codes]:
        """Tell whether a producer may write to partitions; see `TransactionCoordinator.admit`."""
        coordinator_id = self._coordinator_of(transactional_id)
        if coordinator_id == self._broker_id:
            return self._transactions.admit(transactional_id, producer, partitions, moment, add=add)
        answered: Pending[Codes] = Pending()
        if coordinator_id == NO_LEADER:
            answered.complete(dict.fromkeys(partitions, ErrorCode.COORDINATOR_NOT_AVAILABLE))
        else:
            question = _Admission(transactional_id, producer, partitions, add, answered)
            self._admissions.add(coordinator_id, question)
        return answered

    def _coordinator_of(self, transactional_id: str) -> int:
        topic = self._image().topics_by_name.get(TRANSACTION_STATE)
        if topic is None:
            return NO_LEADER
        return topic.partitions[partition_of(transactional_id, len(topic.partitions))].leader

    async def _send_admissions(self, broker_id: int, asked: list[_Admission]) -> None:
        # One transaction stands in a request once: questions of its next batch go separately.
        rounds: list[dict[str, _Admission]] = []
        for question in asked:
            free = next((r for r in rounds if question.transactional_id not in r), None)
            if free is None:
                rounds.append(free := {})
            free[question.transactional_id] = question
        for questions in rounds:
            request = AddPartitionsToTxnRequest(
                transactions=[
                    AddPartitionsToTxnTransaction(
                        transactional_id=question.transactional_id,
                        producer_id=question.producer.producer_id,
                        producer_epoch=question.producer.producer_epoch,
                        verify_only=not question.add,
                        topics=[
                            AddPartitionsToTxnTopic(name=name, partitions=indexes)
                            for name, indexes in _by_topic(question.places).items()
                        ],
                    )
                    for question in questions.values()
                ]
            )
            try:
                response = await self._peers.ask(
                    self._peers.address_of(broker_id),
                    request,
                    AddPartitionsToTxnResponse,
                    purpose=PURPOSE,
                )
            except (ClientError, WireError, ApiError):
                answers: dict[str, Codes] = {}
                missing = ErrorCode.NETWORK_EXCEPTION
            else:
                answers = {
                    result.transactional_id: {
                        (topic.name, one.partition_index): ErrorCode.of(one.partition_error_code)
                        for topic in result.topic_results
                        for one in topic.results_by_partition
                    }
                    for result in response.results_by_transaction
                }
                missing = ErrorCode.of(response.error_code) or ErrorCode.COORDINATOR_NOT_AVAILABLE
            for transactional_id, question in questions.items():
                codes = answers.get(transactional_id, {})
                question.answered.complete(
                    {place: codes.get(place, missing) for place in question.places}
                )

    # markers

    def write(
        self,
        topic: str,
        index: int,
        producer: ProducerIdentity,
        marker: TransactionMarker,
        moment: Moment,
    ) -> Pending[None]:
        """Write one marker wherever its partition is led; see `MarkerWriter.write`."""
        state = self._image().partition(topic, index)
        if state is None or state.leader == self._broker_id:
            return self._writer.write(topic, index, producer, marker, moment)
        if state.leader == NO_LEADER:
            raise ApiError(ErrorCode.LEADER_NOT_AVAILABLE)
        written: Pending[None] = Pending()
        self._markers.add(state.leader, _Marker((topic, index), producer, marker, written))
        return written

    async def _send_markers(self, broker_id: int, markers: list[_Marker]) -> None:
        together: dict[tuple[ProducerIdentity, TransactionMarker], list[_Marker]] = {}
        for one in markers:
            together.setdefault((one.producer, one.marker), []).append(one)
        request = WriteTxnMarkersRequest(
            markers=[
                WritableTxnMarker(
                    producer_id=producer.producer_id,
                    producer_epoch=producer.producer_epoch,
                    transaction_result=marker.committed,
                    topics=[
                        WritableTxnMarkerTopic(name=name, partition_indexes=indexes)
                        for name, indexes in _by_topic(one.place for one in ones).items()
                    ],
                    coordinator_epoch=marker.coordinator_epoch,
                    transaction_version=marker.transaction_version,
                )
                for (producer, marker), ones in together.items()
            ]
        )
        codes: dict[tuple[int, str, int], ErrorCode] = {}
        try:
            response = await self._peers.ask(
                self._peers.address_of(broker_id), request, WriteTxnMarkersResponse, purpose=PURPOSE
            )
        except (ClientError, WireError, ApiError):
            pass  # every marker is missing from the answer
        else:
            codes = {
                (result.producer_id, topic.name, one.partition_index): ErrorCode.of(one.error_code)
                for result in response.markers
                for topic in result.topics
                for one in topic.partitions
            }
        for one in markers:
            code = codes.get((one.producer.producer_id, *one.place), ErrorCode.NETWORK_EXCEPTION)
            if code is ErrorCode.NONE:
                one.written.complete(None)
            else:
                one.written.fail(ApiError(code))


def _by_topic(places: Iterable[TopicPartition]) -> dict[str, list[int]]:
    topics: dict[str, list[int]] = {}
    for name, index in places:
        topics.setdefault(name, []).append(index)
    return topics
