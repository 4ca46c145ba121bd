# SPDX-License-Identifier: Apache-2.0
"""Asks the transaction coordinator before the first batch of a transaction gets into a partition.

A partition takes batches of a transaction only when it knows that it takes part (KIP-890): a late
request could otherwise open a transaction that nobody ever ends. What it knows is in its producer
state, so that only the first batch of a transaction asks. Producers of the second protocol
(Produce v12 and later) have the partition added by asking, older ones have added it before.

Requests of one connection keep their order: while one waits for the coordinator, those behind it
that belong to transactions wait as well. The frame is borrowed, so whoever waits has a copy.
"""

from __future__ import annotations

import asyncio
import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from ottla.coordinators.pending import Pending
from ottla.coordinators.ports import ProducerIdentity
from ottla.coordinators.transaction.client_errors import PRODUCE_ADDS_FROM, produce_error
from ottla.protocol.errors import ApiError, ErrorCode
from ottla.records.batch import HEADER_BYTES, TRANSACTIONAL

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ottla.broker.context import Services
    from ottla.broker.produce_codec import PartitionData, ProduceRequestView, TopicData
    from ottla.replication.partition import Partition
    from ottla.replication.transaction_verification import Verification

IMPLICIT_ADD_FROM: Final = PRODUCE_ADDS_FROM
"""Produce versions from here on are sent by producers that leave adding to the brokers."""

RETRY_MS_MIN: Final = 1
"""First pause when the transaction before is about to complete; it doubles."""

_PRODUCER: Final = struct.Struct(">qhi")  # id, epoch, base sequence
_PRODUCER_AT: Final = 43
_ATTRIBUTES_AT: Final = 22  # their low byte

TopicPartition = tuple[str, int]
Refusals = dict[TopicPartition, ApiError]


class Question(NamedTuple):
    """A partition that has to be asked about."""

    partition: Partition
    producer: ProducerIdentity
    verification: Verification


def question_of(data: bytearray, start: int, end: int, partition: Partition) -> Question | None:
    """Return what has to be asked before the batch at `start:end` may be appended, None if not."""
    if end - start < HEADER_BYTES or not data[start + _ATTRIBUTES_AT] & TRANSACTIONAL:
        return None
    producer_id, producer_epoch, sequence = _PRODUCER.unpack_from(data, start + _PRODUCER_AT)
    if partition.verifications.is_verified(producer_id, producer_epoch):
        return None
    verification = partition.verifications.begin(producer_id, producer_epoch, sequence)
    return Question(partition, ProducerIdentity(producer_id, producer_epoch), verification)


class TransactionAdmission:
    """Asks on behalf of Produce requests; one for each loop."""

    __slots__ = ("_services",)

    def __init__(self, services: Services) -> None:
        self._services = services

    def questions(
        self,
        request: ProduceRequestView,
        data: bytearray,
        partition_of: Callable[[TopicData, PartitionData], Partition],
    ) -> list[Question]:
        """Return what has to be asked before the request's batches may be appended."""
        found = []
        for topic in request.topics:
            for asked in topic.partitions:
                try:
                    partition = partition_of(topic, asked)
                except ApiError:
                    continue  # the append refuses it with the same error
                question = question_of(data, asked.records_start, asked.records_end, partition)
                if question is not None:
                    found.append(question)
        return found

    def ask(
        self,
        transactional_id: str,
        questions: Sequence[Question],
        version: int,
        tell: Callable[[ErrorCode, int], ErrorCode] = produce_error,
    ) -> Pending[Refusals]:
        """Ask the coordinator; done with the partitions that it refuses, and why.

        `version` is that of Produce; `tell(code, version)` is what the client is told of a refusal.
        """
        answered: Pending[Refusals] = Pending()
        if len(questions) > 1 and len({question.producer for question in questions}) > 1:
            error = ApiError(
                ErrorCode.INVALID_PRODUCER_ID_MAPPING, "one request, one producer in a transaction"
            )
            answered.complete({_place(question): error for question in questions})
            return answered
        if (
            version < IMPLICIT_ADD_FROM
            and not self._services.config.transaction_partition_verification_enable
        ):
            for question in questions:
                question.verification.has_passed = True
            answered.complete({})
            return answered
        _Attempt(self._services, transactional_id, questions, version, tell, answered).run()
        return answered


class _Attempt:
    """One question on its way to an answer, asked again while the transaction before completes."""

    __slots__ = (
        "_answered",
        "_asked_ms",
        "_pause_ms",
        "_places",
        "_questions",
        "_services",
        "_tell",
        "_transactional_id",
        "_version",
    )

    def __init__(
        self,
        services: Services,
        transactional_id: str,
        questions: Sequence[Question],
        version: int,
        tell: Callable[[ErrorCode, int], ErrorCode],
        answered: Pending[Refusals],
    ) -> None:
        self._services = services
        self._transactional_id = transactional_id
        self._questions = questions
        self._places = [_place(question) for question in questions]
        self._version = version
        self._asked_ms: int | None = None  # when it was asked first
        self._tell = tell
        self._answered = answered
        self._pause_ms = RETRY_MS_MIN

    def run(self) -> None:
        """Ask once."""
        services = self._services
        moment = services.moment()
        if self._asked_ms is None:
            self._asked_ms = moment.now_ms
        try:
            pending = services.admit(
                self._transactional_id,
                self._questions[0].producer,
                self._places,
                add=self._version >= IMPLICIT_ADD_FROM,
                moment=moment,
            )
        except ApiError as error:
            self._judge(dict.fromkeys(self._places, error.code))
            return
        pending.when_done(self._answer)

    def _answer(self, done: Pending[dict[TopicPartition, ErrorCode]]) -> None:
        if done.error is not None:
            self._judge(dict.fromkeys(self._places, done.error.code))
        else:
            self._judge(done.value)

    def _may_ask_again(self) -> bool:
        assert self._asked_ms is not None
        left_ms = self._services.config.add_partitions_to_txn_retry_backoff_max_ms
        return self._services.clock.now_ms() + self._pause_ms <= self._asked_ms + left_ms

    def _judge(self, codes: dict[TopicPartition, ErrorCode]) -> None:
        if ErrorCode.CONCURRENT_TRANSACTIONS in codes.values() and self._may_ask_again():
            asyncio.get_running_loop().call_later(self._pause_ms / 1000, self.run)
            self._pause_ms = min(
                2 * self._pause_ms, self._services.config.add_partitions_to_txn_retry_backoff_ms
            )
            return
        refusals: Refusals = {}
        for question, place in zip(self._questions, self._places, strict=True):
            code = codes.get(place, ErrorCode.NONE)
            if code == ErrorCode.NONE:
                question.verification.has_passed = True
            else:
                if code == ErrorCode.PRODUCER_FENCED:
                    code = ErrorCode.INVALID_PRODUCER_EPOCH
                refusals[place] = ApiError(self._tell(code, self._version), _why(code))
        self._answered.complete(refusals)


def _place(question: Question) -> TopicPartition:
    return question.partition.topic, question.partition.index


def _why(code: ErrorCode) -> str:
    if code == ErrorCode.INVALID_PRODUCER_EPOCH:
        return "another instance has taken over the producer"
    if code in (ErrorCode.INVALID_PRODUCER_ID_MAPPING, ErrorCode.TRANSACTION_ABORTABLE):
        return "the partition is no part of an open transaction of this producer"
    return f"the transaction coordinator could not confirm the partition yet: {code.name}"
