# SPDX-License-Identifier: Apache-2.0
"""Copy with confluent-kafka (librdkafka), with the classic or the new group protocol."""

import sys

from confluent_kafka import Consumer, KafkaError, KafkaException, Message, Producer, TopicPartition

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

CALL_TIMEOUT_S = 15


def main() -> int:
    """Copy until killed."""
    task = task_of_command_line()
    producer = Producer(_common(task) | _of_producer(task))
    producer.init_transactions(CALL_TIMEOUT_S * 2)
    consumer = Consumer(_common(task) | _of_consumer(task))
    consumer.subscribe([task.source])
    dice = task.change_of_mind()
    while True:
        messages, failure = _poll(consumer, task.batch)
        if failure is not None:
            print(f"{task.name}: {failure!r}", file=sys.stderr, flush=True)
            return GO_ON_LATER
        if not messages:
            continue
        aborts = dice.random() < ABORTED_SHARE
        producer.begin_transaction()
        try:
            _copy(task, producer, messages, aborts=aborts)
            if not aborts:
                producer.send_offsets_to_transaction(
                    _positions(messages), consumer.consumer_group_metadata(), CALL_TIMEOUT_S
                )
        except KafkaException as failure:
            print(f"{task.name}: {failure}", file=sys.stderr, flush=True)
            aborts = True
            if not failure.args[0].txn_requires_abort():
                return GO_ON_LATER
        if aborts:
            producer.abort_transaction(CALL_TIMEOUT_S)
            _rewind(consumer)
        else:
            _commit(task, producer, consumer)


def _common(task: Task) -> dict[str, object]:
    return {
        "bootstrap.servers": task.bootstrap,
        "reconnect.backoff.ms": 20,
        "reconnect.backoff.max.ms": 200,
        # With its default librdkafka 2.16 forgets every broker while none can be reached, but not
        # that one of them coordinates a group: send_offsets_to_transaction() then waits for ever.
        "metadata.recovery.strategy": "none",
        "log_level": 0,
    }


def _of_producer(task: Task) -> dict[str, object]:
    return {
        "transactional.id": task.name,
        "transaction.timeout.ms": TRANSACTION_TIMEOUT_MS,
        "linger.ms": 0,
    }


def _of_consumer(task: Task) -> dict[str, object]:
    settings: dict[str, object] = {
        "group.id": task.group,
        "group.protocol": task.protocol,
        "enable.auto.commit": False,
        "auto.offset.reset": "earliest",
        "isolation.level": "read_committed",
        "fetch.wait.max.ms": 50,
    }
    if task.protocol == "classic":
        # A static member that was killed is replaced at once. With the new protocol its place is
        # kept for it until its session ends, so there a dynamic member is back sooner.
        settings["group.instance.id"] = task.name
        settings["session.timeout.ms"] = SESSION_TIMEOUT_MS
    return settings


def _poll(consumer: Consumer, batch: int) -> tuple[list[Message], KafkaError | None]:
    """Return records; or an error that this consumer does not get over, such as being fenced."""
    messages = []
    for message in consumer.consume(batch, 0.2):
        error = message.error()
        if error is None:
            messages.append(message)
        elif error.fatal():
            return [], error
    return messages, None


def _copy(task: Task, producer: Producer, messages: list[Message], *, aborts: bool) -> None:
    for message in messages:
        value = transformed(message.value())
        producer.produce(
            task.target,
            key=message.key(),
            value=ABORTED + value if aborts else value,
            partition=message.partition(),
        )
        producer.poll(0)


def _positions(messages: list[Message]) -> list[TopicPartition]:
    """Point behind the last copied record of each partition (not behind the last fetched one)."""
    last = {message.partition(): message for message in messages}
    return [
        TopicPartition(message.topic(), partition, message.offset() + 1)
        for partition, message in last.items()
    ]


def _commit(task: Task, producer: Producer, consumer: Consumer) -> None:
    while True:
        try:
            producer.commit_transaction(CALL_TIMEOUT_S)
        except KafkaException as failure:
            print(f"{task.name}: {failure}", file=sys.stderr, flush=True)
            if failure.args[0].txn_requires_abort():
                producer.abort_transaction(CALL_TIMEOUT_S)
                _rewind(consumer)
                return
            if not failure.args[0].retriable():
                raise
        else:
            return


def _rewind(consumer: Consumer) -> None:
    """Go back to what is committed: what was read since then has to be read again."""
    assigned = consumer.assignment()
    for place in consumer.committed(assigned, CALL_TIMEOUT_S) if assigned else []:
        place.offset = max(place.offset, 0)
        consumer.seek(place)


if __name__ == "__main__":
    sys.exit(main())
