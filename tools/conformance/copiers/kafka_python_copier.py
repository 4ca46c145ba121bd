# SPDX-License-Identifier: Apache-2.0
"""Copy with kafka-python."""

import sys

from kafka.consumer.fetcher import ConsumerRecord
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from tools.conformance.copiers.task import (
    ABORTED,
    ABORTED_SHARE,
    GO_ON_LATER,
    SESSION_TIMEOUT_MS,
    TRANSACTION_TIMEOUT_MS,
    Task,
    task_of_command_line,
    transformed,
)

BACKOFF = {"reconnect_backoff_ms": 20, "reconnect_backoff_max_ms": 200, "retry_backoff_ms": 20}


def main() -> int:
    """Copy until killed, or until it does not know how to go on."""
    task = task_of_command_line()
    producer = KafkaProducer(
        bootstrap_servers=task.bootstrap,
        transactional_id=task.name,
        transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
        linger_ms=0,
        **BACKOFF,
    )
    producer.init_transactions()
    consumer = KafkaConsumer(
        task.source,
        bootstrap_servers=task.bootstrap,
        group_id=task.group,
        group_instance_id=task.name,
        session_timeout_ms=SESSION_TIMEOUT_MS,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        fetch_max_wait_ms=50,
        **BACKOFF,
    )
    dice = task.change_of_mind()
    while True:
        records = consumer.poll(timeout_ms=200, max_records=task.batch)
        if not records:
            continue
        aborts = dice.random() < ABORTED_SHARE
        producer.begin_transaction()
        try:
            _copy(task, producer, records, aborts=aborts)
            if not aborts:
                producer.send_offsets_to_transaction(
                    {
                        place: OffsetAndMetadata(found[-1].offset + 1, "", -1)
                        for place, found in records.items()
                    },
                    consumer.group_metadata(),
                )
        except KafkaError as failure:
            print(f"{task.name}: {failure!r}", file=sys.stderr, flush=True)
            aborts = True
        try:
            if not aborts:
                producer.commit_transaction()
            else:
                producer.abort_transaction()
                _rewind(consumer)
        except KafkaError as failure:
            print(f"{task.name}: {failure!r}", file=sys.stderr, flush=True)
            return GO_ON_LATER


def _copy(
    task: Task,
    producer: KafkaProducer,
    records: dict[TopicPartition, list[ConsumerRecord]],
    *,
    aborts: bool,
) -> None:
    answers = []
    for place, found in records.items():
        for record in found:
            value = transformed(record.value)
            answers.append(
                producer.send(
                    task.target,
                    key=record.key,
                    value=ABORTED + value if aborts else value,
                    partition=place.partition,
                )
            )
    for answer in answers:
        answer.get(TRANSACTION_TIMEOUT_MS / 1000)


def _rewind(consumer: KafkaConsumer) -> None:
    """Go back to what is committed: what was read since then has to be read again."""
    for place in consumer.assignment():
        consumer.seek(place, consumer.committed(place) or 0)


if __name__ == "__main__":
    sys.exit(main())
