# SPDX-License-Identifier: Apache-2.0
"""Copy with aiokafka, which commits offsets by the group's name alone: one copier at a time."""

import asyncio
import sys

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

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


async def main() -> int:
    """Copy until killed, or until it does not know how to go on."""
    task = task_of_command_line()
    producer = AIOKafkaProducer(
        bootstrap_servers=task.bootstrap,
        transactional_id=task.name,
        transaction_timeout_ms=TRANSACTION_TIMEOUT_MS,
    )
    await producer.start()
    consumer = AIOKafkaConsumer(
        task.source,
        bootstrap_servers=task.bootstrap,
        group_id=task.group,
        group_instance_id=task.name,
        session_timeout_ms=SESSION_TIMEOUT_MS,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        fetch_max_wait_ms=50,
    )
    await consumer.start()
    dice = task.change_of_mind()
    while True:
        records = await consumer.getmany(timeout_ms=200, max_records=task.batch)
        if not records:
            continue
        aborts = dice.random() < ABORTED_SHARE
        await producer.begin_transaction()
        try:
            await _copy(task, producer, records, aborts=aborts)
            if not aborts:
                await producer.send_offsets_to_transaction(
                    {place: found[-1].offset + 1 for place, found in records.items()}, task.group
                )
        except KafkaError as failure:
            print(f"{task.name}: {failure!r}", file=sys.stderr, flush=True)
            aborts = True
        try:
            if not aborts:
                await producer.commit_transaction()
            else:
                await producer.abort_transaction()
                await _rewind(consumer)
        except KafkaError as failure:
            print(f"{task.name}: {failure!r}", file=sys.stderr, flush=True)
            return GO_ON_LATER


async def _copy(
    task: Task,
    producer: AIOKafkaProducer,
    records: dict[TopicPartition, list[ConsumerRecord]],
    *,
    aborts: bool,
) -> None:
    answers = []
    for place, found in records.items():
        for record in found:
            value = transformed(record.value)
            answers.append(
                await producer.send(
                    task.target,
                    key=record.key,
                    value=ABORTED + value if aborts else value,
                    partition=place.partition,
                )
            )
    await asyncio.gather(*answers)


async def _rewind(consumer: AIOKafkaConsumer) -> None:
    """Go back to what is committed: what was read since then has to be read again."""
    for place in consumer.assignment():
        consumer.seek(place, await consumer.committed(place) or 0)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
